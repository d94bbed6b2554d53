"""
Consent and frequency caps of contact policy groups (Webex Connect, "Contact Policy").

Groups are made through the control API. What a check finds is told by a receipt, never by the answer: there the vendor
documents only 9000 and 9001, and leaves open where the others come.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from local.simulators.kit import plain
from local.simulators.webex_connect.codes import Channel

_COUNTS_KEPT = 100_000

type PolicyChannel = Literal["email", "text", "voice", "whatsapp"]

# The policy's own words for channels; the others have no contact policy.
_CHANNELS: dict[Channel, PolicyChannel] = {
    Channel.SMS: "text",
    Channel.RCS: "text",
    Channel.VOICE: "voice",
    Channel.WHATSAPP: "whatsapp",
}


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cap(_Order):
    """At most so many messages in a calendar period of UTC."""

    channel: PolicyChannel
    period: Literal["DAY", "WEEK", "MONTH"] = "DAY"
    max_count: int = Field(ge=1, le=5000)


class Member(_Order):
    """`expires` is in Unix seconds."""

    address: str
    channel: PolicyChannel = "text"
    consent: bool = True
    expires: float | None = None


class Group(_Order):
    """ALLOWLIST: only who consented; DENYLIST: all but who objected."""

    channels: tuple[PolicyChannel, ...] = ("email", "text", "voice", "whatsapp")
    group_default: Literal["ALLOWLIST", "DENYLIST"] = "ALLOWLIST"
    enabled: bool = True
    caps: tuple[Cap, ...] = ()
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Policy:
    """What a request asks for."""

    group: str
    consent: bool
    cap: bool


def period(cap: Cap, now: datetime) -> str:
    """The calendar period that `now` belongs to, by its first day."""
    first = {"DAY": now, "WEEK": now - timedelta(days=now.weekday()), "MONTH": now.replace(day=1)}
    return f"{cap.period} {first[cap.period]:%Y-%m-%d}"


@dataclass
class ContactPolicies:
    """The groups, and how often each address was written to in each period."""

    groups: dict[str, Group] = field(default_factory=dict)
    _counts: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def check(self, policy: Policy, channel: Channel, address: str) -> str:
        """The code with which the message fails, or empty: then it is counted."""
        group = self.groups.get(policy.group)
        if group is None or not group.enabled:
            return "9005" if policy.consent else "9007"
        word = _CHANNELS.get(channel)
        if word not in group.channels:
            return "9005"
        blocked = self._consent(group, word, plain(address)) if policy.consent else ""
        if blocked or not policy.cap:
            return blocked
        return self._count(policy.group, group, word, plain(address))

    def _consent(self, group: Group, channel: str, address: str) -> str:
        listed = group.members
        member = next((one for one in listed if one.channel == channel and plain(one.address) == address), None)
        if member is None:
            return "9003" if group.group_default == "ALLOWLIST" else ""
        if not member.consent:
            return "9002"
        return "9010" if member.expires is not None and member.expires <= time.time() else ""

    def _count(self, name: str, group: Group, channel: str, address: str) -> str:
        now = datetime.now(UTC)
        keys = [((name, channel, address, period(cap, now)), cap) for cap in group.caps if cap.channel == channel]
        if any(self._counts.get(key, 0) >= cap.max_count for key, cap in keys):
            return "9006"
        for key in {key for key, _ in keys}:
            self._counts[key] = self._counts.get(key, 0) + 1
        while len(self._counts) > _COUNTS_KEPT:
            del self._counts[next(iter(self._counts))]
        return ""
