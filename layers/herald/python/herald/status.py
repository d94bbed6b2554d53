"""
What a message is: our dispatch state, the provider's marks, and the one status shown to users.

The status is never stored. It is a pure fold over the state (written by us alone) and the marks (each set
once, by receipts, in any order), so a receipt before our own record, a report twice and reports in reverse
order all end in the same status, and it can only rise.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where our own dispatch stands. Written only by conditional updates of ours."""

    ACCEPTED = "accepted"
    RETRY = "retry"  # not sent; will be tried again
    SENDING = "sending"  # claimed: a worker holds the lease
    SENT = "sent"  # the provider took it
    REJECTED = "rejected"  # the provider said no
    UNCLEAR = "unclear"  # may have been sent; waits for the provider's word
    UNKNOWN = "unknown"  # was unclear, and the wait is over
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Status(StrEnum):
    """What users see, in the order in which it can rise (`RANKS`)."""

    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    SENT = "sent"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


WAITING = frozenset({State.ACCEPTED, State.RETRY})
"""States from which a message may still be claimed, cancelled or rescheduled."""

OVER = frozenset({State.SENT, State.REJECTED, State.UNKNOWN, State.CANCELLED, State.EXPIRED})
"""States in which nobody needs to know any more what a message says."""

BAD = frozenset({Status.REJECTED, Status.EXPIRED, Status.FAILED, Status.UNKNOWN})
"""Ends that somebody may have to look at; listed by their own index."""

MARKS = (Status.SENT, Status.FAILED, Status.DELIVERED, Status.READ)
"""What a provider's report can say; any other word is kept in the history, and marks the message as sent."""

RANKS: Mapping[Status, int] = {
    Status.ACCEPTED: 1,
    Status.UNKNOWN: 2,
    Status.SENT: 3,
    # Our own ends: nothing left us, so a mark should never meet them; if it does, the provider is right.
    Status.REJECTED: 4,
    Status.EXPIRED: 4,
    Status.CANCELLED: 4,
    # Providers do report `delivered` after `failed` (WhatsApp): the good news wins, in either order.
    Status.FAILED: 5,
    Status.DELIVERED: 6,
    Status.READ: 7,
}

_SHOWN: Mapping[State, Status] = {
    State.ACCEPTED: Status.ACCEPTED,
    State.RETRY: Status.ACCEPTED,
    State.SENDING: Status.ACCEPTED,
    State.UNCLEAR: Status.ACCEPTED,
    State.SENT: Status.SENT,
    State.REJECTED: Status.REJECTED,
    State.UNKNOWN: Status.UNKNOWN,
    State.CANCELLED: Status.CANCELLED,
    State.EXPIRED: Status.EXPIRED,
}


def mark_name(step: int, status: Status) -> str:
    """The key of a mark: one per step of the plan, so that a late report of step 0 never speaks for step 1."""
    return f"{step}.{status}"


def marks_of(marks: Mapping[str, int], step: int) -> frozenset[Status]:
    """The statuses that reports have set for this step."""
    return frozenset(mark for mark in MARKS if mark_name(step, mark) in marks)


def fold(state: State, marks: Mapping[str, int]) -> Status:
    """
    The status to show.

    `marks` maps `<step>.<status>` to the milliseconds of the report. Any step's mark counts: a message
    delivered by an earlier step is delivered.
    """
    reported = {Status(name.partition(".")[2]) for name in marks}
    return max({_SHOWN[state], *reported}, key=RANKS.__getitem__)


def sequence(status: Status, step: int = 0) -> int:
    """A number that only rises over a message's life: a consumer that keeps the highest has the truth."""
    return step * 10 + RANKS[status]
