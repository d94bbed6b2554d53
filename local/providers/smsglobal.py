"""
The simulator of SMSGlobal, and its control API in the words of SMSGlobal.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from local.providers.control import Control
from local.providers.simulator import Simulator
from local.simulators.smsglobal.inbound import InboundOrder


class SmsGlobalControl(Control[InboundOrder]):
    """The API behind the simulator of SMSGlobal."""

    name = "smsglobal"

    def outgoing(self) -> Sequence[Mapping[str, Any]]:
        """All sent messages, oldest first, as the API shows them."""
        shown: Sequence[Mapping[str, Any]] = self._call("GET", "outgoing")["messages"]
        return shown

    def move(self, message_id: int, state: str, status: str = "") -> None:
        """Put a sent message into a state; `status` empty is the one that goes with it."""
        self._call("PUT", f"outgoing/{message_id}", json={"state": state, "status": status})


class SmsGlobal(Simulator[SmsGlobalControl]):
    """The WhatsApp part of SMSGlobal's REST API v2; key `sim-key`, secret `sim-secret`."""

    name = "smsglobal"
    control_type = SmsGlobalControl

    @property
    def base_url(self) -> str:
        """What an account's operations are under."""
        return f"{self.url}/v2"
