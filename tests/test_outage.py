"""
A provider is away for half an hour, in simulated seconds: nothing is lost, and nobody is run over when it is back.

    pytest tests/test_outage.py                       a message in four seconds, at an account that may send two
    HERALD_OUTAGE=5 pytest tests/test_outage.py       five a second, at an account that may send ten
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import httpx
import pytest

from herald.aws.pacing import FIRST_PAUSE, LONGEST_PAUSE, THRESHOLD
from herald.models import Limits
from herald.status import State
from tests.carrier import Carrier, phone, send, sms
from tests.crash import OVER
from tests.schedules.stage import Stage
from tests.world import LANES

type Figure = Callable[[str, str, object], None]
type Trouble = Callable[[httpx.Request], httpx.Response]

RATE = float(os.environ.get("HERALD_OUTAGE", "0.25"))
"""Messages a second that clients send; the account may send twice as many."""

FEWER = RATE * 0.4
"""The same where it is only counted how many become unclear."""

BEFORE, OUTAGE, AFTER = 60, 1800, 3600
"""Seconds: of health, without the provider, and in which all must be sent."""

WINDOW = 10
"""Seconds over which the provider's rate is counted."""

BATCH = 10
"""Records that one worker takes at once (template.yaml, BatchSize)."""


@dataclass
class Street:
    """Clients, workers, the clock and the provider, second by second; `calls` are the seconds of those to it."""

    stage: Stage
    trouble: Trouble
    rate: float = RATE
    carrier: Carrier = field(default_factory=Carrier)
    second: int = 0
    due: float = 0.0
    accepted: dict[str, int] = field(default_factory=dict)
    calls: list[int] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    refused: int = 0

    def __post_init__(self) -> None:
        stored = self.stage.operator.registry.read_account("acme-sms")
        self.stage.operator.registry.change_account(
            replace(stored.value, limits=Limits(rate=2 * self.rate)), stored.version
        )
        self.stage.provider = self.answer
        self.start = self.stage.clock.now

    @property
    def is_out(self) -> bool:
        """Whether the provider is away now."""
        return BEFORE <= self._now() < BEFORE + OUTAGE

    def _now(self) -> int:
        return (self.stage.clock.now - self.start) // 1000

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The provider: what it takes is noted with its second."""
        self.calls.append(self._now())
        if self.is_out:
            return self.trouble(request)
        for number in json.loads(request.content)["recipientAddressList"]:
            self.sent[f"+{number}"] = self._now()
        return self.carrier(request)

    def run(self, seconds: int, *, arriving: bool) -> None:
        """So many seconds; whatever a worker could not finish would be a dead letter one day."""
        end = self.second + seconds
        while self.second < end:
            self.due += self.rate if arriving else 0
            while self.due >= 1:
                self.due -= 1
                number = phone(len(self.accepted))
                send(self.stage, sms(number))
                self.accepted[number] = self.second
            for lane in LANES:
                records = self.stage.records(lane)
                for start in range(0, len(records), BATCH):
                    answer = self.stage.invoke("deliver", {"Records": records[start : start + BATCH]})
                    self.refused += len(answer["batchItemFailures"])
            if self.second % 60 == 0:
                self.stage.invoke("clock", {})
            self.second += 1
            self.stage.clock.now = max(self.stage.clock.now, self.start + self.second * 1000)

    def drained_after(self) -> int:
        """Seconds after the outage until the last message from before its end was sent."""
        waiting = [number for number, at in self.accepted.items() if at < BEFORE + OUTAGE and number in self.sent]
        return max(self.sent[number] for number in waiting) - BEFORE - OUTAGE

    def busiest(self) -> int:
        """Calls in the fullest window."""
        counts = Counter(self.calls)
        return max(sum(counts[start + each] for each in range(WINDOW)) for start in range(self.second))

    def most(self) -> float:
        """Calls that a window may see: a tenth above the rate, and one that the seconds are rounded by."""
        return 1.1 * 2 * self.rate * WINDOW + 1

    def states(self) -> Counter[str]:
        """How the messages have ended."""
        return Counter(row["state"] for row in self.stage.rows())


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    with Stage.ready() as stage:
        yield stage


@pytest.fixture
def stage(shared: Stage) -> Stage:
    shared.reset()
    return shared


def most_probes() -> int:
    """Calls that the breaker lets through in the outage once it is open."""
    probes, at, pause = 0, FIRST_PAUSE, FIRST_PAUSE
    while at < OUTAGE * 1000:
        probes += 1
        pause = min(pause * 2, LONGEST_PAUSE)
        at += pause
    return probes


def refuse(request: httpx.Request) -> httpx.Response:
    """Nobody at home."""
    raise httpx.ConnectError("refused", request=request)


def through(street: Street, arriving: int) -> None:
    """Before, during and after the outage; clients go on sending for so many seconds after it."""
    street.run(BEFORE + OUTAGE + arriving, arriving=True)
    street.run(AFTER - arriving, arriving=False)


@pytest.mark.goal("G4")
@pytest.mark.timeout(0)
def test_connections_refused(stage: Stage, figure: Figure) -> None:
    """Half an hour without connections: every message is sent, once, within twice that time, and not all at once."""
    street = Street(stage, refuse)
    through(street, AFTER // 2)
    inside = [at for at in street.calls if BEFORE <= at < BEFORE + OUTAGE]
    figure("G4", "messages accepted in and after 30 minutes without a provider", len(street.accepted))
    figure("G4", "seconds until all were sent once it was back", street.drained_after())
    figure("G4", f"calls in the fullest {WINDOW} seconds, of {2 * RATE * WINDOW:g} allowed", street.busiest())
    figure("G4", "calls in the outage", len(inside))
    assert street.states() == {State.SENT: len(street.accepted)}
    assert set(street.carrier.sent.values()) == {1}
    assert street.refused == 0
    assert street.drained_after() <= 2 * OUTAGE
    assert street.busiest() <= street.most()
    assert len(inside) <= THRESHOLD + most_probes()


def hang(street: Callable[[], Street]) -> Trouble:
    """It takes the call and says nothing for ten seconds."""

    def answer(request: httpx.Request) -> httpx.Response:
        street().stage.clock.now += 10_000
        raise httpx.ReadTimeout("no answer", request=request)

    return answer


@pytest.mark.goal("G4")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", ["answers 503", "hangs"])
def test_nobody_knows(stage: Stage, figure: Figure, kind: str) -> None:
    """
    A provider that answers 503 or not at all may have taken each message: as many may be unclear as the breaker lets
    through, the rest is sent once, within twice the time.
    """
    trouble: Trouble = (lambda _: httpx.Response(503)) if kind == "answers 503" else hang(lambda: street)
    street = Street(stage, trouble, FEWER)
    through(street, 60)
    states, bound = street.states(), THRESHOLD + most_probes()
    figure("G4", f"messages unclear after 30 minutes of a provider that {kind}, at most {bound}", states[State.UNKNOWN])
    assert states.keys() <= {State.SENT, State.UNKNOWN} <= OVER
    assert states.total() == len(street.accepted)
    assert 0 < states[State.UNKNOWN] <= bound
    assert set(street.carrier.sent.values()) == {1}
    assert street.refused == 0
    assert street.drained_after() <= 2 * OUTAGE
    assert street.busiest() <= street.most()
