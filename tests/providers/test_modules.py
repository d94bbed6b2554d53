"""
An adapter is pure translation in one place: what its modules may load, how long they may be, and who may name it.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.providers.harness import Table
from tests.providers.tables import PROVIDERS, modules, tables

ROOT = Path(__file__).parents[2]
MAX_LINES = 420

VOCABULARY = {
    *("answer", "content", "errors", "identifier", "inbound_content", "media_type", "models", "numbering"),
    *("provider", "segment", "status"),
}
"""The modules of ours on which adapters stand."""

LANGUAGE = {
    *("abc", "base64", "binascii", "collections.abc", "dataclasses", "datetime", "enum", "functools", "hashlib"),
    *("hmac", "html", "http", "itertools", "json", "math", "operator", "re", "string", "typing", "urllib.parse"),
    *("zoneinfo", "jwt", "pydantic", "pydantic_core"),
}
"""What else they may load: nothing that opens a file or a socket, draws lots, waits, logs or looks around."""

CLOCKS = {"now", "today", "utcnow"}

NAMED: Mapping[str, str] = {
    # Push tokens of a make of telephone, whoever sends to them.
    "layers/herald/python/herald/models.py": 'PUSH_HUAWEI = "push_huawei"',
    # Examples for the person who types.
    "cli/accounts.py": 'help="websms, websms_sms, …"',
}
"""Where a provider, or a word that is also one's, may be named, and in which line."""


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules that a module loads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            own = node.module == "herald" or (node.module or "").startswith("herald.providers")
            yield from (f"{node.module}.{alias.name}" for alias in node.names) if own else (f"{node.module}",)


@pytest.mark.parametrize("table", tables())
def test_an_adapter_loads_no_more_than_the_vocabulary(table: Table) -> None:
    """The port, the vocabulary and what all adapters share; no HTTP, no AWS, no clock, no file, no log."""
    allowed = LANGUAGE | {f"herald.{name}" for name in VOCABULARY}
    own = f"herald.providers.{table.name}"
    for path in modules(table):
        names = set(imported(ast.parse(path.read_text())))
        foreign = {name for name in names if name not in allowed and not f"{name}.".startswith(f"{own}.")}
        assert not foreign, path


@pytest.mark.parametrize("table", tables())
def test_an_adapter_looks_at_no_clock(table: Table) -> None:
    """The time of an attempt comes to `sign`; nothing else depends on when it is asked."""
    for path in modules(table):
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not [one for one in calls if isinstance(one, ast.Attribute) and one.attr in CLOCKS], path


@pytest.mark.parametrize("table", tables())
def test_an_adapters_modules_can_be_read_at_once(table: Table) -> None:
    """What grows beyond this becomes a folder, or another file of it."""
    assert not [path for path in modules(table) if len(path.read_text().splitlines()) > MAX_LINES]


def sources() -> Iterator[Path]:
    """What belongs to no provider: the gateway, its functions, its command, its template."""
    adapters = ROOT / "layers/herald/python/herald/providers"
    for place in ("layers/herald", "functions", "cli"):
        yield from (path for path in (ROOT / place).rglob("*.py") if adapters not in path.parents)
    yield ROOT / "template.yaml"


def test_no_provider_is_named_outside_its_own_place() -> None:
    """Not in a condition, a string or a remark: what the gateway must know of a provider, the provider declares."""
    words = {word for name in PROVIDERS for word in (name, name.partition("_")[0])}
    name = re.compile("|".join(sorted(words)), re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if name.search(line) and NAMED.get(f"{path.relative_to(ROOT)}", line + "!") not in line
    ]
    assert not found, "\n".join(found)
