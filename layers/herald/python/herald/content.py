"""
What a message says: one closed set of content types for every channel and provider.

A type says what is meant, never how a provider spells it; limits here are those that nobody exceeds, the
stricter ones of a channel are its adapter's (`Provider.check`). Lengths are in characters, not bytes.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _printable(text: str) -> str:
    """Refuse control characters that no handset shows and several systems on the way reject."""
    if _CONTROL.search(text):
        raise ValueError("must not contain control characters other than tab and line breaks")
    return text


def _web_address(url: str) -> str:
    """A plain absolute web address; what it points to is checked when it is fetched."""
    if not re.fullmatch(r"https?://[^\s/?#@\\]+([/?#]\S*)?", url):
        raise ValueError("must be an absolute http or https address without credentials")
    return url


type Text = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_printable)]
type Label = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
type Token = Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_printable)]
type WebAddress = Annotated[str, Field(max_length=2048), AfterValidator(_web_address)]
type Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
type Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Model(BaseModel):
    """What all parts of a request share: unknown fields are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MediaKind(StrEnum):
    """How media is shown. `file` lets the channel decide."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    FILE = "file"


class Media(Model):
    """Media by our id (`POST /v1/media`) or by an address that Herald fetches: exactly one of them."""

    id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    url: WebAddress | None = None

    @model_validator(mode="after")
    def _one(self) -> "Media":
        if (self.id is None) == (self.url is None):
            raise ValueError("give either id or url")
        return self

    @property
    def key(self) -> str:
        """What names this media within one message."""
        return self.id or f"{self.url}"


class Reply(Model):
    """A suggestion that sends `data` back to us when it is tapped."""

    type: Literal["reply"] = "reply"
    label: Label
    data: Token | None = None


class OpenUrl(Model):
    """A suggestion that opens a web page."""

    type: Literal["url"] = "url"
    label: Label
    url: WebAddress
    data: Token | None = None


class Dial(Model):
    """A suggestion that calls a number; `call` other than voice needs a channel that can."""

    type: Literal["dial"] = "dial"
    label: Label
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
    call: Literal["voice", "video", "enriched"] = "voice"
    subject: Label | None = None
    fallback_url: WebAddress | None = None
    data: Token | None = None


class ShowMap(Model):
    """A suggestion that shows a place (coordinates or a search), or asks where the user is (`request`)."""

    type: Literal["map"] = "map"
    label: Label
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    name: Label | None = None
    query: Label | None = None
    request: bool = False
    fallback_url: WebAddress | None = None
    data: Token | None = None

    @model_validator(mode="after")
    def _one(self) -> "ShowMap":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude come together")
        if sum((self.latitude is not None, self.query is not None, self.request)) != 1:
            raise ValueError("give exactly one of latitude and longitude, query, request")
        return self


class AddEvent(Model):
    """A suggestion that puts an event into the user's calendar."""

    type: Literal["calendar"] = "calendar"
    label: Label
    title: Label
    starts: AwareDatetime
    ends: AwareDatetime
    description: Annotated[str, Field(max_length=500), AfterValidator(_printable)] | None = None
    fallback_url: WebAddress | None = None
    data: Token | None = None

    @model_validator(mode="after")
    def _order(self) -> "AddEvent":
        if self.ends <= self.starts:
            raise ValueError("ends must be after starts")
        return self


class Compose(Model):
    """A suggestion that opens a draft to `phone`: a text, or a recording of audio or video."""

    type: Literal["compose"] = "compose"
    label: Label
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
    text: Text | None = None
    recording: Literal["audio", "video"] | None = None
    data: Token | None = None

    @model_validator(mode="after")
    def _one(self) -> "Compose":
        if (self.text is None) == (self.recording is None):
            raise ValueError("give either text or recording")
        return self


class ShareDevice(Model):
    """A suggestion that sends the specifics of the user's device."""

    type: Literal["device"] = "device"
    label: Label
    data: Token | None = None


class OpenSettings(Model):
    """A suggestion that opens a setting of the messaging app."""

    type: Literal["settings"] = "settings"
    label: Label
    setting: Literal["disable_anonymization", "enable_displayed_notifications"]
    data: Token | None = None


type Suggestion = Annotated[
    Reply | OpenUrl | Dial | ShowMap | AddEvent | Compose | ShareDevice | OpenSettings,
    Field(discriminator="type"),
]
type Suggestions = Annotated[tuple[Suggestion, ...], Field(max_length=13)]


class TextContent(Model):
    """Plain text."""

    type: Literal["text"] = "text"
    text: Text
    preview_url: bool = False
    suggestions: Suggestions = ()


