"""
Voice. Bodies are those of the Webex Connect Messaging API v1 and of "Make Calls Using Send Message API v2".
"""

from herald.content import Media, Reply, TextContent, VoiceContent
from herald.errors import ConfigurationError, InvalidMessage, UnsupportedFeature
from herald.models import Channel, OutboundMessage
from herald.provider import ChannelFacts
from herald.status import Status
from tests.providers.cases.webex_connect.shared import SENDERS, message, told, told_v2
from tests.providers.harness import Case, Declares, Refuse, Refused, Send

BY_V2 = {"voice_api": "v2"}
CLI = {"cli": SENDERS[Channel.VOICE]}


def call(content: VoiceContent | TextContent, sender: str | None = None) -> OutboundMessage:
    return message(Channel.VOICE, content, sender=sender)


FLOW = call(VoiceContent(flow="184"))
PROMPT = call(VoiceContent(prompt="354"))
SPOKEN = {
    "type": "TTS",
    "ttsProcessor": "Azure",
    "language": "en-US",
    "voice": "GuyNeural",
    "region": "Canada",
    "text": "This is a notification of school closure",
    "voiceType": "Neural",
    "gender": "male",
}
TEXT = VoiceContent(text="This is a notification of school closure")

SENDS: list[Case] = [
    Send(
        name="voice by a call flow",
        features=("X3",),
        message=FLOW,
        wire=told(FLOW, {"voice": {"callflowid": "184"} | CLI}),
    ),
    Send(
        name="voice by a prompt",
        features=("X3",),
        message=PROMPT,
        wire=told(FLOW, {"voice": {"promptid": "354"} | CLI}),
    ),
    Send(
        name="voice from whatever number the service has",
        features=("X3",),
        message=call(VoiceContent(prompt="354"), sender=""),
        wire=told(FLOW, {"voice": {"promptid": "354"}}),
    ),
    Send(
        name="v2 voice by a prompt",
        features=("X3",),
        settings=BY_V2,
        message=PROMPT,
        wire=told_v2(FLOW, {"content": {"type": "media", "mediaId": "354"}}),
    ),
    Send(
        name="v2 voice speaks a text",
        features=("X3",),
        settings=BY_V2,
        message=call(TEXT.model_copy(update={"language": "en-us"})),
        wire=told_v2(FLOW, {"content": SPOKEN}),
    ),
    Send(
        name="v2 voice speaks a text in the account's voice",
        features=("X3",),
        settings=BY_V2
        | {"tts_language": "de-AT", "tts_voice": "IngridNeural", "tts_region": "Europe", "tts_gender": "female"},
        message=call(TEXT),
        wire=told_v2(
            FLOW,
            {
                "content": SPOKEN
                | {"language": "de-AT", "voice": "IngridNeural", "region": "Europe", "gender": "female"}
            },
        ),
    ),
]

REFUSALS: list[Case] = [
    *(
        Refuse(
            name=f"voice with {part}",
            features=("X3",),
            message=call(content),
            expect=Refused(UnsupportedFeature, field=f"content.{part}"),
        )
        for part, content in (
            ("text", TEXT),
            ("media", VoiceContent(media=Media(id="m"))),
            ("language", VoiceContent(prompt="354", language="en")),
        )
    ),
    Refuse(
        name="voice text through v1",
        features=("X3",),
        message=call(TextContent(text="Hello")),
        expect=Refused(UnsupportedFeature, field="content.type"),
    ),
    *(
        Refuse(
            name=f"v2 voice with {part}",
            features=("X3",),
            settings=BY_V2,
            message=call(content),
            expect=Refused(UnsupportedFeature, field=f"content.{part}"),
        )
        for part, content in (
            ("flow", VoiceContent(flow="184")),
            ("media", VoiceContent(media=Media(id="m"))),
            ("language", VoiceContent(text="Hallo", language="de")),
            ("suggestions", TextContent(text="Choose", suggestions=(Reply(label="Yes"),))),
        )
    ),
    *(
        Refuse(
            name=f"v2 voice with {len(content.text or '')} characters of {content.type}",
            features=("X3",),
            settings=BY_V2,
            message=call(content),
            expect=Refused(InvalidMessage, field="content.text"),
        )
        for content in (VoiceContent(text="x" * 2001), TextContent(text="x" * 2001))
    ),
    Refuse(
        name="v2 voice without a number to call from",
        features=("X3",),
        settings=BY_V2,
        message=call(TEXT, sender=""),
        expect=Refused(InvalidMessage, field="from"),
    ),
    Refuse(
        name="a version that nobody has",
        features=("X3",),
        settings={"voice_api": "v3"},
        message=PROMPT,
        expect=Refused(ConfigurationError),
    ),
]

FACTS: list[Case] = [
    Declares(
        name="v2 voice",
        features=("X3",),
        settings=BY_V2,
        channel=Channel.VOICE,
        expect=ChannelFacts(
            frozenset({"text", "voice"}),
            echo=True,
            tells=frozenset({Status.SENT, Status.DELIVERED, Status.FAILED}),
            batch=1000,
            options=frozenset({"validity_seconds"}),
        ),
    )
]

CASES = [*SENDS, *REFUSALS, *FACTS]
