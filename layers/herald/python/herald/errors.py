"""
What can go wrong, as one tree.

    HeraldError                     .status .code .detail .field .hint
    ├ InvalidRequest           400  the HTTP request itself cannot be read
    │ ├ RequestTooLarge        413
    │ └ UnsupportedBody        415  the body is not declared as what the route takes
    ├ Unauthenticated          401  no key, or a key that is malformed, unknown, expired or revoked
    ├ Forbidden                403  the key lacks the scope
    ├ NotFound                 404  also everything that belongs to another tenant
    │ └ MethodNotAllowed       405
    ├ Conflict                 409  the message has gone too far for what was asked
    ├ InvalidMessage           422  nobody could send this
    │ └ UnsupportedFeature     422  this provider cannot say it
    ├ IdempotencyMismatch      422  the key was used for another body
    ├ TenantLimitExceeded      429  as many were accepted as the tenant may send in this minute or day
    ├ Unavailable              503  the table or a queue refuses; nothing was accepted
    ├ ConfigurationError       500  a secret, sender or setting is missing: somebody has to act
    ├ WebhookNotVerified       401
    └ ProviderError                 .reason .provider_code: the provider's own word, never lost
      ├ NotSent                     nothing reached a recipient; trying again is safe
      │ ├ ProviderUnavailable  503  DNS, connect, TLS, pool, or a (status, code) that the adapter declares
      │ ├ ProviderThrottled    429  .retry_after seconds
      │ └ CredentialsRefused   503  401 or 403; the token is renewed once
      ├ ProviderRejected       422  final: the provider said no
      └ OutcomeUnknown         502  it left us and no readable answer came: never retried blindly

The three leaves of ProviderError are the three outcomes of a provider call (`docs/architecture.md`).
Every detail is a lower-case sentence without secrets, phone numbers or the refused value.
"""

from enum import StrEnum
from typing import ClassVar


class Reason(StrEnum):
    """Why a message was not delivered, in one vocabulary for all providers."""

    ACCOUNT_DISABLED = "account_disabled"
    CREDENTIALS_REFUSED = "credentials_refused"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    INVALID_CONTENT = "invalid_content"
    INVALID_MEDIA = "invalid_media"
    INVALID_OPTION = "invalid_option"
    INVALID_RECIPIENT = "invalid_recipient"
    INVALID_REFERENCE = "invalid_reference"
    INVALID_SENDER = "invalid_sender"
    INVALID_TEMPLATE = "invalid_template"
    EXPIRED = "expired"
    NOT_CAPABLE = "not_capable"
    NOT_FOUND = "not_found"
    PROVIDER_FAILURE = "provider_failure"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    QUOTA_EXCEEDED = "quota_exceeded"
    RECIPIENT_BLOCKED = "recipient_blocked"
    RECIPIENT_NOT_ALLOWED = "recipient_not_allowed"
    THROTTLED = "throttled"
    TOO_MANY_RECIPIENTS = "too_many_recipients"
    UNDELIVERABLE = "undeliverable"
    UNKNOWN = "unknown"
    WINDOW_CLOSED = "window_closed"


