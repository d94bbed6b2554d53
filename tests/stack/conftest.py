"""
The stack tests' one fixture: Herald, really deployed to a local AWS of its own, once for all of them.

Whatever they do to it stays, so each test uses names of its own and expects nothing to be empty.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws import LocalAws, Stack


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
