"""
The HTTP doors of the callback function: a tenant's endpoints, and what became of the events that they did not take.

What belongs to another tenant does not exist.
"""

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from herald.authenticating import Scope
from herald.aws.deliveries import Delivery, DeliveryState
from herald.content import Model
from herald.cursor import read_after, write_after
from herald.endpoint import Endpoint
from herald.errors import NotFound
from herald.identifier import is_id
from herald.posting import event_id, webhook_id
from herald.questions import Cursor, Instant, Limit, read_query
from herald.registering import EndpointChange, NewEndpoint, Rotation
from herald.replaying import Choice
from herald.view import stamp
from herald.web import Answer, Call, Routes, answer, read_json

if TYPE_CHECKING:
    from herald.assembly import Assembly

MAX_JSON = 64_000
"""Bytes of a JSON body here."""

REPLAY_MILLISECONDS = 15_000
"""How long one request puts deliveries on their way again; the gateway gives up after 30 seconds."""

_EVENT = re.compile(r"[a-z0-9._:]{1,120}")


class DeliveriesQuestion(Model):
    """`GET /v1/endpoints/{id}/deliveries`: all of an endpoint, or those of one state."""

    state: DeliveryState | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class Replay(Model):
    """
    The body of `POST /v1/endpoints/{id}/replay`: which deliveries, by state and by when they were first tried.

    Without a state all that are not delivered; `from` and `to` are included. `cursor`: where an answer said that there
    are more.
    """

    state: DeliveryState | None = None
    first: Annotated[Instant | None, Field(alias="from")] = None
    last: Annotated[Instant | None, Field(alias="to")] = None
    cursor: Cursor | None = None

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise ValueError("to must not be before from")
        return self

    @property
    def choice(self) -> Choice:
        """As the use case takes it, in milliseconds."""
        first, last = (int(time.timestamp() * 1000) if time else None for time in (self.first, self.last))
        return Choice(self.state, first, last)


