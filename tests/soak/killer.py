"""
Death without a farewell: SIGKILL for workers of the local AWS, whatever they are at.
"""

import os
import random
import signal
import threading
from contextlib import suppress

from local.aws import LocalAws


class Killer(threading.Thread):
    """Kills a worker every so many seconds until it is told to stop; `killed` counts."""

    def __init__(self, aws: LocalAws, over: threading.Event, seconds: float, seed: int) -> None:
        super().__init__(name="killer")
        self._aws = aws
        self.over = over
        self._seconds = seconds
        self._dice = random.Random(f"{seed}.killer")  # noqa: S311 - chance, not secrets
        self.killed = 0

    def run(self) -> None:
        """One worker after the other."""
        while not self.over.wait(self._seconds * self._dice.uniform(0.5, 1.5)):
            if workers := self._aws.workers():
                with suppress(ProcessLookupError):
                    os.kill(self._dice.choice(workers), signal.SIGKILL)
                    self.killed += 1
