"""
The send function for a tenant with limits: what is counted, what is given back, and what waits for room.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from herald.aws import keys
from herald.aws.quotas import DAY, Window
from herald.aws.registry import TenantLimits
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.sending import accepted, acme, intake, one, three
from tests.crashes.stage import Stage

A_DAY = 10_000
"""What the tenant may have accepted in a day; more than it ever wants here."""


@contextmanager
def limited() -> Iterator[Stage]:
    """The tenant acme, which may send so many messages in a minute and in a day."""
    with acme() as stage:
        registry = stage.world.operator.registry
        held = registry.read_tenant("acme")
        registry.change_tenant(replace(held.value, limits=TenantLimits(1000, A_DAY)), held.version)
        yield stage


def counted(begin: Callable[[Stage, int], Life]) -> Callable[[Stage, int], Life]:
    """The same, and whatever was accepted is counted, so that the tenant never gets more than it may."""

    def begin_counted(stage: Stage, number: int) -> Life:
        life = begin(stage, number)

        def check(end: End) -> bool | None:
            items = stage.items()
            heads = [item for item in items if item["pk"].startswith("M#") and item["sk"] == "." and "counted" in item]
            for start in {Window.at(item["created"], DAY).start for item in heads}:
                window = Window(start, DAY)
                mine = [item for item in heads if window.start <= item["created"] < window.end]
                kept = [item.get("count", 1) for item in mine if item["state"] != "cancelled"]
                (used,) = [item["used"] for item in items if item["pk"] == keys.used("acme", window.name)]
                assert sum(kept) <= used, f"{sum(kept)} are accepted, {used} are counted"
            return life.check(end)

        return Life(life.trigger, check, life.subject)

    return begin_counted


def without_room(stage: Stage, number: int) -> Life:
    """A record comes a minute before midnight, and the day is full: it waits for the next."""
    world = stage.world
    today = Window.at(world.clock.now, DAY)
    world.clock.now = today.end + DAY - 60_000
    full = Window.at(world.clock.now, DAY)
    world.operator.table.put({"pk": keys.used("acme", full.name), "sk": ".", "used": A_DAY, "ttl": 2**32})
    return intake(one)(stage, number)


SCENARIOS = (
    Scenario("limits: one", limited, counted(accepted(one))),
    Scenario(
        "limits: one without a key, and nobody repeats",
        limited,
        counted(accepted(one, key=False, repeats=False)),
        all_refused=True,
    ),
    Scenario("limits: many", limited, counted(accepted(three))),
    Scenario(
        "limits: many without a key, and nobody repeats",
        limited,
        counted(accepted(three, key=False, repeats=False)),
        all_refused=True,
    ),
    Scenario("limits: by the intake queue, without room", limited, without_room),
)
