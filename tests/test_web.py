"""
The HTTP border: whatever arrives, the answer is the documented one and repeats nothing.
"""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald import web
from herald.body import MAX_MISTAKES, InvalidBody, parse_json
from herald.content import Model
from herald.errors import (
    ConfigurationError,
    Conflict,
    Forbidden,
    HeraldError,
    InvalidMessage,
    InvalidRequest,
    NotFound,
    ProviderRejected,
    ProviderThrottled,
    Reason,
    RequestTooLarge,
    TenantLimitExceeded,
    Unauthenticated,
    Unavailable,
    UnsupportedBody,
)
from herald.models import SendRequest
from herald.web import Answer, Call

TO = "+436641234567"
HELLO = {"channel": "sms", "to": TO, "content": {"type": "text", "text": "hello"}}


def event(method: str = "POST", path: str = "/v1/messages", body: str = "", **more: Any) -> dict[str, Any]:
    """A payload 2.0 event as API Gateway makes it."""
    return {
        "version": "2.0",
        "routeKey": more.pop("route_key", f"{method} {path}"),
        "rawPath": path,
        "rawQueryString": more.pop("query", ""),
        "headers": more.pop("headers", {"content-type": "application/json"}),
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.7"},
            "requestId": "r-1",
            "stage": more.pop("stage", "$default"),
            **more.pop("context", {}),
        },
        "body": body,
        "isBase64Encoded": False,
        **more,
    }


def post(body: bytes, content_type: str | None = "application/json") -> Call:
    """A POST of these bytes."""
    headers = {} if content_type is None else {"content-type": content_type}
    return Call("POST", "/v1/messages", headers=headers, body=body, request_id="r-1")


def refused(body: object) -> InvalidBody:
    """The refusal of this JSON as a message."""
    with pytest.raises(InvalidBody) as caught:
        web.read_json(post(json.dumps(body).encode()), SendRequest)
    return caught.value


def members(answer: Answer) -> dict[str, Any]:
    """The body of an answer."""
    decoded: dict[str, Any] = json.loads(answer["body"])
    return decoded


# Reading the event.


def test_event_becomes_call() -> None:
    """Names of headers are lower case, parameters and query are decoded, the body is bytes."""
    call = Call.read(
        event(
            body="{}",
            query="to=%2B43&to=%2B44&empty=",
            headers={"Content-Type": "application/json; charset=utf-8"},
            pathParameters={"id": "a%2Fb"},
        )
    )
    assert call.headers == {"content-type": "application/json; charset=utf-8"}
    assert call.media_type == "application/json"
    assert call.query == {"to": "+44", "empty": ""}
    assert call.parameters == {"id": "a/b"}
    assert call.body == b"{}"
    assert (call.method, call.source_ip, call.request_id, call.claims) == ("POST", "192.0.2.7", "r-1", None)


def test_encoded_body_is_decoded() -> None:
    """What the gateway does not take for text arrives in base64 and leaves as the bytes that were sent."""
    call = Call.read(event(body=base64.b64encode(b"a=1&\xff").decode(), isBase64Encoded=True))
    assert call.body == b"a=1&\xff"


def test_bare_event() -> None:
    """An event with nothing optional in it is read too."""
    call = Call.read({"requestContext": {"http": {"method": "get"}}})
    assert (call.method, call.path, call.body, call.route_key) == ("GET", "/", b"", "$default")


def test_claims() -> None:
    """The claims are those that API Gateway has verified."""
    call = Call.read(event(context={"authorizer": {"jwt": {"claims": {"tenant": "acme"}, "scopes": None}}}))
    assert call.claims == {"tenant": "acme"}


def test_stage_is_no_part_of_the_path() -> None:
    """A named stage stands before the path, the default one does not."""
    assert Call.read(event(path="/test/v1/health", stage="test")).path == "/v1/health"
    assert Call.read(event(path="/test/v1/health", stage="$default")).path == "/test/v1/health"


# Reading the body.


