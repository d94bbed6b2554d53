"""
Query: every read, and every path that no other function answers.
"""

import os
from typing import Any

from herald.assembly import Assembly
from herald.aws.settings import Settings
from herald.query_door import Door
from herald.web import serve

parts = Assembly(Settings.read(os.environ), "query")
door = Door(parts)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An HTTP call."""
    with parts.telemetry.invocation(context.aws_request_id):
        return serve(event, door.routes, parts.telemetry.failed)
