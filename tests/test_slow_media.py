"""
Media by URL that comes slowly costs its own message time, and no other: not of the same account, nor of another lane.
"""

import threading
from collections.abc import Iterator
from typing import Any

import httpcore
import httpx
import pytest

from tests.carrier import phone, send
from tests.crash import on_lanes, restart
from tests.crashes.vendor import Vendor, picture
from tests.world import World

SIDE_BY_SIDE = 3


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = Vendor()
        yield world


def photo(number: int, **more: object) -> dict[str, Any]:
    """A picture by its address, each another, to somebody else."""
    media = {"url": f"https://media{number}.example.com/a.png"}
    content = {"type": "media", "kind": "image", "media": media}
    return {"channel": "whatsapp", "to": phone(number), "content": content, **more}


def served(request: httpx.Request) -> httpx.Response:
    """What lies at each of those addresses."""
    return httpx.Response(200, content=picture(hash(request.url.host)), headers={"content-type": "image/png"})


def test_side_by_side(world: World) -> None:
    """Media of several messages are fetched at the same time: it takes as long as the slowest, not as all together."""
    together = threading.Barrier(SIDE_BY_SIDE)

    def slow(request: httpx.Request) -> httpx.Response:
        together.wait(timeout=20)
        return served(request)

    world.customer = slow
    identifiers = [send(world, photo(number)) for number in range(SIDE_BY_SIDE)]
    assert world.invoke("deliver", on_lanes(world)) == {"batchItemFailures": []}
    shown = [world.get(f"/v1/messages/{identifier}").json["status"] for identifier in identifiers]
    assert shown == ["sent"] * SIDE_BY_SIDE


def test_no_time_is_left(world: World) -> None:
    """
    When slow media have eaten the time of a worker it begins nothing more: what it has goes back to its lane, no record
    fails, and all is sent once the media are well.
    """

    def hanging(_: httpx.Request) -> httpx.Response:
        world.clock.now += 50_000
        raise httpcore.ReadTimeout("slow")

    world.customer = hanging
    identifiers = [send(world, photo(number, lane=lane)) for number, lane in enumerate(("transactional", "bulk"))]
    assert world.invoke("deliver", on_lanes(world), remaining=60_000) == {"batchItemFailures": []}
    assert len(world.posted) == 1
    world.customer = served
    restart(world)
    world.settle()
    shown = [world.get(f"/v1/messages/{identifier}").json["status"] for identifier in identifiers]
    assert shown == ["sent", "sent"]


def test_a_request_of_many(world: World) -> None:
    """When fetching has eaten the time nobody is claimed for a call that might be cut off: all are sent later, once."""

    def slow(request: httpx.Request) -> httpx.Response:
        world.clock.now += 50_000
        return served(request)

    world.customer = slow
    whom = [{"to": phone(number)} for number in range(SIDE_BY_SIDE)]
    request = send(world, {**photo(0), "to": None, "recipients": whom})
    assert world.invoke("deliver", on_lanes(world), remaining=60_000) == {"batchItemFailures": []}
    members = world.get(f"/v1/messages?request={request}").json["messages"]
    assert [member["tries"] for member in members] == [0] * SIDE_BY_SIDE
    world.settle()
    members = world.get(f"/v1/messages?request={request}").json["messages"]
    assert [(member["status"], member["tries"]) for member in members] == [("sent", 1)] * SIDE_BY_SIDE
