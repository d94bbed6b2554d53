"""
How webhooks are posted (Webex Connect, "Outbound Webhooks").

Exactly 200 acknowledges; three more attempts follow, 60 seconds apart, unless the answer is on the list of those that
are never repeated. Outbound webhooks are signed once a hub secret is set; notify URLs are not, as far as anybody says.
"""

import hashlib
import hmac
from collections.abc import Mapping

from local.simulators import kit
from local.simulators.webex_connect.identifiers import transaction_id
from local.simulators.webex_connect.settings import Settings

NOT_RETRIED = frozenset({*range(202, 209), 226, *range(300, 309), 400, 402, *range(404, 412), 414, 415, 416, 418, 505})
SIGNATURE, TRACE = "x-hub-signature", "x-wx-gtrid"
NOTIFY, WEBHOOK, INBOUND, RAW, FORGED = "notify", "receipt", "inbound", "raw", "forged"
"""Kinds of webhooks: a receipt to the notify URL, its copy, a user's message, and what a test makes up."""


def signature(settings: Settings, raw: bytes) -> str:
    """HMAC over the raw body without surrounding white space, in hexadecimal, with the algorithm before it."""
    digest = hmac.new(settings.hub_secret.encode(), raw.strip(), getattr(hashlib, settings.hub_algorithm)).hexdigest()
    return f"{settings.hub_algorithm}={digest}" if settings.hub_prefix else digest


class Notifier(kit.Policy):
    """The policy of webhooks, read from the settings in force."""

    def __init__(self, state: kit.State[Settings]) -> None:
        self.state = state

    def retried(self, attempt: kit.Attempt) -> bool:
        return attempt.http_status not in NOT_RETRIED

    def headers(self, webhook: kit.Webhook, raw: bytes) -> Mapping[str, str]:
        settings = self.state.settings
        added = {TRACE: webhook.headers.get(TRACE) or transaction_id()}
        signed = {WEBHOOK, INBOUND, RAW} | ({NOTIFY} if settings.sign_notify else set())
        if settings.hub_secret and webhook.kind in signed and SIGNATURE not in webhook.headers:
            added[SIGNATURE] = signature(settings, raw)
        return added
