"""
The pages of features and promises are what the tests' marks say, and nothing that has to be proved is without a test.
"""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests import goals
from tests.features import PAGE, REQUIRED, TITLES, mistakes, page


@pytest.mark.parametrize("page", ["tests.features", "tests.goals"])
def test_the_page_is_kept(page: str) -> None:
    """
    docs/features.md and docs/reliability.md are what all tests together say; every row of a provider has one.

    In a process of its own, since this run may have been asked for a few tests only.
    """
    root = PAGE.parent.parent
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'layers/herald/python'}"}
    command = [sys.executable, "-m", page, "--check"]
    checked = subprocess.run(  # noqa: S603 - ourselves
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_what_is_missing_is_told() -> None:
    """A row without a test and a mark without a row are mistakes, and the page shows the hole."""
    proofs = {name: Counter({"tests/test_x.py::test_x": 2}) for name in (*REQUIRED[1:], "F1", "X99")}
    told = mistakes(proofs)
    assert [line.partition(":")[0] for line in told if "no test" in line] == ["no test proves W1"]
    assert [line for line in told if line.startswith("X99")]
    written = page(proofs)
    assert f"| W1 | {TITLES['W1']} | **nothing** |" in written
    assert f"| F1 | {TITLES['F1']} | `test_x.py::test_x` (2) |" in written
    assert "| F2 |" not in written


def test_figures_are_told_once_and_in_order() -> None:
    """The same figure of two workers is one line; goals come in the order of their numbers."""
    seen = [("G10", "orders", "5"), ("G2", "schedules", "500"), ("G10", "orders", "5"), ("G10", "providers", "6")]
    assert goals.report(seen) == ["G2   schedules: 500", "G10  orders: 5", "G10  providers: 6"]
