"""
Requests of many: header, chunks, and the watchdog that goes with the last of them.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from herald.aws import keys
from herald.aws.messages import Messages
from herald.aws.requests import Requests, chunk_key
from herald.aws.table import ConditionFailed, Table
from herald.status import State
from tests.moto_table import make_table

NOW = 1_750_000_000_000
ID = "a" * 26


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        yield make_table()


@pytest.fixture
def requests(table: Table) -> Requests:
    return Requests(table)


def insert(requests: Requests, chunks: int = 3, kind: str = "watchdog", **more: object) -> dict[str, Any]:
    names = [chunk_key(number) for number in range(chunks)]
    header = {"pk": keys.message(ID), "sk": ".", "count": 9, "state": "accepted", "open": set(names)}
    header |= {"lp": "D#00", "ls": keys.due(NOW, kind), **more}
    requests.insert(header, [{"pk": keys.message(ID), "sk": name, "body": "{}"} for name in names])
    return header


def test_insert(requests: Requests) -> None:
    """Header and chunks are there together, and stay as they are."""
    header = insert(requests)
    assert requests.get(ID) == header
    assert requests.with_chunk(ID, "K#001") == (header, requests.chunk(ID, "K#001"))
    assert requests.with_chunk("b" * 26, "K#000") == (None, None)
    with pytest.raises(ConditionFailed) as found:
        insert(requests, 1)
    assert found.value.item == header


def test_a_message_is_no_request(requests: Requests) -> None:
    """A message of that id is not taken for a request."""
    requests.insert({"pk": keys.message(ID), "sk": "."}, [])
    assert requests.get(ID) is None


@pytest.mark.parametrize("order", ["012", "210", "0012", "1102"])
def test_chunks_done(requests: Requests, order: str) -> None:
    """The last chunk takes the watchdog with it, in whatever order, also when one is done twice or seen as it was."""
    header = insert(requests)
    for position, number in enumerate(order):
        stored = requests.get(ID) or {}
        assert "ls" in stored, f"the watchdog has gone before chunk {number} at {position}"
        requests.chunk_done(header, f"K#00{number}")
    assert not {"open", "lp", "ls"} & (requests.get(ID) or {"open": 1}).keys()


def test_cancel(requests: Requests) -> None:
    """A request that runs keeps its watchdog until its chunks are closed; one that was to start later needs none."""
    header = insert(requests)
    assert requests.cancel(header)["ls"] == header["ls"]
    with pytest.raises(ConditionFailed):
        requests.cancel(header)


def test_cancel_scheduled(requests: Requests) -> None:
    """Nothing is due any more for a scheduled request that is cancelled, unless its time has just come."""
    header = insert(requests, kind="schedule")
    assert "ls" not in requests.cancel(header)


def test_cancel_as_it_starts(requests: Requests) -> None:
    """When the clock is faster, it is cancelled like one that runs."""
    header = insert(requests)
    seen = header | {"ls": keys.due(NOW, "schedule")}
    assert requests.cancel(seen)["state"] == State.CANCELLED
    assert (requests.get(ID) or {})["ls"] == header["ls"]


def test_cancel_what_is_done(requests: Requests) -> None:
    """There is nothing to cancel in a request whose chunks are done."""
    header = insert(requests, 1)
    requests.chunk_done(header, "K#000")
    with pytest.raises(ConditionFailed):
        requests.cancel(header)


def test_expire(requests: Requests) -> None:
    """What was not cancelled before expires, and keeps its watchdog until its chunks are closed."""
    header = insert(requests)
    expired = requests.expire(header)
    assert (expired["state"], expired["ls"]) == (State.EXPIRED, header["ls"])
    assert requests.expire(header) == expired


def test_the_watchdog(table: Table, requests: Requests) -> None:
    """It is moved on like a message's, and only by who has seen it as it is."""
    messages = Messages(table)
    header = insert(requests)
    messages.watch_from(header, NOW + 5)
    assert (requests.get(ID) or {})["ls"] == keys.due(NOW + 5, "watchdog")
    with pytest.raises(ConditionFailed):
        messages.watch_from(header, NOW)
