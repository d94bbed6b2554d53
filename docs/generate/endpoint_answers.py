"""
What Herald answers about endpoints and what became of their callbacks; the rest is in `answers`.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue

from docs.generate.answers import Count, Event, Id
from herald.content import Model

type Reason = Literal["owner", "gone", "failing"]
type EventId = Annotated[str, Field(pattern=r"^[a-z0-9.:]+$")]


class Endpoint(Model):
    """
    An address of the tenant that is told of events; of all, where `events` is empty.

    `disabled_reason`: its `owner` wanted it so, it answered 410 (`gone`), or nothing succeeded for days (`failing`).
    """

    id: Id
    url: str
    events: tuple[str, ...]
    description: str | None = None
    status: Literal["enabled", "disabled"]
    disabled_reason: Reason | None = None
    created_at: AwareDatetime


class NewlyRegistered(Endpoint):
    """An endpoint with the secret that signs what it is told."""

    secret: str


class Endpoints(Model):
    """All endpoints of the tenant, the oldest first."""

    endpoints: tuple[Endpoint, ...]


class Secret(Model):
    """A secret as the libraries of Standard Webhooks take it; one that was replaced is valid until then."""

    secret: Annotated[str, Field(pattern=r"^whsec_")]
    valid_until: AwareDatetime | None = None


class Secrets(Model):
    """The valid secrets, the newest first. Each callback is signed with all of them."""

    secrets: Annotated[tuple[Secret, ...], Field(min_length=1)]


class Tried(Model):
    """
    What came of a test. `delivered`: it answered with a 2xx.

    `last` is the status, or what happened instead: `timeout`, `unreachable`, `broken`, `address_refused`.
    """

    delivered: bool
    last: str
    milliseconds: Count


class Delivery(Model):
    """
    An event that was not taken at the first try: `waiting` for the next one, `failed`, or `delivered` after all.

    `attempts`: how often it was POSTed. `last`: what came of the latest try, a status or a word such as `timeout`.
    """

    event_id: EventId
    webhook_id: str
    type: str
    state: Literal["waiting", "failed", "delivered"]
    attempts: Count
    first_at: AwareDatetime
    last: str | None = None
    next_at: AwareDatetime | None = None


class DeliveryDetail(Delivery):
    """A delivery with the event itself."""

    event: dict[str, JsonValue]


class DeliveryPage(Model):
    """Part of a list. With `next_cursor` there may be more, also when this page is not full or even empty."""

    deliveries: tuple[Delivery, ...]
    next_cursor: str | None = None


class Replayed(Model):
    """How many are tried again from now on. With `next_cursor` there may be more, which another request takes on."""

    replayed: Count
    next_cursor: str | None = None


class DisabledEndpoint(Model):
    """An endpoint that Herald has disabled, and why."""

    id: Id
    reason: Literal["gone", "failing"]
    description: str | None = None


class EndpointEvent(Event):
    """An endpoint was disabled, though not by its owner."""

    data: DisabledEndpoint
