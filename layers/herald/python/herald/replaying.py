"""
What customers do with what was not delivered: try it again, one or many; and try an endpoint.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from herald.aws.deliveries import LIFE, Deliveries, Delivery, DeliveryState
from herald.callback_record import CallbackQueue, event_text
from herald.endpoint import Endpoint
from herald.errors import Conflict
from herald.event import Published
from herald.identifier import random_id
from herald.posting import Poster, Tried


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Which deliveries are meant: of a state, None for all that are not delivered; begun between two times (ms, both
    included), None for any.
    """

    state: DeliveryState | None = None
    first: int | None = None
    last: int | None = None

    def fits(self, delivery: Delivery) -> bool:
        """Whether this one is meant."""
        meant = delivery.state is self.state if self.state else delivery.state is not DeliveryState.DELIVERED
        after = self.first is None or self.first <= delivery.first
        return meant and after and (self.last is None or delivery.first <= self.last)


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many deliveries are tried again; `next` is the event id to go on after, None when these were all."""

    count: int
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaying:
    """The use case of the callback function's routes. `watchdog` and `now` in milliseconds."""

    deliveries: Deliveries
    poster: Poster
    queue: CallbackQueue
    watchdog: int
    pool: Executor
    now: Callable[[], int]

    def try_now(self, endpoint: Endpoint) -> Tried:
        """Post an event of type `endpoint.test`, whatever the endpoint's gate and status; what came of it."""
        event_id = f"{endpoint.id}:test:{random_id()}"
        event = Published("endpoint.test", event_id, endpoint.tenant, self.now(), 0, {"id": endpoint.id})
        return self.poster.post(endpoint, event_id, event_text(event.detail()))

    def replay(self, endpoint: Endpoint, event_id: str) -> Delivery:
        """Try an event again, from now on as often as a new one. Raises NotFound, Conflict."""
        _check_enabled(endpoint)
        again = self._again(self.deliveries.read(endpoint.id, event_id))
        if again is None:
            raise Conflict("the event is being posted just now", hint="look at the delivery in a moment")
        self.queue.tell([again.record(self.now())])
        return again

    def replay_all(self, endpoint: Endpoint, choice: Choice, deadline: int, after: str = "") -> Replayed:
        """The same for many, by event id, as far as it goes until `deadline` (ms). Raises Conflict."""
        _check_enabled(endpoint)
        count = 0
        for piece, following in self.deliveries.pieces(endpoint.id, after):
            chosen = self.pool.map(self._again, [one for one in piece if choice.fits(one)])
            records = [one.record(self.now()) for one in chosen if one]
            self.queue.tell(records)
            count += len(records)
            if following and self.now() >= deadline:
                return Replayed(count, following)
        return Replayed(count, None)

    def _again(self, delivery: Delivery) -> Delivery | None:
        """As if it were new, its times of old aside; None when it has moved meanwhile."""
        now = self.now()
        waiting = replace(delivery, state=DeliveryState.WAITING, attempts=0, waits=0, ttl=now // 1000 + LIFE)
        return self.deliveries.save(replace(waiting, next=now, due=now + self.watchdog))


def _check_enabled(endpoint: Endpoint) -> None:
    if endpoint.disabled:
        raise Conflict("the endpoint is disabled", hint="enable it first")
