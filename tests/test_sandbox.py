"""
Test keys: what is sent with them is answered by Herald itself, by a published table, and reaches nobody.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from docs.generate.providers import outbound, said
from docs.generate.samples import CONTENTS
from herald.aws import clients, keys
from herald.aws.table import ITEM
from herald.content import Content, VoiceContent
from herald.identifier import member_id
from herald.models import Address, Channel, Limits, Sender
from herald.provider import Provider
from herald.retention import Retention
from herald.sandbox import Fate, account_of
from herald.status import Status
from herald.stored import read_body
from herald.tenancy import sandbox_of
from herald.view import status_of
from tests import made_up
from tests.carrier import send, sms
from tests.conftest import Show
from tests.crash import (
    held,
    on_lanes,
    restart,
    run_lanes,
    settle_all,
)
from tests.faults import listening, refusing
from tests.providers.tables import TABLES
from tests.world import World

pytestmark = pytest.mark.feature("F30")

FATES: tuple[Fate | None, ...] = (None, *Fate)

SAID = (*CONTENTS.values(), VoiceContent(prompt="welcome"))

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
    """Each content that the channel carries to somebody, and one to all kinds of people at once; the fates by id."""
    sent: dict[str, Fate | None] = {}
    carried = [content for content in SAID if said(adapter, channel, content)]
    for content, fate in zip(carried, cycle(FATES), strict=False):
        body, address = body_of(adapter, channel, content)
        sent[send(world, {**body, "to": to(address, fate)})] = fate
    for fate in FATES:
        sent[send(world, {**body, "to": to(address, fate)})] = fate
    request = send(world, {**body, "recipients": [{"to": to(address, fate)} for fate in FATES]})
    return sent | {member_id(request, str(Address.model_validate(to(address, fate)))): fate for fate in FATES}


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
        assert world.requests == []
        assert "GetSecretValue" not in calls
        figure("G24", f"test messages through {provider} {channel}, calls to it, secrets read", f"{len(sent)}, 0, 0")


# The table, one by one.


def test_delivered(world: World) -> None:
    """What goes well is sent, delivered and, where the channel tells that, read, under an id that says it is a test."""
    identifier = send(world)
    world.settle()
    message = read(world, identifier)
    assert (message["status"], message["tries"], message["test"]) == ("delivered", 1, True)
    assert message["provider_id"] == f"test-{identifier}"
    assert words_of(message) == ["test-delivered"]
    whatsapp = send(world, {**sms(), "channel": "whatsapp"})
    world.settle()
    assert words_of(read(world, whatsapp)) == ["test-delivered", "test-read"]


def test_rejected(world: World) -> None:
    """A bad recipient is refused once and for all, and listed among the bad ends."""
    identifier = send(world, sms(ending(Fate.REJECTED)))
    world.settle()
    message = read(world, identifier)
    assert message["status"] == "rejected"
    assert message["error"] == {"reason": "invalid_recipient", "code": "test-0001"}
    assert [each["id"] for each in world.get("/v1/messages?status=rejected").json["messages"]] == [identifier]


def test_failed(world: World) -> None:
    """Taken, and then reported as undeliverable; listed among the bad ends."""
    identifier = send(world, sms(ending(Fate.FAILED)))
    world.settle()
    message = read(world, identifier)
    assert message["status"] == "failed"
    assert message["error"] == {"reason": "undeliverable", "code": "test-failed"}
    assert [each["id"] for each in world.get("/v1/messages?status=failed").json["messages"]] == [identifier]


@pytest.mark.parametrize("fate", [Fate.FAILED, Fate.SILENT, Fate.THROTTLED])
def test_a_tenant_that_keeps_nothing(world: World, fate: Fate) -> None:
    """What is to become of a test is known though no more than the end of its address is kept once it is sent."""
    stored = world.operator.registry.read_tenant("acme")
    world.operator.registry.change_tenant(replace(stored.value, content=Retention.DISCARD), stored.version)
    one = send(world, sms(ending(fate)))
    whom = [{"to": ending(fate, number)} for number in range(2)]
    many = send(world, {**sms(), "to": None, "recipients": whom})
    settle_all(world)
    members = world.get(f"/v1/messages?request={many}").json["messages"]
    shown = [read(world, identifier) for identifier in (one, *(member["id"] for member in members))]
    end = {Fate.FAILED: "failed", Fate.SILENT: "sent"}.get(fate, "delivered")
    assert [(message["status"], message["to_ends"]) for message in shown] == [(end, fate[-3:])] * 3


@pytest.mark.parametrize(("policy", "status"), [("at_most_once", "unknown"), ("at_least_once", "delivered")])
def test_unclear(world: World, policy: str, status: str) -> None:
    """Nobody knows; when the grace time is over the sender's policy decides."""
    identifier = send(world, sms(ending(Fate.UNCLEAR), policy=policy))
    run_lanes(world)
    assert read(world, identifier)["unclear"] is True
    settle_all(world)
    assert read(world, identifier)["status"] == status


