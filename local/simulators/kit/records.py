"""
What a simulator remembers: requests that arrived and webhooks it sent. Times are ISO 8601 in UTC.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.simulators.kit.bodies import JSON_TYPE
from local.simulators.kit.recipients import plain


def now() -> str:
    """This moment with milliseconds, as the records write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass
class Result:
    """What became of one recipient of a call that carries many, each with a verdict of its own."""

    recipient: str
    accepted: bool
    code: int | str = 0
    provider_id: str | None = None
    reference: str | None = None


@dataclass
class Arrival:
    """
    One request, taken or not; `accepted` says which (of many recipients: whether any was taken).

    `references` are ours, `provider_id` theirs; `code` is the provider's own, 0 where the answer had none, and
    `http_status` 0 where no answer was given (hang, reset). `query` is as it came, `body` the parsed document, or the
    text where it is none; `raw` the text, cut after 64 KiB. `results` is empty unless recipients have verdicts of their
    own, and `facts` holds what only this simulator notes.
    """

    number: int
    at: str
    operation: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any
    raw: str
    recipients: list[str]
    references: list[str]
    accepted: bool = False
    http_status: int = 0
    code: int | str = 0
    provider_id: str | None = None
    results: list[Result] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    fault: str = ""

    def took(self, recipient: str = "") -> bool:
        """Whether it was accepted, for one recipient if that is named (as `plain` writes it)."""
        if not recipient or not self.results:
            return self.accepted
        return any(one.accepted for one in self.results if plain(one.recipient) == recipient)

    def taken_references(self, recipient: str = "") -> list[str]:
        """Our references that were accepted, for one recipient if that is named."""
        if not self.results:
            return self.references if self.accepted else []
        wanted = [one for one in self.results if not recipient or plain(one.recipient) == recipient]
        return [one.reference for one in wanted if one.accepted and one.reference is not None]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A message on its way to one recipient; simulators derive their own to add what their reports say."""

    operation: str
    recipient: str
    provider_id: str
    reference: str | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A webhook to be: `kind` is the simulator's word for it, an empty `url` goes nowhere."""

    kind: str
    url: str
    body: str
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    retry: bool = True


@dataclass
class Attempt:
    """One POST of a webhook, and the seconds it took; `http_status` is 0 and `error` set where no answer came."""

    at: str
    seconds: float = 0.0
    http_status: int = 0
    content_type: str = ""
    body: str = ""
    error: str = ""
    acknowledged: bool = False


@dataclass
class Webhook:
    """
    A webhook, sent or not.

    `state` is pending, acknowledged, abandoned (no more attempts), dropped (a fault) or nowhere (no URL is set).
    `headers` are those of its last attempt but for content type and user agent.
    """

    number: int
    kind: str
    url: str
    body: str
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    provider_id: str | None = None
    recipient: str = ""
    reference: str | None = None
    word: str = ""
    retry: bool = True
    state: str = "pending"
    attempt_count: int = 0
    attempts: list[Attempt] = field(default_factory=list)
