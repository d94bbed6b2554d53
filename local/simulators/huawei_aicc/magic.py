"""
Recipients that force an outcome.

Every number is a valid Austrian mobile (+43 660; on this API's wire without `+`). The last four digits tell; a group G
and an id III are those of the status table, 9001 stands for the documents' own sample (group 113).

- `+43 660 9999 GIII`: the destination is answered with this status. `+4366099995012` has not enough credits, while its
  neighbours in the same call are taken.
- `+43 660 9998 FFFF`: taken, then the fate FFFF of `Fate`; `+4366099980003` fails.
- `+43 660 9997 GIII`: taken, then reported with this status and nothing else.
- `+43 660 9996 EEEE`: taken, then reported undeliverable (2/9) with the error EEEE; 7010 is the closed 24-hour window.
- `+43 660 9995 0HHH`: the whole call is answered with HTTP 400, 401, 404 or 500 and nobody is taken; `1HHH` answers the
  same although everybody was, and the repetition as what it is. The first such destination of a call decides.
"""

from dataclasses import dataclass
from enum import StrEnum

from local.simulators.huawei_aicc.statuses import ERRORS, NO_ERROR, SEND_TEST, STATUSES, ErrorCode, Status
from local.simulators.kit import NumberPlan, Step

_ANSWERED = NumberPlan("436609999")
_FATED = NumberPlan("436609998")
_REPORTED = NumberPlan("436609997")
_FAILING = NumberPlan("436609996")
_WHOLE_CALL = NumberPlan("436609995")
_SEND_TEST = "9001"
_AFTER_TAKING = 1000

# Huawei AICC sendWhatsappMessage, status codes
HTTP_STATUSES = frozenset({400, 401, 404, 500})


class Fate(StrEnum):
    """What is reported after a destination was taken; the value is the end of the number."""

    DELIVERED = "0001"
    """delivered and never seen"""
    SEEN = "0002"
    """delivered and seen, even where `Settings.seen` is off"""
    FAILED = "0003"
    NEVER_REPORTED = "0004"
    EXPIRED = "0005"
    REJECTED = "0007"
    DELETED = "0008"
    """delivered, then deleted by the user"""
    LATE_DELIVERED = "0009"
    """delivered to the operator, which is no end, and then to the handset"""
    PENDING = "0010"
    """only that a delivery report is awaited"""
    SEEN_ONLY = "0011"
    """seen, and the report of its delivery never comes"""


@dataclass(frozen=True)
class Report(Step):
    """What one report says: `word` is the status' name, or `seen`, or `deleted`, which have no status."""

    status: Status | None = None
    error: ErrorCode = NO_ERROR


def _said(status: Status, error: ErrorCode = NO_ERROR) -> Report:
    return Report(status.name, status=status, error=error)


_SEEN = Report("seen")
_DELIVERED = _said(STATUSES[3, 5])
_UNDELIVERED = STATUSES[2, 9]
_REPORTS: dict[Fate, tuple[Report, ...]] = {
    Fate.DELIVERED: (_DELIVERED,),
    Fate.SEEN: (_DELIVERED, _SEEN),
    Fate.FAILED: (_said(_UNDELIVERED, ERRORS[7050]),),
    Fate.NEVER_REPORTED: (),
    Fate.EXPIRED: (_said(STATUSES[4, 15]),),
    Fate.REJECTED: (_said(STATUSES[5, 14]),),
    Fate.DELETED: (_DELIVERED, Report("deleted")),
    Fate.LATE_DELIVERED: (_said(STATUSES[3, 2]), _DELIVERED),
    Fate.PENDING: (_said(STATUSES[1, 3]),),
    Fate.SEEN_ONLY: (_SEEN,),
}


def _row(tail: str | None) -> Status | None:
    if tail == _SEND_TEST:
        return SEND_TEST
    return STATUSES.get((int(tail[0]), int(tail[1:]))) if tail else None


def _tail_of(status: Status) -> str:
    return _SEND_TEST if status == SEND_TEST else f"{status.group}{status.id:03d}"


def status_number(status: Status) -> str:
    """The E.164 number that is answered with this status."""
    return _ANSWERED.number(_tail_of(status))


def report_number(status: Status) -> str:
    """The number that is taken and reported with this status."""
    return _REPORTED.number(_tail_of(status))


def error_number(code: int) -> str:
    """The number that is taken and reported undeliverable with this error."""
    return _FAILING.number(code)


def fate_number(fate: Fate) -> str:
    """The number that is taken and has this fate."""
    return _FATED.number(fate)


def http_number(status: int, *, taken: bool = False) -> str:
    """The number for which the whole call is answered with this HTTP status, after it was taken or instead."""
    return _WHOLE_CALL.number(status + _AFTER_TAKING * taken)


def forced_status(number: str) -> Status | None:
    """The status this destination is to be answered with, if it asks for one."""
    return _row(_ANSWERED.tail(number))


def forced_http(numbers: list[str]) -> tuple[int, bool]:
    """The HTTP status for the whole call and whether its messages are taken all the same; 0 for none."""
    for number in numbers:
        taken, status = divmod(int(_WHOLE_CALL.tail(number) or 0), _AFTER_TAKING)
        if status in HTTP_STATUSES and taken in {0, 1}:
            return status, bool(taken)
    return 0, False


def reports_of(number: str, *, seen: bool) -> tuple[Report, ...]:
    """What will be reported for a destination that was taken, in order."""
    fate = _FATED.tail(number)
    if fate in list(Fate):
        return _REPORTS[Fate(fate)]
    status = _row(_REPORTED.tail(number))
    if status:
        return (_said(status),)
    error = ERRORS.get(int(_FAILING.tail(number) or 0))
    if error:
        return (_said(_UNDELIVERED, error),)
    return _REPORTS[Fate.SEEN if seen else Fate.DELIVERED]
