"""
The bus: what it takes, and each event answered for on its own.
"""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from moto import mock_aws

from herald.aws.bus import Bus, Event
from tests.moto_table import REGION

TAKEN = {"EventId": "e"}
REFUSED = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("events", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")


def _events(number: int, text: str = "Grüße \U0001f600") -> list[Event]:
    return [("message.sent", {"id": f"m{one}:0:sent", "data": {"text": text}}) for one in range(number)]


def _answer(*entries: dict[str, str]) -> dict[str, Any]:
    return {"FailedEntryCount": sum("ErrorCode" in entry for entry in entries), "Entries": list(entries)}


def test_in_tens(client: Any) -> None:
    """Ten events a call; an event names its source, its type and itself, in ASCII."""
    with Stubber(client) as stub:
        entry = {
            "Source": "herald",
            "DetailType": "message.sent",
            "EventBusName": "bus",
            "Detail": json.dumps(_events(1)[0][1], separators=(",", ":")),
        }
        assert entry["Detail"].isascii()
        rest = [{**entry, "Detail": ANY}] * 9
        stub.add_response("put_events", _answer(*[TAKEN] * 10), {"Entries": [entry, *rest]})
        stub.add_response("put_events", _answer(TAKEN), {"Entries": [{**entry, "Detail": ANY}]})
        assert Bus(lambda: client, "bus").put(_events(11)) == set()
        stub.assert_no_pending_responses()


def test_partial_failure(client: Any) -> None:
    """Only those that the bus refused are told, by their position over all calls."""
    with Stubber(client) as stub:
        stub.add_response("put_events", _answer(*[TAKEN] * 9, REFUSED))
        stub.add_response("put_events", _answer(REFUSED, TAKEN))
        assert Bus(lambda: client, "bus").put(_events(12)) == {9, 10}


def test_a_call_that_fails(client: Any) -> None:
    """All events of that call have failed, those of the others have not."""
    with Stubber(client) as stub:
        stub.add_client_error("put_events", "InternalFailure", http_status_code=500)
        stub.add_response("put_events", _answer(TAKEN, TAKEN))
        assert Bus(lambda: client, "bus").put(_events(12)) == set(range(10))


def test_large_events(client: Any) -> None:
    """One call never holds more than the bus takes: 256 kB of all its entries together."""
    with Stubber(client) as stub:
        for size in (2, 2, 1):
            stub.add_response("put_events", _answer(*[TAKEN] * size), {"Entries": [ANY] * size})
        assert Bus(lambda: client, "bus").put(_events(5, "x" * 120_000)) == set()
        stub.assert_no_pending_responses()


def test_nothing(client: Any) -> None:
    """Without events there is no call."""
    with Stubber(client):
        assert Bus(lambda: client, "bus").put([]) == set()
