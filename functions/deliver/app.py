"""
Deliver: what lies on the transactional and on the bulk lane.
"""

import os
from typing import Any

from herald.assembly import Assembly
from herald.aws.settings import Settings
from herald.lanes import work

parts = Assembly(Settings.read(os.environ), "deliver")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A batch of lane records; those that could not be worked on come again."""
    deadline = parts.time.now() + context.get_remaining_time_in_millis()
    with parts.telemetry.invocation(context.aws_request_id):
        parts.exchange.fresh()
        return work(event, parts, deadline)
