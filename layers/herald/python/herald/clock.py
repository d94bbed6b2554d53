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
