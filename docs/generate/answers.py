"""
What Herald answers and publishes, as models: the other half of the contract, whose requests the code checks itself.

The functions build their answers as plain JSON, since nothing has to be checked there; these models describe it. Tests
hold real answers and events against them. Times are ISO 8601 in UTC with milliseconds; what says nothing is left out.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue

from herald.content import Content, Model
from herald.errors import Reason
from herald.inbound_content import InboundContent
from herald.models import Channel, Lane, Options, Policy, To
from herald.segment import Encoding
from herald.status import Status

type Id = Annotated[str, Field(pattern=r"^[a-z2-7]{26}$")]
type MessageId = Annotated[str, Field(pattern=r"^[a-z2-7]{26}(\.[a-z2-7]{10})?$")]
type Path = Annotated[str, Field(pattern=r"^/v1/")]
type JsonObject = dict[str, JsonValue]
type Count = Annotated[int, Field(ge=0)]


class SegmentCount(Model):
    """What an SMS costs, counted before it is sent: `length` and `remaining` are in units of the encoding."""

    encoding: Encoding
    segments: Annotated[int, Field(ge=1)]
    length: Count
    remaining: Count


class Warned(Model):
    """Something that its sender should know though it is sent: `simplified` content lost what `detail` says."""

    code: Literal["simplified"]
    field: str
    detail: str


class Failure(Model):
    """Why a message was not delivered, or not yet: our reason, and the provider's own code or word."""

    reason: Reason | None = None
    code: str | None = None


type Test = Annotated[Literal[True] | None, Field(description="Made with a test key: nobody is reached.")]


class Links(Model):
    """Where to go from here. `members`: of a request, the list of its messages."""

    self_: Annotated[Path, Field(alias="self")]
    cancel: Path
    members: Path | None = None


class Accepted(Model):
    """A message, or a request of `count` recipients, is stored and will be sent."""

    id: Id
    status: Literal[Status.ACCEPTED]
    channel: Channel
    account: str
    lane: Lane
    reference: str | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    send_at: AwareDatetime
    expires_at: AwareDatetime
    test: Test = None
    segments: SegmentCount | None = None
    warnings: tuple[Warned, ...] | None = None
    links: Links


class Validated(Model):
    """What would be sent, and by which account and sender."""

    channel: Channel
    account: str
    provider: str
    sender: str
    recipients: Annotated[int, Field(ge=1)]
    lane: Lane
    send_at: AwareDatetime
    expires_at: AwareDatetime
    test: Test = None
    segments: SegmentCount | None = None
    warnings: tuple[Warned, ...] | None = None


class Message(Model):
    """
    One message to one recipient. With `request` it is one of that request's many.

    `segments` is what the provider says it bills, `tries` how often the provider was called, `unclear`: nobody knows
    yet whether it was sent. `success` is what its sender asked to learn of it, `overdue_at` when that had not been
    reported in time. `send_at` is the time from which it may be sent, so it moves on with every retry. `redacted`: its
    content was not kept beyond its end; a tenant that does not keep addresses either is shown the last characters of
    it (`to_ends`) in place of `to`. `erased`: so was its recipient, of whom nothing is known any more.
    """

    id: MessageId
    status: Status
    to: To | None = None
    to_ends: str | None = None
    channel: Channel
    account: str
    sender: str | None = None
    reference: str | None = None
    lane: Lane
    policy: Policy
    success: Literal["delivered", "read"] | None = None
    provider_id: str | None = None
    segments: Count | None = None
    tries: Count
    created_at: AwareDatetime
    send_at: AwareDatetime
    expires_at: AwareDatetime
    overdue_at: AwareDatetime | None = None
    request: Id | None = None
    test: Test = None
    unclear: Literal[True] | None = None
    redacted: Literal[True] | None = None
    erased: Literal[True] | None = None
    error: Failure | None = None


class Request(Model):
    """
    One request to `count` recipients; its `status` says only whether what is left of it will still be sent.

    `redacted`: its content was not kept beyond its end.
    """

    id: Id
    status: Literal[Status.ACCEPTED, Status.CANCELLED, Status.EXPIRED]
    channel: Channel
    account: str
    sender: str | None = None
    reference: str | None = None
    lane: Lane
    policy: Policy
    success: Literal["delivered", "read"] | None = None
    count: Annotated[int, Field(ge=1)]
    created_at: AwareDatetime
    send_at: AwareDatetime
    expires_at: AwareDatetime
    open_chunks: Count
    test: Test = None
    redacted: Literal[True] | None = None


class Step(Model):
    """Something that happened to a message: a step of ours, or a `report` in the provider's own words."""

    at: AwareDatetime
    event: Literal["accepted", "sent", "receipt_overdue", "report"]
    tries: Count | None = None
    provider_status: str | None = None
    code: str | None = None


