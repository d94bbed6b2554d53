"""
The gate of an account: what counts for and against it, and what waits how long.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from herald.aws.pacing import FIRST_PAUSE, THRESHOLD, Block, Breaker
from herald.aws.queues import Record
from herald.aws.settings import Settings
from herald.errors import Reason, Unavailable
from herald.gate import CROWDED, MISSED, Gate, Parking
from herald.models import Account, Lane, Limits
from herald.outcome import Outcome
from herald.status import State
from tests.carrier import Carrier
from tests.world import World

NOW = 1_750_000_000_000


class Counts(dict[str, int]):
    """Telemetry, as far as a gate needs it."""

    def count(self, name: str, number: int = 1) -> None:
        self[name] = self.get(name, 0) + number

    def note(self, _text: str, **fields: object) -> None:
        self["notes"] = self.get("notes", 0) + len(fields)


class Line:
    """Slots that follow each other, ten a second; None when nobody gets one."""

    def __init__(self, start: int | None = NOW) -> None:
        self.start = start
        self.asked: list[int] = []

    def reserve(self, _account: str, _rate: float, _lane: Lane, count: int, _now: int) -> Block | None:
        self.asked.append(count)
        return None if self.start is None else Block(self.start, 1000)


def gate(line: Any = None, rate: float | None = 1, breaker: Breaker | None = None) -> Gate:
    account = Account("acme", "websms", ("acme",), limits=Limits(rate=rate))
    nothing: Any = None
    return Gate(account, breaker or Breaker(), nothing, line, lambda: NOW)


def test_slots() -> None:
    """Those without a slot get one in a single block; those who have one keep it; a missed one is void."""
    line = Line()
    reserved = [0, NOW - 5, NOW + 30_000, 0, NOW - MISSED]
    assert gate(line).slots(Lane.BULK, reserved) == [None, None, (NOW + 30_000, 30), None, (NOW + 2000, 2)]
    assert line.asked == [3]


def test_no_slots_needed() -> None:
    """An account without a rate reserves nothing; nor do messages that all have a slot."""
    assert gate(rate=None).slots(Lane.BULK, [0, 0]) == [None, None]
    line = Line()
    assert gate(line).slots(Lane.BULK, [NOW]) == [None]
    assert gate(line).slots(Lane.BULK, []) == []
    assert line.asked == []


def test_crowded() -> None:
    """Who gets no slot comes back shortly, without one."""
    assert gate(Line(None)).slots(Lane.BULK, [0]) == [(0, CROWDED)]


def test_a_block() -> None:
    """A block waits for its first slot, and keeps it."""
    line = Line(NOW + 5000)
    assert gate(line).slot(Lane.BULK, 20, 0) == (NOW + 5000, 5)
    assert gate(line).slot(Lane.BULK, 20, NOW) is None
    assert line.asked == [20]


COUNTED: list[tuple[Outcome, bool, tuple[int, int]]] = [
    (Outcome(State.SENT), False, (0, 1)),
    (Outcome(State.REJECTED, reason=Reason.INVALID_SENDER), False, (0, 1)),
    (Outcome(State.RETRY, reason=Reason.PROVIDER_UNAVAILABLE), False, (1, 0)),
    (Outcome(State.RETRY, reason=Reason.CREDENTIALS_REFUSED), False, (1, 0)),
    (Outcome(State.UNCLEAR, reason=Reason.UNKNOWN), False, (1, 0)),
    (Outcome(State.RETRY, reason=Reason.THROTTLED), False, (0, 0)),
    (Outcome(State.RETRY, reason=Reason.INVALID_MEDIA), False, (0, 0)),
    (Outcome(State.RETRY, reason=Reason.THROTTLED), True, (0, 1)),
]


@pytest.mark.parametrize(("outcome", "probing", "expected"), COUNTED)
def test_counting(outcome: Outcome, probing: bool, expected: tuple[int, int]) -> None:  # noqa: FBT001 - a case
    """A call counts once, however many it was for: slow and unreachable against the account, a no not, its rate not."""
    counts: Any = Counts()
    one = gate()
    one.probing = probing
    one.count(outcome, counts, 1000)
    assert (one.failures, one.successes) == expected
    needs_somebody = outcome.reason is Reason.CREDENTIALS_REFUSED
    assert counts == {outcome.state.capitalize(): 1000} | ({"Misconfigured": 1, "notes": 2} if needs_somebody else {})


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = Carrier()
        yield world


def test_judging(world: World) -> None:
    """Failures open the breaker, once; a success closes it; what was judged is not judged again."""
    delivering, counts = world.operator.delivering, Counts()
    telemetry: Any = counts
    one = delivering.gate("acme-sms")
    one.failures = THRESHOLD
    one.judge(telemetry)
    one.judge(telemetry)
    assert counts == {"BreakerOpen": 1, "notes": 1}
    one.look_again()
    assert one.closed_for(0) == FIRST_PAUSE / 1000
    world.clock.now += FIRST_PAUSE
    assert one.closed_for(0) is None
    assert one.probing
    assert one.closed_for(3) == 1.03
    one.successes = 1
    one.judge(telemetry)
    one.look_again()
    assert one.closed_for(0) is None
    assert not one.probing


class Lanes:
    """Queues that take nothing, or everything."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.refuse = refuse
        self.taken: list[tuple[str, int]] = []

    def put(self, queue: str, records: list[Record]) -> None:
        if self.refuse:
            raise Unavailable("no")
        self.taken.append((queue, len(records)))


def parking(lanes: Any) -> Parking:
    return Parking(lanes, Settings("s", "t", transactional_queue="fast", bulk_queue="slow"))


def test_parking() -> None:
    """Parked records are written together, to the lane they came from, once."""
    lanes = Lanes()
    parked = parking(lanes)
    for lane in (Lane.BULK, Lane.TRANSACTIONAL, Lane.BULK):
        parked.park(lane, Record({}))
    parked.flush()
    parked.flush()
    assert sorted(lanes.taken) == [("fast", 1), ("slow", 2)]


def test_parking_refused() -> None:
    """What a lane did not take is not put there later: the old records come again instead."""
    lanes = Lanes(refuse=True)
    parked = parking(lanes)
    parked.park(Lane.BULK, Record({}))
    with pytest.raises(Unavailable):
        parked.flush()
    lanes.refuse = False
    parked.flush()
    parked.park(Lane.BULK, Record({}))
    parked.drop()
    parked.flush()
    assert lanes.taken == []
