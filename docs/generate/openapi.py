"""
The API's description, OpenAPI 3.1, made from the models and the errors of the code.

`OPERATIONS` says what no model knows: which route takes and answers what. `python -m docs.generate` writes
docs/openapi.json; the tests compare it, and hold real answers of every function against it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from docs.generate import answers, endpoint_answers
from docs.generate.problems import PROBLEMS, example
from herald import VERSION, inbound_content
from herald.authenticating import Scope
from herald.aws.endpoints import TooManyEndpoints
from herald.content import Model
from herald.endpoint_door import DeliveriesQuestion, Replay
from herald.erasure_door import ErasureDescription, ErasureRequest
from herald.errors import (
    ConfigurationError,
    Conflict,
    CredentialsRefused,
    Forbidden,
    HeraldError,
    IdempotencyMismatch,
    InvalidMessage,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    RequestTooLarge,
    TenantLimitExceeded,
    Unauthenticated,
    Unavailable,
    UnsupportedBody,
    UnsupportedFeature,
    WebhookNotVerified,
)
from herald.models import SendRequest
from herald.questions import CapabilityQuestion, InboundQuestion, InvalidQuery, MessagesQuestion
from herald.registering import EndpointChange, NewEndpoint, Rotation
from herald.shelving import MAX_DIRECT, MediaDescription, UploadGrant, UploadRequest
from herald.web import MAX_BODY
from herald.web_address import AddressRefused

type Json = dict[str, Any]
type Errors = tuple[type[HeraldError], ...]

_REF = "#/components/schemas/{model}"

_ALWAYS: Errors = (ConfigurationError, Unavailable)
_BODY: Errors = (InvalidRequest, RequestTooLarge, UnsupportedBody)
_PROVIDER: Errors = (ProviderUnavailable, ProviderThrottled, CredentialsRefused, ProviderRejected)

DESCRIPTION = """\
One API for WhatsApp, RCS, SMS and more, through several providers. A message is accepted (202) once it is stored; what
becomes of it is told by `GET /v1/messages/{id}` and by events (docs/events.md).

Every error that Herald answers is a problem document (RFC 9457) with a `code`. What the gateway before it answers is
not: 429 `{"message":"Too Many Requests"}` above the stage's rate, 413 above 10 MB, 503 or 504 when a function did not
answer.

What is sent with a test key (`hkt_…`) reaches nobody: Herald answers instead of the providers, by the end of the
recipient's address (docs/testing-your-integration.md). Live and test have messages, media and idempotency keys of their
own; what is test says `"test": true`.

A tenant may have limits: messages accepted in a minute and in a day (UTC), each recipient counted. Above them a send is
refused as a whole with 429 `tenant_limit_exceeded` and `Retry-After`; `GET /v1/usage` tells what is left.

