"""
SMS: `channels.sms` of v1, `content` or `template` of v2 (Webex Connect Messaging API v1; Send Message API v2, SMS).

v1 takes text, flash, binary and unicode; v2 text and unicode, more of it, and holds it until a time.
"""

import base64
import re
from collections.abc import Mapping

from herald import segment
from herald.content import BinaryContent, Content, TemplateContent, TextContent
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import Options, OutboundMessage
from herald.providers.webex_connect import parameters
from herald.providers.webex_connect.envelope import Json, given, smart_links
from herald.segment import Encoding

MAX_TEXT = 1024
MAX_TEXT_V2 = 4000
MAX_OCTETS = 140
MAX_VALIDITY_V2 = 72 * 3600

_TEXT, _FLASH, _BINARY, _UNICODE = "1", "2", "3", "4"
_LINK = re.compile(r"\{\{link_(\w+)\}\}")


def check(message: OutboundMessage) -> None:
    """The limits of v1. Raises InvalidMessage or UnsupportedFeature."""
    _check(message.content, message.options, MAX_TEXT)
    if isinstance(message.content, BinaryContent):
        _check_binary(message.content)


def check_v2(message: OutboundMessage) -> None:
    """The limits of v2. Raises InvalidMessage or UnsupportedFeature."""
    options = message.options
    _check(message.content, options, MAX_TEXT_V2)
    for part in ("flash", "regulatory_template"):
        if getattr(options, part):
            raise UnsupportedFeature(
                f"v2 of the provider's API has no {part.replace('_', ' ')}",
                field=f"options.{part}",
                hint="account setting sms_api: v1",
            )
    if options.validity_seconds and options.validity_seconds > MAX_VALIDITY_V2:
        raise InvalidMessage(f"an sms is kept for at most {MAX_VALIDITY_V2} seconds", field="options.validity_seconds")


def block(message: OutboundMessage) -> Mapping[str, object]:
    """What stands under `channels`; the text of a template stands elsewhere."""
    options = message.options
    extras = {"dlt_templateid": options.regulatory_template} if options.regulatory_template else None
    return {"sms": given({**_content(message.content, options), "senderid": message.sender or None, "extras": extras})}


def content_v2(message: OutboundMessage, parameter_name: str) -> Json:
    """The members of a v2 body that say what is sent, and by whom: a number without its plus sign."""
    links = smart_links(message.options, "smartlinkId") if message.options.smart_links else None
    # Only the page on scheduling lists it, as mandatory there.
    batch = message.reference if message.options.provider_send_at else None
    match message.content:
        case TextContent(text=text):
            kind = "unicode" if segment.encoding_of(text) is Encoding.UCS_2 else "text"
            content: Json = {"content": {"type": kind, "text": _LINK.sub(r"{{smartlink_\1}}", text) if links else text}}
        case TemplateContent() as template:
            content = template_v2(template, parameter_name)
        case _:
            raise UnsupportedFeature("v2 of the provider's API sends text over sms", field="content.type")
    return given({"from": message.sender.removeprefix("+"), **content, "smartlinks": links, "batchId": batch})


def template_v2(content: TemplateContent, parameter_name: str) -> Json:
    """A template by its id, as all channels of v2 name it."""
    return given({"template": {"id": content.name}, "substitutions": parameters.texts(content, parameter_name) or None})


def _check(content: Content, options: Options, longest: int) -> None:
    match content:
        case TextContent():
            _check_text(content, options, longest)
        case TemplateContent():
            parameters.check_text_only(content)


def _check_text(content: TextContent, options: Options, longest: int) -> None:
    if content.suggestions:
        raise UnsupportedFeature("sms has no suggestions", field="content.suggestions")
    if len(content.text) > longest:
        raise InvalidMessage(
            f"the provider takes at most {longest} characters",
            field="content.text",
            hint=f"this has {len(content.text)}",
        )
    counted = segment.count(content.text)
    if options.flash and counted.encoding is Encoding.UCS_2:
        raise UnsupportedFeature(
            "the provider has flash messages in the gsm alphabet only", field="options.flash", hint="send it without"
        )
    if options.max_segments and counted.segments > options.max_segments:
        raise InvalidMessage(
            "more segments than options.max_segments allows", field="content.text", hint=f"this has {counted.segments}"
        )


def _check_binary(content: BinaryContent) -> None:
    """One segment: how several are joined, or that one starts with a header, has no place in a request."""
    if len(content.segments) > 1:
        raise UnsupportedFeature("the provider takes one binary segment", field="content.segments")
    if content.user_data_header:
        raise UnsupportedFeature("the provider is not told of a user data header", field="content.user_data_header")
    octets = len(base64.b64decode(content.segments[0]))
    if octets > MAX_OCTETS:
        raise InvalidMessage(
            f"a segment holds at most {MAX_OCTETS} octets", field="content.segments[0]", hint=f"this has {octets}"
        )


def _content(content: Content, options: Options) -> Json:
    match content:
        case TextContent(text=text):
            unicode = segment.encoding_of(text) is Encoding.UCS_2
            return {"type": _UNICODE if unicode else _FLASH if options.flash else _TEXT, "text": text}
        case BinaryContent(segments=(only,)):
            return {"type": _BINARY, "body": base64.b64decode(only).hex().upper()}
        case TemplateContent():
            return {"type": _FLASH} if options.flash else {}
    raise UnsupportedFeature("the provider sends text and one binary segment over sms", field="content.type")
