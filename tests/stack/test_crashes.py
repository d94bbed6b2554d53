"""
Crashes at the worst moments: a message that was accepted is delivered, and none is ever sent twice.
"""

import uuid
from collections.abc import Iterable
from typing import Never

import pytest

from herald.aws.messages import Messages
from herald.aws.queues import Queues, Record
from herald.aws.quotas import Quotas
from herald.aws.requests import Requests
from herald.aws.settings import Settings
from herald.clock import Deadline
from herald.limiting import Limiter
from herald.models import SendRequest
from herald.planning import Planner
from herald.sending import Sending
from herald.stored import MessageRecord
from local.client import Client, Json, until
from local.furnishing import TENANT
from local.providers import WebsmsControl
from local.simulators.websms.faults import Fault, FaultKind
from tests.stack.conftest import Number
from tests.stack.place import Place, table_of, text, woken


class Died(BaseException):
    """The worker is gone."""


class Deadly(Queues):
    """Lanes that nobody reaches alive."""

    def put(self, queue: str, records: Iterable[Record]) -> Never:  # noqa: ARG002 - as the real one
        raise Died


def settings_of(place: Place, function: str) -> Settings:
    """
    What the deployed function was told.
    """
    functions = place.stack.client("lambda")
    deployed = functions.get_function_configuration(FunctionName=f"{place.stack.name}-{function}")
    return Settings.read(deployed["Environment"]["Variables"])


def accept_and_die(place: Place, body: Json, key: str) -> str:
    """
    Accept a message as the deployed function does, up to the moment before the enqueue; its id.
    """
    table = table_of(place)
    sending = Sending(
        planner=Planner(place.gateway.registry, lambda *_: None),
        messages=Messages(table),
        requests=Requests(table),
        queues=Deadly(place.stack.client("sqs")),
        limiter=Limiter(place.gateway.registry, Quotas(table)),
        settings=settings_of(place, "send"),
        deadline=Deadline(place.gateway.clock),
        now=place.gateway.clock,
    )
    with pytest.raises(Died):
        sending.accept(TENANT, SendRequest.model_validate(body), key)
    (listed,) = until(lambda: place.client.get("/v1/messages", recipient=body["to"])["messages"])
    assert listed["status"] == "accepted"
    return str(listed["id"])


@pytest.mark.feature("F10")
def test_died_before_enqueue_and_client_repeats(place: Place, websms: WebsmsControl, number: Number) -> None:
    """
    The same request with the same key finds the message, and puts it on its lane at once.
    """
    to, key = number(), uuid.uuid4().hex
    body = {"channel": "whatsapp", "to": to, "content": text()}
    identifier = accept_and_die(place, body, key)
    repeated = place.client.send(body, key)
    assert repeated["id"] == identifier
    place.client.message_when(identifier, "read")
    assert list(websms.sent(recipient=to).values()) == [1]


def test_died_before_enqueue_and_nobody_repeats(place: Place, websms: WebsmsControl, number: Number) -> None:
    """
    The watchdog finds the message and puts it on its lane.
    """
    to = number()
    identifier = accept_and_die(place, {"channel": "whatsapp", "to": to, "content": text()}, uuid.uuid4().hex)
    woken(place, [identifier], "sent", "delivered", "read")
    place.client.message_when(identifier, "read")
    assert list(websms.sent(recipient=to).values()) == [1]


def test_died_after_claim(place: Place, websms: WebsmsControl, number: Number) -> None:
    """
    Of a message that was claimed by a worker which died nobody knows whether it was sent: nobody sends it again.
    """
    to = number()
    identifier = accept_and_die(place, {"channel": "whatsapp", "to": to, "content": text()}, uuid.uuid4().hex)
    now = place.gateway.clock()
    Messages(table_of(place)).claim(identifier, 0, "died", now, now + 1_000)
    lane = place.stack.outputs["TransactionalQueueUrl"]
    place.gateway.queues.put(lane, [MessageRecord(identifier).after(0)])
    (message,) = woken(place, [identifier], "unknown")
    assert message["error"]["reason"] == "unknown"
    assert websms.messages(recipient=to) == []


def test_answer_lost_and_webhook_comes(acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    websms takes the message and never answers: its reports say what became of it, and it was sent once.
    """
    to = number()
    websms.fault(Fault(kind=FaultKind.HANG, recipient=to, times=1))
    identifier = acme.send({"channel": "whatsapp", "to": to, "content": text()})["id"]
    acme.message_when(identifier, "read")
    assert len(websms.messages(recipient=to)) == 1


def test_answer_lost_and_nobody_knows(place: Place, websms: WebsmsControl, number: Number) -> None:
    """
    websms takes the message, never answers and never reports: after its grace it is unknown, and it was sent once.
    """
    to = number()
    websms.fault(Fault(kind=FaultKind.HANG, recipient=to, times=1))
    websms.fault(Fault(kind=FaultKind.DROP, recipient=to, times=1))
    identifier = place.client.send({"channel": "whatsapp", "to": to, "content": text()})["id"]
    woken(place, [identifier], "unknown")
    assert len(websms.messages(recipient=to)) == 1


def test_sent_again_for_whom_it_is_better(place: Place, websms: WebsmsControl, number: Number) -> None:
    """
    Who would rather have it twice than never asks for at_least_once: after the grace it is sent again.
    """
    to = number()
    websms.fault(Fault(kind=FaultKind.HANG, recipient=to, times=1))
    websms.fault(Fault(kind=FaultKind.DROP, recipient=to, times=1))
    body = {"channel": "whatsapp", "to": to, "content": text(), "policy": "at_least_once"}
    identifier = place.client.send(body)["id"]
    woken(place, [identifier], "sent", "delivered", "read")
    place.client.message_when(identifier, "read")
    assert len(websms.messages(recipient=to)) == 2


@pytest.mark.feature("F8")
@pytest.mark.parametrize("channel", ["whatsapp", "rcs"])
def test_reports_before_the_answer(acme: Client, websms: WebsmsControl, number: Number, channel: str) -> None:
    """
    Reports that overtake the answer to our own call are not lost, whether they name our reference or only theirs.
    """
    to = number()
    websms.fault(Fault(kind=FaultKind.EARLY_WEBHOOK, recipient=to, times=1))
    message = acme.message_when(acme.send({"channel": channel, "to": to, "content": text()})["id"], "read")
    until(lambda: "provider_id" in acme.message(message["id"]))
    assert len(websms.messages(recipient=to)) == 1
