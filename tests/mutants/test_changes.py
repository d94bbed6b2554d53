"""
The changes that are tried: what they are, and that nothing but them is changed.
"""

import ast
from pathlib import Path

import pytest

from tests.mutants.changes import changes
from tests.mutants.guards import GUARDED, Guarded

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", {"a <= b", "a >= b"}),
        ("x = a is b", {"a is not b"}),
        ("x = a and b and c", {"a or b or c", "b and c", "a and c", "a and b"}),
        ("x = not a", {"a"}),
        ("x = a - b", {"a + b"}),
        ("x = a | b", {"a", "b"}),
        ("x = a if b else c", {"a", "c", "not b"}),
        ("x = 7", {"8"}),
        ("x = True", {"False"}),
        ("x = 'word'", {"''"}),
        ("x = f(('a', b))", {"('a',)", "(b,)", "''"}),
        ("x = {a}", {"{*()}"}),
        ("x = {a: b, c: d}", {"{a: b}", "{c: d}"}),
        ("x = y[:n]", {":"}),
        ("x = State.SENT", {"State.CANCELLED"}),
        ("x = State.CANCELLED", {"State.ACCEPTED"}),
        ("x = max(a, b)", {"min(a, b)"}),
        ("x = y.lower()", {"y"}),
        ("x = p.fullmatch(y)", {"p.match(y)"}),
        ("def f():\n  return x", {"return None"}),
        ("if f(): pass", {"not f()"}),
        ("raise Wrong('a sentence')", {"pass"}),
        ("with suppress(A, B): pass", {"suppress(A)", "suppress(B)"}),
        ("try: pass\nexcept A: x = y", {"try: pass except A: raise"}),
        ("x = '10.0.0.0/8'", {"'10.0.0.0/9'"}),
        ("x = '#a = :a AND #b < :b'", {
            "'(#a = :a OR attribute_exists(pk)) AND #b < :b'",
            "'#a = :a AND (#b < :b OR attribute_exists(pk))'",
            "'#a = :a OR #b < :b'",
            "'#a = :a AND #b <= :b'",
        }),
        ("x = 'SET #a = if_not_exists(#a, :a) REMOVE #b'", {
            "'SET #a = :a REMOVE #b'",
            "'SET #a = if_not_exists(#a, :a)'",
        }),
    ],
)  # fmt: skip
def test_changes(source: str, expected: set[str]) -> None:
    """Each is a slip that somebody could make, one at a time."""
    assert {change.after for change in changes(ast.parse(source))} == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "x: int",
        "type X = int | str",
        "import y",
        "raise Wrong(f'a sentence about {x}', hint='a hint') from y",
        "x = 'a sentence'",
        "@decorated(1)\ndef f(a: int | str) -> int | None: ...",
        "if TYPE_CHECKING:\n  import y",
        "x = y['name']",
    ],
)
def test_what_decides_nothing(source: str) -> None:
    """Types, decorators, names of attributes and sentences for people are left alone."""
    assert {change.after for change in changes(ast.parse(source))} <= {"pass"}


@pytest.mark.parametrize("guarded", GUARDED, ids=lambda guarded: guarded.module)
def test_modules(guarded: Guarded) -> None:
    """Of every module that decides there is something to change; it is as it was afterwards, and its tests exist."""
    tree = ast.parse((ROOT / guarded.file).read_text())
    before = ast.dump(tree)
    assert all(change.before != change.after for change in changes(tree, guarded.only))
    assert ast.dump(tree) == before
    assert next(changes(tree, guarded.only), None)
    assert all((ROOT / test.partition("::")[0]).exists() for test in guarded.tests)
