"""
OAuth2 access tokens: issued, aged, forgotten.
"""

import base64
import json
import secrets
import time
from typing import NamedTuple

_KEPT = 10_000


class Token(NamedTuple):
    """`expires` is on the monotonic clock, so a test can make all tokens expire by dropping them."""

    client: str
    scopes: frozenset[str]
    expires: float


def _new_value(client: str) -> str:
    """Begins like the documents' sample, `eyJhbGciO`, that is, like a JWT; it must be taken as opaque."""

    def part(document: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode().rstrip("=")

    head, body = {"alg": "HS256", "typ": "JWT"}, {"sub": client, "jti": secrets.token_hex(8)}
    return f"{part(head)}.{part(body)}.{secrets.token_urlsafe(32)}"


class Tokens:
    """The live tokens, bounded; the oldest goes first."""

    def __init__(self) -> None:
        self._live: dict[str, Token] = {}

    def issue(self, client: str, scopes: frozenset[str], seconds: float) -> str:
        value = _new_value(client)
        self._live[value] = Token(client, scopes, time.monotonic() + seconds)
        while len(self._live) > _KEPT:
            del self._live[next(iter(self._live))]
        return value

    def find(self, value: str) -> Token | None:
        """The token, unless it is unknown or over."""
        token = self._live.get(value)
        return token if token and time.monotonic() < token.expires else None

    def expire_all(self) -> int:
        count = len(self._live)
        self._live.clear()
        return count