class Door:
    """The HTTP routes of the callback function."""

    def __init__(self, parts: "Assembly") -> None:
        self._parts = parts
        self.routes: Routes = {
            "POST /v1/endpoints": self.add,
            "GET /v1/endpoints": self.list,
            "GET /v1/endpoints/{id}": self.read,
            "PATCH /v1/endpoints/{id}": self.change,
            "DELETE /v1/endpoints/{id}": self.remove,
            "GET /v1/endpoints/{id}/secret": self.secret,
            "POST /v1/endpoints/{id}/rotate": self.rotate,
            "POST /v1/endpoints/{id}/test": self.test,
            "POST /v1/endpoints/{id}/replay": self.replay_all,
            "GET /v1/endpoints/{id}/deliveries": self.deliveries,
            "GET /v1/endpoints/{id}/deliveries/{event}": self.delivery,
            "POST /v1/endpoints/{id}/deliveries/{event}/replay": self.replay,
        }

    def add(self, call: Call) -> Answer:
        """A new endpoint with its secret: 201."""
        tenant = self._writer(call)
        endpoint = self._parts.registering.add(tenant, read_json(call, NewEndpoint, MAX_JSON))
        ((secret, _),) = self._parts.registering.secrets(endpoint)
        location = {"location": f"/v1/endpoints/{endpoint.id}"}
        return answer(HTTPStatus.CREATED, endpoint_view(endpoint) | {"secret": secret}, location)

    def list(self, call: Call) -> Answer:
        """All endpoints, the oldest first."""
        endpoints = self._parts.endpoints.all(self._reader(call))
        return answer(HTTPStatus.OK, {"endpoints": [endpoint_view(endpoint) for endpoint in endpoints]})

    def read(self, call: Call) -> Answer:
        """One endpoint."""
        return answer(HTTPStatus.OK, endpoint_view(self._endpoint(call, self._reader(call))))

    def change(self, call: Call) -> Answer:
        """An endpoint with other parts."""
        tenant = self._writer(call)
        change = read_json(call, EndpointChange, MAX_JSON)
        return answer(HTTPStatus.OK, endpoint_view(self._parts.registering.change(tenant, _id(call), change)))

    def remove(self, call: Call) -> Answer:
        """Forget an endpoint: 204."""
        self._parts.registering.remove(self._writer(call), _id(call))
        return answer(HTTPStatus.NO_CONTENT)

    def secret(self, call: Call) -> Answer:
        """The valid secrets, which takes the right to change them."""
        return self._secrets(self._endpoint(call, self._writer(call)))

    def rotate(self, call: Call) -> Answer:
        """A new secret beside the old one, which ends."""
        tenant = self._writer(call)
        overlap = _optional(call, Rotation).overlap_seconds
        return self._secrets(self._parts.registering.rotate(tenant, _id(call), overlap))

    def deliveries(self, call: Call) -> Answer:
        """A page of what was not taken at the first try."""
        tenant = self._reader(call)
        endpoint = self._endpoint(call, tenant)
        question = read_query(call, DeliveriesQuestion)
        asked = f"deliveries {endpoint.id} {question.state}"
        after = read_after(question.cursor, tenant, asked) if question.cursor else ""
        page = self._parts.deliveries.page(endpoint.id, question.state, question.limit, after)
        view: dict[str, object] = {"deliveries": [delivery_view(delivery) for delivery in page.deliveries]}
        return answer(
            HTTPStatus.OK, view | ({"next_cursor": write_after(page.next, tenant, asked)} if page.next else {})
        )

    def delivery(self, call: Call) -> Answer:
        """One of them, with the event."""
        delivery = self._delivery(call, self._endpoint(call, self._reader(call)))
        return answer(HTTPStatus.OK, delivery_view(delivery) | {"event": json.loads(delivery.event)})

    def test(self, call: Call) -> Answer:
        """Call the endpoint now, and tell what came of it."""
        tried = self._parts.replaying.try_now(self._endpoint(call, self._writer(call)))
        view = {"delivered": tried.delivered, "last": tried.last, "milliseconds": tried.took}
        return answer(HTTPStatus.OK, view)

    def replay(self, call: Call) -> Answer:
        """Try one again, now and as often as a new one: 202."""
        endpoint = self._endpoint(call, self._writer(call))
        again = self._parts.replaying.replay(endpoint, self._delivery(call, endpoint).id)
        return answer(HTTPStatus.ACCEPTED, delivery_view(again))

    def replay_all(self, call: Call) -> Answer:
        """Try many again: 202, and how many they are."""
        tenant = self._writer(call)
        endpoint, wanted = self._endpoint(call, tenant), _optional(call, Replay)
        asked = f"replay {endpoint.id} {wanted.model_dump_json(exclude={'cursor'})}"
        after = read_after(wanted.cursor, tenant, asked) if wanted.cursor else ""
        deadline = self._parts.time.now() + REPLAY_MILLISECONDS
        done = self._parts.replaying.replay_all(endpoint, wanted.choice, deadline, after)
        view: dict[str, object] = {"replayed": done.count}
        view |= {"next_cursor": write_after(done.next, tenant, asked)} if done.next else {}
        return answer(HTTPStatus.ACCEPTED, view)

    def _reader(self, call: Call) -> str:
        return self._parts.keys.authenticate(call, Scope.ENDPOINTS_READ).tenant

    def _writer(self, call: Call) -> str:
        return self._parts.keys.authenticate(call, Scope.ENDPOINTS_WRITE).tenant

    def _endpoint(self, call: Call, tenant: str) -> Endpoint:
        return self._parts.endpoints.read(tenant, _id(call)).value

    def _delivery(self, call: Call, endpoint: Endpoint) -> Delivery:
        name = call.parameters["event"]
        if not _EVENT.fullmatch(name):
            raise NotFound("there is no such delivery")
        return self._parts.deliveries.read(endpoint.id, event_id(name))

    def _secrets(self, endpoint: Endpoint) -> Answer:
        secrets = [
            {"secret": secret} | ({"valid_until": stamp(until)} if until else {})
            for secret, until in self._parts.registering.secrets(endpoint)
        ]
        return answer(HTTPStatus.OK, {"secrets": secrets})


def _id(call: Call) -> str:
    """The id in the path. Raises NotFound for one that cannot be."""
    if not is_id(call.parameters["id"]):
        raise NotFound("there is no such endpoint")
    return call.parameters["id"]


def _optional[M: Model](call: Call, model: type[M]) -> M:
    """The body, which may be missing where all of it may."""
    return read_json(call, model, MAX_JSON) if call.body else model()


def endpoint_view(endpoint: Endpoint) -> dict[str, object]:
    """An endpoint, without its secrets."""
    view: dict[str, object] = {"id": endpoint.id, "url": endpoint.url, "events": endpoint.events}
    view |= {"description": endpoint.description} if endpoint.description else {}
    view |= {"status": endpoint.status}
    view |= {"disabled_reason": endpoint.disabled} if endpoint.disabled else {}
    return view | {"created_at": stamp(endpoint.created)}


def delivery_view(delivery: Delivery) -> dict[str, object]:
    """A delivery, without its event."""
    view: dict[str, object] = {
        "event_id": delivery.id,
        "webhook_id": webhook_id(delivery.id),
        "type": json.loads(delivery.event)["type"],
        "state": delivery.state,
        "attempts": delivery.attempts,
        "first_at": stamp(delivery.first),
    }
    view |= {"last": delivery.last} if delivery.last else {}
    return view | ({"next_at": stamp(delivery.next)} if delivery.next else {})
