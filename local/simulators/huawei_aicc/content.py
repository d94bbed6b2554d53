"""
The `whatsApp` object: what a message says.

Huawei AICC sendWhatsappMessage, tables 3 to 7. There is no member for the kind: it follows from what is there. One kind
at a time is what all samples show; text beside an image or a video is its caption. Limits are Huawei's, which are
tighter than Infobip's; where only Infobip has one (the two button texts), exceeding it is a remark.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from local.simulators.huawei_aicc.fields import Members, has_surrogate

_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_LATITUDE = 90
_LONGITUDE = 180
# Infobip OpenAPI, MediaTemplateButtonContent
_BUTTON_LIMITS = {"urlPlaceholder": 1500, "quickReplyPayload": 128}
_CAPTIONED = ({"text", "image"}, {"text", "video"})


class Medium(NamedTuple):
    """`kind` is image, audio or video; `member` where the URL stands in the request."""

    kind: str
    url: str
    member: str


@dataclass(frozen=True)
class Content:
    """`kinds` are among text, image, audio, video, location and template."""

    kinds: tuple[str, ...]
    media: tuple[Medium, ...]


class _Template(NamedTuple):
    placeholders: int = 0
    media: tuple[Medium, ...] = ()


def read_content(whatsapp: Members) -> Content:
    """What is to be said; raises Refused."""
    settings = whatsapp.judge.settings
    kinds = ["text"] if whatsapp.string("text", longest=settings.text_max) else []
    media = _media(whatsapp, ("image", "audio", "video"), settings.url_max)
    kinds += [medium.kind for medium in media]
    kinds += ["location"] if _location(whatsapp, settings.place_max) else []
    template = _template(whatsapp)
    kinds += ["template"] if template else []
    whatsapp.finish()
    if not kinds:
        whatsapp.judge.missing(whatsapp.where, "must hold a text, a medium, a location or a template")
    if len(kinds) > 1 and set(kinds) not in _CAPTIONED:
        whatsapp.judge.remark(whatsapp.where, f"holds several kinds: {', '.join(kinds)}")
    return Content(tuple(kinds), media + (template.media if template else ()))


def _media(members: Members, kinds: tuple[str, ...], longest: int = 0) -> tuple[Medium, ...]:
    found = [Medium(kind, members.string(f"{kind}Url", longest=longest), members.path(f"{kind}Url")) for kind in kinds]
    for _, url, member in found:
        if url and not _URL.fullmatch(url):
            members.judge.bad(member, "must be a URL")
    return tuple(medium for medium in found if medium.url)


def _coordinates(members: Members) -> bool:
    """Whether both are there; one without the other is missing its fellow."""
    latitude, longitude = members.number("latitude", _LATITUDE), members.number("longitude", _LONGITUDE)
    if (latitude is None) != (longitude is None):
        members.judge.missing(members.path("latitude" if latitude is None else "longitude"))
    return latitude is not None


def _location(whatsapp: Members, longest: int) -> bool:
    named = [name for name in ("locationName", "address") if whatsapp.string(name, longest=longest)]
    placed = _coordinates(whatsapp)
    if named and not placed:
        whatsapp.judge.missing(whatsapp.path("latitude"))
    return placed


def _template(whatsapp: Members) -> _Template | None:
    name, language = whatsapp.string("templateName"), whatsapp.string("language")
    values = _texts(whatsapp, "templateData")
    data = whatsapp.members("mediaTemplateData")
    template = _media_template(data) if data else _Template(len(values))
    if not name:
        if whatsapp.has("templateData") or data or language:
            whatsapp.judge.missing(whatsapp.path("templateName"))
        return None
    if not language:
        whatsapp.judge.remark(whatsapp.path("language"), "is missing beside templateName")
    _registered(whatsapp, name, language, template.placeholders)
    return template


def _registered(whatsapp: Members, name: str, language: str, placeholders: int) -> None:
    """The template must exist, in exactly this language and with this many placeholders; no list is no rule."""
    templates = whatsapp.judge.settings.templates
    if not templates:
        return
    if name not in templates:
        whatsapp.judge.bad(whatsapp.path("templateName"), "is not registered")
    if language not in templates[name]:
        whatsapp.judge.bad(whatsapp.path("language"), "is not that of the registered template")
    if placeholders != templates[name][language]:
        whatsapp.judge.bad(whatsapp.path("templateData"), f"must have {templates[name][language]} values")


def _media_template(data: Members) -> _Template:
    header, body = data.members("header"), data.members("body")
    media = _header(header) if header else ()
    placeholders = _body(body) if body else 0
    if not body:
        data.judge.remark(data.path("body"), "is missing, which Infobip requires")
    for button in data.each("buttons"):
        _button(button)
    data.finish()
    return _Template(placeholders, media)


def _header(header: Members) -> tuple[Medium, ...]:
    media = _media(header, ("image", "video"))
    kinds = [medium.kind for medium in media]
    kinds += ["text"] if header.string("textPlaceholder") else []
    kinds += ["location"] if _coordinates(header) else []
    header.finish()
    if not kinds:
        header.judge.missing(header.where, "must hold a text, a medium or a location")
    if len(kinds) > 1:
        header.judge.remark(header.where, f"holds several kinds: {', '.join(kinds)}")
    return media


def _body(body: Members) -> int:
    """`placeholders` may be absent or empty, but not null, and none of its values null or empty."""
    if "placeholders" in body.document and not body.has("placeholders"):
        body.judge.bad(body.path("placeholders"), "must not be null")
    values = _texts(body, "placeholders")
    if "" in values:
        body.judge.bad(body.path("placeholders"), "must not hold empty values")
    body.finish()
    return len(values)


def _texts(members: Members, name: str) -> list[str]:
    values = members.array(name)
    for index, value in enumerate(values):
        if not isinstance(value, str) or has_surrogate(value):
            members.judge.bad(f"{members.path(name)}[{index}]", "must be a text")
    return values


def _button(button: Members) -> None:
    """Exactly one of its members: a button is a URL or a quick reply."""
    found = {name: value for name in _BUTTON_LIMITS if (value := button.string(name))}
    button.finish()
    if not found:
        button.judge.missing(button.where, "must hold urlPlaceholder or quickReplyPayload")
    if len(found) > 1:
        button.judge.bad(button.path("quickReplyPayload"), "must not stand beside urlPlaceholder")
    for name, value in found.items():
        if len(value) > _BUTTON_LIMITS[name]:
            button.judge.remark(button.path(name), f"is longer than Infobip's {_BUTTON_LIMITS[name]} characters")
