"""
Whatever proves something is compared in constant time: no `==` stands where a secret does.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import herald
from tests.conftest import Show

pytestmark = pytest.mark.goal("G11")

CODE = Path(herald.__file__).parent
CHECKED = sorted(
    {
        *(CODE / "providers").rglob("*.py"),
        *(CODE / f"{name}.py" for name in ("authenticating", "receiving", "shelving", "webhook_address")),
    }
)
SECRETS = ("secret", "signature", "signed", "mac", "hmac", "token", "password", "proof", "seal", "key_hash", "digest")


def names_in(node: ast.expr) -> Iterator[str]:
    """The names that an expression reads, those of calls and members included."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def leaks(tree: ast.AST) -> list[int]:
    """The lines in which something that sounds like a secret is compared by `==` or `!=` with a value."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
            continue
        if any(isinstance(side, ast.Constant) for side in (node.left, *node.comparators)):
            continue
        words = {word for side in (node.left, *node.comparators) for name in names_in(side) for word in _words(name)}
        if words & set(SECRETS):
            found.append(node.lineno)
    return found


def _words(name: str) -> set[str]:
    return {name.lower(), *name.lower().strip("_").split("_")}


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: str(path.relative_to(CODE)))
def test_no_secret_is_compared_plainly(path: Path) -> None:
    """Neither providers nor addresses, keys and links compare a secret with `==`."""
    assert leaks(ast.parse(path.read_text())) == []


def test_what_would_leak_is_found() -> None:
    """The check sees what it is there to see."""
    for code in ("signature == wanted", "self.secret('key') != given", "hmac.digest(k, b, 's') == x", "a == token(x)"):
        assert leaks(ast.parse(code)) == [1], code
    for code in ("hmac.compare_digest(signature, wanted)", "name == other", "len(signature) == 64", "a is secret"):
        assert leaks(ast.parse(code)) == [], code


def test_whoever_proves_compares_in_constant_time(figure: Show) -> None:
    """Every module that looks at a proof calls `hmac.compare_digest`."""
    comparing = [path for path in CHECKED if "compare_digest" in path.read_text()]
    assert {path.name for path in comparing} >= {"authenticating.py", "webhook_address.py", "signature.py"}
    verifying = [path for path in CHECKED if "def verify(self" in path.read_text() and path.parent.name != "herald"]
    assert all("compare_digest" in f"{path.read_text()}{_beside(path)}" for path in verifying)
    figure("G11", "modules without a plain comparison of a secret", f"{len(CHECKED)} of {len(CHECKED)}")


def _beside(path: Path) -> str:
    """The modules of the same provider."""
    return "".join(other.read_text() for other in path.parent.glob("*.py")) if path.name == "__init__.py" else ""
