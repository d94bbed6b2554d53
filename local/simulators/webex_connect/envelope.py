"""
One v1 envelope, read and checked (Webex Connect Messaging API v1, "Body Parameters").
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from local.simulators.webex_connect.checks import Members, is_url
from local.simulators.webex_connect.codes import Channel, Refused
from local.simulators.webex_connect.contact_policy import Policy
from local.simulators.webex_connect.content.apple import check_apple
from local.simulators.webex_connect.content.checked import Checked
from local.simulators.webex_connect.content.in_app import check_in_app
from local.simulators.webex_connect.content.messenger import check_messenger
from local.simulators.webex_connect.content.push import check_push
from local.simulators.webex_connect.content.sms import check_sms
from local.simulators.webex_connect.content.voice import check_voice
from local.simulators.webex_connect.content.whatsapp import check_whatsapp
from local.simulators.webex_connect.destinations import Destination, correlation_of, read_destinations
from local.simulators.webex_connect.identifiers import parse_moment
from local.simulators.webex_connect.links import SmartLink
from local.simulators.webex_connect.settings import Settings
from local.simulators.webex_connect.templates import check_template

CALLBACK_MAX = 2000
_WORDS = {channel.value: channel for channel in Channel if channel is not Channel.RCS} | {"rt": Channel.IN_APP}
_WITHOUT_APP = {Channel.SMS, Channel.VOICE}
_SMALL = {Channel.IN_APP, Channel.PUSH}
_INVITATION = "invitation"
_OPTION_FLAGS = ("trackClicks", "shortenLinks", "allowFallbackURL")

type Check = Callable[[Members, Settings, bool], Checked]

# Where each channel's block lies under `channels`, and who checks it; the flag says that there is a template.
_BLOCKS: dict[Channel, tuple[tuple[str, ...], Check]] = {
    Channel.SMS: (("sms",), lambda block, settings, template: check_sms(block, settings.senders, templated=template)),
    Channel.VOICE: (("voice",), lambda block, _, __: check_voice(block)),
    Channel.IN_APP: (
        ("appmessaging",),
        lambda block, settings, template: check_in_app(block, settings.threads, templated=template),
    ),
    Channel.PUSH: (("push",), lambda block, _, template: check_push(block, templated=template)),
    Channel.MESSENGER: (
        ("OTT-Messaging", "fb"),
        lambda block, _, template: check_messenger(block, templated=template),
    ),
    Channel.WHATSAPP: (("OTT-Messaging", "wa"), lambda block, _, template: check_whatsapp(block, templated=template)),
    Channel.APPLE: (("AppleBusinessChat",), lambda block, _, __: check_apple(block)),
}


@dataclass
class Links:
    """What a request wants done with links: those it defines, and whether the others are shortened and watched."""

    smart: list[SmartLink] = field(default_factory=list)
    shorten: bool = False
    track: bool = False


@dataclass
class Callback:
    """Where receipts go and what they carry; `auth` names headers of the settings."""

    url: str = ""
    auth: str = ""
    data: str = ""


@dataclass
class Envelope:
    """`template` is its id or empty; `expired` asks for receipts that say so."""

    channel: Channel
    checked: Checked
    destinations: list[Destination]
    callback: Callback
    app: str = ""
    template: str = ""
    expired: bool = False
    policy: Policy | None = None
    links: Links = field(default_factory=Links)


def read_policy(members: Members, settings: Settings) -> Policy | None:
    """The contact policy that is asked for; 9000 where the tenant has none, 9001 where something is missing."""
    asked = members.inner("contactPolicy")
    if asked is None:
        return None
    if not settings.contact_policy:
        raise Refused("9000")
    group = asked.text("contactPolicyGroup")
    consent, cap = asked.flag("channelCheckConsent"), asked.flag("channelApplyFrequencyCap")
    asked.close()
    if not group or not (consent or cap):
        raise Refused("9001")
    return Policy(group, consent, cap)


def read_callback(members: Members, url: str, auth: str) -> Callback:
    """`callbackData` and the two members whose names differ between v1 and v2; a bad URL is noted, not refused."""
    callback = Callback(members.text(url), members.text(auth), members.text("callbackData", longest=CALLBACK_MAX))
    if callback.url and not is_url(callback.url):
        members.remark(url, "is no URL")
    return callback


def read_options(members: Members, *more: str) -> tuple[bool, bool]:
    """Whether links are shortened, and whether clicks are told; `more` are members of the channel."""
    options = members.inner("options")
    if options is None:
        return False, False
    flags = {name: options.flag(name) for name in _OPTION_FLAGS}
    options.text("domain", required=not more or any(flags.values()))
    options.anything("tag1", "tag2", *more)
    options.close()
    return flags["shortenLinks"], flags["trackClicks"]


def read_smart_links(members: Members, settings: Settings, name: str, token: str) -> list[SmartLink]:
    """The links a request defines; `name` is their id's, `token` how a text refers to one. 7004 if unknown."""
    found = []
    for entry in members.objects("smartlinks"):
        value = entry.take(name, required=True)
        if str(value) not in settings.smart_links:
            raise Refused("7004", name)
        minutes = entry.number("validity", 0, 10**9)
        found.append(SmartLink(token.format(value), settings.smart_links[str(value)], minutes))
        entry.close()
    return found


