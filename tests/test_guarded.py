"""
Users' addresses lead to the public internet and nowhere else, in time and within bounds.

Spellings and addresses are tables; the rest is shown on real sockets, watched by an audit hook that sees every
connect of the interpreter.
"""

import contextlib
import gzip
import ipaddress
import socket
import ssl
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, repeat
from pathlib import Path
from typing import Any, Self

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from herald.errors import InvalidMessage, Unavailable
from herald.guarded import FetchRefused, Guarded, resolve
from herald.public_address import is_public
from herald.web_address import AddressRefused
from tests.addresses import ALLOWED, DENIED_4, DENIED_6, NOT_ADDRESSES, PUBLIC_SPELLINGS, SPELLINGS
from tests.conftest import Show

pytestmark = [pytest.mark.feature("F21"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]

PUBLIC = "93.184.216.34"
MANY = 20.0

# What the interpreter connects to.

_connects: list[Any] = []
_lookups: list[Any] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        _connects.append(arguments[1])
    if event == "socket.getaddrinfo":
        _lookups.append(arguments[0])


sys.addaudithook(_audit)


@pytest.fixture(autouse=True)
def connects() -> list[Any]:
    """Every address that a socket was connected to during the test."""
    _connects.clear()
    _lookups.clear()
    return _connects


# Addresses.


@pytest.mark.goal("G21")
@pytest.mark.goal("G22")
@pytest.mark.goal("G22")
@pytest.mark.goal("G22")
@pytest.mark.goal("G21")
@pytest.mark.parametrize("address", [*DENIED_4, *DENIED_6, *NOT_ADDRESSES])
def test_denied_addresses(address: str) -> None:
    """
    Private, local, reserved, multicast and documentation addresses are denied in every form that embeds them.
    """
    assert not is_public(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_public_addresses(address: str) -> None:
    """
    What the registries leave to the public internet is allowed, up to the neighbours of what they do not.
    """
    assert is_public(address)


@pytest.mark.goal("G21")
def test_no_packet_to_a_denied_address(connects: list[Any], figure: Show) -> None:
    """
    Not one connection is tried to any of them, be it named in the address, found behind a name, or one of several.
    """
    rows = sorted({*DENIED_4, *DENIED_6})
    assert len({ipaddress.ip_address(address) for address in rows}) >= 120
    assert len(ALLOWED) >= 20
    detour = Detour(0)
    for address in rows:
        literal = f"[{address}]" if ":" in address else address
        for host, found in ((literal, []), ("media.example", [address]), ("media.example", [PUBLIC, address])):
            guarded = Guarded(count(0.0, 0.0).__next__, resolve=lambda *_, found=found: found, network=detour)
            with pytest.raises(AddressRefused):
                guarded.fetch(f"https://{host}/", 1000, MANY)
    assert (detour.called, connects, _lookups) == ([], [], [])
    figure("G21", "denied addresses, each as a literal, behind a name and beside a public one: connections", 0)
    figure("G21", "addresses denied, addresses allowed", f"{len(rows)}, {len(ALLOWED)}")


# Spellings.


@pytest.mark.goal("G21")
@pytest.mark.parametrize("url", SPELLINGS)
def test_denied_spellings(url: str, connects: list[Any]) -> None:
    """
    However a local or unreadable address is spelled, it is refused before anything is resolved.
    """
    with pytest.raises(AddressRefused):
        Guarded(clock=count().__next__, resolve=_never).fetch(url, 1000, MANY)
    assert connects == []


def _never(*_: object) -> Sequence[str]:
    raise AssertionError("nobody asked for this host")


@pytest.mark.goal("G21")
def test_enough_spellings(figure: Show) -> None:
    """
    The table is as long as was promised.
    """
    assert len(set(SPELLINGS)) >= 40
    figure("G21", "spellings refused before anything is resolved", len(set(SPELLINGS)))


@pytest.mark.parametrize("url", PUBLIC_SPELLINGS)
def test_public_spellings(url: str) -> None:
    """
    Ordinary public addresses pass, names in any script included.
    """
    assert Guarded(clock=count().__next__).check(url).scheme == "https"


# A server of raw bytes.

type Script = Callable[[str], Iterable[bytes]]


class Server:
    """Answers each request by what its script says, byte for byte, and remembers what it was asked."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.names: list[str | None] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        if tls:
            tls.sni_callback = lambda _socket, name, _context: self.names.append(name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        if self._tls:
            with self._tls.wrap_socket(connection, server_side=True) as encrypted:
                self._talk(encrypted)
        else:
            self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            part = connection.recv(65_536)
            if not part:
                return
            request += part
        self.requests.append(request)
        for part in self._script(request.split(b" ")[1].decode()):
            connection.sendall(part)


class Detour(httpcore.NetworkBackend):
    """Notes which address is called, and leads to a server of ours."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.called: list[tuple[str, int]] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.called.append((host, port))
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self._port, timeout, local_address, socket_options)


def answering(*parts: bytes, status: str = "200 OK", headers: str = "Content-Type: image/png\r\n") -> Script:
    """A script that answers everything alike."""
    return lambda _path: [f"HTTP/1.1 {status}\r\n{headers}\r\n".encode(), *parts]


def local(server: Server, clock: Callable[[], float] | None = None) -> tuple[Guarded, str]:
    """A guard that may call the server by plain http, and the server's address."""
    guarded = Guarded(
        clock or count(0.0, 0.0).__next__,
        unsafe_hosts=["media.example"],
        resolve=lambda *_: ["127.0.0.1"],
        tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )
    return guarded, f"http://media.example:{server.port}"


# Names and certificates.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for media.example and cdn.example, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "media.example")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("media.example"), x509.DNSName("cdn.example")]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return path


def serving(certificate: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class Names:
    """A resolver of fixed names that counts its questions; each answer in turn, the last one for ever."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int, seconds: float) -> Sequence[str]:
        assert isinstance(host, str)
        assert seconds > 0
        self.asked.append(host)
        answers = self._answers[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def guard(names: Names, detour: httpcore.NetworkBackend, certificate: Path) -> Guarded:
    """A guard that trusts the test's certificate only."""
    return Guarded(
        count(0.0, 0.0).__next__,
        resolve=names,
        network=detour,
        tls=ssl.create_default_context(cafile=str(certificate)),
    )


def test_the_checked_address_is_called_by_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The connection goes to the address that was checked; SNI, Host and certificate keep the name. No proxy is asked.
    """
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Server(answering(b"hello"), serving(certificate)) as server:
        detour, names = Detour(server.port), Names(media_example=[[PUBLIC]])
        with guard(names, detour, certificate).fetch("https://media.example/a?b#c", 1000, MANY).file as file:
            assert file.read() == b"hello"
    assert detour.called == [(PUBLIC, 443)]
    assert names.asked == server.names == ["media.example"]
    head = server.requests[0].lower()
    assert head.startswith(b"get /a?b http/1.1\r\n")
    assert b"host: media.example\r\n" in head
    assert b"accept-encoding: identity\r\n" in head
    assert b"authorization" not in head
    assert b"cookie" not in head


@pytest.mark.goal("G21")
def test_a_name_that_moves_is_not_followed(certificate: Path, connects: list[Any]) -> None:
    """
    A name that turns private after its check (rebinding) is still called where it was checked; next time it is refused.
    """
    with Server(answering(b"hello"), serving(certificate)) as server:
        detour, names = Detour(server.port), Names(media_example=[[PUBLIC], ["169.254.169.254"]])
        guarded = guard(names, detour, certificate)
        guarded.fetch("https://media.example/", 1000, MANY).file.close()
        with pytest.raises(AddressRefused):
            guarded.fetch("https://media.example/", 1000, MANY)
    assert detour.called == [(PUBLIC, 443)]
    assert len(connects) == 1


@pytest.mark.goal("G21")
def test_a_rebinding_resolver(certificate: Path) -> None:
    """
    The system's resolver is asked for the name once a fetch, by us, and nobody else looks it up again on the way.

    httpx hands names on as bytes, so a stub that knew only text would be passed by.
    """
    asked: list[object] = []

    def rebinding(host: str | bytes, port: int, **_: Any) -> Sequence[Any]:
        asked.append(host)
        address = PUBLIC if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def looking(host: str, port: int, seconds: float) -> Sequence[str]:
        return resolve(host, port, seconds, rebinding)

    with Server(answering(b"hello"), serving(certificate)) as server:
        detour = Detour(server.port)
        tls = ssl.create_default_context(cafile=str(certificate))
        guarded = Guarded(count(0.0, 0.0).__next__, resolve=looking, network=detour, tls=tls)
        guarded.fetch("https://media.example/", 1000, MANY).file.close()
        assert asked == ["media.example"]
        with pytest.raises(AddressRefused):
            guarded.fetch("https://media.example/", 1000, MANY)
    assert detour.called == [(PUBLIC, 443)]
    assert {str(ipaddress.ip_address(host)) for host in _lookups} <= {"127.0.0.1"}


def test_a_wrong_certificate(certificate: Path) -> None:
    """
    A server that cannot prove the name is not read.
    """
    with Server(answering(b"hello"), serving(certificate)) as server:
        guarded = guard(Names(other_example=[[PUBLIC]]), Detour(server.port), certificate)
        with pytest.raises(Unavailable):
            guarded.fetch("https://other.example/", 1000, MANY)
    assert server.requests == []


class Refusing(httpcore.NetworkBackend):
    """Nobody answers at all but the last address."""

    def __init__(self, detour: Detour, last: str) -> None:
        self._detour = detour
        self._last = last

    def connect_tcp(self, host: str, port: int, *rest: Any, **named: Any) -> httpcore.NetworkStream:
        if host != self._last:
            self._detour.called.append((host, port))
            raise httpcore.ConnectError("refused")
        return self._detour.connect_tcp(host, port, *rest, **named)


def test_the_next_address_is_tried(certificate: Path) -> None:
    """
    An address that does not answer is followed by the next one that was checked with it, three at most.
    """
    with Server(answering(b"hello"), serving(certificate)) as server:
        for addresses, fails in ((["8.8.8.8", PUBLIC], False), (["8.8.8.8", "1.1.1.1", "9.9.9.9", PUBLIC], True)):
            detour = Detour(server.port)
            guarded = guard(Names(media_example=[addresses]), Refusing(detour, PUBLIC), certificate)
            with pytest.raises(Unavailable) if fails else contextlib.nullcontext():
                guarded.fetch("https://media.example/", 1000, MANY).file.close()
            assert [host for host, _ in detour.called] == addresses[:3]


# Redirects.


def redirecting(target: str, status: int = 302) -> Script:
    """Everything but /end leads to the target."""
    return lambda path: (
        answering(b"end")(path)
        if path == "/end"
        else answering(status=f"{status} Found", headers=f"Location: {target}\r\nContent-Length: 0\r\n")(path)
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/end", "end", "//cdn.example/end", "https://cdn.example:8443/end"])
def test_redirects_are_followed(certificate: Path, status: int, target: str) -> None:
    """
    A redirect to another public https address is followed, and resolved and checked anew.
    """
    with Server(redirecting(target, status), serving(certificate)) as server:
        detour = Detour(server.port)
        names = Names(media_example=[[PUBLIC]], cdn_example=[["1.1.1.1"]])
        with guard(names, detour, certificate).fetch("https://media.example/a", 1000, MANY).file as file:
            assert file.read() == b"end"
    assert len(detour.called) == len(names.asked) == 2


@pytest.mark.goal("G21")
@pytest.mark.parametrize(
    "target",
    [
        "http://media.example/end",
        "https://127.0.0.1/end",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://localhost/",
        "https://private.example/",
        "https://cdn.example:22/",
        "https://user:password@cdn.example/",
        "ftp://cdn.example/",
        "file:///etc/passwd",
        "https://2130706433/",
        "//127.0.0.1/",
        "https://①②⑦.0.0.1/",
        "https://cdn.example:x/",
    ],
)
def test_redirects_to_elsewhere_are_refused(certificate: Path, target: str) -> None:
    """
    A redirect into a private network, to plain http or to another port is refused, and nothing is sent there.
    """
    script: Script = lambda _path: [  # noqa: E731
        b"HTTP/1.1 302 Found\r\nLocation: " + target.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    ]
    with Server(script, serving(certificate)) as server:
        detour = Detour(server.port)
        names = Names(media_example=[[PUBLIC]], private_example=[["10.0.0.1"]])
        with pytest.raises(AddressRefused):
            guard(names, detour, certificate).fetch("https://media.example/a", 1000, MANY)
    assert detour.called == [(PUBLIC, 443)]


def test_never_from_https_to_http(certificate: Path) -> None:
    """
    Not even a host of a local stack, which may be called by plain http, is redirected to it from https.
    """
    with Server(redirecting("http://media.example/end"), serving(certificate)) as server:
        detour = Detour(server.port)
        guarded = Guarded(
            count(0.0, 0.0).__next__,
            unsafe_hosts=["Media.Example"],
            resolve=lambda *_: ["127.0.0.1"],
            network=detour,
            tls=ssl.create_default_context(cafile=str(certificate)),
        )
        with pytest.raises(AddressRefused, match="to http"):
            guarded.fetch("https://media.example:9000/a", 1000, MANY)
    assert detour.called == [("127.0.0.1", 9000)]


@pytest.mark.parametrize(("hops", "fine"), [(3, True), (4, False), (1000, False)])
def test_three_redirects_at_most(hops: int, *, fine: bool) -> None:
    """
    Three redirects are followed; a longer chain, or a circle, is refused.
    """

    def chain(path: str) -> Iterable[bytes]:
        hop = int(path.strip("/"))
        return (redirecting(f"/{hop + 1}") if hop < hops else answering(b"end"))(path)

    with Server(chain) as server:
        guarded, base = local(server)
        with contextlib.nullcontext() if fine else pytest.raises(FetchRefused):
            guarded.fetch(f"{base}/0", 1000, MANY).file.close()
    assert len(server.requests) == 4


def test_a_redirect_without_a_target() -> None:
    """
    A redirect that does not say where to is no media.
    """
    with Server(answering(status="302 Found", headers="Content-Length: 0\r\n")) as server:
        guarded, base = local(server)
        with pytest.raises(FetchRefused):
            guarded.fetch(base, 1000, MANY)


# Answers.


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("204 No Content", FetchRefused),
        ("206 Partial Content", FetchRefused),
        ("304 Not Modified", FetchRefused),
        ("400 Bad Request", FetchRefused),
        ("401 Unauthorized", FetchRefused),
        ("404 Not Found", FetchRefused),
        ("408 Request Timeout", Unavailable),
        ("425 Too Early", Unavailable),
        ("429 Too Many Requests", Unavailable),
        ("500 Internal Server Error", Unavailable),
        ("503 Service Unavailable", Unavailable),
    ],
)
def test_only_200_is_media(status: str, error: type[Exception]) -> None:
    """
    An error is final where it is the address's fault, and worth another try where it is the server's.
    """
    with Server(answering(status=status, headers="Content-Length: 0\r\n")) as server:
        guarded, base = local(server)
        with pytest.raises(error):
            guarded.fetch(base, 1000, MANY)


def test_what_is_fetched() -> None:
    """
    The body comes as a file with its size, hash and declared type.
    """
    with Server(
        answering(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", headers="Transfer-Encoding: chunked\r\n")
    ) as server:
        guarded, base = local(server)
        fetched = guarded.fetch(base, 11, MANY)
    with fetched.file as file:
        assert file.read() == b"hello world"
    assert fetched.size == 11
    assert fetched.sha256 == "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
    assert fetched.content_type == ""


BOMB = gzip.compress(bytes(100_000_000))
MAX_MEMORY = 16 * 1024 * 1024


@pytest.mark.goal("G22")
@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", BOMB), ("gzip, gzip", gzip.compress(BOMB)), ("br", b"\xcf\xff\xff\x7f\xf8" * 100), ("deflate", b"x")],
)
def test_bombs_do_not_go_off(encoding: str, body: bytes, figure: Show) -> None:
    """
    A compressed answer, which was not asked for, is refused unread: nothing is ever decompressed.
    """
    with Server(answering(body, headers=f"Content-Encoding: {encoding}\r\n")) as server:
        guarded, base = local(server)
        peak = _peak(lambda: _fails(guarded, base, FetchRefused))
    assert peak < MAX_MEMORY
    figure("G22", f"an answer in {encoding}, up to 100 MB once opened: peak of memory below", _mebibytes(peak))


def test_a_bomb_without_a_label_stays_closed() -> None:
    """
    Compressed bytes that are not declared so are kept as they are.
    """
    with Server(answering(BOMB)) as server:
        guarded, base = local(server)
        with guarded.fetch(base, 1_000_000, MANY).file as file:
            assert file.read() == BOMB


@pytest.mark.goal("G22")
def test_large_media_stay_out_of_memory(figure: Show) -> None:
    """
    48 MB pass through in less than 16 MiB of memory.
    """
    part = bytes(1_000_000)
    with Server(answering(*repeat(part, 48))) as server:
        guarded, base = local(server)
        peak = _peak(lambda: _discard(guarded, base))
    assert peak < MAX_MEMORY
    figure("G22", "48 MB of media: peak of memory below", _mebibytes(peak))


def _mebibytes(size: int) -> str:
    return f"{size // (1024 * 1024) + 1} MiB"


def _peak(work: Callable[[], object]) -> int:
    """Bytes of memory that the work takes at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _discard(guarded: Guarded, url: str) -> None:
    with guarded.fetch(url, 50_000_000, MANY).file as file:
        assert file.tell() == 0


def _fails(guarded: Guarded, url: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        guarded.fetch(url, 1_000_000, MANY)


def _endless(part: bytes) -> Iterator[bytes]:
    return repeat(part)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Length: 1001\r\n", [bytes(1001)]),
        ("Content-Length: 9999999999999999999\r\n", []),
        ("", [bytes(1001)]),
        ("Transfer-Encoding: chunked\r\n", [b"3e9\r\n" + bytes(1001) + b"\r\n0\r\n\r\n"]),
    ],
)
def test_a_byte_too_many(headers: str, body: list[bytes]) -> None:
    """
    Media larger than allowed are refused, by what they declare or by what comes.
    """
    with Server(answering(*body, headers=headers)) as server:
        guarded, base = local(server)
        with pytest.raises(FetchRefused, match="1000 bytes"):
            guarded.fetch(base, 1000, MANY)


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 200 OK\r\n\r\n", *[bytes(65_536)] * 40],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1;" + b"x" * 4000 + b"\r\na\r\n"] * 400],
        [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"] * 20_000,
    ],
)
def test_endless_answers_end(parts: list[bytes]) -> None:
    """
    An answer that never ends, in its body, its chunk sizes or its hints, is cut off by the bytes on the wire.
    """
    with Server(lambda _path: parts) as server:
        guarded, base = local(server)
        with pytest.raises(FetchRefused):
            guarded.fetch(base, 1000, MANY)


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", b"hello"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", b"hello"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhel"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", b"0\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 200_000],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\n"],
        [b"SSH-2.0-OpenSSH_9.6\r\n"],
        [],
    ],
)
def test_broken_answers(parts: list[bytes]) -> None:
    """
    An answer that breaks off, lies about its length or is no HTTP is nothing to keep; another try may go better.
    """
    with Server(lambda _path: parts) as server:
        guarded, base = local(server)
        with pytest.raises(Unavailable):
            guarded.fetch(base, 1000, MANY)


