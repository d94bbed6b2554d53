"""
What a status and an error say. AICC passes Infobip's on (Infobip OMNI API, "Response status and error codes").

A status belongs to a group, and only the group says whether it is a no: AICC's own example is of a group 113
that no table lists (Huawei AICC sendWhatsappMessage, "Example").
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from herald.answer import Outcome, Verdict
from herald.errors import Reason
from herald.status import Status

_MAX_NUMBER = 99_999


class Group(IntEnum):
    """What a status is about."""

    ACCEPTED = 0
    OK = 0  # another name of it
    PENDING = 1
    UNDELIVERABLE = 2
    DELIVERED = 3
    EXPIRED = 4
    REJECTED = 5


def whole(value: object) -> int | None:
    """A whole number, as JSON or as text: AICC writes many as text. One that cannot be read must not cost the rest."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= len(str(_MAX_NUMBER)):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_NUMBER else None


type Number = Annotated[int | None, BeforeValidator(whole)]
"""A number of the provider in a model; None when it is missing or junk."""

type _Word = Annotated[str, Field(max_length=64)]


class StatusObject(BaseModel):
    """A status in an answer or a report; AICC's reports have a groupName and a groupId alone."""

    group_id: Number = Field(None, alias="groupId")
    group_name: _Word | None = Field(None, alias="groupName")
    id: Number = None
    name: _Word | None = None

    @property
    def group(self) -> Group | None:
        """The group by its number, else by its name; None for one that no table lists."""
        named = Group.__members__.get((self.group_name or "").upper())
        return next((group for group in Group if group == self.group_id), named)

    @property
    def word(self) -> str | None:
        """The provider's own word; None when it says nothing at all."""
        return self.name or self.group_name or (None if self.group_id is None else str(self.group_id))

    @property
    def code(self) -> str | None:
        """The provider's own code, or its word where it gives no code."""
        return self.word if self.id is None else str(self.id)


DUPLICATE = 23
"""The id of a second message with the same messageId."""

DELIVERED_TO_OPERATOR = 2
"""The one id of group DELIVERED that is not the end: another report may follow."""

_NO = Outcome.REJECTED

# Each is final, also where another try might help: it would carry the same messageId, and if it were refused as a
# duplicate that would look as if the message had been taken. Ids 0, 1, 2, 3, 5, 7 and 26 say yes.
VERDICTS: Mapping[int, Verdict] = {
    4: Verdict(_NO, Reason.UNDELIVERABLE, "the recipient's operator refuses the message"),
    6: Verdict(_NO, Reason.RECIPIENT_NOT_ALLOWED, "the provider does not send to the recipient's network"),
    8: Verdict(_NO, Reason.INVALID_RECIPIENT, "the provider misses the prefix of the recipient's number"),
    9: Verdict(_NO, Reason.UNDELIVERABLE, "the message was sent, but could not be delivered"),
    10: Verdict(_NO, Reason.RECIPIENT_BLOCKED, "the recipient is on the provider's do-not-disturb list"),
    11: Verdict(_NO, Reason.INVALID_SENDER, "the provider does not take the sender"),
    12: Verdict(_NO, Reason.QUOTA_EXCEEDED, "the account has not enough credits at the provider"),
    13: Verdict(_NO, Reason.INVALID_SENDER, "the sender is on the provider's blocklist"),
    14: Verdict(_NO, Reason.RECIPIENT_BLOCKED, "the recipient is on the provider's blocklist"),
    15: Verdict(_NO, Reason.EXPIRED, "the message expired at the provider"),
    16: Verdict(_NO, Reason.UNDELIVERABLE, "the provider does not reach the recipient's network"),
    17: Verdict(_NO, Reason.QUOTA_EXCEEDED, "the account's prepaid package at the provider is over"),
    18: Verdict(_NO, Reason.RECIPIENT_NOT_ALLOWED, "the recipient is not registered at the provider for trials"),
    19: Verdict(_NO, Reason.RECIPIENT_NOT_ALLOWED, "the provider has no route to the recipient"),
    20: Verdict(_NO, Reason.THROTTLED, "the provider's filter against floods refuses the message"),
    21: Verdict(_NO, Reason.PROVIDER_FAILURE, "the provider reports an internal error"),
    22: Verdict(_NO, Reason.EXPIRED, "the message expired at the provider"),
    24: Verdict(_NO, Reason.INVALID_CONTENT, "the provider says that the user data header is invalid"),
    25: Verdict(_NO, Reason.INVALID_CONTENT, "the provider says that the message is too long"),
    29: Verdict(_NO, Reason.EXPIRED, "the provider got no report from the recipient's network"),
    31: Verdict(_NO, Reason.UNDELIVERABLE, "the provider could not send the message"),
    51: Verdict(_NO, Reason.INVALID_RECIPIENT, "the provider misses the recipient"),
    52: Verdict(_NO, Reason.INVALID_RECIPIENT, "the provider says that the recipient is not a valid number"),
    87: Verdict(_NO, Reason.RECIPIENT_NOT_ALLOWED, "the provider's protection against fraud blocks the message"),
    96: Verdict(_NO, Reason.UNDELIVERABLE, "nobody answered"),
    97: Verdict(_NO, Reason.UNDELIVERABLE, "the recipient was busy"),
    98: Verdict(_NO, Reason.UNDELIVERABLE, "the call was cancelled"),
    99: Verdict(_NO, Reason.UNDELIVERABLE, "the call was rejected"),
    100: Verdict(_NO, Reason.PROVIDER_FAILURE, "the provider's platform refuses the message"),
}

