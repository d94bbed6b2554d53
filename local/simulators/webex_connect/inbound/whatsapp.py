"""
WhatsApp: messages, button presses, list and reply answers, marketing preferences.
"""

import hashlib
import re
import time
from typing import Any

from local.simulators.webex_connect.inbound.order import Attachment, Payload, Written, nested, unknown

EVENTS = ("MO", "postback", "list", "reply", "user_preference")
_SCOPED = re.compile(r"[A-Z]{2}\..+")
_FAMILIES = {"image", "video", "audio"}
_STICKER = "image/webp"


def _item(file: Attachment, url: str) -> dict[str, Any]:
    """A sticker is told as Meta tells it; the others are flat."""
    if file.content_type == _STICKER:
        sticker = {"sha256": hashlib.sha256(file.content).hexdigest(), "mime_type": _STICKER, "id": url[-36:]}
        return {"sticker": {"metadata": {"emojis": [None], "sticker_pack_id": ""}, **sticker}, "url": url}
    item = {"mime_type": file.content_type}
    return {**item, "caption": file.caption, "url": url} if file.caption else {**item, "url": url}


def _kind(written: Written) -> str:
    order = written.order
    if order.location:
        return "location"
    if order.contacts:
        return "contacts"
    if not order.media:
        return "text"
    file = order.media[0]
    if file.content_type == _STICKER:
        return "sticker"
    return file.family if file.family in _FAMILIES else "document"


def _message(written: Written) -> Payload:
    """A location's numbers are texts; only a text message has text, a file its caption."""
    order, kind = written.order, _kind(written)
    place = order.location.model_dump() if order.location else {}
    return {
        "message": order.text if kind == "text" else "",
        "attachments": nested([_item(file, url) for file, url in written.files()]),
        "system": "",
        "location": nested({name: str(value) for name, value in {**place, "url": ""}.items()}) if place else "",
        "contacts": nested(list(order.contacts)),
        "type": kind,
    }


def _preference(written: Written) -> Payload:
    """`choice.identifier` is stop or resume."""
    value = written.order.choice.identifier
    preference = {
        "waNumber": written.settings.whatsapp_number,
        "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": str(int(time.time())),
    }
    return {"user_preferences": [preference]}


def _event(written: Written) -> Payload:
    choice = written.order.choice
    if written.order.event == "postback":
        return {"buttonPayload": choice.payload or choice.identifier, "buttonText": choice.title, "errors": ""}
    if written.order.event == "list":
        row = {"listRowIdentifier": choice.identifier, "listRowTitle": choice.title}
        return {**row, "listRowDescription": choice.description, "contextId": choice.request}
    if written.order.event == "reply":
        button = {"replyButtonIdentifier": choice.identifier, "replyButtonTitle": choice.title}
        return {**button, "contextId": choice.request}
    return _preference(written) if written.order.event == "user_preference" else _message(written)


def whatsapp_payload(written: Written) -> Payload:
    """A sender `CC.…` is known by that id alone."""
    order = written.order
    if order.event not in EVENTS:
        raise unknown(order.event, EVENTS)
    scoped = bool(_SCOPED.fullmatch(order.sender))
    return {
        "userId": "",
        "username": order.name,
        "channel": "WhatsApp",
        "appId": written.app,
        "event": order.event,
        "waid": "" if scoped else order.sender,
        **_event(written),
        "ts": written.at,
        "tid": f"{written.tid}_0",
        "identityKeyHash": "",
        "bsuid": order.sender if scoped else order.bsuid,
        "userHandle": "",
        "waidDerived": "false",
    }
