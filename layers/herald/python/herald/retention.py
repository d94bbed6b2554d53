"""
What is kept of messages once nobody needs their content any more, by their tenant's wish.

    keep      everything, until its time is over
    redact    what a message says goes with the write that ends it
    discard   the same, and of the address only its end stays; lists by recipient find it by a keyed hash

The wish is fixed when a message comes (`hide` on its item, absent for `keep`). What people write says what it said for
INBOUND_LIFE.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from herald.status import OVER, State

INBOUND_LIFE = 86_400_000 - 600_000
"""Milliseconds that inbound content is kept and shown: a day, less the minutes that removing it may take."""

_DAY = 86_400
_SHOWN = 3
_LONG_ENOUGH = 8

type Item = Mapping[str, Any]


class Retention(StrEnum):
    """A tenant's wish."""

    KEEP = "keep"
    REDACT = "redact"
    DISCARD = "discard"

    @property
    def mark(self) -> str | None:
        """What stands on an item; nothing for what is kept."""
        return None if self is Retention.KEEP else str(self)


def end_of(address: str) -> str:
    """What is shown of an address that is not kept: its last three characters, none of a short one."""
    return address[-_SHOWN:] if len(address) >= _LONG_ENOUGH else ""


def is_hidden(item: Item) -> bool:
    """Whether a message has ended and its content is not kept."""
    return "hide" in item and State(item["state"]) in OVER


def left_out(item: Item, state: State) -> tuple[dict[str, object], list[str]]:
    """What a write that brings this message to a state sets and removes besides, so that nothing is kept too long."""
    if "hide" not in item or state not in OVER:
        return {}, []
    return _addresses(item, "to"), ["body", "beside"]


def as_ended(item: Item) -> dict[str, Any]:
    """A row as it is first written, when that is its end already."""
    return {**item, **_addresses(item, "to")} if is_hidden(item) else {**item}


def _addresses(item: Item, name: str) -> dict[str, object]:
    """What is kept of the address in place of it."""
    return {name: end_of(item[name])} if item["hide"] == Retention.DISCARD and name in item else {}


def content_ttl(item: Item) -> int:
    """Until when (s) a body beside its message may lie there at most, should the worker die that was to empty it."""
    kept: int = item["ttl"]
    return min(kept, item["expires"] // 1000 + _DAY) if "hide" in item else kept


def is_erased(item: Item) -> bool:
    """Whether an inbound message is being erased with its sender: what is left of it is nobody's to read."""
    return "gone" in item and "from" not in item


INBOUND_PRIVATE = ("content", "name", "media")
"""What goes of an inbound message when its content does."""


def emptied(item: Item) -> dict[str, object]:
    """What is set on an inbound message when its content goes: of the sender's address, too, only its end stays."""
    return _addresses(item, "from")


def shown(item: dict[str, Any], now: int) -> dict[str, Any]:
    """An inbound message as it may be shown at a time (ms), though its content may not have been removed yet."""
    if "hide" not in item or "gone" in item or now < item["created"] + INBOUND_LIFE:
        return item
    kept = {name: value for name, value in item.items() if name not in INBOUND_PRIVATE}
    return {**kept, **emptied(item), "gone": now}
