"""
What the simulator remembers: requests that arrived and webhooks it sent.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Arrival:
    """
    One request to send something, taken or not; `accepted` says which.

    `http_status` is 0 where no answer was given (hang, reset) and `status_code` 0 where the answer had none.
    """

    number: int
    at: str
    operation: str
    path: str
    headers: dict[str, str]
    body: Any
    recipients: list[str]
    client_message_id: str | None
    accepted: bool = False
    http_status: int = 0
    status_code: int = 0
    transfer_id: str | None = None
    sms_count: int = 0
    remarks: list[str] = field(default_factory=list)
    fault: str = ""


@dataclass
class Attempt:
    """One POST of a webhook; `http_status` is 0 and `error` set where no answer came."""

    at: str
    http_status: int = 0
    content_type: str = ""
    body: str = ""
    error: str = ""
    acknowledged: bool = False


@dataclass
class Webhook:
    """`state` is pending, acknowledged, abandoned (out of attempts), dropped (a fault) or nowhere (no URL is set)."""

    number: int
    kind: str
    url: str
    body: str
    content_type: str
    transfer_id: str | None = None
    recipient: str = ""
    client_message_id: str | None = None
    word: str = ""
    retry: bool = True
    state: str = "pending"
    attempt_count: int = 0
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(frozen=True)
class Taken:
    """A message on its way to one recipient; `url` is where its statuses go."""

    channel: str
    operation: str
    transfer_id: str
    recipient: str
    url: str
    client_message_id: str | None = None
    application_id: str = ""
    sender: str = ""
    delivered_as: str = "sms"
    silent: bool = False
