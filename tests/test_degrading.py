"""
Simpler forms of a content: which there are, that they say the same, and that nothing is lost without a word.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from docs.generate.samples import CONTENTS
from herald.content import (
    AddEvent,
    ButtonsContent,
    Card,
    CardContent,
    CarouselContent,
    Compose,
    Contact,
    ContactPhone,
    ContactsContent,
    Content,
    Dial,
    ListContent,
    ListRow,
    ListSection,
    LocationContent,
    Media,
    MediaContent,
    MediaKind,
    OpenSettings,
    OpenUrl,
    PushContent,
    Reply,
    ShareDevice,
    ShowMap,
    StickerContent,
    Suggestion,
    TextContent,
    TimePickerContent,
    TimeSlot,
    VoiceContent,
    media_of,
)
from herald.degrading import ladder, line
from herald.rendering import render

pytestmark = pytest.mark.feature("F3")

CONTENT: TypeAdapter[Content] = TypeAdapter(Content)

PICTURE = Media(url="https://example.com/a.jpg")
KEPT = Media(id="m-1")
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
YES, NO = Reply(label="Yes", data="y"), Reply(label="No")
LOOK = OpenUrl(label="Look", url="https://example.com/x")


def forms(content: Content) -> list[str]:
    return [rung.form for rung in ladder(content)]


def form(content: Content, name: str) -> Content:
    """The first rung of this form."""
    return next(rung.content for rung in ladder(content) if rung.form == name)


# Which there are.

RUNGS: list[tuple[Content, list[str]]] = [
    (TextContent(text="a"), ["push"]),
    (TextContent(text="a", suggestions=(YES,)), ["lines", "push"]),
    (MediaContent(media=KEPT), []),
    (MediaContent(media=KEPT, thumbnail=PICTURE, suggestions=(YES,)), ["media", "caption"]),
    (MediaContent(media=KEPT, caption="a"), ["card"]),
    (MediaContent(media=PICTURE, caption="a", suggestions=(YES,)), ["caption", "card", "text", "lines", "push"]),
    (MediaContent(media=PICTURE), ["text", "push"]),
    (StickerContent(media=KEPT), ["media"]),
    (LocationContent(latitude=1, longitude=2), ["text", "push"]),
    (LocationContent(latitude=1, longitude=2, radius=5, suggestions=(YES,)), ["location", "text", "lines", "push"]),
    (CardContent(card=Card(title="a")), ["text", "push"]),
    (CardContent(card=Card(media=PICTURE)), ["media"]),
    (CardContent(card=Card(media=PICTURE), suggestions=(YES,)), ["media"]),
    (CardContent(card=Card(title="a", media=PICTURE)), ["media", "text", "push"]),
    (
        CardContent(card=Card(title="a", media=PICTURE), suggestions=(YES,)),
        ["buttons", "media", "text", "lines", "push"],
    ),
    (CarouselContent(cards=(Card(title="a"), Card(media=PICTURE)), suggestions=(YES,)), ["text", "lines", "push"]),
    (CarouselContent(cards=(Card(media=PICTURE), Card(media=PICTURE)), suggestions=(YES,)), []),
    (ButtonsContent(text="a", buttons=(YES,)), ["text", "lines", "push"]),
    (ButtonsContent(text="a", buttons=(YES,), footer="b"), ["buttons", "text", "lines", "push"]),
    (ButtonsContent(text="a", buttons=(YES,), header_media=KEPT), ["buttons", "text", "lines", "push"]),
    (PushContent(body="a"), ["text", "push"]),
    (PushContent(body="a", buttons=(YES,)), ["push", "text", "lines", "push"]),
    (VoiceContent(text="a"), ["text", "push"]),
    (VoiceContent(media=KEPT), []),
    (VoiceContent(prompt="p"), []),
]


@pytest.mark.parametrize(("content", "expected"), RUNGS, ids=lambda value: getattr(value, "type", None))
def test_rungs(content: Content, expected: list[str]) -> None:
    """A content has these simpler forms, in this order."""
    assert forms(content) == expected


@pytest.mark.parametrize("content", [CONTENTS[name] for name in ("template", "binary", "invitation")])
def test_what_has_no_simpler_form(content: Content) -> None:
    """What means nothing outside its provider or its channel is not put in words."""
    assert forms(content) == []


def test_too_long_for_a_form() -> None:
    """A form in which the content does not fit is left out; one with more room is not."""
    card = CardContent(card=Card(title="a", description="b" * 2000, suggestions=(YES,) * 10), suggestions=(NO,) * 13)
    assert forms(card) == ["lines", "push"], "23 suggestions fit neither under a text nor into buttons"
    media = MediaContent(media=PICTURE, caption="c" * 10_000, suggestions=(YES,))
    assert forms(media) == []
    rows = tuple(ListRow(data=f"{n}", title=f"row {n}") for n in range(10))
    assert forms(ListContent(text="a", button="b", sections=(ListSection(rows=rows),))) == ["text", "lines"]
    assert forms(ListContent(text="a", button="b", sections=(ListSection(rows=rows),) * 2)) == ["lines"]


# What they say.


def test_a_card_in_words() -> None:
    """A card as text: title, description, then what may be tapped, in the order in which it is seen."""
    card = Card(title="Croissant", description="Fresh", media=PICTURE, suggestions=(LOOK,))
    content = CardContent(card=card, suggestions=(YES,))
    assert form(content, "lines") == TextContent(text="Croissant\nFresh\nLook: https://example.com/x\n- Yes")
    assert form(content, "text") == TextContent(text="Croissant\nFresh", suggestions=(LOOK, YES))
    assert form(content, "buttons") == ButtonsContent(
        text="Croissant\nFresh", buttons=(LOOK, YES), header_media=PICTURE
    )
    assert form(content, "media") == MediaContent(
        media=PICTURE, caption="Croissant\nFresh\nLook: https://example.com/x\n- Yes"
    )


def test_a_card_without_words() -> None:
    """A card that is nothing but a picture is a picture without a caption."""
    assert form(CardContent(card=Card(media=PICTURE)), "media") == MediaContent(media=PICTURE)


def test_a_notification_in_words() -> None:
    """A notification as text: its title, what it says, and where it leads."""
    content = PushContent(title="Bakery", body="Fresh", url="https://example.com/x", data={"a": "b"})
    assert form(content, "text") == TextContent(text="Bakery\nFresh\nhttps://example.com/x")


def test_a_list_in_words() -> None:
    """A list as text: as suggestions where they are few, or line by line with its sections and descriptions."""
    rows = (ListRow(data="a", title="Butter", description="80 % fat"), ListRow(data="b", title="Plain"))
    content = ListContent(
        text="Which?", button="Choose", header="Bakery", footer="Daily", sections=(ListSection(title="New", rows=rows),)
    )
    assert form(content, "lines") == TextContent(text="Bakery\nWhich?\nDaily\nNew\n- Butter: 80 % fat\n- Plain")
    replies = (Reply(label="Butter", data="a"), Reply(label="Plain", data="b"))
    assert form(content, "text") == TextContent(text="Bakery\nWhich?\nDaily", suggestions=replies)


def test_times_in_words() -> None:
    """Times to choose from become choices that answer with the same data."""
    place = LocationContent(latitude=48.2, longitude=16.37, name="Bakery")
    content = TimePickerContent(
        text="When?", description="Tasting", location=place, slots=(TimeSlot(data="x", starts=NOON, minutes=30),)
    )
    choice = Reply(label="2026-12-01 12:00 UTC", data="x")
    assert form(content, "text") == TextContent(text="When?\nTasting\nBakery\n48.2, 16.37", suggestions=(choice,))


def test_contacts_in_words() -> None:
    """A contact is a line: who it is, and how to reach them."""
    ada = Contact(name="Ada", organization="Bakery", phones=(ContactPhone(phone="+43123"),), emails=("a@b.example",))
    assert form(ContactsContent(contacts=(ada, Contact(name="Bob"))), "text") == TextContent(
        text="Ada Bakery +43123 a@b.example\nBob"
    )


def test_what_stays() -> None:
    """Choices that have nothing to do with a form stay as they are: kind, name of the file, preview of links."""
    media = MediaContent(media=KEPT, kind=MediaKind.DOCUMENT, caption="a", filename="b.pdf", suggestions=(YES,))
    assert form(media, "caption") == MediaContent(
        media=KEPT, kind=MediaKind.DOCUMENT, caption="a\n- Yes", filename="b.pdf"
    )
    assert form(TextContent(text="a", preview_url=True, suggestions=(YES,)), "lines") == TextContent(
        text="a\n- Yes", preview_url=True
    )
    assert form(StickerContent(media=KEPT), "media") == MediaContent(media=KEPT, kind=MediaKind.IMAGE)


LINES: list[tuple[Suggestion, str]] = [
    (YES, "- Yes"),
    (LOOK, "Look: https://example.com/x"),
    (Dial(label="Call", phone="+4312345678"), "Call: +4312345678"),
    (Compose(label="Write", phone="+4312345678", text="Hi"), "Write: +4312345678"),
    (ShowMap(label="Here", latitude=48, longitude=-16.5), "Here: 48.0, -16.5"),
    (ShowMap(label="Here", latitude=0, longitude=0), "Here: 0.0, 0.0"),
    (ShowMap(label="Find", query="bakery"), "Find: bakery"),
    (ShowMap(label="Where are you?", request=True), "- Where are you?"),
    (
        AddEvent(label="Save", title="Tasting", starts=NOON, ends=NOON.replace(hour=13)),
        "Save: Tasting, 2026-12-01 12:00 UTC",
    ),
    (ShareDevice(label="Share"), "- Share"),
    (OpenSettings(label="Set", setting="disable_anonymization"), "- Set"),
]


@pytest.mark.parametrize(("suggestion", "expected"), LINES, ids=lambda value: getattr(value, "type", None))
def test_lines(suggestion: Suggestion, expected: str) -> None:
    """A suggestion in words names what a tap would have led to."""
    assert line(suggestion) == expected


# What they lose.

LOSSES: list[tuple[Content, str, str]] = [
    (MediaContent(media=KEPT, thumbnail=PICTURE, suggestions=(YES,)), "caption", "preview"),
    (MediaContent(media=KEPT, caption="a", filename="b.pdf"), "card", "name of its file"),
    (MediaContent(media=PICTURE), "text", "link"),
    (CardContent(card=Card(title="a", media=KEPT)), "text", "image"),
    (CardContent(card=Card(title="a", media=KEPT)), "push", "image"),
    (CardContent(card=Card(title="a"), suggestions=(YES,)), "buttons", "layout"),
    (CarouselContent(cards=(Card(title="a", media=KEPT), Card(title="b"))), "text", "images"),
    (ButtonsContent(text="a", buttons=(YES,), header="h"), "buttons", "header"),
    (ButtonsContent(text="a", buttons=(YES,), header_media=KEPT), "buttons", "image"),
    (ButtonsContent(text="a", buttons=(YES,), header_media=KEPT), "text", "image"),
    (ButtonsContent(text="a", buttons=(YES,), header_media=KEPT), "push", "image"),
    (PushContent(body="a", buttons=(YES,)), "push", "buttons"),
    (PushContent(body="a", media=PICTURE), "text", "image"),
    (PushContent(body="a", data={"b": "c"}), "text", "the app"),
    (TimePickerContent(text="a", image=KEPT, slots=(TimeSlot(data="b", starts=NOON, minutes=1),)), "text", "image"),
    (TimePickerContent(text="a", slots=(TimeSlot(data="b", starts=NOON, minutes=1),)), "text", "length"),
    (LocationContent(latitude=1, longitude=2, radius=3), "location", "radius"),
    (LocationContent(latitude=1, longitude=2, radius=3), "text", "radius"),
]


@pytest.mark.parametrize(("content", "name", "word"), LOSSES)
def test_losses(content: Content, name: str, word: str) -> None:
    """What is left out is named."""
    assert word in next(rung.lost for rung in ladder(content) if rung.form == name)


NOT_LOST: list[tuple[Content, str]] = [
    (ButtonsContent(text="a", buttons=(YES,)), "image|header"),
    (ButtonsContent(text="a", buttons=(YES,), header="h"), "image"),
    (CardContent(card=Card(title="a")), "image|suggestions"),
    (ListContent(text="a", button="b", sections=(ListSection(rows=(ListRow(data="a", title="b"),)),)), "sections"),
    (LocationContent(latitude=1, longitude=2), "radius"),
    (MediaContent(media=PICTURE, caption="a", suggestions=(YES,)), "preview|file"),
    (PushContent(body="a"), "image|buttons|the app"),
    (TimePickerContent(text="a", slots=(TimeSlot(data="b", starts=NOON, minutes=1),)), "image"),
]


@pytest.mark.parametrize(("content", "words"), NOT_LOST, ids=lambda value: getattr(value, "type", None))
def test_what_is_not_there_is_not_lost(content: Content, words: str) -> None:
    """Nobody is told of the loss of something that the message did not have."""
    assert not re.search(words, " ".join(rung.lost for rung in ladder(content)))


# For any content.

VARIABLES = {"name": "Ada", "n": "4711"}

WORDS = st.lists(
    st.sampled_from(["croissant", "Straße", "50 %", "{{name}}", "{{ n }}", "a: b", "- c", "😀"]), min_size=1, max_size=3
).map(" ".join)
PICTURES = st.sampled_from([PICTURE, KEPT, Media(url="https://example.com/{{name}}.jpg")])
PHONES = st.just("+436601234567")


def maybe[T](values: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | values


def several[T](values: st.SearchStrategy[T], least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, min_size=least, max_size=most).map(tuple)


SUGGESTIONS: st.SearchStrategy[Suggestion] = st.one_of(
    st.builds(Reply, type=st.just("reply"), label=WORDS, data=maybe(WORDS)),
    st.builds(OpenUrl, type=st.just("url"), label=WORDS, url=st.just("https://example.com/{{name}}")),
    st.builds(Dial, type=st.just("dial"), label=WORDS, phone=PHONES, call=st.just("voice")),
    st.builds(ShowMap, type=st.just("map"), label=WORDS, query=WORDS, request=st.just(value=False)),
)
CARDS = st.builds(
    Card,
    title=WORDS,
    description=maybe(WORDS),
    media=maybe(PICTURES),
    thumbnail=maybe(PICTURES),
    height=st.just("medium"),
    suggestions=several(SUGGESTIONS),
)
SECTIONS = st.builds(
    ListSection,
    title=maybe(WORDS),
    rows=several(st.builds(ListRow, data=WORDS, title=WORDS, description=maybe(WORDS)), 1),
)
ANY: st.SearchStrategy[Content] = st.one_of(
    st.sampled_from([CONTENTS[name] for name in sorted(CONTENTS)]),
    st.builds(TextContent, type=st.just("text"), text=WORDS, suggestions=several(SUGGESTIONS)),
    st.builds(CardContent, type=st.just("card"), card=CARDS, suggestions=several(SUGGESTIONS)).filter(
        lambda content: content.orientation == "vertical"
    ),
    st.builds(CarouselContent, type=st.just("carousel"), cards=several(CARDS, 2), suggestions=several(SUGGESTIONS)),
    st.builds(
        ListContent,
        type=st.just("list"),
        text=WORDS,
        button=WORDS,
        sections=several(SECTIONS, 1),
        header=maybe(WORDS),
        footer=maybe(WORDS),
    ),
    st.builds(
        ButtonsContent,
        type=st.just("buttons"),
        text=WORDS,
        buttons=several(SUGGESTIONS, 1),
        header=maybe(WORDS),
        header_media=maybe(PICTURES),
        footer=maybe(WORDS),
    ),
    st.builds(
        MediaContent,
        type=st.just("media"),
        media=PICTURES,
        kind=st.just(MediaKind.IMAGE),
        caption=maybe(WORDS),
        filename=maybe(st.just("{{name}}.pdf")),
        thumbnail=maybe(PICTURES),
        suggestions=several(SUGGESTIONS),
    ),
    st.builds(
        PushContent,
        type=st.just("push"),
        title=maybe(WORDS),
        body=WORDS,
        media=maybe(PICTURES),
        url=maybe(st.just("https://example.com")),
        data=st.just({}) | st.just({"a": "b"}),
        buttons=several(SUGGESTIONS),
    ),
)

# What is read aloud of a message; the button that opens a list is neither text nor choice.
SPOKEN = {"text", "title", "description", "label", "header", "footer", "caption", "body", "name", "address"}


def spoken(part: Any, lost: str) -> Iterator[str]:
    """Every text that a person would read, but for what is said to be lost."""
    if isinstance(part, dict):
        for name, value in part.items():
            if isinstance(value, str) and name in SPOKEN - _left_out(part, lost):
                yield value
            yield from spoken(value, lost)
    elif isinstance(part, list):
        for one in part:
            yield from spoken(one, lost)


def _left_out(part: dict[str, Any], lost: str) -> set[str]:
    """Fields of this part of a content that a form which says this may leave out."""
    if "its buttons are left out" in lost:
        return {"label"}
    if "sections and descriptions are left out" in lost:
        return {"title"} if "rows" in part else {"description"}
    return set()


def texts(content: Content) -> str:
    """Everything in a content that is text, one below the other."""
    return "\n".join(_strings(content.model_dump(mode="json")))


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _strings(one)


@given(ANY)
@settings(max_examples=300)
def test_filled_before_or_after(content: Content) -> None:
    """A placeholder is filled alike before a content is made simpler and after it."""
    before = [(rung.form, rung.content, rung.lost) for rung in ladder(render(content, VARIABLES))]
    after = [(rung.form, render(rung.content, VARIABLES), rung.lost) for rung in ladder(content)]
    assert before == after


@given(ANY)
@settings(max_examples=300)
def test_no_text_is_lost_without_a_word(content: Content) -> None:
    """Each text of a message stands in each simpler form, placeholders and all, unless the form says otherwise."""
    for rung in ladder(content):
        found = texts(rung.content)
        missing = [text for text in spoken(content.model_dump(mode="json"), rung.lost) if text not in found]
        assert not missing, rung


@given(ANY)
@settings(max_examples=300)
def test_no_picture_is_lost_without_a_word(content: Content) -> None:
    """A medium that a simpler form does not show is told of, or its address stands in the text."""
    for rung in ladder(content):
        shown = {media.key for media in media_of(rung.content)}
        for media in media_of(content):
            assert media.key in shown or re.search("image|preview|link|layout|caption", rung.lost), rung


@given(ANY)
@settings(max_examples=300)
def test_every_form_is_a_message(content: Content) -> None:
    """Each simpler form could have been written so, says that it loses something, and names no new placeholder."""
    known = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", texts(content)))
    for rung in ladder(content):
        assert CONTENT.validate_python(json.loads(rung.content.model_dump_json())) == rung.content
        assert rung.lost
        assert set(re.findall(r"\{\{\s*(\w+)\s*\}\}", texts(rung.content))) <= known
