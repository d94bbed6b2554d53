"""
SMSGlobal REST API v2, WhatsApp. No document prints a body: these are made of its field tables, states and inbound
objects of the API that it was built upon (Sinch WhatsApp API), error bodies of its SMS part.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from herald.content import (
    ButtonsContent,
    Content,
    Currency,
    LocationContent,
    Media,
    MediaContent,
    MediaKind,
    Reply,
    StickerContent,
    TemplateButton,
    TemplateContent,
    TemplateHeader,
    TextContent,
)
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
)
from herald.models import (
    Account,
    Address,
    AddressType,
    Channel,
    InboundMessage,
    MediaFile,
    OptIn,
    Options,
    OutboundMessage,
    Receipt,
    Sender,
    SmartLink,
    StatusUpdate,
    Unreadable,
)
from herald.provider import (
    ChannelFacts,
    Direction,
    Listed,
    Listing,
    MediaRule,
    Reports,
    Request,
    Response,
    Stamp,
)
from herald.status import Status
from tests.providers.harness import (
    Answer,
    Capability,
    Case,
    Declares,
    ListCall,
    ListPage,
    Lookup,
    OptIns,
    Refuse,
    Refused,
    Send,
    Sign,
    Table,
    Wire,
    json_response,
)

REFERENCE = "abcdefghijklmnopqrstuvwxyz-0"
PHONE = "+61400000001"
DIGITS = "61400000001"
OURS = "+61430000001"
PLAIN = "61430000002"
ID = 6359736682344313
API = "https://api.smsglobal.com/v2/whatsapp"
ACCEPT = {"Accept": "application/json"}
HEADERS = {"Content-Type": "application/json", **ACCEPT}
VIENNA = {"time_zone": "Europe/Vienna"}
SYDNEY = {"time_zone": "Australia/Sydney"}


def file(key: str, content_type: str, filename: str | None = None) -> MediaFile:
    return MediaFile(key, content_type, 2048, "0" * 64, f"https://media.example/{key}", filename)


FILES = {
    one.key: one
    for one in (
        file("cat", "image/jpeg", "cat.jpg"),
        file("film", "video/mp4"),
        file("song", "audio/mpeg", "song.mp3"),
        file("bill", "application/pdf", "bill.pdf"),
        file("nameless", "application/pdf"),
        file("wink", "image/webp"),
    )
}


def whatsapp(content: Content, *, to: Address | None = None, options: Options | None = None) -> OutboundMessage:
    return OutboundMessage(
        reference=REFERENCE,
        channel=Channel.WHATSAPP,
        recipients=(to or Address(value=PHONE),),
        sender=OURS,
        content=content,
        options=options or Options(),
        media=FILES,
    )


def media(key: str, kind: MediaKind = MediaKind.FILE, **fields: str) -> OutboundMessage:
    return whatsapp(MediaContent(media=Media(id=key), kind=kind, **fields))


def template(**fields: object) -> OutboundMessage:
    return whatsapp(TemplateContent.model_validate({"name": "ticket", "language": "en"} | fields))


def told(**message: object) -> Wire:
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return Wire("POST", f"{API}/message", HEADERS, json={"to": [DIGITS], "message": text})


HELLO = whatsapp(TextContent(text="Hello World"))


def sent(**fields: object) -> dict[str, object]:
    """A Message, as sends and the outgoing list show it."""
    made: dict[str, object] = {
        "id": ID,
        "recipient": DIGITS,
        "status": "success",
        "state": "queued",
        "message": '{"type":"text","text":"Hello World"}',
        "createdDate": "2020-08-18 10:36:29 +1000",
    }
    return {name: value for name, value in (made | fields).items() if value is not None}


def received(**fields: object) -> dict[str, object]:
    """A WhatsappIncoming."""
    made: dict[str, object] = {
        "id": ID,
        "from": DIGITS,
        "to": OURS.removeprefix("+"),
        "message": "Hi",
        "createdDate": "2020-08-18 10:36:29 +1000",
    }
    return {name: value for name, value in (made | fields).items() if value is not None}


ACCEPTED = json_response(200, sent())
CREATED = 1597710989000


def signed(url: str, mac: str, method: str = "GET", **other: object) -> Wire:
    """The request with its credentials, and nothing else of it different."""
    headers = HEADERS if method == "POST" else {}
    authorization = f'MAC id="test", ts="1375000000", nonce="random-nonce", mac="{mac}"'
    return Wire(method, url, {**headers, "Authorization": authorization}, **other)  # type: ignore[arg-type]


# Published with the sample credentials of the official PHP client's own tests (rest-api-client-php, ApiKeyTest).
SIGNATURES: list[Case] = [
    Sign(
        name="the official vector",
        features=("G1",),
        secrets={"api_key": "test", "api_secret": "abcd"},
        request=Request("GET", "https://api.smsglobal.com/v1/sms/"),
        stamp=Stamp(1375000000999, "random-nonce"),
        expect=signed("https://api.smsglobal.com/v1/sms/", "xHRg9NU2FyDXb6X/iWGfseHslX7ES3IKPSwFV5QLguQ="),
    ),
    Sign(
        name="the host's case and its usual port change nothing",
        features=("G1",),
        secrets={"api_key": "test", "api_secret": "abcd"},
        request=Request("GET", "https://API.smsglobal.com:443/v1/sms/"),
        stamp=Stamp(1375000000000, "random-nonce"),
        expect=signed("https://API.smsglobal.com:443/v1/sms/", "xHRg9NU2FyDXb6X/iWGfseHslX7ES3IKPSwFV5QLguQ="),
    ),
    # The MACs below were computed with openssl: printf '<the seven lines>' | openssl dgst -sha256 -hmac abcd -binary
    Sign(
        name="path and query as they are sent, the port beside the host",
        features=("G1",),
        secrets={"api_key": "test", "api_secret": "abcd"},
        request=Request(
            "GET", "http://localhost:9000/v2/whatsapp/incoming?offset=1&startDate=2020-01-01%2000%3A00%3A00"
        ),
        stamp=Stamp(1375000000000, "random-nonce"),
        expect=signed(
            "http://localhost:9000/v2/whatsapp/incoming?offset=1&startDate=2020-01-01%2000%3A00%3A00",
            "2yitjLpFY/z2+4IiHPaOXPjKH6IQjVnbQZK01KApUJ4=",
        ),
    ),
    Sign(
        name="a POST over http, whose body is not signed",
        features=("G1",),
        secrets={"api_key": "test", "api_secret": "abcd"},
        request=Request("POST", "http://api.smsglobal.com/v2/whatsapp/message", HEADERS, b"{}"),
        stamp=Stamp(1375000000000, "random-nonce"),
        expect=signed(
            "http://api.smsglobal.com/v2/whatsapp/message",
            "kKMBU58Mkh4HUBKbCpKFIV9w7DMwzYgEYh62+BjE8jc=",
            "POST",
            json={},
        ),
    ),
    Sign(
        name="no secret, no signature",
        features=("G1",),
        secrets={"api_key": "test"},
        request=Request("GET", "https://api.smsglobal.com/v2/whatsapp/incoming"),
        stamp=Stamp(1375000000000, "random-nonce"),
        expect=Refused(ConfigurationError),
    ),
]

SENDS: list[Case] = [
    Send(name="text", features=("G2",), message=HELLO, wire=told(type="text", text="Hello World")),
    Send(
        name="text with a preview of its link",
        features=("G2",),
        message=whatsapp(TextContent(text="https://example.com", preview_url=True)),
        wire=told(type="text", text="https://example.com", preview_url=True),
    ),
    Send(
        name="text of 4096 characters, not bytes",
        features=("G2",),
        message=whatsapp(TextContent(text="ü" * 4096)),
        wire=told(type="text", text="ü" * 4096),
    ),
    Send(
        name="text as an object, the number with its plus, the member as the table prints it",
        features=("G2",),
        settings={"message_encoding": "object", "recipient_format": "plus", "text_member": "Text"},
        message=whatsapp(TextContent(text='"quoted"')),
        wire=Wire(
            "POST",
            f"{API}/message",
            HEADERS,
            json={"to": [PHONE], "message": {"type": "text", "Text": '"quoted"'}},
        ),
    ),
    Send(
        name="another host and path",
        features=("G2",),
        settings={"base_url": "http://localhost:9000/v2/", "path_send": "/whatsapp-messages"},
        message=HELLO,
        wire=replace(told(type="text", text="Hello World"), url="http://localhost:9000/v2/whatsapp-messages"),
    ),
    Send(
        name="template",
        features=("G3",),
        message=template(
            parameters=["Jo", Currency(code="EUR", amount=12500, fallback="€12.50").model_dump(), "line\nbreak"]
        ),
        wire=told(type="template", template_name="ticket", params=["Jo", "€12.50", "line\nbreak"]),
    ),
    Send(
        name="template without placeholders",
        features=("G3",),
        message=template(),
        wire=told(type="template", template_name="ticket"),
    ),
    Send(
        name="image",
        features=("G4",),
        message=media("cat", MediaKind.IMAGE, caption="A cat", filename="my cat.jpg"),
        wire=told(type="image", url="https://media.example/cat", caption="A cat"),
    ),
    Send(
        name="image by its content type, without a caption",
        features=("G4",),
        message=media("cat"),
        wire=told(type="image", url="https://media.example/cat"),
    ),
    Send(
        name="video",
        features=("G5",),
        message=media("film", MediaKind.VIDEO, caption="A film"),
        wire=told(type="video", url="https://media.example/film", caption="A film"),
    ),
    Send(
        name="video by its content type",
        features=("G5",),
        message=media("film"),
        wire=told(type="video", url="https://media.example/film"),
    ),
    Send(
        name="document with the name it is given",
        features=("G6",),
        message=media("bill", MediaKind.DOCUMENT, caption="Your bill", filename="August.pdf"),
        wire=told(type="document", url="https://media.example/bill", caption="Your bill", filename="August.pdf"),
    ),
    Send(
        name="document by its content type, with the name of its file",
        features=("G6",),
        message=media("bill"),
        wire=told(type="document", url="https://media.example/bill", filename="bill.pdf"),
    ),
    Send(
        name="document without a name",
        features=("G6",),
        message=media("nameless"),
        wire=told(type="document", url="https://media.example/nameless"),
    ),
    Send(
        name="an image as a document",
        features=("G6",),
        message=media("cat", MediaKind.DOCUMENT),
        wire=told(type="document", url="https://media.example/cat", filename="cat.jpg"),
    ),
    Send(
        name="audio",
        features=("G7",),
        message=media("song", MediaKind.AUDIO, filename="song.mp3"),
        wire=told(type="audio", url="https://media.example/song"),
    ),
    Send(
        name="audio by its content type",
        features=("G7",),
        message=media("song"),
        wire=told(type="audio", url="https://media.example/song"),
    ),
    Send(
        name="a file that turns out to be audio keeps its caption, as a document",
        features=("G6", "G7"),
        message=media("song", caption="A song"),
        wire=told(type="document", url="https://media.example/song", caption="A song", filename="song.mp3"),
    ),
    Send(
        name="location",
        features=("G8",),
        message=whatsapp(
            LocationContent(latitude=-33.8568, longitude=151.2153, name="Opera House", address="Bennelong Point")
        ),
        wire=told(type="location", lat=-33.8568, lng=151.2153, name="Opera House", address="Bennelong Point"),
    ),
    Send(
        name="location of bare coordinates",
        features=("G8",),
        message=whatsapp(LocationContent(latitude=-90, longitude=180)),
        wire=told(type="location", lat=-90.0, lng=180.0),
    ),
    Send(
        name="sticker",
        features=("G9",),
        message=whatsapp(StickerContent(media=Media(id="wink"))),
        wire=told(type="sticker", url="https://media.example/wink"),
    ),
]


def refuse(name: str, message: OutboundMessage, error: type[InvalidMessage], field: str, feature: str) -> Refuse:
    return Refuse(name=name, features=(feature,), message=message, expect=Refused(error, field=field))


def misconfigured(name: str, **settings: object) -> Refuse:
    return Refuse(name=name, features=("G2",), settings=settings, message=HELLO, expect=Refused(ConfigurationError))


YES = (Reply(label="Yes"),)

REFUSALS: list[Case] = [
    refuse("text of 4097 characters", whatsapp(TextContent(text="a" * 4097)), InvalidMessage, "content.text", "G2"),
    refuse(
        "text with suggestions",
        whatsapp(TextContent(text="Sure?", suggestions=YES)),
        UnsupportedFeature,
        "content.suggestions",
        "G2",
    ),
    refuse(
        "buttons",
        whatsapp(ButtonsContent(text="Sure?", buttons=YES)),
        UnsupportedFeature,
        "content.type",
        "G2",
    ),
    refuse(
        "a test", whatsapp(TextContent(text="Hi"), options=Options(test=True)), UnsupportedFeature, "options.test", "G2"
    ),
    refuse(
        "a link that the provider should keep",
        whatsapp(TextContent(text="{{link_1}}"), options=Options(smart_links=(SmartLink(id="1"),))),
        UnsupportedFeature,
        "options.smart_links",
        "G2",
    ),
    refuse(
        "a message to be held",
        whatsapp(TextContent(text="Hi"), options=Options(provider_send_at=datetime(2030, 1, 1, tzinfo=UTC))),
        UnsupportedFeature,
        "options.provider_send_at",
        "G2",
    ),
    refuse(
        "somebody without a number",
        whatsapp(TextContent(text="Hi"), to=Address(type=AddressType.WHATSAPP, value="US.1349120865530274")),
        UnsupportedFeature,
        "to",
        "G2",
    ),
    refuse(
        "a template's header",
        template(header=TemplateHeader(text="Hi").model_dump()),
        UnsupportedFeature,
        "content.header",
        "G3",
    ),
    refuse(
        "a template's buttons",
        template(buttons=[TemplateButton(index=0, type="url", value="x").model_dump()]),
        UnsupportedFeature,
        "content.buttons",
        "G3",
    ),
    refuse(
        "a template's named placeholders", template(named={"name": "Jo"}), UnsupportedFeature, "content.named", "G3"
    ),
    refuse(
        "media with suggestions",
        whatsapp(MediaContent(media=Media(id="cat"), suggestions=YES)),
        UnsupportedFeature,
        "content.suggestions",
        "G4",
    ),
    refuse(
        "media with a thumbnail",
        whatsapp(MediaContent(media=Media(id="film"), thumbnail=Media(id="cat"))),
        UnsupportedFeature,
        "content.thumbnail",
        "G5",
    ),
    refuse(
        "audio with a caption",
        media("song", MediaKind.AUDIO, caption="A song"),
        UnsupportedFeature,
        "content.caption",
        "G7",
    ),
    refuse(
        "a location with suggestions",
        whatsapp(LocationContent(latitude=1, longitude=1, suggestions=YES)),
        UnsupportedFeature,
        "content.suggestions",
        "G8",
    ),
    refuse(
        "a location's radius",
        whatsapp(LocationContent(latitude=1, longitude=1, radius=50)),
        UnsupportedFeature,
        "content.radius",
        "G8",
    ),
    misconfigured("an unknown time zone", time_zone="Europe/Wien"),
    misconfigured("a time zone that is a path", time_zone="../Vienna"),
    misconfigured("an unknown encoding", message_encoding="xml"),
    misconfigured("an unknown format of numbers", recipient_format="national"),
    misconfigured("an unknown member", text_member="body"),
    misconfigured("an unknown way to read", inbound_message="json"),
    misconfigured("a base address without a scheme", base_url="api.smsglobal.com/v2"),
    misconfigured("a base address with no such port", base_url="https://api.smsglobal.com:99999/v2"),
]

IMAGES = frozenset({"image/jpeg", "image/png"})
SOUNDS = frozenset({"audio/aac", "audio/mp4", "audio/amr", "audio/mpeg", "audio/ogg"})
FILMS = frozenset({"video/mp4", "video/3gpp"})
STICKERS = frozenset({"image/webp"})
PAPERS = frozenset(
    {
        "text/plain",
        "text/csv",
        "application/pdf",
        "application/msword",
        "application/x-tar",
        "application/rtf.0",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
    }
)

FACTS: list[Case] = [
    Declares(
        name="whatsapp, its media as the table has them, its reports by its lists",
        features=("G10", "G13"),
        channel=Channel.WHATSAPP,
        expect=ChannelFacts(
            frozenset({"text", "media", "sticker", "location", "template"}),
            echo=False,
            reports=Reports.POLL,
            tells=frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED}),
            capability=True,
            media={
                MediaKind.IMAGE: MediaRule(IMAGES, 5_000_000),
                MediaKind.AUDIO: MediaRule(SOUNDS, 16_000_000),
                MediaKind.VIDEO: MediaRule(FILMS, 16_000_000),
                MediaKind.DOCUMENT: MediaRule(PAPERS | IMAGES | SOUNDS | FILMS | STICKERS, 100_000_000),
            },
            sticker=MediaRule(STICKERS, 100_000),
        ),
    ),
]


def answer(name: str, response: Response, expect: Receipt | Refused, **settings: object) -> Answer:
    return Answer(name=name, features=("G16",), answer=response, expect=expect, settings=settings)


def plain(status: int, text: str) -> Response:
    return Response(status, {"content-type": "text/plain"}, text.encode())


def complaint(field: str) -> Response:
    return json_response(400, {"errors": {field: {"errors": [f"This value is not valid: {PHONE}"]}}})


TAKEN = Receipt(provider_message_id=str(ID), code="queued")

ANSWERS: list[Case] = [
    answer("taken", ACCEPTED, TAKEN),
    answer("taken, in a list", json_response(200, [sent()]), TAKEN),
    answer("taken, in messages", json_response(200, {"messages": [sent()], "total": 1}), TAKEN),
    answer("taken, with an id in text", json_response(200, sent(id=str(ID))), TAKEN),
    answer(
        "taken, in a state we do not know", json_response(200, sent(state="warming")), replace(TAKEN, code="warming")
    ),
    answer("taken, without a state", json_response(200, sent(state=None)), replace(TAKEN, code="success")),
    answer(
        "taken, with nothing for words",
        json_response(200, {"id": ID, "state": None, "status": None}),
        replace(TAKEN, code="200"),
    ),
    answer("taken, without a word", json_response(200, {"id": ID}), replace(TAKEN, code="200")),
    answer(
        "taken and already delivered, whatever its status says",
        json_response(200, sent(state="delivered", status="failure")),
        replace(TAKEN, code="delivered"),
    ),
    answer("no id", json_response(200, sent(id=None)), Refused(OutcomeUnknown, code="200")),
    answer("an empty list", json_response(200, []), Refused(OutcomeUnknown, code="200")),
    answer("no messages", json_response(200, {"messages": []}), Refused(OutcomeUnknown, code="200")),
    *(
        answer(
            f"refused in a 200: {state}",
            json_response(200, sent(state=state, status=status)),
            Refused(ProviderRejected, code=state, reason=reason),
        )
        for state, status, reason in (
            ("failed", "failure", Reason.UNDELIVERABLE),
            ("no_opt_in", "failure", Reason.RECIPIENT_NOT_ALLOWED),
            ("no_capability", "failure", Reason.NOT_CAPABLE),
            ("NO_OPT_IN", "Failure", Reason.RECIPIENT_NOT_ALLOWED),
            ("no_capability", "success", Reason.NOT_CAPABLE),
            ("warming", "failure", Reason.UNDELIVERABLE),
        )
    ),
    answer(
        "refused in a 200 without an id",
        json_response(200, {"status": "failure", "state": "no_opt_in"}),
        Refused(ProviderRejected, code="no_opt_in", reason=Reason.RECIPIENT_NOT_ALLOWED),
    ),
    *(
        answer(
            f"400 about {field}", complaint(field), Refused(ProviderRejected, code=field.partition("[")[0], reason=why)
        )
        for field, why in (
            ("to", Reason.INVALID_RECIPIENT),
            ("to[0]", Reason.INVALID_RECIPIENT),
            ("destination", Reason.INVALID_RECIPIENT),
            ("numbers", Reason.INVALID_RECIPIENT),
            ("opt-in", Reason.INVALID_RECIPIENT),
            ("origin", Reason.INVALID_SENDER),
            ("message", Reason.INVALID_CONTENT),
            ("colour", Reason.INVALID_CONTENT),
        )
    ),
    *(
        answer(
            f"400 with {name}",
            json_response(400, body),
            Refused(ProviderRejected, code="400", reason=Reason.INVALID_CONTENT),
        )
        for name, body in (
            ("one error", {"error": f"no to {PHONE}"}),
            ("a message", {"message": "Bad Request"}),
            ("a message and its code", {"message": "Bad Request", "code": 400}),
            ("a number for a field", {"errors": {DIGITS: {"errors": ["no"]}}}),
            ("an endless name for a field", {"errors": {"a" * 41: {"errors": ["no"]}}}),
            ("errors in a list", {"errors": ["no"]}),
            ("no errors", {"errors": {}}),
        )
    ),
    answer(
        "400 with a code of its own",
        json_response(400, {"message": "no", "code": 7101}),
        Refused(ProviderRejected, code="7101", reason=Reason.INVALID_CONTENT),
    ),
    answer(
        "a body's code speaks before the status",
        json_response(400, {"message": "busy", "code": 503}),
        Refused(OutcomeUnknown, code="503"),
    ),
    answer(
        "a refusal in a 200",
        json_response(200, {"message": "Not Found", "code": 404}),
        Refused(ProviderRejected, code="404", reason=Reason.NOT_FOUND),
    ),
    answer("401", json_response(401, {"error": "x"}), Refused(CredentialsRefused, "401", Reason.CREDENTIALS_REFUSED)),
    answer("402", json_response(402, {"error": "x"}), Refused(ProviderRejected, "402", Reason.QUOTA_EXCEEDED)),
    answer(
        "403 in plain text",
        plain(403, "Unknown Authentication Error"),
        Refused(CredentialsRefused, "403", Reason.CREDENTIALS_REFUSED),
    ),
    answer("404", json_response(404, {"message": "Not Found"}), Refused(ProviderRejected, "404", Reason.NOT_FOUND)),
    answer("405", Response(405, {"allow": "GET"}), Refused(ProviderRejected, "405", Reason.NOT_FOUND)),
    answer("406", plain(406, "Not Acceptable"), Refused(ProviderRejected, "406", Reason.INVALID_OPTION)),
    answer("415", plain(415, "Unsupported"), Refused(ProviderRejected, "415", Reason.INVALID_OPTION)),
    answer(
        "429, which no document names",
        Response(429, {"retry-after": "7"}),
        Refused(ProviderThrottled, "429", retry_after=7.0),
    ),
    answer(
        "500 with a code of its own",
        json_response(500, {"message": "x", "code": 7101}),
        Refused(OutcomeUnknown, "7101"),
    ),
    *(
        answer(f"{status} is unclear", json_response(status, {"message": "x"}), Refused(OutcomeUnknown, str(status)))
        for status in (500, 502, 503, 504)
    ),
    answer(
        "402 where it is known to be repaired",
        json_response(402, {}),
        Refused(ProviderUnavailable, "402", Reason.QUOTA_EXCEEDED),
        outcomes={"402": "not_sent"},
    ),
    answer(
        "503 where it is known to have sent nothing",
        json_response(503, {}),
        Refused(ProviderUnavailable, "503"),
        outcomes={"503": "not_sent"},
    ),
]


def person(**fields: object) -> dict[str, object]:
    """A WhatsappOptIn."""
    return {"name": "Jo", "number": DIGITS, "capable": True, "blacklist": False} | fields


def capability(
    name: str, response: Response, expect: frozenset[str] | Refused, features: tuple[str, ...] = ("G11",)
) -> Capability:
    return Capability(
        name=name,
        features=features,
        channel=Channel.WHATSAPP,
        address=PHONE,
        sender=OURS,
        wire=Wire("POST", f"{API}/capability", HEADERS, json={"numbers": [DIGITS]}),
        answer=response,
        expect=expect,
    )


def capable(*people: object) -> Response:
    return json_response(200, {"capabilities": list(people)})


CAPABILITIES: list[Case] = [
    capability("capable", capable(person()), frozenset({"capable"})),
    capability("not capable", capable(person(capable=False)), frozenset()),
    capability("capable, but on the blacklist", capable(person(blacklist=True)), frozenset(), features=("G11", "G15")),
    capability("nothing is said of a blacklist", capable({"number": DIGITS, "capable": True}), frozenset({"capable"})),
    capability("nothing is said of the number", capable(), Refused(ProviderUnavailable, "200")),
    capability("nothing is said of its capability", capable(person(capable=None)), Refused(ProviderUnavailable, "200")),
    capability("another answer", json_response(200, {"optIn": []}), Refused(ProviderUnavailable, "200")),
    capability("a number it does not take", complaint("numbers"), Refused(ProviderRejected, "numbers")),
    capability("403", plain(403, "no"), Refused(CredentialsRefused, "403"), features=("G11", "G16")),
    capability("a broken server", plain(500, "no"), Refused(ProviderUnavailable, "500")),
]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def asks(
    name: str, listing: Listing, query: str, feature: str = "G12", settings: Mapping[str, object] | None = None
) -> ListCall:
    path = "incoming" if listing.direction is Direction.INBOUND else "message"
    wire = Wire("GET", f"{API}/{path}?{query}", ACCEPT)
    return ListCall(name=name, features=(feature,), settings=settings or {}, listing=listing, wire=wire)


def between(start: str, end: str) -> Listing:
    return Listing(Direction.INBOUND, start=at(start), end=at(end), limit=1000)


def dates(start: str, end: str) -> str:
    start, end = (text.replace(" ", "%20").replace(":", "%3A") for text in (start, end))
    return f"offset=1&limit=1000&startDate={start}&endDate={end}"


LISTS: list[Case] = [
    asks("the first incoming messages", Listing(Direction.INBOUND), "offset=1&limit=20"),
    asks("the last page there is", Listing(Direction.INBOUND, skip=8999, limit=1000), "offset=9000&limit=1000"),
    asks(
        "every filter",
        Listing(
            Direction.INBOUND,
            start=at("2020-08-18T00:36:29Z"),
            end=at("2020-08-19T00:36:29Z"),
            skip=1000,
            limit=1000,
            sender=PHONE,
            recipient=OURS,
            search="a+b & ü",
        ),
        "offset=1001&limit=1000&startDate=2020-08-18%2000%3A36%3A29&endDate=2020-08-19%2000%3A36%3A30"
        "&origin=61400000001&destination=61430000001&search=a%2Bb%20%26%20%C3%BC",
    ),
    asks(
        "outgoing messages, by our number and theirs",
        Listing(Direction.OUTBOUND, limit=100, sender="1234", recipient=DIGITS, search="ticket"),
        "offset=1&limit=100&origin=1234&destination=61400000001&search=ticket",
        feature="G13",
    ),
    asks(
        "dates in the account's time zone",
        between("2020-08-18T00:36:29Z", "2020-12-18T00:36:29Z"),
        dates("2020-08-18 10:36:29", "2020-12-18 11:36:30"),
        settings=SYDNEY,
    ),
    asks(
        "the seconds that hold them are taken whole",
        between("2020-08-18T00:36:29.999Z", "2020-08-18T00:36:30.001Z"),
        dates("2020-08-18 00:36:29", "2020-08-18 00:36:31"),
    ),
    asks(
        "an hour that clocks repeat, the first time",
        between("2020-10-25T00:30:00Z", "2020-10-25T00:30:00Z"),
        dates("2020-10-25 01:30:00", "2020-10-25 03:30:01"),
        settings=VIENNA,
    ),
    asks(
        "an hour that clocks repeat, the second time",
        between("2020-10-25T01:30:00Z", "2020-10-25T01:30:00Z"),
        dates("2020-10-25 01:30:00", "2020-10-25 03:30:01"),
        settings=VIENNA,
    ),
    asks(
        "up to the hour that clocks repeat, and from its end",
        between("2020-10-25T02:00:00Z", "2020-10-24T23:59:59Z"),
        dates("2020-10-25 03:00:00", "2020-10-25 03:00:00"),
        settings=VIENNA,
    ),
    asks(
        "an hour that clocks leave out",
        between("2020-03-29T01:00:00Z", "2020-03-29T00:59:58Z"),
        dates("2020-03-29 03:00:00", "2020-03-29 01:59:59"),
        settings=VIENNA,
    ),
    ListCall(
        name="another host and path",
        features=("G12",),
        settings={"base_url": "http://localhost:9000/v2", "path_inbound": "/whatsapp-incoming"},
        listing=Listing(Direction.INBOUND),
        wire=Wire("GET", "http://localhost:9000/v2/whatsapp-incoming?offset=1&limit=20", ACCEPT),
    ),
    ListCall(
        name="nothing that could not be signed",
        features=("G1", "G12"),
        secrets={"api_key": "test"},
        listing=Listing(Direction.INBOUND),
        wire=Refused(ConfigurationError),
    ),
    *(
        ListCall(
            name=f"a {field} without a number",
            features=("G12",),
            listing=listing,
            wire=Refused(UnsupportedFeature, field=field),
        )
        for field, listing in (
            ("sender", Listing(Direction.INBOUND, sender="whatsapp:US.1")),
            ("recipient", Listing(Direction.OUTBOUND, recipient="Acme")),
        )
    ),
]


def heard(content: dict[str, object] | None = None, **fields: object) -> InboundMessage:
    known: dict[str, object] = {
        "channel": Channel.WHATSAPP,
        "sender": PHONE,
        "recipient": OURS,
        "content": content or {"type": "text", "text": "Hi"},
        "event_id": str(ID),
        "at": CREATED,
    }
    return InboundMessage(**(known | fields))  # type: ignore[arg-type]


def hears(name: str, entry: object, expect: InboundMessage | None, **settings: object) -> ListPage:
    page = Listed(1, (expect or Unreadable(json.dumps(entry)),))
    return ListPage(
        name=f"incoming: {name}",
        features=("G12",),
        settings=settings,
        direction=Direction.INBOUND,
        answer=json_response(200, {"messages": [entry]}),
        expect=page,
    )


PLACE = {"name": "Ideon", "address": "Scheelevägen 17"}

INCOMING: list[Case] = [
    hears("plain text", received(), heard()),
    hears("of another account's number", received(to="61430000009"), heard(recipient="+61430000009")),
    hears("of a number that the account spells without a plus", received(to=f"+{PLAIN}"), heard(recipient=PLAIN)),
    hears("to a name", received(to="Acme"), heard(recipient="Acme")),
    hears("to nobody", received(to=None), heard(recipient=None)),
    hears("from a number with its plus", received(**{"from": PHONE}), heard()),
    hears("from a number that is a number", received(**{"from": int(DIGITS)}), heard()),
    hears("from somebody without a number", received(**{"from": "US.1349"}), heard(sender="whatsapp:US.1349")),
    hears("an empty text", received(message=""), heard({"type": "text", "text": ""})),
    *(
        hears(f"made at {text}", received(createdDate=text), heard(at=moment), **settings)
        for text, moment, settings in (
            ("2020-08-18T00:36:29Z", CREATED, {}),
            ("2020-08-18T10:36:29+10:00", CREATED, {}),
            ("2020-08-18T10:36:29+1000", CREATED, {}),
            ("2020-08-18T00:36:29.5Z", CREATED + 500, {}),
            ("2020-08-18 00:36:29.123456789 -0000", CREATED + 123, {}),
            ("2020-08-18 00:36:29", CREATED, {}),
            ("2020-08-18 10:36:29", CREATED, SYDNEY),
            ("2020-08-18 10:36:29 +1000", CREATED, VIENNA),
            ("2020-02-30 10:36:29 +1000", None, {}),
            ("yesterday", None, {}),
            (1597710989, None, {}),
            (None, None, {}),
        )
    ),
    hears(
        "text in an object",
        received(message='{"type": "text", "body": "Hallo"}'),
        heard({"type": "text", "text": "Hallo"}),
    ),
    hears(
        "text in an object like ours",
        received(message='{"type": "text", "text": "Hallo"}'),
        heard({"type": "text", "text": "Hallo"}),
    ),
    hears(
        "an object that is no string",
        received(message={"type": "text", "body": "Hallo"}),
        heard({"type": "text", "text": "Hallo"}),
    ),
    *(
        hears(
            f"a place by {latitude} and {longitude}",
            received(message=json.dumps({"type": "location", latitude: 55.7, longitude: 13.2, "url": "x", **PLACE})),
            heard({"type": "location", "latitude": 55.7, "longitude": 13.2, **PLACE}),
        )
        for latitude, longitude in (("latitude", "longitude"), ("lat", "lng"))
    ),
    hears(
        "a place without a name",
        received(message='{"type":"location","latitude":55,"longitude":13}'),
        heard({"type": "location", "latitude": 55.0, "longitude": 13.0}),
    ),
    hears(
        "a tap",
        received(message='{"type":"button","index":"2","text":"Option 3","payload":"some_payload"}'),
        heard({"type": "reply", "label": "Option 3", "data": "some_payload"}),
    ),
    hears(
        "a tap without data",
        received(message='{"type":"button","text":"Option 3"}'),
        heard({"type": "reply", "label": "Option 3"}),
    ),
    *(
        hears(
            f"{kind} as media",
            received(message=json.dumps({"type": kind, "url": "https://f.example/1", "mime_type": "a/b"})),
            heard({"type": "media", "kind": ours, "media": {"url": "https://f.example/1"}}),
        )
        for kind, ours in (
            ("image", "image"),
            ("video", "video"),
            ("audio", "audio"),
            ("voice", "audio"),
            ("document", "document"),
        )
    ),
    hears(
        "a document with its name and caption",
        received(message='{"type":"document","url":"https://f.example/1","caption":"c","filename":"f.pdf"}'),
        heard(
            {
                "type": "media",
                "kind": "document",
                "media": {"url": "https://f.example/1"},
                "caption": "c",
                "filename": "f.pdf",
            }
        ),
    ),
    hears(
        "a sticker",
        received(message='{"type":"sticker","url":"https://f.example/1"}'),
        heard({"type": "sticker", "media": {"url": "https://f.example/1"}}),
    ),
    *(
        hears(
            f"text that only looks like an object: {text}",
            received(message=text),
            heard({"type": "text", "text": text}),
        )
        for text in ('{"type":"contacts"}', '{"type":"location","lat":91,"lng":0}', '{"a":1}', "{", "12", "null")
    ),
    hears(
        "an object of another kind",
        received(message={"type": "error", "details": "x"}),
        heard({"type": "unsupported", "kind": "error", "fields": {"details": "x"}}),
    ),
    hears(
        "what somebody types is what they said, if the account says so",
        received(message='{"type":"button","payload":"y"}'),
        heard({"type": "text", "text": '{"type":"button","payload":"y"}'}),
        inbound_message="text",
    ),
    *(
        hears(f"unreadable: {name}", entry, None)
        for name, entry in (
            ("no id", received(id=None)),
            ("an id that is an object", received(id={})),
            ("nobody wrote it", received(**{"from": ""})),
            ("written by what is no id", received(**{"from": "Jo Doe"})),
            ("nothing was said", received(message=None)),
            ("a list for a message", received(message=[])),
            ("half a character", received(message="\ud83d")),
            ("null", None),
            ("text", "x"),
        )
    ),
]


def shown(state: str = "queued", verdict: str = "success", **fields: object) -> StatusUpdate:
    known: dict[str, object] = {
        "provider_status": state or verdict,
        "provider_message_id": str(ID),
        "recipient": PHONE,
        "event_id": f"{ID}:{state}:{verdict}",
        "silent": (state or verdict) in ("queued", "warning", "Processing"),
    }
    return StatusUpdate(**(known | fields))  # type: ignore[arg-type]


def shows(name: str, entry: object, expect: StatusUpdate | None) -> ListPage:
    page = Listed(1, (expect or Unreadable(json.dumps(entry)),))
    return ListPage(
        name=f"outgoing: {name}",
        features=("G13",),
        direction=Direction.OUTBOUND,
        answer=json_response(200, {"messages": [entry]}),
        expect=page,
    )


STATES: dict[str, tuple[Status | None, Reason | None]] = {
    "queued": (None, None),
    "dispatched": (Status.SENT, None),
    "sent": (Status.SENT, None),
    "delivered": (Status.DELIVERED, None),
    "read": (Status.READ, None),
    "deleted": (Status.FAILED, Reason.EXPIRED),
    "failed": (Status.FAILED, Reason.UNDELIVERABLE),
    "no_opt_in": (Status.FAILED, Reason.RECIPIENT_NOT_ALLOWED),
    "no_capability": (Status.FAILED, Reason.NOT_CAPABLE),
    "warning": (None, None),
}

OUTGOING: list[Case] = [
    *(
        shows(word, sent(state=word), shown(word, status=status, reason=reason))
        for word, (status, reason) in STATES.items()
    ),
    shows("in capitals", sent(state="Delivered"), shown("Delivered", status=Status.DELIVERED)),
    shows(
        "a status that says what the state does not",
        sent(state=None, status="delivered"),
        shown("", "delivered", status=Status.DELIVERED),
    ),
    shows("a status of the sms part", sent(state=None, status="Processing"), shown("", "Processing")),
    shows(
        "failure, in a state we do not know",
        sent(state="lost", status="failure"),
        shown("lost", "failure", status=Status.FAILED, reason=Reason.UNDELIVERABLE),
    ),
    shows("failure, but read", sent(state="read", status="failure"), shown("read", "failure", status=Status.READ)),
    shows("to nobody", sent(recipient=None), shown(recipient=None)),
    shows("to somebody without a number", sent(recipient="US.1349"), shown(recipient=None)),
    shows(
        "with an id in text",
        sent(id="01DPNXZ0WCF9XD19MH84XD0P62"),
        shown(provider_message_id="01DPNXZ0WCF9XD19MH84XD0P62", event_id="01DPNXZ0WCF9XD19MH84XD0P62:queued:success"),
    ),
    *(
        shows(f"unreadable: {name}", entry, None)
        for name, entry in (
            ("no id", sent(id=None)),
            ("an id that is a path", sent(id="../1")),
            ("no word", sent(state=None, status=None)),
            ("nothing for words", {"id": ID, "state": None, "status": None}),
            ("a word without end", sent(state="x" * 65)),
            ("a list", []),
        )
    ),
]


def pages(name: str, response: Response, expect: Listed | Refused, feature: str = "G12") -> ListPage:
    direction = Direction.INBOUND if feature == "G12" else Direction.OUTBOUND
    return ListPage(name=name, features=(feature, "G16"), direction=direction, answer=response, expect=expect)


PAGES: list[Case] = [
    pages("a page without entries", json_response(200, {"messages": []}), Listed(0)),
    pages("a bare list", json_response(200, [received()]), Listed(1, (heard(),))),
    pages(
        "a page with what the sms part has beside it",
        json_response(200, {"total": 1, "offset": 1, "limit": 20, "messages": [received()]}),
        Listed(1, (heard(),)),
    ),
    pages(
        "one entry that cannot be read costs none of the others",
        json_response(200, {"messages": [received(id=1), {"id": 2}, received(id=3)]}),
        Listed(3, (heard(event_id="1"), Unreadable('{"id": 2}'), heard(event_id="3"))),
    ),
    pages(
        "the same of outgoing messages",
        json_response(200, {"messages": [{"id": 2}, sent()]}),
        Listed(2, (Unreadable('{"id": 2}'), shown())),
        feature="G13",
    ),
    pages(
        "a byte that is no character costs only itself",
        Response(200, {}, json.dumps({"messages": [received(message="a?")]}).encode().replace(b"?", b"\xff")),
        Listed(1, (heard({"type": "text", "text": "a\ufffd"}),)),
    ),
    pages("no page", json_response(200, received()), Refused(ProviderUnavailable, "200")),
    pages("nothing", Response(200), Refused(ProviderUnavailable, "200")),
    pages("messages that are none", json_response(200, {"messages": None}), Refused(ProviderUnavailable, "200")),
    pages("a filter it does not take", complaint("startDate"), Refused(ProviderRejected, "startDate")),
    pages("403", plain(403, "no"), Refused(CredentialsRefused, "403")),
    pages("404", json_response(404, {"message": "Not Found"}), Refused(ProviderRejected, "404"), feature="G13"),
    pages("405", Response(405), Refused(ProviderRejected, "405"), feature="G13"),
    pages("500", Response(500), Refused(ProviderUnavailable, "500"), feature="G13"),
]

LOOKUPS: list[Case] = [
    *(
        Lookup(
            name=name,
            features=(feature,),
            direction=direction,
            their_id=str(ID),
            wire=Wire("GET", f"{API}/{path}/{ID}", ACCEPT),
            answer=response,
            expect=expect,
        )
        for feature, direction, path, name, response, expect in (
            ("G12", Direction.INBOUND, "incoming", "an incoming message", json_response(200, received()), heard()),
            (
                "G12",
                Direction.INBOUND,
                "incoming",
                "in a list",
                json_response(200, {"messages": [received()]}),
                heard(),
            ),
            ("G12", Direction.INBOUND, "incoming", "none", json_response(404, {"message": "Not Found"}), None),
            ("G12", Direction.INBOUND, "incoming", "no", plain(403, "no"), Refused(CredentialsRefused, "403")),
            ("G13", Direction.OUTBOUND, "message", "an outgoing message", json_response(200, sent()), shown()),
            ("G13", Direction.OUTBOUND, "message", "none that went out", Response(404), None),
            (
                "G13",
                Direction.OUTBOUND,
                "message",
                "one that cannot be read",
                json_response(200, {"id": 1}),
                Refused(ProviderUnavailable, "200"),
            ),
            ("G13", Direction.OUTBOUND, "message", "busy", Response(503), Refused(ProviderUnavailable, "503")),
        )
    ),
    Lookup(
        name="an id is one part of the path, and the path a setting",
        features=("G13",),
        settings={"path_outbound_entry": "/sent/{id}/state"},
        direction=Direction.OUTBOUND,
        their_id="a/b?c",
        wire=Wire("GET", "https://api.smsglobal.com/v2/sent/a%2Fb%3Fc/state", ACCEPT),
        answer=json_response(200, sent()),
        expect=shown(),
    ),
]

JO = OptIn(PHONE, "Jo", capable=True, blocked=False)
SHOW = Wire("GET", f"{API}/opt-in", ACCEPT)
ADD = Wire("POST", f"{API}/opt-in", HEADERS, json={"opt-in": [{"name": "Jo", "number": DIGITS}, {"number": "43660"}]})
NEW = (OptIn(PHONE, "Jo"), OptIn("+43660"))

OPT_INS: list[Case] = [
    *(
        OptIns(name=name, features=(feature,), people=people, wire=wire, answer=response, expect=expect)
        for feature, people, wire, name, response, expect in (
            ("G14", None, SHOW, "the opt-in list", json_response(200, {"optIn": [person()]}), (JO,)),
            ("G14", None, SHOW, "an empty opt-in list", json_response(200, {"optIn": []}), ()),
            (
                "G14",
                None,
                SHOW,
                "somebody on the blacklist, nameless, of unknown capability, by no E.164 number",
                json_response(
                    200, {"optIn": [{"name": "", "number": "0400", "capable": None, "blacklist": True}, person()]}
                ),
                (OptIn("0400", blocked=True), JO),
            ),
            ("G14", None, SHOW, "no opt-in list", json_response(200, {}), Refused(ProviderUnavailable, "200")),
            ("G14", None, SHOW, "403 for the opt-in list", plain(403, "no"), Refused(CredentialsRefused, "403")),
            ("G15", NEW, ADD, "people who opt in", json_response(200, {"optIn": [person()]}), (JO,)),
            ("G15", NEW, ADD, "answered as it was asked", json_response(200, {"opt-in": [person()]}), (JO,)),
            (
                "G15",
                NEW,
                ADD,
                "people it does not take",
                complaint("opt-in"),
                Refused(ProviderRejected, "opt-in", Reason.INVALID_RECIPIENT),
            ),
            ("G15", NEW, ADD, "405 for the opt-in list", Response(405), Refused(ProviderRejected, "405")),
            ("G15", NEW, ADD, "a broken server", Response(500), Refused(ProviderUnavailable, "500")),
        )
    ),
]


def report(word: str) -> Response:
    """A page of the outgoing list."""
    return json_response(200, {"messages": [sent(state=word)]})


def refusal(code: int) -> Response:
    return json_response(code, {"message": f"no to {PHONE}", "code": code})


TABLE = Table(
    account=Account(
        name="smsglobal-main",
        provider="smsglobal",
        tenants=("acme",),
        senders=(Sender(OURS, Channel.WHATSAPP), Sender(PLAIN, Channel.WHATSAPP)),
    ),
    secrets={"api_key": "a-secret-key", "api_secret": "a-secret-secret"},
    hello=HELLO,
    accepted=ACCEPTED,
    report=report,
    words={word: status for word, (status, _) in STATES.items()},
    refusals={str(code): refusal(code) for code in (400, 401, 402, 403, 404, 405, 406, 415)},
    cases=[
        *SIGNATURES,
        *SENDS,
        *REFUSALS,
        *FACTS,
        *ANSWERS,
        *CAPABILITIES,
        *LISTS,
        *INCOMING,
        *OUTGOING,
        *PAGES,
        *LOOKUPS,
        *OPT_INS,
    ],
)
