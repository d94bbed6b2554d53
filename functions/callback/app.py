"""
Callback: posts events to the endpoints of customers, from the callback queue; and the routes by which they set them up.
"""

import os
from typing import Any

from herald.assembly import Assembly
from herald.aws.settings import Settings
from herald.endpoint_door import Door
from herald.web import serve

parts = Assembly(Settings.read(os.environ), "callback")
door = Door(parts)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An HTTP call, or a batch of events and of tries of earlier ones; those not dealt with come again."""
    deadline = parts.time.now() + context.get_remaining_time_in_millis()
    with parts.telemetry.invocation(context.aws_request_id):
        if "Records" in event:
            failed = parts.calling_back.take(event["Records"], deadline)
            return {"batchItemFailures": [{"itemIdentifier": record} for record in sorted(failed)]}
        return serve(event, door.routes, parts.telemetry.failed)
