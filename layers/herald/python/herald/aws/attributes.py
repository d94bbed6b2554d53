"""
Python values as DynamoDB attribute values and back, in the wire form that the low-level client takes.

Own code, small: boto3's (de)serializer turns every number into a Decimal and costs more than the rest of a
read. Supported are str, int, float, bool, None, bytes, list, tuple, dict and sets of str; floats go
through their shortest text and come back as the same float.
"""

from collections.abc import Mapping
from typing import Any

type Item = dict[str, Any]
type Wire = dict[str, Any]


def encode(value: object) -> Wire:  # noqa: PLR0911 - one line a type reads best
    """One value in wire form. Raises TypeError for what the table cannot hold, ValueError for an empty set."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": repr(value)}
        case None:
            return {"NULL": True}
        case bytes():
            return {"B": value}
        case list() | tuple():
            return {"L": [encode(item) for item in value]}
        case Mapping():
            return {"M": {str(key): encode(item) for key, item in value.items()}}
        case set() | frozenset():
            if not value:
                raise ValueError("the table has no empty sets")
            return {"SS": sorted(value)}
        case _:
            raise TypeError(f"the table cannot hold a {type(value).__name__}")


def decode(wire: Wire) -> Any:
    """The value that this wire form stands for."""
    ((kind, value),) = wire.items()
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case "NULL":
            return None
        case "L":
            return [decode(item) for item in value]
        case "M":
            return {key: decode(item) for key, item in value.items()}
        case "SS":
            return set(value)
        case _:
            return value


def encode_item(item: Mapping[str, object]) -> Wire:
    """A whole item; attributes that are None are left out, since an index key must not be null."""
    return {name: encode(value) for name, value in item.items() if value is not None}


def decode_item(wire: Wire) -> Item:
    """A whole item as Python values."""
    return {name: decode(value) for name, value in wire.items()}


def size(item: Mapping[str, object]) -> int:
    """
    Bytes that the table counts for this item (names and values in UTF-8; Amazon DynamoDB Developer Guide,
    "Item sizes and formats"). Numbers are rounded up by a byte at most.
    """
    return sum(len(name.encode()) + _size(value) for name, value in item.items() if value is not None)


def _size(value: object) -> int:  # noqa: PLR0911 - see `encode`
    match value:
        case str():
            return len(value.encode("utf-8", "surrogatepass"))
        case bool() | None:
            return 1
        case int() | float():
            return len(repr(value).lstrip("-").replace(".", "")) // 2 + 2 + (value < 0)
        case bytes():
            return len(value)
        case list() | tuple():
            return 3 + sum(1 + _size(item) for item in value)
        case Mapping():
            return 3 + sum(1 + len(str(key).encode()) + _size(item) for key, item in value.items())
        case set() | frozenset():
            return 3 + sum(1 + _size(item) for item in value)
        case _:
            raise TypeError(f"the table cannot hold a {type(value).__name__}")
