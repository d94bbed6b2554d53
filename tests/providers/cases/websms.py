"""
websms Messaging API. Bodies are those of websms Messaging API 1.0.0 where it prints one; RCS bodies follow
GSMA FNW.11 1.0 (RCS MaaP).
"""

from datetime import UTC, datetime
from typing import Any

from herald.content import (
    AddEvent,
    ButtonsContent,
    Card,
    CardContent,
    CarouselContent,
    Compose,
    Content,
    Dial,
    LocationContent,
    Media,
    MediaContent,
    MediaKind,
    OpenSettings,
    OpenUrl,
    Reply,
    ShareDevice,
    ShowMap,
    Suggestion,
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
from herald.media_type import KINDS
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
    StatusUpdate,
)
from herald.provider import ChannelFacts, MediaRule, Response, Token, Webhook
from herald.status import Status
from tests.providers.harness import (
    Answer,
    Capability,
    Case,
    Declares,
    Download,
    Inbox,
    Refuse,
    Refused,
    Send,
    Table,
    TokenAnswer,
    TokenRequest,
    Upload,
    UploadAnswer,
    Wire,
    json_response,
    post,
)

APPLICATION = "97ab27fa-30e2-43e3-92a3-160e80f4c0d5"
INBOX = "e425269f-7815-45AC-b79a-f0dd402ecd17"  # the webhook samples' application, spelled another way
REFERENCE = "abcdefghijklmnopqrstuvwxyz-0"
PHONE = "+436531234567"
HEADERS = {"Authorization": "Bearer a-token", "Content-Type": "application/json"}
FILE = MediaFile(
    key="cat",
    content_type="image/jpeg",
    size=2048,
    sha256="0" * 64,
    url="https://media.example/cat.jpg",
    filename="cat.jpg",
    provider_media_id="5a8ffac5-2288-485d-b463-90c3cd9941ad",
)
# WhatsApp's own limits ("Supported media types" of its Cloud API).
_WHATSAPP_SIZES = {"image": 5_000_000, "video": 16_000_000, "audio": 16_000_000, "document": 100_000_000}
RULES = {
    kind: MediaRule(frozenset(name for name, shown in KINDS.items() if shown == kind), size)
    for kind, size in ((MediaKind(name), size) for name, size in _WHATSAPP_SIZES.items())
}
SMALL = MediaFile(
    key="small", content_type="image/png", size=64, sha256="1" * 64, url="https://media.example/small.png"
)
CAT = Media(id="cat")
THUMBNAIL = Media(id="small")


def whatsapp(content: Content, *, to: Address | None = None, options: Options | None = None) -> OutboundMessage:
    return OutboundMessage(
        reference=REFERENCE,
        channel=Channel.WHATSAPP,
        recipients=(to or Address(value=PHONE),),
        sender=APPLICATION,
        content=content,
        options=options or Options(),
        media={"cat": FILE},
    )


def rcs(content: Content, *, to: Address | None = None) -> OutboundMessage:
    return OutboundMessage(
        reference=REFERENCE,
        channel=Channel.RCS,
        recipients=(to or Address(value=PHONE),),
        sender=APPLICATION,
        content=content,
        media={"cat": FILE, "small": SMALL},
    )


def told_whatsapp(operation: str, fields: dict[str, object]) -> Wire:
    common = {"applicationId": APPLICATION, "recipient": PHONE, "clientMessageId": REFERENCE}
    return Wire("POST", f"https://api.websms.com/messaging/whatsapp/{operation}", HEADERS, json=common | fields)


def told_rcs(message: dict[str, object]) -> Wire:
    url = f"https://api.websms.com/messaging/rcs/{APPLICATION}/messages"
    return Wire("POST", url, HEADERS, json={"RCSMessage": message, "messageContact": {"userContact": PHONE}})


def chips(*suggestions: dict[str, object]) -> dict[str, object]:
    return {"textMessage": "Choose", "suggestedChipList": {"suggestions": list(suggestions)}}


def suggesting(*suggestions: Suggestion) -> OutboundMessage:
    return rcs(TextContent(text="Choose", suggestions=suggestions))


def action(label: str, does: dict[str, object], data: str | None = None) -> dict[str, object]:
    return {"action": {"displayText": label, "postback": {"data": data or label}} | does}


def template(*parameters: str) -> TemplateContent:
    return TemplateContent(name="ticket_reactivation", language="en", parameters=parameters)


def refusal(code: int, status: int = 400) -> Response:
    return json_response(status, {"statusCode": code, "statusMessage": f"no to {PHONE}"})


HELLO = whatsapp(TextContent(text="Hello World"))
ACCEPTED = json_response(
    200,
    {
        "statusCode": 2000,
        "statusMessage": "Request accepted",
        "clientMessageId": None,
        "transferId": "005d0666e100d97ccc31",
    },
)

