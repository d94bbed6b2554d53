"""
Keeping what providers tell, however it came: by webhook, out of the spill queue, or from a list that is polled.

A report is merged into its message, an inbound message is stored once where the provider names it. What cannot be
kept in the table goes to quarantine, where people look.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from herald.aws import keys
from herald.aws.attributes import Item, size
from herald.aws.bucket import Bucket, Label
from herald.aws.inbound import DUE, Inbounds
from herald.aws.registry import Registry
from herald.aws.settings import Settings
from herald.aws.table import ITEM
from herald.aws.telemetry import Telemetry
from herald.identifier import digest
from herald.models import Account, Event, InboundMessage, StatusUpdate
from herald.reporting import Reports
from herald.retention import INBOUND_LIFE

LIST = "list-"
"""How the kinds of what was read from a list begin: it is no webhook, and cannot be worked through as one."""

MAX_ITEM = 300_000
"""Bytes of an inbound message's content that fit into the table."""


@dataclass(frozen=True, slots=True)
class Source:
    """
    What brought something: the kind of webhook or list, and of a webhook the headers that it takes to read it again.

    `verified`: it is known to be the provider's own, as an answer to a call of ours always is.
    """

    kind: str
    headers: Mapping[str, str] = field(default_factory=dict)
    verified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Stores events of accounts. `now` in milliseconds."""

    registry: Registry
    reports: Reports
    inbounds: Inbounds
    bucket: Bucket
    settings: Settings
    telemetry: Telemetry
    now: Callable[[], int]

    def keep(self, account: Account, event: Event, place: tuple[str, ...], source: Source) -> bool:
        """
        Store one event; False when it has no place in the table: too large, or a report of no message of ours.

        `place` names where it stood (a call and a position in it), which tells what has no id of its own from its
        like; `source` goes with unreadable parts into quarantine. Raises Unavailable.
        """
        if isinstance(event, InboundMessage):
            return self._keep_inbound(account, event, place)
        if isinstance(event, StatusUpdate):
            self.heed(event)
            return self.reports.apply(account.name, event)
        name = digest("unreadable", account.name, event.text)
        self.quarantine(account, event.text.encode(), source, why=event.why, name=name)
        return True

    def heed(self, report: StatusUpdate) -> None:
        """Count a word that nobody knows: somebody should teach it to the adapter."""
        if report.status is None and not report.silent:
            self.telemetry.count("UnknownStatus")

    def _keep_inbound(self, account: Account, event: InboundMessage, place: tuple[str, ...]) -> bool:
        """Keep an inbound message, once where the provider gives it an id."""
        now = self.now()
        named = ("inbound", account.name, event.event_id) if event.event_id else place
        item = self._inbound_item(account, digest(*named), event, now)
        if size(item) > MAX_ITEM:
            return False
        if event.event_id:
            new = self.inbounds.insert(item)
        else:
            new = self.inbounds.insert_flagged(item, _said(account, event), now)
        if new:
            self.telemetry.count("Received")
        return True

    def _inbound_item(self, account: Account, inbound_id: str, event: InboundMessage, now: int) -> Item:
        tenant = account.tenant_of(event.recipient, event.channel)
        pk, hide = keys.inbound(inbound_id), self.registry.content(tenant).mark
        return {
            "pk": pk,
            "sk": ITEM,
            "tenant": tenant,
            "account": account.name,
            "channel": event.channel,
            "from": event.sender,
            "name": event.sender_name,
            "to": event.recipient,
            "content": _content(event),
            "thread": event.thread,
            "reply_to": event.reply_to,
            "media": [{"provider_media_id": media, "state": "pending"} for media in event.media] or None,
            "created": now,
            "at": event.at,
            "tp": keys.time_partition(tenant, now),
            "ts": keys.time_sort(now, inbound_id),
            "pp": keys.party_partition(tenant, event.sender),
            "hide": hide,
            "lp": keys.shard(pk) if hide else None,
            "ls": keys.due(now + INBOUND_LIFE, DUE) if hide else None,
            "ttl": now // 1000 + self.settings.retention,
        }

    def quarantine(self, account: Account, body: bytes, source: Source, *, why: str, name: str | None = None) -> None:
        """
        Keep the raw body where a person will look, and say so by a metric that has an alarm.

        What comes again and again is kept once under a `name`.
        """
        label = Label(source.kind, why, source.verified, source.headers)
        self.bucket.quarantine(account.name, body, label, self.now(), name)
        self.telemetry.count("Quarantined")
        self.telemetry.note("something was quarantined", account=account.name, kind=source.kind, code=why)


def _content(event: InboundMessage) -> str:
    """As JSON, which has no infinity: a number too large for any reader, as a provider may pass it on, is null."""
    try:
        return _json(event.content, allow_nan=False)
    except ValueError:
        return _json(json.loads(_json(event.content, allow_nan=True), parse_constant=lambda _: None), allow_nan=False)


def _json(content: object, *, allow_nan: bool) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=allow_nan)


def _said(account: Account, event: InboundMessage) -> str:
    """What two messages share when one may be the provider's repeat of the other."""
    about = (event.recipient or "", event.thread or "", event.reply_to or "", str(event.at))
    return digest("same", account.name, event.channel, event.sender, *about, _content(event), *event.media)
