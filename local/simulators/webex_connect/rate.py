"""
How many destinations a second are taken (Webex Connect, "Rate Limits").

The limit is the tenant's, shared by v1 and v2. A burst may go to one and a half times of it, at most 100 beyond, for a
budget of seconds a day; every second in which something went beyond counts.
"""

from collections import deque
from enum import Enum

_BURST_FACTOR, _BURST_MOST = 1.5, 100
_DAY = 24 * 3600


class Verdict(Enum):
    TAKEN = "Queued"
    BURST = "Queued in burst mode"
    SURPLUS = ""


class Rate:
    """What was taken within the last second, on a clock in seconds that the caller reads."""

    def __init__(self) -> None:
        self._taken: deque[tuple[float, int]] = deque()
        self._burst_seconds: set[int] = set()
        self._burst_day = 0

    def admit(self, now: float, count: int, tps: int | None, burst_budget: float = 0) -> Verdict:
        """Take `count` destinations at the time `now`, or none of them."""
        if tps is None:
            return Verdict.TAKEN
        while self._taken and self._taken[0][0] <= now - 1:
            self._taken.popleft()
        total = count + sum(each for _, each in self._taken)
        verdict = Verdict.TAKEN if total <= tps else self._burst(now, total, tps, burst_budget)
        if verdict is not Verdict.SURPLUS:
            self._taken.append((now, count))
        return verdict

    def _burst(self, now: float, total: int, tps: int, budget: float) -> Verdict:
        day, second = int(now // _DAY), int(now)
        if day != self._burst_day:
            self._burst_day, self._burst_seconds = day, set()
        room = second in self._burst_seconds or len(self._burst_seconds) < budget
        if total > min(tps * _BURST_FACTOR, tps + _BURST_MOST) or not room:
            return Verdict.SURPLUS
        self._burst_seconds.add(second)
        return Verdict.BURST
