"""
Every fault at every call of a scenario, one life each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from tests.crash import restart
from tests.crashes.calls import Call, Calls, Fault, Point, watched
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.stage import Stage
from tests.faults import Died


@dataclass
class Result:
    """
    What became of the lives of a scenario.

    `reached` are the sites of the life in which nothing goes wrong, at each of whose calls another life goes wrong;
    `struck` are the calls that went wrong, by what became of them; `unknown` counts messages of which nobody knows
    whether they were sent, `wrong` says of each violation where it was.
    """

    reached: set[str] = field(default_factory=set)
    struck: dict[Fault, list[Call]] = field(default_factory=lambda: {fault: [] for fault in Fault})
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)


PATIENCE = 3
"""How often a trigger comes again at once."""

refused: set[object] = set()
"""The ways to calls that were refused in this process."""


def points(made: list[Call], scenario: Scenario) -> Iterator[Point]:
    """
    Death before each call that has an effect, and after the last; after each, where others go on at the same time.

    To die at a read, or after a call, is to die before the next effect: nothing but memory lies between. Refused is
    each call, reads too, and lost the answer of each effect; once for each way to it, whichever scenario comes first.
    """
    effects = [number for number, call in enumerate(made, 1) if call.is_effect]
    for number in effects:
        yield Point(number, Fault.DIES_BEFORE)
        if scenario.side_by_side or number == effects[-1]:
            yield Point(number, Fault.DIES_AFTER)
    here: set[object] = set()
    for number, call in enumerate(made, 1):
        way = call.name, call.path
        if way not in refused or (scenario.all_refused and way not in here):
            refused.add(way)
            here.add(way)
            yield Point(number, Fault.REFUSED)
            if call.is_effect:
                yield Point(number, Fault.LOST)


@cache
def run(scenario: Scenario) -> Result:
    """Live through all of it; once a process, whoever asks."""
    with scenario.stage() as stage:
        return _Run(scenario, stage).all()


@dataclass
class _Run:
    scenario: Scenario
    stage: Stage
    result: Result = field(default_factory=Result)
    lived: list[tuple[str, Life, End]] = field(default_factory=list)

    def all(self) -> Result:
        """First a life in which nothing goes wrong, which tells what there is to go wrong."""
        made = self.live(0, None)
        self.result.reached = {call.site.name for call in made if call.site}
        self.blame(f"{self.scenario}", [] if made else ["it makes no call at all"])
        for number, point in enumerate(points(made, self.scenario), 1):
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
            self.stage.world.clock.now += life.trigger.pause
            answered = any(life.trigger.fire() for _ in range(PATIENCE))
            self.blame(label, () if answered else ["never answered for"])
        self.lived.append((label, life, End(point and point.fault, answered)))
        return calls.made

    def note(self, calls: Calls, point: Point | None, label: str) -> None:
        """What this run of the function shows."""
        self.blame(label, [calls.wrong] if calls.wrong else [])
        self.blame(label, [f"{call} is at no known site" for call in calls.made if call.is_effect and not call.site])
        if point is not None and calls.struck is None:
            self.blame(label, [] if self.scenario.side_by_side else ["there was no such call"])
        elif point is not None and calls.struck:
            self.result.struck[point.fault].append(calls.struck)

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
