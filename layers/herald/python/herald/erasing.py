"""
Erasing: one person everywhere, and what tenants do not keep, as the clock finds time.

An erasure goes through all stores again and again until two passes in a row find nothing: what was on its way during
the first is there by the second. Whoever writes to the person after it was asked for begins a new story, which it
leaves alone. It may stop after any call and go on in another worker.

    0  everything listed with the person    messages, members, inbound and its media, callbacks
    1  requests of many                     members that were never claimed have no row and stand in their chunk only
    2  quarantine                           whatever spells an address
    3  capabilities
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.bucket import Bucket
from herald.aws.capabilities import Capabilities
from herald.aws.due import Due, DueIndex
from herald.aws.erasures import Erasure, Erasures
from herald.aws.inbound import DUE as EMPTY
from herald.aws.inbound import SETTLED, Inbounds
from herald.aws.registry import Registry
from herald.aws.remains import Remains, positions_of
from herald.aws.requests import chunk_key
from herald.aws.table import ConditionFailed
from herald.aws.telemetry import Telemetry
from herald.identifier import member_id
from herald.models import Account, Address, Channel
from herald.retention import is_erased
from herald.shelving import Shelf, inbound_media_id
from herald.spelling import Pattern, pattern_of
from herald.status import State
from herald.stored import member_item

LEASE = 120_000
"""Milliseconds after which a worker is given up and another may go on; longer than the clock function lives."""

SLICE = 20_000
"""Milliseconds that one erasure takes of a clock's life: others are due too."""

BETWEEN = 50_000
"""Milliseconds between two passes: the party index lags, workers finish what they had begun."""

QUIET = 2
"""Passes in a row that have to find nothing."""


class _Late(Exception):
    """Its slice of time is over."""


