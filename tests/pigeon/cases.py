"""
Pigeon Post API 1. What is here is peculiar to it; what all providers do alike is derived from the TABLE at the end.
"""

import hmac
from collections.abc import Mapping, Sequence

from herald.content import Content, Media, MediaContent, Reply, TextContent
from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    InvalidMessage,
    OutcomeUnknown,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    Reason,
    UnsupportedFeature,
    WebhookNotVerified,
)
from herald.models import (
    Account,
    Address,
    Channel,
    InboundMessage,
    MediaFile,
    OutboundMessage,
    Receipt,
    Sender,
    StatusUpdate,
)
from herald.provider import Response, Webhook
from herald.status import Status
from tests.providers.harness import (
    Answer,
    Answers,
    Case,
    Download,
    Inbox,
    NotBuilt,
    Refuse,
    Refused,
    Send,
    Table,
    Verified,
    Wire,
    json_response,
    post,
)

REFERENCE = "abcdefghijklmnopqrstuvwxyz-0"
PHONE = "+436601234567"
FLIGHTS = "https://api.pigeon.example/v1/flights"
KEY = {"Authorization": "Bearer a-pigeon-key"}
HEADERS = {"Content-Type": "application/json", **KEY}
SECRETS = {"api_key": "a-pigeon-key", "webhook_secret": "a-pigeon-secret"}
CAT = MediaFile("cat", "image/jpeg", 2048, "0" * 64, "https://media.example/cat.jpg")
LANDED = 1_773_487_800_000  # 2026-03-14T11:30:00Z


def message(
    content: Content,
    *to: str,
    channel: Channel = Channel.SMS,
    references: Sequence[str] = (),
    callback_url: str | None = None,
) -> OutboundMessage:
    return OutboundMessage(
        reference=REFERENCE,
        channel=channel,
        recipients=tuple(Address.parse(number) for number in to or (PHONE,)),
        sender="Loft 7",
        content=content,
        media={"cat": CAT},
        callback_url=callback_url,
        references=tuple(references),
    )


def told(**fields: object) -> Wire:
    body: dict[str, object] = {
        "channel": "sms",
        "loft": "Loft 7",
        "pigeons": [{"to": PHONE, "ring": REFERENCE}],
    }
    return Wire("POST", FLIGHTS, HEADERS, json=body | fields)


def pigeon(ring: str = REFERENCE, code: int = 0, name: str | None = "p-1") -> dict[str, object]:
    return {"ring": ring, "code": code} | ({"id": name} if name else {})


def answered(*pigeons: object, status: int = 202) -> Response:
    return json_response(status, {"pigeons": pigeons})


HELLO = message(TextContent(text="Hello World"))
PICTURE = MediaContent(media=Media(id="cat"))

SENDS: list[Case] = [
    Send(name="a note", features=(), message=HELLO, wire=told(text="Hello World")),
    Send(
        name="a note to two, with an address for what becomes of it",
        features=(),
        message=message(
            TextContent(text="Hi"),
            PHONE,
            "+436601234568",
            references=("ring-1", "ring-2"),
            callback_url="https://h.example/x",
        ),
        wire=told(
            text="Hi",
            pigeons=[{"to": PHONE, "ring": "ring-1"}, {"to": "+436601234568", "ring": "ring-2"}],
            tell="https://h.example/x",
        ),
    ),
    Send(
        name="a note over whatsapp, elsewhere",
        features=(),
        settings={"base_url": "http://localhost:8799/", "path_flights": "/flights"},
        message=message(TextContent(text="Hi"), channel=Channel.WHATSAPP),
        wire=Wire(
            "POST",
            "http://localhost:8799/flights",
            HEADERS,
            json={
                "channel": "whatsapp",
                "loft": "Loft 7",
                "pigeons": [{"to": PHONE, "ring": REFERENCE}],
                "text": "Hi",
            },
        ),
    ),
    Send(
        name="a picture",
        features=(),
        message=message(PICTURE, channel=Channel.WHATSAPP),
        wire=told(channel="whatsapp", picture="https://media.example/cat.jpg"),
    ),
    Send(
        name="a picture with a caption",
        features=(),
        message=message(PICTURE.model_copy(update={"caption": "A cat"}), channel=Channel.WHATSAPP),
        wire=told(channel="whatsapp", picture="https://media.example/cat.jpg", text="A cat"),
    ),
]


def refuse(name: str, sent: OutboundMessage, error: type[InvalidMessage], field: str) -> Refuse:
    return Refuse(name=name, features=(), message=sent, expect=Refused(error, field=field))


