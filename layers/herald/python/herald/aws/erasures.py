"""
Erasures: one item each, due until it is done, then kept for a year as a proof without the address.

    T#<tenant> / erase#<id>   parties (keyed hashes), addresses until it is done, created, done, where its pass stands

A worker takes it by moving it on for as long as it may live; every later write names that move, so one that was given
up can no longer write.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.due import Due, DueIndex
from herald.aws.table import Change, ConditionFailed, Table
from herald.errors import NotFound
from herald.identifier import is_id, random_id

DUE = "erase"
"""What such an item is due for."""

PROOF = 365 * 86_400
"""Seconds that it is kept once it is done."""

COUNTED = ("messages", "inbound", "media", "quarantined", "callbacks")
"""What is counted of what was erased: whatever a worker erased just before it died is not."""

_PREFIX = "erase#"
_STATE = ("started", "quiet", "found", "place", "position", "counts")


@dataclass(frozen=True, slots=True)
class Erasure:
    """
    One person of one tenant, by up to ten addresses (canonical; empty once it is done). Times in milliseconds.

    A pass goes through all stores: `place` is the store it is in, `position` where in it, `found` how much it has
    found, and `quiet` counts the passes in a row that found nothing. `seen` is the move by which this worker has it.
    """

    tenant: str
    id: str
    addresses: tuple[str, ...]
    created: int
    seen: str = ""
    started: bool = False
    done: int | None = None
    quiet: int = 0
    found: int = 0
    place: int = 0
    position: str = ""
    counts: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))

    @classmethod
    def of(cls, item: Item) -> Self:
        """From its item."""
        return cls(
            tenant=item["pk"].removeprefix("T#"),
            id=item["sk"].removeprefix(_PREFIX),
            addresses=tuple(item.get("addresses", ())),
            created=item["created"],
            seen=item.get("ls", ""),
            done=item.get("done"),
            **{name: item[name] for name in _STATE},
        )

    @property
    def parties(self) -> list[str]:
        """Where everything with this person is listed."""
        return list(dict.fromkeys(keys.party_partition(self.tenant, address) for address in self.addresses))

    def counting(self, **found: int) -> "Erasure":
        """With so much more found and erased."""
        counts = {name: self.counts.get(name, 0) + found.get(name, 0) for name in COUNTED}
        return replace(self, counts=counts, found=self.found + sum(found.values()))


class Erasures:
    """The erasures of all tenants."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._due = DueIndex(table)

    def start(self, tenant: str, addresses: Sequence[str], now: int) -> Erasure:
        """Have somebody erased, from now on."""
        erasure = Erasure(tenant, random_id(), tuple(dict.fromkeys(addresses)), now)
        pk, sk = _key(erasure)
        item = {"pk": pk, "sk": sk, "addresses": erasure.addresses, "parties": erasure.parties, "created": now}
        due = {"lp": keys.shard(pk + sk), "ls": keys.due(now, DUE), "ttl": now // 1000 + PROOF}
        with suppress(ConditionFailed):  # by this very write, repeated when its answer was lost: ids are random
            self._table.insert(item | _state(erasure) | due)
        return erasure

    def read(self, tenant: str, erasure_id: str) -> Erasure:
        """Raises NotFound."""
        item = self._table.get(f"T#{tenant}", f"{_PREFIX}{erasure_id}") if is_id(erasure_id) else None
        if item is None:
            raise NotFound("there is no such erasure")
        return Erasure.of(item)

    def take(self, due: Due, lease: int) -> Erasure | None:
        """Have it alone until `lease`; None when somebody else was first."""
        item = self._due.mark(due, lease, DUE)
        return None if item is None else Erasure.of(item)

    def save(self, erasure: Erasure, due: int) -> Erasure:
        """Write how far it is, and when it is due next. Raises ConditionFailed when it has passed to another worker."""
        seen = keys.due(due, DUE)
        self._write(erasure, _state(erasure) | {"ls": seen}, "")
        return replace(erasure, seen=seen)

    def finish(self, erasure: Erasure, now: int) -> None:
        """Nothing is left, and from now on no address either. Raises ConditionFailed as `save`."""
        sets = _state(erasure) | {"done": now, "ttl": now // 1000 + PROOF}
        self._write(erasure, sets, " REMOVE #addresses, #lp, #ls")

    def _write(self, erasure: Erasure, sets: Mapping[str, Any], removes: str) -> None:
        pk, sk = _key(erasure)
        assigned = ", ".join(f"#{name} = :{name}" for name in sets)
        self._table.update(pk, sk, Change(f"SET {assigned}{removes}", {**sets, "seen": erasure.seen}, "#ls = :seen"))


def _key(erasure: Erasure) -> tuple[str, str]:
    return f"T#{erasure.tenant}", f"{_PREFIX}{erasure.id}"


def _state(erasure: Erasure) -> dict[str, Any]:
    return {name: getattr(erasure, name) for name in _STATE}
