"""
Reading the lanes: records of single messages are worked on together, those of chunks one after the other.
"""

from collections.abc import Callable, Mapping
from functools import partial
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
    if messages and not _done(parts, lambda: parts.delivering.deliver(list(messages.values()), deadline)):
        failures += messages
    for identifier, chunk in chunks.items():
        if not _done(parts, partial(parts.batching.deliver, chunk, deadline)):
            failures.append(identifier)
    return {"batchItemFailures": [{"itemIdentifier": failure} for failure in failures]}


def _done(parts: "Assembly", deliver: Callable[[], None]) -> bool:
    """Whether this went through; whatever stops it leaves leases and watchdogs that tell the tale."""
    try:
        deliver()
    except Unavailable:
        parts.telemetry.count("RecordsRefused")
        return False
    except Exception as error:  # noqa: BLE001 - the border: other records must not suffer
        parts.telemetry.failed(error)
        return False
    return True
