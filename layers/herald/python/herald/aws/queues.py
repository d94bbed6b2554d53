"""
The queues: records are small JSON in ASCII, and carry ids, never content.

The exceptions are intake and spill, which hold what has not been read yet.
"""

import json
from collections.abc import Iterable, Mapping
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
    """Puts records into queues, ten a call."""

    def __init__(self, client: "SQSClient") -> None:
        self._client = client

    def put(self, queue: str, records: Iterable[Record]) -> None:
        """
        Enqueue all records.

        Raises Unavailable when one is not taken; others may be, so what reads them must bear repeats.
        """
        waiting = list(records)
        for start in range(0, len(waiting), _BATCH):
            self._put(queue, waiting[start : start + _BATCH])

    def _put(self, queue: str, records: list[Record]) -> None:
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {
                "Id": str(number),
                "MessageBody": json.dumps(record.body, separators=(",", ":")),
                "DelaySeconds": record.seconds,
            }
            for number, record in enumerate(records)
        ]
        try:
            answer = self._client.send_message_batch(QueueUrl=queue, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the queue refuses records for now") from error
        if answer.get("Failed"):
            raise Unavailable("the queue refuses records for now")
