"""
One message of each kind over every channel of Webex Connect, and what its documents want to read for it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.client import Json
from local.simulators.webex_connect.magic import Fate, number_for
from tests.stack.samples import LINK


@dataclass(frozen=True)
class Kind:
    """
    A message of a feature, media named by type, and members that the request has to have, of those it has.

    `to` is the type of the recipient's address; `account` the kind of account, where it has to be another than most.
    """

    feature: str
    channel: str
    content: Json
    said: Json
    to: str = "phone"
    options: Json = field(default_factory=dict)
    account: str = "v1"


ENDS: Mapping[str, str] = {"sms": "delivered", "voice": "delivered", "apple": "sent"}
"""The best that a channel tells of a message, where it is not `read`."""

_YES, _NO = ({"type": "reply", "label": label, "data": label.lower()} for label in ("Yes", "No"))
_LOOK = {"type": "url", "label": "Look", "url": "https://example.com", "data": "look"}
_CARD = {"title": "Croissant", "description": "Fresh", "media": "image/png", "suggestions": [_LOOK]}
_OTHER = {**_CARD, "title": "Baguette", "suggestions": [{**_LOOK, "data": "baguette"}]}
_MENU = {
    "type": "list",
    "text": "Which one?",
    "button": "Choose",
    "sections": [{"title": "Croissants", "rows": [{"data": "b", "title": "Butter"}, {"data": "p", "title": "Plain"}]}],
}
_ROWS = [{"title": "Butter"}, {"title": "Plain"}]
_PLACE = {"type": "location", "latitude": 48.2, "longitude": 16.37, "name": "Bakery", "address": "Graben 1"}
_TIMES = {
    "type": "time_picker",
    "text": "When?",
    "slots": [{"data": "ten", "starts": "2027-01-04T10:00:00+01:00", "minutes": 15}],
}
_IN_APP = {"thread": "thread-1"}


def _text(text: str, *suggestions: Json) -> Json:
    return {"type": "text", "text": text, **({"suggestions": list(suggestions)} if suggestions else {})}


def _media(kind: str, media: str, **more: str) -> Json:
    return {"type": "media", "kind": kind, "media": media, **more}


def _template(name: str, **more: object) -> Json:
    return {"type": "template", "name": name, "language": "en", **more}


def _v1(channel: str, **said: object) -> Json:
    return {"channels": {channel: said}}


def _app(**said: object) -> Json:
    return _v1("appmessaging", thread_id="thread-1", message=said)


def _ott(name: str, **said: object) -> Json:
    return _v1("OTT-Messaging", **{name: said})


def _wa(kind: str, **said: object) -> Json:
    return _ott("wa", type=kind, **{kind: said})


def _asked(**question: object) -> Json:
    return _v1("AppleBusinessChat", type="interactive", interactiveData={"data": question})


def _v2(**content: object) -> Json:
    return {"content": content}


KINDS = (
    Kind("X2", "sms", _text("Hello"), _v1("sms", type="1", text="Hello", senderid="56263")),
    Kind("X2", "sms", _text("Grüße 👋"), _v1("sms", type="4", text="Grüße 👋")),
    Kind(
        "X2",
        "sms",
        _text("Hello"),
        _v1("sms", type="2", extras={"dlt_templateid": "110716"}),
        options={"flash": True, "regulatory_template": "110716"},
    ),
    Kind("X2", "sms", {"type": "binary", "segments": ["SGVsbG8="]}, _v1("sms", type="3", body="48656C6C6F")),
    Kind(
        "X10",
        "sms",
        _template("1234", named={"name": "Ada"}),
        {"message": {"template": "1234", "parameters": {"name": "Ada"}}},
    ),
    Kind("X3", "voice", {"type": "voice", "flow": "184"}, _v1("voice", callflowid="184", cli="+43720112233")),
    Kind("X3", "voice", {"type": "voice", "prompt": "12"}, _v1("voice", promptid="12")),
    Kind(
        "X3",
        "voice",
        {"type": "voice", "text": "Your croissants are ready"},
        {"channel": "voice", **_v2(type="TTS", text="Your croissants are ready")},
        account="v2",
    ),
    Kind(
        "X4",
        "in_app",
        _text("Coffee?", _YES, _NO),
        _app(text="Coffee?", quickreplies={"options": [{"identifier": "yes"}, {"identifier": "no"}]}),
        to="user",
        options=_IN_APP,
    ),
    Kind(
        "X4",
        "in_app",
        _media("image", "image/png", caption="Look"),
        {
            "channels": {
                "appmessaging": {
                    "message": {"text": "Look", "attachment": {"contentType": "image", "file": LINK}},
                    "notification": {"title": "Bakery", "text": "Look"},
                }
            }
        },
        to="user",
        options=_IN_APP,
        account="notifying",
    ),
    Kind(
        "X4",
        "in_app",
        {"type": "carousel", "cards": [_CARD, _OTHER]},
        _app(attachment={"payload": {"elements": [{"title": "Croissant"}, {"title": "Baguette"}]}}),
        to="user",
        options=_IN_APP,
    ),
    Kind(
        "X5",
        "push",
        {"type": "push", "title": "Bakery", "body": "Fresh", "media": "image/png", "buttons": [_YES, _NO]},
        _v1(
            "push",
            android={"title": "Bakery", "text": "Fresh"},
            ios={"extras": {"attachmenturl": LINK}},
            web={"text": "Fresh"},
            interactive={"category": "DOUBLE_YES_NO", "pushref": '{"YES":"yes","NO":"no"}'},
        ),
        to="user",
    ),
    Kind(
        "X6",
        "messenger",
        _text("Coffee?", _YES, _NO),
        _ott("fb", text="Coffee?", quick_replies=[{"payload": "yes"}, {"payload": "no"}]),
        to="messenger",
    ),
    Kind(
        "X6",
        "messenger",
        _media("document", "application/pdf"),
        _ott("fb", attachment={"type": "file", "payload": {"url": LINK}}),
        to="messenger",
    ),
    Kind(
        "X6",
        "messenger",
        {"type": "card", "card": _CARD},
        _ott("fb", attachment={"payload": {"template_type": "generic", "elements": [{"image_url": LINK}]}}),
        to="messenger",
    ),
    Kind(
        "X6",
        "messenger",
        {"type": "buttons", "text": "Coffee?", "buttons": [_YES, _LOOK]},
        _ott("fb", attachment={"payload": {"template_type": "button", "text": "Coffee?"}}),
        to="messenger",
    ),
    Kind("X8", "apple", _text("Hello"), _v1("AppleBusinessChat", type="text", text="Hello"), to="apple"),
    Kind(
        "X8",
        "apple",
        _media("image", "image/png"),
        _v1("AppleBusinessChat", text="\ufffc", attachments=[{"url": LINK, "mimeType": "image/png"}]),
        to="apple",
    ),
    Kind(
        "X8",
        "apple",
        {"type": "card", "card": {name: part for name, part in _CARD.items() if name != "description"}},
        _v1(
            "AppleBusinessChat",
            type="richLink",
            richLinkData={"title": "Croissant", "assets": {"image": {"url": LINK}}},
        ),
        to="apple",
    ),
    Kind("X8", "apple", _MENU, _asked(listPicker={"sections": [{"items": _ROWS}]}), to="apple"),
    Kind("X8", "apple", _TIMES, _asked(event={"timeslots": [{"identifier": "ten", "duration": 900}]}), to="apple"),
    Kind("X8", "apple", _text("Coffee?", _YES, _NO), _asked(**{"quick-reply": {"summaryText": "Coffee?"}}), to="apple"),
    Kind("X8", "apple", {"type": "invitation", "brand": "Bakery"}, _v1("AppleBusinessChat", brandName="Bakery")),
    Kind("X7", "whatsapp", {**_text("Hello"), "preview_url": True}, _wa("text", body="Hello")),
    Kind("X7", "whatsapp", _media("image", "image/png", caption="Look"), _wa("image", url=LINK, caption="Look")),
    Kind("X7", "whatsapp", _media("video", "video/mp4"), _wa("video", url=LINK, mimeType="video/mp4")),
    Kind("X7", "whatsapp", _media("audio", "audio/aac"), _wa("audio", url=LINK)),
    Kind(
        "X7",
        "whatsapp",
        _media("document", "application/pdf", filename="menu.pdf"),
        _wa("document", url=LINK, filename="menu.pdf"),
    ),
    Kind("X7", "whatsapp", {"type": "sticker", "media": "image/webp"}, _wa("sticker", url=LINK)),
    Kind("X7", "whatsapp", _PLACE, _wa("location", latitude=48.2, longitude=16.37, name="Bakery")),
    Kind(
        "X7",
        "whatsapp",
        {"type": "contacts", "contacts": [{"name": "Ada Baker", "phones": [{"phone": "+4312345678"}]}]},
        _ott("wa", contacts=[{"name": {"formatted_name": "Ada Baker"}, "phones": [{"phone": "+4312345678"}]}]),
    ),
    Kind("X7", "whatsapp", _MENU, _wa("list", action={"button": "Choose", "sections": [{"rows": _ROWS}]})),
    Kind(
        "X7",
        "whatsapp",
        {"type": "buttons", "text": "Coffee?", "buttons": [_YES, _NO], "header_media": "image/png"},
        _wa("reply", header={"image": {"url": LINK}}, body={"text": "Coffee?"}),
    ),
    Kind(
        "X7",
        "whatsapp",
        _template(
            "9876",
            header={"media": "application/pdf", "kind": "document"},
            parameters=[
                "Ada",
                {"type": "currency", "code": "EUR", "amount": 12500, "fallback": "12,50 €"},
                {"type": "date_time", "at": "2027-01-04T10:00:00+01:00", "fallback": "Monday"},
            ],
            buttons=[{"index": 0, "type": "url", "value": "abc"}, {"index": 1, "type": "reply", "value": "yes"}],
        ),
        {
            "message": {
                "template": "9876",
                "parameters": {
                    "1": "Ada",
                    "2": {"type": "currency", "amount_1000": "12500"},
                    "3": {"type": "date_time", "timestamp": "1799053200"},
                    "document": {"link": LINK},
                    "url1": {"type": "url", "payload": "abc"},
                    "quickReply": [{"button_text": "Button 2", "payload": "yes"}],
                },
            }
        },
    ),
    Kind(
        "X17",
        "rcs",
        _text("Coffee?", _YES, _LOOK),
        _v2(text="Coffee?", suggestions=[{"postbackData": "yes"}, {"type": "openUrl"}]),
    ),
    Kind("X17", "rcs", _media("image", "image/png"), _v2(type="media", mediaContentUrl=LINK)),
    Kind("X17", "rcs", {"type": "card", "card": _CARD}, _v2(type="standalone", richCard={"media": {"url": LINK}})),
    Kind(
        "X17",
        "rcs",
        {"type": "carousel", "cards": [_CARD, _OTHER]},
        _v2(type="carousel", cards=[{"title": "Croissant"}, {"title": "Baguette"}]),
    ),
    Kind("X17", "rcs", _template("55", parameters=["Ada"]), {"template": {"id": "55"}, "substitutions": {"1": "Ada"}}),
    Kind("X17", "sms", _text("x" * 1025), {"channel": "sms", "from": "56263", **_v2(type="text")}, account="v2"),
    Kind("X17", "sms", _text("Grüße 👋"), _v2(type="unicode", text="Grüße 👋"), account="v2"),
    Kind("X10", "sms", _template("55", named={"name": "Ada"}), {"substitutions": {"name": "Ada"}}, account="v2"),
)


_PLAIN: Mapping[str, Json] = {
    "voice": {"type": "voice", "flow": "184"},
    "push": {"type": "push", "title": "Bakery", "body": "Fresh"},
}


def plain(channel: str, to: str | Json) -> Json:
    """The plainest message to somebody over a channel."""
    body = {"channel": channel, "account": "webex", "to": to, "content": _PLAIN.get(channel, _text("Hello"))}
    return {**body, "options": _IN_APP} if channel == "in_app" else body


def somebody_who(channel: str, does: str, outcome: Fate | str) -> str | Json:
    """
    An address that forces an outcome: it `refuse`s or `fail`s with a code, or has a `fate`. Where the channel's
    addresses are numbers, it is the same for all tests.
    """
    number = number_for(outcome, refuse=does == "refuse")
    if channel in ("sms", "voice", "whatsapp", "rcs"):
        return number
    if channel == "messenger":
        return {"type": channel, "value": number.removeprefix("+")}
    kind = {"in_app": "user", "push": "user"}.get(channel, channel)
    named = f"{uuid.uuid4().hex}-sim-{does}-{outcome.name.lower() if isinstance(outcome, Fate) else outcome}"
    return {"type": kind, "value": f"urn:mbid:{named}" if kind == "apple" else named}
