"""
Who calls: a key opens exactly what it was made for, as long as it was made for.
"""

import base64
import hashlib
import re
import string
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from herald.authenticating import USUAL, Keys, Scope, digest, new_key
from herald.aws.registry import CACHE, Key, Registry, Tenant
from herald.aws.table import Table
from herald.errors import Forbidden, Unauthenticated
from herald.web import Call, problem
from tests.moto_table import Clock, make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READ = Scope.MESSAGES_READ


@pytest.fixture
def table() -> Iterator[Table]:
    """An empty table."""
    with mock_aws():
        yield make_table()


@pytest.fixture
def clock() -> Clock:
    """The time of everybody."""
    return Clock()


@pytest.fixture
def registry(table: Table, clock: Clock) -> Registry:
    """Where keys are kept, as an operator writes it."""
    return Registry(table, clock)


@pytest.fixture
def keys(table: Table, clock: Clock) -> Keys:
    """What a worker checks keys with."""
    return Keys(Registry(table, clock), clock)


def carrying(authorization: str | None) -> Call:
    """A call with this header."""
    return Call("GET", "/", headers={} if authorization is None else {"authorization": authorization})


def made(
    registry: Registry, scopes: tuple[Scope, ...] = (READ,), *, not_after: int | None = None, revoked: bool = False
) -> tuple[str, Key]:
    """A key of tenant acme in the registry."""
    text, key = new_key("acme", scopes, created=0, not_after=not_after)
    key = replace(key, revoked=revoked)
    registry.add_key(key)
    return text, key


def test_good_key(registry: Registry, keys: Keys) -> None:
    """A key says whose it is and what it may do."""
    text, key = made(registry, (READ, Scope.MEDIA_READ))
    principal = keys.authenticate(carrying(f"Bearer {text}"), READ)
    assert (principal.tenant, principal.key_prefix) == ("acme", key.prefix)
    assert principal.scopes == {READ, Scope.MEDIA_READ}


@pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "  Bearer   {}  "])
def test_spelling_of_the_scheme(registry: Registry, keys: Keys, header: str) -> None:
    """The scheme is read as RFC 9110 wants it: in any case, with any spaces."""
    text, _ = made(registry)
    assert keys.authenticate(carrying(header.format(text)), READ).tenant == "acme"


def test_missing_scope(registry: Registry, keys: Keys) -> None:
    """A good key for something else is 403 and names what is missing."""
    text, _ = made(registry)
    with pytest.raises(Forbidden, match="messages:send"):
        keys.authenticate(carrying(f"Bearer {text}"), Scope.MESSAGES_SEND)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer hk_abc", "Bearer \ud800", "hk_x"]
)
def test_no_key(keys: Keys, header: str | None) -> None:
    """Without a key, or with what cannot be one, the call is 401."""
    with pytest.raises(Unauthenticated):
        keys.authenticate(carrying(header), READ)


def test_any_character_counts(registry: Registry, keys: Keys) -> None:
    """Changing any one character of a key makes it worthless, the last one included."""
    text, _ = made(registry)
    for position in range(len(text)):
        for other in {*string.ascii_letters, "0", "_", "-"} - {text[position]}:
            forged = f"{text[:position]}{other}{text[position + 1 :]}"
            with pytest.raises(Unauthenticated):
                keys.authenticate(carrying(f"Bearer {forged}"), READ)


@pytest.mark.feature("F30")
@pytest.mark.goal("G24")
def test_test_key_is_no_live_key(registry: Registry, keys: Keys) -> None:
    """A test key opens its tenant's sandbox and nothing else, and cannot be written as a live one."""
    text, key = new_key("acme", (READ,), created=0, test=True)
    registry.add_key(key)
    assert text.startswith("hkt_")
    assert keys.authenticate(carrying(f"Bearer {text}"), READ).tenant == "acme~test"
    with pytest.raises(Unauthenticated):
        keys.authenticate(carrying(f"Bearer hk_{text.removeprefix('hkt_')}"), READ)


