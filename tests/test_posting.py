"""
One POST of an event: what is sent, and what is made of the answer.
"""

import ssl
from datetime import UTC, datetime

import httpcore
import pytest
from standardwebhooks import Webhook

from herald.endpoint import Endpoint, secret_of
from herald.guarded import Guarded
from herald.posting import TIMEOUT, Poster, Tried, event_id, webhook_id
from tests.wire import Wire

NOW = 1_445_412_480_123
KEY = b"0123456789abcdef0123456789abcdef"
EVENT = '{"type": "message.read"}'
PUBLIC = "93.184.216.34"
ENDPOINT = Endpoint(id="ep1", tenant="acme", url="http://hook.example/events")


def answer(status: int, *headers: str) -> Wire:
    lines = [f"HTTP/1.1 {status} Whatever", *headers, "Content-Length: 0", "", ""]
    return Wire("\r\n".join(lines).encode())


def failing(error: Exception) -> Wire:
    return Wire(errors={PUBLIC: error})


def post(wire: Wire, endpoint: Endpoint = ENDPOINT, *, took: int = 0) -> Tried:
    """What comes of posting the event, in so many milliseconds; without TLS, as to a simulator."""
    times = iter([NOW, *[NOW + took] * 9])
    guarded = Guarded(
        lambda: 0.0,
        unsafe_hosts=["hook.example"],
        resolve=lambda *_: [PUBLIC],
        network=wire,
        tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )
    return Poster(guarded, lambda: KEY, lambda: next(times)).post(endpoint, "m:1.sent", EVENT)


@pytest.mark.feature("F21")
def test_what_is_posted() -> None:
    """The event as it is, its id without full stops, and a signature at the second of the attempt."""
    wire = answer(200)
    assert post(wire) == Tried("200")
    head, _, body = bytes(wire.heard).decode().partition("\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:])
    assert body == EVENT
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "m:1_sent"
    assert headers["webhook-timestamp"] == str(NOW // 1000)
    assert TIMEOUT == 15.0


def signatures(endpoint: Endpoint) -> list[str]:
    wire = answer(200)
    post(wire, endpoint)
    (line,) = [line for line in bytes(wire.heard).decode().split("\r\n") if line.startswith("webhook-signature: ")]
    return line.removeprefix("webhook-signature: ").split(" ")


@pytest.mark.goal("G13")
def test_signatures() -> None:
    """One for each secret that is valid at that moment, the newest first, and none for one that has ended."""
    endpoint = Endpoint(id="ep1", tenant="acme", url=ENDPOINT.url, epochs=((3, None), (2, NOW + 1), (1, NOW)))
    at = datetime.fromtimestamp(NOW // 1000, UTC)
    expected = [Webhook(secret_of(KEY, "ep1", epoch)).sign("m:1_sent", at, EVENT) for epoch in (3, 2)]
    assert signatures(endpoint) == expected
    assert signatures(ENDPOINT) == [Webhook(secret_of(KEY, "ep1", 1)).sign("m:1_sent", at, EVENT)]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (answer(204), Tried("204", None, 9)),
        (answer(302, "Retry-After: 5"), Tried("302", None, 9)),
        (answer(400, "Retry-After: 5"), Tried("400", None, 9)),
        (answer(410), Tried("410", None, 9)),
        (answer(429), Tried("429", 0, 9)),
        (answer(429, "Retry-After: 5"), Tried("429", 5000, 9)),
        (answer(429, "Retry-After: 999999"), Tried("429", 86_400_000, 9)),
        (answer(429, "Retry-After: Wed, 21 Oct 2015 07:28:30 GMT"), Tried("429", 29_868, 9)),
        (answer(500, "Retry-After: 5"), Tried("500", None, 9)),
        (answer(502, "Retry-After: 5"), Tried("502", 5000, 9)),
        (answer(503, "Retry-After: 5"), Tried("503", 5000, 9)),
        (answer(504, "Retry-After: 5"), Tried("504", 5000, 9)),
        (failing(httpcore.ConnectTimeout("")), Tried("timeout", 0, 9)),
        (failing(httpcore.ConnectError("")), Tried("unreachable", None, 9)),
        (Wire(b"SSH-2.0\r\n"), Tried("broken", None, 9)),
    ],
    ids=lambda case: f"{case.last} {case.wait}" if isinstance(case, Tried) else "",
)
@pytest.mark.feature("F21")
def test_what_came_of_it(wire: Wire, expected: Tried) -> None:
    """The status, or our word for what failed; by some of them an endpoint is left alone, as long as it asks for."""
    assert post(wire, took=9) == expected


def test_an_address_that_is_none_of_ours_to_call() -> None:
    """An address that has become private is not called, and nothing says how long to wait."""
    wire = answer(200)
    endpoint = Endpoint(id="ep1", tenant="acme", url="https://10.0.0.1/")
    assert post(wire, endpoint, took=9) == Tried("address_refused", None, 9)
    assert wire.heard == b""


NOT_YET = ("302", "400", "502", "timeout", "broken")


@pytest.mark.parametrize(
    ("last", "delivered", "gone"),
    [("200", True, False), ("299", True, False), *((last, False, False) for last in NOT_YET), ("410", False, True)],
)
def test_what_is_over(last: str, *, delivered: bool, gone: bool) -> None:
    """Any 2xx is a yes, and only 410 means that nothing more is wanted."""
    assert (Tried(last).delivered, Tried(last).gone) == (delivered, gone)


def test_ids() -> None:
    """An event's id is found from what its header carries, and from itself."""
    assert webhook_id("abc.def:0:receipt_overdue") == "abc_def:0:receipt_overdue"
    for given in ("abc_def:0:receipt_overdue", "abc.def:0:receipt_overdue"):
        assert event_id(given) == "abc.def:0:receipt_overdue"
