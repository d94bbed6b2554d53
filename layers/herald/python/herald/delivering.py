"""
Delivering the messages that a lane names: read, let through what may go now, attempt, park the rest.

A record of a lane only says "look at this message". It is done with when its message has moved or is parked;
a record that is repeated, late or stale does no harm.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from herald import sandbox
from herald.attempting import Attempts, Prepared
from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.messages import EARLY, Messages
from herald.aws.pacing import Breaker, Breakers, Rates
from herald.aws.registry import Registry
from herald.aws.requests import Requests
from herald.aws.settings import Settings
from herald.aws.table import ConditionFailed
from herald.aws.telemetry import Telemetry
from herald.calling import Caller
from herald.clock import Time
from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    HeraldError,
    InvalidMessage,
    NotSent,
    ProviderRejected,
    ProviderThrottled,
    Unavailable,
)
from herald.gate import CROWDED, Gate, OpenGate, Parking
from herald.models import Account, Lane
from herald.outcome import Outcome, again, given_up, refused
from herald.provider import Provider
from herald.status import WAITING, State, marks_of
from herald.stored import Body, ChunkRecord, MessageRecord, read_body
from herald.tenancy import base_of, is_test

LONGEST_CALL = 15_000
"""Milliseconds that one call may take: nothing is started later than this before the function's end."""


