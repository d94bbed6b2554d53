"""
The intake queue: a message sent by SQS or EventBridge is the same message, with the same story.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from herald.waiting import Waiting
from tests import webhooks
from tests.webhooks import MESSAGING, tell
from tests.world import Json, World

BODY: Json = {
    "channel": "whatsapp",
    "to": "+436761234567",
    "content": {"type": "text", "text": "Grüße \U0001f600"},
    "reference": "order-1",
}
INTAKE = BODY | {"tenant": "acme"}


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        yield world


def _record(body: object, identifier: str = "sqs-1") -> Json:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"messageId": identifier, "body": text, "attributes": {"ApproximateReceiveCount": "1"}}


def _envelope(detail: object, identifier: str = "event-1", **fields: Any) -> Json:
    """What the bus's rule puts into the queue."""
    return {
        "version": "0",
        "id": identifier,
        "detail-type": "herald.send",
        "source": "herald.client",
        "account": "123456789012",
        "time": "2025-06-15T15:06:40Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
    } | fields


def _take(world: World, *records: Json) -> list[str]:
    """Ids of the records that failed."""
    answer = world.invoke("send", {"Records": list(records)})
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def _story(world: World) -> tuple[list[Json], Json, list[Json]]:
    """Lets it be sent and delivered; the events, the message as read, and what the provider was asked."""
    world.settle()
    events = world.events()
    identifier = events[0]["data"]["id"]
    for word in ("dispatched", "delivered", "read"):
        tell(world, MESSAGING, "status", webhooks.status(word, f"{identifier}-0", transferId=None))
    world.settle()
    events += world.events()
    requests = [json.loads(request.content) for request in world.requests if request.url.path != "/oauth/token"]
    story = (events, world.get(f"/v1/messages/{identifier}").json, requests)
    plain: tuple[list[Json], Json, list[Json]] = json.loads(json.dumps(story).replace(identifier, "<id>"))
    return plain


@pytest.mark.feature("F25")
def test_the_same_story_by_every_door() -> None:
    """HTTP, a queue record and a bus event: the same request to the provider, the same story, the same events."""
    stories = []
    for door in ("http", "sqs", "event"):
        with World.of_acme() as world:
            world.provider = webhooks.takes_everything
            if door == "http":
                assert world.post("/v1/messages", BODY).status == 202
            else:
                assert _take(world, _record(INTAKE if door == "sqs" else _envelope(INTAKE))) == []
            stories.append(_story(world))
    for events, read, requests in stories:
        read.pop("provider_id")
        for event in events:
            event["data"].pop("provider_id", None)
        assert len(requests) == 1
    assert stories[0] == stories[1] == stories[2]
    assert [event["type"] for event in stories[0][0]] == [
        f"message.{status}" for status in ("accepted", "sent", "delivered", "read")
    ]


@pytest.mark.feature("F25")
@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (_record(INTAKE), _record(INTAKE), True),
        (_record(INTAKE), _record(INTAKE, "sqs-2"), False),
        (_record(_envelope(INTAKE)), _record(_envelope(INTAKE), "sqs-2"), True),
        (_record(_envelope(INTAKE)), _record(_envelope(INTAKE, "event-2")), False),
        (_record(INTAKE | {"idempotency_key": "k"}), _record(INTAKE | {"idempotency_key": "k"}, "sqs-2"), True),
        (
            _record(_envelope(INTAKE | {"idempotency_key": "k"})),
            _record(_envelope(INTAKE | {"idempotency_key": "k"}, "event-2"), "sqs-2"),
            True,
        ),
        (_record(INTAKE, "event:event-1"), _record(_envelope(INTAKE)), True),
        (_record(INTAKE), _record(Waiting("sqs-1", 0, json.dumps(INTAKE)).after(0, 0).body, "sqs-2"), True),
    ],
)
def test_the_key(world: World, first: Json, second: Json, same: bool) -> None:  # noqa: FBT001 - a column
    """The key is the body's, else the event's id, else the queue's: what comes twice by it is one message."""
    assert _take(world, first) == []
    assert _take(world, second, second) == []
    world.settle()
    sent = [request for request in world.requests if request.url.path != "/oauth/token"]
    assert len(sent) == (1 if same else 2)


def test_by_http_and_by_queue(world: World) -> None:
    """The key is the tenant's, whichever door it came through."""
    answer = world.post("/v1/messages", BODY | {"idempotency_key": "k"})
    assert _take(world, _record(INTAKE | {"idempotency_key": "k"})) == []
    world.settle()
    assert [event["data"]["id"] for event in world.events()] == [answer.json["id"]] * 2


BAD = [
    "",
    "not json",
    "[]",
    "null",
    "[" * 200_000,
    json.dumps(BODY),
    json.dumps(INTAKE | {"tenant": "nobody"}),
    json.dumps(INTAKE | {"tenant": "ACME!"}),
    json.dumps(INTAKE | {"to": "0676"}),
    json.dumps(INTAKE | {"surprise": 1}),
    '{"tenant":"acme","channel":"sms","to":"+436761234567","content":{"type":"text","text":"\\ud800"}}',
    json.dumps(_envelope("text")),
    json.dumps(_envelope(INTAKE) | {"id": None}),
    json.dumps(_envelope(INTAKE, **{"detail-type": "something.else"})),
    json.dumps(_envelope(None)),
]


def test_bad_records_fail_alone(world: World) -> None:
    """Each record that cannot be accepted comes again by itself; the good one between them is accepted once."""
    records = [_record(body, f"bad-{number}") for number, body in enumerate(BAD)]
    failed = _take(world, *records[:7], _record(INTAKE), *records[7:])
    assert failed == [f"bad-{number}" for number in range(len(BAD))]
    world.settle()
    assert [event["type"] for event in world.events()] == ["message.accepted", "message.sent"]


def test_the_same_key_for_another_body(world: World) -> None:
    """A key that stands for another body is refused; the first message is untouched."""
    assert _take(world, _record(INTAKE)) == []
    before = webhooks.table()
    assert _take(world, _record(INTAKE | {"reference": "order-2"})) == ["sqs-1"]
    assert webhooks.table() == before


def test_many(world: World) -> None:
    """A request of many comes in by the queue too."""
    people = [{"to": f"+43676123456{number}"} for number in range(3)]
    body = {"tenant": "acme", "channel": "sms", "recipients": people, "content": {"type": "text", "text": "Hello"}}
    assert _take(world, _record(body), _record(body)) == []
    world.settle()
    numbers = [number for one in world.requests for number in json.loads(one.content)["recipientAddressList"]]
    assert sorted(numbers) == [f"43676123456{number}" for number in range(3)]
