"""
The vocabulary: what a client asks for, what an adapter is given, and what comes back from a provider.

Requests are pydantic models, since they are checked; everything that only travels inside Herald is a frozen
dataclass. Addresses are E.164 with `+` for phones; times inside Herald are integer milliseconds since 1970.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal, Self

import phonenumbers
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    model_validator,
)

from herald.content import Content, Label, Model
from herald.errors import Reason
from herald.status import Status
from herald.tenancy import base_of


class Channel(StrEnum):
    """A way to reach a person."""

    SMS = "sms"
    RCS = "rcs"
    WHATSAPP = "whatsapp"
    VOICE = "voice"
    PUSH = "push"
    IN_APP = "in_app"
    MESSENGER = "messenger"
    APPLE = "apple"


class AddressType(StrEnum):
    """What kind of name a recipient is known by."""

    PHONE = "phone"
    EMAIL = "email"
    CUSTOMER = "customer"  # an id that the provider's own contact store knows
    USER = "user"  # who is logged in to an app
    WHATSAPP = "whatsapp"  # a WhatsApp id or business-scoped user id
    MESSENGER = "messenger"  # a page-scoped id
    APPLE = "apple"  # an opaque id of Apple Messages for Business
    PUSH_ANDROID = "push_android"  # a device's or browser's token, here and below
    PUSH_HUAWEI = "push_huawei"
    PUSH_IOS = "push_ios"
    PUSH_CHROME = "push_chrome"
    PUSH_FIREFOX = "push_firefox"
    PUSH_SAFARI = "push_safari"


def _e164(text: str) -> str:
    """A possible phone number in E.164, ASCII digits only. Whether it is in use, only the network knows."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", text, re.ASCII):
        raise ValueError("must be a phone number in E.164: + and 7 to 15 digits")
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        raise ValueError("is not a possible phone number of its country")
    return text


class Address(Model):
    """One name of a recipient. In JSON a bare string stands for a phone number."""

    type: AddressType = AddressType.PHONE
    value: Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[\x21-\x7e]+$")]

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if self.type is AddressType.PHONE:
            _e164(self.value)
        return self

    def __str__(self) -> str:
        """The canonical text: `+43…` for a phone, `type:value` for the rest."""
        return self.value if self.type is AddressType.PHONE else f"{self.type}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Back from the canonical text, which is trusted: no number is checked again."""
        kind, colon, value = text.partition(":")
        if colon and kind in AddressType:
            return cls.model_construct(type=AddressType(kind), value=value)
        return cls.model_construct(type=AddressType.PHONE, value=text)


def _address(value: object) -> object:
    """Let a bare string stand for a phone number."""
    return {"type": AddressType.PHONE, "value": value} if isinstance(value, str) else value


def _one_or_several(value: object) -> str:
    return "several" if isinstance(value, list | tuple) else "one"


type To = Annotated[Address, BeforeValidator(_address, json_schema_input_type=str | Address)]
type Person = Annotated[
    Annotated[To, Tag("one")] | Annotated[tuple[To, ...], Field(min_length=1, max_length=10), Tag("several")],
    Discriminator(_one_or_several),
]
"""A recipient by one address, or by all that are known: the first that the channel reaches is used."""
type Variables = Annotated[dict[Annotated[str, Field(pattern=r"^\w{1,64}$")], str], Field(max_length=50)]

NAME = r"^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$"
"""Names of accounts and tenants: 2 to 40 lower-case letters, digits and hyphens."""


class Recipient(Model):
    """One of many recipients, with what fills the `{{name}}` placeholders of the content for them."""

    to: Person
    variables: Variables = Field(default_factory=dict)


class Lane(StrEnum):
    """Transactional messages overtake bulk."""

    TRANSACTIONAL = "transactional"
    BULK = "bulk"


class Policy(StrEnum):
    """What to do when nobody can say whether a message was sent."""

    AT_MOST_ONCE = "at_most_once"
    AT_LEAST_ONCE = "at_least_once"


class SmartLink(Model):
    """
    A link that is kept at the provider: the text names it as `{{link_<id>}}`, each recipient gets a short one.

    `minutes`: how long it leads somewhere, None for as long as the provider's setting says.
    """

    id: Annotated[str, Field(pattern=r"^\w{1,40}$")]
    minutes: Annotated[int, Field(ge=1, le=525_600)] | None = None