@dataclass(slots=True)
class _Work:
    """An erasure that this worker has. `names` finds its addresses in bytes."""

    erasure: Erasure
    names: Pattern | None
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """What the clock does for those who want to be forgotten. `now` in milliseconds."""

    erasures: Erasures
    remains: Remains
    inbounds: Inbounds
    capabilities: Capabilities
    registry: Registry
    bucket: Bucket
    shelf: Shelf
    due: DueIndex
    telemetry: Telemetry
    now: Callable[[], int]

    # What tenants do not keep.

    def empty(self, due: Due) -> bool:
        """An inbound message whose content has had its time; whether it was ours to empty. Raises Unavailable."""
        item = self.due.mark(due, self.now() + SETTLED, EMPTY)
        if item is None:
            return False
        if "gone" not in item:
            self.inbounds.empty(item, self.now())
        elif item["gone"] + SETTLED <= self.now():
            self._remove_media(item)
            self.inbounds.forget_media(item)
        return True

    def _remove_media(self, item: Item) -> int:
        """How many were there, as far as the message knows."""
        for position in range(len(item.get("media", ()))):
            self.shelf.remove(item["tenant"], inbound_media_id(keys.id_of(item), position))
        return sum(media["state"] == "ready" for media in item.get("media", ()))

    # Those who are to be forgotten.

    def erase(self, due: Due, deadline: int) -> bool:
        """Go on with one erasure until `deadline` (ms); whether it was ours. Raises Unavailable: it is still due."""
        erasure = self.erasures.take(due, self.now() + LEASE)
        if erasure is None:
            return False
        names = pattern_of([Address.parse(address) for address in erasure.addresses])
        work = _Work(replace(erasure, started=True), names, min(deadline, self.now() + SLICE))
        with suppress(ConditionFailed):  # it took too long, and somebody else has gone on
            self._pass(work)
        return True

    def _pass(self, work: _Work) -> None:
        """From where the pass stands to its end, if there is time."""
        try:
            for place, store in enumerate((self._listed, self._requests, self._quarantine, self._capabilities)):
                if place == work.erasure.place:
                    store(work)
                    work.erasure = replace(work.erasure, place=place + 1, position="")
        except _Late:
            self.erasures.save(work.erasure, self.now())
            return
        quiet = 0 if work.erasure.found else work.erasure.quiet + 1
        done = replace(work.erasure, place=0, found=0, quiet=quiet)
        if quiet < QUIET:
            self.erasures.save(done, self.now() + BETWEEN)
            return
        self.erasures.finish(done, self.now())
        self.telemetry.count("Erased")

    def _may_go_on(self, work: _Work, position: str = "") -> None:
        """After each piece. Raises _Late when there is no time for another: it goes on from this position."""
        work.erasure = replace(work.erasure, position=position)
        if self.now() > work.deadline:
            raise _Late

    def _is_new(self, work: _Work, item: Item) -> bool:
        """Whether it came after the person had asked to be forgotten."""
        return bool(item["created"] > work.erasure.created)

    # Everything listed with the person.

    def _listed(self, work: _Work) -> None:
        for partition in work.erasure.parties:
            for entries in self.remains.listed(partition):
                for item in self.remains.items(entries):
                    if item.get("pp") == partition:
                        self._item(work, item)
                self._may_go_on(work)

    def _item(self, work: _Work, item: Item) -> None:
        kind = item["pk"][:2]
        if kind in ("M#", "N#"):
            if not self._is_new(work, item):
                (self._message if kind == "M#" else self._inbound)(work, item)
        elif not self._tells_of_new(work, item):
            self.remains.delete(item["pk"], item["sk"])
            work.erasure = work.erasure.counting(callbacks=1)

    def _message(self, work: _Work, item: Item) -> None:
        settled = "erased" in item or self.remains.settle(item, work.names, self.now())
        if settled and self._leave_nothing_beside(work, item):
            self.remains.release(item)
            work.erasure = work.erasure.counting(messages=1)
        else:
            self._again(work)

    def _again(self, work: _Work) -> None:
        """There is something that has to be looked at once more."""
        work.erasure = replace(work.erasure, found=work.erasure.found + 1)

    def _leave_nothing_beside(self, work: _Work, item: Item) -> bool:
        """Its body, or its place in a chunk; False when that has changed under our hands."""
        if "chunk" not in item:
            self.remains.delete_beside(item)
            return True
        request = keys.message(keys.id_of(item).partition(".")[0])
        chunk = self.remains.chunk(request, item["chunk"])
        found = positions_of(request, chunk, work.erasure.addresses) if chunk else []
        return chunk is None or self.remains.withhold(request, chunk, found)

    def _inbound(self, work: _Work, item: Item) -> None:
        """Deleted at once; with media, as soon as no worker can bring any."""
        if not item.get("media") or (is_erased(item) and item["gone"] + SETTLED <= self.now()):
            media = self._remove_media(item)
            self.inbounds.delete(item)
            work.erasure = work.erasure.counting(inbound=1, media=media)
            return
        if not is_erased(item):
            self.inbounds.erase(item, self.now())
        self._again(work)

    def _tells_of_new(self, work: _Work, item: Item) -> bool:
        """Whether an event that waits to be posted to the tenant is about something newer than this erasure."""
        about = item["sk"].partition(":")[0]
        found = self.remains.get_many([keys.message(about), keys.inbound(about)])
        return any(self._is_new(work, one) for one in found.values())

    # Requests of many.

    def _requests(self, work: _Work) -> None:
        partition = keys.requests_partition(work.erasure.tenant)
        for entries in self.remains.listed(partition, work.erasure.position):
            for header in self.remains.items(entries):
                if not self._is_new(work, header) and _has_unclaimed(header):
                    self._request(work, header)
            self._may_go_on(work, entries[-1].mark if entries else "")

    def _request(self, work: _Work, header: Item) -> None:
        number = 0
        while chunk := self.remains.chunk(header["pk"], chunk_key(number)):
            found = positions_of(header["pk"], chunk, work.erasure.addresses)
            self._members(work, header, chunk, found)
            number += 1

    def _members(self, work: _Work, header: Item, chunk: Item, positions: Sequence[int]) -> None:
        """Those without a row get what is left of one; those with a row are found by it."""
        erased: list[int] = []
        for at in positions:
            to = chunk["recipients"][at][0]
            pk = keys.message(member_id(keys.id_of(header), to))
            row = self.remains.get_many([pk]).get(pk)
            new = row is None and self.remains.insert_member(self._stopped(header, chunk, to), self.now())
            work.erasure = work.erasure.counting(messages=int(new))
            if new or (row is not None and "erased" in row):
                erased.append(at)
            else:
                self._again(work)
        if not self.remains.withhold(header["pk"], chunk, erased):
            self._again(work)

    def _stopped(self, header: Item, chunk: Item, to: str) -> Item:
        """A member as it ends that was never claimed."""
        state = State(header["state"])
        return member_item(header, chunk["sk"], to, State.CANCELLED if state is State.ACCEPTED else state, self.now())

    # What stands by itself.

    def _accounts(self, work: _Work) -> list[Account]:
        """Those of the tenant, as the bucket sorts their keys, which go on with a slash behind the name."""
        mine = [account for account in self.registry.accounts() if work.erasure.tenant in account.tenants]
        return sorted(mine, key=lambda account: f"{account.name}/")

    def _quarantine(self, work: _Work) -> None:
        for account in self._accounts(work) if work.names else ():
            after = work.erasure.position
            if after > f"quarantine/{account.name}/~":
                continue
            for key in self.bucket.quarantined(account.name, after):
                body = self.bucket.get(key)
                if body is not None and work.names and work.names.search(body):
                    self.bucket.delete(key)
                    work.erasure = work.erasure.counting(quarantined=1)
                self._may_go_on(work, key)

    def _capabilities(self, work: _Work) -> None:
        for account in self._accounts(work):
            forgotten = self.capabilities.forget(account.name, list(_questions(account, work.erasure.addresses)))
            work.erasure = replace(work.erasure, found=work.erasure.found + forgotten)


def _has_unclaimed(header: Item) -> bool:
    """Whether some recipient of a request may have no row: it is not worked through, or was stopped before it was."""
    return bool(header.get("open")) or header["state"] != State.ACCEPTED


def _questions(account: Account, addresses: Sequence[str]) -> Iterator[tuple[Channel, str, str]]:
    """Every question that may have been asked about somebody."""
    for channel in Channel:
        for sender in ("", *(sender.id for sender in account.senders)):
            for address in addresses:
                yield channel, sender, address
