"""
Deliver against a provider that behaves badly on a real socket: every fault leads where the table of outcomes says, and
what may have been sent is never sent again.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import pytest

from herald.exchange import MAX_ANSWER, Exchange
from tests.carrier import send
from tests.conftest import Show
from tests.crash import on_lanes, restart, settle_all
from tests.hostile import Script, Server, endless, say, say_and_close, say_and_reset
from tests.world import World

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SENT = json.dumps({"statusCode": 2000, "transferId": "t-1", "smsCount": 1}).encode()


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """An HTTP answer as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


TAKE = say(answer("200 OK", SENT))
HALF = answer("200 OK", SENT)[:-10]


def dripping(connection: socket.socket) -> bool:
    """A byte now and then, each in time, without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    pause = threading.Event()
    while not pause.wait(0.05):
        connection.sendall(b"{")
    return True


def dripping_headers(connection: socket.socket) -> bool:
    """The same before the answer has even begun."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    pause = threading.Event()
    while not pause.wait(0.05):
        connection.sendall(b"x")
    return True


class Fault(NamedTuple):
    """What the provider does to the first call; how the message ends, and how often it was asked for in all."""

    script: Script
    status: str
    calls: int


FAULTS = {
    "takes it and hangs": Fault(lambda _: None, "unknown", 1),
    "takes it and resets": Fault(say_and_reset(b""), "unknown", 1),
    "takes it and closes": Fault(say_and_close(b""), "unknown", 1),
    "half an answer": Fault(say_and_close(HALF), "unknown", 1),
    "half an answer, then silence": Fault(say(HALF), "unknown", 1),
    "an answer by drips": Fault(dripping, "unknown", 1),
    "headers by drips": Fault(dripping_headers, "unknown", 1),
    "a 200 with a web page": Fault(say(answer("200 OK", b"<html>welcome</html>")), "unknown", 1),
    "a 200 with nothing": Fault(say(answer("200 OK")), "unknown", 1),
    "a compressed 200": Fault(say(answer("200 OK", b"\x1f\x8b\x08", "Content-Encoding: gzip")), "unknown", 1),
    "an endless 200": Fault(endless, "unknown", 1),
    "a huge 200": Fault(say_and_close(answer("200 OK", b"x" * (MAX_ANSWER + 1))), "unknown", 1),
    "a redirect": Fault(say(answer("302 Found", b"", "Location: http://127.0.0.1/elsewhere")), "unknown", 1),
    "a 502 though it was sent": Fault(say(answer("502 Bad Gateway", b"busy")), "unknown", 1),
    "a 500": Fault(say(answer("500 Internal Server Error", b"{}")), "unknown", 1),
    "a 408": Fault(say(answer("408 Request Timeout")), "unknown", 1),
    "no http": Fault(say_and_close(b"SSH-2.0-OpenSSH\r\n"), "unknown", 1),
    "too busy": Fault(say(answer("429 Too Many Requests", b"", "Retry-After: 2")), "sent", 2),
    "too busy until the year 9999": Fault(
        say(answer("429 Too Many Requests", b"", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT")), "sent", 2
    ),
    "too busy, in words": Fault(say(answer("429 Too Many Requests", b"", "Retry-After: soon")), "sent", 2),
    "a refusal": Fault(say(answer("400 Bad Request", json.dumps({"statusCode": 4002}).encode())), "rejected", 1),
}


class WiredWorld(World):
    """A world whose workers talk to a real server, with little patience, so that a test sees the end of it."""

    def exchange(self) -> Exchange:
        """One that is closed with the world."""
        return self.lines.enter_context(closing(Exchange(connect_timeout=0.5, timeout=1.0)))

    @cached_property
    def lines(self) -> ExitStack:
        """What is open to the server."""
        return ExitStack()


def lead_to(world: World, url: str) -> None:
    """The SMS account is to be found at this address."""
    stored = world.operator.registry.read_account("acme-sms")
    account = replace(stored.value, settings={**stored.value.settings, "base_url": url})
    world.operator.registry.change_account(account, stored.version)
    restart(world)


def once(script: Script) -> Script:
    """The script for the first call, and a good answer to all that follow."""
    scripts = [script]

    def play(connection: socket.socket) -> object:
        return scripts.pop()(connection) if scripts else TAKE(connection)

    return play


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with WiredWorld.of_acme() as world, world.lines:
        yield world


@pytest.mark.goal("G5")
@pytest.mark.goal("G19")
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_each_fault_has_one_end(world: World, fault: Fault, figure: Show) -> None:
    """
    The message ends as the table says after exactly so many calls; the next message is not touched by what came before.
    """
    with Server(once(fault.script)).running() as server:
        lead_to(world, server.url.removesuffix("/send"))
        first = send(world)
        world.invoke("deliver", on_lanes(world))
        settle_all(world)
        assert world.get(f"/v1/messages/{first}").json["status"] == fault.status
        assert len(server.requests) == fault.calls
        second = send(world)
        settle_all(world)
        assert world.get(f"/v1/messages/{second}").json["status"] == "sent"
        assert len(server.requests) == fault.calls + 1
    figure("G19", "faults on a real socket, each with the outcome of the table", len(FAULTS))


def test_nobody_there_and_then_somebody(world: World) -> None:
    """A refused connection is not sent: the message waits until somebody listens, and is sent once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    lead_to(world, f"http://127.0.0.1:{port}")
    identifier = send(world)
    world.invoke("deliver", on_lanes(world))
    shown = world.get(f"/v1/messages/{identifier}").json
    assert (shown["status"], shown["error"]["code"]) == ("accepted", "ConnectError")
    with Server(TAKE).running() as server:
        lead_to(world, server.url.removesuffix("/send"))
        settle_all(world)
    assert world.get(f"/v1/messages/{identifier}").json["status"] == "sent"
    assert len(server.requests) == 1


def hang_up_when_told(told: threading.Event, over: threading.Event) -> Callable[[socket.socket], object]:
    """Answers well; once told it has ended the connection, as a provider does with one that was idle for long."""

    def script(connection: socket.socket) -> bool:
        connection.sendall(answer("200 OK", SENT))
        told.wait()
        told.clear()
        connection.shutdown(socket.SHUT_RDWR)
        over.set()
        return True

    return script


@pytest.mark.goal("G20")
def test_connections_that_died_while_the_worker_slept(world: World, figure: Show) -> None:
    """
    A worker sleeps between invocations while the provider ends its connections: no send is unclear for that.
    """
    told, over, rounds = threading.Event(), threading.Event(), 20
    with Server(hang_up_when_told(told, over)).running() as server:
        lead_to(world, server.url.removesuffix("/send"))
        for _ in range(rounds):
            identifier = send(world)
            world.invoke("deliver", on_lanes(world))
            assert world.get(f"/v1/messages/{identifier}").json["status"] == "sent"
            told.set()
            over.wait()
            over.clear()
        assert len(server.requests) == rounds
    figure("G20", f"unclear outcomes of {rounds} sends over connections that had died meanwhile", 0)
