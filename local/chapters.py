"""
What the tour sends: one message of each kind over every channel, through all five systems.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from local.client import Json
from local.simulators.websms.magic import Fate, number_for

RECIPIENT = "+436601234567"

ADDRESSES: Mapping[str, object] = {
    "in_app": {"type": "user", "value": "ada"},
    "push": {"type": "push_android", "value": "APA91bHun4MxP5egoKMwt2KZFBaFUH"},
    "messenger": {"type": "messenger", "value": "1254477777772919"},
    "apple": {"type": "apple", "value": "urn:mbid:AQAAY3Rlc3Q="},
}
"""Whom the channels reach that know no phone numbers."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    One message and the status it has to end in; `more` are further members of the request.

    Of a `polled` one nobody is told: its provider's lists are read every minute, so its end is looked at last.
    """

    name: str
    channel: str
    content: Mapping[str, object]
    ends: str
    more: Mapping[str, object] = field(default_factory=dict)
    polled: bool = False

    def request(self) -> Json:
        """The body of `POST /v1/messages`."""
        to = ADDRESSES.get(self.channel, RECIPIENT)
        return {"channel": self.channel, "to": to, "content": self.content, **self.more}


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps that belong together."""

    title: str
    steps: Sequence[Step]


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _card(title: str, media_id: str) -> Json:
    buttons = [{"type": "url", "label": "Have a look", "url": "https://example.com"}]
    return {"title": title, "description": "Fresh from the oven", "media": {"id": media_id}, "suggestions": buttons}


_YES = {"type": "reply", "label": "Yes, please", "data": "yes"}
_NO = {"type": "reply", "label": "No, thanks", "data": "no"}
_PART = base64.b64encode(bytes([5, 0, 3, 0xFC, 1, 1]) + b"Herald").decode()
_BINARY = {"type": "binary", "segments": [_PART], "user_data_header": True}
_TEMPLATE = {"type": "template", "name": "order_ready", "language": "en", "parameters": ["Ada", "4711"]}
_PLACE = {"type": "location", "latitude": 48.2083, "longitude": 16.3725, "name": "Bakery", "address": "Graben 1, Wien"}
_MENU = {
    "type": "list",
    "text": "Which one?",
    "button": "Choose",
    "sections": [{"title": "Croissants", "rows": [{"data": "b", "title": "Butter"}, {"data": "p", "title": "Plain"}]}],
}
_TIMES = {
    "type": "time_picker",
    "text": "When do you come?",
    "slots": [{"data": "ten", "starts": "2027-01-04T10:00:00+01:00", "minutes": 15}],
}

_POOR = "+4366099995012"

_SMSGLOBAL = {"account": "smsglobal"}
_WEBEX = {"account": "webex"}
_HUAWEI = {"account": "huawei"}


def chapters(picture: str) -> Sequence[Chapter]:
    """What is sent; `picture` is the id of an uploaded image."""
    media = {"type": "media", "media": {"id": picture}, "kind": "image"}
    card = {"type": "card", "card": _card("Croissant", picture)}
    carousel = {"type": "carousel", "cards": [_card("Croissant", picture), _card("Baguette", picture)]}
    return (
        Chapter(
            "SMSGlobal: WhatsApp, told by lists that are read every minute",
            (
                Step("text", "whatsapp", _text("Hello from Herald 👋"), "read", _SMSGLOBAL, polled=True),
                Step("media", "whatsapp", {**media, "caption": "A picture"}, "read", _SMSGLOBAL, polled=True),
                Step("location", "whatsapp", _PLACE, "read", _SMSGLOBAL, polled=True),
            ),
        ),
        Chapter(
            "websms: WhatsApp, RCS and SMS",
            (
                Step("whatsapp text", "whatsapp", _text("Hello from Herald 👋"), "read"),
                Step("whatsapp media", "whatsapp", {**media, "caption": "A picture"}, "read"),
                Step("whatsapp template", "whatsapp", _TEMPLATE, "read"),
                Step("rcs text", "rcs", {**_text("Coffee?"), "suggestions": [_YES]}, "read"),
                Step("rcs card", "rcs", card, "read"),
                Step("rcs carousel", "rcs", carousel, "read"),
                Step("sms text", "sms", _text("Hello from Herald"), "delivered"),
                Step(
                    "sms binary", "sms", {"type": "binary", "segments": [_PART], "user_data_header": True}, "delivered"
                ),
                Step("sms simple", "sms", _text("By the simple method"), "delivered", {"account": "websms-simple"}),
                Step("sms, from a card", "sms", card, "delivered"),
            ),
        ),
        Chapter(
            "Webex Connect: eight channels",
            (
                Step("sms text", "sms", _text("Hello from Herald"), "delivered", _WEBEX),
                Step("rcs card", "rcs", card, "read", _WEBEX),
                Step("whatsapp text", "whatsapp", _text("Hello from Herald 👋"), "read", _WEBEX),
                Step("whatsapp list", "whatsapp", _MENU, "read", _WEBEX),
                Step("voice flow", "voice", {"type": "voice", "flow": "184"}, "delivered"),
                Step("in-app text", "in_app", {**_text("Coffee?"), "suggestions": [_YES]}, "read", _in("thread-1")),
                Step("push", "push", {"type": "push", "title": "Bakery", "body": "Fresh croissants"}, "read"),
                Step("messenger", "messenger", {"type": "buttons", "text": "Coffee?", "buttons": [_YES, _NO]}, "read"),
                Step("apple list", "apple", _MENU, "sent"),
                Step("apple times", "apple", _TIMES, "sent"),
            ),
        ),
        Chapter(
            "Huawei AICC: WhatsApp",
            (
                Step("text", "whatsapp", _text("Hello from Herald 👋"), "read", _HUAWEI),
                Step("media", "whatsapp", {**media, "caption": "A picture"}, "read", _HUAWEI),
                Step("location", "whatsapp", _PLACE, "read", _HUAWEI),
                Step("media template", "whatsapp", {**_TEMPLATE, "header": {"text": "Bakery"}}, "read", _HUAWEI),
            ),
        ),
        Chapter(
            "What cannot arrive says so",
            (
                Step("whatsapp, fails", "whatsapp", _text("To nobody"), "failed", {"to": number_for(Fate.FAILED)}),
                Step("sms, refused", "sms", _text("To the blacklist"), "rejected", {"to": number_for(4031)}),
                Step("webex, refused", "sms", _text("To nobody"), "rejected", {**_WEBEX, "to": "+4366099997102"}),
                Step(
                    "huawei, refused", "whatsapp", _text("On credit"), "rejected", {**_HUAWEI, "to": "+4366099995012"}
                ),
            ),
        ),
    )


def _in(thread: str) -> Json:
    return {"options": {"thread": thread}}
