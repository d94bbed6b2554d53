"""
Intake records that wait until their tenant's limit leaves room again.

Such a record is put back as a new one with a delay, rather than left to come again: five receives would end it among
the dead letters within a quarter of an hour. It takes its key along, so the message stays the same, and the time since
when it waits.
"""

import json
from dataclasses import asdict, dataclass

from herald.aws.queues import Record

KIND = "herald.waiting"

LONGEST = 86_400_000
"""Milliseconds for which a record is put back; then it is left to come again, and to end among the dead letters."""

SPREAD = 60.0
"""Seconds over which those come back that wait for the same minute or day."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The `body` of a record, the `key` it came under at first, and `since` when it waits (ms)."""

    key: str
    since: int
    body: str

    def after(self, seconds: float, dice: float) -> Record:
        """As it goes back onto the queue, held back until there may be room; `dice` in 0..1 spreads them."""
        return Record({"detail-type": KIND, **asdict(self)}, seconds + SPREAD * dice)


def read(text: str) -> Waiting | None:
    """What was put back; None for any other record."""
    try:
        found = json.loads(text) if KIND in text else None
    except (ValueError, RecursionError):
        return None
    match found:
        case {"detail-type": kind, "key": str(key), "since": int(since), "body": str(body)} if kind == KIND:
            return Waiting(key, since, body)
    return None