def test_good_body() -> None:
    """A message is read, whatever parameters its content type has."""
    message = web.read_json(post(json.dumps(HELLO).encode(), "Application/JSON; charset=utf-8"), SendRequest)
    assert str(message.to) == TO


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
def test_other_content_types(content_type: str | None) -> None:
    """Only JSON is JSON: a form that happens to hold some is 415."""
    with pytest.raises(UnsupportedBody):
        web.read_json(post(json.dumps(HELLO).encode(), content_type), SendRequest)


def test_too_large() -> None:
    """One byte more than a megabyte is 413, a megabyte is read."""
    with pytest.raises(RequestTooLarge):
        web.read_json(post(b"{}".ljust(web.MAX_BODY + 1)), SendRequest)
    with pytest.raises(InvalidBody):
        web.read_json(post(b"{}".ljust(web.MAX_BODY)), SendRequest)


UNREADABLE = {
    "nothing": b"",
    "not JSON": b"hello",
    "a comma missing": b'{"a":1 "b":2}',
    "cut": b'{"channel":"sms"',
    "two values": b"{}{}",
    "200 000 brackets": b"[" * 200_000,
    "200 000 braces": b'{"a":' * 200_000,
    "closed brackets": b"[" * 200_000 + b"]" * 200_000,
    "lone surrogate": b'{"channel":"\\ud800"}',
    "lone surrogate in a name": b'{"\\udfff":1}',
    "raw surrogate": b'{"channel":"\xed\xa0\x80"}',
    "not UTF-8": b'{"channel":"\xff"}',
    "UTF-16": '{"channel":"sms"}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "NUL": b"\x00",
    "raw NUL in a text": b'{"channel":"\x00"}',
    "5000 digits": b'{"channel":' + b"9" * 5000 + b"}",
    "an array": b"[]",
    "null": b"null",
    "a number": b"1",
    "a text": b'"{}"',
    "NaN": b"NaN",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable(body: bytes) -> None:
    """What is no JSON object is 400, at once, however it is broken."""
    start = time.perf_counter()
    with pytest.raises(InvalidRequest) as caught:
        web.read_json(post(body), SendRequest)
    assert caught.value.status == 400
    assert time.perf_counter() - start < 1


def test_repeated_name() -> None:
    """Of a name given twice the last value counts, also where it decides the shape."""
    body = b'{"channel":"rcs","channel":"sms","to":"+436641234567","content":{"type":"media","type":"text","text":"a"}}'
    message = web.read_json(post(body), SendRequest)
    assert (message.channel, message.content.type) == ("sms", "text")


CARD = {"type": "card", "card": {"title": "a", "suggestions": [{"type": "reply", "label": ""}]}}
WRONG: dict[str, tuple[Mapping[str, object], str, str]] = {
    "text too short": ({"content": {"type": "text", "text": ""}}, "content.text", "string_too_short"),
    "text too long": ({"content": {"type": "text", "text": "x" * 10_001}}, "content.text", "string_too_long"),
    "NUL in text": ({"content": {"type": "text", "text": "a\x00"}}, "content.text", "invalid"),
    "text missing": ({"content": {"type": "text"}}, "content.text", "missing"),
    "type unknown": ({"content": {"type": "fax", "text": "a"}}, "content.type", "union_tag_invalid"),
    "type missing": ({"content": {"text": "a"}}, "content.type", "union_tag_not_found"),
    "content of a wrong kind": ({"content": 1}, "content", "dict_type"),
    "card empty": ({"content": {"type": "card", "card": {}}}, "content.card", "invalid"),
    "card badly laid out": (
        {"content": {"type": "card", "card": {"title": "a"}, "orientation": "horizontal"}},
        "content",
        "invalid",
    ),
    "suggestion": ({"content": CARD}, "content.card.suggestions[0].label", "string_too_short"),
    "carousel of 11": (
        {"content": {"type": "carousel", "cards": [{"title": "a"}] * 11}},
        "content.cards",
        "too_long",
    ),
    "not E.164": ({"to": "0664 123"}, "to.value", "string_pattern_mismatch"),
    "unicode digits": ({"to": "+٤٣٦٦٤١٢٣٤٥٦٧"}, "to.value", "string_pattern_mismatch"),
    "impossible number": ({"to": "+9990000000"}, "to", "invalid"),
    "a number as number": ({"to": 436641234567}, "to", "model_type"),
    "alias": ({"from": ""}, "from", "string_too_short"),
    "unknown field": ({"colour": "red"}, "colour", "extra_forbidden"),
    "option": ({"options": {"priority": 10}}, "options.priority", "less_than_equal"),
    "variable": ({"variables": {"name": 1}}, "variables.name", "string_type"),
    "name of a variable": ({"variables": {"a b": "x"}}, "variables.?", "string_pattern_mismatch"),
    "time without offset": ({"send_at": "2030-01-01T00:00:00"}, "send_at", "timezone_aware"),
    "time out of range": ({"send_at": "9" * 30 + "-01-01T00:00:00Z"}, "send_at", "datetime_from_date_parsing"),
    "no recipients": ({"recipients": []}, "recipients", "too_short"),
    "1001 recipients": ({"recipients": [{"to": TO}] * 1001}, "recipients", "too_long"),
    "to and recipients": ({"recipients": [{"to": TO}]}, "", "invalid"),
    "a recipient": ({"recipients": [{"to": TO}, {"to": "x"}]}, "recipients[1].to", "invalid"),
}


@pytest.mark.parametrize(("change", "field", "code"), WRONG.values(), ids=WRONG.keys())
def test_field_of_a_mistake(change: Mapping[str, object], field: str, code: str) -> None:
    """A mistake is found under the path that the client wrote, without pydantic's names of union members."""
    error = refused({**HELLO, **change})
    assert (error.mistakes[0].field, error.mistakes[0].code) == (field, code)
    assert error.field == (field or None)
    assert error.status == 422


class Leaf(Model):
    """A part of a part."""

    number: int


class Shapes(Model):
    """What a body may be made of, beyond what a message is."""

    leaves: list[Leaf] | None = None
    either: dict[str, Leaf] | int = 0
    named: dict[str, Leaf] | None = None


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"leaves": [{"number": 1}, {"number": "x"}]}, ["leaves[1].number"]),
        ({"named": {"a": {"number": "x"}}}, ["named.a.number"]),
        ({"either": "x"}, ["either", "either"]),
        ({"either": {"a": {"number": "x"}}}, ["either.a.number", "either"]),
    ],
)
def test_field_in_other_shapes(body: object, fields: list[str]) -> None:
    """Lists, objects and plain unions have paths too."""
    with pytest.raises(InvalidBody) as caught:
        parse_json(json.dumps(body).encode(), Shapes)
    assert [mistake.field for mistake in caught.value.mistakes] == fields


