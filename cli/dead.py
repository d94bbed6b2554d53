"""
The queues of what failed, as an operator works on them: looked at, sent back to where it came from, thrown away.

A record is written to its old queue before it is deleted here: whoever reads those queues bears repeats. One of intake
takes its id along, which is its idempotency key where its sender gave none: it may have been accepted before it failed,
and under a new id it would be another message. What could not
be published is not the change itself but its place in the table's stream, which keeps it for 24 hours: it is read there
and handed to the publish function once more.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from herald import waiting
from herald.errors import Conflict, NotFound

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

INTAKE = "intake"
PUBLISH = "publish"
CLOCK = "clock"
INBOUND_EVENTS = "inbound-events"

WITH_CONTENT = frozenset({"intake", "spill", "callback", INBOUND_EVENTS})
"""Queues whose records hold what people wrote; those of the others hold ids."""

_BATCH = 10
_HIDDEN = 120
"""Seconds that a record is hidden from others while it is worked on."""

_FAILURES = "PublishFailuresQueue"
_DEAD = "DeadLetterQueue"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record: `sent` in milliseconds, `received` is how often somebody has looked at it here."""

    id: str
    body: str
    sent: int
    received: int
    receipt: str


def _now() -> int:
    return time.time_ns() // 1_000_000


def queues_of(client: "CloudFormationClient", stack: str) -> Mapping[str, str]:
    """URLs of the stack's queues by short name: `transactional` and, of what failed there, `transactional.dead`."""
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    found = [each for page in pages for each in page["StackResourceSummaries"]]
    return {
        _name(each["LogicalResourceId"]): each["PhysicalResourceId"]
        for each in found
        if each["ResourceType"] == "AWS::SQS::Queue"
    }


