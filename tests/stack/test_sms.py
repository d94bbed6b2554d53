"""
The websms SMS REST API, through the deployed bundle and over the wire.
"""

import base64
import uuid

import pytest

from local.client import Client, Json, until
from local.furnishing import SMS_NUMBER, TENANT, add_account, sms_account
from local.providers import WebsmsControl
from local.simulators.websms.faults import Fault, FaultKind
from local.simulators.websms.inbound import InboundKind, InboundOrder
from local.simulators.websms.magic import Fate, number_for
from tests.stack.conftest import Number
from tests.stack.place import Place, text, woken, words_of

BASIC = {"username": "sim-user", "password": "sim-password"}
TOKEN = {"access_token": "sim-access-token"}
PARTS = [bytes([5, 0, 3, 0xFC, 2, part]) + words for part, words in ((1, b"Hello "), (2, b"there"))]


def new_account(place: Place, credentials: dict[str, str], **settings: str) -> str:
    """
    Another SMS account; its name.
    """
    account = sms_account(place.websms, TENANT, f"sms-{uuid.uuid4().hex[:8]}", **settings)
    add_account(place.gateway, account, credentials)
    return account.name


def delivered(acme: Client, body: Json) -> Json:
    """
    A message, sent and delivered.
    """
    message = acme.message_when(acme.send({"channel": "sms", **body})["id"], "delivered", "failed", "rejected")
    assert message["status"] == "delivered", message
    return message


@pytest.mark.feature("S1")
@pytest.mark.parametrize(
    ("credentials", "settings"),
    [(BASIC, {}), (TOKEN, {}), (TOKEN, {"token_in": "query"})],
    ids=["basic", "bearer", "query"],
)
def test_authentication(
    place: Place, websms: WebsmsControl, number: Number, credentials: dict[str, str], settings: dict[str, str]
) -> None:
    """
    All three ways to authenticate are taken by websms.
    """
    to = number()
    account = new_account(place, credentials, **settings)
    delivered(place.client, {"account": account, "to": to, "content": text()})
    (arrived,) = websms.messages(recipient=to)
    assert arrived.accepted


