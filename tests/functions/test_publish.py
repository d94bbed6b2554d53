"""
The publish function: the table's stream in, events on the bus out.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from herald.aws import clients
from tests import webhooks
from tests.faults import refusing
from tests.webhooks import MESSAGING, SMS, tell
from tests.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        yield world


def _types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


@pytest.mark.feature("F24")
def test_the_life_of_a_message(world: World) -> None:
    """Accepted, sent, delivered, each once; the event carries the message as reading shows it, without its content."""
    message = webhooks.send(world, reference="order-1")
    for word in ("accepted", "delivered", "delivered", "accepted"):
        tell(world, SMS, "status", webhooks.report(word, f"{message}-0"))
    world.settle()
    events = world.events()
    assert _types(events) == ["message.accepted", "message.sent", "message.delivered"]
    assert [event["id"] for event in events] == [f"{message}:0:{word}" for word in ("accepted", "sent", "delivered")]
    assert [event["tenant"] for event in events] == ["acme"] * 3
    assert events[-1]["data"]["reference"] == "order-1"
    read = world.get(f"/v1/messages/{message}").json
    assert events[-1]["data"].items() <= read.items()


def test_the_same_records_again(world: World) -> None:
    """A batch that is given out twice publishes the same events: same ids, same sequence."""
    webhooks.send(world)
    records = _stream(world)
    for _ in range(2):
        assert world.invoke("publish", {"Records": records}) == {"batchItemFailures": []}
    world.events()
    assert world.invoke("publish", {"Records": records}) == {"batchItemFailures": []}
    first = world.events()
    world.clock.now += 10**7
    world.invoke("publish", {"Records": records})
    assert [(event["id"], event["sequence"]) for event in world.events()] == [
        (event["id"], event["sequence"]) for event in first
    ]


def _stream(world: World) -> list[dict[str, Any]]:
    """All that the stream has told so far."""
    world._streamed = 0  # noqa: SLF001 - the stream keeps a day
    return world.written()


def test_the_bus_refuses(world: World) -> None:
    """When the bus takes nothing, the batch comes again from its first record, and is complete then."""
    world.post("/v1/messages", {"channel": "sms", "to": "+436761234567", "content": {"type": "text", "text": "x"}})
    records = world.written()
    with refusing(clients.events(), "PutEvents", code="InternalFailure"):
        failed = world.invoke("publish", {"Records": records})["batchItemFailures"]
    assert failed == [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]
    assert world.invoke("publish", {"Records": records}) == {"batchItemFailures": []}
    assert _types(world.events()) == ["message.accepted"]


def test_poison(world: World) -> None:
    """A record that cannot be read ends alone: the function fails for it, not for its neighbours."""
    message = webhooks.send(world)
    good = _stream(world)
    bad = {"dynamodb": {**good[0]["dynamodb"], "SequenceNumber": "bad", "NewImage": {"pk": {"S": "M#x"}}}}
    failed = world.invoke("publish", {"Records": [*good, bad]})["batchItemFailures"]
    assert failed == [{"itemIdentifier": "bad"}]
    with pytest.raises(KeyError):
        world.invoke("publish", {"Records": [bad]})
    assert {event["id"] for event in world.events()} >= {f"{message}:0:sent"}


@pytest.mark.feature("W9")
def test_inbound_media(world: World) -> None:
    """A picture is told of when its time of waiting is over, as pending; then, when it is here, `media.ready`."""
    tell(world, MESSAGING, "inbound", webhooks.inbound(mediaId="M-1"))
    world.settle()
    assert world.events() == []
    fetch = world.records("MediaQueue")
    world.clock.now += 60_000
    assert world.invoke("media", {"Records": world.records("MediaQueue")}) == {"batchItemFailures": []}
    world.settle()
    (received,) = world.events()
    assert (received["type"], received["data"]["media"]) == ("message.received", [{"state": "pending"}])
    assert received["data"]["content"]["caption"] == "Hello World!"

    def picture(request: Any) -> Any:
        answer = webhooks.takes_everything(request)
        answer.headers["content-type"] = "application/json"
        return answer

    world.provider = picture
    world.invoke("media", {"Records": [record | {"attributes": {"ApproximateReceiveCount": "5"}} for record in fetch]})
    world.settle()
    (ready,) = world.events()
    assert (ready["type"], ready["data"]["id"]) == ("media.ready", received["data"]["id"])
    assert ready["sequence"] > received["sequence"]


def test_every_event_is_small_ascii(world: World) -> None:
    """Whatever people write, an event is ASCII JSON of less than 256 kB."""
    tell(world, MESSAGING, "inbound", webhooks.inbound("\U0001f600" * 50_000))
    tell(world, MESSAGING, "inbound", webhooks.inbound("Grüße \u2028 \x00"))
    world.settle()
    assert len(world.told) == 2
    assert all(event.isascii() and len(event) < 256_000 for event in world.told)
    assert json.loads(world.told[1])["data"]["content"]["text"] == "Grüße \u2028 \x00"


@pytest.mark.feature("F24")
def test_a_request_of_many(world: World) -> None:
    """A request is told once, and each member with a story of its own."""
    people = [{"to": f"+43676123456{number}"} for number in range(3)]
    body = {"channel": "sms", "recipients": people, "content": {"type": "text", "text": "Hello"}}
    accepted = world.post("/v1/messages", body)
    world.settle()
    events = world.events()
    types = _types(events)
    assert types.count("request.accepted") == 1
    assert types.count("message.sent") == 3
    members = {event["data"]["request"] for event in events if event["type"] == "message.sent"}
    assert members == {accepted.json["id"]}
