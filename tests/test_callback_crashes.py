"""
Workers that die on the way of an event to a customer: at every call of publish, callback and clock.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from herald.aws import clients
from herald.endpoint import Endpoint
from tests import webhooks
from tests.callbacks import REMAINING, VISIBILITY, add_endpoint, answering, ids, live, published, put, rows
from tests.crash import dying_at, points, restart, run_lanes
from tests.faults import Died, dying
from tests.world import Json, World

pytestmark = [pytest.mark.feature("F24"), pytest.mark.goal("G16"), pytest.mark.timeout(300)]

type Show = Callable[[str, str, object], None]


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        world.customer = answering(200)
        yield world


def _again(records: list[Json]) -> dict[str, Any]:
    """Records that the queue gives out for the second time."""
    return {"Records": [{**record, "attributes": {"ApproximateReceiveCount": "2"}} for record in records]}


def _survive(world: World, function: str, make: Callable[[], list[Json]], check: Callable[[str], None]) -> int:
    """Let the function die in every way at the records that `make` gives; how many calls a whole run makes."""
    whole = make()
    restart(world)
    with dying_at(world, None) as names:
        world.invoke(function, {"Records": whole}, REMAINING)
    live(world)
    check("no crash")
    for point in points(len(names)):
        records = make()
        restart(world)
        with dying_at(world, point) as made:
            try:
                world.invoke(function, {"Records": records}, REMAINING)
            except Died:
                pass
            else:
                assert len(made) < point.number, "the worker outlived its death"
        restart(world)
        world.clock.now += VISIBILITY
        assert not world.invoke(function, _again(records), REMAINING)["batchItemFailures"]
        live(world)
        check(f"{point}, {made[min(point.number, len(made)) - 1]}")
    return len(names)


class Story:
    """A fresh endpoint for every death, with one event; how its customer answers is the story."""

    def __init__(self, world: World, *statuses: int, retry: bool = False) -> None:
        self._world = world
        self._statuses = statuses
        self._retry = retry
        self._number = 0
        self.endpoint: Endpoint

    def make(self) -> list[Json]:
        world = self._world
        self._number += 1
        self.endpoint = add_endpoint(world, f"hook{self._number}", tenant=f"tenant{self._number}")
        world.posted.clear()
        world.customer = answering(*self._statuses)
        put(world, self.endpoint)
        records = world.records("CallbackQueue")
        if self._retry:
            world.invoke("callback", {"Records": records}, REMAINING)
            world.clock.now += 10_000
            records = world.records("CallbackQueue")
        return records

    def taken(self, how: str) -> None:
        """The customer has the event, always under one id, and nothing is left to do."""
        assert set(ids(self._world.posted)) == {published(self.endpoint).id.replace(".", "_")}, how
        assert {one.state for one in rows(self._world, self.endpoint)} <= {"delivered"}, how
        assert len(self._world.posted) <= len(self._statuses) + 2, how


@pytest.mark.parametrize(
    ("statuses", "retry"), [((200,), False), ((500, 200), False), ((429, 200), False), ((500, 500, 200), True)]
)
def test_deaths_of_callback(world: World, statuses: tuple[int, ...], figure: Show, *, retry: bool) -> None:
    """Taken at once, after a failure, behind a closed gate, from its row: wherever it dies, the customer gets it."""
    story = Story(world, *statuses, retry=retry)
    calls = _survive(world, "callback", story.make, story.taken)
    name = f"{' '.join(map(str, statuses))}{' from its row' if retry else ''}"
    figure("G16", f"deaths of callback survived, answers {name}", 2 * calls)


def test_deaths_at_a_closed_gate(world: World, figure: Show) -> None:
    """What is parked when the worker dies is parked by the next, or was already."""
    story = Story(world, 200)

    def make() -> list[Json]:
        records = story.make()
        gates = world.operator.endpoint_gates
        gates.failed(story.endpoint, gates.of([story.endpoint])[story.endpoint.id], world.clock.now, 400_000)
        return records

    calls = _survive(world, "callback", make, story.taken)
    figure("G16", "deaths of callback survived at a closed gate", 2 * calls)


def test_deaths_at_the_end(world: World, figure: Show) -> None:
    """410: wherever it dies, the endpoint is disabled in the end, and the event kept as failed."""
    story = Story(world, 410)

    def check(how: str) -> None:
        (row,) = rows(world, story.endpoint)
        assert row.state == "failed", how
        stored = world.operator.endpoints.read(story.endpoint.tenant, story.endpoint.id).value
        assert stored.disabled == "gone", how

    calls = _survive(world, "callback", story.make, check)
    figure("G16", "deaths of callback survived, answers 410", 2 * calls)


def test_deaths_of_publish(world: World, figure: Show) -> None:
    """Wherever publish dies, each event of a message is posted, and stands on the bus."""
    add_endpoint(world)
    message = ""

    def make() -> list[Json]:
        nonlocal message
        world.posted.clear()
        body = {"channel": "sms", "to": "+436761234567", "content": {"type": "text", "text": "Hello"}}
        message = world.post("/v1/messages", body).json["id"]
        run_lanes(world)
        assert (world.posted, world.events()) == ([], [])
        return world.written()

    def check(how: str) -> None:
        wanted = {f"{message}:0:{word}" for word in ("accepted", "sent")}
        assert set(ids(world.posted)) == wanted, how
        assert {event["id"] for event in world.events()} == wanted, how

    calls = _survive(world, "publish", make, check)
    figure("G16", "deaths of publish survived with an endpoint", 2 * calls)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("operation", ["UpdateItem", "SendMessageBatch"])
def test_deaths_of_the_clock(world: World, operation: str, *, after: bool) -> None:
    """A clock that dies when it marks a row that is due, or tells the queue, leaves it to a later one."""
    story = Story(world, 500, 500, 500, 200)
    world.invoke("callback", {"Records": story.make()}, REMAINING)
    live(world, world.clock.now + 400_000)
    (row,) = rows(world, story.endpoint)
    assert row.due
    world.clock.now = row.due
    client = clients.sqs() if operation == "SendMessageBatch" else clients.dynamodb()
    restart(world)
    with dying(client, operation, after_it=after), pytest.raises(Died):
        world.invoke("clock", {}, 55_000)
    restart(world)
    live(world)
    story.taken(f"{operation} {after}")
