"""
Messaging API v2.
"""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulators.webex_connect.driver import APP, NUMBER, V2, Simulator

OTHER, REFUSED = "+436761234568", "+4366099997102"
URL = "https://example.com/a.png"
REPLY = {"type": "reply", "displayText": "Yes", "postbackData": "y"}
MEDIA = {"url": URL, "height": "MEDIUM", "fileSize": 12}
CARD = {"title": "t", "description": "d", "media": MEDIA, "suggestions": [REPLY] * 2}
RICH = {"title": "t", "orientation": "VERTICAL", "thumbnailAlignment": "LEFT", "media": MEDIA}
SPEECH = {
    "type": "TTS",
    "ttsProcessor": "Azure",
    "language": "en-US",
    "voice": "GuyNeural",
    "region": "Canada",
    "text": "hello",
    "voiceType": "Neural",
    "gender": "male",
}
SUGGESTIONS = [
    REPLY,
    {"type": "viewLocation", "displayText": "d", "latitude": 43.6, "longitude": -79.3, "address": "a"},
    {"type": "shareLocation", "displayText": "d"},
    {"type": "openUrl", "displayText": "d", "url": URL},
    {
        "type": "calendarEvent",
        "displayText": "d",
        "startTime": "2030-01-01T10:00:00Z",
        "endTime": "2030-01-01T11:00:00Z",
        "meetingTitle": "m",
        "meetingDescription": "",
    },
    {"type": "dialPhone", "displayText": "d", "phone": "+431"},
]


