"""
Recipients that force an outcome.

Phone numbers (`msisdn`, `waid`, `bsuid`, and `psid`, which is digits too) are Austrian mobiles that end in four digits:

- `+43 660 9999 CCCC`: the item is refused with the request code CCCC, others of the same request go their way.
- `+43 660 9997 CCCC`: the same, but only the first time; the second request is accepted.
- `+43 660 9998 FFFF`: accepted; then the fate FFFF of `Fate`, or, from 1000 on, a receipt of failure with that code.

Where an identifier is no number, it says the same anywhere inside: `sim-refuse-7102`, `sim-once-7020`, `sim-fail-7312`,
`sim-fate-read` (`urn:mbid:sim-fail-7316`, `sim-fail-2018336`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from local.simulators.kit.recipients import NumberPlan

REFUSE = NumberPlan("436609999")
ONCE = NumberPlan("436609997")
FATE = NumberPlan("436609998")
_TEXT = re.compile(r"sim-(refuse|once|fail|fate)-([a-z0-9_]+)", re.IGNORECASE)
_FIRST_CODE = 1000


class Fate(StrEnum):
    """What happens after acceptance; the value is the end of the number."""

    DELIVERED = "0001"
    """delivered and never read"""
    READ = "0002"
    """read, even where `Settings.read` is off"""
    FAILED = "0003"
    """fails with the channel's plainest code"""
    NEVER_REPORTED = "0004"
    EXPIRED = "0005"
    SUBMITTED = "0006"
    """never delivered: Submitted (voice: OFFERED) is the last word"""
    DELIVERED_ONLY = "0007"
    """Delivered without a Submitted before"""
    CLICKED = "0008"
    """a link or button was pressed (SMS and in-app Clicked, push Read with its interaction)"""
    FAILED_LATE = "0009"
    """fails after it was delivered"""
    UNKNOWN_WORD = "0010"
    """a deliveryStatus and code that no document names"""
    HANG_UP = "0011"
    """voice: answered, then cut by the user"""
    BUSY = "0012"
    NO_ANSWER = "0013"
    HANG_UP_RINGING = "0014"
    """voice: cut while ringing"""
    TROMBONE = "0015"
    """voice: joined to an agent, who leaves again"""


@dataclass(frozen=True)
class Outcome:
    """What a recipient asks for; all empty where it is like any other."""

    refusal: str = ""
    once: bool = False
    failure: str = ""
    fate: Fate | None = None


_ORDINARY = Outcome()


def _of_number(recipient: str) -> Outcome:
    if tail := REFUSE.tail(recipient):
        return Outcome(refusal=tail)
    if tail := ONCE.tail(recipient):
        return Outcome(refusal=tail, once=True)
    tail = FATE.tail(recipient)
    if tail and int(tail) >= _FIRST_CODE:
        return Outcome(failure=tail)
    return Outcome(fate=Fate(tail)) if tail in list(Fate) else _ORDINARY


def _of_text(word: str, value: str) -> Outcome:
    if word in {"refuse", "once"}:
        return Outcome(refusal=value, once=word == "once")
    if word == "fail":
        return Outcome(failure=value)
    fate = Fate.__members__.get(value.upper())
    return Outcome(fate=fate) if fate else _ORDINARY


def outcome_of(recipient: str) -> Outcome:
    """What the identifier asks for."""
    if found := _TEXT.search(recipient):
        return _of_text(found[1].lower(), found[2])
    return _of_number(recipient)


def number_for(outcome: Fate | str, *, refuse: bool = False, once: bool = False) -> str:
    """The E.164 number that forces a fate, a receipt's code, or (`refuse`, `once`) a request's code."""
    plan = ONCE if once else REFUSE if refuse else FATE
    return plan.number(str(outcome))
