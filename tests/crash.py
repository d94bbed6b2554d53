"""
Every crash that a worker can die of: each call to AWS and to a provider is numbered, and a run dies at one of them.

    with dying_at(world, None) as names: ...
    for point in points(len(names)): with dying_at(world, point): ...

`tests.crashes` does this for every handler, and goes on with a new worker as SQS and Lambda do; here is what tests of
one use case need.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from herald.aws import clients
from herald.status import State
from tests.crashes import calls
from tests.crashes.calls import Fault, watched
from tests.world import LANES, World, _messages

VISIBILITY = 365_000
"""Milliseconds after which a record that was not deleted comes again (template.yaml, Pace)."""

OVER = frozenset({State.SENT, State.REJECTED, State.UNKNOWN, State.CANCELLED, State.EXPIRED})


class Point(NamedTuple):
    """Where to die: at the n-th call, before it is made or when it has been, its answer still unheard."""

    number: int
    after: bool

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} call {self.number}"


@contextmanager
def dying_at(world: World, point: Point | None) -> Iterator[list[str]]:
    """Number the calls made meanwhile, yielding their names; at `point` the worker dies."""
    fault = Fault.DIES_AFTER if point and point.after else Fault.DIES_BEFORE
    with watched(world, point and calls.Point(point.number, fault)) as made:
        yield made.names


def points(count: int) -> list[Point]:
    """Every way to die in a run of so many calls."""
    return [Point(number, after) for number in range(1, count + 1) for after in (False, True)]


def on_lanes(world: World) -> dict[str, Any]:
    """What lies on the lanes, as one event."""
    return {"Records": [record for lane in LANES for record in world.records(lane)]}


def restart(world: World) -> None:
    """All workers are new: nothing is in their memory."""
    world._loaded.clear()  # noqa: SLF001 - the world's own business, were it not for the dead


def settle_all(world: World) -> None:
    """Lanes and clock go on working until nothing is due any more; the stream is not needed to deliver."""
    for _ in range(8):
        run_lanes(world)
        if not _is_due(world):
            return
        world.clock.now += 900_000
        world.invoke("clock", {})
    raise AssertionError("something stays due for ever")


def _is_due(world: World) -> bool:
    """Whether the clock has anything left to do; one call where the clock makes one a shard."""
    found = clients.dynamodb().scan(
        TableName=world.operator.settings.table,
        IndexName="later",
        FilterExpression="begins_with(lp, :due)",
        ExpressionAttributeValues={":due": {"S": "D#"}},
    )
    return bool(found["Items"])


def run_lanes(world: World, rounds: int = 100) -> None:
    """Deliver what lies on the lanes, and what comes back, until nothing is left; waits move the clock."""
    for _ in range(rounds):
        event = on_lanes(world)
        if event["Records"]:
            assert not world.invoke("deliver", event)["batchItemFailures"]
        elif waits := held(world):
            world.clock.now += max(waits[0], 0)
        else:
            return
    raise AssertionError("the lanes never become empty")


def held(world: World) -> list[int]:
    """Milliseconds, to the second, for which each record on the lanes is held back, the shortest first."""
    world._note_delays()  # noqa: SLF001 - see `restart`
    due = [world._due[one.id] - world.clock.now for lane in LANES for one in _messages(lane)]  # noqa: SLF001
    return sorted(round(wait / 1000) * 1000 for wait in due)


@contextmanager
def meanwhile(client: Any, operation: str, act: Callable[[], object]) -> Iterator[None]:
    """Just before the first call of this operation something else happens."""
    waiting = [act]

    def happen(model: Any, **_: Any) -> None:
        if model.name == operation and waiting:
            waiting.pop()()

    client.meta.events.register_first("before-call", happen)
    try:
        yield
    finally:
        client.meta.events.unregister("before-call", happen)
    assert not waiting, f"{operation} was not called"


@contextmanager
def twice(client: Any, operation: str) -> Iterator[None]:
    """The answer to the first call of this operation is lost, and botocore repeats the call, as it does."""
    name = f"needs-retry.{client.meta.service_model.service_name}.{operation}"
    waiting = [0]

    def repeat(**_: Any) -> int | None:
        return waiting.pop() if waiting else None

    client.meta.events.register_first(name, repeat)
    try:
        yield
    finally:
        client.meta.events.unregister(name, repeat)
    assert not waiting, f"{operation} was not called"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Calls to AWS one after the other, whichever thread makes them: moto loses writes of several at once."""
    lock = threading.RLock()

    def take(**_: Any) -> None:
        lock.acquire()

    def give(**_: Any) -> None:
        lock.release()

    every = (clients.dynamodb(), clients.sqs())
    for client in every:
        client.meta.events.register_first("before-call", take)
        client.meta.events.register_last("after-call", give)
    try:
        yield
    finally:
        for client in every:
            client.meta.events.unregister("before-call", take)
            client.meta.events.unregister("after-call", give)
