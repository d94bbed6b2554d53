"""
Live chat and in-app: messages, postbacks, forms, profiles and typing.
"""

from local.simulators.webex_connect.inbound.order import Payload, Written, nested, unknown

EVENTS = (
    "MO",
    "OnPostback",
    "OnFormResponse",
    "OnProfileCreate",
    "OnProfileUpdate",
    "typingStart",
    "typingStop",
)
_TYPING = {"typingStart", "typingStop"}
_PROFILE = {"OnProfileCreate", "OnProfileUpdate"}


def _thread(written: Written) -> Payload:
    thread = {"id": written.order.thread_id, "title": "Support", "type": "Conversation", "status": "Active"}
    return {
        "clientId": f"{written.app}/{written.order.sender}/sim",
        "thread_id": written.order.thread_id,
        "thread_title": "Support",
        "thread": nested({"created_on": written.at, "updated_on": written.at, "extras": {}, **thread}),
    }


def _content(written: Written) -> Payload:
    files = [{"contentType": file.family, "file": url} for file, url in written.files()]
    return {"message": written.order.text, "attachments": nested(files) if files else "", "replyTo": "", "extras": ""}


def _event(written: Written) -> Payload:
    order, choice = written.order, written.order.choice
    if order.event in _PROFILE:
        return {}
    if order.event in _TYPING:
        return {"type": order.event, "message": "Typing Start", "extras": "", **_thread(written)}
    if order.event == "OnPostback":
        pressed = {"reference": choice.request, "identifier": choice.identifier, "type": "quickReplyPostback"}
        data = nested({**pressed, "title": choice.title})
        return {**_content(written), "message": choice.title, "interactiveData": data, **_thread(written)}
    if order.event == "OnFormResponse":
        fields = [
            {"name": choice.title, "label": choice.title, "type": "text", "value": order.text, "mandatory": False}
        ]
        form = {"templateType": "form", "payload": {"fields": fields, "title": ""}, "templateId": choice.identifier}
        attachments = nested([{**form, "contentType": "template"}])
        return {"relatedTid": choice.request, "message": "", "attachments": attachments, "replyTo": ""}
    return {**_content(written), **_thread(written)}


def in_app_payload(written: Written) -> Payload:
    order = written.order
    if order.event not in EVENTS:
        raise unknown(order.event, EVENTS)
    return {
        "userId": order.sender,
        "channel": "Rtm",
        "appId": written.app,
        "event": "TypingIndicator" if order.event in _TYPING else order.event,
        **_event(written),
        "ts": written.at,
        "tid": written.tid,
    }
