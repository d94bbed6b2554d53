"""
Three doors, one house: HTTP, the intake queue and EventBridge lead to the same story and the same events.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.client import Client, Json, until
from local.events import BusTap
from local.furnishing import TENANT
from tests.stack.conftest import Number
from tests.stack.place import Place, text

OWN = {"id", "to", "provider_id", "created_at", "send_at", "expires_at", "links", "history", "instance"}
"""What two messages never share."""


def by_http(place: Place, body: Json) -> None:
    place.client.send(body)


def by_queue(place: Place, body: Json) -> None:
    record = json.dumps({**body, "tenant": TENANT})
    place.stack.client("sqs").send_message(QueueUrl=place.stack.outputs["IntakeQueueUrl"], MessageBody=record)


def by_event(place: Place, body: Json) -> None:
    outputs = place.stack.outputs
    entry = {
        "EventBusName": outputs["EventBusName"],
        "Source": outputs["InboundEventSource"],
        "DetailType": "herald.send",
        "Detail": json.dumps({**body, "tenant": TENANT}),
    }
    assert place.stack.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def told(acme: Client, bus: BusTap, to: str) -> tuple[Json, list[Json]]:
    """
    The story of the only message to somebody, and what the bus carried of it, in the order it happened.
    """
    (listed,) = until(lambda: acme.get("/v1/messages", recipient=to)["messages"])
    message = acme.message_when(listed["id"], "read")

    def heard() -> list[Json] | None:
        bus.listen()
        events = {event["id"]: event for event in bus.about(message["id"])}
        return list(events.values()) if any(event["type"] == "message.read" for event in events.values()) else None

    return message, sorted(until(heard), key=lambda event: int(event["sequence"]))


def comparable(message: Json, events: list[Json]) -> Any:
    """
    Story and events without names and times.
    """
    story = {name: value for name, value in message.items() if name not in OWN}
    steps = sorted(str({name: value for name, value in step.items() if name != "at"}) for step in message["history"])
    return (
        story,
        steps,
        [(event["type"], event["tenant"], event["sequence"], event["data"]["status"]) for event in events],
    )


@pytest.mark.feature("F25")
def test_three_doors(place: Place, bus: BusTap, number: Number) -> None:
    """
    A message by HTTP, one by the intake queue and one by EventBridge have the same story and the same events.
    """
    found = []
    doors: tuple[Callable[[Place, Json], None], ...] = (by_http, by_queue, by_event)
    for door in doors:
        to = number()
        door(place, {"channel": "whatsapp", "to": to, "content": text(), "reference": "order-4711"})
        found.append(comparable(*told(place.client, bus, to)))
    assert found[0] == found[1] == found[2]
    assert [event[0] for event in found[0][2]] == [
        "message.accepted",
        "message.sent",
        "message.delivered",
        "message.read",
    ]


@pytest.mark.parametrize("door", [by_queue, by_event])
def test_repeat_is_one_message(place: Place, number: Number, door: Callable[[Place, Json], None]) -> None:
    """
    What comes twice under one key is one message, by whatever door.
    """
    to = number()
    body = {"channel": "whatsapp", "to": to, "content": text(), "idempotency_key": f"order {to}"}
    place.client.send(body)
    door(place, body)
    door(place, body)
    (listed,) = place.client.get("/v1/messages", recipient=to)["messages"]
    place.client.message_when(listed["id"], "read")
    assert list(place.websms.control.sent(recipient=to).values()) == [1]


def test_nonsense_does_not_stop_the_queue(place: Place, number: Number) -> None:
    """
    A record that nobody can send is refused alone; what comes with it is sent.
    """
    sqs, queue, to = place.stack.client("sqs"), place.stack.outputs["IntakeQueueUrl"], number()
    good = json.dumps({"tenant": TENANT, "channel": "sms", "to": to, "content": text()})
    entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(("[", "{}", good))]
    sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    (listed,) = until(lambda: place.client.get("/v1/messages", recipient=to)["messages"])
    place.client.message_when(listed["id"], "delivered")