class MediaContent(Model):
    """One image, video, audio or document, with an optional caption."""

    type: Literal["media"] = "media"
    media: Media
    kind: MediaKind = MediaKind.FILE
    caption: Annotated[str, Field(max_length=10_000), AfterValidator(_printable)] | None = None
    filename: Annotated[str, Field(min_length=1, max_length=240, pattern=r'^[^/\\\x00-\x1f"]+$')] | None = None
    thumbnail: Media | None = None
    suggestions: Suggestions = ()


class StickerContent(Model):
    """A sticker."""

    type: Literal["sticker"] = "sticker"
    media: Media


class LocationContent(Model):
    """A place. `radius` is in metres."""

    type: Literal["location"] = "location"
    latitude: Latitude
    longitude: Longitude
    name: Label | None = None
    address: Label | None = None
    radius: Annotated[float, Field(gt=0, le=100_000)] | None = None
    suggestions: Suggestions = ()


class ContactPhone(Model):
    """A telephone number of a shared contact."""

    phone: Label
    kind: Literal["cell", "main", "home", "work"] = "cell"


class Contact(Model):
    """A shared contact."""

    name: Label
    given_name: Label | None = None
    family_name: Label | None = None
    phones: Annotated[tuple[ContactPhone, ...], Field(max_length=20)] = ()
    emails: Annotated[tuple[Label, ...], Field(max_length=20)] = ()
    organization: Label | None = None


class ContactsContent(Model):
    """Contacts to be added to the user's address book."""

    type: Literal["contacts"] = "contacts"
    contacts: Annotated[tuple[Contact, ...], Field(min_length=1, max_length=100)]


