"""
What an operator does to a deployed Herald, one function a deed.

Whatever is refused is refused before anything is written, as Refused or as the registry's Conflict and NotFound.
Repeating a deed with the same arguments changes nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from pydantic import JsonValue, TypeAdapter, ValidationError

from cli.form import checked
from cli.gateway import Gateway, Refused
from herald import polling
from herald.authenticating import USUAL, Scope, new_key
from herald.aws.bucket import Label
from herald.aws.erasures import Erasure
from herald.aws.queues import Record
from herald.aws.registry import Key, Tenant, TenantLimits
from herald.errors import ConfigurationError, NotFound
from herald.keeping import LIST
from herald.models import NAME, Account, Address, Channel, Limits, Sender
from herald.provider import Provider, adapter_class
from herald.questions import Named
from herald.retention import Retention
from herald.tenancy import base_of
from herald.webhook_address import address

DAY = 86_400_000
"""Milliseconds."""

LOOK_AGAIN = 5
"""Seconds between two looks at an erasure that is waited for."""

MAX_ADDRESSES = 10


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; `text` is the key itself, which nobody can show again."""

    text: str
    key: Key


# Tenants and their keys.


def create_tenant(gateway: Gateway, tenant: str, title: str = "", content: Retention = Retention.KEEP) -> Tenant:
    """A tenant; the one there is when it has this id already. Raises Refused for an id that cannot be one."""
    try:
        return gateway.registry.read_tenant(tenant).value
    except NotFound:
        if not re.fullmatch(NAME, tenant):
            raise Refused("a tenant is named by 2 to 40 lower-case letters, digits and hyphens") from None
        new = Tenant(tenant, title, gateway.clock(), content=content)
        gateway.registry.add_tenant(new)
        return new


@dataclass(frozen=True, slots=True)
class TenantChange:
    """What to change about a tenant; None leaves a part as it is. What it keeps counts for what comes from then on."""

    title: str | None = None
    content: Retention | None = None
    per_minute: int | None = None
    per_day: int | None = None
    unlimited: bool = False


def change_tenant(gateway: Gateway, tenant: str, change: TenantChange) -> Tenant:
    """Change parts of a tenant. Raises NotFound, Conflict."""
    found = gateway.registry.read_tenant(tenant)
    held = TenantLimits() if change.unlimited else found.value.limits
    new = replace(
        found.value,
        title=_or(change.title, found.value.title),
        content=_or(change.content, found.value.content),
        limits=TenantLimits(_or(change.per_minute, held.per_minute), _or(change.per_day, held.per_day)),
    )
    if new != found.value:
        gateway.registry.change_tenant(new, found.version)
    return new


def remove_tenant(gateway: Gateway, tenant: str) -> None:
    """Remove a tenant with its keys and routes. Raises Refused while an account belongs to it."""
    owned = [account.name for account in gateway.registry.accounts() if tenant in account.tenants]
    if owned:
        raise Refused(f"tenant {tenant} still has accounts: {', '.join(owned)}", hint="remove or reassign them first")
    gateway.registry.remove_tenant(tenant)


def create_key(  # noqa: PLR0913 - the facts of a key
    gateway: Gateway,
    tenant: str,
    scopes: Iterable[Scope] = USUAL,
    *,
    name: str = "",
    days: int | None = None,
    test: bool = False,
) -> NewKey:
    """A new key of the tenant; it ends after so many days, None: never. Raises NotFound without the tenant."""
    gateway.registry.read_tenant(tenant)
    created = gateway.clock()
    not_after = None if days is None else created + days * DAY
    text, key = new_key(tenant, scopes, created=created, name=name, not_after=not_after, test=test)
    gateway.registry.add_key(key)
    return NewKey(text, key)


def rotate_key(gateway: Gateway, prefix: str, overlap: int = DAY) -> NewKey:
    """A new key like this one, which itself ends after the overlap (ms). Raises NotFound, Refused for a dead key."""
    old = gateway.registry.read_key(prefix)
    key, now = old.value, gateway.clock()
    if key.revoked or (key.not_after is not None and key.not_after <= now):
        raise Refused(f"key {prefix} is not valid any more", hint="create a new one")
    life = None if key.not_after is None else key.not_after - key.created
    text, new = new_key(
        key.tenant,
        map(Scope, sorted(key.scopes)),
        created=now,
        name=key.name,
        not_after=None if life is None else now + life,
        test=key.test,
    )
    gateway.registry.add_key(new)
    ends = now + overlap if key.not_after is None else min(now + overlap, key.not_after)
    gateway.registry.change_key(replace(key, not_after=ends), old.version)
    return NewKey(text, new)


