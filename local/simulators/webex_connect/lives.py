"""
What becomes of an accepted message: its receipts in order.

Webex Connect, the pages of each channel's outbound webhooks; for calls the table "Usecases for Outbound Calls".
"""

from dataclasses import dataclass, replace

from local.simulators import kit
from local.simulators.webex_connect.codes import Channel
from local.simulators.webex_connect.magic import Fate, Outcome
from local.simulators.webex_connect.receipt_codes import EXPIRED, PLAIN_FAILURE, UNDELIVERED, failure_of
from local.simulators.webex_connect.settings import Settings


@dataclass(frozen=True)
class Report(kit.Step):
    """
    `word` is the deliveryStatus, `info` the additionalInfo; `together` shares the timestamp of the report before.
    """

    code: str = ""
    description: str = ""
    info: str = ""
    together: bool = False


def clicked(url: str, address: str, agent: str) -> Report:
    """A link was followed from this address with this browser."""
    return Report("Clicked", code="7528", description=f"{url}|{address}", info=agent)


SUBMITTED = Report("Submitted", code="7501", description="Submitted")
# Messenger's samples spell it so.
_SUBMITED = Report("Submited", code="7501", description="Submited")
DELIVERED = Report("Delivered", code="7500", description="Delivered")
READ = Report("Read", code="7502", description="Read")
_PRESSED = Report("Clicked", code="7528", description="Clicked")
_SOME_CLICK = clicked("https://example.com/offers", "192.0.2.1", "Mozilla/5.0 (X11; Linux x86_64) simulator")
_UNKNOWN = Report("Teleported", code="7999", description="Teleported")

_OFFERED = Report("OFFERED", code="7407", description="Call offered")
_ACCEPTED = Report("ACCEPTED", code="7408", description="Call accepted")
_ANSWERED = Report("ANSWERED", code="7519", description="Answered")
_DROPPED = Report("DROPPED", code="7409", description="Call dropped")
_RELEASED = Report("Released", code="7405", description="Release")
_DISCONNECTED = Report("DISCONNECTED", code="7410", description="Call disconnected")
_CONNECTED = Report("TROMBONE_CONNECTED", code="7411", description="Trombone connected")
_LEFT = Report("TROMBONE_RELEASED", code="7412", description="Trombone released")

_READABLE = {Channel.IN_APP, Channel.PUSH, Channel.MESSENGER, Channel.WHATSAPP, Channel.RCS}
# Failures before anything was handed on: unknown profile, missing members, expired, contact policy.
_BEFORE_SUBMISSION = {"7003", "7005", "7102", "7105", "7301", "7503"}
_POLICY = "9"


def _at_once(*reports: Report) -> list[Report]:
    """Reports of one instant: the first takes its time, the others come together with it."""
    first, *others = reports
    return [first, *(replace(other, after=0.0, together=True) for other in others)]


def _rejected(code: str) -> Report:
    return Report("REJECTED", code=code, description=failure_of(Channel.VOICE, code).description)


_RINGING = [_OFFERED, _ACCEPTED]
_HEARD = [*_RINGING, _ANSWERED, *_at_once(_DROPPED, _RELEASED)]
_CALLS: dict[Fate, list[Report]] = {
    Fate.SUBMITTED: [_OFFERED],
    Fate.HANG_UP: [*_RINGING, _ANSWERED, *_at_once(_RELEASED, _DISCONNECTED, _DROPPED)],
    Fate.BUSY: [*_RINGING, *_at_once(_DROPPED, _rejected("7402"))],
    Fate.NO_ANSWER: [*_RINGING, *_at_once(_DROPPED, _rejected("7401"))],
    Fate.HANG_UP_RINGING: [*_RINGING, *_at_once(_DISCONNECTED, _DROPPED, _rejected("7402"))],
    Fate.TROMBONE: [*_RINGING, _ANSWERED, _CONNECTED, _LEFT, *_at_once(_DROPPED, _RELEASED)],
    Fate.FAILED_LATE: [*_HEARD, Report("Failed", code="7016", description="Unknown exception")],
    Fate.UNKNOWN_WORD: [*_RINGING, _UNKNOWN],
}


def _failing(channel: Channel, code: str, settings: Settings) -> list[Report]:
    description, status = failure_of(channel, code)
    status = settings.receipt_statuses.get(f"{channel}.{code}", status)
    report = Report(status, code=code, description=description)
    if channel is Channel.VOICE:
        return [*_RINGING, *_at_once(_DROPPED, report)] if status == "REJECTED" else [report]
    early = code in _BEFORE_SUBMISSION or code.startswith(_POLICY)
    submitted = status == UNDELIVERED or (settings.submitted_before_failed and not early)
    return [_submitted(channel), report] if submitted else [report]


def _submitted(channel: Channel) -> Report:
    return _SUBMITED if channel is Channel.MESSENGER else SUBMITTED


def _clicking(channel: Channel) -> list[Report]:
    """A push that is pressed is Read with its interaction; Apple's platform tells nobody."""
    return {Channel.PUSH: [], Channel.APPLE: [], Channel.IN_APP: [_PRESSED]}.get(channel, [_SOME_CLICK])


def _fated(channel: Channel, fate: Fate | None, settings: Settings) -> list[Report]:
    submitted = _submitted(channel)
    if channel is Channel.APPLE:
        return [submitted]
    read = [READ] if channel in _READABLE else []
    default = [submitted, DELIVERED, *(read if settings.read else [])]
    lives: dict[Fate | None, list[Report]] = {
        Fate.DELIVERED: [submitted, DELIVERED],
        Fate.READ: [submitted, DELIVERED, *read],
        Fate.SUBMITTED: [submitted],
        Fate.DELIVERED_ONLY: [DELIVERED],
        Fate.CLICKED: [submitted, DELIVERED, *read, *_clicking(channel)],
        Fate.FAILED_LATE: [submitted, DELIVERED, _failing(channel, PLAIN_FAILURE[channel], settings)[-1]],
        Fate.UNKNOWN_WORD: [submitted, _UNKNOWN],
    }
    return lives.get(fate, default)


def life(channel: Channel, outcome: Outcome, doom: str, settings: Settings) -> list[Report]:
    """The receipts of a message; `doom` is a code with which it fails whatever its recipient asks for."""
    forced = {Fate.FAILED: PLAIN_FAILURE[channel], Fate.EXPIRED: EXPIRED[channel]}
    code = doom or outcome.failure or (forced.get(outcome.fate, "") if outcome.fate else "")
    if code:
        return _failing(channel, code, settings)
    if outcome.fate is Fate.NEVER_REPORTED:
        return []
    if channel is Channel.VOICE:
        return _CALLS.get(outcome.fate, _HEARD) if outcome.fate else _HEARD
    return _fated(channel, outcome.fate, settings)


def normal(word: str) -> str:
    """A deliveryStatus as v2's requestedReceipts are compared with it: SENT is submitted, Un-Delivered failed."""
    letters = "".join(filter(str.isalpha, word.lower()))
    return {"sent": "submitted", "submited": "submitted", "undelivered": "failed"}.get(letters, letters)
