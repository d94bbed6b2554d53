"""
Values on their way to the table and back.
"""

from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from herald.aws.attributes import decode, decode_item, encode, encode_item, size
from herald.status import State
from tests.units import size_of

VALUES: list[object] = [
    "",
    "text",
    "ß€😀",
    0,
    -1,
    10**37,
    0.5,
    -2.25,
    1e-7,
    True,
    False,
    None,
    b"\x00\xff",
    [],
    [1, ["a", None]],
    {},
    {"a": {"b": [True]}},
    {"one", "two"},
]


def named(value: object) -> str:
    """An id that is the same in every process: a set shows its members in any order."""
    return repr(sorted(value)) if isinstance(value, set) else repr(value)


@pytest.mark.parametrize("value", VALUES, ids=named)
def test_there_and_back(value: object) -> None:
    """Every value comes back as it was, of the same type."""
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", VALUES, ids=named)
def test_as_boto3_reads_it(value: object) -> None:
    """What we write is what the official deserializer reads."""
    wire: Any = encode(value)
    read = TypeDeserializer().deserialize(wire)
    assert (bytes(read) if isinstance(value, bytes) else float(read) if isinstance(value, float) else read) == value


def test_lookalikes() -> None:
    """Tuples are lists, frozen sets are sets, words of an enumeration are text."""
    assert encode((1,)) == {"L": [{"N": "1"}]}
    assert encode(frozenset({"b", "a"})) == {"SS": ["a", "b"]}
    assert encode(State.SENT) == {"S": "sent"}
    assert encode(1e22) == {"N": "1e+22"}
    assert decode({"N": "1e+22"}) == 1e22


def test_what_the_table_cannot_hold() -> None:
    """Anything else is an error of ours, and not a value that nobody can read."""
    with pytest.raises(TypeError, match="object"):
        encode(object())
    with pytest.raises(TypeError, match="object"):
        size({"x": object()})
    with pytest.raises(ValueError, match="empty"):
        encode(set())


def test_items() -> None:
    """In an item, None is an attribute that is not there."""
    assert encode_item({"a": 1, "b": None}) == {"a": {"N": "1"}}
    assert decode_item({"a": {"N": "1"}}) == {"a": 1}


@pytest.mark.parametrize("value", VALUES, ids=named)
def test_size(value: object) -> None:
    """The size is that of the table's own rules, or a few bytes more; never less."""
    if value is None:
        return
    real = size_of(encode_item({"name": value}))
    assert real <= size({"name": value}) <= real + 20
