"""
Pigeon Post as the kit plays it: two endpoints, a life for each pigeon, and seals.
"""

import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.applications import Starlette
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
    Result,
    Step,
    Taken,
    Webhook,
    build_app,
    encode,
    json_answer,
    now,
)
from tests.pigeon.simulator.settings import Call, Settings, State

ANSWERED = NumberPlan("43660888", 4)
FATED = NumberPlan("43660889", 4)
FATES: Mapping[str, tuple[str, ...]] = {
    "0001": ("released", "lost"),
    "0002": ("shooed",),
    "0003": ("released", "resting", "landed"),
}

_NUMBER = re.compile(r"\+?[1-9][0-9]{6,14}")
_UNREADABLE, _KEY, _NOBODY, _LOFT = 4000, 4010, 4040, 4041


class Pigeon(BaseModel):
    """One recipient and what the pigeon is ringed with."""

    to: str
    ring: str = Field(min_length=1, max_length=64)


class Flight(BaseModel):
    """A call."""

    model_config = ConfigDict(extra="forbid")

    channel: Literal["sms", "whatsapp"]
    loft: str = "Loft 7"
    pigeons: list[Pigeon] = Field(min_length=1, max_length=50)
    text: str | None = Field(None, min_length=1, max_length=300)
    picture: str | None = Field(None, pattern=r"^https?://")
    tell: str = ""

    @model_validator(mode="after")
    def _load(self) -> "Flight":
        if self.text is None and self.picture is None:
            raise ValueError("a pigeon without a load does not fly")
        if self.picture and self.channel == "sms":
            raise ValueError("pictures fly over whatsapp")
        if len({pigeon.ring for pigeon in self.pigeons}) < len(self.pigeons):
            raise ValueError("two pigeons have the same ring")
        return self


class Order(BaseModel):
    """What somebody writes to a loft."""

    model_config = ConfigDict(extra="forbid")

    sender: str
    to: str = "Loft 7"
    channel: Literal["sms", "whatsapp"] = "sms"
    text: str | None = None
    picture: Base64Bytes | None = None


class Sealed(Policy):
    """Pigeon Post waits for its `coo`."""

    def __init__(self, state: State) -> None:
        self.state = state

    def acknowledged(self, attempt: Attempt, content: bytes) -> bool:
        return super().acknowledged(attempt, content) and content == b"coo"

    def headers(self, webhook: Webhook, raw: bytes) -> Mapping[str, str]:
        del webhook
        return {"X-Pigeon-Seal": hmac.digest(self.state.settings.webhook_secret.encode(), raw, "sha256").hex()}


def _refusal(code: int) -> Response:
    """An answer about the whole call; the HTTP status goes with the code."""
    return json_answer({"code": code}, code // 10)


def _admit(call: Call) -> None:
    if call.request.headers.get("authorization") != f"Bearer {call.state.settings.api_key}":
        call.code = _KEY
        raise Denied(_refusal(_KEY))


def _read(call: Call) -> Flight:
    try:
        return Flight.model_validate(call.document)
    except ValidationError as error:
        call.code = _UNREADABLE
        call.remarks.append(str(error))
        raise Denied(_refusal(_UNREADABLE)) from error


def _code(call: Call, flight: Flight, pigeon: Pigeon) -> int:
    """0, or why this pigeon does not fly."""
    settings = call.state.settings
    if flight.loft not in settings.lofts:
        return _LOFT
    if not _NUMBER.fullmatch(pigeon.to) or (settings.strict and not pigeon.to.startswith("+")):
        return _NOBODY
    return int(ANSWERED.tail(pigeon.to) or 0)


def _release(call: Call, flight: Flight, pigeon: Pigeon, name: str) -> None:
    """Let the pigeon live its life, and tell of it."""
    url = flight.tell or call.state.urls.status

    def notice(step: Step) -> Notice:
        body = {"tells": "flight", "id": name, "ring": pigeon.ring, "word": step.word, "at": now()}
        return Notice(kind="status", url=url, body=encode(body).decode())

    words = FATES.get(FATED.tail(pigeon.to) or "", ("released", "landed"))
    taken = Taken(operation=call.operation, recipient=pigeon.to, provider_id=name, reference=pigeon.ring)
    call.follow(taken, [Step(word) for word in words], notice=notice)


async def send(call: Call) -> Response:
    """A code for each pigeon."""
    _admit(call)
    flight = _read(call)
    for pigeon in flight.pigeons:
        code = _code(call, flight, pigeon)
        name = None if code else f"p-{next(call.state.numbers)}"
        call.results.append(Result(pigeon.to, not code, code, name, pigeon.ring))
        if name:
            call.accepted = True
            _release(call, flight, pigeon, name)
    told = [
        {"ring": one.reference, "code": one.code} | ({"id": one.provider_id} if one.provider_id else {})
        for one in call.results
    ]
    return json_answer({"pigeons": told}, 202)


async def picture(call: Call) -> Response:
    """The bytes as they came."""
    _admit(call)
    found = call.state.pictures.get(call.request.path_params["picture"])
    return Response(found, 200, {"Content-Type": "image/png"}) if found else _refusal(4040)


class PigeonPost(kit.Provider[State, Call]):
    """Pigeon Post API 1."""

    name = "pigeon"
    sends = frozenset({"flights.send"})
    call_type = Call
    inbound_type = Order

    def endpoints(self) -> Iterable[Endpoint[Call]]:
        yield Endpoint("POST", self.state.settings.flights_path, "flights.send", send)
        yield Endpoint("GET", self.state.settings.picture_path, "pictures.get", picture)

    def sniff(self, call: Call) -> None:
        """Whoever is named, however badly."""
        pigeons = call.document.get("pigeons") if isinstance(call.document, dict) else None
        found = [one for one in pigeons if isinstance(one, dict)] if isinstance(pigeons, list) else []
        call.recipients = [str(one.get("to")) for one in found]
        call.references = [str(one.get("ring")) for one in found]

    def unauthorized(self, call: Call) -> Response:
        del call
        return _refusal(_KEY)

    def error(self, call: Call, fault: Fault) -> Response | None:
        del call
        return None if fault.code is None else json_answer({"code": fault.code})

    def policy(self) -> Policy:
        return Sealed(self.state)

    async def inbound(self, order: Order) -> dict[str, Any]:
        """A note, with or without a picture."""
        name = f"n-{next(self.state.numbers)}"
        body = {
            "tells": "note",
            "id": name,
            "channel": order.channel,
            "from": order.sender,
            "to": order.to,
            "at": now(),
        }
        if order.text is not None:
            body["text"] = order.text
        if order.picture is not None:
            body["picture"] = f"pic-{name}"
            self.state.pictures[body["picture"]] = order.picture
        url = self.state.urls.inbound
        numbers = self.postman.send(Notice(kind="inbound", url=url, body=encode(body).decode()), order.sender)
        return {"numbers": numbers}


def create_app(settings: Settings | None = None) -> Starlette:
    """The simulator as an ASGI app, with nothing shared between two of them."""
    return build_app(PigeonPost(State(settings or Settings())))
