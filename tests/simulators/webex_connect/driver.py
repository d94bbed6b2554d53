"""
The simulator as its client sees it, and the messages that the tests start from.
"""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx

from tests.simulators.driver import Driver, Receiver

KEY = "sim-key"
SERVICE, SECRET = "SIMSERVICE", b"sim-secret-of-the-service"
V1, V2 = "/resources/v1/messaging", "/v2/messages"
NUMBER = "+436761234567"
APP = "a_637818908588360000"
WORD = {
    "sms": "sms",
    "voice": "voice",
    "appmessaging": "appmessaging",
    "push": "push",
    "fb": "fb",
    "whatsapp": "whatsapp",
    "applebusinesschat": "AppleBusinessChat",
}
APPLE_USER = "urn:mbid:AQAAY45PVG4jg"
# One good block and one good recipient a channel.
BLOCKS: dict[str, dict[str, Any]] = {
    "sms": {"sms": {"text": "Hello World", "senderid": "SENDER"}},
    "voice": {"voice": {"promptid": "354", "cli": "0453745878"}},
    "appmessaging": {"appmessaging": {"thread_id": "t-1", "message": {"text": "Hello World"}}},
    "push": {"push": {"android": {"text": "Hello World"}}},
    "fb": {"OTT-Messaging": {"fb": {"text": "Hello World"}}},
    "whatsapp": {"OTT-Messaging": {"wa": {"type": "text", "text": {"body": "Hello World"}}}},
    "applebusinesschat": {"AppleBusinessChat": {"type": "text", "text": "Hello World"}},
}
RECIPIENTS: dict[str, tuple[str, str]] = {
    "sms": ("msisdn", NUMBER),
    "voice": ("msisdn", NUMBER),
    "appmessaging": ("userid", "97XX90"),
    "push": ("android_pushid", "ejS3Ao5XXXX:APA91b"),
    "fb": ("psid", "1368028456544331"),
    "whatsapp": ("waid", NUMBER),
    "applebusinesschat": ("abcUserId", APPLE_USER),
}
V2_BODIES: dict[str, dict[str, Any]] = {
    "sms": {"from": "SENDER", "content": {"type": "text", "text": "Hello World"}},
    "rcs": {"from": APP, "content": {"type": "text", "text": "Hello World"}},
    "voice": {"from": "+4366012345678", "content": {"type": "media", "mediaId": "354"}},
}


def envelope(channel: str = "sms", *recipients: str, **members: Any) -> dict[str, Any]:
    """A v1 envelope to one recipient or several, each a destination of its own; `members` replace what it has."""
    kind, usual = RECIPIENTS[channel]
    found = {
        "deliverychannel": WORD[channel],
        "appid": APP,
        "channels": BLOCKS[channel],
        "destination": [{kind: [each]} for each in recipients or (usual,)],
    }
    return found | members


def magic(channel: str, word: str) -> str:
    """A recipient of the channel that forces an outcome: `fail-7102`, `fate-read`, `refuse-7020` …"""
    kind = RECIPIENTS[channel][0]
    return f"urn:mbid:sim-{word}" if kind == "abcUserId" else f"sim-{word}"


def token(secret: bytes = SECRET, *, algorithm: str = "HS256", header: Any = None, **claims: Any) -> str:
    """A JWT as a client makes it."""

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    head = {"alg": algorithm, "typ": "JWT"} if header is None else header
    signed = f"{part(head)}.{part({'iss': SERVICE, 'iat': int(time.time())} | claims)}"
    digest = hmac.digest(secret, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


class Simulator(Driver):
    """The API, and the control API behind it."""

    def post(self, body: Any, path: str = V1, headers: dict[str, str] | None = None) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"key": KEY} if headers is None else headers
        return self.http.post(path, content=content, headers={"Content-Type": "application/json"} | given)

    def send(self, channel: str = "sms", *recipients: str, **members: Any) -> Any:
        """What `response` of v1 says to an envelope."""
        return self.take(envelope(channel, *recipients, **members))

    def take(self, body: Any) -> Any:
        answer = self.post(body)
        assert answer.status_code == 200, answer.text
        return answer.json()["response"]

    def send_v2(self, channel: str = "sms", /, *recipients: str, **members: Any) -> httpx.Response:
        to = [{"msisdn": [each]} for each in recipients or (NUMBER,)]
        return self.post({"channel": channel, "to": to} | V2_BODIES[channel] | members, V2)

    def get(self, message_id: str) -> httpx.Response:
        return self.http.get(f"{V2}/{message_id}", headers={"key": KEY})

    def change(self, **settings: Any) -> None:
        self.control("PATCH", "settings", settings)

    def inbound(self, **order: Any) -> dict[str, Any]:
        """A user writes; the payload."""
        return dict(self.control("POST", "inbound", order)["document"])

    def receipts(self, **query: Any) -> list[dict[str, Any]]:
        """The receipts that were due, in order, as `deliveryInfoNotification`."""
        self.settle()
        shown = [webhook["document"] for webhook in self.webhooks(kind="notify", **query)]
        return [each["deliveryInfoNotification"] for each in shown]

    def words(self, channel: str, recipient: str, **members: Any) -> list[str]:
        """The statuses that a message to this recipient goes through."""
        items = self.send(channel, recipient, **members)
        assert items[0]["code"] == "1001", items
        return [each["deliveryInfo"]["deliveryStatus"] for each in self.receipts()]


class Hook(Receiver):
    """Takes receipts; `infos` are their inner parts."""

    def notifications(self) -> list[dict[str, Any]]:
        return [each["deliveryInfoNotification"] for each in self.documents()]
