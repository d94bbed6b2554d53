"""
Facebook Messenger. Bodies are those of "Facebook Messenger API".
"""

from collections.abc import Mapping

from herald.content import (
    ButtonsContent,
    Card,
    CardContent,
    CarouselContent,
    Content,
    Dial,
    MediaContent,
    MediaKind,
    OpenUrl,
    Reply,
    TextContent,
)
from herald.errors import ConfigurationError, InvalidMessage, UnsupportedFeature
from herald.models import Channel, OutboundMessage
from tests.providers.cases.webex_connect.shared import CAT, FILM, PAPER, VOICE, message, told
from tests.providers.harness import Case, Refuse, Refused, Send, Wire

RESPONSE = {"messaging_type": "RESPONSE"}
COLOURS = (Reply(label="Red", data="PICKING_RED"), Reply(label="Green"))
QUICK = [
    {"content_type": "text", "title": "Red", "payload": "PICKING_RED"},
    {"content_type": "text", "title": "Green", "payload": "Green"},
]
VIEW = OpenUrl(label="View Item", url="https://herald.example/")
MARK = Reply(label="Bookmark Item", data="ITEM100")
BUTTONS = [
    {"type": "web_url", "title": "View Item", "url": "https://herald.example/"},
    {"type": "postback", "title": "Bookmark Item", "payload": "ITEM100"},
]
SHIRT = Card(title="x" * 80, description="ü" * 80, media=CAT, suggestions=(VIEW, MARK))
SHIRT_ELEMENT = {
    "title": "x" * 80,
    "subtitle": "ü" * 80,
    "image_url": "https://media.example/cat.jpg",
    "buttons": BUTTONS,
}


def chat(content: Content) -> OutboundMessage:
    return message(Channel.MESSENGER, content)


def told_chat(*fields: Mapping[str, object]) -> Wire:
    said: dict[str, object] = {}
    for part in fields:
        said |= part
    return told(chat(WELCOME), {"OTT-Messaging": {"fb": said}})


def attached(kind: str, **payload: object) -> dict[str, object]:
    return {"attachment": {"type": kind, "payload": payload}}


WELCOME = TextContent(text="Welcome to Webex Connect")
WELCOMED = {"text": "Welcome to Webex Connect"}

