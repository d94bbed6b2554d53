"""
Receiving webhooks: verify, keep, then answer exactly as the provider wants to be answered.

Nothing authentic is lost: what cannot be read goes to quarantine, what cannot be stored now goes to the spill
queue, and only if that fails too is the provider asked to come again. The answer never depends on whether
we understood what was said.
"""

import base64
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from herald.aws.queues import Queues, Record
from herald.aws.registry import Registry
from herald.aws.secrets import Secrets
from herald.aws.settings import Settings
from herald.aws.telemetry import Telemetry
from herald.clock import Deadline
from herald.errors import ConfigurationError, NotFound, Unavailable, WebhookNotVerified
from herald.identifier import random_id
from herald.keeping import Keeper, Source
from herald.models import Account, Event, InboundMessage
from herald.provider import Provider, Response, Webhook, adapter_class, load
from herald.web import Answer, Call, Routes, answer, raw
from herald.webhook_address import verify

MAX_BODY = 3_000_000
"""Bytes of a webhook that are read; a longer one is quarantined unread."""

AT_ONCE = 10
"""Events of one webhook that are stored before the answer; more go to the spill queue first."""

MAX_SPILL = 700_000
"""Bytes of body that fit into a queue record once they are base64."""

_MAX_KIND = 64
_WHY: Mapping[type[Exception], str] = {
    ConfigurationError: "misconfigured",
    WebhookNotVerified: "not_verified",
}
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it came: the address token and kind of its path, and the raw request."""

    token: str
    kind: str
    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    A webhook on its way into the table.

    Once it is `verified` it has only those headers that the adapter reads: whatever else proved that it is authentic
    has done its duty. `receipt` names the call that brought it, through the spill queue too: what is worked through
    twice is stored once. `start` is the first of its events that is not stored yet, `kept` where it lies in quarantine
    if it comes from there.
    """

    account: Account
    webhook: Webhook
    receipt: str
    verified: bool = False
    start: int = 0
    kept: str = ""

    def verify(self, adapter: Provider) -> "Arrival":
        """The same once its proof has been looked at, be it now or when it came. Raises WebhookNotVerified."""
        if not self.verified:
            adapter.verify(self.webhook)
        webhook = replace(self.webhook, headers=_chosen(self.webhook, adapter.read_headers))
        return replace(self, webhook=webhook, verified=True)

    def waiting(self) -> "Arrival":
        """
        The same with what it takes to verify it later; of a provider that nobody knows, all but what opens other doors.
        """
        try:
            adapter = adapter_class(self.account.provider)
            names = adapter.proof_headers | adapter.read_headers
        except ConfigurationError:
            names = frozenset(self.webhook.headers) - _CREDENTIALS
        return replace(self, webhook=replace(self.webhook, headers=_chosen(self.webhook, names)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """The use cases of the webhook function."""

    registry: Registry
    keeper: Keeper
    queues: Queues
    secrets: Secrets
    settings: Settings
    telemetry: Telemetry
    deadline: Deadline
    _known: dict[str, Account] = field(default_factory=dict, init=False)

    def address(self, token: str) -> Account:
        """
        Whose address this is. The secret in it is checked in memory before anything is looked up.

        Raises WebhookNotVerified for a wrong or retired secret, NotFound for an account that is gone.
        """
        name, epoch = verify(token, self.secrets.read(self.settings.signing_secret).encode())
        account = self._account(name)
        if account is None:
            raise NotFound("there is no such account")
        if epoch not in account.epochs:
            raise WebhookNotVerified("this webhook address has been replaced")
        return account

    def _account(self, name: str) -> Account | None:
        """As it was known last when the table refuses: or nothing could be spilled just when it has to be."""
        try:
            account = self.registry.account(name)
        except Unavailable:
            if name not in self._known:
                raise
            return self._known[name]
        if account is not None:
            self._known[name] = account
        return account

    def receive(self, delivery: Delivery) -> Response:
        """
        Keep what the webhook says; the provider's exact answer.

        Raises WebhookNotVerified, NotFound, or Unavailable when there is nowhere left to keep it.
        """
        account = self.address(delivery.token)
        webhook = Webhook(delivery.kind[:_MAX_KIND], delivery.body, delivery.headers, delivery.query)
        arrival = Arrival(account, webhook, random_id())
        try:
            adapter = self._adapter(account)
            verified = self._verified(arrival, adapter)
        except ConfigurationError:
            # Nobody can say whether it is genuine or how it is to be answered, but not all providers ask again.
            self._set_aside(arrival.waiting(), "misconfigured")
            raise
        self._keep(verified, adapter)
        return adapter.acknowledge(webhook)

    def _adapter(self, account: Account) -> Provider:
        """With credentials only where the provider signs: an answer should not wait for Secrets Manager."""
        if adapter_class(account.provider).signs_webhooks:
            return load(account, self.secrets.of_account(account.name))
        return load(account, {})

    def _verified(self, arrival: Arrival, adapter: Provider) -> Arrival:
        """
        Once its proof has been looked at; it may also be by credentials that were set or replaced just now.

        Raises WebhookNotVerified, ConfigurationError, or Unavailable when nobody can tell.
        """
        try:
            return arrival.verify(adapter)
        except WebhookNotVerified:
            if adapter.signs_webhooks:
                for credentials in self.secrets.others(arrival.account.name):
                    with suppress(WebhookNotVerified):
                        return arrival.verify(load(arrival.account, credentials))
            raise

    def _keep(self, arrival: Arrival, adapter: Provider) -> None:
        """Store at once, or spill, or put into quarantine. Raises Unavailable when none of them is to be had."""
        if len(arrival.webhook.body) > MAX_BODY:
            self._quarantine(arrival, "too_large")
            return
        events = self._read(arrival, adapter)
        if events is None:
            return
        if len(events) > AT_ONCE:
            self._spill(arrival)
            return
        try:
            self._store(arrival, events)
        except Unavailable:
            self._spill(arrival)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not cost what is authentic
            self.telemetry.failed(error)
            self._set_aside(arrival, "failed")

    def _read(self, arrival: Arrival, adapter: Provider) -> Sequence[Event] | None:
        """What the webhook tells; None when that cannot be read, and the webhook has been set aside."""
        try:
            return adapter.parse_events(arrival.webhook)
        except ValueError:
            self._set_aside(arrival, "unreadable")
        except Exception as error:  # noqa: BLE001 - see _keep; a wrong setting of the account ends here too
            self.telemetry.failed(error)
            self._set_aside(arrival, "failed")
        return None

    def _spill(self, arrival: Arrival) -> None:
        """To the queue, or where that is not to be had to quarantine."""
        if len(arrival.webhook.body) > MAX_SPILL and not arrival.kept:
            self._quarantine(arrival, "too_many")
            return
        try:
            self._enqueue(arrival)
        except Unavailable:
            self._quarantine(arrival, "spilled")

    def _set_aside(self, arrival: Arrival, why: str) -> None:
        """To quarantine, or where that is not to be had to the queue, from which it is tried again."""
        try:
            self._quarantine(arrival, why)
        except Unavailable:
            if len(arrival.webhook.body) > MAX_SPILL:
                raise
            self._enqueue(arrival)

    def _enqueue(self, arrival: Arrival) -> None:
        webhook = arrival.webhook
        body = base64.b64encode(webhook.body).decode("ascii")
        record = {
            "account": arrival.account.name,
            "kind": webhook.kind,
            "receipt": arrival.receipt,
            "verified": arrival.verified,
            "headers": dict(webhook.headers),
            "query": dict(webhook.query),
            "start": arrival.start,
            **({"kept": arrival.kept} if arrival.kept else {"body": body}),
        }
        self.queues.put(self.settings.spill_queue, [Record(record)])
        self.telemetry.count("Spilled")

    def replay(self, record: Mapping[str, Any]) -> None:
        """
        Work through a spilled webhook, or one out of quarantine, where its body still lies (`kept`). What could not be
        verified when it came is now.

        Raises Unavailable: then the record stays in the queue.
        """
        kept: str = record.get("kept", "")
        body = self.keeper.bucket.get(kept) if kept else base64.b64decode(record["body"])
        if body is None:  # erased with somebody whom it names, or its time there is over
            self.telemetry.note("what was to be replayed is not in quarantine any more", account=record["account"])
            return
        webhook = Webhook(record["kind"], body, record["headers"], record.get("query", {}))
        name: str = record["account"]
        account = self.registry.account(name)
        receipt = record.get("receipt") or random_id()
        verified = record.get("verified") is True
        whose = account or Account(name, "", ("",))
        arrival = Arrival(whose, webhook, receipt, verified, record.get("start", 0), kept)
        if account is None:
            self._quarantine(arrival, "account_gone")
            return
        try:
            adapter = self._adapter(account)
            arrival = self._verified(arrival, adapter)
            events = adapter.parse_events(arrival.webhook)
        except (ConfigurationError, WebhookNotVerified, ValueError) as error:
            self._quarantine(arrival, _WHY.get(type(error), "unreadable"))
            return
        self._store(arrival, events)

    def _store(self, arrival: Arrival, events: Sequence[Event]) -> None:
        """
        Event after event; when time is up, the rest goes to the queue: a worker that died at it would begin anew.

        However many have no place in the table, what told them goes to quarantine once.
        """
        misfits: set[str] = set()
        for position, event in enumerate(events[arrival.start :], arrival.start):
            if position > arrival.start and self.deadline.is_near:
                self._spill(replace(arrival, start=position))
                break
            if not self.keeper.keep(arrival.account, event, (arrival.receipt, str(position)), _source(arrival)):
                misfits.add("too_large" if isinstance(event, InboundMessage) else "unknown_message")
        for why in sorted(misfits):
            self._quarantine(arrival, why)

    def _quarantine(self, arrival: Arrival, why: str) -> None:
        """Once a call, also when it is replayed out of there and lands there again."""
        self.keeper.quarantine(arrival.account, arrival.webhook.body, _source(arrival), why=why, name=arrival.receipt)


def _source(arrival: Arrival) -> Source:
    return Source(arrival.webhook.kind, arrival.webhook.headers, arrival.verified)


def _chosen(webhook: Webhook, names: Collection[str]) -> dict[str, str]:
    """Those of its headers."""
    return {name: value for name, value in webhook.headers.items() if name in names}


def routes(receiving: Receiving) -> Routes:
    """The HTTP routes of the webhook function."""

    def receive(call: Call) -> Answer:
        delivery = Delivery(call.parameters["account"], call.parameters["kind"], call.body, call.headers, call.query)
        reply = receiving.receive(delivery)
        return raw(reply.status, reply.body, reply.headers)

    def probe(call: Call) -> Answer:
        """Providers ask whether an address is there before they use it."""
        receiving.address(call.parameters["account"])
        return answer(HTTPStatus.OK, {"status": "ready"})

    path = "/v1/webhooks/{account}/{kind}"
    return {f"POST {path}": receive, f"GET {path}": probe, f"HEAD {path}": probe}
