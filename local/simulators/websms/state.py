"""
Everything the simulator holds, in memory and bounded.

One event loop owns it: state changes only between awaits, so there are no locks. `changed()` wakes whoever waits for
something to become true, which is how tests do without sleeping.
"""

import asyncio
import itertools
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from typing import Any

from local.simulators.websms.faults import Faults
from local.simulators.websms.media_shelf import MediaShelf
from local.simulators.websms.records import Arrival, Webhook
from local.simulators.websms.settings import Settings, WebhookUrls
from local.simulators.websms.tokens import Tokens

_COALESCE_SECONDS = 0.005
_WINDOWS_KEPT = 100_000


class State:
    """The simulator's memory; `started_with` is what a reset returns to."""

    def __init__(self, settings: Settings) -> None:
        self.started_with = settings
        self.settings = settings
        self.urls: WebhookUrls = settings.webhook_urls.model_copy(deep=True)
        self.arrivals: deque[Arrival] = deque(maxlen=settings.keep)
        self.webhooks: deque[Webhook] = deque(maxlen=settings.keep)
        self.faults = Faults()
        self.tokens = Tokens()
        self.media = MediaShelf()
        self.token_calls: Counter[str] = Counter()
        self.numbers = itertools.count(1)
        self.released = asyncio.Event()
        self._windows: dict[tuple[str, str], float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._change = asyncio.Event()

    def open_window(self, application_id: str, user: str) -> None:
        """The recipient wrote: WhatsApp's customer care window opens anew."""
        self._windows[application_id.lower(), user] = time.monotonic()
        while len(self._windows) > _WINDOWS_KEPT:
            del self._windows[next(iter(self._windows))]

    def window_is_open(self, application_id: str, user: str) -> bool:
        if not self.settings.enforce_window:
            return True
        opened = self._windows.get((application_id.lower(), user))
        return opened is not None and time.monotonic() - opened < self.settings.window_seconds

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

    def reset(self, *, everything: bool) -> None:
        """
        Forget messages, webhooks, faults, windows and counts, and return to the settings of the start.

        Live tokens, media and webhook URLs stay unless `everything` goes: a client's caches would be wrong otherwise.
        """
        self.stop()
        self.settings = self.started_with
        self.arrivals.clear()
        self.webhooks.clear()
        self.faults.remove()
        self.token_calls.clear()
        self._windows.clear()
        if everything:
            self.tokens = Tokens()
            self.media = MediaShelf()
            self.urls = self.started_with.webhook_urls.model_copy(deep=True)
        self.changed()