def test_throttled(world: World) -> None:
    """The first try is turned away, the second succeeds."""
    identifier = send(world, sms(ending(Fate.THROTTLED)))
    assert world.invoke("deliver", on_lanes(world)) == {"batchItemFailures": []}
    message = read(world, identifier)
    assert (message["status"], message["error"]["reason"]) == ("accepted", "throttled")
    (wait,) = held(world)
    assert 1000 <= wait <= 2000
    world.settle()
    message = read(world, identifier)
    assert (message["status"], message["tries"]) == ("delivered", 2)


def test_silent(world: World) -> None:
    """Taken, and nobody ever says what became of it."""
    identifier = send(world, sms(ending(Fate.SILENT)))
    settle_all(world)
    message = read(world, identifier)
    assert (message["status"], words_of(message)) == ("sent", [])


def test_many(world: World) -> None:
    """Each of many meets the fate of their own number."""
    body = sms() | {"recipients": [{"to": ending(FATES[number % 6], number)} for number in range(18)]}
    del body["to"]
    request = send(world, body)
    settle_all(world)
    assert read(world, request)["test"] is True
    for number in range(18):
        message = read(world, member_id(request, ending(FATES[number % 6], number)))
        assert message["status"] == expected(FATES[number % 6], frozenset({Status.DELIVERED, Status.FAILED}))


def test_events(world: World) -> None:
    """The bus carries each status once, as of the tenant, and says that it is a test."""
    identifier = send(world, {**sms(), "channel": "whatsapp"})
    world.settle()
    told = world.events()
    assert [event["type"] for event in told] == [
        f"message.{status}" for status in ("accepted", "sent", "delivered", "read")
    ]
    assert {event["tenant"] for event in told} == {"acme"}
    assert all(event["test"] is True and event["data"]["test"] is True for event in told)
    assert {event["data"]["id"] for event in told} == {identifier}


# What holds as for any message.


def test_planned_like_any(world: World) -> None:
    """What the account cannot say is simplified or refused, and costs what it costs; the answers say it is a test."""
    card = {"type": "card", "card": {"title": "Bread", "description": "Fresh"}}
    answer = world.post("/v1/messages", sms() | {"content": card})
    assert answer.json["test"] is True
    assert [warning["code"] for warning in answer.json["warnings"]] == ["simplified"]
    assert answer.json["segments"]["segments"] == 1
    assert world.post("/v1/messages", sms() | {"content": card, "strict": True}).status == 422
    validated = world.post("/v1/messages/validate", sms()).json
    assert (validated["account"], validated["test"]) == ("acme-sms", True)
    assert world.post("/v1/messages", sms() | {"account": "nobody"}).status == 422


def test_scheduled_and_cancelled(world: World) -> None:
    """A test message waits for its time and can be stopped until then."""
    later = sms(send_at="2025-06-16T00:00:00Z")
    kept, stopped = send(world, later), send(world, later)
    assert world.post(f"/v1/messages/{stopped}/cancel").json["status"] == "cancelled"
    assert on_lanes(world)["Records"] == []
    assert read(world, kept)["status"] == "accepted"
    world.clock.now += 9 * 3_600_000
    world.invoke("clock", {})
    settle_all(world)
    assert read(world, kept)["status"] == "delivered"
    assert read(world, stopped)["status"] == "cancelled"


def test_accounts(world: World) -> None:
    """A test key sees the tenant's accounts."""
    assert [each["name"] for each in world.get("/v1/accounts").json["accounts"]] == ["acme-sms", "acme-websms"]


def test_capabilities(world: World) -> None:
    """The sandbox answers what the channel carries, or that somebody is not reachable."""
    with listening() as calls:
        good = world.get(f"/v1/capabilities?channel=rcs&recipient={ending(None)}").json
        bad = world.get(f"/v1/capabilities?channel=rcs&recipient={ending(Fate.REJECTED)}").json
    assert good["reachable"] is True
    assert "carousel" in good["capabilities"]
    assert (good["account"], good["cached"]) == ("acme-websms", False)
    assert (bad["reachable"], bad["capabilities"]) == (False, [])
    assert world.requests == []
    assert set(calls) == {"GetItem"}
    assert world.get(f"/v1/capabilities?channel=sms&recipient={ending(None)}").status == 422


