"""
Bearer tokens of provider accounts: one table item each, refreshed by one worker at a time.

    A#<account> / token     value, expires (ms), life (ms), version, lease (ms until which somebody is fetching)

Whoever wants to refresh takes the lease by a conditional update on the version it saw. The others go on
with the old token while it is valid, or look again shortly. A refresher that dies frees the lease by time.
"""

from dataclasses import dataclass, replace

from herald.aws.table import Change, ConditionFailed, Table

SORT = "token"


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token with the version of its item; `expires` and its usable `life` in ms. Version 0: there is none yet."""

    value: str
    expires: int
    version: int
    life: int


class Tokens:
    """The token items."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, account: str) -> StoredToken:
        """The item as it is now; version 0 and expired when there is none."""
        item = self._table.get(f"A#{account}", SORT)
        if item is None:
            return StoredToken("", 0, 0, 0)
        return StoredToken(item.get("value", ""), item.get("expires", 0), item["version"], item.get("life", 0))

    def take_lease(self, account: str, seen: StoredToken, now: int, until: int) -> bool:
        """Become the one who refreshes; False when another worker is, or already has."""
        change = Change(
            "SET #lease = :until, #version = if_not_exists(#version, :zero)",
            {"until": until, "zero": 0, "now": now, "seen": seen.version},
            "(attribute_not_exists(#version) OR #version = :seen) AND (attribute_not_exists(#lease) OR #lease < :now)",
        )
        try:
            self._table.update(f"A#{account}", SORT, change)
        except ConditionFailed:
            return False
        return True

    def save(self, account: str, token: StoredToken) -> StoredToken:
        """Store a token fetched after `token.version` was seen, and return the one that stands then."""
        change = Change(
            "SET #value = :value, #expires = :expires, #life = :life, #version = :next REMOVE #lease",
            {
                "value": token.value,
                "expires": token.expires,
                "life": token.life,
                "next": token.version + 1,
                "seen": token.version,
            },
            "attribute_not_exists(#version) OR #version = :seen",
        )
        try:
            self._table.update(f"A#{account}", SORT, change)
        except ConditionFailed:
            return self.read(account)
        return replace(token, version=token.version + 1)

    def drop_lease(self, account: str, seen: StoredToken, until: int) -> None:
        """Give the lease back after a failed refresh, so the next one need not wait for it to end."""
        change = Change("REMOVE #lease", {"seen": seen.version, "until": until}, "#version = :seen AND #lease = :until")
        try:
            self._table.update(f"A#{account}", SORT, change)
        except ConditionFailed:
            return