def ahead(**delta: float) -> str:
    return (datetime.now(UTC) + timedelta(**delta)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def text(value: str, kind: str = "text", **members: Any) -> dict[str, Any]:
    return {"type": kind, "text": value} | members


@pytest.mark.parametrize("channel", ["sms", "rcs", "voice"])
def test_queued(simulator: Simulator, channel: str) -> None:
    """
    201 with a messageId, which receipts call transid, the reference, and the time with its offset.
    """
    answer = simulator.send_v2(channel, correlationId="ref", callbackData="data")
    document = answer.json()
    assert answer.status_code == 201
    assert set(document) == {"requestTimestamp", "messageId", "correlationId", "status"}
    assert (document["status"], document["correlationId"]) == ("queued", "ref")
    assert re.fullmatch(r".*T.*\+01:00", document["requestTimestamp"])
    assert str(uuid.UUID(document["messageId"])) == document["messageId"]
    assert {each["transid"] for each in simulator.receipts()} == {document["messageId"]}


GOOD: list[tuple[str, dict[str, Any]]] = [
    ("sms", {"content": text("x" * 4000)}),
    ("sms", {"content": text("☃", "unicode")}),
    ("sms", {"content": text("hi"), "sendAt": ahead(days=6.9), "expireAt": ahead(days=6.95), "batchId": "b"}),
    ("sms", {"content": text("hi"), "validity": "259200", "requestedReceipts": ["SENT", "CLICKED", "failed"]}),
    ("sms", {"content": text("hi"), "correlationId": "", "callbackData": "", "notifyUrl": "", "priority": 1}),
    ("sms", {"content": None, "template": {"id": "T1"}}),
    ("rcs", {"content": text("x" * 1024, suggestions=SUGGESTIONS)}),
    ("rcs", {"content": text("t", suggestions=[REPLY] * 10)}),
    ("rcs", {"content": {"type": "media", "mediaContentUrl": URL, "fileSize": 120534, "suggestions": [REPLY]}}),
    ("rcs", {"content": {"type": "standalone", "richCard": RICH | {"suggestions": [REPLY] * 4}}}),
    (
        "rcs",
        {"content": {"type": "standalone", "richCard": RICH | {"thumbnail": MEDIA | {"contentType": "image/gif"}}}},
    ),
    ("rcs", {"content": {"type": "carousel", "width": "SMALL", "cards": [CARD, CARD]}}),
    ("rcs", {"content": {"type": "agentEvent", "event": "IS_TYPING"}}),
    ("rcs", {"content": {"type": "agentEvent", "event": "READ", "messageId": "m"}}),
    ("rcs", {"options": {"smsFallback": True, "smsSenderId": "SENDER", "text": "fall back", "carrierId": 3}}),
    ("rcs", {"requestedReceipts": ["Sent", "Clicked", "Delivered", "Read", "Failed"]}),
    ("voice", {"content": SPEECH}),
    ("voice", {"requestedReceipts": ["offered", "dropped"]}),
]


@pytest.mark.parametrize(("channel", "members"), GOOD)
def test_good(simulator: Simulator, channel: str, members: dict[str, Any]) -> None:
    """
    What the documents allow is queued without a remark.
    """
    answer = simulator.send_v2(channel, **members)
    assert answer.status_code == 201, answer.text
    assert simulator.messages()[0]["remarks"] == []


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("sms", {"channel": None}, "7003"),
    ("sms", {"channel": "fax"}, "7004"),
    ("sms", {"from": ""}, "7003"),
    ("sms", {"from": "ÄÖ"}, "7101"),
    ("sms", {"to": None}, "7003"),
    ("sms", {"to": []}, "7004"),
    ("sms", {"to": [{}]}, "7003"),
    ("sms", {"to": [{"msisdn": ["x"]}]}, "7102"),
    ("sms", {"to": [{"msisdn": [NUMBER], "correlationId": "x" * 51}]}, "7004"),
    ("sms", {"content": None}, "7003"),
    ("sms", {"template": {"id": "T1"}}, "7004"),
    ("sms", {"content": None, "template": {}}, "7003"),
    ("sms", {"content": text("x" * 4001)}, "7107"),
    ("sms", {"content": text("x", "binary")}, "7004"),
    ("sms", {"content": {"type": "text"}}, "7003"),
    ("sms", {"sendAt": ahead(days=7.1)}, "7004"),
    ("sms", {"sendAt": "soon"}, "7004"),
    ("sms", {"expireAt": ahead(days=7.1)}, "7004"),
    ("sms", {"expireAt": ahead(minutes=-1)}, "7005"),
    ("sms", {"expireAt": ahead(hours=1), "validity": "60"}, "7004"),
    ("sms", {"sendAt": ahead(hours=2), "expireAt": ahead(hours=1)}, "7004"),
    ("sms", {"validity": "259201"}, "7004"),
    ("sms", {"validity": "x"}, "7004"),
    ("sms", {"requestedReceipts": ["READ"]}, "7004"),
    ("sms", {"callbackData": "x" * 2001}, "7004"),
    ("sms", {"options": {"shortenLinks": "true"}}, "7003"),
    ("rcs", {"content": text("x" * 1025)}, "7107"),
    ("rcs", {"content": text("t", suggestions=[REPLY] * 11)}, "7004"),
    ("rcs", {"content": text("t", suggestions=[{"type": "openUrl", "displayText": "d"}])}, "7003"),
    ("rcs", {"content": text("t", suggestions=[{"type": "reply"}])}, "7003"),
    ("rcs", {"content": text("t", suggestions=[{"type": "dance", "displayText": "d"}])}, "7004"),
    ("rcs", {"content": {"type": "file", "url": URL}}, "7004"),
    ("rcs", {"content": {"type": "media"}}, "7003"),
    ("rcs", {"content": {"type": "media", "mediaContentUrl": URL, "fileSize": 0}}, "7004"),
    ("rcs", {"content": {"type": "standalone", "richCard": RICH | {"suggestions": [REPLY] * 5}}}, "7004"),
    ("rcs", {"content": {"type": "standalone", "richCard": RICH | {"orientation": "up"}}}, "7004"),
    ("rcs", {"content": {"type": "carousel", "width": "SMALL", "cards": [CARD]}}, "7004"),
    ("rcs", {"content": {"type": "carousel", "width": "LARGE", "cards": [CARD, CARD]}}, "7004"),
    (
        "rcs",
        {"content": {"type": "carousel", "width": "SMALL", "cards": [CARD, CARD | {"suggestions": [REPLY] * 3}]}},
        "7004",
    ),
    ("rcs", {"content": {"type": "agentEvent", "event": "READ"}}, "7003"),
    ("rcs", {"options": {"smsFallback": "true", "smsSenderId": "SENDER"}}, "7003"),
    ("voice", {"content": {"type": "media"}}, "7003"),
    ("voice", {"content": SPEECH | {"voiceType": "Standard"}}, "7004"),
    ("voice", {"content": SPEECH | {"text": "x" * 2001}}, "7004"),
    ("voice", {"requestedReceipts": ["delivered"]}, "7004"),
]


