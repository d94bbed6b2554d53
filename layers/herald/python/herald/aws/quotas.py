"""
How many messages tenants have had accepted, by minute and by day; only of tenants that have limits.

    Q#<tenant>#<yyyymmddhhmm> / .  and  Q#<tenant>#<yyyymmdd> / .     used, ttl

A sandbox has counters of its own. One conditional write counts, so whoever comes at the same time never exceeds the
limit together.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from herald.aws import keys
from herald.aws.table import ITEM, Change, ConditionFailed, Table

MINUTE = 60_000
DAY = 86_400_000
"""Milliseconds of each window. They begin with the minute and the day in UTC."""

_KEPT = 86_400
"""Seconds that a counter is kept after its window."""


@dataclass(frozen=True, slots=True)
class Window:
    """A minute or a day: from `start` (ms) for `length` (ms)."""

    start: int
    length: int

    @classmethod
    def at(cls, milliseconds: int, length: int) -> "Window":
        """The window of this length that a time falls into."""
        return cls(milliseconds // length * length, length)

    @property
    def end(self) -> int:
        """When the next one begins, in milliseconds."""
        return self.start + self.length

    @property
    def name(self) -> str:
        """`202506151506` or `20250615`."""
        form = "%Y%m%d%H%M" if self.length == MINUTE else "%Y%m%d"
        return datetime.fromtimestamp(self.start / 1000, UTC).strftime(form)


class Quotas:
    """The counters."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, tenant: str, window: Window, count: int, limit: int) -> bool:
        """Count so many messages, all or none; False when the limit leaves no room for them."""
        change = Change(
            "SET #ttl = :ttl ADD #used :count",
            {"ttl": window.end // 1000 + _KEPT, "count": count, "room": limit - count},
            "attribute_not_exists(#used) OR #used <= :room",
        )
        try:
            self._table.update(keys.used(tenant, window.name), ITEM, change)
        except ConditionFailed:
            return False
        return True

    def give_back(self, tenant: str, window: Window, count: int) -> None:
        """They were not accepted after all."""
        self._table.update(keys.used(tenant, window.name), ITEM, Change("ADD #used :count", {"count": -count}))

    def used(self, tenant: str, windows: tuple[Window, ...]) -> tuple[int, ...]:
        """How many were counted in each of these windows."""
        places = [(keys.used(tenant, window.name), ITEM) for window in windows]
        found = self._table.get_many(places)
        return tuple(found.get(place, {}).get("used", 0) for place in places)
