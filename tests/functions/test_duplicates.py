"""
What people write twice, by providers that give no ids: never dropped, and flagged when it may be a provider's repeat.

    pytest tests/functions/test_duplicates.py                             2,000 histories
    HERALD_HISTORIES=10000 pytest tests/functions/test_duplicates.py      as many as you have time for
"""

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from herald.aws import clients
from herald.aws.inbound import SAME_WINDOW
from herald.identifier import digest
from herald.keeping import Keeper, Source
from herald.models import Account, Channel, InboundMessage
from tests import webhooks
from tests.conftest import Show
from tests.moto_table import make_table
from tests.world import World

pytestmark = [pytest.mark.goal("G8"), pytest.mark.timeout(0)]

HISTORIES = int(os.environ.get("HERALD_HISTORIES", "2000"))

GAPS = (0, 1_000, 30_000, SAME_WINDOW - 1, SAME_WINDOW, SAME_WINDOW + 1, 2 * SAME_WINDOW)
"""Milliseconds between two tellings: a repeat at once, a person in a hurry, the window and what is just out of it."""


@dataclass(frozen=True)
class Telling:
    """Something is told so long after the last: again by the provider, or (`again`) the same call out of the queue."""

    gap: int
    text: str
    again: bool


@dataclass
class Expected:
    """What the rule says: the first of each group of equal messages, and when the group was last heard of."""

    first: dict[str, str] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    flags: dict[str, str | None] = field(default_factory=dict)

    def tell(self, text: str, receipt: str, now: int) -> None:
        is_open = text in self.last and now - self.last[text] <= SAME_WINDOW
        if receipt in self.flags:
            if is_open:
                self.last[text] = now
            return
        self.flags[receipt] = self.first[text] if is_open else None
        if not is_open:
            self.first[text] = receipt
        self.last[text] = now


TELLINGS = st.builds(
    Telling,
    gap=st.sampled_from(GAPS) | st.integers(0, 2 * SAME_WINDOW),
    text=st.sampled_from(["ok", "ok", "OK"]),
    again=st.sampled_from([False, False, False, True]),
)


def _live(world: World, keeper: Keeper, sender: str, history: list[Telling]) -> Expected:
    """Each telling is a call of its own, known by its receipt; one told again comes with the receipt it had."""
    account = Account("acme-websms", "websms", ("acme",))
    expected = Expected()
    receipts: list[tuple[str, str]] = []
    for number, telling in enumerate(history):
        world.clock.now += telling.gap
        text, receipt = receipts[-1] if telling.again and receipts else (telling.text, f"{sender}-{number}")
        receipts.append((text, receipt))
        event = InboundMessage(Channel.WHATSAPP, sender, {"type": "text", "text": text})
        assert keeper.keep(account, event, (receipt, "0"), Source("inbound"))
        expected.tell(text, receipt, world.clock.now)
    return expected


@pytest.mark.feature("F11")
def test_histories(figure: Show) -> None:
    """
    Of every history all is kept, the first of a group is never flagged, and each repeat within ten minutes is.

    The flag names the first; what is worked through again out of the queue is neither kept twice nor flagged.
    """
    counts: Counter[str] = Counter()
    with World.of_acme() as world:
        keeper = world.assembly("webhook").keeper
        numbers = itertools.count()

        @settings(
            max_examples=HISTORIES,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(history=st.lists(TELLINGS, min_size=2, max_size=4))
        def check(history: list[Telling]) -> None:
            if counts["histories"] % 50 == 0:  # moto copies the list of all its items for each transaction
                clients.dynamodb().delete_table(TableName="herald")
                make_table()
            expected = _live(world, keeper, f"+43676{next(numbers):07}", history)
            ids = {receipt: digest(receipt, "0") for receipt in expected.flags}
            found = world.operator.inbounds.get_many(list(ids.values()))
            for receipt, first in expected.flags.items():
                assert ids[receipt] in found, "dropped"
                assert found[ids[receipt]].get("duplicate_of") == (ids[first] if first else None), history
            counts.update(
                histories=1,
                told=len(history),
                kept=len(found),
                flagged=sum(first is not None for first in expected.flags.values()),
            )

        check()
    assert counts["histories"] >= HISTORIES * 0.9  # Hypothesis may have seen the end of what there is
    for what in ("histories", "kept", "flagged"):
        figure("G8", f"equal messages without an id: {what}", counts[what])
    figure("G8", "equal messages without an id: dropped, or flagged wrongly", 0)


@pytest.mark.feature("F11")
@pytest.mark.parametrize("apart", [1_000, 30_000, 600_000])
@pytest.mark.parametrize("answered", [True, False])
def test_equal_bodies(world: World, apart: int, *, answered: bool) -> None:
    """Whether our answer was lost or a person says the same again cannot be told: both are kept, the second flagged."""
    body = webhooks.inbound("ok")
    webhooks.tell(world, webhooks.MESSAGING, "inbound", body)
    world.clock.now += apart
    if not answered:  # the worker that repeats the work is another one
        world._loaded.clear()  # noqa: SLF001 - the world's own business, were it not for the dead
    assert webhooks.tell(world, webhooks.MESSAGING, "inbound", body).body == webhooks.MESSAGING_ACK
    first, second = webhooks.inbounds(world)
    assert "duplicate_of" not in first
    assert second["duplicate_of"] == first["pk"][2:]


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        yield world
