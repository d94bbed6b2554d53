"""
WhatsApp. Bodies are those of Webex Connect, "WhatsApp API".
"""

from datetime import UTC, datetime

from herald.content import (
    ButtonsContent,
    Contact,
    ContactPhone,
    ContactsContent,
    Content,
    Currency,
    DateTime,
    ListContent,
    ListRow,
    ListSection,
    LocationContent,
    Media,
    MediaContent,
    MediaKind,
    OpenUrl,
    Reply,
    StickerContent,
    TemplateButton,
    TemplateContent,
    TemplateHeader,
    TextContent,
)
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import Channel, Options, OutboundMessage, SmartLink
from tests.providers.cases.webex_connect.shared import CAT, FILM, PAPER, SMALL, VOICE, message, told
from tests.providers.harness import Case, Refuse, Refused, Send, Wire


def wa(content: Content, options: Options | None = None) -> OutboundMessage:
    return message(Channel.WHATSAPP, content, options=options)


def said(kind: str, inner: object, **other: object) -> Wire:
    return told(wa(TextContent(text="x")), {"OTT-Messaging": {"wa": {"type": kind, kind: inner} | other}})


def templated(**parameters: object) -> Wire:
    return told(
        wa(TextContent(text="x")),
        {"OTT-Messaging": {"wa": {}}},
        message={"template": "5139722425", "parameters": parameters},
    )


def template(**other: object) -> OutboundMessage:
    return wa(TemplateContent.model_validate({"name": "5139722425", "language": "en"} | other))


def rows(*data: str) -> tuple[ListRow, ...]:
    return tuple(ListRow(data=each, title=f"Row {each}"[:24]) for each in data)


def menu(**other: object) -> ListContent:
    fields: dict[str, object] = {
        "text": "Choose",
        "button": "Menu",
        "sections": [{"rows": [{"data": "a", "title": "A"}]}],
    }
    return ListContent.model_validate(fields | other)


def buttons(**other: object) -> ButtonsContent:
    fields: dict[str, object] = {"text": "Choose", "buttons": [{"type": "reply", "label": "Yes", "data": "y"}]}
    return ButtonsContent.model_validate(fields | other)


def reply(identifier: str, title: str) -> dict[str, object]:
    return {"type": "reply", "reply": {"id": identifier, "title": title}}


TEXTS: list[Case] = [
    Send(
        name="whatsapp text",
        features=("X7",),
        message=wa(TextContent(text="Hello World")),
        wire=said("text", {"body": "Hello World"}),
    ),
    Send(
        name="whatsapp text of 4096 characters with a preview of its link",
        features=("X7",),
        message=wa(TextContent(text="ü" * 4096, preview_url=True)),
        wire=said("text", {"body": "ü" * 4096}, preview_url=True),
    ),
    Send(
        name="whatsapp text with a smart link",
        features=("X13",),
        message=wa(TextContent(text="{{link_5}}"), Options(smart_links=(SmartLink(id="5", minutes=30),))),
        wire=told(
            wa(TextContent(text="x")),
            {
                "OTT-Messaging": {"wa": {"type": "text", "text": {"body": "{{link_5}}"}}},
                "smartlinks": [{"linkid": 5, "validity": 30}],
            },
        ),
    ),
]

MEDIA: list[Case] = [
    Send(
        name="whatsapp image with a caption",
        features=("X7",),
        message=wa(MediaContent(media=CAT, kind=MediaKind.IMAGE, caption="A cat")),
        wire=said("image", {"url": "https://media.example/cat.jpg", "mimeType": "image/jpeg", "caption": "A cat"}),
    ),
    Send(
        name="whatsapp video, told by its type",
        features=("X7",),
        message=wa(MediaContent(media=FILM, thumbnail=SMALL)),
        wire=said("video", {"url": "https://media.example/film.mp4", "mimeType": "video/mp4"}),
    ),
    Send(
        name="whatsapp audio",
        features=("X7",),
        message=wa(MediaContent(media=VOICE)),
        wire=said("audio", {"url": "https://media.example/voice.aac", "mimeType": "audio/aac"}),
    ),
    *(
        Send(
            name=f"whatsapp document called {shown}",
            features=("X7",),
            message=wa(MediaContent(media=PAPER, filename=name)),
            wire=said(
                "document",
                {"url": "https://media.example/paper.pdf", "mimeType": "application/pdf", "filename": shown},
            ),
        )
        for name, shown in ((None, "paper.pdf"), ("Terms.pdf", "Terms.pdf"))
    ),
    Send(
        name="whatsapp image as a document",
        features=("X7",),
        message=wa(MediaContent(media=SMALL, kind=MediaKind.DOCUMENT, caption="The plan")),
        wire=said(
            "document", {"url": "https://media.example/small.png", "mimeType": "image/png", "caption": "The plan"}
        ),
    ),
    Send(
        name="whatsapp sticker",
        features=("X7",),
        message=wa(StickerContent(media=SMALL)),
        wire=said("sticker", {"url": "https://media.example/small.png", "mimeType": "image/png"}),
    ),
]

