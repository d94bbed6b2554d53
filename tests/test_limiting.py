"""
Limits of tenants: never more than allowed, and no message counted that was not accepted.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from herald import waiting
from herald.aws import clients
from herald.aws.quotas import DAY, MINUTE, Quotas, Window
from herald.aws.registry import TenantLimits
from herald.errors import TenantLimitExceeded
from herald.models import SendRequest
from tests.carrier import Carrier, many, phone, sms
from tests.conftest import Show
from tests.crash import dying_at, one_at_a_time, points, restart, run_lanes, twice
from tests.faults import Died, listening, refusing
from tests.units import metering
from tests.world import Answer, World

pytestmark = pytest.mark.feature("F30")

START = 1_750_000_020_000
"""The 15th of June 2025, 15:07:00 UTC: the beginning of a minute."""


@pytest.fixture
def world() -> Iterator[World]:
    """Acme at the beginning of a minute; its provider takes everything."""
    with World.of_acme() as world:
        world.clock.now = START
        world.provider = Carrier()
        yield world


def limit(world: World, per_minute: int | None = None, per_day: int | None = None) -> None:
    """Set acme's limits, and let all workers know."""
    stored = world.operator.registry.read_tenant("acme")
    limits = TenantLimits(per_minute, per_day)
    world.operator.registry.change_tenant(replace(stored.value, limits=limits), stored.version)
    restart(world)


def used(world: World, tenant: str = "acme") -> tuple[int, ...]:
    """What is counted in this minute, and in this day."""
    windows = (Window.at(world.clock.now, MINUTE), Window.at(world.clock.now, DAY))
    return Quotas(world.operator.table).used(tenant, windows)


def post(world: World, body: object = None, **headers: str) -> Answer:
    return world.post("/v1/messages", body or sms(), **headers)


def refused(answer: Answer) -> bool:
    return answer.status == 429 and answer.json["code"] == "tenant_limit_exceeded"


# How many.


def test_windows() -> None:
    """A minute and a day begin with those of UTC."""
    minute, day = Window.at(START + 59_999, MINUTE), Window.at(START + 59_999, DAY)
    assert (minute.start, minute.end, minute.name) == (START, START + 60_000, "202506151507")
    assert (day.start, day.name) == (1_749_945_600_000, "20250615")
    assert Window.at(day.end, DAY).name == "20250616"


def test_per_minute(world: World) -> None:
    """So many in a minute, and as many in the next; the refusal says when that begins."""
    limit(world, per_minute=2)
    world.clock.now += 15_000
    assert [post(world).status for _ in range(2)] == [202, 202]
    answer = post(world)
    assert refused(answer)
    assert answer.headers["retry-after"] == "45"
    assert "2 messages a minute" in answer.json["detail"]
    assert "2025-06-15T15:08:00.000Z" in answer.json["detail"]
    assert "field" not in answer.json
    world.clock.now += 45_000
    assert [post(world).status for _ in range(3)] == [202, 202, 429]


