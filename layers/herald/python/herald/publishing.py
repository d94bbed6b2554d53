"""
Publishing what the table stream tells: to the bus, and to the media queue for what has to be fetched.

The stream is the outbox: there is no other place from which an event comes. A record that cannot be
published is retried alone and ends in a queue of its own; it never holds up the others for long.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item, Wire, decode_item
from herald.aws.bus import Bus
from herald.aws.queues import Queues, Record
from herald.aws.settings import Settings
from herald.aws.telemetry import Telemetry
from herald.errors import Unavailable
from herald.event import Published, events_of


@dataclass(frozen=True, slots=True)
class Written:
    """One write as the stream tells it: the item before, None for a new one, and after, both still unread."""

    number: str
    old_image: Wire | None
    new_image: Wire

    def read(self) -> tuple[Item | None, Item]:
        """The item before and after."""
        return decode_item(self.old_image) if self.old_image else None, decode_item(self.new_image)


@dataclass(slots=True)
class Batch:
    """What a batch of writes asks for, each with the position of its write; `end` is how many could be read."""

    events: list[tuple[int, Published]] = field(default_factory=list)
    records: list[tuple[int, Record]] = field(default_factory=list)
    end: int = 0


class Publishing:
    """The use case of the publish function. `now` in milliseconds."""

    def __init__(
        self, bus: Bus, queues: Queues, settings: Settings, telemetry: Telemetry, now: Callable[[], int]
    ) -> None:
        self._bus = bus
        self._queues = queues
        self._settings = settings
        self._telemetry = telemetry
        self._now = now

    def publish(self, written: Sequence[Written]) -> str | None:
        """
        Publish in order; the sequence number of the first write that could not be, from which the stream goes on.

        Events after it may have been published already: they will be again, with the same ids. A write that
        cannot be read raises when it is the first, so that the stream halves the batch until it stands alone.
        """
        batch = self._read(written)
        failed = {batch.end} if batch.end < len(written) else set()
        failed |= self._put_records(batch.records)
        refused = self._bus.put([(event.type, event.detail()) for _, event in batch.events])
        failed |= {batch.events[index][0] for index in refused}
        self._telemetry.count("Published", len(batch.events) - len(refused))
        return written[min(failed)].number if failed else None

    def _read(self, written: Sequence[Written]) -> Batch:
        """What the writes ask for, up to the first that cannot be read."""
        batch = Batch()
        for position, write in enumerate(written):
            try:
                old, new = write.read()
                events = list(events_of(old, new, self._now()))
                records = self._media_records(old, new)
            except Exception as error:
                if position == 0:
                    raise
                self._telemetry.failure("a write cannot be read", error)
                break
            batch.events += [(position, event) for event in events]
            batch.records += [(position, record) for record in records]
            batch.end = position + 1
        return batch

    def _put_records(self, records: Sequence[tuple[int, Record]]) -> set[int]:
        """Tell the media queue; the positions whose records it may not have taken."""
        if not records:
            return set()
        try:
            self._queues.put(self._settings.media_queue, [record for _, record in records])
        except Unavailable:
            return {records[0][0]}
        return set()

    def _media_records(self, old: Item | None, new: Item) -> list[Record]:
        """For a new inbound message with media: fetch it now, and announce it in a while in any case."""
        if old is not None or not new["pk"].startswith("N#") or not new.get("media"):
            return []
        inbound_id = keys.id_of(new)
        wait = self._settings.media_wait / 1000
        return [Record({"inbound": inbound_id}), Record({"announce": inbound_id}, wait)]


def written_in(record: Mapping[str, Any]) -> Written:
    """A record of the stream."""
    change = record["dynamodb"]
    return Written(change["SequenceNumber"], change.get("OldImage"), change["NewImage"])
