"""
Saying the same more simply, where a channel cannot say it as it was written.

    carousel → text                      card → buttons → media with caption → text
    list, time_picker → text             buttons → buttons without header and footer → text
    push → without buttons → text        contacts, voice → text
    sticker → media                      location → without radius → text
    media → without thumbnail → suggestions in its caption → card → text with its address

A text keeps its suggestions where the channel has them, lists them in lines where it has not, and becomes a
notification where there is nothing else. Nothing is ever left out without a word: each rung says what it loses.
Templates, binary messages and invitations have no simpler form.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from herald.content import (
    AddEvent,
    ButtonsContent,
    Card,
    CardContent,
    CarouselContent,
    Compose,
    Contact,
    ContactsContent,
    Content,
    Dial,
    ListContent,
    ListRow,
    LocationContent,
    MediaContent,
    MediaKind,
    OpenUrl,
    PushContent,
    Reply,
    ShowMap,
    StickerContent,
    Suggestion,
    TextContent,
    TimePickerContent,
    VoiceContent,
)


@dataclass(frozen=True, slots=True)
class Rung:
    """A simpler form of a content: its name, the content, and what is lost, as the end of a sentence."""

    form: str
    content: Content
    lost: str


def ladder(content: Content) -> Iterator[Rung]:
    """Its simpler forms, the nearest first. The same forms, whether its placeholders are filled or not."""
    steps = _STEPS.get(type(content))
    for form, make, lost in steps(content) if steps else ():
        try:
            yield Rung(form, make(), lost)
        except ValidationError:  # too long for this form: the next one has more room
            continue


type _Step = tuple[str, Callable[[], Content], str]

_LISTED = "its suggestions are listed as lines"


def _all(*losses: str | bool) -> str:
    """Everything that is lost, in one breath; what is false or empty is not."""
    return ", ".join(loss for loss in losses if isinstance(loss, str) and loss)


def _texts(
    parts: Sequence[str | None], suggestions: Sequence[Suggestion], lost: str, *, preview_url: bool = False
) -> tuple[_Step, ...]:
    """As a text with its suggestions beside it, then with all of them as lines, then as a notification."""
    lines = [part for part in parts if part]
    whole = "\n".join([*lines, *map(line, suggestions)])
    listed = _all(lost, bool(suggestions) and _LISTED)
    steps: list[_Step] = [
        ("text", lambda: TextContent(text="\n".join(lines), suggestions=tuple(suggestions)), lost),
    ]
    if suggestions:
        steps.append(("lines", lambda: TextContent(text=whole, preview_url=preview_url), listed))
    steps.append(("push", lambda: PushContent(body=whole), _all(listed, "it is the text of a notification")))
    return tuple(steps)


def _of_text(content: TextContent) -> tuple[_Step, ...]:
    return _texts([content.text], content.suggestions, "", preview_url=content.preview_url)[1:]


def _of_sticker(content: StickerContent) -> tuple[_Step, ...]:
    return (("media", lambda: MediaContent(media=content.media, kind=MediaKind.IMAGE), "it is sent as an image"),)


def _of_contacts(content: ContactsContent) -> tuple[_Step, ...]:
    people = "\n".join(map(_person, content.contacts))
    return (("text", lambda: TextContent(text=people), "contacts are listed as text"),)


def _person(contact: Contact) -> str:
    told = (contact.name, contact.organization, *(phone.phone for phone in contact.phones), *contact.emails)
    return " ".join(part for part in told if part)


def _of_voice(content: VoiceContent) -> tuple[_Step, ...]:
    return _texts([content.text], (), "the language is the provider's to choose") if content.text else ()


def _of_card(content: CardContent) -> tuple[_Step, ...]:
    card, suggestions = content.card, (*content.card.suggestions, *content.suggestions)
    said = [card.title, card.description]
    text = "\n".join(part for part in said if part)
    steps: list[_Step] = []
    if suggestions:
        steps.append(
            (
                "buttons",
                lambda: ButtonsContent(text=text, buttons=suggestions, header_media=card.media),
                "its layout is lost",
            )
        )
    if card.media:
        media, caption = card.media, "\n".join([*(part for part in said if part), *map(line, suggestions)])
        steps.append(
            (
                "media",
                lambda: MediaContent(media=media, caption=caption or None),
                _all("it is sent as media with a caption", bool(suggestions) and _LISTED),
            )
        )
    lost = "its image is left out" if card.media else "its layout is lost"
    return (*steps, *(_texts(said, suggestions, lost) if text else ()))


def _of_carousel(content: CarouselContent) -> tuple[_Step, ...]:
    parts = [part for card in content.cards for part in _card_lines(card)]
    lost = "its cards are told one after the other, without images"
    return _texts(parts, content.suggestions, lost) if parts else ()


def _card_lines(card: Card) -> list[str]:
    return [*(part for part in (card.title, card.description) if part), *map(line, card.suggestions)]


def _of_buttons(content: ButtonsContent) -> tuple[_Step, ...]:
    parts = [content.header, content.text, content.footer]
    lost = _all(
        bool(content.header_media) and "its image is left out",
        bool(content.header or content.footer) and "header and footer are part of the text",
    )
    steps: list[_Step] = []
    if lost:
        text = "\n".join(part for part in parts if part)
        steps.append(("buttons", lambda: ButtonsContent(text=text, buttons=content.buttons), lost))
    return (*steps, *_texts(parts, content.buttons, _all(lost, "its buttons are suggestions")))


def _of_list(content: ListContent) -> tuple[_Step, ...]:
    rows = [row for section in content.sections for row in section.rows]
    parts = [content.header, content.text, content.footer]
    replies = [Reply(label=row.title, data=row.data) for row in rows]
    lines = [
        part
        for section in content.sections
        for part in ([section.title] if section.title else []) + [_row(row) for row in section.rows]
    ]
    described = any(section.title for section in content.sections) or any(row.description for row in rows)
    lost = _all("its choices are suggestions", described and "sections and descriptions are left out")
    (as_suggestions, *_) = _texts(parts, replies, lost)
    listed = "\n".join([*(part for part in parts if part), *lines])
    return (as_suggestions, ("lines", lambda: TextContent(text=listed), "its choices are listed as lines"))


def _row(row: ListRow) -> str:
    return f"- {row.title}: {row.description}" if row.description else f"- {row.title}"


def _of_times(content: TimePickerContent) -> tuple[_Step, ...]:
    replies = [Reply(label=_time(slot.starts), data=slot.data) for slot in content.slots]
    parts = [content.text, content.description, *(_place(content.location) if content.location else ())]
    lost = _all("the times are choices in words, without their length", bool(content.image) and "its image is left out")
    return _texts(parts, replies, lost)


def _of_media(content: MediaContent) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    if content.thumbnail:
        plain = content.model_copy(update={"thumbnail": None})
        steps.append(("media", lambda: plain, "its preview is left out"))
    if content.suggestions:
        caption = "\n".join([*([content.caption] if content.caption else []), *map(line, content.suggestions)])
        steps.append(
            (
                "caption",
                lambda: MediaContent(
                    media=content.media, kind=content.kind, caption=caption, filename=content.filename
                ),
                _all(bool(content.thumbnail) and "its preview is left out", _LISTED),
            )
        )
    if content.caption:
        steps.append(
            (
                "card",
                lambda: CardContent(
                    card=Card(description=content.caption, media=content.media, thumbnail=content.thumbnail),
                    suggestions=content.suggestions,
                ),
                _all("it is sent as a card", bool(content.filename) and "without the name of its file"),
            )
        )
    if content.media.url:
        steps.extend(_texts([content.caption, content.media.url], content.suggestions, "it is sent as a link"))
    return tuple(steps)


def _of_push(content: PushContent) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    if content.buttons:
        without = content.model_copy(update={"buttons": ()})
        steps.append(("push", lambda: without, "its buttons are left out"))
    lost = _all(
        "title and address are part of the text",
        bool(content.media) and "its image is left out",
        bool(content.data) and "what the app would have been given is left out",
    )
    return (*steps, *_texts([content.title, content.body, content.url], content.buttons, lost))


def _of_location(content: LocationContent) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    if content.radius:
        place = content.model_copy(update={"radius": None})
        steps.append(("location", lambda: place, "its radius is left out"))
    lost = _all("the place is told in words", bool(content.radius) and "its radius is left out")
    return (*steps, *_texts(_place(content), content.suggestions, lost))


def _place(content: LocationContent) -> tuple[str, ...]:
    told = (content.name, content.address, f"{content.latitude}, {content.longitude}")
    return tuple(part for part in told if part)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %Z")


def line(suggestion: Suggestion) -> str:
    """A suggestion in words."""
    match suggestion:
        case OpenUrl(url=value) | Dial(phone=value) | Compose(phone=value):
            return f"{suggestion.label}: {value}"
        case ShowMap(latitude=float() as latitude):
            return f"{suggestion.label}: {latitude}, {suggestion.longitude}"
        case ShowMap(query=str() as query):
            return f"{suggestion.label}: {query}"
        case AddEvent():
            return f"{suggestion.label}: {suggestion.title}, {_time(suggestion.starts)}"
        case _:
            return f"- {suggestion.label}"


_STEPS: Mapping[type, Callable[[Any], tuple[_Step, ...]]] = {
    TextContent: _of_text,
    CardContent: _of_card,
    CarouselContent: _of_carousel,
    ButtonsContent: _of_buttons,
    ListContent: _of_list,
    TimePickerContent: _of_times,
    MediaContent: _of_media,
    StickerContent: _of_sticker,
    PushContent: _of_push,
    LocationContent: _of_location,
    ContactsContent: _of_contacts,
    VoiceContent: _of_voice,
}
