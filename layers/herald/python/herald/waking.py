"""
The clock: whatever has become due is marked, then acted upon.

    watchdog   a message or request that has not ended: its lane is told again
    schedule   a message whose time has come: to its lane, to the second
    grace      an unclear message that nobody has spoken of: unknown, or sent again if its sender wants that
    receipt    a sent message of which its sender asked to learn more: still unheard of, it is told to be overdue
    orphan     reports whose message never came forward: merged if it has now, else somebody is told
    callback   an event that an endpoint did not take: back to the callback queue
    poll       a list of a provider that has no webhooks; it takes long, so it comes after all others
    empty      what a person wrote to a tenant that does not keep it; after all others too
    erase      somebody who wants to be forgotten; the same
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.deliveries import delivery_of
from herald.aws.due import Due, DueIndex
from herald.aws.erasures import DUE as ERASE
from herald.aws.inbound import DUE as EMPTY
from herald.aws.messages import Messages
from herald.aws.polls import DUE as POLL
from herald.aws.queues import MAX_DELAY, Queues
from herald.aws.registry import Registry
from herald.aws.rendezvous import Rendezvous, ours_of, waiting_in
from herald.aws.settings import Settings
from herald.aws.table import ConditionFailed
from herald.aws.telemetry import Telemetry
from herald.errors import Reason, Unavailable
from herald.models import Channel, Lane, Policy
from herald.outcome import Outcome
from herald.provider import adapter_class, may_resend
from herald.reporting import Reports, lacks_receipt
from herald.status import WAITING, State
from herald.stored import records_of

if TYPE_CHECKING:  # brings an HTTP library along
    from herald.erasing import Erasing
    from herald.polling import Polling

LOOK_AHEAD = 75_000
"""Milliseconds: what falls due before the next minute's run is handled now, its record held back by its queue."""

