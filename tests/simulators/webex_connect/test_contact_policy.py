"""
Consent and frequency caps.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.simulators.webex_connect.contact_policy import Cap, period
from tests.simulators.webex_connect.driver import BLOCKS, NUMBER, Simulator

GROUP = "xKa4xfM3S_a9bP98ryCw8w"
CONSENT = {"contactPolicyGroup": GROUP, "channelCheckConsent": True}
CAP = {"contactPolicyGroup": GROUP, "channelApplyFrequencyCap": "true"}


def put(simulator: Simulator, **group: Any) -> None:
    simulator.control("PUT", f"groups/{GROUP}", group)


def code(simulator: Simulator, channel: str = "sms", policy: Any = None) -> str:
    """The code of the last receipt."""
    assert simulator.send(channel, contactPolicy=policy or CONSENT)[0]["code"] == "1001"
    return str(simulator.receipts()[-1]["deliveryInfo"]["code"])


def test_inputs(simulator: Simulator) -> None:
    """
    Without group or flag 9001 at once, and 9000 where the tenant has no contact policy.
    """
    for policy in ({"channelCheckConsent": True}, {"contactPolicyGroup": GROUP}, {"contactPolicyGroup": ""}, {}):
        assert simulator.send(contactPolicy=policy)["code"] == "9001"
    assert simulator.send_v2(contactPolicy={}).json()["code"] == "9001"
    simulator.change(contact_policy=False)
    assert simulator.send(contactPolicy=CONSENT)["description"] == "Contact policy not enabled"


@pytest.mark.parametrize("place", ["top", "channels"])
def test_places(simulator: Simulator, place: str) -> None:
    """
    The object may stand beside the channels or among them.
    """
    members = {"contactPolicy": CONSENT} if place == "top" else {"channels": BLOCKS["sms"] | {"contactPolicy": CONSENT}}
    simulator.send(**members)
    assert simulator.receipts()[-1]["deliveryInfo"]["code"] == "9005"


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({}, "9003"),
        ({"members": [{"address": NUMBER}]}, "7500"),
        ({"members": [{"address": NUMBER[1:]}]}, "7500"),
        ({"members": [{"address": NUMBER, "channel": "voice"}]}, "9003"),
        ({"members": [{"address": NUMBER, "consent": False}]}, "9002"),
        ({"members": [{"address": NUMBER, "expires": 1}]}, "9010"),
        ({"group_default": "DENYLIST"}, "7500"),
        ({"group_default": "DENYLIST", "members": [{"address": NUMBER, "consent": False}]}, "9002"),
        ({"channels": ["voice"]}, "9005"),
        ({"enabled": False}, "9005"),
    ],
)
def test_consent(simulator: Simulator, group: dict[str, Any], expected: str) -> None:
    """
    Consent is told by a receipt: an allow list wants it, a deny list only that nobody objected.
    """
    put(simulator, **group)
    assert code(simulator) == expected


def test_unknown_group(simulator: Simulator) -> None:
    """
    An unknown group is 9005 for consent and 9007 for a cap.
    """
    assert code(simulator) == "9005"
    assert code(simulator, policy=CAP) == "9007"


def test_policy_failure_is_alone(simulator: Simulator) -> None:
    """
    What the policy blocks was never submitted.
    """
    put(simulator)
    simulator.send(contactPolicy=CONSENT)
    assert [each["deliveryInfo"]["deliveryStatus"] for each in simulator.receipts()] == ["Failed"]


def test_cap(simulator: Simulator) -> None:
    """
    So many a period and channel, for each address; without the flag nothing is counted.
    """
    put(simulator, caps=[{"channel": "text", "max_count": 2}], group_default="DENYLIST")
    assert [code(simulator, policy=CONSENT) for _ in range(3)] == ["7500"] * 3
    assert [code(simulator, policy=CAP) for _ in range(3)] == ["7500", "7500", "9006"]
    assert code(simulator, "voice", CAP) == "7405"


def test_channels(simulator: Simulator) -> None:
    """
    Channels without a contact policy are 9005.
    """
    put(simulator, group_default="DENYLIST")
    assert code(simulator, "fb") == "9005"
    assert code(simulator, "whatsapp") == "7502"


@pytest.mark.parametrize(
    ("name", "expected"), [("DAY", "DAY 2025-01-01"), ("WEEK", "WEEK 2024-12-30"), ("MONTH", "MONTH 2025-01-01")]
)
def test_periods(name: Any, expected: str) -> None:
    """
    Periods are calendar ones of UTC, weeks from Monday.
    """
    assert period(Cap(channel="text", period=name, max_count=1), datetime(2025, 1, 1, 23, tzinfo=UTC)) == expected


def test_groups_are_shown(simulator: Simulator) -> None:
    """
    The control API shows the groups, and a full reset forgets them.
    """
    put(simulator)
    assert set(simulator.control("GET", "groups")) == {GROUP}
    simulator.control("POST", "reset", {"everything": True})
    assert simulator.control("GET", "groups") == {}
