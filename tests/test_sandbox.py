"""
Test keys: what is sent with them is answered by Herald itself, by a published table, and reaches nobody.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from docs.generate.providers import outbound, said
from docs.generate.samples import CONTENTS
from herald.aws import clients, keys
from herald.aws.table import ITEM
from herald.content import Content
from herald.identifier import member_id
from herald.models import Account, Address, Channel, Limits, Sender
from herald.provider import Provider
from herald.sandbox import Fate, account_of
from herald.status import Status
from herald.view import status_of
from herald.tenancy import sandbox_of
from tests import made_up
from tests.carrier import Carrier, phone, send, sms
from tests.conftest import Show
from tests.crash import OVER, held, on_lanes, restart, run_lanes, settle_all, survive
from tests.faults import Died, dying, listening, refusing
from tests.providers.tables import TABLES
from tests.world import World

pytestmark = pytest.mark.feature("F30")

FATES: tuple[Fate | None, ...] = (None, *Fate)

type Json = dict[str, Any]


@pytest.fixture
def world() -> Iterator[World]:
    """Acme, whose test key is the world's key; whoever calls a provider fails the test."""
    with World.of_acme() as world:
        world.key = world.add_key("acme", test=True)
        yield world


def ending(fate: Fate | None, number: int = 0) -> str:
    """The n-th phone number of this fate."""
    return f"+43660{100 + number}{fate or '9999'}"


def read(world: World, identifier: str, key: str | None = None) -> Json:
    answer = world.get(f"/v1/messages/{identifier}", key)
    assert answer.status == 200, answer.json
    found: Json = answer.json
    return found


def words_of(message: Json) -> list[str]:
    return [step["provider_status"] for step in message["history"] if step["event"] == "report"]


# Nobody is reached, whatever is sent, and whichever way.


def lanes() -> list[ParameterSet]:
    """Every channel of every provider, the made-up one of the tables included."""
    with made_up.known():
        return [
            pytest.param(name, channel, id=f"{name} {channel}")
            for name, table in TABLES.items()
            for channel in table.adapter().channels
        ]


def expected(fate: Fate | None, tells: frozenset[Status]) -> Status:
    """The table of docs/testing-your-integration.md."""
    match fate:
        case Fate.REJECTED:
            return Status.REJECTED
        case Fate.UNCLEAR:
            return Status.UNKNOWN
        case Fate.SILENT:
            return Status.SENT
        case Fate.FAILED:
            return Status.FAILED if Status.FAILED in tells else Status.SENT
    return max({Status.SENT, Status.DELIVERED, Status.READ} & {Status.SENT, *tells}, key=list(Status).index)


def to(address: Address, fate: Fate | None) -> Json:
    value = f"{address.value[:-4]}{fate or '9999'}"
    return {"type": address.type, "value": value}


def body_of(adapter: Provider, channel: Channel, content: Content) -> tuple[Json, Address]:
    """A message with this content, and the kind of address that it may go to."""
    message = outbound(adapter, channel, content)
    body = {
        "channel": channel,
        "account": "the-account",
        "content": content.model_dump(mode="json", exclude_none=True),
        "options": message.options.model_dump(mode="json", exclude_defaults=True),
    }
    return body, message.recipient


def send_all(world: World, adapter: Provider, channel: Channel) -> dict[str, Fate | None]:
    """Each content that the channel carries, to one recipient of some fate and to many of all; the fates by id."""
    sent: dict[str, Fate | None] = {}
    for number, content in enumerate(CONTENTS.values()):
        if said(adapter, channel, content):
            body, address = body_of(adapter, channel, content)
            fate = FATES[number % len(FATES)]
            sent[send(world, {**body, "to": to(address, fate)})] = fate
            recipients = {str(Address.model_validate(to(address, fate))): fate for fate in FATES}
            request = send(world, {**body, "recipients": [{"to": to(address, fate)} for fate in FATES]})
            sent |= {member_id(request, name): fate for name, fate in recipients.items()}
    return sent


@pytest.mark.goal("G24")
@pytest.mark.parametrize(("provider", "channel"), lanes())
def test_nobody_is_reached(provider: str, channel: Channel, figure: Show) -> None:
    """Whatever a provider carries: with a test key no request is made, no secret is read, and the table holds."""
    with made_up.known(), World.of_acme() as world:
        table = TABLES[provider]
        account = replace(table.account, name="the-account", tenants=("acme",))
        account = replace(account, senders=(*account.senders, Sender("sender", channel)))
        world.operator.registry.add_account(account)  # not as usual: its lists, if it has any, would be polled
        world.key = world.add_key("acme", test=True)
        adapter = table.adapter()
        with listening() as calls:
            sent = send_all(world, adapter, channel)
            settle_all(world)
        tells, found = adapter.facts(channel).tells, world.operator.messages.get_many(sent)
        assert {identifier: status_of(found[identifier]) for identifier in sent} == {
            identifier: expected(fate, tells) for identifier, fate in sent.items()
        }
        assert sent
        assert world.requests == []
        assert "GetSecretValue" not in calls
        figure("G24", f"test messages through {provider} {channel}, calls to it, secrets read", f"{len(sent)}, 0, 0")
