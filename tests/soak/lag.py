"""
How long it takes from a change to its event, by the clocks of table and bus.
"""

import threading
from collections.abc import Sequence
from datetime import datetime
from statistics import quantiles

from local.aws import Stack
from local.events import tapped


class Lag(threading.Thread):
    """Listens to what is accepted until it is told to stop; `lags` in milliseconds."""

    def __init__(self, stack: Stack, over: threading.Event) -> None:
        super().__init__(name="lag")
        self._stack = stack
        self._over = over
        self.lags: list[float] = []

    def run(self) -> None:
        """Events of acceptance tell when they happened; the bus, when it handed them over."""
        with tapped(self._stack, "message.accepted", "request.accepted") as tap:
            while not self._over.is_set():
                for handed_over, event in tap.listen_timed(1):
                    # Of a message that waited to be read, only its own write counts, not when it was asked for.
                    self.lags.append(handed_over - datetime.fromisoformat(event["at"]).timestamp() * 1000)


def spread(milliseconds: Sequence[float]) -> str:
    """Within which time half of them, and all but a hundredth, were done, and the longest."""
    if len(milliseconds) < 2:
        return f"{len(milliseconds)} measured"
    cuts = quantiles(milliseconds, n=100)
    return f"p50 {cuts[49]:.0f}, p99 {cuts[98]:.0f}, longest {max(milliseconds):.0f} of {len(milliseconds)}"
