"""
Records on their way into a queue.
"""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from moto import mock_aws

from herald.aws.queues import MAX_DELAY, Queues, Record
from herald.errors import Unavailable
from tests.moto_table import REGION


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sqs", region_name=REGION)


def test_many(client: Any) -> None:
    """Any number of records is put, ten a call, each as small JSON in ASCII."""
    queue = client.create_queue(QueueName="q")["QueueUrl"]
    Queues(client).put(queue, [Record({"n": number, "text": "ü"}) for number in range(25)])
    found: list[str] = []
    while messages := client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"] for message in messages]
    assert sorted(json.loads(body)["n"] for body in found) == list(range(25))
    assert all(body.isascii() and " " not in body for body in found)


def test_large_ones(client: Any) -> None:
    """Records that are too large together go in several calls, in order; one that fits no company goes alone."""
    queue = client.create_queue(QueueName="q")["QueueUrl"]
    sizes: list[list[int]] = []

    def note(params: Any, **_: Any) -> None:
        sizes.append([len(entry["MessageBody"]) for entry in params["Entries"]])

    client.meta.events.register("provide-client-params.sqs.SendMessageBatch", note)
    lengths = [100_000, 100_000, 100_000, 240_000, 5, *[20_000] * 15]
    Queues(client).put(queue, [Record({"text": "x" * length}) for length in lengths])
    assert [len(batch) for batch in sizes] == [2, 1, 2, 10, 5]
    assert all(sum(batch) <= 250_000 for batch in sizes)


def test_none(client: Any) -> None:
    """Nothing to put is no call."""
    with Stubber(client):
        Queues(client).put("q", [])


@pytest.mark.parametrize(
    ("delay", "seconds"), [(0, 0), (-5, 0), (0.001, 1), (1, 1), (1.2, 2), (899.5, 900), (10**9, MAX_DELAY)]
)
def test_delays(delay: float, seconds: int) -> None:
    """A delay is rounded up, so nothing comes too early, and ends where SQS ends."""
    assert Record({}, delay).seconds == seconds


def test_refused(client: Any) -> None:
    """A call that fails is Unavailable, for whatever reason."""
    with Stubber(client) as stubber:
        stubber.add_client_error("send_message_batch", "ServiceUnavailable")
        with pytest.raises(Unavailable):
            Queues(client).put("q", [Record({})])


def test_partly_refused(client: Any) -> None:
    """One record that was not taken makes the whole call Unavailable."""
    failed = {"Id": "1", "SenderFault": False, "Code": "InternalError"}
    taken = {"Id": "0", "MessageId": "m", "MD5OfMessageBody": "x"}
    with Stubber(client) as stubber:
        answer = {"Successful": [taken], "Failed": [failed]}
        stubber.add_response("send_message_batch", answer, {"QueueUrl": "q", "Entries": ANY})
        with pytest.raises(Unavailable):
            Queues(client).put("q", [Record({}), Record({})])
