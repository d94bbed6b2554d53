"""
One simulator of Huawei AICC for all tests of this folder, reset before each.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from local.simulators.huawei_aicc import Settings, create_app
from tests.simulators.driver import QUICK, receiving, running
from tests.simulators.huawei_aicc.driver import ACKNOWLEDGEMENT, Receiver, Simulator


@pytest.fixture(scope="session")
def _shared() -> Iterator[Simulator]:
    with running(create_app(Settings(**QUICK)), Simulator) as simulator:
        yield simulator


@pytest.fixture
def simulator(_shared: Simulator) -> Simulator:
    _shared.control("POST", "reset", {"everything": True})
    return _shared


@pytest.fixture
def start() -> Iterator[Callable[..., Simulator]]:
    """Start a simulator with settings of its own: `start(strict=True)`."""
    with ExitStack() as stack:

        def begin(**settings: Any) -> Simulator:
            app = create_app(Settings.model_validate(QUICK | settings))
            return stack.enter_context(running(app, Simulator))

        yield begin


@pytest.fixture
def receiver(simulator: Simulator) -> Iterator[Receiver]:
    """A receiver that the shared simulator pushes everything to, one path per kind."""
    with receiving(Receiver, ACKNOWLEDGEMENT) as receiver:
        urls = {kind: f"{receiver.url}/{kind}" for kind in ("report", "inbound")}
        simulator.control("PUT", "webhook-urls", urls)
        yield receiver
        simulator.control("POST", "reset", {"everything": True})
