"""
What all tables of Webex Connect speak of: one account, one recipient for each channel, and the envelopes.
"""

from collections.abc import Mapping, Sequence

from herald.content import Content, Media, TextContent
from herald.models import Account, Address, AddressType, Channel, MediaFile, Options, OutboundMessage, Sender
from herald.provider import Response
from tests.providers.harness import Wire, json_response

REFERENCE = "abcdefghijklmnopqrstuvwxyz-0"
PHONE = "+447700900009"
KEY = "8c5ec0a9-4f6c-11ee-be56-0242ac120002"
V1 = "https://api.eu.webexconnect.io/resources/v1/messaging"
V2 = "https://api.eu.webexconnect.io/v2/messages"
HEADERS = {"Content-Type": "application/json", "key": KEY}
TRANSACTION = "29e6cff5-5f0d-4872-b336-57799cb63da7"

SENDERS: Mapping[Channel, str] = {
    Channel.SMS: "HERALD",
    Channel.VOICE: "443333000001",
    Channel.IN_APP: "HE08213541",
    Channel.PUSH: "HE08213542",
    Channel.MESSENGER: "a_154623235593581601",
    Channel.WHATSAPP: "a_154623235593581602",
    Channel.APPLE: "a_154623235593581603",
    Channel.RCS: "a_154623235593581604",
}
RECIPIENTS: Mapping[Channel, str] = {
    Channel.SMS: PHONE,
    Channel.VOICE: PHONE,
    Channel.IN_APP: "user:anna",
    Channel.PUSH: "push_android:fcm-token-1",
    Channel.MESSENGER: "messenger:3141592653589793",
    Channel.WHATSAPP: PHONE,
    Channel.APPLE: "apple:urn:mbid:AQAAY0",
    Channel.RCS: PHONE,
}
DESTINATIONS: Mapping[Channel, dict[str, object]] = {
    Channel.SMS: {"msisdn": [PHONE]},
    Channel.VOICE: {"msisdn": [PHONE]},
    Channel.IN_APP: {"userid": ["anna"]},
    Channel.PUSH: {"android_pushid": ["fcm-token-1"]},
    Channel.MESSENGER: {"psid": ["3141592653589793"]},
    Channel.WHATSAPP: {"waid": [PHONE]},
    Channel.APPLE: {"abcUserId": ["urn:mbid:AQAAY0"]},
    Channel.RCS: {"msisdn": [PHONE]},
}
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
APPS = {Channel.IN_APP, Channel.PUSH, Channel.MESSENGER, Channel.WHATSAPP, Channel.APPLE}

ACCOUNT = Account(
    name="webex",
    provider="webex_connect",
    tenants=("acme",),
    settings={"region": "eu"},
    senders=tuple(Sender(name, channel) for channel, name in SENDERS.items()),
)
SECRETS = {"service_key": KEY}

CAT = Media(id="cat")
SMALL = Media(id="small")
FILM = Media(id="film")
VOICE = Media(id="voice")
PAPER = Media(id="paper")
MEDIA: Mapping[str, MediaFile] = {
    "cat": MediaFile("cat", "image/jpeg", 2048, "0" * 64, "https://media.example/cat.jpg", "cat.jpg"),
    "small": MediaFile("small", "image/png", 64, "1" * 64, "https://media.example/small.png"),
    "film": MediaFile("film", "video/mp4", 4096, "2" * 64, "https://media.example/film.mp4", "film.mp4"),
    "voice": MediaFile("voice", "audio/aac", 512, "3" * 64, "https://media.example/voice.aac"),
    "paper": MediaFile("paper", "application/pdf", 1024, "4" * 64, "https://media.example/paper.pdf", "paper.pdf"),
}


def message(  # noqa: PLR0913 - a message has so many parts
    channel: Channel,
    content: Content,
    *to: str,
    options: Options | None = None,
    media: Mapping[str, MediaFile] = MEDIA,
    sender: str | None = None,
    callback_url: str | None = None,
    references: Sequence[str] = (),
) -> OutboundMessage:
    """A message to the channel's own recipient, or to these canonical addresses."""
    return OutboundMessage(
        reference=REFERENCE,
        channel=channel,
        recipients=tuple(Address.parse(address) for address in to or (RECIPIENTS[channel],)),
        sender=SENDERS[channel] if sender is None else sender,
        content=content,
        options=options or Options(),
        media=media,
        callback_url=callback_url,
        references=tuple(references),
    )


def told(sent: OutboundMessage, block: Mapping[str, object], **other: object) -> Wire:
    """The whole request of v1 around what stands under `channels`; `other` members are added, or replace ours."""
    body: dict[str, object] = {
        "deliverychannel": WORDS[sent.channel],
        "channels": block,
        "destination": [DESTINATIONS[sent.channel] | {"correlationid": REFERENCE}],
        "callbackData": REFERENCE,
    }
    if sent.channel in APPS:
        body["appid"] = SENDERS[sent.channel]
    return Wire("POST", V1, HEADERS, json=body | other)


def told_v2(sent: OutboundMessage, content: Mapping[str, object], **other: object) -> Wire:
    """The whole request of v2 around its content; `other` members are added, or replace ours."""
    body: dict[str, object] = {
        "channel": WORDS[sent.channel],
        "from": SENDERS[sent.channel],
        "to": [DESTINATIONS[sent.channel] | {"correlationId": REFERENCE}],
        "callbackData": REFERENCE,
        **content,
    }
    return Wire("POST", V2, HEADERS, json=body | other)


def person(kind: AddressType, value: str) -> str:
    """An address in its canonical form."""
    return str(Address(type=kind, value=value))


def queued(**other: object) -> Response:
    """The documented answer to one message."""
    return json_response(200, {"response": [{"description": "Queued", "code": "1001", "transid": TRANSACTION} | other]})


def refusal(code: int, status: int = 200) -> Response:
    """The documented answer to a request that is refused as a whole."""
    answer = {"description": f"no to {PHONE}", "code": str(code), "transid": TRANSACTION}
    return json_response(status, {"response": answer})


HELLO = message(Channel.SMS, TextContent(text="Hello World"))