PLACES: list[Case] = [
    Send(
        name="whatsapp location",
        features=("X7",),
        message=wa(LocationContent(latitude=47.07, longitude=15.43, name="Clock tower", address="Schlossberg, Graz")),
        wire=said(
            "location",
            {"longitude": 15.43, "latitude": 47.07, "name": "Clock tower", "address": "Schlossberg, Graz"},
        ),
    ),
    Send(
        name="whatsapp location of bare coordinates",
        features=("X7",),
        message=wa(LocationContent(latitude=0, longitude=-0.5)),
        wire=said("location", {"longitude": -0.5, "latitude": 0}),
    ),
    Send(
        name="whatsapp contacts, whose name needs a second part",
        features=("X7",),
        message=wa(
            ContactsContent(
                contacts=(
                    Contact(
                        name="Anna Muster",
                        given_name="Anna",
                        family_name="Muster",
                        phones=(ContactPhone(phone="+43 1 2345"), ContactPhone(phone="+43 664 1", kind="work")),
                        emails=("anna@example.com",),
                        organization="Acme",
                    ),
                    Contact(name="Bot"),
                )
            )
        ),
        wire=said(
            "contacts",
            [
                {
                    "name": {"formatted_name": "Anna Muster", "first_name": "Anna", "last_name": "Muster"},
                    "phones": [{"phone": "+43 1 2345", "type": "CELL"}, {"phone": "+43 664 1", "type": "WORK"}],
                    "emails": [{"email": "anna@example.com"}],
                    "org": {"company": "Acme"},
                },
                {"name": {"formatted_name": "Bot", "first_name": "Bot"}},
            ],
        ),
    ),
]

CHOICES: list[Case] = [
    Send(
        name="whatsapp list",
        features=("X7",),
        message=wa(
            ListContent(
                text="Sample Body",
                button="Main Menu",
                header="Sample Header",
                footer="Sample Footer",
                sections=(
                    ListSection(title="One", rows=(ListRow(data="1", title="First", description="of all"),)),
                    ListSection(title="Two", rows=rows("2")),
                ),
            )
        ),
        wire=said(
            "list",
            {
                "header": {"type": "text", "text": "Sample Header"},
                "body": {"text": "Sample Body"},
                "footer": {"text": "Sample Footer"},
                "action": {
                    "button": "Main Menu",
                    "sections": [
                        {"title": "One", "rows": [{"id": "1", "title": "First", "description": "of all"}]},
                        {"title": "Two", "rows": [{"id": "2", "title": "Row 2"}]},
                    ],
                },
            },
        ),
    ),
    Send(
        name="whatsapp list of one nameless section with ten rows",
        features=("X7",),
        message=wa(menu(sections=(ListSection(rows=rows(*"0123456789")),))),
        wire=said(
            "list",
            {
                "body": {"text": "Choose"},
                "action": {
                    "button": "Menu",
                    "sections": [{"rows": [{"id": each, "title": f"Row {each}"} for each in "0123456789"]}],
                },
            },
        ),
    ),
    Send(
        name="whatsapp reply buttons under a text",
        features=("X7",),
        message=wa(
            ButtonsContent(
                text="Choose",
                buttons=(Reply(label="Yes", data="y"), Reply(label="No"), Reply(label="Maybe", data="m")),
                header="Hi",
                footer="Bye",
            )
        ),
        wire=said(
            "reply",
            {
                "header": {"type": "text", "text": "Hi"},
                "body": {"text": "Choose"},
                "footer": {"text": "Bye"},
                "action": {"buttons": [reply("y", "Yes"), reply("No", "No"), reply("m", "Maybe")]},
            },
        ),
    ),
    *(
        Send(
            name=f"whatsapp reply buttons under {kind}",
            features=("X7",),
            message=wa(buttons(header_media=media)),
            wire=said(
                "reply",
                {
                    "header": {"type": kind, kind: header},
                    "body": {"text": "Choose"},
                    "action": {"buttons": [reply("y", "Yes")]},
                },
            ),
        )
        for kind, media, header in (
            ("image", CAT, {"url": "https://media.example/cat.jpg"}),
            ("video", FILM, {"url": "https://media.example/film.mp4"}),
            ("document", PAPER, {"url": "https://media.example/paper.pdf", "filename": "paper.pdf"}),
        )
    ),
]

