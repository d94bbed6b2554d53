"""
Tables of cases: what one provider does its own way, as data. `test_providers.py` runs them all.

A provider's module in `cases/` holds one TABLE. Its cases hold only what is peculiar to it; what all providers do
alike (the wire's failures, HTTP statuses, secrets, batches, unknown words) is derived from the table's few examples
in `test_contract_*.py`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

import httpx

from herald.errors import HeraldError, Reason
from herald.models import Account, Channel, Event, MediaFile, OptIn, OutboundMessage, Receipt
from herald.provider import (
    ChannelFacts,
    Direction,
    Listed,
    Listing,
    Provider,
    Request,
    Response,
    Stamp,
    Token,
    Webhook,
    load,
)
from herald.status import Status

type Features = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wire:
    """
    A request as the provider sees it. Of the bodies only one is given; no header beyond these may differ.

    `form` keeps its order out of sight: names and values are what counts.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: object = None
    form: Mapping[str, str] | None = None
    body: bytes | None = None

    @classmethod
    def seen(cls, request: Request) -> "Wire":
        """What a request looks like from the other side."""
        kind = request.headers.get("Content-Type", "")
        seen = cls(request.method, request.url, dict(request.headers))
        if request.body is None:
            return seen
        if kind.startswith("application/json"):
            return replace(seen, json=json.loads(request.body))
        if kind.startswith("application/x-www-form-urlencoded"):
            charset = kind.partition("charset=")[2] or "utf-8"
            return replace(seen, form=dict(parse_qsl(request.body.decode("ascii"), encoding=charset)))
        return replace(seen, body=request.body)


@dataclass(frozen=True, slots=True)
class Refused:
    """An error as a case expects it: its class, and whatever else is given."""

    error: type[HeraldError]
    code: str | None = None
    reason: Reason | None = None
    field: str | None = None
    retry_after: float | None = None

    def check(self, found: HeraldError) -> None:
        """Say what differs."""
        assert type(found) is self.error, found
        assert self.code is None or getattr(found, "provider_code", None) == self.code
        assert self.reason is None or getattr(found, "reason", None) is self.reason
        assert self.field is None or found.field == self.field
        assert self.retry_after is None or getattr(found, "retry_after", None) == self.retry_after


@dataclass(frozen=True, kw_only=True)
class Case:
    """What all kinds of case have: a sentence, the features they prove, and what the account has of its own."""

    name: str
    features: Features
    settings: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Send(Case):
    """The provider is told exactly this; with a `stamp`, by an attempt that is signed with it."""

    message: OutboundMessage
    wire: Wire
    stamp: Stamp | None = None


@dataclass(frozen=True, kw_only=True)
class Refuse(Case):
    """A message that must never reach the provider."""

    message: OutboundMessage
    expect: Refused


@dataclass(frozen=True, kw_only=True)
class NotBuilt(Case):
    """A message for which no request is made, even when nobody checked it or its media is known only now."""

    message: OutboundMessage
    expect: Refused


@dataclass(frozen=True, kw_only=True)
class Sign(Case):
    """How an attempt at any request is signed."""

    request: Request
    stamp: Stamp
    expect: Wire | Refused


@dataclass(frozen=True, kw_only=True)
class Declares(Case):
    """What the gateway is told of a channel, with the settings of this account."""

    channel: Channel
    expect: ChannelFacts


@dataclass(frozen=True, kw_only=True)
class Answer(Case):
    """What an answer to a send means. Without a message, to the table's `hello`."""

    answer: Response
    expect: Receipt | Refused
    message: OutboundMessage | None = None


@dataclass(frozen=True, kw_only=True)
class Answers(Case):
    """What an answer means for each recipient of a message, in their order; `Refused` alone is about the call."""

    message: OutboundMessage
    answer: Response
    expect: Sequence[Receipt | Refused] | Refused


@dataclass(frozen=True, kw_only=True)
class Verified(Case):
    """Whether a webhook carries the provider's own proof; `expect` says how it is refused."""

    webhook: Webhook
    expect: Refused | None = None


@dataclass(frozen=True, kw_only=True)
class Inbox(Case):
    """What a webhook tells; None: it cannot be read and is kept for people to look at."""

    webhook: Webhook
    expect: Sequence[Event] | None


@dataclass(frozen=True, kw_only=True)
class TokenRequest(Case):
    """How a token is asked for, or why it is not."""

    wire: Wire | Refused


