"""
What the gateway must know about each channel (Webex Connect Messaging API v1 and v2; "Outbound Webhooks" for `tells`).

A profile of the provider may be named by its customer id on every channel of v1, and perhaps by its e-mail address.
"""

from collections.abc import Mapping
from dataclasses import replace

from herald.content import MediaKind
from herald.models import AddressType, Channel
from herald.provider import ChannelFacts, MediaRule
from herald.status import Status

MAX_RECIPIENTS = 1000

_PROFILE = frozenset({AddressType.CUSTOMER})
_PHONE = frozenset({AddressType.PHONE})
_DEVICES = frozenset(
    {
        AddressType.PUSH_ANDROID,
        AddressType.PUSH_HUAWEI,
        AddressType.PUSH_IOS,
        AddressType.PUSH_CHROME,
        AddressType.PUSH_FIREFOX,
        AddressType.PUSH_SAFARI,
    }
)
_UNREAD = frozenset({Status.SENT, Status.DELIVERED, Status.FAILED})

_MEGABYTE = 1_000_000
_OFFICE = "application/vnd.openxmlformats-officedocument"

# Webex Connect, "WhatsApp API", "Additional details for the various media message types".
_WHATSAPP_MEDIA = {
    MediaKind.IMAGE: MediaRule(frozenset({"image/jpeg", "image/png"}), 5 * _MEGABYTE),
    MediaKind.VIDEO: MediaRule(frozenset({"video/mp4", "video/3gpp"}), 16 * _MEGABYTE),
    MediaKind.AUDIO: MediaRule(
        frozenset({"audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"}), 16 * _MEGABYTE
    ),
    MediaKind.DOCUMENT: MediaRule(
        frozenset(
            {
                "text/plain",
                "application/pdf",
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                f"{_OFFICE}.wordprocessingml.document",
                f"{_OFFICE}.spreadsheetml.sheet",
                f"{_OFFICE}.presentationml.presentation",
            }
        ),
        100 * _MEGABYTE,
    ),
}

# 100 kB where nothing moves, which nobody can tell from outside.
_STICKER = MediaRule(frozenset({"image/webp"}), 500_000)


_KEPT = frozenset({"validity_seconds"})
_LINKED = _KEPT | {"smart_links"}
_HELD = 7 * 86_400


def _facts(*contents: str, addresses: frozenset[AddressType], options: frozenset[str] = _LINKED) -> ChannelFacts:
    """Every report carries our correlation id; of voice only those do not that say nothing final."""
    return ChannelFacts(frozenset(contents), echo=True, batch=MAX_RECIPIENTS, addresses=addresses, options=options)


CHANNELS: Mapping[Channel, ChannelFacts] = {
    Channel.SMS: replace(
        _facts(
            *("text", "binary", "template"),
            addresses=_PROFILE | _PHONE,
            options=_LINKED | {"flash", "max_segments", "regulatory_template"},
        ),
        tells=_UNREAD,
    ),
    Channel.VOICE: replace(_facts("voice", addresses=_PROFILE | _PHONE, options=_KEPT), tells=_UNREAD),
    Channel.IN_APP: _facts(
        *("text", "media", "location", "card", "carousel"),
        addresses=_PROFILE | {AddressType.USER},
        options=_LINKED | {"thread"},
    ),
    Channel.PUSH: _facts("push", addresses=_PROFILE | {AddressType.USER} | _DEVICES, options=_KEPT),
    Channel.MESSENGER: _facts(
        "text", "media", "card", "carousel", "buttons", addresses=_PROFILE | {AddressType.MESSENGER}
    ),
    Channel.WHATSAPP: replace(
        _facts(
            *("text", "media", "sticker", "location", "contacts", "list", "buttons", "template"),
            addresses=_PROFILE | _PHONE | {AddressType.WHATSAPP},
        ),
        media=_WHATSAPP_MEDIA,
        sticker=_STICKER,
    ),
    Channel.APPLE: replace(
        _facts(
            *("text", "media", "card", "list", "time_picker", "invitation"),
            addresses=_PROFILE | _PHONE | {AddressType.APPLE},
            options=_KEPT,
        ),
        tells=frozenset({Status.SENT, Status.FAILED}),
    ),
    Channel.RCS: replace(
        _facts(
            *("text", "media", "card", "carousel", "buttons", "template"),
            addresses=_PHONE,
            options=_KEPT | {"provider_send_at"},
        ),
        schedules=_HELD,
    ),
}

SMS_V2 = replace(
    CHANNELS[Channel.SMS],
    contents=frozenset({"text", "template"}),
    addresses=_PHONE,
    options=_LINKED | {"max_segments", "provider_send_at"},
    schedules=_HELD,
)
"""v2 holds messages until a time, and knows neither binary messages nor profiles."""

VOICE_V2 = replace(CHANNELS[Channel.VOICE], contents=frozenset({"text", "voice"}), addresses=_PHONE)
"""v2 speaks texts."""
