"""
Test messages, by the send and deliver functions: no provider hears of any, and each ends as its address says.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from herald.identifier import member_id
from herald.sandbox import Fate
from herald.status import State
from herald.view import status_of
from tests.carrier import phone, send, sms
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.delivering import acme
from tests.crashes.stage import Stage
from tests.crashes.triggers import Queue

ALL_WELL = 9
"""What the number of somebody ends in who takes everything."""
BAD_ENDS = "X#acme~test#"
"""How the list of the tests that ended badly begins."""


@contextmanager
def sandbox() -> Iterator[Stage]:
    """The tenant acme, with a key for tests."""
    with acme() as stage:
        stage.world.key = stage.world.add_key("acme", test=True)
        stage.handset.calls = 0
        yield stage


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """The record of a test message is worked on, or of a request of `many` that go alike; `status` is how it ends."""

    fate: Fate | None
    status: str
    many: bool = False

    def __call__(self, stage: Stage, number: int) -> Life:
        world = stage.world
        to = phone(number * 10_000 + int(self.fate or ALL_WELL))
        body = sms(to)
        if self.many:
            body |= {"to": None, "recipients": [{"to": to}]}
        request = send(world, body)
        identifier = member_id(request, to) if self.many else request
        records = stage.take("TransactionalQueue")

        def check(end: End) -> bool:
            item = stage.item(identifier)
            assert item
            assert item.get("lp", BAD_ENDS).startswith(BAD_ENDS), f"{item['lp']}: it stays due, or in another's list"
            assert stage.handset.calls == 0, "a provider was called"
            if item["state"] == State.UNKNOWN and end.fault is not None:
                return True
            assert status_of(item) == self.status, f"{status_of(item)}"
            return False

        return Life(Queue(world, "deliver", records), check, request)


SCENARIOS = (
    Scenario("test: all is well", sandbox, Rehearsal(None, "delivered")),
    Scenario("test: rejected", sandbox, Rehearsal(Fate.REJECTED, "rejected")),
    Scenario("test: failed", sandbox, Rehearsal(Fate.FAILED, "failed")),
    Scenario("test: unclear", sandbox, Rehearsal(Fate.UNCLEAR, "unknown")),
    Scenario("test: throttled", sandbox, Rehearsal(Fate.THROTTLED, "delivered")),
    Scenario("test: many", sandbox, Rehearsal(None, "delivered", many=True)),
    Scenario("test: many that fail", sandbox, Rehearsal(Fate.FAILED, "failed", many=True)),
)