REFUSALS: Mapping[Group, Verdict] = {
    Group.UNDELIVERABLE: Verdict(_NO, Reason.UNDELIVERABLE, "the provider cannot deliver the message"),
    Group.EXPIRED: Verdict(_NO, Reason.EXPIRED, "the message expired at the provider"),
    Group.REJECTED: Verdict(_NO, Reason.UNKNOWN, "the provider refuses the message with a status of its own"),
}
"""The groups that say no, for ids that no table lists."""

STATUSES: Mapping[Group, Status] = {
    Group.ACCEPTED: Status.SENT,
    Group.PENDING: Status.SENT,
    Group.UNDELIVERABLE: Status.FAILED,
    Group.DELIVERED: Status.DELIVERED,
    Group.EXPIRED: Status.FAILED,
    Group.REJECTED: Status.FAILED,
}
"""What a report tells by its group: whatever has not ended is at least known to the provider."""

DUPLICATE_ERROR = 7280

# Infobip OMNI API, error codes of chat channels: 70xx client, 7036 to 7052 provider, 7080 to 7281 system.
ERRORS: Mapping[int, Reason] = {
    7001: Reason.INVALID_SENDER,
    7002: Reason.INVALID_RECIPIENT,
    7003: Reason.RECIPIENT_BLOCKED,
    7004: Reason.CREDENTIALS_REFUSED,
    7005: Reason.ACCOUNT_DISABLED,
    7006: Reason.INVALID_CONTENT,
    7007: Reason.INVALID_CONTENT,
    7008: Reason.INVALID_TEMPLATE,
    7009: Reason.INVALID_TEMPLATE,
    7010: Reason.WINDOW_CLOSED,
    7011: Reason.ACCOUNT_DISABLED,
    7012: Reason.PROVIDER_FAILURE,
    7013: Reason.INVALID_MEDIA,
    7014: Reason.INVALID_MEDIA,
    7015: Reason.INVALID_MEDIA,
    7016: Reason.THROTTLED,
    7017: Reason.THROTTLED,
    7018: Reason.PROVIDER_FAILURE,
    7019: Reason.ACCOUNT_DISABLED,
    7020: Reason.NOT_CAPABLE,
    7021: Reason.NOT_CAPABLE,
    7022: Reason.INVALID_MEDIA,
    7023: Reason.INVALID_CONTENT,
    7024: Reason.RECIPIENT_NOT_ALLOWED,
    7025: Reason.NOT_CAPABLE,
    7026: Reason.QUOTA_EXCEEDED,
    7027: Reason.INVALID_CONTENT,
    7029: Reason.UNDELIVERABLE,
    7030: Reason.RECIPIENT_BLOCKED,
    7031: Reason.INVALID_TEMPLATE,
    7032: Reason.RECIPIENT_NOT_ALLOWED,
    7033: Reason.RECIPIENT_BLOCKED,
    7034: Reason.INVALID_SENDER,
    7035: Reason.NOT_CAPABLE,
    7036: Reason.INVALID_TEMPLATE,
    7037: Reason.INVALID_TEMPLATE,
    7038: Reason.ACCOUNT_DISABLED,
    7050: Reason.PROVIDER_FAILURE,
    7051: Reason.PROVIDER_UNAVAILABLE,
    7052: Reason.PROVIDER_FAILURE,
    7080: Reason.PROVIDER_FAILURE,
    7081: Reason.PROVIDER_FAILURE,
    7082: Reason.PROVIDER_UNAVAILABLE,
    7083: Reason.ACCOUNT_DISABLED,
    7084: Reason.INVALID_SENDER,
    7102: Reason.NOT_CAPABLE,
    7201: Reason.NOT_CAPABLE,
    7281: Reason.INVALID_SENDER,
}
