"""
Publishing what the table stream tells: to the bus, to the callback queue for the tenant's endpoints that want it, and
to the media queue for what has to be fetched.

The stream is the outbox: there is no other place from which an event comes. A record that cannot be
published is retried alone and ends in a queue of its own; it never holds up the others for long.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item, Wire, decode_item
from herald.aws.bus import Bus
from herald.aws.endpoints import Endpoints
from herald.aws.queues import Queues, Record
from herald.aws.settings import Settings
from herald.aws.telemetry import Telemetry
from herald.callback_record import event_record
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
    """
    What a batch of writes asks for, each with the position of its write, records by their queue. `end` is how many
    could be read; of those in `failed` nobody knows who wants to hear of them.
    """

    events: list[tuple[int, Published]] = field(default_factory=list)
    records: defaultdict[str, list[tuple[int, Record]]] = field(default_factory=lambda: defaultdict(list))
    failed: set[int] = field(default_factory=set)
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """The use case of the publish function. `now` in milliseconds."""

    bus: Bus
    queues: Queues
    endpoints: Endpoints
    settings: Settings
    telemetry: Telemetry
    now: Callable[[], int]

    def publish(self, written: Sequence[Written]) -> str | None:
        """
        Publish in order; the sequence number of the first write that could not be, from which the stream goes on.

        Events after it may have been published already: they will be again, with the same ids. A write that
        cannot be read raises when it is the first, so that the stream halves the batch until it stands alone.
        """
        batch = self._read(written)
        failed = batch.failed | ({batch.end} if batch.end < len(written) else set())
        for queue, records in batch.records.items():
            failed |= self._put_records(queue, records)
        refused = self.bus.put([(event.type, event.detail()) for _, event in batch.events])
        failed |= {batch.events[index][0] for index in refused}
        self.telemetry.count("Published", len(batch.events) - len(refused))
        return written[min(failed)].number if failed else None

    def _read(self, written: Sequence[Written]) -> Batch:
        """What the writes ask for, up to the first that cannot be read."""
        batch = Batch()
        for position, write in enumerate(written):
            try:
                old, new = write.read()
                events = list(events_of(old, new, self.now()))
                media = self._media_records(old, new)
            except Exception as error:
                if position == 0:
                    raise
                self.telemetry.failure("a write cannot be read", error)
                break
            batch.events += [(position, event) for event in events]
            batch.records[self.settings.media_queue] += [(position, record) for record in media]
            try:
                callbacks = [(position, record) for event in events for record in self._callback_records(event, new)]
            except Unavailable:
                batch.failed.add(position)
            else:
                batch.records[self.settings.callback_queue] += callbacks
            batch.end = position + 1
        return batch

    def _put_records(self, queue: str, records: Sequence[tuple[int, Record]]) -> set[int]:
        """Tell a queue; the positions whose records it may not have taken."""
        if not records:
            return set()
        try:
            self.queues.put(queue, [record for _, record in records])
        except Unavailable:
            return {records[0][0]}
        return set()

    def _callback_records(self, event: Published, item: Item) -> Iterator[Record]:
        """One for each endpoint that wants to hear of this event. Raises Unavailable."""
        for endpoint in self.endpoints.of_tenant(event.tenant):
            if not endpoint.disabled and endpoint.wants(event.type):
                yield event_record(endpoint.id, event, item)

    def _media_records(self, old: Item | None, new: Item) -> list[Record]:
        """For a new inbound message with media: fetch it now, and announce it in a while in any case."""
        if old is not None or not new["pk"].startswith("N#") or not new.get("media"):
            return []
        inbound_id = keys.id_of(new)
        wait = self.settings.media_wait / 1000
        return [Record({"inbound": inbound_id}), Record({"announce": inbound_id}, wait)]


def written_in(record: Mapping[str, Any]) -> Written:
    """A record of the stream."""
    change = record["dynamodb"]
    return Written(change["SequenceNumber"], change.get("OldImage"), change["NewImage"])
