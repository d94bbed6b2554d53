"""
What the test world refuses because AWS does, be moto willing or not.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from herald.aws import clients
from tests.aws_rules import RULES
from tests.world import STACK, World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.open() as world:
        yield world


KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
UPDATE: dict[str, Any] = {"TableName": STACK, "Key": KEY}


def entry(body: str = "x", delay: int = 0, number: int = 0) -> dict[str, Any]:
    return {"Id": f"{number}", "MessageBody": body, "DelaySeconds": delay}


def item(**more: object) -> dict[str, Any]:
    return {"TableName": STACK, "Item": KEY | more}


def puts(*items: object) -> dict[str, Any]:
    return {"TransactItems": [{"Put": {"TableName": STACK, "Item": each}} for each in items]}


def event(number: int, text: str = "") -> dict[str, Any]:
    return {"Source": "herald", "DetailType": "t", "Detail": f'{{"a":"{text}{number}"}}', "EventBusName": STACK}


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("SendMessageBatch", {"Entries": [entry(delay=901)]}),
    ("SendMessageBatch", {"Entries": [entry(number=number) for number in range(11)]}),
    ("SendMessageBatch", {"Entries": []}),
    ("SendMessageBatch", {"Entries": [entry("a\x00b")]}),
    ("SendMessageBatch", {"Entries": [entry("a\ufffeb")]}),
    ("SendMessageBatch", {"Entries": [entry("a\x1bb")]}),
    ("SendMessageBatch", {"Entries": [entry("x" * 600_000, number=number) for number in range(2)]}),
    ("PutItem", item(a={"S": "x" * 410_000})),
    ("PutItem", item(lp={"S": ""})),
    ("PutItem", {"TableName": STACK, "Item": KEY | {"pk": {"S": ""}}}),
    ("PutItem", {"TableName": STACK, "Item": {"pk": {"S": "a"}}}),
    ("TransactWriteItems", puts(*(KEY | {"sk": {"S": f"{number}"}} for number in range(101)))),
    ("TransactWriteItems", puts(KEY, KEY)),
    ("TransactWriteItems", puts(*(KEY | {"sk": {"S": f"{n}"}, "a": {"S": "x" * 390_000}} for n in range(12)))),
    ("UpdateItem", UPDATE | {"UpdateExpression": "SET pk = :a", "ExpressionAttributeValues": {":a": {"S": "x"}}}),
    (
        "UpdateItem",
        UPDATE
        | {
            "UpdateExpression": "SET #k = :a",
            "ExpressionAttributeNames": {"#k": "sk"},
            "ExpressionAttributeValues": {":a": {"S": "x"}},
        },
    ),
    ("UpdateItem", UPDATE | {"UpdateExpression": "REMOVE #k", "ExpressionAttributeNames": {"#k": "sk"}}),
    ("UpdateItem", UPDATE | {"UpdateExpression": "SET lp = :a", "ExpressionAttributeValues": {":a": {"S": ""}}}),
    (
        "UpdateItem",
        UPDATE
        | {
            "UpdateExpression": "SET a = :a",
            "ExpressionAttributeValues": {":a": {"S": "x"}, ":unused": {"S": "x"}},
        },
    ),
    ("BatchGetItem", {"RequestItems": {STACK: {"Keys": [KEY, KEY]}}}),
    ("PutEvents", {"Entries": [event(number) for number in range(11)]}),
    ("PutEvents", {"Entries": [event(number, "x" * 140_000) for number in range(2)]}),
]


@pytest.mark.parametrize(("operation", "arguments"), REFUSED, ids=[f"{n}" for n in range(len(REFUSED))])
def test_refused(world: World, operation: str, arguments: dict[str, Any]) -> None:
    """Each of these is refused before moto sees it."""
    queue = world.environment("send")["BULK_QUEUE"]
    calls: dict[str, Any] = {
        "SendMessageBatch": lambda: clients.sqs().send_message_batch(QueueUrl=queue, **arguments),
        "PutItem": lambda: clients.dynamodb().put_item(**arguments),
        "TransactWriteItems": lambda: clients.dynamodb().transact_write_items(**arguments),
        "UpdateItem": lambda: clients.dynamodb().update_item(**arguments),
        "BatchGetItem": lambda: clients.dynamodb().batch_get_item(**arguments),
        "PutEvents": lambda: clients.events().put_events(**arguments),
    }
    with pytest.raises(ClientError, match="refused as AWS does"):
        calls[operation]()


def test_every_rule_is_shown() -> None:
    """There is no rule without a call that breaks it."""
    assert {operation for operation, _ in REFUSED} == RULES.keys()


def test_writes_of_several_at_once(world: World) -> None:
    """Of four hundred that add one at the same time, from eight threads, none is lost."""
    add: Any = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    key = {"pk": {"S": "count"}, "sk": {"S": "."}}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: clients.dynamodb().update_item(TableName=STACK, Key=key, **add), range(400)))
    assert world.operator.table.get("count") == {"pk": "count", "sk": ".", "n": 400}
