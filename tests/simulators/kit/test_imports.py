"""
What simulators may not know.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import simulators

ROOT = Path(simulators.__file__).parent
PATHS = sorted(ROOT.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """
    The full names of what a module imports.
    """
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports(path: Path) -> None:
    """
    A simulator is a second reading of the documents: it imports nothing of the product, nor another simulator.
    """
    own = path.relative_to(ROOT).parts[0]
    for name in imported(path):
        assert name.partition(".")[0] not in {"herald", "functions", "cli"}
        if name.startswith("local."):
            assert name.split(".")[1:3] in (["simulators", own], ["simulators", "kit"]), name
