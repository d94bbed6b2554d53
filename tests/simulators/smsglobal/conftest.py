"""
One simulator for all tests of this folder, reset before each.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from local.simulators.smsglobal import Settings, create_app
from tests.simulators.driver import QUICK, running
from tests.simulators.smsglobal.driver import Simulator


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
