"""
Who calls, and what they may do.

    hk_<8 characters, public>_<43 characters, 256 random bits in base64url>     hkt_… for a test key

The public part finds the key; what is kept is a SHA-256 of the whole. A random key of 256 bits cannot be guessed
from its hash, so no slow hash is needed. The tenant comes only from here, never from a body.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from herald.aws.registry import Key, Registry
from herald.errors import Forbidden, Unauthenticated
from herald.identifier import encode
from herald.tenancy import sandbox_of
from herald.web import Call


class Scope(StrEnum):
    """What a key may do."""

    MESSAGES_SEND = "messages:send"
    MESSAGES_READ = "messages:read"
    MEDIA_WRITE = "media:write"
    MEDIA_READ = "media:read"
    ACCOUNTS_READ = "accounts:read"
    ENDPOINTS_READ = "endpoints:read"
    ENDPOINTS_WRITE = "endpoints:write"
    ERASURES_WRITE = "erasures:write"


USUAL: Final = tuple(scope for scope in Scope if scope is not Scope.ERASURES_WRITE)
"""What a key may do when nothing is said of it: all but what cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Principal:
    """
    Who calls: of a test key, `tenant` is the sandbox of its tenant, so what is done with it meets nothing that is live.

    `key_prefix` is the key's public part, empty for a JWT.
    """

    tenant: str
    key_prefix: str
    scopes: frozenset[str]


_PREFIX = 8
_KEY = re.compile(r"(hkt?)_([a-z2-7]{8})_[A-Za-z0-9_-]{43}")
_NOBODY = "0" * 64


def digest(secret: str) -> str:
    """What is kept of a key: SHA-256 of all of it, in hex."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def new_key(  # noqa: PLR0913 - the facts of a key
    tenant: str,
    scopes: Iterable[Scope],
    *,
    created: int,
    name: str = "",
    not_after: int | None = None,
    test: bool = False,
) -> tuple[str, Key]:
    """A new key: the text to hand over, once, and what is kept of it. Times in milliseconds."""
    prefix = encode(secrets.token_bytes(_PREFIX), _PREFIX)
    random = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii").rstrip("=")
    text = f"{'hkt' if test else 'hk'}_{prefix}_{random}"
    kept = Key(
        prefix=prefix,
        tenant=tenant,
        hash=digest(text),
        scopes=frozenset(str(scope) for scope in scopes),
        not_after=not_after,
        test=test,
        name=name,
        created=created,
    )
    return text, kept


class Keys:
    """Checks who calls. `clock` gives milliseconds since 1970."""

    def __init__(self, registry: Registry, clock: Callable[[], int]) -> None:
        self._registry = registry
        self._clock = clock

    def authenticate(self, call: Call, scope: Scope) -> Principal:
        """
        Who calls, when they may do this.

        Where API Gateway has verified a JWT its claims count, otherwise the key. Raises Unauthenticated without
        saying why, Forbidden when the scope is missing.
        """
        principal = self._by_key(call) if call.claims is None else self._by_claims(call.claims)
        if scope not in principal.scopes:
            raise Forbidden(f"this needs the scope {scope}", hint="use a key that has it")
        return principal

    def _by_key(self, call: Call) -> Principal:
        kind, _, given = call.headers.get("authorization", "").strip().partition(" ")
        found = _KEY.fullmatch(given.strip())
        if kind.lower() != "bearer" or found is None:
            raise Unauthenticated("the request carries no API key", hint="authorization: Bearer hk_…")
        key = self._registry.key(found[2])
        # An unknown key is hashed and compared like a known one: the time tells nobody which prefixes exist.
        same = hmac.compare_digest(digest(given.strip()), key.hash if key else _NOBODY)
        if key is None or not same or not self._alive(key):
            raise Unauthenticated("the API key is not valid")
        return Principal(_of(key.tenant, test=key.test), key.prefix, key.scopes)

    def _alive(self, key: Key) -> bool:
        return not key.revoked and (key.not_after is None or self._clock() < key.not_after)

    def _by_claims(self, claims: Mapping[str, str]) -> Principal:
        """The claims `tenant`, `test` and `scope` (or `scp`); API Gateway writes lists as `[a b]`, true as `true`."""
        tenant = self._registry.tenant(claims.get("tenant", ""))
        if tenant is None:
            raise Unauthenticated("the token names no tenant of this gateway")
        scopes = claims.get("scope") or claims.get("scp") or ""
        whose = _of(tenant.id, test=claims.get("test") == "true")
        return Principal(whose, "", frozenset(scopes.strip("[]").replace(",", " ").split()))


def _of(tenant: str, *, test: bool) -> str:
    return sandbox_of(tenant) if test else tenant