@pytest.mark.parametrize(("channel", "members", "code"), BAD)
def test_bad(simulator: Simulator, channel: str, members: dict[str, Any], code: str) -> None:
    """
    What they forbid is 400 with the code and a message.
    """
    answer = simulator.send_v2(channel, **members)
    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text
    assert set(answer.json()) == {"code", "message"}
    assert simulator.webhooks() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null"])
def test_not_json(simulator: Simulator, body: bytes) -> None:
    """
    A body that is no object is 400 with 7000.
    """
    answer = simulator.post(body, V2)
    assert (answer.status_code, answer.json()) == (400, {"code": "7000", "message": "Invalid JSON"})


def test_too_many(simulator: Simulator) -> None:
    """
    More than a thousand recipients are 7009.
    """
    numbers = [f"+43676{n:07}" for n in range(1001)]
    assert simulator.send_v2("sms", *numbers).json()["code"] == "7009"


def test_known(simulator: Simulator) -> None:
    """
    Senders, apps and templates are known once they are listed, and a template's parameters come as substitutions.
    """
    simulator.change(senders=["OTHER"], apps=["a_1"], templates={"T1": ["name"]})
    assert simulator.send_v2("sms").json()["code"] == "7101"
    assert simulator.send_v2("rcs").json()["code"] == "7104"
    template = {"from": "OTHER", "content": None, "template": {"id": "T1"}}
    assert simulator.send_v2("sms", **template).json()["code"] == "7003"
    assert simulator.send_v2("sms", **template | {"template": {"id": "T2"}}).json()["code"] == "7108"
    assert simulator.send_v2("sms", **template, substitutions={"name": "John"}).status_code == 201


def test_substitutions(simulator: Simulator) -> None:
    """
    `$(name)` is replaced, a recipient's own value before the general one; the length counts afterwards.
    """
    to = [{"msisdn": [NUMBER], "substitutions": {"name": "John"}}, {"msisdn": [OTHER]}]
    general = {"name": "you", "place": "Vienna"}
    content = text("Hi $(name) in $(place), $(nothing)")
    simulator.send_v2(to=to, substitutions=general, content=content)
    texts = simulator.messages()[0]["facts"]["texts"]
    assert texts == {NUMBER: "Hi John in Vienna, $(nothing)", OTHER: "Hi you in Vienna, $(nothing)"}
    long = {"name": "x" * 4000}
    assert simulator.send_v2(substitutions=long, content=text("Hi $(name)")).json()["code"] == "7107"


def test_several_as_one(simulator: Simulator) -> None:
    """
    Several recipients are answered as one; who was refused is told by a receipt.
    """
    answer = simulator.send_v2("sms", NUMBER, REFUSED)
    message_id = answer.json()["messageId"]
    assert answer.status_code == 201
    receipts = simulator.receipts()
    assert {each["transid"] for each in receipts} == {message_id}
    failed = [each["deliveryInfo"] for each in receipts if each["deliveryInfo"]["deliveryStatus"] == "Failed"]
    assert [(one["code"], one["destination"]) for one in failed] == [("7102", REFUSED[1:])]


