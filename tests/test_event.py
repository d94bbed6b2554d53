"""
Events are a pure function of an item before and after: only what has risen, always the same for the same change.
"""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.event import EVENT_TYPES, events_of, is_told
from herald.status import MARKS, RANKS, State, Status, mark_name
from herald.view import status_of

NOW = 1_750_000_000_000
ID = "m" * 26


def _message(state: State = State.ACCEPTED, **fields: Any) -> dict[str, Any]:
    return {
        "pk": f"M#{ID}",
        "sk": ".",
        "tenant": "acme",
        "channel": "sms",
        "account": "acme-sms",
        "to": "+436761234567",
        "state": state,
        "created": NOW,
        "not_before": NOW,
        "expires": NOW + 1,
        "step": 0,
        "tries": 1,
        "marks": {},
    } | fields


def _inbound(*media: str, **fields: Any) -> dict[str, Any]:
    return {
        "pk": f"N#{ID}",
        "sk": ".",
        "tenant": "acme",
        "channel": "whatsapp",
        "account": "acme-websms",
        "from": "whatsapp:x",
        "created": NOW,
        "content": '{"type":"text","text":"Grüße"}',
        "media": [{"provider_media_id": "p", "state": state} for state in media],
    } | fields


def _types(old: dict[str, Any] | None, new: dict[str, Any]) -> list[str]:
    return [event.type for event in events_of(old, new, NOW)]


@pytest.mark.feature("F24")
@pytest.mark.parametrize("state", State)
def test_each_state(state: State) -> None:
    """A message that reaches a state is told by the status that users know; what is internal is not told."""
    inside = state in (State.ACCEPTED, State.RETRY, State.SENDING, State.UNCLEAR)
    assert _types(_message(), _message(state)) == ([] if inside else [f"message.{state}"])
    assert _types(None, _message(state)) == [f"message.{'accepted' if inside else state}"]


@pytest.mark.feature("F24")
@pytest.mark.parametrize("mark", MARKS)
def test_each_mark(mark: Status) -> None:
    """A report that raises the status is told with the provider's time."""
    (event,) = events_of(_message(), _message(marks={mark_name(0, mark): NOW + 5}), NOW + 100)
    assert (event.type, event.id, event.at) == (f"message.{mark}", f"{ID}:0:{mark}", NOW + 5)
    assert event.type in EVENT_TYPES


@pytest.mark.parametrize(
    "fields",
    [
        {"attempt": "a", "lease": 1, "tries": 2},
        {"ls": "1#watchdog", "turn": 4},
        {"reason": "throttled", "not_before": NOW + 5},
        {"history": {"x": [1, "snafu", ""]}},
        {"marks": {"0.sent": NOW}},
    ],
)
def test_no_event(fields: dict[str, Any]) -> None:
    """Claims, marks without a new status, retries and notes are nobody's business."""
    assert _types(_message(State.SENT), _message(State.SENT, **fields)) == []


_ITEMS = st.builds(
    lambda state, marks: _message(state, marks=dict.fromkeys(marks, NOW)),
    st.sampled_from(State),
    st.sets(st.sampled_from([mark_name(0, mark) for mark in MARKS])),
)


