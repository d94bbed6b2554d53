"""
Facebook Messenger: `channels["OTT-Messaging"].fb` (Webex Connect, "Facebook Messenger").
"""

from local.simulators.webex_connect.checks import Members
from local.simulators.webex_connect.codes import Refused
from local.simulators.webex_connect.content.checked import Checked

_MEDIA = {"file", "image", "audio", "video"}
_LINE_MAX, _CARDS_MAX, _BUTTONS_MAX = 80, 10, 3
_HUMAN = "HUMAN_AGENT"


def _check_buttons(holder: Members) -> None:
    for button in holder.objects("buttons", most=_BUTTONS_MAX):
        kind = button.choice("type", {"web_url", "postback"}, required=True)
        button.text("title", required=True)
        button.url("url", required=kind == "web_url")
        button.text("payload", required=kind == "postback")
        button.close()


def _check_generic(payload: Members) -> None:
    for element in payload.objects("elements", required=True, least=1, most=_CARDS_MAX):
        element.text("title", required=True, longest=_LINE_MAX)
        element.text("subtitle", longest=_LINE_MAX)
        element.url("item_url")
        element.url("image_url")
        _check_buttons(element)
        element.close()


def _check_receipt(payload: Members) -> None:
    for name in ("recipient_name", "order_number", "currency", "payment_method"):
        payload.text(name, required=True)
    payload.array("elements", required=True)
    payload.need("summary")
    payload.anything("order_url", "timestamp", "address", "adjustments")


def _check_attachment(attachment: Members) -> str:
    kind = attachment.choice("type", _MEDIA | {"template"}, required=True)
    payload = attachment.need("payload")
    if kind in _MEDIA:
        payload.url("url", required=True)
    else:
        template = payload.choice("template_type", {"generic", "button", "receipt"}, required=True)
        if template == "generic":
            _check_generic(payload)
        elif template == "button":
            payload.text("text", required=True)
            _check_buttons(payload)
        else:
            _check_receipt(payload)
    payload.close()
    attachment.close()
    return kind


def check_messenger(block: Members, *, templated: bool) -> Checked:
    """One of text, attachment and sender_action; a message tag that Meta took away is a receipt with 7526."""
    text = block.text("text")
    attachment = block.inner("attachment")
    kind = _check_attachment(attachment) if attachment else ""
    action = block.choice("sender_action", {"mark_seen", "typing_on", "typing_off"})
    if not (text or kind or action or templated):
        raise Refused("7003", "text")
    block.choice("notification_type", {"REGULAR", "SILENT_PUSH", "NO_PUSH"})
    tagged = block.choice("messaging_type", {"RESPONSE", "UPDATE", "MESSAGE_TAG"}) == "MESSAGE_TAG"
    tag = block.text("tag", required=tagged)
    for reply in block.objects("quick_replies"):
        reply.choice("content_type", {"text", "user_phone_number", "user_email"}, required=True)
        reply.anything("title", "payload", "image_url")
        reply.close()
    block.anything("type")
    block.close()
    return Checked(kind or action or "text", text=text, doom="7526" if tagged and tag != _HUMAN else "")