REFUSALS: list[Case] = [
    refuse("a long note", message(TextContent(text="a" * 301)), InvalidMessage, "content.text"),
    refuse(
        "a long caption",
        message(PICTURE.model_copy(update={"caption": "a" * 301}), channel=Channel.WHATSAPP),
        InvalidMessage,
        "content.caption",
    ),
    refuse(
        "suggestions",
        message(TextContent(text="Sure?", suggestions=(Reply(label="Yes"),))),
        UnsupportedFeature,
        "content.suggestions",
    ),
    refuse(
        "a thumbnail",
        message(PICTURE.model_copy(update={"thumbnail": Media(id="cat")}), channel=Channel.WHATSAPP),
        UnsupportedFeature,
        "content.thumbnail",
    ),
    refuse("a picture over sms", message(PICTURE), UnsupportedFeature, "content.type"),
    NotBuilt(
        name="a picture over sms, unchecked",
        features=(),
        message=message(PICTURE),
        expect=Refused(UnsupportedFeature, field="content.type"),
    ),
    NotBuilt(
        name="anything without a key",
        features=(),
        secrets={"webhook_secret": "a-pigeon-secret"},
        message=HELLO,
        expect=Refused(ConfigurationError),
    ),
]

# Pigeon Post API 1, "Codes"
CODES: Mapping[int, Refused] = {
    4000: Refused(ProviderRejected, "4000", Reason.INVALID_CONTENT),
    4010: Refused(CredentialsRefused, "4010", Reason.CREDENTIALS_REFUSED),
    4040: Refused(ProviderRejected, "4040", Reason.INVALID_RECIPIENT),
    4041: Refused(ProviderRejected, "4041", Reason.INVALID_SENDER),
    4130: Refused(ProviderRejected, "4130", Reason.INVALID_MEDIA),
    4290: Refused(ProviderThrottled, "4290", Reason.THROTTLED),
    5000: Refused(OutcomeUnknown, "5000", Reason.PROVIDER_FAILURE),
    5030: Refused(ProviderUnavailable, "5030", Reason.PROVIDER_UNAVAILABLE),
}

TWO = message(TextContent(text="Hi"), PHONE, "+436601234568", references=("ring-1", "ring-2"))

ONE_OF_TWO = Answers(
    name="one of two is refused",
    features=(),
    message=TWO,
    answer=answered(pigeon("ring-2", name="p-2"), pigeon("ring-1", 4040, None)),
    expect=[CODES[4040], Receipt("p-2", "0")],
)

ANSWERS: list[Case] = [
    Answer(name="taken", features=(), answer=answered(pigeon()), expect=Receipt("p-1", "0")),
    Answer(
        name="taken, without an id",
        features=(),
        answer=answered(pigeon(name=None)),
        expect=Refused(OutcomeUnknown, "0"),
    ),
    Answer(name="no pigeons", features=(), answer=answered(), expect=Refused(OutcomeUnknown, "202")),
    *(
        Answer(
            name=f"the call is refused: {code}", features=(), answer=json_response(400, {"code": code}), expect=expect
        )
        for code, expect in CODES.items()
    ),
    *(
        Answer(name=f"the pigeon is refused: {code}", features=(), answer=answered(pigeon(code=code)), expect=expect)
        for code, expect in CODES.items()
    ),
    ONE_OF_TWO,
    Answers(
        name="one of two is not told of",
        features=(),
        message=TWO,
        answer=answered(pigeon("ring-1")),
        expect=[Receipt("p-1", "0"), Refused(OutcomeUnknown, "202")],
    ),
    Answers(
        name="both are refused at once",
        features=(),
        message=TWO,
        answer=json_response(200, {"code": 4290}),
        expect=CODES[4290],
    ),
]


def sealed(webhook: Webhook, key: str = SECRETS["webhook_secret"]) -> Webhook:
    seal = hmac.new(key.encode(), webhook.body, "sha256").hexdigest()
    return Webhook(webhook.kind, webhook.body, {"x-pigeon-seal": seal})


def flight(**fields: object) -> Webhook:
    body = {
        "tells": "flight",
        "id": "p-1",
        "ring": REFERENCE,
        "word": "landed",
        "at": "2026-03-14T12:30:00+01:00",
    } | fields
    return post("status", {name: value for name, value in body.items() if value is not None})


