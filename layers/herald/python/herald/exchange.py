"""
The only code that talks HTTP to a provider. Wire failures become the outcomes of `errors`.

What fails before the request has left (DNS, connect, TLS, pool) was not sent. Everything later is unclear: a
read timeout does not prove that nothing was sent. Nothing is retried here, no redirect is followed, no
compressed body is accepted, and no call takes longer than its time, however slowly its answer drips (`timed`).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from herald.errors import OutcomeUnknown, ProviderUnavailable
from herald.provider import Request, Response
from herald.timed import Timed, Transport

MAX_ANSWER = 1_000_000
"""Bytes of a provider's answer to anything but a download."""

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    UnicodeEncodeError,  # a header that no HTTP request can carry
)


class Exchange:
    """
    Sends requests, one at a time or from several threads.

    `fresh()` drops idle connections: Lambda freezes a worker between calls, and a connection that died
    meanwhile would turn a safe send into an unclear one.
    """

    def __init__(
        self,
        *,
        connect_timeout: float = 3.0,
        timeout: float = 10.0,
        connections: int = 20,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = timeout * 1.5
        self._network = Timed(clock)
        self._timeout = httpx.Timeout(timeout, connect=connect_timeout)
        self._limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._transport = transport
        self._tls = httpx.create_ssl_context()
        self._client = self._open()

    def _open(self) -> httpx.Client:
        return httpx.Client(
            timeout=self._timeout,
            transport=self._transport or Transport(self._network, self._tls, self._limits),
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": "herald", "Accept-Encoding": "identity"},
        )

    def fresh(self) -> None:
        """Forget connections of an earlier invocation."""
        if self._transport is None:
            self._client.close()
            self._client = self._open()

    def close(self) -> None:
        """End all connections."""
        self._client.close()

    def send(self, request: Request, *, max_bytes: int = MAX_ANSWER) -> Response:
        """
        Send once and read the whole answer, all in half as long again as one step may take; media have twice that.

        Raises ProviderUnavailable when nothing left us, OutcomeUnknown when it may have.
        """
        is_large = max(max_bytes, len(request.body or b"")) > MAX_ANSWER
        with (
            _outcomes(),
            self._network.within(self._patience * (1 + is_large)),
            self._client.stream(
                request.method, request.url, headers=dict(request.headers), content=request.body
            ) as answer,
        ):
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, headers, self._read(answer, max_bytes))

    def _read(self, answer: httpx.Response, max_bytes: int) -> bytes:
        """
        The body as it came.

        Raises OutcomeUnknown when it is too large, or compressed against our word.
        """
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise OutcomeUnknown("the provider's answer is compressed")
        body = bytearray()
        for part in answer.iter_bytes():
            body += part
            if len(body) > max_bytes:
                raise OutcomeUnknown("the provider's answer is too large")
        return bytes(body)


@contextmanager
def _outcomes() -> Iterator[None]:
    """Translate httpx's failures; their texts may hold addresses with secrets, so only their names are kept."""
    try:
        yield
    except _NOT_SENT as error:
        raise ProviderUnavailable(
            f"the provider could not be reached ({type(error).__name__})", provider_code=type(error).__name__
        ) from error
    except httpx.HTTPError as error:
        raise OutcomeUnknown(
            f"no readable answer came back ({type(error).__name__})", provider_code=type(error).__name__
        ) from error
