"""
The one port to providers.

An adapter is pure translation: it turns our messages into requests and answers into facts. It does no I/O,
reads no clock and no environment, and does not log. Whoever calls it supplies account, secrets and token;
`exchange` alone talks HTTP. What the gateway must know about a provider is declared as data
(`ChannelFacts`), so that no provider's name stands in a condition outside its own file.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar, Self
from urllib.parse import urlencode

from herald import retry_after as retry_after_header
from herald.content import MediaKind
from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    UnsupportedFeature,
)
from herald.models import Account, Address, AddressType, Channel, Event, MediaFile, OptIn, OutboundMessage, Receipt
from herald.status import MARKS, Status

MAX_RETRY_AFTER = 900.0
"""Seconds; a provider that asks for more is asked again after this."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, ready to be sent. `body` is bytes or None; header names are sent as written."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @classmethod
    def with_json(cls, method: str, url: str, payload: object, headers: Mapping[str, str] | None = None) -> Self:
        """A JSON request: ASCII on the wire, so no system on the way can spoil a character."""
        body = json.dumps(payload, separators=(",", ":")).encode("ascii")
        return cls(method, url, {"Content-Type": "application/json", **(headers or {})}, body)

    @classmethod
    def with_form(
        cls, method: str, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Self:
        """A url-encoded form."""
        body = urlencode(form).encode("ascii")
        return cls(method, url, {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}, body)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, read whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Webhook:
    """What a provider sent us: `kind` is the last part of the address, header names are lower case, raw bytes."""

    kind: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes one attempt unlike any other: the time in milliseconds since 1970, and 32 random characters."""

    now: int
    nonce: str


class Direction(StrEnum):
    """Which of a provider's lists: what people wrote, or what was sent to them."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Listing:
    """
    A question for a page of a provider's list. `start` and `end` (milliseconds since 1970, both included) bound when
    an entry was made; `skip` entries come before the page, `limit` at most are on it.
    """

    direction: Direction
    start: int | None = None
    end: int | None = None
    skip: int = 0
    limit: int = 20
    sender: str | None = None
    recipient: str | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """
    A page of a provider's list. `count` entries were on it, those included that are no event at all: fewer than were
    asked for means that there are no more.
    """

    count: int
    events: Sequence[Event] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; `expires_in` is in seconds from now, None when the provider does not say."""

    value: str
    expires_in: float | None


class Reports(StrEnum):
    """How a provider tells what became of a message."""

    WEBHOOK = "webhook"
    POLL = "poll"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MediaRule:
    """What media of one kind may be: its content types as `media_type` names them, and its size in bytes."""

    types: frozenset[str]
    size: int


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """
    What the gateway must know about one channel of a provider.

    `echo`: reports carry our reference, so no rendezvous is needed. `tells`: the statuses that reports bring.
    `dedupes`: the provider drops a second message with the same reference (source needed!), so an unclear one
    may be sent again. `resends`: how often an unclear message may be sent again at all, None for until it expires.
    `batch`: recipients that one call takes. `uploads`: media goes to the provider first and is then named by its
    id there. `schedules`: the seconds for which it holds messages at most, 0 where it holds none. `options`: those it
    honours. `addresses`: the types of recipient it reaches. `media`: what it takes of each kind, where that is
    documented; `sticker` the same for stickers.
    """

    contents: frozenset[str]
    echo: bool
    reports: Reports = Reports.WEBHOOK
    tells: frozenset[Status] = frozenset(MARKS)
    dedupes: bool = False
    resends: int | None = None
    batch: int = 1
    uploads: bool = False
    capability: bool = False
    schedules: int = 0
    options: frozenset[str] = frozenset()
    addresses: frozenset[AddressType] = frozenset({AddressType.PHONE})
    media: Mapping[MediaKind, MediaRule] = field(default_factory=dict)
    sticker: MediaRule | None = None


_NEVER_IGNORED: Mapping[str, str] = {
    "test": "leave it out: the message would really be sent",
    "smart_links": "write the address itself: the placeholder would be sent as it stands",
    "provider_send_at": "give send_at: Herald holds the message, and it can be cancelled",
}
"""Options that change what a recipient sees: where they are not honoured, the message is refused."""


class Provider(ABC):
    """
    One provider account, spoken to in its own language.

    `secrets` are the account's credentials; their values never appear in an error. `webhooks` are the kinds of address
    that the provider can be given; `signs_webhooks`: `verify` and `parse_events` need the secrets; `proof_headers` and
    `read_headers`: those of a webhook that `verify` and `parse_events` look at. `polls` are the lists that have to be
    read because no webhook tells, in pages of at most `page` entries of which at most the first `depth` can be
    reached. `opts_in`: people a call that it adds to its list of who is willing to be written to, 0 where it keeps
    none. `reserved` are the members of its requests, as dotted paths, that a raw override must not touch: who is
    written to, by whom, and how its reports find us.
    """

    channels: ClassVar[Mapping[Channel, ChannelFacts]]
    secret_names: ClassVar[tuple[str, ...]] = ()
    webhooks: ClassVar[tuple[str, ...]] = ()
    signs_webhooks: ClassVar[bool] = False
    proof_headers: ClassVar[frozenset[str]] = frozenset()
    read_headers: ClassVar[frozenset[str]] = frozenset({"content-type"})
    polls: ClassVar[tuple[Direction, ...]] = ()
    page: ClassVar[int] = 0
    depth: ClassVar[int] = 0
    opts_in: ClassVar[int] = 0
    reserved: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        self.account = account
        self.secrets = secrets

    def setting(self, name: str, default: str) -> str:
        """A setting of the account, or what the documents say."""
        value = self.account.settings.get(name, default)
        if not isinstance(value, str):
            raise ConfigurationError(f"setting {name} of account {self.account.name} must be text")
        return value

    def choice(self, name: str, *values: str) -> str:
        """A setting that is one of these values; the first is what the documents say."""
        value = self.setting(name, values[0])
        if value not in values:
            raise ConfigurationError(
                f"setting {name} of account {self.account.name} must be one of {', '.join(values)}"
            )
        return value

    def whole(self, name: str, default: int, most: int) -> int:
        """A setting that is a whole number from 1 to `most`, as JSON or as text."""
        value = self.account.settings.get(name, default)
        number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= most:
            raise ConfigurationError(f"setting {name} of account {self.account.name} must be from 1 to {most}")
        return number

    def switch(self, name: str, *, default: bool) -> bool:
        """A setting that is true or false, as JSON or as text."""
        value = self.account.settings.get(name, default)
        if value in ("true", "false"):
            return value == "true"
        if not isinstance(value, bool):
            raise ConfigurationError(f"setting {name} of account {self.account.name} must be true or false")
        return value

    def secret(self, name: str) -> str:
        """A credential of the account. Raises ConfigurationError when it was never given."""
        try:
            return self.secrets[name]
        except KeyError:
            raise ConfigurationError(f"account {self.account.name} has no secret {name}") from None

    def facts(self, channel: Channel) -> ChannelFacts:
        """What is declared for this channel. Raises UnsupportedFeature when the provider has no such channel."""
        try:
            return self.channels[channel]
        except KeyError:
            raise UnsupportedFeature(
                f"account {self.account.name} does not send {channel}",
                field="channel",
                hint=f"it sends {', '.join(sorted(self.channels))}",
            ) from None

    def check(self, message: OutboundMessage) -> None:
        """
        Refuse what cannot be said to this provider, before anything is stored or sent.

        Media may still be unresolved. Raises InvalidMessage or UnsupportedFeature with the field.
        """
        facts = self.facts(message.channel)
        if message.content.type not in facts.contents:
            raise UnsupportedFeature(
                f"account {self.account.name} cannot send {message.content.type} content over {message.channel}",
                field="content.type",
                hint=f"it can send {', '.join(sorted(facts.contents))}",
            )
        for option, hint in _NEVER_IGNORED.items():
            if getattr(message.options, option) and option not in facts.options:
                raise UnsupportedFeature(
                    f"account {self.account.name} has no {option} over {message.channel}",
                    field=f"options.{option}",
                    hint=hint,
                )
        for recipient in message.recipients:
            self.check_address(message.channel, recipient)

    def check_address(self, channel: Channel, address: Address) -> None:
        """Refuse a type of address that this provider cannot reach over the channel. Raises UnsupportedFeature."""
        reached = self.facts(channel).addresses
        if address.type not in reached:
            raise UnsupportedFeature(
                f"account {self.account.name} cannot reach a {address.type} address over {channel}",
                field="to",
                hint=f"give a {' or '.join(sorted(reached))} address",
            )

    def token_request(self) -> Request | None:
        """What to ask for a bearer token; None when the credentials themselves are sent."""
        return None

    def parse_token(self, response: Response) -> Token:
        """Read the token. Raises CredentialsRefused, ProviderThrottled or ProviderUnavailable."""
        raise NotImplementedError

    def sign(self, request: Request, stamp: Stamp) -> Request:  # noqa: ARG002 - most credentials do not age
        """
        The request as this attempt sends it, where credentials hold only for a moment.

        It comes between claim and POST: nothing but memory. Raises ConfigurationError.
        """
        return request

    @abstractmethod
    def build_request(self, message: OutboundMessage, token: str | None) -> Request:
        """The call that sends this message."""

    @abstractmethod
    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:
        """What the answer means for the first recipient. Raises one of the three outcomes (`errors.ProviderError`)."""

    def parse_receipts(self, response: Response, message: OutboundMessage) -> Sequence[Receipt | ProviderError]:
        """
        What the answer means for each recipient, in their order; one verdict for all unless the provider says more.

        Raises one of the three outcomes when it is about the call as a whole.
        """
        return (self.parse_receipt(response, message),) * len(message.recipients)

    def build_upload(self, media: MediaFile, data: bytes, token: str | None) -> Request:
        """The call that gives media to the provider, where `uploads` is declared."""
        raise NotImplementedError

    def parse_upload(self, response: Response) -> str:
        """The provider's media id. Raises a ProviderError."""
        raise NotImplementedError

    def build_download(self, provider_media_id: str, token: str | None) -> Request:
        """The call that fetches media a person sent."""
        raise NotImplementedError

    def parse_download(self, response: Response) -> tuple[bytes, str]:
        """The bytes and the declared content type. Raises a ProviderError."""
        raise NotImplementedError

    def build_capability(self, channel: Channel, address: str, sender: str, token: str | None) -> Request:
        """The call that asks what a recipient can receive, where `capability` is declared."""
        raise NotImplementedError

    def parse_capability(self, response: Response) -> frozenset[str]:
        """The provider's words for what the recipient can do; empty when not reachable on the channel."""
        raise NotImplementedError

    def build_list(self, listing: Listing, token: str | None) -> Request:
        """The call for a page of one of its lists."""
        raise NotImplementedError

    def parse_list(self, direction: Direction, response: Response) -> Listed:
        """The page. Raises a ProviderError."""
        raise NotImplementedError

    def build_lookup(self, direction: Direction, their_id: str, token: str | None) -> Request:
        """The call for one entry of a list, by the provider's id."""
        raise NotImplementedError

    def parse_lookup(self, direction: Direction, response: Response) -> Event | None:
        """The entry; None when there is none. Raises a ProviderError."""
        raise NotImplementedError

    def build_opt_ins(self, token: str | None) -> Request:
        """The call that lists who is willing to be written to, where `opts_in` is declared."""
        raise NotImplementedError

    def build_opt_in(self, people: Sequence[OptIn], token: str | None) -> Request:
        """The call that adds people to that list."""
        raise NotImplementedError

    def parse_opt_ins(self, response: Response) -> Sequence[OptIn]:
        """The list that either call answers with. Raises a ProviderError."""
        raise NotImplementedError

    def verify(self, webhook: Webhook) -> None:  # noqa: B027 - most providers sign nothing
        """Check the provider's own signature over the raw bytes, where there is one. Raises WebhookNotVerified."""

    def parse_events(self, webhook: Webhook) -> Sequence[Event]:  # noqa: ARG002 - not every provider posts to us
        """
        Everything the webhook tells, in its order; what cannot be read of several things is an Unreadable.

        Raises ValueError when nothing of it can be read: it is then kept, not refused.
        """
        raise ValueError("this provider has no webhooks")

    def acknowledge(self, webhook: Webhook) -> Response:  # noqa: ARG002 - some providers answer by kind
        """The exact answer that stops the provider from sending this again."""
        return Response(200)


def load(account: Account, secrets: Mapping[str, str]) -> Provider:
    """
    The adapter of an account: class `Adapter` of the module named as the provider, imported on first use.

    Raises ConfigurationError when there is no such provider.
    """
    return adapter_class(account.provider)(account, secrets)


def adapter_class(provider: str) -> type[Provider]:
    """The adapter's class, for what can be asked without an account."""
    if not provider.isidentifier():
        raise ConfigurationError(f"there is no provider {provider!r}")
    try:
        module = import_module(f"herald.providers.{provider}")
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"there is no provider {provider!r}") from error
    adapter: type[Provider] = module.Adapter
    return adapter