@pytest.mark.feature("S1")
@pytest.mark.feature("S5")
def test_wrong_password(place: Place, acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    A 401 sends nothing and does not lose the message: it says why it waits, and for whom to act.
    """
    to = number()
    account = new_account(place, {**BASIC, "password": "wrong"})
    identifier = acme.send({"channel": "sms", "account": account, "to": to, "content": text()})["id"]
    error = until(lambda: acme.message(identifier).get("error"))
    assert error["reason"] == "credentials_refused"
    assert acme.message(identifier)["status"] == "accepted"
    assert not any(each.accepted for each in websms.messages(recipient=to))


@pytest.mark.feature("S2")
@pytest.mark.feature("S7")
def test_many_in_one_call(acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    Thirty recipients of one request are one call to websms, and each has a story of their own.
    """
    recipients = [number() for _ in range(30)]
    body = {"channel": "sms", "recipients": [{"to": to} for to in recipients], "content": text()}
    request = acme.send(body)
    assert request["count"] == len(recipients)

    def members() -> list[Json] | None:
        found: list[Json] = acme.get("/v1/messages", request=request["id"])["messages"]
        return found if sum(each["status"] == "delivered" for each in found) == len(recipients) else None

    assert sorted(each["to"] for each in until(members)) == sorted(recipients)
    (call,) = {each.number: each for to in recipients for each in websms.messages(recipient=to)}.values()
    assert len(call.recipients) == len(recipients)


@pytest.mark.feature("S3")
@pytest.mark.parametrize("header", [True, False], ids=["with header", "without"])
def test_binary(acme: Client, websms: WebsmsControl, number: Number, *, header: bool) -> None:
    """
    Octets reach websms as they are, segment by segment.
    """
    to = number()
    segments = [base64.b64encode(part).decode() for part in PARTS]
    content = {"type": "binary", "segments": segments, "user_data_header": header}
    delivered(acme, {"to": to, "content": content})
    (arrived,) = websms.messages(recipient=to)
    assert (arrived.operation, arrived.remarks) == ("sms.binary", [])
    assert arrived.body["messageContent"] == segments
    assert arrived.body.get("userDataHeaderPresent", False) is header


@pytest.mark.feature("S4")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_simple(place: Place, websms: WebsmsControl, number: Number, method: str) -> None:
    """
    The simple method carries a text in a query or a form, and its url-encoded answer is read.
    """
    to = number()
    account = new_account(place, BASIC, method="simple", simple_method=method)
    message = delivered(place.client, {"account": account, "to": to, "content": text("Grüße & mehr")})
    (arrived,) = websms.messages(recipient=to)
    assert (arrived.operation, arrived.accepted) == ("sms.simple", True)
    assert arrived.body["messageContent"] == "Grüße & mehr"
    assert message["provider_id"] == arrived.transfer_id


@pytest.mark.feature("S5")
@pytest.mark.parametrize(("code", "reason"), [(4002, "invalid_recipient"), (4013, "quota_exceeded")])
def test_refused_under_200(acme: Client, websms: WebsmsControl, code: int, reason: str) -> None:
    """
    A refusal under HTTP 200 is a refusal, with our reason and their code.
    """
    to = number_for(code)
    message = acme.message_when(acme.send({"channel": "sms", "to": to, "content": text()})["id"], "rejected")
    assert message["error"] == {"reason": reason, "code": str(code)}
    assert {each.http_status for each in websms.messages(recipient=to, operation="sms.text")} == {200}


@pytest.mark.feature("S5")
def test_throttled_under_200(acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    "Too many requests" under HTTP 200 is tried again, and the message is sent once.
    """
    to = number()
    websms.fault(Fault(kind=FaultKind.ANSWER, recipient=to, status=200, status_code=4023, times=1))
    assert delivered(acme, {"to": to, "content": text()})["tries"] == 2
    assert list(websms.sent(recipient=to).values()) == [1]


@pytest.mark.feature("S5")
def test_unclear_under_200(place: Place, acme: Client, websms: WebsmsControl) -> None:
    """
    "Internal error" is not tried again: after its grace the message is unknown.
    """
    to = number_for(5000)
    before = len(websms.messages(recipient=to))
    identifier = acme.send({"channel": "sms", "to": to, "content": text()})["id"]
    until(lambda: acme.message(identifier).get("unclear"))
    woken(place, [identifier], "unknown")
    assert len(websms.messages(recipient=to)) == before + 1


@pytest.mark.feature("S6")
def test_every_option(acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    What was asked for stands in the call as websms spells it.
    """
    to = number()
    options = {
        "category": "promotional",
        "priority": 4,
        "validity_seconds": 3600,
        "flash": True,
        "sender_type": "international",
        "max_segments": 2,
    }
    message = delivered(acme, {"to": to, "content": text(), "options": options})
    (arrived,) = websms.messages(recipient=to)
    asked = {
        "senderAddress": SMS_NUMBER,
        "senderAddressType": "international",
        "sendAsFlashSms": True,
        "contentCategory": "advertisement",
        "priority": 4,
        "validityPeriode": 3600,
        "maxSmsPerMessage": 2,
        "clientMessageId": f"{message['id']}-0",
    }
    assert arrived.body.items() >= asked.items()
    assert arrived.body["notificationCallbackUrl"].endswith("/status")
    assert arrived.remarks == []


@pytest.mark.feature("S6")
def test_simulated_by_the_provider(acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    A test message is taken by websms as a test, and nobody reports it.
    """
    to = number()
    sent = acme.send({"channel": "sms", "to": to, "content": text(), "options": {"test": True}})
    acme.message_when(sent["id"], "sent")
    (arrived,) = websms.messages(recipient=to)
    assert arrived.body["test"] is True


@pytest.mark.feature("S7")
@pytest.mark.parametrize(
    ("fate", "status", "words"),
    [
        (Fate.DELIVERED, "delivered", ["accepted", "delivered"]),
        (Fate.FAILED, "failed", ["accepted", "rejected"]),
        (Fate.EXPIRED, "failed", ["accepted", "expired"]),
        (Fate.UNDELIVERED, "sent", ["accepted", "undelivered"]),
        (Fate.DELETED, "failed", ["accepted", "deleted"]),
        (Fate.LATE_DELIVERED, "delivered", ["accepted", "undelivered", "delivered"]),
    ],
)
def test_every_report(acme: Client, websms: WebsmsControl, fate: Fate, status: str, words: list[str]) -> None:
    """
    Each report is kept in the provider's word, and lifts the message to the status it means.
    """
    identifier = acme.send({"channel": "sms", "to": number_for(fate), "content": text()})["id"]
    websms.wait(acknowledged=len(words), client_message_id=f"{identifier}-0")
    message = acme.message_when(identifier, status)
    assert sorted(words_of(message)) == sorted(words)
    codes = {each["provider_status"]: each.get("code") for each in message["history"] if each["event"] == "report"}
    assert codes.get("delivered", "sms") == "sms"


@pytest.mark.feature("S8")
@pytest.mark.parametrize(
    ("kind", "channel", "content"),
    [
        (InboundKind.SMS_TEXT, "sms", {"type": "text", "text": "Hello World!"}),
        (
            InboundKind.SMS_BINARY,
            "sms",
            {
                "type": "binary",
                "segments": [base64.b64encode(part).decode() for part in PARTS],
                "user_data_header": True,
            },
        ),
        (InboundKind.SMS_WHATSAPP, "whatsapp", {"type": "text", "text": "Hello World!"}),
    ],
)
def test_inbound(place: Place, number: Number, kind: InboundKind, channel: str, content: Json) -> None:
    """
    What a handset writes is listed once, though websms posts it twice.
    """
    sender, websms = number(), place.websms.control
    segments = tuple(base64.b64encode(part) for part in PARTS)
    order = {"kind": kind, "sender": sender, "recipient": SMS_NUMBER[1:], "copies": 2, "user_data_header": True}
    websms.inbound(InboundOrder.model_validate({**order, "segments": segments}))
    websms.wait(acknowledged=2, kind="inbound", recipient=sender)
    (message,) = until(lambda: place.client.get("/v1/inbound", sender=sender)["inbound"])
    assert (message["channel"], message["content"]) == (channel, content)
    assert (message["from"], message["to"]) == (sender, SMS_NUMBER)


@pytest.mark.feature("S9")
@pytest.mark.parametrize(
    ("words", "encoding", "segments"),
    [("Hello €", "gsm7", 1), ("x" * 161, "gsm7", 2), ("Žluťoučký", "ucs2", 1)],
    ids=["extension", "two", "ucs2"],
)
def test_segments(place: Place, number: Number, words: str, encoding: str, segments: int) -> None:
    """
    An SMS is counted before it is sent, and websms counts the same.
    """
    to = number()
    sent = place.client.send({"channel": "sms", "to": to, "content": text(words)})
    assert (sent["segments"]["encoding"], sent["segments"]["segments"]) == (encoding, segments)
    assert place.client.message_when(sent["id"], "delivered")["segments"] == segments
    (arrived,) = place.websms.control.messages(recipient=to)
    assert arrived.sms_count == segments
