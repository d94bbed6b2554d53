"""
What is not sent even when nobody checked it before: contents without a form, and accounts that are not configured.
"""

from collections.abc import Sequence
from dataclasses import replace

from herald.content import (
    BinaryContent,
    ButtonsContent,
    Card,
    CardContent,
    Content,
    LocationContent,
    Media,
    MediaContent,
    PushContent,
    Reply,
    ShareDevice,
    StickerContent,
    TemplateContent,
    TemplateHeader,
    TextContent,
    VoiceContent,
)
from herald.errors import ConfigurationError, InvalidMessage, UnsupportedFeature
from herald.models import Channel
from tests.providers.cases.webex_connect.envelope import SERVICE
from tests.providers.cases.webex_connect.shared import CAT, HELLO, MEDIA, PHONE, VOICE, message
from tests.providers.harness import Case, NotBuilt, Refused

BUTTONS = (Reply(label="Yes"),)
PLACE = LocationContent(latitude=0, longitude=0)

WITHOUT_FORM: Sequence[tuple[str, Channel, Content, str]] = (
    ("a binary message", Channel.VOICE, BinaryContent(segments=("AQID",)), "X3"),
    ("a binary message", Channel.WHATSAPP, BinaryContent(segments=("AQID",)), "X7"),
    ("a binary message", Channel.RCS, BinaryContent(segments=("AQID",)), "X17"),
    ("two binary segments", Channel.SMS, BinaryContent(segments=("AQID", "BAUG")), "X2"),
    ("a notification", Channel.SMS, PushContent(body="Hello"), "X2"),
    ("media", Channel.VOICE, VoiceContent(media=CAT), "X3"),
    ("a sound with a caption", Channel.WHATSAPP, MediaContent(media=VOICE, caption="A sound"), "X7"),
    (
        "a sound over buttons",
        Channel.WHATSAPP,
        ButtonsContent(text="Choose", buttons=BUTTONS, header_media=VOICE),
        "X7",
    ),
    ("a device", Channel.WHATSAPP, ButtonsContent(text="Choose", buttons=(ShareDevice(label="Device"),)), "X7"),
    (
        "a nameless place over a template",
        Channel.WHATSAPP,
        TemplateContent(name="t", language="en", header=TemplateHeader(location=PLACE)),
        "X7",
    ),
    ("a card without a picture", Channel.RCS, CardContent(card=Card(title="A card")), "X17"),
    ("a device", Channel.RCS, TextContent(text="Choose", suggestions=(ShareDevice(label="Device"),)), "X17"),
)

# Only with the addresses of its media a request may turn out to be too large.
ENDLESS = replace(MEDIA["cat"], url="https://media.example/" + "x" * 4096)

CASES: list[Case] = [
    *(
        NotBuilt(
            name=f"{name} over {channel}, with {api} of the api",
            features=(feature,),
            settings={"sms_api": api, "voice_api": api},
            message=message(channel, content),
            expect=Refused(UnsupportedFeature),
        )
        for name, channel, content, feature in WITHOUT_FORM
        for api in ("v1", "v2")
    ),
    *(
        NotBuilt(
            name=f"a sticker over {channel}",
            features=(feature,),
            message=message(channel, StickerContent(media=CAT)),
            expect=Refused(UnsupportedFeature, field="content.type"),
        )
        for channel, feature in (
            (Channel.IN_APP, "X4"),
            (Channel.PUSH, "X5"),
            (Channel.MESSENGER, "X6"),
            (Channel.APPLE, "X8"),
        )
    ),
    NotBuilt(
        name="a notification that is too large with the address of its picture",
        features=("X5",),
        message=message(Channel.PUSH, PushContent(body="Look", media=Media(id="cat")), media={"cat": ENDLESS}),
        expect=Refused(InvalidMessage, field="content"),
    ),
    NotBuilt(
        name="a notification whose picture turns out to be a film",
        features=("X5",),
        message=message(Channel.PUSH, PushContent(body="Look", media=Media(id="film"))),
        expect=Refused(UnsupportedFeature, field="content.media"),
    ),
    *(
        NotBuilt(
            name=f"apple messages, {content.type} to a phone number among others",
            features=("X8",),
            message=message(Channel.APPLE, content, "apple:urn:mbid:AQAAY0", PHONE),
            expect=Refused(UnsupportedFeature, field="to"),
        )
        for content in (TextContent(text="Hey"), MediaContent(media=CAT))
    ),
    *(
        NotBuilt(
            name=f"for region {region!r}",
            features=("X1",),
            settings={"region": region},
            message=HELLO,
            expect=Refused(ConfigurationError),
        )
        for region in (None, "mars", 7)
    ),
    NotBuilt(
        name="with a secret that is no base64",
        features=("X1",),
        secrets=SERVICE | {"service_secret": "not base64!"},
        message=HELLO,
        expect=Refused(ConfigurationError),
    ),
]
