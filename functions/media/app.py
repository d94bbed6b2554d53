"""
Media: takes, fetches, describes and serves media, over HTTP and from the media queue.
"""

import os
from typing import Any

from herald.assembly import Assembly
from herald.aws.settings import Settings
from herald.aws.telemetry import batch
from herald.media_door import Door
from herald.web import serve

parts = Assembly(Settings.read(os.environ), "media")
door = Door(parts)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An HTTP call, or a batch of records about inbound media."""
    parts.begin(context)
    with parts.telemetry.invocation(context.aws_request_id):
        if "Records" in event:
            parts.exchange.fresh()
            return batch(event, door.take_record, parts.telemetry, parts.deadline)
        return serve(event, door.routes, parts.telemetry.failed)
