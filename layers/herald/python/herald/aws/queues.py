"""
The queues: records are JSON in ASCII; those of the lanes carry ids, never content.

Intake and spill hold what has not been read yet, callbacks the events to be posted.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from herald.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

MAX_DELAY = 900
"""Seconds that SQS can hold a record back."""

_BATCH = 10
_MAX_CALL = 250_000
"""Bytes of all records of one call (Amazon SQS Developer Guide, "Message quotas": once 256 KiB)."""

type _Batch = list[SendMessageBatchRequestEntryTypeDef]


@dataclass(frozen=True, slots=True)
class Record:
    """One record, held back for `delay` seconds (rounded up, at most MAX_DELAY)."""

    body: Mapping[str, object]
    delay: float = 0.0

    @property
    def seconds(self) -> int:
        """The delay as SQS takes it."""
        return min(max(-int(-self.delay // 1), 0), MAX_DELAY)


class Queues:
    """Puts records into queues, up to ten a call and as many as its size allows."""

    def __init__(self, client: "SQSClient") -> None:
        self._client = client

    def put(self, queue: str, records: Iterable[Record]) -> None:
        """
        Enqueue all records.

        Raises Unavailable when one is not taken; others may be, so what reads them must bear repeats.
        """
        for batch in _batches(records):
            try:
                answer = self._client.send_message_batch(QueueUrl=queue, Entries=batch)
            except (ClientError, BotoCoreError) as error:
                raise Unavailable("the queue refuses records for now") from error
            if answer.get("Failed"):
                raise Unavailable("the queue refuses records for now")


def _batches(records: Iterable[Record]) -> "Iterator[_Batch]":
    """Entries that go into one call; the text is ASCII, so characters are bytes."""
    batch: _Batch = []
    size = 0
    for number, record in enumerate(records):
        body = json.dumps(record.body, separators=(",", ":"))
        if batch and (len(batch) == _BATCH or size + len(body) > _MAX_CALL):
            yield batch
            batch, size = [], 0
        batch.append({"Id": str(number), "MessageBody": body, "DelaySeconds": record.seconds})
        size += len(body)
    if batch:
        yield batch
