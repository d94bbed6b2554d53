"""
Accepting messages: one conditional write, then the lane.

The id comes from the tenant and the idempotency key, so the same request twice is the same message; what is
new is written once, what is there already answers as it did. Nothing is "in flight".
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count

from herald.aws import keys
from herald.aws.attributes import Item, size
from herald.aws.messages import Messages
from herald.aws.queues import MAX_DELAY, Queues
from herald.aws.requests import MAX_CHUNK, Requests, chunk_key
from herald.aws.settings import Settings
from herald.aws.table import ITEM, ConditionFailed
from herald.clock import Deadline
from herald.errors import (
    Conflict,
    IdempotencyMismatch,
    InvalidMessage,
    NotFound,
    TenantLimitExceeded,
    Unavailable,
)
from herald.identifier import is_id, member_id, message_id, random_id, request_of
from herald.limiting import Limiter
from herald.models import Lane, SendRequest
from herald.outcome import Outcome, given_up
from herald.planning import Plan, Planner
from herald.status import WAITING, State
from herald.stored import body_text, member_item, records_of

WINDOW = 72 * 3_600_000
"""Milliseconds for which an idempotency key stands for its message, counted from when it is to be sent."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """
    What was accepted, now or by an earlier request with the same key (`repeated`).

    `plan` is how it is sent; None when it could no longer be planned.
    """

    id: str
    item: Item
    repeated: bool
    plan: Plan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The use cases of the send function."""

    planner: Planner
    messages: Messages
    requests: Requests
    queues: Queues
    limiter: Limiter
    settings: Settings
    deadline: Deadline
    now: Callable[[], int]

    def plan(self, tenant: str, request: SendRequest) -> Plan:
        """What would be done, without doing it. Raises InvalidMessage."""
        return self.planner.plan(tenant, request, self.now())

    def accept(self, tenant: str, request: SendRequest, key: str | None) -> Accepted:
        """
        Make the message durable and put it on its lane.

        Raises InvalidMessage, IdempotencyMismatch, TenantLimitExceeded, or Unavailable: then nothing was accepted, or
        the same request with the same key completes it.
        """
        fingerprint = fingerprint_of(request)
        try:
            plan = self.plan(tenant, request)
        except InvalidMessage:
            # What was accepted once is answered alike, though its time has passed or its account has gone.
            if earlier := self._earlier(tenant, key, fingerprint):
                return earlier
            raise
        if self.deadline.is_near:
            raise Unavailable("there is no time left to accept the message")
        accepted = self._store(plan, key, fingerprint)
        if State(accepted.item["state"]) is State.ACCEPTED:
            self._enqueue(accepted, key)
        return accepted

    def _store(self, plan: Plan, key: str | None, fingerprint: str) -> Accepted:
        """Write what is not there yet, or find what the key stands for."""
        for identifier in _ids(plan.tenant, key):
            try:
                return Accepted(identifier, self._insert(plan, identifier, fingerprint), repeated=False, plan=plan)
            except ConditionFailed as found:
                existing = found.item or {}
            except (InvalidMessage, TenantLimitExceeded):
                # What was accepted once is answered alike, whatever the tenant's limits leave it now.
                existing = (self.messages.get(identifier) if key else None) or {}
                if not existing:
                    raise
            if not self._is_over(existing):
                return replace(_repeated(identifier, existing, fingerprint), plan=plan)
        raise AssertionError("ids never end")

    def _earlier(self, tenant: str, key: str | None, fingerprint: str) -> Accepted | None:
        """What this key stands for already."""
        for identifier in _ids(tenant, key) if key else ():
            existing = self.messages.get(identifier)
            if existing is None:
                return None
            if not self._is_over(existing):
                return _repeated(identifier, existing, fingerprint)
        return None

    def _is_over(self, item: Item) -> bool:
        """Whether the key's window has passed since this was accepted and was to be sent."""
        latest: int = max(item["not_before"], item["created"])
        return self.now() - latest > WINDOW

    def _insert(self, plan: Plan, identifier: str, fingerprint: str) -> Item:
        head = self._head(plan, identifier, fingerprint)
        with self.limiter.counted(head, len(plan.recipients), lambda: self.messages.get(identifier)):
            if not plan.is_request:
                return self.messages.insert(head, body_text(plan.body(plan.contents[0])))
            chunks = _chunks(plan, head)
            head |= {"count": len(plan.recipients), "open": {chunk["sk"] for chunk in chunks}}
            self.requests.insert(head, chunks)
            return head

    def _head(self, plan: Plan, identifier: str, fingerprint: str) -> Item:
        """What a message and a request of many have in common."""
        now = self.now()
        pk = keys.message(identifier)
        scheduled = plan.not_before - now > MAX_DELAY * 1000
        due = keys.due(plan.not_before, "schedule") if scheduled else self._watchdog(plan.not_before)
        head: Item = {
            "pk": pk,
            "sk": ITEM,
            "tenant": plan.tenant,
            "channel": plan.request.channel,
            "account": plan.account.name,
            "sender": plan.sender or None,
            "state": State.ACCEPTED,
            "created": now,
            "not_before": plan.not_before,
            "expires": plan.expires,
            "lane": plan.lane,
            "policy": plan.request.policy,
            "success": plan.request.success if plan.request.success != "sent" else None,
            "step": 0,
            "reference": plan.request.reference,
            "fingerprint": fingerprint,
            "hide": plan.kept.mark,
            "lp": keys.shard(pk),
            "ls": due,
            "tp": keys.time_partition(plan.tenant, now),
            "ts": keys.time_sort(now, identifier),
            "ttl": plan.not_before // 1000 + self.settings.retention,
        }
        if not plan.is_request:
            to = str(plan.recipients[0].to)
            head |= {"to": to, "pp": keys.party_partition(plan.tenant, to), "accounts": {plan.account.name}}
            head |= {"tries": 0, "marks": {}, "history": {}}
        else:
            head["pp"] = keys.requests_partition(plan.tenant)
        return {name: value for name, value in head.items() if value is not None}

    def _watchdog(self, start: int) -> str:
        return keys.due(start + self.settings.watchdog, "watchdog")

    def _enqueue(self, accepted: Accepted, key: str | None) -> None:
        """
        Put it on its lane, unless the clock will.

        When the queue refuses, a client with a key completes it by repeating; for one without, the message
        is taken back, so that 503 means what it says. One that can no longer be taken back was enqueued after all.
        """
        if keys.is_scheduled(accepted.item):
            return
        delay = max(accepted.item["not_before"] - self.now(), 0) / 1000
        try:
            self.queues.put(
                self._lane(accepted.item["lane"]), [record.after(delay) for record in records_of(accepted.item)]
            )
        except Unavailable:
            if key is not None or self._take_back(accepted):
                raise

    def _take_back(self, accepted: Accepted) -> bool:
        """Cancel what was just accepted; False when a worker has it already."""
        try:
            if keys.is_request(accepted.item):
                self.requests.cancel(accepted.item)
            else:
                self.messages.end(accepted.item, Outcome(State.CANCELLED), self.now())
        except ConditionFailed:
            return False
        self.limiter.give_back(accepted.item, accepted.item.get("count", 1))
        return True

    def _lane(self, lane: str) -> str:
        return self.settings.bulk_queue if lane == Lane.BULK else self.settings.transactional_queue

    def cancel(self, tenant: str, identifier: str) -> Item:
        """
        Stop a message, a member, or what is left of a request.

        Returns it as it is now. Raises NotFound, or Conflict when it has gone too far.
        """
        if not is_id(identifier):
            raise NotFound("there is no such message")
        found = self.messages.get(identifier)
        if found is None and request_of(identifier):
            return self._cancel_member(tenant, identifier)
        if found is None or found["tenant"] != tenant:
            raise NotFound("there is no such message")
        if found["state"] == State.CANCELLED:
            return found
        try:
            if keys.is_request(found):
                return self.requests.cancel(found)
            if State(found["state"]) in WAITING:
                return self.messages.end(found, given_up(State.CANCELLED, found.get("doubts", 0)), self.now())
        except ConditionFailed as moved:
            if (moved.item or {}).get("state") == State.CANCELLED:
                return moved.item or {}
        raise Conflict("the message is being sent or has ended", hint="read it to see what became of it")

    def _cancel_member(self, tenant: str, identifier: str) -> Item:
        """A member has no row of its own until it is claimed: its row is inserted as cancelled."""
        request_id = request_of(identifier) or ""
        header = self.requests.get(request_id)
        if header is None or header["tenant"] != tenant:
            raise NotFound("there is no such message")
        if header["state"] == State.EXPIRED:
            raise Conflict("the message has expired", hint="read it to see what became of it")
        for chunk in sorted(header.get("open", ())):
            stored = self.requests.chunk(request_id, chunk) or {"recipients": []}
            for to, _ in stored["recipients"]:
                if member_id(request_id, to) == identifier:
                    item = member_item(header, chunk, to, State.CANCELLED, self.now())
                    try:
                        self.messages.insert_member(item)
                    except ConditionFailed:
                        return self.cancel(tenant, identifier)
                    return item
        raise NotFound("there is no such message")


