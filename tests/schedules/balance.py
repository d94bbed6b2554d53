"""
What must be true when a schedule is over: the API's answers held against the handsets, row by row.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item
from herald.status import RANKS, State, Status, fold, mark_name
from herald.view import status_of
from tests.crash import OVER
from tests.schedules.handsets import Handsets, Said, Wanted
from tests.schedules.stage import Stage
from tests.schedules.wishes import Request
from tests.world import _messages, _work_queues

MEANS: Mapping[str, Status] = {
    "accepted": Status.SENT,
    "dispatched": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "expired": Status.FAILED,
    "failed": Status.FAILED,
    "undelivered": Status.SENT,  # not yet; but whoever says so has it
}
"""What the words of reports say (developer.websms.com/receive-sms; websms Messaging API, "Status")."""


@dataclass(frozen=True, slots=True)
class Balance:
    """`heard` are the reports that were acknowledged, `reached` the statuses that were seen of each message."""

    stage: Stage
    handsets: Handsets
    requests: Sequence[Request]
    heard: Sequence[Said]
    reached: Mapping[str, set[str]]

    def check(self) -> Counter[str]:
        """Raises AssertionError; else how the accepted messages have ended."""
        self._quiet()
        rows = {row["to"]: row for row in self.stage.rows() if "to" in row}
        for phone, row in rows.items():
            self._ended_well(self.handsets.wanted[phone], row)
        self._events({keys.id_of(row): row for row in rows.values()})
        ends: Counter[str] = Counter()
        for request in self.requests:
            for phone in request.phones if request.id else ():
                ends[rows[phone]["state"] if phone in rows else self._end_of_header(request)] += 1
        assert not ends.keys() - OVER, f"{ends} have not all come to an end"
        assert ends.total() == sum(wanted.accepted for wanted in self.handsets.wanted.values())
        return ends

    def _quiet(self) -> None:
        """Nothing is left anywhere."""
        left = {queue: len(_messages(queue)) for queue in _work_queues() if _messages(queue)}
        assert not left, f"records are left: {left}"
        assert self.stage.next_due() is None
        assert not self.stage.quarantined()
        headers = [row for row in self.stage.rows() if keys.is_request(row)]
        unfinished = [row for row in headers if row["state"] == State.ACCEPTED and "open" in row]
        assert not unfinished, f"requests are not worked through: {unfinished}"

    def _end_of_header(self, request: Request) -> str:
        """How a member that was never claimed has ended: as its request did."""
        header = self.stage.row(request.id or "")
        assert header, f"{request} is nowhere"
        assert header["state"] in (State.CANCELLED, State.EXPIRED), f"a member of {header} is nowhere"
        return str(header["state"])

    def _ended_well(self, wanted: Wanted, row: Item) -> None:
        """One message: its end against what its handset got, and what was said of it."""
        phone, state = wanted.phone, State(row["state"])
        taken, doubted = self.handsets.taken[phone], phone in self.handsets.doubted
        assert state in OVER, f"{phone} has not ended: {row}"
        assert taken <= 1 or (wanted.policy == "at_least_once" and doubted), f"{phone} got it {taken} times: {row}"
        assert state is not State.UNKNOWN or doubted, f"{phone} is unknown without a doubt: {row}"
        assert state is not State.SENT or taken, f"{phone} is said to be sent, but got nothing: {row}"
        assert state is State.SENT or not taken or doubted, f"{phone} got it, but is {state}: {row}"
        assert state is not State.REJECTED or phone in self.handsets.refused, f"{phone} was not refused: {row}"
        assert state is not State.CANCELLED or wanted.asked_to_stop, f"{phone} was not cancelled: {row}"
        if wanted.channel == "sms" or not doubted:
            assert status_of(row) == self._expected(phone, state), f"{phone} was reported on: {row}"

    def _expected(self, phone: str, state: State) -> Status:
        """Our state and all reports that were acknowledged, folded into one."""
        told = [MEANS[said.word] for said in self.heard if said.phone == phone]
        return fold(state, {mark_name(0, status): 0 for status in told})

    def _events(self, rows: Mapping[str, Item]) -> None:
        """Every status that a message had was published, in the order in which it rose; the last one is its status."""
        published: dict[str, dict[str, Mapping[str, Any]]] = {}
        for event in self.stage.published:
            message = event["id"].partition(":")[0]
            if message in rows:
                published.setdefault(message, {}).setdefault(event["id"], event)
        for message, row in rows.items():
            events = list(published.get(message, {}).values())
            told = [event["type"].removeprefix("message.") for event in events]
            sequences = [event["sequence"] for event in events]
            assert sequences == sorted(set(sequences)), f"{told} of {row}"
            assert told[-1:] == [status_of(row)], f"{told} of {row}"
            missing = self.reached.get(message, set()) - set(told)
            assert not missing, f"{missing} of {row} were not published"
            assert sequences[-1] % 10 == RANKS[status_of(row)]
