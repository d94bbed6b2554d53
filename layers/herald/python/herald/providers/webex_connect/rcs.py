"""
RCS, through v2 alone: text, media, rich card, carousel, template (Webex Connect, "RCS API").

Sizes of files are optional and documented in two units, so they are left out. A suggestion says what it does in one
flat object.
"""

from datetime import UTC, datetime

from herald.content import (
    AddEvent,
    ButtonsContent,
    Card,
    CardContent,
    CarouselContent,
    Dial,
    Media,
    MediaContent,
    OpenUrl,
    Reply,
    ShowMap,
    Suggestion,
    TemplateContent,
    TextContent,
)
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import OutboundMessage
from herald.providers.webex_connect import parameters
from herald.providers.webex_connect.envelope import Json, given
from herald.providers.webex_connect.sms import template_v2

MAX_TEXT = 1024
MAX_CHIPS = 10
MAX_CARD_CHIPS = 4
MAX_CAROUSEL_CHIPS = 2
MAX_VALIDITY = 7 * 86_400


def check(message: OutboundMessage) -> None:
    """The limits of the page, field by field. Raises InvalidMessage or UnsupportedFeature."""
    validity = message.options.validity_seconds
    if validity and validity > MAX_VALIDITY:
        raise InvalidMessage(f"rcs is kept for at most {MAX_VALIDITY} seconds", field="options.validity_seconds")
    match message.content:
        case TextContent() as content:
            _check_text(content.text)
        case MediaContent(caption=str()):
            raise UnsupportedFeature(
                "an rcs file has no caption", field="content.caption", hint="send a card with the media and a text"
            )
        case ButtonsContent() as content:
            _check_buttons(content)
        case CardContent() as content:
            _check_card(content.card, MAX_CARD_CHIPS, "content.card")
            if content.suggestions:
                raise UnsupportedFeature("the provider has suggestions in the card only", field="content.suggestions")
        case CarouselContent() as content:
            for position, card in enumerate(content.cards):
                _check_card(card, MAX_CAROUSEL_CHIPS, f"content.cards[{position}]")
        case TemplateContent() as content:
            parameters.check_text_only(content)
    _check_chips(getattr(message.content, "suggestions", ()), MAX_CHIPS, "content.suggestions")


def content_v2(message: OutboundMessage, parameter_name: str) -> Json:
    """The members of a v2 body that say what is sent."""
    match message.content:
        case TextContent(text=text, suggestions=chips) | ButtonsContent(text=text, buttons=chips):
            return {"content": {"type": "text", "text": text, **_chips(chips)}}
        case MediaContent() as content:
            file = message.media[content.media.key]
            return {"content": {"type": "media", "mediaContentUrl": file.url, **_chips(content.suggestions)}}
        case CardContent() as content:
            return {"content": {"type": "standalone", "richCard": _standalone(message, content)}}
        case CarouselContent() as content:
            cards = [_card(message, card) for card in content.cards]
            width = content.width.upper()
            return {"content": {"type": "carousel", "width": width, "cards": cards, **_chips(content.suggestions)}}
        case TemplateContent() as content:
            return template_v2(content, parameter_name)
    raise UnsupportedFeature("the provider cannot send this over rcs", field="content.type")


def _standalone(message: OutboundMessage, content: CardContent) -> Json:
    """The alignment is mandatory even where no image stands beside the text."""
    card = content.card
    fields = _card(message, card) | {
        "orientation": content.orientation.upper(),
        "thumbnailAlignment": (content.alignment or "left").upper(),
    }
    if card.thumbnail:
        file = message.media[card.thumbnail.key]
        shown = _shown(message, card.thumbnail, card.height)
        fields["thumbnail"] = shown | given({"contentType": file.content_type, "description": card.media_description})
    return fields


def _card(message: OutboundMessage, card: Card) -> Json:
    if card.media is None:
        raise UnsupportedFeature("a card of the provider is not without media", field="content.type")
    media = _shown(message, card.media, card.height)
    return given({"title": card.title, "description": card.description, "media": media, **_chips(card.suggestions)})


def _shown(message: OutboundMessage, media: Media, height: str) -> Json:
    return {"url": message.media[media.key].url, "height": height.upper()}


def _chips(suggestions: tuple[Suggestion, ...]) -> Json:
    return {"suggestions": [_chip(suggestion) for suggestion in suggestions]} if suggestions else {}


def _chip(suggestion: Suggestion) -> Json:
    """A reply or an action; without data of the client's, the label comes back when it is tapped."""
    does = _does(suggestion)
    if does is None:
        raise UnsupportedFeature("the provider has no such suggestion", field="content.suggestions")
    return {**does, "displayText": suggestion.label, "postbackData": suggestion.data or suggestion.label}


def _does(suggestion: Suggestion) -> Json | None:
    """The kind of a suggestion with what it needs; None for what the provider does not have."""
    match suggestion:
        case Reply():
            does: Json = {"type": "reply"}
        case OpenUrl(url=url):
            does = {"type": "openUrl", "url": url}
        case Dial(call="voice", phone=phone):
            does = {"type": "dialPhone", "phone": phone}
        case ShowMap(request=True):
            does = {"type": "shareLocation"}
        case ShowMap(latitude=float() as latitude, longitude=longitude, name=name):
            does = {"type": "viewLocation", "latitude": latitude, "longitude": longitude, "address": name}
        case AddEvent():
            does = {
                "type": "calendarEvent",
                "startTime": _time(suggestion.starts),
                "endTime": _time(suggestion.ends),
                "meetingTitle": suggestion.title,
                "meetingDescription": suggestion.description,
            }
        case _:
            return None
    return given(does)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _check_text(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise InvalidMessage(
            f"rcs takes at most {MAX_TEXT} characters", field="content.text", hint=f"this has {len(text)}"
        )


def _check_buttons(content: ButtonsContent) -> None:
    for part in ("header", "header_media", "footer"):
        if getattr(content, part):
            raise UnsupportedFeature(
                f"rcs buttons have no {part.replace('_', ' ')}", field=f"content.{part}", hint="send a card"
            )
    _check_text(content.text)
    _check_chips(content.buttons, MAX_CHIPS, "content.buttons")


def _check_card(card: Card, chips: int, field: str) -> None:
    for part in ("title", "media"):
        if not getattr(card, part):
            raise UnsupportedFeature(f"a card of the provider is not without {part}", field=f"{field}.{part}")
    _check_chips(card.suggestions, chips, f"{field}.suggestions")


def _check_chips(suggestions: tuple[Suggestion, ...], most: int, field: str) -> None:
    if len(suggestions) > most:
        raise InvalidMessage(f"rcs takes at most {most} suggestions here", field=field)
    for position, suggestion in enumerate(suggestions):
        if _does(suggestion) is None:
            raise UnsupportedFeature("the provider has no such suggestion", field=f"{field}[{position}]")