CURRENCY = {"type": "currency", "currency_code": "USD", "amount_1000": "150000", "fallback_value": "EUR 300"}
TIME = {"type": "date_time", "fallback_value": "Feb 20th, 2023 8:45pm", "timestamp": "1782231500"}
PURCHASE = Currency(code="USD", amount=150_000, fallback="EUR 300")
AT = DateTime(at=datetime.fromtimestamp(1_782_231_500, UTC), fallback="Feb 20th, 2023 8:45pm")

TEMPLATES: list[Case] = [
    Send(
        name="whatsapp template with named parameters of every kind",
        features=("X7", "X10"),
        message=template(
            named={"movie": "joker", "time": AT, "day": DateTime(fallback="today"), "purchase_value": PURCHASE}
        ),
        wire=templated(
            movie="joker",
            time=TIME,
            day={"type": "date_time", "fallback_value": "today"},
            purchase_value=CURRENCY,
        ),
    ),
    Send(
        name="whatsapp template with parameters in order",
        features=("X7", "X10"),
        message=template(parameters=("joker", PURCHASE)),
        wire=templated(**{"1": "joker", "2": CURRENCY}),
    ),
    *(
        Send(
            name=f"whatsapp template with {shown} header",
            features=("X7", "X10"),
            message=template(header=header),
            wire=templated(**parameters),
        )
        for shown, header, parameters in (
            ("a text", TemplateHeader(text="Hi"), {"headerText": "Hi"}),
            ("an image", TemplateHeader(media=CAT), {"image": {"link": "https://media.example/cat.jpg"}}),
            (
                "a video",
                TemplateHeader(media=FILM, kind=MediaKind.VIDEO),
                {"video": {"link": "https://media.example/film.mp4"}},
            ),
            (
                "a document",
                TemplateHeader(media=PAPER, kind=MediaKind.FILE),
                {"document": {"link": "https://media.example/paper.pdf", "filename": "paper.pdf"}},
            ),
        )
    ),
    Send(
        name="whatsapp template with a header's own name",
        features=("X7", "X10"),
        settings={"template_header_name": "title"},
        message=template(header=TemplateHeader(text="Hi"), named={"movie": "joker"}),
        wire=templated(title="Hi", movie="joker"),
    ),
    Send(
        name="whatsapp template with buttons called by their names",
        features=("X7", "X10"),
        message=template(
            buttons=(
                TemplateButton(index=0, type="reply", value="YES!", name="Yes"),
                TemplateButton(index=1, type="reply", value="NO!", name="No"),
                TemplateButton(index=2, type="url", value="url_extension", name="ctaVariable"),
            )
        ),
        wire=templated(
            ctaVariable={"type": "url", "payload": "url_extension"},
            quickReply=[{"button_text": "Yes", "payload": "YES!"}, {"button_text": "No", "payload": "NO!"}],
        ),
    ),
    *(
        Send(
            name=f"whatsapp template with buttons called as the account says: {settings}",
            features=("X7", "X10"),
            settings=settings,
            message=template(
                buttons=(
                    TemplateButton(index=0, type="reply", value="YES!"),
                    TemplateButton(index=1, type="url", value="url_extension"),
                )
            ),
            wire=templated(
                **{url: {"type": "url", "payload": "url_extension"}},
                quickReply=[{"button_text": text, "payload": "YES!"}],
            ),
        )
        for settings, text, url in (
            ({}, "Button 1", "url2"),
            ({"template_reply_name": "Choice {n}", "template_url_name": "link_{n}"}, "Choice 1", "link_2"),
        )
    ),
    Send(
        name="whatsapp authentication template",
        features=("X7", "X10"),
        message=template(buttons=(TemplateButton(index=0, type="code", value="123456"),)),
        wire=templated(otp={"type": "otp", "value": "123456"}),
    ),
]

