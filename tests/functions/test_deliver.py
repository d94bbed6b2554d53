"""
The deliver function: a lane's event in, partial failures out; every channel of websms by its own road.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from herald.aws import clients
from herald.status import State
from tests.carrier import PHONE, Carrier, send, sms, throttled
from tests.crash import on_lanes, restart, run_lanes
from tests.faults import listening
from tests.world import World

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Websms(Carrier):
    """With uploads: `uploads` counts them, `forgotten` are media ids that it no longer knows."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads = 0
        self.forgotten: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("content-type") == "image/png":
            self.uploads += 1
            return httpx.Response(200, json={"statusCode": 2000, "mediaId": f"media-{self.uploads}"})
        if any(one in request.content.decode() for one in self.forgotten):
            self.payloads.append(json.loads(request.content))
            return httpx.Response(200, json={"statusCode": 4034, "statusMessage": "?"})
        return super().__call__(request)


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = Websms()
        yield world


@pytest.fixture
def carrier(world: World) -> Websms:
    assert isinstance(world.provider, Websms)
    return world.provider


def item(world: World, identifier: str) -> dict[str, Any]:
    found = world.operator.messages.get(identifier)
    assert found
    return found


def media(world: World) -> str:
    """An image on our shelf."""
    headers = {"content-type": "image/png", "authorization": f"Bearer {world.key}"}
    answer = world.call("POST", "/v1/media", headers, PNG)
    assert answer.status == 201, answer.json
    identifier: str = answer.json["id"]
    return identifier


def image(identifier: str, channel: str = "whatsapp") -> dict[str, Any]:
    content = {"type": "media", "kind": "image", "media": {"id": identifier}}
    return {"channel": channel, "to": PHONE, "content": content}


def test_nothing_to_do(world: World) -> None:
    """An event without records is answered."""
    assert world.invoke("deliver", {"Records": []}) == {"batchItemFailures": []}


def test_calls(world: World) -> None:
    """A warm worker needs one read, one look at the breaker, the claim and the outcome for a message."""
    send(world, sms())
    world.invoke("deliver", on_lanes(world))
    send(world, sms())
    event = on_lanes(world)
    with listening() as calls:
        world.invoke("deliver", event)
    assert calls == ["BatchGetItem", "GetItem", "UpdateItem", "UpdateItem"]


@pytest.mark.feature("W2")
def test_whatsapp(world: World, carrier: Websms) -> None:
    """A WhatsApp text goes out with a token, under our reference."""
    identifier = send(world, sms() | {"channel": "whatsapp"})
    run_lanes(world)
    assert item(world, identifier)["state"] == State.SENT
    assert carrier.payloads[0]["clientMessageId"] == f"{identifier}-0"
    assert carrier.authorizations == ["Bearer token-1"]


@pytest.mark.feature("W5")
def test_rcs_meets_its_reports(world: World) -> None:
    """RCS reports carry only their id: it is tied to our message before the message is called sent."""
    identifier = send(world, sms() | {"channel": "rcs"})
    event = on_lanes(world)
    with listening() as calls:
        world.invoke("deliver", event)
    stored = item(world, identifier)
    assert stored["state"] == State.SENT
    place = world.operator.table.get(f"R#acme-websms#{stored['provider_id']}")
    assert place
    assert place["ours"] == f"{identifier}-0"
    assert calls[-2:] == ["PutItem", "UpdateItem"]


@pytest.mark.feature("W3")
def test_media_is_uploaded_once(world: World, carrier: Websms) -> None:
    """Our media travels to the provider once, also for a new worker; its id there is used again."""
    picture = media(world)
    for _ in range(3):
        send(world, image(picture))
        run_lanes(world)
        restart(world)
    assert carrier.uploads == 1
    assert ["media-1" in json.dumps(payload) for payload in carrier.payloads] == [True] * 3


@pytest.mark.feature("W3")
def test_media_that_the_provider_forgot(world: World, carrier: Websms) -> None:
    """A media id that is refused is uploaded again, once; a medium that is refused when fresh is refused for good."""
    picture = media(world)
    send(world, image(picture))
    run_lanes(world)
    world.clock.now += 86_400_000
    carrier.forgotten = {"media-1"}
    second = send(world, image(picture))
    run_lanes(world)
    assert item(world, second)["state"] == State.SENT
    assert carrier.uploads == 2
    carrier.forgotten.add("media-2")
    third = send(world, image(picture))
    run_lanes(world)
    assert (item(world, third)["state"], item(world, third)["reason"]) == (State.REJECTED, "invalid_media")
    assert carrier.uploads == 2
    assert len(carrier.payloads) == 4


def test_media_that_is_gone(world: World, carrier: Websms) -> None:
    """Media that was removed since it was accepted is refused, without a call."""
    picture = media(world)
    identifier = send(world, image(picture))
    bucket = world.operator.settings.bucket
    for one in clients.s3().list_objects_v2(Bucket=bucket)["Contents"]:
        clients.s3().delete_object(Bucket=bucket, Key=one["Key"])
    run_lanes(world)
    assert item(world, identifier)["state"] == State.REJECTED
    assert carrier.payloads == []


def test_where_reports_go(world: World, carrier: Websms) -> None:
    """A provider that takes an address for its reports with each message is given the account's."""
    known = world.operator.registry.read_account("acme-sms")
    world.operator.registry.change_account(replace(known.value, webhook_base="https://herald.example"), known.version)
    restart(world)
    send(world, sms())
    run_lanes(world)
    url = carrier.payloads[0]["notificationCallbackUrl"]
    assert url.startswith("https://herald.example/v1/webhooks/acme-sms.1.")
    assert url.endswith("/status")


@pytest.mark.feature("F8")
def test_events(world: World, carrier: Websms) -> None:
    """Claims, tries and retries are no events: a message that was throttled twice is accepted, then sent."""
    carrier.next += [throttled(1), throttled(1)]
    identifier = send(world, sms())
    world.settle()
    assert [event["id"] for event in world.events()] == [f"{identifier}:0:accepted", f"{identifier}:0:sent"]


def test_large_content(world: World, carrier: Websms) -> None:
    """A text too large for the message's own item lies beside it, and is sent whole."""
    text = "".join(chr(0x430 + number % 32) for number in range(3000))
    identifier = send(world, sms(text=text))
    run_lanes(world)
    assert carrier.payloads[0]["messageContent"] == text
    assert "body" not in item(world, identifier)
