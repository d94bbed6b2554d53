"""
The query function: reads, and a problem for every path that nobody has.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from herald import VERSION
from herald.authenticating import Scope
from herald.models import Account, Channel, Sender
from tests.world import World

READS = ("/v1/messages", "/v1/messages/x", "/v1/inbound", "/v1/inbound/x", "/v1/accounts", "/v1/capabilities")


@pytest.fixture
def world() -> Iterator[World]:
    """A stack."""
    with World.of_acme() as world:
        yield world


def test_health_needs_nothing(world: World) -> None:
    """Health is told to anybody, and touches neither table nor provider."""
    world.operator.table._client.delete_table(TableName="herald")  # noqa: SLF001 - what it must not touch
    answer = world.call("GET", "/v1/health")
    assert (answer.status, answer.json) == (200, {"status": "ok", "version": VERSION})


def test_health_by_head(world: World) -> None:
    """HEAD answers as GET does, without the body."""
    answer = world.call("HEAD", "/v1/health")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("path", READS)
def test_reads_need_a_key(world: World, path: str) -> None:
    """Without a key, or with one that may not read, nobody learns what exists."""
    assert world.get(path, "").status == 401
    assert world.get(path, "hk_nothing").status == 401
    assert world.get(path, world.add_key("acme", [Scope.MEDIA_WRITE])).status == 403


def test_unknown_paths(world: World) -> None:
    """A path that nobody has is a problem document, like any other error."""
    for path in ("/", "/v1", "/v2/messages", "/v1/messages/a/b/c", "/v1/capabilities/x"):
        answer = world.get(path)
        assert (answer.status, answer.json["code"]) == (404, "not_found"), path
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/messages", "GET, HEAD, POST"),
        ("PUT", "/v1/messages/x", "GET, HEAD"),
        ("POST", "/v1/health", "GET, HEAD"),
        ("GET", "/v1/messages/x/cancel", "POST"),
    ],
)
def test_wrong_methods(world: World, method: str, path: str, allowed: str) -> None:
    """A path that exists, but not for this method, says for which."""
    answer = world.call(method, path)
    assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")
    given = set(answer.headers["allow"].split(", "))
    assert given <= set(allowed.split(", "))
    assert given


def test_accounts(world: World) -> None:
    """A tenant sees its accounts and what they can do, but neither settings nor secrets."""
    registry = world.operator.registry
    stored = registry.read_account("acme-sms")
    changed = replace(
        stored.value,
        settings={"base_url": "https://hidden.example"},
        senders=(Sender("acme", Channel.SMS), Sender("ours", Channel.SMS, "acme"), Sender("theirs", Channel.SMS, "b")),
        disabled=True,
    )
    registry.change_account(changed, stored.version)
    answer = world.get("/v1/accounts")
    sms, websms = answer.json["accounts"]
    assert sms == {
        "name": "acme-sms",
        "provider": "websms_sms",
        "channels": ["sms", "voice"] if "voice" in sms["channels"] else ["sms"],
        "webhooks": sms["webhooks"],
        "senders": [{"channel": "sms", "id": "acme"}, {"channel": "sms", "id": "ours"}],
        "disabled": True,
    }
    assert (websms["name"], websms["channels"], websms["webhooks"]) == (
        "acme-websms",
        ["rcs", "whatsapp"],
        ["inbound", "status"],
    )
    assert b"hidden" not in answer.body
    assert b"secret" not in answer.body


def test_accounts_of_others(world: World) -> None:
    """Accounts that a tenant may not use are not listed; one whose provider is gone is, able to do nothing."""
    world.add_tenant("beta")
    world.add_account(Account("gone", "acme_pigeons", ("beta",)), {})
    accounts = world.get("/v1/accounts", world.add_key("beta")).json["accounts"]
    assert accounts == [{"name": "gone", "provider": "acme_pigeons", "channels": [], "webhooks": [], "senders": []}]
