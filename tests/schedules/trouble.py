"""
What may go wrong in one invocation: nothing, the death of its worker at one of its calls, or a service that refuses.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from herald.aws import clients
from tests.crash import Point, dying_at
from tests.faults import Died, refusing
from tests.schedules.stage import Stage

_SERVICES = ("dynamodb", "sqs", "secretsmanager", "events")


@dataclass(frozen=True, slots=True)
class Trouble:
    """`death`: where the worker dies; `refuses`: a service that refuses after so many calls."""

    death: Point | None = None
    refuses: tuple[str, int] | None = None

    @contextmanager
    def __call__(self, stage: Stage) -> Iterator[None]:
        """For the invocation inside. Raises Died."""
        if self.refuses:
            service, after = self.refuses
            client: Any = getattr(clients, service)()
            with refusing(client, after=after):
                yield
        elif self.death:
            with dying_at(stage, self.death):
                yield
        else:
            yield


NONE = Trouble()

deaths = st.builds(Point, st.integers(1, 10), st.booleans()).map(lambda point: Trouble(death=point))
refusals = st.tuples(st.sampled_from(_SERVICES), st.integers(0, 8)).map(lambda refuses: Trouble(refuses=refuses))
troubles = st.one_of(st.just(NONE), st.just(NONE), deaths, refusals)

__all__ = ["NONE", "Died", "Trouble", "deaths", "refusals", "troubles"]
