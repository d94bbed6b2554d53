"""
One simulator for all tests of this folder, reset before each; the loopback is open here and nothing else.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local.simulators.websms import Settings
from tests.simulators.driver import QUICK, Receiver, Simulator, receiving, running

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))
            item.add_marker(pytest.mark.simulator)


@pytest.fixture(scope="session")
def _shared() -> Iterator[Simulator]:
    with running(QUICK) as simulator:
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
            merged = Settings.model_validate(QUICK.model_dump() | settings)
            return stack.enter_context(running(merged))

        yield begin


@pytest.fixture
def receiver(simulator: Simulator) -> Iterator[Receiver]:
    """A receiver that the shared simulator posts everything to, one path per kind."""
    with receiving() as receiver:
        kinds = ("status", "inbound", "sms_report", "sms_inbound")
        simulator.control("PUT", "webhook-urls", {kind: f"{receiver.url}/{kind}" for kind in kinds})
        yield receiver
        simulator.control("POST", "reset", {"everything": True})
