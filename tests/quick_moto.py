"""
moto without the work that nobody here needs: the same answers, in a third of the time.

    with quick_moto(): ...        # every World is within

As it is, moto looks for each member of each attribute under a dozen names, sorts the whole table and asks all of it for
every query, copies all of it and of its stream before every transaction, and lists a class's methods for every call.
`test_quick_moto.py` shows that nothing else changes.
"""

import copy
import functools
import inspect
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from botocore.useragent import UserAgentString
from moto.core import responses, utils
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.sqs import models as sqs

_PLAIN: Final = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})

_serialize: Final = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 - moto's own way
_query: Final = Table.query
_asked: Final = inspect.signature(_query)
_transact: Final = DynamoDBBackend.transact_write_items
_method_names: Final = functools.cache(utils.method_names_from_class)
_underscores: Final = functools.cache(utils.camelcase_to_underscores)


@contextmanager
def quick_moto() -> Iterator[None]:
    """moto is quick meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseJSONSerializer, "_serialize_type_structure", _serialize_structure)
        patch.setattr(Table, "query", _query_few)
        patch.setattr(DynamoDBBackend, "transact_write_items", _transact_shallow)
        patch.setattr(responses, "method_names_from_class", _method_names)
        patch.setattr(responses, "camelcase_to_underscores", _underscores)
        patch.setattr(sqs, "unix_time_millis", lambda: time.time() * 1000)
        patch.setattr(UserAgentString, "to_string", lambda _: "tests")
        yield


def _serialize_structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """An attribute's value is in its wire form already."""
    if key and shape.name == "AttributeValue" and _is_wire(value):
        serialized[key] = value
    else:
        _serialize(self, serialized, value, shape, key)


def _is_wire(value: Any) -> bool:
    """Whether it has nothing that moto would change, as it does bytes."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((kind, held),) = value.items()
    match kind:
        case "L":
            return all(map(_is_wire, held))
        case "M":
            return all(map(_is_wire, held.values()))
        case _:
            return kind in _PLAIN


def _query_few(*arguments: Any, **named: Any) -> Any:
    """Of a table that holds only what has this hash key."""
    call = _asked.bind(*arguments, **named)
    asked = call.arguments
    table: Table = asked["self"]
    few = copy.copy(table)
    if asked.get("index_name"):
        wanted = {name: one.value for name, one in asked["hash_key_conditions"]}
        every = (item for partition in table.items.values() for item in partition.values())
        few.items = _table_of(item for item in every if wanted == _values(item, wanted))
    else:
        few.items = _table_of(table.items.get(asked["hash_key"], {}).values())
    asked["self"] = few
    return _query(*call.args, **call.kwargs)


def _values(item: Item, names: Iterable[str]) -> dict[str, Any]:
    return {name: item.attrs[name].value for name in names if name in item.attrs}


def _table_of(items: Iterable[Item]) -> defaultdict[Any, dict[Any, Item]]:
    found: defaultdict[Any, dict[Any, Item]] = defaultdict(dict)
    for item in items:
        found[item.hash_key][item.range_key] = item
    return found


def _transact_shallow(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """What is put does not change what was there: a copy that holds the same items can be gone back to."""
    with pytest.MonkeyPatch.context() as patch:
        if all("Put" in each for each in transact_items):
            patch.setattr(Table, "__deepcopy__", _shallow, raising=False)
        _transact(self, transact_items)


def _shallow(self: Table, memo: dict[int, Any]) -> Table:  # noqa: ARG001 - as Python calls it
    table = copy.copy(self)
    table.items = defaultdict(dict, {key: dict(partition) for key, partition in self.items.items()})
    if isinstance(self.stream_shard, StreamShard):
        table.stream_shard = copy.copy(self.stream_shard)
        table.stream_shard.table = table
        table.stream_shard.items = list(self.stream_shard.items)
    return table