@dataclass(slots=True)
class Lot:
    """The messages of one account and lane in this invocation; `failed` are those whose records must come again."""

    gate: Gate
    lane: Lane
    pairs: list[tuple[Item, MessageRecord]] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivering:
    """The use case of the deliver function for messages on their own; `batching` has that for requests of many."""

    registry: Registry
    messages: Messages
    requests: Requests
    rates: Rates
    breakers: Breakers
    attempts: Attempts
    caller: Caller
    parking: Parking
    settings: Settings
    telemetry: Telemetry
    pool: Executor
    time: Time

    def deliver(self, records: Sequence[MessageRecord], deadline: int) -> frozenset[str]:
        """
        Work through records until `deadline` (ms); the ids of messages whose records must come again.

        Raises Unavailable when the table or a lane refuses: then all records come again.
        """
        latest = {record.message: record for record in sorted(records, key=lambda record: record.turn)}
        lots: dict[tuple[str, str], Lot] = {}
        for message_id, item in self.messages.get_many(latest).items():
            if self._may_be_sent(item, latest[message_id]):
                place = sandbox.account_name(item), item["lane"]
                if place not in lots:
                    lots[place] = Lot(self.gate(place[0]), Lane(item["lane"]))
                lots[place].pairs.append((item, latest[message_id]))
        for lot in lots.values():
            self._deliver(lot, deadline)
            lot.gate.judge(self.telemetry)
        self.parking.flush()
        return frozenset(message_id for lot in lots.values() for message_id in lot.failed)

    def is_late(self, deadline: int) -> bool:
        """Whether the function may end before another call does; a quarter of its time where that is short."""
        return self.time.now() > deadline - min(LONGEST_CALL, self.settings.lease // 4)

    def gate(self, name: str) -> Gate:
        """The gate of an account, or of its sandbox; one that is gone is treated as disabled."""
        account = self.registry.account(base_of(name)) or Account(base_of(name), "", (), disabled=True)
        if is_test(name):
            return OpenGate(sandbox.account_of(account), Breaker(), self.breakers, self.rates, self.time.now)
        return Gate(account, self.breakers.read(name), self.breakers, self.rates, self.time.now)

    def credentials(self, account: Account) -> tuple[Provider, str | None]:
        """Adapter and token; a sandbox has neither token nor secret. Raises NotSent or ConfigurationError."""
        if is_test(account.name):
            return sandbox.adapter_of(account), None
        if account.disabled:
            raise ConfigurationError(f"account {account.name} is disabled or gone")
        return self.caller.prepare(account)

    def _may_be_sent(self, item: Item, record: MessageRecord) -> bool:
        """Whether this record may lead to a call; deals with messages that are in other hands or over."""
        now = self.time.now()
        state = State(item["state"])
        if item.get("turn", 0) > record.turn:
            return False
        if state is State.SENDING:
            if self.is_being_sent(item):
                self._park(item, (item["lease"] - now) / 1000 + 1)
            return False
        if self.is_over(item):
            return False
        if item["expires"] <= now:
            self._end(item, given_up(State.EXPIRED, item.get("doubts", 0)))
            return False
        later = max(item["not_before"] - EARLY, item.get("retry_at", 0))
        if later <= now:
            return True
        if not keys.is_scheduled(item):
            self._park(item, (max(item["not_before"], later) - now) / 1000, record.slot)
        return False

    def is_over(self, item: Item) -> bool:
        """
        Whether nothing is to be sent any more.

        Whoever answered a test message may have died before it told the reports: then they are told now.
        """
        if State(item["state"]) in WAITING:
            return self.is_reported(item)
        account = self.registry.account(item["account"])
        if is_test(item["tenant"]) and account is not None:
            self.attempts.report_test(item, sandbox.facts_of(account, item))
        return True

    def is_reported(self, item: Item) -> bool:
        """Whether a provider has spoken of a message that was to be sent again: then it was sent."""
        if not marks_of(item["marks"], item["step"]):
            return False
        with suppress(ConditionFailed):
            self.attempts.reports.list_if_bad(
                self.messages.settle_unclear(item, self.time.now() + self.settings.receipt)
            )
        return True

    def is_being_sent(self, item: Item) -> bool:
        """
        Whether the worker that claimed this message may still be at it, or has just moved it.

        A lease that is over means the worker died and nobody knows what happened: the message turns unclear.
        """
        now = self.time.now()
        if item["lease"] > now:
            return True
        try:
            self.messages.lease_over(item, now, now + self.settings.grace)
        except ConditionFailed:
            return True
        self.telemetry.count("Unclear")
        return False

    def _deliver(self, lot: Lot, deadline: int) -> None:
        if self.is_late(deadline):
            for item, record in lot.pairs:
                self._park(item, CROWDED, record.slot)
            return
        ready = self._passing(lot)
        if not ready:
            return
        try:
            credentials = self.credentials(lot.gate.account)
        except HeraldError as error:
            lot.gate.failures += isinstance(error, NotSent)
            for item in ready:
                self._postpone(item, error)
            return
        self._attempt(lot, self._prepare(lot, credentials, ready), deadline)

    def _attempt(self, lot: Lot, todo: Sequence[tuple[Prepared, Item]], deadline: int) -> None:
        """Side by side; what fails for a reason of its own holds up nobody else, and all have ended when we go on."""
        if self.is_late(deadline):
            for _, item in todo:
                self._park(item, CROWDED)
            return
        futures = [self.pool.submit(self.attempts.run, prepared, item, self.attempts.claim) for prepared, item in todo]
        wait(futures)
        for (_, item), future in zip(todo, futures, strict=True):
            with self._border(lot, item):
                outcome = future.result()
                if outcome is not None:
                    lot.gate.count(outcome, self.telemetry)
                    if outcome.state is State.RETRY:
                        self._park(item, ((outcome.retry_at or 0) - self.time.now()) / 1000)

    @contextmanager
    def _border(self, lot: Lot, item: Item) -> Iterator[None]:
        """Around one message: when it fails here, its record comes again and the others go on."""
        try:
            yield
        except Unavailable:
            self.telemetry.count("RecordsRefused")
            lot.failed.add(keys.id_of(item))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not hold up other messages
            self.telemetry.failed(error)
            lot.failed.add(keys.id_of(item))

    def _passing(self, lot: Lot) -> list[Item]:
        """What breaker and rate let through now; the rest is parked."""
        open_to: list[tuple[Item, MessageRecord]] = []
        for position, (item, record) in enumerate(lot.pairs):
            closed = lot.gate.closed_for(position)
            if closed is None:
                open_to.append((item, record))
            else:
                self._park(item, closed, record.slot)
        slots = lot.gate.slots(lot.lane, [record.slot for _, record in open_to])
        for (item, _), later in zip(open_to, slots, strict=True):
            if later is not None:
                self._park(item, later[1], later[0])
        return [item for (item, _), later in zip(open_to, slots, strict=True) if later is None]

    def _body(self, item: Item, bodies: Mapping[str, str]) -> Body:
        """What a message says; a member's content is its chunk's, filled with its variables."""
        if "chunk" not in item:
            return read_body(bodies[item["pk"]])
        request_id = keys.id_of(item).partition(".")[0]
        chunk = self.requests.chunk(request_id, item["chunk"]) or {}
        body = read_body(chunk["body"])
        variables = next(variables for to, variables in chunk["recipients"] if to == item["to"])
        return body.filled(variables)

    def _prepare(
        self, lot: Lot, credentials: tuple[Provider, str | None], items: Sequence[Item]
    ) -> list[tuple[Prepared, Item]]:
        """
        Everything before the claim, side by side: slow media of one must not eat the time of the others.

        Those are left out that were refused, have to wait, or cannot be prepared.
        """
        bodies = self.messages.bodies(items)

        def prepare(item: Item) -> Prepared:
            return self.attempts.prepare(lot.gate.account, credentials, [item], self._body(item, bodies))

        futures = [self.pool.submit(prepare, item) for item in items]
        wait(futures)
        prepared: list[tuple[Prepared, Item]] = []
        for item, future in zip(items, futures, strict=True):
            with self._border(lot, item):
                try:
                    prepared.append((future.result(), item))
                except (InvalidMessage, ProviderRejected) as error:
                    self._end(item, refused(error))
                except HeraldError as error:
                    lot.gate.failures += isinstance(error, NotSent) and not isinstance(error, ProviderThrottled)
                    self._postpone(item, error)
        return prepared

    def _end(self, item: Item, outcome: Outcome) -> None:
        try:
            self.messages.end(item, outcome, self.time.now())
        except ConditionFailed:
            return
        self.telemetry.count(outcome.state.capitalize())

    def _postpone(self, item: Item, error: HeraldError) -> None:
        """Not even tried: note why with the message, and try again later."""
        outcome = again(error, self.time.now(), item["tries"] + 2, self.time.random())
        try:
            self.messages.postpone(item, outcome)
        except ConditionFailed:
            return
        self.tell(error, item["account"])
        self._park(item, ((outcome.retry_at or 0) - self.time.now()) / 1000)

    def tell(self, error: HeraldError, account: str) -> None:
        """Let an operator know of what only a person can mend."""
        if isinstance(error, ConfigurationError | CredentialsRefused):
            self.telemetry.count("Misconfigured")
            self.telemetry.note(error.detail, account=account, code=error.code)

    def _park(self, item: Item, delay: float, slot: int = 0) -> None:
        """Back on its lane, for `delay` seconds, with the slot that it has reserved."""
        self.hold(item, MessageRecord(keys.id_of(item), item.get("turn", 0), slot), delay)

    def hold(self, item: Item, record: MessageRecord | ChunkRecord, delay: float) -> None:
        """
        Put the record of a message, or of a chunk of a request, back on its lane for `delay` seconds, but not beyond
        the time when it expires.

        A watchdog that would wake meanwhile is moved on, or it would send a new record to the end of the line,
        again and again. When it is awake already, its record takes the place of this one.
        """
        now = self.time.now()
        until, watched = now + int(delay * 1000), keys.watched_until(item)
        if now < item["expires"] < until:
            until = item["expires"]
        if watched is not None and watched <= until:
            try:
                self.messages.watch_from(item, until + self.settings.watchdog)
            except ConditionFailed:
                return
        self.parking.park(Lane(item["lane"]), record.after((until - now) / 1000))
