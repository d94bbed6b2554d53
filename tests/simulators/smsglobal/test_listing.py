"""
The lists: order, pages, filters, dates.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulators.smsglobal.driver import INCOMING, NUMBER, OUTGOING, Simulator

BOTH = pytest.mark.parametrize("path", [INCOMING, OUTGOING])


def write(simulator: Simulator, *texts: str) -> list[int]:
    """
    Incoming messages, one a second from noon of 1 March 2026 on, in UTC; their ids.
    """
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    moments = [(noon + timedelta(seconds=place)).isoformat() for place in range(len(texts))]
    return [simulator.inbound(message=text, created=at)["id"] for text, at in zip(texts, moments, strict=True)]


def ids(simulator: Simulator, path: str = INCOMING, **query: Any) -> list[int]:
    return [one["id"] for one in simulator.list(path, **query)]


def texts(simulator: Simulator, **query: Any) -> list[str]:
    return [one["message"] for one in simulator.list(INCOMING, **query)]


def errors(simulator: Simulator, path: str = INCOMING, **query: Any) -> dict[str, Any]:
    answer = simulator.call("GET", path, query=query)
    assert answer.status_code == 400, answer.text
    return dict(answer.json()["errors"])


@BOTH
def test_empty(simulator: Simulator, path: str) -> None:
    """
    Nothing is an empty list.
    """
    assert simulator.call("GET", path).json() == {"messages": []}


def test_order(simulator: Simulator) -> None:
    """
    The newest comes first, or the oldest where it is set; within a second the id decides.
    """
    noon = "2026-03-01T12:00:00Z"
    early = [simulator.inbound(created=noon)["id"] for _ in range(3)]
    assert ids(simulator) == early[::-1]
    simulator.change(order="oldest_first")
    assert ids(simulator) == early


def test_late_arrival(simulator: Simulator) -> None:
    """
    A message that arrives late stands where its date belongs, though its id is the newest.
    """
    first, second, third = write(simulator, "a", "b", "c")
    late = simulator.inbound(created="2026-03-01T12:00:00.9Z")["id"]
    assert late > third
    assert ids(simulator) == [third, second, late, first]


def test_pages(simulator: Simulator) -> None:
    """
    20 are listed unless `limit` says otherwise; `offset` is the first message's place, counted from 1.
    """
    written = write(simulator, *map(str, range(25)))[::-1]
    assert ids(simulator) == written[:20]
    assert ids(simulator, offset=1, limit=3) == written[:3]
    assert ids(simulator, offset=4, limit=3) == written[3:6]
    assert ids(simulator, offset=21) == written[20:]
    assert ids(simulator, offset=26) == []
    assert ids(simulator, limit=1000) == written


@BOTH
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"offset": 0}, "offset"),
        ({"offset": -1}, "offset"),
        ({"offset": ""}, "offset"),
        ({"offset": "1.0"}, "offset"),
        ({"offset": "1٢"}, "offset"),
        ({"offset": "9" * 30}, "offset"),
        ({"offset": 10_000}, "offset"),
        ({"offset": 9_981}, "offset"),
        ({"offset": 9_001, "limit": 1000}, "offset"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "all"}, "limit"),
        ({"startDate": "2026-03-01"}, "startDate"),
        ({"startDate": "2026-03-01T12:00:00"}, "startDate"),
        ({"startDate": "2026-3-1 12:00:00"}, "startDate"),
        ({"startDate": "2026-02-30 12:00:00"}, "startDate"),
        ({"endDate": "2026-03-01 12:00:00 +0000"}, "endDate"),
        ({"endDate": "0"}, "endDate"),
        ({"destination": "+61491570156"}, "destination"),
        ({"origin": ""}, "origin"),
    ],
)
def test_bad_query(simulator: Simulator, path: str, query: dict[str, Any], field: str) -> None:
    """
    A filter out of its form or range is 400 with an error on it.
    """
    assert set(errors(simulator, path, **query)) == {field}


@pytest.mark.parametrize("query", [{"offset": 9_980}, {"offset": 9_000, "limit": 1000}, {"offset": 9_999, "limit": 1}])
def test_farthest_page(simulator: Simulator, query: dict[str, Any]) -> None:
    """
    offset + limit may be 10,000.
    """
    assert ids(simulator, **query) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"startDate": "2026-03-01 12:00:01"}, "bc"),
        ({"endDate": "2026-03-01 12:00:01"}, "ab"),
        ({"startDate": "2026-03-01 12:00:01", "endDate": "2026-03-01 12:00:01"}, "b"),
        ({"startDate": "2026-03-01 12:00:02", "endDate": "2026-03-01 12:00:01"}, ""),
        ({"startDate": "1970-01-01 00:00:00", "endDate": "9999-12-31 23:59:59"}, "abc"),
    ],
)
def test_dates(simulator: Simulator, query: dict[str, Any], expected: str) -> None:
    """
    A date range has both its ends.
    """
    write(simulator, "a", "b", "c")
    assert texts(simulator, **query) == list(reversed(expected))


@BOTH
def test_date_of_a_message(simulator: Simulator, path: str) -> None:
    """
    Who filters by the very second that a message shows finds it.
    """
    late = "2026-03-01T12:00:00.9Z"
    shown = simulator.inbound(created=late) if path == INCOMING else simulator.send().json()
    date = shown["createdDate"][:19]
    assert ids(simulator, path, startDate=date, endDate=date) == [shown["id"]]


def test_time_zone(simulator: Simulator) -> None:
    """
    Dates are read and shown in the account's time zone: noon in UTC is 23:00 in Melbourne's summer, 22:00 in winter.
    """
    simulator.change(time_zone="Australia/Melbourne")
    shown = [simulator.inbound(created=f"2026-{month}-01T12:00:00Z")["createdDate"] for month in ("03", "08")]
    assert shown == ["2026-03-01 23:00:00 +1100", "2026-08-01 22:00:00 +1000"]
    for text in shown:
        date = text[:19]
        assert [one["createdDate"] for one in simulator.list(INCOMING, startDate=date, endDate=date)] == [text]


def test_iso_dates(simulator: Simulator) -> None:
    """
    Dates can be shown in ISO 8601 instead; the filters stay as they are documented.
    """
    simulator.change(time_zone="Australia/Melbourne", date_format="iso")
    assert simulator.inbound(created="2026-08-01T12:00:00Z")["createdDate"] == "2026-08-01T22:00:00+10:00"
    assert len(ids(simulator, startDate="2026-08-01 22:00:00")) == 1


def test_unknown_time_zone(simulator: Simulator) -> None:
    """
    A time zone that does not exist is not taken.
    """
    for name in ("Europe/Atlantis", "../etc/passwd", ""):
        assert simulator.http.patch("/_control/settings", json={"time_zone": name}).status_code == 422


def test_numbers(simulator: Simulator) -> None:
    """
    Incoming, `origin` is who wrote and `destination` to whom; either must match as a whole.
    """
    simulator.inbound(sender="+61491570156", message="a")
    simulator.inbound(sender="+61491570157", recipient="61430000002", message="b")
    assert texts(simulator, origin="61491570156") == ["a"]
    assert texts(simulator, destination="61430000002") == ["b"]
    assert texts(simulator, destination="61430000001", origin="61491570157") == []
    assert texts(simulator, origin="6149157015") == []


def test_numbers_of_outgoing_messages(simulator: Simulator) -> None:
    """
    Outgoing, `destination` is the recipient and `origin` the account's own number.
    """
    simulator.send(to=[NUMBER, "61491570157"])
    assert [one["recipient"] for one in simulator.list(destination=NUMBER)] == [NUMBER]
    assert len(simulator.list(origin="61430000001")) == 2
    assert simulator.list(origin=NUMBER) == []


@pytest.mark.parametrize(
    ("search", "expected"),
    [("grüsse", "a"), ("STRASSE", "b"), ("570156", "a"), ("43000", "ba"), ("nothing", ""), ("", "ba")],
)
def test_search(simulator: Simulator, search: str, expected: str) -> None:
    """
    The search is a part of source, destination or message, in any case.
    """
    simulator.inbound(sender="+61491570156", message="Grüsse", created="2026-03-01T12:00:00Z")
    simulator.inbound(sender="+61491570157", message="Hauptstraße", created="2026-03-01T12:00:01Z")
    words = {"a": "Grüsse", "b": "Hauptstraße"}
    assert texts(simulator, search=search) == [words[one] for one in expected]


def test_filters_together(simulator: Simulator) -> None:
    """
    Filters narrow each other, and pages count what they leave.
    """
    write(simulator, "a1", "b1", "a2", "b2", "a3")
    assert texts(simulator, search="a", endDate="2026-03-01 12:00:03") == ["a2", "a1"]
    assert texts(simulator, search="a", offset=2, limit=1) == ["a2"]


def test_totals(simulator: Simulator) -> None:
    """
    Where it is set, a list has total, offset and limit beside its messages, as the sibling SMS API does.
    """
    write(simulator, "a1", "b1", "a2")
    simulator.change(list_totals=True)
    document = simulator.call("GET", INCOMING, query={"search": "a", "limit": 1}).json()
    assert {name: document[name] for name in ("total", "offset", "limit")} == {"total": 2, "offset": 1, "limit": 1}
    assert len(document["messages"]) == 1


@BOTH
def test_unknown_parameter(simulator: Simulator, start: Callable[..., Simulator], path: str) -> None:
    """
    A parameter that no document names is a remark, and an error where the simulator is strict.
    """
    simulator.list(path, page=2)
    assert simulator.calls()[0]["remarks"] == ["page: unknown parameter"]
    assert set(errors(start(strict=True), path, page=2)) == {"page"}


def test_polls_are_counted(simulator: Simulator) -> None:
    """
    Every poll is on record with its page, apart from the messages sent.
    """
    simulator.list(INCOMING)
    simulator.list(INCOMING, offset=21, limit=20)
    simulator.list(OUTGOING)
    assert [call["query"] for call in simulator.calls(operation="list_incoming")] == ["", "offset=21&limit=20"]
    assert simulator.control("GET", "wait", calls=1, operation="list_outgoing")["calls"] == 1
    assert simulator.messages() == []


@pytest.mark.parametrize("operation", ["list_incoming", "list_outgoing"])
@pytest.mark.parametrize("kind", ["garbage", "empty", "half", "answer", "unauthorized", "delay"])
def test_faults(simulator: Simulator, operation: str, kind: str) -> None:
    """
    A list can fail like any other call: once here, and the next is fine.
    """
    simulator.fault(kind, operation=operation, times=1, seconds=0.01)
    path = INCOMING if operation == "list_incoming" else OUTGOING
    answer = simulator.call("GET", path)
    statuses = {"answer": 503, "unauthorized": 403}
    assert answer.status_code == statuses.get(kind, 200)
    if kind in {"garbage", "empty", "half"}:
        with pytest.raises(ValueError):  # noqa: PT011
            answer.json()
    assert simulator.calls()[0]["fault"] == kind
    assert simulator.list(path) == []


def test_proxy_error(simulator: Simulator) -> None:
    """
    A 502 is a proxy's page and no JSON; a 500 is the API's own.
    """
    simulator.fault("answer", operation="*", status=502, times=1)
    simulator.fault("answer", operation="*", status=500, times=1)
    assert simulator.call("GET", INCOMING).headers["content-type"] == "text/html"
    assert simulator.call("GET", INCOMING).json() == {"message": "Internal Server Error"}


@BOTH
def test_one(simulator: Simulator, path: str) -> None:
    """
    A message by its id is the same as in the list.
    """
    sent = simulator.inbound() if path == INCOMING else simulator.send().json()
    simulator.settle()
    assert simulator.get(sent["id"], path) == simulator.list(path)[0]
    assert simulator.get(sent["id"], path)["id"] == sent["id"]


def test_incoming(simulator: Simulator) -> None:
    """
    An incoming message has its id, two numbers in digits, its text and its date, and nothing else.
    """
    shown = simulator.inbound(sender="+61 491 570 156", message="Grüße", created="2026-03-01T13:00:00+01:00")
    message_id = shown.pop("id")
    assert len(str(message_id)) == 16
    assert shown == {
        "from": NUMBER,
        "to": "61430000001",
        "message": "Grüße",
        "createdDate": "2026-03-01 12:00:00 +0000",
    }


def test_incoming_document(simulator: Simulator) -> None:
    """
    A document that comes in is shown as JSON in a string.
    """
    shown = simulator.inbound(message={"type": "text", "body": "Grüße"})
    assert shown["message"] == '{"type": "text", "body": "Grüße"}'


def test_copies(simulator: Simulator) -> None:
    """
    Many can come in at once, each with an id.
    """
    simulator.inbound(copies=3)
    assert len(set(ids(simulator))) == 3


@pytest.mark.parametrize(
    "order", [{"created": "2026-03-01T12:00:00"}, {"copies": 0}, {"message": None}, {"text": "Hello"}]
)
def test_bad_order(simulator: Simulator, order: dict[str, Any]) -> None:
    """
    An order that makes no sense is not taken: a date without its offset, say.
    """
    assert simulator.http.post("/_control/inbound", json=order).status_code == 422


def test_bounded(start: Callable[..., Simulator]) -> None:
    """
    More messages than are kept push the oldest out of either list.
    """
    simulator = start(keep=2)
    incoming = [simulator.inbound()["id"] for _ in range(3)]
    outgoing = [simulator.send().json()["id"] for _ in range(3)]
    assert ids(simulator) == incoming[:0:-1]
    assert ids(simulator, OUTGOING) == outgoing[:0:-1]
