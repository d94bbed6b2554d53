"""
In-app messages and live chat. Bodies are those of "Live Chat/In-App Messaging API", with what Herald can say.
"""

from collections.abc import Mapping
from dataclasses import replace

from herald.content import (
    Card,
    CardContent,
    CarouselContent,
    Content,
    Dial,
    LocationContent,
    MediaContent,
    MediaKind,
    OpenUrl,
    Reply,
    TextContent,
)
from herald.errors import ConfigurationError, InvalidMessage, UnsupportedFeature
from herald.models import Channel, Options, OutboundMessage
from tests.providers.cases.webex_connect.shared import CAT, FILM, PAPER, REFERENCE, VOICE, message, told
from tests.providers.harness import Case, Refuse, Refused, Send, Wire

THREAD = Options(thread="4b092634-a8eb-4c11")
CHOICE = (Reply(label="Yes", data="y"), Reply(label="No"))
OPTIONS = [
    {"type": "quickReplyPostback", "identifier": "y", "title": "Yes"},
    {"type": "quickReplyPostback", "identifier": "No", "title": "No"},
]
QUICK = {"reference": REFERENCE, "options": OPTIONS}
PLACE = LocationContent(latitude=47.07, longitude=15.43, name="Clock tower", address="Graz")


def chat(content: Content) -> OutboundMessage:
    return message(Channel.IN_APP, content, options=THREAD)


def told_chat(said: Mapping[str, object], **beside: object) -> Wire:
    return told(chat(HI), {"appmessaging": {"thread_id": "4b092634-a8eb-4c11", "message": said} | beside})


def attached(kind: str, **fields: object) -> dict[str, object]:
    return {"attachment": {"contentType": kind} | fields}


def template(*elements: Mapping[str, object]) -> dict[str, object]:
    return attached("template", templateType="generic", payload={"reference": REFERENCE, "elements": list(elements)})


def unresolved(sent: OutboundMessage) -> OutboundMessage:
    """As it is checked before its media is looked at."""
    return replace(sent, media={})


HI = TextContent(text="Hi, This is the sample text")
VIEW = OpenUrl(label="View Item", url="https://herald.example/", data="21221-323232-231212")
MARK = Reply(label="Bookmark Item", data="21221-323232-231214")
SHIRT = Card(title="Classic White T-Shirt", description="Clothing", media=CAT, suggestions=(VIEW, MARK))
SHIRT_ELEMENT = {
    "title": "Classic White T-Shirt",
    "subtitle": "Clothing",
    "imageUrls": ["https://media.example/cat.jpg"],
    "buttons": [
        {
            "type": "webUrl",
            "identifier": "21221-323232-231212",
            "title": "View Item",
            "url": "https://herald.example/",
        },
        {"type": "templatePostback", "identifier": "21221-323232-231214", "title": "Bookmark Item"},
    ],
}

SENDS: list[Case] = [
    Send(name="in-app text", features=("X4",), message=chat(HI), wire=told_chat({"text": HI.text})),
    Send(
        name="in-app text with quick replies",
        features=("X4",),
        message=chat(TextContent(text="Do you want to purchase?", suggestions=CHOICE)),
        wire=told_chat({"text": "Do you want to purchase?", "quickreplies": QUICK}),
    ),
    Send(
        name="in-app quick replies as the other page spells them",
        features=("X4",),
        settings={"in_app_quick_replies": "quickReplies"},
        message=chat(TextContent(text="Do you want to purchase?", suggestions=CHOICE)),
        wire=told_chat({"text": "Do you want to purchase?", "quickReplies": QUICK}),
    ),
    Send(
        name="in-app text of exactly 4096 bytes with all that belongs to it",
        features=("X4",),
        message=chat(TextContent(text="ü" * 2020)),
        wire=told_chat({"text": "ü" * 2020}),
    ),
    Send(
        name="in-app image with a caption and quick replies",
        features=("X4",),
        message=chat(MediaContent(media=CAT, caption="Quick Replies?", suggestions=CHOICE)),
        wire=told_chat(
            {"text": "Quick Replies?", "quickreplies": QUICK}
            | attached("image", file="https://media.example/cat.jpg", size=2048)
        ),
    ),
    *(
        Send(
            name=f"in-app media: {content.media.id} as {kind}",
            features=("X4",),
            settings=settings,
            message=chat(content),
            wire=told_chat(attached(kind, file=f"https://media.example/{name}", **fields)),
        )
        for content, settings, kind, name, fields in (
            (MediaContent(media=VOICE), {}, "audio", "voice.aac", {"size": 512}),
            (MediaContent(media=PAPER), {}, "file", "paper.pdf", {"size": 1024}),
            (MediaContent(media=CAT, kind=MediaKind.DOCUMENT), {}, "file", "cat.jpg", {"size": 2048}),
            # A video must show something before it is played; without that it is a file.
            (MediaContent(media=FILM), {}, "file", "film.mp4", {"size": 4096}),
            (
                MediaContent(media=FILM, kind=MediaKind.VIDEO),
                {"in_app_video_preview": "/9j/4AAQ"},
                "video",
                "film.mp4",
                {"size": 4096, "preview": "/9j/4AAQ"},
            ),
        )
    ),
    Send(
        name="in-app location, whose name goes into the text",
        features=("X4",),
        message=chat(PLACE),
        wire=told_chat({"text": "Clock tower, Graz"} | attached("location", latitude="47.07", longitude="15.43")),
    ),
    Send(
        name="in-app location of bare coordinates",
        features=("X4",),
        message=chat(LocationContent(latitude=0, longitude=-0.5)),
        wire=told_chat(attached("location", latitude="0.0", longitude="-0.5")),
    ),
    Send(
        name="in-app card",
        features=("X4",),
        message=chat(CardContent(card=SHIRT, suggestions=CHOICE)),
        wire=told_chat(template(SHIRT_ELEMENT) | {"quickreplies": QUICK}),
    ),
    Send(
        name="in-app carousel of eight cards",
        features=("X4",),
        message=chat(CarouselContent(cards=(SHIRT, *(Card(title=f"{n}") for n in range(7))))),
        wire=told_chat(template(SHIRT_ELEMENT, *({"title": f"{n}"} for n in range(7)))),
    ),
    Send(
        name="in-app text with a notification and empty extras",
        features=("X4",),
        settings={"in_app_notification_title": "Acme", "in_app_extras": True},
        message=chat(TextContent(text="x" * 201)),
        wire=told_chat({"text": "x" * 201, "extras": {}}, notification={"title": "Acme", "text": "x" * 200}),
    ),
    Send(
        name="in-app media with a notification of its own words",
        features=("X4",),
        settings={"in_app_notification_title": "Acme", "in_app_notification_text": "wrote to you"},
        message=chat(MediaContent(media=CAT)),
        wire=told_chat(
            attached("image", file="https://media.example/cat.jpg", size=2048),
            notification={"title": "Acme", "text": "wrote to you"},
        ),
    ),
    Send(
        name="in-app media with a notification that has nothing to say",
        features=("X4",),
        settings={"in_app_notification_title": "Acme"},
        message=chat(MediaContent(media=CAT)),
        wire=told_chat(
            attached("image", file="https://media.example/cat.jpg", size=2048),
            notification={"title": "Acme", "text": "Acme"},
        ),
    ),
]

