"""
RCS bodies: `RCSMessage` and `messageContact` of the GSMA's MaaP chatbot API (FNW.11).

websms names that paper and prints no body, so shapes and limits are those of its other speakers
(GSMA FNW.11 1.0 (RCS MaaP)). websms lists no code for a bad RCSMessage: what can be checked is checked here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from herald.content import (
    AddEvent,
    ButtonsContent,
    Card,
    CardContent,
    CarouselContent,
    Compose,
    Dial,
    LocationContent,
    Media,
    MediaContent,
    MediaKind,
    OpenSettings,
    OpenUrl,
    Reply,
    ShowMap,
    Suggestion,
    TextContent,
)
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import AddressType, MediaFile, OutboundMessage

MAX_CHIPS = 11
MAX_CARD_SUGGESTIONS = 4
MAX_LABEL = 25
MAX_LOCATION_LABEL = 200

type Json = dict[str, object]


def check(message: OutboundMessage) -> None:
    """The limits of GSMA FNW.11, field by field. Raises InvalidMessage or UnsupportedFeature."""
    match message.content:
        case MediaContent(caption=str()):
            raise UnsupportedFeature(
                "an rcs file has no caption", field="content.caption", hint="send a card with the media and a text"
            )
        case LocationContent() as content if len(_label(content)) > MAX_LOCATION_LABEL:
            raise InvalidMessage(
                f"name and address together have at most {MAX_LOCATION_LABEL} characters", field="content.address"
            )
        case CardContent() as content:
            _check_card(content.card, "content.card")
        case CarouselContent() as content:
            for position, card in enumerate(content.cards):
                _check_card(card, f"content.cards[{position}]")
        case ButtonsContent() as content:
            _check_buttons(content)
    _check_suggestions(getattr(message.content, "suggestions", ()), "content.suggestions", MAX_CHIPS)


def body(message: OutboundMessage, *, with_id: bool) -> Json:
    """The two objects to post. `with_id` sends our reference as the message's id, which nobody documents."""
    content = message.content
    rcs = _content(message)
    if chips := content.buttons if isinstance(content, ButtonsContent) else getattr(content, "suggestions", ()):
        rcs["suggestedChipList"] = {"suggestions": [_suggestion(chip) for chip in chips]}
    if with_id:
        rcs["msgId"] = message.reference
    name = "chatId" if message.recipient.type is AddressType.CUSTOMER else "userContact"
    return {"RCSMessage": rcs, "messageContact": {name: message.recipient.value}}


def _check_card(card: Card, field: str) -> None:
    if card.thumbnail and not card.media:
        raise InvalidMessage("a thumbnail needs the media that it stands for", field=f"{field}.thumbnail")
    _check_suggestions(card.suggestions, f"{field}.suggestions", MAX_CARD_SUGGESTIONS)


def _check_buttons(content: ButtonsContent) -> None:
    for part in ("header", "header_media", "footer"):
        if getattr(content, part):
            raise UnsupportedFeature(
                f"rcs buttons have no {part.replace('_', ' ')}", field=f"content.{part}", hint="send a card"
            )
    _check_suggestions(content.buttons, "content.buttons", MAX_CHIPS)


def _check_suggestions(suggestions: tuple[Suggestion, ...], field: str, limit: int) -> None:
    if len(suggestions) > limit:
        raise InvalidMessage(f"rcs takes at most {limit} suggestions here", field=field)
    for position, suggestion in enumerate(suggestions):
        if len(suggestion.label) > MAX_LABEL:
            raise InvalidMessage(
                f"the label of an rcs suggestion has at most {MAX_LABEL} characters",
                field=f"{field}[{position}].label",
                hint=f"this has {len(suggestion.label)}",
            )


def _content(message: OutboundMessage) -> Json:
    """Exactly one of the members that carry content."""
    match message.content:
        case TextContent() | ButtonsContent() as content:
            return {"textMessage": content.text}
        case MediaContent() as content:
            return _file(message, content)
        case LocationContent() as content:
            return {"geolocationPushMessage": _location(content)}
        case CardContent() as content:
            return _rich("generalPurposeCard", _card_layout(content), _card(message, content.card))
        case CarouselContent() as content:
            layout = {"cardWidth": f"{content.width.upper()}_WIDTH"}
            return _rich("generalPurposeCardCarousel", layout, [_card(message, card) for card in content.cards])
    raise UnsupportedFeature("websms cannot send this over rcs", field="content.type")


def _file(message: OutboundMessage, content: MediaContent) -> Json:
    file = _media_file(message, content.media)
    fields: Json = {"fileUrl": file.url, "fileMIMEType": file.content_type, "fileSize": file.size}
    if name := content.filename or file.filename:
        fields["fileName"] = name
    if content.kind is MediaKind.AUDIO:
        return {"audioMessage": fields}
    if content.thumbnail:
        thumbnail = _media_file(message, content.thumbnail)
        fields["thumbnailUrl"] = thumbnail.url
        fields["thumbnailMIMEType"] = thumbnail.content_type
        fields["thumbnailFileSize"] = thumbnail.size
    return {"fileMessage": fields}


