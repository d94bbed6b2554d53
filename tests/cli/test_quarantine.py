"""
`herald quarantine`: what could not be worked through is seen, and tried again.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from cli.gateway import Gateway
from herald.aws.bucket import Label
from herald.receiving import MAX_BODY
from tests.conftest import Show
from tests.moto_table import REGION, Clock

type Run = Callable[..., Any]
type Say = Callable[..., str]

BODY = b'{"a":1 \xff\x00}'


LABEL = Label("status", "unreadable", verified=True, headers={"x-signature": "s"})


def _queued(gateway: Gateway) -> list[dict[str, Any]]:
    """Takes what lies in the spill queue."""
    client, found = boto3.client("sqs", region_name=REGION), []
    while messages := client.receive_message(QueueUrl=gateway.spill_queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            client.delete_message(QueueUrl=gateway.spill_queue, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return found


@pytest.fixture
def key(gateway: Gateway, clock: Clock) -> str:
    """A webhook that came for account main."""
    return gateway.bucket.quarantine("main", BODY, LABEL, clock.now)


def test_listing(gateway: Gateway, clock: Clock, run: Run, key: str) -> None:
    """What lies there is listed for all accounts or for one."""
    gateway.bucket.quarantine("other", b"", Label("status", "misconfigured"), clock.now)
    (listed,) = run("quarantine", "list", "main")
    place = {"account": "main", "day": "2025-06-15", "name": key.split("/")[3], "key": key}
    assert listed == {**place, "reason": "unreadable", "verified": True}
    assert [(row["account"], row["verified"]) for row in run("quarantine", "list")] == [
        ("main", True),
        ("other", False),
    ]
    assert [row["account"] for row in run("quarantine", "list", "--reason", "misconfigured")] == ["other"]


def test_showing(run: Run, say: Say, key: str) -> None:
    """The body is shown as it came."""
    shown = run("quarantine", "show", key)
    assert base64.b64decode(shown["body"]) == BODY
    assert (shown["kind"], shown["reason"], shown["verified"]) == ("status", "unreadable", True)
    assert say("quarantine", "show", key) == '{"a":1 \\xff\x00}\n'


def test_replaying(gateway: Gateway, run: Run, key: str) -> None:
    """A replayed webhook goes to the spill queue as if it came from there, and stays in quarantine."""
    run("quarantine", "replay", key)
    (record,) = _queued(gateway)
    assert (record["account"], record["kind"], record["receipt"]) == ("main", "status", key.rpartition("/")[2])
    assert (record["headers"], record["verified"]) == ({"x-signature": "s"}, True)
    assert (record["kept"], "body" in record) == (key, False)
    assert [row["key"] for row in run("quarantine", "list")] == [key]


def test_an_entry_of_a_list(gateway: Gateway, clock: Clock, fail: Say) -> None:
    """What was read from a list is no webhook."""
    key = gateway.bucket.quarantine("main", b"{}", Label("list-inbound", "unreadable", verified=True), clock.now)
    assert "only webhooks" in fail("quarantine", "replay", key)


@pytest.mark.goal("G12")
def test_replaying_all(gateway: Gateway, clock: Clock, run: Run, say: Say, figure: Show) -> None:
    """One command for all of them, or those of an account or a reason; what cannot be replayed is counted."""
    bucket, large = gateway.bucket, b"x" * (MAX_BODY + 1)
    for number in range(12):
        bucket.quarantine("main", b"%d" % number, LABEL, clock.now + 86_400_000 * (number % 2), f"n{number // 2}")
    bucket.quarantine("main", large, Label("status", "too_large", verified=True), clock.now, "large")
    bucket.quarantine("main", b"{}", Label("list-inbound", "unreadable", verified=True), clock.now)
    bucket.quarantine("other", b"{}", Label("status", "misconfigured"), clock.now)
    assert run("quarantine", "replay", "--all", "--reason", "misconfigured") == {"replayed": 1, "of_lists": 0}
    assert [(record["account"], record["verified"]) for record in _queued(gateway)] == [("other", False)]
    assert "7 are worked through again" in say("quarantine", "replay", "--all", "--account", "main")
    assert sorted(record["receipt"] for record in _queued(gateway)) == ["large", *(f"n{number}" for number in range(6))]
    counts = run("quarantine", "replay", "--all")
    assert counts == {"replayed": 8, "of_lists": 1}
    figure("G12", "webhooks in quarantine replayed by one command", counts["replayed"])


@pytest.mark.parametrize("arguments", [(), ("quarantine/main/2025-06-15/x", "--all")])
def test_one_or_all(fail: Say, arguments: tuple[str, ...]) -> None:
    """Either one is named, or all are meant."""
    assert "--all" in fail("quarantine", "replay", *arguments)


@pytest.mark.parametrize("name", ["", "nothing", "media/acme/x", "quarantine/main/2025-06-15/none"])
def test_unknown(fail: Say, key: str, name: str) -> None:
    """Only what lies in quarantine is shown or replayed."""
    assert key
    assert "in quarantine" in fail("quarantine", "show", name)
    assert "in quarantine" in fail("quarantine", "replay", name)
