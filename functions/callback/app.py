"""
Callback: posts events to the endpoints of customers, from the callback queue.
"""

import os
from typing import Any

from herald.assembly import Assembly
from herald.aws.settings import Settings

parts = Assembly(Settings.read(os.environ), "callback")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A batch of events and of tries of earlier ones; those that could not be dealt with come again."""
    deadline = parts.time.now() + context.get_remaining_time_in_millis()
    with parts.telemetry.invocation(context.aws_request_id):
        failed = parts.calling_back.take(event["Records"], deadline)
        return {"batchItemFailures": [{"itemIdentifier": record} for record in sorted(failed)]}
