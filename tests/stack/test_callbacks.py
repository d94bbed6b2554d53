"""
Customers' callbacks, through the deployed bundle and over the wire: a server on the loopback, verified by the library.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from cli import admin
from herald.models import Channel
from local.client import Client, Json, Refused, until
from local.events import BusTap
from local.furnishing import add_account, messaging_account
from local.receiver import Answer, Callback, Receiver, is_signed
from local.simulators.websms.inbound import InboundKind, InboundOrder
from tests.conftest import Show
from tests.stack.conftest import Number
from tests.stack.place import Place, new_name, text

pytestmark = [pytest.mark.feature("F24"), pytest.mark.timeout(300)]

PATIENCE = 60
"""Seconds; the first pause is five, and a change of an endpoint takes ten to reach every worker."""

STORY = ("message.accepted", "message.sent", "message.delivered", "message.read")


@dataclass(frozen=True, slots=True)
class Customer:
    """
    A tenant that no worker has heard of yet, and the server that its endpoint leads to.
    """

    tenant: str
    application: str
    client: Client
    receiver: Receiver
    endpoint: Json

    @property
    def path(self) -> str:
        """
        Of the endpoint.
        """
        return f"/v1/endpoints/{self.endpoint['id']}"

    def send(self, to: str) -> str:
        """
        The id of a message.
        """
        return str(self.client.send({"channel": "whatsapp", "to": to, "content": text()})["id"])

    def told(self, identifier: str, *types: str) -> list[Json]:
        """
        What the server has taken about this, once it has been told of all these.
        """

        def all_told() -> list[Json] | None:
            events = self.receiver.about(identifier)
            return events if {event["type"] for event in events} >= set(types) else None

        return until(all_told, PATIENCE, lambda: f"{types} in {self.receiver.about(identifier)}")

    def delivery(self, state: str) -> Json:
        """
        The only event that the endpoint did not take at once, once it is in this state.
        """

        def found() -> Json | None:
            listed: list[Json] = self.client.get(f"{self.path}/deliveries", state=state)["deliveries"]
            return listed[0] if listed else None

        return until(found, PATIENCE, lambda: f"{state} in {self.client.get(f'{self.path}/deliveries')}")


type Make = Callable[..., Customer]


@pytest.fixture
def customer(place: Place) -> Iterator[Make]:
    """
    Makes a customer whose endpoint wants these events.
    """
    with ExitStack() as made:

        def make(*events: str) -> Customer:
            tenant, application = new_name("tenant"), str(uuid.uuid4())
            admin.create_tenant(place.gateway, tenant)
            account = messaging_account(place.websms, tenant, new_name("websms"), application)
            webhooks = add_account(place.gateway, account)
            admin.set_route(place.gateway, tenant, Channel.WHATSAPP, [account.name])
            urls = {"status": webhooks["status"], "inbound": webhooks["inbound"]}
            place.websms.control.set_urls(applications={application: urls})
            client = made.enter_context(Client(place.stack.api_url, admin.create_key(place.gateway, tenant).text))
            receiver = made.enter_context(Receiver())
            endpoint = client.post("/v1/endpoints", {"url": receiver.url, "events": events})
            receiver.secrets.append(endpoint["secret"])
            return Customer(tenant, application, client, receiver, endpoint)

        yield make


def test_a_message_and_its_answer(place: Place, customer: Make, bus: BusTap, number: Number) -> None:
    """
    A customer is told by signed callbacks what the bus is told: each step of a message, and what its recipient writes.
    """
    acme, to = customer(), number()
    identifier = acme.send(to)
    told = acme.told(identifier, *STORY)
    assert max(told, key=lambda event: event["sequence"])["type"] == "message.read"
    order = InboundOrder(kind=InboundKind.WHATSAPP, sender=to, content="Thanks!", application_id=acme.application)
    place.websms.control.inbound(order)

    def received() -> Json | None:
        return next((event for event in acme.receiver.events() if event["type"] == "message.received"), None)

    inbound = until(received, PATIENCE)
    assert inbound["data"]["content"]["text"] == "Thanks!"

    def published() -> bool:
        bus.listen()
        return all(event in bus.heard for event in (*told, inbound))

    until(published, PATIENCE)
    assert acme.receiver.refused == []
    assert {event["tenant"] for event in acme.receiver.events()} == {acme.tenant}
    assert acme.client.get(f"{acme.path}/deliveries") == {"deliveries": []}


def test_what_a_callback_looks_like(customer: Make, number: Number) -> None:
    """
    Compact JSON in ASCII under the headers of the standard; the id is the event's.
    """
    acme = customer("message.sent")
    acme.told(acme.send(number()), "message.sent")
    (callback,) = acme.receiver.taken
    assert callback.headers["content-type"] == "application/json"
    assert callback.headers["user-agent"] == "herald"
    assert callback.id == callback.event["id"]
    assert callback.body == json.dumps(callback.event, separators=(",", ":")).encode("ascii")
    assert {event["type"] for event in acme.receiver.events()} == {"message.sent"}


def test_an_event_that_comes_twice(place: Place, customer: Make, number: Number) -> None:
    """
    A record that the queue gives out again is the same event again, byte for byte, under the same id.
    """
    acme = customer("message.sent")
    (event,) = acme.told(acme.send(number()), "message.sent")
    record = {"tenant": acme.tenant, "endpoint": acme.endpoint["id"], "event": event}
    sqs, queue = place.stack.client("sqs"), place.stack.outputs["CallbackQueueUrl"]
    for _ in range(2):
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(record))
    until(lambda: len(acme.receiver.taken) == 3, PATIENCE)
    assert len({(callback.id, callback.body) for callback in acme.receiver.taken}) == 1
    assert acme.receiver.events() == [event]


def test_a_server_that_fails_and_heals(customer: Make, number: Number) -> None:
    """
    What was answered 500 is tried again some five seconds later, under the same id, and listed as delivered then.
    """
    acme = customer("message.sent")
    acme.receiver.next_answers += [Answer(500)]
    identifier = acme.send(number())
    delivery = acme.delivery("waiting")
    assert (delivery["type"], delivery["attempts"], delivery["last"]) == ("message.sent", 1, "500")
    assert delivery["next_at"] > delivery["first_at"]
    acme.told(identifier, "message.sent")
    first, second = acme.receiver.taken
    assert (first.status, second.status) == (500, 204)
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    delivered = acme.delivery("delivered")
    assert (delivered["event_id"], delivered["attempts"], delivered["last"]) == (delivery["event_id"], 2, "204")
    shown = acme.client.get(f"{acme.path}/deliveries/{delivered['webhook_id']}")
    assert shown["event"] == second.event


def test_gone_and_back(customer: Make, bus: BusTap, number: Number) -> None:
    """
    410 disables an endpoint at once and the bus tells of it; enabled again it can be told what it has missed.
    """
    acme = customer("message.sent")
    acme.receiver.next_answers += [Answer(410)]
    acme.send(number())
    failed = acme.delivery("failed")
    assert (failed["attempts"], failed["last"]) == (1, "410")
    told = acme.client.get(acme.path)
    assert (told["status"], told["disabled_reason"]) == ("disabled", "gone")

    def published() -> Json | None:
        bus.listen()
        about = bus.about(acme.endpoint["id"])
        return next((event for event in about if event["type"] == "endpoint.disabled"), None)

    disabled = until(published, PATIENCE)
    assert (disabled["tenant"], disabled["data"]["reason"]) == (acme.tenant, "gone")
    with pytest.raises(Refused, match="disabled"):
        acme.client.post(f"{acme.path}/replay")
    assert acme.client.patch(acme.path, {"disabled": False})["status"] == "enabled"
    assert acme.client.post(f"{acme.path}/replay", {"state": "failed"}) == {"replayed": 1}
    (taken,) = until(acme.receiver.events, PATIENCE)
    assert taken["id"] == failed["event_id"]
    assert acme.delivery("delivered")["event_id"] == failed["event_id"]


@pytest.mark.goal("G13")
def test_rotation(customer: Make, number: Number, figure: Show) -> None:
    """
    Before a rotation the first secret signs, during its overlap both, without one only the new: the library says so.
    """
    acme = customer("message.sent")
    old = acme.endpoint["secret"]

    def tested() -> Callback:
        assert acme.client.post(f"{acme.path}/test")["delivered"]
        return acme.receiver.taken[-1]

    assert signers(tested(), old) == 1
    new = acme.client.post(f"{acme.path}/rotate", {"overlap_seconds": 3600})["secrets"][0]["secret"]
    assert signers(tested(), old, new) == 2

    def sent() -> Callback | None:
        """Workers that know the endpoint with its first secret alone do so for ten seconds."""
        acme.told(acme.send(number()), "message.sent")
        last = acme.receiver.taken[-1]
        return last if signers(last, old, new) == 2 else None

    until(sent, PATIENCE)
    newest = acme.client.post(f"{acme.path}/rotate", {"overlap_seconds": 0})["secrets"][0]["secret"]
    acme.receiver.secrets.append(newest)
    assert signers(tested(), new) == 0
    assert signers(tested(), newest) == 1
    assert acme.receiver.refused == []
    figure("G13", "deployed: callbacks verified by the library over two rotations", len(acme.receiver.taken))


def signers(callback: Callback, *secrets: str) -> int:
    """
    How many of the secrets have signed it.
    """
    return sum(is_signed(callback.headers, callback.body, secret) for secret in secrets)


def test_other_tenants(customer: Make) -> None:
    """
    Nobody else finds an endpoint, its secret or its deliveries.
    """
    acme, beta = customer("message.sent"), customer("message.sent")
    for method, path in (
        ("GET", ""),
        ("GET", "/secret"),
        ("GET", "/deliveries"),
        ("PATCH", ""),
        ("POST", "/test"),
        ("POST", "/rotate"),
        ("POST", "/replay"),
        ("DELETE", ""),
    ):
        assert beta.client.call(method, f"{acme.path}{path}", json={}).status_code == 404, (method, path)
    acme.client.delete(acme.path)
    assert acme.client.get("/v1/endpoints") == {"endpoints": []}
