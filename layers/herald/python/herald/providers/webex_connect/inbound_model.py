"""
What the inbound webhooks of all channels share, and what a person can say.

Said things have the shapes of `herald.inbound_content`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import AliasChoices, BaseModel, Field

from herald.answer import Moment
from herald.models import Channel
from herald.provider import Provider
from herald.providers.webex_connect.envelope import given
from herald.providers.webex_connect.lenient import Name, Text

type Wish = Literal["stop", "resume"]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a person said. `same` names it where the webhook's own id would not show a repeat."""

    content: Mapping[str, object]
    media: tuple[str, ...] = ()
    same: str | None = None


@dataclass(frozen=True, slots=True)
class Unsaid:
    """One of several things in a webhook that cannot be read, as it stands there."""

    raw: object


type Parts = Sequence[Said | Unsaid | None]
"""What a webhook tells, in its order, by which its parts are known; None holds the place of one that tells nothing."""


def text_said(text: str) -> Said:
    """Plain words."""
    return Said({"type": "text", "text": text})


def reply_said(label: str, data: str, same: str | None = None) -> Said:
    """A tap on something that was offered: what it showed, and what it stands for."""
    return Said({"type": "reply", "label": label, "data": data}, same=same)


def preference_said(category: str, value: Wish) -> Said:
    """A wish about what this person is sent."""
    return Said({"type": "preference", "category": category, "value": value})


def form_said(title: str, fields: Mapping[str, str]) -> Said:
    """Answers by the names of their questions."""
    return Said({"type": "form", "title": title, "fields": dict(fields)})


def place_said(latitude: float, longitude: float, name: str = "", address: str = "") -> Said:
    """A place."""
    place = {"latitude": latitude, "longitude": longitude, "name": name or None, "address": address or None}
    return Said({"type": "location", **given(place)})


def other_said(kind: str, model: BaseModel) -> Said:
    """What has no shape, with all that came with it."""
    return Said({"type": "unsupported", "kind": kind, **given({"fields": left_over(model) or None})})


def left_over(model: BaseModel) -> dict[str, object]:
    """The members of a webhook that its model does not know; those that say nothing are left out."""
    return {name: value for name, value in (model.model_extra or {}).items() if value not in ("", None)}


class Named(BaseModel):
    """What says whose webhook it is."""

    channel: Text = Field(validation_alias=AliasChoices("channel", "Channel"))


class Inbound(Named, ABC):
    """
    One channel's webhook. Texts that are not there are empty.

    `on` is the channel, `silent` are its events that nobody said, by their letters alone. `answered` is the message
    that is answered or quoted, by WhatsApp's id or by that of the transaction. `several` is the member that lists what
    people attach.
    """

    on: ClassVar[Channel]
    silent: ClassVar[frozenset[str]] = frozenset()
    several: ClassVar[str] = "attachments"

    event: Text = "MO"
    transaction: Name = Field("", alias="tid")
    at: Moment = Field(None, alias="ts")
    stamp: Text = Field("", validation_alias=AliasChoices("ts"))
    app: Name = Field("", alias="appId")
    thread: Name = Field("", alias="thread_id")
    answered: Name = Field("", validation_alias=AliasChoices("contextId", "relatedTid"))
    message: Text = ""

    def ours(self, provider: Provider) -> str:  # noqa: ARG002 - of SMS an account has to say
        """Our number or app, as the webhook spells it."""
        return self.app

    @abstractmethod
    def sender(self, provider: Provider) -> str | None:
        """The canonical address of who speaks; None when it does not say."""

    def called(self) -> str:
        """The name of who speaks; empty when it does not say."""
        return ""

    @abstractmethod
    def said(self, event: str, provider: Provider) -> Parts:
        """Everything that was said by this event; nothing when it is unknown. Raises ValueError."""
