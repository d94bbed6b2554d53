"""
Apple Messages for Business: `channels.AppleBusinessChat` (Webex Connect, "Apple Messages for Business").
"""

import re

from local.simulators.webex_connect.checks import Members, unique
from local.simulators.webex_connect.codes import Refused
from local.simulators.webex_connect.content.checked import Checked

ATTACHMENT_MARK = "\ufffc"
_TITLE_MAX = 512
_SECTIONS_MAX, _ITEMS_MAX, _SLOTS_MAX = 20, 20, 10
_REPLIES_MIN, _REPLIES_MAX = 2, 5
_IDENTIFIER = re.compile(r"[A-Za-z0-9-]{1,100}")
_STYLES = {"icon", "small", "large"}
_INTERACTIVE = ("listPicker", "event", "quick-reply", "dynamic", "payment", "authenticate")
_KINDS = {"text", "typing_start", "typing_end", "richlink", "interactive", "invitation"}


def _text(block: Members) -> str:
    """The text, with one U+FFFC a file; a sample writes the mark as six characters, which counts too."""
    attachments = block.objects("attachments")
    text = block.text("text", required=not attachments)
    for attachment in attachments:
        attachment.url("url", required=True)
        attachment.text("mimeType", required=True)
        attachment.close()
    marks = text.count(ATTACHMENT_MARK) + len(re.findall(r"\\u[fF]{3}[cC]", text))
    if marks != len(attachments):
        block.remark("text", f"marks {marks} places for {len(attachments)} attachments")
    return text


def _rich_link(block: Members) -> str:
    link = block.need("richLinkData")
    link.url("url", required=True)
    title = link.text("title", required=True)
    assets = link.need("assets")
    found = [asset for name in ("image", "video") if (asset := assets.inner(name))]
    if not found:
        raise Refused("7003", "image")
    for asset in found:
        asset.url("url", required=True)
        asset.text("mimeType", required=True)
        asset.close()
    assets.close()
    link.close()
    return title


def _check_list(data: Members) -> None:
    picker = data.need("listPicker")
    for section in picker.objects("sections", required=True, least=1, most=_SECTIONS_MAX):
        section.text("title", required=True)
        section.flag("multipleSelection")
        items = section.objects("items", required=True, least=1, most=_ITEMS_MAX)
        unique([item.text("identifier", required=True) for item in items], "7004", "identifier")
        for item in items:
            item.text("title", required=True)


def _check_event(data: Members) -> None:
    event = data.need("event")
    event.text("title")
    slots = event.objects("timeslots", required=True, least=1, most=_SLOTS_MAX)
    unique([slot.text("identifier", required=True) for slot in slots], "7004", "identifier")
    for slot in slots:
        slot.number("duration", 1, 10**9, required=True)
        slot.text("startTime", required=True)


def _check_quick_reply(data: Members) -> None:
    quick = data.need("quick-reply")
    quick.text("summaryText", required=True)
    items = quick.objects("items", required=True, least=_REPLIES_MIN, most=_REPLIES_MAX)
    unique([item.text("identifier", required=True) for item in items], "7004", "identifier")
    for item in items:
        item.text("title", required=True)


def _check_form(data: Members) -> None:
    data.need("dynamic").need("data").objects("pages", required=True, least=1)


_CHECKS = {"listPicker": _check_list, "event": _check_event, "quick-reply": _check_quick_reply, "dynamic": _check_form}


def _check_bubble(interactive: Members, name: str) -> str:
    bubble = interactive.inner(name)
    if not bubble:
        return ""
    bubble.choice("style", _STYLES)
    bubble.text("subtitle", longest=_TITLE_MAX)
    return bubble.text("title", longest=_TITLE_MAX)


def _interactive(block: Members) -> str:
    """A form lacks the version in the vendor's own sample, so only the others need it."""
    interactive = block.need("interactiveData")
    data = interactive.need("data")
    given = [name for name in _INTERACTIVE if name in data.document]
    if len(given) != 1 and "bid" not in interactive.document:
        raise Refused("7004" if given else "7003", "listPicker")
    data.text("version", required=bool(given) and given[0] != "dynamic")
    data.text("requestIdentifier", required=True)
    images = data.objects("images")
    unique([image.text("identifier", required=True) for image in images], "7004", "identifier")
    for name in given:
        if name in _CHECKS:
            _CHECKS[name](data)
    interactive.flag("useLiveLayout")
    _check_bubble(interactive, "replyMessage")
    return _check_bubble(interactive, "receivedMessage")


def _invitation(block: Members) -> str:
    block.flag("withImage", required=True)
    identifier = block.text("requestIdentifier")
    if identifier and not _IDENTIFIER.fullmatch(identifier):
        raise Refused("7004", "requestIdentifier")
    block.text("locale")
    return block.text("brandName", required=True)


def check_apple(block: Members) -> Checked:
    """One of text, richLink, interactive, typing and invitation; `richLink` is also spelled in small letters."""
    kind = block.text("type", required=True)
    if kind.lower() not in _KINDS:
        raise Refused("7004", "type")
    checks = {"text": _text, "richlink": _rich_link, "interactive": _interactive, "invitation": _invitation}
    check = checks.get(kind.lower())
    text = check(block) if check else ""
    block.close()
    return Checked(kind.lower(), text=text)
