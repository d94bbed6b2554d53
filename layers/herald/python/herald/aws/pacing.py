"""
How fast an account may be used, and whether at all: shared by all workers through two small items.

    A#<account> / rate      free, bulk (ms of the next free slot in each lane), version
    A#<account> / breaker   failures, open (ms until which nothing is sent), probe (ms), pause (ms)

A block of slots is reserved by one write. Bulk moves at four fifths of the account's rate on a line of its
own, and what it has reserved far ahead never holds up a transactional message.
"""

from dataclasses import dataclass

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.table import Change, ConditionFailed, Table
from herald.models import Lane

BULK_SHARE = 0.8
TRIES = 8

THRESHOLD = 5
"""Failures in a row, over all workers, that open the breaker."""

FIRST_PAUSE = 10_000
LONGEST_PAUSE = 300_000
"""Milliseconds that the breaker stays open: the first time, and at most."""

PROBE = 30_000
"""Milliseconds that a single probe may take before another worker may try."""


@dataclass(frozen=True, slots=True)
class Block:
    """Slots in a row: the n-th is at `start + n * step`, in milliseconds."""

    start: int
    step: float

    def slot(self, number: int) -> int:
        """The n-th slot."""
        return self.start + int(number * self.step)


class Rates:
    """The slots of accounts."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def reserve(self, account: str, rate: float, lane: Lane, count: int, now: int) -> Block | None:
        """A block of so many slots; None when too many workers reserve at once."""
        for _ in range(TRIES):
            item = self._table.get(keys.account(account), "rate") or {}
            block, after = _block(item, rate, lane, count, now)
            change = Change(
                "SET #free = :free, #bulk = :bulk, #version = :next",
                {**after, "next": item.get("version", 0) + 1, "seen": item.get("version", 0)},
                "attribute_not_exists(#version) OR #version = :seen",
            )
            try:
                self._table.update(keys.account(account), "rate", change)
            except ConditionFailed:
                continue
            return block
        return None


def _block(item: Item, rate: float, lane: Lane, count: int, now: int) -> tuple[Block, dict[str, int]]:
    """
    A block of slots, and both lines after it.

    While bulk has slots ahead, transactional messages use the fifth of the rate that bulk leaves; otherwise
    all of it.
    """
    free, bulk = max(item.get("free", 0), now), max(item.get("bulk", 0), now)
    if lane is Lane.BULK:
        block = Block(max(free, bulk), 1000 / (rate * BULK_SHARE))
        return block, {"free": item.get("free", 0), "bulk": block.slot(count)}
    share = 1 - BULK_SHARE if bulk > now else 1.0
    block = Block(free, 1000 / (rate * share))
    return block, {"free": block.slot(count), "bulk": item.get("bulk", 0)}


@dataclass(frozen=True, slots=True)
class Breaker:
    """An account's breaker as it was read. `open_until` 0: closed."""

    failures: int = 0
    open_until: int = 0
    pause: int = 0

    def is_open(self, now: int) -> bool:
        """Nothing is to be sent now."""
        return now < self.open_until

    @property
    def tripped(self) -> bool:
        """It has been open; only a probe may pass until one succeeds."""
        return self.open_until > 0


class Breakers:
    """The breakers of accounts."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, account: str) -> Breaker:
        """As it is now."""
        item = self._table.get(keys.account(account), "breaker") or {}
        return Breaker(item.get("failures", 0), item.get("open", 0), item.get("pause", 0))

    def probe(self, account: str, now: int) -> bool:
        """Be the one message that tries a half-open breaker; False when another one is trying."""
        change = Change(
            "SET #probe = :until",
            {"until": now + PROBE, "now": now},
            "attribute_not_exists(#probe) OR #probe < :now",
        )
        return self._change(account, change)

    def succeeded(self, account: str, seen: Breaker) -> None:
        """Close it, if there was anything to close: a healthy account costs no write. Not if it has opened since."""
        if not seen.failures and not seen.tripped:
            return
        change = Change(
            "REMOVE #failures, #open, #pause, #probe",
            {"seen": seen.open_until},
            "attribute_not_exists(#open) OR #open = :seen",
        )
        self._change(account, change)

    def failed(self, account: str, seen: Breaker, count: int, now: int) -> bool:
        """Count failures; True when this opened the breaker. A failed probe opens it for twice as long."""
        if not seen.tripped:
            change = Change("ADD #failures :count", {"count": count})
            counted = self._table.update(keys.account(account), "breaker", change)
            if counted["failures"] < THRESHOLD:
                return False
        pause = min(max(seen.pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        change = Change(
            "SET #open = :open, #pause = :pause, #failures = :zero REMOVE #probe",
            {"open": now + pause, "pause": pause, "zero": 0, "seen": seen.open_until},
            "attribute_not_exists(#open) OR #open = :seen",
        )
        return self._change(account, change)

    def _change(self, account: str, change: Change) -> bool:
        """Whether the breaker was still as it was seen."""
        try:
            self._table.update(keys.account(account), "breaker", change)
        except ConditionFailed:
            return False
        return True