HEAD is taken wherever GET is, but for media and endpoints. Unknown paths answer 404, known paths with another method
405 and `allow`."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a route takes: JSON of a model, or raw bytes."""

    model: type[BaseModel] | None
    description: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: what it is for, who may call it, what it takes, answers and refuses."""

    name: str
    summary: str
    answer: type[BaseModel] | tuple[type[BaseModel], ...] | None
    description: str = ""
    scope: Scope | None = None
    status: HTTPStatus = HTTPStatus.OK
    query: type[Model] | None = None
    body: Body | None = None
    errors: Errors = ()
    headers: tuple[str, ...] = ()
    tag: str = "Messages"


_DETAIL = (answers.MessageDetail, answers.RequestDetail)

OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/messages": Operation(
        "sendMessage",
        "Send a message",
        answers.Accepted,
        "To one recipient (`to`), or to up to 1000 (`recipients`), each with variables for the placeholders of the"
        " content. Repeat a request that was not answered with the same Idempotency-Key: it is sent once.",
        Scope.MESSAGES_SEND,
        HTTPStatus.ACCEPTED,
        body=Body(SendRequest, f"At most {MAX_BODY:,} bytes of JSON."),
        errors=(*_BODY, InvalidMessage, AddressRefused, UnsupportedFeature, IdempotencyMismatch, TenantLimitExceeded),
        headers=("Location", "Idempotency-Replayed"),
    ),
    "POST /v1/messages/validate": Operation(
        "validateMessage",
        "See what would be sent",
        answers.Validated,
        "Checks all that a send checks; nothing is stored or sent, and it counts in no limit.",
        Scope.MESSAGES_SEND,
        body=Body(SendRequest, "As for a send."),
        errors=(*_BODY, InvalidMessage, AddressRefused, UnsupportedFeature),
    ),
    "POST /v1/messages/{id}/cancel": Operation(
        "cancelMessage",
        "Stop a message",
        (answers.Message, answers.Request),
        "A message that has not been sent yet, one of a request, or what is left of a request. Stopping twice is fine.",
        Scope.MESSAGES_SEND,
        errors=(NotFound, Conflict),
    ),
    "GET /v1/messages": Operation(
        "listMessages",
        "List messages",
        answers.MessagePage,
        "Newest first, by time (single messages and requests), or by one of `recipient` (messages and members of"
        " requests, from whenever), `status` and `request` (its members in their own order). Bad ends (`failed`,"
        " `rejected`, `expired`, `unknown`) are listed by when they ended, members included; other statuses are looked"
        " for among the messages of the time. Without `from` the last 24 hours. Follow `next_cursor` to the end.",
        Scope.MESSAGES_READ,
        query=MessagesQuestion,
        errors=(InvalidQuery, NotFound),
    ),
    "GET /v1/messages/{id}": Operation(
        "readMessage",
        "Read a message",
        _DETAIL,
        "A message, one of a request (`<request>.<digest>`), or a request, with content and history.",
        Scope.MESSAGES_READ,
        errors=(NotFound,),
    ),
    "GET /v1/inbound": Operation(
        "listInbound",
        "List what people wrote",
        answers.InboundPage,
        "Newest first, by time or of one `sender`.",
        Scope.MESSAGES_READ,
        query=InboundQuestion,
        errors=(InvalidQuery,),
        tag="Inbound",
    ),
    "GET /v1/inbound/{id}": Operation(
        "readInbound",
        "Read what a person wrote",
        answers.Inbound,
        scope=Scope.MESSAGES_READ,
        errors=(NotFound,),
        tag="Inbound",
    ),
    "POST /v1/media": Operation(
        "uploadMedia",
        "Upload media",
        MediaDescription,
        "The raw bytes, declared by their content type; the query may give a `filename`.",
        Scope.MEDIA_WRITE,
        HTTPStatus.CREATED,
        body=Body(None, f"At most {MAX_DIRECT:,} bytes; larger media by `POST /v1/media/uploads`."),
        errors=(RequestTooLarge, UnsupportedBody, InvalidMessage),
        headers=("Location",),
        tag="Media",
    ),
    "POST /v1/media/uploads": Operation(
        "startUpload",
        "Get an address to upload to",
        UploadGrant,
        "For large media: then PUT the bytes to `url` with exactly the `headers`.",
        Scope.MEDIA_WRITE,
        HTTPStatus.CREATED,
        body=Body(UploadRequest, "What will be uploaded."),
        errors=(*_BODY, InvalidMessage),
        headers=("Location",),
        tag="Media",
    ),
    "GET /v1/media/{id}": Operation(
        "readMedia",
        "Describe media",
        MediaDescription,
        "With an address to download it from, for a short while.",
        Scope.MEDIA_READ,
        errors=(NotFound,),
        tag="Media",
    ),
    "GET /v1/media/{id}/{signature}": Operation(
        "downloadMedia",
        "Download media",
        None,
        "The address that providers are given: leads to the bytes. The signature is the key.",
        status=HTTPStatus.FOUND,
        errors=(NotFound,),
        headers=("Location",),
        tag="Media",
    ),
    "POST /v1/endpoints": Operation(
        "registerEndpoint",
        "Register an endpoint",
        endpoint_answers.NewlyRegistered,
        "An address of yours that is told of events, as docs/callbacks.md says. Up to 20 a tenant; the same address may"
        " be registered more than once.",
        Scope.ENDPOINTS_WRITE,
        HTTPStatus.CREATED,
        body=Body(NewEndpoint, "Its address, and what it wants to hear of."),
        errors=(*_BODY, InvalidMessage, AddressRefused, TooManyEndpoints),
        headers=("Location",),
        tag="Endpoints",
    ),
    "GET /v1/endpoints": Operation(
        "listEndpoints",
        "List endpoints",
        endpoint_answers.Endpoints,
        scope=Scope.ENDPOINTS_READ,
        tag="Endpoints",
    ),
    "GET /v1/endpoints/{id}": Operation(
        "readEndpoint",
        "Read an endpoint",
        endpoint_answers.Endpoint,
        scope=Scope.ENDPOINTS_READ,
        errors=(NotFound,),
        tag="Endpoints",
    ),
    "PATCH /v1/endpoints/{id}": Operation(
        "changeEndpoint",
        "Change an endpoint",
        endpoint_answers.Endpoint,
        "What is left out stays as it is, also what others change at the same time. Enabling it ends the pause that"
        " its failures have brought it.",
        Scope.ENDPOINTS_WRITE,
        body=Body(EndpointChange, "What is to be otherwise."),
        errors=(*_BODY, InvalidMessage, AddressRefused, NotFound, Conflict),
        tag="Endpoints",
    ),
    "DELETE /v1/endpoints/{id}": Operation(
        "removeEndpoint",
        "Remove an endpoint",
        None,
        "It is told nothing more, and what waited for it is dropped. Removing it twice is a 404.",
        Scope.ENDPOINTS_WRITE,
        HTTPStatus.NO_CONTENT,
        errors=(NotFound,),
        tag="Endpoints",
    ),
    "GET /v1/endpoints/{id}/secret": Operation(
        "readSecrets",
        "Read the secrets",
        endpoint_answers.Secrets,
        scope=Scope.ENDPOINTS_WRITE,
        errors=(NotFound,),
        tag="Endpoints",
    ),
    "POST /v1/endpoints/{id}/rotate": Operation(
        "rotateSecret",
        "Change the secret",
        endpoint_answers.Secrets,
        "The new one is valid at once, the old one until its overlap is over; callbacks are signed with both until"
        " then.",
        Scope.ENDPOINTS_WRITE,
        body=Body(Rotation, "How long the old one stays valid.", required=False),
        errors=(*_BODY, InvalidMessage, NotFound, Conflict),
        tag="Endpoints",
    ),
    "POST /v1/endpoints/{id}/test": Operation(
        "testEndpoint",
        "Call an endpoint now",
        endpoint_answers.Tried,
        "POSTs an event `endpoint.test`, once, be the endpoint enabled or not, and tells what came of it.",
        Scope.ENDPOINTS_WRITE,
        errors=(NotFound,),
        tag="Endpoints",
    ),
    "POST /v1/endpoints/{id}/replay": Operation(
        "replayDeliveries",
        "Try again what was missed",
        endpoint_answers.Replayed,
        "All deliveries that are `waiting` or `failed`, or those of one state; each has all its tries again. Very many"
        " take more than one request: follow `next_cursor`.",
        Scope.ENDPOINTS_WRITE,
        HTTPStatus.ACCEPTED,
        body=Body(Replay, "Which of them.", required=False),
        errors=(*_BODY, InvalidMessage, NotFound, Conflict),
        tag="Endpoints",
    ),
    "GET /v1/endpoints/{id}/deliveries": Operation(
        "listDeliveries",
        "List what was not taken at once",
        endpoint_answers.DeliveryPage,
        "Events that were not taken at the first try, for 30 days. Follow `next_cursor` to the end.",
        Scope.ENDPOINTS_READ,
        query=DeliveriesQuestion,
        errors=(InvalidQuery, NotFound),
        tag="Endpoints",
    ),
    "GET /v1/endpoints/{id}/deliveries/{event}": Operation(
        "readDelivery",
        "Read a delivery",
        endpoint_answers.DeliveryDetail,
        scope=Scope.ENDPOINTS_READ,
        errors=(NotFound,),
        tag="Endpoints",
    ),
    "POST /v1/endpoints/{id}/deliveries/{event}/replay": Operation(
        "replayDelivery",
        "Try one again",
        endpoint_answers.Delivery,
        scope=Scope.ENDPOINTS_WRITE,
        status=HTTPStatus.ACCEPTED,
        errors=(NotFound, Conflict),
        tag="Endpoints",
    ),
    "POST /v1/erasures": Operation(
        "erasePerson",
        "Erase a person",
        ErasureDescription,
        "Everything that is known of this tenant's messages to and from an address goes, within minutes: what was said,"
        " by whom, media that the person sent, events not yet delivered. What waits to be sent to them is cancelled."
        " Statuses, times and idempotency keys stay. It cannot be taken back. What is sent afterwards is not touched.",
        Scope.ERASURES_WRITE,
        HTTPStatus.ACCEPTED,
        body=Body(ErasureRequest, "One `address`, or up to ten `addresses` of the same person."),
        errors=(*_BODY, InvalidMessage),
        headers=("Location",),
        tag="Privacy",
    ),
    "GET /v1/erasures/{id}": Operation(
        "readErasure",
        "See how far an erasure is",
        ErasureDescription,
        "Until a year after it is done.",
        Scope.ERASURES_WRITE,
        errors=(NotFound,),
        tag="Privacy",
    ),
    "GET /v1/capabilities": Operation(
        "checkCapability",
        "Ask what a recipient can receive",
        answers.CapabilityAnswer,
        "The provider is asked, and its answer remembered for a day, or as long as the account's setting"
        " `capability_cache_seconds` says. With a test key nobody is asked: the recipient can receive all that the"
        " channel carries, or nothing when the address ends in 0001.",
        Scope.MESSAGES_SEND,
        query=CapabilityQuestion,
        errors=(InvalidQuery, InvalidMessage, UnsupportedFeature, *_PROVIDER),
        tag="Accounts",
    ),
    "GET /v1/accounts": Operation(
        "listAccounts",
        "List accounts",
        answers.Accounts,
        scope=Scope.ACCOUNTS_READ,
        tag="Accounts",
    ),
    "GET /v1/usage": Operation(
        "readUsage",
        "See how much of the limits is used",
        answers.Usage,
        "The limits of the key's tenant, and how many messages count in them now; none where the tenant has none.",
        Scope.MESSAGES_READ,
        tag="Accounts",
    ),
    "GET /v1/health": Operation("health", "See whether the API answers", answers.Health, tag="Operation"),
    "POST /v1/webhooks/{account}/{kind}": Operation(
        "receiveWebhook",
        "Take what a provider says",
        None,
        "For providers only; `account` is part of the address that `herald accounts` shows, secret included. The answer"
        " is what the provider wants, whatever the body says: nothing authentic is refused or lost.",
        body=Body(None, "Whatever the provider sends."),
        errors=(WebhookNotVerified, NotFound),
        tag="Webhooks",
    ),
    "GET /v1/webhooks/{account}/{kind}": Operation(
        "probeWebhook",
        "See whether a webhook's address exists",
        answers.WebhookReady,
        errors=(WebhookNotVerified, NotFound),
        tag="Webhooks",
    ),
    "HEAD /v1/webhooks/{account}/{kind}": Operation(
        "headWebhook",
        "See whether a webhook's address exists",
        None,
        errors=(WebhookNotVerified, NotFound),
        tag="Webhooks",
    ),
}

_HEADERS: Mapping[str, Json] = {
    "Location": {"description": "Where it is found.", "required": True, "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true` when an earlier request with the same key was accepted; this is its answer.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {
        "description": 'Always `Bearer realm="herald"`.',
        "required": True,
        "schema": {"type": "string"},
    },
    "Allow": {"description": "The methods that this path takes.", "schema": {"type": "string"}},
}

_PATH_PARAMETERS: Mapping[str, str] = {
    "id": "An id that Herald gave.",
    "event": "An event's `id`, or the `webhook-id` under which it was told.",
    "signature": "What makes the link valid, and until when.",
    "account": "Account, epoch and secret, as one word.",
    "kind": "What the provider tells here: `inbound` or `status`.",
}

_IDEMPOTENCY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key is the same message for 72 hours, counted from when it is to be sent. Another body"
    " with the same key is refused. May stand in the body (`idempotency_key`) instead.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "order-4711-shipped",
}

_FILENAME: Json = {
    "name": "filename",
    "in": "query",
    "required": False,
    "description": "The file's name, for channels that show it.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 240},
}


def document() -> Json:
    """The whole description."""
    schemas, references = _schemas()
    paths: Json = {}
    for key, operation in OPERATIONS.items():
        method, _, path = key.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(key, operation, references, schemas)
    for question in _questions():
        schemas.pop(question.__name__)
    return {
        "openapi": "3.1.1",
        "info": {"title": "Herald", "version": VERSION, "description": DESCRIPTION, "license": _LICENSE},
        "servers": [{"url": "/", "description": "The address that `sam deploy` shows as ApiUrl"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in OPERATIONS.values())],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "headers": dict(_HEADERS),
            "examples": {code: {"value": example(code)} for code in PROBLEMS},
            "securitySchemes": {"key": _KEY, "token": _TOKEN},
        },
    }


_LICENSE: Json = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_KEY: Json = {"type": "http", "scheme": "bearer", "description": "A key of a tenant, `hk_…`, or `hkt_…` for tests."}
_TOKEN: Json = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of the issuer that the stack was deployed with, with the claims `tenant` and `scope`; with"
    " `test` true, it is for tests.",
}


def _questions() -> Iterator[type[Model]]:
    yield from (operation.query for operation in OPERATIONS.values() if operation.query)


def _models() -> Iterator[tuple[type[BaseModel], bool]]:
    """Every model, and whether it is an answer."""
    yield answers.Problem, True
    for operation in OPERATIONS.values():
        if operation.body and operation.body.model:
            yield operation.body.model, False
        for answer in _answers(operation):
            yield answer, True
    for question in _questions():
        yield question, False


def _answers(operation: Operation) -> tuple[type[BaseModel], ...]:
    if operation.answer is None:
        return ()
    return operation.answer if isinstance(operation.answer, tuple) else (operation.answer,)


def _schemas() -> tuple[Json, Mapping[type[BaseModel], Json]]:
    """All schemas by name, and a reference to each model's. Answers may grow, so they allow what is not listed."""
    models = dict.fromkeys(model for model, _ in _models())
    references, whole = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    return tidied(whole["$defs"]), {model: references[model, "validation"] for model in models}


