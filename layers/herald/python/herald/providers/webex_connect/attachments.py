"""
What people attach to their messages: every channel spells it in its own way, and one model reads them all.

Media is named by its address. It is only fetched from where an account's media may lie (`media.allowed`); else the
address itself is handed on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import unquote

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, PlainValidator, ValidationError

from herald.content import Latitude, Longitude, MediaKind
from herald.media_type import KINDS
from herald.models import Account
from herald.providers.webex_connect.envelope import given
from herald.providers.webex_connect.inbound_model import Parts, Said, Unsaid, form_said, place_said, text_said
from herald.providers.webex_connect.lenient import Nested, Text
from herald.providers.webex_connect.media import allowed


class Place(BaseModel):
    """A place by its coordinates, numbers or text."""

    latitude: Latitude = Field(validation_alias=AliasChoices("latitude", "lat"))
    longitude: Longitude = Field(validation_alias=AliasChoices("longitude", "long"))
    name: Text = ""
    address: Text = ""

    @property
    def said(self) -> Said:
        return place_said(self.latitude, self.longitude, self.name, self.address)


class _Field(BaseModel):
    name: Text = ""
    value: Text = ""


class _Payload(BaseModel):
    """What a file, a place or a form that was filled in holds."""

    url: Text = ""
    place: Place | None = Field(None, alias="coordinates")
    title: Text = ""
    fields: tuple[_Field, ...] = ()


class Attachment(BaseModel):
    """A file, a sticker, a place, a link or a form."""

    address: Text = Field("", validation_alias=AliasChoices("url", "file"))
    payload: Annotated[_Payload, BeforeValidator(lambda value: value or {})] = _Payload()
    word: Text = Field("", validation_alias=AliasChoices("type", "contentType"))
    mime: Text = Field("", validation_alias=AliasChoices("mime_type", "mimeType"))
    caption: Text = ""
    title: Text = ""
    filename: Text = Field("", alias="name")
    sticker: object = None
    latitude: Text = ""
    longitude: Text = ""

    @property
    def url(self) -> str:
        """Where it lies, or leads to."""
        return self.payload.url or self.address

    @property
    def kind(self) -> MediaKind:
        """How it is to be shown: by its type, or else by the word for it."""
        word = "audio" if self.word.lower() == "voice" else self.word.lower()
        by_word = MediaKind(word) if word in MediaKind else MediaKind.FILE
        return KINDS.get(self.mime.partition(";")[0].strip().lower(), by_word)

    def place(self) -> Place | None:
        """The place, when it is one. Raises ValueError when it is nowhere."""
        if self.payload.place:
            return self.payload.place.model_copy(update={"name": self.title})
        if self.latitude or self.longitude:
            return Place.model_validate({"latitude": self.latitude, "longitude": self.longitude, "name": self.title})
        return None

    @property
    def form(self) -> Said:
        """What was filled in, where it is a form."""
        return form_said(self.payload.title, {field.name: field.value for field in self.payload.fields})


@dataclass(frozen=True, slots=True)
class Attached:
    """One of a list as it stands there, and what it is; None where that cannot be read."""

    raw: object
    attachment: Attachment | None


def _attached(value: object) -> Attached | None:
    """One that cannot be read costs the others nothing; null stands for nothing, and keeps the place of one."""
    if value is None:
        return None
    try:
        return Attached(value, Attachment.model_validate(value))
    except ValidationError:
        return Attached(value, None)


type Attachments = Nested[tuple[Annotated[Attached | None, PlainValidator(_attached)], ...]]


def all_said(text: str, attached: Sequence[Attached | None] | None, account: Account) -> Parts:
    """
    One thing for each attachment; the text is the first one's caption, or stands before it where that has none.

    Nothing when there is neither.
    """
    files = [one for one in attached or () if not _is_link(one)]
    said = [_said_or_not(one, account) for one in files]
    if not text:
        links = [one.attachment.url for one in attached or () if one and one.attachment and _is_link(one)]
        return said or [text_said(unquote(url)) for url in links if url]
    first = said[0] if said else None
    if isinstance(first, Said) and first.content["type"] == "media":
        return [Said({**first.content, "caption": text}, first.media), *said[1:]]
    return [text_said(text), *said]


def form_or_not(one: Attached | None) -> Said | Unsaid | None:
    """What was filled in, in a list of forms."""
    if one is None:
        return None
    return one.attachment.form if one.attachment else Unsaid(one.raw)


def _is_link(one: Attached | None) -> bool:
    return one is not None and one.attachment is not None and one.attachment.word == "link"


def _said_or_not(one: Attached | None, account: Account) -> Said | Unsaid | None:
    """What one says, also when it leads nowhere."""
    if one is None:
        return None
    try:
        return _said(one.attachment, account) if one.attachment else Unsaid(one.raw)
    except ValueError:
        return Unsaid(one.raw)


def media_said(content: Mapping[str, object], url: str, account: Account) -> Said:
    """Media to be fetched; where it may not be, its address."""
    if allowed(url, account):
        return Said(content, (url,))
    return Said({**content, "media": {"url": url}})


def _said(attachment: Attachment, account: Account) -> Said:
    if place := attachment.place():
        return place.said
    if not attachment.url:
        raise ValueError("an attachment has no address")
    if attachment.sticker is not None or attachment.word == "sticker":
        return media_said({"type": "sticker"}, attachment.url, account)
    described = given({"caption": attachment.caption or None, "filename": attachment.filename or None})
    return media_said({"type": "media", "kind": attachment.kind.value, **described}, attachment.url, account)
