"""
The event bus: up to ten events a call and as many as its size allows, each answered for on its own.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "herald"

_BATCH = 10
_MAX_CALL = 250_000
"""Bytes of all entries of one call (Amazon EventBridge User Guide, "PutEvents event entry size": 256 kB)."""

type Event = tuple[str, Mapping[str, object]]
"""What a rule sees of an event: its type, and the event itself."""


class Bus:
    """Puts events on the bus."""

    def __init__(self, client: Callable[[], "EventBridgeClient"], name: str) -> None:
        self._client = client
        self._name = name

    def put(self, events: Sequence[Event]) -> set[int]:
        """Publish; the positions of those that the bus did not take, for whatever reason."""
        entries = [self._entry(*event) for event in events]
        return {position for batch in _batches(entries) for position in self._put(entries, batch)}

    def _entry(self, kind: str, detail: Mapping[str, object]) -> "PutEventsRequestEntryTypeDef":
        return {
            "Source": SOURCE,
            "DetailType": kind,
            "Detail": json.dumps(detail, separators=(",", ":")),
            "EventBusName": self._name,
        }

    def _put(self, entries: Sequence["PutEventsRequestEntryTypeDef"], batch: Sequence[int]) -> set[int]:
        """Publish the entries at these positions; those that failed."""
        try:
            answers = self._client().put_events(Entries=[entries[position] for position in batch])["Entries"]
        except (ClientError, BotoCoreError):
            return set(batch)
        return {position for position, answer in zip(batch, answers, strict=True) if "EventId" not in answer}


def _batches(entries: Sequence["PutEventsRequestEntryTypeDef"]) -> Iterator[list[int]]:
    """Positions of the entries that go into one call; the text is ASCII, so characters are bytes."""
    batch: list[int] = []
    size = 0
    for position, entry in enumerate(entries):
        weight = len(entry["Source"]) + len(entry["DetailType"]) + len(entry["Detail"])
        if batch and (len(batch) == _BATCH or size + weight > _MAX_CALL):
            yield batch
            batch, size = [], 0
        batch.append(position)
        size += weight
    if batch:
        yield batch
