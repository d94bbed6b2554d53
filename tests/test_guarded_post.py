"""
Posting to users' addresses: as guarded as fetching, and no reply can do harm.

Addresses, spellings and the server of raw bytes are those of tests/test_guarded.py.
"""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, repeat
from pathlib import Path
from typing import Any

import httpcore
import pytest

from herald.guarded import MAX_REPLY, Answered, Guarded, Unanswered
from herald.web_address import AddressRefused
from tests.addresses import SPELLINGS
from tests.test_guarded import (
    BOMB,
    MANY,
    PUBLIC,
    Detour,
    Names,
    Server,
    _connects,
    _never,
    _peak,
    answering,
    certificate,
    connects,
    guard,
    local,
    serving,
)

__all__ = ["certificate", "connects"]  # fixtures

pytestmark = [pytest.mark.feature("F21"), pytest.mark.goal("G21"), pytest.mark.allow_hosts(["127.0.0.1", "::1"])]

BODY = b'{"id":"m:0:sent"}'
HEADERS = {"content-type": "application/json", "webhook-id": "m"}


class Taking(Server):
    """A server that reads the whole request before it answers."""

    def _talk(self, connection: socket.socket) -> None:
        request = b""
        while not request.endswith(BODY):
            part = connection.recv(65_536)
            if not part:
                return
            request += part
        self.requests.append(request)
        for part in self._script(request.split(b" ")[1].decode()):
            connection.sendall(part)


def post(server: Server, clock: Callable[[], float] | None = None, seconds: float = MANY) -> Answered:
    """What the server answers."""
    guarded, base = local(server, clock)
    return guarded.post(f"{base}/hook", HEADERS, BODY, seconds)


@pytest.mark.parametrize("url", SPELLINGS)
def test_denied_spellings(url: str) -> None:
    """However a local or unreadable address is spelled, nothing is resolved, and nothing posted."""
    _connects.clear()
    with pytest.raises(AddressRefused):
        Guarded(count().__next__, resolve=_never).post(url, HEADERS, BODY, MANY)
    assert _connects == []


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254", "10.0.0.1", "fd00:ec2::254", "fe80::1%lo"])
@pytest.mark.parametrize("before", [[], [PUBLIC], [PUBLIC, "8.8.8.8"]])
def test_one_private_address_is_enough(address: str, before: list[str]) -> None:
    """A name with one address that is not public gets not one packet."""
    _connects.clear()
    guarded = Guarded(count(0.0, 0.0).__next__, resolve=lambda *_: [*before, address])
    with pytest.raises(AddressRefused):
        guarded.post("https://media.example/", HEADERS, BODY, MANY)
    assert _connects == []


def test_the_checked_address_is_called_by_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The POST goes to the address that was checked, under its name, with these headers and this body only."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with Taking(answering(b"ok"), serving(certificate)) as server:
        detour, names = Detour(server.port), Names(media_example=[[PUBLIC], ["169.254.169.254"]])
        guarded = guard(names, detour, certificate)
        answer = guarded.post("https://media.example/hook?b#c", HEADERS, BODY, MANY)
        with pytest.raises(AddressRefused):
            guarded.post("https://media.example/hook", HEADERS, BODY, MANY)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert detour.called == [(PUBLIC, 443)]
    assert server.names == ["media.example"]
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    assert (line, body) == ("POST /hook?b HTTP/1.1", BODY)
    assert dict(each.split(": ", 1) for each in lines) == {
        "Host": "media.example",
        "User-Agent": "herald",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": str(len(BODY)),
        **HEADERS,
    }


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/end", "https://cdn.example/", "http://169.254.169.254/"])
def test_redirects_are_answers(status: int, target: str) -> None:
    """No redirect is followed, wherever it leads."""
    with Taking(answering(status=f"{status} X", headers=f"Location: {target}\r\nContent-Length: 0\r\n")) as server:
        assert post(server).status == status
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [200, 202, 204, 400, 404, 410, 429, 500, 503])
def test_every_status_is_an_answer(status: int) -> None:
    """What it means is for the caller to say."""
    with Taking(answering(status=f"{status} X", headers="Content-Length: 0\r\nRetry-After: 7\r\n")) as server:
        assert post(server) == Answered(status, {"content-length": "0", "retry-after": "7"})


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "br"])
def test_bombs_do_not_go_off(encoding: str) -> None:
    """A compressed reply is not unpacked, and not read to its end."""
    with Taking(answering(BOMB, headers=f"Content-Encoding: {encoding}\r\n")) as server:
        assert _peak(lambda: post(server)) < 4 * 1024 * 1024


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 200 OK\r\n\r\n", *repeat(bytes(65_536), 1000)],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\n", *repeat(bytes(65_536), 1000)],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1;" + b"x" * 4000 + b"\r\na\r\n"] * 4000],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", b"hello"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"snafu"],
    ],
)
def test_the_status_counts(parts: Sequence[bytes]) -> None:
    """A reply that never ends, or breaks off, was an answer all the same; no more than its beginning is read."""
    with Taking(lambda _path: parts) as server:
        assert post(server).status == 200
    assert MAX_REPLY == 16_384


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"] * 20_000,
        [b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 400_000],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"],
        [b"SSH-2.0-OpenSSH_9.6\r\n"],
        [],
    ],
)
def test_broken_answers(parts: Iterable[bytes]) -> None:
    """What never becomes an answer is told as broken, and ends."""
    with Taking(lambda _path: parts) as server, pytest.raises(Unanswered) as error:
        post(server)
    assert error.value.why == "broken"


def test_a_dripping_answer() -> None:
    """The deadline is for all of it: a reply that comes a byte a second is a timeout, whatever its status."""
    script = [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", *[b"x"] * 100_000]
    with Taking(lambda _path: script) as server, pytest.raises(Unanswered) as error:
        post(server, count(0.0, 1.0).__next__, 12.0)
    assert error.value.why == "timeout"


def test_a_hanging_answer() -> None:
    """A server that takes the event and then says nothing is given up on at the deadline."""
    hang = threading.Event()

    def silence(_path: str) -> Iterator[bytes]:
        hang.wait()
        yield b""

    with Taking(silence) as server:
        with pytest.raises(Unanswered) as error:
            post(server, seconds=0.05)
        hang.set()
    assert error.value.why == "timeout"


class Unreachable(httpcore.NetworkBackend):
    """Nobody answers."""

    def connect_tcp(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("refused")


def test_nobody_there() -> None:
    """A name without an address, and an address that nobody answers at, are unreachable."""
    for resolve, network in ((lambda *_: [], None), (lambda *_: [PUBLIC], Unreachable())):
        guarded = Guarded(count(0.0, 0.0).__next__, resolve=resolve, network=network)
        with pytest.raises(Unanswered) as error:
            guarded.post("https://media.example/", HEADERS, BODY, MANY)
        assert error.value.why == "unreachable"
