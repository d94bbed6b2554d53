"""
A whole small simulator upon the kit, of a provider that does not exist: what websms has no use for is proved with it.

`POST /messages` takes `{"to": [...], "ref": ...}` and answers a verdict for each recipient; `GET /messages` lists them
with their state, which changes by time and is posted too where a URL is set. A webhook is signed, acknowledged by any
200 and given up on 400.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from local.simulators import kit
from local.simulators.kit import (
    Attempt,
    Denied,
    Endpoint,
    Fault,
    Notice,
    NumberPlan,
    Policy,
    Provider,
    Result,
    Step,
    Taken,
    Webhook,
    build_app,
    encode,
    json_answer,
)

REFUSED = NumberPlan("43660777", 3)


class Urls(kit.WebhookUrls):
    status: str = ""
    copy_to: str = ""


class Settings(kit.Settings):
    path: str = "/messages"
    webhook_urls: Urls = Urls()


class State(kit.State[Settings]):
    urls: Urls

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.states: dict[str, str] = {}

    def forget(self, *, everything: bool) -> None:
        if everything:
            self.states.clear()


@dataclass
class Call(kit.Call[State]):
    """Nothing more than the kit's."""


@dataclass(frozen=True)
class Event(Step):
    """A status and the channel it came over."""

    channel: str = "sms"


class Order(BaseModel):
    text: str


class Signed(Policy):
    def retried(self, attempt: Attempt) -> bool:
        return attempt.http_status != 400

    def headers(self, webhook: Webhook, raw: bytes) -> Mapping[str, str]:
        return {"X-Digest": hashlib.sha256(raw).hexdigest(), "X-Attempt": str(webhook.attempt_count + 1)}


def _follow(call: Call, recipient: str, provider_id: str, reference: str) -> None:
    urls, states = call.state.urls, call.state.states

    def notice(event: Event) -> list[Notice]:
        body = encode({"id": provider_id, "status": event.word, "channel": event.channel}).decode()
        return [Notice(kind="status", url=url, body=body) for url in (urls.status, urls.copy_to) if url]

    def happen(event: Event) -> None:
        states[provider_id] = event.word

    taken = Taken(operation=call.operation, recipient=recipient, provider_id=provider_id, reference=reference)
    call.follow(taken, [Event("sent"), Event("delivered", after=0, channel="voice")], notice=notice, happen=happen)


async def send(call: Call) -> Response:
    if call.request.headers.get("authorization") != "Key sim-key":
        raise Denied(json_answer({"error": "key"}, 401))
    for n, recipient in enumerate(call.recipients):
        code = REFUSED.tail(recipient)
        provider_id = None if code else f"{next(call.state.numbers)}"
        reference = f"{call.document['ref']}-{n}"
        call.results.append(Result(recipient, not code, code or "0", provider_id, reference))
        if provider_id:
            call.accepted = True
            _follow(call, recipient, provider_id, reference)
    return json_answer([vars(result) for result in call.results], 201)


async def list_states(call: Call) -> Response:
    return json_answer(call.state.states)


class Acme(Provider[State, Call]):
    name = "acme"
    sends = frozenset({"messages.send"})
    call_type = Call
    inbound_type = Order
    hidden_headers = frozenset({"authorization", "x-secret"})

    def endpoints(self) -> list[Endpoint[Call]]:
        path = self.state.settings.path
        return [
            Endpoint("POST", path, "messages.send", send),
            Endpoint("GET", path, "messages.list", list_states),
        ]

    def sniff(self, call: Call) -> None:
        if isinstance(call.document, dict):
            call.recipients = call.document["to"]

    def policy(self) -> Policy:
        return Signed()

    def unauthorized(self, call: Call) -> Response:
        del call
        return json_answer({"error": "key"}, 401)

    def error(self, call: Call, fault: Fault) -> Response | None:
        del call
        return None if fault.code is None else json_answer({"error": fault.code})

    async def inbound(self, order: Order) -> dict[str, Any]:
        notice = Notice(kind="inbound", url=self.state.urls.status, body=order.text, content_type="text/plain")
        numbers = self.postman.send(notice, "4367612345", copies=2)
        return {"numbers": numbers, "media": f"{self.state.base_url}media/1"}

    def control_routes(self) -> list[kit.ControlRoute]:
        async def states(_: Request) -> Response:
            return json_answer(self.state.states)

        return [("GET", "states", states)]


def create_app(settings: Settings | None = None) -> Starlette:
    return build_app(Acme(State(settings or Settings())))
