"""
What a call must hold, in Huawei's limits: missing members are 400, wrong values 500 or, by setting, 400.
"""

import math
from typing import Any

import pytest

from tests.simulators.huawei_aicc.driver import NUMBER, TEXT, Simulator, body, destination


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


MISSING: list[tuple[str, Any]] = [
    ("no bulkId", without(body(), "bulkId")),
    ("an empty bulkId", body(bulkId=" ")),
    ("a null bulkId", body(bulkId=None)),
    ("no destinations", without(body(), "destinations")),
    ("empty destinations", body(destinations=[])),
    ("no messageId", body(without(destination(), "messageId"))),
    ("an empty messageId", body(destination(message_id=""))),
    ("no messageId in the second", body(destination(), without(destination(), "messageId"))),
    ("no to", body(without(destination(), "to"))),
    ("no phoneNumber", body({"messageId": "mine", "to": {}})),
    ("no whatsApp", without(body(), "whatsApp")),
    ("an empty whatsApp", body(whatsApp={})),
    ("an empty text", body(whatsApp={"text": ""})),
    ("only unknown content", body(whatsApp={"fileUrl": "https://example.com/a.pdf"})),
    ("a place without coordinates", body(whatsApp={"locationName": "Wien"})),
    ("an address without coordinates beside a text", body(whatsApp={"text": "hi", "address": "Wien"})),
    ("a latitude alone", body(whatsApp={"latitude": 48.2})),
    ("a longitude of nowhere", body(whatsApp={"text": "hi", "longitude": 16.3})),
    ("templateData alone", body(whatsApp={"templateData": []})),
    ("a language alone", body(whatsApp={"text": "hi", "language": "en"})),
    ("a media template without a name", body(whatsApp={"mediaTemplateData": {}})),
]
BAD: list[tuple[str, Any]] = [
    ("a list for the body", []),
    ("a text for the body", "hello"),
    ("an object for destinations", body(destinations={})),
    ("a text for a destination", body(destinations=["436601234567"])),
    ("a text for to", body({"messageId": "mine", "to": NUMBER})),
    ("a list for a messageId", body({"messageId": ["mine"], "to": {"phoneNumber": NUMBER}})),
    ("a plus", body({"messageId": "mine", "to": {"phoneNumber": f"+{NUMBER}"}})),
    ("blanks in a number", body(destination("43 660 1234567"))),
    ("a national number", body(destination("06601234567"))),
    ("a short number", body(destination("4366"))),
    ("a long number", body(destination("4366012345678901"))),
    ("a number of other digits", body(destination("٤٣٦٦٠١٢٣٤٥٦٧"))),
    ("a text for whatsApp", body(whatsApp="hello")),
    ("an object for the text", body(whatsApp={"text": {}})),
    ("a truth for the text", body(whatsApp={"text": True})),
    ("half a character", body(whatsApp={"text": "\ud83d"})),
    ("a URL that is none", body(whatsApp={"imageUrl": "image.jpg"})),
    ("a URL of another scheme", body(whatsApp={"audioUrl": "ftp://example.com/a.aac"})),
    ("a blank in a URL", body(whatsApp={"videoUrl": "https://example.com/a b.mp4"})),
    ("a long URL", body(whatsApp={"imageUrl": "https://example.com/".ljust(2049, "a")})),
    ("a long name of a place", body(whatsApp={"latitude": 0, "longitude": 0, "locationName": "a" * 1001})),
    ("a long address", body(whatsApp={"latitude": 0, "longitude": 0, "address": "a" * 1001})),
    ("a latitude beyond the pole", body(whatsApp={"latitude": 90.1, "longitude": 0})),
    ("a longitude too far west", body(whatsApp={"latitude": 0, "longitude": -180.5})),
    ("a latitude that is no number", body(whatsApp={"latitude": "north", "longitude": 0})),
    ("a latitude that is not a number at all", body(whatsApp={"latitude": math.nan, "longitude": 0})),
    ("a latitude that is a truth", body(whatsApp={"latitude": True, "longitude": 0})),
    ("a number among templateData", body(whatsApp={"templateName": "t", "language": "en", "templateData": [1]})),
    ("a null among templateData", body(whatsApp={"templateName": "t", "language": "en", "templateData": [None]})),
    ("a text for templateData", body(whatsApp={"templateName": "t", "language": "en", "templateData": "a"})),
    ("no time", body(sendAt="tomorrow")),
    ("a time before all calendars", body(sendAt="0001-01-01T00:00:00.000+1200")),
    ("a time of no offset", body(sendAt="2021-05-24T10:45:38.000")),
]


@pytest.mark.parametrize(("name", "document"), MISSING)
def test_missing(simulator: Simulator, name: str, document: Any) -> None:
    """
    What is required and missing is 400, and nothing is taken.
    """
    assert simulator.post(document).status_code == 400, name
    assert simulator.sent() == {}


