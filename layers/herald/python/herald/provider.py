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
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from importlib import import_module
from typing import ClassVar, Self
from urllib.parse import urlencode

from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    UnsupportedFeature,
)
from herald.models import Account, Address, AddressType, Channel, Event, MediaFile, OutboundMessage, Receipt

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
class ChannelFacts:
    """
    What the gateway must know about one channel of a provider.

    `echo`: reports carry our reference, so no rendezvous is needed. `dedupes`: the provider drops a second
    message with the same reference (source needed!), so an unclear one may be sent again. `batch`: recipients
    that one call takes. `uploads`: media goes to the provider first and is then named by its id there.
    `addresses`: the types of recipient it reaches.
    """

    contents: frozenset[str]
    echo: bool
    reports: Reports = Reports.WEBHOOK
    dedupes: bool = False
    batch: int = 1
    uploads: bool = False
    capability: bool = False
    addresses: frozenset[AddressType] = frozenset({AddressType.PHONE})


class Provider(ABC):
    """
    One provider account, spoken to in its own language.

    `secrets` are the account's credentials; their values never appear in an error. `webhooks` are the kinds of
    address that the provider can be given; `signs_webhooks`: `verify` needs the secrets.
    """

    channels: ClassVar[Mapping[Channel, ChannelFacts]]
    secret_names: ClassVar[tuple[str, ...]] = ()
    webhooks: ClassVar[tuple[str, ...]] = ()
    signs_webhooks: ClassVar[bool] = False

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

    @abstractmethod
    def build_request(self, message: OutboundMessage, token: str | None) -> Request:
        """The call that sends this message."""

    @abstractmethod
    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:
        """What the answer means. Raises one of the three outcomes (`errors.ProviderError`)."""

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

    def verify(self, webhook: Webhook) -> None:  # noqa: B027 - most providers sign nothing
        """Check the provider's own signature over the raw bytes, where there is one. Raises WebhookNotVerified."""

    def parse_events(self, webhook: Webhook) -> Sequence[Event]:
        """
        Everything the webhook tells. Raises ValueError when it cannot be read: it is then kept, not refused.
        """
        raise NotImplementedError

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


def retry_after(response: Response, now: float | None = None) -> float | None:
    """
    Seconds to wait, from a number or an HTTP date, clamped to 0..MAX_RETRY_AFTER; None when absent or junk.

    A date is measured against the response's own Date header, so our clock does not matter; `now` (seconds
    since 1970) stands in when there is none.
    """
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"-?[0-9]{1,12}", value):
        return min(max(float(value), 0.0), MAX_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(value).timestamp()
        start = parsedate_to_datetime(response.headers["date"]).timestamp() if now is None else now
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return min(max(until - start, 0.0), MAX_RETRY_AFTER)
