"""
Voice: a call flow or a recording in v1, a recording or a spoken text in v2 (Webex Connect Messaging API v1; "Make
Calls Using Send Message API v2").
"""

from collections.abc import Mapping
from dataclasses import dataclass

from herald.content import TextContent, VoiceContent
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import OutboundMessage
from herald.providers.webex_connect.envelope import Json

MAX_SPOKEN = 2000


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks an account's texts: a voice of Azure, all four words as its documents spell them."""

    language: str
    voice: str
    region: str
    gender: str


def check(message: OutboundMessage) -> None:
    """v1 uses what lies at the provider. Raises UnsupportedFeature."""
    _refuse(message, ("text", "media", "language"), "use a prompt or a flow, or account setting voice_api: v2")


def check_v2(message: OutboundMessage, speaker: Speaker) -> None:
    """v2 speaks, in the account's voice. Raises InvalidMessage or UnsupportedFeature."""
    content = message.content
    _refuse(message, ("media", "flow"), "use a prompt or a text")
    if isinstance(content, VoiceContent) and content.language and content.language.lower() != speaker.language.lower():
        raise UnsupportedFeature(
            f"the account's voice speaks {speaker.language}", field="content.language", hint="use another account"
        )
    if isinstance(content, TextContent) and content.suggestions:
        raise UnsupportedFeature("a call has no suggestions", field="content.suggestions")
    if isinstance(content, TextContent | VoiceContent) and len(content.text or "") > MAX_SPOKEN:
        raise InvalidMessage(f"at most {MAX_SPOKEN} characters are spoken", field="content.text")


def block(message: OutboundMessage) -> Mapping[str, object]:
    """What stands under `channels`."""
    match message.content:
        case VoiceContent(flow=str(flow)):
            call = {"callflowid": flow}
        case VoiceContent(prompt=str(prompt)):
            call = {"promptid": prompt}
        case _:
            raise UnsupportedFeature("v1 of the provider's API uses a prompt or a flow", field="content.type")
    return {"voice": call | ({"cli": message.sender} if message.sender else {})}


def content_v2(message: OutboundMessage, speaker: Speaker) -> Json:
    """The member of a v2 body that says what is heard."""
    match message.content:
        case VoiceContent(prompt=str(prompt)):
            return {"content": {"type": "media", "mediaId": prompt}}
        case VoiceContent(text=str(text)) | TextContent(text=text):
            return {"content": _spoken(text, speaker)}
    raise UnsupportedFeature("v2 of the provider's API uses a prompt or a text", field="content.type")


def _spoken(text: str, speaker: Speaker) -> Json:
    return {
        "type": "TTS",
        "ttsProcessor": "Azure",
        "language": speaker.language,
        "voice": speaker.voice,
        "region": speaker.region,
        "text": text,
        "voiceType": "Neural",
        "gender": speaker.gender,
    }


def _refuse(message: OutboundMessage, parts: tuple[str, ...], hint: str) -> None:
    for part in parts:
        if isinstance(message.content, VoiceContent) and getattr(message.content, part):
            raise UnsupportedFeature(f"the provider takes no {part} for a call", field=f"content.{part}", hint=hint)
