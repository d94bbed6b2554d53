"""
A simulator of acme for all tests of this folder, reset before each.
"""

from collections.abc import Iterator

import pytest

from tests.simulators.driver import QUICK, Receiver, receiving, running
from tests.simulators.kit.acme import Settings, create_app
from tests.simulators.kit.driver import Simulator


@pytest.fixture(scope="session")
def _shared() -> Iterator[Simulator]:
    with running(create_app(Settings(**QUICK)), Simulator) as simulator:
        yield simulator


@pytest.fixture
def simulator(_shared: Simulator) -> Simulator:
    _shared.control("POST", "reset", {"everything": True})
    return _shared


@pytest.fixture
def receiver(simulator: Simulator) -> Iterator[Receiver]:
    """A receiver that every status is posted to."""
    with receiving(Receiver, (200, "text/plain", b"")) as receiver:
        simulator.control("PUT", "webhook-urls", {"status": f"{receiver.url}/status"})
        yield receiver
        simulator.control("POST", "reset", {"everything": True})
