"""
Every table there is, as parameters of tests; and what the contract makes of their examples.

A provider is registered by lying in the folder; one without a table fails right here, when the tests are collected.
The made-up provider of docs/adding-a-provider.md keeps the contract like all others.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from _pytest.mark import ParameterSet

from herald import providers
from herald.errors import HeraldError
from herald.models import Address, Event, OutboundMessage
from herald.provider import Direction, Listing, Provider, Request, Response, Stamp, Webhook
from tests.pigeon import cases as pigeon
from tests.providers.harness import (
    Capability,
    Case,
    Download,
    ListCall,
    Lookup,
    OptIns,
    Refused,
    Send,
    Table,
    TokenRequest,
    Upload,
    Wire,
)

PROVIDERS = tuple(sorted(module.name for module in iter_modules(providers.__path__[:1])))

TABLES: Mapping[str, Table] = {
    **{name: import_module(f"tests.providers.cases.{name}").TABLE for name in PROVIDERS},
    pigeon.TABLE.name: pigeon.TABLE,
}

TOKEN = "a-token"
STAMP = Stamp(1_600_000_000_000, "0123456789abcdef0123456789abcdef")


def cases[C: Case](kind: type[C]) -> list[ParameterSet]:
    """Every case of this kind in every table, as parameters `(table, case)` with a readable id and its marks."""
    return [
        pytest.param(
            table, case, id=f"{table.name}: {case.name}", marks=[pytest.mark.feature(name) for name in case.features]
        )
        for table in TABLES.values()
        for case in table.cases
        if isinstance(case, kind)
    ]


def tables(wanted: Callable[[Table], object] = lambda _: True) -> list[ParameterSet]:
    """Every table of which this is true, as a parameter."""
    return [pytest.param(table, id=name) for name, table in TABLES.items() if wanted(table)]


def outcome[T](expect: T | Refused, act: Callable[[], T]) -> None:
    """What comes back, or is raised, is what the case says."""
    if isinstance(expect, Refused):
        with pytest.raises(expect.error) as caught:
            act()
        expect.check(caught.value)
    else:
        assert act() == expect


def request_of(adapter: Provider, case: Case) -> Request | None:  # noqa: PLR0911 - one for each kind
    """The request that a case is about; None when it is about none."""
    match case:
        case Send():
            return adapter.build_request(case.message, TOKEN)
        case TokenRequest():
            return adapter.token_request()
        case Upload():
            return adapter.build_upload(case.media, case.data, TOKEN)
        case Download():
            return adapter.build_download(case.media_id, TOKEN)
        case Capability():
            return adapter.build_capability(case.channel, case.address, case.sender, TOKEN)
        case ListCall():
            return adapter.build_list(case.listing, TOKEN)
        case Lookup():
            return adapter.build_lookup(case.direction, case.their_id, TOKEN)
        case OptIns():
            return adapter.build_opt_ins(TOKEN) if case.people is None else adapter.build_opt_in(case.people, TOKEN)
        case _:
            return None


def requests(table: Table, settings: Mapping[str, object] | None = None) -> Iterator[tuple[Case, Provider, Request]]:
    """Every request that the table's cases show, with the adapter that made it; `settings` come on top of theirs."""
    for case in table.cases:
        if isinstance(getattr(case, "wire", None), Wire):
            adapter = table.adapter_with({**case.settings, **(settings or {})}, case.secrets)
            request = request_of(adapter, case)
            assert request is not None
            yield case, adapter, request


def modules(table: Table) -> Sequence[Path]:
    """The source files of the table's provider: one, or those of its folder."""
    (found,) = [
        folder / name
        for folder in map(Path, providers.__path__)
        for name in (f"{table.name}.py", table.name)
        if (folder / name).exists()
    ]
    return [found] if found.is_file() else sorted(found.glob("*.py"))


def tell(adapter: Provider, told: Webhook | Response) -> Sequence[Event]:
    """What a report tells, whichever way it comes."""
    if isinstance(told, Webhook):
        return adapter.parse_events(told)
    return adapter.parse_list(Direction.OUTBOUND, told).events


def crowd(table: Table, count: int = 3) -> OutboundMessage:
    """The table's `hello` as a call to several of the same country, each with a reference of its own."""
    stem = table.hello.recipient.value[:-2]
    return replace(
        table.hello,
        reference=f"{'c' * 26}-b0",
        recipients=tuple(Address.parse(f"{stem}{number:02}") for number in range(count)),
        references=tuple(f"{'c' * 26}.{chr(ord('a') + number) * 10}-0" for number in range(count)),
    )


def parsers(adapter: Provider, table: Table) -> Mapping[str, Callable[[Response], object]]:
    """Everything that reads an answer to what reaches nobody, of what this provider has."""
    found: dict[str, Callable[[Response], object]] = {}
    if adapter.token_request():
        found["token"] = adapter.parse_token
    if any(facts.uploads for facts in adapter.channels.values()):
        found["upload"] = adapter.parse_upload
    if any(isinstance(case, Download) for case in table.cases):
        found["download"] = adapter.parse_download
    if any(facts.capability for facts in adapter.channels.values()):
        found["capability"] = adapter.parse_capability
    for direction in adapter.polls:
        found[f"{direction} list"] = lambda answer, way=direction: adapter.parse_list(way, answer)  # type: ignore[misc]
        found[f"{direction} entry"] = lambda answer, way=direction: adapter.parse_lookup(way, answer)  # type: ignore[misc]
    if adapter.opts_in:
        found["opt-ins"] = adapter.parse_opt_ins
    return found


def failures(readers: list[Callable[[Response], object]], answer: Response) -> Iterator[HeraldError]:
    """Every error that this answer leads to, raised or as one recipient's result."""
    for read in readers:
        try:
            results = read(answer)
        except HeraldError as error:
            yield error
        else:
            found = results if isinstance(results, list | tuple) else []
            yield from (result for result in found if isinstance(result, HeraldError))


def first_call(adapter: Provider, table: Table) -> Request:
    """The first request that needs credentials."""
    return adapter.token_request() or adapter.sign(adapter.build_request(table.hello, None), STAMP)


def told_by(error: HeraldError) -> str:
    """All that an error says to anybody."""
    return f"{error.detail} {error.hint} {error} {getattr(error, 'provider_code', '')}"


def awkward(direction: Direction) -> Listing:
    """A question with everything in it that an address can stumble over."""
    return Listing(
        direction, start=0, end=1, search="+ ü&=#%?/:;@,'()*~", sender="+43660123456", recipient="43660123457"
    )
