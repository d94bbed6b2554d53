"""
The stack tests' world: Herald, really deployed to a local AWS of its own, once for all of them, and the simulator.

Whatever they do to it stays, so each test uses names and numbers of its own and expects nothing to be empty.
"""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.aws import LocalAws, Stack
from local.client import Client
from local.events import BusTap, tapped
from local.furnishing import furnish, gateway_of
from local.providers import HuaweiAiccControl, Simulators, SmsGlobalControl, WebexConnectControl, WebsmsControl
from tests.stack.place import Place

type Number = Callable[[], str]

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.stack)
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The deployed bundle, with waits so short that a test can see their end."""
    with LocalAws() as aws:
        yield aws.deploy(
            {
                "Pace": "brisk",
                "WatchdogSeconds": "3",
                "GraceSeconds": "3",
                "MediaWaitSeconds": "3",
                "LocalHosts": "127.0.0.1,localhost",
            }
        )


@pytest.fixture(scope="session")
def place(stack: Stack) -> Iterator[Place]:
    """The deployed bundle with a customer, acme, and the simulators of all providers behind its accounts."""
    with Simulators.running(None) as simulators:
        furnished = furnish(stack, simulators)
        with Client(stack.api_url, furnished.key) as client:
            yield Place(stack, simulators, gateway_of(stack), client, furnished.webhooks)


@pytest.fixture
def acme(place: Place) -> Client:
    """The API with acme's key."""
    return place.client


@pytest.fixture
def websms(place: Place) -> Iterator[WebsmsControl]:
    """The simulator of websms from behind; the test's faults end with it."""
    yield place.websms.control
    place.websms.control.clear_faults()


@pytest.fixture
def smsglobal(place: Place) -> Iterator[SmsGlobalControl]:
    """The same of SMSGlobal."""
    yield place.simulators.smsglobal.control
    place.simulators.smsglobal.control.clear_faults()


@pytest.fixture
def webex_connect(place: Place) -> Iterator[WebexConnectControl]:
    """
    The same of Webex Connect. What the local AWS has no worker for is posted again at once, and not in a minute.
    """
    control = place.simulators.webex_connect.control
    with control.changed(retry_seconds=1):
        yield control
    control.clear_faults()


@pytest.fixture
def huawei_aicc(place: Place) -> Iterator[HuaweiAiccControl]:
    """The same of Huawei AICC."""
    yield place.simulators.huawei_aicc.control
    place.simulators.huawei_aicc.control.clear_faults()


@pytest.fixture
def number() -> Number:
    """Phone numbers, E.164, that no other test uses."""
    return lambda: f"+43660{1_000_000 + next(_numbers)}"


@pytest.fixture
def bus(stack: Stack) -> Iterator[BusTap]:
    """What Herald publishes during the test."""
    with tapped(stack) as tap:
        yield tap
