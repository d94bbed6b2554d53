"""
Histories of reports in each provider's own words: whatever the order and however often, one end.
"""

import itertools
from collections.abc import Iterator, Sequence

import pytest

from herald.aws.messages import digest_of
from herald.models import StatusUpdate
from herald.status import MARKS, State, Status, fold, mark_name
from tests.conftest import Show
from tests.providers.harness import Table
from tests.providers.tables import tables, tell

pytestmark = [pytest.mark.goal("G10"), pytest.mark.feature("F8")]

LENGTH = 5


def five(table: Table) -> list[StatusUpdate]:
    """Five reports that the provider documents: as many different statuses as it has, and words that say nothing."""
    adapter = table.adapter()
    by_status: dict[Status | None, list[str]] = {}
    for word, status in table.words.items():
        by_status.setdefault(status, []).append(word)
    rounds = itertools.zip_longest(*by_status.values())
    words = list(itertools.chain.from_iterable(filter(None, each) for each in rounds))[:LENGTH]
    words += ["teleported", *words][: LENGTH - len(words)]
    events = [event for word in words for event in tell(adapter, table.report(word))]
    return [event for event in events if isinstance(event, StatusUpdate)]


def histories(reports: Sequence[StatusUpdate]) -> Iterator[Sequence[StatusUpdate]]:
    """All orders of them, and all orders with any one of them twice."""
    yield from itertools.permutations(reports)
    for twice in reports:
        yield from itertools.permutations([*reports, twice])


def life(order: Sequence[StatusUpdate], sent_at: int) -> tuple[list[Status], dict[str, int], set[str]]:
    """What is shown after each report, our own outcome being written at this place; marks and history at the end."""
    state, shown = State.SENDING, []
    marks: dict[str, int] = {}
    history: set[str] = set()
    for position, report in enumerate(order):
        if position == sent_at:
            state = State.SENT
        if report.status:
            marks.setdefault(mark_name(0, report.status), report.at or 0)
        history.add(digest_of(report, 0))
        shown.append(fold(state, marks))
    return [*shown, fold(State.SENT, marks)], marks, history


@pytest.mark.parametrize("table", tables())
def test_every_order_ends_the_same(table: Table, figure: Show) -> None:
    """Every order of five reports, each also twice, before, around and after our own outcome: one end, never lower."""
    reports = five(table)
    assert len(reports) == LENGTH
    assert all(report.status in (None, *MARKS) for report in reports)
    ends: set[Status] = set()
    keys: set[tuple[frozenset[str], frozenset[str]]] = set()
    count = 0
    for order in histories(reports):
        for sent_at in (0, 2, LENGTH):
            shown, marks, history = life(order, sent_at)
            assert shown == sorted(shown, key=_rank)
            ends.add(shown[-1])
            keys.add((frozenset(marks), frozenset(history)))
            count += 1
    assert len(ends) == len(keys) == 1
    figure("G10", f"histories of {table.name} that end in one status", f"{count} ({next(iter(ends))})")


def _rank(status: Status) -> int:
    return list(Status).index(status)