REFUSALS: list[Case] = [
    Refuse(
        name="in-app without a thread",
        features=("X4",),
        message=message(Channel.IN_APP, HI),
        expect=Refused(InvalidMessage, field="options.thread"),
    ),
    Refuse(
        name="in-app text of 4097 bytes with all that belongs to it",
        features=("X4",),
        message=chat(TextContent(text="ü" * 2020 + "x")),
        expect=Refused(InvalidMessage, field="content"),
    ),
    Refuse(
        name="in-app with a setting that is none",
        features=("X4",),
        settings={"in_app_quick_replies": "replies"},
        message=chat(TextContent(text="Choose", suggestions=CHOICE)),
        expect=Refused(ConfigurationError),
    ),
    *(
        Refuse(name=f"in-app {name}", features=("X4",), message=chat(content), expect=Refused(error, field=field))
        for name, content, error, field in (
            (
                "with six quick replies",
                TextContent(text="Choose", suggestions=tuple(Reply(label=f"{n}") for n in range(6))),
                InvalidMessage,
                "content.suggestions",
            ),
            (
                "with quick replies that cannot be told apart",
                TextContent(text="Choose", suggestions=(Reply(label="A", data="1"), Reply(label="B", data="1"))),
                InvalidMessage,
                "content.suggestions",
            ),
            (
                "with a link among the quick replies",
                TextContent(text="Choose", suggestions=(Reply(label="A"), VIEW)),
                UnsupportedFeature,
                "content.suggestions[1]",
            ),
            ("media with a preview", MediaContent(media=CAT, thumbnail=PAPER), UnsupportedFeature, "content.thumbnail"),
            (
                "video without a preview",
                MediaContent(media=FILM, kind=MediaKind.VIDEO),
                UnsupportedFeature,
                "content.kind",
            ),
            (
                "location with a radius",
                LocationContent(latitude=0, longitude=0, radius=50),
                UnsupportedFeature,
                "content.radius",
            ),
            ("card without a title", CardContent(card=Card(media=CAT)), UnsupportedFeature, "content.card.title"),
            (
                "card with a video",
                CardContent(card=Card(title="One", media=FILM)),
                UnsupportedFeature,
                "content.card.media",
            ),
            (
                "card that dials",
                CardContent(card=Card(title="One", suggestions=(Dial(label="Call", phone="+43123456789"),))),
                UnsupportedFeature,
                "content.card.suggestions[0]",
            ),
            (
                "card with four buttons",
                CardContent(card=Card(title="One", suggestions=tuple(Reply(label=f"{n}") for n in range(4)))),
                InvalidMessage,
                "content.card.suggestions",
            ),
            (
                "carousel of nine cards",
                CarouselContent(cards=(Card(title="One"),) * 9),
                InvalidMessage,
                "content.cards",
            ),
            (
                "carousel whose second card has no title",
                CarouselContent(cards=(Card(title="One"), Card(description="Two"))),
                UnsupportedFeature,
                "content.cards[1].title",
            ),
            (
                "carousel with one button on two cards",
                CarouselContent(cards=(Card(title="One", suggestions=(MARK,)), Card(title="Two", suggestions=(MARK,)))),
                InvalidMessage,
                "content",
            ),
        )
    ),
    Refuse(
        name="in-app card with too much, before its media is looked at",
        features=("X4",),
        message=unresolved(chat(CardContent(card=Card(title="x", description="ü" * 2000, media=CAT)))),
        expect=Refused(InvalidMessage, field="content"),
    ),
]

CASES = [*SENDS, *REFUSALS]
