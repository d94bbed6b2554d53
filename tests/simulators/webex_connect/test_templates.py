"""
Templates and every form of their parameters.
"""

from typing import Any

import pytest

from tests.simulators.webex_connect.driver import Simulator

URL = "https://example.com/a.png"
GOOD: list[dict[str, Any]] = [
    {},
    {"name": "John", "count": 3},
    {"image": {"link": URL}, "name": "John"},
    {"video": {"link": URL}},
    {"document": {"link": URL, "filename": "a.pdf"}},
    {"cta": {"type": "url", "payload": "extension"}},
    {"quickReply": [{"button_text": "Yes", "payload": "Y"}, {"button_text": "No", "payload": "N"}]},
    {"when": {"type": "date_time", "fallback_value": "Feb 20th", "timestamp": "1782231500"}},
    {"price": {"type": "currency", "currency_code": "EUR", "amount_1000": "150000", "fallback_value": "EUR 150"}},
    {"otp": {"type": "otp", "value": "123456"}},
]
BAD: list[tuple[dict[str, Any], str]] = [
    ({"image": URL}, "7004"),
    ({"image": {}}, "7003"),
    ({"image": {"link": "a.png"}}, "7004"),
    ({"cta": {"type": "url"}}, "7003"),
    ({"cta": {"payload": "x"}}, "7003"),
    ({"cta": {"type": "phone"}}, "7004"),
    ({"quickReply": []}, "7004"),
    ({"quickReply": [{"payload": "Y"}]}, "7003"),
    ({"when": {"type": "date_time"}}, "7003"),
    ({"price": {"type": "currency", "currency_code": "EUR", "fallback_value": "x"}}, "7003"),
    ({"otp": {"type": "otp"}}, "7003"),
    ({"name": ["John"]}, "7004"),
]


def template(**parameters: Any) -> dict[str, Any]:
    return {"message": {"template": "T1", "parameters": parameters}}


@pytest.mark.parametrize("parameters", GOOD)
def test_good(simulator: Simulator, parameters: dict[str, Any]) -> None:
    """
    A WhatsApp template is sent with each documented form, and its block holds the identity hash at most.
    """
    channels = {"OTT-Messaging": {"wa": {"identity_key_hash": "8VV="}}}
    assert simulator.send("whatsapp", channels=channels, **template(**parameters))[0]["code"] == "1001"
    assert simulator.receipts()[0]["deliveryInfo"]["identityKeyHash"] == "8VV="


@pytest.mark.parametrize(("parameters", "code"), BAD)
def test_bad(simulator: Simulator, parameters: dict[str, Any], code: str) -> None:
    """
    A parameter whose form lacks something refuses the request.
    """
    assert simulator.send("whatsapp", channels={}, **template(**parameters))["code"] == code


def test_known(simulator: Simulator) -> None:
    """
    Where templates are listed an unknown one is 7108, and each parameter of a known one is mandatory.
    """
    simulator.change(templates={"T1": ["name", "image"]})
    full = {"name": "John", "image": {"link": URL}}
    assert simulator.send("whatsapp", channels=None, **template(**full))[0]["code"] == "1001"
    assert simulator.send("whatsapp", **template(name="John"))["description"].endswith("image")
    assert simulator.send("whatsapp", **template(**full | {"name": ""}))["code"] == "7003"
    assert simulator.send("whatsapp", message={"template": "T2"})["code"] == "7108"


def test_unknown_parameter(simulator: Simulator) -> None:
    """
    A parameter the template does not have is a remark.
    """
    simulator.change(templates={"T1": []})
    simulator.send("whatsapp", channels={}, **template(name="John"))
    assert simulator.messages()[0]["remarks"] == ["parameters.name is no parameter of the template"]


@pytest.mark.parametrize("channel", ["sms", "appmessaging", "push", "fb"])
def test_other_channels(simulator: Simulator, channel: str) -> None:
    """
    With a template the other channels need no text; a channel's own block is still checked.
    """
    blocks = {"appmessaging": {"appmessaging": {"thread_id": "t"}}}
    channels = blocks.get(channel, {})
    assert simulator.send(channel, channels=channels, **template(name="John"))[0]["code"] == "1001"
    assert simulator.send("sms", channels={"sms": {"type": "9"}}, **template())["code"] == "7004"


def test_empty_id(simulator: Simulator) -> None:
    """
    An empty template id, as in a Messenger sample, is none.
    """
    assert simulator.send("fb", message={"template": ""})[0]["code"] == "1001"
    assert simulator.send("whatsapp", message={"template": ""}, channels=None)["code"] == "7003"
