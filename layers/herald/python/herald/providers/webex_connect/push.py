"""
Push notifications: `channels.push` of the Webex Connect Messaging API v1.

There is a part for each platform that a recipient may be on. Buttons cannot be named freely: an app shows those of
one of seventeen categories, so their labels have to be a category's words, or what the account says that its app
shows for it. Browsers show neither buttons nor images.
"""

import json
import re
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from herald.content import OpenUrl, PushContent, Reply
from herald.errors import ConfigurationError, InvalidMessage, UnsupportedFeature
from herald.models import AddressType, OutboundMessage
from herald.provider import Provider
from herald.providers.webex_connect.envelope import Json, given
from herald.providers.webex_connect.parts import (
    buttons,
    check_size,
    foreseen,
    image_address,
)

MAX_BUTTONS = 2
MAX_LIFE = 2_419_200
"""Seconds that a push service keeps a notification for a device."""

IMAGE_TAG = "imageurl"
"""The one name among the custom tags that the platform reads itself."""

PLATFORMS: Mapping[AddressType, str] = {
    AddressType.PUSH_ANDROID: "android",
    AddressType.PUSH_HUAWEI: "android",
    AddressType.PUSH_IOS: "ios",
    AddressType.PUSH_CHROME: "chrome",
    AddressType.PUSH_FIREFOX: "firefox",
    AddressType.PUSH_SAFARI: "safari",
}
_PHONES = ("android", "ios")
_BROWSERS = ("chrome", "firefox", "safari")

# "Push API", interactive: the words of a category are the identifiers of its buttons, in their order.
CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "SINGLE_DISMISS": ("DISMISS",),
    "SINGLE_OPEN": ("OPEN",),
    "SINGLE_SUBSCRIBE": ("SUBSCRIBE",),
    "SINGLE_UNSUBSCRIBE": ("UNSUBSCRIBE",),
    "SINGLE_SHARE": ("SHARE",),
    "SINGLE_DEEPLINK": ("DEEPLINK",),
    "SINGLE_REPLY": ("REPLY",),
    "DOUBLE_YES_NO": ("YES", "NO"),
    "DOUBLE_ACCEPT_CANCEL": ("ACCEPT", "CANCEL"),
    "DOUBLE_SHARE_CANCEL": ("SHARE", "CANCEL"),
    "DOUBLE_SHOPNOW_CANCEL": ("SHOPNOW", "CANCEL"),
    "DOUBLE_LATER_NOW": ("LATER", "NOW"),
    "DOUBLE_PLAY_NOW_PLAY_LATER": ("PLAY_NOW", "PLAY_LATER"),
    "DOUBLE_OK_LEARN_MORE": ("OK", "LEARN_MORE"),
    "DOUBLE_SUBSCRIBE_UNSUBSCRIBE": ("SUBSCRIBE", "UNSUBSCRIBE"),
    "DOUBLE_BUY_NOW_BUY_LATER": ("BUY_NOW", "BUY_LATER"),
    "DOUBLE_LIKE_SHARE": ("LIKE", "SHARE"),
}

_LABELS: TypeAdapter[dict[str, tuple[str, ...]]] = TypeAdapter(dict[str, tuple[str, ...]])


def check(message: OutboundMessage, provider: Provider) -> None:
    """What the documents forbid, field by field. Raises InvalidMessage or UnsupportedFeature."""
    block(foreseen(message), provider)


def block(message: OutboundMessage, provider: Provider) -> Mapping[str, object]:
    """
    What stands under `channels`.

    Settings: push_platforms (where people may be who are named by an id of their own), push_labels,
    push_reply_action, push_channel, push_icon, push_sound, push_action_text.
    """
    content = message.content
    if not isinstance(content, PushContent):
        raise UnsupportedFeature("webex connect can only push notifications", field="content.type")
    platforms = _platforms(message, provider)
    _check(message, content, platforms)
    browsers = [platform for platform in _BROWSERS if platform in platforms]
    fields = given(
        {
            "android": _android(message, content, provider) if "android" in platforms else None,
            "ios": _ios(message, content, provider) if "ios" in platforms else None,
            "web": _web(message, content, provider, browsers) if browsers else None,
            "interactive": _interactive(content, provider, platforms) if content.buttons else None,
        }
    )
    check_size(fields)
    return {"push": fields}


def _check(message: OutboundMessage, content: PushContent, platforms: frozenset[str]) -> None:
    """Somebody who is at a browser as well gets the rest there; a browser alone would miss it."""
    if IMAGE_TAG in content.data:
        raise InvalidMessage("this name is the platform's own", field=f"content.data.{IMAGE_TAG}", hint="give media")
    browser = any(PLATFORMS.get(recipient.type) in _BROWSERS for recipient in message.recipients)
    if browser or platforms.isdisjoint(_PHONES):
        for part in ("media", "buttons"):
            if getattr(content, part):
                raise UnsupportedFeature(f"a browser's notification has no {part}", field=f"content.{part}")


