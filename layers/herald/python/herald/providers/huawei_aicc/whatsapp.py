"""
The `whatsApp` object of a request (Huawei AICC sendWhatsappMessage, tables 3 to 7; Infobip OMNI API).

No member says what kind of message it is: the kind is which members are there. Longest names and addresses
here are shorter than the 1000 characters that AICC takes.
"""

from collections.abc import Mapping

from herald import media_type
from herald.content import (
    LocationContent,
    MediaContent,
    MediaKind,
    TemplateContent,
    TemplateHeader,
    TextContent,
    plain,
)
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import MediaFile, OutboundMessage

MAX_URL = 2048
MAX_PAYLOAD = 128  # Infobip OMNI API; AICC's own table gives none

_URLS: Mapping[MediaKind, str] = {
    MediaKind.IMAGE: "imageUrl",
    MediaKind.VIDEO: "videoUrl",
    MediaKind.AUDIO: "audioUrl",
}
_HEADER_URLS: Mapping[MediaKind, str] = {
    MediaKind.IMAGE: "imageUrl",
    MediaKind.VIDEO: "videoUrl",
}
_BUTTONS: Mapping[str, str] = {"url": "urlPlaceholder", "reply": "quickReplyPayload"}

type Fields = dict[str, object]


def check(message: OutboundMessage) -> None:
    """
    What has no place in the object, or none of this size; media is looked at where it is at hand.

    Raises UnsupportedFeature or InvalidMessage with the field.
    """
    match message.content:
        case TextContent() as content:
            _check_absent(content, "content", "suggestions")
        case MediaContent() as content:
            _check_media(message, content)
        case LocationContent() as content:
            _check_absent(content, "content", "suggestions", "radius")
        case TemplateContent() as content:
            _check_template(message, content)


def body(message: OutboundMessage) -> Fields:
    """The object. Raises as `check` does, now that all media is at hand."""
    check(message)
    match message.content:
        case TextContent() as content:
            return {"text": content.text}
        case MediaContent() as content:
            file = message.media[content.media.key]
            caption = {"text": content.caption} if content.caption else {}
            return {_URLS[_kind(content.kind, file)]: file.url, **caption}
        case LocationContent() as content:
            return _location(content)
        case TemplateContent() as content:
            return {"templateName": content.name, "language": content.language, **_template(message, content)}
    raise UnsupportedFeature("aicc sends text, media, locations and templates", field="content.type")


def _kind(declared: MediaKind, file: MediaFile | None) -> MediaKind:
    """How media is shown; `file` is for us to decide, once we have it."""
    return media_type.kind_of(file.content_type) if file and declared is MediaKind.FILE else declared


def _location(content: LocationContent) -> Fields:
    """The place's name and address are optional."""
    fields = {
        "locationName": content.name,
        "address": content.address,
        "longitude": content.longitude,
        "latitude": content.latitude,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _template(message: OutboundMessage, content: TemplateContent) -> Fields:
    """Placeholders in order; a template with a header or buttons ("media template") has them in an object apart."""
    placeholders = [plain(parameter) for parameter in content.parameters]
    if not content.header and not content.buttons:
        return {"templateData": placeholders}
    media: Fields = {"body": {"placeholders": placeholders}}
    if content.header:
        media["header"] = _header(message, content.header)
    if content.buttons:
        ordered = sorted(content.buttons, key=lambda button: button.index)
        media["buttons"] = [{_BUTTONS[button.type]: button.value} for button in ordered]
    return {"mediaTemplateData": media}


def _header(message: OutboundMessage, header: TemplateHeader) -> Fields:
    if header.media:
        file = message.media[header.media.key]
        return {_HEADER_URLS[_kind(header.kind, file)]: file.url}
    if header.location:
        return {"latitude": header.location.latitude, "longitude": header.location.longitude}
    return {"textPlaceholder": header.text}


def _check_absent(part: TextContent | MediaContent | LocationContent | TemplateContent, path: str, *names: str) -> None:
    for name in names:
        if getattr(part, name):
            raise UnsupportedFeature(f"aicc has no place for {name} here", field=f"{path}.{name}")


def _check_media(message: OutboundMessage, content: MediaContent) -> None:
    """Text stands beside an image or a video as its caption; what it does beside audio is nowhere said."""
    _check_absent(content, "content", "suggestions", "thumbnail")
    file = message.media.get(content.media.key)
    kind = _kind(content.kind, file)
    _check_kind(kind, _URLS, "content.kind")
    _check_link(file, "content.media")
    if kind is MediaKind.AUDIO and content.caption:
        raise UnsupportedFeature("aicc has no caption for audio", field="content.caption")


def _check_kind(kind: MediaKind, urls: Mapping[MediaKind, str], field: str) -> None:
    if kind not in urls and kind is not MediaKind.FILE:
        raise UnsupportedFeature(
            f"aicc cannot send media of kind {kind} here", field=field, hint=f"it takes {', '.join(sorted(urls))}"
        )


def _check_link(file: MediaFile | None, field: str) -> None:
    if file and len(file.url) > MAX_URL:
        raise InvalidMessage(
            f"the link to the media has more than {MAX_URL} characters", field=field, hint=f"it has {len(file.url)}"
        )


def _check_template(message: OutboundMessage, content: TemplateContent) -> None:
    _check_absent(content, "content", "named")
    if content.header:
        _check_header(message, content.header)
    _check_buttons(content)
    if content.header or content.buttons:
        for position, parameter in enumerate(content.parameters):
            if not plain(parameter):
                raise InvalidMessage(
                    "a placeholder of a template with header or buttons must not be empty",
                    field=f"content.parameters[{position}]",
                )


def _check_header(message: OutboundMessage, header: TemplateHeader) -> None:
    if header.media:
        file = message.media.get(header.media.key)
        _check_kind(_kind(header.kind, file), _HEADER_URLS, "content.header.kind")
        _check_link(file, "content.header.media")
    if header.location:
        _check_absent(header.location, "content.header.location", "name", "address", "radius", "suggestions")


def _check_buttons(content: TemplateContent) -> None:
    """Buttons carry no position: the first one filled is the template's first."""
    for position, button in enumerate(content.buttons):
        field = f"content.buttons[{position}]"
        if button.type not in _BUTTONS:
            raise UnsupportedFeature(f"aicc has no {button.type} button", field=f"{field}.type")
        if button.type == "reply" and len(button.value) > MAX_PAYLOAD:
            raise InvalidMessage(
                f"a quick reply carries at most {MAX_PAYLOAD} characters",
                field=f"{field}.value",
                hint=f"this has {len(button.value)}",
            )
    if sorted(button.index for button in content.buttons) != list(range(len(content.buttons))):
        raise UnsupportedFeature(
            "aicc fills the buttons of a template from the first one on, without a gap", field="content.buttons"
        )
