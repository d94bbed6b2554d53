"""Time, as everything in Herald is given it: so that tests own it."""

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass


def _now() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Time:
    """The clock (`now`: milliseconds since 1970), the pause (seconds), the dice (0 to 1) and what nobody can guess."""

    now: Callable[[], int] = _now
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    nonce: Callable[[], str] = lambda: secrets.token_hex(16)


CLOSING = 2_000
"""Milliseconds at the end of an invocation in which nothing new is begun."""


class Deadline:
    """When this invocation ends (`at`, milliseconds since 1970); None before the first. `now` in milliseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self.at: int | None = None

    @property
    def is_near(self) -> bool:
        """Whether it is too late to begin anything: what is half done when the function is stopped is not told."""
        return self.at is not None and self._now() > self.at - CLOSING