@pytest.mark.goal("G22")
def test_a_dripping_answer() -> None:
    """
    The deadline is for the whole fetch: a server that sends a byte a second is given up on in time.
    """
    with Server(lambda _path: [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 100_000]) as server:
        guarded, base = local(server, clock=count(0.0, 1.0).__next__)
        with pytest.raises(Unavailable):
            guarded.fetch(base, 1_000_000, 6.0)


@pytest.mark.goal("G22")
def test_a_hanging_answer() -> None:
    """
    A server that accepts and then says nothing is given up on at the deadline.
    """
    hang = threading.Event()

    def silence(_path: str) -> Iterator[bytes]:
        hang.wait()
        yield b""

    with Server(silence) as server:
        guarded, base = local(server)
        with pytest.raises(Unavailable):
            guarded.fetch(base, 1000, 0.05)
        hang.set()


def test_the_deadline_covers_resolving() -> None:
    """
    A resolver is given the time that is left, and none when there is none.
    """
    seconds: list[float] = []

    def slow(_host: str, _port: int, left: float) -> Sequence[str]:
        seconds.append(left)
        raise TimeoutError

    with pytest.raises(Unavailable):
        Guarded(iter([0.0, 1.0]).__next__, resolve=slow).fetch("https://media.example/", 1000, 3.0)
    with pytest.raises(Unavailable):
        Guarded(iter([0.0, 5.0]).__next__, resolve=slow).fetch("https://media.example/", 1000, 3.0)
    assert seconds == [2.0]


