"""
What the simulator of websms holds beyond the kit's state: media, and who may be written to freely.
"""

import time

from local.simulators import kit
from local.simulators.websms.media_shelf import MediaShelf
from local.simulators.websms.settings import Settings, WebhookUrls

_WINDOWS_KEPT = 100_000


class State(kit.State[Settings]):
    """Media stay over a reset unless `everything` goes: a client's caches would be wrong otherwise."""

    urls: WebhookUrls

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.media = MediaShelf()
        self._windows: dict[tuple[str, str], float] = {}

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

    def forget(self, *, everything: bool) -> None:
        self._windows.clear()
        if everything:
            self.media = MediaShelf()
