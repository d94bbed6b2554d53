"""
Several workers at once, in every order in which their calls to AWS can come.

    for order in orders(2, 3):                     # two calls of each of three workers: 90 ways
        answers = interleaved(order, [act] * 3)
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from herald.aws import clients


def orders(calls: int, workers: int) -> list[tuple[int, ...]]:
    """Every way in which so many calls of each worker can follow each other: the workers' numbers, call by call."""

    def after(left: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if not any(left):
            yield ()
        for worker, count in enumerate(left):
            if count:
                rest = (*left[:worker], count - 1, *left[worker + 1 :])
                yield from ((worker, *others) for others in after(rest))

    return list(after((calls,) * workers))


class _Turns:
    """Lets one call through at a time, in this order."""

    def __init__(self, order: Sequence[int]) -> None:
        self._order = list(order)
        self._changed = threading.Condition()
        self._mine = threading.local()

    def begin(self, worker: int) -> None:
        """This thread is this worker."""
        self._mine.worker = worker

    def end(self) -> None:
        """This worker makes no more calls."""
        with self._changed:
            self._order = [worker for worker in self._order if worker != self._mine.worker]
            self._changed.notify_all()

    def before(self, **_: Any) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._order or self._order[0] == self._mine.worker)

    def after(self, **_: Any) -> None:
        with self._changed:
            if self._order and self._order[0] == self._mine.worker:
                self._order.pop(0)
            self._changed.notify_all()


def interleaved[T](order: Sequence[int], acts: Sequence[Callable[[], T]]) -> list[T]:
    """What each of these returns when their calls come in this order; each must make no more calls than it names."""
    turns = _Turns(order)

    def run(worker: int) -> T:
        turns.begin(worker)
        try:
            return acts[worker]()
        finally:
            turns.end()

    every = (clients.dynamodb(), clients.sqs())
    for client in every:
        client.meta.events.register_first("before-call", turns.before)
        client.meta.events.register_last("after-call", turns.after)
    try:
        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(run, range(len(acts))))
    finally:
        for client in every:
            client.meta.events.unregister("before-call", turns.before)
            client.meta.events.unregister("after-call", turns.after)
