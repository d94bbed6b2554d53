"""
`sendAt`: taken at once, sent when it is due.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.huawei_aicc.driver import Receiver, Simulator


def moment(after: timedelta) -> str:
    """So long from now, as the documents write it."""
    then = datetime.now(UTC) + after
    return f"{then:%Y-%m-%dT%H:%M:%S}.{then.microsecond // 1000:03d}+0000"


def test_held(simulator: Simulator, receiver: Receiver) -> None:
    """
    A message for later is answered at once and goes on only when it is released or due.
    """
    assert simulator.send(sendAt=moment(timedelta(hours=1))).status_code == 200
    assert simulator.sent() == {"mine": 1}
    assert (simulator.arrival()["facts"]["sent_at"], receiver.received) == ("", [])
    assert simulator.control("POST", "release") == {"released": 1}
    simulator.settle()
    assert simulator.arrival()["facts"]["sent_at"]
    assert receiver.words() == ["DELIVERED", "seenAt"]
    assert simulator.control("POST", "release") == {"released": 0}


def test_due(simulator: Simulator, receiver: Receiver) -> None:
    """
    It goes by itself, not before its time.
    """
    due = moment(timedelta(seconds=0.3))
    simulator.send(sendAt=due)
    simulator.settle()
    assert simulator.arrival()["facts"]["due"] == due
    assert simulator.arrival()["facts"]["sent_at"] >= due
    assert receiver.words() == ["DELIVERED", "seenAt"]


def test_past(simulator: Simulator, receiver: Receiver) -> None:
    """
    A time that has passed is now.
    """
    assert simulator.send(sendAt="2021-05-24T10:45:38.000+0000").status_code == 200
    simulator.settle()
    assert receiver.words() == ["DELIVERED", "seenAt"]


def test_offset(simulator: Simulator) -> None:
    """
    The offset counts.
    """
    simulator.send(sendAt="2021-05-24T10:45:38.000+0200")
    assert simulator.arrival()["facts"]["due"] == "2021-05-24T08:45:38.000+0000"


@pytest.mark.parametrize(("days", "status"), [(179, 200), (181, 500)])
def test_farthest(simulator: Simulator, days: int, status: int) -> None:
    """
    180 days ahead is too far.
    """
    assert simulator.send(sendAt=moment(timedelta(days=days))).status_code == status


def test_reset(simulator: Simulator, receiver: Receiver) -> None:
    """
    A reset forgets what is held.
    """
    simulator.send(sendAt=moment(timedelta(hours=1)))
    simulator.control("POST", "reset")
    simulator.settle()
    assert simulator.control("POST", "release") == {"released": 0}
    assert receiver.received == []
