"""
Reading what providers answer: their JSON through a model, their times, and what their codes mean, as data.

What cannot be read is None, never an exception of the JSON library: an adapter has one kind of malformed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

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
from herald.provider import Response, error_for_status, retry_after

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)

type Code = Annotated[int, Field(ge=0, le=99_999)]
"""A provider's numeric code in a model."""


def read[M: BaseModel](model: type[M], body: bytes) -> M | None:
    """The body as this model; None when it is anything else."""
    try:
        return model.model_validate_json(body)
    except ValidationError:
        return None


def _milliseconds(value: object) -> int | None:
    """ISO 8601 with an offset, as milliseconds since 1970; a time that cannot be read must not cost the report."""
    try:
        return (_TIME.validate_python(value) - _EPOCH) // timedelta(milliseconds=1)
    except ValidationError:
        return None


type Moment = Annotated[int | None, BeforeValidator(_milliseconds)]
"""A provider's time in a model: milliseconds since 1970, or None when it is missing or junk."""


class Outcome(StrEnum):
    """What a refusal means for the message; the first three are kinds of "not sent"."""

    NOT_SENT = "not_sent"
    THROTTLED = "throttled"
    CREDENTIALS = "credentials"
    REJECTED = "rejected"
    UNCLEAR = "unclear"


_OUTCOMES: TypeAdapter[dict[int, Outcome]] = TypeAdapter(dict[int, Outcome])
_ERRORS: Mapping[Outcome, type[ProviderError]] = {
    Outcome.NOT_SENT: ProviderUnavailable,
    Outcome.CREDENTIALS: CredentialsRefused,
    Outcome.REJECTED: ProviderRejected,
    Outcome.UNCLEAR: OutcomeUnknown,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one code of a provider means. `detail` is our own sentence: theirs may hold a number."""

    outcome: Outcome
    reason: Reason
    detail: str

    def error(self, code: str, response: Response) -> ProviderError:
        """The error to raise; it keeps the provider's own code."""
        if self.outcome is Outcome.THROTTLED:
            wait = retry_after(response)
            return ProviderThrottled(self.detail, reason=self.reason, provider_code=code, retry_after=wait)
        return _ERRORS[self.outcome](self.detail, reason=self.reason, provider_code=code)


_NO = range(4000, 5000)
_REFUSED = Verdict(Outcome.REJECTED, Reason.UNKNOWN, "the provider refuses with a code that its documents do not list")
_UNCLEAR = Verdict(Outcome.UNCLEAR, Reason.UNKNOWN, "the provider answers with a code that its documents do not list")


@dataclass(frozen=True, slots=True)
class Codes:
    """
    What a provider's numeric codes mean, where the body's code speaks before the HTTP status.

    They are numbered like HTTP's, times ten: of those that no table lists, 4xxx is a no and the rest is unclear.
    """

    accepted: frozenset[int]
    verdicts: Mapping[int, Verdict]

    def of(self, account: Account) -> Self:
        """
        With the outcomes that the account's setting `outcomes` declares: `{"5003": "unclear"}`.

        Raises ConfigurationError when the setting is anything else.
        """
        try:
            outcomes = _OUTCOMES.validate_python(account.settings.get("outcomes", {}))
        except ValidationError as error:
            raise ConfigurationError(
                f"setting outcomes of account {account.name} must map codes to one of {', '.join(Outcome)}"
            ) from error
        declared = {code: replace(self.verdicts.get(code, _REFUSED), outcome=to) for code, to in outcomes.items()}
        return replace(self, verdicts={**self.verdicts, **declared})

    def error(self, code: int, response: Response) -> ProviderError | None:
        """The error this answer stands for; None for yes. A 401 is about the credentials, whatever the body says."""
        by_status = error_for_status(response)
        if by_status and (response.status == HTTPStatus.UNAUTHORIZED or self._unlisted_no(code)):
            by_status.provider_code = str(code)
            return by_status
        if code in self.accepted:
            return OutcomeUnknown("the provider contradicts itself", provider_code=str(code)) if by_status else None
        verdict = self.verdicts.get(code, _REFUSED if self._unlisted_no(code) else _UNCLEAR)
        return verdict.error(str(code), response)

    def _unlisted_no(self, code: int) -> bool:
        return code in _NO and code not in self.verdicts


@contextmanager
def nothing_sent() -> Iterator[None]:
    """
    Around tokens, uploads, downloads and questions: they reach no recipient, so nothing about them is unclear.

    An OutcomeUnknown becomes ProviderUnavailable: it may simply be done again.
    """
    try:
        yield
    except OutcomeUnknown as error:
        raise ProviderUnavailable(error.detail, reason=error.reason, provider_code=error.provider_code) from error
