"""
Live chat and in-app messages: `channels.appmessaging` (Webex Connect, "Live Chat/In-App Messaging").
"""

from local.simulators.webex_connect.checks import Members, is_url, unique
from local.simulators.webex_connect.codes import Refused
from local.simulators.webex_connect.content.checked import Checked
from local.simulators.webex_connect.content.notifications import check_action, check_interactive

_FILES = {"image", "video", "audio", "file"}
_KINDS = _FILES | {"location", "template"}
_INDICATORS = {"typingStart", "typingStop"}
_ELEMENTS_MAX, _BUTTONS_MAX, _IMAGES_MAX, _REPLIES_MAX = 8, 3, 5, 5


def _either(members: Members, name: str, other: str) -> str:
    """The vendor writes some names in two ways; the one that is there, or the first."""
    members.anything(name, other)
    return other if name not in members.document and other in members.document else name


def _check_buttons(element: Members, press: dict[str, str]) -> list[str]:
    identifiers = []
    for button in element.objects("buttons", most=_BUTTONS_MAX, many="7703"):
        kind = button.choice("type", {"webUrl", "templatePostback"}, required=True)
        url = button.text("url", required=kind == "webUrl")
        title, identifier = button.text("title", required=True), button.text("identifier", required=True)
        identifiers.append(identifier)
        press.update(press or {"identifier": identifier, "type": kind, "title": title, "url": url})
        button.anything("payload")
        button.close()
    return identifiers


def _check_template(attachment: Members, press: dict[str, str]) -> None:
    """The one template type is generic."""
    attachment.choice("templateType", {"generic"}, required=True)
    payload = attachment.need("payload")
    payload.text("reference")
    identifiers: list[str] = []
    for element in payload.objects("elements", required=True, least=1, most=_ELEMENTS_MAX, many="7034"):
        element.text("title", required=True)
        element.text("subtitle")
        element.text("attachment_url")
        if not all(
            isinstance(url, str) and is_url(url) for url in element.array("imageUrls", most=_IMAGES_MAX, many="7708")
        ):
            raise Refused("7004", "imageUrls")
        identifiers += _check_buttons(element, press)
        element.close()
    unique(identifiers, "7704", "identifier")
    payload.close()


def _check_attachment(attachment: Members, press: dict[str, str]) -> str:
    kind = attachment.choice("contentType", _KINDS, required=True)
    if kind in _FILES and not attachment.text("mediaid"):
        attachment.url("file", required=True)
    if kind == "template":
        _check_template(attachment, press)
    if kind == "location":
        attachment.number("latitude", -90, 90, required=True)
        attachment.number("longitude", -180, 180, required=True)
    attachment.text("preview", required=kind == "video")
    attachment.anything("size", "duration", "file", "mediaid", "latitude", "longitude", "extras")
    attachment.close()
    return kind


def _check_quick_replies(message: Members, press: dict[str, str]) -> None:
    replies = message.inner(_either(message, "quickreplies", "quickReplies"))
    if not replies:
        return
    replies.text("reference")
    identifiers = []
    for option in replies.objects("options", required=True, least=1, most=_REPLIES_MAX, many="7706"):
        kind = option.choice("type", {"quickReplyPostback"}, required=True)
        title, identifier = option.text("title", required=True), option.text("identifier", required=True)
        identifiers.append(identifier)
        press.update(press or {"identifier": identifier, "type": kind, "title": title, "url": ""})
        option.text(_either(option, "imageurl", "imageUrl"))
        option.anything("payload")
        option.close()
    unique(identifiers, "7704", "identifier")
    replies.close()


def _check_notification(block: Members) -> None:
    notification = block.inner("notification")
    if not notification:
        return
    if not notification.text("title"):
        raise Refused("7004", "title")
    notification.text("text", required=True)
    for name in ("ios_extras", "android_extras", "web_extras"):
        if extras := notification.inner(name):
            check_action(extras)
    check_interactive(notification)
    notification.close()


def check_in_app(block: Members, threads: tuple[str, ...], *, templated: bool) -> Checked:
    """
    Text or attachment on a thread; without a thread 7311, on an unknown one a receipt with 7312.

    `type` makes it a thread alert or a typing indicator, which has no content.
    """
    thread = block.text("thread_id")
    if not thread:
        raise Refused("7311")
    kind = block.choice("type", {*_INDICATORS, "threadAlert"})
    message: Members | None = block.inner("message") if templated or kind in _INDICATORS else block.need("message")
    press: dict[str, str] = {}
    text, attached = "", ""
    if message:
        text = message.text("text")
        attachment = message.inner("attachment")
        attached = _check_attachment(attachment, press) if attachment else ""
        _check_quick_replies(message, press)
        message.anything("extras")
        message.close()
    if not text and not attached and not templated and kind not in _INDICATORS:
        raise Refused("7003", "text")
    _check_notification(block)
    block.anything("extras")
    block.close()
    doom = "7312" if threads and thread not in threads else ""
    return Checked(kind or attached or "text", text=text, doom=doom, press=press)
