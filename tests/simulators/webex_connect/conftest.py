"""
One simulator for all tests of this folder, reset before each.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from local.simulators.webex_connect import Settings, create_app
from tests.simulators.driver import QUICK, receiving, running
from tests.simulators.webex_connect.driver import Hook, Simulator


@pytest.fixture(scope="session")
def _shared() -> Iterator[Simulator]:
    with running(create_app(Settings.model_validate(QUICK)), Simulator) as simulator:
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
def hook(simulator: Simulator) -> Iterator[Hook]:
    """A receiver that gets whatever the shared simulator posts, one path a kind."""
    with receiving(Hook, (200, "text/plain", b"")) as hook:
        urls = {kind: f"{hook.url}/{kind}" for kind in ("notify", "inbound")}
        simulator.control("PUT", "webhook-urls", urls)
        yield hook
        simulator.control("POST", "reset", {"everything": True})