@pytest.mark.parametrize(("name", "document"), BAD)
def test_bad(simulator: Simulator, name: str, document: Any) -> None:
    """
    A wrong value is 500, as Huawei's page hints, or 400 by setting; nothing is taken.
    """
    assert simulator.post(document).status_code == 500, name
    simulator.change(bad_value_status=400)
    assert simulator.post(document).status_code == 400, name
    assert simulator.sent() == {}


@pytest.mark.parametrize(
    "whatsapp",
    [
        {"text": "a" * 10_000},
        {"imageUrl": "https://example.com/".ljust(2048, "a")},
        {"latitude": -90, "longitude": 180, "locationName": "a" * 1000, "address": "a" * 1000},
        {"latitude": 90.0, "longitude": -180.0},
        {"imageUrl": "https://example.com/a.png", "text": "caption"},
        {"videoUrl": "http://example.com/a.mp4", "text": "caption"},
        {"audioUrl": "HTTPS://example.com/a.aac?b=c#d"},
        {"templateName": "t", "language": "zh_CN"},
        {"templateName": "t", "language": "zh_CN", "templateData": ["a", ""]},
    ],
)
def test_good(simulator: Simulator, whatsapp: dict[str, Any]) -> None:
    """
    What is at a limit is inside, and nothing is remarked; no limit of the text is documented.
    """
    assert simulator.say(**whatsapp).status_code == 200
    assert simulator.arrival()["remarks"] == []


@pytest.mark.parametrize("content", [b"", b"null", b"{", b"\xff", b"[" * 100_000])
def test_no_json(simulator: Simulator, content: bytes) -> None:
    """
    A body that is no JSON is 400.
    """
    headers = {"Authorization": f"Bearer {simulator.token()}", "x-app-key": "sim-app-key"}
    headers |= {"Content-Type": "application/json"}
    path = simulator.control("GET", "settings")["paths"]["send"]
    assert simulator.http.post(path, content=content, headers=headers).status_code == 400


LENIENT: list[tuple[dict[str, Any], str]] = [
    (body(notifyUrl="https://example.com"), "notifyUrl is unknown"),
    (body(whatsApp=TEXT | {"fileUrl": "https://example.com/a.pdf"}), "whatsApp.fileUrl is unknown"),
    (body(destination() | {"extra": 1}), "destinations[0].extra is unknown"),
    (body(sendAt=None), "sendAt is null"),
    (body(bulkId=20221025), "bulkId is a number"),
    (body({"messageId": "mine", "to": {"phoneNumber": int(NUMBER)}}), "destinations[0].to.phoneNumber is a number"),
    (body(whatsApp={"latitude": "48.2", "longitude": 16.3}), "whatsApp.latitude is a text"),
    (body(sendAt="2021-05-24T10:45:38Z"), "sendAt is a time in another form than the documented one"),
    (body(whatsApp={"templateName": "t"}), "whatsApp.language is missing beside templateName"),
    (
        body(whatsApp=TEXT | {"audioUrl": "https://example.com/a.aac"}),
        "whatsApp holds several kinds: text, audio",
    ),
]


@pytest.mark.parametrize(("document", "remark"), LENIENT)
def test_lenient(simulator: Simulator, document: dict[str, Any], remark: str) -> None:
    """
    What a real service may let pass is taken and remarked; strict, it is 400.
    """
    assert simulator.post(document).status_code == 200
    assert simulator.arrival()["remarks"] == [remark]
    simulator.change(strict=True)
    assert simulator.post(document).status_code == 400


def test_content_type(simulator: Simulator) -> None:
    """
    A JSON body under another content type is remarked; strict, it is 400.
    """
    assert simulator.post(body(), **{"Content-Type": "text/plain"}).status_code == 200
    assert simulator.arrival()["remarks"] == ["Content-Type is not application/json"]
    simulator.change(strict=True)
    assert simulator.post(body(), **{"Content-Type": "text/plain"}).status_code == 400
    assert simulator.post(body(destination(message_id="other"))).status_code == 200


def test_scenario(simulator: Simulator) -> None:
    """
    A scenarioKey is taken without a remark.
    """
    assert simulator.send(scenarioKey="AD9E01A5DC7BEE2C2B828D208182A611").status_code == 200
    assert simulator.arrival()["remarks"] == []


def test_bad_number_of_one_destination(simulator: Simulator) -> None:
    """
    By setting a bad number is the destination's own affair, answered 5/52.
    """
    simulator.change(bad_number="destination")
    answer = simulator.send(destination(message_id="a"), destination("12", "b"))
    assert [one["status"]["id"] for one in answer.json()["messages"]] == [7, 52]
    assert simulator.sent() == {"a": 1}


def test_limits_by_setting(simulator: Simulator) -> None:
    """
    Limits that no document names can be set.
    """
    simulator.change(destinations_max=1, text_max=5)
    assert simulator.send(destination(message_id="a"), destination(message_id="b"), whatsApp={"text": "hi"}).is_error
    assert simulator.say(text="hello!").is_error
    assert simulator.say(text="hello").status_code == 200