def revoke_key(gateway: Gateway, prefix: str) -> Key:
    """End a key; every worker knows within a minute. Raises NotFound."""
    found = gateway.registry.read_key(prefix)
    revoked = replace(found.value, revoked=True)
    if revoked != found.value:
        gateway.registry.change_key(revoked, found.version)
    return revoked


# Those who want to be forgotten.


def erase(gateway: Gateway, tenant: str, addresses: Sequence[str], *, wait: bool) -> Erasure:
    """Have the clock erase somebody, known by up to ten addresses. Raises NotFound without the tenant, or Refused."""
    gateway.registry.read_tenant(base_of(tenant))
    if not 1 <= len(addresses) <= MAX_ADDRESSES:
        raise Refused(f"give 1 to {MAX_ADDRESSES} addresses of one person")
    erasure = gateway.erasures.start(tenant, [str(_address(text)) for text in addresses], gateway.clock())
    while wait and erasure.done is None:
        gateway.sleep(LOOK_AGAIN)
        erasure = gateway.erasures.read(tenant, erasure.id)
    return erasure


def _address(text: str) -> Address:
    try:
        return TypeAdapter[Address](Named).validate_python(text)
    except ValidationError as error:
        raise Refused("this is no address", hint="+43… for a phone number, type:value for anything else") from error


# Accounts.


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What to change about an account; None leaves a part as it is. `settings` are added, `unset` removed."""

    tenants: Sequence[str] | None = None
    senders: Sequence[Sender] | None = None
    settings: Mapping[str, JsonValue] | None = None
    unset: Sequence[str] = ()
    rate: float | None = None
    batch: int | None = None
    unlimited: bool = False
    webhook_base: str | None = None
    disabled: bool | None = None


def adapter_of(provider: str) -> type[Provider]:
    """The provider's adapter. Raises Refused when there is none of this name."""
    try:
        return adapter_class(provider)
    except ConfigurationError as error:
        raise Refused(error.detail) from error


def add_account(gateway: Gateway, account: Account, credentials: Mapping[str, str]) -> Account:
    """
    A provider account with its credentials; the one there is when it is the same already.

    Raises InvalidMessage, Refused, or Conflict when the name stands for another account.
    """
    new = _sound(gateway, replace(account, webhook_base=account.webhook_base or gateway.api_url))
    _check_credentials(new, credentials)
    try:
        held = gateway.registry.read_account(new.name).value
    except NotFound:
        gateway.write_credentials(new.name, credentials)
        gateway.registry.add_account(new)
        polling.start(gateway.polls, new, gateway.clock())
        return new
    if replace(held, epochs=new.epochs) != new:
        raise Refused(f"there is an account {new.name} already", hint=f"herald accounts set {new.name} … changes it")
    gateway.write_credentials(new.name, credentials)
    polling.start(gateway.polls, held, gateway.clock())
    return held


def change_account(gateway: Gateway, name: str, change: AccountChange) -> Account:
    """Change parts of an account. Raises NotFound, InvalidMessage, Refused, or Conflict when others change it too."""
    found = gateway.registry.read_account(name)
    account = found.value
    settings = {**account.settings, **(change.settings or {})}
    limits = Limits() if change.unlimited else account.limits
    new = replace(
        account,
        tenants=account.tenants if change.tenants is None else tuple(change.tenants),
        senders=account.senders if change.senders is None else tuple(change.senders),
        settings={key: value for key, value in settings.items() if key not in change.unset},
        limits=Limits(_or(change.rate, limits.rate), _or(change.batch, limits.batch)),
        webhook_base=change.webhook_base or account.webhook_base,
        disabled=account.disabled if change.disabled is None else change.disabled,
    )
    new = _sound(gateway, new)
    if new != account:
        gateway.registry.change_account(new, found.version)
    return new


def set_credentials(gateway: Gateway, name: str, credentials: Mapping[str, str]) -> None:
    """Replace an account's credentials; whoever is refused with the old ones reads them at once."""
    account = gateway.registry.read_account(name).value
    _check_credentials(account, credentials)
    gateway.write_credentials(name, credentials)


def rotate_webhook(gateway: Gateway, name: str, *, finish: bool = False) -> Account:
    """New webhook addresses; the last ones stay valid beside them until the next rotation, or until `finish`."""
    found = gateway.registry.read_account(name)
    newest = max(found.value.epochs)
    new = replace(found.value, epochs=(newest,) if finish else (newest, newest + 1))
    if new != found.value:
        gateway.registry.change_account(new, found.version)
    return new


def remove_account(gateway: Gateway, name: str) -> None:
    """Remove an account and its credentials. Raises Refused while a route leads to it."""
    for tenant in gateway.registry.tenants():
        for channel, names in gateway.registry.routes(tenant.id).items():
            if name in names:
                raise Refused(f"the route {channel} of tenant {tenant.id} leads to account {name}")
    gateway.registry.remove_account(name)
    gateway.remove_credentials(name)


