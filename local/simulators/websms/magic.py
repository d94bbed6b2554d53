"""
Recipients that force an outcome.

Every number is a valid Austrian mobile (+43 660, the `phonenumbers` library agrees) and ends in four digits that tell:

- `+43 660 9999 CCCC`: the statusCode CCCC, where the called operation documents it. `+4366099994002` is answered 4002
  INVALID_RECIPIENT. Where its table lacks the code (4400 for a template, say) it is a recipient like any other.
- `+43 660 9998 FFFF`: accepted, then the fate FFFF of `Fate`. `+4366099980003` is accepted and fails.

An SMS request to many recipients gets one verdict: the first magic code among them refuses all. An upload has no
recipient, so its bytes speak: a body that starts with `websms-magic:4034` is refused with 4034.
"""

from enum import StrEnum

from local.simulators.kit import NumberPlan

_CODES = NumberPlan("436609999")
_FATES = NumberPlan("436609998")
UPLOAD_PREFIX = b"websms-magic:"
_CODE_LENGTH = 4


class Fate(StrEnum):
    """What happens after acceptance; the value is the end of the number."""

    DELIVERED = "0001"
    """delivered and never read"""
    READ = "0002"
    """read, even where `Settings.read` is off"""
    FAILED = "0003"
    """WhatsApp and RCS: dispatched, failed; SMS: accepted, rejected"""
    NEVER_REPORTED = "0004"
    EXPIRED = "0005"
    UNDELIVERED = "0006"
    """the interim word alone: undelivered is tried again, so nothing is final yet"""
    REJECTED = "0007"
    DELETED = "0008"
    LATE_DELIVERED = "0009"
    """undelivered, then delivered after all"""
    DISPATCHED = "0010"
    """only the first, interim word: dispatched, or accepted for SMS"""
    NOT_RCS = "0011"
    """the capability check answers 404 and 4120"""


# websms Messaging API 1.0.0, "Status Messages"
_MESSAGING_WORDS: dict[Fate, tuple[str, ...]] = {
    Fate.DELIVERED: ("dispatched", "delivered"),
    Fate.READ: ("dispatched", "delivered", "read"),
    Fate.NEVER_REPORTED: (),
    Fate.LATE_DELIVERED: ("dispatched", "delivered"),
    Fate.DISPATCHED: ("dispatched",),
}
_MESSAGING_FAILED = ("dispatched", "failed")

# developer.websms.com/receive-sms, deliveryReportMessageStatus
_SMS_WORDS: dict[Fate, tuple[str, ...]] = {
    Fate.FAILED: ("accepted", "rejected"),
    Fate.NEVER_REPORTED: (),
    Fate.EXPIRED: ("accepted", "expired"),
    Fate.UNDELIVERED: ("accepted", "undelivered"),
    Fate.REJECTED: ("rejected",),
    Fate.DELETED: ("accepted", "deleted"),
    Fate.LATE_DELIVERED: ("accepted", "undelivered", "delivered"),
    Fate.DISPATCHED: ("accepted",),
}
_SMS_DELIVERED = ("accepted", "delivered")


def number_for(outcome: int | Fate) -> str:
    """The E.164 number that forces a statusCode or a fate: `number_for(4002)`, `number_for(Fate.READ)`."""
    return (_FATES if isinstance(outcome, Fate) else _CODES).number(outcome)


def forced_code(recipients: list[str], documented: frozenset[int]) -> int | None:
    """The first documented statusCode that the recipients ask for, if any."""
    asked = (int(tail) for tail in map(_CODES.tail, recipients) if tail)
    return next((code for code in asked if code in documented), None)


def forced_upload_code(content: bytes, documented: frozenset[int]) -> int | None:
    """The documented statusCode that the first bytes of an upload ask for, if any."""
    tail = content[len(UPLOAD_PREFIX) :][:_CODE_LENGTH]
    if content.startswith(UPLOAD_PREFIX) and tail.isdigit() and int(tail) in documented:
        return int(tail)
    return None


def fate_of(recipient: str) -> Fate | None:
    """The fate the recipient asks for, if any."""
    tail = _FATES.tail(recipient)
    return Fate(tail) if tail in list(Fate) else None


def words_for(channel: str, recipient: str, *, read: bool) -> tuple[str, ...]:
    """The status words that will be reported, in order, for `sms`, `whatsapp` or `rcs`."""
    fate = fate_of(recipient)
    if channel == "sms":
        return _SMS_WORDS.get(fate, _SMS_DELIVERED) if fate else _SMS_DELIVERED
    if fate is None or fate is Fate.NOT_RCS:
        return _MESSAGING_WORDS[Fate.READ if read else Fate.DELIVERED]
    return _MESSAGING_WORDS.get(fate, _MESSAGING_FAILED)
