"""
Webhook: what providers send, and the spill queue for what could not be stored at once.
"""

import json
import os
from typing import Any

from herald.assembly import Assembly
from herald.aws.settings import Settings
from herald.aws.telemetry import batch
from herald.receiving import routes
from herald.web import serve

parts = Assembly(Settings.read(os.environ), "webhook")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A call of a provider, answered in its way, or a batch of spilled ones."""
    parts.begin(context)
    with parts.telemetry.invocation(context.aws_request_id):
        if "Records" in event:
            return batch(
                event,
                lambda record: parts.receiving.replay(json.loads(record["body"])),
                parts.telemetry,
                parts.deadline,
            )
        return serve(event, routes(parts.receiving), parts.telemetry.failed)
