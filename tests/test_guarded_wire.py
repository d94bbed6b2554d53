"""
What goes over a guarded line, byte by byte and second by second.
"""

import ssl
from collections.abc import Iterator, Sequence

import httpcore
import pytest

from herald.errors import Unavailable
from herald.guarded import Answered, Fetched, FetchRefused, Guarded, Unanswered
from herald.pinned import Line, TooMuch
from herald.web_address import AddressRefused
from tests.wire import Wire

pytestmark = [pytest.mark.feature("F21"), pytest.mark.goal("G21")]

PUBLIC = "93.184.216.34"
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
URL = "https://media.example/a?b#c"


def guarded(wire: Wire, *addresses: str, clock: Iterator[float] | None = None) -> Guarded:
    """A guard on this wire; its clock stands still."""
    found = addresses or (PUBLIC,)
    return Guarded((clock or iter(lambda: 5.0, 0.0)).__next__, resolve=lambda *_: found, network=wire, tls=TLS)


def answer(body: bytes = b"hello", *headers: str, status: int = 200) -> Wire:
    """All at once, with its length unless another one is told."""
    length = [] if any(header.startswith(("Content-Length", "Transfer")) for header in headers) else [len(body)]
    lines = [f"HTTP/1.1 {status} X", *headers, *(f"Content-Length: {size}" for size in length), "", ""]
    return Wire("\r\n".join(lines).encode() + body)


def fetch(wire: Wire, max_bytes: int = 1000, url: str = URL, seconds: float = 60.0) -> Fetched:
    found = guarded(wire).fetch(url, max_bytes, seconds)
    found.file.close()
    return found


def test_a_fetch() -> None:
    """By its name, to the address that was checked, with these headers and no other; the connection is not kept."""
    wire = answer(b"hello", "Content-Type: image/png")
    with guarded(wire).fetch(URL, 1000, 60.0).file as file:
        assert file.read() == b"hello"
    assert bytes(wire.heard) == (
        b"GET /a?b HTTP/1.1\r\nHost: media.example\r\nUser-Agent: herald\r\nAccept: */*\r\n"
        b"Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )
    assert (wire.called, wire.names, wire.closed) == ([(PUBLIC, 443)], ["media.example"], 1)
    assert list(dict.fromkeys(wire.steps)) == [("connect", 3.0), ("tls", 3.0), ("write", 10.0), ("read", 10.0)]


def test_a_post() -> None:
    """The same, with the caller's headers and body; a reply may take all the time that is left."""
    wire = answer(b"", "X-Thing: One", status=503)
    answered = guarded(wire).post("https://media.example:8443/hook", {"x-id": "m"}, b"{}", 15.0)
    assert answered == Answered(503, {"x-thing": "One", "content-length": "0"})
    assert bytes(wire.heard) == (
        b"POST /hook HTTP/1.1\r\nHost: media.example:8443\r\nUser-Agent: herald\r\nAccept: */*\r\n"
        b"Accept-Encoding: identity\r\nConnection: close\r\nx-id: m\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert (wire.called, wire.closed) == ([(PUBLIC, 8443)], 1)
    assert list(dict.fromkeys(wire.steps)) == [("connect", 3.0), ("tls", 3.0), ("write", 15.0), ("read", 15.0)]


def test_no_step_outlives_the_deadline() -> None:
    """Each step has what is left, when that is less than it may take."""
    wire = answer()
    fetch(wire, seconds=2.0)
    assert {seconds for _, seconds in wire.steps} == {2.0}


@pytest.mark.parametrize(("left", "fine"), [(0.5, True), (0.0, False), (-1.0, False)])
def test_the_deadline(left: float, *, fine: bool) -> None:
    """At its very moment the time is over, before anybody is called."""
    wire = Wire()
    line = Line(lambda *_: [PUBLIC], wire, lambda: left, 1000)
    if fine:
        assert line.left(None) == left
        assert line.left(0.1) == 0.1
    else:
        with pytest.raises(httpcore.ReadTimeout):
            line.connect_tcp("media.example", 443)
        assert wire.called == []


def test_too_late() -> None:
    """A fetch may go better another time; a POST has no answer."""
    with pytest.raises(Unavailable):
        guarded(answer(), clock=iter([0.0, 9.0])).fetch(URL, 1000, 9.0)
    with pytest.raises(Unanswered) as error:
        guarded(answer(), clock=iter([0.0, 9.0])).post(URL, {}, b"", 9.0)
    assert error.value.why == "timeout"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (httpcore.ConnectTimeout(""), "timeout"),
        (httpcore.ConnectError(""), "unreachable"),
        (httpcore.ReadError(""), "broken"),
        (httpcore.RemoteProtocolError(""), "broken"),
        (TooMuch(), "broken"),
    ],
)
def test_failures(error: Exception, why: str) -> None:
    """Nothing left us, or nobody knows: in a word."""
    with pytest.raises(Unanswered) as found:
        guarded(Wire(errors={PUBLIC: error})).post(URL, {}, b"", 9.0)
    assert found.value.why == why
    with pytest.raises(FetchRefused if isinstance(error, TooMuch) else Unavailable):
        fetch(Wire(errors={PUBLIC: error}))


