"""
The one table: the few calls that everything in Herald is made of.

Each is one request to DynamoDB, conditional where it writes; a condition that fails hands back the item as it
was, so no second read is needed. Throttling and outages become Unavailable, which keeps work in its queue.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from herald.aws.attributes import Item, decode_item, encode, encode_item
from herald.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ITEM = "."
"""The sort key of an item that is the only one, or the head, of its partition."""

_MAX_GETS = 100
_MAX_TRIES = 5
_REFUSED = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class ConditionFailed(Exception):
    """The condition did not hold. `item` is what stood there instead, None when nothing did."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("condition failed")
        self.item = item


@dataclass(frozen=True, slots=True)
class Change:
    """
    An update, spelled in DynamoDB's own language.

    `expression` and `condition` name attributes by `#name`, one at least, and values by `:name`; `names` lists what
    stands behind a `#name` that is not simply the attribute of that name.
    """

    expression: str
    values: Mapping[str, object]
    condition: str | None = None
    names: Mapping[str, str] | None = None


def names_in(*expressions: str | None) -> dict[str, str]:
    """Every `#name` of the expressions, standing for the attribute of that name."""
    found: dict[str, str] = {}
    for expression in expressions:
        for part in (expression or "").split("#")[1:]:
            name = ""
            for character in part:
                if not (character.isalnum() or character == "_"):
                    break
                name += character
            found[f"#{name}"] = name
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a query: items in order, and the key to go on from, None at the end."""

    items: list[Item]
    next: dict[str, str] | None


class Table:
    """The table by its name. Every value is plain Python; see `attributes` for what it may be."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self.name = name

    def _call(self, operation: Callable[..., Any], **arguments: Any) -> Any:
        try:
            return operation(ReturnConsumedCapacity="INDEXES", **arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ConditionalCheckFailedException":
                old: Any = error.response.get("Item")
                raise ConditionFailed(decode_item(old) if old else None) from error
            if code in _REFUSED:
                raise Unavailable("the table refuses requests for now") from error
            raise
        except BotoCoreError as error:
            raise Unavailable("the table cannot be reached for now") from error

    def get(self, pk: str, sk: str = ITEM, *, consistent: bool = True) -> Item | None:
        """One item, None when there is none."""
        answer = self._call(
            self._client.get_item, TableName=self.name, Key=encode_item({"pk": pk, "sk": sk}), ConsistentRead=consistent
        )
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """The items that exist, strongly consistent. Raises Unavailable when the table keeps refusing some."""
        waiting = [encode_item({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(keys)]
        found: dict[tuple[str, str], Item] = {}
        refusals = 0
        while waiting:
            batch, waiting = waiting[:_MAX_GETS], waiting[_MAX_GETS:]
            answer = self._call(
                self._client.batch_get_item, RequestItems={self.name: {"Keys": batch, "ConsistentRead": True}}
            )
            for wire in answer["Responses"].get(self.name, []):
                item = decode_item(wire)
                found[item["pk"], item["sk"]] = item
            refused = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            refusals += bool(refused)
            if refusals > _MAX_TRIES:
                raise Unavailable("the table refuses requests for now")
            waiting += refused
        return found

    def put(
        self,
        item: Mapping[str, object],
        *,
        condition: str | None = None,
        values: Mapping[str, object] | None = None,
    ) -> None:
        """Write a whole item. Raises ConditionFailed with the item that was in the way."""
        arguments: dict[str, Any] = {"TableName": self.name, "Item": encode_item(item)}
        if condition:
            arguments |= _condition(condition, values)
        self._call(self._client.put_item, **arguments)

    def insert(self, item: Mapping[str, object]) -> None:
        """Write a new item. Raises ConditionFailed when one of this key exists."""
        self.put(item, condition="attribute_not_exists(pk)")

    def insert_all(self, items: Sequence[Mapping[str, object]]) -> None:
        """
        Write up to 100 new items, all or none; the first one decides.

        Raises ConditionFailed with the first item's old state when it exists. Of several that write the same
        at once one is let through; the others find it.
        """
        puts = [
            {
                "Put": {
                    "TableName": self.name,
                    "Item": encode_item(item),
                    "ConditionExpression": "attribute_not_exists(pk)",
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            }
            for item in items
        ]
        for _ in range(_MAX_TRIES):
            try:
                self._call(self._client.transact_write_items, TransactItems=puts)
            except ClientError as error:
                if error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
                first: Any = error.response.get("CancellationReasons", [{}])[0]
                if first.get("Code") == "ConditionalCheckFailed":
                    raise ConditionFailed(decode_item(first["Item"]) if "Item" in first else None) from error
                if first.get("Code") != "TransactionConflict":
                    break
            else:
                return
        raise Unavailable("the table refuses requests for now")

    def update(self, pk: str, sk: str, change: Change, *, old: bool = False) -> Item:
        """
        Change one item and return it as it is now, or with `old` as it was.

        Raises ConditionFailed with the item that did not fit.
        """
        spelled = change.names or {}
        names = {
            name: spelled.get(name, plain) for name, plain in names_in(change.expression, change.condition).items()
        }
        arguments: dict[str, Any] = {
            "TableName": self.name,
            "Key": encode_item({"pk": pk, "sk": sk}),
            "UpdateExpression": change.expression,
            "ExpressionAttributeNames": names,
            "ReturnValues": "ALL_OLD" if old else "ALL_NEW",
        }
        if change.values:
            arguments["ExpressionAttributeValues"] = {f":{key}": encode(value) for key, value in change.values.items()}
        if change.condition:
            arguments |= {"ConditionExpression": change.condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return decode_item(self._call(self._client.update_item, **arguments).get("Attributes", {}))

    def delete(self, pk: str, sk: str = ITEM) -> None:
        """Remove one item; it need not exist."""
        self._call(self._client.delete_item, TableName=self.name, Key=encode_item({"pk": pk, "sk": sk}))

    def query(  # noqa: PLR0913 - what a query can be narrowed by
        self,
        condition: str,
        values: Mapping[str, object],
        *,
        index: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
        start: Mapping[str, str] | None = None,
    ) -> Page:
        """
        One page of a partition, by a key condition such as `lp = :lp AND ls < :ls`.

        An index holds keys only and is eventually consistent; the table itself is read consistently.
        """
        arguments: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": {f":{key}": encode(value) for key, value in values.items()},
            "ScanIndexForward": not newest_first,
        }
        if index:
            arguments["IndexName"] = index
        else:
            arguments["ConsistentRead"] = True
        if limit:
            arguments["Limit"] = limit
        if start:
            arguments["ExclusiveStartKey"] = encode_item(start)
        answer = self._call(self._client.query, **arguments)
        last = answer.get("LastEvaluatedKey")
        return Page([decode_item(wire) for wire in answer["Items"]], decode_item(last) if last else None)


def _condition(condition: str, values: Mapping[str, object] | None) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    if names := names_in(condition):
        arguments["ExpressionAttributeNames"] = names
    if values:
        arguments["ExpressionAttributeValues"] = {f":{key}": encode(value) for key, value in values.items()}
    return arguments
