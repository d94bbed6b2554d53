"""
The due index: earliest first, marked before acted upon, and only by one.
"""

from collections.abc import Iterator

import pytest

from herald.aws import keys
from herald.aws.due import Due, DueIndex
from herald.aws.table import Table
from tests.world import World

NOW = 1_750_000_000_000


@pytest.fixture
def table() -> Iterator[Table]:
    with World.open() as world:
        yield world.operator.table


def _put(table: Table, name: str, at: int, kind: str = "watchdog", shard: int = 3) -> None:
    table.put({"pk": name, "sk": ".", "lp": keys.due_partition(shard), "ls": keys.due(at, kind), "text": "x"})


def test_until(table: Table) -> None:
    """What is due before a time, the earliest first, at most so many, of one shard."""
    for number in (3, 1, 2, 0):
        _put(table, f"m{number}", NOW + number)
    _put(table, "elsewhere", NOW, shard=4)
    index = DueIndex(table)
    assert [due.pk for due in index.until(3, NOW + 3, 10)] == ["m0", "m1", "m2"]
    assert [due.pk for due in index.until(3, NOW + 10, 2)] == ["m0", "m1"]
    assert list(index.until(3, NOW, 10)) == []
    assert list(index.until(3, NOW + 1, 10)) == [Due("m0", ".", NOW, "watchdog", keys.due(NOW, "watchdog"))]


def test_mark(table: Table) -> None:
    """The first to mark gets the whole item, moved on and with a new turn; the second gets nothing."""
    _put(table, "m", NOW, "schedule")
    index = DueIndex(table)
    (due,) = index.until(3, NOW + 1, 10)
    item = index.mark(due, NOW + 900_000, "watchdog")
    assert item is not None
    assert (item["ls"], item["turn"], item["text"]) == (keys.due(NOW + 900_000, "watchdog"), 1, "x")
    assert index.mark(due, NOW + 900_000, "watchdog") is None
    assert list(index.until(3, NOW + 900_000, 10)) == []


@pytest.mark.parametrize("kind", ["gone", "moved", "settled"])
def test_stale(table: Table, kind: str) -> None:
    """The index lags behind: an entry that is gone, has moved or is no longer due is left alone."""
    _put(table, "m", NOW)
    index = DueIndex(table)
    (due,) = index.until(3, NOW + 1, 10)
    match kind:
        case "gone":
            table.delete("m")
        case "moved":
            _put(table, "m", NOW + 5)
        case "settled":
            table.put({"pk": "m", "sk": "."})
    before = table.get("m")
    assert index.mark(due, NOW + 900_000, "watchdog") is None
    assert table.get("m") == before