def test_refusals_look_alike(registry: Registry, keys: Keys, clock: Clock) -> None:
    """Unknown, wrong, revoked and expired keys get the same answer, byte for byte."""
    good, _ = made(registry)
    revoked, _ = made(registry, revoked=True)
    expired, _ = made(registry, not_after=clock.now)
    unknown, _ = new_key("acme", (READ,), created=0)
    wrong = good[:12] + unknown[12:]
    answers = set()
    for text in (revoked, expired, unknown, wrong):
        call = carrying(f"Bearer {text}")
        with pytest.raises(Unauthenticated) as caught:
            keys.authenticate(call, READ)
        answers.add(problem(caught.value, call)["body"])
        assert text[3:11] not in caught.value.detail
    assert len(answers) == 1


def test_expiry(registry: Registry, keys: Keys, clock: Clock) -> None:
    """A key works until the millisecond that it ends, also out of the cache."""
    text, _ = made(registry, not_after=clock.now + 10)
    assert keys.authenticate(carrying(f"Bearer {text}"), READ).tenant == "acme"
    clock.now += 10
    with pytest.raises(Unauthenticated):
        keys.authenticate(carrying(f"Bearer {text}"), READ)


def test_revocation_takes_a_minute(registry: Registry, keys: Keys, clock: Clock) -> None:
    """A revoked key is refused by every worker a minute later at the latest."""
    text, key = made(registry)
    assert keys.authenticate(carrying(f"Bearer {text}"), READ).tenant == "acme"
    registry.change_key(replace(key, revoked=True), 1)
    clock.now += CACHE
    with pytest.raises(Unauthenticated):
        keys.authenticate(carrying(f"Bearer {text}"), READ)


@pytest.mark.feature("F30")
def test_a_key_that_was_tried_too_early(registry: Registry, keys: Keys, clock: Clock) -> None:
    """That a key does not exist is remembered as long, not longer: a minute after it was made it opens everywhere."""
    text, key = new_key("acme", (READ,), created=0)
    with pytest.raises(Unauthenticated):
        keys.authenticate(carrying(f"Bearer {text}"), READ)
    registry.add_key(key)
    with pytest.raises(Unauthenticated):
        keys.authenticate(carrying(f"Bearer {text}"), READ)
    clock.now += CACHE
    assert keys.authenticate(carrying(f"Bearer {text}"), READ).tenant == "acme"
    assert CACHE <= 60_000


def test_guessing_costs_one_read(table: Table, registry: Registry, keys: Keys) -> None:
    """A prefix that is tried again and again is looked up once a minute, be there such a key or not."""
    text, _ = made(registry)
    unknown, _ = new_key("acme", (READ,), created=0)
    reads: list[str] = []
    table._client.meta.events.register("before-call", lambda model, **_: reads.append(model.name))  # noqa: SLF001
    for _ in range(5):
        keys.authenticate(carrying(f"Bearer {text}"), READ)
        with pytest.raises(Unauthenticated):
            keys.authenticate(carrying(f"Bearer {unknown}"), READ)
    assert reads == ["GetItem", "GetItem"]


def test_the_same_work_for_unknown_keys(registry: Registry, keys: Keys) -> None:
    """A prefix that does not exist is hashed and compared like one that does: the time tells nobody which do."""
    text, _ = made(registry)
    unknown, _ = new_key("acme", (READ,), created=0)
    wrong = text[:12] + unknown[12:]
    assert worked(keys, wrong) == worked(keys, unknown)
    assert "compare_digest" in worked(keys, unknown)


def worked(keys: Keys, text: str) -> list[str]:
    """What is called in C, where hashing and comparing are done, to refuse this key once it has been looked up."""
    called: list[str] = []

    def note(_frame: object, event: str, what: object) -> None:
        if event == "c_call":
            called.append(getattr(what, "__name__", ""))

    for profile in (None, note):
        sys.setprofile(profile)
        with suppress(Unauthenticated):
            keys.authenticate(carrying(f"Bearer {text}"), READ)
        sys.setprofile(None)
    return called


@pytest.mark.feature("F30")
def test_form_of_keys() -> None:
    """A key has a public part of 8 characters, and 256 bits that nobody knows; one for tests says so in front."""
    for test, form in ((False, r"hk_[a-z2-7]{8}_([A-Za-z0-9_-]{43})"), (True, r"hkt_[a-z2-7]{8}_([A-Za-z0-9_-]{43})")):
        text, key = new_key("acme", (READ,), created=0, test=test)
        found = re.fullmatch(form, text)
        assert found
        assert len(base64.urlsafe_b64decode(f"{found[1]}=")) == 32
        assert key.prefix in text
        assert key.test is test