SHARD_LIMIT = 500
"""Entries of one shard a run; the rest is still due in the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waking:
    """The use case of the clock function. `now` in milliseconds; what loads more than a clock is made when needed."""

    due: DueIndex
    registry: Registry
    messages: Messages
    rendezvous: Rendezvous
    reports: Reports
    queues: Queues
    settings: Settings
    telemetry: Telemetry
    polling: Callable[[], "Polling"]
    erasing: Callable[[], "Erasing"]
    now: Callable[[], int]

    def wake(self, deadline: int) -> int:
        """Handle what is due until `deadline` (ms); how much it was. Raises Unavailable: the rest is still due."""
        handled = 0
        patient: list[Due] = []
        for shard in self._shards():
            for due in self.due.until(shard, self.now() + LOOK_AHEAD, SHARD_LIMIT):
                if self.now() > deadline:
                    return handled
                if due.kind in (POLL, EMPTY, ERASE):
                    patient.append(due)
                else:
                    handled += self._handle(due)
        return handled + self._patient(patient, deadline)

    def _patient(self, patient: Sequence[Due], deadline: int) -> int:
        """What may wait or takes long, the longest overdue first. One that fails must not hold up the others."""
        handled = 0
        for due in sorted(patient, key=lambda due: due.at):
            if due.at <= self.now() < deadline:
                try:
                    handled += self._work_on(due, deadline)
                except Unavailable:
                    raise
                except Exception as error:  # noqa: BLE001 - a fault of ours with one is not the others'
                    self.telemetry.failed(error)
        return handled

    def _work_on(self, due: Due, deadline: int) -> bool:
        match due.kind:
            case "poll":
                return self.polling().poll(due, deadline)
            case "empty":
                return self.erasing().empty(due)
            case _:
                return self.erasing().erase(due, deadline)

    def _shards(self) -> list[int]:
        """Each minute begins with another shard, so that none starves when a minute is too short for all."""
        first = self.now() // 60_000
        return [(first + number) % keys.SHARDS for number in range(keys.SHARDS)]

    def _handle(self, due: Due) -> bool:
        """
        One entry. Only a schedule is worth handling early; anything else waits until it is really due.

        An entry that cannot be acted upon is told of and stays due; the others must not suffer.
        """
        now = self.now()
        if due.at > now and due.kind != "schedule":
            return False
        kind = "watchdog" if due.kind == "schedule" else due.kind
        item = self.due.mark(due, max(due.at, now) + self.settings.watchdog, kind)
        if item is None:
            return False
        try:
            self._act(due, item)
        except Unavailable:
            self._give_back(due, item)
            raise
        except Exception as error:  # noqa: BLE001 - one bad entry must not stop the clock
            self.telemetry.failed(error)
            return False
        self.telemetry.count(due.kind.capitalize())
        return True

    def _give_back(self, due: Due, item: Item) -> None:
        """Nothing was done: due as before, in the next minute rather than after the watchdog's time."""
        with suppress(Unavailable):
            self.due.mark(replace(due, seen=item["ls"]), due.at, due.kind)

    def _act(self, due: Due, item: Item) -> None:
        match due.kind:
            case "watchdog" | "schedule":
                self._enqueue(due, item)
            case "grace":
                self._end_grace(item)
            case keys.RECEIPT:
                self._receipt(item)
            case "orphan":
                self._orphan(due, item)
            case "callback":
                record = replace(delivery_of(item), next=None).record(self.now())
                self.queues.put(self.settings.callback_queue, [record])

    def _enqueue(self, due: Due, item: Item) -> None:
        """Tell the lane, with the delay that is left."""
        delay = min(max(due.at - self.now(), 0) / 1000, MAX_DELAY)
        lane = Lane(item["lane"])
        queue = self.settings.bulk_queue if lane is Lane.BULK else self.settings.transactional_queue
        self.queues.put(queue, [record.after(delay) for record in records_of(item)])

    def _end_grace(self, item: Item) -> None:
        """Nobody can say any more whether it was sent, unless a report has settled it meanwhile."""
        state = State(item["state"])
        if state is not State.UNCLEAR:
            self._no_longer_unclear(item, state)
            return
        try:
            if item["marks"]:
                settled = self.messages.settle_unclear(item, self.now() + self.settings.receipt)
                self.reports.list_if_bad(settled)
            elif item["policy"] == Policy.AT_LEAST_ONCE and item["expires"] > self.now() and self._may_resend(item):
                again = self.messages.resend(item, self.now(), self.now() + self.settings.watchdog)
                self._enqueue(Due(item["pk"], item["sk"], 0, "grace", ""), again)
            else:
                self.messages.end(item, Outcome(State.UNKNOWN, reason=Reason.UNKNOWN), self.now())
                self.telemetry.count("Unknown")
        except ConditionFailed:
            return

    def _may_resend(self, item: Item) -> bool:
        """Whether its provider may be asked once more; one whose account is gone may not."""
        account = self.registry.account(item["account"])
        if account is None:
            return False
        facts = adapter_class(account.provider)(account, {}).facts(Channel(item["channel"]))
        return may_resend(facts, item.get("doubts", 0))

    def _no_longer_unclear(self, item: Item, state: State) -> None:
        """Its grace ran on though it has moved: then it is watched like any other, or over."""
        if state in WAITING or state is State.SENDING:
            self._enqueue(Due(item["pk"], item["sk"], 0, "grace", ""), item)
        else:
            self.messages.forget_due(item)

    def _receipt(self, item: Item) -> None:
        """Told once; a report that comes meanwhile, or later, is merged as ever."""
        if not lacks_receipt(item):
            self.reports.list_if_bad(item)
            return
        with suppress(ConditionFailed):
            self.messages.overdue(item, self.now())
            self.telemetry.count("ReceiptOverdue")

    def _orphan(self, due: Due, item: Item) -> None:
        """Reports that still wait: a crash came between the meeting and the merging, or the message is not ours."""
        account, _, their_id = due.pk.removeprefix("R#").partition("#")
        if "ours" in item:
            message_id, step = ours_of(item)
            waiting = waiting_in(item)
            self.reports.apply_waiting(account, their_id, message_id, step, waiting)
            if not waiting:
                self.rendezvous.settle(account, their_id)
            return
        self.telemetry.count("OrphanedReports")
        self.telemetry.note("reports wait for a message that is not ours", account=account)
        self.rendezvous.give_up(due.pk)
