"""
Random schedules: everything that may happen to messages, in any order, and what must be true when it is over.

A schedule sends, cancels and repeats requests, lets workers take records in any order, twice, and die at any of their
calls, refuses what AWS may refuse, changes credentials, moves the clock, and lets the provider take, lose, refuse and
report. At its end all is well again and everything runs until it is quiet; then `Balance` has the last word.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from herald.errors import Unavailable
from herald.identifier import member_id
from herald.models import Limits
from herald.status import WAITING, State
from herald.view import status_of
from tests.carrier import phone
from tests.crash import held
from tests.faults import Died
from tests.schedules.balance import Balance
from tests.schedules.handsets import Fate, Handsets, Said, Wanted, report_of
from tests.schedules.stage import Stage
from tests.schedules.trouble import NONE, Trouble, troubles
from tests.schedules.wishes import Request, Wish, wishes
from tests.world import LANES

type Json = dict[str, Any]

WORDS = {
    "sms": ("accepted", "delivered", "expired", "undelivered"),
    "rcs": ("dispatched", "delivered", "read", "failed"),
}

DONE, ACCEPTED, INVALID, BUSY = 200, 202, 422, 503

LONG_RUN = 500
"""Turns after which a stage that is not quiet will never be."""

some = st.integers(0, 63)
fates = st.lists(st.sampled_from(Fate), max_size=3)


class Schedule(RuleBasedStateMachine):
    """One schedule on the stage that all share; `counts` adds up over all of them."""

    stage: ClassVar[Stage]
    counts: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.stage.reset()
        self.stage.provider = self.handsets = Handsets(self.stage, tell=self.tell)
        self.stage.set_secret(self.handsets.secret)
        self.rotations = 0
        self.requests: list[Request] = []
        self.hand: list[Json] = []
        self.spent: list[Json] = []
        self.stream: list[Json] = []
        self.unheard: list[Said] = []
        self.heard: list[Said] = []
        self.reached: dict[str, set[str]] = {}
        self.counts["schedules"] += 1

    # Invocations.

    def attempt[T](self, trouble: Trouble, function: str, act: Callable[[], T]) -> T | None:
        """What `act` returns under this trouble; None when the worker of `function` died at it."""
        self.counts["invocations"] += 1
        self.stage.function(function)
        try:
            with trouble(self.stage):
                return act()
        except Died:
            self.counts["deaths"] += 1
            self.stage.kill(function)
            return None
        finally:
            self.look()

    def look(self) -> None:
        """Keep what only shows between two invocations; raises AssertionError once the provider was called wrongly."""
        assert not self.handsets.violations, self.handsets.violations
        for row in self.stage.rows():
            self.reached.setdefault(row["pk"][2:], set()).add(status_of(row))

    def work(self, records: Sequence[Json], trouble: Trouble) -> list[Json]:
        """Deliver these; those that have to come again."""
        answer = self.attempt(trouble, "deliver", lambda: self.stage.invoke("deliver", {"Records": list(records)}))
        left = self.handsets.forgotten() - self.handsets.doubted
        assert trouble != NONE or not left, f"{left} are left as being sent by a worker that did not die"
        self.handsets.doubted |= left
        if answer is None:
            return list(records)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        assert trouble != NONE or not failed, "records fail though nothing is wrong"
        return [record for record in records if record["messageId"] in failed]

    def fetch(self) -> None:
        """Take what the lanes give into the hand, from which it is delivered in any order."""
        self.hand += [record for lane in LANES for record in self.stage.records(lane)]

    # What clients do.

    @initialize(rate=st.sampled_from([None, None, 1]), first=st.lists(wishes, min_size=1, max_size=3))
    def begin(self, rate: float | None, first: list[Wish]) -> None:
        """An account with or without a rate, and something to send."""
        if rate:
            stored = self.stage.operator.registry.read_account("acme-sms")
            changed = replace(stored.value, limits=Limits(rate=rate))
            self.stage.operator.registry.change_account(changed, stored.version)
        for wish in first:
            self.send(wish, NONE)

    @rule(wish=wishes, trouble=troubles)
    def send(self, wish: Wish, trouble: Trouble) -> None:
        """A new request, to people who were never written to."""
        first = len(self.handsets.wanted)
        phones = [phone(first + number) for number in range(wish.count or 1)]
        now = self.stage.clock.now
        for each in phones:
            self.handsets.wanted[each] = Wanted(each, wish.channel, wish.policy, now + wish.wait * 1000)
        key = f"key-{first}" if wish.keyed else None
        self.requests.append(Request(wish.body(phones, now), key))
        self.post(self.requests[-1], trouble)

    def post(self, request: Request, trouble: Trouble) -> None:
        """Have it accepted, or see it refused; that is the last word without a key, or once its time has passed."""
        headers = {"idempotency_key": request.key} if request.key else {}
        answer = self.attempt(trouble, "send", lambda: self.stage.post("/v1/messages", request.body, **headers))
        wanted = [self.handsets.wanted[each] for each in request.phones]
        if answer is None:
            return
        if answer.status != ACCEPTED:
            too_late = answer.status == INVALID and answer.json["field"] == "send_at" and not request.id
            assert too_late or answer.status == BUSY, answer.json
            assert too_late or trouble != NONE, "refused though nothing is wrong"
            for each in wanted if too_late or request.key is None else ():
                each.asked_to_stop = each.cancelled = True
            return
        identifier = answer.json["id"]
        assert request.id in (None, identifier), "one key has become two messages"
        request.id = identifier
        for each in wanted:
            each.accepted = True

    @precondition(lambda self: any(request.key for request in self.requests))
    @rule(which=some, other=st.booleans(), trouble=troubles)
    def repeat(self, *, which: int, other: bool, trouble: Trouble) -> None:
        """A request again with its key, or another one with that key."""
        keyed = [request for request in self.requests if request.key]
        request = keyed[which % len(keyed)]
        if other and request.id:
            body = {**request.body, "content": {"type": "text", "text": "other"}}
            answer = self.stage.post("/v1/messages", body, idempotency_key=str(request.key))
            assert answer.status == INVALID, answer.json
        else:
            self.post(request, trouble)

    @precondition(lambda self: any(request.id for request in self.requests))
    @rule(which=some, whole=st.booleans(), trouble=troubles)
    def cancel(self, *, which: int, whole: bool, trouble: Trouble) -> None:
        """A message, a request, or one member of it."""
        accepted = [request for request in self.requests if request.id]
        request = accepted[which % len(accepted)]
        identifier, phones = str(request.id), request.phones
        if len(phones) > 1 and not whole:
            phones = [phones[which % len(phones)]]
            identifier = member_id(identifier, phones[0])
        rows = {row["to"]: State(row["state"]) for row in self.stage.rows() if "to" in row}
        waiting = [each for each in phones if rows.get(each, State.ACCEPTED) in WAITING]
        for each in phones:
            self.handsets.wanted[each].asked_to_stop = True
        answer = self.attempt(trouble, "send", lambda: self.stage.post(f"/v1/messages/{identifier}/cancel"))
        if answer is not None and answer.status == DONE:
            for each in waiting:
                self.handsets.wanted[each].cancelled = True

    # What the gateway does.

    @rule(order=st.lists(some, min_size=1, max_size=6), fates=fates, trouble=troubles)
    def deliver(self, order: list[int], fates: list[Fate], trouble: Trouble) -> None:
        """Some of the records, in any order, and what their calls come to; what is not finished comes again."""
        self.fetch()
        if not self.hand:
            return
        self.handsets.fates = list(fates)
        positions = dict.fromkeys(each % len(self.hand) for each in order)
        chosen = [self.hand[position] for position in positions]
        self.hand = [record for position, record in enumerate(self.hand) if position not in positions]
        again = self.work(chosen, trouble)
        self.hand += again
        self.spent += [record for record in chosen if record not in again]

    @precondition(lambda self: self.spent)
    @rule(which=some, trouble=troubles)
    def duplicate(self, which: int, trouble: Trouble) -> None:
        """A record that has been worked on comes once more."""
        record = self.spent[which % len(self.spent)]
        self.hand += self.work([{**record, "messageId": f"again-{which}-{record['messageId']}"}], trouble)

    @rule(seconds=st.sampled_from([1, 30, 66, 366, 601, 901, 3600]), wake=st.booleans(), trouble=troubles)
    def wait(self, *, seconds: int, wake: bool, trouble: Trouble) -> None:
        """Time passes, and the clock may be late."""
        self.stage.clock.now += seconds * 1000
        if wake:
            self.attempt(trouble, "clock", lambda: self.wake(trouble))

    def wake(self, trouble: Trouble) -> None:
        """A run of the clock; one that AWS refuses fails, and leaves the rest to the next."""
        try:
            self.stage.invoke("clock", {})
        except Unavailable:
            assert trouble != NONE

    @rule(number=st.integers(1, 8), replay=st.booleans(), trouble=troubles)
    def publish(self, *, number: int, replay: bool, trouble: Trouble) -> None:
        """Some of the stream, in order; it may be read twice."""
        self.stream += self.stage.written()
        batch = self.stream[:number]
        if batch:
            self.tell_bus(batch, trouble)
            if replay:
                self.tell_bus(batch, NONE)

    def tell_bus(self, batch: Sequence[Json], trouble: Trouble) -> None:
        """Publish the head of the stream; it goes on from the first that failed."""
        answer = self.attempt(trouble, "publish", lambda: self.stage.invoke("publish", {"Records": list(batch)}))
        if answer is None:
            return
        failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        assert trouble != NONE or not failed
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        done = numbers[: numbers.index(failed[0])] if failed else numbers
        self.stream = [record for record in self.stream if record["dynamodb"]["SequenceNumber"] not in done]

    # What providers do.

    @precondition(lambda self: self.handsets.sent)
    @rule(which=some, word=some, times=st.integers(1, 2), trouble=troubles)
    def report(self, which: int, word: int, times: int, trouble: Trouble) -> None:
        """The provider says something of a message that it took, in any order, perhaps twice."""
        sent = self.handsets.sent[which % len(self.handsets.sent)]
        words = WORDS[sent.channel]
        for _ in range(times):
            self.tell(report_of(sent, words[word % len(words)]), trouble)

    def tell(self, said: Said, trouble: Trouble = NONE) -> None:
        """A webhook; one that was not acknowledged is sent again."""
        answer = self.attempt(trouble, "webhook", lambda: self.stage.webhook(said.account, "status", said.body))
        if answer is not None and answer.status == DONE:
            self.heard.append(said)
        else:
            self.unheard.append(said)

    @rule(secret=st.booleans(), late=st.booleans())
    def rotate(self, *, secret: bool, late: bool) -> None:
        """The provider forgets its tokens; with another secret, which is known here at once or not before the end."""
        self.handsets.tokens_from = self.handsets.tokens + 1
        if secret:
            self.rotations += 1
            self.handsets.secret = f"secret-{self.rotations}"
            if not late:
                self.stage.set_secret(self.handsets.secret)

    # The end.

    def teardown(self) -> None:
        self.handsets.fates.clear()
        self.stage.set_secret(self.handsets.secret)
        for request in self.requests:
            if request.key and not request.id:
                self.post(request, NONE)
        while self.unheard:
            self.tell(self.unheard.pop())
        self.settle()
        ends = Balance(self.stage, self.handsets, self.requests, self.heard, self.reached).check()
        self.counts.update({"messages": ends.total(), "calls": self.handsets.posts, **ends})

    def settle(self) -> None:
        """All is well: work until there is nothing to do and nothing due."""
        for _ in range(LONG_RUN):
            self.publish_all()
            spilled = self.stage.records("SpillQueue")
            if spilled:
                assert not self.stage.invoke("webhook", {"Records": spilled})["batchItemFailures"]
            self.fetch()
            if self.hand:
                chosen, self.hand = self.hand[:10], self.hand[10:]
                self.hand += self.work(chosen, NONE)
            elif waits := held(self.stage):
                self.stage.clock.now += max(waits[0], 0)
            elif (due := self.stage.next_due()) is not None:
                self.stage.clock.now = max(self.stage.clock.now, due)
                self.stage.invoke("clock", {})
                self.look()
            elif not spilled:
                return
        raise AssertionError("it never becomes quiet")

    def publish_all(self) -> None:
        """The rest of the stream."""
        self.stream += self.stage.written()
        for start in range(0, len(self.stream), 20):
            batch = self.stream[start : start + 20]
            assert not self.stage.invoke("publish", {"Records": batch})["batchItemFailures"]
        self.stream.clear()
