"""The docs tell the truth: what can be compared with the code is."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
import typer

from cli.app import app
from herald import providers
from herald.provider import adapter_class
from tests.world import resources

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PROVIDERS = [module.name for module in iter_modules(providers.__path__)]


def page(name: str) -> str:
    return (DOCS / name).read_text()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_path_that_can_be_set_is_documented(provider: str) -> None:
    """Whoever has to correct an inferred path finds the setting's name."""
    text = page("providers.md")
    paths = import_module(f"herald.providers.{provider}").PATHS
    missing = [name for name in paths if f"`path_{name}`" not in text]
    assert not missing


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_credential_is_documented(provider: str) -> None:
    """Whoever adds an account knows what to bring."""
    missing = [name for name in adapter_class(provider).secret_names if f"`{name}`" not in page("providers.md")]
    assert not missing


def test_every_alarm_says_what_to_do() -> None:
    """An engineer who is woken by an alarm finds its name in docs/operations.md."""
    names = [str(alarm["AlarmName"]) for alarm in resources("AWS::CloudWatch::Alarm").values()]
    suffixes = [re.sub(r".*\$\{AWS::StackName\}-([\w-]+).*", r"\1", name) for name in names]
    missing = [suffix for suffix in suffixes if f"`{suffix}`" not in page("operations.md")]
    assert suffixes
    assert not missing


def commands() -> set[tuple[str, str]]:
    """Every group of `herald` with each of its commands; a command without a group has an empty second name."""
    tree: Any = typer.main.get_command(app)
    return {
        (name, command)
        for name, group in tree.commands.items()
        for command in (group.commands if hasattr(group, "commands") else [""])
    }


@pytest.mark.parametrize("document", sorted([ROOT / "README.md", *DOCS.glob("*.md")]), ids=lambda path: path.name)
def test_every_command_exists(document: Path) -> None:
    """Whoever types a command from a page is understood."""
    named = re.findall(r"\./herald ([a-z][a-z-]*)(?: ([a-z-]+))?", document.read_text())
    alone = {name for name, command in commands() if not command}
    groups = {(name, "") for name, _ in commands()}
    known = commands() | groups
    missing = [(name, command) for name, command in named if (name, "" if name in alone else command) not in known]
    assert not missing


@pytest.mark.parametrize(
    "document", sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")]), ids=lambda path: path.name
)
def test_every_link_leads_somewhere(document: Path) -> None:
    """A link to a file of the repository is not broken."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    missing = [link for link in links if not (document.parent / link).exists()]
    assert not missing
