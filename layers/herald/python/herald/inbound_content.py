"""
What a person says: one closed set of content types for all that comes in, whatever the channel and the provider.

Adapters write them as plain JSON, in which members that say nothing are left out; these models describe it, and the
tests hold all that adapters make against them. Nothing is refused here, so texts may be empty and as long as they come.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from herald.content import Latitude, Longitude, MediaKind, Model


class ReceivedFile(Model):
    """A file that Herald does not fetch: its address at the provider, which may be short-lived."""

    url: str


class TextReceived(Model):
    """Plain words."""

    type: Literal["text"]
    text: str


class MediaReceived(Model):
    """A file with what was said of it; without `media` it is in the `media` of the message itself."""

    type: Literal["media"]
    kind: MediaKind
    caption: str | None = None
    filename: str | None = None
    media: ReceivedFile | None = None


class StickerReceived(Model):
    """A sticker; without `media` its file is in the `media` of the message itself."""

    type: Literal["sticker"]
    media: ReceivedFile | None = None


class LocationReceived(Model):
    """A place."""

    type: Literal["location"]
    latitude: Latitude
    longitude: Longitude
    name: str | None = None
    address: str | None = None


class ReceivedPhone(Model):
    """A telephone number of a shared contact, as it stood there."""

    phone: str
    kind: Literal["cell", "main", "home", "work"]


class ReceivedContact(Model):
    """A shared contact."""

    name: str
    given_name: str | None = None
    family_name: str | None = None
    phones: tuple[ReceivedPhone, ...]
    emails: tuple[str, ...]
    organization: str | None = None


class ContactsReceived(Model):
    """Contacts out of somebody's address book."""

    type: Literal["contacts"]
    contacts: tuple[ReceivedContact, ...]


class BinaryReceived(Model):
    """A binary SMS: each segment's octets in base64; with `user_data_header` each starts with its own header."""

    type: Literal["binary"]
    segments: Annotated[tuple[str, ...], Field(min_length=1)]
    user_data_header: bool


class ReplyReceived(Model):
    """A tap on what was offered: what it showed (`label`, which may be empty), and the `data` that it stands for."""

    type: Literal["reply"]
    label: str
    data: str | None = None


class PreferenceReceived(Model):
    """A wish about what this person is sent, by the provider's name of what it is about; `stop` or `resume`."""

    type: Literal["preference"]
    category: str
    value: Literal["stop", "resume"]


class FormReceived(Model):
    """A form that was filled in: answers by the names of their questions."""

    type: Literal["form"]
    title: str
    fields: dict[str, str]


class InvitationReceived(Model):
    """The answer to an invitation; `phone` is the number that was invited."""

    type: Literal["invitation"]
    accepted: bool
    phone: str | None = None


class SystemReceived(Model):
    """Something that the channel itself says of the person, such as a new number."""

    type: Literal["system"]
    text: str


class EventReceived(Model):
    """
    An answer that is for a program: its name and members (`fields`) as the provider has them.

    `reference` is the provider's name of the question, and may be empty.
    """

    type: Literal["event"]
    event: str
    reference: str
    fields: dict[str, JsonValue]


class UnsupportedReceived(Model):
    """What has no shape here: the provider's word for it (`kind`), and the members that came with it (`fields`)."""

    type: Literal["unsupported"]
    kind: str
    fields: dict[str, JsonValue] | None = None


type InboundContent = Annotated[
    TextReceived
    | MediaReceived
    | StickerReceived
    | LocationReceived
    | ContactsReceived
    | BinaryReceived
    | ReplyReceived
    | PreferenceReceived
    | FormReceived
    | InvitationReceived
    | SystemReceived
    | EventReceived
    | UnsupportedReceived,
    Field(discriminator="type"),
]
