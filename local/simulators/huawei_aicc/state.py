"""
What this simulator remembers beyond the kit: which messageIds it took, and what waits for its time.
"""

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from local.simulators import kit
from local.simulators.huawei_aicc.settings import Settings, WebhookUrls

_IDS_KEPT = 100_000
# Huawei AICC sendWhatsappMessage, response example
_FIRST_OWN_ID = 10011


class State(kit.State[Settings]):
    """One event loop owns it, as the kit says."""

    urls: WebhookUrls

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._own_ids = itertools.count(_FIRST_OWN_ID)
        self._taken: dict[str, None] = {}
        self._held: set[asyncio.Event] = set()

    def forget(self, *, everything: bool) -> None:
        del everything
        self._taken.clear()

    def took(self, message_id: str) -> bool:
        """Whether a message of this id was taken before."""
        return message_id in self._taken

    def take(self, message_id: str) -> None:
        """Remember it; the oldest is forgotten first."""
        self._taken[message_id] = None
        while len(self._taken) > _IDS_KEPT:
            del self._taken[next(iter(self._taken))]

    def answered_message_id(self, message_id: str) -> str:
        """The messageId of the answer: the one that came, or one like the documents' `10011`."""
        return str(next(self._own_ids)) if self.settings.rewrite_ids else message_id

    def answered_bulk_id(self, bulk_id: str) -> str:
        """The bulkId of the answer: the one that came, or one that begins like the documents' `20221025`."""
        return f"{datetime.now(UTC):%Y%m%d}{next(self._own_ids)}" if self.settings.rewrite_ids else bulk_id

    async def hold(self, due: datetime) -> None:
        """Return when its time has come, or when a test says so."""
        released = asyncio.Event()
        self._held.add(released)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(released.wait(), (due - datetime.now(UTC)).total_seconds())
        finally:
            self._held.discard(released)

    def release(self) -> int:
        """Let all go that is held; returns how many calls that were."""
        for released in self._held:
            released.set()
        return len(self._held)


@dataclass
class Call(kit.Call[State]):
    """A call of the token or of the send operation."""
