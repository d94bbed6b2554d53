"""Every statusCode of the Messaging API, and the errors of the RCS standard that may shine through."""

from collections.abc import Mapping

from herald.answer import Codes, Outcome, Verdict
from herald.errors import Reason

_NO = Outcome.REJECTED

# websms Messaging API 1.0.0, the statusCode table of each method; 4009 is from its "Error Handling".
_VERDICTS: Mapping[int, Verdict] = {
    4001: Verdict(_NO, Reason.INVALID_SENDER, "the provider does not know the sending application"),
    4002: Verdict(_NO, Reason.INVALID_RECIPIENT, "the provider says that the recipient is not a valid number"),
    4008: Verdict(_NO, Reason.INVALID_REFERENCE, "the provider does not take our reference"),
    4009: Verdict(_NO, Reason.INVALID_CONTENT, "the provider misses the content"),
    4013: Verdict(_NO, Reason.QUOTA_EXCEEDED, "the account's message limit at the provider is reached"),
    4014: Verdict(_NO, Reason.ADDRESS_NOT_ALLOWED, "the provider does not allow our network address"),
    4023: Verdict(Outcome.THROTTLED, Reason.THROTTLED, "the provider's request limit is exceeded"),
    4028: Verdict(_NO, Reason.INVALID_CONTENT, "the provider says that the content is invalid"),
    4029: Verdict(_NO, Reason.RECIPIENT_NOT_ALLOWED, "the provider does not send to this recipient's country"),
    4031: Verdict(_NO, Reason.RECIPIENT_BLOCKED, "the recipient is on the provider's blacklist"),
    4034: Verdict(_NO, Reason.INVALID_MEDIA, "the provider does not know or does not take this media"),
    4120: Verdict(_NO, Reason.NOT_FOUND, "the provider does not find what the message refers to"),
    4400: Verdict(_NO, Reason.WINDOW_CLOSED, "the customer care session is over: only a template may be sent"),
    4401: Verdict(_NO, Reason.INVALID_TEMPLATE, "the provider says that the template's parameters are invalid"),
    5000: Verdict(Outcome.UNCLEAR, Reason.PROVIDER_FAILURE, "the provider reports an internal error"),
    # Only 2000 is "Request accepted", so this one is read as not accepted; accounts may declare otherwise.
    5003: Verdict(Outcome.NOT_SENT, Reason.PROVIDER_UNAVAILABLE, "the provider says that it is not available"),
}

# The same table of "Send template message": there 4028 is about the template's name or locale.
_TEMPLATE_VERDICTS: Mapping[int, Verdict] = {
    4028: Verdict(_NO, Reason.INVALID_TEMPLATE, "the provider does not know the template or its language"),
}

CODES = Codes(frozenset({2000}), _VERDICTS)
TEMPLATE_CODES = Codes(CODES.accepted, {**_VERDICTS, **_TEMPLATE_VERDICTS})

ENTITY_NOT_FOUND = 4120

# GSMA FNW.11 error bodies (GSMA FNW.11 1.0 (RCS MaaP)); codes as Samsung's MaaP core numbers them (3.2).
MAAP_RECIPIENT = frozenset({"42004", "42005"})


def maap_reason(code: str) -> Reason:
    """Why an RCS platform refuses; 42xxx are about the message."""
    if code in MAAP_RECIPIENT:
        return Reason.INVALID_RECIPIENT
    return Reason.INVALID_CONTENT if code.startswith("42") and len(code) == len("42xxx") else Reason.UNKNOWN