def exists(provider: str) -> bool:
    """Whether there is such a provider; nothing is imported."""
    return provider.isidentifier() and find_spec(f"herald.providers.{provider}") is not None


def may_resend(facts: ChannelFacts, doubts: int) -> bool:
    """Whether a message that may have been sent so many times already may be sent once more."""
    return facts.resends is None or doubts <= facts.resends


def only(results: Sequence[Receipt | ProviderError]) -> Receipt:
    """The first recipient's result, for `parse_receipt` of an adapter whose provider answers for each. Raises it."""
    if isinstance(results[0], ProviderError):
        raise results[0]
    return results[0]


def error_for_status(response: Response) -> ProviderError | None:
    """
    What a status means where the provider's body says nothing better; None for 2xx.

    401 and 403 come before any work, 429 is a refusal to work; 408, 3xx and 5xx leave open what happened.
    """
    status = response.status
    detail = f"the provider answered {status}"
    code = str(status)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return CredentialsRefused(detail, provider_code=code)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ProviderThrottled(detail, provider_code=code, retry_after=retry_after(response))
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT:
        return ProviderRejected(detail, provider_code=code)
    return OutcomeUnknown(detail, provider_code=code)


def retry_after(response: Response) -> float | None:
    """Seconds that the provider asks us to wait, at most MAX_RETRY_AFTER; None when it does not say."""
    return retry_after_header.seconds(response.headers, MAX_RETRY_AFTER)