def _read_expiry(envelope: Members, settings: Settings) -> bool:
    """Whether its time is over already; 7005 if that refuses it."""
    text = envelope.text("expiry")
    moment = parse_moment(text) if text else None
    if text and moment is None:
        raise Refused("7004", "expiry")
    over = moment is not None and moment <= datetime.now(UTC)
    if over and settings.expiry_refused:
        raise Refused("7005")
    return over


def _read_app(envelope: Members, channel: Channel, settings: Settings) -> str:
    app = envelope.text("appid", required=channel not in _WITHOUT_APP)
    if app and channel not in _WITHOUT_APP and settings.apps and app not in settings.apps:
        raise Refused("7104")
    return app


def _read_channel(envelope: Members) -> Channel:
    word = envelope.text("deliverychannel", required=True)
    channel = _WORDS.get(word.lower())
    if channel is None:
        raise Refused("7004", "deliverychannel")
    return channel


def _block(channels: Members, path: tuple[str, ...], *, required: bool) -> Members:
    """The channel's block; empty where a template allows it to be absent."""
    block = channels
    for name in path:
        inner = block.need(name) if required else block.inner(name)
        block = inner or Members({}, name, channels.remarks, strict=channels.strict)
    return block


def _check_size(envelope: Members, settings: Settings) -> None:
    """7026 beyond the 4 KB of push and in-app; what of the envelope counts is open."""
    counted: Any = envelope.document if settings.strict else envelope.document.get("channels")
    size = len(json.dumps(counted, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
    if size > settings.small_payload_bytes:
        raise Refused("7026")


def _close(envelope: Members, destinations: int) -> None:
    references = envelope.array("gtrId")
    if references and len(references) != destinations:
        raise Refused("7004", "gtrId")
    envelope.number("priority", 1, 3)
    envelope.anything("icmessage", "route", "conversationid")
    envelope.close()


def read_envelope(document: Any, settings: Settings, remarks: list[str]) -> Envelope:
    """The envelope, or `Refused` for what is wrong with it as a whole."""
    envelope = Members(document, "envelope", remarks, strict=settings.strict)
    channel = _read_channel(envelope)
    template = check_template(envelope, settings.templates)
    channels = envelope.need("channels") if not template else envelope.inner("channels")
    channels = channels or Members({}, "channels", remarks, strict=settings.strict)
    path, check = _BLOCKS[channel]
    block = _block(channels, path, required=not template)
    invited = channel is Channel.APPLE and str(block.document.get("type")).lower() == _INVITATION
    reference = correlation_of(envelope, "correlationid")
    destinations = read_destinations(envelope, channel, settings, invited=invited)
    app = _read_app(envelope, channel, settings)
    if channel in _SMALL:
        _check_size(envelope, settings)
    checked = check(block, settings, bool(template))
    if channel is Channel.SMS and settings.sender_required and not checked.sender:
        raise Refused("7003", "senderid")
    shorten, track = read_options(envelope)
    read = Envelope(
        channel,
        checked,
        [_referring(each, reference) for each in destinations],
        read_callback(envelope, "notifyurl", "notifyurlAuthId"),
        app,
        template,
        _read_expiry(envelope, settings),
        read_policy(envelope, settings) or read_policy(channels, settings),
        Links(read_smart_links(channels, settings, "linkid", "{{{{link_{}}}}}"), shorten, track),
    )
    channels.close()
    _close(envelope, len(destinations))
    return read


def _referring(destination: Destination, reference: str) -> Destination:
    """A destination without a reference of its own has the request's."""
    return destination if destination.correlation else replace(destination, correlation=reference)
