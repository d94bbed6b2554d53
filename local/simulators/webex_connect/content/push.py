"""
Push notifications: `channels.push` with android, ios or web (Webex Connect, "Push").
"""

from local.simulators.webex_connect.checks import Members
from local.simulators.webex_connect.codes import Refused
from local.simulators.webex_connect.content.checked import Checked
from local.simulators.webex_connect.content.notifications import check_action, check_interactive

_DAY = 24 * 3600
# The web page prints both bounds for the web; the larger one holds.
_LONGEST = {"android": 28 * _DAY, "ios": 30 * _DAY, "web": 51_840_000}
_BROWSERS = {"chrome", "safari", "firefox"}
_EXTRAS = {
    "android": ("collapse_key", "customtags", "iconurl", "notificationChannelId", "imageurl"),
    "ios": ("badge", "sound", "customtags", "collapse_key", "attachmenturl"),
    "web": ("collapse_key", "customtags"),
}


def _check_platform(platform: Members) -> str:
    text = platform.text("text", required=True)
    platform.text("title")
    if platform.name == "web":
        browsers = platform.array("platform_types", required=True, least=1)
        if not {str(browser).lower() for browser in browsers} <= _BROWSERS:
            raise Refused("7004", "platform_types")
        platform.text("actiontext")
        platform.url("url")
    if extras := platform.inner("extras"):
        extras.number("time_to_live", 0, _LONGEST[platform.name])
        extras.anything(*_EXTRAS[platform.name])
        check_action(extras)
        extras.close()
    platform.close()
    return text


def check_push(block: Members, *, templated: bool) -> Checked:
    """At least one platform, each with its text; buttons are optional."""
    found = [platform for name in _LONGEST if (platform := block.inner(name))]
    if not found and not templated:
        raise Refused("7003", "android")
    texts = [_check_platform(platform) for platform in found]
    press = check_interactive(block)
    block.close()
    return Checked(found[0].name if found else "", text=texts[0] if texts else "", press=press)
