"""
Sending: what a body must be, and what is answered.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.smsglobal.driver import NUMBER, OUTGOING, TEXT, Simulator

LINK = {"url": "https://files.example/a%20b.bin"}
GOOD: list[dict[str, Any]] = [
    {"type": "template", "template_name": "welcome"},
    {"type": "template", "template_name": "welcome", "params": []},
    {"type": "template", "template_name": "welcome", "params": ["Ana", "20:00"]},
    {"type": "text", "text": "a"},
    {"type": "text", "text": "я" * 4096, "preview_url": True},
    {"type": "text", "text": "not a URL", "preview_url": False},
    {"type": "image", **LINK},
    {"type": "image", "url": "http://127.0.0.1:8080/a.jpg", "caption": "so"},
    {"type": "video", **LINK, "caption": "so"},
    {"type": "document", **LINK, "filename": "a.pdf", "caption": "so"},
    {"type": "audio", **LINK},
    {"type": "location", "lat": -90, "lng": 180},
    {"type": "location", "lat": 48.2082, "lng": 16.3738, "name": "Herald", "address": "Graben 1"},
    {"type": "sticker", **LINK},
    {"type": "sticker", "id": "sticker-1"},
]
BAD: list[tuple[Any, str]] = [
    ({}, "type must be one of"),
    ({"type": "contacts"}, "type must be one of"),
    ({"type": ["text"]}, "type must be one of"),
    ({"type": "template"}, "template_name is required"),
    ({"type": "template", "template_name": ""}, "template_name must be a string"),
    ({"type": "template", "template_name": "t", "params": "Ana"}, "params must be an array of strings"),
    ({"type": "template", "template_name": "t", "params": [7]}, "params must be an array of strings"),
    ({"type": "text"}, "text is required"),
    ({"type": "text", "text": None}, "text is required"),
    ({"type": "text", "text": ""}, "text must be a string that is not empty"),
    ({"type": "text", "text": "a" * 4097}, "text is longer than 4096 characters"),
    ({"type": "text", "text": "\ud800"}, "text must be a string that is not empty"),
    ({"type": "text", "text": "a", "preview_url": "true"}, "preview_url must be true or false"),
    ({"type": "image"}, "url is required"),
    ({"type": "image", "url": "ftp://files.example/a.jpg"}, "url must be an HTTP or HTTPS URL"),
    ({"type": "image", "url": "https://"}, "url must be an HTTP or HTTPS URL"),
    ({"type": "image", "url": "https://[files"}, "url must be an HTTP or HTTPS URL"),
    ({"type": "image", "url": "https://files.example/a b"}, "url must be an HTTP or HTTPS URL"),
    ({"type": "image", "url": 7}, "url must be an HTTP or HTTPS URL"),
    ({"type": "video", **LINK, "caption": 7}, "caption must be a string"),
    ({"type": "document", **LINK, "filename": 7}, "filename must be a string"),
    ({"type": "audio", "url": ""}, "url must be an HTTP or HTTPS URL"),
    ({"type": "location", "lng": 0}, "lat is required"),
    ({"type": "location", "lat": 0}, "lng is required"),
    ({"type": "location", "lat": 90.01, "lng": 0}, "lat must be a number in [-90, 90]"),
    ({"type": "location", "lat": 0, "lng": -180.01}, "lng must be a number in [-180, 180]"),
    ({"type": "location", "lat": "48", "lng": 0}, "lat must be a number in [-90, 90]"),
    ({"type": "location", "lat": True, "lng": 0}, "lat must be a number in [-90, 90]"),
    ({"type": "location", "lat": float("nan"), "lng": 0}, "lat must be a number in [-90, 90]"),
    ({"type": "sticker"}, "a sticker has either url or id"),
    ({"type": "sticker", **LINK, "id": "sticker-1"}, "a sticker has either url or id"),
]


def errors(answer: Any) -> dict[str, str]:
    """
    The 400's texts by field, each field's joined.
    """
    assert answer.status_code == 400, answer.text
    return {field: "; ".join(held["errors"]) for field, held in answer.json()["errors"].items()}


def test_answer(simulator: Simulator) -> None:
    """
    A Message comes back: an id of 16 digits, the recipient, success, queued, the message as it was sent, and a date.
    """
    answer = simulator.send(to=NUMBER)
    document = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert re.fullmatch(r"[0-9]{16}", str(document.pop("id")))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000", document.pop("createdDate"))
    assert document == {"recipient": NUMBER, "status": "success", "state": "queued", "message": json.dumps(TEXT)}


def test_ids_ascend(simulator: Simulator) -> None:
    """
    A later message has a greater id, and a JSON number of 53 bits holds it.
    """
    ids = [simulator.send().json()["id"] for _ in range(3)]
    assert ids == sorted(set(ids))
    assert ids[-1] < 2**53


@pytest.mark.parametrize("message", GOOD, ids=lambda message: message["type"])
def test_good_message(simulator: Simulator, message: dict[str, Any]) -> None:
    """
    Each type is taken with what its table requires and with what it allows, and nothing about it is odd.
    """
    assert simulator.send(message).status_code == 200
    assert simulator.messages()[0]["remarks"] == []
    assert simulator.messages()[0]["accepted"] is True


@pytest.mark.parametrize(("message", "complaint"), BAD)
def test_bad_message(simulator: Simulator, message: Any, complaint: str) -> None:
    """
    What a table forbids is 400 with an error on `message`, and nothing is sent.
    """
    assert complaint in errors(simulator.send(message))["message"]
    assert simulator.list() == []
    assert simulator.messages()[0]["accepted"] is False


@pytest.mark.parametrize("message", ["", "Hello World", "[]", "null", "[" * 100_000, None, 7, ["text"]])
def test_no_message_object(simulator: Simulator, message: Any) -> None:
    """
    A `message` that holds no JSON object is an error on `message`, never a crash.
    """
    assert set(errors(simulator.call("POST", OUTGOING, {"to": [NUMBER], "message": message}))) == {"message"}


@pytest.mark.parametrize(
    "to",
    [None, [], "61491570156", [None], [""], ["6149"], ["6" * 16], ["+61491570156x"], ["٦١٤٩١٥٧٠١٥٦"], [True], [["1"]]],
)
def test_bad_recipients(simulator: Simulator, to: Any) -> None:
    """
    `to` is an array of numbers of 5 to 15 digits, and not empty.
    """
    answer = simulator.call("POST", OUTGOING, {"to": to, "message": json.dumps(TEXT)})
    assert set(errors(answer)) == {"to"}


def test_all_errors_at_once(simulator: Simulator) -> None:
    """
    Every wrong field is named in one answer.
    """
    assert set(errors(simulator.call("POST", OUTGOING, {}))) == {"to", "message"}


@pytest.mark.parametrize("body", [b"", b"null", b"{", b"[]", b"[" * 200_000, b'{"to":"\xff"}'])
def test_no_json_object(simulator: Simulator, body: bytes) -> None:
    """
    A body that is no JSON object is 400 with one error, never a crash.
    """
    answer = simulator.call("POST", OUTGOING, body)
    assert (answer.status_code, answer.json()) == (400, {"error": "The body must be a JSON object"})


LENIENCIES: list[tuple[dict[str, Any], str]] = [
    ({"message": TEXT}, "message: is an object, not a string"),
    ({"message": json.dumps({"type": "text", "Text": "a"})}, "message: text is spelt Text"),
    ({"message": json.dumps({**TEXT, "preview_url": None})}, "message: preview_url is null"),
    ({"message": json.dumps({**TEXT, "ttl": 7})}, "message: unknown member ttl"),
    ({"to": ["+61 491 570 156"]}, "to: +61 491 570 156 has more than digits"),
    ({"to": [61491570156]}, "to: 61491570156 is an integer"),
    ({"reference": "mine"}, "reference: unknown member"),
]


@pytest.mark.parametrize(("change", "remark"), LENIENCIES)
def test_leniency_is_remarked(simulator: Simulator, change: dict[str, Any], remark: str) -> None:
    """
    What only leniency takes stands as a remark beside the message, which goes to the number's digits.
    """
    body = {"to": [NUMBER], "message": json.dumps(TEXT)} | change
    answer = simulator.call("POST", OUTGOING, body)
    assert answer.json()["recipient"] == NUMBER
    assert simulator.messages()[0]["remarks"] == [remark]


def test_strict(start: Callable[..., Simulator]) -> None:
    """
    Strict, each of these is refused, and the plain request is not.
    """
    simulator = start(strict=True)
    bodies = [{"to": [NUMBER], "message": json.dumps(TEXT)} | change for change, _ in LENIENCIES]
    assert simulator.send().status_code == 200
    assert [simulator.call("POST", OUTGOING, body).status_code for body in bodies] == [400] * len(bodies)


@pytest.mark.parametrize(("encoding", "string", "object_"), [("json_string", 200, 400), ("object", 400, 200)])
def test_encoding_is_a_setting(simulator: Simulator, encoding: str, string: int, object_: int) -> None:
    """
    The account may take `message` in one encoding only; the chosen one is not odd.
    """
    simulator.change(message_encoding=encoding)
    assert simulator.send().status_code == string
    assert simulator.send(encode=False).status_code == object_
    assert not any(message["remarks"] for message in simulator.messages())


def test_object_is_shown_as_string(simulator: Simulator) -> None:
    """
    A message that came as an object is shown as JSON in a string, as the document types it.
    """
    assert json.loads(simulator.send(encode=False).json()["message"]) == TEXT


def test_text_limit_is_a_setting(simulator: Simulator) -> None:
    """
    How long a text may be can be changed.
    """
    simulator.change(text_max=3)
    assert "longer than 3" in errors(simulator.send({"type": "text", "text": "four"}))["message"]


@pytest.mark.parametrize("shape", ["first", "list", "messages"])
def test_two_recipients(simulator: Simulator, shape: str) -> None:
    """
    Two destinations are two messages; the answer is the first, both in a list, or both in an object, as set.
    """
    simulator.change(many_answer=shape)
    document = simulator.send(to=[NUMBER, "61491570157"]).json()
    both = [*reversed(simulator.list())]
    assert [one["recipient"] for one in both] == [NUMBER, "61491570157"]
    queued = [one | {"state": "queued"} for one in both]
    assert document == {"first": queued[0], "list": queued, "messages": {"messages": queued}}[shape]
    results = simulator.messages()[0]["results"]
    assert [(one["recipient"], one["provider_id"]) for one in results] == [
        (one["recipient"], str(one["id"])) for one in both
    ]


@pytest.mark.parametrize("shape", ["first", "list", "messages"])
def test_one_recipient_is_one_message(simulator: Simulator, shape: str) -> None:
    """
    One destination is answered by the documented single object whatever is set for several.
    """
    simulator.change(many_answer=shape)
    assert simulator.send().json()["recipient"] == NUMBER


def test_many_recipients(simulator: Simulator) -> None:
    """
    How many numbers one call may name can be limited, as Sinch's API underneath does.
    """
    assert simulator.send(to=[NUMBER] * 21).status_code == 200
    simulator.change(numbers_max=20)
    assert errors(simulator.send(to=[NUMBER] * 21)) == {"to": "must name 20 numbers at most"}


def test_paths_are_settings(simulator: Simulator) -> None:
    """
    An operation can live elsewhere, under other names as well, and the old path is then unknown.
    """
    paths = {"send": "/v2/whatsapp-message", "outgoing_aliases": ["/v2/whatsapp/messages"]}
    simulator.change(paths=paths)
    assert simulator.call("POST", OUTGOING, {}).status_code == 405
    body = {"to": [NUMBER], "message": json.dumps(TEXT)}
    sent = [
        simulator.call("POST", path, body).json()["id"] for path in ("/v2/whatsapp-message", "/v2/whatsapp/messages")
    ]
    assert [one["id"] for one in simulator.list("/v2/whatsapp/messages")] == [*reversed(sent)]
    assert simulator.get(sent[0], "/v2/whatsapp/messages")["id"] == sent[0]
