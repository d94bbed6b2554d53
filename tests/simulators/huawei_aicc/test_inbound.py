"""
What users write, in both shapes, and pushes no sound sender would make.
"""

from typing import Any

import pytest

from local.simulators.huawei_aicc.inbound import InboundType
from tests.simulators.huawei_aicc.driver import Receiver, Simulator

MEMBERS = {
    InboundType.TEXT: {"text"},
    InboundType.IMAGE: {"url", "caption"},
    InboundType.VIDEO: {"url", "caption"},
    InboundType.AUDIO: {"url"},
    InboundType.VOICE: {"url"},
    InboundType.DOCUMENT: {"url", "caption"},
    InboundType.STICKER: {"url"},
    InboundType.LOCATION: {"longitude", "latitude", "name", "address"},
    InboundType.CONTACT: {"contacts"},
    InboundType.BUTTON: {"text", "payload"},
    InboundType.BUTTON_REPLY: {"id", "title"},
    InboundType.LIST_REPLY: {"id", "title", "description"},
    InboundType.ORDER: {"catalogId", "text", "productItems"},
    InboundType.PAYMENT: {
        *("referenceId", "paymentId", "status", "currency"),
        *("totalAmount", "transactionId", "transactionType"),
    },
    InboundType.UNSUPPORTED: set[str](),
}
AICC = {
    InboundType.TEXT: "text",
    InboundType.AUDIO: "audio",
    InboundType.IMAGE: "image",
    InboundType.VIDEO: "video",
    InboundType.LOCATION: "locate",
}


def receive(simulator: Simulator, receiver: Receiver, **order: Any) -> dict[str, Any]:
    """The body that is pushed for an order."""
    shown = simulator.control("POST", "inbound", order)
    simulator.settle()
    assert shown["document"] == receiver.documents()[-1]
    return receiver.documents()[-1]


@pytest.mark.parametrize("kind", InboundType)
def test_infobip_types(simulator: Simulator, receiver: Receiver, kind: InboundType) -> None:
    """
    Each of Infobip's types comes with its own members.
    """
    document = receive(simulator, receiver, type=kind, shape="infobip")
    message = document["results"][0]["message"]
    assert message.pop("type") == kind.value
    assert message.keys() == MEMBERS[kind]


@pytest.mark.parametrize("kind", AICC)
def test_aicc_types(simulator: Simulator, receiver: Receiver, kind: InboundType) -> None:
    """
    AICC's five types have words of their own.
    """
    message = receive(simulator, receiver, type=kind)["results"][0]["message"]
    assert message.pop("type") == AICC[kind]
    assert message.keys() == MEMBERS[kind]


@pytest.mark.parametrize("kind", sorted(set(InboundType) - set(AICC)))
def test_no_word(simulator: Simulator, kind: InboundType) -> None:
    """
    For the others AICC has none, so such an order is wrong.
    """
    assert simulator.http.post("/_control/inbound", json={"type": kind}).status_code == 422


def test_aicc_entry(simulator: Simulator, receiver: Receiver) -> None:
    """
    AICC reads these members of an entry and no more; numbers are without `+`.
    """
    document = receive(simulator, receiver)
    entry = document["results"][0]
    assert entry.pop("messageId")
    assert document == {
        "results": [
            {
                "from": "436761234567",
                "to": "436991234567",
                "integrationType": "WHATSAPP",
                "message": {"type": "text", "text": "Hello World!"},
                "contact": {"name": "The user"},
            }
        ]
    }


def test_infobip_entry(simulator: Simulator, receiver: Receiver) -> None:
    """
    Infobip's has more, nulls too, and counts.
    """
    document = receive(simulator, receiver, shape="infobip")
    assert (document["messageCount"], document["pendingMessageCount"]) == (1, 0)
    entry = document["results"][0]
    assert (entry["pairedMessageId"], entry["callbackData"]) == (None, None)
    assert entry["receivedAt"].endswith("+0000")
    assert entry["price"] == {"pricePerMessage": 0.0, "currency": "EUR"}


def test_ordered_members(simulator: Simulator, receiver: Receiver) -> None:
    """
    An order can say what is written, by whom, to whom, in answer to what, and more.
    """
    order = {"type": "IMAGE", "members": {"caption": None, "url": "http://127.0.0.1/a.jpg"}, "reply_to": "mine"}
    order |= {"sender": "+41793026727", "recipient": "4319", "message_id": "ABEG1", "contact_name": ""}
    entry = receive(simulator, receiver, **order, entry={"applicationId": "a"})["results"][0]
    assert entry == {
        "from": "41793026727",
        "to": "4319",
        "integrationType": "WHATSAPP",
        "messageId": "ABEG1",
        "message": {
            "type": "image",
            "url": "http://127.0.0.1/a.jpg",
            "context": {"id": "mine", "from": "4319"},
        },
        "applicationId": "a",
    }


def test_where_and_how_often(simulator: Simulator, receiver: Receiver) -> None:
    """
    Copies are the same to the byte; an order's URL goes before the configured one.
    """
    receive(simulator, receiver, copies=2, url=f"{receiver.url}/elsewhere")
    assert [path for path, _, _ in receiver.received] == ["/elsewhere", "/elsewhere"]
    assert len({body for _, _, body in receiver.received}) == 1
    assert receiver.received[0][1]["AccountKey"] == "sim-account-key"


def test_raw(simulator: Simulator, receiver: Receiver) -> None:
    """
    Any body can be pushed once, with the right password, a wrong one or none; the answer is shown.
    """
    answered = simulator.control("POST", "webhooks", {"body": {"results": []}})
    assert (answered["http_status"], answered["state"]) == (200, "acknowledged")
    simulator.control("POST", "webhooks", {"target": "inbound", "body": "{", "headers": {"AccountKey": "wrong"}})
    simulator.control("POST", "webhooks", {"body": "", "headers": {"AccountKey": ""}})
    keys = [(path, headers.get("AccountKey"), body) for path, headers, body in receiver.received]
    assert keys == [
        ("/report", "sim-account-key", b'{"results": []}'),
        ("/inbound", "wrong", b"{"),
        ("/report", None, b""),
    ]
