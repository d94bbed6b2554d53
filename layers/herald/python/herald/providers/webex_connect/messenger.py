"""
Facebook Messenger: `channels.OTT-Messaging.fb` of the Webex Connect Messaging API v1.

Cards are Meta's generic template, buttons its button template; quick replies can stand under anything but those.
"""

from collections.abc import Mapping, Sequence

from herald.content import (
    ButtonsContent,
    Card,
    CardContent,
    CarouselContent,
    MediaContent,
    MediaKind,
    OpenUrl,
    Reply,
    Suggestion,
    TextContent,
)
from herald.errors import UnsupportedFeature
from herald.models import OutboundMessage
from herald.provider import Provider
from herald.providers.webex_connect.envelope import Json, given
from herald.providers.webex_connect.parts import (
    answer,
    buttons,
    check_length,
    check_preview,
    file_of,
    foreseen,
    image_address,
    kind_of,
    replies,
)

MAX_REPLIES = 10
MAX_REPLY_TITLE = 20
MAX_TITLE = 80
MAX_BUTTONS = 3

_KINDS: Mapping[MediaKind, str] = {MediaKind.IMAGE: "image", MediaKind.VIDEO: "video", MediaKind.AUDIO: "audio"}


def check(message: OutboundMessage, provider: Provider) -> None:
    """What the documents forbid, field by field. Raises InvalidMessage or UnsupportedFeature."""
    block(foreseen(message), provider)


def block(message: OutboundMessage, provider: Provider) -> Mapping[str, object]:
    """
    What stands under `channels`.

    Settings: messenger_type, messenger_tag, messenger_notification, messenger_quick_reply_image.
    """
    said = _said(message)
    if suggestions := getattr(message.content, "suggestions", ()):
        image = provider.setting("messenger_quick_reply_image", "") or None
        said["quick_replies"] = _quick_replies(suggestions, image)
    return {"OTT-Messaging": {"fb": said | _manner(provider)}}


def _manner(provider: Provider) -> Json:
    """Why and how loudly: Meta lets only a tagged message out once the person has been silent for 24 hours."""
    kind = provider.choice("messenger_type", "RESPONSE", "UPDATE", "MESSAGE_TAG")
    notification = provider.choice("messenger_notification", "REGULAR", "SILENT_PUSH", "NO_PUSH")
    tag = provider.setting("messenger_tag", "HUMAN_AGENT") if kind == "MESSAGE_TAG" else None
    silent = None if notification == "REGULAR" else notification
    return given({"messaging_type": kind, "tag": tag, "notification_type": silent})


def _said(message: OutboundMessage) -> Json:
    match message.content:
        case TextContent() as content:
            return {"text": content.text}
        case MediaContent() as content:
            return {"attachment": _media(message, content)}
        case CardContent() as content:
            return _template("generic", {"elements": [_element(message, content.card, "content.card")]})
        case CarouselContent() as content:
            cards = enumerate(content.cards)
            elements = [_element(message, card, f"content.cards[{position}]") for position, card in cards]
            return _template("generic", {"elements": elements})
        case ButtonsContent() as content:
            return _template("button", _buttons(content))
    raise UnsupportedFeature("webex connect cannot send this over messenger", field="content.type")


def _media(message: OutboundMessage, content: MediaContent) -> Json:
    if content.caption:
        raise UnsupportedFeature(
            "messenger media has no caption", field="content.caption", hint="send a card with the image and a text"
        )
    check_preview(content)
    file = file_of(message, content.media)
    return {"type": _KINDS.get(kind_of(content, file), "file"), "payload": {"url": file.url}}


def _template(kind: str, fields: Json) -> Json:
    return {"attachment": {"type": "template", "payload": {"template_type": kind, **fields}}}


def _element(message: OutboundMessage, card: Card, field: str) -> Json:
    if card.title is None:
        raise UnsupportedFeature("a messenger card needs a title", field=f"{field}.title")
    check_length(card.title, f"{field}.title", MAX_TITLE)
    check_length(card.description, f"{field}.description", MAX_TITLE)
    image = image_address(message, card.media, f"{field}.media") if card.media else None
    taps = buttons(card.suggestions, f"{field}.suggestions", MAX_BUTTONS)
    return given(
        {
            "title": card.title,
            "subtitle": card.description,
            "image_url": image,
            "buttons": [_button(tap) for tap in taps] or None,
        }
    )


def _buttons(content: ButtonsContent) -> Json:
    for part in ("header", "header_media", "footer"):
        if getattr(content, part):
            raise UnsupportedFeature(
                f"messenger buttons have no {part.replace('_', ' ')}", field=f"content.{part}", hint="send a card"
            )
    taps = buttons(content.buttons, "content.buttons", MAX_BUTTONS)
    return {"text": content.text, "buttons": [_button(tap) for tap in taps]}


def _button(suggestion: Reply | OpenUrl) -> Json:
    if isinstance(suggestion, OpenUrl):
        return {"type": "web_url", "title": suggestion.label, "url": suggestion.url}
    return {"type": "postback", "title": suggestion.label, "payload": answer(suggestion)}


def _quick_replies(suggestions: Sequence[Suggestion], image: str | None) -> list[Json]:
    chosen = replies(suggestions, "content.suggestions", MAX_REPLIES)
    for position, reply in enumerate(chosen):
        check_length(reply.label, f"content.suggestions[{position}].label", MAX_REPLY_TITLE)
    return [
        given({"content_type": "text", "title": reply.label, "payload": answer(reply), "image_url": image})
        for reply in chosen
    ]