class Card(Model):
    """A rich card: media, a title, a description and suggestions, at least one of the first three."""

    title: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)] | None = None
    description: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_printable)] | None = None
    media: Media | None = None
    thumbnail: Media | None = None
    media_description: Label | None = None
    height: Literal["short", "medium", "tall"] = "medium"
    suggestions: Annotated[tuple[Suggestion, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _something(self) -> "Card":
        if self.title is None and self.description is None and self.media is None:
            raise ValueError("a card needs at least one of title, description and media")
        return self


class CardContent(Model):
    """One rich card. `alignment` places the image of a horizontal card."""

    type: Literal["card"] = "card"
    card: Card
    orientation: Literal["vertical", "horizontal"] = "vertical"
    alignment: Literal["left", "right"] | None = None
    suggestions: Suggestions = ()

    @model_validator(mode="after")
    def _layout(self) -> "CardContent":
        if (self.orientation == "horizontal") != (self.alignment is not None):
            raise ValueError("a horizontal card needs an alignment, a vertical one must not have it")
        return self


class CarouselContent(Model):
    """Two to ten rich cards, side by side."""

    type: Literal["carousel"] = "carousel"
    cards: Annotated[tuple[Card, ...], Field(min_length=2, max_length=10)]
    width: Literal["small", "medium"] = "medium"
    suggestions: Suggestions = ()

    @model_validator(mode="after")
    def _heights(self) -> "CarouselContent":
        if self.width == "small" and any(card.media and card.height == "tall" for card in self.cards):
            raise ValueError("small cards cannot carry tall media")
        return self


class ListRow(Model):
    """A choice in a list; `data` comes back when it is chosen."""

    data: Token
    title: Label
    description: Label | None = None


class ListSection(Model):
    """A titled group of choices."""

    title: Label | None = None
    rows: Annotated[tuple[ListRow, ...], Field(min_length=1, max_length=10)]


class ListContent(Model):
    """A text with a menu of choices behind a button."""

    type: Literal["list"] = "list"
    text: Text
    button: Label
    sections: Annotated[tuple[ListSection, ...], Field(min_length=1, max_length=10)]
    header: Label | None = None
    footer: Label | None = None


class ButtonsContent(Model):
    """A text with buttons under it."""

    type: Literal["buttons"] = "buttons"
    text: Text
    buttons: Annotated[tuple[Suggestion, ...], Field(min_length=1, max_length=11)]
    header: Label | None = None
    header_media: Media | None = None
    footer: Label | None = None


class TemplateButton(Model):
    """
    The variable part of a template's button, by its position from 0; `code`: a password that is copied by a tap.

    `name` is what the template calls the button, for providers that go by it.
    """

    index: Annotated[int, Field(ge=0, le=9)]
    type: Literal["reply", "url", "code"]
    value: Token
    name: Label | None = None


class Currency(Model):
    """An amount that the recipient's app writes in its own way; `amount` in thousandths, ISO 4217 code."""

    type: Literal["currency"] = "currency"
    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    amount: int
    fallback: Label


class DateTime(Model):
    """A time that the recipient's app writes in its own way."""

    type: Literal["date_time"] = "date_time"
    at: AwareDatetime | None = None
    fallback: Label


type Parameter = Annotated[str, AfterValidator(_printable)] | Currency | DateTime
"""What fills a placeholder of a template; where it cannot be localised, its fallback is sent."""


def plain(parameter: Parameter) -> str:
    """A placeholder's value as text."""
    return parameter if isinstance(parameter, str) else parameter.fallback


class TemplateHeader(Model):
    """The header of a template: text, media or a place, exactly one of them."""

    text: Label | None = None
    media: Media | None = None
    kind: MediaKind = MediaKind.IMAGE
    location: LocationContent | None = None

    @model_validator(mode="after")
    def _one(self) -> "TemplateHeader":
        if sum(part is not None for part in (self.text, self.media, self.location)) != 1:
            raise ValueError("give exactly one of text, media, location")
        return self


class TemplateContent(Model):
    """A template that the provider knows, with its placeholders in order (`parameters`) or by their names (`named`)."""

    type: Literal["template"] = "template"
    name: Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_printable)]
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$")]
    parameters: Annotated[tuple[Parameter, ...], Field(max_length=100)] = ()
    named: Annotated[dict[Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")], Parameter], Field(max_length=100)] = Field(
        default_factory=dict
    )
    header: TemplateHeader | None = None
    buttons: Annotated[tuple[TemplateButton, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "TemplateContent":
        if self.parameters and self.named:
            raise ValueError("give either parameters or named")
        return self


def _base64(text: str) -> str:
    """Standard base64 with padding, of at least one byte."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be base64") from error
    if not decoded:
        raise ValueError("must hold at least one byte")
    return text


class BinaryContent(Model):
    """
    A binary SMS: each segment's octets in base64, sent as they are.

    With `user_data_header` every segment starts with its own header. A segment holds at most 140 octets.
    """

    type: Literal["binary"] = "binary"
    segments: Annotated[
        tuple[Annotated[str, Field(max_length=188), AfterValidator(_base64)], ...], Field(min_length=1, max_length=255)
    ]
    user_data_header: bool = False


class VoiceContent(Model):
    """
    A call that speaks a text, plays media, or uses what lies at the provider: exactly one of them.

    `prompt` is a recording there, `flow` a call flow.
    """

    type: Literal["voice"] = "voice"
    text: Text | None = None
    media: Media | None = None
    prompt: Token | None = None
    flow: Token | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$")] | None = None

    @model_validator(mode="after")
    def _one(self) -> "VoiceContent":
        if sum(part is not None for part in (self.text, self.media, self.prompt, self.flow)) != 1:
            raise ValueError("give exactly one of text, media, prompt, flow")
        return self


class PushContent(Model):
    """A notification on a device."""

    type: Literal["push"] = "push"
    title: Label | None = None
    body: Text
    media: Media | None = None
    url: WebAddress | None = None
    data: dict[str, str] = Field(default_factory=dict, max_length=50)
    buttons: Annotated[tuple[Suggestion, ...], Field(max_length=5)] = ()


class TimeSlot(Model):
    """A time to choose; `data` comes back when it is chosen."""

    data: Token
    starts: AwareDatetime
    minutes: Annotated[int, Field(ge=1, le=1440)]


class TimePickerContent(Model):
    """A question for an appointment: a text and up to ten times to choose from."""

    type: Literal["time_picker"] = "time_picker"
    text: Text
    slots: Annotated[tuple[TimeSlot, ...], Field(min_length=1, max_length=10)]
    description: Label | None = None
    location: LocationContent | None = None
    image: Media | None = None


class InvitationContent(Model):
    """An invitation by phone number to go on talking on this channel, in the name of a brand."""

    type: Literal["invitation"] = "invitation"
    brand: Label
    with_image: bool = False


type Content = Annotated[
    TextContent
    | MediaContent
    | StickerContent
    | LocationContent
    | ContactsContent
    | CardContent
    | CarouselContent
    | ListContent
    | ButtonsContent
    | TemplateContent
    | BinaryContent
    | VoiceContent
    | PushContent
    | TimePickerContent
    | InvitationContent,
    Field(discriminator="type"),
]

CONTENT_TYPES = (
    "text",
    "media",
    "sticker",
    "location",
    "contacts",
    "card",
    "carousel",
    "list",
    "buttons",
    "template",
    "binary",
    "voice",
    "push",
    "time_picker",
    "invitation",
)


def media_of(part: object) -> Iterator[Media]:
    """Every media that this content refers to, in order, repeats included."""
    if isinstance(part, Media):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from media_of(getattr(part, name))
    elif isinstance(part, tuple):
        for item in part:
            yield from media_of(item)