_ANSWERED = {
    name
    for module in (answers, endpoint_answers, inbound_content)
    for name, part in vars(module).items()
    if getattr(part, "__module__", "") == module.__name__
}
"""What stands in answers and in no request."""


def tidied(schemas: Json) -> Json:
    """Schemas as people should read them; those of answers allow members that are new."""
    for name, schema in schemas.items():
        _tidy(schema)
        if name in _ANSWERED and "properties" in schema:
            schema.pop("additionalProperties", None)
            schema["properties"] = {member: _told(part) for member, part in schema["properties"].items()}
    return schemas


def _told(schema: Json) -> Json:
    """A property of an answer, or a parameter: one that says nothing is left out, so it is never null."""
    rest = {name: part for name, part in schema.items() if name != "anyOf" and (name, part) != ("default", None)}
    options = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    if len(options) == 1:
        return {**options[0], **rest}
    return {**rest, "anyOf": options} if options else rest


def _tidy(schema: Any) -> None:
    """Titles only repeat a name; descriptions are paragraphs, not lines of code."""
    if isinstance(schema, list):
        for part in schema:
            _tidy(part)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("title"), str):
        del schema["title"]
    if isinstance(schema.get("description"), str):
        schema["description"] = " ".join(schema["description"].split())
    for part in schema.values():
        _tidy(part)