class HeraldError(Exception):
    """
    Anything Herald refuses or fails to do; becomes an RFC 9457 problem at the HTTP border.

    `field` is a JSON path into the body (`content.text`, `recipients[3].to`), `hint` says what to do.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Internal error"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str, *, field: str | None = None, hint: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.hint = hint


class InvalidRequest(HeraldError):
    """The HTTP request cannot be read: not JSON, not an object, too deep, not UTF-8."""

    status = 400
    code = "invalid_request"
    title = "The request cannot be read"


class RequestTooLarge(InvalidRequest):
    """The body is larger than this route takes."""

    status = 413
    code = "request_too_large"
    title = "The body is too large"


class UnsupportedBody(InvalidRequest):
    """The content type is not one that this route takes."""

    status = 415
    code = "unsupported_media_type"
    title = "The content type is not supported"


class Unauthenticated(HeraldError):
    """No key, or one that is malformed, unknown, expired or revoked; the answer does not say which."""

    status = 401
    code = "unauthenticated"
    title = "A valid API key is needed"


class Forbidden(HeraldError):
    """The key is good but lacks the scope."""

    status = 403
    code = "forbidden"
    title = "The key may not do this"


class NotFound(HeraldError):
    """No such thing, or it belongs to another tenant: the two are not told apart."""

    status = 404
    code = "not_found"
    title = "Not found"


class MethodNotAllowed(NotFound):
    """The path exists, but not for this method."""

    status = 405
    code = "method_not_allowed"
    title = "The method is not allowed here"


class Conflict(HeraldError):
    """The message has gone too far for what was asked: it can no longer be cancelled."""

    status = 409
    code = "conflict"
    title = "Too late for this"


class InvalidMessage(HeraldError):
    """Nobody could send this."""

    status = 422
    code = "invalid_message"
    title = "The body is not valid"


class UnsupportedFeature(InvalidMessage):
    """The chosen provider or channel has no way to say this; another one may."""

    code = "unsupported_feature"
    title = "The provider cannot send this"


class IdempotencyMismatch(HeraldError):
    """The Idempotency-Key was used before, for another body."""

    status = 422
    code = "idempotency_mismatch"
    title = "The Idempotency-Key was used for another request"


class TenantLimitExceeded(HeraldError):
    """The tenant has reached its limit of this minute or day: nothing was accepted. `retry_after` is in seconds."""

    status = 429
    code = "tenant_limit_exceeded"
    title = "The tenant has reached its limit"
    retryable = True

    def __init__(self, detail: str, *, retry_after: float) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(HeraldError):
    """The table or a queue refuses for now. Nothing was accepted: repeat with the same Idempotency-Key."""

    status = 503
    code = "unavailable"
    title = "Try again shortly"
    retryable = True
    retry_after: float = 2.0


class ConfigurationError(HeraldError):
    """A secret, a sender or a setting is missing or wrong: nothing will work until somebody acts."""

    code = "configuration_error"
    title = "The gateway is not configured for this"


class WebhookNotVerified(HeraldError):
    """The webhook does not carry our secret or the provider's signature."""

    status = 401
    code = "webhook_not_verified"
    title = "The webhook is not verified"


class ProviderError(HeraldError):
    """A provider call that did not succeed. `provider_code` is the provider's own word, `reason` ours."""

    status = 502
    code = "provider_error"
    title = "The provider did not take the message"
    default_reason: ClassVar[Reason] = Reason.UNKNOWN

    def __init__(self, detail: str, *, reason: Reason | None = None, provider_code: str | None = None) -> None:
        super().__init__(detail)
        self.reason = reason or self.default_reason
        self.provider_code = provider_code


class NotSent(ProviderError):
    """Nothing reached a recipient: trying again later is safe."""

    code = "not_sent"
    status = 503
    retryable = True
    default_reason = Reason.PROVIDER_UNAVAILABLE


class ProviderUnavailable(NotSent):
    """The provider could not be reached, or says in a way its adapter trusts that it took nothing."""


class ProviderThrottled(NotSent):
    """The provider asks us to slow down; `retry_after` is in seconds, None when it does not say."""

    code = "provider_throttled"
    status = 429
    default_reason = Reason.THROTTLED

    def __init__(
        self,
        detail: str,
        *,
        reason: Reason | None = None,
        provider_code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail, reason=reason, provider_code=provider_code)
        self.retry_after = retry_after


class CredentialsRefused(NotSent):
    """The provider refuses our credentials or token."""

    code = "credentials_refused"
    default_reason = Reason.CREDENTIALS_REFUSED


class ProviderRejected(ProviderError):
    """The provider read the message and said no. Final."""

    code = "provider_rejected"
    status = 422


class OutcomeUnknown(ProviderError):
    """The message may have been sent: the request left us and no readable answer came back."""

    code = "outcome_unknown"
