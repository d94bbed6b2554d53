"""
What users write, in AICC's shape or in Infobip's.

AICC's page knows five types, by words of its own; Infobip's OpenAPI fifteen, in capitals. The members of each type are
the samples below unless the order has others.
"""

import secrets
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from local.simulators.huawei_aicc.settings import Settings, Shape
from local.simulators.huawei_aicc.times import timestamp
from local.simulators.kit import digits


class InboundType(StrEnum):
    """`message.type` as Infobip writes it."""

    TEXT = "TEXT"
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"
    VOICE = "VOICE"
    DOCUMENT = "DOCUMENT"
    STICKER = "STICKER"
    LOCATION = "LOCATION"
    CONTACT = "CONTACT"
    BUTTON = "BUTTON"
    BUTTON_REPLY = "INTERACTIVE_BUTTON_REPLY"
    LIST_REPLY = "INTERACTIVE_LIST_REPLY"
    ORDER = "ORDER"
    PAYMENT = "INTERACTIVE_PAYMENT_CONFIRMATION"
    UNSUPPORTED = "UNSUPPORTED"


class InboundOrder(BaseModel):
    """
    `members` are put into the message, over the type's sample; null takes one away.

    `shape` overrides the setting, `url` the configured URL. `reply_to` is the messageId of what the user quotes, empty
    for none. `entry` is put into the entry beside the message, so that unknown members can be tried.
    """

    model_config = ConfigDict(extra="forbid")

    type: InboundType = InboundType.TEXT
    shape: Shape | None = None
    sender: str = "+436761234567"
    recipient: str = ""
    contact_name: str = "The user"
    members: dict[str, Any] = {}
    reply_to: str = ""
    message_id: str = ""
    entry: dict[str, Any] = {}
    copies: int = Field(default=1, ge=1, le=100)
    url: str = ""


_FILE = {"url": "https://media.example/f1b96d31"}
_SAMPLES: dict[InboundType, dict[str, Any]] = {
    InboundType.TEXT: {"text": "Hello World!"},
    InboundType.IMAGE: {**_FILE, "caption": "An image"},
    InboundType.VIDEO: {**_FILE, "caption": "A video"},
    InboundType.AUDIO: _FILE,
    InboundType.VOICE: _FILE,
    InboundType.DOCUMENT: {**_FILE, "caption": "A document"},
    InboundType.STICKER: _FILE,
    InboundType.LOCATION: {
        "longitude": 16.3725,
        "latitude": 48.2083,
        "name": "Stephansplatz",
        "address": "Stephansplatz 1, 1010 Wien",
    },
    InboundType.CONTACT: {
        "contacts": [
            {
                "name": {"firstName": "Ada", "lastName": "Byron", "formattedName": "Ada Byron"},
                "phones": [{"phone": "+43 660 1234567", "type": "CELL", "waId": "436601234567"}],
            }
        ]
    },
    InboundType.BUTTON: {"text": "Yes", "payload": "yes"},
    InboundType.BUTTON_REPLY: {"id": "1", "title": "Yes"},
    InboundType.LIST_REPLY: {"id": "1", "title": "Yes", "description": "I agree"},
    InboundType.ORDER: {
        "catalogId": "1",
        "text": "Two, please",
        "productItems": [{"productRetailerId": "1", "quantity": 2, "itemPrice": 9.5, "currency": "EUR"}],
    },
    InboundType.PAYMENT: {
        "referenceId": "1",
        "paymentId": "2",
        "status": "SUCCESS",
        "currency": "BRL",
        "totalAmount": {"value": 950, "offset": 100},
        "transactionId": "3",
        "transactionType": "BR",
    },
    InboundType.UNSUPPORTED: {},
}

# Adapter Class Interface Reference, "Receiving and Processing MO Messages Sent on Infobip"
_AICC_WORDS = {
    InboundType.TEXT: "text",
    InboundType.AUDIO: "audio",
    InboundType.IMAGE: "image",
    InboundType.VIDEO: "video",
    InboundType.LOCATION: "locate",
}


def inbound_body(order: InboundOrder, settings: Settings) -> dict[str, Any]:
    """The body of the push; ValueError where AICC has no word for the type."""
    aicc = (order.shape or settings.push_shape) == "aicc"
    if aicc and order.type not in _AICC_WORDS:
        raise ValueError(f"AICC has no word for {order.type}")
    word = _AICC_WORDS[order.type] if aicc else order.type.value
    recipient = order.recipient or settings.whatsapp_number
    message = _message(order, word, recipient)
    entry: dict[str, Any] = {
        "from": digits(order.sender) or order.sender,
        "to": recipient,
        "integrationType": "WHATSAPP",
        "messageId": order.message_id or f"ABEG{secrets.token_urlsafe(18)}",
        "message": message,
        **({"contact": {"name": order.contact_name}} if order.contact_name else {}),
    }
    if aicc:
        return {"results": [entry | order.entry]}
    entry |= {"receivedAt": timestamp(), "pairedMessageId": None, "callbackData": None}
    entry |= {"price": {"pricePerMessage": 0.0, "currency": "EUR"}}
    return {"results": [entry | order.entry], "messageCount": 1, "pendingMessageCount": 0}


def _message(order: InboundOrder, word: str, recipient: str) -> dict[str, Any]:
    members = {**_SAMPLES[order.type], **order.members}
    message = {"type": word} | {name: value for name, value in members.items() if value is not None}
    return message | ({"context": {"id": order.reply_to, "from": recipient}} if order.reply_to else {})
