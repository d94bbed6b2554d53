"""
What all providers declare to operators and senders is true: paths, settings, credentials, reserved members.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Any

import pytest

from herald.errors import HeraldError
from herald.provider import Provider, load
from tests.providers.harness import (
    Case,
    Declares,
    Download,
    Inbox,
    ListPage,
    NotBuilt,
    Refuse,
    Send,
    Sign,
    Table,
    Verified,
)
from tests.providers.tables import STAMP, TOKEN, request_of, requests, tables

ROOT = Path(__file__).parents[2]


def members(document: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every member of a JSON document by its dotted path, lists looked through, and what stands there."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            inner = f"{path}.{name}" if path else name
            yield inner, value
            yield from members(value, inner)
    elif isinstance(document, list):
        for value in document:
            yield path, value
            yield from members(value, path)


def bodies(table: Table) -> Iterator[tuple[Send, object]]:
    """The JSON of every request that sends something."""
    for case, _, request in requests(table):
        if isinstance(case, Send) and request.headers.get("Content-Type", "").startswith("application/json"):
            yield case, json.loads(request.body or b"null")


@pytest.mark.parametrize("table", tables())
def test_reserved_members_exist(table: Table) -> None:
    """Each stands in a request that the cases show, or is declared to be what only an override would bring in."""
    there = {path for _, body in bodies(table) for path, _ in members(body)}
    assert table.adapter().reserved - there == table.withheld


@pytest.mark.feature("F2")
@pytest.mark.parametrize("table", tables())
def test_whom_it_goes_to_is_reserved(table: Table) -> None:
    """A raw override can change neither recipient nor sender nor where reports go, wherever these stand."""
    reserved = table.adapter().reserved
    for case, body in bodies(table):
        message = case.message
        private = {message.sender, message.callback_url, *(one.value for one in message.recipients)}
        private |= {one.value.removeprefix("+") for one in message.recipients}
        for path, value in members(body):
            if isinstance(value, str) and value and value in private:
                assert covered(path, reserved), (case.name, path)


@pytest.mark.feature("F2")
@pytest.mark.parametrize("table", tables())
def test_what_brings_reports_home_is_reserved(table: Table) -> None:
    """Of the places where our reference stands, one at least is out of an override's reach."""
    reserved = table.adapter().reserved
    for case, body in bodies(table):
        for reference in {case.message.reference, *case.message.references}:
            there = [path for path, value in members(body) if value == reference]
            assert not there or any(covered(path, reserved) for path in there), case.name


def covered(path: str, reserved: frozenset[str]) -> bool:
    """Whether a member is reserved, or part of one that is."""
    return any(f"{path}.".startswith(f"{name}.") for name in reserved)


def paths(table: Table) -> Mapping[str, str]:
    found: Mapping[str, str] = import_module(f"herald.providers.{table.name}").PATHS
    return found


@pytest.mark.parametrize("table", tables())
def test_every_path_can_be_set(table: Table) -> None:
    """Whatever was inferred wrongly is put right by `path_<name>`: some request then goes there."""
    for name, path in paths(table).items():
        elsewhere = f"/else/where{path}"
        beginning = elsewhere.partition("{")[0]
        assert any(beginning in request.url for _, _, request in requests(table, {f"path_{name}": elsewhere})), name


class Asked[V](dict[str, V]):
    """A mapping that notes what it is asked for."""

    def __init__(self, known: Mapping[str, V]) -> None:
        super().__init__(known)
        self.names: set[str] = set()

    def get(self, key: str, default: object = None) -> Any:
        self.names.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> V:
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.names.add(f"{key}")
        return super().__contains__(key)


def exercise(adapter: Provider, case: Case) -> None:
    """Do with the adapter what the case is about, whatever comes of it."""
    request_of(adapter, case)
    match case:
        case Send() | Refuse() | NotBuilt():
            adapter.facts(case.message.channel)
            adapter.check(case.message)
            adapter.sign(adapter.build_request(case.message, TOKEN), STAMP)
        case Declares():
            adapter.facts(case.channel)
        case Sign():
            adapter.sign(case.request, case.stamp)
        case Verified():
            adapter.verify(case.webhook)
        case Inbox():
            adapter.parse_events(case.webhook)
        case ListPage():
            adapter.parse_list(case.direction, case.answer)
        case Download(answer=answer) if answer:
            adapter.parse_download(answer)
        case _:
            pass


def asked(table: Table) -> tuple[set[str], set[str]]:
    """The settings and the secrets that the adapter looks at in any of the table's cases."""
    settings: set[str] = set()
    secrets: set[str] = set()
    for case in table.cases:
        known = Asked({**table.account.settings, **case.settings})
        given = Asked(table.secrets if case.secrets is None else case.secrets)
        with suppress(HeraldError, ValueError):
            exercise(load(replace(table.account, settings=known), given), case)
        settings |= known.names
        secrets |= given.names
    return settings, secrets


def documented(adapter: Provider) -> Iterator[str]:
    """The names after "Settings:" in the adapter's docstring, as patterns: `<…>` stands for any word."""
    text = " ".join((getdoc(type(adapter)) or "").split())
    listed = text.partition("Settings: ")[2].partition("Secrets: ")[0]
    without_remarks = re.sub(r"\([^()]*\)", "", listed.partition(";")[0])
    for part in re.split(r",| and | or |\. ", without_remarks):
        if name := re.match(r"\s*`?([a-z][a-z0-9_<>]*)", part):
            yield re.sub(r"<\w+>", r"\\w+", name[1])


@pytest.mark.parametrize("table", tables())
def test_the_docstring_names_the_settings_that_there_are(table: Table) -> None:
    """Each setting that it names is looked at, and each that is looked at is named there or in docs/providers.md."""
    adapter = table.adapter()
    settings, _ = asked(table)
    named = list(documented(adapter))
    assert named
    assert not [name for name in named if not any(re.fullmatch(name, setting) for setting in settings)]
    page = (ROOT / "docs" / "providers.md").read_text()
    unnamed = [
        setting
        for setting in settings - {f"path_{name}" for name in paths(table)}
        if not any(re.fullmatch(name, setting) for name in named) and f"`{setting}`" not in page
    ]
    assert not unnamed


@pytest.mark.parametrize("table", tables())
def test_only_declared_credentials_are_used(table: Table) -> None:
    """Whoever adds an account is asked for `secret_names`; nothing else is looked for, and each of them is."""
    _, secrets = asked(table)
    assert secrets == set(table.adapter().secret_names)
