"""
The table of the three outcomes.
"""

from collections.abc import Callable

import httpx
import pytest

from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    HeraldError,
    InvalidMessage,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    Reason,
    Unavailable,
)
from herald.exchange import Exchange
from herald.models import Receipt
from herald.outcome import Outcome, again, delay, outcome_of, refused, taken
from herald.provider import ChannelFacts, Request, Response, error_for_status, may_resend
from herald.status import State

NOW = 1_750_000_000_000


def outcome(error: HeraldError, *, repeatable: bool = False, tries: int = 1, dice: float = 0.5) -> Outcome:
    return outcome_of(error, repeatable=repeatable, now=NOW, grace=600_000, tries=tries, dice=dice)


STATUSES = {
    **dict.fromkeys(range(100, 200), State.UNCLEAR),
    **dict.fromkeys(range(300, 400), State.UNCLEAR),
    **dict.fromkeys(range(400, 500), State.REJECTED),
    **dict.fromkeys(range(500, 600), State.UNCLEAR),
    401: State.RETRY,
    403: State.RETRY,
    408: State.UNCLEAR,
    429: State.RETRY,
}


@pytest.mark.goal("G19")
@pytest.mark.feature("F9")
def test_every_status() -> None:
    """Every HTTP status from 100 to 599 leads to one of the three outcomes; what is unknown is unclear."""
    for status in range(100, 600):
        error = error_for_status(Response(status))
        assert (State.SENT if error is None else outcome(error).state) == STATUSES.get(status, State.SENT), status


def every_failure() -> list[type[httpx.HTTPError]]:
    """All transport errors of httpx, found and not listed, so that a new one cannot go unnoticed."""
    found, known = [], [httpx.TransportError]
    while known:
        one = known.pop()
        known += one.__subclasses__()
        found += [] if one.__subclasses__() else [one]
    return sorted((*found, httpx.TooManyRedirects), key=lambda one: one.__name__)


BEFORE_IT_LEFT = {
    "ConnectError",
    "ConnectTimeout",
    "PoolTimeout",
    "UnsupportedProtocol",
    "ProxyError",
    "LocalProtocolError",
}


@pytest.mark.goal("G19")
@pytest.mark.parametrize("failure", every_failure(), ids=lambda one: one.__name__)
def test_every_wire_failure(failure: type[httpx.HTTPError]) -> None:
    """Only what fails before the request has left was not sent; any other failure is unclear."""

    def fail(request: httpx.Request) -> httpx.Response:
        error = failure("no")
        error.request = request
        raise error

    exchange = Exchange(transport=httpx.MockTransport(fail))
    with pytest.raises(ProviderError) as raised:
        exchange.send(Request("POST", "https://provider.example"))
    expected = State.RETRY if failure.__name__ in BEFORE_IT_LEFT else State.UNCLEAR
    assert outcome(raised.value).state is expected
    assert outcome(raised.value).code == failure.__name__


def test_taken() -> None:
    """What was taken keeps the provider's id, code and segments."""
    assert taken(Receipt("t-1", "2000", 3)) == Outcome(State.SENT, "t-1", code="2000", segments=3)


def test_rejected() -> None:
    """A no is final, with our reason and their code."""
    error = ProviderRejected("no", reason=Reason.INVALID_SENDER, provider_code="4003")
    assert outcome(error) == refused(error) == Outcome(State.REJECTED, reason=Reason.INVALID_SENDER, code="4003")


def test_unclear_waits_for_the_grace() -> None:
    """What may have been sent is looked at again when its grace is over, and not tried."""
    found = outcome(OutcomeUnknown("?"))
    assert (found.state, found.due, found.retry_at) == (State.UNCLEAR, NOW + 600_000, None)
    assert found.doubtful


def test_what_was_not_sent_leaves_no_doubt() -> None:
    """Only an attempt that may have sent the message counts as one that did."""
    assert not outcome(ProviderUnavailable("no")).doubtful
    assert not outcome(ProviderRejected("no")).doubtful
    assert not taken(Receipt("t-1")).doubtful


@pytest.mark.parametrize(
    ("resends", "doubts", "again_"),
    [(None, 99, True), (0, 0, True), (0, 1, False), (1, 1, True), (1, 2, False), (3, 3, True), (3, 4, False)],
)
def test_how_often_what_is_unclear_is_sent_again(resends: int | None, doubts: int, again_: bool) -> None:  # noqa: FBT001
    """As often as the provider is declared to bear it; without a limit until the message expires."""
    assert may_resend(ChannelFacts(frozenset({"text"}), echo=True, resends=resends), doubts) is again_


def test_a_throttling_provider_says_for_how_long() -> None:
    """Its Retry-After is kept, up to a quarter of an hour."""
    for said, seconds in (("7", 7.0), ("86400", 900.0), ("soon", None)):
        error = error_for_status(Response(429, {"retry-after": said}))
        assert isinstance(error, ProviderThrottled)
        assert error.retry_after == seconds


def test_unclear_where_the_provider_dedupes() -> None:
    """Only where the provider is declared to drop a repeated reference may it be sent again."""
    found = outcome(OutcomeUnknown("?"), repeatable=True)
    assert (found.state, found.doubtful) == (State.RETRY, True)


DELAYS: list[tuple[HeraldError, int, float, float]] = [
    (ProviderUnavailable(""), 1, 1.0, 4),
    (ProviderUnavailable(""), 1, 0.0, 1),
    (ProviderUnavailable(""), 5, 0.5, 32),
    (ProviderUnavailable(""), 50, 1.0, 900),
    (ProviderThrottled("", retry_after=30), 9, 0.5, 30.5),
    (ProviderThrottled("", retry_after=0), 9, 0.0, 1),
    (ProviderThrottled("", retry_after=10**9), 1, 1.0, 900),
    (ProviderThrottled("", retry_after=None), 2, 1.0, 8),
    (CredentialsRefused(""), 1, 0.5, 300),
    (ConfigurationError(""), 1, 0.5, 300),
    (Unavailable(""), 1, 0.5, 2),
]


@pytest.mark.parametrize(("error", "tries", "dice", "seconds"), DELAYS)
def test_delay(error: HeraldError, tries: int, dice: float, seconds: float) -> None:
    """Retry-After is honoured within limits; otherwise the wait doubles with full jitter, and it has an end."""
    assert delay(error, tries, dice) == seconds
    assert again(error, NOW, tries, dice).retry_at == NOW + seconds * 1000


REASONS: list[tuple[Callable[[str], HeraldError], Reason, str]] = [
    (ConfigurationError, Reason.ACCOUNT_DISABLED, "configuration_error"),
    (Unavailable, Reason.UNKNOWN, "unavailable"),
    (InvalidMessage, Reason.INVALID_CONTENT, "invalid_message"),
    (ProviderUnavailable, Reason.PROVIDER_UNAVAILABLE, "not_sent"),
]


@pytest.mark.parametrize(("make", "reason", "code"), REASONS)
def test_reasons(make: Callable[[str], HeraldError], reason: Reason, code: str) -> None:
    """Errors of our own have a reason too, and an outage of our table does not say that the content is wrong."""
    found = again(make("x"), NOW, 1, 0.5)
    assert (found.reason, found.code) == (reason, code)