def test_no_address() -> None:
    """
    A name that stands for nothing may do so later.
    """
    with pytest.raises(Unavailable):
        Guarded(count(0.0, 0.0).__next__, resolve=lambda *_: []).fetch("https://media.example/", 1000, MANY)


def test_a_public_literal_needs_no_resolver(certificate: Path) -> None:
    """
    An address without a name is called as it is, provided that its certificate names it.
    """
    with Server(answering(b""), serving(certificate)) as server:
        detour = Detour(server.port)
        guarded = Guarded(count(0.0, 0.0).__next__, resolve=_never, network=detour)
        for url in (f"https://{PUBLIC}/", "https://[2606:4700:4700::1111]/"):
            with pytest.raises(Unavailable):
                guarded.fetch(url, 1000, MANY)
    assert [host for host, _ in detour.called] == [PUBLIC, "2606:4700:4700::1111"]


def test_refusals_are_the_clients() -> None:
    """
    Whoever gives such an address is told so with 422, without the address being repeated.
    """
    with pytest.raises(InvalidMessage) as refused:
        Guarded(count().__next__).check("https://10.9.8.7/secret")
    assert refused.value.status == 422
    assert "10.9.8.7" not in refused.value.detail


# The resolver.


def test_resolving() -> None:
    """
    The system's resolver gives each address once, and an OSError for what is no name.
    """
    assert resolve("127.0.0.1", 443, 5.0) == ["127.0.0.1"]
    with pytest.raises(OSError, match="host name"):
        resolve("a" * 70 + ".example", 443, 5.0)


def test_failing_resolver() -> None:
    """
    The resolver's own failure comes through; one that hangs is left behind.
    """
    hang = threading.Event()

    def unknown(*_: object, **__: object) -> Sequence[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    def hanging(*_: object, **__: object) -> Sequence[Any]:
        hang.wait()
        return []

    with pytest.raises(socket.gaierror):
        resolve("media.example", 443, 5.0, unknown)
    with pytest.raises(TimeoutError):
        resolve("media.example", 443, 0.01, hanging)
    hang.set()


@pytest.mark.parametrize("host", ["999.1.1.1", "a^b"])
def test_both_readers_have_to_agree(host: str) -> None:
    """
    A host of a local stack that the HTTP library cannot read, or reads as another one, is not called.
    """
    with pytest.raises(AddressRefused):
        Guarded(count().__next__, unsafe_hosts=[host]).check(f"http://{host}/")
