"""
What may pass to an account now: its breaker, and its rate.

What may not is parked: put back on its lane with a delay, its old record deleted. So hours of outage or a
million waiting messages put nothing into a dead-letter queue, and drain in the order they came.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import override

from herald.aws.pacing import Breaker, Breakers, Rates
from herald.aws.queues import Queues, Record
from herald.aws.settings import Settings
from herald.aws.telemetry import Telemetry
from herald.errors import Reason
from herald.models import Account, Lane
from herald.outcome import Outcome
from herald.status import State

SOON = 1_000
"""Milliseconds: a slot nearer than this is used at once, since a queue's delay knows whole seconds only."""

MISSED = 60_000
"""Milliseconds after which a slot that was not used is void: what waited for a long pause must not come all at once."""

CROWDED = 1.0
"""Seconds to wait when too many workers reserve slots of one account at once."""

ALL_AT_ONCE = 100.0
"""Messages a second at which those return that waited for the breaker of an account without a rate."""


_HEALTHY = frozenset({Reason.THROTTLED, Reason.INVALID_MEDIA})
"""Reasons to try again that do not speak against the account: its rate, and media to be uploaded anew."""


class Parking:
    """Records that go back to their lanes; written together, before those they replace are deleted."""

    def __init__(self, queues: Queues, settings: Settings) -> None:
        self._queues = queues
        self._lanes = {Lane.TRANSACTIONAL: settings.transactional_queue, Lane.BULK: settings.bulk_queue}
        self._parked: dict[Lane, list[Record]] = {}

    def park(self, lane: Lane, record: Record) -> None:
        """Back to the lane."""
        self._parked.setdefault(lane, []).append(record)

    def drop(self) -> None:
        """Forget what was parked: the records that it was to replace come again."""
        self._parked.clear()

    def flush(self) -> None:
        """Write them. Raises Unavailable: then the old records must stay."""
        parked, self._parked = self._parked, {}
        for lane, records in parked.items():
            self._queues.put(self._lanes[lane], records)


@dataclass(slots=True)
class Gate:
    """The gate of one account during one invocation. `failures` and `successes` are this worker's own."""

    account: Account
    breaker: Breaker
    breakers: Breakers
    rates: Rates
    now: Callable[[], int]
    failures: int = 0
    successes: int = 0
    probing: bool = False

    def closed_for(self, position: int) -> float | None:
        """
        Seconds that the n-th message has to wait for the breaker; None when it may pass.

        After an outage one message probes; the rest return spread out over the account's rate.
        """
        if not self.breaker.tripped:
            return None
        now = self.now()
        if not self.probing and not self.breaker.is_open(now):
            self.probing = self.breakers.probe(self.account.name, now)
            if self.probing:
                return None
        wait = max(self.breaker.open_until - now, SOON) / 1000
        return wait + position / (self.account.limits.rate or ALL_AT_ONCE)

    def slots(self, lane: Lane, reserved: Sequence[int]) -> list[tuple[int, float] | None]:
        """
        For each of several messages its slot (ms) and the seconds until then; None for one that may pass now.

        `reserved` are the slots of their earlier reservations, 0 without one. Those without get theirs in one block.
        """
        rate = self.account.limits.rate
        if rate is None:
            return [None] * len(reserved)
        now = self.now()
        missing = [position for position, slot in enumerate(reserved) if slot <= now - MISSED]
        block = self.rates.reserve(self.account.name, rate, lane, len(missing), now) if missing else None
        fresh = {position: block.slot(number) if block else 0 for number, position in enumerate(missing)}
        return [self._wait(fresh.get(position, slot), now) for position, slot in enumerate(reserved)]

    def slot(self, lane: Lane, count: int, reserved: int) -> tuple[int, float] | None:
        """The same for a block of messages that goes as one: when the first may go, all may."""
        return self.slots(lane, [reserved] if reserved > self.now() - MISSED else [0] * count)[0]

    @staticmethod
    def _wait(slot: int, now: int) -> tuple[int, float] | None:
        """0: no slot was to be had."""
        if not slot:
            return 0, CROWDED
        return (slot, (slot - now) / 1000) if slot > now + SOON else None

    def count(self, outcome: Outcome, telemetry: Telemetry, number: int = 1) -> None:
        """Keep score of what one call to the provider, for so many messages, came to."""
        telemetry.count(outcome.state.capitalize(), number)
        if outcome.reason is Reason.CREDENTIALS_REFUSED:  # the renewed ones, too
            telemetry.count("Misconfigured")
            telemetry.note("the provider refuses the credentials", account=self.account.name, code=outcome.code)
        if outcome.state in (State.SENT, State.REJECTED) or (self.probing and outcome.reason is Reason.THROTTLED):
            self.successes += 1
        elif outcome.reason not in _HEALTHY:
            self.failures += 1

    def judge(self, telemetry: Telemetry) -> None:
        """Tell the breaker how the account fared since the last time."""
        name, failures, successes = self.account.name, self.failures, self.successes
        self.failures = self.successes = 0
        if successes:
            self.breakers.succeeded(name, self.breaker)
            self.probing = False
        elif failures and self.breakers.failed(name, self.breaker, failures, self.now()):
            telemetry.count("BreakerOpen")
            telemetry.note("the breaker of an account has opened", account=name)

    def look_again(self) -> None:
        """Read the breaker anew: other workers use the account too."""
        self.breaker = self.breakers.read(self.account.name)


class OpenGate(Gate):
    """The gate of a sandbox: no provider is called, so neither its rate nor its breaker has anything to do with it."""

    @override
    def count(self, outcome: Outcome, telemetry: Telemetry, number: int = 1) -> None:
        """Test messages are counted apart: they say nothing about the account, and are no cause for alarm."""
        telemetry.count("Simulated", number)
