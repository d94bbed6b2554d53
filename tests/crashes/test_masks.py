"""
Ten records in a batch: whichever of them cannot be worked on, exactly those come again, and the others are done.
"""

import itertools
import json
from collections.abc import Collection, Iterator

import pytest

from herald.aws import clients, keys
from herald.aws.table import Change
from herald.status import State
from tests.carrier import Carrier, phone, send, sms
from tests.conftest import Show
from tests.crash import on_lanes
from tests.crashes.calls import Fault, Point, watched
from tests.faults import refusing
from tests.webhooks import SMS
from tests.world import Json, World

TEN = range(10)
MASKS: list[frozenset[int]] = [
    frozenset(),
    *(frozenset({number}) for number in TEN),
    *(frozenset(pair) for pair in itertools.combinations(TEN, 2)),
    frozenset(TEN[::2]),
    frozenset(TEN[1::2]),
    frozenset(TEN),
]
"""None, each alone, all pairs, every other, and all. Of fewer records all masks are shown in `test_lanes.py`."""

FEW = [mask for mask in MASKS if len(mask) != 2]
"""The same without the pairs."""


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = Carrier()
        yield world


def failed(world: World, function: str, records: Collection[Json]) -> set[int]:
    """The positions of those that are to come again."""
    places = {record["messageId"]: place for place, record in enumerate(records)}
    failures = world.invoke(function, {"Records": list(records)})["batchItemFailures"]
    assert len(failures) == len({each["itemIdentifier"] for each in failures})
    return {places[each["itemIdentifier"]] for each in failures}


def record(identifier: str, body: object) -> Json:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"messageId": identifier, "body": text, "attributes": {"ApproximateReceiveCount": "1"}}


def spoil(world: World, identifier: str) -> None:
    """Make a message that nobody can read."""
    world.operator.table.update(keys.message(identifier), ".", Change("SET #body = :body", {"body": "?"}))


def ten(world: World) -> tuple[list[str], list[Json]]:
    """Ten messages, and their records in this order."""
    ids = [send(world, sms(phone(number))) for number in TEN]
    taken = on_lanes(world)["Records"]
    return ids, [next(one for one in taken if identifier in one["body"]) for identifier in ids]


def poisoned(bad: Json) -> Json:
    """A record that is none."""
    return {**bad, "body": '{"poison":'}


@pytest.mark.goal("G12")
def test_the_lane(world: World, figure: Show) -> None:
    """Of messages that nobody can read, and of records that are none, exactly those come again that are."""
    _, good = ten(world)
    assert failed(world, "deliver", good) == set()
    ids, bad = ten(world)
    for identifier in ids:
        spoil(world, identifier)
    for mask in MASKS:
        mixed = [(bad[place] if place % 2 else poisoned(bad[place])) if place in mask else good[place] for place in TEN]
        assert failed(world, "deliver", mixed) == mask
    figure("G12", "masks of failures among ten records of a lane", len(MASKS))


@pytest.mark.goal("G12")
@pytest.mark.parametrize("mask", [{3}, {0, 9}, set(TEN[::2])], ids=str)
def test_the_others_are_sent(world: World, mask: set[int]) -> None:
    """Beside those that cannot be worked on, the others are sent at once."""
    ids, records = ten(world)
    for place in mask:
        spoil(world, ids[place])
    assert failed(world, "deliver", records) == mask
    items = [world.operator.messages.get(identifier) or {} for identifier in ids]
    assert {place for place, item in enumerate(items) if item["state"] != State.SENT} == mask


@pytest.mark.goal("G12")
def test_intake(world: World) -> None:
    """Requests that cannot be accepted, among others: the others are accepted, once."""
    body = sms() | {"tenant": "acme"}
    bad = [body | {"to": "nobody"}, "not json"]
    for mask in FEW:
        records = [record(f"{place}", bad[place % 2] if place in mask else body) for place in TEN]
        assert failed(world, "send", records) == mask
    assert len({one["body"] for one in on_lanes(world)["Records"]}) == len(TEN)


@pytest.mark.goal("G12")
def test_the_spill_queue(world: World) -> None:
    """Webhooks that the table does not take, among others: the others are stored; all are in the end."""
    unreadable = {"account": SMS, "kind": "status", "headers": {}, "body": "e30="}
    records = [record(f"{place}", unreadable) for place in TEN]
    for number in TEN:
        assert failed(world, "webhook", records[:1]) == set()  # the worker knows the account
        with watched(world) as calls:
            assert failed(world, "webhook", records) == set()
        puts = [place for place, call in enumerate(calls.made, 1) if call.name == "PutObject"]
        with watched(world, Point(puts[number], Fault.REFUSED)):
            assert failed(world, "webhook", records) == {number}
        assert failed(world, "webhook", [records[number]]) == set()


@pytest.mark.goal("G12")
def test_the_stream(world: World) -> None:
    """Writes that the bus does not take: the stream goes on from the first of them, and all are told in the end."""
    ids, _ = ten(world)
    left = world.written()
    for number in TEN:
        with refusing(clients.events()):
            answer = world.invoke("publish", {"Records": left[number:]})["batchItemFailures"]
        assert [each["itemIdentifier"] for each in answer] == [left[number]["dynamodb"]["SequenceNumber"]]
    assert world.invoke("publish", {"Records": left})["batchItemFailures"] == []
    assert {event["data"]["id"] for event in world.events()} == set(ids)
