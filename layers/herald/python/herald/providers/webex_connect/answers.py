"""
What the send APIs answer: one result for the call, or one for each recipient.

v1 says `{"response": ...}`, an object or an array, mostly in an HTTP 200 and whatever the code (Webex Connect
Messaging API v1; "API FAQs" for the array). v2 says `queued` in an HTTP 201, or a code. How either answers to several
destinations of one request is not documented: results are told apart by our reference, then by their order.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, Field, ValidatorFunctionWrapHandler, WrapValidator

from herald.answer import Code, Codes, Outcome, Verdict, read
from herald.errors import OutcomeUnknown, ProviderError, ProviderRejected, Reason
from herald.models import Channel, OutboundMessage, Receipt
from herald.provider import Response, error_for_status
from herald.providers.webex_connect.codes import COMMON, IN_APP, QUEUED
from herald.providers.webex_connect.receipt_codes import REASONS

# What else the platform says of a message that failed: in an answer it says that the message was not taken.
_FAILURES: Mapping[Reason, Outcome] = {
    Reason.THROTTLED: Outcome.THROTTLED,
    Reason.PROVIDER_UNAVAILABLE: Outcome.NOT_SENT,
    Reason.UNKNOWN: Outcome.UNCLEAR,
}


def _codes(channel: Channel) -> Codes:
    failed = {
        code: Verdict(_FAILURES.get(reason, Outcome.REJECTED), reason, "the provider says that the message has failed")
        for code, reason in REASONS[channel].items()
    }
    return Codes(frozenset({QUEUED}), {**failed, **(IN_APP if channel is Channel.IN_APP else {}), **COMMON})


CODES: Mapping[Channel, Codes] = {channel: _codes(channel) for channel in REASONS}
"""What a code in an answer means, by channel."""


def _readable(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """None for a result that cannot be read: it must not cost the others theirs."""
    try:
        return handler(value)
    except ValueError:
        return None


type _Id = Annotated[str, Field(max_length=256)]
type _Word = Annotated[str, Field(pattern=r"^[A-Za-z ]{1,40}$")]


class _Result(BaseModel):
    """One result of either API: v1 has `code` and `transid`; v2 `status` and `messageId`, or `code` alone."""

    code: Code | None = None
    status: _Word | None = None
    transid: _Id | None = None
    message_id: _Id | None = Field(None, alias="messageId")
    correlationid: _Id | None = None
    correlation_id: _Id | None = Field(None, alias="correlationId")

    @property
    def id(self) -> str | None:
        return self.transid or self.message_id

    @property
    def reference(self) -> str | None:
        return self.correlationid or self.correlation_id


type _Results = _Result | list[Annotated[_Result | None, WrapValidator(_readable)]]


class _Answer(_Result):
    """The whole body: v1 wraps its results, v2 does not."""

    response: _Results | None = None


def results(response: Response, message: OutboundMessage, codes: Codes) -> Sequence[Receipt | ProviderError]:
    """Each recipient's result, in their order. Raises a ProviderError that is about the call as a whole."""
    answer = read(_Answer, _wrapped(response.body))
    if answer is None:
        raise error_for_status(response) or OutcomeUnknown(
            "the provider's answer cannot be read", provider_code=str(response.status)
        )
    told = answer.response or answer
    if isinstance(told, list) and response.status == HTTPStatus.UNAUTHORIZED:  # about the credentials, so about all
        told = told[0] or answer
    if isinstance(told, list):
        return [_judged(item, response, codes) for item in _by_recipient(told, message)]
    result = _judged(told, response, codes)
    if isinstance(result, ProviderError):
        raise result
    return [result] * len(message.recipients)


def _wrapped(body: bytes) -> bytes:
    """v1 wraps its results; a bare array of them, which v2 may answer to several, is read like one of v1's."""
    return b'{"response":%b}' % body if body.lstrip().startswith(b"[") else body


def _by_recipient(told: Sequence[_Result | None], message: OutboundMessage) -> Sequence[_Result | None]:
    """
    By our reference where the results repeat it; the others in order, if there are as many results as recipients left.

    One nameless result stands for all. A recipient of whom nothing is told gets None.
    """
    references = [message.reference_of(position) for position in range(len(message.recipients))]
    ours = frozenset(references)
    named = {item.reference: item for item in told if item and item.reference in ours}
    rest = [item for item in told if item is None or item.reference not in named]
    missing = [reference for reference in references if reference not in named]
    if len(told) == len(rest) == 1:
        rest *= len(missing)
    in_order = dict(zip(missing, rest, strict=True)) if len(rest) == len(missing) else {}
    return [named.get(reference) or in_order.get(reference) for reference in references]


def _judged(item: _Result | None, response: Response, codes: Codes) -> Receipt | ProviderError:
    """The code speaks first, then the HTTP status, then the word of v2."""
    if item is None:
        return OutcomeUnknown(
            "the provider's answer does not say what became of this recipient", provider_code=str(response.status)
        )
    if error := _error(item.code, response, codes):
        return error
    word = (item.status or "").lower()
    if item.code is None and word == "rejected":
        return ProviderRejected("the provider rejects the message", provider_code=word)
    code = str(item.code or word or response.status)
    if (item.code is None and word != "queued") or not item.id:
        return OutcomeUnknown("the provider's answer does not say that the message was taken", provider_code=code)
    return Receipt(item.id, code)


def _error(code: int | None, response: Response, codes: Codes) -> ProviderError | None:
    """What the code stands for; one that no table lists says no more than its HTTP status, where that says no."""
    by_status = error_for_status(response)
    if code is None or (by_status and code not in codes.verdicts and code not in codes.accepted):
        if by_status and code is not None:
            by_status.provider_code = str(code)
        return by_status
    return codes.error(code, response)
