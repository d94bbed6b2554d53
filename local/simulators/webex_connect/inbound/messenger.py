"""
Facebook Messenger: messages and postbacks. Older samples call the channel `Facebook` (set it with `members`).
"""

from typing import Any

from local.simulators.webex_connect.inbound.order import Payload, Written, nested, unknown

EVENTS = ("MO", "OnPostback")
_FAMILIES = {"image", "video", "audio"}


def _attachments(written: Written) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"payload": {"url": url}, "type": file.family if file.family in _FAMILIES else "file"}
        for file, url in written.files()
    ]
    if place := written.order.location:
        coordinates = {"long": place.longitude, "lat": place.latitude}
        found.append({"title": place.name, "payload": {"coordinates": coordinates}, "type": "location", "url": ""})
    return found


def messenger_payload(written: Written) -> Payload:
    order = written.order
    if order.event not in EVENTS:
        raise unknown(order.event, EVENTS)
    payload: Payload = {
        "userId": "",
        "channel": "Facebook Messenger",
        "psid": order.sender,
        "appId": written.app,
        "event": order.event,
        "ts": written.at,
        "tid": f"{written.tid}_0",
        "name": order.name,
        "profile_pic": "",
    }
    if order.event == "OnPostback":
        return {**payload, "postback": nested({"payload": order.choice.payload or order.choice.identifier})}
    attachments = _attachments(written)
    return {
        **payload,
        "message": "" if attachments else order.text,
        "attachments": nested(attachments) if attachments else "",
        "locale": "",
        "gender": "",
        "timezone": "",
    }
