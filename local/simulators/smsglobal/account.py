"""
The account that the simulator plays: the kit's memory, its messages and opt-ins, and the nonces that were used.
"""

from typing import Any

from local.simulators import kit
from local.simulators.kit import digits
from local.simulators.smsglobal.dates import shown
from local.simulators.smsglobal.mac import Gate
from local.simulators.smsglobal.magic import Fate, fate_of
from local.simulators.smsglobal.settings import Settings
from local.simulators.smsglobal.store import Incoming, Outgoing, Store


class Account(kit.State[Settings]):
    """Numbers are in digits everywhere inside."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.store = Store(settings.keep)
        self.gate = Gate()

    def forget(self, *, everything: bool) -> None:
        """Used nonces stay used unless everything goes: who replays a request after a reset still replays it."""
        self.store = Store(self.settings.keep)
        if everything:
            self.gate = Gate()

    def fate(self, number: str) -> Fate | None:
        """What the settings or the number itself ask for; None is an ordinary recipient."""
        return Fate.BLACKLISTED if self.blacklisted(number) else fate_of(number, self.settings.fates)

    def blacklisted(self, number: str) -> bool:
        listed = number in map(digits, self.settings.blacklist)
        return listed or fate_of(number, self.settings.fates) is Fate.BLACKLISTED

    def shown_number(self, number: str) -> dict[str, Any]:
        """A number as the capability check and the opt-in lists show it; `name` is empty unless it opted in."""
        return {
            "name": self.store.names.get(number, ""),
            "number": number,
            "capable": self.fate(number) is not Fate.NO_CAPABILITY,
            "blacklist": self.blacklisted(number),
        }

    def shown_outgoing(self, message: Outgoing) -> dict[str, Any]:
        return {
            "id": message.id,
            "recipient": message.destination,
            "status": message.status,
            "state": self.settings.state_words.get(message.state, message.state),
            "message": message.message,
            "createdDate": self._date(message),
        }

    def shown_incoming(self, message: Incoming) -> dict[str, Any]:
        return {
            "id": message.id,
            "from": message.source,
            "to": message.destination,
            "message": message.message,
            "createdDate": self._date(message),
        }

    def _date(self, message: Incoming | Outgoing) -> str:
        return shown(message.created, self.settings.time_zone, iso=self.settings.date_format == "iso")


class Call(kit.Call[Account]):
    """A request to this account."""
