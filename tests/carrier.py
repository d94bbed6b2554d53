"""
websms as it answers to those who send, in a few lines: takes what it is given, or does what a test has scripted.

    world.provider = carrier = Carrier()
    carrier.next += [throttled(2), httpx.ReadTimeout("hung")]      # what the next calls come to, one each
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from tests.world import World

type Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]

PHONE = "+436761234567"


def phone(number: int) -> str:
    """The n-th of many phone numbers."""
    return f"+43676{1_000_000 + number}"


def sms(to: str = PHONE, text: str = "hello", **more: object) -> dict[str, Any]:
    """The body of a request for one SMS."""
    return {"channel": "sms", "to": to, "content": {"type": "text", "text": text}, **more}


def many(count: int, text: str = "hello", **more: object) -> dict[str, Any]:
    """The body of a request for as many SMS."""
    recipients = [{"to": phone(number)} for number in range(count)]
    return {"channel": "sms", "recipients": recipients, "content": {"type": "text", "text": text}, **more}


def send(world: World, body: Mapping[str, Any] | None = None, **headers: str) -> str:
    """Have this body, or one SMS, accepted; the id."""
    answer = world.post("/v1/messages", body or sms(), **headers)
    assert answer.status == 202, answer.json
    identifier: str = answer.json["id"]
    return identifier


def said(code: int, status: int = 200, **headers: str) -> httpx.Response:
    """An answer that holds nothing but a statusCode."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"statusCode": code, "statusMessage": "?"}, headers=sent)


def throttled(seconds: int) -> httpx.Response:
    """429 with Retry-After."""
    return httpx.Response(429, headers={"retry-after": str(seconds)})


class Carrier:
    """
    `sent` counts for every recipient how often a message was taken, `payloads` are all bodies of sends,
    `tokens` counts token calls; `bad` are recipients for whom a whole call is refused (4002).
    """

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.payloads: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self.tokens = 0
        self.life: int | None = 3600
        self.bad: set[str] = set()
        self.next: list[Step] = []
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            if request.url.path == "/oauth/token":
                return self._token()
            self.payloads.append(json.loads(request.content))
            self.authorizations.append(request.headers.get("authorization", ""))
            step = self.next.pop(0) if self.next else self.take
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, httpx.Response) else step(request)

    def take(self, request: httpx.Request) -> httpx.Response:
        """Take the message, unless somebody in it is bad."""
        payload = json.loads(request.content)
        # SMS names digits in a list; WhatsApp and RCS each name one recipient in their own way.
        recipients = payload.get("recipientAddressList") or [self._only(payload)]
        if self.bad & set(recipients):
            return said(4002)
        self.sent.update(recipients)
        return httpx.Response(200, json={"statusCode": 2000, "transferId": f"t-{len(self.payloads)}", "smsCount": 1})

    def lose(self, request: httpx.Request) -> httpx.Response:
        """Take the message, but let nobody hear of it."""
        self.take(request)
        raise httpx.ReadTimeout("no answer", request=request)

    @staticmethod
    def _only(payload: dict[str, Any]) -> str:
        text = json.dumps(payload)
        return text[text.index("+") :].partition('"')[0]

    def _token(self) -> httpx.Response:
        self.tokens += 1
        answer: dict[str, object] = {"access_token": f"token-{self.tokens}", "token_type": "bearer"}
        return httpx.Response(200, json=answer | ({} if self.life is None else {"expires_in": self.life}))
