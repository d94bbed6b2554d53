"""
The rendezvous: our message and their id meet whichever comes first, and nothing that waits is forgotten.
"""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from herald.aws.rendezvous import LIFE, MAX_WAITING, PATIENCE, Rendezvous, ours_of, waiting_in
from herald.aws.table import ConditionFailed, Table
from herald.errors import Reason
from herald.models import StatusUpdate
from herald.status import Status
from tests.moto_table import make_table

NOW = 1_750_000_000_000
MESSAGE = "m" * 26


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        yield make_table()


@pytest.fixture
def rendezvous(table: Table) -> Rendezvous:
    return Rendezvous(table)


def _report(word: str = "delivered", their_id: str = "t-1") -> StatusUpdate:
    return StatusUpdate(
        word, Status.DELIVERED, provider_message_id=their_id, at=NOW, code="7", reason=Reason.UNKNOWN, event_id=word
    )


def test_ours_first(rendezvous: Rendezvous) -> None:
    """A report that comes after us is told which message and step it speaks of."""
    assert rendezvous.meet("acme", "t-1", MESSAGE, 3, NOW) == []
    assert rendezvous.report("acme", _report(), NOW) == (MESSAGE, 3)


def test_theirs_first(rendezvous: Rendezvous) -> None:
    """Reports that come before us wait, each once and whole, and are handed to us."""
    for word in ("sent", "delivered", "sent"):
        assert rendezvous.report("acme", _report(word), NOW) is None
    waiting = rendezvous.meet("acme", "t-1", MESSAGE, 0, NOW)
    assert sorted(waiting, key=lambda one: one.provider_status) == [_report("delivered"), _report("sent")]


def test_a_report_with_nothing_but_a_word(rendezvous: Rendezvous) -> None:
    """What the provider left out is still left out after waiting."""
    bare = StatusUpdate("odd", provider_message_id="t-1")
    rendezvous.report("acme", bare, NOW)
    assert rendezvous.meet("acme", "t-1", MESSAGE, 0, NOW) == [bare]


def test_accounts_do_not_meet(rendezvous: Rendezvous) -> None:
    """The same id at another account is another message."""
    rendezvous.meet("acme", "t-1", MESSAGE, 0, NOW)
    assert rendezvous.report("other", _report(), NOW) is None


def test_waiting_is_due_until_it_is_settled(rendezvous: Rendezvous, table: Table) -> None:
    """A place is due while reports wait; a crash after the meeting leaves it due, settling ends that."""
    rendezvous.report("acme", _report(), NOW)
    assert table.get("R#acme#t-1") is not None
    rendezvous.meet("acme", "t-1", MESSAGE, 0, NOW)
    crashed = table.get("R#acme#t-1") or {}
    assert crashed["ls"] == f"{NOW + PATIENCE}#orphan"
    assert ours_of(crashed) == (MESSAGE, 0)
    assert waiting_in(crashed) == [_report()]
    rendezvous.settle("acme", "t-1")
    settled = table.get("R#acme#t-1") or {}
    assert settled.keys() == {"pk", "sk", "ours", "ttl"}
    assert settled["ttl"] == NOW // 1000 + LIFE


def test_settling_needs_our_side(rendezvous: Rendezvous, table: Table) -> None:
    """Nothing that waits is removed before a message is known."""
    rendezvous.settle("acme", "t-1")
    assert table.get("R#acme#t-1") is None
    rendezvous.report("acme", _report(), NOW)
    rendezvous.settle("acme", "t-1")
    assert waiting_in(table.get("R#acme#t-1") or {}) == [_report()]


def test_a_place_that_was_only_opened(rendezvous: Rendezvous, table: Table) -> None:
    """A report opened the place and died, or found us there: once we have come the place is due no more."""
    rendezvous.report("acme", _report(), NOW)
    table.put((table.get("R#acme#t-1") or {}) | {"waiting": {}})
    assert rendezvous.meet("acme", "t-1", MESSAGE, 0, NOW) == []
    assert "lp" not in (table.get("R#acme#t-1") or {})
    assert rendezvous.report("acme", _report(), NOW) == (MESSAGE, 0)


def test_too_many(rendezvous: Rendezvous) -> None:
    """A place takes so many reports, then no new one; a repeat of one that waits is still welcome."""
    for number in range(MAX_WAITING):
        rendezvous.report("acme", _report(f"word-{number}"), NOW)
    with pytest.raises(ConditionFailed):
        rendezvous.report("acme", _report("one more"), NOW)
    assert rendezvous.report("acme", _report("word-0"), NOW) is None
    assert len(rendezvous.meet("acme", "t-1", MESSAGE, 0, NOW)) == MAX_WAITING


def test_giving_up(rendezvous: Rendezvous, table: Table) -> None:
    """Given up, a place is due no more but remembers; our side may still come, and finds everything."""
    rendezvous.report("acme", _report(), NOW)
    rendezvous.give_up("R#acme#t-1")
    assert "lp" not in (table.get("R#acme#t-1") or {})
    assert rendezvous.report("acme", _report("read"), NOW) is None
    assert len(rendezvous.meet("acme", "t-1", MESSAGE, 0, NOW)) == 2


def test_giving_up_too_late(rendezvous: Rendezvous, table: Table) -> None:
    """A message that came forward in the last moment is not given up."""
    rendezvous.report("acme", _report(), NOW)
    rendezvous.meet("acme", "t-1", MESSAGE, 0, NOW)
    rendezvous.give_up("R#acme#t-1")
    assert "lp" in (table.get("R#acme#t-1") or {})
