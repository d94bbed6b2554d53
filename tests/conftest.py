"""
What all tests share: a wall around the network.

No test reaches anybody. Those marked `stack` or `simulator` talk to servers of their own, on this machine.
"""

import pytest

LOOPBACK = ["127.0.0.1", "::1"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("stack") or item.get_closest_marker("simulator"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
