"""
What SMSGlobal's refusals and states mean: HTTP statuses, the fields a 400 complains about, the states of a message.

No document lists the values of `status` and `state`; both come from the API that SMSGlobal's was built upon, of
which its documents are a copy (Sinch WhatsApp API, "Delivery report callback").
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from pydantic import BaseModel

from herald.answer import Code, Codes, Outcome, Verdict, read
from herald.errors import ProviderError, Reason
from herald.provider import Response, error_for_status
from herald.status import Status

_NO = Outcome.REJECTED
_CREDENTIALS = Verdict(Outcome.CREDENTIALS, Reason.CREDENTIALS_REFUSED, "the provider does not take the signature")

# SMSGlobal REST API v2, "Response codes"; 402 is from the official PHP SDK. Anything else means what it always does.
CODES = Codes(
    frozenset(),
    {
        400: Verdict(_NO, Reason.INVALID_CONTENT, "the provider says that the request is invalid"),
        401: _CREDENTIALS,
        402: Verdict(_NO, Reason.QUOTA_EXCEEDED, "the account's credit at the provider is used up"),
        403: _CREDENTIALS,
        404: Verdict(_NO, Reason.NOT_FOUND, "the provider does not know this path"),
        405: Verdict(_NO, Reason.NOT_FOUND, "the provider does not know this method of the path"),
        406: Verdict(_NO, Reason.INVALID_OPTION, "the provider does not answer in json here"),
        415: Verdict(_NO, Reason.INVALID_OPTION, "the provider does not take json here"),
    },
)

_RECIPIENT = (Reason.INVALID_RECIPIENT, "the provider says that a number is invalid")
_CONTENT = (Reason.INVALID_CONTENT, "the provider says that the content is invalid")

# SMSGlobal REST API v2, the body parameters; `destination` and `origin` stand in error bodies of its SMS part.
_FIELDS: Mapping[str, tuple[Reason, str]] = {
    "to": _RECIPIENT,
    "numbers": _RECIPIENT,
    "opt-in": _RECIPIENT,
    "destination": _RECIPIENT,
    "origin": (Reason.INVALID_SENDER, "the provider does not take the sender"),
    "message": _CONTENT,
}
_FIELD = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}(?![A-Za-z_-])")

_ERRORS = range(400, 600)

_REFUSALS: Mapping[str, Verdict] = {
    "failed": Verdict(_NO, Reason.UNDELIVERABLE, "the provider says that the message failed"),
    "no_opt_in": Verdict(_NO, Reason.RECIPIENT_NOT_ALLOWED, "the recipient has not opted in at the provider"),
    "no_capability": Verdict(_NO, Reason.NOT_CAPABLE, "the recipient has no whatsapp"),
    "failure": Verdict(_NO, Reason.UNDELIVERABLE, "the provider says that the message failed, and not why"),
}

# `failure` is the word of `status`, which speaks when the state says nothing.
STATES: Mapping[str, tuple[Status, Reason | None]] = {
    "dispatched": (Status.SENT, None),
    "sent": (Status.SENT, None),
    "delivered": (Status.DELIVERED, None),
    "read": (Status.READ, None),
    "deleted": (Status.FAILED, Reason.EXPIRED),
    **{word: (Status.FAILED, verdict.reason) for word, verdict in _REFUSALS.items()},
}

SILENT = frozenset({"queued", "warning", "success", "processing"})
"""Words that say nothing of what became of a message; the last is one of the SMS part."""

TELLS = frozenset(status for status, _ in STATES.values())


def meaning(state: str, status: str) -> tuple[Status | None, Reason | None]:
    """What the two words of a message say of it; a later `delivered` is stronger than a failure we only believed."""
    return STATES.get(_deciding(state, status), (None, None))


def silent(state: str, status: str) -> bool:
    """Whether the two words are known, and known to say nothing."""
    return _deciding(state, status) not in STATES and (state or status).lower() in SILENT


def refused(state: str, status: str) -> Verdict | None:
    """Why the message that the provider answers with will never be sent; None when it may be."""
    return _REFUSALS.get(_deciding(state, status))


def _deciding(state: str, status: str) -> str:
    return state.lower() if state.lower() in STATES else status.lower()


class _Refusal(BaseModel):
    """Of the error bodies those that say more than their HTTP status; `{"error": …}` and plain text do not."""

    code: Code | None = None
    errors: dict[str, object] = {}

    @property
    def field(self) -> str:
        """The first field that is complained about, without an index; empty when there is none."""
        names = (_FIELD.match(name) for name in self.errors)
        return next((name[0] for name in names if name), "")


def error(response: Response, codes: Codes) -> ProviderError | None:
    """
    The error that an answer stands for; None for 2xx.

    A body's `code` speaks before the HTTP status, as in the official Go SDK. The provider's texts are never
    repeated: they may hold a number.
    """
    told = read(_Refusal, response.body) or _Refusal()
    status = told.code if told.code and told.code in _ERRORS else response.status
    by_status = error_for_status(replace(response, status=status))
    if by_status is None:
        return None
    code = told.field or str(told.code or status)
    verdict = codes.verdicts.get(status)
    if verdict is None:
        by_status.provider_code = code
        return by_status
    if status == HTTPStatus.BAD_REQUEST and told.field in _FIELDS:
        reason, detail = _FIELDS[told.field]
        verdict = replace(verdict, reason=reason, detail=detail)
    return verdict.error(code, response)
