"""
Clock: every minute, whatever has become due.
"""

import os
from typing import Any

from herald.assembly import Assembly
from herald.aws.settings import Settings

parts = Assembly(Settings.read(os.environ), "clock")

RESERVE = 5_000
"""Milliseconds before the function's end from which the rest is left to the next minute."""


def handler(_event: dict[str, Any], context: Any) -> dict[str, Any]:
    """How many entries of the due index were handled."""
    deadline = parts.time.now() + context.get_remaining_time_in_millis() - RESERVE
    with parts.telemetry.invocation(context.aws_request_id):
        return {"handled": parts.waking.wake(deadline)}
