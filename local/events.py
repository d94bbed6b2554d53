"""
Listening to a deployed Herald's bus: a rule of our own puts every event into a queue of our own.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.aws import Stack

type Event = dict[str, Any]

_MOST = 10


class BusTap:
    """What Herald published since this was opened."""

    def __init__(self, stack: Stack, queue: str) -> None:
        self._stack = stack
        self._queue = queue
        self.heard: list[Event] = []

    def listen(self, seconds: int = 1) -> list[Event]:
        """The details of events that came, waiting up to `seconds` (at most 20) for the first; also kept in `heard`."""
        new = [event for _, event in self.listen_timed(seconds)]
        self.heard += new
        return new

    def listen_timed(self, seconds: int = 1) -> list[tuple[int, Event]]:
        """The same, each with the time (ms) at which the bus handed it over, and kept nowhere."""
        sqs = self._stack.client("sqs")
        answer = sqs.receive_message(
            QueueUrl=self._queue,
            MaxNumberOfMessages=_MOST,
            WaitTimeSeconds=seconds,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        new: list[tuple[int, Event]] = []
        for message in answer.get("Messages", ()):
            sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
            new.append((int(message["Attributes"]["SentTimestamp"]), json.loads(message["Body"])["detail"]))
        return new

    def about(self, identifier: str) -> list[Event]:
        """What was heard so far of a message, a request or an inbound message."""
        return [event for event in self.heard if event["data"].get("id") == identifier]


@contextmanager
def tapped(stack: Stack, *types: str) -> Iterator[BusTap]:
    """A tap on the stack's bus, for all events or those of some types, removed when the block ends."""
    name, bus = f"tap-{uuid.uuid4().hex[:12]}", stack.outputs["EventBusName"]
    sqs, events = stack.client("sqs"), stack.client("events")
    pattern = {"source": ["herald"], **({"detail-type": types} if types else {})}
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "tap", "Arn": arn}])
    try:
        yield BusTap(stack, queue)
    finally:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["tap"])
        events.delete_rule(Name=name, EventBusName=bus)
        sqs.delete_queue(QueueUrl=queue)