def _label(content: LocationContent) -> str:
    return ", ".join(filter(None, (content.name, content.address)))


def _location(content: LocationContent) -> Json:
    fields: Json = {"pos": f"{content.latitude},{content.longitude}"}
    if label := _label(content):
        fields["label"] = label
    if content.radius is not None:
        fields["radius"] = content.radius
    return fields


def _rich(kind: str, layout: Mapping[str, object], content: Json | list[Json]) -> Json:
    return {"richcardMessage": {"message": {kind: {"layout": layout, "content": content}}}}


def _card_layout(content: CardContent) -> Json:
    layout: Json = {"cardOrientation": content.orientation.upper()}
    if content.alignment:
        layout["imageAlignment"] = content.alignment.upper()
    return layout


def _card(message: OutboundMessage, card: Card) -> Json:
    fields: Json = {"title": card.title, "description": card.description}
    if card.media:
        fields["media"] = _card_media(message, card, card.media)
    if card.suggestions:
        fields["suggestions"] = [_suggestion(suggestion) for suggestion in card.suggestions]
    return _given(fields)


def _card_media(message: OutboundMessage, card: Card, media: Media) -> Json:
    file = _media_file(message, media)
    fields: Json = {
        "mediaUrl": file.url,
        "mediaContentType": file.content_type,
        "mediaFileSize": file.size,
        "height": f"{card.height.upper()}_HEIGHT",
        "contentDescription": card.media_description,
    }
    if card.thumbnail:
        thumbnail = _media_file(message, card.thumbnail)
        fields["thumbnailUrl"] = thumbnail.url
        fields["thumbnailContentType"] = thumbnail.content_type
        fields["thumbnailFileSize"] = thumbnail.size
    return _given(fields)


def _media_file(message: OutboundMessage, media: Media) -> MediaFile:
    return message.media[media.key]


def _suggestion(suggestion: Suggestion) -> Json:
    """A reply or an action; without data of the client's, the label comes back when it is tapped."""
    shown: Json = {"displayText": suggestion.label, "postback": {"data": suggestion.data or suggestion.label}}
    if isinstance(suggestion, Reply):
        return {"reply": shown}
    return {"action": shown | _action(suggestion)}


def _action(suggestion: Suggestion) -> Json:
    """The one member that says what the action does."""
    match suggestion:
        case OpenUrl(url=url):
            action: Json = {"urlAction": {"openUrl": {"url": url}}}
        case Dial():
            action = {"dialerAction": _dial(suggestion)}
        case ShowMap():
            action = {"mapAction": _map(suggestion)}
        case AddEvent():
            action = {"calendarAction": {"createCalendarEvent": _event(suggestion)}}
        case Compose():
            action = {"composeAction": _compose(suggestion)}
        case OpenSettings(setting=setting):
            action = {"settingsAction": {_SETTINGS[setting]: {}}}
        case _:
            action = {"deviceAction": {"requestDeviceSpecifics": {}}}
    return action


_SETTINGS = {
    "disable_anonymization": "disableAnonymization",
    "enable_displayed_notifications": "enableDisplayedNotifications",
}
_CALLS = {"voice": "dialPhoneNumber", "video": "dialVideoCall", "enriched": "dialEnrichedCall"}


def _dial(suggestion: Dial) -> Json:
    call: Json = {"phoneNumber": suggestion.phone, "fallbackUrl": suggestion.fallback_url}
    if suggestion.call == "enriched":
        call["subject"] = suggestion.subject
    return {_CALLS[suggestion.call]: _given(call)}


def _compose(suggestion: Compose) -> Json:
    if suggestion.recording:
        return {"composeRecordingMessage": {"phoneNumber": suggestion.phone, "type": suggestion.recording.upper()}}
    return {"composeTextMessage": {"phoneNumber": suggestion.phone, "text": suggestion.text}}


def _map(suggestion: ShowMap) -> Json:
    if suggestion.request:
        return {"requestLocationPush": {}}
    location: Json = {
        "latitude": suggestion.latitude,
        "longitude": suggestion.longitude,
        "label": suggestion.name,
        "query": suggestion.query,
    }
    return {"showLocation": _given({"location": _given(location), "fallbackUrl": suggestion.fallback_url})}


def _event(suggestion: AddEvent) -> Json:
    return _given(
        {
            "startTime": _time(suggestion.starts),
            "endTime": _time(suggestion.ends),
            "title": suggestion.title,
            "description": suggestion.description,
            "fallbackUrl": suggestion.fallback_url,
        }
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _given(fields: Json) -> Json:
    """Only what was said: a member that is null is not the same as one that is missing."""
    return {name: value for name, value in fields.items() if value is not None}
