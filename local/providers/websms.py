"""
The simulator of websms, and its control API in the words of websms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from local.providers.control import Control
from local.providers.simulator import Simulator
from local.simulators import kit
from local.simulators.websms.inbound import InboundOrder


@dataclass
class Arrival(kit.Arrival):
    """What arrived, with the names that websms has for it."""

    @property
    def transfer_id(self) -> str | None:
        """Its id at websms, None unless it was taken."""
        return self.provider_id

    @property
    def sms_count(self) -> int:
        """How many SMS it was answered to be, 0 unless it was taken."""
        return int(self.facts.get("sms_count", 0))


class WebsmsControl(Control[InboundOrder]):
    """The API behind the simulator of websms."""

    name = "websms"
    words: ClassVar[Mapping[str, str]] = {"client_message_id": "reference", "transfer_id": "provider_id"}

    def messages(self, **filters: str) -> list[Arrival]:
        """What arrived, taken or not, oldest first."""
        return [Arrival(**vars(each)) for each in super().messages(**filters)]

    def uploads(self) -> int:
        """How many files were uploaded so far."""
        return int(self._call("GET", "media")["uploads"])

    def forget_media(self, media_id: str) -> None:
        """Lose a file, as a provider does after its retention."""
        self._call("DELETE", f"media/{media_id}")


class Websms(Simulator[WebsmsControl]):
    """Both APIs of websms."""

    name = "websms"
    control_type = WebsmsControl

    @property
    def token_url(self) -> str:
        """Where tokens are had."""
        return f"{self.url}/oauth/token"
