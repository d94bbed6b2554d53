"""
Templates: by name and language, with values, and with a header and buttons.
"""

from typing import Any

import pytest

from tests.simulators.huawei_aicc.driver import Simulator

IMAGE = {"imageUrl": "https://example.com/a.jpg"}
VIDEO = {"videoUrl": "https://example.com/a.mp4"}
PLACE = {"latitude": 48.2, "longitude": 16.3}
BODY = {"placeholders": ["a", "b"]}


def template(simulator: Simulator, **data: Any) -> int:
    """The HTTP status for a media template."""
    return simulator.say(templateName="t", language="en", mediaTemplateData=data).status_code


@pytest.mark.parametrize("header", [{"textPlaceholder": "a"}, IMAGE, VIDEO, PLACE])
def test_headers(simulator: Simulator, header: dict[str, Any]) -> None:
    """
    A header is a text, an image, a video or a location.
    """
    assert template(simulator, header=header, body=BODY) == 200
    assert (simulator.arrival()["remarks"], simulator.arrival()["facts"]["kinds"]) == ([], ["template"])


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({}, 400),
        ({"textPlaceholder": ""}, 400),
        ({"latitude": 48.2}, 400),
        ({"imageUrl": "a.jpg"}, 500),
        ({"latitude": 91, "longitude": 0}, 500),
        ("a", 500),
    ],
)
def test_wrong_headers(simulator: Simulator, header: Any, status: int) -> None:
    """
    A header without content, or with a wrong one, is refused.
    """
    assert template(simulator, header=header, body=BODY) == status


@pytest.mark.parametrize("body", [{"placeholders": []}, {"placeholders": ["a"]}, {}])
def test_placeholders(simulator: Simulator, body: dict[str, Any]) -> None:
    """
    There may be no placeholders.
    """
    assert template(simulator, body=body) == 200
    assert simulator.arrival()["remarks"] == []


@pytest.mark.parametrize("placeholders", [None, "a", [None], [""], ["a", ""], [1], {}])
def test_wrong_placeholders(simulator: Simulator, placeholders: Any) -> None:
    """
    Placeholders may not be null, nor may any of them be null or empty.
    """
    assert template(simulator, body={"placeholders": placeholders}) == 500


def test_buttons(simulator: Simulator) -> None:
    """
    A button carries the rest of a URL or the payload of a quick reply.
    """
    buttons = [{"urlPlaceholder": "offer/1"}, {"quickReplyPayload": "yes"}]
    assert template(simulator, body=BODY, buttons=buttons) == 200
    assert simulator.arrival()["remarks"] == []


@pytest.mark.parametrize(
    ("button", "status"),
    [
        ({}, 400),
        ({"quickReplyPayload": ""}, 400),
        ({"urlPlaceholder": "a", "quickReplyPayload": "b"}, 500),
        ("yes", 500),
    ],
)
def test_wrong_buttons(simulator: Simulator, button: Any, status: int) -> None:
    """
    A button carries exactly one of the two.
    """
    assert template(simulator, body=BODY, buttons=[button]) == status


LENIENT: list[tuple[dict[str, Any], str]] = [
    ({"buttons": []}, "whatsApp.mediaTemplateData.body is missing, which Infobip requires"),
    (
        {"body": BODY, "header": IMAGE | VIDEO},
        "whatsApp.mediaTemplateData.header holds several kinds: image, video",
    ),
    (
        {"body": BODY, "header": IMAGE | {"documentUrl": "https://example.com/a.pdf"}},
        "whatsApp.mediaTemplateData.header.documentUrl is unknown",
    ),
    (
        {"body": BODY, "buttons": [{"quickReplyPayload": "a" * 129}]},
        "whatsApp.mediaTemplateData.buttons[0].quickReplyPayload is longer than Infobip's 128 characters",
    ),
    (
        {"body": BODY, "buttons": [{"urlPlaceholder": "a" * 1501}]},
        "whatsApp.mediaTemplateData.buttons[0].urlPlaceholder is longer than Infobip's 1500 characters",
    ),
]


@pytest.mark.parametrize(("data", "remark"), LENIENT)
def test_lenient(simulator: Simulator, data: dict[str, Any], remark: str) -> None:
    """
    What only Infobip forbids is remarked; strict, it is 400.
    """
    assert template(simulator, **data) == 200
    assert simulator.arrival()["remarks"] == [remark]
    simulator.change(strict=True)
    assert template(simulator, **data) == 400


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"templateName": "other"}, 500),
        ({"language": "en_GB"}, 500),
        ({"language": ""}, 500),
        ({"templateData": ["a"]}, 500),
        ({"templateData": None, "mediaTemplateData": {"body": BODY}}, 200),
        ({"templateData": None, "mediaTemplateData": {"body": {}}}, 500),
    ],
)
def test_registered_templates(simulator: Simulator, change: dict[str, Any], status: int) -> None:
    """
    Where templates are registered, name, language and number of values must be theirs exactly.
    """
    simulator.change(templates={"t": {"en": 2}})
    whatsapp = {"templateName": "t", "language": "en", "templateData": ["a", "b"]} | change
    assert simulator.say(**whatsapp).status_code == status
