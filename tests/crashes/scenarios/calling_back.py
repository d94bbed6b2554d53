"""
The callback function for its queue: events that endpoints take, take late, or do not take.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import httpcore
import httpx

from herald.aws.deliveries import Delivery, DeliveryState
from herald.aws.table import Change
from herald.callback_record import event_text
from herald.endpoint import Disabled, Endpoint
from herald.schedule import GIVE_UP
from tests.callbacks import add_endpoint, answering, published, put, rows
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.delivering import acme
from tests.crashes.stage import Stage
from tests.crashes.triggers import Minute, Queue
from tests.customers import Customer
from tests.world import Json

SOON = 10_000
"""Milliseconds after which a callback that has failed once is tried again."""

type Prepare = Callable[[Stage, Endpoint], None]
"""What happens to an endpoint while an event for it waits on the queue."""


def endpoint_of(stage: Stage, number: int, customer: Customer) -> Endpoint:
    """The endpoint of this life, and who answers there."""
    stage.customers.answers[f"hook{number}.example"] = customer
    return add_endpoint(stage.world, f"hook{number}", tenant=f"tenant{number}")


def lying(stage: Stage, endpoint: Endpoint) -> list[Json]:
    """What lies on the callback queue for this endpoint; what lies there for others waits aside."""
    records = stage.take("CallbackQueue")
    stage.aside += [("callback", record) for record in records if endpoint.id not in record["body"]]
    return [record for record in records if endpoint.id in record["body"]]


def taken(stage: Stage, number: int, event: int = 0) -> int:
    """How often the customer of this life has taken an event."""
    return stage.customers.taken[f"hook{number}.example"][_id(event)]


def _id(event: int) -> str:
    return f"m_{event}:0:sent"


@dataclass(frozen=True, eq=False)
class Callback:
    """
    Events of the queue are posted to an endpoint; the customer answers `statuses`, the last for ever.

    `again`: the first try has failed, and the row waits for the second. `customer` answers instead of `statuses`.
    """

    statuses: Sequence[int] = (200,)
    before: Prepare | None = None
    count: int = 1
    again: bool = False
    customer: Callable[[], Customer] | None = None

    def __call__(self, stage: Stage, number: int) -> Life:
        world = stage.world
        endpoint = endpoint_of(stage, number, self.customer() if self.customer else answering(*self.statuses))
        put(world, endpoint, range(self.count))
        records = lying(stage, endpoint)
        if self.again:
            assert not world.invoke("callback", {"Records": records})["batchItemFailures"]
            world.clock.now += SOON
            records = lying(stage, endpoint)
        if self.before:
            self.before(stage, endpoint)

        def check(end: End) -> None:
            times = [taken(stage, number, event) for event in range(self.count)]
            assert all(times), f"never posted: {times}"
            others = stage.customers.taken[f"hook{number}.example"].keys() - {_id(event) for event in range(self.count)}
            assert not others, f"posted by another id: {others}"
            assert max(times) <= (1 if end.fault is None else 2), f"posted {times}"
            assert {row.state for row in rows(world, endpoint)} <= {DeliveryState.DELIVERED}

        return Life(Queue(world, "callback", records), check, endpoint.id)


@dataclass(frozen=True, eq=False)
class GivenUp:
    """An event that its endpoint does not get: it is kept as failed, and the endpoint is disabled for this reason."""

    why: Disabled
    customer: Callable[[], Customer] = lambda: answering(500)
    before: Prepare | None = None

    def __call__(self, stage: Stage, number: int) -> Life:
        life = Callback(customer=self.customer, before=self.before)(stage, number)

        def check(_: End) -> None:
            (found,) = stage.world.operator.endpoints.all(f"tenant{number}")
            assert found.disabled == self.why, f"{found.disabled}"
            (row,) = rows(stage.world, found)
            assert (row.state, taken(stage, number)) == (DeliveryState.FAILED, 0)
            told = [event for event in stage.events if event["type"] == "endpoint.disabled"]
            assert (life.subject in [event["data"]["id"] for event in told]) == (self.why is not Disabled.OWNER)

        return Life(life.trigger, check, life.subject)


def hangs_first() -> Customer:
    """Takes its time over the first event, and the others."""
    left = [httpcore.ReadTimeout("hung")]

    def answer(_: httpx.Request) -> httpx.Response:
        if left:
            raise left.pop()
        return httpx.Response(200, headers={"content-length": "0"})

    return answer


def gate_closes(stage: Stage, endpoint: Endpoint) -> None:
    """The endpoint has hung, and is left alone for a while."""
    gates = stage.world.operator.endpoint_gates
    gates.failed(endpoint, gates.of([endpoint])[endpoint.id], stage.world.clock.now, 0)


def gate_may_open(stage: Stage, endpoint: Endpoint) -> None:
    """And its time is over."""
    gate_closes(stage, endpoint)
    stage.world.clock.now += SOON


def fails_for_days(stage: Stage, endpoint: Endpoint) -> None:
    """Nothing has succeeded for five days, but for a moment."""
    change = Change("SET #since = :since", {"since": stage.world.clock.now - GIVE_UP})
    stage.world.operator.table.update(f"T#{endpoint.tenant}", f"gate#{endpoint.id}", change)


def disabled(stage: Stage, endpoint: Endpoint) -> None:
    """Its owner wants nothing for now."""
    assert stage.world.operator.endpoints.disable(endpoint, Disabled.OWNER, stage.world.clock.now)


def removed(*, again: bool) -> Callable[[Stage, int], Life]:
    """An event for an endpoint that is removed since, be it new or a row: nothing is posted, nothing waits."""

    def begin(stage: Stage, number: int) -> Life:
        customer = answering(500) if again else answering(200)
        life = Callback(before=lambda stage, one: stage.world.operator.endpoints.remove(one.tenant, one.id))
        life = replace(life, again=again, customer=lambda: customer)
        begun = life(stage, number)

        def check(_: End) -> None:
            assert taken(stage, number) == 0

        return Life(begun.trigger, check, begun.subject)

    return begin


def due(stage: Stage, number: int) -> Life:
    """A row whose next try lies beyond what a queue can hold back: the clock tells the queue."""
    world = stage.world
    endpoint = endpoint_of(stage, number, answering(200))
    event, now = published(endpoint), world.clock.now
    row = Delivery(endpoint=endpoint.id, id=event.id, tenant=endpoint.tenant, event=event_text(event.detail()))
    assert world.operator.deliveries.insert(replace(row, attempts=3, next=now - 1, due=now - 1))

    def check(end: End) -> None:
        assert 1 <= taken(stage, number) <= (1 if end.fault is None else 2)
        assert {one.state for one in rows(world, endpoint)} == {DeliveryState.DELIVERED}

    return Life(Minute(world), check, endpoint.id)


SCENARIOS = (
    Scenario("callback: taken", acme, Callback()),
    Scenario("callback: taken late", acme, Callback((500, 200))),
    Scenario("callback: asked to wait", acme, Callback((429, 200))),
    Scenario("callback: hung", acme, Callback(customer=hangs_first)),
    Scenario("callback: from its row", acme, Callback((500, 200), again=True)),
    Scenario("callback: from its row, and late again", acme, Callback((500, 500, 200), again=True)),
    Scenario("callback: a closed gate", acme, Callback(before=gate_closes)),
    Scenario("callback: the probe", acme, Callback(before=gate_may_open)),
    Scenario("callback: the probe fails", acme, Callback((500, 200), before=gate_may_open)),
    Scenario("callback: many", acme, Callback(count=3), side_by_side=True),
    Scenario("callback: gone", acme, GivenUp(Disabled.GONE, lambda: answering(410))),
    Scenario("callback: failing for days", acme, GivenUp(Disabled.FAILING, before=fails_for_days)),
    Scenario("callback: disabled", acme, GivenUp(Disabled.OWNER, before=disabled)),
    Scenario("callback: removed", acme, removed(again=False)),
    Scenario("callback: removed, from its row", acme, removed(again=True)),
    Scenario("clock: a callback", acme, due),
)
