"""
The simulators of all providers at once, on ports one after the other.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Self

from local.providers.huawei_aicc import HuaweiAicc
from local.providers.smsglobal import SmsGlobal
from local.providers.webex_connect import WebexConnect
from local.providers.websms import Websms


@dataclass(frozen=True, slots=True)
class Simulators:
    """One of each; websms plays both of its APIs."""

    websms: Websms
    smsglobal: SmsGlobal
    webex_connect: WebexConnect
    huawei_aicc: HuaweiAicc

    @classmethod
    @contextmanager
    def running(cls, first_port: int | None, settings: Mapping[str, str] | None = None) -> Iterator[Self]:
        """All of them, gone when the block ends. None takes any free ports; `settings` are those of the kit."""
        ports: list[int | None] = [None] * 4 if first_port is None else [*range(first_port, first_port + 4)]
        with ExitStack() as processes:
            yield cls(
                processes.enter_context(Websms(ports[0], settings=settings)),
                processes.enter_context(SmsGlobal(ports[1], settings=settings)),
                processes.enter_context(WebexConnect(ports[2], settings=settings)),
                processes.enter_context(HuaweiAicc(ports[3], settings=settings)),
            )

    @property
    def urls(self) -> dict[str, str]:
        """Where each shows what it saw."""
        each = (self.websms, self.smsglobal, self.webex_connect, self.huawei_aicc)
        return {one.name: f"{one.url}/_control/messages" for one in each}
