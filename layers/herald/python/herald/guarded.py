"""
Calling addresses that users give, to fetch or to post, without becoming their way into our network.

A name is resolved once, every address behind it must be public, and the connection goes to the very address that
was checked; TLS and the Host header keep the name. Made of httpcore rather than httpx: no proxies, netrc,
cookies, redirects or decoders that would have to be switched off. Why `ipaddress.is_global` is not enough, and
the attacks that this withstands: `docs/architecture.md`.
"""

import hashlib
import ipaddress
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from queue import Empty, SimpleQueue
from ssl import SSLContext
from typing import IO, Any

import httpcore
import httpx

from herald.errors import InvalidMessage, Unavailable
from herald.pinned import Line, TooMuch
from herald.public_address import is_public
from herald.web_address import AddressRefused, check_spelling

type Resolve = Callable[[str, int, float], Sequence[str]]
"""Addresses of a host and port, within so many seconds. Raises OSError."""

MAX_REDIRECTS = 3

MAX_REPLY = 16_384
"""Bytes that are read of a reply that nobody needs."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429})
_IN_MEMORY = 1_048_576
_STEP_TIMEOUT = 10.0
_CONNECT_TIMEOUT = 3.0


class FetchRefused(InvalidMessage):
    """What the address answers is not usable: an error, too large, or compressed."""

    code = "media_not_fetched"
    title = "The media could not be fetched"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered, rewound; close `file` after use. Size in bytes, `sha256` in hex, type as declared."""

    file: IO[bytes]
    size: int
    sha256: str
    content_type: str


