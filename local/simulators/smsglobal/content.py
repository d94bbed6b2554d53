"""
The message object types, their members and constraints (SMSGlobal REST API v2, WhatsApp).

Two places of the document are taken by their sense: the member of a text is `text` though its table prints `Text`, and
it need not be a valid URL though its table says so. A sticker has a content type and a size limit there but no table of
members; it is taken with a `url`, or with an `id` as in Sinch's API underneath.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from local.simulators.smsglobal.findings import Findings
from local.simulators.smsglobal.settings import MessageEncoding, Settings

FIELD = "message"


def is_text(value: object) -> bool:
    """A string that is not empty and can be written as UTF-8, which half a surrogate pair cannot."""
    return isinstance(value, str) and value != "" and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _text(value: object) -> str:
    return "" if is_text(value) else "must be a string that is not empty"


def _texts(value: object) -> str:
    return "" if isinstance(value, list) and all(map(is_text, value)) else "must be an array of strings"


def _boolean(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _url(value: object) -> str:
    complaint = "must be an HTTP or HTTPS URL"
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        return complaint
    try:
        parts = urlsplit(value)
    except ValueError:
        return complaint
    return "" if parts.scheme in {"http", "https"} and parts.hostname else complaint


def _degrees(limit: int) -> Callable[[object], str]:
    def check(value: object) -> str:
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        return "" if -limit <= number <= limit else f"must be a number in [-{limit}, {limit}]"

    return check


@dataclass(frozen=True, slots=True)
class _Member:
    """`check` answers what is wrong with a value, or nothing."""

    name: str
    check: Callable[[object], str]
    required: bool = False


_CAPTION = _Member("caption", _text)
_URL = _Member("url", _url, required=True)
_TYPES: dict[str, tuple[_Member, ...]] = {
    "template": (_Member("template_name", _text, required=True), _Member("params", _texts)),
    "text": (_Member("text", _text, required=True), _Member("preview_url", _boolean)),
    "image": (_URL, _CAPTION),
    "video": (_URL, _CAPTION),
    "document": (_URL, _Member("filename", _text), _CAPTION),
    "audio": (_URL,),
    "location": (
        _Member("lat", _degrees(90), required=True),
        _Member("lng", _degrees(180), required=True),
        _Member("name", _text),
        _Member("address", _text),
    ),
    "sticker": (_Member("url", _url), _Member("id", _text)),
}


def _decoded(message: object, settings: Settings, findings: Findings) -> dict[str, Any] | None:
    """The object in `message`: JSON in a string, as the parameter's type says, or the object itself."""
    wanted = settings.message_encoding
    if isinstance(message, dict) and wanted is not MessageEncoding.JSON_STRING:
        if wanted is MessageEncoding.EITHER:
            findings.odd(FIELD, "is an object, not a string")
        return message
    if not isinstance(message, str) or wanted is MessageEncoding.OBJECT:
        findings.wrong(FIELD, f"must be {'an object' if wanted is MessageEncoding.OBJECT else 'a string'}")
        return None
    try:
        document = json.loads(message)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        findings.wrong(FIELD, "must hold a JSON object with a type")
        return None
    return document


def _check_members(document: dict[str, Any], members: tuple[_Member, ...], findings: Findings) -> None:
    for member in members:
        value = document.get(member.name)
        if value is None and member.required:
            findings.wrong(FIELD, f"{member.name} is required")
        elif value is None and member.name in document:
            findings.odd(FIELD, f"{member.name} is null")
        elif value is not None and (complaint := member.check(value)):
            findings.wrong(FIELD, f"{member.name} {complaint}")
    for name in sorted(document.keys() - {"type"} - {member.name for member in members}):
        findings.odd(FIELD, f"unknown member {name}")


def check_message(message: object, settings: Settings, findings: Findings) -> dict[str, Any]:
    """The message object; what is wrong with it is among the findings."""
    document = _decoded(message, settings, findings)
    if document is None:
        return {}
    kind = document.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        findings.wrong(FIELD, f"type must be one of {', '.join(_TYPES)}")
        return {}
    if kind == "text" and "text" not in document and "Text" in document:
        findings.odd(FIELD, "text is spelt Text")
        document = {"text" if name == "Text" else name: value for name, value in document.items()}
    _check_members(document, _TYPES[kind], findings)
    if kind == "sticker" and (document.get("url") is None) == (document.get("id") is None):
        findings.wrong(FIELD, "a sticker has either url or id")
    if kind == "text" and is_text(document.get("text")) and len(document["text"]) > settings.text_max:
        findings.wrong(FIELD, f"text is longer than {settings.text_max} characters")
    return document