@pytest.mark.feature("F30")
def test_two_live_keys(registry: Registry, keys: Keys) -> None:
    """Two keys of a tenant work side by side, so that one can be replaced without a gap."""
    for text, _ in (made(registry), made(registry)):
        assert keys.authenticate(carrying(f"Bearer {text}"), READ).tenant == "acme"


def test_secret_is_not_kept() -> None:
    """What is kept of a key is its hash; nothing of the secret part is in it."""
    text, key = new_key("acme", tuple(Scope), created=1, name="ci", not_after=2)
    assert key.hash == digest(text)
    assert text[12:] not in repr(key)
    assert len(text) == len("hk_12345678_") + 43


@pytest.mark.parametrize("test", [False, True])
def test_what_is_kept_of_a_key(test: bool) -> None:  # noqa: FBT001 - a case
    """All that was said when it was made, and the public part of 40 random bits that it is found by."""
    text, key = new_key("acme", (READ, Scope.MEDIA_READ), created=1, name="ci", not_after=2, test=test)
    assert key == Key(
        prefix=text.partition("_")[2][:8],
        tenant="acme",
        hash=hashlib.sha256(text.encode()).hexdigest(),
        scopes=frozenset({"messages:read", "media:read"}),
        not_after=2,
        test=test,
        name="ci",
        created=1,
    )
    assert new_key("acme", (READ,), created=1)[1].not_after is None
    assert (new_key("acme", (READ,), created=1)[1].name, new_key("acme", (READ,), created=1)[1].test) == ("", False)


def test_scopes() -> None:
    """The words that keys are made with; all but erasing are usual, since it cannot be taken back."""
    assert [str(scope) for scope in Scope] == [
        "messages:send",
        "messages:read",
        "media:write",
        "media:read",
        "accounts:read",
        "endpoints:read",
        "endpoints:write",
        "erasures:write",
    ]
    assert set(Scope) - set(USUAL) == {Scope.ERASURES_WRITE}


def test_keys_differ() -> None:
    """No two keys are alike."""
    assert len({new_key("acme", (READ,), created=0)[0] for _ in range(100)}) == 100


def claiming(**claims: str) -> Call:
    """A call whose JWT the gateway has verified."""
    return replace(carrying("Bearer ey.ey.sig"), claims=claims)


@pytest.mark.parametrize(
    "claims",
    [
        {"scope": "messages:read other"},
        {"scp": "messages:read"},
        {"scp": "[other messages:read]"},
    ],
)
def test_jwt(registry: Registry, keys: Keys, claims: dict[str, str]) -> None:
    """A verified JWT stands for its tenant, with the scopes in it."""
    registry.add_tenant(Tenant("acme"))
    principal = keys.authenticate(claiming(tenant="acme", **claims), READ)
    assert (principal.tenant, principal.key_prefix) == ("acme", "")


@pytest.mark.feature("F30")
@pytest.mark.goal("G24")
@pytest.mark.parametrize(("test", "tenant"), [("true", "acme~test"), ("false", "acme"), ("", "acme"), ("1", "acme")])
def test_jwt_for_tests(registry: Registry, keys: Keys, test: str, tenant: str) -> None:
    """A JWT with the claim `test` opens the sandbox; no tenant can be named to get there, or out of it."""
    registry.add_tenant(Tenant("acme"))
    assert keys.authenticate(claiming(tenant="acme", test=test, scope=READ), READ).tenant == tenant
    with pytest.raises(Unauthenticated):
        keys.authenticate(claiming(tenant="acme~test", test=test, scope=READ), READ)


def test_jwt_without_tenant_or_scope(registry: Registry, keys: Keys) -> None:
    """A JWT of nobody is 401, one without the scope is 403."""
    registry.add_tenant(Tenant("acme"))
    for claims in ({}, {"tenant": ""}, {"tenant": "other", "scope": "messages:read"}):
        with pytest.raises(Unauthenticated):
            keys.authenticate(claiming(**claims), READ)
    with pytest.raises(Forbidden):
        keys.authenticate(claiming(tenant="acme"), READ)


@given(st.text())
def test_any_header(text: str) -> None:
    """No header but a key's own opens anything, and none raises anything else. The table is not even asked."""
    keys = Keys(Registry(Table(cast("DynamoDBClient", None), ""), Clock()), Clock())
    with pytest.raises(Unauthenticated):
        keys.authenticate(carrying(text), READ)