REFUSALS: list[Case] = [
    *(
        Refuse(
            name=f"whatsapp {shown}",
            features=("X7",),
            message=wa(content),
            expect=Refused(InvalidMessage, field=field),
        )
        for shown, content, field in (
            ("text of 4097 characters", TextContent(text="x" * 4097), "content.text"),
            ("caption of 1025 characters", MediaContent(media=CAT, caption="x" * 1025), "content.caption"),
            ("list text of 1025 characters", menu(text="x" * 1025), "content.text"),
            ("list header of 61 characters", menu(header="x" * 61), "content.header"),
            ("list footer of 61 characters", menu(footer="x" * 61), "content.footer"),
            ("list button of 21 characters", menu(button="x" * 21), "content.button"),
            (
                "list of two sections, one nameless",
                menu(sections=(ListSection(title="One", rows=rows("a")), ListSection(rows=rows("b")))),
                "content.sections[1].title",
            ),
            (
                "list with a section called in 25 characters",
                menu(sections=(ListSection(title="x" * 25, rows=rows("a")),)),
                "content.sections[0].title",
            ),
            (
                "list with a row called in 25 characters",
                menu(sections=(ListSection(rows=(ListRow(data="a", title="x" * 25),)),)),
                "content.sections[0].rows[0].title",
            ),
            (
                "list with a row described in 73 characters",
                menu(sections=(ListSection(rows=(ListRow(data="a", title="A", description="x" * 73),)),)),
                "content.sections[0].rows[0].description",
            ),
            (
                "list with a row of 257 characters of data",
                menu(sections=(ListSection(rows=rows("x" * 257)),)),
                "content.sections[0].rows[0].data",
            ),
            (
                "list with two rows alike",
                menu(sections=(ListSection(rows=rows("a", "b", "a")),)),
                "content.sections[0].rows[2].data",
            ),
            (
                "list of eleven rows",
                menu(
                    sections=(ListSection(title="x", rows=rows(*"0123456789")), ListSection(title="y", rows=rows("a")))
                ),
                "content.sections",
            ),
            ("buttons under 1025 characters", buttons(text="x" * 1025), "content.text"),
            (
                "four buttons",
                buttons(buttons=[{"label": f"{n}", "type": "reply"} for n in range(4)]),
                "content.buttons",
            ),
            ("button of 21 characters", buttons(buttons=(Reply(label="x" * 21),)), "content.buttons[0].label"),
            (
                "buttons that say the same",
                buttons(buttons=(Reply(label="Yes"), Reply(label="Sure", data="Yes"))),
                "content.buttons[1].data",
            ),
        )
    ),
    *(
        Refuse(
            name=f"whatsapp {shown}",
            features=("X7",),
            message=wa(content),
            expect=Refused(UnsupportedFeature, field=field),
        )
        for shown, content, field in (
            (
                "text with suggestions",
                TextContent(text="Choose", suggestions=(Reply(label="Yes"),)),
                "content.suggestions",
            ),
            (
                "media with suggestions",
                MediaContent(media=CAT, suggestions=(Reply(label="Yes"),)),
                "content.suggestions",
            ),
            (
                "location with suggestions",
                LocationContent(latitude=0, longitude=0, suggestions=(Reply(label="Yes"),)),
                "content.suggestions",
            ),
            ("location with a radius", LocationContent(latitude=0, longitude=0, radius=50), "content.radius"),
            (
                "audio with a caption",
                MediaContent(media=Media(id="unknown"), kind=MediaKind.AUDIO, caption="x"),
                "content.caption",
            ),
            ("audio with a caption, told by its type", MediaContent(media=VOICE, caption="x"), "content.caption"),
            ("two headers", buttons(header="Hi", header_media=CAT), "content.header"),
            (
                "button that opens a page",
                buttons(buttons=(Reply(label="Yes"), OpenUrl(label="Open", url="https://herald.example/"))),
                "content.buttons[1]",
            ),
        )
    ),
    *(
        Refuse(
            name=f"whatsapp template with {shown}",
            features=("X7", "X10"),
            message=template(header=header),
            expect=Refused(UnsupportedFeature, field=f"content.header.{field}"),
        )
        for shown, header, field in (
            ("a place as its header", TemplateHeader(location=LocationContent(latitude=0, longitude=0)), "location"),
            ("a sound as its header", TemplateHeader(media=VOICE, kind=MediaKind.AUDIO), "kind"),
        )
    ),
]

CASES = [*TEXTS, *MEDIA, *PLACES, *CHOICES, *TEMPLATES, *REFUSALS]
