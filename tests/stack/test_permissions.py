"""
Roles hold what is needed and nothing else is granted by accident: without one action the deed fails, with it it works.

Some workers remember what they once read, so these deeds are such that they have to ask each time.
"""

from collections.abc import Callable

import httpx
import pytest

from local.client import Client, until
from local.events import BusTap
from local.providers import WebsmsControl
from local.tour import draw_picture
from tests.stack.conftest import Number
from tests.stack.place import Place, invoke, text, wake, without

type Deed = Callable[[Place, str], httpx.Response]


def send(place: Place, to: str) -> httpx.Response:
    body = {"channel": "sms", "to": to, "content": text()}
    return place.client.call("POST", "/v1/messages", json=body)


def send_to_many(place: Place, to: str) -> httpx.Response:
    body = {"channel": "sms", "recipients": [{"to": to}], "content": text()}
    return place.client.call("POST", "/v1/messages", json=body)


def send_media(place: Place, to: str) -> httpx.Response:
    medium = place.client.upload(draw_picture(16), "image/png")["id"]
    body = {"channel": "whatsapp", "to": to, "content": {"type": "media", "media": {"id": medium}}}
    return place.client.call("POST", "/v1/messages", json=body)


def read(place: Place, to: str) -> httpx.Response:
    identifier = send(place, to).json()["id"]
    return place.client.call("GET", f"/v1/messages/{identifier}")


def list_all(place: Place, _: str) -> httpx.Response:
    return place.client.call("GET", "/v1/messages")


def upload(place: Place, _: str) -> httpx.Response:
    picture, headers = draw_picture(16), {"Content-Type": "image/png"}
    return place.client.call("POST", "/v1/media", content=picture, headers=headers)


@pytest.mark.parametrize(
    ("role", "action", "deed"),
    [
        ("send", "dynamodb:PutItem", send),
        ("send", "sqs:SendMessage", send),
        ("send", "dynamodb:PutItem", send_to_many),
        ("send", "s3:GetObject", send_media),
        ("query", "dynamodb:GetItem", read),
        ("query", "dynamodb:Query", list_all),
        ("media", "s3:PutObject", upload),
    ],
)
def test_without_it_nothing_works(place: Place, number: Number, role: str, action: str, deed: Deed) -> None:
    """
    A function whose role lacks the action does not do the deed; it says so as a problem that passes.
    """
    assert deed(place, number()).is_success
    with without(place.stack, role, action):
        answer = deed(place, number())
        assert not answer.is_success
        assert answer.headers["content-type"] == "application/problem+json"
    assert deed(place, number()).is_success


@pytest.mark.parametrize("action", ["dynamodb:UpdateItem", "dynamodb:BatchGetItem"])
def test_nothing_is_delivered(place: Place, acme: Client, websms: WebsmsControl, number: Number, action: str) -> None:
    """
    A deliver function that cannot read or claim calls nobody; once it can, the same message is delivered.
    """
    to, refused = number(), refusals(place)
    with without(place.stack, "deliver", action):
        identifier = acme.send({"channel": "whatsapp", "to": to, "content": text()})["id"]
        until(lambda: refusals(place) > refused)
        assert acme.message(identifier)["status"] == "accepted"
        assert websms.messages(recipient=to) == []

    def delivered() -> bool:
        wake(place.stack)
        return bool(acme.message(identifier)["status"] in ("sent", "delivered", "read"))

    until(delivered)
    assert list(websms.sent(recipient=to).values()) == [1]


def refusals(place: Place) -> int:
    """
    How often deliver could not work on its records so far.
    """
    return sum('"RecordsRefused"' in line or '"ERROR"' in line for line in place.stack.logs("deliver"))


def test_nothing_is_published(place: Place, acme: Client, bus: BusTap, number: Number) -> None:
    """
    Without the right to publish the bus is silent, though the message is delivered; with it every step is told.
    """

    def sent() -> str:
        identifier = acme.send({"channel": "whatsapp", "to": number(), "content": text()})["id"]
        return str(acme.message_when(identifier, "read")["id"])

    with without(place.stack, "publish", "events:PutEvents"):
        silent = sent()
        bus.listen(2)
        assert bus.about(silent) == []
    told = sent()

    def all_heard() -> bool:
        bus.listen()
        types = {event["type"] for event in bus.about(told)}
        return types >= {"message.accepted", "message.sent", "message.delivered", "message.read"}

    until(all_heard, 60)


def test_clock_stands_still(place: Place) -> None:
    """
    Without the right to look into the due index the clock fails aloud.
    """
    with without(place.stack, "clock", "dynamodb:Query"):
        assert "errorType" in invoke(place.stack, "clock")
    wake(place.stack)