@given(_ITEMS, _ITEMS)
def test_only_what_has_risen(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Between any two writes there is an event exactly when the rank of the status has risen."""
    risen = RANKS[status_of(new)] > RANKS[status_of(old)]
    assert _types(old, new) == ([f"message.{status_of(new)}"] if risen else [])


@pytest.mark.parametrize("order", list(itertools.permutations(MARKS)))
def test_the_sequence_rises(order: tuple[Status, ...]) -> None:
    """Over a life with reports in any order ids are distinct and sequences rise."""
    items = [_message()] + [
        _message(State.SENT, marks={mark_name(0, mark): NOW for mark in order[:many]}) for many in range(5)
    ]
    events = [event for old, new in itertools.pairwise(items) for event in events_of(old, new, NOW)]
    sequences = [event.sequence for event in events]
    assert sequences == sorted(set(sequences))
    assert len({event.id for event in events}) == len(events)
    assert events[-1].type == "message.read"


@given(_ITEMS, _ITEMS)
def test_the_same_change_is_the_same_event(old: dict[str, Any], new: dict[str, Any]) -> None:
    """A record that is read twice, at any time, gives the same ids."""
    first = [(event.id, event.sequence) for event in events_of(old, new, NOW)]
    assert first == [(event.id, event.sequence) for event in events_of(old, new, NOW + 10**9)]


def test_when_it_happened() -> None:
    """Accepted when it was created, sent when we recorded it, else now."""
    (accepted,) = events_of(None, _message(), NOW + 9)
    (sent,) = events_of(_message(), _message(State.SENT, sent_at=NOW + 4), NOW + 9)
    (cancelled,) = events_of(_message(), _message(State.CANCELLED), NOW + 9)
    assert [event.at for event in (accepted, sent, cancelled)] == [NOW, NOW + 4, NOW + 9]


def test_a_request() -> None:
    """A request of many is told when it is accepted, and when it is cancelled or expires."""
    header = _message() | {"count": 7, "open": {"K#000"}}
    (event,) = events_of(None, header, NOW)
    assert (event.type, event.id, event.data["count"]) == ("request.accepted", f"{ID}:accepted", 7)
    assert _types(header, header | {"open": set()}) == []
    assert _types(header, header | {"state": State.CANCELLED}) == ["request.cancelled"]
    assert _types(header, header | {"state": State.EXPIRED}) == ["request.expired"]


def test_inbound_text() -> None:
    """What has no media is told at once."""
    assert _types(None, _inbound()) == ["message.received"]
    assert _types(_inbound(), _inbound(announced=NOW)) == []


def test_media_in_time() -> None:
    """With media, the message waits until the last of them is here or has failed; nothing follows."""
    assert _types(None, _inbound("pending", "pending")) == []
    assert _types(_inbound("pending", "pending"), _inbound("ready", "pending")) == []
    assert _types(_inbound("ready", "pending"), _inbound("ready", "failed")) == ["message.received"]
    assert _types(_inbound("ready", "failed"), _inbound("ready", "failed", announced=NOW)) == []


def test_media_too_late() -> None:
    """Announced without its media, each of them follows as `media.ready`, after the message in sequence."""
    waiting, announced = _inbound("pending", "pending"), _inbound("pending", "pending", announced=NOW)
    (told,) = events_of(waiting, announced, NOW)
    assert told.type == "message.received"
    assert [media["state"] for media in told.data["media"]] == ["pending", "pending"]  # type: ignore[attr-defined]
    (late,) = events_of(announced, _inbound("pending", "ready", announced=NOW), NOW)
    assert (late.type, late.id, late.data["position"]) == ("media.ready", f"{ID}:media:1", 1)
    assert late.sequence > told.sequence
    assert not is_told(waiting)
    assert is_told(announced)


@pytest.mark.parametrize("name", ["content", "name", "to", "from"])
def test_it_fits_onto_the_bus(name: str) -> None:
    """However large a member is, the event is ASCII of less than 256 kB and says what it leaves out."""
    text = "\U0001f600" * 70_000
    item = _inbound() | {name: json.dumps({"type": "text", "text": text}) if name == "content" else text}
    (event,) = events_of(None, item, NOW)
    wire = json.dumps(event.detail(), separators=(",", ":"))
    assert wire.isascii()
    assert len(wire) < 256_000
    assert event.data["omitted"] == [name]
    assert event.data["id"] == ID


def _endpoint(**fields: Any) -> dict[str, Any]:
    return {"pk": "T#acme", "sk": f"hook#{ID}", "version": 2, "description": "", "url": "https://x.example"} | fields


@pytest.mark.feature("F24")
@pytest.mark.parametrize("why", ["gone", "failing"])
def test_a_disabled_endpoint(why: str) -> None:
    """An endpoint that was disabled is told of once, without its address, under the same id whenever it is read."""
    off = _endpoint(version=3, disabled=why, disabled_at=NOW + 5, description="orders")
    (event,) = events_of(_endpoint(), off, NOW + 100)
    assert (event.type, event.id, event.tenant, event.at) == ("endpoint.disabled", f"{ID}:disabled:3", "acme", NOW + 5)
    assert event.type in EVENT_TYPES
    assert event.data == {"id": ID, "reason": why, "description": "orders"}
    assert _types(off, off | {"version": 4, "description": "other"}) == []
    assert _types(off, _endpoint(version=4)) == []


@pytest.mark.parametrize("fields", [{"version": 3}, {"disabled": "owner", "disabled_at": NOW}])
def test_an_endpoint_that_changes(fields: dict[str, Any]) -> None:
    """What its owner does with an endpoint is no event."""
    assert _types(_endpoint(), _endpoint(**fields)) == []