SENDS: list[Case] = [
    Send(
        name="whatsapp text",
        features=("W2",),
        message=HELLO,
        wire=told_whatsapp("send_text", {"content": "Hello World"}),
    ),
    Send(
        name="whatsapp text of 4096 characters, not bytes",
        features=("W2",),
        message=whatsapp(TextContent(text="ü" * 4096)),
        wire=told_whatsapp("send_text", {"content": "ü" * 4096}),
    ),
    Send(
        name="another host and path",
        features=("W2",),
        settings={"base_url": "http://localhost:9000/", "path_whatsapp_text": "/v2/{application_id}/text"},
        message=HELLO,
        wire=Wire(
            "POST",
            f"http://localhost:9000/v2/{APPLICATION}/text",
            HEADERS,
            json={
                "applicationId": APPLICATION,
                "recipient": PHONE,
                "content": "Hello World",
                "clientMessageId": REFERENCE,
            },
        ),
    ),
    Send(
        name="whatsapp media with a caption",
        features=("W3",),
        message=whatsapp(MediaContent(media=CAT, caption="Hello World")),
        wire=told_whatsapp("send_media", {"mediaId": "5a8ffac5-2288-485d-b463-90c3cd9941ad", "content": "Hello World"}),
    ),
    Send(
        name="whatsapp media without a caption",
        features=("W3",),
        message=whatsapp(MediaContent(media=CAT)),
        wire=told_whatsapp("send_media", {"mediaId": "5a8ffac5-2288-485d-b463-90c3cd9941ad"}),
    ),
    Send(
        name="whatsapp template",
        features=("W4",),
        message=whatsapp(template("first placeholder", "second placeholder", "third placeholder")),
        wire=told_whatsapp(
            "send_template",
            {
                "localizableParams": [
                    {"default": "first placeholder"},
                    {"default": "second placeholder"},
                    {"default": "third placeholder"},
                ],
                "templateLocale": "en",
                "templateName": "ticket_reactivation",
            },
        ),
    ),
    Send(
        name="whatsapp template without placeholders",
        features=("W4",),
        message=whatsapp(template()),
        wire=told_whatsapp("send_template", {"templateLocale": "en", "templateName": "ticket_reactivation"}),
    ),
    Send(
        name="whatsapp template at its limits",
        features=("W4",),
        message=whatsapp(template(*("é" * 1024,) * 4)),
        wire=told_whatsapp(
            "send_template",
            {
                "localizableParams": [{"default": "é" * 1024}] * 4,
                "templateLocale": "en",
                "templateName": "ticket_reactivation",
            },
        ),
    ),
    Send(
        name="rcs text",
        features=("W5",),
        message=rcs(TextContent(text="hi")),
        wire=told_rcs({"textMessage": "hi"}),
    ),
    Send(
        name="rcs text with our id, to a chat",
        features=("W5",),
        settings={"echo_rcs": "true"},
        message=rcs(TextContent(text="hi"), to=Address(type=AddressType.CUSTOMER, value="chat-1")),
        wire=Wire(
            "POST",
            f"https://api.websms.com/messaging/rcs/{APPLICATION}/messages",
            HEADERS,
            json={"RCSMessage": {"textMessage": "hi", "msgId": REFERENCE}, "messageContact": {"chatId": "chat-1"}},
        ),
    ),
    Send(
        name="rcs file with a thumbnail",
        features=("W5",),
        message=rcs(MediaContent(media=CAT, thumbnail=THUMBNAIL, filename="my cat.jpg")),
        wire=told_rcs(
            {
                "fileMessage": {
                    "fileUrl": "https://media.example/cat.jpg",
                    "fileName": "my cat.jpg",
                    "fileMIMEType": "image/jpeg",
                    "fileSize": 2048,
                    "thumbnailUrl": "https://media.example/small.png",
                    "thumbnailMIMEType": "image/png",
                    "thumbnailFileSize": 64,
                }
            }
        ),
    ),
    Send(
        name="rcs audio",
        features=("W5",),
        message=rcs(MediaContent(media=THUMBNAIL, kind=MediaKind.AUDIO)),
        wire=told_rcs(
            {
                "audioMessage": {
                    "fileUrl": "https://media.example/small.png",
                    "fileMIMEType": "image/png",
                    "fileSize": 64,
                }
            }
        ),
    ),
    Send(
        name="rcs location",
        features=("W5",),
        message=rcs(
            LocationContent(latitude=47.07, longitude=15.43, name="Clock tower", address="Schlossberg, Graz", radius=50)
        ),
        wire=told_rcs(
            {
                "geolocationPushMessage": {
                    "pos": "47.07,15.43",
                    "label": "Clock tower, Schlossberg, Graz",
                    "radius": 50.0,
                }
            }
        ),
    ),
    Send(
        name="rcs location of bare coordinates",
        features=("W5",),
        message=rcs(LocationContent(latitude=-0.5, longitude=180)),
        wire=told_rcs({"geolocationPushMessage": {"pos": "-0.5,180.0"}}),
    ),
    Send(
        name="rcs standalone card",
        features=("W5",),
        message=rcs(
            CardContent(
                card=Card(
                    title="A cat",
                    description="It sleeps.",
                    media=CAT,
                    thumbnail=THUMBNAIL,
                    media_description="a sleeping cat",
                    height="tall",
                    suggestions=(Reply(label="Wake it", data="wake"),),
                ),
                orientation="horizontal",
                alignment="left",
                suggestions=(Reply(label="More"),),
            )
        ),
        wire=told_rcs(
            {
                "richcardMessage": {
                    "message": {
                        "generalPurposeCard": {
                            "layout": {"cardOrientation": "HORIZONTAL", "imageAlignment": "LEFT"},
                            "content": {
                                "title": "A cat",
                                "description": "It sleeps.",
                                "media": {
                                    "mediaUrl": "https://media.example/cat.jpg",
                                    "mediaContentType": "image/jpeg",
                                    "mediaFileSize": 2048,
                                    "height": "TALL_HEIGHT",
                                    "contentDescription": "a sleeping cat",
                                    "thumbnailUrl": "https://media.example/small.png",
                                    "thumbnailContentType": "image/png",
                                    "thumbnailFileSize": 64,
                                },
                                "suggestions": [
                                    {"reply": {"displayText": "Wake it", "postback": {"data": "wake"}}},
                                ],
                            },
                        }
                    }
                },
                "suggestedChipList": {
                    "suggestions": [{"reply": {"displayText": "More", "postback": {"data": "More"}}}]
                },
            }
        ),
    ),
    Send(
        name="rcs carousel",
        features=("W5",),
        message=rcs(
            CarouselContent(
                cards=(Card(title="One"), Card(description="Two", media=CAT, height="short")), width="small"
            )
        ),
        wire=told_rcs(
            {
                "richcardMessage": {
                    "message": {
                        "generalPurposeCardCarousel": {
                            "layout": {"cardWidth": "SMALL_WIDTH"},
                            "content": [
                                {"title": "One"},
                                {
                                    "description": "Two",
                                    "media": {
                                        "mediaUrl": "https://media.example/cat.jpg",
                                        "mediaContentType": "image/jpeg",
                                        "mediaFileSize": 2048,
                                        "height": "SHORT_HEIGHT",
                                    },
                                },
                            ],
                        }
                    }
                }
            }
        ),
    ),
    Send(
        name="rcs buttons are a text with chips",
        features=("W5",),
        message=rcs(ButtonsContent(text="Choose", buttons=(Reply(label="Yes", data="y"), Reply(label="No", data="n")))),
        wire=told_rcs(
            chips(
                {"reply": {"displayText": "Yes", "postback": {"data": "y"}}},
                {"reply": {"displayText": "No", "postback": {"data": "n"}}},
            )
        ),
    ),
    Send(
        name="rcs suggestions: url, and calls of every kind",
        features=("W5",),
        message=suggesting(
            OpenUrl(label="Open", url="https://herald.example/", data="opened"),
            Dial(label="Call", phone="+43123456789", fallback_url="https://herald.example/call"),
            Dial(label="Video", phone="+43123456789", call="video"),
            Dial(label="Enriched", phone="+43123456789", call="enriched", subject="The cat"),
        ),
        wire=told_rcs(
            chips(
                action("Open", {"urlAction": {"openUrl": {"url": "https://herald.example/"}}}, "opened"),
                action(
                    "Call",
                    {
                        "dialerAction": {
                            "dialPhoneNumber": {
                                "phoneNumber": "+43123456789",
                                "fallbackUrl": "https://herald.example/call",
                            }
                        }
                    },
                ),
                action("Video", {"dialerAction": {"dialVideoCall": {"phoneNumber": "+43123456789"}}}),
                action(
                    "Enriched",
                    {"dialerAction": {"dialEnrichedCall": {"phoneNumber": "+43123456789", "subject": "The cat"}}},
                ),
            )
        ),
    ),
    Send(
        name="rcs suggestions: map by place, by search, and a request",
        features=("W5",),
        message=suggesting(
            ShowMap(label="Place", latitude=47.07, longitude=15.43, name="Tower", fallback_url="https://map.example/"),
            ShowMap(label="Search", query="clock towers"),
            ShowMap(label="Where are you", request=True),
        ),
        wire=told_rcs(
            chips(
                action(
                    "Place",
                    {
                        "mapAction": {
                            "showLocation": {
                                "location": {"latitude": 47.07, "longitude": 15.43, "label": "Tower"},
                                "fallbackUrl": "https://map.example/",
                            }
                        }
                    },
                ),
                action("Search", {"mapAction": {"showLocation": {"location": {"query": "clock towers"}}}}),
                action("Where are you", {"mapAction": {"requestLocationPush": {}}}),
            )
        ),
    ),
    Send(
        name="rcs suggestions: calendar, compose, device, settings",
        features=("W5",),
        message=suggesting(
            AddEvent(
                label="Save",
                title="Feed the cat",
                starts=datetime.fromisoformat("2026-03-14T10:00:00+02:00"),
                ends=datetime(2026, 3, 14, 9, 0, tzinfo=UTC),
                description="Twice",
            ),
            Compose(label="Write", phone="+43123456789", text="Meow"),
            Compose(label="Record", phone="+43123456789", recording="video"),
            ShareDevice(label="Device"),
            OpenSettings(label="Reveal", setting="disable_anonymization"),
            OpenSettings(label="Notify", setting="enable_displayed_notifications"),
        ),
        wire=told_rcs(
            chips(
                action(
                    "Save",
                    {
                        "calendarAction": {
                            "createCalendarEvent": {
                                "startTime": "2026-03-14T08:00:00Z",
                                "endTime": "2026-03-14T09:00:00Z",
                                "title": "Feed the cat",
                                "description": "Twice",
                            }
                        }
                    },
                ),
                action(
                    "Write", {"composeAction": {"composeTextMessage": {"phoneNumber": "+43123456789", "text": "Meow"}}}
                ),
                action(
                    "Record",
                    {"composeAction": {"composeRecordingMessage": {"phoneNumber": "+43123456789", "type": "VIDEO"}}},
                ),
                action("Device", {"deviceAction": {"requestDeviceSpecifics": {}}}),
                action("Reveal", {"settingsAction": {"disableAnonymization": {}}}),
                action("Notify", {"settingsAction": {"enableDisplayedNotifications": {}}}),
            )
        ),
    ),
]

