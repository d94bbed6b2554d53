"""
The registry: workers read it a minute late, operators never overwrite each other.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
from moto import mock_aws

from herald.aws import registry as module
from herald.aws.registry import CACHE, Key, Registry, Tenant
from herald.aws.table import Table
from herald.errors import Conflict, NotFound
from herald.models import Account, Channel, Limits, Sender
from tests.moto_table import Clock, make_table

ACCOUNT = Account(
    name="acme-websms",
    provider="websms",
    tenants=("acme", "beta"),
    settings={"base_url": "https://api.example", "verdicts": {"4001": ["rejected", 1, None]}},
    senders=(Sender("app-1", Channel.WHATSAPP), Sender("app-2", Channel.RCS, "beta")),
    limits=Limits(rate=12.5, batch=100),
    epochs=(2, 3),
    webhook_base="https://herald.example",
    disabled=True,
)
PLAIN = Account("acme-sms", "websms_sms", ("acme",))
KEY = Key("abcdefgh", "acme", "0" * 64, frozenset({"messages:send", "media:read"}), created=1)


@pytest.fixture
def table() -> Iterator[Table]:
    """An empty table."""
    with mock_aws():
        yield make_table()


@pytest.fixture
def clock() -> Clock:
    """The time of worker and operator."""
    return Clock()


@pytest.fixture
def operator(table: Table, clock: Clock) -> Registry:
    """Who writes."""
    return Registry(table, clock)


@pytest.fixture
def worker(table: Table, clock: Clock) -> Registry:
    """Who reads."""
    return Registry(table, clock)


@pytest.mark.parametrize("account", [ACCOUNT, PLAIN], ids=["full", "plain"])
def test_account_comes_back(operator: Registry, worker: Registry, account: Account) -> None:
    """An account is read as it was written, to the last setting."""
    operator.add_account(account)
    assert worker.account(account.name) == account
    assert operator.read_account(account.name).value == account
    assert operator.accounts() == [account]


def test_absence(operator: Registry, worker: Registry) -> None:
    """A worker is told None for what is not there, an operator NotFound."""
    assert worker.account("acme") is None
    assert worker.tenant("acme") is None
    assert worker.key("abcdefgh") is None
    assert worker.route("acme", Channel.SMS) == ()
    assert operator.read_route("acme", Channel.SMS) == module.Stored((), 0)
    assert operator.accounts() == []
    assert operator.tenants() == []
    assert operator.keys("acme") == []
    for read in (operator.read_account, operator.read_tenant, operator.read_key):
        with pytest.raises(NotFound):
            read("nobody")


def test_worker_is_a_minute_late(operator: Registry, worker: Registry, clock: Clock) -> None:
    """What a worker has read, absence included, it believes for a minute and no longer."""
    assert worker.tenant("acme") is None
    operator.add_tenant(Tenant("acme", "Acme", 1))
    clock.now += CACHE - 1
    assert worker.tenant("acme") is None
    clock.now += 1
    assert worker.tenant("acme") == Tenant("acme", "Acme", 1)


def test_clock_that_goes_back(operator: Registry, worker: Registry, clock: Clock) -> None:
    """A clock set back does not keep an old answer alive."""
    assert worker.tenant("acme") is None
    operator.add_tenant(Tenant("acme"))
    clock.now -= 3_600_000
    assert worker.tenant("acme") == Tenant("acme")


def test_own_write_is_seen(operator: Registry) -> None:
    """Whoever writes does not go on with what they read before."""
    assert operator.account(PLAIN.name) is None
    operator.add_account(PLAIN)
    assert operator.account(PLAIN.name) == PLAIN
    operator.remove_account(PLAIN.name)
    assert operator.account(PLAIN.name) is None


class Empty:
    """A table that holds nothing, quickly."""

    def get(self, pk: str, sk: str, *, consistent: bool) -> None:
        """Nothing."""


def test_cache_is_bounded(clock: Clock) -> None:
    """Somebody who tries prefixes does not fill the memory."""
    worker = Registry(cast("Table", Empty()), clock)
    size = 0
    for number in range(2100):
        worker.key(f"p{number}")
        size = max(size, len(worker._cache))  # noqa: SLF001 - memory is not seen from outside
    assert size == 2000


def test_second_writer_is_refused(operator: Registry, worker: Registry) -> None:
    """Of two operators who saw the same version, the second is told so."""
    operator.add_account(PLAIN)
    seen = operator.read_account(PLAIN.name)
    operator.change_account(replace(PLAIN, disabled=True), seen.version)
    with pytest.raises(Conflict):
        worker.change_account(replace(PLAIN, limits=Limits(1)), seen.version)
    assert operator.read_account(PLAIN.name).value == replace(PLAIN, disabled=True)


def test_names_are_taken_once(operator: Registry) -> None:
    """What exists is not added over."""
    operator.add_account(PLAIN)
    operator.add_tenant(Tenant("acme"))
    operator.add_key(KEY)
    with pytest.raises(Conflict):
        operator.add_account(replace(ACCOUNT, name=PLAIN.name))
    with pytest.raises(Conflict):
        operator.add_tenant(Tenant("acme", "other"))
    with pytest.raises(Conflict):
        operator.add_key(replace(KEY, hash="1" * 64))
    assert operator.accounts() == [PLAIN]


def test_changing_what_is_gone(operator: Registry) -> None:
    """A change to what was removed meanwhile does not bring it back."""
    operator.add_key(KEY)
    seen = operator.read_key(KEY.prefix)
    operator.remove_key(KEY)
    with pytest.raises(Conflict):
        operator.change_key(KEY, seen.version)
    assert operator.keys("acme") == []


def test_keys(operator: Registry, worker: Registry) -> None:
    """A tenant may have several keys; a revoked one stays in the list."""
    other = replace(KEY, prefix="zzzzzzzz", not_after=99, test=True, name="ci")
    operator.add_key(KEY)
    operator.add_key(other)
    assert worker.key(other.prefix) == other
    revoked = replace(KEY, revoked=True)
    operator.change_key(revoked, operator.read_key(KEY.prefix).version)
    assert operator.keys("acme") == [revoked, other]


def test_routes(operator: Registry, worker: Registry) -> None:
    """A route keeps its order, is changed over the version seen, and is removed without a trace."""
    operator.set_route("acme", Channel.SMS, ("b", "a"), 0)
    assert worker.route("acme", Channel.SMS) == ("b", "a")
    with pytest.raises(Conflict):
        operator.set_route("acme", Channel.SMS, ("c",), 0)
    operator.set_route("acme", Channel.SMS, ("c",), 1)
    operator.set_route("acme", Channel.RCS, ("d",), 0)
    assert operator.routes("acme") == {Channel.SMS: ("c",), Channel.RCS: ("d",)}
    operator.remove_route("acme", Channel.SMS)
    operator.remove_route("acme", Channel.SMS)
    assert operator.routes("acme") == {Channel.RCS: ("d",)}


def test_removing_an_account(operator: Registry, table: Table) -> None:
    """With an account go its token and its breaker."""
    operator.add_account(PLAIN)
    table.put({"pk": f"A#{PLAIN.name}", "sk": "token", "version": 1})
    operator.remove_account(PLAIN.name)
    operator.remove_account(PLAIN.name)
    assert table.query("pk = :pk", {"pk": f"A#{PLAIN.name}"}).items == []
    assert operator.accounts() == []


def test_removing_a_tenant(operator: Registry) -> None:
    """With a tenant go its keys and routes, and nobody else's."""
    operator.add_tenant(Tenant("acme"))
    operator.add_tenant(Tenant("beta"))
    operator.add_key(KEY)
    operator.add_key(replace(KEY, prefix="zzzzzzzz", tenant="beta"))
    operator.set_route("acme", Channel.SMS, ("a",), 0)
    operator.remove_tenant("acme")
    operator.remove_tenant("acme")
    assert operator.tenants() == [Tenant("beta")]
    assert operator.key(KEY.prefix) is None
    assert operator.key("zzzzzzzz") is not None
    assert operator.routes("acme") == {}


def test_entry_without_its_item(operator: Registry, table: Table) -> None:
    """A crash between the list and what it names leaves an entry that is skipped, and the name is free."""
    table.put({"pk": "L#account", "sk": PLAIN.name})
    assert operator.accounts() == []
    operator.add_account(PLAIN)
    assert operator.accounts() == [PLAIN]


def test_long_lists(operator: Registry) -> None:
    """A list longer than one read of the table is whole."""
    for number in range(130):
        operator.add_tenant(Tenant(f"t{number:03}", "x" * 50))
    assert [tenant.id for tenant in operator.tenants()] == [f"t{number:03}" for number in range(130)]


def test_partition_of_many_pages(operator: Registry) -> None:
    """So is a list of more bytes than one answer of the table holds."""
    long = ("x" * 390_000,)
    for channel in (Channel.SMS, Channel.RCS, Channel.VOICE):
        operator.set_route("acme", channel, long, 0)
    assert operator.routes("acme") == dict.fromkeys((Channel.RCS, Channel.SMS, Channel.VOICE), long)
