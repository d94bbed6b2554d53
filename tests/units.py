"""
What writes cost, by the rules of the Amazon DynamoDB Developer Guide ("Read and write operations", "Managing indexes").

moto's own ConsumedCapacity does not know index keys, so this meter looks at every item before and after a write:
1 unit for each begun kB of the larger one, twice in a transaction; an index whose keys appear, or go, costs one
more, one whose keys change two, and one that holds keys only nothing while they stay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any, NamedTuple

import boto3

from herald.aws import clients
from tests.moto_table import REGION
from tests.world import STACK

INDEXES = (("lp", "ls"), ("tp", "ts"), ("pp", "ts"))

type Wire = dict[str, Any]


class Write(NamedTuple):
    """One item written: what the table and what its indexes charge; its size in bytes afterwards."""

    operation: str
    key: str
    table: int
    indexes: int
    size: int

    @property
    def units(self) -> int:
        return self.table + self.indexes


class Meter(list[Write]):
    """All writes of a while."""

    def units(self, start: str = "") -> int:
        """Units of all writes to items whose key starts so."""
        return sum(write.units for write in self if write.key.startswith(start))


@contextmanager
def metering() -> Iterator[Meter]:
    """Meter all writes of Herald's own client."""
    meter = Meter()
    looking = boto3.client("dynamodb", region_name=REGION)
    client: Any = clients.dynamodb()

    def look(key: Wire) -> Wire | None:
        found: Wire | None = looking.get_item(TableName=STACK, Key=key, ConsistentRead=True).get("Item")
        return found

    def before(params: Wire, model: Any, context: Wire, **_: Any) -> None:
        keys = _keys(model.name, params)
        context["metered"] = [(key, look(key)) for key in keys]

    def after(model: Any, context: Wire, **_: Any) -> None:
        for key, old in context.get("metered", ()):
            new = look(key)
            size = max(size_of(old or {}), size_of(new or {}))
            table = ceil(max(size, 1) / 1024) * (2 if model.name == "TransactWriteItems" else 1)
            indexes = sum(_index(old or {}, new or {}, names) for names in INDEXES)
            meter.append(Write(model.name, key["pk"]["S"] + key["sk"]["S"], table, indexes, size_of(new or {})))

    client.meta.events.register("before-parameter-build.dynamodb", before)
    client.meta.events.register_last("after-call.dynamodb", after)
    try:
        yield meter
    finally:
        client.meta.events.unregister("before-parameter-build.dynamodb", before)
        client.meta.events.unregister("after-call.dynamodb", after)


def _keys(operation: str, params: Wire) -> list[Wire]:
    match operation:
        case "PutItem":
            return [{name: params["Item"][name] for name in ("pk", "sk")}]
        case "UpdateItem" | "DeleteItem":
            return [params["Key"]]
        case "TransactWriteItems":
            return [{name: one["Put"]["Item"][name] for name in ("pk", "sk")} for one in params["TransactItems"]]
        case _:
            return []


def _index(old: Wire, new: Wire, names: tuple[str, str]) -> int:
    before = tuple(old[name]["S"] for name in names) if all(name in old for name in names) else None
    after = tuple(new[name]["S"] for name in names) if all(name in new for name in names) else None
    if before == after:
        return 0
    return 1 if before is None or after is None else 2


def size_of(item: Wire) -> int:
    """Bytes of an item in wire form ("Item sizes and formats")."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(wire: Wire) -> int:  # noqa: PLR0911 - one line a type reads best
    kind: str
    value: Any
    ((kind, value),) = wire.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            digits = value.lstrip("-").replace(".", "").strip("0")
            return ceil(len(digits) / 2) + 1 + int(value.startswith("-"))
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + _size(one) for one in value)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(one) for name, one in value.items())
        case "SS":
            return sum(len(one.encode()) for one in value)
        case _:
            return len(bytes(value))
