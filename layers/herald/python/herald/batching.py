"""
Delivering requests of many, chunk by chunk, in slices that fit the account's rate and the time at hand.

A member's row is first written by its claim. Members that share their content go in the provider's own batch
call where it has one; when one verdict for many is a refusal, the batch is split in halves. What is not done
when time is up goes back to the lane, from where it stands.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil

from herald.attempting import Attempts, Prepared
from herald.aws.attributes import Item
from herald.aws.messages import EARLY, Messages
from herald.aws.requests import Requests
from herald.aws.table import ConditionFailed
from herald.aws.telemetry import Telemetry
from herald.clock import Time
from herald.content import Content
from herald.delivering import RESERVE, Delivering
from herald.errors import ConfigurationError, HeraldError, InvalidMessage, NotSent, ProviderRejected, Reason
from herald.gate import CROWDED, Gate, Parking
from herald.identifier import member_id
from herald.models import Channel, Lane, Options
from herald.outcome import Outcome, again, delay, refused
from herald.provider import Provider
from herald.rendering import render
from herald.status import WAITING, State
from herald.stored import ChunkRecord, member_item, read_body

SLICE = 100
"""Members worked on between two looks at the clock, where neither rate nor batch call says otherwise."""

_BY_RECIPIENT = frozenset(
    {Reason.INVALID_RECIPIENT, Reason.RECIPIENT_NOT_ALLOWED, Reason.RECIPIENT_BLOCKED, Reason.TOO_MANY_RECIPIENTS}
)
"""Refusals of a batch that may be some recipients' fault: the others deserve to be tried without them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One recipient of a chunk in this slice: its row as it is or will be, and what it is to be sent."""

    item: Item
    content: Content
    new: bool


