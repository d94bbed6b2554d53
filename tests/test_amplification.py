"""
What faults cost: calls to providers for each message, and which account they go to.
"""

import random
from collections.abc import Callable, Iterator

import httpx
import pytest

from herald.models import Account, Channel, Sender
from herald.status import State
from tests.carrier import phone, send, sms
from tests.crash import OVER, held
from tests.faults import Died
from tests.schedules.handsets import UNCLEAR, Fate, Handsets, Wanted
from tests.schedules.stage import Stage
from tests.world import LANES

type Figure = Callable[[str, str, object], None]

MESSAGES = 1000

FAULTS = [*sorted(UNCLEAR), Fate.CLOSE, Fate.THROTTLE, Fate.BUSY, Fate.FORBID]


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    with Stage.ready() as stage:
        yield stage


@pytest.fixture
def handsets(shared: Stage) -> Handsets:
    shared.reset()
    shared.provider = handsets = Handsets(shared)
    shared.set_secret(handsets.secret)
    return handsets


def one(handsets: Handsets, number: int, policy: str) -> str:
    """Have one SMS accepted; its id."""
    handsets.wanted[phone(number)] = Wanted(phone(number), "sms", policy, 0)
    return send(handsets.stage, sms(phone(number), policy=policy))


def deliver(stage: Stage) -> bool:
    """Let workers take what lies on the lanes, ten at a time; whether there was anything."""
    records = [record for lane in LANES for record in stage.records(lane)]
    for start in range(0, len(records), 10):
        assert not stage.invoke("deliver", {"Records": records[start : start + 10]})["batchItemFailures"]
    return bool(records)


def run(stage: Stage) -> None:
    """Work until nothing is due."""
    while True:
        if deliver(stage):
            continue
        if waits := held(stage):
            stage.clock.now += max(waits[0], 0)
        elif (due := stage.next_due()) is not None:
            stage.clock.now = max(stage.clock.now, due)
            stage.invoke("clock", {})
        else:
            return


@pytest.mark.goal("G5")
@pytest.mark.timeout(0)
@pytest.mark.parametrize(("share", "most"), [(0.01, 1.1), (0.1, 1.2)], ids=["1%", "10%"])
def test_calls_per_message(handsets: Handsets, figure: Figure, share: float, most: float) -> None:
    """With so many calls going wrong in every way there is, messages cost hardly more than a call each."""
    dice = random.Random(1)  # noqa: S311 - the same faults in every run
    handsets.fates = [dice.choice(FAULTS) if dice.random() < share else Fate.TAKE for _ in range(2 * MESSAGES)]
    for number in range(MESSAGES):
        one(handsets, number, "at_least_once" if number % 3 == 0 else "at_most_once")
        if number % 10 == 9:
            deliver(handsets.stage)
    run(handsets.stage)
    cost = handsets.posts / MESSAGES
    figure("G5", f"calls for each of {MESSAGES} messages with {share:.0%} faults", cost)
    assert {row["state"] for row in handsets.stage.rows()} <= OVER
    assert 1 < cost <= most


@pytest.fixture
def second(handsets: Handsets) -> str:
    """Another account, which carries what the first one cannot."""
    registry = handsets.stage.operator.registry
    senders = (Sender("acme", Channel.SMS),)
    registry.add_account(
        Account("acme-second", "websms_sms", ("acme",), {"base_url": "https://second.example"}, senders)
    )
    route = registry.read_route("acme", Channel.SMS)
    registry.set_route("acme", Channel.SMS, ("acme-sms", "acme-second"), route.version)
    return "second.example"


@pytest.mark.goal("G6")
@pytest.mark.parametrize("policy", ["at_most_once", "at_least_once"])
@pytest.mark.parametrize("fate", [*sorted(UNCLEAR), Fate.CLOSE, Fate.THROTTLE])
def test_no_other_account(handsets: Handsets, second: str, figure: Figure, fate: Fate, policy: str) -> None:
    """A message that the first account of its route may have sent is never given to the second one."""
    handsets.fates = [fate] * 3
    identifier = one(handsets, 1, policy)
    run(handsets.stage)
    elsewhere = [request for request in handsets.stage.requests if request.url.host == second]
    figure("G6", "calls to another account after an unclear outcome", len(elsewhere))
    row = handsets.stage.row(identifier)
    assert row
    assert row["accounts"] == {"acme-sms"}
    assert row["state"] in OVER
    assert handsets.stage.requests
    assert not elsewhere


@pytest.mark.goal("G6")
@pytest.mark.parametrize("policy", ["at_most_once", "at_least_once"])
def test_no_other_account_after_a_death(handsets: Handsets, second: str, policy: str) -> None:
    """Nor is one whose worker died when it was in its hands."""

    def take_and_die(request: httpx.Request) -> httpx.Response:
        handsets(request)
        raise Died

    handsets.stage.provider = take_and_die
    identifier = one(handsets, 1, policy)
    with pytest.raises(Died):
        deliver(handsets.stage)
    handsets.stage.provider = handsets
    handsets.stage.kill("deliver")
    handsets.doubted.add(phone(1))
    run(handsets.stage)
    row = handsets.stage.row(identifier)
    assert row
    assert row["state"] == (State.SENT if policy == "at_least_once" else State.UNKNOWN)
    assert not [request for request in handsets.stage.requests if request.url.host == second]
