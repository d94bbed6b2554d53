"""
The simulator of Webex Connect, and its control API in the words of Webex Connect.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.providers.control import Control
from local.providers.simulator import Simulator
from local.simulators.webex_connect.contact_policy import Group
from local.simulators.webex_connect.inbound.order import InboundOrder


class WebexConnectControl(Control[InboundOrder]):
    """The API behind the simulator of Webex Connect; webhook URLs are `notify`, `receipts`, `inbound`, `channels`."""

    name = "webex_connect"
    words: ClassVar[Mapping[str, str]] = {"correlationid": "reference", "transid": "provider_id"}

    def inbound(self, order: InboundOrder) -> Mapping[str, Any]:
        """A user writes; returns the payload that is being posted."""
        payload: Mapping[str, Any] = self._post("inbound", order)["document"]
        return payload

    def put_group(self, name: str, group: Group) -> None:
        """Make or replace a contact policy group."""
        self._call("PUT", f"groups/{name}", json=group.model_dump(mode="json"))


class WebexConnect(Simulator[WebexConnectControl]):
    """Messaging API v1 and v2; key `sim-key`, or a JWT for service SIMSERVICE."""

    name = "webex_connect"
    control_type = WebexConnectControl
