"""
What a test or a tour may change about any simulator; each simulator derives its own `Settings` from these.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A group of settings: unknown names are refused, and a change makes a new one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WebhookUrls(BaseModel):
    """Where webhooks go, one field a kind; empty means nowhere. Simulators without webhooks leave it as it is."""

    model_config = ConfigDict(extra="forbid")

    def merged(self, given: Self) -> Self:
        """These URLs with the given ones put in; what `given` does not name stays."""
        return self.model_copy(update=given.model_dump(exclude_unset=True))


class Settings(Frozen):
    """Times are in seconds. All can be changed while running with `PATCH /_control/settings`."""

    strict: bool = False
    """Refuse what only a lenient reading takes, not just remark it."""

    webhook_urls: WebhookUrls = WebhookUrls()
    """Those of the start; `PUT /_control/webhook-urls` changes the ones in force."""
    webhook_probe: bool = False
    """Ask each URL that is set with HEAD, and refuse it unless it answers 200."""
    webhook_timeout: float = 10.0
    webhook_concurrency: int = 16
    """Webhooks posted at the same time; read at the start."""
    retry_seconds: float = 1.0
    """The pause before the second attempt; each later one is `retry_factor` longer, up to `retry_cap_seconds`."""
    retry_factor: float = 1.5
    retry_cap_seconds: float = 5.0
    retry_attempts: int = 100
    """How often a webhook is posted at most, the first time included."""

    step_seconds: float = 0.05
    """Between two statuses of a message."""
    keep: int = 10_000
    """How many messages, other calls and webhooks are remembered, of each; the oldest go first. Read at the start."""
