"""
Where the three outcomes of a provider call lead: one table, pure.

    not sent   again later: what the provider asks for, else doubling with full jitter
    rejected   over
    unclear    wait for the provider's word, unless it is declared to drop a repeated reference

Every HTTP status and wire failure has become one of the three in `provider.error_for_status` and `exchange`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    HeraldError,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    Reason,
    Unavailable,
)
from herald.models import Receipt
from herald.status import State

FIRST_RETRY = 2.0
LONGEST_RETRY = 900.0
"""Seconds between two tries of a message that was not sent: doubling with full jitter, from and up to these."""

SHORTEST_RETRY = 1.0
"""Seconds; a queue's delay knows no less."""

MISCONFIGURED = 300.0
"""Seconds until the next try when something is missing that only a person can add."""

_REASONS: Mapping[type[HeraldError], Reason] = {
    ConfigurationError: Reason.ACCOUNT_DISABLED,
    Unavailable: Reason.UNKNOWN,  # our own table or bucket: it says nothing about the message
}
"""Reasons of errors that no provider has spoken of; any other one is about what the message says."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    How an attempt ended: the state it leads to, and what the provider said.

    `retry_at` (RETRY) and `due` (UNCLEAR: when to look again; SENT: when the receipt that its sender asked for is
    overdue) are milliseconds since 1970; `doubtful`: this attempt may have sent it, whatever comes next.
    """

    state: State
    provider_id: str | None = None
    reason: Reason | None = None
    code: str | None = None
    retry_at: int | None = None
    due: int | None = None
    segments: int | None = None
    doubtful: bool = False


def taken(receipt: Receipt) -> Outcome:
    """The provider took it."""
    return Outcome(State.SENT, receipt.provider_message_id, code=receipt.code, segments=receipt.segments)


def refused(error: HeraldError) -> Outcome:
    """Final, be it refused by the provider or by us before the call."""
    reason, code = described(error)
    return Outcome(State.REJECTED, reason=reason, code=code)


def given_up(state: State, doubts: int) -> Outcome:
    """
    Not to be tried any more, for it is cancelled or has expired. After a try that may have sent it nobody knows.
    """
    reason = Reason.EXPIRED if state is State.EXPIRED else None
    return Outcome(State.UNKNOWN, reason=reason or Reason.UNKNOWN) if doubts else Outcome(state, reason=reason)


def again(error: HeraldError, now: int, tries: int, dice: float) -> Outcome:
    """Not sent: when to try again. `dice` in 0..1 spreads the tries of many messages."""
    reason, code = described(error)
    return Outcome(State.RETRY, reason=reason, code=code, retry_at=now + int(1000 * delay(error, tries, dice)))


def unclear(error: HeraldError, now: int, grace: int) -> Outcome:
    """May have been sent: nothing is done for `grace` milliseconds but waiting for the provider's word."""
    reason, code = described(error)
    return Outcome(State.UNCLEAR, reason=reason, code=code, due=now + grace, doubtful=True)


def outcome_of(  # noqa: PLR0913 - what a decision hangs on
    error: HeraldError, *, repeatable: bool, now: int, grace: int, tries: int, dice: float
) -> Outcome:
    """Where an error of a provider call leads. `repeatable`: the provider drops a repeat, and one more may be sent."""
    if isinstance(error, ProviderRejected):
        return refused(error)
    if not isinstance(error, OutcomeUnknown):
        return again(error, now, tries, dice)
    return replace(again(error, now, tries, dice), doubtful=True) if repeatable else unclear(error, now, grace)


def delay(error: HeraldError, tries: int, dice: float) -> float:
    """Seconds until the next try."""
    if isinstance(error, ConfigurationError | CredentialsRefused):
        return MISCONFIGURED
    if isinstance(error, ProviderThrottled) and error.retry_after is not None:
        return min(max(error.retry_after, SHORTEST_RETRY) + dice, LONGEST_RETRY)
    ceiling: float = min(FIRST_RETRY * 2.0 ** min(tries, 20), LONGEST_RETRY)
    return max(ceiling * dice, SHORTEST_RETRY)


def described(error: HeraldError) -> tuple[Reason, str]:
    """Our reason, and the provider's code where it gave one."""
    if isinstance(error, ProviderError):
        return error.reason, error.provider_code or error.code
    return _REASONS.get(type(error), Reason.INVALID_CONTENT), error.code