def webhooks(gateway: Gateway, name: str) -> Mapping[int, Mapping[str, str]]:
    """The account's webhook addresses by epoch and kind, the newest epoch last. Raises NotFound."""
    account = gateway.registry.read_account(name).value
    kinds, key = adapter_of(account.provider).webhooks, gateway.signing_key()
    base = account.webhook_base or gateway.api_url
    return {epoch: {kind: address(base, name, epoch, kind, key) for kind in kinds} for epoch in sorted(account.epochs)}


def _or[T](given: T | None, held: T) -> T:
    return held if given is None else given


def _sound(gateway: Gateway, account: Account) -> Account:
    """The account, checked in form and against what there is."""
    account = checked(asdict(account))
    channels = adapter_of(account.provider).channels
    for tenant in account.tenants:
        gateway.registry.read_tenant(tenant)
    for sender in account.senders:
        if sender.channel not in channels:
            raise Refused(f"{account.provider} has no {sender.channel}", hint=f"it has {', '.join(sorted(channels))}")
        if sender.tenant and sender.tenant not in account.tenants:
            raise Refused(f"sender {sender.id} names tenant {sender.tenant}, which the account does not belong to")
    return account


def _check_credentials(account: Account, credentials: Mapping[str, str]) -> None:
    known = adapter_of(account.provider).secret_names
    unknown = sorted(set(credentials) - set(known))
    if unknown or not credentials:
        said = f"knows no secret {', '.join(unknown)}" if unknown else "needs credentials"
        raise Refused(f"{account.provider} {said}", hint=f"its secrets are {', '.join(known)}")


# Routes.


def set_route(gateway: Gateway, tenant: str, channel: Channel, accounts: Sequence[str]) -> tuple[str, ...]:
    """Which accounts carry a channel for a tenant, the first choice first. Raises NotFound or Refused."""
    gateway.registry.read_tenant(tenant)
    wanted = tuple(dict.fromkeys(accounts))
    for name in wanted:
        account = gateway.registry.read_account(name).value
        if tenant not in account.tenants:
            raise Refused(f"account {name} does not belong to tenant {tenant}")
        if channel not in adapter_of(account.provider).channels:
            raise Refused(f"account {name} has no {channel}")
    found = gateway.registry.read_route(tenant, channel)
    if found.value != wanted:
        gateway.registry.set_route(tenant, channel, wanted, found.version)
    return wanted


# Webhooks in quarantine.


def quarantined(gateway: Gateway, account: str | None = None, reason: str | None = None) -> Iterator[tuple[str, Label]]:
    """Keys of what lies in quarantine, the oldest day of an account first, and what is known of it."""
    for key in gateway.bucket.quarantined(account):
        label = gateway.bucket.quarantined_label(key)
        if reason in (None, label.reason):
            yield key, label


def replay(gateway: Gateway, key: str) -> None:
    """
    Have a webhook in quarantine worked through again, say after an adapter was mended.

    What was not verified when it came will be then. It stays in quarantine until its time is over. Raises Refused for
    an entry of a list.
    """
    _, label = read_quarantine(gateway, key)
    if label.kind.startswith(LIST):
        raise Refused(f"{key} is an entry of a list, only webhooks can be replayed")
    _replay(gateway, key, label)


def replay_all(gateway: Gateway, account: str | None = None, reason: str | None = None) -> Mapping[str, int]:
    """As `replay` with all of it, what is kept under several days once; how many, and how many that is not for."""
    counts = {"replayed": 0, "of_lists": 0}
    found = quarantined(gateway, account, reason)
    chosen = {(key.split("/")[1], key.rpartition("/")[2]): (key, label) for key, label in found}
    for key, label in chosen.values():
        if label.kind.startswith(LIST):
            counts["of_lists"] += 1
        else:
            _replay(gateway, key, label)
            counts["replayed"] += 1
    return counts


def _replay(gateway: Gateway, key: str, label: Label) -> None:
    """The queue is told where it lies: a body may be larger than a record, and is erased with whom it names."""
    record = {
        "account": key.split("/")[1],
        "kind": label.kind,
        "receipt": key.rpartition("/")[2],
        "verified": label.verified,
        "headers": dict(label.headers),
        "kept": key,
    }
    gateway.queues.put(gateway.spill_queue, [Record(record)])


def read_quarantine(gateway: Gateway, key: str) -> tuple[bytes, Label]:
    """The raw body of a webhook in quarantine, and what is known of it. Raises NotFound."""
    if key not in gateway.bucket.quarantined(key.removeprefix("quarantine/").partition("/")[0] or None):
        raise NotFound(f"there is no {key} in quarantine")
    return gateway.bucket.quarantined_body(key)
