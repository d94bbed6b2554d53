"""
Recipients that force an outcome.

Every number is a valid Australian mobile (the `phonenumbers` library agrees) and ends in three digits that tell:

- `+61 499 990 CCC`: the HTTP status CCC, 400 to 599, for any call that names the number: `+61499990402` is 402.
- `+61 499 991 FFF`: taken, then the fate at place FFF of `Fate`. `+61499991003` is taken and fails.

Of several recipients the first that asks for an HTTP status decides for all, since one call has one answer.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from local.simulators.kit import NumberPlan, digits

_STATUSES = NumberPlan("61499990", 3)
_FATES = NumberPlan("61499991", 3)
_ERRORS = range(400, 600)


class Fate(StrEnum):
    """What becomes of a message, or of a number; each comment begins with the end of the magic number."""

    DELIVERED = "delivered"
    """001: delivered and never read"""
    READ = "read"
    """002: read, even where `Settings.read` is off"""
    FAILED = "failed"
    """003: dispatched, failed"""
    NO_OPT_IN = "no_opt_in"
    """004: refused, by a state and not by an HTTP error"""
    NO_CAPABILITY = "no_capability"
    """005: refused likewise; the capability check says so too"""
    DELETED = "deleted"
    """006: sent, then deleted or expired in the application"""
    SENT = "sent"
    """007: stays at sent"""
    QUEUED = "queued"
    """008: stays queued"""
    DISPATCHED = "dispatched"
    """009: stays dispatched"""
    UNKNOWN_STATE = "unknown_state"
    """010: dispatched, then a word that no document has"""
    BLACKLISTED = "blacklisted"
    """011: carries the notification blacklist flag; a message to it fails"""


# `status` and `state` as in Sinch's WhatsApp API, which SMSGlobal's wraps (docs/providers.md)
FAILURES = frozenset({"failed", "no_opt_in", "no_capability"})
REFUSALS = frozenset({"no_opt_in", "no_capability"})
_STATES: dict[Fate, tuple[str, ...]] = {
    Fate.DELIVERED: ("dispatched", "sent", "delivered"),
    Fate.READ: ("dispatched", "sent", "delivered", "read"),
    Fate.FAILED: ("dispatched", "failed"),
    Fate.NO_OPT_IN: ("no_opt_in",),
    Fate.NO_CAPABILITY: ("no_capability",),
    Fate.DELETED: ("dispatched", "sent", "deleted"),
    Fate.SENT: ("dispatched", "sent"),
    Fate.QUEUED: (),
    Fate.DISPATCHED: ("dispatched",),
    Fate.UNKNOWN_STATE: ("dispatched", "teleported"),
    Fate.BLACKLISTED: ("failed",),
}


def number_for(outcome: int | Fate) -> str:
    """The E.164 number that forces an HTTP status or a fate: `number_for(402)`, `number_for(Fate.READ)`."""
    if isinstance(outcome, Fate):
        return _FATES.number(list(Fate).index(outcome) + 1)
    return _STATUSES.number(outcome)


def forced_status(numbers: Iterable[str]) -> int | None:
    """The HTTP error that one of the numbers asks for, if any does."""
    tails = [tail for tail in map(_STATUSES.tail, numbers) if tail]
    return next((int(tail) for tail in tails if int(tail) in _ERRORS), None)


def fate_of(number: str, fates: Mapping[str, Fate]) -> Fate | None:
    """The fate set for a number, by its digits, else the one it asks for, if any."""
    place = int(_FATES.tail(number) or 0)
    asked = list(Fate)[place - 1] if 1 <= place <= len(Fate) else None
    return fates.get(digits(number), asked)


def states_after(fate: Fate | None, *, read: bool) -> tuple[str, ...]:
    """The states that follow `queued`, in order."""
    return _STATES[fate or (Fate.READ if read else Fate.DELIVERED)]
