"""
moto answers the same when it is quick.
"""

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.moto_table import REGION
from tests.quick_moto import quick_moto
from tests.world import resources

VALUES = {
    "S": "Grüße",
    "N": "-1.5",
    "B": b"\x00\xff",
    "BOOL": False,
    "NULL": True,
    "SS": ["a", "b"],
    "L": [{"S": ""}, {"L": [{"B": b"x"}]}, {"M": {}}],
    "M": {"S": {"S": "x"}, "deep": {"M": {"B": {"B": b"y"}, "N": {"N": "0"}}}},
}
EVERYTHING = {kind.lower(): {kind: value} for kind, value in VALUES.items()}

type Client = Any


def key(pk: str, sk: str = ".") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def fill(db: Client) -> None:
    """Two partitions, and an index with entries of both."""
    (declared,) = resources("AWS::DynamoDB::Table").values()
    names = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    db.create_table(TableName="t", StreamSpecification=stream, **{name: declared[name] for name in names})
    for number in (3, 1, 2, 10):
        due = {"lp": {"S": f"D#{number % 2}"}, "ls": {"S": f"{9 - number}"}}
        db.put_item(TableName="t", Item={**key("b", f"{number}"), **due, **EVERYTHING})
        db.put_item(TableName="t", Item={**key("a", f"{number}"), "lp": {"S": "D#1"}})


def query(condition: str, **more: Any) -> Callable[[Client], Any]:
    values = {f":{name}": {"S": value} for name, value in more.pop("values").items()}
    asked = {"TableName": "t", "KeyConditionExpression": condition, "ExpressionAttributeValues": values, **more}
    return lambda db: db.query(**asked)


def update(db: Client) -> Any:
    asked = {"UpdateExpression": "SET #m.#n = :n ADD ss :ss REMOVE b", "ReturnValues": "ALL_NEW"}
    names, values = {"#m": "m", "#n": "new"}, {":n": {"B": b"z"}, ":ss": {"SS": ["c"]}}
    return db.update_item(
        TableName="t", Key=key("b", "1"), ExpressionAttributeNames=names, ExpressionAttributeValues=values, **asked
    )


def transact(*entries: dict[str, Any]) -> Callable[[Client], Any]:
    def write(db: Client) -> Any:
        try:
            return db.transact_write_items(
                TransactItems=[{kind: one} for each in entries for kind, one in each.items()]
            )
        except ClientError as error:
            return error.response["CancellationReasons"]

    return write


def put(pk: str, **more: Any) -> dict[str, Any]:
    fresh = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {"Put": {"TableName": "t", "Item": {**key(pk, "1"), **EVERYTHING}, **fresh, **more}}


CHANGED = {
    "Update": {
        "TableName": "t",
        "Key": key("a", "2"),
        "UpdateExpression": "SET x = :x",
        "ExpressionAttributeValues": {":x": {"S": "x"}},
    }
}

ASKED: dict[str, Callable[[Client], Any]] = {
    "an item": lambda db: db.get_item(TableName="t", Key=key("b", "1")),
    "no item": lambda db: db.get_item(TableName="t", Key=key("c")),
    "many": lambda db: db.batch_get_item(RequestItems={"t": {"Keys": [key("b", "1"), key("a", "3"), key("c")]}}),
    "all": lambda db: db.scan(TableName="t"),
    "an update": update,
    "a partition": query("pk = :p", values={"p": "b"}),
    "no partition": query("pk = :p", values={"p": "c"}),
    "backwards": query("pk = :p", values={"p": "b"}, ScanIndexForward=False),
    "some": query("pk = :p AND sk BETWEEN :a AND :z", values={"p": "b", "a": "1", "z": "2"}),
    "a page": query("pk = :p", values={"p": "b"}, Limit=2),
    "the next page": query("pk = :p", values={"p": "b"}, Limit=2, ExclusiveStartKey=key("b", "10")),
    "an index": query("lp = :p", values={"p": "D#1"}, IndexName="later"),
    "some of an index": query("lp = :p AND ls < :z", values={"p": "D#1", "z": "8"}, IndexName="later"),
    "a page of an index": query("lp = :p", values={"p": "D#0"}, IndexName="later", Limit=1),
    "puts": transact(put("new"), put("other")),
    "a put too many": transact(put("new"), put("a")),
    "an update, and a put too many": transact(CHANGED, put("a")),
}


@mock_aws
def told(ask: Callable[[Client], Any], *, quick: bool) -> Any:
    """What is answered, and what the table and its stream then hold."""
    db, streams = boto3.client("dynamodb", region_name=REGION), boto3.client("dynamodbstreams", region_name=REGION)
    with quick_moto() if quick else nullcontext():
        fill(db)
        answer = ask(db)
        ask_again = ask(db)
    arn = db.describe_table(TableName="t")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    written = streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
    changes = [{k: one["dynamodb"].get(k) for k in ("Keys", "OldImage", "NewImage")} for one in written]
    return json.dumps([_body(each) for each in (answer, ask_again, db.scan(TableName="t"), changes)], default=str)


def _body(answer: Any) -> Any:
    """Without what no two answers have in common."""
    return answer if isinstance(answer, list) else {k: v for k, v in answer.items() if k != "ResponseMetadata"}


@pytest.mark.parametrize("what", ASKED)
def test_the_same_answer(what: str) -> None:
    """Whatever is asked or written, the answers, the table and the stream are those of moto as it is."""
    assert told(ASKED[what], quick=True) == told(ASKED[what], quick=False)
