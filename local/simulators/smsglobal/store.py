"""
What the account holds: messages in and out, and the numbers that opted in. In memory, the oldest go first.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.simulators.smsglobal.dates import now


@dataclass
class Listed:
    """What both lists filter and sort by: `source` and `destination` in digits, `created` in whole seconds."""

    id: int
    source: str
    destination: str
    message: str
    created: datetime


@dataclass
class Incoming(Listed):
    """What a handset wrote."""


@dataclass
class Outgoing(Listed):
    """A message on its way to one recipient; `state` in the simulator's words (`magic.py`)."""

    status: str = "success"
    state: str = "queued"


class Store:
    """`keep` bounds each of the three; ids are 16 digits and ascend, over a restart too."""

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.incoming: dict[int, Incoming] = {}
        self.outgoing: dict[int, Outgoing] = {}
        self.names: dict[str, str] = {}
        """number to name, of the numbers that opted in"""
        self._last_id = 0

    def next_id(self) -> int:
        """Microseconds since 1970 are 16 digits until the year 2286, and a JSON number holds them exactly."""
        self._last_id = max(self._last_id + 1, time.time_ns() // 1000)
        return self._last_id

    def add_incoming(self, message: Incoming) -> None:
        self.incoming[message.id] = message
        self._bound(self.incoming)

    def add_outgoing(self, message: Outgoing) -> None:
        self.outgoing[message.id] = message
        self._bound(self.outgoing)

    def opt_in(self, number: str, name: str) -> None:
        """A number that opted in before keeps its name: doing it again is ignored, not refused."""
        self.names.setdefault(number, name)
        self._bound(self.names)

    def wrote_within(self, number: str, seconds: float) -> bool:
        """Whether the number wrote so lately that WhatsApp's customer care window is open."""
        since = now() - timedelta(seconds=seconds)
        return any(message.source == number and message.created > since for message in self.incoming.values())

    def _bound[Key](self, kept: dict[Key, Any]) -> None:
        while len(kept) > self.keep:
            del kept[next(iter(kept))]


def sort[Kind: Listed](messages: Iterable[Kind], *, newest_first: bool) -> list[Kind]:
    """By createdDate, then id: a late arrival stands where its date belongs."""
    return sorted(messages, key=lambda message: (message.created, message.id), reverse=newest_first)