FACTS: list[Case] = [
    Declares(
        name="whatsapp reports do not always carry our reference",
        features=("W10",),
        settings={"echo_whatsapp": "false"},
        channel=Channel.WHATSAPP,
        expect=ChannelFacts(frozenset({"text", "media", "template"}), echo=False, uploads=True, media=RULES),
    ),
    *(
        Declares(
            name=f"rcs reports carry our reference: {echo}",
            features=("W5", "W10"),
            settings=settings,
            channel=Channel.RCS,
            expect=ChannelFacts(
                frozenset({"text", "media", "location", "card", "carousel", "buttons"}),
                echo=echo,
                capability=True,
                addresses=frozenset({AddressType.PHONE, AddressType.CUSTOMER}),
            ),
        )
        for settings, echo in (({}, False), ({"echo_rcs": True}, True))
    ),
]

LONG = Reply(label="x" * 26)

REFUSALS: list[Case] = [
    Refuse(
        name="a setting that is neither true nor false",
        features=("W2",),
        settings={"echo_whatsapp": 7},
        message=HELLO,
        expect=Refused(ConfigurationError),
    ),
    Refuse(
        name="whatsapp text of 4097 characters",
        features=("W2",),
        message=whatsapp(TextContent(text="x" * 4097)),
        expect=Refused(InvalidMessage, field="content.text"),
    ),
    Refuse(
        name="whatsapp text with suggestions",
        features=("W2",),
        message=whatsapp(TextContent(text="Choose", suggestions=(Reply(label="Yes"),))),
        expect=Refused(UnsupportedFeature, field="content.suggestions"),
    ),
    Refuse(
        name="whatsapp to somebody without a number",
        features=("W2",),
        message=whatsapp(TextContent(text="hi"), to=Address(type=AddressType.WHATSAPP, value="US.1349")),
        expect=Refused(UnsupportedFeature, field="to"),
    ),
    Refuse(
        name="a test that would really be sent",
        features=("W2",),
        message=whatsapp(TextContent(text="Hello World"), options=Options(test=True)),
        expect=Refused(UnsupportedFeature, field="options.test"),
    ),
    Refuse(
        name="whatsapp caption of 4097 characters",
        features=("W3",),
        message=whatsapp(MediaContent(media=CAT, caption="x" * 4097)),
        expect=Refused(InvalidMessage, field="content.caption"),
    ),
    Refuse(
        name="whatsapp media with suggestions",
        features=("W3",),
        message=whatsapp(MediaContent(media=CAT, suggestions=(Reply(label="Yes"),))),
        expect=Refused(UnsupportedFeature, field="content.suggestions"),
    ),
    Refuse(
        name="template parameter of 1025 characters",
        features=("W4",),
        message=whatsapp(template("fine", "x" * 1025)),
        expect=Refused(InvalidMessage, field="content.parameters[1]"),
    ),
    *(
        Refuse(
            name=f"template parameter with {break_!a}",
            features=("W4",),
            message=whatsapp(template("fine", f"two{break_}lines")),
            expect=Refused(InvalidMessage, field="content.parameters[1]"),
        )
        for break_ in ("\n", "\r", "\x85", "\u2028", "\u2029")
    ),
    Refuse(
        name="template parameters of 4097 characters together",
        features=("W4",),
        message=whatsapp(template(*("x" * 1024,) * 4, "x")),
        expect=Refused(InvalidMessage, field="content.parameters"),
    ),
    Refuse(
        name="template with a header",
        features=("W4",),
        message=whatsapp(TemplateContent(name="t", language="en", header=TemplateHeader(text="Hi"))),
        expect=Refused(UnsupportedFeature, field="content.header"),
    ),
    Refuse(
        name="whatsapp has no cards",
        features=("W5",),
        message=whatsapp(CardContent(card=Card(title="One"))),
        expect=Refused(UnsupportedFeature, field="content.type"),
    ),
    Refuse(
        name="rcs to an e-mail address",
        features=("W5",),
        message=rcs(TextContent(text="hi"), to=Address(type=AddressType.EMAIL, value="a@b.example")),
        expect=Refused(UnsupportedFeature, field="to"),
    ),
    Refuse(
        name="rcs file with a caption",
        features=("W5",),
        message=rcs(MediaContent(media=CAT, caption="A cat")),
        expect=Refused(UnsupportedFeature, field="content.caption"),
    ),
    Refuse(
        name="rcs location with a label of 201 characters",
        features=("W5",),
        message=rcs(LocationContent(latitude=0, longitude=0, name="x" * 100, address="y" * 99)),
        expect=Refused(InvalidMessage, field="content.address"),
    ),
    Refuse(
        name="rcs with 12 chips",
        features=("W5",),
        message=suggesting(*(Reply(label="x"),) * 12),
        expect=Refused(InvalidMessage, field="content.suggestions"),
    ),
    Refuse(
        name="rcs chip with a label of 26 characters",
        features=("W5",),
        message=suggesting(Reply(label="x"), LONG),
        expect=Refused(InvalidMessage, field="content.suggestions[1].label"),
    ),
    Refuse(
        name="rcs card with 5 suggestions",
        features=("W5",),
        message=rcs(CardContent(card=Card(title="One", suggestions=(Reply(label="x"),) * 5))),
        expect=Refused(InvalidMessage, field="content.card.suggestions"),
    ),
    Refuse(
        name="rcs carousel with a long label in the second card",
        features=("W5",),
        message=rcs(CarouselContent(cards=(Card(title="One"), Card(title="Two", suggestions=(LONG,))))),
        expect=Refused(InvalidMessage, field="content.cards[1].suggestions[0].label"),
    ),
    Refuse(
        name="rcs card with a thumbnail of nothing",
        features=("W5",),
        message=rcs(CarouselContent(cards=(Card(title="One", thumbnail=CAT), Card(title="Two")))),
        expect=Refused(InvalidMessage, field="content.cards[0].thumbnail"),
    ),
    *(
        Refuse(
            name=f"rcs buttons with a {part}",
            features=("W5",),
            message=rcs(
                ButtonsContent.model_validate(
                    {"text": "Choose", "buttons": [{"type": "reply", "label": "Yes"}], part: value}
                )
            ),
            expect=Refused(UnsupportedFeature, field=f"content.{part}"),
        )
        for part, value in (("header", "Hi"), ("footer", "Bye"), ("header_media", {"id": "cat"}))
    ),
    Refuse(
        name="rcs button with a long label",
        features=("W5",),
        message=rcs(ButtonsContent(text="Choose", buttons=(LONG,))),
        expect=Refused(InvalidMessage, field="content.buttons[0].label"),
    ),
]

