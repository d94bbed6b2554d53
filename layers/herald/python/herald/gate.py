"""
What may pass to an account now: its breaker, and its rate.

What may not is parked: put back on its lane with a delay, its old record deleted. So hours of outage or a
million waiting messages put nothing into a dead-letter queue, and drain in the order they came.
"""

from collections.abc import Callable
from dataclasses import dataclass

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

    def slot(self, lane: Lane, count: int, reserved: int) -> tuple[int, float] | None:
        """
        The slot (ms) and the seconds until it for a block of messages; None when the block may pass now.

        `reserved` is the slot of an earlier reservation, 0 without one.
        """
        rate = self.account.limits.rate
        now = self.now()
        if rate is None or 0 < reserved <= now + SOON:
            return None
        slot = reserved or self.rates.reserve(self.account.name, rate, lane, count, now)
        if slot is None:
            return 0, CROWDED
        return (slot, (slot - now) / 1000) if slot > now + SOON else None

    def count(self, outcome: Outcome | None, telemetry: Telemetry, number: int = 1) -> None:
        """Keep score of what came back from the provider."""
        if outcome is None:
            return
        self.failures += number * (outcome.state in (State.RETRY, State.UNCLEAR) and outcome.reason not in _HEALTHY)
        self.successes += number * (outcome.state in (State.SENT, State.REJECTED))
        telemetry.count(outcome.state.capitalize(), number)

    def judge(self, telemetry: Telemetry) -> None:
        """Tell the breaker how the account fared here."""
        name = self.account.name
        if self.successes:
            self.breakers.succeeded(name, self.breaker)
        elif self.failures and self.breakers.failed(name, self.breaker, self.failures, self.now()):
            telemetry.count("BreakerOpen")
            telemetry.note("the breaker of an account has opened", account=name)
