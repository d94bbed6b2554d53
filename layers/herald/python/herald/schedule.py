"""
When a callback is tried again: ten tries over about 75 hours, as the example of Standard Webhooks has it
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability).
"""

SCHEDULE = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds from each try that failed to the next one."""

TRIES = len(SCHEDULE) + 1
"""Tries until an event is given up."""

JITTER = 0.2
"""Each pause is up to this part shorter or longer, so that what failed together does not come back together."""

GIVE_UP = 5 * 86_400_000
"""Milliseconds in which nothing succeeded, after which an endpoint is disabled."""

MAX_RETRY_AFTER = 86_400.0
"""Seconds; an endpoint that asks for more is tried again after this."""


def pause(turns: int, dice: float) -> int:
    """Milliseconds to wait after so many tries and vain visits to a closed gate; `dice` in 0..1."""
    seconds = SCHEDULE[min(turns, len(SCHEDULE)) - 1]
    return round(1000 * seconds * (1 + JITTER * (2 * dice - 1)))