def fingerprint_of(request: SendRequest) -> str:
    """What two requests with one key must share: everything but the key, in one canonical form."""
    said = request.model_dump(mode="json", exclude={"idempotency_key", "tenant", "test"})
    canonical = json.dumps(said, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:20]


def _repeated(identifier: str, existing: Item, fingerprint: str) -> Accepted:
    """The answer to a repeated key. Raises IdempotencyMismatch when it came with another body."""
    if existing["fingerprint"] != fingerprint:
        raise IdempotencyMismatch(
            "the Idempotency-Key stands for a request with another body",
            field="idempotency_key",
            hint="use a new key for a new message",
        )
    return Accepted(identifier, existing, repeated=True)


def _ids(tenant: str, key: str | None) -> Iterator[str]:
    """The ids that a key stands for, one generation after the other; random ones without a key."""
    for generation in count():
        yield random_id() if key is None else message_id(tenant, key, generation)


def _chunks(plan: Plan, head: Item) -> list[Item]:
    """The recipients in as few chunks as fit; content once in each, since it is read with its recipients."""
    body = body_text(plan.body(plan.content))
    chunks: list[Item] = []
    recipients: list[list[object]] = []
    used = 0
    for recipient in plan.recipients:
        entry: list[object] = [str(recipient.to), dict(recipient.variables)]
        weight = size({"": entry})
        if recipients and used + weight > MAX_CHUNK:
            chunks.append(_chunk(head, len(chunks), body, recipients))
            recipients, used = [], 0
        recipients.append(entry)
        used += weight
    chunks.append(_chunk(head, len(chunks), body, recipients))
    return chunks


def _chunk(head: Item, number: int, body: str, recipients: list[list[object]]) -> Item:
    return {"pk": head["pk"], "sk": chunk_key(number), "body": body, "recipients": recipients, "ttl": head["ttl"]}
