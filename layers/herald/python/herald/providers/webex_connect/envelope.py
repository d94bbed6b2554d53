"""
What goes around a channel's content: who it is for, how its reports find us, until when.

v1 names one destination per recipient, each with our reference as its `correlationid` (Webex Connect Messaging API
v1); v2 does the same in `to` with other spellings (Send Message v2). `callbackData` holds the reference of the call,
for reports that lack the other one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from herald.models import Address, AddressType, Channel, Options, OutboundMessage

type Json = dict[str, object]

# Webex Connect Messaging API v1, `deliverychannel`; the in-app and the Apple word are those of the channels' own pages.
WORDS: Mapping[Channel, str] = {
    Channel.SMS: "sms",
    Channel.VOICE: "voice",
    Channel.IN_APP: "appmessaging",
    Channel.PUSH: "push",
    Channel.MESSENGER: "fb",
    Channel.WHATSAPP: "whatsapp",
    Channel.APPLE: "AppleBusinessChat",
    Channel.RCS: "rcs",
}

APPS = frozenset({Channel.IN_APP, Channel.PUSH, Channel.MESSENGER, Channel.WHATSAPP, Channel.APPLE})
"""Channels of v1 whose sender is an app: its id is the `appid`."""

# Webex Connect Messaging API v1, `destination`; userid, hms_pushid, firefox_pushid, bsuid: the channels' own pages.
KEYS: Mapping[AddressType, str] = {
    AddressType.PHONE: "msisdn",
    AddressType.EMAIL: "email",
    AddressType.CUSTOMER: "customerid",
    AddressType.USER: "userid",
    AddressType.WHATSAPP: "waid",
    AddressType.MESSENGER: "psid",
    AddressType.APPLE: "abcUserId",
    AddressType.PUSH_ANDROID: "android_pushid",
    AddressType.PUSH_HUAWEI: "hms_pushid",
    AddressType.PUSH_IOS: "ios_pushid",
    AddressType.PUSH_CHROME: "chrome_pushid",
    AddressType.PUSH_FIREFOX: "firefox_pushid",
    AddressType.PUSH_SAFARI: "safari_pushid",
}

_BUSINESS_SCOPED = re.compile(r"[A-Z]{2}\.[0-9]+")
_DURATION = re.compile(r"PT([0-9]+)S")


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What an account says of all its messages.

    `plus`: numbers keep their plus sign. `contact_policy` is the provider's own object, in v1 among the channels
    or (`policy_on_top`) beside them. `notify_auth`: the id of the credentials with which reports are to come.
    """

    plus: bool = True
    contact_policy: Mapping[str, object] | None = None
    policy_on_top: bool = False
    notify_auth: str | None = None


def v1(message: OutboundMessage, block: Mapping[str, object], template: Json | None, terms: Terms) -> Json:
    """
    The body for v1. `block` is what stands under `channels`, `template` the `message` object.

    A limited validity is left as a duration: only the attempt knows when it begins (`dated`).
    """
    channels: Json = {**block}
    if message.options.smart_links:
        channels["smartlinks"] = smart_links(message.options, "linkid")
    if not terms.policy_on_top:
        channels["contactPolicy"] = terms.contact_policy
    validity = message.options.validity_seconds
    return given(
        {
            "deliverychannel": WORDS[message.channel],
            "appid": message.sender if message.channel in APPS else None,
            "channels": given(channels),
            "message": template,
            "contactPolicy": terms.contact_policy if terms.policy_on_top else None,
            "destination": _destinations(message, "correlationid", terms),
            "callbackData": message.reference,
            "notifyurl": message.callback_url,
            "notifyurlAuthId": terms.notify_auth,
            "expiry": f"PT{validity}S" if validity else None,
        }
    )


def v2(message: OutboundMessage, content: Mapping[str, object], terms: Terms) -> Json:
    """The body for v2. `content` are its members `content` or `template`, and what goes with them."""
    options = message.options
    return given(
        {
            "channel": WORDS[message.channel],
            "from": message.sender,
            "to": _destinations(message, "correlationId", terms),
            **content,
            "contactPolicy": terms.contact_policy,
            "sendAt": _time(options.provider_send_at) if options.provider_send_at else None,
            "validity": str(options.validity_seconds) if options.validity_seconds else None,
            "callbackData": message.reference,
            "notifyUrl": message.callback_url,
            "notifyUrlAuthId": terms.notify_auth,
        }
    )


def dated(body: bytes, now: int) -> bytes:
    """The body of v1 with the time at which the message expires, where it has a duration. `now` in milliseconds."""
    fields = json.loads(body)
    duration = _DURATION.fullmatch(str(fields.get("expiry")))
    if not duration:
        return body
    fields["expiry"] = _time(datetime.fromtimestamp(now / 1000 + int(duration[1]), UTC))
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def smart_links(options: Options, name: str) -> list[Json]:
    """The links that the text refers to; `validity` is in minutes. An id is a number in every sample."""
    return [
        given({name: int(link.id) if re.fullmatch("[0-9]+", link.id) else link.id, "validity": link.minutes})
        for link in options.smart_links
    ]


def given(fields: Mapping[str, object]) -> Json:
    """Only what was said."""
    return {name: value for name, value in fields.items() if value is not None}


def _destinations(message: OutboundMessage, reference: str, terms: Terms) -> list[Json]:
    """One object for each recipient: those that share one share its correlation id too."""
    return [
        {_key(message.channel, to): [_value(to, terms)], reference: message.reference_of(position)}
        for position, to in enumerate(message.recipients)
    ]


def _key(channel: Channel, to: Address) -> str:
    """WhatsApp ids may be phone numbers; what looks like `AT.123` is scoped to the business."""
    if channel is Channel.WHATSAPP and to.type in (AddressType.PHONE, AddressType.WHATSAPP):
        return "bsuid" if _BUSINESS_SCOPED.fullmatch(to.value) else "waid"
    return KEYS[to.type]


def _value(to: Address, terms: Terms) -> str:
    return to.value.removeprefix("+") if to.type is AddressType.PHONE and not terms.plus else to.value


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
