"""
What is installed is what was pinned: every requirement by version and hash, from whatever index the machine is told.
"""

import re
from pathlib import Path

import pytest

from tests.conftest import Show

pytestmark = pytest.mark.goal("G30")

ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("requirements/*.txt"), *ROOT.glob("layers/*/requirements.txt")])
PIN = re.compile(r"[a-z0-9][a-z0-9.-]*(\[[a-z0-9,-]+\])?==[^\s;]+( ; [^\\]+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def requirements(path: Path) -> list[str]:
    """Each requirement of a file with all that belongs to it, on one line."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.relative_to(ROOT)}")
def test_everything_is_pinned(path: Path, figure: Show) -> None:
    """Each has one exact version and at least one SHA-256; no file says where packages come from."""
    found = requirements(path)
    assert found
    for line in found:
        pin, *hashes = re.split(r"\s+(?=--hash)", line.strip())
        assert PIN.fullmatch(pin.strip()), pin
        assert hashes, f"{pin} has no hash"
        assert all(HASH.fullmatch(one.strip()) for one in hashes), pin
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host", path.read_text())
    figure("G30", f"requirements pinned by hash in {path.relative_to(ROOT)}", len(found))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.relative_to(ROOT)}")
def test_everything_that_was_asked_for_is_there(path: Path) -> None:
    """What a person wrote into the .in file is pinned, and `make lock` compiles it anew."""
    names = {re.split(r"[=\[ ]", line, maxsplit=1)[0] for line in requirements(path)}
    lines = [line for line in requirements(path.with_suffix(".in")) if not line.startswith("-")]
    asked = {re.split(r"[<>=~!\[; ]", line, maxsplit=1)[0].lower() for line in lines}
    assert {name.replace("_", "-") for name in asked} <= names
    assert f"{path.with_suffix('.in').name} -o {path.name}" in (ROOT / "Makefile").read_text()