def test_sentences() -> None:
    """A detail goes on where the field's name ends, in lower case and without what was given."""
    error = refused({"channel": "pigeon", "to": TO, "content": {"type": "text", "text": ""}, "colour": 1})
    assert [(mistake.field, mistake.detail) for mistake in error.mistakes] == [
        ("colour", "is not a known field"),
        ("channel", "must be 'sms', 'rcs', 'whatsapp', 'voice', 'push', 'in_app', 'messenger' or 'apple'"),
        ("content.text", "must have at least 1 character"),
    ]
    assert error.detail == "colour is not a known field, and 2 more"


def test_all_mistakes_are_counted() -> None:
    """The first fifty are listed, and the rest does not make the refusal slow."""
    start = time.perf_counter()
    error = refused({**HELLO, **{f"x{number}": 0 for number in range(60_000)}})
    assert len(error.mistakes) == MAX_MISTAKES
    assert error.count == 60_000
    assert time.perf_counter() - start < 5


CANARY = "canary4711"


@pytest.mark.parametrize(
    "change",
    [
        {"to": CANARY},
        {"channel": CANARY},
        {"content": {"type": CANARY}},
        {"content": {"type": "text", "text": [CANARY]}},
        {"content": {"type": "media", "media": {"url": CANARY}}},
        {"send_at": CANARY},
        {"account": CANARY.upper()},
        {f"+{CANARY}": 1},
        {"options": {"flash": CANARY, "priority": CANARY}},
    ],
)
def test_values_are_not_repeated(change: Mapping[str, object]) -> None:
    """Neither a problem nor the exception behind it shows what was refused."""
    error = refused({**HELLO, **change})
    assert CANARY not in web.problem(error, post(b""))["body"].lower()
    assert error.__suppress_context__


