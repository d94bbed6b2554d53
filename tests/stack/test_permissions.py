"""
Roles hold what is needed and nothing else is granted by accident: without one action the deed fails, with it it works.

Some workers remember what they once read, so these deeds are such that they have to ask each time.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from botocore.exceptions import ClientError

from herald.aws import keys
from local.client import Client, until
from local.events import BusTap
from local.furnishing import TENANT, smsglobal_account
from local.providers import SmsGlobalControl, WebsmsControl
from local.receiver import Answer, Receiver
from local.simulators.smsglobal.inbound import InboundOrder
from local.tour import draw_picture
from tests.stack.conftest import Number
from tests.stack.place import (
    LISTS,
    Place,
    acting_as,
    added,
    invoke,
    let_be_due,
    new_name,
    polled,
    table_of,
    text,
    wake,
    without,
)

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
    to, refused = number(), failed(place, "deliver")
    with without(place.stack, "deliver", action):
        identifier = acme.send({"channel": "whatsapp", "to": to, "content": text()})["id"]
        until(lambda: failed(place, "deliver") > refused)
        assert acme.message(identifier)["status"] == "accepted"
        assert websms.messages(recipient=to) == []

    def delivered() -> bool:
        wake(place.stack)
        return bool(acme.message(identifier)["status"] in ("sent", "delivered", "read"))

    until(delivered)
    assert list(websms.sent(recipient=to).values()) == [1]


def failed(place: Place, function: str) -> int:
    """
    How often a function could not work on its records so far.
    """
    return sum('"RecordsRefused"' in line or '"ERROR"' in line for line in place.stack.logs(function))


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


@pytest.mark.parametrize(("action", "answers"), [("dynamodb:BatchGetItem", []), ("dynamodb:PutItem", [Answer(500)])])
def test_nobody_is_called_back(place: Place, acme: Client, action: str, answers: list[Answer]) -> None:
    """
    A callback function that cannot read how endpoints fare, or keep what they did not take, is not done with an event;
    once it can, the event that comes again reaches the customer.
    """
    with Receiver() as receiver:
        endpoint = acme.post("/v1/endpoints", {"url": receiver.url, "events": ["message.sent"]})
        receiver.secrets.append(endpoint["secret"])
        receiver.next_answers += answers
        path = f"/v1/endpoints/{endpoint['id']}"
        failures = failed(place, "callback")
        event = {"id": f"{new_name('m')}:0:sent", "type": "message.sent", "tenant": TENANT, "data": {}}
        record = json.dumps({"tenant": TENANT, "endpoint": endpoint["id"], "event": event})
        sqs, queue = place.stack.client("sqs"), place.stack.outputs["CallbackQueueUrl"]
        with without(place.stack, "callback", action):
            sqs.send_message(QueueUrl=queue, MessageBody=record)
            until(lambda: failed(place, "callback") > failures)
            assert acme.get(f"{path}/deliveries") == {"deliveries": []}
            assert [callback.status for callback in receiver.taken] == [each.status for each in answers]
        sqs.send_message(QueueUrl=queue, MessageBody=record)  # the first is hidden for minutes
        until(lambda: [each for each in receiver.taken if each.status == 204], 60)
        assert {callback.id for callback in receiver.taken} == {event["id"]}
        acme.delete(path)


def test_what_callback_may_not(place: Place) -> None:
    """
    Whoever has taken over the function that posts to customers tells the bus nothing, reads no provider's secret, sends
    nothing, and neither reads nor deletes what people sent. It may read what it has to.
    """
    out = place.stack.outputs
    place.gateway.bucket.put("media/acme/kept", b"kept", "image/png")
    row, bucket = {"pk": {"S": "T#acme"}, "sk": {"S": "."}}, {"Bucket": out["BucketName"], "Key": "media/acme/kept"}
    entry = {"Source": "herald", "DetailType": "x", "Detail": "{}", "EventBusName": out["EventBusName"]}
    secret = place.stack.client("secretsmanager").list_secrets()["SecretList"]
    accounts = [each["Name"] for each in secret if each["Name"].startswith(out["SecretPrefix"])]
    lane, spill = ({"QueueUrl": out[f"{name}QueueUrl"], "MessageBody": "{}"} for name in ("Transactional", "Spill"))
    with acting_as(place.stack, "callback") as client:
        assert client("dynamodb").get_item(TableName=out["TableName"], Key=row)["Item"]
        assert client("secretsmanager").get_secret_value(SecretId=out["SigningSecretArn"])["SecretString"]
        tries: list[Callable[[], object]] = [
            lambda: client("events").put_events(Entries=[entry]),
            lambda: client("secretsmanager").get_secret_value(SecretId=accounts[0]),
            lambda: client("secretsmanager").put_secret_value(SecretId=out["SigningSecretArn"], SecretString="x"),
            lambda: client("s3").get_object(**bucket),
            lambda: client("s3").delete_object(**bucket),
            lambda: client("sqs").send_message(**lane),
            lambda: client("sqs").send_message(**spill),
            lambda: client("dynamodb").scan(TableName=out["TableName"]),
            lambda: client("lambda").invoke(FunctionName=out["SendFunctionName"]),
        ]
        for refused in tries:
            with pytest.raises(ClientError) as error:
                refused()
            assert "AccessDenied" in error.value.response["Error"]["Code"]
    assert place.gateway.bucket.get("media/acme/kept") == b"kept"


def test_clock_stands_still(place: Place) -> None:
    """
    Without the right to look into the due index the clock fails aloud.
    """
    with without(place.stack, "clock", "dynamodb:Query"):
        assert "errorType" in invoke(place.stack, "clock")
    wake(place.stack)


type Look = Callable[[Place, str], bool]


def is_read(place: Place, account: str) -> bool:
    """
    What somebody wrote to the account is listed.
    """
    return any(each["account"] == account for each in place.client.get("/v1/inbound", sender=WRITER)["inbound"])


def is_kept(place: Place, account: str) -> bool:
    """
    What cannot be read lies in quarantine.
    """
    return bool(list(place.gateway.bucket.quarantined(account)))


WRITER = "+61491570157"


@pytest.mark.parametrize(
    ("action", "sender", "done"),
    [("secretsmanager:GetSecretValue", WRITER, is_read), ("s3:PutObject", "", is_kept)],
)
def test_lists_are_not_read(place: Place, smsglobal: SmsGlobalControl, action: str, sender: str, done: Look) -> None:
    """
    A clock that has no credentials, or nowhere to put what it cannot read, keeps nothing; once it may, it is kept.
    """
    long_ago = datetime.now(UTC) - timedelta(hours=5)  # no other account looks so far back
    account = smsglobal_account(place.simulators.smsglobal, name=new_name("smsglobal"), poll_overlap_seconds=6 * 3600)
    with added(place, account):
        smsglobal.inbound(InboundOrder(sender=sender, created=long_ago))
        with without(place.stack, "clock", action):
            let_be_due(place, account.name)
            invoke(place.stack, "clock")
            assert not done(place, account.name)
        polled(place, account.name, lambda: done(place, account.name))


def test_lists_are_not_left(place: Place) -> None:
    """
    The lists of an account that is gone are not read any more, but for a clock that may delete nothing.
    """
    account = new_name("gone")
    for name in LISTS:
        place.gateway.polls.start(account, name, place.gateway.clock())

    def cursors() -> int:
        rows = (table_of(place).get(keys.account(account), f"poll#{name}") for name in LISTS)
        return sum(row is not None for row in rows)

    with without(place.stack, "clock", "dynamodb:DeleteItem"):
        invoke(place.stack, "clock")
        assert cursors() == len(LISTS)
        let_be_due(place, account)
    until(lambda: "handled" in invoke(place.stack, "clock") and cursors() == 0)
