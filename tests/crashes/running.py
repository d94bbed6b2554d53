"""
Every fault at every call of a scenario, one life each.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from tests.crash import restart
from tests.crashes.calls import Call, Calls, Fault, Point, watched
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.sites import Site
from tests.crashes.stage import Stage
from tests.faults import Died


@dataclass
class Result:
    """
    What became of the lives of a scenario.

    `sites` are those at which something went wrong, `reached` those of a whole life; `unknown` counts messages of which
    nobody knows, `wrong` says of each violation where it was.
    """

    lives: int = 0
    unknown: int = 0
    sites: set[Site] = field(default_factory=set)
    reached: set[Site] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


PATIENCE = 3
"""How often a trigger comes again at once."""


type Choose = Callable[[list[Call], Scenario], Iterator[Point]]


def deaths(made: list[Call], scenario: Scenario) -> Iterator[Point]:
    """
    Before each call that has an effect, and after the last; after each, where others go on at the same time.

    To die at a read, or after a call, is to die before the next effect: nothing but memory lies between.
    """
    effects = [number for number, call in enumerate(made, 1) if call.is_effect]
    for number in effects:
        yield Point(number, Fault.DIES_BEFORE)
        if scenario.side_by_side or number == effects[-1]:
            yield Point(number, Fault.DIES_AFTER)


def refusals(made: list[Call], _: Scenario) -> Iterator[Point]:
    """Every call, reads too; of those from the very same lines the first and the last."""
    places: dict[object, list[int]] = {}
    for number, call in enumerate(made, 1):
        places.setdefault((call.name, call.path), []).append(number)
    for numbers in places.values():
        yield from (Point(number, Fault.REFUSED) for number in {numbers[0], numbers[-1]})


def lost_answers(made: list[Call], _: Scenario) -> Iterator[Point]:
    """Every effect."""
    return (Point(number, Fault.LOST) for number, call in enumerate(made, 1) if call.is_effect)


@cache
def run(scenario: Scenario, choose: Choose) -> Result:
    """Live through all of it; once a process, whoever asks."""
    with scenario.stage() as stage:
        return _Run(scenario, stage).all(choose)


@dataclass
class _Run:
    scenario: Scenario
    stage: Stage
    result: Result = field(default_factory=Result)
    lived: list[tuple[str, Life, End]] = field(default_factory=list)

    def all(self, choose: Choose) -> Result:
        """First a life in which nothing goes wrong, which tells what there is to go wrong."""
        made = self.live(0, None)
        self.result.reached = {call.site for call in made if call.site}
        for number, point in enumerate(choose(made, self.scenario), 1):
            self.live(number, point)
        self.come_to_rest()
        return self.result

    def live(self, number: int, point: Point | None) -> list[Call]:
        """One life; the calls that were made until something went wrong."""
        self.stage.fresh(*self.scenario.accounts)
        life = self.scenario.begin(self.stage, number)
        restart(self.stage.world)
        answered = False
        with watched(self.stage.world, point) as calls:
            try:
                answered = life.trigger.fire()
                assert not calls.dead, "the worker outlived its death"
            except Died:
                pass
            except Exception as error:  # noqa: BLE001 - whatever a function raises where it should not
                calls.wrong = f"{error!r}"
        label = f"{self.scenario}, life {number}: {point or 'nothing goes wrong'}, {calls.struck or ''}"
        self.note(calls, point, label)
        if not answered and life.trigger.repeats:
            restart(self.stage.world)
            answered = any(life.trigger.fire() for _ in range(PATIENCE))
            self.blame(label, () if answered else ["never answered for"])
        self.lived.append((label, life, End(point and point.fault, answered)))
        return calls.made

    def note(self, calls: Calls, point: Point | None, label: str) -> None:
        """What this run of the function shows."""
        self.result.lives += point is not None
        self.blame(label, [calls.wrong] if calls.wrong else [])
        self.blame(label, [f"{call} is at no known site" for call in calls.made if call.is_effect and not call.site])
        if point is not None and calls.struck is None:
            self.blame(label, ["there was no such call"])
        elif calls.struck and calls.struck.site:
            self.result.sites.add(calls.struck.site)

    def blame(self, label: str, wrong: Iterable[str]) -> None:
        self.result.wrong += [f"{label}: {each}" for each in wrong]

    def come_to_rest(self) -> None:
        """Whatever is still to be done is done, and then looked at."""
        self.stage.rest(lists=self.scenario.polls)
        for label, life, end in self.lived:
            try:
                self.result.unknown += bool(life.check(end))
            except AssertionError as error:
                self.blame(label, [f"{error}"])
        for wrong in self.stage.audit():
            whose = [label for label, life, _ in self.lived if life.subject and life.subject in wrong]
            self.blame("; ".join(whose) or f"{self.scenario}", [wrong])
