"""
Where our message and their id meet, for providers whose reports do not carry our reference.

    R#<account>#<their id> / .   ours (message id, step)   and / or   waiting (reports, by digest)

Either side may come first. Reports that come first wait here, listed as due, so a crash between the two
cannot lose one: whoever finds both sides applies the reports, and only then are they removed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.messages import digest_of
from herald.aws.table import ITEM, Change, ConditionFailed, Table
from herald.errors import Reason
from herald.models import StatusUpdate
from herald.status import Status

LIFE = 14 * 86_400
"""Seconds that a meeting is kept: twice the longest time that a provider repeats its reports."""

PATIENCE = 600_000
"""Milliseconds that reports may wait for our side before somebody is told."""

_WHOM = frozenset({"recipient", "reference"})

MAX_WAITING = 32
"""Reports kept for a message that nobody has claimed yet."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A message of ours that goes by an id of theirs; `seen` is the digest of the latest report that was polled."""

    message_id: str
    step: int
    seen: str | None


class Rendezvous:
    """The meeting places."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def report(self, account: str, update: StatusUpdate, now: int) -> tuple[str, int] | None:
        """
        A report by their id: our message and step when they are known, else None and the report waits.

        Raises ConditionFailed without a message when too many wait already.
        """
        pk = _partition(account, update.provider_message_id or "")
        try:
            self._open(pk, now)
        except ConditionFailed as known:
            if known.item and "ours" in known.item:
                return ours_of(known.item)
        change = Change(
            "SET #waiting.#digest = :report",
            {"report": _wire(update), "max": MAX_WAITING},
            "attribute_not_exists(#ours) AND (attribute_exists(#waiting.#digest) OR size(#waiting) < :max)",
            {"#digest": digest_of(update, 0)},
        )
        try:
            self._table.update(pk, ITEM, change)
        except ConditionFailed as known:
            if known.item and "ours" in known.item:
                return ours_of(known.item)
            raise
        return None

    def _open(self, pk: str, now: int) -> None:
        """Make the place; it is due until our side comes."""
        self._table.insert(
            {
                "pk": pk,
                "sk": ITEM,
                "waiting": {},
                "lp": keys.shard(pk),
                "ls": keys.due(now + PATIENCE, "orphan"),
                "ttl": now // 1000 + LIFE,
            }
        )

    def meet(self, account: str, their_id: str, message_id: str, step: int, now: int) -> list[StatusUpdate]:
        """
        Our side: from now on reports find the message. Returns those that came before.

        They are due until `settle`; a place that was opened for a report which then found us is due no more.
        """
        pk = _partition(account, their_id)
        ours = f"{message_id}-{step}"
        try:
            self._table.insert({"pk": pk, "sk": ITEM, "ours": ours, "ttl": now // 1000 + LIFE})
        except ConditionFailed:
            item = self._table.update(pk, ITEM, Change("SET #ours = :ours", {"ours": ours}))
            waiting = waiting_in(item)
            if not waiting:
                self.settle(account, their_id)
            return waiting
        return []

    def known(self, account: str, their_ids: Iterable[str]) -> dict[str, "Meeting"]:
        """Those of the ids whose messages are ours."""
        partitions = {_partition(account, their_id): their_id for their_id in their_ids}
        found = self._table.get_many((pk, ITEM) for pk in partitions)
        return {
            partitions[pk]: Meeting(*ours_of(item), seen=item.get("seen"))
            for (pk, _), item in found.items()
            if "ours" in item
        }

    def saw(self, account: str, their_id: str, digest: str) -> None:
        """Remember the latest report that was polled, so that it is known when it is read again."""
        change = Change("SET #seen = :seen", {"seen": digest}, "attribute_exists(#ours)")
        try:
            self._table.update(_partition(account, their_id), ITEM, change)
        except ConditionFailed:
            return

    def settle(self, account: str, their_id: str) -> None:
        """The waiting reports have been applied: forget them."""
        change = Change("REMOVE #waiting, #lp, #ls", {}, "attribute_exists(#ours)")
        try:
            self._table.update(_partition(account, their_id), ITEM, change)
        except ConditionFailed:
            return

    def give_up(self, pk: str) -> None:
        """Nobody came. The reports stay readable until the place's time to live ends, but are due no more."""
        change = Change("REMOVE #lp, #ls", {}, "attribute_not_exists(#ours)")
        try:
            self._table.update(pk, ITEM, change)
        except ConditionFailed:
            return


def _partition(account: str, their_id: str) -> str:
    return f"R#{account}#{their_id}"


def ours_of(item: Item) -> tuple[str, int]:
    """The message id and step of a place that our side has reached."""
    message_id, _, step = item["ours"].rpartition("-")
    return message_id, int(step)


def waiting_in(item: Item) -> list[StatusUpdate]:
    """The reports that wait in a place."""
    return [_update(wire) for wire in item.get("waiting", {}).values()]


def _wire(update: StatusUpdate) -> dict[str, object]:
    """As it waits: without whom it is about, for the message that it waits for knows that."""
    return {name: value for name, value in asdict(update).items() if value is not None and name not in _WHOM}


def _update(wire: Mapping[str, Any]) -> StatusUpdate:
    status, reason = wire.get("status"), wire.get("reason")
    return StatusUpdate(
        **{
            **wire,
            "status": Status(status) if status else None,
            "reason": Reason(reason) if reason else None,
        }
    )
