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

    def empty(self, chunk: Item, recipients: Sequence[Sequence[object]]) -> bool:
        """
        Take content and variables out of a chunk that is worked through; `recipients` as they are to stay.

        False when somebody in it was erased meanwhile: it has to be read again.
        """
        values: dict[str, object] = {"recipients": recipients}
        condition = "attribute_exists(pk) AND attribute_not_exists(#erased)"
        if "erased" in chunk:
            values, condition = values | {"erased": chunk["erased"]}, "#erased = :erased"
        change = Change("SET #recipients = :recipients REMOVE #body", values, condition)
        try:
            self._table.update(chunk["pk"], chunk["sk"], change)
        except ConditionFailed:
            return False
        return True

    def chunk_done(self, header: Item, chunk: str) -> None:
        """This chunk is worked through. The last one takes the watchdog with it, in the same write."""
        last = Change("DELETE #open :chunk REMOVE #lp, #ls", {"chunk": {chunk}}, "#open = :chunk")
        one_of_many = Change(
            "DELETE #open :chunk",
            {"chunk": {chunk}, "name": chunk, "one": 1},
            "contains(#open, :name) AND size(#open) > :one",
        )
        still: set[str] = header.get("open", set())
        while chunk in still:
            try:
                self._table.update(header["pk"], ITEM, last if still == {chunk} else one_of_many)
            except ConditionFailed as found:
                still = (found.item or {}).get("open", set())
            else:
                return

    def cancel(self, header: Item) -> Item:
        """
        Stop what has not been claimed yet. Raises ConditionFailed when there is nothing left to stop.

        The watchdog stays until each chunk is closed: some members may be waiting for another try.
        """
        values: dict[str, Any] = {"cancelled": State.CANCELLED, "accepted": State.ACCEPTED}
        condition = "#state = :accepted AND attribute_exists(#open)"
        if not keys.is_scheduled(header):
            return self._table.update(header["pk"], ITEM, Change("SET #state = :cancelled", values, condition))
        expression = "SET #state = :cancelled REMOVE #lp, #ls"
        if "hide" in header:  # due at once, for its chunks are emptied when they are closed
            expression = "SET #state = :cancelled, #ls = :soon"
            values |= {"soon": keys.due(0, "watchdog")}
        change = Change(expression, values | {"ls": header["ls"]}, f"{condition} AND #ls = :ls")
        try:
            return self._table.update(header["pk"], ITEM, change)
        except ConditionFailed as found:
            if found.item is None or found.item.get("ls") == header["ls"]:
                raise
            return self.cancel(found.item)  # its time has just come

    def expire(self, header: Item) -> Item:
        """What has not been claimed by now never will be; the header as it is then."""
        change = Change(
            "SET #state = :expired",
            {"expired": State.EXPIRED, "accepted": State.ACCEPTED},
            "#state = :accepted",
        )
        try:
            return self._table.update(header["pk"], ITEM, change)
        except ConditionFailed as found:
            return found.item or header