def note(**fields: object) -> Webhook:
    body = {
        "tells": "note",
        "id": "n-1",
        "channel": "sms",
        "from": PHONE,
        "to": "loft 7",
        "text": "Coo",
        "at": "2026-03-14T11:30:00Z",
    } | fields
    return post("inbound", {name: value for name, value in body.items() if value is not None})


def report(word: str) -> Webhook:
    return flight(word=word)


def heard(
    content: Mapping[str, object], channel: Channel = Channel.SMS, **fields: str | tuple[str, ...]
) -> InboundMessage:
    known: dict[str, object] = {"sender": PHONE, "recipient": "Loft 7", "event_id": "n-1", "at": LANDED}
    return InboundMessage(channel=channel, content=content, **(known | fields))  # type: ignore[arg-type]


WORDS: Mapping[str, Status | None] = {
    "released": Status.SENT,
    "resting": None,
    "landed": Status.DELIVERED,
    "lost": Status.FAILED,
    "shooed": Status.FAILED,
}

WEBHOOKS: list[Case] = [
    Inbox(
        name="landed",
        features=(),
        webhook=flight(),
        expect=[StatusUpdate("landed", Status.DELIVERED, REFERENCE, "p-1", at=LANDED)],
    ),
    Inbox(
        name="lost, under a ring that is not ours",
        features=(),
        webhook=flight(word="lost", ring="AT-1984-7"),
        expect=[StatusUpdate("lost", Status.FAILED, provider_message_id="p-1", at=LANDED, reason=Reason.UNDELIVERABLE)],
    ),
    Inbox(name="a flight of no pigeon", features=(), webhook=flight(id=None, ring="AT-1984-7"), expect=None),
    Inbox(name="a note", features=(), webhook=note(), expect=[heard({"type": "text", "text": "Coo"})]),
    Inbox(
        name="a picture, from somebody without a number",
        features=(),
        webhook=note(channel="whatsapp", text=None, picture="pic-1", **{"from": "AT.77"}),
        expect=[heard({"type": "media", "kind": "image"}, Channel.WHATSAPP, sender="customer:AT.77", media=("pic-1",))],
    ),
    Inbox(
        name="a picture with a caption",
        features=(),
        webhook=note(picture="pic-1"),
        expect=[heard({"type": "media", "kind": "image", "caption": "Coo"}, media=("pic-1",))],
    ),
    Inbox(name="a note about nothing", features=(), webhook=note(text=None), expect=None),
    Verified(name="a seal", features=(), webhook=sealed(flight())),
    Verified(name="no seal", features=(), webhook=flight(), expect=Refused(WebhookNotVerified)),
    Verified(name="another's seal", features=(), webhook=sealed(flight(), "x"), expect=Refused(WebhookNotVerified)),
    Verified(
        name="a seal of other bytes",
        features=(),
        webhook=Webhook("status", flight(word="lost").body, sealed(flight()).headers),
        expect=Refused(WebhookNotVerified),
    ),
    Download(
        name="a picture",
        features=(),
        media_id="pic/1",
        wire=Wire("GET", "https://api.pigeon.example/v1/pictures/pic%2F1", KEY),
        answer=Response(200, {"content-type": "image/png"}, b"\x89PNG"),
        expect=(b"\x89PNG", "image/png"),
    ),
    Download(
        name="a picture that is gone",
        features=(),
        media_id="pic-1",
        wire=Wire("GET", "https://api.pigeon.example/v1/pictures/pic-1", KEY),
        answer=Response(410),
        expect=Refused(ProviderRejected, "410"),
    ),
]


def results(sent: OutboundMessage, codes: Sequence[str | None]) -> Response:
    """An answer with a result for each recipient."""
    rings = [sent.reference_of(position) for position in range(len(sent.recipients))]
    return answered(*(pigeon(ring, int(code or 0)) for ring, code in zip(rings, codes, strict=True)))


TABLE = Table(
    account=Account(
        name="acme-pigeon",
        provider="pigeon",
        tenants=("acme",),
        senders=(Sender("Loft 7", Channel.SMS), Sender("Loft 7", Channel.WHATSAPP)),
    ),
    secrets=SECRETS,
    hello=HELLO,
    accepted=answered(pigeon()),
    report=report,
    words=WORDS,
    acknowledgement=Response(200, {"content-type": "text/plain"}, b"coo"),
    refusals={str(code): answered(pigeon(code=code)) for code in CODES},
    results=results,
    cases=[*SENDS, *REFUSALS, *ANSWERS, *WEBHOOKS],
)