@pytest.mark.parametrize(
    "headers",
    [(), ("Content-Encoding:",), ("Content-Encoding:  Identity ",), ("Content-Encoding: identity",)],
)
def test_exactly_as_much_as_allowed(headers: Sequence[str]) -> None:
    """A body of exactly the size that is allowed is kept, and so is one that says it is not compressed."""
    found = fetch(answer(bytes(1000), *headers))
    assert found.size == 1000
    with pytest.raises(FetchRefused, match="1000 bytes"):
        fetch(answer(bytes(1001), *headers))
    with pytest.raises(FetchRefused, match="1000 bytes"):
        fetch(
            answer(
                b"1f5\r\n" + bytes(501) + b"\r\n1f4\r\n" + bytes(500) + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked"
            )
        )


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((status, FetchRefused) for status in (201, 204, 300, 304, 407, 424, 499)),
        *((status, Unavailable) for status in (408, 425, 429, 500, 599)),
    ],
)
def test_statuses(status: int, error: type[Exception]) -> None:
    """Only 200 is media; what may go better another time is told from what is final."""
    with pytest.raises(error):
        fetch(answer(b"", "Location: /elsewhere", status=status))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(status: int) -> None:
    """Three are followed, each to where it says; the fourth is refused, and so is one that says nothing."""
    wire = answer(b"", "Location: /next?d", status=status)
    with pytest.raises(FetchRefused, match="more than 3 times"):
        fetch(wire)
    assert bytes(wire.heard).count(b"GET /next?d HTTP/1.1\r\n") == 3
    assert wire.closed == 4
    with pytest.raises(FetchRefused, match=f"answered {status}"):
        fetch(answer(b"", status=status))


@pytest.mark.parametrize(
    "location",
    [
        "http://media.example/",
        "https://10.0.0.1/",
        "https://media.example:22/",
        "https://[",
        "//u@media.example/",
        "data:,x",
    ],
)
def test_redirects_to_nowhere(location: str) -> None:
    """Where a redirect leads is checked like what it was asked for."""
    wire = answer(b"", f"Location: {location}", status=302)
    with pytest.raises(AddressRefused):
        fetch(wire)
    assert len(wire.called) == 1


def test_never_from_https_to_http() -> None:
    """Not even to a host of a local stack, which by itself may be called by http."""
    found = Guarded(
        lambda: 0.0,
        unsafe_hosts=["Local.Example"],
        resolve=lambda *_: ["127.0.0.1"],
        network=answer(b"", "Location: http://local.example/", status=302),
        tls=TLS,
    )
    with pytest.raises(AddressRefused, match="from https to http"):
        found.fetch("https://local.example/", 1000, 9.0)
    with pytest.raises(FetchRefused, match="more than 3 times"):
        found.fetch("http://local.example/", 1000, 9.0)