def test_intake(world: World) -> None:
    """A record says in its body that it is a test; its key is one of the sandbox."""
    body = sms(tenant="acme", test=True, idempotency_key="k")
    records = [{"messageId": f"m{number}", "body": json.dumps(body)} for number in range(2)]
    assert world.invoke("send", {"Records": records}) == {"batchItemFailures": []}
    assert world.post("/v1/messages", sms(), idempotency_key="k").headers["idempotency-replayed"] == "true"
    run_lanes(world)
    (message,) = world.get("/v1/messages").json["messages"]
    assert (message["status"], message["test"]) == ("delivered", True)
    assert world.get("/v1/messages", world.add_key("acme")).json["messages"] == []


def test_no_rate_and_no_breaker(world: World) -> None:
    """However slow or ill the account is, test messages pass, and leave no trace on it."""
    registry = world.operator.registry
    stored = registry.read_account("acme-sms")
    registry.change_account(replace(stored.value, limits=Limits(rate=0.1)), stored.version)
    for fate in (Fate.UNCLEAR, None):
        for number in range(6):
            send(world, sms(ending(fate, number)))
        assert world.invoke("deliver", on_lanes(world)) == {"batchItemFailures": []}
        assert held(world) == []
    assert {each["status"] for each in world.get("/v1/messages").json["messages"]} == {"accepted", "delivered"}
    table = world.operator.table
    for name in ("acme-sms", "acme-sms~test"):
        assert table.get(keys.account(name), "rate") is None
        assert table.get(keys.account(name), "breaker") is None


def test_an_account_that_is_out(world: World) -> None:
    """A disabled account's test messages wait for it, as live ones do."""
    identifier = send(world)
    registry = world.operator.registry
    stored = registry.read_account("acme-sms")
    registry.change_account(replace(stored.value, disabled=True), stored.version)
    world.invoke("deliver", on_lanes(world))
    assert read(world, identifier)["error"]["reason"] == "account_disabled"
    registry.change_account(stored.value, stored.version + 1)
    restart(world)
    world.settle()
    assert read(world, identifier)["status"] == "delivered"


# Walls.


def test_the_last_wall(world: World) -> None:
    """Whoever asks the caller to speak for a sandbox meets a wall before any secret is read."""
    account = account_of(world.operator.registry.read_account("acme-sms").value)
    caller = world.operator.caller
    with listening() as calls:
        for reach in (caller.adapter, caller.prepare, lambda account: caller.renew(account, None)):
            with pytest.raises(AssertionError, match="reaches no provider"):
                reach(account)
    assert calls == []
    adapter = TABLES["websms_sms"].adapter()
    adapter.account = account
    with pytest.raises(AssertionError, match="reaches no provider"):
        caller.send(adapter, adapter.build_request(TABLES["websms_sms"].hello, None))


def test_by_whatever_path(world: World) -> None:
    """A test message that is attempted with the live account and its credentials is answered by the sandbox still."""
    send(world)
    (record,) = on_lanes(world)["Records"]
    delivering = world.function("deliver").parts.delivering
    item = world.operator.messages.get(json.loads(record["body"])["message"])
    assert item
    live = world.operator.registry.read_account("acme-sms").value
    body = read_body(world.operator.messages.bodies([item])[item["pk"]])
    attempts = delivering.attempts
    prepared = attempts.prepare(live, world.operator.caller.prepare(live), [item], body)
    assert prepared.request is None
    assert attempts.run(prepared, item, attempts.claim).provider_id == f"test-{json.loads(record['body'])['message']}"
    assert world.requests == []


def test_no_item_of_the_sandbox_is_an_account(world: World) -> None:
    """Nothing is ever stored under the name of a sandbox's account."""
    for fate in FATES:
        send(world, sms(ending(fate)))
    settle_all(world)
    for sort in (ITEM, "token", "rate", "breaker"):
        assert world.operator.table.get(keys.account(sandbox_of("acme-sms")), sort) is None


# Crashes.


def test_reports_are_told_after_a_crash(world: World) -> None:
    """A worker that dies between outcome and report has not cost the report: its record comes again."""
    identifier = send(world, {**sms(), "channel": "whatsapp"})
    event = on_lanes(world)
    client = clients.dynamodb()
    with refusing(client, "UpdateItem", after=2):
        assert world.invoke("deliver", event)["batchItemFailures"]
    assert read(world, identifier)["status"] == "sent"
    assert world.invoke("deliver", event) == {"batchItemFailures": []}
    assert words_of(read(world, identifier)) == ["test-delivered", "test-read"]
