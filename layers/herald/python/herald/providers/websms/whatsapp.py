"""
WhatsApp bodies of the Messaging API (websms Messaging API 1.0.0, "WhatsApp").

The field tables speak of characters, so lengths are counted in characters, not in bytes.
"""

import re
from collections.abc import Mapping

from herald.content import MediaContent, MediaKind, TemplateContent, TextContent, plain
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.media_type import KINDS
from herald.models import OutboundMessage
from herald.provider import MediaRule

MAX_TEXT = 4096
MAX_PARAMETER = 1024
_NEWLINE = re.compile("[\n\r\x85\u2028\u2029]")

# websms documents no limits of its own; these are WhatsApp's ("Supported media types" of its Cloud API).
_SIZES = {MediaKind.IMAGE: 5, MediaKind.VIDEO: 16, MediaKind.AUDIO: 16, MediaKind.DOCUMENT: 100}
MEDIA: Mapping[MediaKind, MediaRule] = {
    kind: MediaRule(frozenset(name for name, shown in KINDS.items() if shown is kind), megabytes * 1_000_000)
    for kind, megabytes in _SIZES.items()
}

type Fields = dict[str, object]


def check(message: OutboundMessage) -> None:
    """What the documents forbid, field by field. Raises InvalidMessage or UnsupportedFeature."""
    match message.content:
        case TextContent() as content:
            _check_length(content.text, "content.text")
            _check_suggestions(content)
        case MediaContent() as content:
            _check_length(content.caption or "", "content.caption")
            _check_suggestions(content)
        case TemplateContent() as content:
            _check_template(content)


def body(message: OutboundMessage) -> tuple[str, Fields]:
    """The operation (the name of its path) and the fields to post there."""
    fields: Fields = {
        "applicationId": message.sender,
        "recipient": message.recipient.value,
        "clientMessageId": message.reference,
    }
    match message.content:
        case MediaContent() as content:
            caption = {"content": content.caption} if content.caption else {}
            return "whatsapp_media", fields | {"mediaId": _media_id(message, content)} | caption
        case TemplateContent() as content:
            return "whatsapp_template", fields | _template(content)
        case TextContent() as content:
            return "whatsapp_text", fields | {"content": content.text}
    raise UnsupportedFeature("websms sends text, media and templates over whatsapp", field="content.type")


def _media_id(message: OutboundMessage, content: MediaContent) -> str:
    """The id that the provider gave to our media when it was uploaded."""
    found = message.media[content.media.key].provider_media_id
    if found is None:
        raise InvalidMessage("the media has not been uploaded to the provider", field="content.media")
    return found


def _template(content: TemplateContent) -> Fields:
    """Placeholders go in order, each an object of the one key `default`."""
    fields: Fields = {"templateName": content.name, "templateLocale": content.language}
    if content.parameters:
        fields["localizableParams"] = [{"default": plain(parameter)} for parameter in content.parameters]
    return fields


def _check_length(text: str, field: str) -> None:
    if len(text) > MAX_TEXT:
        raise InvalidMessage(
            f"whatsapp takes at most {MAX_TEXT} characters here", field=field, hint=f"this has {len(text)}"
        )


def _check_suggestions(content: TextContent | MediaContent) -> None:
    if content.suggestions:
        raise UnsupportedFeature(
            "websms has no suggestions on whatsapp", field="content.suggestions", hint="use a template, or rcs"
        )


def _check_template(content: TemplateContent) -> None:
    """Code 4401 before the call. The template's own text is not known here, so its parameters stand for all."""
    for part in ("header", "buttons", "named"):
        if getattr(content, part):
            raise UnsupportedFeature(
                f"websms has no way to fill a template's {part}",
                field=f"content.{part}",
                hint="put all placeholders into parameters, in order",
            )
    texts = [plain(parameter) for parameter in content.parameters]
    for position, parameter in enumerate(texts):
        field = f"content.parameters[{position}]"
        if len(parameter) > MAX_PARAMETER:
            raise InvalidMessage(
                f"a template parameter has at most {MAX_PARAMETER} characters",
                field=field,
                hint=f"this has {len(parameter)}",
            )
        if _NEWLINE.search(parameter):
            raise InvalidMessage("a template parameter must not contain a line break", field=field)
    total = sum(map(len, texts))
    if total > MAX_TEXT:
        raise InvalidMessage(
            f"the personalised content has at most {MAX_TEXT} characters",
            field="content.parameters",
            hint=f"the parameters alone have {total}",
        )
