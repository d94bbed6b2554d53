"""
Delivering requests of many, chunk by chunk, in slices that fit the account's rate and the time at hand.

A member's row is first written by its claim. Members that share their content go in the provider's own batch
call where it has one; when one verdict for many is a refusal, the batch is split in halves. What is not done
when time is up goes back to the lane, from where it stands. A chunk is done when every member has come to an
outcome or has a row that is watched on its own.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import ceil

from herald import sandbox
from herald.attempting import Attempts, Prepared
from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.messages import EARLY, Messages
from herald.aws.requests import Requests
from herald.aws.settings import Settings
from herald.aws.table import ConditionFailed
from herald.aws.telemetry import Telemetry
from herald.clock import Time
from herald.content import Content
from herald.delivering import Delivering
from herald.errors import (
    HeraldError,
    InvalidMessage,
    NotSent,
    ProviderRejected,
    ProviderThrottled,
    Reason,
    Unavailable,
)
from herald.gate import CROWDED, Gate, Parking
from herald.identifier import is_withheld, member_id, withheld
from herald.models import Channel, Lane
from herald.outcome import Outcome, given_up, refused
from herald.outcome import delay as pause_after
from herald.provider import Provider
from herald.retention import Retention, end_of
from herald.status import OVER, State
from herald.stored import Body, ChunkRecord, member_item, read_body

SIDE_BY_SIDE = 10
"""Calls of a slice, where each member needs its own: as many as the pool makes at once, so that it ends in time."""

_BY_RECIPIENT = frozenset(
    {
        Reason.INVALID_RECIPIENT,
        Reason.RECIPIENT_NOT_ALLOWED,
        Reason.RECIPIENT_BLOCKED,
        Reason.TOO_MANY_RECIPIENTS,
        Reason.UNKNOWN,
    }
)
"""Refusals of a batch that may be some recipients' fault: the others deserve to be tried without them."""

_WITNESSES = 2
"""Recipients refused each alone, for a reason nobody knows and before anybody was taken, that show it is not theirs."""

_TRIES = 3
"""Tries that a pause is reckoned by for members that could not even be tried: it is between 1 and 16 seconds."""


@dataclass(frozen=True, slots=True)
class Member:
    """One recipient of a chunk in this slice: its row as it is or will be, and what it is to be sent."""

    item: Item
    content: Content
    new: bool


@dataclass(slots=True)
class Work:
    """A chunk being worked on. `unfinished`: where it has to go on, and after how many seconds; `slot` to go on in."""

    record: ChunkRecord
    header: Item
    recipients: Sequence[tuple[str, Mapping[str, str]]]
    body: Body
    gate: Gate
    credentials: tuple[Provider, str | None]
    deadline: int
    unfinished: list[tuple[int, float]] = field(default_factory=list)
    slot: int = 0

    @property
    def lane(self) -> Lane:
        return Lane(self.header["lane"])

    @property
    def batch(self) -> int:
        """Recipients that one call may take."""
        account = self.gate.account
        most = self.credentials[0].facts(Channel(self.header["channel"])).batch
        return min(most, account.limits.batch or most)

    @property
    def slice(self) -> int:
        """Members worked on between two looks at clock, breaker and request: what goes at once, or in a second."""
        if self.gate.probing:
            return 1
        alike = not any(variables for _, variables in self.recipients)
        most = max(self.batch, SIDE_BY_SIDE) if alike else SIDE_BY_SIDE
        rate = self.gate.account.limits.rate
        return most if rate is None else min(most, max(1, ceil(rate)))


@dataclass(slots=True)
class _Sent:
    """
    What became of members that share their content: the outcome of each call and for how many it is.

    `error`: nothing could be tried. `in_doubt`: some are in other hands, or what is known could not be recorded.
    """

    outcomes: list[tuple[Outcome, int]] = field(default_factory=list)
    error: HeraldError | None = None
    in_doubt: bool = False


