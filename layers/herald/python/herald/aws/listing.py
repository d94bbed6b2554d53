"""
Lists by the indexes, newest first, a piece at a time.

A list is one or more partitions of an index, in order: a tenant's days, or all that was written with one person.
The indexes hold keys only and lag a little, so entries are named first and their items read after, in one batch; an
item that is gone meanwhile is simply not there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.table import ITEM, Table

PIECE = 100
"""Entries that one query names, and items that one batch reads."""

_DAY = 86_400_000


class Index(StrEnum):
    """An index by the name that the template gives it."""

    LATER = "later"
    TIME = "time"
    PARTY = "party"

    @property
    def attributes(self) -> tuple[str, str]:
        """Its hash and its range attribute."""
        return {Index.LATER: ("lp", "ls"), Index.TIME: ("tp", "ts"), Index.PARTY: ("pp", "ts")}[self]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a list goes on: in this of its partitions, after this entry of it, or at its start."""

    partition: int = 0
    sort: str = ""
    pk: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: where it stands, and whose it is. `mark` is what follows the time in its sort key."""

    position: Position
    pk: str
    mark: str


@dataclass(frozen=True, slots=True)
class Span:
    """A list between two times (milliseconds, both included)."""

    index: Index
    partitions: Sequence[str]
    first: int
    last: int

    @property
    def bounds(self) -> tuple[str, str]:
        """The sort keys that it lies between; `~` sorts behind whatever follows the `#`."""
        return f"{self.first:013}", f"{self.last:013}~"

    def holds(self, position: Position) -> bool:
        """Whether the list could have stood there; only then may it go on from there."""
        low, high = self.bounds
        inside = low <= position.sort <= high and position.pk
        return position.partition < len(self.partitions) and bool(inside or not (position.sort or position.pk))


def by_time(tenant: str, first: int, last: int) -> Span:
    """Messages, requests and inbound messages by when they came."""
    return Span(Index.TIME, [keys.time_partition(tenant, day) for day in _days(first, last)], first, last)


def by_bad_end(tenant: str, first: int, last: int) -> Span:
    """Messages and members by when they ended badly; `mark` is the status."""
    return Span(Index.LATER, [keys.bad_partition(tenant, day) for day in _days(first, last)], first, last)


def with_person(tenant: str, address: str, first: int, last: int) -> Span:
    """Everything to and from one address (in its canonical text)."""
    return Span(Index.PARTY, [keys.party_partition(tenant, address)], first, last)


def _days(first: int, last: int) -> range:
    """A time in each UTC day from the last one back to the first one."""
    return range(last // _DAY * _DAY, first // _DAY * _DAY - 1, -_DAY)


class Listing:
    """Reads lists."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def entries(self, span: Span, position: Position) -> tuple[list[Entry], Position | None]:
        """The next entries, by one query, and where it goes on after them; None at the end of the list."""
        hash_name, range_name = span.index.attributes
        partition = span.partitions[position.partition]
        low, high = span.bounds
        start = {hash_name: partition, range_name: position.sort, "pk": position.pk, "sk": ITEM}
        page = self._table.query(
            f"{hash_name} = :partition AND {range_name} BETWEEN :low AND :high",
            {"partition": partition, "low": low, "high": high},
            index=span.index,
            limit=PIECE,
            newest_first=True,
            start=start if position.sort else None,
        )
        entries = [
            Entry(Position(position.partition, item[range_name], item["pk"]), item["pk"], item[range_name][14:])
            for item in page.items
        ]
        if page.next:
            return entries, Position(position.partition, page.next[range_name], page.next["pk"])
        following = position.partition + 1
        return entries, Position(following) if following < len(span.partitions) else None

    def items(self, entries: Iterable[Entry]) -> dict[str, Item]:
        """The items of these entries that still exist, by partition key."""
        found = self._table.get_many((entry.pk, ITEM) for entry in entries)
        return {pk: item for (pk, _), item in found.items()}