def test_per_day(world: World) -> None:
    """So many in a day; what the day refuses is not counted in the minute."""
    limit(world, per_minute=2, per_day=3)
    assert [post(world).status for _ in range(3)] == [202, 202, 429]
    world.clock.now += 60_000
    assert [post(world).status for _ in range(3)] == [202, 429, 429]
    assert used(world) == (1, 3)
    answer = post(world)
    assert "3 messages a day" in answer.json["detail"]
    assert answer.headers["retry-after"] == str((Window.at(START, DAY).end - world.clock.now) // 1000)


def test_recipients_count_each(world: World) -> None:
    """A request counts with all its recipients, and is accepted whole or not at all."""
    limit(world, per_minute=10)
    assert post(world, many(7)).status == 202
    assert refused(post(world, many(4)))
    assert used(world) == (7, 0)
    assert post(world, many(3)).status == 202
    assert used(world) == (10, 0)


def test_more_than_ever_fits(world: World) -> None:
    """A request that alone is more than the limit is refused for good: waiting would not help."""
    limit(world, per_minute=10, per_day=5)
    for count in (6, 11):
        answer = post(world, many(count))
        assert (answer.status, answer.json["field"]) == (422, "recipients")
        assert "split" in answer.json["hint"]
    assert used(world) == (0, 0)


def test_tenants_do_not_share(world: World) -> None:
    """Another tenant's messages, and the sandbox's, are counted apart; the sandbox has the same limits."""
    limit(world, per_minute=1)
    test = world.add_key("acme", test=True)
    assert [world.post("/v1/messages", sms(), test).status for _ in range(2)] == [202, 429]
    assert [post(world).status for _ in range(2)] == [202, 429]
    assert used(world) == used(world, "acme~test") == (1, 0)


@pytest.mark.goal("G24")
def test_races(world: World, figure: Show) -> None:
    """However many come at once, no more are accepted than the limit allows, and not one less."""
    limit(world, per_minute=20, per_day=20)
    sending = world.function("send").parts.sending

    def one(number: int) -> bool:
        try:
            sending.accept("acme", _request(number), f"k{number}")
        except TenantLimitExceeded:
            return False
        return True

    with one_at_a_time(), ThreadPoolExecutor(16) as pool:
        accepted = sum(pool.map(one, range(60)))
    assert accepted == 20
    assert used(world) == (20, 20)
    figure("G24", "accepted of 60 at once by a tenant that may send 20", accepted)


def _request(number: int) -> SendRequest:
    return SendRequest.model_validate(sms(phone(number)))


# What does not count.


def test_validate_does_not_count(world: World) -> None:
    """Asking what would be sent is free, also at the limit."""
    limit(world, per_minute=1)
    for _ in range(2):
        assert world.post("/v1/messages/validate", sms()).status == 200
    assert used(world) == (0, 0)


def test_repeats_do_not_count(world: World) -> None:
    """The same key is one message, and is answered as it was when the limit is reached, or lowered below it."""
    limit(world, per_minute=9, per_day=9)
    for _ in range(3):
        assert post(world, many(2), idempotency_key="k").status == 202
    assert used(world) == (2, 2)
    limit(world, per_minute=3)
    assert post(world).status == 202
    again = post(world, many(2), idempotency_key="k")
    assert (again.status, again.headers["idempotency-replayed"]) == (202, "true")
    limit(world, per_minute=1)
    assert post(world, many(2), idempotency_key="k").headers["idempotency-replayed"] == "true"
    assert refused(post(world, idempotency_key="another"))
    assert used(world) == (3, 2)


def test_a_key_with_another_body_does_not_count(world: World) -> None:
    """A request that is refused for its key is not counted, whether there is room or not."""
    limit(world, per_minute=2)
    assert post(world, idempotency_key="k").status == 202
    for _ in range(2):
        answer = post(world, sms(text="another"), idempotency_key="k")
        assert (answer.status, answer.json["code"]) == (422, "idempotency_mismatch")
    assert used(world) == (1, 0)
    assert post(world).status == 202
    assert post(world, sms(text="another"), idempotency_key="k").json["code"] == "idempotency_mismatch"


def test_bad_messages_do_not_count(world: World) -> None:
    """What cannot be sent is refused before it is counted."""
    limit(world, per_minute=1)
    assert post(world, sms(to="0676")).status == 422
    assert post(world, sms() | {"account": "nobody"}).status == 422
    assert used(world) == (0, 0)


@pytest.mark.parametrize("body", [sms(), many(3)], ids=["one", "many"])
def test_the_table_refuses(world: World, body: dict[str, Any]) -> None:
    """What could not be stored is given back."""
    limit(world, per_minute=5, per_day=5)
    with refusing(clients.dynamodb(), "PutItem", "TransactWriteItems"):
        assert post(world, body).status == 503
    assert used(world) == (0, 0)


def test_the_counter_cannot_be_reached(world: World) -> None:
    """Without its counter nothing is accepted: 503, and the first counter is given back."""
    limit(world, per_minute=5, per_day=5)
    for after in (0, 1):
        with refusing(clients.dynamodb(), "UpdateItem", after=after):
            assert post(world).status == 503
        assert world.get("/v1/messages").json["messages"] == []
    # To give back is an update too, and was refused: counted too many, never too few.
    assert used(world) == (1, 0)


def test_the_lane_refuses(world: World) -> None:
    """A message without a key that is taken back since no lane takes it is not counted; one with a key stays so."""
    limit(world, per_minute=5)
    with refusing(clients.sqs(), "SendMessageBatch"):
        assert post(world).status == 503
        assert used(world) == (0, 0)
        assert post(world, idempotency_key="k").status == 503
    assert used(world) == (1, 0)
    assert post(world, idempotency_key="k").status == 202
    assert used(world) == (1, 0)


def test_a_lost_answer(world: World) -> None:
    """When the table's answer is lost and the write is repeated, the message is its own repeat, and stays counted."""
    limit(world, per_minute=5)
    with twice(clients.dynamodb(), "PutItem"):
        assert post(world, idempotency_key="k").status == 202
    assert used(world) == (1, 0)


@pytest.mark.goal("G1")
def test_every_crash(world: World, figure: Show) -> None:
    """Wherever the worker dies, what is stored is counted; at worst a request is counted that was not stored."""
    limit(world, per_minute=1000, per_day=1000)
    with dying_at(world, None) as calls:
        post(world, many(2), idempotency_key="whole")
    stored, ways = 2, points(len(calls))
    for number, point in enumerate(ways):
        world.function("send").parts.sending.limiter.limits("acme")  # a warm worker
        body, before = many(2), used(world)[0]
        with dying_at(world, point):
            try:
                post(world, body, idempotency_key=f"k{number}")
            except Died:
                restart(world)
        counted = used(world)[0] - before
        repeated = post(world, body, idempotency_key=f"k{number}")
        assert repeated.status == 202
        stored += 2
        was_stored = repeated.headers.get("idempotency-replayed") == "true"
        assert counted in ((2,) if was_stored else (0, 2)), point
        assert used(world)[0] >= stored, point
    figure("G1", "ways to die over accepting within limits, messages stored and not counted", f"{len(ways)}, 0")


def test_usage(world: World) -> None:
    """Whoever has limits can see what is left of them."""
    limit(world, per_minute=5, per_day=9)
    post(world, many(3))
    assert world.get("/v1/usage").json["limits"] == [
        {"per": "minute", "limit": 5, "used": 3, "resets_at": "2025-06-15T15:08:00.000Z"},
        {"per": "day", "limit": 9, "used": 3, "resets_at": "2025-06-16T00:00:00.000Z"},
    ]
    world.clock.now += 60_000
    assert [each["used"] for each in world.get("/v1/usage").json["limits"]] == [0, 3]


# What it costs.


@pytest.mark.parametrize(
    ("limits", "units"), [({}, 4), ({"per_minute": 9}, 5), ({"per_day": 9}, 5), ({"per_minute": 9, "per_day": 9}, 6)]
)
def test_write_units(world: World, limits: dict[str, int], units: int) -> None:
    """One write more for each limit that the tenant has, none for one without; a warm worker reads nothing more."""
    limit(world, **limits)
    post(world)
    with metering() as meter:
        assert post(world).status == 202
    assert meter.units() == units
    with listening() as calls:
        post(world)
    assert calls == ["UpdateItem"] * len(limits) + ["PutItem", "SendMessageBatch"]


# The intake queue.


def intake(world: World) -> int:
    """One invocation with what lies in the intake queue; how many records it left there to come again."""
    records = world.records("IntakeQueue")
    return len(world.invoke("send", {"Records": records})["batchItemFailures"]) if records else 0


def put(world: World, *bodies: object) -> None:
    """Records of callers in AWS."""
    address = world.operator.settings.intake_queue
    for body in bodies:
        clients.sqs().send_message(QueueUrl=address, MessageBody=json.dumps(body))


def waits(world: World, until: Callable[[], bool], seconds: int, step: int = 30) -> int:
    """Let the queue be worked on every so many seconds until something is true; the seconds that it took."""
    for passed in range(0, seconds, step):
        assert intake(world) == 0
        if until():
            return passed
        world.clock.now += step * 1000
    raise AssertionError("it never became true")


def test_intake_waits(world: World) -> None:
    """Records over the limit wait for the next minutes, and are accepted once; none comes nearer to dead letters."""
    limit(world, per_minute=2)
    put(world, *(sms(phone(number), tenant="acme") for number in range(7)))

    def listed() -> int:
        return len(world.get("/v1/messages").json["messages"])

    assert intake(world) == 0
    assert listed() == 2
    took = waits(world, lambda: listed() == 7, 3600)
    assert 150 <= took <= 600
    run_lanes(world)
    carrier: Any = world.provider
    assert set(carrier.sent.values()) == {1}
    assert len(carrier.sent) == 7


def test_intake_keeps_its_key(world: World) -> None:
    """A record that is put back, and comes again all the same, is one message."""
    limit(world, per_minute=1)
    post(world)
    record = {"messageId": "m-1", "body": json.dumps(sms(tenant="acme")), "attributes": {}}
    event = {
        "messageId": "m-2",
        "body": json.dumps({"detail-type": "herald.send", "id": "e", "detail": sms(tenant="acme")}),
    }
    for _ in range(2):
        assert world.invoke("send", {"Records": [record, event]}) == {"batchItemFailures": []}
    limit(world)
    world.clock.now += 900_000
    assert intake(world) == 0
    assert len(world.get("/v1/messages").json["messages"]) == 3


def test_intake_is_put_back_for_a_day(world: World) -> None:
    """One that finds no room for a day is left to come again, so that it ends among the dead letters."""
    limit(world, per_day=1)
    post(world)
    put(world, sms(tenant="acme"))
    start = world.clock.now
    stored = world.operator.registry.read_tenant("acme")
    assert stored.value.limits == TenantLimits(None, 1)
    while intake(world) == 0:
        world.clock.now += 901_000
        if world.clock.now // DAY != (start // DAY):
            post(world)  # somebody else is faster every day
        assert world.clock.now - start < 2 * waiting.LONGEST, "it never ends"
    assert world.clock.now - start > waiting.LONGEST


def test_intake_that_never_fits(world: World) -> None:
    """A record that alone is more than the limit is refused for good, and so are those that only look put back."""
    limit(world, per_minute=2)
    put(world, many(3) | {"tenant": "acme"}, {"detail-type": waiting.KIND, "key": 7}, {"detail-type": waiting.KIND})
    assert intake(world) == 3


def test_intake_cannot_be_put_back(world: World) -> None:
    """While the queue takes nothing, the record comes again by itself."""
    limit(world, per_minute=1)
    post(world)
    put(world, sms(tenant="acme"))
    with refusing(clients.sqs(), "SendMessageBatch"):
        assert intake(world) == 1
