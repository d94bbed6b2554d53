"""
The wire against a hostile server: what fails before anything left us is not sent, everything later is unclear.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from herald.errors import NotSent, OutcomeUnknown, ProviderUnavailable
from herald.exchange import MAX_ANSWER, Exchange
from herald.provider import Request, Response
from tests.hostile import OK, Script, Server, endless, say, say_and_close, say_and_reset

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with closing(Exchange()) as found:
        yield found


@pytest.fixture
def hasty() -> Iterator[Exchange]:
    """Soon tired of waiting."""
    with closing(Exchange(connect_timeout=0.5, timeout=0.3)) as found:
        yield found


def test_a_request_arrives_as_it_was_built(exchange: Exchange) -> None:
    """Method, path, headers and bytes; no compression is asked for; the answer comes back whole."""
    answer = b"HTTP/1.1 201 Created\r\nX-Thing: One\r\nContent-Length: 4\r\n\r\n\x00\xffok"
    with Server(say(answer)).running() as server:
        request = Request("POST", f"{server.url}?a=%2B43", {"X-Mine": "yes"}, b"\x00bytes\xff")
        assert exchange.send(request) == Response(201, {"x-thing": "One", "content-length": "4"}, b"\x00\xffok")
    (seen,) = server.requests
    head, _, body = seen.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /send?a=%2B43 HTTP/1.1\r\n")
    assert b"x-mine: yes" in head.lower()
    assert b"accept-encoding: identity" in head.lower()
    assert b"user-agent: herald" in head.lower()
    assert body == b"\x00bytes\xff"


HALF = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"statusCode":20'
UNCLEAR: dict[str, Script] = {
    "closed without an answer": say_and_close(b""),
    "reset without an answer": say_and_reset(b""),
    "closed in the middle of the body": say_and_close(HALF),
    "reset in the middle of the body": say_and_reset(HALF),
    "closed in the middle of a chunk": say_and_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{"),
    "silent in the middle of the body": say(HALF),
    "closed in the middle of the headers": say_and_close(b"HTTP/1.1 200 OK\r\nContent-"),
    "not http": say_and_close(b"SSH-2.0-OpenSSH\r\n"),
    "compressed": say(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"),
    "too large": say_and_close(b"HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n" + b"x" * (MAX_ANSWER + 1)),
    "endless": endless,
}


@pytest.mark.parametrize("script", UNCLEAR.values(), ids=UNCLEAR)
def test_what_fails_after_the_request_left_is_unclear(hasty: Exchange, script: Script) -> None:
    """The message may have been sent, and it is asked for exactly once."""
    with Server(script).running() as server, pytest.raises(OutcomeUnknown):
        hasty.send(Request("POST", server.url, {}, b"{}"))
    assert len(server.requests) == 1


def test_a_server_that_never_answers_is_unclear(hasty: Exchange) -> None:
    """A read timeout does not prove that nothing was sent."""
    with Server(lambda _: None).running() as server, pytest.raises(OutcomeUnknown) as caught:
        hasty.send(Request("POST", server.url, {}, b"{}"))
    assert caught.value.provider_code == "ReadTimeout"
    assert len(server.requests) == 1


class Seconds:
    """A clock that a server moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def dripping(clock: Seconds, head: bytes, rest: bytes = b"", seconds: int = 10_000) -> Script:
    """A drip a second, each in time for a read; in the end all that is left."""

    def script(connection: socket.socket) -> None:
        pause = threading.Event()
        connection.sendall(head)
        for _ in range(seconds):
            clock.now += 1
            connection.sendall(b"x")
            pause.wait(0.005)
        connection.sendall(rest)

    return script


HEADERS, AFTER_HEADERS = b"HTTP/1.1 200 OK\r\nX-Drip: x", b"\r\nContent-Length: 2\r\n\r\n{}"
BODY, AFTER_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n", b"y" * 10


@pytest.mark.parametrize("head", [HEADERS, BODY.replace(b"30", b"30000")], ids=["headers", "body"])
def test_an_answer_by_drips_is_unclear(head: bytes) -> None:
    """No part of it is late, but all of it is: nobody's worker waits for its end."""
    clock = Seconds()
    exchange = Exchange(clock=clock)
    with closing(exchange), Server(dripping(clock, head)).running() as server, pytest.raises(OutcomeUnknown) as caught:
        exchange.send(Request("POST", server.url, {}, b"{}"))
    assert caught.value.provider_code == "ReadTimeout"
    assert clock.now < 10_000