RCS_HELLO = rcs(TextContent(text="hi"))
WORD = ProviderRejected, ProviderThrottled, ProviderUnavailable, OutcomeUnknown
REJECTED, THROTTLED, NOT_SENT, UNCLEAR = WORD

ANSWERS: list[Case] = [
    Answer(
        name="accepted",
        features=("W2", "W11"),
        answer=ACCEPTED,
        expect=Receipt("005d0666e100d97ccc31", "2000"),
    ),
    *(
        Answer(
            name=f"{code} is {reason}",
            features=("W11",),
            answer=refusal(code),
            expect=Refused(error, code=str(code), reason=reason),
        )
        for code, error, reason in (
            (4001, REJECTED, Reason.INVALID_SENDER),
            (4002, REJECTED, Reason.INVALID_RECIPIENT),
            (4008, REJECTED, Reason.INVALID_REFERENCE),
            (4009, REJECTED, Reason.INVALID_CONTENT),
            (4013, REJECTED, Reason.QUOTA_EXCEEDED),
            (4014, REJECTED, Reason.ADDRESS_NOT_ALLOWED),
            (4023, THROTTLED, Reason.THROTTLED),
            (4028, REJECTED, Reason.INVALID_CONTENT),
            (4029, REJECTED, Reason.RECIPIENT_NOT_ALLOWED),
            (4031, REJECTED, Reason.RECIPIENT_BLOCKED),
            (4034, REJECTED, Reason.INVALID_MEDIA),
            (4120, REJECTED, Reason.NOT_FOUND),
            (4400, REJECTED, Reason.WINDOW_CLOSED),
            (4401, REJECTED, Reason.INVALID_TEMPLATE),
            (5000, UNCLEAR, Reason.PROVIDER_FAILURE),
            (5003, NOT_SENT, Reason.PROVIDER_UNAVAILABLE),
            (4999, REJECTED, Reason.UNKNOWN),
            (5999, UNCLEAR, Reason.UNKNOWN),
            (2001, UNCLEAR, Reason.UNKNOWN),
        )
    ),
    Answer(
        name="the documented error, word for word",
        features=("W11",),
        answer=json_response(400, {"statusCode": 4009, "statusMessage": "No message content provided"}),
        expect=Refused(ProviderRejected, code="4009", reason=Reason.INVALID_CONTENT),
    ),
    Answer(
        name="4028 of a template is about the template",
        features=("W4", "W11"),
        message=whatsapp(template()),
        answer=refusal(4028),
        expect=Refused(ProviderRejected, code="4028", reason=Reason.INVALID_TEMPLATE),
    ),
    Answer(
        name="5003 as the account has seen it",
        features=("W11",),
        settings={"outcomes": {"5003": "unclear"}},
        answer=refusal(5003, 503),
        expect=Refused(OutcomeUnknown, code="5003", reason=Reason.PROVIDER_UNAVAILABLE),
    ),
    Answer(
        name="the body's code before the status",
        features=("W11",),
        answer=refusal(4002, 500),
        expect=Refused(ProviderRejected, code="4002"),
    ),
    Answer(
        name="a refusal inside a 200",
        features=("W11",),
        answer=refusal(4031, 200),
        expect=Refused(ProviderRejected, code="4031"),
    ),
    Answer(
        name="an unlisted 4xxx follows its status",
        features=("W11",),
        answer=refusal(4999, 503),
        expect=Refused(OutcomeUnknown, code="4999"),
    ),
    Answer(
        name="400 without a body",
        features=("W11",),
        answer=Response(400),
        expect=Refused(ProviderRejected, code="400"),
    ),
    Answer(
        name="404 without a body",
        features=("W11",),
        answer=Response(404),
        expect=Refused(ProviderRejected, code="404"),
    ),
    Answer(
        name="404 with a body",
        features=("W11",),
        answer=refusal(4034, 404),
        expect=Refused(ProviderRejected, code="4034", reason=Reason.INVALID_MEDIA),
    ),
    Answer(
        name="401, whatever the body says",
        features=("W1", "W11"),
        answer=refusal(4001, 401),
        expect=Refused(CredentialsRefused, code="4001"),
    ),
    Answer(
        name="403 of an address that is not allowed",
        features=("W11",),
        answer=refusal(4014, 403),
        expect=Refused(ProviderRejected, code="4014", reason=Reason.ADDRESS_NOT_ALLOWED),
    ),
    Answer(
        name="403 without a code is about the scope",
        features=("W1", "W11"),
        answer=json_response(403, {"error": "insufficient_scope"}),
        expect=Refused(CredentialsRefused, code="403"),
    ),
    Answer(
        name="throttled, with a time",
        features=("W11",),
        answer=Response(429, {"retry-after": "7"}, refusal(4023).body),
        expect=Refused(ProviderThrottled, code="4023", retry_after=7.0),
    ),
    Answer(
        name="yes and no at once",
        features=("W11",),
        answer=Response(500, {}, ACCEPTED.body),
        expect=Refused(OutcomeUnknown, code="2000"),
    ),
    Answer(
        name="accepted without an id",
        features=("W11",),
        answer=json_response(200, {"statusCode": 2000, "statusMessage": "Request accepted", "transferId": None}),
        expect=Refused(OutcomeUnknown, code="200"),
    ),
    Answer(
        name="a code of 5000 digits is unreadable",
        features=("W11",),
        answer=Response(200, {}, b'{"statusCode":' + b"9" * 5000 + b"}"),
        expect=Refused(OutcomeUnknown, code="200"),
    ),
    Answer(
        name="rcs accepted",
        features=("W5",),
        message=RCS_HELLO,
        answer=json_response(202, {"RCSMessage": {"msgId": "m-1", "status": "pending"}}),
        expect=Receipt("m-1", "202"),
    ),
    Answer(
        name="rcs accepted as the table says",
        features=("W5",),
        message=RCS_HELLO,
        answer=ACCEPTED,
        expect=Receipt("005d0666e100d97ccc31", "2000"),
    ),
    Answer(
        name="rcs accepted without an id",
        features=("W5",),
        message=RCS_HELLO,
        answer=json_response(200, {"RCSMessage": {}}),
        expect=Refused(OutcomeUnknown, code="200"),
    ),
    *(
        Answer(
            name=f"rcs platform refuses with {code!r}",
            features=("W5", "W11"),
            message=RCS_HELLO,
            answer=json_response(status, {"reason": {"code": code, "text": f"bad {PHONE}"}}),
            expect=Refused(error, code=told, reason=reason),
        )
        for status, code, error, told, reason in (
            (400, 42042, ProviderRejected, "42042", Reason.INVALID_CONTENT),
            (400, "42005", ProviderRejected, "42005", Reason.INVALID_RECIPIENT),
            (200, 1, ProviderRejected, "1", Reason.UNKNOWN),
            (503, 50000, OutcomeUnknown, "503", Reason.UNKNOWN),
            (400, f"no {PHONE}", ProviderRejected, "400", Reason.UNKNOWN),
        )
    ),
]

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic c2VjcmV0LWlkOnNlY3JldC1rZXk="}

