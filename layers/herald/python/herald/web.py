"""
The HTTP border: payload 2.0 events of an HTTP API or a function URL in, answers and RFC 9457 problems out.

A problem never repeats a value that was refused, and no exception of ours shows its inside. Routing is a look-up
by API Gateway's own route key; only a function URL, HEAD and the catch-all route need the path to be matched.
"""

import base64
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from pydantic import BaseModel

from herald.body import parse_json
from herald.errors import (
    HeraldError,
    MethodNotAllowed,
    NotFound,
    RequestTooLarge,
    UnsupportedBody,
)

MAX_BODY = 1_000_000
"""Bytes that `POST /v1/messages` takes; other routes say theirs."""

ROUTES = (
    "POST /v1/messages",
    "POST /v1/messages/validate",
    "POST /v1/messages/{id}/cancel",
    "GET /v1/messages",
    "GET /v1/messages/{id}",
    "GET /v1/inbound",
    "GET /v1/inbound/{id}",
    "POST /v1/media",
    "POST /v1/media/uploads",
    "GET /v1/media/{id}",
    "GET /v1/media/{id}/{signature}",
    "POST /v1/endpoints",
    "GET /v1/endpoints",
    "GET /v1/endpoints/{id}",
    "PATCH /v1/endpoints/{id}",
    "DELETE /v1/endpoints/{id}",
    "GET /v1/endpoints/{id}/secret",
    "POST /v1/endpoints/{id}/rotate",
    "POST /v1/endpoints/{id}/test",
    "POST /v1/endpoints/{id}/replay",
    "GET /v1/endpoints/{id}/deliveries",
    "GET /v1/endpoints/{id}/deliveries/{event}",
    "POST /v1/endpoints/{id}/deliveries/{event}/replay",
    "POST /v1/erasures",
    "GET /v1/erasures/{id}",
    "GET /v1/capabilities",
    "GET /v1/accounts",
    "GET /v1/usage",
    "GET /v1/health",
    "POST /v1/webhooks/{account}/{kind}",
    "GET /v1/webhooks/{account}/{kind}",
    "HEAD /v1/webhooks/{account}/{kind}",
)
"""Every route of the API, whichever function serves it: whoever meets a wrong method can say which are right."""

_SECURITY = {
    "cache-control": "no-store",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}

type Answer = dict[str, Any]
"""What a function gives back to the HTTP API, in payload 2.0."""


@dataclass(frozen=True, slots=True)
class Call:
    """
    One HTTP request.

    Header names are lower case, the body is raw bytes, path and query parameters are percent-decoded once.
    `route_key` is API Gateway's (`POST /v1/messages`, or `$default`); `source_ip` is who really connected, never
    X-Forwarded-For. `claims` are those of a JWT that an authorizer of the gateway has verified.
    """

    method: str
    path: str
    route_key: str = "$default"
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    source_ip: str = ""
    request_id: str = ""
    claims: Mapping[str, str] | None = None

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> Self:
        """The request in a payload 2.0 event. Of query parameters given twice the last one counts."""
        context = event["requestContext"]
        http = context["http"]
        return cls(
            method=http["method"].upper(),
            path=_path(event.get("rawPath") or http.get("path") or "/", context.get("stage", "$default")),
            route_key=event.get("routeKey", "$default"),
            parameters={name: unquote(value) for name, value in (event.get("pathParameters") or {}).items()},
            query=dict(parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)),
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            body=_body(event.get("body") or "", encoded=event.get("isBase64Encoded", False)),
            source_ip=http.get("sourceIp", ""),
            request_id=context.get("requestId", ""),
            claims=((context.get("authorizer") or {}).get("jwt") or {}).get("claims"),
        )

    @property
    def media_type(self) -> str:
        """The declared content type without parameters, in lower case; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def _path(raw: str, stage: str) -> str:
    """The path without the stage, which a stage that is not the default puts before it."""
    return raw.removeprefix(f"/{stage}") if raw.startswith(f"/{stage}/") else raw


def _body(text: str, *, encoded: bool) -> bytes:
    """The bytes as they came: the gateway encodes whatever it does not take for text, forms included."""
    return base64.b64decode(text) if encoded else text.encode("utf-8", "surrogatepass")


def read_json[M: BaseModel](call: Call, model: type[M], max_bytes: int = MAX_BODY) -> M:
    """
    The body as this model.

    Raises UnsupportedBody, RequestTooLarge, InvalidRequest (no JSON object) or InvalidBody (a wrong one).
    """
    if call.media_type != "application/json":
        raise UnsupportedBody("the body must be JSON", hint="send it with content-type: application/json")
    if len(call.body) > max_bytes:
        raise RequestTooLarge(f"the body has {len(call.body)} bytes, {max_bytes} are allowed")
    return parse_json(call.body, model)


# Answers.


def answer(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer: a pydantic model, or anything that `json` can write; without a body for None."""
    if body is None:
        return {"statusCode": status, "headers": {**_SECURITY, **(headers or {})}}
    text = body.model_dump_json(by_alias=True) if isinstance(body, BaseModel) else _json(body)
    return {
        "statusCode": status,
        "headers": {**_SECURITY, "content-type": "application/json", **(headers or {})},
        "body": text,
    }


