"""
Publishing the stream: in order, only what failed again, and nothing stops at one bad record.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from herald.assembly import Assembly
from herald.aws import clients
from herald.aws.attributes import encode_item
from herald.aws.bus import Event
from herald.endpoint import Disabled
from herald.publishing import Publishing, Written, written_in
from tests.callbacks import add_endpoint
from tests.faults import refusing
from tests.test_event import ID, NOW, _inbound, _message
from tests.world import World


def _id(event: Event) -> str:
    return str(event[1]["id"])


@dataclass
class PickyBus:
    """A bus that does not take what the test names; keeps the rest."""

    refuses: Callable[[str], bool] = lambda _id: False
    taken: list[str] = field(default_factory=list)

    def put(self, events: Sequence[Event]) -> set[int]:
        refused = {position for position, event in enumerate(events) if self.refuses(_id(event))}
        self.taken += [_id(event) for position, event in enumerate(events) if position not in refused]
        return refused


@pytest.fixture
def world() -> Iterator[World]:
    with World.open() as world:
        yield world


def _publishing(world: World, bus: PickyBus) -> Publishing:
    parts: Assembly = world.assembly("publish")
    return Publishing(
        bus=bus,  # type: ignore[arg-type]
        queues=parts.queues,
        endpoints=parts.endpoints,
        settings=parts.settings,
        telemetry=parts.telemetry,
        now=lambda: NOW,
    )


def _new(number: int, **fields: Any) -> Written:
    return Written(str(number), None, encode_item(_message() | {"pk": f"M#{number}"} | fields))


POISON = Written("9", None, {"pk": {"S": "M#x"}, "state": {"S": "unheard of"}, "marks": {"M": {}}})


def test_all_is_well(world: World) -> None:
    """Everything is taken: nothing comes again."""
    bus = PickyBus()
    assert _publishing(world, bus).publish([_new(1), _new(2)]) is None
    assert bus.taken == ["1:0:accepted", "2:0:accepted"]


def test_the_first_that_failed(world: World) -> None:
    """The stream goes on from the first event that the bus refused; what comes again has the same ids."""
    bus = PickyBus(lambda identifier: identifier.startswith(("2:", "4:")))
    writes = [_new(number) for number in range(1, 6)]
    publishing = _publishing(world, bus)
    assert publishing.publish(writes) == "2"
    assert bus.taken == ["1:0:accepted", "3:0:accepted", "5:0:accepted"]
    bus.refuses = lambda _id: False
    assert publishing.publish(writes[1:]) is None
    assert set(bus.taken) == {f"{number}:0:accepted" for number in range(1, 6)}


def test_poison_in_the_middle(world: World) -> None:
    """What stands before a record that cannot be read is published; the stream goes on from that record."""
    bus = PickyBus()
    assert _publishing(world, bus).publish([_new(1), POISON, _new(2)]) == "9"
    assert bus.taken == ["1:0:accepted"]


def test_poison_at_the_head(world: World) -> None:
    """A record that cannot be read raises when it is the first, so the stream halves the batch until it is alone."""
    bus = PickyBus()
    with pytest.raises(ValueError, match="unheard of"):
        _publishing(world, bus).publish([POISON, _new(2)])
    assert bus.taken == []


def test_media(world: World) -> None:
    """A new inbound message with media is fetched now and announced in a minute, once."""
    new = Written("1", None, encode_item(_inbound("pending")))
    later = Written("2", encode_item(_inbound("pending")), encode_item(_inbound("ready")))
    _publishing(world, PickyBus()).publish([new, later])
    (fetch,) = world.records("MediaQueue")
    assert fetch["body"] == f'{{"inbound":"{ID}"}}'
    world.clock.now += 60_000
    (announce,) = world.records("MediaQueue")
    assert announce["body"] == f'{{"announce":"{ID}"}}'


def test_the_media_queue_refuses(world: World) -> None:
    """Events go out all the same; the write whose media nobody was told of comes again."""
    bus = PickyBus()
    media = Written("2", None, encode_item(_inbound("pending")))
    with refusing(clients.sqs(), "SendMessageBatch"):
        assert _publishing(world, bus).publish([_new(1), media, _new(3)]) == "2"
    assert bus.taken == ["1:0:accepted", "3:0:accepted"]


@pytest.mark.feature("F24")
def test_callbacks(world: World) -> None:
    """Each endpoint that wants an event gets a record of its own with the whole event and its place by person."""
    first, second = add_endpoint(world, "first"), add_endpoint(world, "second", events=("message.sent",))
    add_endpoint(world, "off", disabled=Disabled.OWNER)
    bus = PickyBus()
    _publishing(world, bus).publish([_new(1, pp="P#acme#x", ts="1#1"), _new(2, state="sent", sent_at=NOW)])
    bodies = [json.loads(record["body"]) for record in world.records("CallbackQueue")]
    assert [(body["endpoint"], body["event"]["id"]) for body in bodies] == [
        (first.id, "1:0:accepted"),
        (first.id, "2:0:sent"),
        (second.id, "2:0:sent"),
    ]
    assert [(body.get("pp"), body.get("ts")) for body in bodies] == [("P#acme#x", "1#1"), (None, None), (None, None)]
    assert {body["tenant"] for body in bodies} == {"acme"}


@pytest.mark.parametrize("what", ["endpoints", "queue"])
def test_callbacks_that_cannot_be_told(world: World, what: str) -> None:
    """Events go out all the same; the first write of which no endpoint was told comes again."""
    add_endpoint(world)
    world.clock.now += 60_000
    bus = PickyBus()
    client, operation = (clients.dynamodb(), "Query") if what == "endpoints" else (clients.sqs(), "SendMessageBatch")
    with refusing(client, operation):
        assert _publishing(world, bus).publish([_new(1, tenant="beta") if what == "queue" else _new(1), _new(2)]) == (
            "2" if what == "queue" else "1"
        )
    assert bus.taken == ["1:0:accepted", "2:0:accepted"]
    assert world.records("CallbackQueue") == []


def test_text_needs_no_fetching(world: World) -> None:
    """Without media the media queue hears nothing."""
    _publishing(world, PickyBus()).publish([Written("1", None, encode_item(_inbound()))])
    assert world.records("MediaQueue") == []


def test_a_record_of_the_stream() -> None:
    """Both images are read as the table has them; a new item has no old one."""
    wire = {"pk": {"S": "M#x"}, "n": {"N": "3"}}
    written = written_in({"dynamodb": {"SequenceNumber": "7", "OldImage": wire, "NewImage": wire}})
    assert (written.number, *written.read()) == ("7", {"pk": "M#x", "n": 3}, {"pk": "M#x", "n": 3})
    assert written_in({"dynamodb": {"SequenceNumber": "7", "NewImage": wire}}).read()[0] is None
