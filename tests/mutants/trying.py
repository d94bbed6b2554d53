"""
Runs the tests that guard a module against each change to it, in processes of their own.

A process is forked after everything that takes long to load is there, but nothing of Herald: it loads the module from
the changed tree. Tests with examples of their own making take the same ones each time, and do not shrink them.
"""

import ast
import importlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutants.changes import Change, changes
from tests.mutants.guards import Guarded

ROOT = Path(__file__).parent.parent.parent

_HEAVY = (
    "boto3",
    "cryptography.x509",
    "httpx",
    "hypothesis.strategies",
    "moto.dynamodb.models",
    "moto.dynamodb.responses",
    "moto.sqs.models",
    "phonenumbers",
    "pydantic",
    "samcli.yamlhelper",
    "standardwebhooks",
)
_PLUGINS = ("pytest_socket", "pytest_timeout")
_ARGUMENTS = (
    "-x",
    "-q",
    "--assert=plain",
    "--disable-plugin-autoload",
    *(f"-p{plugin}" for plugin in _PLUGINS),
    "-pno:cacheprovider",
    "--timeout=60",
    "-Wignore::pytest.PytestAssertRewriteWarning",
)
_LIMIT = 300.0
"""Seconds after which a process is taken for one that hangs: the tests have noticed."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of the changes to a module: how many were made, and those that no test has noticed."""

    made: int
    unnoticed: Sequence[Change]


class TestsFail(Exception):
    """The tests of a module fail without any change to it, so they would prove nothing."""


class _Changed(MetaPathFinder, SourceFileLoader):
    """Loads one module from a tree, whatever its file says."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        super().__init__(name, str(path))
        self._tree = tree

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        return spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - it is the only one
        return compile(self._tree, self.path, "exec", dont_inherit=True)


def load() -> None:
    """What every process needs and takes long to load."""
    for name in (*_HEAVY, *_PLUGINS):
        importlib.import_module(name)
    settings.register_profile(
        "changes",
        database=None,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("changes")


def attempt(guarded: Guarded, processes: int) -> Tried:
    """Try all changes to a module, some at a time. Raises TestsFail."""
    tree = ast.parse((ROOT / guarded.file).read_text())
    if not _pass(_fork(guarded, tree)):
        raise TestsFail(guarded.module)
    made = 0
    unnoticed: list[Change] = []
    running: dict[int, tuple[Change, float]] = {}
    for change in changes(tree, guarded.only):
        made += 1
        running[_fork(guarded, tree)] = change, time.monotonic() + _LIMIT
        unnoticed += _ended(running, processes - 1)
    unnoticed += _ended(running, 0)
    return Tried(made, sorted(unnoticed, key=lambda change: change.line))


def _ended(running: dict[int, tuple[Change, float]], most: int) -> Iterator[Change]:
    """Wait until at most so many are running; those of the others that no test has noticed."""
    while len(running) > most:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process:
            change, _ = running.pop(process)
            if status == 0:
                yield change
        else:
            _kill_hanging(running)
            time.sleep(0.02)


def _kill_hanging(running: dict[int, tuple[Change, float]]) -> None:
    for process, (_, until) in running.items():
        if time.monotonic() > until:
            os.kill(process, 9)


def _pass(process: int) -> bool:
    return os.waitpid(process, 0)[1] == 0


def _fork(guarded: Guarded, tree: ast.Module) -> int:
    """A process that ends with 0 when all tests pass with the module as the tree has it."""
    if process := os.fork():
        return process
    code = 1
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.meta_path.insert(0, _Changed(guarded.module, ROOT / guarded.file, tree))
        code = pytest.main([*_ARGUMENTS, *guarded.tests])
    finally:
        os._exit(code)