@dataclass(frozen=True, kw_only=True)
class TokenAnswer(Case):
    """What the token service's answer means."""

    answer: Response
    expect: Token | Refused


@dataclass(frozen=True, kw_only=True)
class Upload(Case):
    """How media is given to the provider."""

    media: MediaFile
    data: bytes
    wire: Wire


@dataclass(frozen=True, kw_only=True)
class UploadAnswer(Case):
    """What the answer to an upload means: the provider's media id."""

    answer: Response
    expect: str | Refused


@dataclass(frozen=True, kw_only=True)
class Download(Case):
    """How media of a person is fetched, and what the answer means; without an answer, why it is not fetched."""

    media_id: str
    wire: Wire | Refused
    answer: Response | None = None
    expect: tuple[bytes, str] | Refused | None = None


@dataclass(frozen=True, kw_only=True)
class Capability(Case):
    """How the provider is asked what a recipient can do, and what the answer means."""

    channel: Channel
    address: str
    sender: str
    wire: Wire
    answer: Response
    expect: frozenset[str] | Refused


@dataclass(frozen=True, kw_only=True)
class ListCall(Case):
    """How a page of a list is asked for."""

    listing: Listing
    wire: Wire | Refused


@dataclass(frozen=True, kw_only=True)
class ListPage(Case):
    """What a page of a list tells."""

    direction: Direction
    answer: Response
    expect: Listed | Refused


@dataclass(frozen=True, kw_only=True)
class Lookup(Case):
    """How one entry of a list is asked for, and what the answer tells; None: there is no such entry."""

    direction: Direction
    their_id: str
    wire: Wire
    answer: Response
    expect: Event | Refused | None


@dataclass(frozen=True, kw_only=True)
class OptIns(Case):
    """How the opt-in list is read or, with people, added to, and what the answer means."""

    people: Sequence[OptIn] | None
    wire: Wire
    answer: Response
    expect: Sequence[OptIn] | Refused


@dataclass(frozen=True, kw_only=True)
class Table:
    """
    One provider: its cases, and the examples from which the contract of all providers is derived.

    `hello` is a message it takes and `accepted` the answer that says so. `words` are the documented words of its
    reports, and `report` makes what brings one about `hello`: a webhook, or where reports are polled a page of the
    list. `acknowledgement` is the exact reply to a webhook, where there are any. `refusals` are the answers that carry
    each documented error code, by code. `results`, where each recipient gets a result of its own, makes the answer to
    a message: a code for each that is refused, None for each that is taken. `withheld` are the reserved members that
    the adapter never writes: a raw override could divert reports with them.
    """

    account: Account
    secrets: Mapping[str, str]
    hello: OutboundMessage
    accepted: Response
    report: Callable[[str], Webhook | Response]
    words: Mapping[str, Status | None]
    refusals: Mapping[str, Response]
    cases: Sequence[Case]
    acknowledgement: Response | None = None
    results: Callable[[OutboundMessage, Sequence[str | None]], Response] | None = None
    withheld: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The provider's name, as its module is called."""
        return self.account.provider

    def adapter(self, case: Case | None = None) -> Provider:
        """The provider with the table's account, or with what the case says of it."""
        if case is None:
            return load(self.account, self.secrets)
        return self.adapter_with(case.settings, case.secrets)

    def adapter_with(
        self, settings: Mapping[str, object] | None = None, secrets: Mapping[str, str] | None = None
    ) -> Provider:
        """The provider with further settings, or with other secrets than the table's."""
        account = replace(self.account, settings={**self.account.settings, **(settings or {})})
        return load(account, self.secrets if secrets is None else secrets)


def json_response(status: int, body: object) -> Response:
    """A JSON answer."""
    return Response(status, {"content-type": "application/json;charset=UTF-8"}, json.dumps(body).encode())


def post(kind: str, body: str | object) -> Webhook:
    """A webhook; text is sent as it stands, anything else as JSON."""
    raw = body if isinstance(body, str) else json.dumps(body)
    return Webhook(kind, raw.encode(), {"content-type": "application/json;charset=UTF-8"})


def answering(response: Response) -> httpx.MockTransport:
    """A wire on which every request gets this answer, unread as on a real one."""
    return httpx.MockTransport(
        lambda _: httpx.Response(
            response.status, headers=dict(response.headers), stream=httpx.ByteStream(response.body)
        )
    )


def failing(error: Exception) -> httpx.MockTransport:
    """A wire on which every request fails like this."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    return httpx.MockTransport(fail)
