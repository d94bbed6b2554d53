"""
The due index: everything that waits longer than a queue can hold it stands here, once.

An entry is marked first, by moving it 15 minutes on, and acted upon second; so a crash between the two only
delays it, and two clocks at once do not both act.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.table import Change, ConditionFailed, Table


@dataclass(frozen=True, slots=True)
class Due:
    """An item that is due at `at` (milliseconds) for `kind`; `seen` is its index key as it was read."""

    pk: str
    sk: str
    at: int
    kind: str
    seen: str


class DueIndex:
    """What is due, shard by shard."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def until(self, shard: int, until: int, limit: int) -> Iterator[Due]:
        """What is due in this shard before `until`, the earliest first, at most `limit`."""
        page = self._table.query(
            "lp = :lp AND ls < :until",
            {"lp": keys.due_partition(shard), "until": keys.due(until, "")},
            index="later",
            limit=limit,
        )
        for item in page.items:
            at, _, kind = item["ls"].partition("#")
            yield Due(item["pk"], item["sk"], int(at), kind, item["ls"])

    def mark(self, due: Due, until: int, kind: str) -> Item | None:
        """
        Move an entry on to `until`; the whole item, or None when somebody else was first.

        Its `turn` rises, so a lane record from before, should it still exist, is known as stale.
        """
        change = Change(
            "SET #ls = :next ADD #turn :one",
            {"next": keys.due(until, kind), "seen": due.seen, "one": 1},
            "#ls = :seen",
        )
        try:
            return self._table.update(due.pk, due.sk, change)
        except ConditionFailed:
            return None
