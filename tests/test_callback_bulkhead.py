"""
One customer who hangs holds up nobody but themselves.

Workers that are busy at the same time are made by letting the others work while one waits for the customer who hangs:
no threads race, so every run is the same.
"""

from collections.abc import Callable, Iterator

import httpcore
import httpx
import pytest

from herald.aws.endpoint_gates import LONGEST_PAUSE
from herald.aws.endpoints import MAX_ENDPOINTS
from tests.callbacks import REMAINING, add_endpoint, live, put, rows
from tests.world import Json, World

pytestmark = [pytest.mark.feature("F24"), pytest.mark.goal("G15")]

ENDPOINTS = 100
EVENTS = 5
WORKERS = 4
HOUR = 3_600_000
HANGING = "hook50.example"

type Show = Callable[[str, str, object], None]


@pytest.fixture
def world() -> Iterator[World]:
    with World.open() as world:
        yield world


class Hanging:
    """A customer among many who never answers; while one worker waits for them, the others do their work."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.workers = [world.assembly("callback").calling_back for _ in range(WORKERS)]
        self.batches: list[list[Json]] = []
        self.busy = 0
        self.most_busy = 0
        self.hung = 0
        self.taken: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != HANGING:
            self.taken.add(f"{request.url.host} {request.headers['webhook-id']}")
            return httpx.Response(200)
        self.hung += 1
        while self.busy < WORKERS and self.work():
            pass
        raise httpcore.ReadTimeout

    def work(self) -> bool:
        """Let a free worker have the next batch; False when there is none."""
        if not self.batches:
            return False
        worker = self.workers[self.busy]
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        failed = worker.take(self.batches.pop(), self._world.clock.now + REMAINING)
        self.busy -= 1
        assert not failed
        return True


def test_one_of_a_hundred_hangs(world: World, figure: Show) -> None:
    """
    Each worker that is at it when an endpoint begins to hang waits for it once; from then on it is probed, ever less
    often, and all events of the others have been posted in the first round.
    """
    endpoints = [
        add_endpoint(world, f"hook{number}", tenant=f"tenant{number // MAX_ENDPOINTS}") for number in range(ENDPOINTS)
    ]
    for number in range(EVENTS):
        for endpoint in endpoints:
            put(world, endpoint, [number])
    hanging = world.customer = Hanging(world)
    hanging.batches = world.batches("CallbackQueue")
    while hanging.work():
        pass
    assert hanging.most_busy == WORKERS
    assert 1 <= hanging.hung <= WORKERS
    assert len(hanging.taken) == (ENDPOINTS - 1) * EVENTS
    first = hanging.hung
    rest = next(endpoint for endpoint in endpoints if endpoint.url.startswith(f"https://{HANGING}"))
    assert len(rows(world, rest)) == EVENTS
    live(world, world.clock.now + HOUR)
    probes = hanging.hung - first
    assert len(hanging.taken) == (ENDPOINTS - 1) * EVENTS
    assert probes <= HOUR // LONGEST_PAUSE + EVENTS * 2
    figure(
        "G15", "events of 99 endpoints posted while one hangs", f"{len(hanging.taken)} of {(ENDPOINTS - 1) * EVENTS}"
    )
    figure("G15", f"POSTs to the one that hangs, by {WORKERS} workers", first)
    figure("G15", "probes of it in the hour after", probes)


def test_events_for_one_that_hangs(world: World, figure: Show) -> None:
    """However many events there are for an endpoint that hangs, they cost a row each, no POST: nobody's time."""
    endpoint = add_endpoint(world, "hook50")
    hanging = world.customer = Hanging(world)
    for minute in range(10):
        put(world, endpoint, range(minute * 30, minute * 30 + 30))
        hanging.batches = world.batches("CallbackQueue")
        while hanging.work():
            pass
        world.clock.now += 1000
    assert len(rows(world, endpoint)) == 300
    assert hanging.hung <= WORKERS
    figure("G15", "POSTs that 300 events for an endpoint that hangs cost", hanging.hung)