TOKENS: list[Case] = [
    TokenRequest(
        name="token with every scope",
        features=("W1",),
        wire=Wire(
            "POST",
            "https://auth.websms.com/oauth/token",
            FORM,
            form={
                "grant_type": "client_credentials",
                "scope": "messaging:whatsapp messaging:rcs media:create media:read",
            },
        ),
    ),
    TokenRequest(
        name="token with another scope from another host",
        features=("W1",),
        settings={"scope": "messaging:rcs", "token_url": "http://localhost:9000/token"},
        wire=Wire(
            "POST",
            "http://localhost:9000/token",
            FORM,
            form={"grant_type": "client_credentials", "scope": "messaging:rcs"},
        ),
    ),
    TokenAnswer(
        name="a token",
        features=("W1",),
        answer=json_response(200, {"access_token": "eyJhbGciO.....Qssw5c", "token_type": "bearer", "expires_in": 300}),
        expect=Token("eyJhbGciO.....Qssw5c", 300),
    ),
    TokenAnswer(
        name="a token of unsaid life",
        features=("W1",),
        answer=json_response(200, {"access_token": "t"}),
        expect=Token("t", None),
    ),
    TokenAnswer(
        name="a token for ever",
        features=("W1",),
        answer=json_response(200, {"access_token": "t", "expires_in": 1e300}),
        expect=Token("t", 31_536_000),
    ),
    *(
        TokenAnswer(
            name=f"no token: {status} {body}",
            features=("W1",),
            answer=json_response(status, body),
            expect=Refused(error, code=code),
        )
        for status, body, error, code in (
            (401, {"error": "invalid_client"}, CredentialsRefused, "invalid_client"),
            (400, {"error": "invalid_scope"}, CredentialsRefused, "invalid_scope"),
            (401, {"error": "no secret-key"}, CredentialsRefused, "401"),
            (403, {}, CredentialsRefused, "403"),
            (429, {}, ProviderThrottled, "429"),
            (404, {}, ProviderUnavailable, "404"),
            (500, {}, ProviderUnavailable, "500"),
            (302, {"access_token": "t"}, ProviderUnavailable, "302"),
            (200, {}, ProviderUnavailable, "200"),
            (200, {"access_token": "two\nlines"}, ProviderUnavailable, "200"),
            (200, {"access_token": ""}, ProviderUnavailable, "200"),
        )
    ),
]

