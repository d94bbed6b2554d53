"""
What clients may ask for, drawn at random.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from herald.view import stamp


@dataclass(frozen=True, slots=True)
class Wish:
    """A message, or with `count` a request of so many; `wait` and `validity` in seconds."""

    channel: str
    policy: str
    count: int
    wait: int
    validity: int | None
    lane: str
    variables: bool
    keyed: bool

    def body(self, phones: Sequence[str], now: int) -> dict[str, Any]:
        """The request, for these recipients."""
        named = self.variables and self.count
        text = "hello {{name}}" if named else "hello"
        body: dict[str, Any] = {
            "channel": self.channel,
            "content": {"type": "text", "text": text},
            "policy": self.policy,
            "lane": self.lane,
        }
        if self.count:
            body["recipients"] = [{"to": to, "variables": {"name": to}} if named else {"to": to} for to in phones]
        else:
            body["to"] = phones[0]
        if self.wait:
            body["send_at"] = stamp(now + self.wait * 1000)
        if self.validity:
            body["options"] = {"validity_seconds": self.validity}
        return body


@dataclass
class Request:
    """What a client asked for; `id` once it was accepted."""

    body: Mapping[str, Any]
    key: str | None
    id: str | None = None

    @property
    def phones(self) -> list[str]:
        """Whom it is for."""
        return [each["to"] for each in self.body["recipients"]] if "recipients" in self.body else [self.body["to"]]


wishes = st.builds(
    Wish,
    channel=st.sampled_from(["sms", "sms", "rcs"]),
    policy=st.sampled_from(["at_most_once", "at_most_once", "at_least_once"]),
    count=st.sampled_from([0, 0, 0, 2, 3]),
    wait=st.sampled_from([0, 0, 0, 0, 120, 3600]),
    validity=st.sampled_from([None, None, 90, 1000]),
    lane=st.sampled_from(["transactional", "bulk"]),
    variables=st.booleans(),
    keyed=st.booleans(),
)
