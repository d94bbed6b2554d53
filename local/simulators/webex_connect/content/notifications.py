"""
What push and the notification beside an in-app message have in common: an action, and buttons.
"""

from local.simulators.webex_connect.checks import Members

# Webex Connect, "Push" and "Live Chat/In-App": both spellings of some words are printed.
_ACTIONS = {"OPEN_URL", "OPENWEBVIEW", "OPEN_WEBVIEW", "DEEPLINK", "OPEN_HTML", "OPEN_APP"}
_BUTTON_ACTIONS = _ACTIONS | {"DISMISS", "SHARE", "TRIVIAL_REPLY", "TRIVIAL_REPLIES", "INLINE_REPLY", "IN_LINE_REPLY"}
_WITHOUT_VALUE = {"OPEN_APP", "DISMISS", "INLINE_REPLY", "IN_LINE_REPLY"}
_CATEGORIES = {
    "SINGLE_DISMISS",
    "SINGLE_OPEN",
    "SINGLE_SUBSCRIBE",
    "SINGLE_UNSUBSCRIBE",
    "SINGLE_SHARE",
    "SINGLE_DEEPLINK",
    "SINGLE_REPLY",
    "DOUBLE_YES_NO",
    "DOUBLE_ACCEPT_CANCEL",
    "DOUBLE_SHARE_CANCEL",
    "DOUBLE_SHOPNOW_CANCEL",
    "DOUBLE_LATER_NOW",
    "DOUBLE_PLAY_NOW_PLAY_LATER",
    "DOUBLE_OK_LEARN_MORE",
    "DOUBLE_SUBSCRIBE_UNSUBSCRIBE",
    "DOUBLE_BUY_NOW_BUY_LATER",
    "DOUBLE_LIKE_SHARE",
    "DOUBLE_REPLY_DISMISS",
    "DOUBLE_REPLY_NO_DISMISS",
    "DOUBLE_REPLY_YES_DISMISS",
    "DOUBLE_REPLY_YES_NO",
}


def check_action(extras: Members) -> None:
    """`notificationaction`: a value where the action needs one."""
    if action := extras.inner("notificationaction"):
        word = action.choice("action", _ACTIONS, required=True)
        action.text("value", required=word not in _WITHOUT_VALUE)
        action.close()


def check_interactive(block: Members) -> dict[str, str]:
    """Buttons, one or two as the category says; answers what the receipt of a press tells."""
    interactive = block.inner("interactive")
    if not interactive:
        return {}
    category = interactive.choice("category", _CATEGORIES, required=True)
    reference = interactive.text("pushref")
    for device in interactive.array("device_types"):
        if device not in {"ios", "android"}:
            interactive.remark("device_types", "names an unknown device")
    buttons = interactive.objects("actions", required=True, least=1, most=1 if category.startswith("SINGLE") else 2)
    pressed = ""
    for button in buttons:
        word = button.choice("action", _BUTTON_ACTIONS, required=True)
        button.text("value", required=word not in _WITHOUT_VALUE)
        pressed = pressed or button.text("identifier", required=True)
        button.take("identifier")
        button.number("pos", 1, 2, required=True)
        button.close()
    interactive.close()
    return {"Button_Pressed": pressed, "pushref": reference}
