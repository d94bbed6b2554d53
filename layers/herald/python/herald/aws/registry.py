"""
Accounts, tenants, routes and keys: what an operator sets up and every worker reads.

    A#<account>/.               provider, tenants, settings, senders, limits, epochs, webhook_base, disabled, version
    T#<tenant>/.                title, limits, created, content (what is kept; absent: all), version
    T#<tenant>/route#<channel>  accounts in order, version
    T#<tenant>/key#<prefix>     says that the tenant has this key
    Y#<prefix>/.                tenant, hash, scopes, not_after, revoked, name, created, version
    L#account/<name>, L#tenant/<id>    what there is, since the table is never scanned

Workers read through a cache of a minute, absence included: a change or a revoked key takes that long to reach all
of them. Operators read past it, and write only on top of the version they saw. A list entry is written before
what it names and removed after it, so a crash leaves at worst an entry that names nothing, which is skipped.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from herald.aws.attributes import Item
from herald.aws.table import ITEM, ConditionFailed, Table
from herald.errors import Conflict, NotFound
from herald.models import Account, Channel, Limits, Sender
from herald.retention import Retention
from herald.tenancy import base_of, sandbox_of

CACHE = 60_000
"""Milliseconds for which a worker trusts what it read."""

_MAX_CACHED = 2000


@dataclass(frozen=True, slots=True)
class TenantLimits:
    """Messages that a tenant may have accepted in a minute and in a day (UTC); None: any number."""

    per_minute: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """Someone who sends. `title` is for people; `created` in milliseconds; `content`: what is kept of what it says."""

    id: str
    title: str = ""
    created: int = 0
    limits: TenantLimits = TenantLimits()
    content: Retention = Retention.KEEP


@dataclass(frozen=True, slots=True)
class Key:
    """
    An API key as it is kept: `hash` is SHA-256 in hex over the whole key.

    `prefix` is its public part, `not_after` in milliseconds, None for a key that does not expire by itself.
    """

    prefix: str
    tenant: str
    hash: str
    scopes: frozenset[str]
    not_after: int | None = None
    revoked: bool = False
    test: bool = False
    name: str = ""
    created: int = 0


@dataclass(frozen=True, slots=True)
class Stored[T]:
    """What stands in the table, with the version that a change must build on."""

    value: T
    version: int


class Registry:
    """What is set up. `clock` gives milliseconds since 1970."""

    def __init__(self, table: Table, clock: Callable[[], int]) -> None:
        self._table = table
        self._clock = clock
        self._cache: dict[tuple[str, str], tuple[int, Any]] = {}

    # What workers read, up to a minute old.

    def account(self, name: str) -> Account | None:
        """The provider account, None when there is none."""
        return self._cached(f"A#{name}", ITEM, _account)

    def tenant(self, tenant: str) -> Tenant | None:
        """The tenant, None when there is none."""
        return self._cached(f"T#{tenant}", ITEM, _tenant)

    def route(self, tenant: str, channel: Channel) -> tuple[str, ...]:
        """Names of the accounts that carry this channel for the tenant, the first choice first; may be empty."""
        return self._cached(f"T#{tenant}", f"route#{channel}", _route) or ()

    def key(self, prefix: str) -> Key | None:
        """The key with this public part, None when there is none."""
        return self._cached(f"Y#{prefix}", ITEM, _key)

    def _cached[T](self, pk: str, sk: str, read: Callable[[Item], T]) -> T | None:
        now = self._clock()
        held = self._cache.get((pk, sk))
        if held and 0 <= now - held[0] < CACHE:
            found: T | None = held[1]
            return found
        item = self._table.get(pk, sk, consistent=False)
        found = read(item) if item else None
        if len(self._cache) >= _MAX_CACHED:  # prefixes that somebody tries must not fill the memory
            self._cache.clear()
        self._cache[pk, sk] = (now, found)
        return found

    # What operators read, as it is now.

    def read_account(self, name: str) -> Stored[Account]:
        """Raises NotFound."""
        return self._read(f"A#{name}", ITEM, _account, f"there is no account {name}")

    def read_tenant(self, tenant: str) -> Stored[Tenant]:
        """Raises NotFound."""
        return self._read(f"T#{tenant}", ITEM, _tenant, f"there is no tenant {tenant}")

    def read_route(self, tenant: str, channel: Channel) -> Stored[tuple[str, ...]]:
        """The route; empty and of version 0 when there is none."""
        item = self._table.get(f"T#{tenant}", f"route#{channel}")
        return Stored(_route(item), item["version"]) if item else Stored((), 0)

    def read_key(self, prefix: str) -> Stored[Key]:
        """Raises NotFound."""
        return self._read(f"Y#{prefix}", ITEM, _key, f"there is no key {prefix}")

    def _read[T](self, pk: str, sk: str, read: Callable[[Item], T], absent: str) -> Stored[T]:
        item = self._table.get(pk, sk)
        if item is None:
            raise NotFound(absent)
        return Stored(read(item), item["version"])

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        return self._all("A", self._entries("L#account"), _account)

    def tenants(self) -> list[Tenant]:
        """All tenants, by id."""
        return self._all("T", self._entries("L#tenant"), _tenant)

    def keys(self, tenant: str) -> list[Key]:
        """The tenant's keys, revoked ones included, by prefix."""
        prefixes = [entry["sk"].removeprefix("key#") for entry in self._under(f"T#{tenant}", "key#")]
        return self._all("Y", prefixes, _key)

    def routes(self, tenant: str) -> Mapping[Channel, tuple[str, ...]]:
        """The tenant's routes by channel."""
        items = self._under(f"T#{tenant}", "route#")
        return {Channel(item["sk"].removeprefix("route#")): _route(item) for item in items}

    def _all[T](self, kind: str, names: list[str], read: Callable[[Item], T]) -> list[T]:
        items = self._table.get_many((f"{kind}#{name}", ITEM) for name in names)
        return [read(items[key]) for name in names if (key := (f"{kind}#{name}", ITEM)) in items]

    def _entries(self, pk: str) -> list[str]:
        return [item["sk"] for item in self._under(pk, "")]

    def _under(self, pk: str, start: str) -> list[Item]:
        """Every item of a partition whose sort key starts so."""
        condition, values = "pk = :pk", {"pk": pk}
        if start:
            condition, values = f"{condition} AND begins_with(sk, :start)", {**values, "start": start}
        page = self._table.query(condition, values)
        items = page.items
        while page.next:
            page = self._table.query(condition, values, start=page.next)
            items += page.items
        return items

    # What operators write.

    def add_account(self, account: Account) -> None:
        """Raises Conflict when the name is taken."""
        self._table.put({"pk": "L#account", "sk": account.name})
        self._write(_account_item(account), 0, f"there is an account {account.name} already")

    def change_account(self, account: Account, seen: int) -> None:
        """Write the account over the version seen. Raises Conflict when somebody else was faster."""
        self._write(_account_item(account), seen, f"account {account.name} was changed by somebody else meanwhile")

    def remove_account(self, name: str) -> None:
        """Forget the account, with its breaker, rate and token; it need not exist."""
        for item in self._under(f"A#{name}", ""):
            self._table.delete(item["pk"], item["sk"])
        self._table.delete("L#account", name)
        self._forget(f"A#{name}", ITEM)

    def add_tenant(self, tenant: Tenant) -> None:
        """Raises Conflict when there is one of this id."""
        self._table.put({"pk": "L#tenant", "sk": tenant.id})
        self._write(_tenant_item(tenant), 0, f"there is a tenant {tenant.id} already")

    def change_tenant(self, tenant: Tenant, seen: int) -> None:
        """Write the tenant over the version seen. Raises Conflict when somebody else was faster."""
        self._write(_tenant_item(tenant), seen, f"tenant {tenant.id} was changed by somebody else meanwhile")

    def content(self, tenant: str) -> Retention:
        """What is kept of a tenant's messages, up to a minute old as all that workers read; all of a stranger's."""
        found = self.tenant(base_of(tenant))
        return found.content if found else Retention.KEEP

    def remove_tenant(self, tenant: str) -> None:
        """Forget the tenant and its sandbox, keys first, so nobody can send for it any more; it need not exist."""
        for key in self.keys(tenant):
            self.remove_key(key)
        for item in (*self._under(f"T#{sandbox_of(tenant)}", ""), *self._under(f"T#{tenant}", "")):
            if not item["sk"].startswith("erase#"):  # whoever asked to be erased is
                self._table.delete(item["pk"], item["sk"])
            self._forget(item["pk"], item["sk"])
        self._table.delete("L#tenant", tenant)

    def set_route(self, tenant: str, channel: Channel, accounts: tuple[str, ...], seen: int) -> None:
        """Write the route over the version seen, 0 for none. Raises Conflict when somebody else was faster."""
        item = {"pk": f"T#{tenant}", "sk": f"route#{channel}", "accounts": list(accounts)}
        self._write(item, seen, f"the route {channel} of {tenant} was changed by somebody else meanwhile")

    def remove_route(self, tenant: str, channel: Channel) -> None:
        """The tenant then names the account in each message; the route need not exist."""
        self._table.delete(f"T#{tenant}", f"route#{channel}")
        self._forget(f"T#{tenant}", f"route#{channel}")

    def add_key(self, key: Key) -> None:
        """Raises Conflict when the prefix is taken, which is to be answered with another key."""
        self._table.put({"pk": f"T#{key.tenant}", "sk": f"key#{key.prefix}"})
        self._write(_key_item(key), 0, f"there is a key {key.prefix} already")

    def change_key(self, key: Key, seen: int) -> None:
        """Write the key over the version seen. Raises Conflict when somebody else was faster."""
        self._write(_key_item(key), seen, f"key {key.prefix} was changed by somebody else meanwhile")

    def remove_key(self, key: Key) -> None:
        """Forget the key altogether; a revoked one stays in the list instead. It need not exist."""
        self._table.delete(f"Y#{key.prefix}")
        self._table.delete(f"T#{key.tenant}", f"key#{key.prefix}")
        self._forget(f"Y#{key.prefix}", ITEM)

    def _write(self, item: Mapping[str, object], seen: int, refusal: str) -> None:
        """Put the item as the version after the one seen; 0: there must be none."""
        condition, values = ("#version = :seen", {"seen": seen}) if seen else ("attribute_not_exists(pk)", None)
        try:
            self._table.put({**item, "version": seen + 1}, condition=condition, values=values)
        except ConditionFailed as error:
            raise Conflict(refusal) from error
        self._forget(str(item["pk"]), str(item["sk"]))

    def _forget(self, pk: str, sk: str) -> None:
        self._cache.pop((pk, sk), None)