MEDIA: list[Case] = [
    Upload(
        name="upload",
        features=("W7", "W3"),
        media=FILE,
        data=b"\xff\xd8\x00raw",
        wire=Wire(
            "POST",
            "https://api.websms.com/messaging/media",
            {"Authorization": "Bearer a-token", "Content-Type": "image/jpeg"},
            body=b"\xff\xd8\x00raw",
        ),
    ),
    UploadAnswer(
        name="uploaded",
        features=("W7",),
        answer=json_response(
            200, {"statusCode": 2000, "statusMessage": "OK", "mediaId": "5a8ffac5-2288-485d-b463-90c3cd9941ad"}
        ),
        expect="5a8ffac5-2288-485d-b463-90c3cd9941ad",
    ),
    *(
        UploadAnswer(
            name=f"upload refused with {answer.status} {answer.body[:18].decode()}",
            features=("W7", "W11"),
            answer=answer,
            expect=Refused(error, code=code),
        )
        for answer, error, code in (
            (refusal(4034), ProviderRejected, "4034"),
            (refusal(5000, 500), ProviderUnavailable, "5000"),
            (refusal(5003, 503), ProviderUnavailable, "5003"),
            (Response(413), ProviderRejected, "413"),
            (Response(401), CredentialsRefused, "401"),
            (Response(200), ProviderUnavailable, "200"),
            (json_response(200, {"statusCode": 2000}), ProviderUnavailable, "200"),
        )
    ),
    *(
        Download(
            name=name,
            features=("W8",),
            media_id="0F6368DC-6D35-430A-B739-1245ED1457A5",
            wire=Wire(
                "GET",
                "https://api.websms.com/messaging/media/0F6368DC-6D35-430A-B739-1245ED1457A5",
                {"Authorization": "Bearer a-token"},
            ),
            answer=answer,
            expect=expect,
        )
        for name, answer, expect in (
            ("media", Response(200, {"content-type": "image/png"}, b"\x89PNG"), (b"\x89PNG", "image/png")),
            ("media of no said type", Response(200, {}, b"x"), (b"x", "application/octet-stream")),
            (
                "a JSON file is a file",
                json_response(200, {"statusCode": 200}),
                (b'{"statusCode": 200}', "application/json;charset=UTF-8"),
            ),
            (
                "an error in a 200",
                json_response(200, {"statusCode": 4001, "statusMessage": "Invalid applicationId"}),
                Refused(ProviderRejected, code="4001"),
            ),
            (
                "a failure in a 200",
                refusal(5003, 200),
                Refused(ProviderUnavailable, code="5003"),
            ),
            ("an error with its status", refusal(4034, 404), Refused(ProviderRejected, code="4034")),
            ("404 without a body", Response(404), Refused(ProviderRejected, code="404")),
            ("a failure may be asked again", Response(500), Refused(ProviderUnavailable, code="500")),
        )
    ),
    Download(
        name="an id cannot leave its place",
        features=("W8",),
        media_id="../../oauth?x=#",
        wire=Wire(
            "GET",
            "https://api.websms.com/messaging/media/..%2F..%2Foauth%3Fx%3D%23",
            {"Authorization": "Bearer a-token"},
        ),
        answer=Response(404),
        expect=Refused(ProviderRejected, code="404"),
    ),
]

CAPABILITIES: list[Case] = [
    Capability(
        name=name,
        features=("W6",),
        channel=Channel.RCS,
        address="+43123456789",
        sender="95ab0a2f-42f3-4da8-851b-7df772c94fca",
        wire=Wire(
            "GET",
            "https://api.websms.com/messaging/rcs/95ab0a2f-42f3-4da8-851b-7df772c94fca"
            "/contactCapabilities?userContact=%2B43123456789",
            {"Authorization": "Bearer a-token"},
        ),
        answer=answer,
        expect=expect,
    )
    for name, answer, expect in (
        (
            "capable",
            json_response(200, {"capabilities": ["chat", "chatBotCommunication"]}),
            frozenset({"chat", "chatBotCommunication"}),
        ),
        ("capable of nothing", json_response(200, {"capabilities": []}), frozenset()),
        ("404: no RCS", Response(404), frozenset()),
        ("4120: no RCS", refusal(4120, 200), frozenset()),
        ("an answer without the list", json_response(200, {}), Refused(ProviderUnavailable)),
        ("a failure may be asked again", Response(500), Refused(ProviderUnavailable, code="500")),
        ("throttled", refusal(4023, 429), Refused(ProviderThrottled, code="4023")),
    )
]

