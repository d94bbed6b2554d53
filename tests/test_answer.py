"""
What a provider's code means, where its body speaks before the HTTP status.
"""

from dataclasses import replace

import pytest
from pydantic import BaseModel

from herald.answer import Codes, Moment, Outcome, Verdict, nothing_sent, read
from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    Reason,
)
from herald.models import Account
from herald.provider import Response

ERRORS = {
    Outcome.NOT_SENT: ProviderUnavailable,
    Outcome.THROTTLED: ProviderThrottled,
    Outcome.CREDENTIALS: CredentialsRefused,
    Outcome.REJECTED: ProviderRejected,
    Outcome.UNCLEAR: OutcomeUnknown,
}
CODES = Codes(
    frozenset({2000, 2001}),
    {
        4001: Verdict(Outcome.REJECTED, Reason.INVALID_SENDER, "the sender is not known"),
        4290: Verdict(Outcome.THROTTLED, Reason.THROTTLED, "too many requests"),
        5003: Verdict(Outcome.NOT_SENT, Reason.PROVIDER_FAILURE, "the service is down"),
    },
)
ACCOUNT = Account("acme", "websms", ("t1",))


def judged(code: int, status: int = 200, codes: Codes = CODES) -> tuple[type[ProviderError] | None, str | None]:
    """The kind of error, and the code it keeps."""
    error = codes.error(code, Response(status, {"retry-after": "7"}))
    return (None, None) if error is None else (type(error), error.provider_code)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_verdict(outcome: Outcome) -> None:
    """Each outcome is an error of its own, with our reason and the provider's code; a throttle says for how long."""
    error = Verdict(outcome, Reason.QUOTA_EXCEEDED, "no").error("17", Response(200, {"retry-after": "7"}))
    assert type(error) is ERRORS[outcome]
    assert (error.reason, error.provider_code, error.detail) == (Reason.QUOTA_EXCEEDED, "17", "no")
    assert getattr(error, "retry_after", None) == (7.0 if outcome is Outcome.THROTTLED else None)


@pytest.mark.feature("F9")
@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (2000, 200, None),
        (2001, 204, None),
        (2000, 500, OutcomeUnknown),
        (2000, 404, OutcomeUnknown),
        (2000, 401, CredentialsRefused),
        (4001, 200, ProviderRejected),
        (4001, 500, ProviderRejected),
        (4001, 401, CredentialsRefused),
        (4290, 400, ProviderThrottled),
        (5003, 503, ProviderUnavailable),
        (4000, 200, ProviderRejected),
        (4999, 200, ProviderRejected),
        (4999, 403, CredentialsRefused),
        (4999, 429, ProviderThrottled),
        (4999, 500, OutcomeUnknown),
        (3999, 200, OutcomeUnknown),
        (3999, 400, OutcomeUnknown),
        (5000, 200, OutcomeUnknown),
        (0, 200, OutcomeUnknown),
    ],
)
def test_codes(code: int, status: int, expected: type[ProviderError] | None) -> None:
    """
    The body's word counts, but a 401 is about the credentials, and a yes beside an error is nothing to rely on.

    Of the codes that no table lists, 4xxx is a no, unless the HTTP status knows better, and the rest is unclear.
    """
    assert judged(code, status) == (expected, None if expected is None else str(code))


def test_unlisted_codes_have_no_reason() -> None:
    """What the provider means by them nobody knows."""
    for code in (4999, 9999):
        error = CODES.error(code, Response(200))
        assert error is not None
        assert error.reason is Reason.UNKNOWN


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("not_sent", ProviderUnavailable),
        ("throttled", ProviderThrottled),
        ("credentials", CredentialsRefused),
        ("rejected", ProviderRejected),
        ("unclear", OutcomeUnknown),
    ],
)
def test_an_account_knows_better(word: str, expected: type[ProviderError]) -> None:
    """The setting `outcomes` replaces the outcome of a code, listed or not; reason, other codes and tables stay."""
    account = replace(ACCOUNT, settings={"outcomes": {"4001": word, "7777": word}})
    codes = CODES.of(account)
    assert judged(4001, 200, codes) == (expected, "4001")
    assert judged(7777, 200, codes) == (expected, "7777")
    assert codes.verdicts[4001].reason is Reason.INVALID_SENDER
    assert codes.verdicts[7777].reason is Reason.UNKNOWN
    assert judged(5003, 200, codes) == (ProviderUnavailable, "5003")
    assert judged(2000, 200, codes) == (None, None)
    assert judged(4001) == (ProviderRejected, "4001")


def test_an_account_says_nothing() -> None:
    """Without the setting the tables stay as they are."""
    assert CODES.of(ACCOUNT) == CODES


@pytest.mark.parametrize("outcomes", ["unclear", {"5003": "maybe"}, {"none": "unclear"}, 7, None])
def test_a_wrong_setting(outcomes: object) -> None:
    """A setting that means nothing is an error of configuration, which names account and setting."""
    with pytest.raises(ConfigurationError, match="setting outcomes of account acme must"):
        CODES.of(replace(ACCOUNT, settings={"outcomes": outcomes}))


class Told(BaseModel):
    """What a provider might tell."""

    at: Moment = None


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (b'{"at": "2015-10-21T07:28:00.123Z"}', 1_445_412_480_123),
        (b'{"at": "2015-10-21T09:28:00.123999+02:00"}', 1_445_412_480_123),
        (b'{"at": "2015-10-21T07:28:00"}', None),
        (b'{"at": "yesterday"}', None),
        (b'{"at": null}', None),
        (b"{}", None),
    ],
)
def test_times(body: bytes, at: int | None) -> None:
    """A time with an offset is in milliseconds; one that cannot be read costs nothing but itself."""
    told = read(Told, body)
    assert told is not None
    assert told.at == at


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff", b"[" * 100_000])
def test_what_cannot_be_read(body: bytes) -> None:
    """Anything but the model is None, whatever is wrong with it."""
    assert read(Told, body) is None


def test_nothing_was_sent() -> None:
    """What reaches no recipient may be done again when nobody knows what came of it; anything else stays what it is."""
    unknown = OutcomeUnknown("no answer", reason=Reason.PROVIDER_FAILURE, provider_code="ReadTimeout")
    with pytest.raises(ProviderUnavailable, match="no answer") as found, nothing_sent():
        raise unknown
    assert (found.value.reason, found.value.provider_code) == (Reason.PROVIDER_FAILURE, "ReadTimeout")
    with pytest.raises(ProviderRejected), nothing_sent():
        raise ProviderRejected("no")
    with nothing_sent():
        assert True
