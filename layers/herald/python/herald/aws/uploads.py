"""
What a provider calls our media: one item per account and content, so that bytes travel to it once.

    U#<account>#<sha256> / .     media (the provider's id), since (ms it was given), lease (ms), ttl (s)

One worker takes the lease and uploads; the others look again until the id stands there or the lease is over.
"""

from herald.aws.table import ITEM, Change, ConditionFailed, Table

KEEP = 14 * 86_400_000
"""Milliseconds that a provider's id is trusted; one that forgets sooner says so and is given the bytes again."""

FRESH = 600_000
"""Milliseconds within which a provider that refuses an id means the media, not the id."""


class Uploads:
    """The upload items."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account: str, sha256: str, now: int) -> str | None:
        """The provider's id of this content, None when it has to be uploaded. `now` in ms, as everywhere here."""
        item = self._table.get(_key(account, sha256))
        if item is None or item.get("since", 0) + KEEP <= now:
            return None
        return item.get("media")

    def take_lease(self, account: str, sha256: str, now: int, until: int) -> bool:
        """Become the one who uploads; False while another does, or when it is done."""
        change = Change(
            "SET #lease = :until, #ttl = :ttl",
            {"until": until, "now": now, "old": now - KEEP, "ttl": (now + KEEP) // 1000},
            "(attribute_not_exists(#media) OR #since <= :old) AND (attribute_not_exists(#lease) OR #lease < :now)",
        )
        return self._change(account, sha256, change)

    def save(self, account: str, sha256: str, provider_media_id: str, now: int) -> None:
        """Remember the id, also when the lease was lost meanwhile: every id of this content is as good."""
        change = Change(
            "SET #media = :media, #since = :now, #ttl = :ttl REMOVE #lease",
            {"media": provider_media_id, "now": now, "ttl": (now + KEEP) // 1000},
        )
        self._change(account, sha256, change)

    def drop_lease(self, account: str, sha256: str, until: int) -> None:
        """Give the lease back after an upload that failed, so that the next worker need not wait for its end."""
        self._change(account, sha256, Change("REMOVE #lease", {"until": until}, "#lease = :until"))

    def forget(self, account: str, sha256: str, provider_media_id: str, now: int) -> bool:
        """The provider refuses this id; whether a new one may help. Not when it was given but FRESH ago."""
        change = Change(
            "REMOVE #media, #since",
            {"media": provider_media_id, "old": now - FRESH},
            "#media = :media AND #since <= :old",
        )
        try:
            self._table.update(_key(account, sha256), ITEM, change)
        except ConditionFailed as found:
            return (found.item or {}).get("media") != provider_media_id
        return True

    def _change(self, account: str, sha256: str, change: Change) -> bool:
        try:
            self._table.update(_key(account, sha256), ITEM, change)
        except ConditionFailed:
            return False
        return True


def _key(account: str, sha256: str) -> str:
    return f"U#{account}#{sha256}"
