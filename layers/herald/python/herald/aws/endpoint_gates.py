"""
How endpoints fare, shared by all workers, so that a slow one holds up nobody but itself.

    T#<tenant>/gate#<id>   failures (in a row), closed (ms until which nothing is posted), pause, probe, since (ms)

A gate closes for ever longer; when its time is over, one callback probes. `since` is when the first of all failures
since the last success was.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.table import Change, ConditionFailed, Table
from herald.endpoint import Endpoint

THRESHOLD = 3
"""Failures in a row, over all workers, that close the gate; a timeout or a plea to wait closes it at once."""

FIRST_PAUSE = 10_000
LONGEST_PAUSE = 900_000
"""Milliseconds that the gate stays closed: the first time, and at most, unless the endpoint asks for more."""

PROBE = 30_000
"""Milliseconds that a single probe may take before another worker may try."""


@dataclass(frozen=True, slots=True)
class EndpointGate:
    """A gate as it was read. `closed_until` 0: nothing has failed enough; times in milliseconds."""

    failures: int = 0
    closed_until: int = 0
    pause: int = 0
    since: int = 0

    @classmethod
    def of(cls, item: Item | None) -> Self:
        """From its item, None when there is none."""
        item = item or {}
        return cls(item.get("failures", 0), item.get("closed", 0), item.get("pause", 0), item.get("since", 0))

    @property
    def tripped(self) -> bool:
        """It has been closed; only a probe may pass until one succeeds."""
        return self.closed_until > 0


class EndpointGates:
    """The gates of endpoints."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, endpoints: Iterable[Endpoint]) -> dict[str, EndpointGate]:
        """By endpoint id, as they are now, in one read."""
        wanted = {one.id: (keys.tenant(one.tenant), keys.endpoint_gate(one.id)) for one in endpoints}
        found = self._table.get_many(wanted.values()) if wanted else {}
        return {endpoint_id: EndpointGate.of(found.get(key)) for endpoint_id, key in wanted.items()}

    def probe(self, endpoint: Endpoint, now: int) -> bool:
        """Be the one callback that tries a gate whose time is over; False when another one is trying."""
        change = Change(
            "SET #probe = :until",
            {"until": now + PROBE, "now": now},
            "attribute_exists(#closed) AND #closed <= :now AND (attribute_not_exists(#probe) OR #probe < :now)",
        )
        return self._change(endpoint, change)

    def succeeded(self, endpoint: Endpoint, seen: EndpointGate) -> None:
        """Open it, if there was anything to open: a healthy endpoint costs no write. Not if it has closed since."""
        if seen == EndpointGate():
            return
        change = Change(
            "REMOVE #failures, #closed, #pause, #probe, #since",
            {"seen": seen.closed_until},
            "attribute_not_exists(#closed) OR #closed = :seen",
        )
        self._change(endpoint, change)

    def failed(self, endpoint: Endpoint, seen: EndpointGate, now: int, wait: int | None) -> EndpointGate:
        """
        Count a failure; the gate as it is after it.

        `wait` (ms) closes it at once, for at least so long; None only when this was one failure too many.
        """
        counted = EndpointGate.of(
            self._table.update(
                keys.tenant(endpoint.tenant),
                keys.endpoint_gate(endpoint.id),
                Change("SET #since = if_not_exists(#since, :now) ADD #failures :one", {"now": now, "one": 1}),
            )
        )
        if wait is None and not seen.tripped and counted.failures < THRESHOLD:
            return counted
        pause = min(max(seen.pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        until = now + max(pause, wait or 0)
        change = Change(
            "SET #closed = :closed, #pause = :pause REMOVE #probe",
            {"closed": until, "pause": pause, "seen": seen.closed_until},
            "attribute_not_exists(#closed) OR #closed = :seen",
        )
        self._change(endpoint, change)
        return EndpointGate(counted.failures, until, pause, counted.since)

    def clear(self, endpoint: Endpoint) -> None:
        """Forget how it fared: its owner says that it is well again."""
        self._table.delete(keys.tenant(endpoint.tenant), keys.endpoint_gate(endpoint.id))

    def _change(self, endpoint: Endpoint, change: Change) -> bool:
        """Whether the gate was still as it was seen."""
        with suppress(ConditionFailed):
            self._table.update(keys.tenant(endpoint.tenant), keys.endpoint_gate(endpoint.id), change)
            return True
        return False