def _name(logical: str) -> str:
    """`InboundEventsDeadLetterQueue` is `inbound-events.dead`."""
    if logical == _FAILURES:
        return f"{PUBLISH}.dead"
    dead = ".dead" if logical.endswith(_DEAD) else ""
    words = logical.removesuffix(_DEAD).removesuffix("Queue")
    return "".join(f"-{sign.lower()}" if sign.isupper() else sign for sign in words).lstrip("-") + dead


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """
    The deployment's queues (`queues_of`), with the clients to work on them; `publish` is the function's name, `now`
    gives milliseconds since 1970.
    """

    urls: Mapping[str, str]
    sqs: Any
    streams: Any
    functions: Any
    publish: str
    now: Callable[[], int] = _now

    @property
    def names(self) -> list[str]:
        """The queues of what failed, by the name of what they failed at."""
        return sorted(name.removesuffix(".dead") for name in self.urls if name.endswith(".dead"))

    def depth(self, name: str) -> int:
        """How many records lie there, about."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self.sqs.get_queue_attributes(QueueUrl=self._dead(name), AttributeNames=names)["Attributes"]
        return sum(map(int, told.values()))

    def look(self, name: str, limit: int) -> list[DeadLetter]:
        """Some of the records; they stay, and others may see them at once."""
        seen: dict[str, DeadLetter] = {}
        while len(seen) < limit:
            fresh = [one for one in self._take(name, hidden=5) if one.id not in seen]
            if not fresh:
                break
            seen |= {one.id: one for one in fresh}
        return list(seen.values())[:limit]

    def redrive(self, name: str) -> Iterator[int]:
        """
        Send every record that lies there now back to its queue; yields how many are done, as it goes on.

        Raises Conflict for the clock's, which has nothing to send back, or when a change is no longer in the stream.
        """
        if name == CLOCK:
            raise Conflict("a minute that was missed needs no repeat: the next one did its work", hint="discard them")
        done = 0
        while batch := self._take(name, hidden=_HIDDEN):
            if name == PUBLISH:
                self._publish(batch)
            elif name == INTAKE:
                self._put(self.urls[name], [self._keyed(each) for each in batch])
            else:
                self._put(self.urls[INTAKE if name == INBOUND_EVENTS else name], [each.body for each in batch])
            self._delete(name, batch)
            done += len(batch)
            yield done

    def discard(self, name: str) -> int:
        """Throw away all that lies there now; how many."""
        done = 0
        while batch := self._take(name, hidden=_HIDDEN):
            self._delete(name, batch)
            done += len(batch)
        return done

    def _dead(self, name: str) -> str:
        if f"{name}.dead" not in self.urls:
            raise NotFound(f"there is no queue of what failed at {name}", hint=f"one of {', '.join(self.names)}")
        return self.urls[f"{name}.dead"]

    def _take(self, name: str, *, hidden: int) -> list[DeadLetter]:
        answer = self.sqs.receive_message(
            QueueUrl=self._dead(name),
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=hidden,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
        )
        return [
            DeadLetter(
                each["MessageId"],
                each["Body"],
                int(each["Attributes"]["SentTimestamp"]),
                int(each["Attributes"]["ApproximateReceiveCount"]),
                each["ReceiptHandle"],
            )
            for each in answer.get("Messages", ())
        ]

    def _keyed(self, letter: DeadLetter) -> str:
        """A record of intake under the key that it came by, as those are that wait for their tenant's limit."""
        try:
            has_key = "detail-type" in json.loads(letter.body)
        except (TypeError, ValueError, RecursionError):
            return letter.body
        if has_key:  # an event, or one that was put back
            return letter.body
        return json.dumps(waiting.Waiting(letter.id, self.now(), letter.body).after(0, 0).body)

    def _put(self, url: str, bodies: list[str]) -> None:
        """One by one: of records with content ten may be too large for one call."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=url, MessageBody=body)

    def _delete(self, name: str, batch: list[DeadLetter]) -> None:
        entries = [{"Id": str(number), "ReceiptHandle": each.receipt} for number, each in enumerate(batch)]
        self.sqs.delete_message_batch(QueueUrl=self._dead(name), Entries=entries)

    def _publish(self, batch: list[DeadLetter]) -> None:
        """Hand the changes to the publish function again. Raises Conflict when they are gone, or fail once more."""
        for each in batch:
            records = self._changes(json.loads(each.body)["DDBStreamBatchInfo"])
            answer = self.functions.invoke(FunctionName=self.publish, Payload=json.dumps({"Records": records}).encode())
            told = json.loads(answer["Payload"].read())
            if "FunctionError" in answer or told.get("batchItemFailures"):
                raise Conflict("the changes could not be published this time either", hint="read the log of publish")

    def _changes(self, info: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The changes between two sequence numbers of a shard, as the function is given them."""
        gone = self.streams.exceptions.TrimmedDataAccessException
        first, last = int(info["startSequenceNumber"]), int(info["endSequenceNumber"])
        try:
            iterator: str | None = self.streams.get_shard_iterator(
                StreamArn=info["streamArn"],
                ShardId=info["shardId"],
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=info["startSequenceNumber"],
            )["ShardIterator"]
            found: list[Mapping[str, Any]] = []
            while iterator and not (found and int(found[-1]["dynamodb"]["SequenceNumber"]) >= last):
                page = self.streams.get_records(ShardIterator=iterator)
                found += page["Records"]
                iterator = page.get("NextShardIterator") if page["Records"] else None
        except gone as error:
            raise Conflict(
                "the stream no longer has these changes: they are older than a day",
                hint="read the messages over the API, then discard the records",
            ) from error
        return [
            _wire(each) for each in found if first <= int(each["dynamodb"]["SequenceNumber"]) <= last and _is_told(each)
        ]


def _is_told(record: Mapping[str, Any]) -> bool:
    """As the filter of the function's event source lets through (template.yaml)."""
    keys = record["dynamodb"]["Keys"]
    pk, sk = str(keys["pk"]["S"]), str(keys["sk"]["S"])
    if record["eventName"] == "REMOVE":
        return False
    return (pk.startswith(("M#", "N#")) and sk == ".") or (pk.startswith("T#") and sk.startswith("hook#"))


def _wire(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the function reads of a record, as JSON can carry it."""
    change = record["dynamodb"]
    told = {name: change[name] for name in ("Keys", "OldImage", "NewImage", "SequenceNumber") if name in change}
    return {"eventName": record["eventName"], "dynamodb": told}
