"""
The providers' simulators as processes of their own, and how tests and tours speak to them from behind.

    with Websms() as websms:
        account = {"base_url": websms.url, "token_url": websms.token_url}
        websms.control.fault(Fault(kind=FaultKind.HANG, times=1))
        websms.control.wait(accepted=1, recipient="+436601234567")

A further one is a module with a `Simulator` and its `Control`, each of a few lines, and a field of `Simulators`.
"""

from local.providers.control import Control, Counts, ProviderError
from local.providers.huawei_aicc import HuaweiAicc, HuaweiAiccControl
from local.providers.simulator import Simulator
from local.providers.smsglobal import SmsGlobal, SmsGlobalControl
from local.providers.together import Simulators
from local.providers.webex_connect import WebexConnect, WebexConnectControl
from local.providers.websms import Websms, WebsmsControl

__all__ = [
    "Control",
    "Counts",
    "HuaweiAicc",
    "HuaweiAiccControl",
    "ProviderError",
    "Simulator",
    "Simulators",
    "SmsGlobal",
    "SmsGlobalControl",
    "WebexConnect",
    "WebexConnectControl",
    "Websms",
    "WebsmsControl",
]
