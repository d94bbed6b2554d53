"""
What is left of an erased person's messages: stubs that keep the promises which others rely on.

A stub has what its idempotency key stands for, what became of the message and when; late reports still merge into it.
It is made in three steps, each harmless when it is repeated: the message ends and loses all that is its recipient's;
what lies beside it goes; and last it leaves the list of everything with this person, by which it would be found again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.table import ITEM, Change, ConditionFailed, Table
from herald.errors import Reason
from herald.identifier import is_withheld, member_id, withheld
from herald.spelling import Pattern
from herald.status import OVER, WAITING, State

PIECE = 100
"""Entries that one query names."""

_KEPT = frozenset(
    {
        *("pk", "sk", "tenant", "channel", "account", "accounts", "sender", "lane", "policy", "step", "chunk"),
        *("success", "overdue"),
        *("state", "created", "not_before", "expires", "sent_at", "tries", "doubts", "turn", "attempt"),
        *("fingerprint", "marks", "history", "provider_id", "segments", "reason", "code", "hide", "erased"),
        *("lp", "ls", "tp", "ts", "pp", "ttl"),
    }
)
"""What a stub has of its message."""

_REPORTED = ("provider_id", "history", "code")
"""The provider's own words, any of which may name the person."""

NAMELESS = "erased"
"""What a provider's id becomes that names the person: something, so that no late report sets it again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the party index; `mark` is where its list goes on after it."""

    pk: str
    sk: str
    mark: str


class Remains:
    """Messages, members and chunks on their way to what is left of them. `now` in milliseconds."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # What there is.

    def listed(self, partition: str, after: str = "") -> Iterator[list[Entry]]:
        """Everything in a partition of the party index, a piece at a time, from after this mark on."""
        ts, _, pk = after.partition(" ")
        start = {"pp": partition, "ts": ts, "pk": pk, "sk": ITEM} if after else None
        while True:
            page = self._table.query("pp = :pp", {"pp": partition}, index="party", limit=PIECE, start=start)
            yield [Entry(item["pk"], item["sk"], f"{item['ts']} {item['pk']}") for item in page.items]
            if page.next is None:
                return
            start = page.next

    def items(self, entries: list[Entry]) -> list[Item]:
        """Those that still exist."""
        return list(self._table.get_many((entry.pk, entry.sk) for entry in entries).values())

    def get_many(self, names: list[str]) -> dict[str, Item]:
        """Heads of partitions, by partition."""
        return {pk: item for (pk, _), item in self._table.get_many((pk, ITEM) for pk in names).items()}

    def chunk(self, pk: str, name: str) -> Item | None:
        """A chunk of a request."""
        return self._table.get(pk, name)

    # Messages.

    def settle(self, item: Item, names: Pattern | None, now: int) -> bool:
        """
        End a message that has not ended, and take from it what is its recipient's.

        One that waits is cancelled, one of which nobody knows ends as unknown. False when a worker is at it, or it has
        just moved: then it is looked at again.
        """
        state, ended = State(item["state"]), _end_of(item, now)
        if ended is None:
            return False
        sets: dict[str, object] = {"erased": now, "state": ended, **_nameless(item, names)}
        removes = [name for name in item if name not in _KEPT]
        if state not in OVER or str(item.get("lp", "")).startswith("D#"):
            removes += ["lp", "ls"]
        if ended is State.UNKNOWN and state not in OVER:
            sets |= {"reason": Reason.UNKNOWN, "lp": keys.bad_partition(item["tenant"], now)}
            sets["ls"] = keys.due(now, ended)
        removes = [name for name in removes if name not in sets]
        assigned = ", ".join(f"#{name} = :{name}" for name in sets)
        gone = f" REMOVE {', '.join(f'#{name}' for name in removes)}" if removes else ""
        values = sets | {"seen": state}
        condition = "#state = :seen"
        if state is State.SENDING:
            values, condition = values | {"now": now}, f"{condition} AND #lease <= :now"
        try:
            self._table.update(item["pk"], ITEM, Change(f"SET {assigned}{gone}", values, condition))
        except ConditionFailed:
            return False
        return True

    def delete_beside(self, item: Item) -> None:
        """Remove every body that lies beside a message, also one that its writer lost sight of."""
        page = self._table.query("pk = :pk AND begins_with(sk, :body)", {"pk": item["pk"], "body": "C#"})
        for body in page.items:
            self._table.delete(body["pk"], body["sk"])

    def release(self, item: Item) -> None:
        """Nothing of the person is left: nobody finds it by them any more."""
        try:
            self._table.update(item["pk"], ITEM, Change("REMOVE #pp", {}, "attribute_exists(#erased)"))
        except ConditionFailed:
            return

    def delete(self, pk: str, sk: str) -> None:
        """Remove an item; it need not exist."""
        self._table.delete(pk, sk)

    # Requests of many.

    def insert_member(self, member: Item, now: int) -> bool:
        """Write the stub of a member that was never claimed, so that nobody will; False when it has a row by now."""
        stub = {name: value for name, value in member.items() if name in _KEPT and name != "pp"}
        try:
            self._table.insert(stub | {"erased": now})
        except ConditionFailed:
            return False
        return True

    def withhold(self, pk: str, chunk: Item, positions: Iterable[int]) -> bool:
        """
        Take recipients out of a chunk, variables and all; every other one keeps its place.

        With the last of them goes what was said to them. False when the chunk has changed meanwhile: it has to be read
        again.
        """
        request_id = keys.id_of({"pk": pk})
        try:
            for position in positions:
                to = chunk["recipients"][position][0]
                gone = {"gone": [withheld(request_id, to), {}], "one": 1, "to": to}
                expression = f"SET #recipients[{position}] = :gone ADD #erased :one"
                chunk = self._table.update(
                    pk, chunk["sk"], Change(expression, gone, f"#recipients[{position}][0] = :to")
                )
            if "body" in chunk and all(to == withheld(request_id, to) for to, _ in chunk["recipients"]):
                self._table.update(pk, chunk["sk"], Change("REMOVE #body", {}, "attribute_exists(pk)"))
        except ConditionFailed:
            return False
        return True


def positions_of(pk: str, chunk: Item, addresses: tuple[str, ...]) -> list[int]:
    """Where in a chunk somebody stands, be the address whole or its end only."""
    request_id = keys.id_of({"pk": pk})
    whole = {address.lower() for address in addresses}
    ids = {member_id(request_id, address) for address in addresses}
    gone = {withheld(request_id, address) for address in addresses}
    return [
        position
        for position, (to, _) in enumerate(chunk["recipients"])
        if to.lower() in whole or (is_withheld(to) and to not in gone and member_id(request_id, to) in ids)
    ]


def _end_of(item: Item, now: int) -> State | None:
    """How a message ends whose recipient is erased now; None while a worker is at it."""
    state = State(item["state"])
    if state in OVER:
        return state
    if state in WAITING:
        return State.CANCELLED
    return None if state is State.SENDING and item["lease"] > now else State.UNKNOWN


def _nameless(item: Item, names: Pattern | None) -> dict[str, object]:
    """The provider's words that name the person, without them."""
    found = [name for name in _REPORTED if name in item and names and names.search(repr(item[name]).encode())]
    empty: dict[str, object] = {"provider_id": NAMELESS, "history": {}, "code": NAMELESS}
    return {name: empty[name] for name in found}
