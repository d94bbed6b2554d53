"""
Everything a simulator holds, in memory and bounded.

One event loop owns it: state changes only between awaits, so there are no locks. `changed()` wakes whoever waits for
something to become true, which is how tests do without sleeping.
"""

import asyncio
import itertools
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from typing import Any

from local.simulators.kit.faults import Faults
from local.simulators.kit.records import Arrival, Webhook
from local.simulators.kit.settings import Settings, WebhookUrls
from local.simulators.kit.tokens import Tokens

_COALESCE_SECONDS = 0.005


class State[S: Settings]:
    """
    The memory of one simulator; a provider that remembers more derives it and overrides `forget`.

    `arrivals` are requests to send something, `calls` all others; `started_with` is what a reset returns to.
    """

    def __init__(self, settings: S) -> None:
        self.started_with: S = settings
        self.settings: S = settings
        self.urls: WebhookUrls = settings.webhook_urls.model_copy(deep=True)
        self.arrivals: deque[Arrival] = deque(maxlen=settings.keep)
        self.calls: deque[Arrival] = deque(maxlen=settings.keep)
        self.webhooks: deque[Webhook] = deque(maxlen=settings.keep)
        self.faults = Faults()
        self.tokens = Tokens()
        self.token_calls: Counter[str] = Counter()
        """By client; the simulator's token operation counts them."""
        self.numbers = itertools.count(1)
        self.base_url = ""
        """As the last order to write to this simulator reached it, for URLs of its own; ends with `/`."""
        self.released = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._change = asyncio.Event()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run in the background; the reference is kept, or the loop would drop it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.changed()

    @property
    def idle(self) -> bool:
        """Nothing left to report or to retry."""
        return not self._tasks

    def changed(self) -> None:
        """Tell whoever waits that something is different now."""
        self._change.set()
        self._change = asyncio.Event()

    async def wait_until(self, fulfilled: Callable[[], bool], patience: float) -> bool:
        """Whether it came true in time; looked at again after changes, at most every few milliseconds."""
        deadline = time.monotonic() + patience
        while not fulfilled():
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            try:
                await asyncio.wait_for(self._change.wait(), remaining)
            except TimeoutError:
                return fulfilled()
            await asyncio.sleep(_COALESCE_SECONDS)
        return True

    def stop(self) -> None:
        """Cancel what is under way and cut every request left hanging."""
        for task in self._tasks:
            task.cancel()
        self.released.set()
        self.released = asyncio.Event()

    def forget(self, *, everything: bool) -> None:
        """What the simulator itself remembers; called by `reset`, and nothing here."""

    def reset(self, *, everything: bool) -> None:
        """
        Forget messages, calls, webhooks, faults and counts, and return to the settings of the start.

        Live tokens and webhook URLs stay unless `everything` goes: a client's caches would be wrong otherwise.
        """
        self.stop()
        self.settings = self.started_with
        self.arrivals.clear()
        self.calls.clear()
        self.webhooks.clear()
        self.faults.remove()
        self.token_calls.clear()
        if everything:
            self.tokens = Tokens()
            self.urls = self.started_with.webhook_urls.model_copy(deep=True)
        self.forget(everything=everything)
        self.changed()