# Items.


def _account_item(account: Account) -> Item:
    item = asdict(account)
    name = item.pop("name")
    return {"pk": f"A#{name}", "sk": ITEM, **item}


def _account(item: Item) -> Account:
    return Account(
        name=item["pk"].removeprefix("A#"),
        provider=item["provider"],
        tenants=tuple(item["tenants"]),
        settings=item["settings"],
        senders=tuple(Sender(one["id"], Channel(one["channel"]), one["tenant"]) for one in item["senders"]),
        limits=Limits(**item["limits"]),
        epochs=tuple(item["epochs"]),
        webhook_base=item.get("webhook_base"),
        disabled=item["disabled"],
    )


def _tenant_item(tenant: Tenant) -> Item:
    item = asdict(tenant)
    if tenant.content is Retention.KEEP:
        item.pop("content")
    return {"pk": f"T#{item.pop('id')}", "sk": ITEM, **item}


def _tenant(item: Item) -> Tenant:
    return Tenant(
        item["pk"].removeprefix("T#"),
        item["title"],
        item["created"],
        TenantLimits(**item.get("limits", {})),
        Retention(item.get("content", Retention.KEEP)),
    )


def _route(item: Item) -> tuple[str, ...]:
    return tuple(item["accounts"])


def _key_item(key: Key) -> Item:
    item = asdict(key)
    prefix = item.pop("prefix")
    return {"pk": f"Y#{prefix}", "sk": ITEM, **item, "scopes": sorted(key.scopes)}


def _key(item: Item) -> Key:
    return Key(
        prefix=item["pk"].removeprefix("Y#"),
        tenant=item["tenant"],
        hash=item["hash"],
        scopes=frozenset(item["scopes"]),
        not_after=item.get("not_after"),
        revoked=item["revoked"],
        test=item["test"],
        name=item["name"],
        created=item["created"],
    )
