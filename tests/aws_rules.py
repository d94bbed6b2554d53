"""
What AWS refuses and moto takes: without these rules a test could pass that no deployment would.

    with refusing_like_aws(): ...        # every World is within

A refused call is answered with AWS's own code. Calls to moto are made one at a time: it loses writes of several at
once. Sources: Amazon SQS API Reference ("SendMessageBatch"), Amazon DynamoDB Developer Guide ("Constraints in Amazon
DynamoDB"), Amazon EventBridge User Guide ("PutEvents event entry size").
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber

from herald.aws import clients
from herald.aws.attributes import decode_item, size

MAX_DELAY: Final = 900
MAX_BATCH: Final = 10
MAX_QUEUED: Final = 1_048_576
MAX_ITEM: Final = 409_600
MAX_TRANSACTION: Final = 100
MAX_TRANSACTED: Final = 4_194_304
MAX_GETS: Final = 100
MAX_EVENTS: Final = 262_144
KEYS: Final = ("pk", "sk")
INDEX_KEYS: Final = ("lp", "ls", "tp", "ts", "pp")

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What a message of SQS cannot hold."""

type Body = Mapping[str, Any]
type Rule = Callable[[Body], str | None]
"""The code with which a call is refused."""


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _sqs(body: Body) -> str | None:
    entries = body["Entries"]
    if not 0 < len(entries) <= MAX_BATCH:
        return "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"
    if any(not 0 <= entry.get("DelaySeconds", 0) <= MAX_DELAY for entry in entries):
        return "InvalidParameterValue"
    if any(not entry["MessageBody"] or _NOT_XML.search(entry["MessageBody"]) for entry in entries):
        return "InvalidMessageContents"
    if sum(_bytes(entry["MessageBody"]) for entry in entries) > MAX_QUEUED:
        return "AWS.SimpleQueueService.BatchRequestTooLong"
    return None


def _item(item: dict[str, Any]) -> str | None:
    keys = [item[name] for name in (*KEYS, *INDEX_KEYS) if name in item]
    whole = all(name in item for name in KEYS) and all(key.get("S") for key in keys)
    fits = size(decode_item(item)) <= MAX_ITEM
    return None if whole and fits and not any(map(_is_empty_set, item.values())) else "ValidationException"


def _is_empty_set(value: Mapping[str, Any]) -> bool:
    return any(kind in {"SS", "NS", "BS"} and not held for kind, held in value.items())


def _put(body: Body) -> str | None:
    return _item(body["Item"])


def _transaction(body: Body) -> str | None:
    items = [each["Put"]["Item"] for each in body["TransactItems"] if "Put" in each]
    keys = [json.dumps([item.get(name) for name in KEYS]) for item in items]
    weight = sum(size(decode_item(item)) for item in items)
    if len(body["TransactItems"]) > MAX_TRANSACTION or weight > MAX_TRANSACTED or len(set(keys)) < len(keys):
        return "ValidationException"
    return next(filter(None, map(_item, items)), None)


def _update(body: Body) -> str | None:
    """The keys of an item cannot be changed, nor an index's be empty; whatever is given must be used."""
    names: Mapping[str, str] = body.get("ExpressionAttributeNames", {})
    values: Mapping[str, Any] = body.get("ExpressionAttributeValues", {})
    changed = body.get("UpdateExpression", "")
    said = f"{changed} {body.get('ConditionExpression', '')}"
    spelled = {names.get(word, word) for word in re.findall(r"[#\w]+(?=\s*=)|(?<=REMOVE )[#\w]+", changed)}
    given = [*names, *values]
    unused = any(not re.search(rf"{re.escape(name)}\b", said) for name in given)
    empty = any(values.get(value) == {"S": ""} for name, value in _assigned(changed, names) if name in INDEX_KEYS)
    emptied = any(map(_is_empty_set, values.values()))
    return "ValidationException" if spelled & set(KEYS) or unused or empty or emptied else None


def _assigned(expression: str, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """`#name = :value`."""
    found = re.findall(r"([#\w]+)\s*=\s*(:\w+)", expression)
    return [(names.get(name, name), value) for name, value in found]


def _gets(body: Body) -> str | None:
    keys = [json.dumps(key, sort_keys=True) for table in body["RequestItems"].values() for key in table["Keys"]]
    return "ValidationException" if len(keys) > MAX_GETS or len(set(keys)) < len(keys) else None


def _events(body: Body) -> str | None:
    entries = body["Entries"]
    weight = sum(_bytes(entry[part]) for entry in entries for part in ("Source", "DetailType", "Detail"))
    return "ValidationException" if not 0 < len(entries) <= MAX_BATCH or weight > MAX_EVENTS else None


RULES: Final[Mapping[str, Rule]] = {
    "SendMessageBatch": _sqs,
    "PutItem": _put,
    "UpdateItem": _update,
    "TransactWriteItems": _transaction,
    "BatchGetItem": _gets,
    "PutEvents": _events,
}


def _judge(model: Any, params: Mapping[str, Any], **_: Any) -> Any:
    rule = RULES.get(model.name)
    code = rule(json.loads(params["body"])) if rule else None
    if code is None:
        return None
    answer = AWSResponse("https://aws.example", 400, HTTPHeaders(), None)
    return answer, {"Error": {"Code": code, "Message": f"refused as AWS does: {model.name}"}, "ResponseMetadata": {}}


@contextmanager
def refusing_like_aws() -> Iterator[None]:
    """Herald's own clients meet the rules meanwhile."""
    every = (clients.dynamodb(), clients.sqs(), clients.events())
    lock, process = threading.RLock(), BotocoreStubber.process_request

    def one_at_a_time(self: BotocoreStubber, request: Any) -> Any:
        with lock:
            return process(self, request)

    for client in every:
        client.meta.events.register("before-call", _judge)
    BotocoreStubber.process_request = one_at_a_time  # type: ignore[method-assign]
    try:
        yield
    finally:
        BotocoreStubber.process_request = process  # type: ignore[method-assign]
        for client in every:
            client.meta.events.unregister("before-call", _judge)