@dataclass(frozen=True, slots=True)
class Work:
    """A chunk being worked on."""

    record: ChunkRecord
    header: Item
    recipients: Sequence[tuple[str, Mapping[str, str]]]
    content: Content
    options: Options
    gate: Gate
    credentials: tuple[Provider, str | None]

    @property
    def batch(self) -> int:
        """Recipients that one call may take."""
        account = self.gate.account
        most = self.credentials[0].facts(Channel(self.header["channel"])).batch
        return min(most, account.limits.batch or most)

    @property
    def slice(self) -> int:
        """Members of one slice: a second's worth at the account's rate, or what goes into a call or the pool."""
        rate = self.gate.account.limits.rate
        return max(self.batch, SLICE) if rate is None else max(1, ceil(rate))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """The use case of the deliver function for chunks of requests."""

    delivering: Delivering
    messages: Messages
    requests: Requests
    attempts: Attempts
    parking: Parking
    telemetry: Telemetry
    pool: Executor
    time: Time

    def deliver(self, record: ChunkRecord, deadline: int) -> None:
        """
        Work on a chunk until it is done or time is up (`deadline`, ms).

        Raises Unavailable when the table or a lane refuses: then the record comes again.
        """
        header, chunk = self.requests.with_chunk(record.request, record.chunk)
        if header is None or chunk is None or not self._is_open(header, record):
            return
        gate = self.delivering.gate(header["account"])
        wait = gate.closed_for(0)
        if wait is not None:
            self._park(header, record, wait)
        else:
            self._work(header, chunk, gate, record, deadline)
            gate.judge(self.telemetry)
        self.parking.flush()

    def _is_open(self, header: Item, record: ChunkRecord) -> bool:
        """Whether there is work; deals with requests that are cancelled, expired, early or done."""
        now = self.time.now()
        if header.get("turn", 0) > record.turn or record.chunk not in header.get("open", ()):
            return False
        if header["state"] == State.ACCEPTED and header["expires"] <= now:
            self.requests.expire(header)
            return False
        if header["state"] != State.ACCEPTED:
            return False
        if header["not_before"] > now + EARLY:
            self._park(header, record, (header["not_before"] - now) / 1000)
            self.parking.flush()
            return False
        return True

    def _work(self, header: Item, chunk: Item, gate: Gate, record: ChunkRecord, deadline: int) -> None:
        try:
            credentials = self.delivering.credentials(gate.account)
        except HeraldError as error:
            gate.failures += isinstance(error, NotSent)
            if isinstance(error, ConfigurationError):
                self.telemetry.count("Misconfigured")
                self.telemetry.note(error.detail, account=header["account"], code=error.code)
            self._park(header, record, delay(error, 3, self.time.random()))
            return
        content, options = read_body(chunk["body"])
        work = Work(record, header, chunk["recipients"], content, options, gate, credentials)
        self._slices(work, deadline)

    def _slices(self, work: Work, deadline: int) -> None:
        """Slice after slice; in the end the chunk is done, or its record goes back with where to go on."""
        start, slot = work.record.start, work.record.slot
        unfinished: list[tuple[int, float]] = []
        while start < len(work.recipients):
            size = min(work.slice, len(work.recipients) - start)
            later = work.gate.slot(Lane(work.header["lane"]), size, slot)
            if later is None and self.time.now() > deadline - RESERVE:
                later = slot, CROWDED
            if later is not None:
                slot = later[0]
                unfinished.append((start, later[1]))
                break
            slot = 0
            pause = self._slice(work, start, start + size)
            if pause is not None:
                unfinished.append((start, pause))
            start += size
        if unfinished:
            again_at = min(start for start, _ in unfinished)
            self._park(
                work.header, replace(work.record, start=again_at, slot=slot), min(wait for _, wait in unfinished)
            )
        else:
            self.requests.chunk_done(work.header, work.record.chunk)

    def _slice(self, work: Work, start: int, end: int) -> float | None:
        """Send to those from `start` to `end`; seconds until some must be tried again, None when all are done."""
        members, busy = self._members(work, start, end)
        pauses: list[float] = [self._seconds_until(item["lease"]) + 1 for item in busy]
        groups = list(_groups(members, work.batch))
        alone = len(groups) == 1
        for outcomes in self._map(lambda group: self._send(work, group, parallel=alone), groups, parallel=not alone):
            for outcome in outcomes:
                work.gate.count(outcome, self.telemetry)
                if outcome.state is State.RETRY:
                    pauses.append(self._seconds_until(outcome.not_before or 0))
        return min(pauses) if pauses else None

    def _seconds_until(self, milliseconds: int) -> float:
        return max(milliseconds - self.time.now(), 0) / 1000

    def _members(self, work: Work, start: int, end: int) -> tuple[list[Member], list[Item]]:
        """Those of this slice that are to be sent now, and those that another worker is at."""
        recipients = work.recipients[start:end]
        ids = [member_id(work.record.request, to) for to, _ in recipients]
        rows = self.messages.get_many(ids)
        members: list[Member] = []
        busy: list[Item] = []
        for (to, variables), identifier in zip(recipients, ids, strict=True):
            row = rows.get(identifier)
            state = State(row["state"]) if row else None
            if row and state is State.SENDING and self.delivering.is_being_sent(row):
                busy.append(row)
            if row is None or state in WAITING:
                fresh = member_item(work.header, work.record.chunk, to, State.ACCEPTED, self.time.now())
                members.append(Member(row or fresh, render(work.content, variables), new=row is None))
        return members, busy

    def _map[A, B](self, function: Callable[[A], B], values: Sequence[A], *, parallel: bool) -> Iterator[B]:
        """Over the pool, or here: what runs in the pool must not wait for the pool."""
        return self.pool.map(function, values) if parallel else map(function, values)

    def _send(self, work: Work, members: Sequence[Member], *, parallel: bool) -> list[Outcome]:
        """Prepare, claim and call for members that share their content."""
        prepared = self._prepare(work, [member.item for member in members], members[0].content)
        if isinstance(prepared, Outcome) and prepared.state is State.RETRY:
            return [prepared] * len(members)
        claimed = [item for item in self._map(self._claim, members, parallel=parallel) if item is not None]
        if isinstance(prepared, Outcome):
            for item in claimed:
                self._record(item, prepared)
            return [prepared] * len(claimed)
        return self._call(prepared, claimed, parallel=parallel) if claimed else []

    def _prepare(self, work: Work, items: Sequence[Item], content: Content) -> Prepared | Outcome:
        try:
            return self.attempts.prepare(work.gate.account, work.credentials, items, content, work.options)
        except (InvalidMessage, ProviderRejected) as error:
            return refused(error)
        except HeraldError as error:
            return again(error, self.time.now(), 3, self.time.random())

    def _claim(self, member: Member) -> Item | None:
        return self.attempts.claim_new(member.item) if member.new else self.attempts.claim(member.item)

    def _call(self, prepared: Prepared, claimed: Sequence[Item], *, parallel: bool) -> list[Outcome]:
        """One call for all of them; on a refusal that may be some recipients' fault, one for each half."""
        narrowed = self.attempts.narrow(prepared, claimed)
        outcome = self.attempts.call(narrowed, claimed[0]["tries"])
        if outcome.state is State.REJECTED and len(claimed) > 1 and outcome.reason in _BY_RECIPIENT:
            middle = len(claimed) // 2
            halves = claimed[:middle], claimed[middle:]
            return [outcome for half in halves for outcome in self._call(prepared, half, parallel=parallel)]
        for _ in self._map(lambda item: self.attempts.settle(narrowed, item, outcome), claimed, parallel=parallel):
            pass
        return [outcome] * len(claimed)

    def _record(self, item: Item, outcome: Outcome) -> None:
        try:
            self.messages.record(item, outcome, self.time.now())
        except ConditionFailed:
            return

    def _park(self, header: Item, record: ChunkRecord, wait: float) -> None:
        """Back to the lane, to go on from where it stands."""
        again_from = replace(record, turn=header.get("turn", 0))
        self.parking.park(Lane(header["lane"]), again_from.after(wait))


def _groups(members: Sequence[Member], width: int) -> Iterator[Sequence[Member]]:
    """Members that one call can take: neighbours with the very same content, at most `width`."""
    for _, same in groupby(members, key=lambda member: id(member.content)):
        batch = list(same)
        yield from (batch[at : at + width] for at in range(0, len(batch), width))
