"""
`herald dead-letters`: what a queue gave up is seen, sent back, or thrown away.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest

from cli.dead import DeadLetters, queues_of
from cli.gateway import Gateway
from herald import waiting
from tests.moto_table import REGION

type Run = Callable[..., Any]

TEMPLATE = {
    "Resources": {
        name: {"Type": "AWS::SQS::Queue"}
        for name in (
            "TransactionalQueue",
            "TransactionalDeadLetterQueue",
            "IntakeQueue",
            "IntakeDeadLetterQueue",
            "InboundEventsDeadLetterQueue",
            "ClockDeadLetterQueue",
            "PublishFailuresQueue",
        )
    }
}


@pytest.fixture
def gateway(gateway: Gateway) -> Gateway:
    """A deployment with queues."""
    stacks = boto3.client("cloudformation", region_name=REGION)
    stacks.create_stack(StackName="herald", TemplateBody=json.dumps(TEMPLATE))
    sqs = boto3.client("sqs", region_name=REGION)
    return replace(
        gateway,
        dead_letters=lambda: DeadLetters(queues_of(stacks, "herald"), sqs, None, None, "herald-publish"),
    )


def fill(gateway: Gateway, name: str, *bodies: str) -> None:
    """Put these records among what failed."""
    dead = gateway.dead_letters()
    for body in bodies:
        dead.sqs.send_message(QueueUrl=dead.urls[f"{name}.dead"], MessageBody=body)


def lying(gateway: Gateway, name: str) -> list[str]:
    """What lies in a queue."""
    dead = gateway.dead_letters()
    found = dead.sqs.receive_message(QueueUrl=dead.urls[name], MaxNumberOfMessages=10, VisibilityTimeout=0)
    return sorted(each["Body"] for each in found.get("Messages", ()))


def test_listing(gateway: Gateway, run: Run) -> None:
    """Every queue of what failed is listed with its depth, empty ones too."""
    fill(gateway, "transactional", "1", "2")
    assert run("dead-letters", "list") == [
        {"queue": "clock", "records": 0},
        {"queue": "inbound-events", "records": 0},
        {"queue": "intake", "records": 0},
        {"queue": "publish", "records": 0},
        {"queue": "transactional", "records": 2},
    ]


def test_looking(gateway: Gateway, run: Run) -> None:
    """Ids are shown, what people wrote only when it is asked for; the records stay."""
    fill(gateway, "transactional", '{"message":"abc"}')
    fill(gateway, "intake", "Dear Ada")
    assert [row["body"] for row in run("dead-letters", "show", "transactional")] == ['{"message":"abc"}']
    assert [row["body"] for row in run("dead-letters", "show", "intake")] == ["8 characters"]
    assert run("dead-letters", "list")[2] == {"queue": "intake", "records": 1}


def test_content_is_shown_when_asked_for(gateway: Gateway, run: Run) -> None:
    """With --content the record is shown as it is."""
    fill(gateway, "intake", "Dear Ada")
    assert [row["body"] for row in run("dead-letters", "show", "intake", "--content")] == ["Dear Ada"]


def test_redriving(gateway: Gateway, run: Run) -> None:
    """All records, more than one batch of them, go back to their queue, and nothing is left behind."""
    bodies = [f"{number:02}" for number in range(23)]
    fill(gateway, "transactional", *bodies)
    assert run("dead-letters", "redrive", "transactional") == {"queue": "transactional", "records": 23}
    dead = gateway.dead_letters()
    assert dead.depth("transactional") == 0
    moved = dead.sqs.get_queue_attributes(
        QueueUrl=dead.urls["transactional"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert moved["Attributes"]["ApproximateNumberOfMessages"] == "23"


def test_intake_keeps_its_key(gateway: Gateway, run: Run) -> None:
    """
    A message may have been accepted before its record failed: sent back, however often, it keeps the id that it had.
    """
    text = json.dumps({"tenant": "acme", "content": {"type": "text", "text": "Grüße"}})
    dead = gateway.dead_letters()
    first = dead.sqs.send_message(QueueUrl=dead.urls["intake.dead"], MessageBody=text)["MessageId"]
    run("dead-letters", "redrive", "intake")
    (back,) = lying(gateway, "intake")
    found = waiting.read(back)
    assert found
    assert (found.key, found.body) == (first, text)
    fill(gateway, "intake", back)
    run("dead-letters", "redrive", "intake")
    assert lying(gateway, "intake") == [back, back]


def test_intake_that_has_a_key(gateway: Gateway, run: Run) -> None:
    """What has an id of its own, or is no message at all, goes back as it is."""
    bodies = sorted(['{"detail-type":"herald.send","id":"e-1"}', "Dear Ada", "7", "[" * 100_000])
    fill(gateway, "intake", *bodies)
    run("dead-letters", "redrive", "intake")
    assert lying(gateway, "intake") == bodies


def test_events_go_to_the_intake_queue(gateway: Gateway, run: Run) -> None:
    """An event that the bus could not hand over goes where it was to go."""
    fill(gateway, "inbound-events", '{"detail-type":"herald.send"}')
    run("dead-letters", "redrive", "inbound-events")
    assert lying(gateway, "intake") == ['{"detail-type":"herald.send"}']


def test_discarding(gateway: Gateway, run: Run) -> None:
    """Only on a yes, and then all."""
    fill(gateway, "clock", "{}", "{}")
    assert run("dead-letters", "discard", "clock", "--yes") == {"queue": "clock", "records": 2}
    assert lying(gateway, "clock.dead") == []


def test_what_cannot_be_sent_back(gateway: Gateway, fail: Callable[..., str]) -> None:
    """A missed minute is not repeated, and an unknown queue is named with those there are."""
    fill(gateway, "clock", "{}")
    assert "discard" in fail("dead-letters", "redrive", "clock")
    assert "transactional" in fail("dead-letters", "redrive", "nothing")
