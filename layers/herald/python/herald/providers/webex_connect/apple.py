"""
Apple Messages for Business: `channels.AppleBusinessChat` of the Webex Connect Messaging API v1.

An answer carries the `requestIdentifier` of what was asked: our reference. Only an invitation goes to a phone
number, and nothing else does.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC

from herald.content import (
    CardContent,
    InvitationContent,
    ListContent,
    ListSection,
    LocationContent,
    Media,
    MediaContent,
    MediaKind,
    OpenUrl,
    Suggestion,
    TextContent,
    TimePickerContent,
)
from herald.errors import UnsupportedFeature
from herald.media_type import KINDS
from herald.models import AddressType, OutboundMessage
from herald.provider import Provider
from herald.providers.webex_connect.envelope import Json, given
from herald.providers.webex_connect.parts import (
    answer,
    check_distinct,
    check_length,
    check_preview,
    file_of,
    foreseen,
    image_address,
    replies,
)

MIN_REPLIES, MAX_REPLIES = 2, 5
MAX_BUBBLE = 512
"""Characters of the title and the subtitle of the bubble that a person taps."""

PLACE = "\ufffc"
"""Where in a text its attachment is shown."""

_IMAGE = "image"


def check(message: OutboundMessage, provider: Provider) -> None:
    """What the documents forbid, field by field. Raises InvalidMessage or UnsupportedFeature."""
    block(foreseen(message), provider)


def block(message: OutboundMessage, provider: Provider) -> Mapping[str, object]:
    """What stands under `channels`. Setting: apple_locale, of invitations."""
    said = _said(message, provider)
    invites = isinstance(message.content, InvitationContent)
    if any((recipient.type is AddressType.PHONE) != invites for recipient in message.recipients):
        raise UnsupportedFeature(
            "an invitation goes to a phone number, and nothing else does",
            field="to",
            hint="invite the person first: their answer brings the id that everything else is sent to",
        )
    return {"AppleBusinessChat": said}


def _said(message: OutboundMessage, provider: Provider) -> Json:
    match message.content:
        case TextContent(suggestions=()) as content:
            return {"type": "text", "text": content.text}
        case MediaContent() as content:
            return _attachment(message, content)
        case CardContent() as content:
            return {"type": "richLink", "richLinkData": _rich_link(message, content)}
        case InvitationContent() as content:
            return _invitation(content, provider.setting("apple_locale", ""))
    return {"type": "interactive", "interactiveData": _question(message)}


def _question(message: OutboundMessage) -> Json:
    match message.content:
        case TextContent() as content:
            return _asking(message, {"quick-reply": _quick_reply(content.text, content.suggestions)})
        case ListContent() as content:
            return _list(message, content)
        case TimePickerContent() as content:
            return _time_picker(message, content)
    raise UnsupportedFeature("webex connect cannot send this to apple messages", field="content.type")


def _invitation(content: InvitationContent, locale: str) -> Json:
    fields = {"withImage": content.with_image, "brandName": content.brand, "locale": locale or None}
    return {"type": "invitation", **given(fields)}


def _attachment(message: OutboundMessage, content: MediaContent) -> Json:
    if content.suggestions:
        raise UnsupportedFeature("an apple attachment has no suggestions", field="content.suggestions")
    check_preview(content)
    file = file_of(message, content.media)
    attachment = {"url": file.url, "mimeType": file.content_type}
    return {"type": "text", "text": PLACE + (content.caption or ""), "attachments": [attachment]}


def _rich_link(message: OutboundMessage, content: CardContent) -> Json:
    """A link that is shown by its title and its image or video: a card that does nothing but open one page."""
    card = content.card
    match card.suggestions:
        case (OpenUrl(url=url),):
            pass
        case _:
            raise UnsupportedFeature(
                "an apple rich link opens exactly one page", field="content.card.suggestions", hint="give one url"
            )
    if content.suggestions:
        raise UnsupportedFeature("an apple rich link has no suggestions", field="content.suggestions")
    if card.description:
        raise UnsupportedFeature("an apple rich link has no description", field="content.card.description")
    if card.title is None or card.media is None:
        missing = "title" if card.title is None else "media"
        raise UnsupportedFeature(f"an apple rich link needs a {missing}", field=f"content.card.{missing}")
    return {"url": url, "title": card.title, "assets": _asset(message, card.media)}


def _asset(message: OutboundMessage, media: Media) -> Json:
    file = file_of(message, media)
    kind = KINDS.get(file.content_type, MediaKind.IMAGE)
    if kind not in (MediaKind.IMAGE, MediaKind.VIDEO):
        raise UnsupportedFeature("an apple rich link shows an image or a video", field="content.card.media")
    return {kind.value: {"url": file.url, "mimeType": file.content_type}}


def _asking(message: OutboundMessage, question: Json, bubble: Json | None = None) -> Json:
    """A question is told by the name of its member."""
    data = {"version": "1.0", "requestIdentifier": message.reference, **question}
    return {"data": data, **(bubble or {})}


def _bubble(title: str, subtitle: str | None, image: str | None = None) -> Json:
    """What the person sees before opening the question."""
    shown = given({"title": title, "subtitle": subtitle, "imageIdentifier": image})
    return {"useLiveLayout": True, "receivedMessage": shown}


def _quick_reply(text: str, suggestions: Sequence[Suggestion]) -> Json:
    if len(suggestions) < MIN_REPLIES:
        raise UnsupportedFeature(
            f"an apple quick reply offers {MIN_REPLIES} to {MAX_REPLIES} choices", field="content.suggestions"
        )
    items = [
        {"identifier": answer(reply), "title": reply.label}
        for reply in replies(suggestions, "content.suggestions", MAX_REPLIES)
    ]
    return {"summaryText": text, "items": items}


def _list(message: OutboundMessage, content: ListContent) -> Json:
    """The bubble says the text and, under it, what the button would say."""
    for part in ("header", "footer"):
        if getattr(content, part):
            raise UnsupportedFeature(f"an apple list has no {part}", field=f"content.{part}")
    check_length(content.text, "content.text", MAX_BUBBLE)
    check_distinct([row.data for section in content.sections for row in section.rows], "content.sections")
    sections = [_section(section, order) for order, section in enumerate(content.sections)]
    question: Json = {"images": [], "listPicker": {"sections": sections}}
    return _asking(message, question, _bubble(content.text, content.button))


def _section(section: ListSection, order: int) -> Json:
    items = [
        given({"identifier": row.data, "title": row.title, "subtitle": row.description, "order": place})
        for place, row in enumerate(section.rows)
    ]
    return given({"title": section.title, "multipleSelection": False, "order": order, "items": items})


def _time_picker(message: OutboundMessage, content: TimePickerContent) -> Json:
    """Without a timezoneOffset the times are shown in the person's own zone."""
    check_length(content.text, "content.text", MAX_BUBBLE)
    check_distinct([slot.data for slot in content.slots], "content.slots")
    image = image_address(message, content.image, "content.image") if content.image else None
    event = {
        "identifier": message.reference,
        "title": content.text,
        "timeslots": [
            {
                "identifier": slot.data,
                "startTime": slot.starts.astimezone(UTC).strftime("%Y-%m-%dT%H:%M+0000"),
                "duration": slot.minutes * 60,
            }
            for slot in content.slots
        ],
        "location": _location(content.location) if content.location else None,
    }
    images = [] if image is None else [{"identifier": _IMAGE, "data": image}]
    bubble = _bubble(content.text, content.description, None if image is None else _IMAGE)
    question: Json = {"images": images, "event": given(event)}
    return _asking(message, question, {**bubble, "replyMessage": {"title": content.text}})


def _location(content: LocationContent) -> Json:
    if content.suggestions:
        raise UnsupportedFeature("the place of an appointment has no suggestions", field="content.location.suggestions")
    return given(
        {
            "title": ", ".join(filter(None, (content.name, content.address))) or None,
            "latitude": content.latitude,
            "longitude": content.longitude,
            "radius": content.radius,
        }
    )
