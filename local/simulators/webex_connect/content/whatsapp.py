"""
WhatsApp: `channels["OTT-Messaging"].wa` (Webex Connect, "WhatsApp").

What Webex Connect can see is refused at once; what only Meta checks (length of a text, sections and rows of a list,
MIME types) is accepted and comes back as a receipt of failure.
"""

import re

from local.simulators.webex_connect.checks import Members, unique
from local.simulators.webex_connect.codes import Refused
from local.simulators.webex_connect.content.checked import Checked

_TEXT_MAX = 4096
_BODY_MAX, _LINE_MAX, _BUTTON_MAX, _TITLE_MAX = 1024, 60, 20, 24
_SECTIONS_MAX, _ROWS_MAX, _BUTTONS_MAX = 10, 10, 3
_MEDIA = ("image", "video", "document", "audio", "sticker")
_UNCAPTIONED = {"audio", "sticker"}
_FAMILIES = {"image": "image/", "video": "video/", "audio": "audio/", "sticker": "image/webp"}
_BIRTHDAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LISTS = {
    "phones": ("phone", "type", "wa_id"),
    "emails": ("email", "type"),
    "urls": ("url", "type"),
    "addresses": ("street", "city", "state", "zip", "country", "country_code", "type"),
}


def _text(block: Members) -> tuple[str, str]:
    inner = block.need("text")
    body = inner.text("body", required=True)
    inner.flag("preview_url")
    inner.close()
    block.flag("preview_url")
    return body, "7714" if len(body) > _TEXT_MAX else ""


def _media(block: Members, kind: str) -> tuple[str, str]:
    media = block.need(kind)
    media.url("url", required=True)
    mime = media.text("mimeType", required=True)
    caption = media.text("caption")
    if caption and kind in _UNCAPTIONED:
        raise Refused("7004", "caption")
    if media.text("filename") and kind != "document":
        media.remark("filename", "belongs to documents")
    media.close()
    return caption, "" if mime.startswith(_FAMILIES.get(kind, "")) else "7861"


def _location(block: Members) -> tuple[str, str]:
    location = block.need("location")
    location.number("latitude", -90, 90, required=True)
    location.number("longitude", -180, 180, required=True)
    if location.text("address") and not location.text("name"):
        location.remark("address", "is only shown beside a name")
    location.take("name")
    location.close()
    return "", ""


def _contacts(block: Members) -> tuple[str, str]:
    for contact in block.objects("contacts", required=True, least=1):
        name = contact.need("name")
        name.text("formatted_name", required=True)
        parts = [name.text(part) for part in ("first_name", "last_name", "middle_name", "prefix", "suffix")]
        if not any(parts):
            raise Refused("7003", "first_name")
        name.close()
        for several, members in _LISTS.items():
            for each in contact.objects(several):
                each.anything(*members)
                each.close()
        birthday = contact.text("birthday")
        if birthday and not _BIRTHDAY.fullmatch(birthday):
            raise Refused("7004", "birthday")
        contact.anything("org")
        contact.close()
    return "", ""


def _check_header(holder: Members, kinds: set[str]) -> None:
    header = holder.inner("header")
    if not header:
        return
    kind = header.choice("type", kinds, required=True)
    if kind == "text":
        header.text("text", required=True, longest=_LINE_MAX)
    else:
        header.need(kind).url("url", required=True)
    header.anything("text", "image", "video", "document")
    header.close()


def _check_frame(holder: Members) -> str:
    """Body and footer, which lists and buttons share."""
    body = holder.need("body").text("text", required=True, longest=_BODY_MAX)
    if footer := holder.inner("footer"):
        footer.text("text", longest=_LINE_MAX)
    return body


def _list(block: Members) -> tuple[str, str]:
    holder = block.need("list")
    _check_header(holder, {"text"})
    body = _check_frame(holder)
    action = holder.need("action")
    action.text("button", required=True, longest=_BUTTON_MAX)
    sections = action.objects("sections", required=True)
    rows = 0
    identifiers = []
    for section in sections:
        section.text("title", required=len(sections) > 1, longest=_TITLE_MAX)
        found = section.objects("rows", required=True)
        rows += len(found)
        for row in found:
            identifiers.append(row.text("id", required=True))
            row.text("title", required=True, longest=_TITLE_MAX)
            row.text("description")
            row.close()
        section.close()
    unique(identifiers, "7004", "id")
    action.close()
    holder.close()
    if not 1 <= len(sections) <= _SECTIONS_MAX:
        return body, "7819"
    return body, "" if 1 <= rows <= _ROWS_MAX else "7820"


def _reply(block: Members) -> tuple[str, str]:
    holder = block.need("reply")
    _check_header(holder, {"text", "image", "video", "document"})
    body = _check_frame(holder)
    action = holder.need("action")
    identifiers = []
    for button in action.objects("buttons", required=True, least=1, most=_BUTTONS_MAX):
        button.choice("type", {"reply"}, required=True)
        reply = button.need("reply")
        identifiers.append(reply.text("id", required=True))
        reply.text("title", required=True, longest=_BUTTON_MAX)
        reply.close()
        button.close()
    unique(identifiers, "7004", "id")
    action.close()
    holder.close()
    return body, ""


_KINDS = {"text": _text, "location": _location, "contacts": _contacts, "list": _list, "reply": _reply}


def check_whatsapp(block: Members, *, templated: bool) -> Checked:
    """One type with the object of its name; a template leaves nothing here but the identity hash."""
    identity = block.text("identity_key_hash")
    kind = block.choice("type", {*_KINDS, *_MEDIA}, required=not templated)
    text, doom = "", ""
    if kind in _MEDIA:
        text, doom = _media(block, kind)
    elif kind:
        text, doom = _KINDS[kind](block)
    block.close()
    return Checked(kind or "template", text=text, doom=doom, identity_key_hash=identity)
