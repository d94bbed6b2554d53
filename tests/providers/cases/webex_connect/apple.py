"""
Apple Messages for Business. Bodies are those of "Apple Messages for Business APIs" and of its pages for each type.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from herald.content import (
    Card,
    CardContent,
    Content,
    InvitationContent,
    ListContent,
    ListRow,
    ListSection,
    LocationContent,
    MediaContent,
    OpenUrl,
    Reply,
    TextContent,
    TimePickerContent,
    TimeSlot,
)
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import Channel, OutboundMessage
from tests.providers.cases.webex_connect.shared import (
    CAT,
    FILM,
    PAPER,
    PHONE,
    REFERENCE,
    VOICE,
    message,
    told,
)
from tests.providers.harness import Case, Refuse, Refused, Send, Wire

DATA = {"version": "1.0", "requestIdentifier": REFERENCE}
OPEN = OpenUrl(label="Open", url="https://herald.example/offer")


def chat(content: Content, *to: str) -> OutboundMessage:
    return message(Channel.APPLE, content, *to)


def told_chat(**fields: object) -> Wire:
    return told(chat(HEY), {"AppleBusinessChat": fields})


def asked(question: Mapping[str, object], **beside: object) -> Wire:
    return told_chat(type="interactive", interactiveData={"data": {**DATA, **question}} | beside)


def quick(*labels: str) -> TextContent:
    return TextContent(text="Please select any one option", suggestions=tuple(Reply(label=label) for label in labels))


def phones(*rows: ListRow, text: str = "The best deals", **beside: str) -> ListContent:
    sections = (ListSection(title="Available offers!", rows=rows),)
    return ListContent.model_validate({"text": text, "button": "Choose", "sections": sections} | beside)


def slots(*data: str, **beside: object) -> TimePickerContent:
    starts = datetime(2026, 9, 23, 17, 30, tzinfo=timezone(timedelta(hours=2)))
    times = [{"data": name, "starts": starts + timedelta(days=day), "minutes": 30} for day, name in enumerate(data)]
    return TimePickerContent.model_validate({"text": "NHS Appointments", "slots": times} | beside)


HEY = TextContent(text="Hey, https://herald.example/")
INVITATION = InvitationContent(brand="Delta", with_image=True)
INVITED = {"type": "invitation", "withImage": True, "brandName": "Delta"}
IPHONES = (ListRow(data="0", title="iPhone X", description="So immersive"), ListRow(data="1", title="iPhone 8"))
ITEMS = [
    {"identifier": "0", "title": "iPhone X", "subtitle": "So immersive", "order": 0},
    {"identifier": "1", "title": "iPhone 8", "order": 1},
]
TO_PHONE = {"destination": [{"msisdn": [PHONE], "correlationid": REFERENCE}]}

SENDS: list[Case] = [
    Send(name="apple text", features=("X8",), message=chat(HEY), wire=told_chat(type="text", text=HEY.text)),
    Send(
        name="apple text with quick replies",
        features=("X8",),
        message=chat(
            TextContent(
                text="Please select", suggestions=(Reply(label="TestCloudQA", data="2323"), Reply(label="No 👎"))
            )
        ),
        wire=asked(
            {
                "quick-reply": {
                    "summaryText": "Please select",
                    "items": [
                        {"identifier": "2323", "title": "TestCloudQA"},
                        {"identifier": "No 👎", "title": "No 👎"},
                    ],
                }
            }
        ),
    ),
    Send(
        name="apple text with five quick replies",
        features=("X8",),
        message=chat(quick(*"abcde")),
        wire=asked(
            {
                "quick-reply": {
                    "summaryText": "Please select any one option",
                    "items": [{"identifier": label, "title": label} for label in "abcde"],
                }
            }
        ),
    ),
    Send(
        name="apple attachment with a caption; a name has no place",
        features=("X8",),
        message=chat(MediaContent(media=PAPER, caption="Your ticket", filename="ticket.pdf")),
        wire=told_chat(
            type="text",
            text="\ufffcYour ticket",
            attachments=[{"url": "https://media.example/paper.pdf", "mimeType": "application/pdf"}],
        ),
    ),
    Send(
        name="apple attachment alone",
        features=("X8",),
        message=chat(MediaContent(media=VOICE)),
        wire=told_chat(
            type="text",
            text="\ufffc",
            attachments=[{"url": "https://media.example/voice.aac", "mimeType": "audio/aac"}],
        ),
    ),
    *(
        Send(
            name=f"apple rich link with {kind}",
            features=("X8",),
            message=chat(CardContent(card=Card(title="iPad Pro", media=media, suggestions=(OPEN,)))),
            wire=told_chat(
                type="richLink",
                richLinkData={
                    "url": "https://herald.example/offer",
                    "title": "iPad Pro",
                    "assets": {kind: {"url": f"https://media.example/{name}", "mimeType": mime}},
                },
            ),
        )
        for media, kind, name, mime in (
            (CAT, "image", "cat.jpg", "image/jpeg"),
            (FILM, "video", "film.mp4", "video/mp4"),
        )
    ),
    Send(
        name="apple list picker",
        features=("X8",),
        message=chat(phones(*IPHONES)),
        wire=asked(
            {
                "images": [],
                "listPicker": {
                    "sections": [{"title": "Available offers!", "multipleSelection": False, "order": 0, "items": ITEMS}]
                },
            },
            useLiveLayout=True,
            receivedMessage={"title": "The best deals", "subtitle": "Choose"},
        ),
    ),
    Send(
        name="apple list picker of two sections without titles",
        features=("X8",),
        message=chat(
            ListContent(
                text="x" * 512,
                button="Choose",
                sections=(
                    ListSection(rows=(ListRow(data="a", title="A"),)),
                    ListSection(rows=(ListRow(data="b", title="B"),)),
                ),
            )
        ),
        wire=asked(
            {
                "images": [],
                "listPicker": {
                    "sections": [
                        {
                            "multipleSelection": False,
                            "order": order,
                            "items": [{"identifier": data, "title": title, "order": 0}],
                        }
                        for order, (data, title) in enumerate((("a", "A"), ("b", "B")))
                    ]
                },
            },
            useLiveLayout=True,
            receivedMessage={"title": "x" * 512, "subtitle": "Choose"},
        ),
    ),
    Send(
        name="apple time picker with everything",
        features=("X8",),
        message=chat(
            slots(
                "morning",
                "evening",
                description="At your local GP",
                image=CAT,
                location=LocationContent(
                    latitude=51.52, longitude=-0.1, name="St Johns", address="5 St Johns Street", radius=16
                ),
            )
        ),
        wire=asked(
            {
                "images": [{"identifier": "image", "data": "https://media.example/cat.jpg"}],
                "event": {
                    "identifier": REFERENCE,
                    "title": "NHS Appointments",
                    "timeslots": [
                        {"identifier": "morning", "startTime": "2026-09-23T15:30+0000", "duration": 1800},
                        {"identifier": "evening", "startTime": "2026-09-24T15:30+0000", "duration": 1800},
                    ],
                    "location": {
                        "title": "St Johns, 5 St Johns Street",
                        "latitude": 51.52,
                        "longitude": -0.1,
                        "radius": 16.0,
                    },
                },
            },
            useLiveLayout=True,
            receivedMessage={
                "title": "NHS Appointments",
                "subtitle": "At your local GP",
                "imageIdentifier": "image",
            },
            replyMessage={"title": "NHS Appointments"},
        ),
    ),
    Send(
        name="apple time picker with nothing but a time",
        features=("X8",),
        message=chat(
            TimePickerContent(
                text="When?", slots=(TimeSlot(data="1", starts=datetime(2026, 1, 2, tzinfo=UTC), minutes=1),)
            )
        ),
        wire=asked(
            {
                "images": [],
                "event": {
                    "identifier": REFERENCE,
                    "title": "When?",
                    "timeslots": [{"identifier": "1", "startTime": "2026-01-02T00:00+0000", "duration": 60}],
                },
            },
            useLiveLayout=True,
            receivedMessage={"title": "When?"},
            replyMessage={"title": "When?"},
        ),
    ),
    Send(
        name="apple invitation",
        features=("X8",),
        message=chat(INVITATION, PHONE),
        wire=told(chat(HEY), {"AppleBusinessChat": INVITED}, **TO_PHONE),
    ),
    Send(
        name="apple invitation in the account's language",
        features=("X8",),
        settings={"apple_locale": "de_AT"},
        message=chat(INVITATION, PHONE),
        wire=told(chat(HEY), {"AppleBusinessChat": INVITED | {"locale": "de_AT"}}, **TO_PHONE),
    ),
]

TITLED = Card(title="iPad Pro", media=CAT, suggestions=(OPEN,))

REFUSALS: list[Case] = [
    *(
        Refuse(name=f"apple {name}", features=("X8",), message=sent, expect=Refused(UnsupportedFeature, field="to"))
        for name, sent in (
            ("invitation to somebody who is there already", chat(INVITATION)),
            ("text to a phone number", chat(HEY, PHONE)),
        )
    ),
    *(
        Refuse(name=f"apple {name}", features=("X8",), message=chat(content), expect=Refused(error, field=field))
        for name, content, error, field in (
            ("text with one quick reply", quick("a"), UnsupportedFeature, "content.suggestions"),
            ("text with six quick replies", quick(*"abcdef"), InvalidMessage, "content.suggestions"),
            (
                "text with quick replies that cannot be told apart",
                quick("a", "a"),
                InvalidMessage,
                "content.suggestions",
            ),
            (
                "text with a link among the quick replies",
                TextContent(text="x", suggestions=(Reply(label="a"), OPEN)),
                UnsupportedFeature,
                "content.suggestions[1]",
            ),
            (
                "attachment with a preview",
                MediaContent(media=CAT, thumbnail=CAT),
                UnsupportedFeature,
                "content.thumbnail",
            ),
            (
                "attachment with suggestions",
                MediaContent(media=CAT, suggestions=(Reply(label="a"),)),
                UnsupportedFeature,
                "content.suggestions",
            ),
            (
                "card with two links",
                CardContent(card=TITLED.model_copy(update={"suggestions": (OPEN, OPEN)})),
                UnsupportedFeature,
                "content.card.suggestions",
            ),
            (
                "card with a reply",
                CardContent(card=TITLED.model_copy(update={"suggestions": (Reply(label="a"),)})),
                UnsupportedFeature,
                "content.card.suggestions",
            ),
            (
                "card with suggestions under it",
                CardContent(card=TITLED, suggestions=(Reply(label="a"),)),
                UnsupportedFeature,
                "content.suggestions",
            ),
            (
                "card with a description",
                CardContent(card=TITLED.model_copy(update={"description": "Thin"})),
                UnsupportedFeature,
                "content.card.description",
            ),
            (
                "card without a title",
                CardContent(card=Card(media=CAT, suggestions=(OPEN,))),
                UnsupportedFeature,
                "content.card.title",
            ),
            (
                "card without media",
                CardContent(card=Card(title="iPad Pro", suggestions=(OPEN,))),
                UnsupportedFeature,
                "content.card.media",
            ),
            (
                "card with a file",
                CardContent(card=TITLED.model_copy(update={"media": PAPER})),
                UnsupportedFeature,
                "content.card.media",
            ),
            ("list with a header", phones(*IPHONES, header="Deals"), UnsupportedFeature, "content.header"),
            ("list with a footer", phones(*IPHONES, footer="Bye"), UnsupportedFeature, "content.footer"),
            ("list with a text of 513 characters", phones(*IPHONES, text="x" * 513), InvalidMessage, "content.text"),
            (
                "list with one data for two rows",
                phones(IPHONES[0], IPHONES[0]),
                InvalidMessage,
                "content.sections",
            ),
            ("time picker with one data for two slots", slots("a", "a"), InvalidMessage, "content.slots"),
            ("time picker with a text of 513 characters", slots("a", text="x" * 513), InvalidMessage, "content.text"),
            ("time picker with a video", slots("a", image=FILM), UnsupportedFeature, "content.image"),
            (
                "time picker at a place with suggestions",
                slots("a", location=LocationContent(latitude=0, longitude=0, suggestions=(Reply(label="a"),))),
                UnsupportedFeature,
                "content.location.suggestions",
            ),
        )
    ),
]

CASES = [*SENDS, *REFUSALS]
