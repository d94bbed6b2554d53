"""
Records of the lanes: which of them come again.
"""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from herald.aws import clients, keys
from herald.aws.table import Change
from herald.stored import ChunkRecord, MessageRecord, read_record, records_of
from tests.carrier import Carrier, many, phone, sms
from tests.crash import held, on_lanes
from tests.faults import refusing
from tests.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = Carrier()
        yield world


def failures(world: World, event: dict[str, Any]) -> set[str]:
    answer = world.invoke("deliver", event)
    return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}


def spoil(world: World, identifier: str) -> None:
    """Make a message that nobody can read."""
    world.operator.table.update(keys.message(identifier), ".", Change("SET #body = :body", {"body": "?"}))


@pytest.mark.parametrize("size", range(6))
def test_every_mask(world: World, size: int) -> None:
    """Whichever records of a batch cannot be worked on, exactly those come again."""
    for bad in itertools.product((False, True), repeat=size):
        ids = [world.post("/v1/messages", sms(phone(number))).json["id"] for number in range(size)]
        event = on_lanes(world)
        wanted = set()
        for identifier, is_bad in zip(ids, bad, strict=True):
            if is_bad:
                spoil(world, identifier)
                wanted |= {record["messageId"] for record in event["Records"] if identifier in record["body"]}
        assert failures(world, event) == wanted


def test_chunks_and_messages(world: World) -> None:
    """A chunk that cannot be worked on does not hold up messages or other chunks, nor they it."""
    bad = world.post("/v1/messages", many(2, lane="transactional")).json["id"]
    good = world.post("/v1/messages", many(3, lane="transactional")).json["id"]
    one = world.post("/v1/messages", sms()).json["id"]
    chunk = Change("SET #body = :body", {"body": "?"})
    world.operator.table.update(keys.message(bad), "K#000", chunk)
    event = on_lanes(world)
    assert len(failures(world, event)) == 1
    assert (world.operator.messages.get(one) or {})["state"] == "sent"
    assert "open" not in (world.operator.requests.get(good) or {"open": 1})


def test_what_was_parked_by_a_failure(world: World) -> None:
    """What a failed invocation would have parked is not parked by the next one of the same worker."""
    world.post("/v1/messages", sms(send_at="2025-06-15T15:16:40Z"))
    (record,) = [{"messageId": "1", "body": json.dumps({"message": "a" * 26})}]
    on_lanes(world)
    with refusing(clients.sqs(), "SendMessageBatch"):
        world.invoke("deliver", {"Records": [record]})
    before = len(held(world))
    world.invoke("deliver", {"Records": [record]})
    assert len(held(world)) == before


NO_RECORDS = [
    "",
    "x",
    "1",
    "null",
    "[]",
    "{}",
    '{"message": "a", "other": 1}',
    '{"request": "a"}',
    '"message"',
    "[" * 50_000,
]


@pytest.mark.parametrize("text", NO_RECORDS, ids=lambda text: text[:20])
def test_what_is_no_record(text: str) -> None:
    """Anything but a lane record is a ValueError, and no accident further in."""
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        read_record(text)


@pytest.mark.parametrize("record", [MessageRecord("a", 1, 2), ChunkRecord("a", "K#000", 3, 1, 2)])
def test_there_and_back(record: MessageRecord | ChunkRecord) -> None:
    """A record is read as it was written."""
    assert read_record(json.dumps(record.after(1.5).body)) == record


def test_records_of() -> None:
    """A message is one record, a request one for each open chunk, none when it is done; the turn goes with them."""
    assert records_of({"pk": "M#a", "turn": 2}) == [MessageRecord("a", 2)]
    header = {"pk": "M#a", "count": 2}
    assert records_of({**header, "open": {"K#001", "K#000"}}) == [ChunkRecord("a", "K#000"), ChunkRecord("a", "K#001")]
    assert records_of(header) == []