@dataclass(slots=True)
class _Search:
    """
    For those whose fault it is that a batch was refused: single recipients `refused` for a reason that nobody knows,
    until the first call was `taken`.
    """

    refused: list[Outcome] = field(default_factory=list)
    taken: bool = False

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """What became of a call that is not to be halved."""
        self.taken |= any(each.state is not State.REJECTED for each in outcomes)
        if len(outcomes) == 1 and outcomes[0].state is State.REJECTED and outcomes[0].reason is Reason.UNKNOWN:
            self.refused.append(outcomes[0])

    @property
    def verdict(self) -> Outcome | None:
        """What all others would be told too: then it is about what is said, and to ask on would be in vain."""
        return self.refused[-1] if len(self.refused) >= _WITNESSES and not self.taken else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """The use case of the deliver function for chunks of requests."""

    delivering: Delivering
    messages: Messages
    requests: Requests
    attempts: Attempts
    parking: Parking
    settings: Settings
    telemetry: Telemetry
    pool: Executor
    time: Time

    def deliver(self, record: ChunkRecord, deadline: int) -> None:
        """
        Work on a chunk until it is done or time is up (`deadline`, ms).

        Raises Unavailable when the table or a lane refuses: then the record comes again.
        """
        header, chunk = self.requests.with_chunk(record.request, record.chunk)
        if header is None or chunk is None or not self._is_open(header, chunk, record):
            self.parking.flush()
            return
        gate = self.delivering.gate(sandbox.account_name(header))
        closed = gate.closed_for(0)
        if closed is not None:
            self._park(header, record, closed)
        else:
            self._work(header, chunk, gate, record, deadline)
            gate.judge(self.telemetry)
        self.parking.flush()

    def _is_open(self, header: Item, chunk: Item, record: ChunkRecord) -> bool:
        """Whether there is something to send; deals with requests that are cancelled, expired, early or done."""
        now = self.time.now()
        if header.get("turn", 0) > record.turn or record.chunk not in header.get("open", ()):
            return False
        if header["state"] == State.ACCEPTED and header["expires"] <= now:
            header = self.requests.expire(header)
        if "body" not in chunk:  # emptied, and the worker died before it could say that it was done
            self.requests.chunk_done(header, record.chunk)
            return False
        if header["state"] != State.ACCEPTED:
            self._close(header, chunk, record)
            return False
        if header["not_before"] <= now + EARLY:
            return True
        if not keys.is_scheduled(header):
            self._park(header, record, (header["not_before"] - now) / 1000)
        return False

    def _close(self, header: Item, chunk: Item, record: ChunkRecord) -> None:
        """The request is cancelled or has expired: members that wait for another try end with it."""
        rows = self._rows(record, chunk)
        busy = any(self._map(lambda row: self._close_member(header, row), list(rows.values()), parallel=True))
        if busy:
            self._park(header, record, self._lease)
        else:
            self._done(header, chunk, record)

    def _close_member(self, header: Item, row: Item) -> bool:
        """Whether a worker is still at it."""
        state = State(row["state"])
        if state is State.SENDING:
            return self.delivering.is_being_sent(row)
        if self.delivering.is_over(row):
            return False
        ended = given_up(State(header["state"]), row.get("doubts", 0))
        try:
            self.messages.end(row, ended, self.time.now())
        except ConditionFailed:
            return True
        return False

    @property
    def _lease(self) -> float:
        """Seconds after which whatever another worker was at has come to something."""
        return self.settings.lease / 1000 + 1

    def _work(self, header: Item, chunk: Item, gate: Gate, record: ChunkRecord, deadline: int) -> None:
        try:
            credentials = self.delivering.credentials(gate.account)
        except HeraldError as error:
            self._park(header, record, self._pause(gate, error))
            return
        work = Work(record, header, chunk["recipients"], read_body(chunk["body"]), gate, credentials, deadline)
        if not self._slices(work):
            return
        if work.unfinished:
            again_at, pause = min(start for start, _ in work.unfinished), min(pause for _, pause in work.unfinished)
            self._park(header, replace(record, start=again_at, slot=work.slot), pause)
        else:
            self._done(header, chunk, record)

    def _done(self, header: Item, chunk: Item, record: ChunkRecord) -> None:
        """
        Nothing in this chunk has to be sent any more; what is not to be kept goes before it is said to be done.

        A member may be tried again as long as its outcome is unclear: then the chunk waits for it.
        """
        if "hide" in header:
            rows = self._rows(record, chunk)
            if header["expires"] > self.time.now() and any(State(row["state"]) not in OVER for row in rows.values()):
                self._park(header, record, self.settings.grace / 1000)
                return
            if not self.requests.empty(chunk, [self._kept(header, record, to) for to, _ in chunk["recipients"]]):
                self._park(header, record, CROWDED)
                return
        self.requests.chunk_done(header, record.chunk)

    def _rows(self, record: ChunkRecord, chunk: Item) -> dict[str, Item]:
        return self.messages.get_many(member_id(record.request, to) for to, _ in chunk["recipients"])

    @staticmethod
    def _kept(header: Item, record: ChunkRecord, to: str) -> list[object]:
        """What stays of a recipient in a chunk whose content does not."""
        if header["hide"] == Retention.DISCARD and not is_withheld(to):
            to = withheld(record.request, to, end_of(to))
        return [to, {}]

    def _pause(self, gate: Gate, error: HeraldError) -> float:
        """Seconds to wait when nothing could even be tried."""
        gate.failures += isinstance(error, NotSent) and not isinstance(error, ProviderThrottled)
        self.delivering.tell(error, gate.account.name)
        return pause_after(error, _TRIES, self.time.random())

    def _slices(self, work: Work) -> bool:
        """Slice after slice, as long as it may go on; False when another worker has taken over."""
        start, slot = work.record.start, work.record.slot
        while start < len(work.recipients):
            if self.delivering.is_late(work.deadline):
                work.slot = slot
                work.unfinished.append((start, CROWDED))
                return True
            end = min(start + work.slice, len(work.recipients))
            members = self._members(work, start, end)
            later = work.gate.slot(work.lane, len(members), slot) if members else None
            if later is not None:
                work.slot = later[0]
                work.unfinished.append((start, later[1]))
                return True
            if members:
                slot = 0
                self._slice(work, start, members)
            start = end
            if members and start < len(work.recipients) and not self._may_go_on(work, start):
                return bool(work.unfinished)
        return True

    def _may_go_on(self, work: Work, start: int) -> bool:
        """
        After each slice: whether the breaker is still closed, and the request still to be sent, by us.

        Credentials that were renewed meanwhile are used from now on, or each call of a long request would be refused
        once.
        """
        work.gate.judge(self.telemetry)
        work.gate.look_again()
        header = self.requests.get(work.record.request)
        if header is None or header.get("turn", 0) > work.record.turn:
            work.unfinished.clear()
            return False
        closed = CROWDED if header["state"] != State.ACCEPTED else work.gate.closed_for(0)
        if closed is None:
            try:
                work.credentials = self.delivering.credentials(work.gate.account)
            except HeraldError as error:
                closed = self._pause(work.gate, error)
            else:
                return True
        work.unfinished.append((start, closed))
        return False

    def _slice(self, work: Work, start: int, members: Sequence[Member]) -> None:
        """Send to these members; notes when some have to be looked at again."""
        groups = list(_groups(members, work.batch))
        alone = len(groups) == 1
        for sent in self._map(lambda group: self._send(work, group, parallel=alone), groups, parallel=not alone):
            for outcome, number in sent.outcomes:
                work.gate.count(outcome, self.telemetry, number)
                if outcome.state is State.RETRY:
                    work.unfinished.append((start, self._seconds_until(outcome.retry_at or 0)))
            if sent.error is not None:
                work.unfinished.append((start, self._pause(work.gate, sent.error)))
            if sent.in_doubt:
                work.unfinished.append((start, self._lease))

    def _seconds_until(self, milliseconds: int) -> float:
        return max(milliseconds - self.time.now(), 0) / 1000

    def _members(self, work: Work, start: int, end: int) -> list[Member]:
        """Those of this slice that are to be sent now; notes when the others have to be looked at again."""
        recipients = work.recipients[start:end]
        ids = [member_id(work.record.request, to) for to, _ in recipients]
        rows = self.messages.get_many(ids)
        members: list[Member] = []
        for (to, variables), identifier in zip(recipients, ids, strict=True):
            row = rows.get(identifier)
            if row is None and is_withheld(to):
                continue  # erased, and so long ago that its row is gone
            if row is None:
                fresh = member_item(work.header, work.record.chunk, to, State.ACCEPTED, self.time.now())
                members.append(Member(fresh, work.body.filled(variables).content, new=True))
            elif (pause := self._wait_for(row)) is None:
                members.append(Member(row, work.body.filled(variables).content, new=False))
            elif pause:
                work.unfinished.append((start, pause))
        return members

    def _wait_for(self, row: Item) -> float | None:
        """Seconds until this member has to be looked at again, 0 for never; None when it is to be sent now."""
        state = State(row["state"])
        if state is State.SENDING:
            return self._seconds_until(row["lease"]) + 1 if self.delivering.is_being_sent(row) else 0
        if self.delivering.is_over(row):
            return 0
        return self._seconds_until(row.get("retry_at", 0)) or None

    def _map[A, B](self, function: Callable[[A], B], values: Sequence[A], *, parallel: bool) -> list[B]:
        """
        Over the pool, or here: what runs in the pool must not wait for the pool.

        All have ended when this returns or raises, so nothing goes on behind our back.
        """
        if not parallel:
            return [function(value) for value in values]
        futures = [self.pool.submit(function, value) for value in values]
        wait(futures)
        return [future.result() for future in futures]

    def _send(self, work: Work, members: Sequence[Member], *, parallel: bool) -> _Sent:
        """Prepare, claim and call for members that share their content."""
        try:
            prepared = self._prepare(work, members)
        except HeraldError as error:
            return _Sent(error=error)
        if self.delivering.is_late(work.deadline):  # its media have taken long
            return _Sent(error=Unavailable("there is no time left for the call"))
        claimed = [item for item in self._map(self._claim, members, parallel=parallel) if item is not None]
        # Whoever has one of the others may die at it: look again when that would show.
        sent = _Sent(in_doubt=len(claimed) < len(members))
        if not claimed:
            return sent
        if isinstance(prepared, Outcome):
            settled = self._each(lambda item: self._record(item, prepared), claimed, parallel=parallel)
            calls = [(prepared, len(claimed), settled)]
        else:
            calls = list(self._calls(work, prepared, claimed, _Search(), parallel=parallel))
        for outcome, number, settled in calls:
            sent.outcomes.append((outcome, number))
            sent.in_doubt |= not settled
        return sent

    def _prepare(self, work: Work, members: Sequence[Member]) -> Prepared | Outcome:
        """Ready for the claim, or refused for good. Raises another HeraldError when it has to wait."""
        items, content = [member.item for member in members], members[0].content
        try:
            return self.attempts.prepare(
                work.gate.account, work.credentials, items, replace(work.body, content=content)
            )
        except (InvalidMessage, ProviderRejected) as error:
            return refused(error)

    def _claim(self, member: Member) -> Item | None:
        """None also when the table refuses: those that are claimed must not wait for the others."""
        try:
            return self.attempts.claim_new(member.item) if member.new else self.attempts.claim(member.item)
        except Unavailable:
            return None

    def _calls(
        self, work: Work, prepared: Prepared, claimed: Sequence[Item], search: _Search, *, parallel: bool
    ) -> Iterator[tuple[Outcome, int, bool]]:
        """
        One call for all of them; when one refusal for all may be some recipients' fault, one for each half, until the
        `search` shows that it is nobody's.

        Each kind of outcome with the number of members it is for, and whether all could be recorded. A refusal
        whose halves no time is left for sent nothing: they are tried again.
        """
        narrowed = self.attempts.narrow(prepared, claimed)
        outcomes: Sequence[Outcome]
        if verdict := search.verdict:
            outcomes = [verdict] * len(claimed)
        else:
            outcomes = self.attempts.call(narrowed, claimed)
            if _is_refusal_of_all(outcomes):
                if not self.delivering.is_late(work.deadline):
                    middle = len(claimed) // 2
                    yield from self._calls(work, prepared, claimed[:middle], search, parallel=parallel)
                    yield from self._calls(work, prepared, claimed[middle:], search, parallel=parallel)
                    return
                outcomes = [replace(outcomes[0], state=State.RETRY, retry_at=self.time.now())] * len(claimed)
            search.note(outcomes)
        ends = dict(zip((item["pk"] for item in claimed), outcomes, strict=True))
        settled = self._each(
            lambda item: self.attempts.settle(narrowed, item, ends[item["pk"]]), claimed, parallel=parallel
        )
        for outcome, number in Counter(replace(each, provider_id=None, segments=None) for each in outcomes).items():
            yield outcome, number, settled

    def _each(self, record: Callable[[Item], None], items: Sequence[Item], *, parallel: bool) -> bool:
        """
        Record an outcome with each member, twice if need be; whether that went well with all.

        One that the table refuses must not cost the others what is known of them.
        """

        def refused_by_table(item: Item) -> bool:
            try:
                record(item)
            except Unavailable:
                return True
            return False

        for _ in range(2):
            refusals = self._map(refused_by_table, items, parallel=parallel)
            items = [item for item, refusal in zip(items, refusals, strict=True) if refusal]
        return not items

    def _record(self, item: Item, outcome: Outcome) -> None:
        with suppress(ConditionFailed):
            self.messages.record(item, outcome, self.time.now())

    def _park(self, header: Item, record: ChunkRecord, delay: float) -> None:
        """Back to the lane, to go on from where it stands."""
        self.delivering.hold(header, replace(record, turn=header.get("turn", 0)), delay)


def _is_refusal_of_all(outcomes: Sequence[Outcome]) -> bool:
    """Whether one verdict refuses several recipients, of whom perhaps only some deserve it."""
    first = outcomes[0]
    alike = len(outcomes) > 1 and all(each is first for each in outcomes)
    return alike and first.state is State.REJECTED and first.reason in _BY_RECIPIENT


def _groups(members: Sequence[Member], width: int) -> Iterator[Sequence[Member]]:
    """Members that one call can take: neighbours with the very same content, at most `width`."""
    for _, same in groupby(members, key=lambda member: id(member.content)):
        batch = list(same)
        yield from (batch[at : at + width] for at in range(0, len(batch), width))
