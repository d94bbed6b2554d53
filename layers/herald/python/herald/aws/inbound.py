"""
Inbound messages in the table.

    N#<digest of account and event id> / .   where the provider gives an id: a repeat is the same item
    N#<digest of the call that told> / .     where it gives none: both are kept, the second is flagged
    G#<digest of what was said> / <window>   who said just this first, and when it was said last in this window

An inbound message with media is announced when its media is here, or after a while as it is: `announced` says when.
"""

from collections.abc import Mapping
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.table import ITEM, Change, ConditionFailed, Table
from herald.errors import Unavailable
from herald.retention import emptied

SAME_WINDOW = 600_000
"""Milliseconds within which the same text from the same person may be a repeat of the provider's."""

DUE = "empty"
"""What an inbound message is due for whose content is not kept."""

SETTLED = 120_000
"""Milliseconds after which no worker lives that knows what an inbound message said, or brings its media."""

_GROUP_LIFE = 86_400
_UNTIL_DELETED = frozenset(
    {"pk", "sk", "tenant", "account", "channel", "created", "media", "tp", "ts", "pp", "ttl", "gone"}
)
"""What stays of an inbound message that is being erased."""

_STILL_TOLD = "attribute_exists(pk) AND attribute_not_exists(#gone)"


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

    def insert_flagged(self, item: Item, group: str, now: int) -> bool:
        """
        Keep an inbound message without an id of the provider's; False when this very one is here already.

        When the same was said within SAME_WINDOW it is flagged: `duplicate_of` is then the inbound id of the first.
        The first and the note that it was said are one write, so nothing is ever flagged for what was not kept.
        """
        first = self._first_to_say(group, now)
        if first is None:
            try:
                self._table.insert_all([item, _said(group, keys.id_of(item), now)])
            except ConditionFailed:
                return False
            except Unavailable:
                # The table refuses, or somebody has said the same in this very moment.
                first = self._first_to_say(group, now)
                if first is None:
                    raise
            else:
                return True
        # Each repeat prolongs the group: a provider that repeats for hours stays one group.
        self._table.put(_said(group, first, now))
        return self.insert({**item, "duplicate_of": first})

    def _first_to_say(self, group: str, now: int) -> str | None:
        """The inbound id of the first of a group of equal messages that is still open."""
        for window in (_window(now), _window(now) - 1):
            said = self._table.get(f"G#{group}", str(window))
            if said and now - said["last"] <= SAME_WINDOW:
                return str(said["first"])
        return None

    def get(self, inbound_id: str) -> Item | None:
        """The inbound message, or None."""
        return self._table.get(keys.inbound(inbound_id))

    def get_many(self, inbound_ids: list[str]) -> dict[str, Item]:
        """Those that exist, by id."""
        found = self._table.get_many((keys.inbound(inbound_id), ITEM) for inbound_id in inbound_ids)
        return {pk.removeprefix("N#"): item for (pk, _), item in found.items()}

    def set_media(self, inbound_id: str, position: int, media: Mapping[str, Any]) -> Item:
        """What became of the media at this position. Raises ConditionFailed when message or content is gone."""
        change = Change(f"SET #media[{position}] = :media", {"media": dict(media)}, _STILL_TOLD)
        return self._table.update(keys.inbound(inbound_id), ITEM, change)

    def announce(self, inbound_id: str, now: int) -> None:
        """Let `message.received` go out with the media in whatever state it is, unless it went out already."""
        change = Change("SET #announced = if_not_exists(#announced, :now)", {"now": now}, _STILL_TOLD)
        try:
            self._table.update(keys.inbound(inbound_id), ITEM, change)
        except ConditionFailed:
            return

    def empty(self, item: Item, now: int) -> None:
        """
        Take away what the message says, unless that is gone.

        Its media stay named, and it stays due, until no worker can bring any.
        """
        sets = {**emptied(item), "gone": now}
        done = ", #lp, #ls"
        if item.get("media"):
            sets["ls"], done = keys.due(now + SETTLED, DUE), ""
        assigned = ", ".join(f"#{name} = :{name}" for name in sets)
        self._change(item, Change(f"SET {assigned} REMOVE #content, #name{done}", sets, _STILL_TOLD))

    def forget_media(self, item: Item) -> None:
        """The media of an emptied message are gone too: nothing is due any more."""
        self._change(item, Change("REMOVE #media, #lp, #ls", {}, "attribute_exists(#gone)"))

    def erase(self, item: Item, now: int) -> None:
        """Take away all but where it stands and the names of its media, which some worker may still bring."""
        names = ", ".join(f"#{name}" for name in item if name not in _UNTIL_DELETED)
        self._change(item, Change(f"SET #gone = :now REMOVE {names}", {"now": now}, "attribute_exists(pk)"))

    def delete(self, item: Item) -> None:
        """Remove it altogether; it need not exist."""
        self._table.delete(item["pk"])

    def _change(self, item: Item, change: Change) -> None:
        try:
            self._table.update(item["pk"], ITEM, change)
        except ConditionFailed:
            return


def _window(now: int) -> int:
    """Time in pieces of SAME_WINDOW: whatever was said within it lies in this piece or in the one before."""
    return now // SAME_WINDOW


def _said(group: str, first: str, now: int) -> Item:
    return {
        "pk": f"G#{group}",
        "sk": str(_window(now)),
        "first": first,
        "last": now,
        "ttl": now // 1000 + _GROUP_LIFE,
    }
