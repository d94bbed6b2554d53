"""
An endpoint: an address of a tenant's own that events are posted to, signed as Standard Webhooks wants it.

Its secrets are derived from the deployment's signing secret, so none is kept anywhere. Each is of an epoch, counted
from 1; rotating begins the next one and gives the one before an end, until which every callback carries a signature
of both (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

MAX_EPOCHS = 5
"""Secrets of an endpoint that are valid at once, at most; the oldest make room."""

type Epoch = tuple[int, int | None]
"""Its number, and the millisecond at which its secret ends; None for the newest."""


class Disabled(StrEnum):
    """Why nothing is posted to an endpoint."""

    OWNER = "owner"
    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """
    Where a tenant wants to hear of events, and of which.

    `events` are types (`message.read`) or groups of them (`message.*`), none for all; `created` and `disabled_at` in
    milliseconds.
    """

    id: str
    tenant: str
    url: str
    events: tuple[str, ...] = ()
    description: str = ""
    epochs: tuple[Epoch, ...] = ((1, None),)
    disabled: Disabled | None = None
    disabled_at: int | None = None
    created: int = 0

    @property
    def status(self) -> str:
        """`enabled` or `disabled`."""
        return "disabled" if self.disabled else "enabled"

    def wants(self, event_type: str) -> bool:
        """Whether events of this type are to be posted here."""
        return not self.events or any(_covers(wanted, event_type) for wanted in self.events)

    def valid_epochs(self, now: int) -> tuple[Epoch, ...]:
        """Those whose secrets are valid at `now` (milliseconds), the newest first."""
        valid = (epoch for epoch in self.epochs if epoch[1] is None or epoch[1] > now)
        return tuple(sorted(valid, reverse=True))

    def rotated(self, now: int, overlap: int) -> Self:
        """With a new secret; the one it replaces stays valid for `overlap` milliseconds more."""
        newest, *older = self.valid_epochs(now)
        ending = [(newest[0], now + overlap)] if overlap else []
        return replace(self, epochs=((newest[0] + 1, None), *ending, *older)[:MAX_EPOCHS])


def _covers(wanted: str, event_type: str) -> bool:
    return event_type == wanted or (wanted.endswith(".*") and event_type.startswith(wanted[:-1]))


def secret_of(signing_key: bytes, endpoint_id: str, epoch: int) -> str:
    """The secret of an endpoint in this epoch, as its owner is told it: `whsec_` and 32 bytes in base64."""
    # The key also signs other things; the first word keeps them apart.
    secret = hmac.digest(signing_key, f"callback {endpoint_id}.{epoch}".encode("ascii"), hashlib.sha256)
    return f"whsec_{base64.b64encode(secret).decode('ascii')}"
