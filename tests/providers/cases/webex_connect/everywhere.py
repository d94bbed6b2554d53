"""
What every channel of v1 does alike: each kind of recipient by its key, a limited life, smart links.
"""

from collections.abc import Mapping
from dataclasses import replace

from herald.models import Address, AddressType, Channel, Options, SmartLink
from tests.providers.cases.webex_connect import apple, in_app, messenger, push, voice, whatsapp
from tests.providers.cases.webex_connect.shared import PHONE, REFERENCE
from tests.providers.harness import Case, Send

# The simplest message of each channel.
HELLOS: Mapping[Channel, Send] = {
    case.message.channel: case
    for cases in (voice.CASES, in_app.CASES, push.CASES, messenger.CASES, whatsapp.CASES, apple.CASES)
    for case in reversed(cases)
    if isinstance(case, Send) and not case.settings and case.message.content.type in ("text", "push", "voice")
}


def varied(case: Send, name: str, features: tuple[str, ...], options: Options, **members: object) -> Send:
    """The case with these options, and these members of the body more or otherwise."""
    assert isinstance(case.wire.json, dict)
    own = case.message.options.model_dump(exclude_defaults=True)
    asked = Options.model_validate(own | options.model_dump(exclude_defaults=True))
    return replace(
        case,
        name=f"{case.message.channel}, {name}",
        features=features,
        message=replace(case.message, options=asked),
        wire=replace(case.wire, json=case.wire.json | members),
    )


def reaching(channel: Channel, kind: AddressType, key: str) -> Send:
    value = PHONE if kind is AddressType.PHONE else "447700900009"
    case = varied(
        HELLOS[channel],
        f"to whom {key} names",
        ("X18",),
        Options(),
        destination=[{key: [value], "correlationid": REFERENCE}],
    )
    recipients = (Address(type=kind, value=value),)
    return replace(
        case,
        settings={"email_profiles": kind is AddressType.EMAIL},
        message=replace(case.message, recipients=recipients),
    )


def linked(channel: Channel) -> Send:
    """The links stand beside the channel's own block."""
    hello = HELLOS[channel].wire.json
    assert isinstance(hello, dict)
    block = hello["channels"] | {"smartlinks": [{"linkid": 5, "validity": 60}]}
    links = Options(smart_links=(SmartLink(id="5", minutes=60),))
    return varied(HELLOS[channel], "with a link that is kept at the provider", ("X13",), links, channels=block)


CASES: list[Case] = [
    *(reaching(channel, AddressType.CUSTOMER, "customerid") for channel in HELLOS if channel is not Channel.PUSH),
    *(reaching(channel, AddressType.EMAIL, "email") for channel in HELLOS if channel is not Channel.PUSH),
    reaching(Channel.VOICE, AddressType.PHONE, "msisdn"),
    reaching(Channel.IN_APP, AddressType.USER, "userid"),
    reaching(Channel.MESSENGER, AddressType.MESSENGER, "psid"),
    reaching(Channel.APPLE, AddressType.APPLE, "abcUserId"),
    *(
        varied(case, "for a minute and a half", ("X12",), Options(validity_seconds=90), expiry="PT90S")
        for channel, case in HELLOS.items()
        if channel is not Channel.PUSH
    ),
    *(linked(channel) for channel in (Channel.IN_APP, Channel.MESSENGER)),
]
