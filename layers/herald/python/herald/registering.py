"""
Endpoints of customers: registered, changed, given new secrets.

A change is made to what stands there and written on top of the version that was read. Whoever was too late makes it
again, to what stands there then: two changes of different parts both hold.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool, StrictInt

from herald.aws.endpoint_gates import EndpointGates
from herald.aws.endpoints import Endpoints
from herald.content import Model
from herald.endpoint import Disabled, Endpoint, secret_of
from herald.errors import Conflict, InvalidMessage
from herald.event import EVENT_TYPES
from herald.identifier import random_id

TRIES = 10
"""How often a change is made anew before its writer is told that others are faster."""

MAX_OVERLAP = 7 * 86_400
"""Seconds that a secret that was replaced may stay valid."""

ADDRESS_HINT = "https, a public host name, port 443 or 8443, no user and password"

GROUPS = tuple(dict.fromkeys(f"{name.partition('.')[0]}.*" for name in EVENT_TYPES))
"""Names for all events that begin alike."""


def _known(name: str) -> str:
    if name not in EVENT_TYPES and name not in GROUPS:
        raise ValueError(f"must be a type of event, or one of {', '.join(GROUPS)}")
    return name


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be printable")
    return text


type Url = Annotated[str, Field(min_length=1, max_length=2048)]
type EventName = Annotated[str, Field(max_length=40), AfterValidator(_known)]
type Events = Annotated[tuple[EventName, ...], Field(max_length=40)]
type Description = Annotated[str, Field(max_length=200), AfterValidator(_printable)]


class NewEndpoint(Model):
    """
    The body of `POST /v1/endpoints`.

    `url`: https, a public host, port 443 or 8443, no credentials. `events`: types (`message.read`) or groups of them
    (`message.*`); empty for all.
    """

    url: Url
    events: Events = ()
    description: Description = ""


class EndpointChange(Model):
    """The body of `PATCH /v1/endpoints/{id}`, as `NewEndpoint`. What is left out or null stays as it is."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    disabled: StrictBool | None = None


class Rotation(Model):
    """The body of `POST /v1/endpoints/{id}/rotate`: how long the secret that is replaced stays valid, in seconds."""

    overlap_seconds: Annotated[StrictInt, Field(ge=0, le=MAX_OVERLAP)] = 86_400


class Registering:
    """
    The endpoints of all tenants as their owners set them up.

    `check` raises AddressRefused for an address that is not to be called, `signing_key` is what secrets are made of,
    `now` gives milliseconds since 1970.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        gates: EndpointGates,
        check: Callable[[str], object],
        signing_key: Callable[[], bytes],
        now: Callable[[], int],
    ) -> None:
        self._endpoints = endpoints
        self._gates = gates
        self._check = check
        self._signing_key = signing_key
        self._now = now

    def add(self, tenant: str, new: NewEndpoint) -> Endpoint:
        """A new endpoint, enabled. Raises AddressRefused, TooManyEndpoints."""
        self._check_url(new.url)
        endpoint = Endpoint(
            id=random_id(),
            tenant=tenant,
            url=new.url,
            events=tuple(dict.fromkeys(new.events)),
            description=new.description,
            created=self._now(),
        )
        self._endpoints.add(endpoint)
        return endpoint

    def change(self, tenant: str, endpoint_id: str, change: EndpointChange) -> Endpoint:
        """Change parts of it; enabling also forgets how it fared. Raises AddressRefused, NotFound, Conflict."""
        if change.url is not None:
            self._check_url(change.url)
        if change.disabled is False:
            # First, or the failures of before would disable it again at the next one.
            self._gates.clear(self._endpoints.read(tenant, endpoint_id).value)
        return self._remake(tenant, endpoint_id, lambda endpoint: _changed(endpoint, change, self._now()))

    def rotate(self, tenant: str, endpoint_id: str, overlap_seconds: int) -> Endpoint:
        """Give it a new secret; the one it replaces stays valid for so long. Raises NotFound, Conflict."""
        return self._remake(tenant, endpoint_id, lambda one: one.rotated(self._now(), overlap_seconds * 1000))

    def remove(self, tenant: str, endpoint_id: str) -> None:
        """Forget it. Raises NotFound."""
        self._endpoints.read(tenant, endpoint_id)
        self._endpoints.remove(tenant, endpoint_id)

    def secrets(self, endpoint: Endpoint) -> list[tuple[str, int | None]]:
        """Its valid secrets, the newest first, each with the millisecond of its end, None for the newest."""
        valid = endpoint.valid_epochs(self._now())
        return [(secret_of(self._signing_key(), endpoint.id, number), until) for number, until in valid]

    def _check_url(self, url: str) -> None:
        try:
            self._check(url)
        except InvalidMessage as error:
            error.field, error.hint = "url", ADDRESS_HINT
            raise

    def _remake(self, tenant: str, endpoint_id: str, remake: Callable[[Endpoint], Endpoint]) -> Endpoint:
        for _ in range(TRIES):
            found = self._endpoints.read(tenant, endpoint_id)
            remade = remake(found.value)
            if remade == found.value:
                return remade
            with suppress(Conflict):
                self._endpoints.change(remade, found.version)
                return remade
        raise Conflict("others change this endpoint at the same time", hint="try again")


def _changed(endpoint: Endpoint, change: EndpointChange, now: int) -> Endpoint:
    """With the parts that are given. One that is disabled already keeps its reason."""
    disabled, since = endpoint.disabled, endpoint.disabled_at
    if change.disabled is False:
        disabled, since = None, None
    elif change.disabled and disabled is None:
        disabled, since = Disabled.OWNER, now
    return replace(
        endpoint,
        url=endpoint.url if change.url is None else change.url,
        events=endpoint.events if change.events is None else tuple(dict.fromkeys(change.events)),
        description=endpoint.description if change.description is None else change.description,
        disabled=disabled,
        disabled_at=since,
    )