class MessageDetail(Message):
    """A message with what it says to its recipient (the `variables` of a member filled in), and its history."""

    content: Content | None = None
    options: Options | None = None
    raw: dict[str, JsonObject] | None = None
    variables: dict[str, str] | None = None
    history: tuple[Step, ...]
    links: Links


class RequestDetail(Request):
    """A request with what it says, placeholders and all."""

    content: Content | None = None
    options: Options | None = None
    raw: dict[str, JsonObject] | None = None
    links: Links


class MessagePage(Model):
    """Part of a list. With `next_cursor` there may be more, also when this page is not full or even empty."""

    messages: tuple[Message | Request, ...]
    next_cursor: str | None = None


class InboundMedia(Model):
    """Media that a person sent: `link` describes it once it is `ready`."""

    state: Literal["pending", "ready", "failed"]
    content_type: str | None = None
    size: Count | None = None
    reason: str | None = None
    id: str | None = None
    link: Path | None = None


class Inbound(Model):
    """
    A message that a person sent, `to` one of our senders.

    `thread` is the conversation in an app that an answer has to name (`options.thread`), `reply_to` the provider's id
    of the message that is answered or quoted. `possible_duplicate`: the same was said just before, and the provider
    gives no id by which to tell. `redacted`: what was said is kept for a day only; a tenant that does not keep
    addresses either is shown the end of it (`from_ends`) from then on.
    """

    id: Id
    from_: Annotated[To | None, Field(alias="from")] = None
    from_ends: str | None = None
    channel: Channel
    account: str
    name: str | None = None
    to: str | None = None
    content: InboundContent | None = None
    redacted: Literal[True] | None = None
    thread: str | None = None
    reply_to: str | None = None
    received_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    media: tuple[InboundMedia, ...]
    possible_duplicate: Literal[True] | None = None
    duplicate_of: Id | None = None


class InboundPage(Model):
    """Part of a list, as `MessagePage`."""

    inbound: tuple[Inbound, ...]
    next_cursor: str | None = None


class MediaReady(Model):
    """The media at this `position` of an inbound message that was told without it; it may also have `failed`."""

    id: Id
    position: Count
    media: InboundMedia


class CapabilityAnswer(Model):
    """What a recipient can receive, in the provider's words; `cached`: as it was said at `checked_at`."""

    reachable: bool
    capabilities: tuple[str, ...]
    account: str
    checked_at: AwareDatetime
    cached: bool


class AccountSender(Model):
    """A name that an account may send from."""

    channel: Channel
    id: str


class AccountDescription(Model):
    """A provider account that this tenant may use. `webhooks`: the kinds of address that its provider can be given."""

    name: str
    provider: str
    channels: tuple[Channel, ...]
    webhooks: tuple[str, ...]
    senders: tuple[AccountSender, ...]
    disabled: Literal[True] | None = None


class Accounts(Model):
    """All accounts of the tenant, by name."""

    accounts: tuple[AccountDescription, ...]


class TenantLimit(Model):
    """So many messages may be accepted in a minute or a day, and so many were in the one that ends at `resets_at`."""

    per: Literal["minute", "day"]
    limit: Annotated[int, Field(ge=1)]
    used: Count
    resets_at: AwareDatetime


class Usage(Model):
    """The limits of the tenant, each recipient counted; those of test keys are as high and counted apart."""

    limits: tuple[TenantLimit, ...]
    test: Test = None


class Health(Model):
    """The API answers, in this version of Herald."""

    status: Literal["ok"]
    version: str


class WebhookReady(Model):
    """The address exists."""

    status: Literal["ready"]


class ProblemMistake(Model):
    """One thing that is wrong with a body or a query; `field` is a path such as `recipients[3].to`."""

    field: str
    code: str
    detail: str


class Problem(Model):
    """
    What went wrong (RFC 9457). `code` is for programs, `detail` and `hint` are for people.

    `errors` has every mistake where there can be several; `reason` and `provider_code` come with a provider's refusal.
    """

    type: Annotated[str, Field(pattern=r"^urn:herald:problem:[a-z_]+$")]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    instance: str | None = None
    code: str
    field: str | None = None
    hint: str | None = None
    reason: Reason | None = None
    provider_code: str | None = None
    errors: tuple[ProblemMistake, ...] | None = None


class Event(Model):
    """
    An event as it stands on the bus (`detail`), from source `herald`, with its `type` as the detail type.

    `id` is the same when an event is published again; `sequence` only rises over a message's life, so the highest seen
    is the truth; `at` is when it happened, by the provider's clock where the provider told.
    """

    id: str
    type: str
    tenant: str
    test: Test = None
    at: AwareDatetime
    sequence: Count


class MessageEvent(Event):
    """A message has reached a status, or was not reported in time as its sender asked."""

    data: Message


class RequestEvent(Event):
    """A request to many was accepted, cancelled, or expired with recipients left."""

    data: Request


class InboundEvent(Event):
    """A person wrote."""

    data: Inbound


class MediaEvent(Event):
    """Media of a message that was told without it."""

    data: MediaReady
