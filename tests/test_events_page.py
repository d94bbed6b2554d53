"""
The page of the events and their schemas are true: every type, each with what really stood on the bus.
"""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from docs.generate.__main__ import DOCS
from docs.generate.events import EVENTS
from herald.event import EVENT_TYPES
from tests import events
from tests.world import Json

pytestmark = pytest.mark.feature("F24")


@pytest.fixture(scope="module")
def happened() -> list[Json]:
    """Everything that can happen, as it came over the bus."""
    with events.everything() as found:
        return found


def schema() -> Json:
    """The schema that is kept, without room for what it does not name."""
    found: Json = json.loads((DOCS / "events.json").read_text())
    for definition in found["$defs"].values():
        if "properties" in definition:
            definition.setdefault("additionalProperties", False)
    return found


def examples() -> dict[str, Any]:
    """The examples of the page by the section that they stand in."""
    text = events.PAGE.read_text()
    found = re.findall(r"^## (\S+)$.*?^```json$(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return {kind: json.loads(example) for kind, example in found}


def test_every_type_has_its_section() -> None:
    """The page has a section for each type that there is, in order, and for nothing else; so has the schema."""
    assert tuple(examples()) == EVENT_TYPES
    assert set(EVENTS) == set(events.MEANING) == set(EVENT_TYPES)
    for kind, example in examples().items():
        assert example["type"] == kind


def test_the_page_is_kept(happened: list[Json]) -> None:
    """docs/events.md is what a run brings; `python -m tests.events` writes it anew."""
    first: dict[str, Json] = {}
    for event in happened:
        first.setdefault(event["type"], event)
    assert events.PAGE.read_text() == events.page(first)


def test_events_follow_their_schema(happened: list[Json]) -> None:
    """Every event of the run, not only the examples, is as the schema of its type says."""
    validator = Draft202012Validator(schema())
    for event in happened:
        assert [error.message for error in validator.iter_errors(event)] == [], event["type"]


def test_another_events_data_do_not_fit() -> None:
    """The schema tells the types apart: an event with the data of another one is none."""
    validator = Draft202012Validator(schema())
    shown = examples()
    assert not validator.is_valid({**shown["message.sent"], "data": shown["media.ready"]["data"]})
    assert not validator.is_valid({**shown["message.sent"], "type": "message.lost"})
    assert not validator.is_valid({**shown["message.sent"], "data": {**shown["message.sent"]["data"], "new": 1}})


def test_ids_and_sequence(happened: list[Json]) -> None:
    """Ids are there once, and over a message's life the sequence only rises; what changes no status keeps it."""
    ids = [event["id"] for event in happened if event["type"] != "message.received"]
    assert len(ids) == len(set(ids))
    seen: dict[str, int] = {}
    for event in happened:
        if event["type"].startswith("message.") and event["type"] != "message.received":
            same = event["type"] == "message.receipt_overdue"
            assert event["sequence"] >= seen.get(event["data"]["id"], 0) + (not same)
            seen[event["data"]["id"]] = event["sequence"]
