"""
The endpoints of tenants.

    T#<tenant>/hook#<id>   url, events, description, epochs, disabled, disabled_at, created, version
    T#<tenant>/gate#<id>   how the endpoint fares (`endpoint_gates`)

What wants an event is read through a cache of ten seconds, absence included: that long it takes until a change
reaches all workers.
"""

from collections.abc import Callable
from contextlib import suppress

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.registry import Stored
from herald.aws.table import Change, ConditionFailed, Table
from herald.endpoint import Disabled, Endpoint
from herald.errors import Conflict, NotFound

CACHE = 10_000
"""Milliseconds for which a worker trusts what it read."""

MAX_ENDPOINTS = 20
"""Endpoints of one tenant."""

_MAX_CACHED = 2000


class TooManyEndpoints(Conflict):
    """The tenant has as many endpoints as it may have."""

    code = "too_many_endpoints"
    title = "There are too many endpoints"


class Endpoints:
    """Who wants to hear of events. `clock` gives milliseconds since 1970."""

    def __init__(self, table: Table, clock: Callable[[], int]) -> None:
        self._table = table
        self._clock = clock
        self._cache: dict[str, tuple[int, tuple[Endpoint, ...]]] = {}

    def of_tenant(self, tenant: str) -> tuple[Endpoint, ...]:
        """All of a tenant, at most ten seconds old. Raises Unavailable."""
        now = self._clock()
        held = self._cache.get(tenant)
        if held and 0 <= now - held[0] < CACHE:
            return held[1]
        found = self.all(tenant)
        if len(self._cache) >= _MAX_CACHED:
            self._cache.clear()
        self._cache[tenant] = (now, found)
        return found

    def find(self, tenant: str, endpoint_id: str) -> Endpoint | None:
        """
        One of them, at most ten seconds old; None when there is none. Raises Unavailable.

        One that seems to be missing or disabled is looked at anew: whoever sent an event here may know better.
        """
        held = next((one for one in self.of_tenant(tenant) if one.id == endpoint_id), None)
        if held and not held.disabled:
            return held
        item = self._table.get(keys.tenant(tenant), keys.hook(endpoint_id))
        return _endpoint(item) if item else None

    def all(self, tenant: str) -> tuple[Endpoint, ...]:
        """All of a tenant as they are now, the oldest first."""
        condition, values = "pk = :pk AND begins_with(sk, :hook)", {"pk": keys.tenant(tenant), "hook": keys.hook("")}
        page = self._table.query(condition, values)
        items = page.items
        while page.next:
            page = self._table.query(condition, values, start=page.next)
            items += page.items
        return tuple(sorted(map(_endpoint, items), key=lambda one: (one.created, one.id)))

    def read(self, tenant: str, endpoint_id: str) -> Stored[Endpoint]:
        """As it is now. Raises NotFound, also for another tenant's."""
        item = self._table.get(keys.tenant(tenant), keys.hook(endpoint_id))
        if item is None:
            raise NotFound("there is no such endpoint")
        return Stored(_endpoint(item), item["version"])

    def add(self, endpoint: Endpoint) -> None:
        """Raises TooManyEndpoints; several that are added at the same moment may be one or two more."""
        if len(self.all(endpoint.tenant)) >= MAX_ENDPOINTS:
            raise TooManyEndpoints(
                f"a tenant has at most {MAX_ENDPOINTS} endpoints", hint="remove one that is not needed any more"
            )
        with suppress(ConditionFailed):  # by this very write, repeated when its answer was lost: ids are random
            self._table.insert({**_item(endpoint), "version": 1})
        self._forget(endpoint.tenant)

    def change(self, endpoint: Endpoint, seen: int) -> None:
        """Write it over the version seen. Raises Conflict when somebody else was faster, or has removed it."""
        try:
            self._table.put(
                {**_item(endpoint), "version": seen + 1}, condition="#version = :seen", values={"seen": seen}
            )
        except ConditionFailed as error:
            raise Conflict("the endpoint was changed by somebody else meanwhile", hint="read it again") from error
        self._forget(endpoint.tenant)

    def disable(self, endpoint: Endpoint, why: Disabled, now: int) -> bool:
        """Post nothing there any more; False when it is disabled already, or gone."""
        change = Change(
            "SET #disabled = :why, #disabled_at = :now ADD #version :one",
            {"why": why, "now": now, "one": 1},
            "attribute_exists(pk) AND attribute_not_exists(#disabled)",
        )
        self._forget(endpoint.tenant)
        with suppress(ConditionFailed):
            self._table.update(keys.tenant(endpoint.tenant), keys.hook(endpoint.id), change)
            return True
        return False

    def remove(self, tenant: str, endpoint_id: str) -> None:
        """Forget the endpoint and how it fared; it need not exist. What waits for it ends in silence."""
        # The endpoint last: as long as it stands, a call that broke off can be made again.
        self._table.delete(keys.tenant(tenant), keys.endpoint_gate(endpoint_id))
        self._table.delete(keys.tenant(tenant), keys.hook(endpoint_id))
        self._forget(tenant)

    def _forget(self, tenant: str) -> None:
        self._cache.pop(tenant, None)


def _item(endpoint: Endpoint) -> Item:
    return {
        "pk": keys.tenant(endpoint.tenant),
        "sk": keys.hook(endpoint.id),
        "url": endpoint.url,
        "events": list(endpoint.events),
        "description": endpoint.description,
        "epochs": [list(epoch) for epoch in endpoint.epochs],
        "disabled": endpoint.disabled,
        "disabled_at": endpoint.disabled_at,
        "created": endpoint.created,
    }


def _endpoint(item: Item) -> Endpoint:
    return Endpoint(
        id=item["sk"].removeprefix(keys.hook("")),
        tenant=item["pk"].removeprefix(keys.tenant("")),
        url=item["url"],
        events=tuple(item["events"]),
        description=item["description"],
        epochs=tuple((number, until) for number, until in item["epochs"]),
        disabled=Disabled(item["disabled"]) if "disabled" in item else None,
        disabled_at=item.get("disabled_at"),
        created=item["created"],
    )
