"""
`herald tenants` and `herald keys`: who sends, and with what.
"""

from collections.abc import Callable
from typing import Any

import pytest

from cli.admin import DAY
from cli.gateway import Gateway
from herald.authenticating import Keys, Scope
from herald.errors import Unauthenticated
from herald.web import Call
from tests.moto_table import Clock

type Run = Callable[..., Any]
type Say = Callable[..., str]


def opens(gateway: Gateway, clock: Clock, key: str) -> bool:
    """Whether a worker lets this key read messages."""
    try:
        Keys(gateway.registry, clock).authenticate(
            Call("GET", "/", headers={"authorization": f"Bearer {key}"}), Scope.MESSAGES_READ
        )
    except Unauthenticated:
        return False
    return True


def test_tenant_is_added_once(run: Run) -> None:
    """Adding a tenant again changes nothing."""
    first = run("tenants", "add", "acme", "--title", "Acme & Co")
    assert first == {
        "tenant": "acme",
        "title": "Acme & Co",
        "per_minute": None,
        "per_day": None,
        "content": "keep",
        "created": "2025-06-15T15:06:40+00:00",
    }
    assert run("tenants", "add", "acme") == first
    assert run("tenants", "list") == [first]


@pytest.mark.feature("F30")
def test_limits(run: Run, fail: Say) -> None:
    """Limits are set one by one, and taken away but for those that are given along."""

    def limits(*words: str) -> tuple[int | None, int | None]:
        row = run("tenants", "set", "acme", *words)
        assert run("tenants", "list") == [row]
        return row["per_minute"], row["per_day"]

    run("tenants", "add", "acme")
    assert limits("--per-minute", "3000") == (3000, None)
    assert limits("--per-day", "250000") == (3000, 250_000)
    assert limits() == (3000, 250_000)
    assert limits("--unlimited", "--per-day", "7") == (None, 7)
    assert limits("--unlimited") == (None, None)
    assert "there is no tenant nobody" in fail("tenants", "set", "nobody", "--per-day", "1")
    assert "equal to 1" in fail("tenants", "set", "acme", "--per-minute", "0")


@pytest.mark.parametrize("name", ["A", "Acme", "a", "a" * 41, "a b", "a#b", "-a", "äh"])
def test_names(fail: Say, name: str) -> None:
    """A name that could not stand in an address is refused."""
    assert "2 to 40" in fail("tenants", "add", "--", name)


def test_key_works(gateway: Gateway, clock: Clock, run: Run) -> None:
    """A key that was made opens the API, and is shown this once."""
    run("tenants", "add", "acme")
    made = run("keys", "create", "acme", "--name", "ci", "--days", "2")
    assert opens(gateway, clock, made["key"])
    (listed,) = run("keys", "list", "acme")
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert listed["scopes"] == sorted(set(Scope) - {Scope.ERASURES_WRITE})
    clock.now += 2 * DAY
    assert not opens(gateway, clock, made["key"])


def test_scopes_and_test_keys(run: Run) -> None:
    """A key has the scopes that were asked for."""
    run("tenants", "add", "acme")
    made = run("keys", "create", "acme", "--scope", "media:read", "--scope", "messages:send", "--test")
    assert made["scopes"] == ["media:read", "messages:send"]
    assert made["test"] is True
    assert made["key"].startswith("hkt_")


def test_revoking(gateway: Gateway, clock: Clock, run: Run) -> None:
    """A revoked key opens nothing, and may be revoked again."""
    run("tenants", "add", "acme")
    made = run("keys", "create", "acme")
    assert run("keys", "revoke", made["prefix"])["revoked"] is True
    assert run("keys", "revoke", f"hk_{made['prefix']}")["revoked"] is True
    assert not opens(gateway, clock, made["key"])


def test_rotating(gateway: Gateway, clock: Clock, run: Run, fail: Say) -> None:
    """Old and new key work side by side until the old one ends; a dead key is not rotated."""
    run("tenants", "add", "acme")
    old = run("keys", "create", "acme", "--scope", "messages:read", "--name", "ci", "--days", "30")
    clock.now += 10 * DAY
    new = run("keys", "rotate", old["prefix"], "--hours", "24")
    assert (new["scopes"], new["name"]) == (["messages:read"], "ci")
    assert new["ends"] == "2025-07-25T15:06:40+00:00"  # as long again as the old one had
    assert opens(gateway, clock, old["key"])
    assert opens(gateway, clock, new["key"])
    clock.now += DAY
    assert not opens(gateway, clock, old["key"])
    assert opens(gateway, clock, new["key"])
    assert "not valid any more" in fail("keys", "rotate", old["prefix"])
    run("keys", "revoke", new["prefix"])
    assert "not valid any more" in fail("keys", "rotate", new["prefix"])


def test_rotating_a_key_without_end(run: Run) -> None:
    """The successor of a key without end has none either; the old key gets its day."""
    run("tenants", "add", "acme")
    old = run("keys", "create", "acme")
    assert run("keys", "rotate", old["prefix"])["ends"] is None
    ends = {key["prefix"]: key["ends"] for key in run("keys", "list", "acme")}
    assert ends[old["prefix"]] == "2025-06-16T15:06:40+00:00"


def test_unknown(fail: Say) -> None:
    """What does not exist is said so, with exit code 2."""
    assert "there is no tenant nobody" in fail("keys", "create", "nobody")
    assert "there is no tenant nobody" in fail("keys", "list", "nobody")
    assert "there is no key abcdefgh" in fail("keys", "revoke", "abcdefgh")
    assert "there is no key abcdefgh" in fail("keys", "rotate", "abcdefgh")


def test_removing_a_tenant(gateway: Gateway, clock: Clock, run: Run) -> None:
    """With the tenant go its keys."""
    run("tenants", "add", "acme")
    key = run("keys", "create", "acme")["key"]
    assert run("tenants", "remove", "acme") == {"tenant": "acme"}
    assert not opens(gateway, clock, key)
    assert run("tenants", "list") == []


def test_for_people(say: Say) -> None:
    """Without --json there are tables and sentences."""
    assert say("tenants", "list") == "none\n"
    say("tenants", "add", "acme", "--title", "Acme [bold]")
    assert "Acme [bold]" in say("tenants", "list")
    assert "key      hk_" in say("keys", "create", "acme")
    listed = say("keys", "list", "acme")
    assert "hk_" not in listed
    assert "messages:send" in listed
    assert say("tenants", "remove", "acme") == "tenant acme is removed\n"
