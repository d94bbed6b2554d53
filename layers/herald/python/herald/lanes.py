"""
Reading the lanes: records of single messages are worked on together, those of chunks one after the other.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from herald.errors import Unavailable
from herald.stored import ChunkRecord, MessageRecord, read_record

if TYPE_CHECKING:
    from herald.assembly import Assembly


def work(event: Mapping[str, Any], parts: "Assembly", deadline: int) -> dict[str, Any]:
    """
    Deliver what a batch of records names, until `deadline` (ms).

    A record that cannot be read is refused and ends among the dead letters; one that the table or the lane
    would not let us finish comes again.
    """
    failures: list[str] = []
    messages: dict[str, MessageRecord] = {}
    chunks: dict[str, ChunkRecord] = {}
    for record in event["Records"]:
        try:
            read = read_record(record["body"])
        except ValueError as error:
            parts.telemetry.failed(error)
            failures.append(record["messageId"])
            continue
        if isinstance(read, MessageRecord):
            messages[record["messageId"]] = read
        else:
            chunks[record["messageId"]] = read
    if messages:
        again = set(messages)
        with _border(parts):
            failed = parts.delivering.deliver(list(messages.values()), deadline)
            again = {identifier for identifier, record in messages.items() if record.message in failed}
        failures += again
    for identifier, chunk in chunks.items():
        again = {identifier}
        with _border(parts):
            parts.batching.deliver(chunk, deadline)
            again = set()
        failures += again
    return {"batchItemFailures": [{"itemIdentifier": failure} for failure in failures]}


@contextmanager
def _border(parts: "Assembly") -> Iterator[None]:
    """Around records: whatever stops them leaves leases and watchdogs that tell the tale, and they come again."""
    parts.delivering.parking.drop()
    try:
        yield
    except Unavailable:
        parts.telemetry.count("RecordsRefused")
    except Exception as error:  # noqa: BLE001 - the border: other records must not suffer
        parts.telemetry.failed(error)