class Options(Model):
    """
    How a message is to be sent, as far as the channel can.

    `validity_seconds` counts from the time of sending; `max_segments` is for SMS; `test` asks the provider
    to simulate; `thread` is the conversation in an app that a message belongs to; `regulatory_template` is the id
    under which a text is registered with a regulator (India's DLT). With `provider_send_at` the message is handed
    over at once and the provider holds it: it cannot be cancelled any more.
    """

    category: Literal["informational", "promotional"] | None = None
    priority: Annotated[int, Field(ge=0, le=9)] | None = None
    validity_seconds: Annotated[int, Field(ge=30, le=30 * 86_400)] | None = None
    flash: bool = False
    sender_type: Literal["national", "international", "alphanumeric", "shortcode"] | None = None
    max_segments: Annotated[int, Field(ge=1, le=255)] | None = None
    test: bool = False
    thread: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,128}$")] | None = None
    regulatory_template: Annotated[str, Field(pattern=r"^\w{1,64}$")] | None = None
    smart_links: Annotated[tuple[SmartLink, ...], Field(max_length=10)] = ()
    provider_send_at: AwareDatetime | None = None


def _no_control(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be printable")
    return text


type ProviderName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
type IdempotencyKey = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_no_control)]

MAX_RECIPIENTS = 1000

MAX_RAW = 16_000
"""Characters of all raw overrides together, as JSON."""


def _small(raw: dict[str, dict[str, JsonValue]]) -> dict[str, dict[str, JsonValue]]:
    if len(json.dumps(raw, allow_nan=False)) > MAX_RAW:
        raise ValueError(f"must have at most {MAX_RAW} characters as JSON")
    return raw


class SendRequest(Model):
    """
    The body of `POST /v1/messages`: one content to one recipient (`to`) or to 1 to 1000 (`recipients`).

    Without `account` the tenant's route for the channel decides. `reference` is the client's own word for the
    message, handed back in every answer and event. A content that the provider cannot say is simplified unless
    `strict`. `success` is what the sender has to learn of: a provider that never tells is refused, and an event says
    when it is overdue. `raw` is put
    into the request of the provider that it names, as a JSON merge patch, unread.
    """

    channel: Channel
    to: Person | None = None
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1, max_length=MAX_RECIPIENTS)] | None = None
    sender: Annotated[Label | None, Field(alias="from")] = None
    account: Annotated[str, Field(pattern=NAME)] | None = None
    content: Content
    variables: Variables | None = None
    options: Options = Options()
    strict: bool = False
    success: Literal["sent", "delivered", "read"] | None = None
    raw: Annotated[dict[ProviderName, dict[str, JsonValue]], AfterValidator(_small)] = Field(default_factory=dict)
    lane: Lane | None = None
    policy: Policy = Policy.AT_MOST_ONCE
    send_at: AwareDatetime | None = None
    reference: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_no_control)] | None = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def _to_whom(self) -> Self:
        if (self.to is None) == (self.recipients is None):
            raise ValueError("give either to or recipients")
        if self.recipients and self.variables is not None:
            raise ValueError("with recipients, variables belong to each of them")
        return self


