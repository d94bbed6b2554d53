"""
What people say has one closed vocabulary: every adapter keeps to it, and it has nothing that no adapter says.
"""

from collections.abc import Iterator
from dataclasses import fields

import pytest
from pydantic import TypeAdapter, ValidationError

from docs.generate.events import inbound_types
from herald.inbound_content import InboundContent
from herald.models import InboundMessage
from tests.providers.harness import Table
from tests.providers.tables import TABLES

pytestmark = pytest.mark.feature("F24")

CONTENT: TypeAdapter[object] = TypeAdapter(InboundContent)


def told(part: object) -> Iterator[InboundMessage]:
    """Every inbound message that a case expects, wherever in it."""
    if isinstance(part, InboundMessage):
        yield part
    elif isinstance(part, list | tuple):
        for one in part:
            yield from told(one)
    elif hasattr(part, "events"):
        yield from told(part.events)


def messages(table: Table) -> list[InboundMessage]:
    """Every inbound message that the cases of a provider show."""
    members = [getattr(case, field.name) for case in table.cases for field in fields(case)]
    return [message for member in members for message in told(member)]


@pytest.mark.parametrize("table", [pytest.param(table, id=name) for name, table in TABLES.items()])
def test_adapters_keep_to_it(table: Table) -> None:
    """Whatever a table shows of people fits a type to the member, and says nothing with null."""
    for message in messages(table):
        CONTENT.validate_python(message.content)
        assert None not in message.content.values(), message.content


def test_every_type_is_said() -> None:
    """A type that no adapter makes would be documented for nothing."""
    said = {message.content["type"] for table in TABLES.values() for message in messages(table)}
    assert said == set(inbound_types())


@pytest.mark.parametrize(
    "content",
    [
        {"type": "shout", "text": "HO"},
        {"type": "text"},
        {"type": "text", "text": "HO", "thread": "1"},
        {"type": "preference", "category": "news", "value": "less"},
        {"type": "media", "kind": "hologram"},
    ],
)
def test_it_is_closed(content: dict[str, object]) -> None:
    """Another type, another member or another word is a mistake of an adapter, and found."""
    with pytest.raises(ValidationError):
        CONTENT.validate_python(content)