def test_several_as_list(simulator: Simulator) -> None:
    """
    By setting each recipient has an entry, a refused one its code; the HTTP status of a partial answer is a setting.
    """
    simulator.change(v2_answer="list")
    answer = simulator.send_v2("sms", NUMBER, REFUSED)
    taken, refused = answer.json()
    assert answer.status_code == 201
    assert refused == {"code": "7102", "message": "Invalid address", "correlationId": "", "status": "Rejected"}
    assert {each["transid"] for each in simulator.receipts()} == {taken["messageId"]}
    simulator.change(v2_partial_http=206)
    assert simulator.send_v2("sms", NUMBER, REFUSED).status_code == 206
    assert simulator.send_v2("sms", NUMBER, OTHER).status_code == 201


def test_all_refused(simulator: Simulator) -> None:
    """
    If nobody is taken it is 400 with the first code.
    """
    answer = simulator.send_v2("sms", REFUSED)
    assert (answer.status_code, answer.json()) == (400, {"code": "7102", "message": "Invalid address"})


def test_wanted_receipts(simulator: Simulator) -> None:
    """
    requestedReceipts filters what goes to the notify URL: SENT is SUBMITTED, FAILED covers Un-Delivered.
    """
    simulator.send_v2("sms", NUMBER, "+4366099987109", requestedReceipts=["SENT", "FAILED"])
    words = sorted(each["deliveryInfo"]["deliveryStatus"] for each in simulator.receipts())
    assert words == ["Submitted", "Submitted", "Un-Delivered"]


def test_scheduled(simulator: Simulator) -> None:
    """
    A message for later is queued, and nothing happens yet; one for the past goes now.
    """
    simulator.send_v2("sms", sendAt=ahead(hours=1))
    simulator.send_v2("sms", OTHER, sendAt=ahead(hours=-1))
    simulator.control("GET", "wait", webhooks=2, recipient=OTHER)
    assert simulator.webhooks(recipient=NUMBER) == []


def test_get(simulator: Simulator) -> None:
    """
    A message can be asked for, with the status it has reached; an unknown one is 404 without a body.
    """
    sent = simulator.send_v2("sms", "+4366099987109", correlationId="ref", callbackData="data", notifyUrl=URL)
    message_id = sent.json()["messageId"]
    simulator.control("GET", "wait", webhooks=2)
    shown = simulator.get(message_id).json()
    assert shown["status"] == "Un-Delivered"
    expected = {
        "version": "2.0",
        "messageId": message_id,
        "channel": "sms",
        "direction": "outbound",
        "from": "SENDER",
        "to": "+4366099987109",
        "toType": "msisdn",
        "numSegments": 1,
        "content": {"type": "text", "text": "Hello World"},
        "callbackData": "data",
        "correlationId": "ref",
        "notifyUrl": URL,
    }
    assert {name: shown[name] for name in expected} == expected
    missing = simulator.get("unknown")
    assert (missing.status_code, missing.content) == (404, b"")


def test_wrong_method(simulator: Simulator) -> None:
    """
    Other methods are 405 without a body.
    """
    answer = simulator.http.put(V2, headers={"key": "sim-key"})
    assert (answer.status_code, answer.content, answer.headers["allow"]) == (405, b"", "POST")


def test_names_of_v1(simulator: Simulator) -> None:
    """
    v1's small-letter names mean nothing here: they are remarks.
    """
    simulator.send_v2("voice", notifyurl=URL, correlationid="x")
    assert sorted(simulator.messages()[0]["remarks"]) == [
        "request.correlationid is in no document",
        "request.notifyurl is in no document",
    ]


def test_record(simulator: Simulator) -> None:
    """
    The record has messageId, recipients and references.
    """
    message_id = simulator.send_v2("rcs", correlationId="ref").json()["messageId"]
    (arrival,) = simulator.messages(operation="v2", reference="ref", provider_id=message_id)
    assert (arrival["code"], arrival["recipients"], arrival["body"]["from"]) == ("1001", [NUMBER], APP)