def _operation(key: str, operation: Operation, references: Mapping[type[BaseModel], Json], schemas: Json) -> Json:
    described: Json = {"operationId": operation.name, "summary": operation.summary, "tags": [operation.tag]}
    if operation.description:
        described["description"] = operation.description
    described["security"] = [{"key": []}, {"token": []}] if operation.scope else []
    if operation.scope:
        described["x-scope"] = operation.scope
    if parameters := list(_parameters(key, operation, schemas)):
        described["parameters"] = parameters
    if operation.body:
        described["requestBody"] = _body(operation.body, references)
    return described | {"responses": dict(_responses(operation, references))}


def _parameters(key: str, operation: Operation, schemas: Json) -> Iterator[Json]:
    for name in (part.strip("{}") for part in key.split("/") if part.startswith("{")):
        found = {"name": name, "in": "path", "required": True, "description": _PATH_PARAMETERS[name]}
        yield {**found, "schema": {"type": "string"}}
    if key == "POST /v1/messages":
        yield _IDEMPOTENCY
    if key == "POST /v1/media":
        yield _FILENAME
    if operation.query:
        schema = schemas[operation.query.__name__]
        for name, part in schema["properties"].items():
            yield {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": _told(part)}


def _body(body: Body, references: Mapping[type[BaseModel], Json]) -> Json:
    content: Json = {"*/*": {}} if body.model is None else {"application/json": {"schema": references[body.model]}}
    return {"required": body.required, "description": body.description, "content": content}


def _responses(operation: Operation, references: Mapping[type[BaseModel], Json]) -> Iterator[tuple[str, Json]]:
    yield str(operation.status.value), _success(operation, references)
    errors = [*operation.errors, *((Unauthenticated, Forbidden) if operation.scope else ())]
    if operation.answer is not answers.Health:
        errors += _ALWAYS
    for status in sorted({error.status for error in errors}):
        yield str(status), _refusal([error for error in errors if error.status == status])
    yield "default", _refusal([NotFound, MethodNotAllowed], "Any other error.")


def _success(operation: Operation, references: Mapping[type[BaseModel], Json]) -> Json:
    found = [references[answer] for answer in _answers(operation)]
    response: Json = {"description": operation.status.phrase}
    if operation.headers:
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in operation.headers}
    if found:
        response["content"] = {"application/json": {"schema": found[0] if len(found) == 1 else {"anyOf": found}}}
    return response


def _refusal(errors: list[type[HeraldError]], description: str | None = None) -> Json:
    status = errors[0].status
    headers = [name for name, of in _PROBLEM_HEADERS.items() if any(issubclass(error, of) for error in errors)]
    response: Json = {"description": description or HTTPStatus(status).phrase}
    if headers:
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    examples = {error.code: {"$ref": f"#/components/examples/{error.code}"} for error in errors}
    content = {"schema": {"$ref": _REF.format(model="Problem")}, "examples": examples}
    return {**response, "content": {"application/problem+json": content}}


_PROBLEM_HEADERS: Mapping[str, Errors] = {
    "Retry-After": (TenantLimitExceeded, Unavailable, ProviderThrottled),
    "WWW-Authenticate": (Unauthenticated, WebhookNotVerified),
    "Allow": (MethodNotAllowed,),
}