def raw(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    """Exactly these bytes, for what is not ours to shape: a provider's acknowledgement, a file."""
    return {
        "statusCode": status,
        "headers": {**_SECURITY, **{name.lower(): value for name, value in (headers or {}).items()}},
        "body": base64.b64encode(body).decode("ascii"),
        "isBase64Encoded": True,
    }


def problem(error: BaseException, call: Call) -> Answer:
    """An error as an RFC 9457 problem; one that is not ours says nothing but that it happened."""
    told = error if isinstance(error, HeraldError) else HeraldError("something failed inside the gateway")
    members = {
        "type": f"urn:herald:problem:{told.code}",
        "title": told.title,
        "status": told.status,
        "detail": told.detail,
        "instance": f"urn:herald:request:{call.request_id}" if call.request_id else None,
        "code": told.code,
        "field": told.field,
        "hint": told.hint,
        "reason": getattr(told, "reason", None),
        "provider_code": getattr(told, "provider_code", None),
        "errors": [
            {"field": one.field, "code": one.code, "detail": one.detail} for one in getattr(told, "mistakes", ())
        ],
    }
    body = _json({name: value for name, value in members.items() if value not in (None, [])})
    return {"statusCode": told.status, "headers": {**_SECURITY, **_problem_headers(told)}, "body": body}


def _problem_headers(error: HeraldError) -> dict[str, str]:
    headers = {"content-type": "application/problem+json"}
    retry_after: float | None = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["retry-after"] = str(max(math.ceil(retry_after), 1))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = 'Bearer realm="herald"'
    if isinstance(error, _WrongMethod):
        headers["allow"] = ", ".join(error.allowed)
    return headers


def _json(body: object) -> str:
    """ASCII on the wire, so no character can be spoiled or refused on the way."""
    return json.dumps(body, separators=(",", ":"))


# Routes.

type Handler = Callable[[Call], Answer]
type Routes = Mapping[str, Handler]
"""Handlers by API Gateway's spelling of a route: `POST /v1/messages/{id}/cancel`."""


class _WrongMethod(MethodNotAllowed):
    """The path exists for the `allowed` methods only."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"this path takes {', '.join(allowed)}")
        self.allowed = allowed


def route(routes: Routes, call: Call) -> Answer:
    """
    Let the route's handler answer the call; a HEAD is answered by GET's handler where it has none of its own.

    Raises NotFound, or MethodNotAllowed when the path exists in the API for other methods.
    """
    if handler := routes.get(call.route_key):
        return handler(call)
    found = _matches(routes, call.path)
    for method in (call.method, "GET") if call.method == "HEAD" else (call.method,):
        if method in found:
            key, parameters = found[method]
            return routes[key](replace(call, parameters=parameters))
    allowed = sorted({*_matches(ROUTES, call.path), *found} - {call.method})
    if allowed:
        raise _WrongMethod(allowed)
    raise NotFound("there is nothing at this path")


def _matches(keys: Sequence[str] | Routes, path: str) -> dict[str, tuple[str, dict[str, str]]]:
    """By method, the route that fits the path best and its parameters; a literal part beats a parameter."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for key in sorted(keys, key=lambda key: -key.count("{")):
        method, _, template = key.partition(" ")
        parameters = _match(template, path)
        if parameters is not None:
            found[method] = (key, parameters)
    return found


def _match(template: str, path: str) -> dict[str, str] | None:
    """The decoded parameters when the path fits the template, else None. A parameter is one part, never empty."""
    wanted, given = template.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    parameters: dict[str, str] = {}
    for name, part in zip(wanted, given, strict=True):
        if name.startswith("{") and part:
            parameters[name.strip("{}")] = unquote(part)
        elif name != part:
            return None
    return parameters


def serve(event: Mapping[str, Any], routes: Routes, failed: Callable[[BaseException], None]) -> Answer:
    """
    A function's whole HTTP life: read the event, route the call, answer or tell the problem.

    `failed` hears of every error that is our own fault (5xx that a repeat will not cure), to log it.
    """
    call = Call.read(event)
    try:
        given = route(routes, call)
    except Exception as error:  # noqa: BLE001 - the border: nothing may leave as a stack trace
        if not isinstance(error, HeraldError) or error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            failed(error)
        given = problem(error, call)
    if call.method == "HEAD":
        given.pop("body", None)
        given.pop("isBase64Encoded", None)
    return given
