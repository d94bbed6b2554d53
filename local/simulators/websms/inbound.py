"""
What handsets write, and webhooks no sound provider would send.

WhatsApp and RCS follow the documents' "Inbound Messages", SMS developer.websms.com/receive-sms: numbers with `+`
there, without here; no message id there, a `notificationId` here.
"""

import base64
from enum import StrEnum
from typing import Any

from pydantic import Base64Bytes, BaseModel, ConfigDict

from local.simulators import kit
from local.simulators.kit import Notice, digits, encode
from local.simulators.websms.answers import JSON_TYPE
from local.simulators.websms.identifiers import notification_id, timestamp, transfer_id
from local.simulators.websms.state import State


class InboundKind(StrEnum):
    WHATSAPP = "whatsapp"
    RCS = "rcs"
    SMS_TEXT = "sms_text"
    SMS_BINARY = "sms_binary"
    SMS_WHATSAPP = "sms_whatsapp"
    """WhatsApp on the older channel, `messageType: whatsapp`"""


class Attachment(BaseModel):
    """A file by its bytes in base64; it is stored and its mediaId sent."""

    model_config = ConfigDict(extra="forbid")

    content: Base64Bytes
    content_type: str = "image/jpeg"


class InboundOrder(BaseModel):
    """`recipient` null leaves it out, `sender` need not be a number, `url` overrides the configured one."""

    model_config = ConfigDict(extra="forbid")

    kind: InboundKind = InboundKind.WHATSAPP
    sender: str = "+436761234567"
    recipient: str | None = ""
    recipient_type: str = "national"
    application_id: str = ""
    display_name: str = "The user"
    content: str | None = "Hello World!"
    media: Attachment | None = None
    segments: tuple[Base64Bytes, ...] = (b"\x01\x02\x03",)
    user_data_header: bool = False
    flash: bool = False
    copies: int = 1
    url: str = ""


class RawWebhook(kit.RawWebhook):
    """A webhook as it stands, or one of the samples `comma_less` and `unknown_status` with `provider_id` in it."""

    sample: str = ""
    application_id: str = ""
    content_type: str = JSON_TYPE


# websms Messaging API 1.0.0, "Status Messages", to the byte but for the two ids.
COMMA_LESS = """{{
  "applicationId": "{application}"
  "sender": "+436991234567"
  "transferId": "{transfer}"
  "messageStatus": "delivered"
  "deliveredOn": "2020-07-29T13:50:06.000+02:00"
  "clientMessageId": "myMessageId"
}}"""


def _messaging_body(state: State, order: InboundOrder, application_id: str) -> dict[str, Any]:
    """Ids in upper case, as the documents' sample prints them."""
    settings = state.settings
    body: dict[str, Any] = {
        "type": order.kind.value,
        "applicationId": application_id.upper(),
        "sender": order.sender,
        "user": {"displayName": order.display_name},
    }
    if order.recipient is not None:
        body["recipient"] = order.recipient or settings.whatsapp_number
    if order.content is not None:
        body["content"] = order.content
    if order.media:
        room = settings.media_store_bytes
        media = state.media.put(order.media.content, order.media.content_type, None, room)
        body["mediaId"] = media.media_id.upper()
    return body


def _sms_body(state: State, order: InboundOrder) -> dict[str, Any]:
    settings = state.settings
    recipient = {} if order.recipient is None else {"recipientAddress": order.recipient or settings.sms_number}
    body = {
        "messageType": order.kind.value.removeprefix("sms_"),
        "notificationId": notification_id(),
        "senderAddress": digits(order.sender) or order.sender,
        "senderAddressType": "international",
        **recipient,
        "recipientAddressType": order.recipient_type,
    }
    if order.kind is InboundKind.SMS_BINARY:
        segments = [base64.urlsafe_b64encode(segment).decode() for segment in order.segments]
        return {**body, "userDataHeaderPresent": order.user_data_header, "binaryMessageContent": segments}
    flash = {"messageFlashSms": True} if order.flash else {}
    return {**body, **flash, "textMessageContent": order.content}


def inbound_notice(state: State, order: InboundOrder) -> tuple[Notice, dict[str, Any]]:
    """The webhook and its body; stores the media and opens the WhatsApp window."""
    application_id = order.application_id or state.settings.default_application
    if order.kind in {InboundKind.WHATSAPP, InboundKind.RCS}:
        body = _messaging_body(state, order, application_id)
        url = state.urls.for_application("inbound", application_id)
        if order.kind is InboundKind.WHATSAPP:
            state.open_window(application_id, order.sender)
    else:
        body, url = _sms_body(state, order), state.urls.sms_inbound
    text = encode(body).decode()
    return Notice(kind="inbound", url=order.url or url, body=text, content_type=JSON_TYPE), body


def _sample(state: State, order: RawWebhook) -> str:
    application = (order.application_id or state.settings.default_application).upper()
    transfer = order.provider_id or transfer_id()
    if order.sample == "comma_less":
        return COMMA_LESS.format(application=application, transfer=transfer)
    if order.sample == "unknown_status":
        ids = {"applicationId": application, "sender": "+436991234567", "transferId": transfer}
        return encode({**ids, "messageStatus": "teleported", "deliveredOn": timestamp()}).decode()
    raise ValueError(f"no sample is called {order.sample}")


def completed(state: State, order: RawWebhook) -> RawWebhook:
    """The order with the URL of its application and the text of its sample."""
    given: dict[str, Any] = {"body": _sample(state, order)} if order.sample else {}
    if not order.url and order.target in {"status", "inbound"}:
        application = order.application_id or state.settings.default_application
        given["url"] = state.urls.for_application(order.target, application)
    return order.model_copy(update=given)
