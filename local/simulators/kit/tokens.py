"""
Access tokens: issued, aged, forgotten.
"""

import time
from typing import NamedTuple

_KEPT = 10_000


class Token(NamedTuple):
    """`expires` is on the monotonic clock, so a test can make all tokens expire by dropping them."""

    client: str
    scopes: frozenset[str]
    expires: float


class Tokens:
    """The live tokens, bounded; the oldest goes first."""

    def __init__(self) -> None:
        self._live: dict[str, Token] = {}

    def issue(self, value: str, client: str, seconds: float, scopes: frozenset[str] = frozenset()) -> None:
        """Let this value, which the simulator made in its provider's form, live for so long."""
        self._live[value] = Token(client, scopes, time.monotonic() + seconds)
        while len(self._live) > _KEPT:
            del self._live[next(iter(self._live))]

    def find(self, value: str) -> Token | None:
        """The token, unless it is unknown or over."""
        token = self._live.get(value)
        return token if token and time.monotonic() < token.expires else None

    def expire_all(self) -> int:
        count = len(self._live)
        self._live.clear()
        return count
