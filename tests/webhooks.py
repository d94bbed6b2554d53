"""
What websms posts to our webhooks, for tests that are about us and not about websms.

Bodies are the documented samples with other values (websms Messaging API 1.0.0, developer.websms.com/receive-sms).
"""

import base64
import json
from typing import Any, Final

import httpx

from herald.aws import clients
from herald.webhook_address import token
from tests.world import Answer, World

SECRET: Final = b"s" * 64
MESSAGING: Final = "acme-websms"
SMS: Final = "acme-sms"
MESSAGING_ACK: Final = b'{"statusCode":2000,"statusMessage":"Request processed"}'
SMS_ACK: Final = b'{"statusCode":2000,"statusMessage":"OK"}'
JSON: Final = "application/json;charset=UTF-8"

COMMALESS: Final = b"""{
  "applicationId": "E425269F-7815-45AC-B79A-F0DD402ECD17"
  "sender": "+436991234567"
  "transferId": "005f21626a001102e7f2"
  "messageStatus": "delivered"
  "deliveredOn": "2020-07-29T13:50:06.000+02:00"
  "clientMessageId": "myMessageId"
}"""
"""The sample of the documents, which lacks its commas."""


def path(account: str, kind: str, epoch: int = 1) -> str:
    """The path of an account's webhook."""
    return f"/v1/webhooks/{token(account, epoch, SECRET)}/{kind}"


def tell(world: World, account: str, kind: str, body: object) -> Answer:
    """A webhook as the provider posts it; bytes as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return world.call("POST", path(account, kind), {"content-type": JSON}, raw)


def inbound(text: str = "Hello World!", **fields: Any) -> dict[str, Any]:
    """A person wrote over WhatsApp. None takes a field out."""
    body = {
        "type": "whatsapp",
        "applicationId": "app-2",
        "sender": "+436761234567",
        "user": {"displayName": "The user"},
        "recipient": "+436767654321",
        "content": text,
    }
    return {name: value for name, value in (body | fields).items() if value is not None}


def status(word: str, reference: str | None = None, **fields: Any) -> dict[str, Any]:
    """A status message of the Messaging API."""
    body = {
        "applicationId": "app-2",
        "sender": "+436767654321",
        "transferId": "005f21626a001102e7f2",
        "messageStatus": word,
        "deliveredOn": "2025-06-15T17:06:50.000+02:00",
        "clientMessageId": reference,
    }
    return {name: value for name, value in (body | fields).items() if value is not None}


def report(word: str, reference: str, **fields: Any) -> dict[str, Any]:
    """A delivery report of the SMS API."""
    return {
        "messageType": "deliveryReport",
        "notificationId": f"n-{word}",
        "senderAddress": "436761234567",
        "deliveryReportMessageStatus": word,
        "clientMessageId": reference,
        "transferId": "00670eb55d0012345678",
    } | fields


def sms(text: str = "Hello", **fields: Any) -> dict[str, Any]:
    """A person wrote by SMS."""
    return {
        "messageType": "text",
        "notificationId": "n-1",
        "senderAddress": "4366012345678",
        "recipientAddress": "4366087654321",
        "textMessageContent": text,
    } | fields


def takes_everything(request: httpx.Request) -> httpx.Response:
    """websms on a good day, as far as sending goes."""
    if request.url.path == "/oauth/token":
        return httpx.Response(200, json={"access_token": "t", "token_type": "bearer", "expires_in": 300})
    transfer = f"transfer-{abs(hash(request.content)) % 10**9}"
    if "/rcs/" in request.url.path:
        return httpx.Response(202, json={"RCSMessage": {"msgId": transfer, "status": "pending"}})
    return httpx.Response(200, json={"statusCode": 2000, "statusMessage": "OK", "transferId": transfer, "smsCount": 1})


def send(world: World, channel: str = "sms", **fields: Any) -> str:
    """Send a text and let it be delivered to the provider; its id."""
    body = {"channel": channel, "to": "+436761234567", "content": {"type": "text", "text": "Hello"}}
    accepted = world.post("/v1/messages", body | fields)
    assert accepted.status == 202, accepted.body
    world.settle()
    return str(accepted.json["id"])


def message(world: World, identifier: str) -> dict[str, Any]:
    """A message as the table has it."""
    found = world.operator.messages.get(identifier)
    assert found is not None
    return found


def inbounds(world: World) -> list[dict[str, Any]]:
    """What people wrote, as the table has it, in the order of their coming."""
    pages = clients.dynamodb().scan(TableName="herald")["Items"]
    ids = [item["pk"]["S"][2:] for item in pages if item["pk"]["S"].startswith("N#")]
    items = [world.operator.inbounds.get(identifier) or {} for identifier in ids]
    return sorted(items, key=lambda item: item["created"])


def quarantine(world: World) -> list[tuple[str, bytes]]:
    """Keys and bodies in quarantine."""
    bucket = world.assembly("webhook").bucket
    return [(key, bucket.quarantined_body(key)[0]) for key in bucket.quarantined()]


def reasons(world: World) -> list[str]:
    """Why what lies in quarantine is there."""
    keys = [key for key, _ in quarantine(world)]
    return [clients.s3().head_object(Bucket="herald", Key=key)["Metadata"]["reason"] for key in keys]


def replay(world: World, key: str) -> None:
    """As `herald quarantine replay` has it: the spill queue says where it lies, and by which name."""
    label = world.operator.bucket.quarantined_label(key)
    _, account, _, name = key.split("/")
    record = {
        "account": account,
        "kind": label.kind,
        "receipt": name,
        "verified": label.verified,
        "headers": dict(label.headers),
        "kept": key,
    }
    message = {"messageId": "m-1", "body": json.dumps(record), "attributes": {"ApproximateReceiveCount": "1"}}
    assert world.invoke("webhook", {"Records": [message]}) == {"batchItemFailures": []}


def spilled(world: World) -> list[bytes]:
    """Takes the raw bodies in the spill queue."""
    return [base64.b64decode(json.loads(record["body"])["body"]) for record in world.records("SpillQueue")]


def table() -> list[Any]:
    """Everything in the table."""
    found = clients.dynamodb().scan(TableName="herald")["Items"]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
