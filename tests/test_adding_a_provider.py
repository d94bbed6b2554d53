"""
docs/adding-a-provider.md quotes the made-up provider as it is, and names only what there is.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from inspect import get_annotations
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import pytest

from herald.provider import ChannelFacts, Provider
from tests.providers import harness
from tests.providers.harness import Case

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "adding-a-provider.md").read_text()

QUOTES = re.findall(r"^```python (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def parts(path: str, count: int) -> Iterator[str]:
    """Every run of so many lines of a file, moved to the left."""
    lines = (ROOT / path).read_text().splitlines(keepends=True)
    for start in range(len(lines) - count + 1):
        yield dedent("".join(lines[start : start + count]))


@pytest.mark.parametrize(("path", "code"), QUOTES, ids=lambda text: text.strip().partition("\n")[0][:60])
def test_what_is_quoted_stands_there(path: str, code: str) -> None:
    """Line by line, only moved to the left."""
    assert dedent(code) in parts(path, len(code.splitlines()))


def test_every_part_of_the_provider_is_quoted() -> None:
    """The adapter, its table, its simulator and its way through the gateway, and nothing but quotations."""
    assert {path for path, _ in QUOTES} == {
        "tests/made_up/providers/pigeon.py",
        "tests/pigeon/cases.py",
        "tests/pigeon/simulator/app.py",
        "tests/pigeon/test_pigeon.py",
    }
    assert len(QUOTES) == len(re.findall(r"^```\w", PAGE, re.MULTILINE))


def test_every_path_leads_somewhere() -> None:
    """Files, folders and modules that the page names."""
    named = {name for name in re.findall(r"`([\w./*-]+/[\w./*-]*)`", PAGE) if "<" not in name}
    assert named
    assert not [name for name in named if not list(ROOT.glob(name.rstrip("/")))]
    modules = re.findall(r"python -m ([\w.]+)", PAGE)
    assert modules
    assert not [name for name in modules if not (ROOT / name.replace(".", "/") / "__main__.py").exists()]


def test_every_kind_of_case_is_named() -> None:
    """A table can say all that the suite understands."""
    kinds = {name for name, kind in vars(harness).items() if isinstance(kind, type) and issubclass(kind, Case)}
    listed = PAGE.partition("Kinds of case: ")[2].partition("(`")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == kinds - {"Case"}


def test_every_fact_is_named() -> None:
    """Whoever adds a provider learns of all that can be declared."""
    facts = {field.name for field in fields(ChannelFacts)} | set(get_annotations(Provider))
    assert not [name for name in facts if not re.search(rf"\b{name}\b", PAGE)]


def test_the_steps_are_numbered() -> None:
    """So that somebody can say where they are."""
    numbers = [int(number) for number in re.findall(r"^## (\d)\. ", PAGE, re.MULTILINE)]
    assert numbers[0] == 1
    assert all(after == before + 1 for before, after in pairwise(numbers))
