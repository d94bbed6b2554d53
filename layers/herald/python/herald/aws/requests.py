"""
Requests of many recipients: a header, and chunks that hold content once and recipients with their variables.

    M#<id> / .         tenant, account, fingerprint, state, open (chunks not yet worked through), one due row
    M#<id> / K#<000>   body, recipients

All of it is accepted in one transaction. The header alone carries the watchdog, so a chunk of 300 kB is
never rewritten; a chunk that is done leaves `open`, and the last one takes the watchdog with it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.table import ITEM, Change, ConditionFailed, Table
from herald.status import State

MAX_CHUNK = 300_000
"""Bytes of recipients in one chunk; an item may hold 400 kB."""


def chunk_key(number: int) -> str:
    """The sort key of a chunk."""
    return f"K#{number:03}"


class Requests:
    """Headers and chunks."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def insert(self, header: Mapping[str, object], chunks: Sequence[Mapping[str, object]]) -> None:
        """Accept all or nothing. Raises ConditionFailed with the header that has this id already."""
        self._table.insert_all([header, *chunks])

    def get(self, request_id: str) -> Item | None:
        """The header, or None when there is none or the id is a message's."""
        item = self._table.get(keys.message(request_id))
        return item if item and keys.is_request(item) else None

    def chunk(self, request_id: str, chunk: str) -> Item | None:
        """One chunk, whole."""
        return self._table.get(keys.message(request_id), chunk)

    def with_chunk(self, request_id: str, chunk: str) -> tuple[Item | None, Item | None]:
        """Header and chunk in one read."""
        pk = keys.message(request_id)
        found = self._table.get_many([(pk, ITEM), (pk, chunk)])
        return found.get((pk, ITEM)), found.get((pk, chunk))

    def chunk_done(self, header: Item, chunk: str) -> None:
        """This chunk is worked through. With the last one the watchdog goes."""
        change = Change(
            "DELETE #open :chunk",
            {"chunk": {chunk}, "name": chunk},
            "contains(#open, :name)",
        )
        try:
            left = self._table.update(header["pk"], ITEM, change)
        except ConditionFailed:
            return
        if not left.get("open"):
            done = Change("REMOVE #lp, #ls", {}, "attribute_not_exists(#open)")
            self._table.update(header["pk"], ITEM, done)

    def cancel(self, header: Item) -> Item:
        """Stop what has not been claimed yet. Raises ConditionFailed when there is nothing left to stop."""
        values: dict[str, Any] = {"cancelled": State.CANCELLED, "accepted": State.ACCEPTED}
        change = Change(
            "SET #state = :cancelled REMOVE #lp, #ls", values, "#state = :accepted AND attribute_exists(#open)"
        )
        return self._table.update(header["pk"], ITEM, change)

    def expire(self, header: Item) -> None:
        """What has not been claimed by now never will be."""
        change = Change(
            "SET #state = :expired REMOVE #lp, #ls",
            {"expired": State.EXPIRED, "accepted": State.ACCEPTED},
            "#state = :accepted",
        )
        try:
            self._table.update(header["pk"], ITEM, change)
        except ConditionFailed:
            return
