"""
The door through which tenants have people erased; the clock does it (`erasing.py`).
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from herald.authenticating import Scope
from herald.aws.erasures import COUNTED, Erasure
from herald.content import Model
from herald.models import To
from herald.view import stamp
from herald.web import Answer, Call, Routes, answer, read_json

if TYPE_CHECKING:
    from herald.assembly import Assembly

MAX_JSON = 16_000
"""Bytes of a JSON body here."""


class ErasureRequest(Model):
    """The body of `POST /v1/erasures`: one person, by one `address` or by up to ten `addresses`."""

    address: To | None = None
    addresses: Annotated[tuple[To, ...], Field(min_length=1, max_length=10)] | None = None

    @model_validator(mode="after")
    def _whom(self) -> Self:
        if (self.address is None) == (self.addresses is None):
            raise ValueError("give either address or addresses")
        return self

    @property
    def known(self) -> list[str]:
        """Every address in its canonical text."""
        return [str(address) for address in self.addresses or (self.address,)]


class Erased(Model):
    """How much was erased so far. `media`: files that the person had sent; `callbacks`: events not yet delivered."""

    messages: int
    inbound: int
    media: int
    quarantined: int
    callbacks: int


class ErasureDescription(Model):
    """An erasure; it never says of whom. Times are ISO 8601."""

    id: str
    status: Literal["pending", "running", "done"]
    created_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    erased: Erased


class Door:
    """The routes of erasures."""

    def __init__(self, parts: "Assembly") -> None:
        self._parts = parts
        self.routes: Routes = {
            "POST /v1/erasures": self.start,
            "GET /v1/erasures/{id}": self.read,
        }

    def _tenant(self, call: Call) -> str:
        return self._parts.keys.authenticate(call, Scope.ERASURES_WRITE).tenant

    def start(self, call: Call) -> Answer:
        """Have somebody erased: 202. Asked for twice, it is done twice, which does no harm."""
        tenant = self._tenant(call)
        request = read_json(call, ErasureRequest, MAX_JSON)
        erasure = self._parts.erasures.start(tenant, request.known, self._parts.time.now())
        return answer(HTTPStatus.ACCEPTED, erasure_view(erasure), {"location": f"/v1/erasures/{erasure.id}"})

    def read(self, call: Call) -> Answer:
        """How far it is."""
        tenant = self._tenant(call)
        return answer(HTTPStatus.OK, erasure_view(self._parts.erasures.read(tenant, call.parameters["id"])))


def status_of(erasure: Erasure) -> str:
    """Asked for, under way, or over."""
    if erasure.done is not None:
        return "done"
    return "running" if erasure.started else "pending"


def erasure_view(erasure: Erasure) -> dict[str, object]:
    """An erasure as it is shown."""
    view: dict[str, object] = {"id": erasure.id, "status": status_of(erasure), "created_at": stamp(erasure.created)}
    view |= {} if erasure.done is None else {"finished_at": stamp(erasure.done)}
    return view | {"erased": {name: erasure.counts[name] for name in COUNTED}}
