"""
From the order to the webhook.
"""

from collections.abc import Callable
from typing import Any

from local.simulators.kit import Notice, Postman, encode
from local.simulators.webex_connect.attachments import url_of
from local.simulators.webex_connect.inbound.apple import apple_payload
from local.simulators.webex_connect.inbound.in_app import in_app_payload
from local.simulators.webex_connect.inbound.messenger import messenger_payload
from local.simulators.webex_connect.inbound.numbers import mms_payload, rcs_payload, sms_payload
from local.simulators.webex_connect.inbound.order import Inbound, InboundOrder, Payload, Written
from local.simulators.webex_connect.inbound.whatsapp import whatsapp_payload
from local.simulators.webex_connect.notifier import INBOUND
from local.simulators.webex_connect.state import State

_PAYLOADS: dict[Inbound, Callable[[Written], Payload]] = {
    Inbound.SMS: sms_payload,
    Inbound.MMS: mms_payload,
    Inbound.WHATSAPP: whatsapp_payload,
    Inbound.MESSENGER: messenger_payload,
    Inbound.IN_APP: in_app_payload,
    Inbound.APPLE: apple_payload,
    Inbound.RCS: rcs_payload,
}


def _payload(state: State, order: InboundOrder, base: str) -> Payload:
    settings = state.settings
    files = [state.attachments.put(file.content, file.content_type, settings.media_store_bytes) for file in order.media]
    payload = _PAYLOADS[order.channel](Written(order, settings, [url_of(file, base, settings) for file in files]))
    merged = {**payload, **order.members}
    removed = {name for name, value in order.members.items() if value is None}
    return {name: value for name, value in merged.items() if name not in removed}


def write(state: State, postman: Postman, order: InboundOrder, base: str) -> dict[str, Any]:
    """Keep the files, open the window, post the webhook; `base` is the simulator's address. Answers what is posted."""
    payload = _payload(state, order, base)
    state.open_window(order.sender)
    url = order.url or state.urls.channels.get(order.channel, state.urls.inbound)
    notice = Notice(kind=INBOUND, url=url, body=encode(payload).decode())
    return {"numbers": postman.send(notice, order.sender, order.copies), "document": payload}