@given(st.binary())
def test_any_bytes(body: bytes) -> None:
    """Any bytes are a message or a HeraldError with a problem, never anything else."""
    _read(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["text", TO]),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(SendRequest.model_fields)), inner),
    )
)
def test_any_json(value: object) -> None:
    """So is any JSON, in the places where a message has something."""
    _read(json.dumps(value).encode())
    _read(json.dumps({**HELLO, "content": value}).encode())


def _read(body: bytes) -> None:
    call = post(body)
    try:
        parse_json(body, SendRequest)
    except HeraldError as error:
        answer = web.problem(error, call)
        assert answer["statusCode"] in (400, 422)
        assert members(answer)["title"]


# Problems.


def test_problem() -> None:
    """A problem is RFC 9457 with our code, the field and what to do."""
    error = InvalidMessage("content.text is too long", field="content.text", hint="shorten it")
    answer = web.problem(error, post(b""))
    assert answer["statusCode"] == 422
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert answer["headers"]["cache-control"] == "no-store"
    assert members(answer) == {
        "type": "urn:herald:problem:invalid_message",
        "title": "The body is not valid",
        "status": 422,
        "detail": "content.text is too long",
        "instance": "urn:herald:request:r-1",
        "code": "invalid_message",
        "field": "content.text",
        "hint": "shorten it",
    }


def test_problem_lists_mistakes() -> None:
    """A body with mistakes is told all of them."""
    answer = web.problem(refused({**HELLO, "colour": 1}), post(b""))
    assert members(answer)["errors"] == [
        {"field": "colour", "code": "extra_forbidden", "detail": "is not a known field"}
    ]


def test_problem_of_a_provider() -> None:
    """The provider's own word goes with ours."""
    error = ProviderRejected("unknown sender", reason=Reason.INVALID_SENDER, provider_code="17")
    told = members(web.problem(error, post(b"")))
    assert (told["provider_code"], told["reason"]) == ("17", "invalid_sender")


@pytest.mark.parametrize(
    ("error", "status", "header", "value"),
    [
        (Unauthenticated("no"), 401, "www-authenticate", 'Bearer realm="herald"'),
        (TenantLimitExceeded("no", retry_after=1.2), 429, "retry-after", "2"),
        (Unavailable("no"), 503, "retry-after", "2"),
        (ProviderThrottled("no", retry_after=0), 429, "retry-after", "1"),
        (ProviderThrottled("no"), 429, "retry-after", None),
        (Forbidden("no"), 403, "www-authenticate", None),
        (Conflict("no"), 409, "retry-after", None),
    ],
)
def test_problem_headers(error: HeraldError, status: int, header: str, value: str | None) -> None:
    """Whoever may try again is told when, whoever is unknown is told how to be known."""
    answer = web.problem(error, post(b""))
    assert answer["statusCode"] == status
    assert answer["headers"].get(header) == value


def test_unexpected_error_stays_inside() -> None:
    """An exception that nobody foresaw is a 500 that shows nothing of it."""
    answer = web.problem(ZeroDivisionError(CANARY), Call("GET", "/"))
    assert answer["statusCode"] == 500
    assert CANARY not in answer["body"]
    assert "instance" not in members(answer)


# Answers.


def test_answers() -> None:
    """An answer is JSON in ASCII, or a model's own, or nothing."""
    assert web.answer(200, {"text": "ü"})["body"] == '{"text":"\\u00fc"}'
    assert members(web.answer(200, parse_json(json.dumps(HELLO).encode(), SendRequest)))["channel"] == "sms"
    nothing = web.answer(204, headers={"x-a": "b"})
    assert "body" not in nothing
    assert nothing["headers"]["x-a"] == "b"
    assert "content-type" not in nothing["headers"]


