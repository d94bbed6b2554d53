"""
The simulator of Huawei AICC, and its control API in the words of AICC.
"""

from collections.abc import Mapping
from typing import ClassVar

from local.providers.control import Control
from local.providers.simulator import Simulator
from local.simulators.huawei_aicc.inbound import InboundOrder


class HuaweiAiccControl(Control[InboundOrder]):
    """The API behind the simulator; its filter `message_id` is the one sent, `bulk_id` the one answered."""

    name = "huawei_aicc"
    words: ClassVar[Mapping[str, str]] = {"message_id": "reference", "bulk_id": "provider_id"}

    def release(self) -> int:
        """What waits for its `sendAt` goes now; returns how many calls that were."""
        return int(self._call("POST", "release")["released"])


class HuaweiAicc(Simulator[HuaweiAiccControl]):
    """tokenByAkSk and sendWhatsappMessage; app_key `sim-app-key`, app_secret `sim-app-secret`."""

    name = "huawei_aicc"
    control_type = HuaweiAiccControl

    @property
    def token_url(self) -> str:
        """Where tokens are had."""
        return f"{self.url}/apigovernance/api/oauth/tokenByAkSk"
