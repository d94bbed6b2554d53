"""
Delivering the messages that a lane names: read, let through what may go now, attempt, park the rest.

A record of a lane only says "look at this message". It is done with when its message has moved or is parked;
a record that is repeated, late or stale does no harm.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from herald.attempting import Attempts, Prepared
from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.messages import EARLY, Messages
from herald.aws.pacing import Breakers, Rates
from herald.aws.registry import Registry
from herald.aws.requests import Requests
from herald.aws.settings import Settings
from herald.aws.table import ConditionFailed
from herald.aws.telemetry import Telemetry
from herald.calling import Caller
from herald.clock import Time
from herald.content import Content
from herald.errors import ConfigurationError, HeraldError, InvalidMessage, NotSent, ProviderRejected, Reason
from herald.gate import Gate, Parking
from herald.models import Account, Lane, Options
from herald.outcome import Outcome, again, refused
from herald.provider import Provider
from herald.rendering import render
from herald.status import WAITING, State
from herald.stored import MessageRecord, read_body

RESERVE = 2_000
"""Milliseconds before the function's end from which nothing new is started."""


@dataclass(slots=True)
class Lot:
    """The messages of one account in this invocation."""

    gate: Gate
    pairs: list[tuple[Item, MessageRecord]] = field(default_factory=list)


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

    def deliver(self, records: Sequence[MessageRecord], deadline: int) -> None:
        """
        Work through records until `deadline` (ms).

        Raises Unavailable when the table or a lane refuses: then all records come again.
        """
        latest = {record.message: record for record in sorted(records, key=lambda record: record.turn)}
        items = self.messages.get_many(latest)
        lots: dict[str, Lot] = {}
        for message_id, item in items.items():
            if self._may_be_sent(item, latest[message_id]):
                lot = lots.setdefault(item["account"], Lot(self.gate(item["account"])))
                lot.pairs.append((item, latest[message_id]))
        for lot in lots.values():
            self._deliver(lot, deadline)
            lot.gate.judge(self.telemetry)
        self.parking.flush()

    def gate(self, name: str) -> Gate:
        """The gate of an account; one that is gone is treated as disabled."""
        account = self.registry.account(name) or Account(name, "", (), disabled=True)
        return Gate(account, self.breakers.read(name), self.breakers, self.rates, self.time.now)

    def credentials(self, account: Account) -> tuple[Provider, str | None]:
        """Adapter and token. Raises NotSent or ConfigurationError."""
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
        if state not in WAITING:
            return False
        if item["expires"] <= now:
            self._end(item, Outcome(State.EXPIRED, reason=Reason.EXPIRED))
            return False
        if item["not_before"] > now + EARLY:
            self._park(item, (item["not_before"] - now) / 1000)
            return False
        return True

    def is_being_sent(self, item: Item) -> bool:
        """
        Whether the worker that claimed this message may still be at it.

        A lease that is over means the worker died and nobody knows what happened: the message turns unclear.
        """
        now = self.time.now()
        if item["lease"] > now:
            return True
        try:
            self.messages.lease_over(item, now, now + self.settings.grace)
        except ConditionFailed:
            return False
        self.telemetry.count("Unclear")
        return False

    def _deliver(self, lot: Lot, deadline: int) -> None:
        ready = [item for position, (item, record) in enumerate(lot.pairs) if self._passes(lot, position, item, record)]
        if not ready:
            return
        try:
            credentials = self.credentials(lot.gate.account)
        except HeraldError as error:
            lot.gate.failures += isinstance(error, NotSent)
            for item in ready:
                self._postpone(item, error)
            return
        bodies = self._bodies(ready)
        todo = [(self._prepare(lot, credentials, item, bodies[item["pk"]]), item) for item in ready]
        if self.time.now() > deadline - RESERVE:
            for _, item in todo:
                self._park(item, 1.0)
            return
        for item, outcome in self.pool.map(self._attempt, [(ready, item) for ready, item in todo if ready]):
            lot.gate.count(outcome, self.telemetry)
            if outcome is not None and outcome.state is State.RETRY:
                self._park(item, ((outcome.not_before or 0) - self.time.now()) / 1000)

    def _attempt(self, pair: tuple[Prepared, Item]) -> tuple[Item, Outcome | None]:
        prepared, item = pair
        return item, self.attempts.run(prepared, item, self.attempts.claim)

    def _passes(self, lot: Lot, position: int, item: Item, record: MessageRecord) -> bool:
        """Whether breaker and rate let it through now; else it is parked."""
        wait = lot.gate.closed_for(position)
        if wait is not None:
            self._park(item, wait)
            return False
        later = lot.gate.slot(Lane(item["lane"]), 1, record.slot)
        if later is not None:
            self._park(item, later[1], later[0])
            return False
        return True

    def _bodies(self, items: Sequence[Item]) -> Mapping[str, tuple[Content, Options]]:
        """What each message says; a member's content is its chunk's, filled with its variables."""
        bodies = {pk: read_body(text) for pk, text in self.messages.bodies(items).items()}
        return bodies | {item["pk"]: self._member_body(item) for item in items if "chunk" in item}

    def _member_body(self, item: Item) -> tuple[Content, Options]:
        request_id = keys.id_of(item).partition(".")[0]
        chunk = self.requests.chunk(request_id, item["chunk"]) or {}
        content, options = read_body(chunk["body"])
        variables = next(variables for to, variables in chunk["recipients"] if to == item["to"])
        return render(content, variables), options

    def _prepare(
        self, lot: Lot, credentials: tuple[Provider, str | None], item: Item, body: tuple[Content, Options]
    ) -> Prepared | None:
        """Everything before the claim; None when the message was refused or has to wait."""
        try:
            return self.attempts.prepare(lot.gate.account, credentials, [item], *body)
        except (InvalidMessage, ProviderRejected) as error:
            self._end(item, refused(error))
        except HeraldError as error:
            self._postpone(item, error)
        return None

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
        if isinstance(error, ConfigurationError):
            self.telemetry.count("Misconfigured")
            self.telemetry.note(error.detail, account=item["account"], code=error.code)
        self._park(item, ((outcome.not_before or 0) - self.time.now()) / 1000)

    def _park(self, item: Item, delay: float, slot: int = 0) -> None:
        """Back on its lane, for `delay` seconds."""
        record = MessageRecord(keys.id_of(item), item.get("turn", 0), slot)
        self.parking.park(Lane(item["lane"]), record.after(delay))