def test_raw_answer() -> None:
    """Bytes go out as they are."""
    answer = web.raw(200, b"\xff\x00", {"Content-Type": "image/png"})
    assert base64.b64decode(answer["body"]) == b"\xff\x00"
    assert answer["isBase64Encoded"] is True
    assert answer["headers"]["content-type"] == "image/png"


# Routes.


def _say(word: str) -> web.Handler:
    return lambda call: web.answer(200, {"handler": word, **call.parameters})


ROUTES: web.Routes = {
    "GET /v1/messages": _say("list"),
    "GET /v1/messages/{id}": _say("one"),
    "GET /v1/messages/summary": _say("summary"),
    "GET /v1/health": _say("health"),
}


def _never(error: BaseException) -> None:
    raise AssertionError from error


def _ask(method: str, path: str, **more: Any) -> Answer:
    return web.serve(event(method, path, **more), ROUTES, failed=_never)


def test_route_key_decides() -> None:
    """Where API Gateway knows the route, its key and parameters are taken."""
    answer = _ask("GET", "/base/v1/messages/a", route_key="GET /v1/messages/{id}", pathParameters={"id": "a"})
    assert members(answer) == {"handler": "one", "id": "a"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/messages", {"handler": "list"}),
        ("/v1/messages/a%20b", {"handler": "one", "id": "a b"}),
        ("/v1/messages/summary", {"handler": "summary"}),
    ],
)
def test_path_decides(path: str, said: Mapping[str, str]) -> None:
    """A function URL has no route keys: the path is matched, a literal part before a parameter."""
    assert members(_ask("GET", path, route_key="$default")) == said


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/messages/", "/v1/messages/a/b", "/v1//health", "/v1/HEALTH", "/%2e%2e"]
)
def test_unknown_path(path: str) -> None:
    """Everything else is 404, as a problem."""
    answer = _ask("GET", path, route_key="$default")
    assert answer["statusCode"] == 404
    assert members(answer)["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/messages", "GET, POST"),
        ("POST", "/v1/messages/a", "GET"),
        ("PUT", "/v1/webhooks/a/b", "GET, HEAD, POST"),
        ("OPTIONS", "/v1/messages/a/cancel", "POST"),
    ],
)
def test_wrong_method(method: str, path: str, allowed: str) -> None:
    """A path of the API with another method is 405 and names the right ones, whichever function serves them."""
    answer = _ask(method, path, route_key="$default")
    assert answer["statusCode"] == 405
    assert answer["headers"]["allow"] == allowed


def test_head() -> None:
    """HEAD is answered like GET, without the body."""
    answer = _ask("HEAD", "/v1/health", route_key="$default")
    assert answer["statusCode"] == 200
    assert "body" not in answer
    assert _ask("HEAD", "/v1/nothing", route_key="$default")["statusCode"] == 404


def test_foreign_route() -> None:
    """A call that belongs to another function is 404, not an exception."""
    assert _ask("POST", "/v1/media", route_key="$default")["statusCode"] == 404


# The border.


@pytest.mark.parametrize(
    ("error", "status", "heard"),
    [
        (ZeroDivisionError("boom"), 500, True),
        (RecursionError(), 500, True),
        (ConfigurationError("no secret"), 500, True),
        (NotFound("no"), 404, False),
        (Unavailable("no"), 503, False),
    ],
)
def test_serve(error: Exception, status: int, heard: bool) -> None:  # noqa: FBT001 - a column of the table
    """Every exception becomes a problem; our own faults are heard of, the client's are not."""

    def fail(_: Call) -> Answer:
        raise error

    faults: list[BaseException] = []
    answer = web.serve(event(), {"POST /v1/messages": fail}, faults.append)
    assert answer["statusCode"] == status
    assert faults == ([error] if heard else [])