def _platforms(message: OutboundMessage, provider: Provider) -> frozenset[str]:
    """Where the recipients are. Of a person only the account can say."""
    known = {PLATFORMS[recipient.type] for recipient in message.recipients if recipient.type in PLATFORMS}
    people = frozenset(provider.setting("push_platforms", " ".join(_PHONES + _BROWSERS)).split())
    if not people or not people <= {*_PHONES, *_BROWSERS}:
        raise ConfigurationError(
            f"setting push_platforms of account {provider.account.name} must name some of"
            f" {', '.join(_PHONES + _BROWSERS)}"
        )
    all_known = all(recipient.type in PLATFORMS for recipient in message.recipients)
    return frozenset(known) if all_known else people | known


def _text(content: PushContent) -> Json:
    return given({"title": content.title, "text": content.body})


def _extras(message: OutboundMessage, content: PushContent) -> Json:
    """What the platforms share. The tap opens the app unless there is a page."""
    life = message.options.validity_seconds
    return {
        "customtags": dict(content.data) or None,
        "time_to_live": None if life is None else str(min(life, MAX_LIFE)),
        "notificationaction": {"action": "OPEN_URL", "value": content.url} if content.url else None,
    }


def _with(fields: Json, extras: Mapping[str, object]) -> Json:
    known = given(extras)
    return {**fields, "extras": known} if known else fields


def _android(message: OutboundMessage, content: PushContent, provider: Provider) -> Json:
    image = {IMAGE_TAG: image_address(message, content.media, "content.media")} if content.media else {}
    return _with(
        _text(content),
        {
            **_extras(message, content),
            "customtags": {**content.data, **image} or None,
            "notificationChannelId": provider.setting("push_channel", "") or None,
            "iconurl": provider.setting("push_icon", "") or None,
        },
    )


def _ios(message: OutboundMessage, content: PushContent, provider: Provider) -> Json:
    return _with(
        _text(content),
        {
            **_extras(message, content),
            "attachmenturl": image_address(message, content.media, "content.media") if content.media else None,
            "sound": provider.setting("push_sound", "") or None,
        },
    )


def _web(message: OutboundMessage, content: PushContent, provider: Provider, browsers: Sequence[str]) -> Json:
    """Here the page is no extra; `actiontext` is the label of Safari's button."""
    fields = given(
        {
            "platform_types": list(browsers),
            "url": content.url,
            "actiontext": provider.setting("push_action_text", "") or None,
        }
    )
    return _with({**_text(content), **fields}, {**_extras(message, content), "notificationaction": None})


def _interactive(content: PushContent, provider: Provider, platforms: frozenset[str]) -> Json:
    phones = [platform for platform in _PHONES if platform in platforms]
    taps = buttons(content.buttons, "content.buttons", MAX_BUTTONS)
    category = _category([tap.label for tap in taps], provider)
    named = list(zip(CATEGORIES[category], taps, strict=True))
    action = provider.choice("push_reply_action", "OPEN_APP", "DISMISS")
    return given(
        {
            "category": category,
            "pushref": _reference(named),
            "device_types": phones,
            "actions": [
                {**_action(tap, action), "identifier": identifier, "pos": position}
                for position, (identifier, tap) in enumerate(named, 1)
            ],
        }
    )


def _category(labels: Sequence[str], provider: Provider) -> str:
    """The category whose buttons say this."""
    wanted = tuple(map(_plain, labels))
    for category, words in _shown(provider).items():
        if tuple(map(_plain, words)) == wanted:
            return category
    raise UnsupportedFeature(
        "the app shows no buttons with these labels",
        field="content.buttons",
        hint="give those of a category, such as Yes and No, or the account's setting push_labels",
    )


def _shown(provider: Provider) -> Mapping[str, tuple[str, ...]]:
    """What the app shows for each category: setting push_labels, as `{"DOUBLE_YES_NO": ["Ja", "Nein"]}`."""
    try:
        said = _LABELS.validate_python(provider.account.settings.get("push_labels", {}))
        right = all(words and len(CATEGORIES.get(category, ())) == len(words) for category, words in said.items())
    except ValidationError:
        right = False
    if not right:
        raise ConfigurationError(
            f"setting push_labels of account {provider.account.name} must map categories to the words of their buttons"
        )
    return {**CATEGORIES, **said}


def _plain(label: str) -> str:
    """A label without case, blanks and punctuation."""
    return re.sub(r"[\W_]", "", label).casefold()


def _reference(named: Sequence[tuple[str, Reply | OpenUrl]]) -> str | None:
    """A tap reports its identifier and the pushref: what the client wants back is kept there, as JSON."""
    data = {identifier: tap.data for identifier, tap in named if tap.data}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) if data else None


def _action(tap: Reply | OpenUrl, reply: str) -> Json:
    return {"action": "OPEN_URL", "value": tap.url} if isinstance(tap, OpenUrl) else {"action": reply}
