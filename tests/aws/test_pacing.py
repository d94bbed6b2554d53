"""
Slots and breakers, as the table keeps them.
"""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from herald.aws.pacing import FIRST_PAUSE, LONGEST_PAUSE, PROBE, THRESHOLD, Breaker, Breakers, Rates
from herald.aws.table import Table
from herald.models import Lane
from tests.moto_table import make_table

NOW = 1_750_000_000_000


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        yield make_table()


def slots(rates: Rates, rate: float, lane: Lane, count: int, now: int = NOW) -> list[int]:
    """The milliseconds from `now` on of the slots of a block."""
    block = rates.reserve("acme", rate, lane, count, now)
    assert block
    return [block.slot(number) - now for number in range(count)]


@pytest.mark.feature("F20")
def test_a_line(table: Table) -> None:
    """Slots are given out in order, at the account's rate; unused time is not saved up."""
    rates = Rates(table)
    assert slots(rates, 10, Lane.TRANSACTIONAL, 3) == [0, 100, 200]
    assert slots(rates, 10, Lane.TRANSACTIONAL, 2) == [300, 400]
    assert slots(rates, 10, Lane.TRANSACTIONAL, 2, NOW + 60_000) == [0, 100]


@pytest.mark.feature("F20")
def test_bulk(table: Table) -> None:
    """Bulk takes four fifths at most, behind what is transactional; that takes the rest beside it, all of it alone."""
    rates = Rates(table)
    assert slots(rates, 10, Lane.TRANSACTIONAL, 1) == [0]
    assert slots(rates, 10, Lane.BULK, 3) == [100, 225, 350]
    assert slots(rates, 10, Lane.TRANSACTIONAL, 2) == [100, 600]
    assert slots(rates, 10, Lane.BULK, 1) == [1100]
    assert slots(rates, 10, Lane.TRANSACTIONAL, 2, NOW + 5_000) == [0, 100]


@pytest.mark.feature("F20")
@pytest.mark.parametrize("bulk_first", [True, False])
def test_never_above_the_rate(table: Table, bulk_first: bool) -> None:  # noqa: FBT001 - a case
    """Both lanes together stay within a tenth of the account's rate, over any second but the first."""
    rates = Rates(table)
    given: list[int] = []
    for step in range(100):
        lanes = [Lane.BULK, Lane.TRANSACTIONAL] if bulk_first else [Lane.TRANSACTIONAL, Lane.BULK]
        for lane in lanes:
            given += [step * 10 + slot for slot in slots(rates, 50, lane, 2, NOW + step * 10)]
    for second in range(1, max(given) // 1000):
        assert sum(second * 1000 <= slot < second * 1000 + 1000 for slot in given) <= 55


def test_too_many_at_once(table: Table) -> None:
    """Who loses the race for the line too often is told to come back."""
    rates = Rates(table)
    client = table._client  # noqa: SLF001 - the race has to be lost on purpose

    def overtake(**_: object) -> None:
        client.put_item(
            TableName=table.name,
            Item={"pk": {"S": "A#acme"}, "sk": {"S": "rate"}, "version": {"N": str(overtake.count)}},  # type: ignore[attr-defined]
        )
        overtake.count += 1  # type: ignore[attr-defined]

    overtake.count = 1  # type: ignore[attr-defined]
    client.meta.events.register("before-call.dynamodb.UpdateItem", overtake)
    assert rates.reserve("acme", 10, Lane.BULK, 1, NOW) is None


def test_the_breaker(table: Table) -> None:
    """It opens at the threshold, over all workers, and each failed probe doubles its pause, to a limit."""
    breakers = Breakers(table)
    workers = [breakers.read("acme") for _ in range(THRESHOLD)]
    assert [breakers.failed("acme", seen, 1, NOW) for seen in workers] == [False] * (THRESHOLD - 1) + [True]
    pause, now = FIRST_PAUSE, NOW
    for _ in range(10):
        seen = breakers.read("acme")
        assert (seen.tripped, seen.open_until - now) == (True, pause)
        assert seen.is_open(now)
        now = seen.open_until
        assert not seen.is_open(now)
        assert breakers.failed("acme", seen, 1, now)
        pause = min(pause * 2, LONGEST_PAUSE)


def test_it_closes(table: Table) -> None:
    """A success closes it and forgets all failures; with nothing to close nothing is written."""
    breakers = Breakers(table)
    breakers.succeeded("acme", Breaker())
    assert table.get("A#acme", "breaker") is None
    breakers.failed("acme", Breaker(), THRESHOLD - 1, NOW)
    breakers.succeeded("acme", breakers.read("acme"))
    assert breakers.read("acme") == Breaker()
    assert not breakers.failed("acme", Breaker(), THRESHOLD - 1, NOW)


def test_a_late_success(table: Table) -> None:
    """A success from before it opened does not close it; nor does a late failure open it twice."""
    breakers = Breakers(table)
    breakers.failed("acme", Breaker(), 1, NOW)
    early = breakers.read("acme")
    assert breakers.failed("acme", early, THRESHOLD, NOW)
    opened = breakers.read("acme")
    breakers.succeeded("acme", early)
    assert not breakers.failed("acme", early, THRESHOLD, NOW + 5)
    assert breakers.read("acme").open_until == opened.open_until


def test_one_probe(table: Table) -> None:
    """One worker probes at a time; when it dies, another may after a while."""
    breakers = Breakers(table)
    assert [breakers.probe("acme", NOW) for _ in range(3)] == [True, False, False]
    assert not breakers.probe("acme", NOW + PROBE)
    assert breakers.probe("acme", NOW + PROBE + 1)
