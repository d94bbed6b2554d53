"""
Message object types (SMSGlobal REST API v2, WhatsApp): what is said of each, and its media.

Two places of the document are taken by their sense: a text need not be a valid URL, and `params` are the
placeholders of the body. A sticker is in the table of content types only, so its `url` is inferred.
"""

from collections.abc import Mapping

from herald.content import (
    Content,
    LocationContent,
    MediaContent,
    MediaKind,
    StickerContent,
    TemplateContent,
    TextContent,
    plain,
)
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.media_type import kind_of
from herald.models import OutboundMessage
from herald.provider import MediaRule

type Fields = dict[str, object]

# WhatsApp's own limit; SMSGlobal names none.
MAX_TEXT = 4096

_MEGABYTE = 1_000_000

# SMSGlobal REST API v2, "Supported content types" and "Post-processing size limit"; audio/opus is audio/ogg here.
_IMAGE = MediaRule(frozenset({"image/jpeg", "image/png"}), 5 * _MEGABYTE)
_AUDIO = MediaRule(frozenset({"audio/aac", "audio/mp4", "audio/amr", "audio/mpeg", "audio/ogg"}), 16 * _MEGABYTE)
_VIDEO = MediaRule(frozenset({"video/mp4", "video/3gpp"}), 16 * _MEGABYTE)
STICKER = MediaRule(frozenset({"image/webp"}), 100_000)
_DOCUMENTS = frozenset(
    {
        "text/plain",
        "text/csv",
        "application/pdf",
        "application/msword",
        "application/x-tar",
        "application/rtf.0",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
    }
)
MEDIA: Mapping[MediaKind, MediaRule] = {
    MediaKind.IMAGE: _IMAGE,
    MediaKind.AUDIO: _AUDIO,
    MediaKind.VIDEO: _VIDEO,
    MediaKind.DOCUMENT: MediaRule(
        _DOCUMENTS | _IMAGE.types | _AUDIO.types | _VIDEO.types | STICKER.types, 100 * _MEGABYTE
    ),
}

_UNSAYABLE: Mapping[type, tuple[str, ...]] = {
    TextContent: ("suggestions",),
    MediaContent: ("suggestions", "thumbnail"),
    LocationContent: ("suggestions", "radius"),
    TemplateContent: ("header", "buttons", "named"),
}


def check(content: Content) -> None:
    """What has no place in a message object. Raises InvalidMessage or UnsupportedFeature."""
    for part in _UNSAYABLE.get(type(content), ()):
        if getattr(content, part):
            raise UnsupportedFeature(f"smsglobal has no {part} in a {content.type}", field=f"content.{part}")
    match content:
        case TextContent(text=text) if len(text) > MAX_TEXT:
            raise InvalidMessage(
                f"whatsapp takes at most {MAX_TEXT} characters here", field="content.text", hint=f"this has {len(text)}"
            )
        case MediaContent(kind=MediaKind.AUDIO, caption=caption) if caption:
            raise UnsupportedFeature(
                "smsglobal has no caption under audio", field="content.caption", hint="send it as a document"
            )


def message_object(message: OutboundMessage, text_member: str) -> Fields:
    """The object to send; `text_member` is what a text's text is called. Raises UnsupportedFeature."""
    match message.content:
        case TextContent() as content:
            preview: Fields = {"preview_url": True} if content.preview_url else {}
            return {"type": "text", text_member: content.text} | preview
        case MediaContent() as content:
            return _media(message, content)
        case StickerContent() as content:
            return {"type": "sticker", "url": message.media[content.media.key].url}
        case LocationContent() as content:
            place = _given(name=content.name, address=content.address)
            return {"type": "location", "lat": content.latitude, "lng": content.longitude} | place
        case TemplateContent() as content:
            params: Fields = {"params": [plain(one) for one in content.parameters]} if content.parameters else {}
            return {"type": "template", "template_name": content.name} | params
    raise UnsupportedFeature("smsglobal has no message of this type", field="content.type")


def _media(message: OutboundMessage, content: MediaContent) -> Fields:
    """Of a `file` its content type decides; audio with a caption goes as a document, which may be of any type."""
    file = message.media[content.media.key]
    kind = kind_of(file.content_type) if content.kind is MediaKind.FILE else content.kind
    if kind is MediaKind.AUDIO and content.caption:
        kind = MediaKind.DOCUMENT
    filename = (content.filename or file.filename) if kind is MediaKind.DOCUMENT else None
    return {"type": str(kind), "url": file.url} | _given(caption=content.caption, filename=filename)


def _given(**fields: str | None) -> Fields:
    return {name: value for name, value in fields.items() if value}
