"""
Receiving webhooks: verify, keep, then answer exactly as the provider wants to be answered.

Nothing authentic is lost: what cannot be read goes to quarantine, what cannot be stored now goes to the spill
queue, and only if that fails too is the provider asked to come again. The answer never depends on whether
we understood what was said.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from herald.aws import keys
from herald.aws.attributes import size
from herald.aws.bucket import Bucket
from herald.aws.inbound import Inbounds
from herald.aws.queues import Queues, Record
from herald.aws.registry import Registry
from herald.aws.secrets import Secrets
from herald.aws.settings import Settings
from herald.aws.table import ITEM
from herald.aws.telemetry import Telemetry
from herald.errors import NotFound, Unavailable, WebhookNotVerified
from herald.identifier import digest, random_id
from herald.models import Account, Event, InboundMessage
from herald.provider import Provider, Response, Webhook, adapter_class, load
from herald.reporting import Reports
from herald.web import Answer, Call, Routes, answer, raw
from herald.webhook_address import verify

MAX_BODY = 3_000_000
"""Bytes of a webhook that are read; a longer one is quarantined unread."""

AT_ONCE = 10
"""Events of one webhook that are stored before the answer; more go to the spill queue first."""

MAX_SPILL = 700_000
"""Bytes of body that fit into a queue record once they are base64."""

MAX_ITEM = 300_000
"""Bytes of an inbound message's content that fit into the table."""

_KEPT_HEADERS = ("content-type", "x-hub-signature", "x-hub-signature-256", "authorization")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it came: the address token and kind of its path, and the raw request."""

    token: str
    kind: str
    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """The use cases of the webhook function. `now` in milliseconds."""

    registry: Registry
    reports: Reports
    inbounds: Inbounds
    queues: Queues
    bucket: Bucket
    secrets: Secrets
    settings: Settings
    telemetry: Telemetry
    now: Callable[[], int]

    def address(self, token: str) -> Account:
        """
        Whose address this is. The secret in it is checked in memory before anything is looked up.

        Raises WebhookNotVerified for a wrong or retired secret, NotFound for an account that is gone.
        """
        name, epoch = verify(token, self.secrets.read(self.settings.signing_secret).encode())
        account = self.registry.account(name)
        if account is None:
            raise NotFound("there is no such account")
        if epoch not in account.epochs:
            raise WebhookNotVerified("this webhook address has been replaced")
        return account

    def receive(self, delivery: Delivery) -> Response:
        """
        Keep what the webhook says; the provider's exact answer.

        Raises WebhookNotVerified, NotFound, or Unavailable when there is nowhere left to keep it.
        """
        account = self.address(delivery.token)
        webhook = Webhook(delivery.kind, delivery.body, delivery.headers, delivery.query)
        adapter = self._adapter(account)
        adapter.verify(webhook)
        if len(webhook.body) > MAX_BODY:
            self._quarantine(account, webhook, "too_large")
        else:
            self._keep(account, adapter, webhook)
        return adapter.acknowledge(webhook)

    def _adapter(self, account: Account) -> Provider:
        """With credentials only where the provider signs: an answer should not wait for Secrets Manager."""
        if adapter_class(account.provider).signs_webhooks:
            return load(account, self.secrets.of_account(account.name))
        return load(account, {})

    def _keep(self, account: Account, adapter: Provider, webhook: Webhook) -> None:
        """Store at once, or spill."""
        try:
            events = adapter.parse_events(webhook)
        except ValueError:
            self._quarantine(account, webhook, "unreadable")
            return
        if len(events) > AT_ONCE:
            self._spill(account, webhook)
            return
        try:
            self._store(account, webhook, events)
        except Unavailable:
            self._spill(account, webhook)

    def _spill(self, account: Account, webhook: Webhook) -> None:
        """To the queue, or where that is not to be had to quarantine."""
        if len(webhook.body) > MAX_SPILL:
            self._quarantine(account, webhook, "too_many")
            return
        record = {
            "account": account.name,
            "kind": webhook.kind,
            "headers": {name: webhook.headers[name] for name in _KEPT_HEADERS if name in webhook.headers},
            "body": base64.b64encode(webhook.body).decode("ascii"),
        }
        try:
            self.queues.put(self.settings.spill_queue, [Record(record)])
        except Unavailable:
            self._quarantine(account, webhook, "spilled")
        self.telemetry.count("Spilled")

    def replay(self, record: Mapping[str, object]) -> None:
        """
        Work through a spilled webhook. It was verified when it came.

        Raises Unavailable: then the record stays in the queue.
        """
        name = str(record["account"])
        account = self.registry.account(name)
        headers = record["headers"] if isinstance(record["headers"], dict) else {}
        webhook = Webhook(str(record["kind"]), base64.b64decode(str(record["body"])), headers)
        if account is None:
            self._quarantine(Account(name, "", ("",)), webhook, "account_gone")
            return
        try:
            events = load(account, {}).parse_events(webhook)
        except ValueError:
            self._quarantine(account, webhook, "unreadable")
            return
        self._store(account, webhook, events)

    def _store(self, account: Account, webhook: Webhook, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, InboundMessage):
                self._store_inbound(account, webhook, event)
            elif not self.reports.apply(account.name, event):
                self._quarantine(account, webhook, "unknown_message")

    def _store_inbound(self, account: Account, webhook: Webhook, event: InboundMessage) -> None:
        """Keep an inbound message, once where the provider gives it an id."""
        now = self.now()
        tenant = account.tenant_of(event.recipient)
        inbound_id = digest("inbound", account.name, event.event_id) if event.event_id else random_id()
        item: dict[str, object] = {
            "pk": keys.inbound(inbound_id),
            "sk": ITEM,
            "tenant": tenant,
            "account": account.name,
            "channel": event.channel,
            "from": event.sender,
            "name": event.sender_name,
            "to": event.recipient,
            "content": json.dumps(event.content, separators=(",", ":"), ensure_ascii=False),
            "media": [{"provider_media_id": media, "state": "pending"} for media in event.media] or None,
            "created": now,
            "at": event.at,
            "tp": keys.time_partition(tenant, now),
            "ts": keys.time_sort(now, inbound_id),
            "pp": keys.party_partition(tenant, event.sender),
            "ttl": now // 1000 + self.settings.retention,
        }
        if size(item) > MAX_ITEM:
            self._quarantine(account, webhook, "too_large")
            return
        if event.event_id is None:
            group = digest("same", account.name, webhook.kind, webhook.body.decode("utf-8", "replace"))
            item["duplicate_of"] = self.inbounds.said_before(group, inbound_id, now, now // 1000 + 86_400)
        if self.inbounds.insert(item):
            self.telemetry.count("Received")

    def _quarantine(self, account: Account, webhook: Webhook, why: str) -> None:
        """Keep the raw body where a person will look, and say so by a metric that has an alarm."""
        self.bucket.quarantine(account.name, webhook.body, kind=webhook.kind, reason=why, now=self.now())
        self.telemetry.note("a webhook was quarantined", account=account.name, kind=webhook.kind, code=why)


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