SAMPLE: dict[str, object] = {
    "type": "whatsapp",
    "applicationId": "E425269F-7815-45AC-B79A-F0DD402ECD17",
    "sender": "+436761234567",
    "user": {"displayName": "The user"},
    "recipient": "+436761234567",
    "content": "Hello World!",
    "mediaId": "0F6368DC-6D35-430A-B739-1245ED1457A5",
}


def sample(*without: str, **other: object) -> Webhook:
    return post("inbound", {name: value for name, value in (SAMPLE | other).items() if name not in without})


def inbound(**other: object) -> InboundMessage:
    fields: dict[str, Any] = {
        "channel": Channel.WHATSAPP,
        "sender": "+436761234567",
        "sender_name": "The user",
        "recipient": INBOX,
        "content": {"type": "text", "text": "Hello World!"},
    }
    return InboundMessage(**(fields | other))


def rcs_event(event: str, message: dict[str, object], **contact: str) -> Webhook:
    return post("inbound", {"event": event, "RCSMessage": message, "messageContact": contact})


INBOUND: list[Case] = [
    Inbox(
        name="inbound media, word for word",
        features=("W9",),
        webhook=sample(),
        expect=[
            inbound(
                content={"type": "media", "kind": "file", "caption": "Hello World!"},
                media=("0F6368DC-6D35-430A-B739-1245ED1457A5",),
            )
        ],
    ),
    Inbox(name="inbound text", features=("W9",), webhook=sample("mediaId"), expect=[inbound()]),
    Inbox(
        name="inbound media without a caption",
        features=("W9",),
        webhook=sample("content"),
        expect=[inbound(content={"type": "media", "kind": "file"}, media=("0F6368DC-6D35-430A-B739-1245ED1457A5",))],
    ),
    Inbox(
        name="inbound without recipient or display name",
        features=("W9",),
        webhook=sample("mediaId", "recipient", "user"),
        expect=[inbound(sender_name=None)],
    ),
    Inbox(
        name="inbound of an application that the account does not list",
        features=("W9",),
        webhook=sample("mediaId", applicationId="AAAA"),
        expect=[inbound(recipient="AAAA")],
    ),
    Inbox(
        name="inbound without an application",
        features=("W9",),
        webhook=sample("mediaId", "applicationId"),
        expect=[inbound(recipient="+436761234567")],
    ),
    Inbox(
        name="inbound from somebody without a number",
        features=("W9",),
        webhook=sample("mediaId", sender="US.13491208655302741918"),
        expect=[inbound(sender="whatsapp:US.13491208655302741918")],
    ),
    Inbox(
        name="inbound number without its plus",
        features=("W9",),
        webhook=sample("mediaId", sender="436761234567"),
        expect=[inbound()],
    ),
    Inbox(
        name="inbound number in other digits is no number",
        features=("W9",),
        webhook=sample("mediaId", sender="+٤٣٦٧٦١٢٣٤٥٦٧"),
        expect=[inbound(sender="whatsapp:+٤٣٦٧٦١٢٣٤٥٦٧")],
    ),
    Inbox(
        name="inbound under the status address",
        features=("W9",),
        webhook=Webhook("status", sample("mediaId").body),
        expect=[inbound()],
    ),
    Inbox(
        name="inbound rcs",
        features=("W9",),
        webhook=sample("mediaId", type="rcs", sender="chat-1"),
        expect=[inbound(channel=Channel.RCS, sender="customer:chat-1")],
    ),
    Inbox(name="inbound of another messenger", features=("W9",), webhook=sample(type="viber"), expect=None),
    Inbox(name="inbound of nothing", features=("W9",), webhook=sample("mediaId", "content"), expect=None),
    Inbox(name="inbound from nobody", features=("W9",), webhook=sample(sender=""), expect=None),
    Inbox(
        name="raw rcs text",
        features=("W9",),
        webhook=rcs_event(
            "message",
            {"msgId": "m-1", "textMessage": "hi", "timestamp": "2020-07-29T11:50:06Z"},
            userContact="+436761234567",
        ),
        expect=[
            InboundMessage(
                Channel.RCS, "+436761234567", {"type": "text", "text": "hi"}, event_id="m-1", at=1596023406000
            )
        ],
    ),
    *(
        Inbox(
            name=f"raw rcs suggestion response: {kind}",
            features=("W9",),
            webhook=rcs_event(
                event,
                {
                    "msgId": "m-2",
                    "suggestedResponse": {"response": {kind: {"displayText": "Yes", "postback": {"data": "y"}}}},
                },
                chatId="chat-1",
            ),
            expect=[
                InboundMessage(
                    Channel.RCS, "customer:chat-1", {"type": "reply", "label": "Yes", "data": "y"}, event_id="m-2"
                )
            ],
        )
        for kind, event in (("reply", "response"), ("action", "response"), ("reply", "newUser"))
    ),
    Inbox(
        name="raw rcs suggestion response without data",
        features=("W9",),
        webhook=rcs_event(
            "response",
            {"msgId": "m-2", "suggestedResponse": {"response": {"action": {"displayText": "Call us"}}}},
            userContact="+436761234567",
        ),
        expect=[
            InboundMessage(Channel.RCS, "+436761234567", {"type": "reply", "label": "Call us"}, event_id="m-2"),
        ],
    ),
    Inbox(
        name="raw rcs of what has no shape here",
        features=("W9",),
        webhook=rcs_event("message", {"geolocationPushMessage": {"pos": "48.2;16.4"}}, userContact="+436761234567"),
        expect=[
            InboundMessage(
                Channel.RCS,
                "+436761234567",
                {
                    "type": "unsupported",
                    "kind": "geolocationPushMessage",
                    "fields": {"geolocationPushMessage": {"pos": "48.2;16.4"}},
                },
            )
        ],
    ),
    *(
        Inbox(
            name=f"raw rcs {member}",
            features=("W9",),
            webhook=rcs_event("message", {member: {"fileUrl": "https://f.example/1"}}, userContact="+436761234567"),
            expect=[
                InboundMessage(
                    Channel.RCS,
                    "+436761234567",
                    {"type": "media", "kind": kind, "media": {"url": "https://f.example/1"}},
                )
            ],
        )
        for member, kind in (("fileMessage", "file"), ("audioMessage", "audio"))
    ),
    Inbox(
        name="raw rcs typing is no message",
        features=("W9",),
        webhook=rcs_event("isTyping", {"isTyping": "active"}, userContact="+436761234567"),
        expect=[],
    ),
    Inbox(
        name="raw rcs from nobody", features=("W9",), webhook=rcs_event("message", {"textMessage": "hi"}), expect=None
    ),
    Inbox(
        name="raw rcs of nothing",
        features=("W9",),
        webhook=rcs_event("message", {}, userContact="+436761234567"),
        expect=None,
    ),
]

