"""
What handsets write arrives as documented.
"""

import base64
from typing import Any

import pytest

from tests.simulators.websms.driver import APPLICATION, Receiver, Simulator


def inbound(simulator: Simulator, receiver: Receiver, **order: Any) -> dict[str, Any]:
    simulator.control("POST", "inbound", order)
    simulator.settle()
    return receiver.documents()[0]


def test_whatsapp(simulator: Simulator, receiver: Receiver) -> None:
    """
    A WhatsApp text is the documents' sample, applicationId in upper case.
    """
    assert inbound(simulator, receiver) == {
        "type": "whatsapp",
        "applicationId": APPLICATION.upper(),
        "sender": "+436761234567",
        "user": {"displayName": "The user"},
        "recipient": "+436991234567",
        "content": "Hello World!",
    }
    assert receiver.received[0][0] == "/inbound"


def test_whatsapp_media(simulator: Simulator, receiver: Receiver) -> None:
    """
    Attached media is stored and can be fetched by the mediaId, byte for byte, by any client.
    """
    content = bytes(range(256))
    media = {"content": base64.b64encode(content).decode(), "content_type": "audio/ogg"}
    document = inbound(simulator, receiver, media=media, content=None)
    assert "content" not in document
    answer = simulator.download(document["mediaId"])
    assert (answer.content, answer.headers["content-type"]) == (content, "audio/ogg")


def test_rcs_without_recipient(simulator: Simulator, receiver: Receiver) -> None:
    """
    The recipient may be missing and the sender need not be a number.
    """
    document = inbound(simulator, receiver, kind="rcs", sender="user-7f3a", recipient=None)
    assert (document["type"], document["sender"], "recipient" in document) == ("rcs", "user-7f3a", False)


def test_sms_text(simulator: Simulator, receiver: Receiver) -> None:
    """
    An SMS has a notificationId and numbers without plus sign.
    """
    document = inbound(simulator, receiver, kind="sms_text", content="Hallo", flash=True)
    assert len(document.pop("notificationId")) == 20
    assert document == {
        "messageType": "text",
        "senderAddress": "436761234567",
        "senderAddressType": "international",
        "recipientAddress": "0828270990000",
        "recipientAddressType": "national",
        "messageFlashSms": True,
        "textMessageContent": "Hallo",
    }
    assert receiver.received[0][0] == "/sms_inbound"


def test_sms_binary(simulator: Simulator, receiver: Receiver) -> None:
    """
    A binary SMS carries URL-safe base64.
    """
    segment = base64.b64encode(b"\xfb\xff\xfe").decode()
    document = inbound(simulator, receiver, kind="sms_binary", segments=[segment], user_data_header=True)
    assert document["binaryMessageContent"] == ["-__-"]
    assert (document["messageType"], document["userDataHeaderPresent"]) == ("binary", True)


def test_whatsapp_on_the_sms_channel(simulator: Simulator, receiver: Receiver) -> None:
    """
    The older channel names WhatsApp as a messageType.
    """
    document = inbound(simulator, receiver, kind="sms_whatsapp")
    assert (document["messageType"], document["textMessageContent"]) == ("whatsapp", "Hello World!")


@pytest.mark.parametrize("kind", ["whatsapp", "sms_text"])
def test_twice(simulator: Simulator, receiver: Receiver, kind: str) -> None:
    """
    Copies are the same to the byte.
    """
    inbound(simulator, receiver, kind=kind, copies=2)
    assert len(receiver.received) == 2
    assert len({body for _, _, body in receiver.received}) == 1


def test_same_text_again_is_another_sms(simulator: Simulator, receiver: Receiver) -> None:
    """
    The same text written twice has two notificationIds.
    """
    inbound(simulator, receiver, kind="sms_text")
    inbound(simulator, receiver, kind="sms_text")
    assert len({document["notificationId"] for document in receiver.documents()}) == 2
