"""
Huawei AICC sendWhatsappMessage. Bodies are those of its page and of tokenByAkSk; reports and inbound messages are
those that AICC wants from Infobip ("WhatsApp Channel") and those that Infobip sends (Infobip OMNI API).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from herald.content import (
    Content,
    Currency,
    DateTime,
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
    WebhookNotVerified,
)
from herald.models import (
    Account,
    Address,
    AddressType,
    Channel,
    InboundMessage,
    MediaFile,
    Options,
    OutboundMessage,
    Receipt,
    Sender,
    SmartLink,
    StatusUpdate,
    Unreadable,
)
from herald.provider import ChannelFacts, MediaRule, Reports, Response, Token, Webhook
from herald.status import Status
from tests.providers.harness import (
    Answer,
    Answers,
    Case,
    Declares,
    Inbox,
    NotBuilt,
    Refuse,
    Refused,
    Send,
    Table,
    TokenAnswer,
    TokenRequest,
    Verified,
    Wire,
    json_response,
    post,
)

REFERENCE = "abcdefghijklmnopqrstuvwxyz-0"
PHONE = "+41793026727"
SEND_URL = "https://service.besclouds.com/apiaccess/rest/ccmessaging/omni/1/advanced"
TOKEN_URL = "https://service.besclouds.com/apigovernance/api/oauth/tokenByAkSk"
JSON = {"Content-Type": "application/json"}
HEADERS = JSON | {"Authorization": "Bearer a-token", "x-app-key": "268e19b9-aae6-488a-bec6-5c9a67692946"}
SECRETS = {
    "app_key": "268e19b9-aae6-488a-bec6-5c9a67692946",
    "app_secret": "an-app-secret",
    "account_key": "an-account-key",
}
LINK = "https://herald.example/v1/media/m.20001.s"

# A request to three: each has a reference of its own, the call that of the request.
CROWD = (PHONE, "+41793026728", "+41793026729")
REFERENCES = tuple(f"abcdefghijklmnopqrstuvwxyz.{letter * 10}-0" for letter in "abc")


def whatsapp(
    content: Content, *to: str, options: Options | None = None, media: tuple[MediaFile, ...] = ()
) -> OutboundMessage:
    return OutboundMessage(
        reference=REFERENCE,
        channel=Channel.WHATSAPP,
        recipients=tuple(Address.parse(number) for number in to or (PHONE,)),
        sender="+41445550000",
        content=content,
        options=options or Options(),
        media={file.key: file for file in media},
    )


def file(content_type: str, key: str = "m", url: str = LINK) -> MediaFile:
    return MediaFile(key, content_type, 1000, "0" * 64, url)


def shown(kind: MediaKind, content_type: str, caption: str | None = None) -> OutboundMessage:
    content = MediaContent(media=Media(id="m"), kind=kind, caption=caption)
    return whatsapp(content, media=(file(content_type),))


def body(whatsapp_object: Mapping[str, object], **other: object) -> dict[str, object]:
    destination = {"messageId": REFERENCE, "to": {"phoneNumber": "41793026727"}}
    return {"bulkId": REFERENCE, "destinations": [destination], "whatsApp": whatsapp_object} | other


def told(whatsapp_object: Mapping[str, object], **other: object) -> Wire:
    return Wire("POST", SEND_URL, HEADERS, json=body(whatsapp_object, **other))


def template(**parts: Any) -> TemplateContent:
    return TemplateContent(name="order_sent", language="zh_CN", **parts)


def media_template(**parts: object) -> dict[str, object]:
    return {"templateName": "order_sent", "language": "zh_CN", "mediaTemplateData": parts}


HELLO = whatsapp(TextContent(text="Hello World"))
MANY = replace(whatsapp(TextContent(text="Hello World"), *CROWD), references=REFERENCES)
IMAGE_HEADER = TemplateHeader(media=Media(id="m"))
PLACE = LocationContent(latitude=45.793337, longitude=15.946519)
LONGEST = "https://herald.example/" + "a" * (2048 - len("https://herald.example/"))

SENDS: list[Case] = [
    Send(name="text", features=("H2", "H3", "H6"), message=HELLO, wire=told({"text": "Hello World"})),
    Send(
        name="an app key of its own for the gateway, and another domain",
        features=("H2",),
        settings={
            "x_app_key": "another-key",
            "base_url": "https://brazilsaas.aicccloud.com/",
            "path_send": "/apiaccess/send",
        },
        message=HELLO,
        wire=Wire(
            "POST",
            "https://brazilsaas.aicccloud.com/apiaccess/send",
            HEADERS | {"x-app-key": "another-key"},
            json=body({"text": "Hello World"}),
        ),
    ),
    *(
        Send(
            name=f"{kind} of type {content_type}",
            features=("H3",),
            message=shown(kind, content_type),
            wire=told({member: LINK}),
        )
        for kind, content_type, member in (
            (MediaKind.IMAGE, "image/jpeg", "imageUrl"),
            (MediaKind.VIDEO, "video/mp4", "videoUrl"),
            (MediaKind.AUDIO, "audio/aac", "audioUrl"),
            (MediaKind.FILE, "image/png", "imageUrl"),
            (MediaKind.FILE, "video/mp4", "videoUrl"),
            (MediaKind.FILE, "audio/aac", "audioUrl"),
        )
    ),
    Send(
        name="image with a caption",
        features=("H3",),
        message=shown(MediaKind.IMAGE, "image/png", "Get your message across!"),
        wire=told({"text": "Get your message across!", "imageUrl": LINK}),
    ),
    Send(
        name="video with a caption",
        features=("H3",),
        message=shown(MediaKind.FILE, "video/mp4", "Get your message across!"),
        wire=told({"text": "Get your message across!", "videoUrl": LINK}),
    ),
    Send(
        name="media with the longest link",
        features=("H3",),
        message=whatsapp(
            MediaContent(media=Media(id="m"), kind=MediaKind.IMAGE), media=(file("image/png", url=LONGEST),)
        ),
        wire=told({"imageUrl": LONGEST}),
    ),
    Send(
        name="location",
        features=("H3",),
        message=whatsapp(PLACE),
        wire=told({"longitude": 15.946519, "latitude": 45.793337}),
    ),
    Send(
        name="location on the edges, with the longest name and address",
        features=("H3",),
        message=whatsapp(LocationContent(latitude=-90, longitude=180, name="n" * 200, address="a" * 200)),
        wire=told({"locationName": "n" * 200, "address": "a" * 200, "longitude": 180.0, "latitude": -90.0}),
    ),
    Send(
        name="template without parameters, as in the example",
        features=("H4",),
        message=whatsapp(TemplateContent(name="1", language="zh_CN")),
        wire=told({"templateName": "1", "templateData": [], "language": "zh_CN"}),
    ),
    Send(
        name="template with parameters in order, those that apps localise as text",
        features=("H4",),
        message=whatsapp(
            template(
                parameters=(
                    "Jennifer",
                    "",
                    Currency(code="USD", amount=2_543_560, fallback="$2543.56"),
                    DateTime(fallback="today"),
                )
            )
        ),
        wire=told(
            {
                "templateName": "order_sent",
                "templateData": ["Jennifer", "", "$2543.56", "today"],
                "language": "zh_CN",
            }
        ),
    ),
    *(
        Send(
            name=f"template with {name}",
            features=("H5",),
            message=whatsapp(template(header=header, parameters=("Jennifer",)), media=(file(content_type),)),
            wire=told(media_template(header=expected, body={"placeholders": ["Jennifer"]})),
        )
        for name, header, content_type, expected in (
            ("a text in its header", TemplateHeader(text="Order 17"), "image/png", {"textPlaceholder": "Order 17"}),
            ("an image in its header", IMAGE_HEADER, "image/png", {"imageUrl": LINK}),
            (
                "a video in its header",
                TemplateHeader(media=Media(id="m"), kind=MediaKind.VIDEO),
                "video/mp4",
                {"videoUrl": LINK},
            ),
            (
                "whatever it is in its header",
                TemplateHeader(media=Media(id="m"), kind=MediaKind.FILE),
                "video/mp4",
                {"videoUrl": LINK},
            ),
            (
                "a place in its header",
                TemplateHeader(location=PLACE),
                "image/png",
                {"latitude": 45.793337, "longitude": 15.946519},
            ),
        )
    ),
    Send(
        name="template with a header and nothing to fill in",
        features=("H5",),
        message=whatsapp(template(header=IMAGE_HEADER), media=(file("image/png"),)),
        wire=told(media_template(header={"imageUrl": LINK}, body={"placeholders": []})),
    ),
    Send(
        name="template with buttons, in the order of the template",
        features=("H5",),
        message=whatsapp(
            template(
                parameters=("Jennifer", Currency(code="USD", amount=2_543_560, fallback="$2543.56")),
                buttons=(
                    TemplateButton(index=2, type="url", value="example1.pdf"),
                    TemplateButton(index=0, type="reply", value="button1"),
                    TemplateButton(index=1, type="reply", value="b" * 128),
                ),
            )
        ),
        wire=told(
            media_template(
                body={"placeholders": ["Jennifer", "$2543.56"]},
                buttons=[
                    {"quickReplyPayload": "button1"},
                    {"quickReplyPayload": "b" * 128},
                    {"urlPlaceholder": "example1.pdf"},
                ],
            )
        ),
    ),
    Send(
        name="three destinations in one call",
        features=("H6",),
        message=MANY,
        wire=told(
            {"text": "Hello World"},
            bulkId=REFERENCES[0],
            destinations=[
                {"messageId": reference, "to": {"phoneNumber": number.removeprefix("+")}}
                for reference, number in zip(REFERENCES, CROWD, strict=True)
            ],
        ),
    ),
    Send(
        name="held by the provider until a time",
        features=("H7",),
        message=replace(
            HELLO, options=Options(provider_send_at=datetime.fromisoformat("2021-05-24T12:45:38.999+02:00"))
        ),
        wire=told({"text": "Hello World"}, sendAt="2021-05-24T10:45:38.000+0000"),
    ),
    Send(
        name="held until a time in another format",
        features=("H7",),
        settings={"send_at_format": "%Y-%m-%dT%H:%M:%SZ"},
        message=replace(HELLO, options=Options(provider_send_at=datetime.fromisoformat("2021-05-24T12:45:38+02:00"))),
        wire=told({"text": "Hello World"}, sendAt="2021-05-24T10:45:38Z"),
    ),
    Send(
        name="by a scenario",
        features=("H8",),
        settings={"scenario_key": "CC9F01A5DC7BEE2C2B829D203482A654"},
        message=HELLO,
        wire=told({"text": "Hello World"}, scenarioKey="CC9F01A5DC7BEE2C2B829D203482A654"),
    ),
]


def refuse(name: str, content: Content, field: str, *features: str, invalid: bool = False, **other: Any) -> Refuse:
    expected = InvalidMessage if invalid else UnsupportedFeature
    return Refuse(
        name=name,
        features=features or ("H3",),
        message=whatsapp(content, **other),
        expect=Refused(expected, field=field),
    )


MEDIA = Media(id="m")
HEADER_PATH = "content.header.location"

REFUSALS: list[Case] = [
    refuse("a sticker", StickerContent(media=MEDIA), "content.type"),
    refuse(
        "a text with suggestions",
        TextContent(text="Choose", suggestions=(Reply(label="Yes"),)),
        "content.suggestions",
    ),
    refuse(
        "media with suggestions", MediaContent(media=MEDIA, suggestions=(Reply(label="Yes"),)), "content.suggestions"
    ),
    refuse("media with a preview", MediaContent(media=MEDIA, thumbnail=Media(id="t")), "content.thumbnail"),
    refuse("a document", MediaContent(media=MEDIA, kind=MediaKind.DOCUMENT), "content.kind"),
    refuse("a file that is a document", MediaContent(media=MEDIA), "content.kind", media=(file("application/pdf"),)),
    refuse(
        "audio with a caption",
        MediaContent(media=MEDIA, kind=MediaKind.AUDIO, caption="Listen"),
        "content.caption",
    ),
    refuse(
        "a file with a caption that is audio",
        MediaContent(media=MEDIA, caption="Listen"),
        "content.caption",
        media=(file("audio/aac"),),
    ),
    refuse(
        "media with a link that is too long",
        MediaContent(media=MEDIA, kind=MediaKind.IMAGE),
        "content.media",
        invalid=True,
        media=(file("image/png", url=f"{LONGEST}a"),),
    ),
    refuse(
        "a template with a link that is too long in its header",
        template(header=IMAGE_HEADER),
        "content.header.media",
        "H5",
        invalid=True,
        media=(file("image/png", url=f"{LONGEST}a"),),
    ),
    refuse("a location with a radius", PLACE.model_copy(update={"radius": 100.0}), "content.radius"),
    refuse(
        "a location with suggestions",
        PLACE.model_copy(update={"suggestions": (Reply(label="Yes"),)}),
        "content.suggestions",
    ),
    refuse("a template with named parameters", template(named={"first_name": "Jennifer"}), "content.named", "H4"),
    *(
        refuse(
            f"a template with {kind} in its header",
            template(header=TemplateHeader(media=MEDIA, kind=kind)),
            "content.header.kind",
            "H5",
        )
        for kind in (MediaKind.DOCUMENT, MediaKind.AUDIO)
    ),
    refuse(
        "a template with a file in its header that is a document",
        template(header=TemplateHeader(media=MEDIA, kind=MediaKind.FILE)),
        "content.header.kind",
        "H5",
        media=(file("application/pdf"),),
    ),
    *(
        refuse(
            f"a template with a place in its header that has {member}",
            template(header=TemplateHeader(location=PLACE.model_copy(update={member: value}))),
            f"{HEADER_PATH}.{member}",
            "H5",
        )
        for member, value in (
            ("name", "Zagreb"),
            ("address", "Zadarska 1"),
            ("radius", 5.0),
            ("suggestions", (Reply(label="Yes"),)),
        )
    ),
    refuse(
        "a template with a button that copies a code",
        template(buttons=(TemplateButton(index=0, type="code", value="123456"),)),
        "content.buttons[0].type",
        "H5",
    ),
    refuse(
        "a template with a quick reply of 129 characters",
        template(buttons=(TemplateButton(index=0, type="reply", value="b" * 129),)),
        "content.buttons[0].value",
        "H5",
        invalid=True,
    ),
    *(
        refuse(
            f"a template with buttons at {indexes}",
            template(buttons=tuple(TemplateButton(index=index, type="url", value="a") for index in indexes)),
            "content.buttons",
            "H5",
        )
        for indexes in ((1,), (0, 2), (0, 0))
    ),
    *(
        refuse(
            f"a template with {name} and an empty placeholder",
            template(parameters=("Jennifer", ""), **{name: part}),
            "content.parameters[1]",
            "H5",
            invalid=True,
        )
        for name, part in (
            ("header", TemplateHeader(text="Order 17")),
            ("buttons", (TemplateButton(index=0, type="url", value="a"),)),
        )
    ),
    refuse("to be simulated", TextContent(text="Hello"), "options.test", options=Options(test=True)),
    refuse(
        "links kept at the provider",
        TextContent(text="See {{link_1}}"),
        "options.smart_links",
        options=Options(smart_links=(SmartLink(id="1"),)),
    ),
    Refuse(
        name="to somebody without a number",
        features=("H6",),
        message=whatsapp(TextContent(text="Hello"), str(Address(type=AddressType.WHATSAPP, value="US.1349"))),
        expect=Refused(UnsupportedFeature, field="to"),
    ),
    *(
        Refuse(
            name=f"{name} of {value!r}",
            features=(feature,),
            settings={name: value},
            message=HELLO,
            expect=Refused(ConfigurationError),
        )
        for name, value, feature in (
            ("batch", 0, "H6"),
            ("batch", 1001, "H6"),
            ("batch", "many", "H6"),
            ("batch", True, "H6"),
            ("reports", "poll", "H11"),
            ("echo", "maybe", "H11"),
        )
    ),
]

FACTS = ChannelFacts(
    frozenset({"text", "media", "location", "template"}),
    echo=True,
    reports=Reports.NONE,
    tells=frozenset(),
    resends=1,
    batch=100,
    schedules=180 * 86_400,
    options=frozenset({"provider_send_at"}),
    media={
        MediaKind.IMAGE: MediaRule(frozenset({"image/jpeg", "image/png"}), 2_000_000),
        MediaKind.AUDIO: MediaRule(frozenset({"audio/aac"}), 2_000_000),
        MediaKind.VIDEO: MediaRule(frozenset({"video/mp4"}), 10_000_000),
    },
)

DECLARATIONS: list[Case] = [
    Declares(
        name="no reports, no dropped repeats, and media as Huawei limits it",
        features=("H3", "H7", "H10", "H11"),
        channel=Channel.WHATSAPP,
        expect=FACTS,
    ),
    Declares(
        name="a deployment that forwards Infobip's webhooks under ids of its own",
        features=("H6", "H11"),
        settings={"reports": "webhook", "echo": False},
        channel=Channel.WHATSAPP,
        expect=replace(
            FACTS,
            reports=Reports.WEBHOOK,
            tells=frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED}),
            echo=False,
        ),
    ),
    Declares(
        name="a deployment that drops repeats: one more try of an unclear message",
        features=("H10",),
        settings={"dedupes": "true"},
        channel=Channel.WHATSAPP,
        expect=replace(FACTS, dedupes=True),
    ),
    *(
        Declares(
            name=f"a batch of {batch!r}",
            features=("H6",),
            settings={"batch": batch},
            channel=Channel.WHATSAPP,
            expect=replace(FACTS, batch=1000),
        )
        for batch in (1000, "1000")
    ),
]

# Huawei AICC tokenByAkSk, "Example"; of the values in it some are masked, here they are made up.
TOKEN_ANSWER: dict[str, object] = {
    "AccessToken": "2febd549f2a14c6e8d8b0a7c5e41d9ff",
    "ApplyType": "Bearer",
    "CreateTime": "1545650171",
    "Expires": "600",
    "Scope": "0123456789abcdef0123456789abcdef",
    "AppKey": "app_key",
    "UserID": "Anonymous",
}
KEYS = {"app_key": SECRETS["app_key"], "app_secret": "an-app-secret"}


UNSAID: list[Case] = [
    NotBuilt(
        name="a file that turns out to be a document, when it is fetched",
        features=("H3",),
        message=whatsapp(MediaContent(media=Media(id="m")), media=(file("application/pdf"),)),
        expect=Refused(UnsupportedFeature),
    ),
]


def token(**other: object) -> Response:
    return json_response(200, {name: value for name, value in (TOKEN_ANSWER | other).items() if value is not None})


TOKENS: list[Case] = [
    TokenRequest(
        name="for as long as there is one",
        features=("H1",),
        wire=Wire("POST", TOKEN_URL, JSON | {"X-Token-Expire": "3600"}, json=KEYS),
    ),
    TokenRequest(
        name="for ten minutes, on another port",
        features=("H1",),
        settings={"token_expire": 600, "path_token": ":28070/token"},
        wire=Wire("POST", "https://service.besclouds.com:28070/token", JSON | {"X-Token-Expire": "600"}, json=KEYS),
    ),
    TokenRequest(
        name="for a second, of another host",
        features=("H1",),
        settings={"token_expire": "1", "token_url": "https://tokens.example/tokenByAkSk"},
        wire=Wire("POST", "https://tokens.example/tokenByAkSk", JSON | {"X-Token-Expire": "1"}, json=KEYS),
    ),
    *(
        TokenRequest(
            name=f"for {life!r}, which nobody gives",
            features=("H1",),
            settings={"token_expire": life},
            wire=Refused(ConfigurationError),
        )
        for life in (0, 3601, "0", "an hour", "", True, None, 1.5)
    ),
    TokenAnswer(
        name="the documented example",
        features=("H1",),
        answer=token(),
        expect=Token("2febd549f2a14c6e8d8b0a7c5e41d9ff", 600),
    ),
    *(
        TokenAnswer(
            name=f"a life of {given!r}",
            features=("H1",),
            answer=token(Expires=given),
            expect=Token("2febd549f2a14c6e8d8b0a7c5e41d9ff", life),
        )
        for given, life in ((3600, 3600), (None, None), ("an hour", None), ("-1", None), (True, None), ("٣", None))
    ),
    *(
        TokenAnswer(
            name=f"{status} {code}",
            features=("H1",),
            answer=Response(status, {}, raw),
            expect=Refused(CredentialsRefused, code=code),
        )
        for status, raw, code in (
            (400, b"", "400"),
            (401, b'{"error_code": "APIGW.0301", "error_msg": "Incorrect app authentication"}', "APIGW.0301"),
            (403, b"<html><h1>403 Forbidden</h1></html>", "403"),
        )
    ),
    *(
        TokenAnswer(
            name=f"{status} with {raw!r}",
            features=("H1",),
            answer=Response(status, {}, raw),
            expect=Refused(ProviderUnavailable, code=str(status)),
        )
        for status, raw in (
            (200, b""),
            (200, b'{"AccessToken": "with a space"}'),
            (200, b'{"Expires": "600"}'),
            (404, b""),
            (500, b"{}"),
            (503, token().body),
        )
    ),
    TokenAnswer(
        name="too many tokens",
        features=("H1",),
        answer=Response(429, {"retry-after": "7"}),
        expect=Refused(ProviderThrottled, retry_after=7.0),
    ),
]

type Status3 = tuple[int | str, int | str, str]
"""groupId, id and name."""

GROUPS: Mapping[int, str] = {
    0: "ACCEPTED",
    1: "PENDING",
    2: "UNDELIVERABLE",
    3: "DELIVERED",
    4: "EXPIRED",
    5: "REJECTED",
}
ENROUTE: Status3 = (1, 7, "PENDING_ENROUTE")
CREDITS: Status3 = (5, 12, "REJECTED_NOT_ENOUGH_CREDITS")
DUPLICATE: Status3 = (5, 23, "REJECTED_DUPLICATE_MESSAGE_ID")


def entry(
    status: Status3 = ENROUTE, message_id: str | None = REFERENCE, phone: str = "41793026727"
) -> dict[str, object]:
    group, identifier, name = status
    return {
        "messageId": message_id,
        "to": {"phoneNumber": phone},
        "status": {
            "groupId": group,
            "groupName": GROUPS.get(int(group), "send-test"),
            "id": identifier,
            "name": name,
            "description": f"to {PHONE}",
            "action": "Contact account manager",
        },
    }


def answered(*entries: Mapping[str, object], status: int = 200) -> Response:
    return json_response(status, {"messages": entries, "bulkId": REFERENCE})


# Infobip OMNI API, "Response status and error codes": the statuses that say no
REFUSED = (
    (2, 4, "UNDELIVERABLE_REJECTED_OPERATOR", Reason.UNDELIVERABLE),
    (2, 9, "UNDELIVERABLE_NOT_DELIVERED", Reason.UNDELIVERABLE),
    (2, 31, "UNDELIVERABLE_NOT_SENT", Reason.UNDELIVERABLE),
    (4, 15, "EXPIRED_EXPIRED", Reason.EXPIRED),
    (4, 22, "EXPIRED_UNKNOWN", Reason.EXPIRED),
    (4, 29, "EXPIRED_DLR_UNKNOWN", Reason.EXPIRED),
    (5, 6, "REJECTED_NETWORK", Reason.RECIPIENT_NOT_ALLOWED),
    (5, 8, "REJECTED_PREFIX_MISSING", Reason.INVALID_RECIPIENT),
    (5, 10, "REJECTED_DND", Reason.RECIPIENT_BLOCKED),
    (5, 11, "REJECTED_SOURCE", Reason.INVALID_SENDER),
    (5, 12, "REJECTED_NOT_ENOUGH_CREDITS", Reason.QUOTA_EXCEEDED),
    (5, 13, "REJECTED_SENDER", Reason.INVALID_SENDER),
    (5, 14, "REJECTED_DESTINATION", Reason.RECIPIENT_BLOCKED),
    (5, 16, "REJECTED_NOT_REACHABLE", Reason.UNDELIVERABLE),
    (5, 17, "REJECTED_PREPAID_PACKAGE_EXPIRED", Reason.QUOTA_EXCEEDED),
    (5, 18, "REJECTED_DESTINATION_NOT_REGISTERED", Reason.RECIPIENT_NOT_ALLOWED),
    (5, 19, "REJECTED_ROUTE_NOT_AVAILABLE", Reason.RECIPIENT_NOT_ALLOWED),
    (5, 20, "REJECTED_FLOODING_FILTER", Reason.THROTTLED),
    (5, 21, "REJECTED_SYSTEM_ERROR", Reason.PROVIDER_FAILURE),
    (5, 24, "REJECTED_INVALID_UDH", Reason.INVALID_CONTENT),
    (5, 25, "REJECTED_MESSAGE_TOO_LONG", Reason.INVALID_CONTENT),
    (5, 51, "MISSING_TO", Reason.INVALID_RECIPIENT),
    (5, 52, "REJECTED_DESTINATION", Reason.INVALID_RECIPIENT),
    (4, 87, "SIGNALS_BLOCKED", Reason.RECIPIENT_NOT_ALLOWED),
    (2, 96, "NO_ANSWER", Reason.UNDELIVERABLE),
    (2, 97, "BUSY", Reason.UNDELIVERABLE),
    (2, 98, "CANCELLED", Reason.UNDELIVERABLE),
    (5, 99, "REJECTED", Reason.UNDELIVERABLE),
    (5, 100, "UNDELIVERABLE_REJECTED_PLATFORM", Reason.PROVIDER_FAILURE),
)
TAKEN = (
    (0, 0, "MESSAGE_ACCEPTED"),
    (1, 1, "PENDING_TIME_VIOLATION"),
    (1, 3, "PENDING_WAITING_DELIVERY"),
    (1, 7, "PENDING_ENROUTE"),
    (1, 26, "PENDING_ACCEPTED"),
    (3, 2, "DELIVERED_TO_OPERATOR"),
    (3, 5, "DELIVERED_TO_HANDSET"),
    (113, 12, "sendMessage"),
)


def refusal(code: int) -> Response:
    group, identifier, name, _ = next(row for row in REFUSED if row[1] == code)
    return answered(entry((group, identifier, name)))


def results_of(message: OutboundMessage, codes: Sequence[str | None]) -> Response:
    """An answer with a status for each recipient."""
    refused = {str(identifier): (group, identifier, name) for group, identifier, name, _ in REFUSED}
    return answered(
        *(
            entry(refused[code] if code else ENROUTE, message.reference_of(position), recipient.value.removeprefix("+"))
            for position, (recipient, code) in enumerate(zip(message.recipients, codes, strict=True))
        )
    )


def request_error(name: str) -> bytes:
    return json_response(400, {"requestError": {"serviceException": {"messageId": name, "text": f"no {PHONE}"}}}).body


WRONG_RECIPIENT = (
    b'{"requestError":{"serviceException":{"messageId":"BAD_REQUEST","text":"Bad request",'
    b'"validationErrors":{"destinations[1].to.phoneNumber":["invalid"]}}}}'
)
WRONG_CONTENT = WRONG_RECIPIENT.replace(b"destinations[1].to.phoneNumber", b"whatsApp.imageUrl")
NO_ERRORS = WRONG_RECIPIENT.replace(b'{"destinations[1].to.phoneNumber":["invalid"]}', b"null")

ERROR_BODIES = (
    ("nothing", b"", None),
    ("HTML", b"<html><body>Bad Gateway</body></html>", None),
    ("resultCode", b'{"resultCode":"10001","resultDesc":"failed"}', "10001"),
    ("returnCode", b'{"returnCode":40003,"returnMsg":"failed"}', "40003"),
    ("error_code", b'{"error_code":"APIGW.0101","error_msg":"failed"}', "APIGW.0101"),
    ("Infobip's error", request_error("GENERAL_ERROR"), "GENERAL_ERROR"),
    ("a code that is a sentence", b'{"resultCode":"no such thing"}', None),
    ("a code that is an object", b'{"error_code":{"a":1}}', None),
)
FAILURES = (
    (400, ProviderRejected, Reason.UNKNOWN),
    (401, CredentialsRefused, Reason.CREDENTIALS_REFUSED),
    (403, CredentialsRefused, Reason.CREDENTIALS_REFUSED),
    (404, ProviderRejected, Reason.NOT_FOUND),
    (500, OutcomeUnknown, Reason.UNKNOWN),
    (502, OutcomeUnknown, Reason.UNKNOWN),
    (200, OutcomeUnknown, Reason.UNKNOWN),
)


def result(name: str, answer: Response, expect: Receipt | Refused, *features: str, **other: Any) -> Answer:
    return Answer(name=name, features=features or ("H9",), answer=answer, expect=expect, **other)


UNCLEAR = Refused(OutcomeUnknown, code="200")
SECOND_FIRST = replace(
    MANY, recipients=MANY.recipients[1:] + MANY.recipients[:1], references=REFERENCES[1:] + REFERENCES[:1]
)
NEIGHBOURS = (
    entry(CREDITS, REFERENCES[0], "41793026727"),
    entry(ENROUTE, REFERENCES[1], "41793026728"),
    entry(DUPLICATE, REFERENCES[2], "41793026729"),
)
RENAMED = tuple(one | {"messageId": f"1001{position}"} for position, one in enumerate(NEIGHBOURS))
MASKED = tuple(one | {"to": {"phoneNumber": "417****6727"}} for one in RENAMED)

ANSWERS: list[Case] = [
    result(
        "the documented example, word for word: another id, another number, a group that no table lists",
        Response(
            200,
            {"content-type": "application/json"},
            b"""{
    "messages": [
        {
            "messageId": "10011",
            "to": {
                "phoneNumber": "173****6067"
            },
            "status": {
                "groupName": "send-test",
                "groupId": 113,
                "name": "sendMessage",
                "description": "description",
                "id": 1
            }
        }
    ],
    "bulkId": "20221025"
}""",
        ),
        Receipt("10011", "1"),
        "H6",
        "H9",
    ),
    *(
        result(f"{status[0]}/{status[1]} is taken", answered(entry(status)), Receipt(REFERENCE, str(status[1])))
        for status in TAKEN
    ),
    *(
        result(
            f"{group}/{identifier} is {reason}",
            answered(entry((group, identifier, name))),
            Refused(ProviderRejected, code=str(identifier), reason=reason),
        )
        for group, identifier, name, reason in REFUSED
    ),
    result(
        "87 free of charge",
        answered(entry((5, 87, "SIGNALS_BLOCKED"))),
        Refused(ProviderRejected, code="87", reason=Reason.RECIPIENT_NOT_ALLOWED),
    ),
    *(
        result(
            f"an id that no table lists, of group {group}",
            answered(entry((group, 4711, "NEW"))),
            Refused(ProviderRejected, code="4711", reason=reason),
        )
        for group, reason in ((2, Reason.UNDELIVERABLE), (4, Reason.EXPIRED), (5, Reason.UNKNOWN))
    ),
    result(
        "numbers as text",
        answered(entry(("5", "12", "REJECTED_NOT_ENOUGH_CREDITS"))),
        Refused(ProviderRejected, code="12", reason=Reason.QUOTA_EXCEEDED),
    ),
    result(
        "a group by its name alone",
        answered(entry() | {"status": {"groupName": "rejected"}}),
        Refused(ProviderRejected, code="rejected"),
    ),
    result(
        "a status by its group's number alone", answered(entry() | {"status": {"groupId": 1}}), Receipt(REFERENCE, "1")
    ),
    result(
        "taken, with an id that is a number, by nobody",
        answered(entry() | {"messageId": 10011, "to": None}),
        Receipt("10011", "7"),
    ),
    result("a duplicate: it was taken before", answered(entry(DUPLICATE, "10011")), Receipt("10011", "23")),
    result(
        "a duplicate, where the account has learnt otherwise",
        answered(entry(DUPLICATE)),
        Refused(ProviderRejected, code="23"),
        settings={"outcomes": {"23": "rejected"}},
    ),
    result(
        "a yes that the account has learnt to be a no",
        answered(entry((113, 2001, "failed"))),
        Refused(ProviderUnavailable, code="2001"),
        settings={"outcomes": {"2001": "not_sent"}},
    ),
    result(
        "one of three, by our id: the first",
        answered(*NEIGHBOURS),
        Refused(ProviderRejected, code="12"),
        "H6",
        message=MANY,
    ),
    result(
        "one of three, by our id: not the first that is told",
        answered(*NEIGHBOURS),
        Receipt(REFERENCES[1], "7"),
        "H6",
        message=SECOND_FIRST,
    ),
    result(
        "one of three under other ids, by the number",
        answered(*RENAMED),
        Receipt("10011", "7"),
        "H6",
        message=SECOND_FIRST,
    ),
    result(
        "one of three under other ids and masked numbers, by the order",
        answered(*MASKED),
        Refused(ProviderRejected, code="12"),
        "H6",
        message=SECOND_FIRST,
    ),
    result("three asked, two answered that nobody can tell", answered(*MASKED[:2]), UNCLEAR, "H6", message=MANY),
    result("three asked, the first not answered", answered(*NEIGHBOURS[1:]), UNCLEAR, "H6", message=MANY),
    result("two answers for one", answered(*MASKED[:2]), UNCLEAR, "H6"),
    result("taken without an id", answered(entry(message_id=None)), UNCLEAR),
    result("no status", answered({"messageId": REFERENCE, "to": {"phoneNumber": "41793026727"}}), UNCLEAR),
    result("an empty status", answered(entry() | {"status": {}}), UNCLEAR),
    result("nobody answered", answered(), UNCLEAR),
    result("taken and failed at once", answered(entry(), status=500), Refused(OutcomeUnknown, code="7"), "H10"),
    result("taken and not authorised", answered(entry(), status=401), Refused(CredentialsRefused, code="401"), "H10"),
    *(
        result(
            f"{status} with {name}",
            Response(status, {}, raw),
            Refused(error, code=code or str(status), reason=reason),
            "H10",
        )
        for status, error, reason in FAILURES
        for name, raw, code in ERROR_BODIES
    ),
    result(
        "400 for a wrong recipient",
        Response(400, {}, WRONG_RECIPIENT),
        Refused(ProviderRejected, code="BAD_REQUEST", reason=Reason.INVALID_RECIPIENT),
        "H10",
    ),
    result(
        "400 for wrong content",
        Response(400, {}, WRONG_CONTENT),
        Refused(ProviderRejected, code="BAD_REQUEST", reason=Reason.INVALID_CONTENT),
        "H10",
    ),
    result(
        "400 that names nothing",
        Response(400, {}, NO_ERRORS),
        Refused(ProviderRejected, code="BAD_REQUEST", reason=Reason.UNKNOWN),
        "H10",
    ),
    result(
        "429",
        Response(429, {"retry-after": "3"}, request_error("TOO_MANY_REQUESTS")),
        Refused(ProviderThrottled, code="TOO_MANY_REQUESTS", retry_after=3.0),
        "H10",
    ),
    result(
        "500 as the account has seen it: a no",
        Response(500),
        Refused(ProviderRejected, code="500"),
        "H10",
        settings={"outcomes": {"500": "rejected"}},
    ),
]

SENT_AT, DONE_AT, SEEN_AT = 1680794541000, 1680794557413, 1680794600000


# Huawei AICC, "WhatsApp Channel", report
def each(name: str, answer: Response, *expect: Receipt | Refused) -> Answers:
    return Answers(name=f"three, told apart {name}", features=("H6", "H9"), message=MANY, answer=answer, expect=expect)


NO_CREDITS = Refused(ProviderRejected, code="12")
BY_OURS = (NO_CREDITS, Receipt(REFERENCES[1], "7"), Receipt(REFERENCES[2], "23"))
BY_THEIRS = (NO_CREDITS, Receipt("10011", "7"), Receipt("10012", "23"))

# Of three in one call one is refused, one is taken and one had been taken before.
RESULTS: list[Case] = [
    each("by our ids", answered(*NEIGHBOURS), *BY_OURS),
    each("by our ids, in another order", answered(*reversed(NEIGHBOURS)), *BY_OURS),
    each("by their numbers, under other ids", answered(*reversed(RENAMED)), *BY_THEIRS),
    each("by their order, when nothing else is known", answered(*MASKED), *BY_THEIRS),
    each("not at all, when one is missing and nothing is known", answered(*MASKED[:2]), *[UNCLEAR] * 3),
    each("not at all, when there is one too many", answered(*MASKED, MASKED[0]), *[UNCLEAR] * 3),
    each("all but the one that is missing", answered(*NEIGHBOURS[:2]), *BY_OURS[:2], UNCLEAR),
    each("only the one that is known", answered(NEIGHBOURS[0], *MASKED[1:]), NO_CREDITS, UNCLEAR, UNCLEAR),
]


def aicc_report(word: str, group: str = "", **other: object) -> dict[str, object]:
    status = {"groupName": word, "groupId": group, "description": f"to {PHONE}"}
    return {"messageId": REFERENCE, "to": "41793026727", "bulkId": "20221025", "status": status} | other


# Infobip OMNI API, delivery report
def infobip_report(status: Status3, error: int = 0, **other: object) -> dict[str, object]:
    group, identifier, name = status
    return {
        "bulkId": REFERENCE,
        "messageId": REFERENCE,
        "to": "41793026727",
        "sentAt": "2023-04-06T15:22:21.000+0000",
        "doneAt": "2023-04-06T15:22:37.413+0000",
        "messageCount": 1,
        "price": {"pricePerMessage": 0, "currency": "EUR"},
        "status": {
            "groupId": group,
            "groupName": GROUPS[int(group)],
            "id": identifier,
            "name": name,
            "description": "Message",
        },
        "error": {
            "groupId": int(error > 0),
            "groupName": "OK",
            "id": error,
            "name": "NO_ERROR",
            "description": "No Error",
            "permanent": error > 0,
        },
        "channel": "WHATSAPP",
    } | other


def results(*entries: Mapping[str, object], kind: str = "status") -> Webhook:
    return post(kind, {"results": entries})


def report(word: str) -> Webhook:
    return results(aicc_report(word))


def reported(word: str, status: Status | None, **other: object) -> StatusUpdate:
    fields: dict[str, Any] = {
        "provider_status": word,
        "status": status,
        "reference": REFERENCE,
        "provider_message_id": REFERENCE,
        "recipient": PHONE,
    }
    return StatusUpdate(**(fields | other))


def report_case(name: str, webhook: Webhook, *expect: StatusUpdate) -> Inbox:
    return Inbox(name=name, features=("H11",), webhook=webhook, expect=expect)


# Infobip OMNI API, error codes of chat channels
ERRORS = {
    7001: Reason.INVALID_SENDER,
    7002: Reason.INVALID_RECIPIENT,
    7003: Reason.RECIPIENT_BLOCKED,
    7004: Reason.CREDENTIALS_REFUSED,
    7005: Reason.ACCOUNT_DISABLED,
    7006: Reason.INVALID_CONTENT,
    7007: Reason.INVALID_CONTENT,
    7008: Reason.INVALID_TEMPLATE,
    7009: Reason.INVALID_TEMPLATE,
    7010: Reason.WINDOW_CLOSED,
    7011: Reason.ACCOUNT_DISABLED,
    7012: Reason.PROVIDER_FAILURE,
    7013: Reason.INVALID_MEDIA,
    7014: Reason.INVALID_MEDIA,
    7015: Reason.INVALID_MEDIA,
    7016: Reason.THROTTLED,
    7017: Reason.THROTTLED,
    7018: Reason.PROVIDER_FAILURE,
    7019: Reason.ACCOUNT_DISABLED,
    7020: Reason.NOT_CAPABLE,
    7021: Reason.NOT_CAPABLE,
    7022: Reason.INVALID_MEDIA,
    7023: Reason.INVALID_CONTENT,
    7024: Reason.RECIPIENT_NOT_ALLOWED,
    7025: Reason.NOT_CAPABLE,
    7026: Reason.QUOTA_EXCEEDED,
    7027: Reason.INVALID_CONTENT,
    7029: Reason.UNDELIVERABLE,
    7030: Reason.RECIPIENT_BLOCKED,
    7031: Reason.INVALID_TEMPLATE,
    7032: Reason.RECIPIENT_NOT_ALLOWED,
    7033: Reason.RECIPIENT_BLOCKED,
    7034: Reason.INVALID_SENDER,
    7035: Reason.NOT_CAPABLE,
    7036: Reason.INVALID_TEMPLATE,
    7037: Reason.INVALID_TEMPLATE,
    7038: Reason.ACCOUNT_DISABLED,
    7050: Reason.PROVIDER_FAILURE,
    7051: Reason.PROVIDER_UNAVAILABLE,
    7052: Reason.PROVIDER_FAILURE,
    7080: Reason.PROVIDER_FAILURE,
    7081: Reason.PROVIDER_FAILURE,
    7082: Reason.PROVIDER_UNAVAILABLE,
    7083: Reason.ACCOUNT_DISABLED,
    7084: Reason.INVALID_SENDER,
    7102: Reason.NOT_CAPABLE,
    7201: Reason.NOT_CAPABLE,
    7281: Reason.INVALID_SENDER,
    7999: Reason.UNDELIVERABLE,
}
NOT_DELIVERED: Status3 = (2, 9, "UNDELIVERABLE_NOT_DELIVERED")
HANDSET: Status3 = (3, 5, "DELIVERED_TO_HANDSET")
SEEN: dict[str, object] = {
    "messageId": REFERENCE,
    "from": "41445550000",
    "to": "41793026727",
    "sendAt": "2023-04-06T15:22:21.000+0000",
    "seenAt": "2023-04-06T15:23:20.000+0000",
}
WORDS: Mapping[str, Status | None] = {
    "ACCEPTED": Status.SENT,
    "PENDING": Status.SENT,
    "UNDELIVERABLE": Status.FAILED,
    "DELIVERED": Status.DELIVERED,
    "EXPIRED": Status.FAILED,
    "REJECTED": Status.FAILED,
}

REPORTS: list[Case] = [
    report_case(
        "delivered, as AICC wants it told",
        results(aicc_report("DELIVERED", "3")),
        reported("DELIVERED", Status.DELIVERED),
    ),
    report_case("the group by its number alone", results(aicc_report("sent", "3")), reported("sent", Status.DELIVERED)),
    report_case("in small letters", results(aicc_report("delivered")), reported("delivered", Status.DELIVERED)),
    report_case("accepted by its newer name", results(aicc_report("OK")), reported("OK", Status.SENT)),
    report_case(
        "undeliverable by AICC's word",
        results(aicc_report("UNDELIVERABLE", "2")),
        reported("UNDELIVERABLE", Status.FAILED, reason=Reason.UNDELIVERABLE),
    ),
    report_case("a group that no table lists", results(aicc_report("send-test", "113")), reported("send-test", None)),
    report_case(
        "seen, as AICC wants it told",
        results({"messageId": REFERENCE, "to": "41793026727", "seenAt": "2023-04-06T15:23:20.000+0000"}),
        reported("seen", Status.READ, at=SEEN_AT),
    ),
    report_case("seen, as Infobip tells it", results(SEEN), reported("seen", Status.READ, at=SEEN_AT)),
    report_case("seen at a time that is none", results(SEEN | {"seenAt": "today"}), reported("seen", Status.READ)),
    report_case(
        "deleted by the user",
        results({"messageId": REFERENCE, "to": "41793026727", "deletedAt": SEEN_AT}),
        reported("deleted", None, at=SEEN_AT, silent=True),
    ),
    *(
        report_case(
            f"Infobip's {name}",
            results(infobip_report((group, identifier, name))),
            reported(name, Status.FAILED, at=DONE_AT, code=str(identifier), reason=reason),
        )
        for group, identifier, name, reason in REFUSED
    ),
    *(
        report_case(
            f"Infobip's {name}",
            results(infobip_report((group, identifier, name))),
            reported(name, status, at=DONE_AT, code=str(identifier)),
        )
        for group, identifier, name, status in (
            (0, 0, "MESSAGE_ACCEPTED", Status.SENT),
            (1, 1, "PENDING_TIME_VIOLATION", Status.SENT),
            (1, 3, "PENDING_WAITING_DELIVERY", Status.SENT),
            (1, 7, "PENDING_ENROUTE", Status.SENT),
            (1, 26, "PENDING_ACCEPTED", Status.SENT),
            (3, 2, "DELIVERED_TO_OPERATOR", Status.SENT),
            (3, 5, "DELIVERED_TO_HANDSET", Status.DELIVERED),
            (5, 23, "REJECTED_DUPLICATE_MESSAGE_ID", Status.SENT),
        )
    ),
    *(
        report_case(
            f"not delivered because of {code}",
            results(infobip_report(NOT_DELIVERED, code)),
            reported(NOT_DELIVERED[2], Status.FAILED, at=DONE_AT, code=str(code), reason=reason),
        )
        for code, reason in ERRORS.items()
    ),
    report_case(
        "a repeat that was dropped: the message itself goes on",
        results(infobip_report(NOT_DELIVERED, 7280)),
        reported(NOT_DELIVERED[2], Status.SENT, at=DONE_AT, code="7280"),
    ),
    report_case(
        "not done yet, but sent",
        results(infobip_report(ENROUTE, doneAt=None)),
        reported("PENDING_ENROUTE", Status.SENT, at=SENT_AT, code="7"),
    ),
    report_case(
        "under AICC's own id",
        results(infobip_report(HANDSET, messageId="10011")),
        reported(
            "DELIVERED_TO_HANDSET", Status.DELIVERED, reference=None, provider_message_id="10011", at=DONE_AT, code="5"
        ),
    ),
    report_case(
        "under an id that is a number",
        results(aicc_report("DELIVERED", messageId=10011)),
        reported("DELIVERED", Status.DELIVERED, reference=None, provider_message_id="10011"),
    ),
    report_case(
        "of somebody whose number is not told",
        results(infobip_report(HANDSET, to="US.13491208655302741918")),
        reported(
            "DELIVERED_TO_HANDSET",
            Status.DELIVERED,
            recipient="whatsapp:US.13491208655302741918",
            at=DONE_AT,
            code="5",
        ),
    ),
    report_case(
        "several at once, under the other address",
        results(
            infobip_report(HANDSET, messageId=REFERENCES[0]),
            SEEN | {"messageId": REFERENCES[1], "to": "41793026728"},
            kind="inbound",
        ),
        reported(
            "DELIVERED_TO_HANDSET",
            Status.DELIVERED,
            reference=REFERENCES[0],
            provider_message_id=REFERENCES[0],
            at=DONE_AT,
            code="5",
        ),
        reported(
            "seen",
            Status.READ,
            reference=REFERENCES[1],
            provider_message_id=REFERENCES[1],
            recipient="+41793026728",
            at=SEEN_AT,
        ),
    ),
    report_case("none at all", results()),
    *(
        Inbox(name=name, features=("H11",), webhook=webhook, expect=None)
        for name, webhook in (
            ("a report of no message", results(infobip_report(HANDSET, messageId=None))),
            ("a report without a status", results({"messageId": REFERENCE, "to": "41793026727"})),
            ("a report with an empty status", results(aicc_report("") | {"status": {}})),
            ("no results", post("status", {"messageCount": 0})),
        )
    ),
]

RECEIVED_AT = 1680794557000


# Huawei AICC, "WhatsApp Channel", MO
def aicc_message(**message: object) -> dict[str, object]:
    return {
        "from": "41793026727",
        "to": "41445550000",
        "integrationType": "WHATSAPP",
        "messageId": "ABEGR3kwJnJ3AhDv",
        "message": message,
        "contact": {"name": "Jennifer"},
    }


# Infobip OMNI API, inbound message
def infobip_message(**message: object) -> dict[str, object]:
    return aicc_message(**message) | {
        "receivedAt": "2023-04-06T15:22:37.000+0000",
        "pairedMessageId": None,
        "callbackData": None,
        "price": {"pricePerMessage": 0, "currency": "EUR"},
    }


def received(content: Mapping[str, object], **other: object) -> InboundMessage:
    fields: dict[str, Any] = {
        "channel": Channel.WHATSAPP,
        "sender": PHONE,
        "sender_name": "Jennifer",
        "recipient": "+41445550000",
        "content": content,
        "event_id": "ABEGR3kwJnJ3AhDv",
    }
    return InboundMessage(**(fields | other))


def inbound(name: str, entry: Mapping[str, object], content: Mapping[str, object], **other: object) -> Inbox:
    """A message under the address for messages."""
    return Inbox(
        name=name, features=("H11",), webhook=results(entry, kind="inbound"), expect=[received(content, **other)]
    )


THEIRS = "https://omni.example/1/media/a"
HI = {"type": "text", "text": "Hi"}
LOCATED = {"type": "location", "latitude": 45.793337, "longitude": 15.946519}
COORDINATES: dict[str, Any] = {"latitude": 45.793337, "longitude": 15.946519}
NAMED: dict[str, Any] = {"name": "Zagreb", "address": "Zadarska 1"}

LOST = aicc_message(type="text")
VIBER = aicc_message(type="text", text="Hi") | {"integrationType": "VIBER"}

# Infobip OMNI API, inbound message: types that have no shape of ours
UNSUPPORTED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ORDER", {"catalogId": "1", "text": {"of": "another shape"}, "productItems": [{"quantity": 2}]}),
    ("INTERACTIVE_PAYMENT_CONFIRMATION", {"paymentId": "2", "totalAmount": {"value": 950, "offset": 100}}),
    ("UNSUPPORTED", {}),
    ("POLL", {}),
)

INBOUND: list[Case] = [
    inbound("text, as AICC wants it told", aicc_message(type="text", text="Hi"), HI),
    inbound(
        "an answer to a message, as AICC wants it told",
        aicc_message(type="text", text="Hi", context={"id": "ABEGR3kw"}),
        HI,
        reply_to="ABEGR3kw",
    ),
    inbound(
        "an answer, as Infobip tells it",
        infobip_message(type="TEXT", text="Hi", context={"from": "41445550000", "id": "ABEGR3kw"}),
        HI,
        at=RECEIVED_AT,
        reply_to="ABEGR3kw",
    ),
    *(
        inbound(
            f"{kind}, which has no shape here",
            infobip_message(type=kind, context={"id": "ABEGR3kw"}, **fields),
            {"type": "unsupported", "kind": kind, **({"fields": fields} if fields else {})},
            at=RECEIVED_AT,
            reply_to="ABEGR3kw",
        )
        for kind, fields in UNSUPPORTED
    ),
    inbound("text, as Infobip tells it", infobip_message(type="TEXT", text="Hi"), HI, at=RECEIVED_AT),
    *(
        inbound(
            f"{kind} as {shown_as}",
            aicc_message(type=kind, url=THEIRS),
            {"type": "media", "kind": shown_as, "media": {"url": THEIRS}},
        )
        for kind, shown_as in (
            ("image", "image"),
            ("audio", "audio"),
            ("video", "video"),
            ("IMAGE", "image"),
            ("VIDEO", "video"),
            ("AUDIO", "audio"),
            ("VOICE", "audio"),
            ("DOCUMENT", "document"),
        )
    ),
    *(
        inbound(
            f"{kind} with a caption",
            infobip_message(type=kind, url=THEIRS, caption="Look"),
            {"type": "media", "kind": kind.lower(), "media": {"url": THEIRS}, "caption": "Look"},
            at=RECEIVED_AT,
        )
        for kind in ("IMAGE", "VIDEO", "DOCUMENT")
    ),
    inbound(
        "a sticker",
        infobip_message(type="STICKER", url=THEIRS),
        {"type": "sticker", "media": {"url": THEIRS}},
        at=RECEIVED_AT,
    ),
    inbound("a place, as AICC wants it told", aicc_message(type="locate", **COORDINATES, **NAMED), LOCATED | NAMED),
    inbound(
        "a place, as Infobip tells it",
        infobip_message(type="LOCATION", **COORDINATES, url="https://maps.example"),
        LOCATED,
        at=RECEIVED_AT,
    ),
    inbound(
        "contacts",
        infobip_message(
            type="CONTACT",
            contacts=[
                {
                    "name": {"firstName": "Ada", "lastName": "Lovelace", "formattedName": "Ada Lovelace"},
                    "phones": [
                        {"phone": "+41 79 302 67 27", "type": "WORK", "waId": "41793026727"},
                        {"waId": "41793026728", "type": "IPHONE"},
                        {"type": "HOME"},
                    ],
                    "emails": [{"email": "ada@example.com", "type": "WORK"}],
                    "org": {"company": "Analytical Engines"},
                    "birthday": "1815-12-10",
                },
                {"name": {"formattedName": "Nobody"}},
            ],
        ),
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": "Ada Lovelace",
                    "given_name": "Ada",
                    "family_name": "Lovelace",
                    "phones": [
                        {"phone": "+41 79 302 67 27", "kind": "work"},
                        {"phone": "41793026728", "kind": "cell"},
                    ],
                    "emails": ["ada@example.com"],
                    "organization": "Analytical Engines",
                },
                {"name": "Nobody", "phones": [], "emails": []},
            ],
        },
        at=RECEIVED_AT,
    ),
    inbound(
        "a tap on a template's quick reply",
        infobip_message(type="BUTTON", text="Yes", payload="button1"),
        {"type": "reply", "label": "Yes", "data": "button1"},
        at=RECEIVED_AT,
    ),
    *(
        inbound(
            f"a tap: {kind}",
            infobip_message(type=kind, id="row-1", title="Yes", description="of course"),
            {"type": "reply", "label": "Yes", "data": "row-1"},
            at=RECEIVED_AT,
        )
        for kind in ("INTERACTIVE_BUTTON_REPLY", "INTERACTIVE_LIST_REPLY")
    ),
    inbound(
        "from somebody whose number is not told, to a number that is not ours",
        aicc_message(type="text", text="Hi") | {"from": "US.1349", "to": "41445559999", "contact": None},
        HI,
        sender="whatsapp:US.1349",
        sender_name=None,
        recipient="+41445559999",
    ),
    inbound(
        "to a number that the account spells without a plus",
        aicc_message(type="text", text="Hi") | {"to": "+41445550001"},
        HI,
        recipient="41445550001",
    ),
    Inbox(
        name="several at once, and a report among them",
        features=("H11",),
        webhook=results(
            infobip_message(type="TEXT", text="Hi"),
            aicc_report("DELIVERED"),
            aicc_message(type="text", text="Hi") | {"messageId": "ABEGR3kwJnJ3AhDw"},
        ),
        expect=[
            received(HI, at=RECEIVED_AT),
            reported("DELIVERED", Status.DELIVERED),
            received(HI, event_id="ABEGR3kwJnJ3AhDw"),
        ],
    ),
    Inbox(
        name="several at once, of which some cannot be read",
        features=("H11",),
        webhook=results(LOST, infobip_message(type="TEXT", text="Hi"), VIBER, aicc_report("DELIVERED"), kind="inbound"),
        expect=[
            Unreadable(json.dumps({"results": [LOST]})),
            received(HI, at=RECEIVED_AT),
            Unreadable(json.dumps({"results": [VIBER]})),
            reported("DELIVERED", Status.DELIVERED),
        ],
    ),
    Inbox(
        name="several at once, of which none can be read",
        features=("H11",),
        webhook=results(LOST, VIBER),
        expect=None,
    ),
    *(
        Inbox(name=name, features=("H11",), webhook=results(entry, kind="inbound"), expect=None)
        for name, entry in (
            ("a text without text", LOST),
            ("an image without its address", aicc_message(type="image", caption="Look")),
            ("a place without its longitude", aicc_message(type="locate", latitude=1)),
            ("a place that is nowhere", aicc_message(type="locate", latitude=91, longitude=0)),
            ("a tap on nothing", infobip_message(type="BUTTON", payload="button1")),
            ("a message without content", aicc_message(type="text", text="Hi") | {"message": None}),
            ("a message from nobody", aicc_message(type="text", text="Hi") | {"from": ""}),
            ("a message of another messenger", VIBER),
            ("of a type without end", infobip_message(type="x" * 65)),
            ("of no type", infobip_message()),
        )
    ),
]


def keyed(name: str, expect: Refused | None = None, **other: Any) -> Verified:
    headers = {"accountkey": other.pop("key")} if "key" in other else {}
    webhook = replace(report("DELIVERED"), headers=headers)
    return Verified(name=name, features=("H11",), webhook=webhook, expect=expect, **other)


NO_KEY = Refused(WebhookNotVerified)

KEYED: list[Case] = [
    keyed("the account key", key="an-account-key"),
    keyed("no account key", NO_KEY),
    keyed("an empty account key", NO_KEY, key=""),
    keyed("another account key", NO_KEY, key="an-account-keY"),
    keyed("an account key of other letters", NO_KEY, key="schlüssel"),
    keyed("an account without a key is protected by its address", secrets=KEYS),
]

TABLE = Table(
    account=Account(
        name="acme-aicc",
        provider="huawei_aicc",
        tenants=("acme",),
        senders=(Sender("+41445550000", Channel.WHATSAPP), Sender("41445550001", Channel.WHATSAPP)),
    ),
    secrets=SECRETS,
    hello=HELLO,
    accepted=answered(entry()),
    report=report,
    words=WORDS,
    acknowledgement=Response(200),
    refusals={str(identifier): refusal(identifier) for _, identifier, _, _ in REFUSED},
    results=results_of,
    cases=[*SENDS, *REFUSALS, *UNSAID, *DECLARATIONS, *TOKENS, *ANSWERS, *RESULTS, *REPORTS, *INBOUND, *KEYED],
    withheld=frozenset({"notify", "notifyUrl", "notifyContentType"}),
)
