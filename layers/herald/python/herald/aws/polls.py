"""
How far the lists of a provider account have been read: one row a list and age, due when it is to be read again.

    A#<account> / poll#<name>   until, start, end, goal, skip, failures

A row is taken by moving it on for as long as a poller may live; every later write names that move, so one that was
given up can no longer write. The cursor moves only after its page has been stored.
"""

from dataclasses import dataclass, replace
from typing import Self

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.due import Due, DueIndex
from herald.aws.table import Change, ConditionFailed, Table

DUE = "poll"
"""What such a row is due for."""

_PREFIX = "poll#"
_STATE = ("until", "start", "end", "goal", "skip", "failures")


@dataclass(frozen=True, slots=True)
class Cursor:
    """
    Where reading a list stands. Times in milliseconds.

    Everything made before `until` is stored. While reading is under way it has a `goal`: the window from `start` to
    `end` is being read, its first `skip` entries are stored, and what lies between `end` and the goal comes after it.
    `failures` in a row; `seen` is the move by which this poller has it.
    """

    account: str
    name: str
    until: int
    seen: str
    start: int = 0
    end: int = 0
    goal: int = 0
    skip: int = 0
    failures: int = 0

    @classmethod
    def of(cls, item: Item) -> Self:
        """From its row."""
        state = {name: item[name] for name in _STATE if name in item}
        return cls(
            account=item["pk"].removeprefix(keys.account("")),
            name=item["sk"].removeprefix(_PREFIX),
            seen=item["ls"],
            **state,
        )


class Polls:
    """The cursors of all accounts."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._due = DueIndex(table)

    def start(self, account: str, name: str, now: int) -> None:
        """Begin to read a list, from `now` on; nothing happens when it is being read already."""
        pk, sk = keys.account(account), f"{_PREFIX}{name}"
        row = {"pk": pk, "sk": sk, "until": now, "lp": keys.shard(pk + sk), "ls": keys.due(now, DUE)}
        try:
            self._table.insert(row)
        except ConditionFailed:
            return

    def take(self, due: Due, lease: int) -> Cursor | None:
        """Have it alone until `lease`; None when somebody else was first."""
        item = self._due.mark(due, lease, DUE)
        return None if item is None else Cursor.of(item)

    def save(self, cursor: Cursor, due: int) -> Cursor:
        """
        Write how far it is read and when it is due next. Raises ConditionFailed when it has passed to another poller.
        """
        seen = keys.due(due, DUE)
        sets = {**{name: getattr(cursor, name) for name in _STATE}, "ls": seen}
        assigned = ", ".join(f"#{name} = :{name}" for name in sets)
        change = Change(f"SET {assigned}", {**sets, "seen": cursor.seen}, "#ls = :seen")
        self._table.update(keys.account(cursor.account), f"{_PREFIX}{cursor.name}", change)
        return replace(cursor, seen=seen)

    def stop(self, cursor: Cursor) -> None:
        """This list is not to be read any more."""
        self._table.delete(keys.account(cursor.account), f"{_PREFIX}{cursor.name}")
