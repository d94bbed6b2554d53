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
from herald.receiving import MAX_SPILL
from tests.moto_table import REGION, Clock

type Run = Callable[..., Any]
type Say = Callable[..., str]

BODY = b'{"a":1 \xff\x00}'


@pytest.fixture
def key(gateway: Gateway, clock: Clock) -> str:
    """A webhook that came for account main."""
    return gateway.bucket.quarantine("main", BODY, kind="status", reason="unreadable", now=clock.now)


def test_listing(gateway: Gateway, clock: Clock, run: Run, key: str) -> None:
    """What lies there is listed for all accounts or for one."""
    gateway.bucket.quarantine("other", b"", kind="status", reason="unreadable", now=clock.now)
    (listed,) = run("quarantine", "list", "main")
    assert listed == {"account": "main", "day": "2025-06-15", "name": key.split("/")[3], "key": key}
    assert [row["account"] for row in run("quarantine", "list")] == ["main", "other"]


def test_showing(run: Run, say: Say, key: str) -> None:
    """The body is shown as it came."""
    assert base64.b64decode(run("quarantine", "show", key)["body"]) == BODY
    assert say("quarantine", "show", key) == '{"a":1 \\xff\x00}\n'


def test_replaying(gateway: Gateway, run: Run, key: str) -> None:
    """A replayed webhook goes to the spill queue as if it came from there, and stays in quarantine."""
    run("quarantine", "replay", key)
    (message,) = boto3.client("sqs", region_name=REGION).receive_message(QueueUrl=gateway.spill_queue)["Messages"]
    record = json.loads(message["Body"])
    assert (record["account"], record["kind"], record["headers"]) == ("main", "status", {})
    assert base64.b64decode(record["body"]) == BODY
    assert [row["key"] for row in run("quarantine", "list")] == [key]


def test_too_large(gateway: Gateway, clock: Clock, fail: Say) -> None:
    """What no queue takes is refused."""
    key = gateway.bucket.quarantine("main", b"x" * (MAX_SPILL + 1), kind="status", reason="too_large", now=clock.now)
    assert "can be replayed" in fail("quarantine", "replay", key)


@pytest.mark.parametrize("name", ["", "nothing", "media/acme/x", "quarantine/main/2025-06-15/none"])
def test_unknown(fail: Say, key: str, name: str) -> None:
    """Only what lies in quarantine is shown or replayed."""
    assert key
    assert "in quarantine" in fail("quarantine", "show", name)
    assert "in quarantine" in fail("quarantine", "replay", name)
