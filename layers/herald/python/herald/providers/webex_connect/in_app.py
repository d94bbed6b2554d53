"""
In-app messages and live chat: `channels.appmessaging` of the Webex Connect Messaging API v1.

Every message belongs to a thread. The documents contradict themselves in the name of the quick replies, which is
a setting, and in their number: five, as code 7706 says.
"""

from collections.abc import Mapping, Sequence

from herald.content import (
    Card,
    CardContent,
    CarouselContent,
    LocationContent,
    MediaContent,
    MediaKind,
    OpenUrl,
    Reply,
    Suggestion,
    TextContent,
)
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import OutboundMessage
from herald.provider import Provider
from herald.providers.webex_connect.envelope import Json, given
from herald.providers.webex_connect.parts import (
    answer,
    buttons,
    check_distinct,
    check_preview,
    check_size,
    file_of,
    foreseen,
    image_address,
    kind_of,
    replies,
)

MAX_REPLIES = 5
MAX_ELEMENTS = 8
MAX_BUTTONS = 3
MAX_NOTICE = 200
"""Characters of a message that are repeated in the notification beside it; documented is only the overall size."""


def check(message: OutboundMessage, provider: Provider) -> None:
    """What the documents forbid, field by field. Raises InvalidMessage or UnsupportedFeature."""
    block(foreseen(message), provider)


def block(message: OutboundMessage, provider: Provider) -> Mapping[str, object]:
    """
    What stands under `channels`.

    Settings: in_app_quick_replies, in_app_video_preview, in_app_extras, in_app_notification_title and _text.
    """
    said = _said(message, provider)
    if message.options.thread is None:
        raise InvalidMessage("an in-app message belongs to a thread", field="options.thread")
    if suggestions := getattr(message.content, "suggestions", ()):
        name = provider.choice("in_app_quick_replies", "quickreplies", "quickReplies")
        said[name] = {"reference": message.reference, "options": _quick_replies(suggestions)}
    if provider.switch("in_app_extras", default=False):
        said["extras"] = {}
    fields = given(
        {
            "thread_id": message.options.thread,
            "message": said,
            "notification": _notification(provider, said.get("text")),
        }
    )
    check_size(fields)
    return {"appmessaging": fields}


def _said(message: OutboundMessage, provider: Provider) -> Json:
    match message.content:
        case TextContent() as content:
            return {"text": content.text}
        case MediaContent() as content:
            return given({"text": content.caption or None, "attachment": _media(message, content, provider)})
        case LocationContent() as content:
            return given({"text": _label(content), "attachment": _location(content)})
        case CardContent() as content:
            return {"attachment": _template(message, [(content.card, "content.card")])}
        case CarouselContent() as content:
            if len(content.cards) > MAX_ELEMENTS:
                raise InvalidMessage(f"an in-app carousel has at most {MAX_ELEMENTS} cards", field="content.cards")
            cards = [(card, f"content.cards[{position}]") for position, card in enumerate(content.cards)]
            return {"attachment": _template(message, cards)}
    raise UnsupportedFeature("webex connect cannot send this into an app", field="content.type")


def _media(message: OutboundMessage, content: MediaContent, provider: Provider) -> Json:
    check_preview(content)
    file = file_of(message, content.media)
    kind = kind_of(content, file)
    preview = provider.setting("in_app_video_preview", "") if kind is MediaKind.VIDEO else ""
    if content.kind is MediaKind.VIDEO and not preview:
        raise UnsupportedFeature(
            "an in-app video needs a preview, which this account has not got",
            field="content.kind",
            hint="give kind file, or the account's setting in_app_video_preview",
        )
    shown = {MediaKind.IMAGE: "image", MediaKind.AUDIO: "audio", MediaKind.VIDEO: "video" if preview else "file"}
    return given(
        {
            "contentType": shown.get(kind, "file"),
            "file": file.url,
            "size": file.size or None,
            "preview": preview or None,
        }
    )


def _label(content: LocationContent) -> str | None:
    """A place has no name of its own there: it is said in the text beside it."""
    return ", ".join(filter(None, (content.name, content.address))) or None


def _location(content: LocationContent) -> Json:
    if content.radius is not None:
        raise UnsupportedFeature("an in-app location has no radius", field="content.radius")
    return {"contentType": "location", "latitude": str(content.latitude), "longitude": str(content.longitude)}


def _template(message: OutboundMessage, cards: Sequence[tuple[Card, str]]) -> Json:
    """One element a card. Identifiers of the buttons are unique over all of them (code 7704)."""
    elements = [_element(message, card, field) for card, field in cards]
    taps = [tap for card, field in cards for tap in buttons(card.suggestions, f"{field}.suggestions", MAX_BUTTONS)]
    check_distinct([answer(tap) for tap in taps], "content")
    payload = {"reference": message.reference, "elements": elements}
    return {"contentType": "template", "templateType": "generic", "payload": payload}


def _element(message: OutboundMessage, card: Card, field: str) -> Json:
    if card.title is None:
        raise UnsupportedFeature("an in-app card needs a title", field=f"{field}.title")
    taps = buttons(card.suggestions, f"{field}.suggestions", MAX_BUTTONS)
    image = image_address(message, card.media, f"{field}.media") if card.media else None
    return given(
        {
            "title": card.title,
            "subtitle": card.description,
            "imageUrls": None if image is None else [image],
            "buttons": [_button(tap) for tap in taps] or None,
        }
    )


def _button(suggestion: Reply | OpenUrl) -> Json:
    tap: Json = {"identifier": answer(suggestion), "title": suggestion.label}
    if isinstance(suggestion, OpenUrl):
        return {"type": "webUrl", **tap, "url": suggestion.url}
    return {"type": "templatePostback", **tap}


def _quick_replies(suggestions: Sequence[Suggestion]) -> list[Json]:
    return [
        {"type": "quickReplyPostback", "identifier": answer(reply), "title": reply.label}
        for reply in replies(suggestions, "content.suggestions", MAX_REPLIES)
    ]


def _notification(provider: Provider, text: object) -> Json | None:
    """A push notification for whoever has not got the app open, if the account wants one."""
    title = provider.setting("in_app_notification_title", "")
    if not title:
        return None
    said = text if isinstance(text, str) else title
    return {"title": title, "text": provider.setting("in_app_notification_text", "") or said[:MAX_NOTICE]}
