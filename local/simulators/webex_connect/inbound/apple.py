"""
Apple Messages for Business: messages, interactive answers, typing, closing, payment, authentication, invitations.

The order's `event` says `listPicker` or `datePicker` where the payload has INTERACTIVERESPONSE for both, and
`typing_start` or `typing_end` where it has TYPINGINDICATOR.
"""

from collections.abc import Callable
from typing import Any

from local.simulators.webex_connect.inbound.order import Payload, Written, nested, unknown

_CAPABILITIES = "AUTH%2CLIST%2CTIME%2CFORM%2CQUICK%2CAUTH2"
_MARK = "\ufffc"


def _files(written: Written) -> str:
    found = [
        {
            "size": str(len(file.content)),
            "name": url.rpartition("=")[2],
            "mimeType": file.content_type,
            "type": file.family,
            "url": url,
        }
        for file, url in written.files()
    ]
    return nested(found) if found else ""


def _message(written: Written) -> Payload:
    text = _MARK * len(written.urls) or written.order.text
    return {"message": text, "attachments": _files(written)}


def _picked(written: Written) -> Payload:
    choice = written.order.choice
    item = {"identifier": choice.identifier, "style": "default", "title": choice.title, "order": "0"}
    picker = {"otherItemCount": 0, "selectedItemCount": 1, "otherItems": [], "selectedItems": [item]}
    return {"message": "", "attachments": _files(written), "datePicker": "", "listPicker": nested(picker)}


def _dated(written: Written) -> Payload:
    """`choice.payload` is the start of the slot."""
    choice = written.order.choice
    slot = {"duration": "1800", "identifier": choice.identifier, "startTime": choice.payload}
    event = {"identifier": choice.request, "location": {}, "title": choice.title, "timeslots": [slot]}
    return {"message": "", "attachments": "", "datePicker": nested(event), "listPicker": ""}


def _quick(written: Written) -> Payload:
    choice = written.order.choice
    items = [{"identifier": choice.identifier, "title": choice.title}]
    return {"quickreplies": nested({"selectedIdentifier": choice.identifier, "items": items, "selectedIndex": 0})}


def _form(written: Written) -> Payload:
    choice = written.order.choice
    item = {"identifier": choice.identifier, "value": written.order.text, "type": "input", "title": written.order.text}
    page = {"pageIdentifier": "0", "items": [item], "subtitle": "", "title": choice.title}
    return {
        "formResponse": nested({"template": "messageForms", "version": "1.1", "private": True, "selections": [page]})
    }


def _authenticated(status: str) -> Callable[[Written], Payload]:
    return lambda _: {"authenticateStatus": status, "authenticateToken": "sim-token"}


def _paid(_: Written) -> Payload:
    total = {"amount": "14", "label": "Your Total", "type": "Final"}
    request: dict[str, Any] = {"lineItems": [total], "total": total, "countryCode": "US", "currencyCode": "USD"}
    return {"paymentStatus": "paid", "merchantIdentifier": "sim-merchant", "paymentRequest": request}


def _app(written: Written) -> Payload:
    return {"bid": "com.apple.messages.MSMessageExtensionBalloonPlugin:sim", "attachments": _files(written)}


def _typing(written: Written) -> Payload:
    return {"type": written.order.event}


def _closed(_: Written) -> Payload:
    return {"type": "close"}


def _invited(written: Written) -> Payload:
    """`choice.payload` is the number that was invited."""
    answer = "yes" if written.order.accepted else "no"
    notification = {"notification": {"id": answer}, "requestIdentifier": written.order.choice.request, "version": "1"}
    return {
        "msisdn": written.order.choice.payload,
        "invitationAccepted": "true" if written.order.accepted else "false",
        "invitationResponse": nested(notification),
    }


# The order's word, the payload's, and what is peculiar to it.
_EVENTS: dict[str, tuple[str, Callable[[Written], Payload]]] = {
    "MO": ("MO", _message),
    "listPicker": ("INTERACTIVERESPONSE", _picked),
    "datePicker": ("INTERACTIVERESPONSE", _dated),
    "QuickReplyResponse": ("QuickReplyResponse", _quick),
    "FormResponse": ("FormResponse", _form),
    "AuthenticationResponse": ("AuthenticationResponse", _authenticated("authenticated")),
    "NewAuthenticationResponse": ("NewAuthenticationResponse", _authenticated("success")),
    "PaymentResponse": ("PaymentResponse", _paid),
    "iMessageAppResponse": ("iMessageAppResponse", _app),
    "typing_start": ("TYPINGINDICATOR", _typing),
    "typing_end": ("TYPINGINDICATOR", _typing),
    "CONVERSATIONCLOSED": ("CONVERSATIONCLOSED", _closed),
    "InvitationResponse": ("InvitationResponse", _invited),
}
EVENTS = tuple(_EVENTS)


def apple_payload(written: Written) -> Payload:
    order = written.order
    if order.event not in _EVENTS:
        raise unknown(order.event, EVENTS)
    word, peculiar = _EVENTS[order.event]
    return {
        "abcUserId": order.sender,
        "channel": "AppleBusinessChat",
        "abcAccountId": "00f67e37-e26a-4ae5-8f1b-a73608a976cf",
        "appId": written.app,
        "event": word,
        "ts": written.at,
        "tid": written.tid,
        **peculiar(written),
        "locale": "en_US",
        "bizGroupId": "",
        "bizIntentId": "",
        "requestIdentifier": order.choice.request,
        "timestamp": "",
        "capabilities": "",
        "deviceAgent": "",
        "capabilityList": _CAPABILITIES,
    }
