"""
What makes a function run, and what that does when the function dies or says that it cannot.

Each is fired once, and again as long as it is not answered for: a client that repeats, a provider that posts again, a
queue whose record was not deleted, a stream that does not go on, the clock's next minute.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from herald.calling import LEASE
from herald.errors import Unavailable
from tests.world import Answer, Json, World

SOON = LEASE + 1000
"""Milliseconds after which somebody comes again: those who renew tokens are given up by then."""


class Mishandled(AssertionError):
    """The function answered in a way by which its caller would lose something."""


@dataclass
class Http:
    """
    A client, or a provider that posts: anything but a proper answer makes it come again, if it `repeats`.

    `done`: what is answered instead where there is nothing left to do. `failures`: codes of problems that tell of a
    provider which could not be asked.
    """

    call: Callable[[], Answer]
    repeats: bool = True
    pause: int = SOON
    answer: Answer | None = None
    done: int | None = None
    failures: frozenset[str] = frozenset()

    def fire(self) -> bool:
        """Whether it was answered for. Raises Mishandled for what is neither a success nor a 503 with Retry-After."""
        answer = self.call()
        if answer.status == self.done:
            return True
        if answer.status == 503 and int(answer.headers.get("retry-after", "0")) > 0:
            return False
        if answer.status >= 500 and answer.json["code"] in self.failures:
            return False
        if not 200 <= answer.status < 300:
            raise Mishandled(f"{answer.status} {answer.body!r}")
        self.answer = answer
        return True


def given_out(record: Json, times: int) -> Json:
    """A record as a queue gives it out for the first time, the second …"""
    return record | {"attributes": {"ApproximateReceiveCount": str(times)}}


@dataclass
class Queue:
    """Records of a queue; only those that failed come again."""

    world: World
    function: str
    records: list[Json]
    repeats: bool = True
    pause: int = SOON
    times: int = 0

    def fire(self) -> bool:
        self.times += 1
        event = {"Records": [given_out(record, self.times) for record in self.records]}
        answer: Mapping[str, Any] = self.world.invoke(self.function, event)
        failed = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
        known = {record["messageId"] for record in self.records}
        if len(set(failed)) < len(failed) or not known.issuperset(failed):
            raise Mishandled(f"{failed} of {sorted(known)}")
        self.records = [record for record in self.records if record["messageId"] in failed]
        return not self.records


@dataclass
class Stream:
    """Writes in order; it goes on from the first that was not published."""

    world: World
    records: list[Json]
    repeats: bool = True
    pause: int = 0

    def fire(self) -> bool:
        failures = self.world.invoke("publish", {"Records": self.records})["batchItemFailures"]
        numbers = [record["dynamodb"]["SequenceNumber"] for record in self.records]
        if failures:
            self.records = self.records[numbers.index(failures[0]["itemIdentifier"]) :]
        return not failures


@dataclass
class Minute:
    """The clock, which comes again the next minute whatever happens."""

    world: World
    repeats: bool = True
    pause: int = 0

    def fire(self) -> bool:
        try:
            self.world.invoke("clock", {}, 55_000)
        except Unavailable:
            return False
        return True


type Trigger = Http | Queue | Stream | Minute
