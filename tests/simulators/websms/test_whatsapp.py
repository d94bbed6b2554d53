"""
WhatsApp requests: what is taken, and what each mistake is answered.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.websms.driver import APPLICATION, RECIPIENT, Receiver, Simulator


def test_answer(simulator: Simulator) -> None:
    """
    A text is answered with the documents' document, the reference echoed and 20 hexadecimal digits as transferId.
    """
    answer = simulator.text(clientMessageId="myclientid")
    document = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert re.fullmatch(r"[0-9a-f]{20}", document.pop("transferId"))
    assert document == {"statusCode": 2000, "statusMessage": "Request accepted", "clientMessageId": "myclientid"}


def test_answer_without_reference(simulator: Simulator) -> None:
    """
    Without a reference, or with the echo switched off as in the documents' sample, clientMessageId is null.
    """
    assert simulator.text().json()["clientMessageId"] is None
    simulator.control("PATCH", "settings", {"echo_client_message_id": False})
    assert simulator.text(clientMessageId="mine").json()["clientMessageId"] is None


@pytest.mark.parametrize("content", ["a", "a" * 4096, "😀" * 4096, "я" * 4096])
def test_content_is_counted_in_characters(simulator: Simulator, content: str) -> None:
    """
    1 to 4096 characters are taken, whatever they weigh in bytes.
    """
    assert simulator.text(content=content).json()["statusCode"] == 2000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"applicationId": None}, 4001),
        ({"applicationId": "97ab27fa"}, 4001),
        ({"applicationId": 7}, 4001),
        ({"recipient": None}, 4002),
        ({"recipient": "+43 660 12"}, 4002),
        ({"recipient": "+0660123456"}, 4002),
        ({"recipient": "+" + "4" * 16}, 4002),
        ({"recipient": "+٤٣٦٦٠١٢٣٤٥٦"}, 4002),
        ({"clientMessageId": 7}, 4008),
        ({"clientMessageId": "a" * 256}, 4008),
        ({"clientMessageId": "a\nb"}, 4008),
        ({"content": None}, 4009),
        ({"content": ""}, 4028),
        ({"content": "a" * 4097}, 4028),
        ({"content": ["a"]}, 4028),
    ],
)
def test_bad_text(simulator: Simulator, change: dict[str, Any], code: int) -> None:
    """
    A bad member is 400 with its own statusCode; missing content is the documents' 4009, bad content 4028.
    """
    answer = simulator.text(**change)
    assert (answer.status_code, answer.json()["statusCode"]) == (400, code)
    assert simulator.messages()[-1]["accepted"] is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 4009),
        (b"null", 4009),
        (b"{", 4028),
        (b"[]", 4028),
        (b"[" * 200_000, 4028),
        (b'{"recipient":"\xff"}', 4028),
    ],
)
def test_body_that_is_no_object(simulator: Simulator, body: bytes, code: int) -> None:
    """
    A body that is no JSON object is refused, never a crash.
    """
    headers = {"Authorization": f"Bearer {simulator.token()}", "Content-Type": "application/json"}
    answer = simulator.http.post("/messaging/whatsapp/send_text", content=body, headers=headers)
    assert (answer.status_code, answer.json()["statusCode"]) == (400, code)


def test_lone_surrogate(simulator: Simulator) -> None:
    """
    Half a character is bad content, and the record of it can still be read.
    """
    headers = {"Authorization": f"Bearer {simulator.token()}", "Content-Type": "application/json"}
    body = f'{{"applicationId":"{APPLICATION}","recipient":"{RECIPIENT}","content":"\\ud800"}}'
    answer = simulator.http.post("/messaging/whatsapp/send_text", content=body.encode(), headers=headers)
    assert answer.json()["statusCode"] == 4028
    assert simulator.messages()[0]["code"] == 4028


@pytest.mark.parametrize(
    ("media_id", "status"),
    [(None, 400), ("no-uuid", 400), (7, 400), ("5a8ffac5-2288-485d-b463-90c3cd9941ad", 404)],
)
def test_bad_media(simulator: Simulator, media_id: Any, status: int) -> None:
    """
    A mediaId that is none is 400, one that nobody uploaded 404; both are 4034.
    """
    answer = simulator.media(media_id)
    assert (answer.status_code, answer.json()["statusCode"]) == (status, 4034)


def test_media_caption(simulator: Simulator) -> None:
    """
    A caption may be absent or have 4096 characters, not 4097; the mediaId may come in upper case.
    """
    media_id = simulator.upload(b"picture").json()["mediaId"]
    assert simulator.media(media_id).status_code == 200
    assert simulator.media(media_id.upper(), content="a" * 4096).status_code == 200
    answer = simulator.media(media_id, content="a" * 4097)
    assert answer.json() == {"statusCode": 4028, "statusMessage": "Media description (content) is invalid."}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"localizableParams": None}, 2000),
        ({"localizableParams": []}, 2000),
        ({"localizableParams": [{"default": "first"}, {"default": "second"}]}, 2000),
        ({"localizableParams": [{"default": "a" * 1024}] * 4}, 2000),
        ({"localizableParams": [{"default": "a" * 1024}] * 4 + [{"default": "b"}]}, 4401),
        ({"localizableParams": [{"default": "a" * 1025}]}, 4401),
        ({"localizableParams": [{"default": "a\nb"}]}, 4401),
        ({"localizableParams": [{"default": "a\rb"}]}, 4401),
        ({"localizableParams": [{"currency": "EUR"}]}, 4401),
        ({"localizableParams": [{"default": "a", "other": "b"}]}, 4401),
        ({"localizableParams": [{}]}, 4401),
        ({"localizableParams": [{"default": 7}]}, 4401),
        ({"localizableParams": ["first"]}, 4401),
        ({"localizableParams": {"default": "first"}}, 4401),
        ({"templateName": None}, 4028),
        ({"templateName": ""}, 4028),
        ({"templateLocale": None}, 4028),
        ({"templateLocale": 7}, 4028),
    ],
)
def test_template(simulator: Simulator, change: dict[str, Any], code: int) -> None:
    """
    A template's placeholders keep the documents' rules; its name and locale are content.
    """
    assert simulator.template(**change).json()["statusCode"] == code


def test_known_templates(simulator: Simulator) -> None:
    """
    Where the settings know templates, others are 4028 and the filled text counts.
    """
    simulator.control("PATCH", "settings", {"templates": {"t": {"en": "{{1}}" + "a" * 4095}}})
    assert simulator.template(localizableParams=[{"default": "b"}]).json()["statusCode"] == 2000
    assert simulator.template(localizableParams=[{"default": "bc"}]).json()["statusCode"] == 4401
    assert simulator.template(templateLocale="de").json()["statusCode"] == 4028
    assert simulator.template(templateName="u").json()["statusCode"] == 4028


def test_known_applications(simulator: Simulator) -> None:
    """
    Where the settings know applications, others are 4001; case does not matter.
    """
    simulator.control("PATCH", "settings", {"applications": [APPLICATION.upper()]})
    assert simulator.text().status_code == 200
    assert simulator.text(applicationId="95ab0a2f-42f3-4da8-851b-7df772c94fca").json()["statusCode"] == 4001


def test_window(simulator: Simulator, receiver: Receiver) -> None:
    """
    Where the window is enforced, text is 4400 until the recipient writes and after it closes; a template never is.
    """
    simulator.control("PATCH", "settings", {"enforce_window": True})
    assert simulator.text().json()["statusCode"] == 4400
    assert simulator.template().status_code == 200
    simulator.control("POST", "inbound", {"sender": RECIPIENT, "application_id": APPLICATION.upper()})
    assert simulator.text().status_code == 200
    simulator.control("PATCH", "settings", {"window_seconds": 0})
    assert simulator.text().json()["statusCode"] == 4400
    simulator.settle()
    assert receiver.received


LENIENCIES: list[tuple[dict[str, Any], str]] = [
    ({"recipient": "4366012345678"}, "recipient lacks its +"),
    ({"recipient": 4366012345678}, "recipient is an integer"),
    ({"clientMessageId": None}, "clientMessageId is null"),
    ({"mediaType": "image"}, "unknown member mediaType"),
]


@pytest.mark.parametrize(("change", "remark"), LENIENCIES)
def test_leniency_is_remarked(simulator: Simulator, change: dict[str, Any], remark: str) -> None:
    """
    What only leniency takes stands as a remark beside the message.
    """
    assert simulator.text(**change).status_code == 200
    assert remark in simulator.messages()[0]["remarks"]


def test_strict(start: Callable[..., Simulator]) -> None:
    """
    Strict, each of these is refused, and the plain request is not.
    """
    simulator = start(strict=True)
    assert simulator.text().status_code == 200
    assert [simulator.text(**change).status_code for change, _ in LENIENCIES] == [400] * len(LENIENCIES)


def test_status_webhook(simulator: Simulator, receiver: Receiver) -> None:
    """
    A status is the documents' document: upper-case applicationId, milliseconds and numeric offset, only its members.
    """
    transfer = simulator.text(clientMessageId="mine").json()["transferId"]
    simulator.settle()
    path, headers, _ = receiver.received[1]
    document = receiver.documents()[1]
    assert path == "/status"
    assert headers["Content-Type"] == "application/json;charset=UTF-8"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+02:00", document.pop("deliveredOn"))
    assert document == {
        "applicationId": APPLICATION.upper(),
        "sender": RECIPIENT,
        "transferId": transfer,
        "messageStatus": "delivered",
        "clientMessageId": "mine",
    }
    assert "deliveredOn" not in receiver.documents()[0]


def test_http_status_of_a_code(simulator: Simulator) -> None:
    """
    The HTTP status of a statusCode is a setting, since the documents leave it open.
    """
    simulator.control("PATCH", "settings", {"http_statuses": {"4001": 404}})
    assert simulator.text(applicationId="x").status_code == 404
