"""
What this simulator remembers beyond the kit's.
"""

import time
from typing import Any

from local.simulators import kit
from local.simulators.webex_connect.attachments import Attachments
from local.simulators.webex_connect.contact_policy import ContactPolicies
from local.simulators.webex_connect.links import Links
from local.simulators.webex_connect.rate import Rate
from local.simulators.webex_connect.settings import Settings, WebhookUrls

_KEPT = 100_000


class State(kit.State[Settings]):
    """
    `messages` are v2's by messageId, as GET shows them; `refused_once` the recipients that had their one refusal.
    """

    urls: WebhookUrls

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._begin()
        self.links = Links()
        self.policies = ContactPolicies()
        self.attachments = Attachments()

    def _begin(self) -> None:
        self.rate = Rate()
        self.messages: dict[str, dict[str, Any]] = {}
        self.refused_once: dict[str, None] = {}
        self._windows: dict[str, float] = {}

    def forget(self, *, everything: bool) -> None:
        """Links, groups and files stay unless everything goes."""
        self._begin()
        if everything:
            self.links = Links()
            self.policies = ContactPolicies()
            self.attachments = Attachments()

    def refuse_once(self, recipient: str) -> bool:
        """Whether this recipient was not refused before; now it was."""
        if recipient in self.refused_once:
            return False
        self.refused_once[recipient] = None
        self._bound(self.refused_once)
        return True

    def keep_message(self, message_id: str, document: dict[str, Any]) -> None:
        self.messages[message_id] = document
        self._bound(self.messages)

    def open_window(self, user: str) -> None:
        """The user wrote."""
        self._windows[kit.plain(user)] = time.monotonic()
        self._bound(self._windows)

    def window_is_open(self, user: str) -> bool:
        if not self.settings.enforce_window:
            return True
        opened = self._windows.get(kit.plain(user))
        return opened is not None and time.monotonic() - opened < self.settings.window_seconds

    @staticmethod
    def _bound(kept: dict[str, Any]) -> None:
        while len(kept) > _KEPT:
            del kept[next(iter(kept))]
