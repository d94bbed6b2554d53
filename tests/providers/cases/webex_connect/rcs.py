"""
RCS. Bodies are those of Webex Connect, "RCS API".
"""

from datetime import UTC, datetime

from herald.content import (
    AddEvent,
    ButtonsContent,
    Card,
    CardContent,
    CarouselContent,
    Compose,
    Content,
    Dial,
    Media,
    MediaContent,
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
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import Channel, Options, OutboundMessage
from tests.providers.cases.webex_connect.shared import CAT, SMALL, message, told_v2
from tests.providers.harness import Case, Refuse, Refused, Send, Wire

YES = Reply(label="Yes", data="y")
YES_SAID = {"type": "reply", "displayText": "Yes", "postbackData": "y"}
CAT_SAID = {"url": "https://media.example/cat.jpg", "height": "MEDIUM"}


def rcs(content: Content, options: Options | None = None) -> OutboundMessage:
    return message(Channel.RCS, content, options=options)


def said(**content: object) -> Wire:
    return told_v2(rcs(TextContent(text="x")), {"content": content})


def choosing(*suggestions: Suggestion) -> OutboundMessage:
    return rcs(TextContent(text="Choose", suggestions=suggestions))


def chip(kind: str, label: str, data: str | None = None, **does: object) -> dict[str, object]:
    return {"type": kind, "displayText": label, "postbackData": data or label, **does}


def event(description: str | None) -> AddEvent:
    return AddEvent(
        label="Save",
        title="Feed the cat",
        starts=datetime.fromisoformat("2026-03-14T10:00:00+02:00"),
        ends=datetime(2026, 3, 14, 9, 0, tzinfo=UTC),
        description=description,
    )


SENDS: list[Case] = [
    Send(
        name="rcs text",
        features=("X17",),
        message=rcs(TextContent(text="ж" * 1024)),
        wire=said(type="text", text="ж" * 1024),
    ),
    Send(
        name="rcs text with every suggestion there is",
        features=("X17",),
        message=choosing(
            YES,
            Reply(label="No"),
            OpenUrl(label="Open", url="https://herald.example/", data="opened"),
            Dial(label="Call", phone="+43123456789"),
            ShowMap(label="Place", latitude=47.07, longitude=15.43, name="Tower"),
            ShowMap(label="There", latitude=0, longitude=0),
            ShowMap(label="Where are you", request=True),
            event("Twice"),
            event(None),
        ),
        wire=said(
            type="text",
            text="Choose",
            suggestions=[
                YES_SAID,
                chip("reply", "No"),
                chip("openUrl", "Open", "opened", url="https://herald.example/"),
                chip("dialPhone", "Call", phone="+43123456789"),
                chip("viewLocation", "Place", latitude=47.07, longitude=15.43, address="Tower"),
                chip("viewLocation", "There", latitude=0, longitude=0),
                chip("shareLocation", "Where are you"),
                chip(
                    "calendarEvent",
                    "Save",
                    startTime="2026-03-14T08:00:00Z",
                    endTime="2026-03-14T09:00:00Z",
                    meetingTitle="Feed the cat",
                    meetingDescription="Twice",
                ),
                chip(
                    "calendarEvent",
                    "Save",
                    startTime="2026-03-14T08:00:00Z",
                    endTime="2026-03-14T09:00:00Z",
                    meetingTitle="Feed the cat",
                ),
            ],
        ),
    ),
    Send(
        name="rcs buttons are a text with suggestions",
        features=("X17",),
        message=rcs(ButtonsContent(text="Choose", buttons=(YES,))),
        wire=said(type="text", text="Choose", suggestions=[YES_SAID]),
    ),
    Send(
        name="rcs media with suggestions",
        features=("X17",),
        message=rcs(MediaContent(media=CAT, suggestions=(YES,))),
        wire=said(type="media", mediaContentUrl="https://media.example/cat.jpg", suggestions=[YES_SAID]),
    ),
    Send(
        name="rcs media",
        features=("X17",),
        message=rcs(MediaContent(media=SMALL, thumbnail=CAT)),
        wire=said(type="media", mediaContentUrl="https://media.example/small.png"),
    ),
    Send(
        name="rcs card",
        features=("X17",),
        message=rcs(
            CardContent(
                card=Card(
                    title="A cat",
                    description="It sleeps.",
                    media=CAT,
                    thumbnail=SMALL,
                    media_description="a sleeping cat",
                    height="tall",
                    suggestions=(YES,),
                ),
                orientation="horizontal",
                alignment="right",
            )
        ),
        wire=said(
            type="standalone",
            richCard={
                "title": "A cat",
                "description": "It sleeps.",
                "orientation": "HORIZONTAL",
                "thumbnailAlignment": "RIGHT",
                "media": {"url": "https://media.example/cat.jpg", "height": "TALL"},
                "thumbnail": {
                    "url": "https://media.example/small.png",
                    "height": "TALL",
                    "contentType": "image/png",
                    "description": "a sleeping cat",
                },
                "suggestions": [YES_SAID],
            },
        ),
    ),
    Send(
        name="rcs vertical card, which has an alignment all the same",
        features=("X17",),
        message=rcs(CardContent(card=Card(title="A cat", media=CAT))),
        wire=said(
            type="standalone",
            richCard={
                "title": "A cat",
                "orientation": "VERTICAL",
                "thumbnailAlignment": "LEFT",
                "media": CAT_SAID,
            },
        ),
    ),
    Send(
        name="rcs carousel",
        features=("X17",),
        message=rcs(
            CarouselContent(
                cards=(
                    Card(title="One", media=CAT, suggestions=(YES,)),
                    Card(title="Two", description="Second", media=SMALL, height="short"),
                ),
                width="small",
                suggestions=(Reply(label="More"),),
            )
        ),
        wire=said(
            type="carousel",
            width="SMALL",
            cards=[
                {"title": "One", "media": CAT_SAID, "suggestions": [YES_SAID]},
                {
                    "title": "Two",
                    "description": "Second",
                    "media": {"url": "https://media.example/small.png", "height": "SHORT"},
                },
            ],
            suggestions=[chip("reply", "More")],
        ),
    ),
    Send(
        name="rcs template",
        features=("X10", "X17"),
        message=rcs(TemplateContent(name="5S2XXXXFNR", language="en", parameters=("Anna",))),
        wire=told_v2(rcs(TextContent(text="x")), {"template": {"id": "5S2XXXXFNR"}, "substitutions": {"1": "Anna"}}),
    ),
    Send(
        name="rcs held by the provider until a time, for a week at most",
        features=("X12", "X17"),
        message=rcs(
            TextContent(text="hi"),
            Options(provider_send_at=datetime(2026, 3, 14, 11, 30, tzinfo=UTC), validity_seconds=7 * 86_400),
        ),
        wire=told_v2(
            rcs(TextContent(text="x")),
            {"content": {"type": "text", "text": "hi"}},
            sendAt="2026-03-14T11:30:00.000Z",
            validity="604800",
        ),
    ),
]

LACKING: tuple[tuple[str, Content, str], ...] = (
    ("media with a caption", MediaContent(media=CAT, caption="A cat"), "content.caption"),
    ("card without a title", CardContent(card=Card(media=CAT)), "content.card.title"),
    ("card without media", CardContent(card=Card(title="x")), "content.card.media"),
    (
        "carousel with a card without media",
        CarouselContent(cards=(Card(title="x", media=CAT), Card(title="y"))),
        "content.cards[1].media",
    ),
    (
        "card with suggestions beneath it",
        CardContent(card=Card(title="x", media=CAT), suggestions=(YES,)),
        "content.suggestions",
    ),
    *(
        (
            f"buttons with a {part}",
            ButtonsContent.model_validate({"text": "x", "buttons": [YES], part: value}),
            f"content.{part}",
        )
        for part, value in (("header", "Hi"), ("footer", "Bye"), ("header_media", Media(id="cat")))
    ),
    *(
        (
            f"suggestion of {suggestion.type}",
            TextContent(text="x", suggestions=(YES, suggestion)),
            "content.suggestions[1]",
        )
        for suggestion in (
            Dial(label="Video", phone="+43123456789", call="video"),
            ShowMap(label="Search", query="clock towers"),
            Compose(label="Write", phone="+43123456789", text="Meow"),
            ShareDevice(label="Device"),
            OpenSettings(label="Reveal", setting="disable_anonymization"),
        )
    ),
    (
        "template with a header",
        TemplateContent(name="t", language="en", header=TemplateHeader(text="Hi")),
        "content.header",
    ),
)

REFUSALS: list[Case] = [
    *(
        Refuse(
            name=f"rcs {shown}", features=("X17",), message=rcs(content), expect=Refused(InvalidMessage, field=field)
        )
        for shown, content, field in (
            ("text of 1025 characters", TextContent(text="x" * 1025), "content.text"),
            ("buttons under 1025 characters", ButtonsContent(text="x" * 1025, buttons=(YES,)), "content.text"),
            ("text with 11 suggestions", TextContent(text="x", suggestions=(YES,) * 11), "content.suggestions"),
            ("media with 11 suggestions", MediaContent(media=CAT, suggestions=(YES,) * 11), "content.suggestions"),
            ("11 buttons", ButtonsContent(text="x", buttons=(YES,) * 11), "content.buttons"),
            (
                "card with 5 suggestions",
                CardContent(card=Card(title="x", media=CAT, suggestions=(YES,) * 5)),
                "content.card.suggestions",
            ),
            (
                "carousel with 3 suggestions in its second card",
                CarouselContent(cards=(Card(title="x", media=CAT), Card(title="y", media=CAT, suggestions=(YES,) * 3))),
                "content.cards[1].suggestions",
            ),
            (
                "carousel with 11 suggestions",
                CarouselContent(cards=(Card(title="x", media=CAT),) * 2, suggestions=(YES,) * 11),
                "content.suggestions",
            ),
        )
    ),
    *(
        Refuse(
            name=f"rcs {shown}",
            features=("X17",),
            message=rcs(content),
            expect=Refused(UnsupportedFeature, field=field),
        )
        for shown, content, field in LACKING
    ),
    Refuse(
        name="rcs for longer than a week",
        features=("X17",),
        message=rcs(TextContent(text="hi"), Options(validity_seconds=7 * 86_400 + 1)),
        expect=Refused(InvalidMessage, field="options.validity_seconds"),
    ),
]

CASES = [*SENDS, *REFUSALS]
