"""
Bad input over HTTP: each kind has its documented answer, repeats nothing, writes nothing and is never a 500.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from herald.aws.registry import Key
from tests import webhooks
from tests.world import Answer, Json, World

GOOD: Json = {"channel": "sms", "to": "+436761234567", "content": {"type": "text", "text": "Hello"}}
WHATSAPP = GOOD | {"channel": "whatsapp"}
RCS = GOOD | {"channel": "rcs"}
CARD: Json = {"title": "A title"}
TEMPLATE: Json = {"type": "template", "name": "welcome", "language": "de"}
UNKNOWN_ID = "a" * 26


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One for all: what is refused leaves nothing behind."""
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        yield world


def _raw(world: World, body: bytes, content_type: str = "application/json", path: str = "/v1/messages") -> Answer:
    headers = {"authorization": f"Bearer {world.key}", "content-type": content_type}
    return world.call("POST", path, headers, body)


def _is_problem(answer: Answer, status: int, code: str, field: str | None = None) -> None:
    """RFC 9457, with our code, and the field as the client wrote it."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json
    assert (told["status"], told["code"], told["type"]) == (status, code, f"urn:herald:problem:{code}")
    assert {"title", "detail", "instance"} <= told.keys()
    assert told.get("field") == field, told
    assert answer.body.isascii()


DEEP = b"[" * 200_000
SURROGATE = b'{"channel":"sms","to":"+436761234567","content":{"type":"text","text":"\\ud800"}}'


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"", "application/json", 400, "invalid_request"),
        (b"hello", "application/json", 400, "invalid_request"),
        (b"[]", "application/json", 400, "invalid_request"),
        (b"null", "application/json", 400, "invalid_request"),
        (b'"text"', "application/json", 400, "invalid_request"),
        (DEEP, "application/json", 400, "invalid_request"),
        (b'{"content":' * 100_000, "application/json", 413, "request_too_large"),
        (b'{"a":' * 190_000, "application/json", 400, "invalid_request"),
        (b"{}" * 500_000 + b" ", "application/json", 413, "request_too_large"),
        (b"{}" + b" " * 999_999, "application/json", 413, "request_too_large"),
        (b"{}" * 500_000, "application/json", 400, "invalid_request"),
        (SURROGATE, "application/json", 400, "invalid_request"),
        (json.dumps(GOOD).encode("utf-16"), "application/json", 400, "invalid_request"),
        (b"\xff\xfe", "application/json", 400, "invalid_request"),
        (b"to=%2B436761234567&channel=sms", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (json.dumps(GOOD).encode(), "multipart/form-data; boundary=x", 415, "unsupported_media_type"),
        (json.dumps(GOOD).encode(), "text/json", 415, "unsupported_media_type"),
        (json.dumps(GOOD).encode(), "", 415, "unsupported_media_type"),
        (b'{"to":' + b"9" * 5000 + b"}", "application/json", 400, "invalid_request"),
    ],
)
def test_what_is_no_message(world: World, body: bytes, content_type: str, status: int, code: str) -> None:
    """Not JSON, too deep, too large, a form, no UTF-8, lone surrogates: refused before anything is looked at."""
    before = webhooks.table()
    answer = _raw(world, body, content_type)
    _is_problem(answer, status, code, answer.json.get("field"))
    assert webhooks.table() == before


def _content(**content: Any) -> Json:
    return {"content": content}


SENDS: list[tuple[Json, str, str]] = [
    ({"to": None}, "invalid_message", ""),
    ({"channel": "fax"}, "invalid_message", "channel"),
    ({"channel": 7}, "invalid_message", "channel"),
    ({"surprise": "SECRETVALUE"}, "invalid_message", "surprise"),
    ({"to": "0676 SECRETVALUE"}, "invalid_message", "to"),
    ({"to": "436761234567"}, "invalid_message", "to"),
    ({"to": "+436"}, "invalid_message", "to"),
    ({"to": "+4367612345678901234"}, "invalid_message", "to"),
    ({"to": "+43676 1234567"}, "invalid_message", "to"),
    ({"to": "+43676123456\uff17"}, "invalid_message", "to"),
    ({"to": "+٤٣٦٧٦١٢٣٤٥٦٧"}, "invalid_message", "to"),
    ({"to": "+436761234567;ext=1"}, "invalid_message", "to"),
    ({"to": "+436761234567\n"}, "invalid_message", "to"),
    ({"to": 436761234567}, "invalid_message", "to"),
    ({"to": 43.5}, "invalid_message", "to"),
    ({"to": []}, "invalid_message", "to"),
    ({"to": ["+436761234567"] * 11}, "invalid_message", "to"),
    ({"to": ["+436761234567", "0676"]}, "invalid_message", "to[1]"),
    ({"to": [{"type": "email", "value": "a@example.org"}]}, "unsupported_feature", "to"),
    ({"to": {"type": "email", "value": "a@example.org"}}, "unsupported_feature", "to"),
    ({"to": {"type": "pigeon", "value": "x"}}, "invalid_message", "to.type"),
    ({"to": None, "recipients": []}, "invalid_message", "recipients"),
    ({"to": None, "recipients": [{"to": f"+43676{one:07}"} for one in range(1001)]}, "invalid_message", "recipients"),
    ({"to": None, "recipients": [{"to": "+436761234567"}, {"to": "x"}]}, "invalid_message", "recipients[1].to"),
    ({"recipients": [{"to": "+436761234567"}]}, "invalid_message", ""),
    (_content(type="text", text=""), "invalid_message", "content.text"),
    (_content(type="text", text="x" * 4097) | {"channel": "whatsapp"}, "invalid_message", "content.text"),
    (_content(type="text", text="a\x00b"), "invalid_message", "content.text"),
    (_content(type="text", text="\x1b[31m"), "invalid_message", "content.text"),
    (_content(type="text"), "invalid_message", "content.text"),
    (_content(type="poem", text="x"), "invalid_message", "content.type"),
    (_content(text="x"), "invalid_message", "content.type"),
    ({"content": "text"}, "invalid_message", "content"),
    ({"content": None}, "invalid_message", "content"),
    ({"account": "nobody"}, "invalid_message", "account"),
    ({"account": "Not A Name"}, "invalid_message", "account"),
    ({"from": "nobody-s"}, "invalid_message", "from"),
    ({"send_at": "tomorrow"}, "invalid_message", "send_at"),
    ({"send_at": "2025-06-15T12:00:00"}, "invalid_message", "send_at"),
    ({"send_at": "9999-12-31T23:59:59Z"}, "invalid_message", "send_at"),
    ({"send_at": "0001-01-01T00:00:00+14:00"}, "invalid_message", "send_at"),
    ({"send_at": 1e400}, "invalid_message", "send_at"),
    ({"reference": "a\nb"}, "invalid_message", "reference"),
    ({"reference": "x" * 65}, "invalid_message", "reference"),
    ({"idempotency_key": ""}, "invalid_message", "idempotency_key"),
    ({"idempotency_key": "\x00"}, "invalid_message", "idempotency_key"),
    ({"options": {"priority": 10}}, "invalid_message", "options.priority"),
    ({"policy": "twice"}, "invalid_message", "policy"),
    ({"lane": "fast"}, "invalid_message", "lane"),
    (_content(type="card", card={}) | {"channel": "rcs"}, "invalid_message", "content.card"),
    (_content(type="carousel", cards=[CARD] * 11) | {"channel": "rcs"}, "invalid_message", "content.cards"),
    (_content(type="carousel", cards=[]) | {"channel": "rcs"}, "invalid_message", "content.cards"),
    (_content(type="card", card=CARD) | {"strict": True}, "unsupported_feature", "content.type"),
]


@pytest.mark.parametrize(("change", "code", "field"), SENDS, ids=[str(number) for number in range(len(SENDS))])
def test_what_cannot_be_sent(world: World, change: Json, code: str, field: str) -> None:
    """422 with the field by its path, by send and by validate alike; the value is not repeated, nothing is written."""
    body = {name: value for name, value in (GOOD | change).items() if value is not None or name == "content"}
    world.records("TransactionalQueue")
    before = webhooks.table()
    for path in ("/v1/messages", "/v1/messages/validate"):
        answer = world.post(path, body)
        _is_problem(answer, 422, code, answer.json.get("field"))
        assert (answer.json.get("field") or "").startswith(field), answer.json
        assert bool(answer.json.get("field")) == bool(field), answer.json
        assert b"SECRETVALUE" not in answer.body
    assert webhooks.table() == before
    assert world.records("TransactionalQueue") == []


@pytest.mark.parametrize("text", ["x", "x" * 4096, "\U0001f600" * 4096, "a\tb\nc", "\u202e", "\ufffe"])
def test_texts_that_are_fine(world: World, text: str) -> None:
    """Limits count characters, not bytes; a text comes out as it went in."""
    answer = world.post("/v1/messages", WHATSAPP | _content(type="text", text=text))
    assert answer.status == 202, answer.body
    assert world.get(f"/v1/messages/{answer.json['id']}").json["content"]["text"] == text


@pytest.mark.parametrize("parameter", ["a\nb", "x" * 1025])
def test_bad_placeholders(world: World, parameter: str) -> None:
    """A placeholder with a newline or of 1025 characters is refused before the call, with its field."""
    content = TEMPLATE | {"parameters": [{"type": "text", "text": parameter}]}
    answer = world.post("/v1/messages", WHATSAPP | {"content": content})
    if answer.json.get("errors"):
        content = TEMPLATE | {"body": [parameter]}
        answer = world.post("/v1/messages", WHATSAPP | {"content": content})
    _is_problem(answer, 422, "invalid_message", answer.json.get("field"))
    assert answer.json["field"].startswith("content")


BODIES = [
    (b"", "image/png"),
    (b"MZ" + b"\x00" * 100, "image/png"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
    (b"\x89PNG\r\n\x1a\n" + b"\x00" * 5_000_000, "image/png"),
    (b"hello", "application/x-msdownload"),
]


@pytest.mark.parametrize(("body", "content_type"), BODIES, ids=range(len(BODIES)))
def test_bad_media(world: World, body: bytes, content_type: str) -> None:
    """Media of 0 bytes, of the wrong or a lying type, or too large is refused as a problem, and not kept."""
    answer = _raw(world, body, content_type, "/v1/media")
    assert answer.status in (400, 413, 415, 422), answer.body
    _is_problem(answer, answer.status, answer.json["code"], answer.json.get("field"))


@pytest.mark.parametrize("media", ["x", UNKNOWN_ID, {"id": UNKNOWN_ID}])
def test_unknown_media(world: World, media: object) -> None:
    """Media that is not there is 422."""
    body = WHATSAPP | _content(type="media", kind="image", media=media)
    answer = world.post("/v1/messages", body)
    _is_problem(answer, 422, answer.json["code"], answer.json.get("field"))
    assert answer.json["field"].startswith("content.media")


PATHS = [
    "/v1/messages/{id}",
    "/v1/inbound/{id}",
    "/v1/media/{id}",
]
IDS = [UNKNOWN_ID, "x", "%00", "..", quote("ä" * 300), "a" * 5000, f"{UNKNOWN_ID}.{'b' * 10}", "%2e%2e%2fv1"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("identifier", IDS, ids=range(len(IDS)))
def test_unknown_ids(world: World, path: str, identifier: str) -> None:
    """An id that is unknown, or none at all, is 404."""
    _is_problem(world.get(path.format(id=identifier)), 404, "not_found")


@pytest.mark.parametrize("identifier", IDS, ids=range(len(IDS)))
def test_unknown_ids_to_cancel(world: World, identifier: str) -> None:
    """What is not there cannot be cancelled: 404."""
    _is_problem(world.post(f"/v1/messages/{identifier}/cancel"), 404, "not_found")


def _changed(world: World, **facts: Any) -> str:
    """A key that something has happened to."""
    key = world.add_key("acme")
    stored = world.operator.registry.read_key(key.split("_")[1])
    changed: Key = replace(stored.value, **facts)
    world.operator.registry.change_key(changed, stored.version)
    return key


def _headers(world: World) -> list[str]:
    good = world.key
    return [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        f"Basic {good}",
        good,
        f"Bearer {good}x",
        f"Bearer {good[:-1]}",
        f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}",
        f"Bearer hk_{'a' * 8}_{'b' * 43}",
        f"Bearer {good.upper()}",
        f"Bearer {_changed(world, revoked=True)}",
        f"Bearer {_changed(world, not_after=world.clock.now)}",
        "Bearer \uff48\uff4b_" + "a" * 52,
    ]


ROUTES = [
    ("POST", "/v1/messages"),
    ("POST", "/v1/messages/validate"),
    ("POST", f"/v1/messages/{UNKNOWN_ID}/cancel"),
    ("GET", "/v1/messages"),
    ("GET", f"/v1/messages/{UNKNOWN_ID}"),
    ("GET", "/v1/inbound"),
    ("GET", f"/v1/inbound/{UNKNOWN_ID}"),
    ("POST", "/v1/media"),
    ("POST", "/v1/media/uploads"),
    ("GET", f"/v1/media/{UNKNOWN_ID}"),
    ("GET", "/v1/capabilities?channel=rcs&to=%2B436761234567"),
    ("GET", "/v1/accounts"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_bad_keys(world: World, method: str, path: str) -> None:
    """A key that is missing, malformed, unknown, altered, expired or revoked is 401 on every route, all alike."""
    answers = []
    for header in _headers(world):
        sent = {"content-type": "application/json"} | ({"authorization": header} if header else {})
        answer = world.call(method, path, sent, json.dumps(GOOD).encode())
        _is_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        answers.append(answer)
    assert len({answer.json["detail"] for answer in answers}) <= 2


QUERIES = [
    "/v1/messages?limit=0",
    "/v1/messages?limit=x",
    "/v1/messages?limit=99999",
    "/v1/messages?cursor=x",
    "/v1/messages?cursor=%00",
    "/v1/messages?surprise=SECRETVALUE",
    "/v1/messages?status=SECRETVALUE",
    "/v1/messages?to=SECRETVALUE",
    "/v1/inbound?limit=-1",
    "/v1/inbound?cursor=SECRETVALUE",
    "/v1/capabilities",
    "/v1/capabilities?channel=SECRETVALUE&to=%2B436761234567",
    "/v1/capabilities?channel=rcs&to=SECRETVALUE",
]


@pytest.mark.parametrize("path", QUERIES)
def test_bad_queries(world: World, path: str) -> None:
    """A query that cannot be meant is refused with its parameter, which is not repeated."""
    answer = world.get(path)
    assert answer.status in (400, 422), answer.body
    _is_problem(answer, answer.status, answer.json["code"], answer.json.get("field"))
    assert b"SECRETVALUE" not in answer.body


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/v1/messages/a/b/c", "/v1/%00", "/v1/" + "x" * 4000])
def test_nothing_there(world: World, path: str) -> None:
    """An unknown path is 404 as a problem."""
    _is_problem(world.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/v1/messages"), ("DELETE", "/v1/health"), ("PATCH", "/v1/media")]
)
def test_wrong_method(world: World, method: str, path: str) -> None:
    """A known path by a wrong method is 405 and says which are right."""
    answer = world.call(method, path, {"authorization": f"Bearer {world.key}"})
    _is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"]
