"""
Publishing what the table stream tells: to the bus, and to the media queue for what has to be fetched.

The stream is the outbox: there is no other place from which an event comes. A record that cannot be
published is retried alone and ends in a queue of its own; it never holds up the others for long.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item, decode_item
from herald.aws.bus import Bus
from herald.aws.queues import Queues, Record
from herald.aws.settings import Settings
from herald.aws.telemetry import Telemetry
from herald.errors import Unavailable
from herald.event import Published, events_of


@dataclass(frozen=True, slots=True)
class Written:
    """One write as the stream tells it: the item before, None for a new one, and after."""

    number: str
    old: Item | None
    new: Item


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

        Events after it may have been published already: they will be again, with the same ids.
        """
        events: list[tuple[int, Published]] = []
        wanted: list[Record] = []
        for position, write in enumerate(written):
            events += [(position, event) for event in events_of(write.old, write.new, self._now())]
            wanted += self._media_records(write)
        if wanted:
            try:
                self._queues.put(self._settings.media_queue, wanted)
            except Unavailable:
                return written[0].number
        failed = self._bus.put([event for _, event in events])
        self._telemetry.count("Published", len(events) - len(failed))
        return written[min(events[index][0] for index in failed)].number if failed else None

    def _media_records(self, write: Written) -> list[Record]:
        """For a new inbound message with media: fetch it now, and announce it in a while in any case."""
        media: Sequence[Mapping[str, object]] = write.new.get("media", ())
        if write.old is not None or not write.new["pk"].startswith("N#") or not media:
            return []
        inbound_id = keys.id_of(write.new)
        wait = self._settings.media_wait / 1000
        return [Record({"inbound": inbound_id}), Record({"announce": inbound_id}, wait)]


def written_in(record: Mapping[str, Any]) -> Written:
    """A record of the stream."""
    change = record["dynamodb"]
    old = change.get("OldImage")
    return Written(change["SequenceNumber"], decode_item(old) if old else None, decode_item(change["NewImage"]))
