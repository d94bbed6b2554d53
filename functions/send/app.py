"""
Send: `POST /v1/messages` and what belongs to it, and the intake queue (filled by callers in AWS and by EventBridge).

It takes orders to erase people, too, for the clock to carry out.
"""

import os
from typing import Any

from herald.accepting import Door, take_record
from herald.assembly import Assembly
from herald.aws.settings import Settings
from herald.aws.telemetry import batch
from herald.erasure_door import Door as ErasureDoor
from herald.web import serve

parts = Assembly(Settings.read(os.environ), "send")
routes = {**Door(parts).routes, **ErasureDoor(parts).routes}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An HTTP call, or a batch of intake records."""
    parts.begin(context)
    with parts.telemetry.invocation(context.aws_request_id):
        if "Records" in event:
            return batch(event, lambda record: take_record(parts, record), parts.telemetry, parts.deadline)
        return serve(event, routes, parts.telemetry.failed)
