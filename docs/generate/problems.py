"""
One real problem document for every code that an error of ours can have.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from herald.aws.endpoints import MAX_ENDPOINTS, TooManyEndpoints
from herald.body import InvalidBody, Mistake
from herald.errors import (
    ConfigurationError,
    Conflict,
    CredentialsRefused,
    Forbidden,
    HeraldError,
    IdempotencyMismatch,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    Reason,
    RequestTooLarge,
    TenantLimitExceeded,
    Unauthenticated,
    Unavailable,
    UnsupportedBody,
    UnsupportedFeature,
    WebhookNotVerified,
)
from herald.questions import InvalidQuery
from herald.registering import ADDRESS_HINT
from herald.web import MAX_BODY, Call, problem
from herald.web_address import AddressRefused

_TEXT = Mistake("content.text", "string_too_long", "must have at most 10000 characters")
_TO = Mistake("to", "invalid", "must be a phone number in E.164: + and 7 to 15 digits")

_EXAMPLES: tuple[HeraldError, ...] = (
    InvalidRequest("the body is not valid JSON", hint="JSON in UTF-8, at most 200 levels deep"),
    RequestTooLarge(f"the body has 1048576 bytes, {MAX_BODY} are allowed"),
    UnsupportedBody("the body must be JSON", hint="send it with content-type: application/json"),
    Unauthenticated("the API key is not valid"),
    Forbidden("this needs the scope messages:send", hint="use a key that has it"),
    NotFound("there is no such message"),
    MethodNotAllowed("this path takes GET, HEAD, POST"),
    Conflict("the message is being sent or has ended", hint="read it to see what became of it"),
    TooManyEndpoints(f"a tenant has at most {MAX_ENDPOINTS} endpoints", hint="remove one that is not needed any more"),
    InvalidBody([_TO, _TEXT], 2),
    AddressRefused("the address must use port 443 or 8443", field="url", hint=ADDRESS_HINT),
    InvalidQuery([Mistake("limit", "less_than_equal", "must be less than or equal to 100")], 1),
    UnsupportedFeature(
        "account acme-sms cannot send card content over sms", field="content.type", hint="it can send binary, text"
    ),
    AddressRefused(
        "the address is not on the public internet",
        field="content.media.url",
        hint="https, a public host, port 443 or 8443, no credentials",
    ),
    IdempotencyMismatch(
        "the Idempotency-Key stands for a request with another body",
        field="idempotency_key",
        hint="use a new key for a new message",
    ),
    TenantLimitExceeded(
        "this tenant may send 3000 messages a minute; the next minute begins at 2026-11-21T10:46:00.000Z",
        retry_after=29.5,
    ),
    Unavailable("the table refuses requests for now"),
    ConfigurationError("account acme-websms has no secret client_id"),
    WebhookNotVerified("the address is not one of ours"),
    ProviderError("the provider failed"),
    ProviderUnavailable("the provider could not be reached (ConnectTimeout)", provider_code="ConnectTimeout"),
    ProviderThrottled("the provider answered 429", provider_code="429", retry_after=7.0),
    CredentialsRefused("the provider answered 401", provider_code="401"),
    ProviderRejected("the provider answered 400", reason=Reason.INVALID_RECIPIENT, provider_code="4001"),
    OutcomeUnknown("the provider answered 500", provider_code="500"),
    HeraldError("something failed inside the gateway"),
)

PROBLEMS: Mapping[str, HeraldError] = {error.code: error for error in _EXAMPLES}
"""For every code an error as it may happen."""


def example(code: str) -> dict[str, Any]:
    """The problem document of the error with this code."""
    call = Call("POST", "/v1/messages", request_id="Hv1ZThZtDoEEMcA=")
    body: dict[str, Any] = json.loads(problem(PROBLEMS[code], call)["body"])
    return body


def kinds(kind: type[HeraldError] = HeraldError) -> Iterator[type[HeraldError]]:
    """This kind of error and all below it, as far as they are imported."""
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)
