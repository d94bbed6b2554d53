"""
A flow, not a flood: those who send wait while too much of what they sent is still under way.
"""

import threading

from local.aws import Stack
from local.providers import WebsmsControl
from tests.soak.balance import queued

MOST = 400
"""Records on queues and reports not yet taken, above which nobody sends."""

SECONDS = 2
"""Between two looks."""


class Backlog(threading.Thread):
    """Looks at queues and provider until it is `over`; `flowing` is set while little waits."""

    def __init__(self, stack: Stack, provider: WebsmsControl, over: threading.Event) -> None:
        super().__init__(name="backlog")
        self._stack = stack
        self._provider = provider
        self._over = over
        self.flowing = threading.Event()
        self.flowing.set()
        self.most = 0

    def run(self) -> None:
        """Look again and again."""
        try:
            while not self._over.wait(SECONDS):
                counts = self._provider.wait()
                waiting = counts.webhooks - counts.acknowledged + queued(self._stack)
                self.most = max(self.most, waiting)
                (self.flowing.clear if waiting > MOST else self.flowing.set)()
        finally:
            self.flowing.set()