COMMALESS = """{
  "applicationId": "E425269F-7815-45AC-B79A-F0DD402ECD17"
  "sender": "+436991234567"
  "transferId": "005f21626a001102e7f2"
  "messageStatus": "delivered"
  "deliveredOn": "2020-07-29T13:50:06.000+02:00"
  "clientMessageId": "myMessageId"
}"""


def status(**other: object) -> Webhook:
    fields: dict[str, object] = {
        "applicationId": "E425269F-7815-45AC-B79A-F0DD402ECD17",
        "sender": "+436991234567",
        "transferId": "005f21626a001102e7f2",
        "messageStatus": "delivered",
        "deliveredOn": "2020-07-29T13:50:06.000+02:00",
        "clientMessageId": REFERENCE,
    }
    return post("status", {name: value for name, value in (fields | other).items() if value is not None})


def report(word: str) -> Webhook:
    return status(messageStatus=word)


DELIVERED = StatusUpdate(
    provider_status="delivered",
    status=Status.DELIVERED,
    reference=REFERENCE,
    provider_message_id="005f21626a001102e7f2",
    at=1596023406000,
)

STATUSES: list[Case] = [
    Inbox(name="delivered", features=("W10",), webhook=status(), expect=[DELIVERED]),
    Inbox(
        name="somebody else's clientMessageId",
        features=("W10",),
        webhook=status(clientMessageId="myMessageId"),
        expect=[
            StatusUpdate(
                provider_status="delivered",
                status=Status.DELIVERED,
                provider_message_id="005f21626a001102e7f2",
                at=1596023406000,
            )
        ],
    ),
    Inbox(
        name="dispatched, at no said time, by our reference alone",
        features=("W10",),
        webhook=status(messageStatus="dispatched", deliveredOn=None, transferId=None),
        expect=[StatusUpdate(provider_status="dispatched", status=Status.SENT, reference=REFERENCE)],
    ),
    Inbox(
        name="failed",
        features=("W10",),
        webhook=status(messageStatus="failed", deliveredOn="soon"),
        expect=[
            StatusUpdate(
                provider_status="failed",
                status=Status.FAILED,
                reference=REFERENCE,
                provider_message_id="005f21626a001102e7f2",
                reason=Reason.UNDELIVERABLE,
            )
        ],
    ),
    Inbox(
        name="under the inbound address",
        features=("W10",),
        webhook=Webhook("inbound", status().body),
        expect=[DELIVERED],
    ),
    Inbox(
        name="the documents' sample without commas", features=("W10",), webhook=post("status", COMMALESS), expect=None
    ),
    Inbox(
        name="naming no message",
        features=("W10",),
        webhook=status(transferId=None, clientMessageId=None),
        expect=None,
    ),
    Inbox(
        name="a status of 65 characters",
        features=("W10",),
        webhook=status(messageStatus="x" * 65),
        expect=None,
    ),
    *(
        Inbox(
            name=f"raw rcs {word}",
            features=("W10",),
            webhook=rcs_event("messageStatus", {"msgId": "m-1", "status": word}),
            expect=[
                StatusUpdate(
                    provider_status=word,
                    status=status_,
                    provider_message_id="m-1",
                    reason=reason,
                    silent=status_ is None,
                ),
            ],
        )
        for word, status_, reason in (
            ("pending", None, None),
            ("sent", Status.SENT, None),
            ("delivered", Status.DELIVERED, None),
            ("displayed", Status.READ, None),
            ("failed", Status.FAILED, Reason.UNDELIVERABLE),
            ("cancelled", Status.FAILED, Reason.UNDELIVERABLE),
            ("canceled", Status.FAILED, Reason.UNDELIVERABLE),
        )
    ),
    Inbox(
        name="raw rcs report of nothing",
        features=("W10",),
        webhook=rcs_event("messageStatus", {"status": "sent"}),
        expect=None,
    ),
]

TABLE = Table(
    account=Account(
        name="websms-main",
        provider="websms",
        tenants=("acme",),
        senders=(
            Sender(APPLICATION, Channel.WHATSAPP),
            Sender(INBOX, Channel.WHATSAPP),
            Sender(APPLICATION, Channel.RCS),
        ),
    ),
    secrets={"client_id": "secret-id", "client_secret": "secret-key"},
    hello=HELLO,
    accepted=ACCEPTED,
    report=report,
    words={
        "dispatched": Status.SENT,
        "delivered": Status.DELIVERED,
        "read": Status.READ,
        "failed": Status.FAILED,
    },
    acknowledgement=Response(
        200,
        {"content-type": "application/json;charset=UTF-8"},
        b'{"statusCode":2000,"statusMessage":"Request processed"}',
    ),
    refusals={
        str(code): refusal(code)
        for code in (4001, 4002, 4008, 4009, 4013, 4014, 4023, 4028, 4029, 4031, 4034, 4120, 4400, 4401, 5000, 5003)
    },
    cases=[*SENDS, *FACTS, *REFUSALS, *ANSWERS, *TOKENS, *MEDIA, *CAPABILITIES, *INBOUND, *STATUSES],
)