@pytest.mark.parametrize(("head", "rest"), [(HEADERS, AFTER_HEADERS), (BODY, AFTER_BODY)], ids=["headers", "body"])
def test_media_may_take_longer(head: bytes, rest: bytes) -> None:
    """What carries media, be it there or back, has twice the time of other calls."""
    clock = Seconds()
    exchange = Exchange(clock=clock)
    with closing(exchange), Server(dripping(clock, head, rest, 20)).running() as server:
        assert exchange.send(Request("GET", server.url), max_bytes=MAX_ANSWER + 1).status == 200
        assert exchange.send(Request("POST", server.url, {}, b"x" * (MAX_ANSWER + 1))).status == 200


def test_a_refused_connection_is_not_sent(exchange: Exchange) -> None:
    """Nobody listens: nothing left us."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ProviderUnavailable) as caught:
        exchange.send(Request("POST", f"http://127.0.0.1:{port}/", {}, b"{}"))
    assert caught.value.provider_code == "ConnectError"


def test_a_failed_handshake_is_not_sent(hasty: Exchange) -> None:
    """Without TLS the request stays here."""
    with Server(say_and_close(b"no tls here\r\n\r\n")).running() as server, pytest.raises(NotSent):
        hasty.send(Request("POST", server.url.replace("http:", "https:"), {"Authorization": "secret"}, b"{}"))
    assert not any(b"secret" in request for request in server.requests)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://[", "http://", "nowhere"])
def test_an_address_that_is_none_is_not_sent(exchange: Exchange, url: str) -> None:
    """A wrong setting is no reason to think that something was sent."""
    with pytest.raises(ProviderUnavailable) as caught:
        exchange.send(Request("GET", url))
    assert url not in caught.value.detail


def test_a_redirect_is_an_answer(exchange: Exchange) -> None:
    """Credentials are never carried to where an answer points."""
    answer = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    with Server(say(answer)).running() as server:
        assert exchange.send(Request("GET", server.url)).status == 302
    assert len(server.requests) == 1


def test_an_end_after_the_whole_answer_changes_nothing(exchange: Exchange) -> None:
    """What was read whole counts."""
    with Server(say_and_close(OK)).running() as server:
        assert exchange.send(Request("GET", server.url)).body == b"{}"


def test_downloads_may_be_larger(exchange: Exchange) -> None:
    """The limit is the caller's; at the limit is not over it."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 2_000_000
    with Server(say_and_close(answer)).running() as server:
        assert len(exchange.send(Request("GET", server.url), max_bytes=2_000_000).body) == 2_000_000
    with Server(say_and_close(answer)).running() as server, pytest.raises(OutcomeUnknown):
        exchange.send(Request("GET", server.url), max_bytes=1_999_999)


def test_connections_are_kept_until_they_are_forgotten(exchange: Exchange) -> None:
    """One connection for many calls, and a fresh one after a freeze of the worker."""
    with Server(say(OK)).running() as server:
        exchange.send(Request("GET", server.url))
        exchange.send(Request("GET", server.url))
        assert server.connections == 1
        exchange.fresh()
        exchange.send(Request("GET", server.url))
        assert server.connections == 2


def test_a_header_that_cannot_be_sent(exchange: Exchange) -> None:
    """What no HTTP request can carry is noticed before anything leaves us."""
    with pytest.raises(ProviderUnavailable):
        exchange.send(Request("POST", "http://127.0.0.1:9/", {"X-Name": "\N{SNOWMAN}"}))


def test_proxies_of_the_environment_are_not_used(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent to a provider goes there and nowhere else, whatever the environment says."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    exchange.fresh()
    with Server(say(OK)).running() as server:
        assert exchange.send(Request("GET", server.url)).body == b"{}"


def test_a_body_that_says_it_is_not_compressed(exchange: Exchange) -> None:
    """`identity` is no compression, in any case of its letters (RFC 9110, 8.4.1)."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: 2\r\n\r\nok"
    with Server(say(answer)).running() as server:
        assert exchange.send(Request("GET", server.url)).body == b"ok"


def test_a_line_that_is_given_is_kept() -> None:
    """Only connections of its own are forgotten."""
    exchange = Exchange(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=b"ok")))
    exchange.fresh()
    assert exchange.send(Request("GET", "https://provider.example")).body == b"ok"
