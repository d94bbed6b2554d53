"""
What handsets write, and webhooks no sound provider would send.

WhatsApp and RCS follow the documents' "Inbound Messages", SMS developer.websms.com/receive-sms: numbers with `+`
there, without here; no message id there, a `notificationId` here.
"""

import base64
import json
from enum import StrEnum
from typing import Any

from pydantic import Base64Bytes, BaseModel, ConfigDict

from local.simulators.websms import magic
from local.simulators.websms.answers import JSON_TYPE, encode
from local.simulators.websms.calls import Service
from local.simulators.websms.identifiers import notification_id, timestamp, transfer_id
from local.simulators.websms.records import Webhook


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


class RawWebhook(BaseModel):
    """
    A webhook as it stands: `body` is a text, an object, or one of the samples `comma_less` and `unknown_status`.

    It goes to `url`, or to the configured URL that `target` names, and is not retried unless `retry` says so.
    """

    model_config = ConfigDict(extra="forbid")

    target: str = "status"
    url: str = ""
    body: str | dict[str, Any] | list[Any] | None = None
    sample: str = ""
    transfer_id: str = ""
    application_id: str = ""
    content_type: str = JSON_TYPE
    retry: bool = False


# websms Messaging API 1.0.0, "Status Messages", to the byte but for the two ids.
COMMA_LESS = """{{
  "applicationId": "{application}"
  "sender": "+436991234567"
  "transferId": "{transfer}"
  "messageStatus": "delivered"
  "deliveredOn": "2020-07-29T13:50:06.000+02:00"
  "clientMessageId": "myMessageId"
}}"""


def _messaging_body(service: Service, order: InboundOrder, application_id: str) -> dict[str, Any]:
    """Ids in upper case, as the documents' sample prints them."""
    settings = service.state.settings
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
        media = service.state.media.put(order.media.content, order.media.content_type, None, room)
        body["mediaId"] = media.media_id.upper()
    return body


def _sms_body(service: Service, order: InboundOrder) -> dict[str, Any]:
    settings = service.state.settings
    recipient = {} if order.recipient is None else {"recipientAddress": order.recipient or settings.sms_number}
    body = {
        "messageType": order.kind.value.removeprefix("sms_"),
        "notificationId": notification_id(),
        "senderAddress": magic.digits(order.sender) or order.sender,
        "senderAddressType": "international",
        **recipient,
        "recipientAddressType": order.recipient_type,
    }
    if order.kind is InboundKind.SMS_BINARY:
        segments = [base64.urlsafe_b64encode(segment).decode() for segment in order.segments]
        return {**body, "userDataHeaderPresent": order.user_data_header, "binaryMessageContent": segments}
    flash = {"messageFlashSms": True} if order.flash else {}
    return {**body, **flash, "textMessageContent": order.content}


async def send_inbound(service: Service, order: InboundOrder) -> dict[str, Any]:
    """Store the media, open the WhatsApp window, post the webhook; answers what was posted."""
    state = service.state
    application_id = order.application_id or state.settings.default_application
    if order.kind in {InboundKind.WHATSAPP, InboundKind.RCS}:
        body = _messaging_body(service, order, application_id)
        url = state.urls.for_application("inbound", application_id)
        if order.kind is InboundKind.WHATSAPP:
            state.open_window(application_id, order.sender)
    else:
        body, url = _sms_body(service, order), state.urls.sms_inbound
    webhook = Webhook(0, "inbound", order.url or url, encode(body).decode(), JSON_TYPE, recipient=order.sender)
    numbers = []
    for _ in range(order.copies):
        webhook = Webhook(next(state.numbers), "inbound", webhook.url, webhook.body, JSON_TYPE, recipient=order.sender)
        numbers.append(webhook.number)
        state.spawn(service.postman.deliver(webhook))
    return {"numbers": numbers, "document": body}


def _raw_body(service: Service, order: RawWebhook) -> str:
    application = (order.application_id or service.state.settings.default_application).upper()
    transfer = order.transfer_id or transfer_id()
    if order.sample == "comma_less":
        return COMMA_LESS.format(application=application, transfer=transfer)
    if order.sample == "unknown_status":
        ids = {"applicationId": application, "sender": "+436991234567", "transferId": transfer}
        return encode({**ids, "messageStatus": "teleported", "deliveredOn": timestamp()}).decode()
    if order.sample:
        raise ValueError(f"no sample is called {order.sample}")
    return order.body if isinstance(order.body, str) else json.dumps(order.body, ensure_ascii=False)


async def send_raw(service: Service, order: RawWebhook) -> dict[str, Any]:
    """Post it once and answer what came back; with `retry` it goes on in the background."""
    urls = service.state.urls
    if order.target not in {"status", "inbound", "sms_report", "sms_inbound"}:
        raise ValueError(f"no webhook URL is called {order.target}")
    application = order.application_id or service.state.settings.default_application
    webhook = Webhook(
        number=next(service.state.numbers),
        kind="raw",
        url=order.url or urls.for_application(order.target, application),
        body=_raw_body(service, order),
        content_type=order.content_type,
        transfer_id=order.transfer_id or None,
        retry=order.retry,
    )
    await service.postman.deliver(webhook)
    last = webhook.attempts[-1] if webhook.attempts else None
    return {
        "number": webhook.number,
        "state": webhook.state,
        "http_status": last.http_status if last else 0,
        "body": last.body if last else "",
        "error": last.error if last else "",
    }