SENDS: list[Case] = [
    Send(name="messenger text", features=("X6",), message=chat(WELCOME), wire=told_chat(WELCOMED, RESPONSE)),
    *(
        Send(
            name=f"messenger text as {settings}",
            features=("X6",),
            settings=settings,
            message=chat(WELCOME),
            wire=told_chat(WELCOMED, manner),
        )
        for settings, manner in (
            ({"messenger_type": "UPDATE"}, {"messaging_type": "UPDATE"}),
            ({"messenger_type": "MESSAGE_TAG"}, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
            (
                {"messenger_type": "MESSAGE_TAG", "messenger_tag": "ACCOUNT_UPDATE"},
                {"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"},
            ),
            ({"messenger_notification": "NO_PUSH"}, RESPONSE | {"notification_type": "NO_PUSH"}),
        )
    ),
    Send(
        name="messenger text with quick replies",
        features=("X6",),
        message=chat(TextContent(text="Which one?", suggestions=COLOURS)),
        wire=told_chat({"text": "Which one?", "quick_replies": QUICK}, RESPONSE),
    ),
    Send(
        name="messenger quick replies with the image that the component asks for",
        features=("X6",),
        settings={"messenger_quick_reply_image": "https://acme.example/dot.png"},
        message=chat(TextContent(text="Which one?", suggestions=COLOURS)),
        wire=told_chat(
            {
                "text": "Which one?",
                "quick_replies": [reply | {"image_url": "https://acme.example/dot.png"} for reply in QUICK],
            },
            RESPONSE,
        ),
    ),
    Send(
        name="messenger text with ten quick replies at their limits",
        features=("X6",),
        message=chat(
            TextContent(text="x", suggestions=tuple(Reply(label="ü" * 20, data=f"{n}" + "d" * 511) for n in range(10)))
        ),
        wire=told_chat(
            {
                "text": "x",
                "quick_replies": [
                    {"content_type": "text", "title": "ü" * 20, "payload": f"{n}" + "d" * 511} for n in range(10)
                ],
            },
            RESPONSE,
        ),
    ),
    *(
        Send(
            name=f"messenger media: {content.media.id} as {kind}",
            features=("X6",),
            message=chat(content),
            wire=told_chat(attached(kind, url=f"https://media.example/{name}"), RESPONSE),
        )
        for content, kind, name in (
            (MediaContent(media=CAT), "image", "cat.jpg"),
            (MediaContent(media=FILM), "video", "film.mp4"),
            (MediaContent(media=VOICE), "audio", "voice.aac"),
            (MediaContent(media=PAPER), "file", "paper.pdf"),
            (MediaContent(media=CAT, kind=MediaKind.DOCUMENT), "file", "cat.jpg"),
        )
    ),
    Send(
        name="messenger image with quick replies",
        features=("X6",),
        message=chat(MediaContent(media=CAT, suggestions=COLOURS)),
        wire=told_chat(attached("image", url="https://media.example/cat.jpg"), {"quick_replies": QUICK}, RESPONSE),
    ),
    Send(
        name="messenger card at its limits",
        features=("X6",),
        message=chat(CardContent(card=SHIRT, suggestions=COLOURS)),
        wire=told_chat(
            attached("template", template_type="generic", elements=[SHIRT_ELEMENT]),
            {"quick_replies": QUICK},
            RESPONSE,
        ),
    ),
    Send(
        name="messenger carousel",
        features=("X6",),
        message=chat(CarouselContent(cards=(SHIRT, Card(title="Two")))),
        wire=told_chat(
            attached("template", template_type="generic", elements=[SHIRT_ELEMENT, {"title": "Two"}]), RESPONSE
        ),
    ),
    Send(
        name="messenger buttons",
        features=("X6",),
        message=chat(ButtonsContent(text="What do you want to do next?", buttons=(VIEW, MARK))),
        wire=told_chat(
            attached("template", template_type="button", text="What do you want to do next?", buttons=BUTTONS),
            RESPONSE,
        ),
    ),
]

REFUSALS: list[Case] = [
    *(
        Refuse(
            name=f"messenger with {settings}",
            features=("X6",),
            settings=settings,
            message=chat(WELCOME),
            expect=Refused(ConfigurationError),
        )
        for settings in ({"messenger_type": "REPLY"}, {"messenger_notification": "LOUD"})
    ),
    *(
        Refuse(name=f"messenger {name}", features=("X6",), message=chat(content), expect=Refused(error, field=field))
        for name, content, error, field in (
            (
                "with eleven quick replies",
                TextContent(text="x", suggestions=tuple(Reply(label=f"{n}") for n in range(11))),
                InvalidMessage,
                "content.suggestions",
            ),
            (
                "quick reply of 21 characters",
                TextContent(text="x", suggestions=(Reply(label="Red"), Reply(label="x" * 21))),
                InvalidMessage,
                "content.suggestions[1].label",
            ),
            (
                "quick reply without data, of 21 characters",
                TextContent(text="x", suggestions=(Reply(label="x" * 21),)),
                InvalidMessage,
                "content.suggestions[0].label",
            ),
            (
                "with a link among the quick replies",
                TextContent(text="x", suggestions=(VIEW,)),
                UnsupportedFeature,
                "content.suggestions[0]",
            ),
            ("media with a preview", MediaContent(media=CAT, thumbnail=CAT), UnsupportedFeature, "content.thumbnail"),
            (
                "media with a caption",
                MediaContent(media=CAT, caption="A cat"),
                UnsupportedFeature,
                "content.caption",
            ),
            ("card without a title", CardContent(card=Card(media=CAT)), UnsupportedFeature, "content.card.title"),
            (
                "card with a title of 81 characters",
                CardContent(card=Card(title="x" * 81)),
                InvalidMessage,
                "content.card.title",
            ),
            (
                "card with a description of 81 characters",
                CardContent(card=Card(title="x", description="x" * 81)),
                InvalidMessage,
                "content.card.description",
            ),
            (
                "card with a video",
                CardContent(card=Card(title="x", media=FILM)),
                UnsupportedFeature,
                "content.card.media",
            ),
            (
                "carousel that dials from its second card",
                CarouselContent(
                    cards=(Card(title="x"), Card(title="y", suggestions=(Dial(label="Call", phone="+43123456789"),)))
                ),
                UnsupportedFeature,
                "content.cards[1].suggestions[0]",
            ),
            (
                "with four buttons",
                ButtonsContent(text="x", buttons=(VIEW,) * 4),
                InvalidMessage,
                "content.buttons",
            ),
            (
                "button that dials",
                ButtonsContent(text="x", buttons=(VIEW, Dial(label="Call", phone="+43123456789"))),
                UnsupportedFeature,
                "content.buttons[1]",
            ),
            (
                "buttons with a header",
                ButtonsContent(text="x", buttons=(VIEW,), header="Hi"),
                UnsupportedFeature,
                "content.header",
            ),
            (
                "buttons with an image",
                ButtonsContent(text="x", buttons=(VIEW,), header_media=CAT),
                UnsupportedFeature,
                "content.header_media",
            ),
            (
                "buttons with a footer",
                ButtonsContent(text="x", buttons=(VIEW,), footer="Bye"),
                UnsupportedFeature,
                "content.footer",
            ),
        )
    ),
]

CASES = [*SENDS, *REFUSALS]
