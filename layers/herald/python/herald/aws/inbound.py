"""
Inbound messages in the table.

    N#<digest of account and event id> / .   where the provider gives an id: a repeat is the same item
    N#<random> / .                           where it gives none: both are kept, the second is flagged
    G#<digest of what was said> / .          the last time somebody said just this, for flagging

An inbound message with media is announced when its media is here, or after a while as it is: `announced` says when.
"""

from collections.abc import Mapping
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.table import ITEM, Change, ConditionFailed, Table

SAME_WINDOW = 600_000
"""Milliseconds within which the same text from the same person may be a repeat of the provider's."""


class Inbounds:
    """Inbound messages by id."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def insert(self, item: Mapping[str, object]) -> bool:
        """Keep an inbound message; False when this very one is here already."""
        try:
            self._table.insert(item)
        except ConditionFailed:
            return False
        return True

    def said_before(self, group: str, inbound_id: str, now: int, ttl: int) -> str | None:
        """
        The inbound id of the first of a group of equal messages within SAME_WINDOW; None when this is the first.

        Each one that is the same prolongs the group, so a provider that repeats for hours stays one group.
        """
        change = Change(
            "SET #last = :now, #first = if_not_exists(#first, :id), #ttl = :ttl",
            {"now": now, "id": inbound_id, "ttl": ttl},
        )
        fresh = Change(
            "SET #last = :now, #first = :id, #ttl = :ttl",
            {"now": now, "id": inbound_id, "ttl": ttl, "then": now - SAME_WINDOW},
            "attribute_not_exists(#last) OR #last < :then",
        )
        pk = f"G#{group}"
        try:
            self._table.update(pk, ITEM, fresh)
        except ConditionFailed:
            first = str(self._table.update(pk, ITEM, change)["first"])
            return None if first == inbound_id else first
        return None

    def get(self, inbound_id: str) -> Item | None:
        """The inbound message, or None."""
        return self._table.get(keys.inbound(inbound_id))

    def get_many(self, inbound_ids: list[str]) -> dict[str, Item]:
        """Those that exist, by id."""
        found = self._table.get_many((keys.inbound(inbound_id), ITEM) for inbound_id in inbound_ids)
        return {pk.removeprefix("N#"): item for (pk, _), item in found.items()}

    def set_media(self, inbound_id: str, position: int, media: Mapping[str, Any]) -> Item:
        """What became of the media at this position. Raises ConditionFailed when the message is gone."""
        change = Change(f"SET #media[{position}] = :media", {"media": dict(media)}, "attribute_exists(pk)")
        return self._table.update(keys.inbound(inbound_id), ITEM, change)

    def announce(self, inbound_id: str, now: int) -> None:
        """Let `message.received` go out with the media in whatever state it is, unless it went out already."""
        change = Change("SET #announced = if_not_exists(#announced, :now)", {"now": now}, "attribute_exists(pk)")
        try:
            self._table.update(keys.inbound(inbound_id), ITEM, change)
        except ConditionFailed:
            return
