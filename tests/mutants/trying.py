"""
Runs the tests that guard a module against each change to it, in processes of their own.

A process is forked after everything that takes long to load is there, but nothing of Herald: it loads the module from
the changed tree. Tests with examples of their own making take the same ones each time, and do not shrink them.
"""

import ast
import importlib
import os
import resource
import sys
import time
from collections.abc import Iterator
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
    "--timeout=300",
    "-Wignore::pytest.PytestAssertRewriteWarning",
)
_LIMIT = 1800.0
_CPU_LIMIT = 120
"""
Seconds, by the clock and of the processor's, after which a process is taken for one that hangs: the tests have noticed.

Those by the clock are many: on a busy machine a change must not be taken for noticed because its tests had to wait.
"""


class TestsFail(Exception):
    """The tests of a module fail without any change to it, so they would prove nothing."""


class _Loader(SourceFileLoader):
    """Loads a module from a tree, whatever its file says."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        super().__init__(name, str(path))
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - it is the only one
        return compile(self._tree, self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    """Finds one module, and leaves it to its loader."""

    def __init__(self, loader: _Loader) -> None:
        self._loader = loader

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        wanted = fullname == self._loader.name
        return spec_from_file_location(fullname, self._loader.path, loader=self._loader) if wanted else None


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


def attempt(guarded: Guarded, processes: int, every: int) -> Iterator[tuple[Change, bool]]:
    """
    Make each change to a module, or each `every`th, some at a time: was it noticed?

    Raises TestsFail when the tests fail without any change.
    """
    tree = ast.parse((ROOT / guarded.file).read_text())
    if not _pass(_fork(guarded, tree)):
        raise TestsFail(guarded.module)
    running: dict[int, tuple[Change, float]] = {}
    for number, change in enumerate(changes(tree, guarded.only)):
        if number % every == 0:
            running[_fork(guarded, tree)] = change, time.monotonic() + _LIMIT
            yield from _ended(running, processes - 1)
    yield from _ended(running, 0)


def _ended(running: dict[int, tuple[Change, float]], most: int) -> Iterator[tuple[Change, bool]]:
    """Wait until at most so many are running; the others, and whether a test has noticed."""
    while len(running) > most:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process:
            change, _ = running.pop(process)
            yield change, status != 0
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
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_LIMIT, _CPU_LIMIT))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.meta_path.insert(0, _Finder(_Loader(guarded.module, ROOT / guarded.file, tree)))
        code = pytest.main([*_ARGUMENTS, *guarded.tests])
    finally:
        os._exit(code)
