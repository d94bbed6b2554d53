"""
What all tests share: a wall around the network, and the figures that some of them have to show.

No test reaches anybody. Those marked `stack` or `simulator` talk to servers of their own, on this machine.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests import goals

LOOPBACK = ["127.0.0.1", "::1"]

STACK = 120
"""Seconds for a test of the stack; to deploy it, and to delete its hundred thousand files, takes what it takes."""

type Show = Callable[[str, str, object], None]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    long = {item.path for item in items if item.get_closest_marker("timeout")}
    items.sort(key=lambda item: item.path not in long)  # whoever comes last holds up the end
    for item in items:
        if item.get_closest_marker("stack") or item.get_closest_marker("simulator"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
        if item.get_closest_marker("stack") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(STACK, func_only=True))


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Show:
    """Show a figure at the end of the run: the goal it belongs to, what was counted, how many."""

    def show(goal: str, what: str, value: object) -> None:
        assert goal in goals.TITLES
        record_property("figure", (goal, what, f"{value}"))

    return show


def pytest_terminal_summary(terminalreporter: Any) -> None:
    figures = [
        tuple(value)
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "figure"
    ]
    if figures:
        terminalreporter.section("figures")
        for line in goals.report(figures):
            terminalreporter.write_line(line)
