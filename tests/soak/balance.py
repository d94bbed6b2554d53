"""
The balance sheet: what was accepted against what became of it, by the table, and by what the handsets got.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from herald.aws.attributes import Item, decode_item
from herald.identifier import request_of
from herald.status import Status
from herald.view import status_of
from local.aws import Stack
from local.providers import WebsmsControl
from local.simulators.kit.recipients import plain

_RECEIVED = frozenset({Status.SENT, Status.DELIVERED, Status.READ})
_QUEUES = ("TransactionalQueueUrl", "BulkQueueUrl", "MediaQueueUrl", "SpillQueueUrl", "CallbackQueueUrl")


@dataclass
class Balance:
    """What is left when everything is quiet. `calls` are those that were to send something."""

    accepted: Mapping[str, int]
    ends: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unknown_received: int = 0
    calls: int = 0
    waiting: int = 0
    queued: int = 0
    dead: Mapping[str, int] = field(default_factory=dict)

    @property
    def messages(self) -> int:
        """Recipients that were accepted."""
        return sum(self.accepted.values())

    def count(self, identifier: str, status: Status, received: int) -> None:
        """One message: how it ended, and how often its handset got it."""
        self.ends[status] += 1
        self.unknown_received += status is Status.UNKNOWN and received > 0
        if status in _RECEIVED and not received:
            self.lost.append(identifier)
        if received > 1:
            self.twice.append(identifier)

    @property
    def mistakes(self) -> list[str]:
        """What must not be; empty when all is well."""
        found = {
            "accepted, but not to be found": len(self.lost),
            "without an end": self.ends[Status.ACCEPTED],
            "taken by the provider more than once": len(self.twice),
            "still due": self.waiting,
            "still queued": self.queued,
            "messages without exactly one end": abs(self.messages - sum(self.ends.values())),
        }
        return [f"{what}: {number}" for what, number in found.items() if number]


def items(stack: Stack) -> Iterator[Item]:
    """Every message and member in the table."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.outputs["TableName"],
            FilterExpression="begins_with(pk, :message) AND sk = :head",
            ExpressionAttributeValues={":message": {"S": "M#"}, ":head": {"S": "."}},
        )
    )
    for page in pages:
        for wire in page["Items"]:
            item = decode_item(wire)
            if "count" not in item:
                yield item


def due(stack: Stack) -> int:
    """How much waits for the clock; lists that are polled always do."""
    answer: Any = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.outputs["TableName"],
            IndexName="later",
            FilterExpression="begins_with(lp, :due)",
            ExpressionAttributeValues={":due": {"S": "D#"}},
        )
    )
    return sum(not item["ls"]["S"].endswith("#poll") for page in answer for item in page["Items"])


def queued(stack: Stack) -> int:
    """Records on all work queues, seen or not."""
    return sum(_depth(stack, stack.outputs[name]) for name in _QUEUES)


def dead_letters(stack: Stack) -> dict[str, int]:
    """Records by dead-letter queue, those that are empty left out."""
    urls = stack.client("sqs").list_queues().get("QueueUrls", ())
    names = [url for url in urls if "DeadLetter" in url or "Failures" in url]
    found = {url.rpartition("/")[2]: _depth(stack, url) for url in names}
    return {name: depth for name, depth in found.items() if depth}


def _depth(stack: Stack, url: str) -> int:
    names = ("", "NotVisible", "Delayed")
    asked = [f"ApproximateNumberOfMessages{name}" for name in names]
    told = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"]
    return sum(map(int, told.values()))


def draw_up(stack: Stack, provider: WebsmsControl, accepted: Mapping[str, int]) -> Balance:
    """The balance as it stands now; every message of the load has a recipient of its own."""
    handsets, calls = provider.handsets()
    balance = Balance(accepted, calls=calls, waiting=due(stack), queued=queued(stack), dead=dead_letters(stack))
    seen: Counter[str] = Counter()
    for item in items(stack):
        identifier = item["pk"].removeprefix("M#")
        origin = request_of(identifier) or identifier
        if origin in accepted:
            seen[origin] += 1
            balance.count(identifier, status_of(item), handsets.get(plain(item["to"]), 0))
    balance.lost += [origin for origin, count in accepted.items() if seen[origin] < count]
    return balance


def is_quiet(stack: Stack) -> bool:
    """Whether nothing is under way any more."""
    return not queued(stack) and not due(stack)
