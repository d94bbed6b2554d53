"""
One idempotency key, many requests at the same time: one message.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from herald.models import Account, Channel, Sender
from tests.carrier import Carrier, many, sms
from tests.crash import one_at_a_time, run_lanes
from tests.faults import listening
from tests.interleaving import interleaved, orders
from tests.world import Answer, World

type Figure = Callable[[str, str, object], None]
type Json = dict[str, Any]

HUNDRED = 100

BODIES = {"one": sms(), "many": many(3)}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.add_tenant("other")
        senders = (Sender("other", Channel.SMS),)
        world.add_account(Account("other-sms", "websms_sms", ("other",), senders=senders), {"access_token": "secret"})
        world.add_route("other", Channel.SMS, "other-sms")
        world.provider = Carrier()
        yield world


@pytest.fixture
def carrier(world: World) -> Carrier:
    """A provider that has seen nothing, and a worker of send that knows key, route and account."""
    world.provider = carrier = Carrier()
    world.post("/v1/messages/validate", sms())
    return carrier


def at_once(count: int, act: Callable[[int], Answer]) -> list[Answer]:
    """All at the same time: each thread waits for the others before it begins."""
    start = threading.Barrier(count)

    def run(number: int) -> Answer:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool, one_at_a_time():
        return list(pool.map(run, range(count)))


def taken(world: World, carrier: Carrier) -> set[int]:
    """How often each handset got it, once all is delivered."""
    run_lanes(world)
    return set(carrier.sent.values())


@pytest.mark.goal("G7")
@pytest.mark.parametrize("kind", BODIES)
def test_a_hundred_at_once(world: World, carrier: Carrier, figure: Figure, kind: str) -> None:
    """A hundred requests at the same time: one message, and the same answer to all."""
    key = f"storm-{kind}"
    answers = at_once(HUNDRED, lambda _: world.post("/v1/messages", BODIES[kind], idempotency_key=key))
    assert {answer.status for answer in answers} == {202}
    ids = {answer.json["id"] for answer in answers}
    figure("G7", f"messages of {HUNDRED} concurrent requests with one key ({kind})", len(ids))
    assert len(ids) == 1
    assert len({answer.body for answer in answers}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in answers].count(None) == 1
    assert taken(world, carrier) == {1}
    assert carrier.sent.total() == len(BODIES[kind].get("recipients", [1]))


@pytest.mark.goal("G7")
def test_a_hundred_bodies(world: World, carrier: Carrier, figure: Figure) -> None:
    """A hundred different requests with one key: one is accepted, all others are told so, and it alone is sent."""
    answers = at_once(
        HUNDRED, lambda number: world.post("/v1/messages", sms(text=f"text {number}"), idempotency_key="bodies")
    )
    statuses = Counter(answer.status for answer in answers)
    figure("G7", f"accepted of {HUNDRED} concurrent requests with one key and different bodies", statuses[202])
    assert statuses == {202: 1, 422: HUNDRED - 1}
    winner = next(number for number, answer in enumerate(answers) if answer.status == 202)
    assert taken(world, carrier) == {1}
    assert [payload["messageContent"] for payload in carrier.payloads] == [f"text {winner}"]


@pytest.mark.goal("G7")
def test_two_tenants(world: World, carrier: Carrier) -> None:
    """The same key of two tenants stands for two messages, however many requests come at once."""
    tenants = [world.key, world.add_key("other")]
    answers = at_once(20, lambda number: world.post("/v1/messages", sms(), tenants[number % 2], idempotency_key="both"))
    assert {answer.status for answer in answers} == {202}
    ids = [{answer.json["id"] for answer in answers[first::2]} for first in (0, 1)]
    assert [len(each) for each in ids] == [1, 1]
    assert ids[0] != ids[1]
    assert taken(world, carrier) == {2}  # one handset, a message of each


def intake(world: World, number: int, **fields: object) -> None:
    """A record of the intake queue."""
    body = {"tenant": "acme", **sms(), **fields}
    record = {"messageId": f"record-{number}", "body": json.dumps(body)}
    assert not world.invoke("send", {"Records": [record]})["batchItemFailures"]


@pytest.mark.goal("G7")
def test_by_intake(world: World, carrier: Carrier, figure: Figure) -> None:
    """A hundred records and requests with one key, and one record that is read ten times at once, are two messages."""

    def put(number: int) -> Answer:
        if number < HUNDRED // 2:
            return world.post("/v1/messages", sms(), idempotency_key="intake")
        if number < HUNDRED:
            intake(world, number, idempotency_key="intake")
        else:
            intake(world, HUNDRED)
        return Answer(202, {}, b"")

    at_once(HUNDRED + 10, put)
    run_lanes(world)
    figure(
        "G7",
        f"messages of {HUNDRED} records and requests with one key, and one record read ten times",
        carrier.sent.total(),
    )
    assert carrier.sent.total() == 2


def calls_of(world: World, body: Json, key: str) -> int:
    """How many calls to AWS a request makes; one that repeats it makes as many, as long as it has not been sent."""
    counts = set()
    for _ in range(2):
        with listening() as names:
            assert world.post("/v1/messages", body, idempotency_key=key).status == 202
        counts.add(len(names))
    (count,) = counts
    return count


@pytest.mark.goal("G7")
@pytest.mark.parametrize(("kind", "workers"), [("one", 2), ("one", 3), ("many", 2)])
def test_every_order(world: World, carrier: Carrier, figure: Figure, kind: str, workers: int) -> None:
    """In whatever order the calls of two or three requests come, they are one message and get the same answer."""
    ways = orders(calls_of(world, BODIES[kind], f"counted-{kind}-{workers}"), workers)
    run_lanes(world)
    carrier.sent.clear()
    for number, order in enumerate(ways):
        key = f"order-{kind}-{workers}-{number}"
        acts = [lambda key=key: world.post("/v1/messages", BODIES[kind], idempotency_key=key)] * workers
        answers = interleaved(order, acts)
        assert {answer.status for answer in answers} == {202}, order
        assert len({answer.body for answer in answers}) == 1, order
    run_lanes(world)
    assert set(carrier.sent.values()) == {len(ways)}
    figure("G7", f"orders of the calls of {workers} requests with one key ({kind})", len(ways))


@pytest.mark.goal("G7")
def test_every_order_of_two_bodies(world: World, carrier: Carrier) -> None:
    """In whatever order their calls come, one of two bodies is accepted and the other one refused."""
    ways = orders(calls_of(world, sms(), "counted-two"), 2)
    run_lanes(world)
    carrier.payloads.clear()
    for number, order in enumerate(ways):
        acts = [
            lambda text=text, number=number: world.post("/v1/messages", sms(text=text), idempotency_key=f"two-{number}")
            for text in ("this", "that")
        ]
        answers = interleaved(order, acts)
        assert sorted(answer.status for answer in answers) == [202, 422], order
    run_lanes(world)
    assert len(carrier.payloads) == len(ways)
