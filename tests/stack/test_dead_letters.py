"""
What a queue gave up, on the deployed bundle: found by the stack, sent back, and nothing is sent twice by it.
"""

import json
from typing import Any

from cli.dead import PUBLISH, DeadLetters
from local.client import until
from local.events import BusTap
from local.providers import WebsmsControl
from tests.stack.conftest import Number
from tests.stack.place import Place, text


def dead_letters(place: Place) -> DeadLetters:
    """As the command has them."""
    return place.gateway.dead_letters()


def changes_of(dead: DeadLetters, stream: str, identifier: str) -> tuple[str, list[str]]:
    """The shard in which a message was written, and the sequence numbers of its changes."""
    for shard in dead.streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]:
        start = {"StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = dead.streams.get_shard_iterator(**start)["ShardIterator"]
        found: list[str] = []
        while iterator:
            page: Any = dead.streams.get_records(ShardIterator=iterator)
            written = [each["dynamodb"] for each in page["Records"]]
            found += [each["SequenceNumber"] for each in written if each["Keys"]["pk"]["S"] == f"M#{identifier}"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
        if found:
            return shard["ShardId"], found
    raise AssertionError("the stream does not know the message")


def test_a_lane_record_goes_back(place: Place, websms: WebsmsControl, number: Number) -> None:
    """A record of a message that was sent already goes back to its lane and does no harm."""
    to = number()
    identifier = place.client.send({"channel": "whatsapp", "to": to, "content": text()})["id"]
    place.client.message_when(identifier, "read")
    dead = dead_letters(place)
    record = json.dumps({"message": identifier, "turn": 0, "slot": 0})
    dead.sqs.send_message(QueueUrl=dead.urls["transactional.dead"], MessageBody=record)
    assert list(dead.redrive("transactional"))[-1] >= 1
    until(lambda: not dead.depth("transactional"))
    assert list(websms.sent(recipient=to).values()) == [1]


def test_changes_are_published_again(place: Place, bus: BusTap, number: Number) -> None:
    """What the stream's failures name is read there and published, with the ids that it had."""
    identifier = place.client.send({"channel": "whatsapp", "to": number(), "content": text()})["id"]
    place.client.message_when(identifier, "read")
    until(lambda: (bus.listen() and any(event["type"] == "message.read" for event in bus.about(identifier))) or None)
    first = {event["id"] for event in bus.about(identifier)}
    told = len(bus.about(identifier))
    dead = dead_letters(place)
    table = place.stack.client("dynamodb").describe_table(TableName=place.stack.outputs["TableName"])["Table"]
    shard, numbers = changes_of(dead, table["LatestStreamArn"], identifier)
    info = {
        "shardId": shard,
        "startSequenceNumber": numbers[0],
        "endSequenceNumber": numbers[-1],
        "streamArn": table["LatestStreamArn"],
    }
    dead.sqs.send_message(QueueUrl=dead.urls["publish.dead"], MessageBody=json.dumps({"DDBStreamBatchInfo": info}))
    assert list(dead.redrive(PUBLISH))[-1] >= 1
    until(lambda: (bus.listen() and len(bus.about(identifier)) >= 2 * told) or None)
    assert {event["id"] for event in bus.about(identifier)} == first