def test_a_long_reply_to_a_post() -> None:
    """Of a reply that nobody needs so much is read, and no part more."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n"
    wire = Wire(head, *[bytes(4096)] * 16)
    assert guarded(wire).post(URL, {}, b"", 9.0).status == 200
    assert [name for name, _ in wire.steps].count("read") == 1 + 4
    wire = Wire(head, *[bytes(5461)] * 12)
    assert guarded(wire).post(URL, {}, b"", 9.0).status == 200
    assert [name for name, _ in wire.steps].count("read") == 1 + 4


def line(wire: Wire, *addresses: str, max_bytes: int = 1000) -> Line:
    return Line(lambda *_: addresses, wire, lambda: 60.0, max_bytes)


def test_bytes_on_the_wire() -> None:
    """What is allowed, a quarter more for what frames it, and four times 64 KiB for headers; then it is too much."""
    wire = Wire(*[bytes(65_536)] * 4, bytes(1250), b"x")
    found = line(wire, PUBLIC)
    assert found.bytes_left == 1000 + 250 + 4 * 65_536
    stream = found.connect_tcp("media.example", 443)
    assert sum(len(stream.read(65_536)) for _ in range(5)) == 263_394
    with pytest.raises(TooMuch):
        stream.read(65_536)


ANYWHERE = ("1.1.1.1", "8.8.8.8", "9.9.9.9", PUBLIC)


@pytest.mark.parametrize("failing", range(4))
def test_the_first_that_answers(failing: int) -> None:
    """Of at most three addresses the first that answers is taken, the rest is not called."""
    errors = [httpcore.ConnectError("no"), httpcore.ConnectTimeout("no"), httpcore.ConnectError("the last one")]
    wire = Wire(errors=dict(zip(ANYWHERE[:failing], errors, strict=False)))
    if failing < 3:
        line(wire, *ANYWHERE).connect_tcp("media.example", 443, 1.0, "0.0.0.0", [("option",)])  # noqa: S104
        assert wire.options == [("0.0.0.0", [("option",)])] * (failing + 1)  # noqa: S104 - passed on
    else:
        with pytest.raises(httpcore.ConnectError, match="the last one"):
            line(wire, *ANYWHERE).connect_tcp("media.example", 443)
    assert wire.called == [(address, 443) for address in ANYWHERE[: min(failing + 1, 3)]]


def test_other_failures_end_it() -> None:
    """Only that nobody answers is a reason to try the next address."""
    wire = Wire(errors={"1.1.1.1": httpcore.ReadError("broken")})
    with pytest.raises(httpcore.ReadError):
        line(wire, *ANYWHERE).connect_tcp("media.example", 443)
    assert wire.called == [("1.1.1.1", 443)]


def test_the_stream_is_the_networks_own() -> None:
    """It is closed, and asked for what only it knows, also under TLS."""
    wire = Wire()
    stream = line(wire, PUBLIC).connect_tcp("media.example", 443)
    inner = stream.start_tls(TLS, "media.example", 2.0)
    assert (stream.get_extra_info("told"), inner.get_extra_info("told")) == ("TOLD", "TOLD")
    inner.write(b"hello", 2.0)
    inner.close()
    assert (bytes(wire.heard), wire.closed, wire.names) == (b"hello", 1, ["media.example"])
    assert wire.steps == [("connect", 60.0), ("tls", 2.0), ("write", 2.0)]


@pytest.mark.parametrize(
    ("host", "found", "expected"),
    [
        ("media.example", [PUBLIC, "8.8.8.8"], [PUBLIC, "8.8.8.8"]),
        ("media.example", [PUBLIC, "10.0.0.1"], AddressRefused),
        ("media.example", ["10.0.0.1", PUBLIC], AddressRefused),
        ("media.example", [], httpcore.ConnectError),
        ("8.8.8.8", ["10.0.0.1"], ["8.8.8.8"]),
        ("[2606:4700:4700::1111]", [], ["2606:4700:4700::1111"]),
        ("[::1]", [PUBLIC], AddressRefused),
        ("127.0.0.1", [PUBLIC], AddressRefused),
        ("local.example", ["127.0.0.1"], ["127.0.0.1"]),
    ],
)
def test_addresses(host: str, found: list[str], expected: list[str] | type[Exception]) -> None:
    """All of them have to be public, but those of a local stack; a literal address is asked of nobody."""
    checked = Guarded(lambda: 0.0, unsafe_hosts=["LOCAL.example"], resolve=lambda *_: found)
    if isinstance(expected, list):
        assert list(checked.addresses(host, 443, 1.0)) == expected
    else:
        with pytest.raises(expected):
            checked.addresses(host, 443, 1.0)


def test_what_is_asked_of_the_resolver() -> None:
    """The host, the port and the seconds that are left."""
    asked: list[tuple[str, int, float]] = []

    def resolve(host: str, port: int, seconds: float) -> Sequence[str]:
        asked.append((host, port, seconds))
        return [PUBLIC]

    Guarded(lambda: 0.0, resolve=resolve, network=answer(), tls=TLS).fetch(URL, 1000, 2.0).file.close()
    assert asked == [("media.example", 443, 2.0)]


def test_normal_form() -> None:
    """What is called is what was checked, without what only a reader needs."""
    checked = Guarded(lambda: 0.0)
    assert str(checked.check("HTTPS://Media.Example:443/a?b#c")) == "https://media.example/a?b"
    assert str(checked.check("https://media.example:8443/")) == "https://media.example:8443/"
