"""
WhatsApp: `channels.OTT-Messaging.wa`, and the `message` object of a template (Webex Connect, "WhatsApp API").

Templates are the provider's own: one id stands for one language, so ours is not sent. Lengths that the page leaves out
are those of the WhatsApp Business Platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from herald import media_type
from herald.content import (
    ButtonsContent,
    Contact,
    ContactsContent,
    Currency,
    DateTime,
    ListContent,
    LocationContent,
    Media,
    MediaContent,
    MediaKind,
    Parameter,
    Reply,
    StickerContent,
    TemplateContent,
    TemplateHeader,
    TextContent,
)
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import OutboundMessage
from herald.providers.webex_connect import parameters
from herald.providers.webex_connect.envelope import Json, given

MAX_TEXT = 4096
MAX_BODY = 1024
MAX_LINE = 60
MAX_BUTTON = 20
MAX_BUTTONS = 3
MAX_TITLE = 24
MAX_DESCRIPTION = 72
MAX_ID = 256
MAX_ROWS = 10

_HEADER_KINDS = (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.DOCUMENT)


@dataclass(frozen=True, slots=True)
class Names:
    """
    What an account calls the parts of its templates where a message does not say; `{n}` is a position from 1, of a
    button among the buttons.
    """

    parameter: str
    header: str
    url: str
    reply: str


def check(message: OutboundMessage) -> None:
    """The limits of the page, field by field. Raises InvalidMessage or UnsupportedFeature."""
    match message.content:
        case TextContent() as content:
            _check_length(content.text, MAX_TEXT, "content.text")
        case MediaContent() as content:
            _check_caption(content, _kind(message, content))
        case LocationContent(radius=float()):
            raise UnsupportedFeature("a whatsapp location has no radius", field="content.radius")
        case ListContent() as content:
            _check_list(content)
        case ButtonsContent() as content:
            _check_buttons(content)
        case TemplateContent(header=TemplateHeader() as header):
            _check_header(header)
    if getattr(message.content, "suggestions", ()):
        raise UnsupportedFeature(
            "the provider has no suggestions here", field="content.suggestions", hint="send buttons with a text"
        )


def block(message: OutboundMessage) -> Mapping[str, object]:
    """What stands under `channels`: the type and the object of its name. A template leaves nothing to say here."""
    return {"OTT-Messaging": {"wa": _content(message)}}


def template(message: OutboundMessage, content: TemplateContent, names: Names) -> Json:
    """The `message` object: every parameter by its name, in the form of its kind."""
    filled: Json = {}
    if content.header:
        filled |= _header(message, content.header, names)
    filled |= {name: _parameter(value) for name, value in parameters.named(content, names.parameter).items()}
    replies = []
    for button in content.buttons:
        match button.type:
            case "url":
                variable = button.name or parameters.numbered(names.url, button.index)
                filled[variable] = {"type": "url", "payload": button.value}
            case "code":
                filled["otp"] = {"type": "otp", "value": button.value}
            case _:
                label = button.name or parameters.numbered(names.reply, button.index)
                replies.append({"button_text": label, "payload": button.value})
    if replies:
        filled["quickReply"] = replies
    return {"template": content.name, "parameters": filled}


def _content(message: OutboundMessage) -> Json:
    match message.content:
        case TextContent(text=text, preview_url=preview):
            said: Json = {"type": "text", "text": {"body": text}} | ({"preview_url": True} if preview else {})
        case MediaContent() as content:
            said = _media(message, content)
        case StickerContent(media=media):
            said = {"type": "sticker", "sticker": _file(message, media)}
        case LocationContent() as content:
            place = given({name: getattr(content, name) for name in ("longitude", "latitude", "name", "address")})
            said = {"type": "location", "location": place}
        case ContactsContent(contacts=contacts):
            said = {"type": "contacts", "contacts": [_contact(contact) for contact in contacts]}
        case ListContent() as content:
            said = {"type": "list", "list": _list(content)}
        case ButtonsContent() as content:
            said = {"type": "reply", "reply": _buttons(message, content)}
        case TemplateContent():
            said = {}
        case _:
            raise UnsupportedFeature("the provider cannot send this over whatsapp", field="content.type")
    return said


def _kind(message: OutboundMessage, content: MediaContent) -> MediaKind:
    """How it is shown; what is left to the channel is told by the media, once that is known."""
    file = message.media.get(content.media.key)
    return media_type.kind_of(file.content_type) if content.kind is MediaKind.FILE and file else content.kind


def _media(message: OutboundMessage, content: MediaContent) -> Json:
    kind = _kind(message, content)
    _check_caption(content, kind)
    fields = _file(message, content.media) | given({"caption": content.caption or None})
    if kind is MediaKind.DOCUMENT:
        fields |= given({"filename": content.filename or message.media[content.media.key].filename})
    return {"type": kind.value, kind.value: fields}


def _file(message: OutboundMessage, media: Media) -> Json:
    file = message.media[media.key]
    return {"url": file.url, "mimeType": file.content_type}


def _contact(contact: Contact) -> Json:
    """The formatted name needs one other part beside it."""
    name = {"formatted_name": contact.name, "first_name": contact.given_name, "last_name": contact.family_name}
    if not contact.given_name and not contact.family_name:
        name["first_name"] = contact.name
    fields: Json = {"name": given(name)}
    if contact.phones:
        fields["phones"] = [{"phone": phone.phone, "type": phone.kind.upper()} for phone in contact.phones]
    if contact.emails:
        fields["emails"] = [{"email": email} for email in contact.emails]
    if contact.organization:
        fields["org"] = {"company": contact.organization}
    return fields


def _list(content: ListContent) -> Json:
    sections = [
        given(
            {
                "title": section.title,
                "rows": [
                    given({"id": row.data, "title": row.title, "description": row.description}) for row in section.rows
                ],
            }
        )
        for section in content.sections
    ]
    return given(
        {
            "header": {"type": "text", "text": content.header} if content.header else None,
            "body": {"text": content.text},
            "footer": {"text": content.footer} if content.footer else None,
            "action": {"button": content.button, "sections": sections},
        }
    )


def _buttons(message: OutboundMessage, content: ButtonsContent) -> Json:
    header: Json | None = {"type": "text", "text": content.header} if content.header else None
    if content.header_media:
        header = _media_header(message, content.header_media)
    buttons = [
        {"type": "reply", "reply": {"id": _id(reply), "title": reply.label}}
        for reply in content.buttons
        if isinstance(reply, Reply)
    ]
    if len(buttons) < len(content.buttons):
        raise UnsupportedFeature("whatsapp buttons only reply", field="content.buttons")
    return given(
        {
            "header": header,
            "body": {"text": content.text},
            "footer": {"text": content.footer} if content.footer else None,
            "action": {"buttons": buttons},
        }
    )


def _media_header(message: OutboundMessage, media: Media) -> Json:
    file = message.media[media.key]
    kind = media_type.kind_of(file.content_type)
    if kind not in _HEADER_KINDS:
        raise UnsupportedFeature("a header is an image, a video or a document", field="content.header_media")
    named = given({"filename": file.filename}) if kind is MediaKind.DOCUMENT else {}
    return {"type": kind.value, kind.value: {"url": file.url, **named}}


def _header(message: OutboundMessage, header: TemplateHeader, names: Names) -> Json:
    """A text by its own name, media by its kind."""
    _check_header(header)
    if header.text:
        return {names.header: header.text}
    assert header.media is not None  # noqa: S101 - a header is text, media or the place that was refused
    file = message.media[header.media.key]
    kind = media_type.kind_of(file.content_type) if header.kind is MediaKind.FILE else header.kind
    named = given({"filename": file.filename}) if kind is MediaKind.DOCUMENT else {}
    return {kind.value: {"link": file.url, **named}}


def _parameter(value: Parameter) -> object:
    """Amounts and times as the samples write them: numbers as text, a time in seconds since 1970."""
    match value:
        case Currency():
            return {
                "type": "currency",
                "currency_code": value.code,
                "amount_1000": str(value.amount),
                "fallback_value": value.fallback,
            }
        case DateTime():
            at = str(int(value.at.timestamp())) if value.at else None
            return given({"type": "date_time", "fallback_value": value.fallback, "timestamp": at})
    return value


def _id(reply: Reply) -> str:
    return reply.data or reply.label


def _check_caption(content: MediaContent, kind: MediaKind) -> None:
    if content.caption and kind is MediaKind.AUDIO:
        raise UnsupportedFeature("whatsapp audio has no caption", field="content.caption")
    _check_length(content.caption or "", MAX_BODY, "content.caption")


def _check_header(header: TemplateHeader) -> None:
    if header.location:
        raise UnsupportedFeature("the provider's templates have no place as a header", field="content.header.location")
    if header.media and header.kind is MediaKind.AUDIO:
        raise UnsupportedFeature("a header is an image, a video or a document", field="content.header.kind")


def _check_list(content: ListContent) -> None:
    _check_frame(content)
    _check_length(content.button, MAX_BUTTON, "content.button")
    seen: set[str] = set()
    for position, section in enumerate(content.sections):
        field = f"content.sections[{position}]"
        if not section.title and len(content.sections) > 1:
            raise InvalidMessage("with several sections, each needs a title", field=f"{field}.title")
        _check_length(section.title or "", MAX_TITLE, f"{field}.title")
        for number, row in enumerate(section.rows):
            _check_length(row.title, MAX_TITLE, f"{field}.rows[{number}].title")
            _check_length(row.description or "", MAX_DESCRIPTION, f"{field}.rows[{number}].description")
            _check_id(row.data, seen, f"{field}.rows[{number}].data")
    if len(seen) > MAX_ROWS:
        raise InvalidMessage(f"a list has at most {MAX_ROWS} rows in all", field="content.sections")


def _check_buttons(content: ButtonsContent) -> None:
    _check_frame(content)
    if content.header and content.header_media:
        raise UnsupportedFeature("whatsapp shows one header", field="content.header", hint="put it into the text")
    if len(content.buttons) > MAX_BUTTONS:
        raise InvalidMessage(
            f"whatsapp takes at most {MAX_BUTTONS} buttons", field="content.buttons", hint="send a list"
        )
    seen: set[str] = set()
    for position, button in enumerate(content.buttons):
        field = f"content.buttons[{position}]"
        if not isinstance(button, Reply):
            raise UnsupportedFeature("whatsapp buttons only reply", field=field, hint="put the rest into the text")
        _check_length(button.label, MAX_BUTTON, f"{field}.label")
        _check_id(_id(button), seen, f"{field}.data")


def _check_frame(content: ListContent | ButtonsContent) -> None:
    """What lists and buttons share."""
    _check_length(content.text, MAX_BODY, "content.text")
    _check_length(content.header or "", MAX_LINE, "content.header")
    _check_length(content.footer or "", MAX_LINE, "content.footer")


def _check_id(identifier: str, seen: set[str], field: str) -> None:
    _check_length(identifier, MAX_ID, field)
    if identifier in seen:
        raise InvalidMessage("two choices must not send the same back", field=field)
    seen.add(identifier)


def _check_length(text: str, longest: int, field: str) -> None:
    if len(text) > longest:
        raise InvalidMessage(
            f"whatsapp takes at most {longest} characters here", field=field, hint=f"this has {len(text)}"
        )