class Unanswered(Exception):
    """What was posted has no answer. `why`: timeout, unreachable (nothing left us) or broken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Answered:
    """What a POST was answered with; headers by their names in lower case."""

    status: int
    headers: Mapping[str, str]


def resolve(
    host: str, port: int, seconds: float, lookup: Callable[..., Sequence[Any]] = socket.getaddrinfo
) -> Sequence[str]:
    """The system's resolver, given up on after `seconds`, which it cannot do itself. Raises OSError."""
    answers: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            found = lookup(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except OSError as error:
            answers.put(error)
        except UnicodeError:
            answers.put(OSError("not a host name"))

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except Empty:
        raise TimeoutError("the resolver does not answer") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


class Guarded:
    """
    Fetches what users' addresses point to, and posts to them.

    `unsafe_hosts` may be called by http, on any port and at any address: the simulators of a local stack. `clock`
    gives seconds on a scale of its own.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        unsafe_hosts: Iterable[str] = (),
        resolve: Resolve = resolve,
        network: httpcore.NetworkBackend | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._unsafe = frozenset(host.lower() for host in unsafe_hosts)
        self._resolve = resolve
        self._network = network or httpcore.SyncBackend()
        self._given_tls = tls

    @cached_property
    def _tls(self) -> SSLContext:
        """Made when the first address is called: it is slow to make, and most workers call none."""
        return self._given_tls or httpx.create_ssl_context(trust_env=False)

    def check(self, url: str) -> httpx.URL:
        """The address in normal form. Raises AddressRefused when its spelling tells that it is not to be called."""
        checked = check_spelling(url, self._unsafe)
        try:
            parsed = httpx.URL(url)
            host = parsed.raw_host.decode("ascii").lower()
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise AddressRefused("the address cannot be read") from error
        # Two readers of one address: what is called has to be what was checked.
        if (parsed.scheme, host) != (checked.scheme, checked.host) or parsed.port not in (None, checked.port):
            raise AddressRefused("the address cannot be read")
        return parsed.copy_with(fragment=None)

    def addresses(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """
        Where this host is, every one of them checked.

        Raises AddressRefused when one is not public, httpcore.ConnectError when there is none.
        """
        try:
            literal = [str(ipaddress.ip_address(host.strip("[]")))]
        except ValueError:
            literal = []
        try:
            found = literal or self._resolve(host, port, seconds)
        except OSError as error:
            raise httpcore.ConnectError("the host cannot be resolved") from error
        if not found:
            raise httpcore.ConnectError("the host has no address")
        if host not in self._unsafe and not all(is_public(address) for address in found):
            raise AddressRefused("the address is not on the public internet")
        return found

    def fetch(self, url: str, max_bytes: int, deadline_seconds: float) -> Fetched:
        """
        Get what is there, through at most MAX_REDIRECTS redirects, each checked like the first.

        Raises AddressRefused, FetchRefused (final), or Unavailable (another try may succeed).
        """
        until = self._clock() + deadline_seconds
        target = self.check(url)
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = self._get(target, max_bytes, until)
            except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
                raise Unavailable(f"the media's address does not answer ({type(error).__name__})") from error
            except TooMuch as error:
                raise FetchRefused("the address answers with more than is allowed") from error
            if isinstance(answer, Fetched):
                return answer
            target = self._redirected(target, answer)
        raise FetchRefused(f"the address redirects more than {MAX_REDIRECTS} times")

    def _redirected(self, target: httpx.URL, location: str) -> httpx.URL:
        try:
            joined = str(target.join(location))
        except (httpx.InvalidURL, ValueError) as error:
            raise AddressRefused("the address redirects to one that cannot be read") from error
        following = self.check(joined)
        if target.scheme == "https" and following.scheme != "https":
            raise AddressRefused("the address redirects from https to http")
        return following

    def _get(self, target: httpx.URL, max_bytes: int, until: float) -> Fetched | str:
        """One GET: the body, or where it redirects to."""
        steps = dict.fromkeys(("read", "write", "pool"), _STEP_TIMEOUT) | {"connect": _CONNECT_TIMEOUT}
        with (
            self._pool(max_bytes, until) as pool,
            pool.stream("GET", _wire(target), headers=_asking(target), extensions={"timeout": steps}) as answer,
        ):
            received = _headers(answer)
            if answer.status in _REDIRECTS and "location" in received:
                return received["location"]
            _check_answer(answer.status, received, max_bytes)
            return _keep(answer.iter_stream(), max_bytes, received.get("content-type", ""))

    def post(self, url: str, headers: Mapping[str, str], body: bytes, deadline_seconds: float) -> Answered:
        """
        Post once; a redirect is an answer like any other. Of the reply MAX_REPLY bytes are read, and dropped.

        Raises AddressRefused or Unanswered.
        """
        until = self._clock() + deadline_seconds
        target = self.check(url)
        sent = [*_asking(target), *((name.encode(), value.encode()) for name, value in headers.items())]
        sent.append((b"Content-Length", str(len(body)).encode()))
        steps = {"connect": _CONNECT_TIMEOUT}
        try:
            with (
                self._pool(MAX_REPLY, until) as pool,
                pool.stream("POST", _wire(target), headers=sent, content=body, extensions={"timeout": steps}) as answer,
            ):
                _skim(answer.iter_stream())
                return Answered(answer.status, _headers(answer))
        except httpcore.TimeoutException as error:
            raise Unanswered("timeout") from error
        except httpcore.ConnectError as error:
            raise Unanswered("unreachable") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, TooMuch) as error:
            raise Unanswered("broken") from error

    def _pool(self, max_bytes: int, until: float) -> httpcore.ConnectionPool:
        """For one connection, which is not used again."""
        line = Line(self.addresses, self._network, lambda: until - self._clock(), max_bytes)
        return httpcore.ConnectionPool(ssl_context=self._tls, max_connections=1, network_backend=line)


def _asking(target: httpx.URL) -> list[tuple[bytes, bytes]]:
    """The headers of every request."""
    return [
        (b"Host", target.netloc),
        (b"User-Agent", b"herald"),
        (b"Accept", b"*/*"),
        (b"Accept-Encoding", b"identity"),
        (b"Connection", b"close"),
    ]


def _wire(target: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)


def _headers(answer: httpcore.Response) -> Mapping[str, str]:
    """By their names in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}


def _skim(parts: Iterable[bytes]) -> None:
    """Read a reply that nobody needs, but not all of a long one. One that breaks off was an answer all the same."""
    with suppress(httpcore.NetworkError, httpcore.ProtocolError, TooMuch):
        size = 0
        for part in parts:
            size += len(part)
            if size >= MAX_REPLY:
                return


def _check_answer(status: int, headers: Mapping[str, str], max_bytes: int) -> None:
    """Raises FetchRefused, or Unavailable where asking again may help."""
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable(f"the media's address answered {status}")
    if status != HTTPStatus.OK:
        raise FetchRefused(f"the address answered {status}")
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise FetchRefused("the address answers with a compressed body, though asked not to")
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > max_bytes:
        raise FetchRefused(f"the media is larger than {max_bytes} bytes")


def _keep(parts: Iterable[bytes], max_bytes: int, content_type: str) -> Fetched:
    """The body in a temporary file, which stays in memory while it is small."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - handed to the caller, who closes it
    digest = hashlib.sha256()
    try:
        for part in _limited(parts, max_bytes):
            digest.update(part)
            file.write(part)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    return Fetched(file, size, digest.hexdigest(), content_type)


def _limited(parts: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """The parts while they are not too many. Raises FetchRefused."""
    size = 0
    for part in parts:
        size += len(part)
        if size > max_bytes:
            raise FetchRefused(f"the media is larger than {max_bytes} bytes")
        yield part
