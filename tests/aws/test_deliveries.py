"""
Rows of events that wait for an endpoint.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from herald.aws import keys
from herald.aws.deliveries import LIFE, PIECE, Deliveries, Delivery, DeliveryState
from herald.aws.table import Table
from herald.errors import NotFound
from tests.moto_table import make_table

NOW = 1_750_000_000_000
HOOK = "h" * 26
DELIVERY = Delivery(
    endpoint=HOOK,
    id="m:0:sent",
    tenant="acme",
    event='{"id":"m:0:sent"}',
    attempts=1,
    first=NOW,
    last="503",
    next=NOW + 5000,
    due=NOW + 905_000,
    ttl=NOW // 1000 + LIFE,
    party=("P#acme#x", f"{NOW}#m"),
)

pytestmark = pytest.mark.feature("F24")


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        yield make_table()


@pytest.fixture
def deliveries(table: Table) -> Deliveries:
    return Deliveries(table)


def test_back_as_it_was(table: Table, deliveries: Deliveries) -> None:
    """A row is read as it was written, once; it is due, and stands with its person."""
    assert deliveries.insert(DELIVERY)
    assert not deliveries.insert(replace(DELIVERY, attempts=7))
    assert deliveries.read(HOOK, DELIVERY.id) == DELIVERY
    assert deliveries.find([(HOOK, DELIVERY.id), (HOOK, "x")]) == {(HOOK, DELIVERY.id): DELIVERY}
    assert deliveries.find([]) == {}
    item = table.get(keys.deliveries(HOOK), DELIVERY.id)
    assert item
    assert (item["ls"], item["pp"], item["ts"]) == (f"{NOW + 905_000}#callback", "P#acme#x", f"callback#{NOW}#m")
    assert item["lp"].startswith("D#")
    with pytest.raises(NotFound):
        deliveries.read(HOOK, "x")


def test_one_of_many(deliveries: Deliveries) -> None:
    """Of several that build on the same turn one writes; the others learn that they are late."""
    deliveries.insert(DELIVERY)
    taken = deliveries.save(replace(DELIVERY, attempts=2))
    assert taken == replace(DELIVERY, attempts=2, turn=1)
    assert deliveries.save(replace(DELIVERY, attempts=9)) is None
    assert deliveries.save(replace(DELIVERY, id="gone")) is None
    assert deliveries.read(HOOK, DELIVERY.id) == taken


@pytest.mark.parametrize("state", [DeliveryState.DELIVERED, DeliveryState.FAILED])
def test_over(table: Table, deliveries: Deliveries, state: DeliveryState) -> None:
    """A row that is over is due no more, and can be taken up again."""
    deliveries.insert(DELIVERY)
    over = deliveries.save(DELIVERY.over(state, "200"))
    assert over
    assert (over.state, over.last, over.next, over.due) == (state, "200", None, None)
    assert deliveries.read(HOOK, DELIVERY.id) == over
    item = table.get(keys.deliveries(HOOK), DELIVERY.id)
    assert item
    assert not item.keys() & {"lp", "ls", "next"}
    again = deliveries.save(replace(over, state=DeliveryState.WAITING, next=NOW, due=NOW))
    assert again == deliveries.read(HOOK, DELIVERY.id)


def test_the_record_of_a_retry() -> None:
    """A record says which try it stands for, and waits until then."""
    record = DELIVERY.record(NOW)
    assert record.body == {"tenant": "acme", "endpoint": HOOK, "retry": "m:0:sent", "turn": 0}
    assert (record.delay, DELIVERY.record(NOW + 9000).delay) == (5, 0)


def test_pages(deliveries: Deliveries) -> None:
    """Pages tell each row once, whatever their size, of one state or of all, and of one endpoint only."""
    many = PIECE + 20
    for number in range(many):
        one = replace(DELIVERY, id=f"m{number:03}")
        deliveries.insert(one if number % 3 else one.over(DeliveryState.FAILED, "500"))
    deliveries.insert(replace(DELIVERY, endpoint="other"))
    failed = [f"m{number:03}" for number in range(0, many, 3)]
    assert _all(deliveries, DeliveryState.FAILED, 7) == failed
    assert _all(deliveries, DeliveryState.FAILED, 1000) == failed
    assert _all(deliveries, None, many) == [f"m{number:03}" for number in range(many)]
    assert _all(deliveries, DeliveryState.DELIVERED, 5) == []
    pieces = list(deliveries.pieces(HOOK))
    assert [one.id for piece, _ in pieces for one in piece] == [f"m{number:03}" for number in range(many)]
    assert pieces[-1][1] == ""


def _all(deliveries: Deliveries, state: DeliveryState | None, limit: int) -> list[str]:
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = deliveries.page(HOOK, state, limit, after)
        assert len(page.deliveries) <= limit
        found += [one.id for one in page.deliveries]
        after = page.next
    return found
