"""
Events that an endpoint did not take at the first try, until they are delivered or given up, and a while longer.

    H#<endpoint>/<event id>   tenant, event (JSON text), state, attempts, waits, first, last, next, turn, ttl

A row that waits stands in the due index for when the clock is to look at it. Every write raises `turn` and builds on
the one it saw, so of several workers, records and clocks that mean the same try only one makes it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.queues import Record
from herald.aws.table import Change, ConditionFailed, Table
from herald.errors import NotFound

DUE = "callback"
"""What a row that waits is due for."""

_BEHIND = "callback#"
"""Puts rows behind all times in the index of persons: whoever erases finds them, lists of messages do not."""

LIFE = 30 * 86_400
"""Seconds that a row is kept."""

PIECE = 100
"""Rows that one query of a list reads."""

QUERIES = 10
"""Queries that one page of a list costs at most."""


class DeliveryState(StrEnum):
    """What has become of an event at an endpoint."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    An event on its way to an endpoint; times in milliseconds.

    `event` is its JSON as it is posted. `attempts` were made, `waits` is how often it met a closed gate since the
    last one. `last`: what came of the latest attempt, a status (`503`) or our word for it (`timeout`), empty before
    the first. `next` is when it is tried again, `due` when the clock looks at it; None when it is over. `party` is
    its place in the index of that name.
    """

    endpoint: str
    id: str
    tenant: str
    event: str
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    waits: int = 0
    first: int = 0
    last: str = ""
    next: int | None = None
    due: int | None = None
    turn: int = 0
    ttl: int = 0
    party: tuple[str, str] | None = None

    def record(self, now: int) -> Record:
        """What tells a worker to make the try that this row waits for."""
        delay = max((self.next or now) - now, 0) / 1000
        body = {"tenant": self.tenant, "endpoint": self.endpoint, "retry": self.id, "turn": self.turn}
        return Record(body, delay)

    def over(self, state: DeliveryState, last: str) -> "Delivery":
        """Delivered or given up."""
        return replace(self, state=state, last=last, next=None, due=None)


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Part of a list, and the event id to go on after; None at the end."""

    deliveries: list[Delivery]
    next: str | None


class Deliveries:
    """The rows of all endpoints."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def insert(self, delivery: Delivery) -> bool:
        """Keep a new one; False when there is one of this event already."""
        try:
            self._table.insert(_item(delivery))
        except ConditionFailed:
            return False
        return True

    def save(self, delivery: Delivery) -> Delivery | None:
        """Write it over the turn that it has, as the next turn; None when somebody else was faster, or it is gone."""
        later = replace(delivery, turn=delivery.turn + 1)
        item = _item(later)
        sets = {name: item[name] for name in _CHANGING if item.get(name) is not None}
        gone = [f"#{name}" for name in _CHANGING if item.get(name) is None]
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in sets)
        if gone:
            expression += f" REMOVE {', '.join(gone)}"
        change = Change(expression, {**sets, "seen": delivery.turn}, "#turn = :seen")
        try:
            self._table.update(item["pk"], item["sk"], change)
        except ConditionFailed:
            return None
        return later

    def find(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Delivery]:
        """Of these endpoints and event ids those that exist, in one read."""
        names = [(keys.deliveries(endpoint), event) for endpoint, event in wanted]
        found = self._table.get_many(names) if names else {}
        return {(one.endpoint, one.id): one for one in map(delivery_of, found.values())}

    def read(self, endpoint: str, event: str) -> Delivery:
        """Raises NotFound, also for what was taken at the first try and so has no row."""
        item = self._table.get(keys.deliveries(endpoint), event)
        if item is None:
            raise NotFound("there is no such delivery", hint="what is taken at the first try is not listed")
        return delivery_of(item)

    def page(self, endpoint: str, state: DeliveryState | None, limit: int, after: str = "") -> DeliveryPage:
        """So many of an endpoint, of one state or of all, by event id; fewer when others lie between."""
        found: list[Delivery] = []
        for _ in range(QUERIES):
            piece, after = self._piece(endpoint, after)
            for one in piece:
                if state in (None, one.state):
                    found.append(one)
                if len(found) == limit:
                    return DeliveryPage(found, one.id if after or one is not piece[-1] else None)
            if not after:
                return DeliveryPage(found, None)
        return DeliveryPage(found, after)

    def pieces(self, endpoint: str, after: str = "") -> Iterator[tuple[list[Delivery], str]]:
        """All of an endpoint, piece by piece, each with the event id to go on after; empty at the end."""
        while True:
            piece, after = self._piece(endpoint, after)
            yield piece, after
            if not after:
                return

    def _piece(self, endpoint: str, after: str) -> tuple[list[Delivery], str]:
        pk = keys.deliveries(endpoint)
        start = {"pk": pk, "sk": after} if after else None
        page = self._table.query("pk = :pk", {"pk": pk}, limit=PIECE, start=start)
        return [delivery_of(item) for item in page.items], page.next["sk"] if page.next else ""


_CHANGING = ("state", "attempts", "waits", "last", "next", "lp", "ls", "turn", "ttl")
"""What of a row changes over its life."""


def _item(delivery: Delivery) -> Item:
    pk = keys.deliveries(delivery.endpoint)
    waiting = delivery.due is not None
    return {
        "pk": pk,
        "sk": delivery.id,
        "tenant": delivery.tenant,
        "event": delivery.event,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "waits": delivery.waits,
        "first": delivery.first,
        "last": delivery.last,
        "next": delivery.next,
        "lp": keys.shard(pk + delivery.id) if waiting else None,
        "ls": keys.due(delivery.due, DUE) if delivery.due is not None else None,
        "pp": delivery.party[0] if delivery.party else None,
        "ts": f"{_BEHIND}{delivery.party[1]}" if delivery.party else None,
        "turn": delivery.turn,
        "ttl": delivery.ttl,
    }


def delivery_of(item: Item) -> Delivery:
    """From its row."""
    at, _, _ = item.get("ls", "").partition("#")
    return Delivery(
        endpoint=item["pk"].removeprefix(keys.deliveries("")),
        id=item["sk"],
        tenant=item["tenant"],
        event=item["event"],
        state=DeliveryState(item["state"]),
        attempts=item["attempts"],
        waits=item["waits"],
        first=item["first"],
        last=item["last"],
        next=item.get("next"),
        due=int(at) if at else None,
        turn=item["turn"],
        ttl=item["ttl"],
        party=(item["pp"], item["ts"].removeprefix(_BEHIND)) if "pp" in item else None,
    )