class IntakeRequest(SendRequest):
    """
    A send by the intake queue or by EventBridge (`herald.send`).

    Who may write there is decided by IAM, so the tenant is named in the body, and whether it is a `test` that reaches
    nobody.
    """

    tenant: Annotated[str, Field(pattern=NAME)]
    test: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """
    A name that an account may send from.

    Where it is a `tenant`'s, no other sends from it, and what is written to it is theirs. Where it is nobody's, all
    who may use the account send from it, and the account's first tenant gets what is written to it.
    """

    id: str
    channel: Channel
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """`rate` in messages a second (None: unlimited), `batch` in recipients a call (None: the provider's own)."""

    rate: float | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """
    A provider account, as data. Its credentials lie in Secrets Manager.

    `settings` are the adapter's own (base addresses, every inferred path); `epochs` are the valid numbers of
    its webhook addresses; `webhook_base` is the public address of the API, which the CLI fills in.
    """

    name: str
    provider: str
    tenants: tuple[str, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    senders: tuple[Sender, ...] = ()
    limits: Limits = Limits()
    epochs: tuple[int, ...] = (1,)
    webhook_base: str | None = None
    disabled: bool = False

    def sender(self, channel: Channel, wanted: str | None, tenant: str) -> Sender | None:
        """The sender of this channel that is asked for, or the first one; never another tenant's."""
        owners = (None, base_of(tenant))
        mine = [sender for sender in self.senders if sender.channel is channel and sender.tenant in owners]
        return next((sender for sender in mine if wanted in (None, sender.id)), None)

    def tenant_of(self, sender_id: str | None, channel: Channel | None = None) -> str:
        """Who owns what arrives at this sender; the same number may be another tenant's on another channel."""
        mine = [sender for sender in self.senders if sender.id.lower() == (sender_id or "").lower()]
        found = next((sender for sender in mine if sender.channel is channel), mine[0] if mine else None)
        return (found.tenant if found else None) or self.tenants[0]


@dataclass(frozen=True, slots=True)
class MediaFile:
    """
    Media that is ready to be referred to.

    `url` is public and lives for days; `provider_media_id` is set where the provider wants uploads. Size in
    bytes; `sha256` in hex.
    """

    key: str
    content_type: str
    size: int
    sha256: str
    url: str
    filename: str | None = None
    provider_media_id: str | None = None


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """
    What an adapter turns into a request: everything resolved, nothing left to look up.

    More than one recipient only where the adapter declares batches; they share content and options. `reference`
    names the call, `references` each recipient's own message, in their order (`reference_of`).
    """

    reference: str
    channel: Channel
    recipients: tuple[Address, ...]
    sender: str
    content: Content
    options: Options = field(default_factory=Options)
    media: Mapping[str, MediaFile] = field(default_factory=dict)
    callback_url: str | None = None
    references: tuple[str, ...] = ()

    @property
    def recipient(self) -> Address:
        """The only recipient, or the first."""
        return self.recipients[0]

    def reference_of(self, position: int) -> str:
        """What names the message to this recipient alone; of a single message it is the call's reference."""
        return self.references[position] if self.references else self.reference


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took the message. `segments` is what it says it will bill, where it says so."""

    provider_message_id: str | None = None
    code: str | None = None
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """
    One delivery report.

    It names the message by our `reference` or by `provider_message_id`, and in a batch by `recipient`
    (canonical address) too. `status` is one of MARKS, or None for a word that says nothing final (kept in the
    history, and proof that it was sent): one that is known to say nothing is `silent`, any other is counted as unknown.
    `at` is the provider's time in milliseconds.
    """

    provider_status: str
    status: Status | None = None
    reference: str | None = None
    provider_message_id: str | None = None
    recipient: str | None = None
    at: int | None = None
    code: str | None = None
    reason: Reason | None = None
    event_id: str | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """
    A message from a person.

    `content` is JSON in one of the shapes of `inbound_content`; `media` lists provider media ids to fetch. `thread` is
    the conversation in an app that an answer has to name, `reply_to` the provider's id of the message that is answered
    or quoted. Without an `event_id` of the provider a repeat cannot be told from a person who writes the same again.
    """

    channel: Channel
    sender: str
    content: Mapping[str, object]
    recipient: str | None = None
    sender_name: str | None = None
    media: tuple[str, ...] = ()
    thread: str | None = None
    reply_to: str | None = None
    event_id: str | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """
    A part of a webhook or of a list that cannot be read: it is kept for people, and costs its neighbours nothing.

    `text` is the body of a webhook that would tell this part alone, so that it can be read again once the adapter is
    mended; of a list it is the entry's JSON. `why` is a word for people.
    """

    text: str
    why: str = "unreadable"


@dataclass(frozen=True, slots=True)
class OptIn:
    """Somebody whom a provider lists as willing to be written to; `blocked` ones must not be all the same."""

    address: str
    name: str | None = None
    capable: bool | None = None
    blocked: bool = False


type Event = StatusUpdate | InboundMessage | Unreadable
