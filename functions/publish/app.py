"""
Publish: the table's stream, as events on the bus and work for the media queue.
"""

import os
from typing import Any

from herald.assembly import Assembly
from herald.aws.settings import Settings
from herald.publishing import written_in

parts = Assembly(Settings.read(os.environ), "publish")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A batch of writes in order; on a failure the stream goes on from the first that was not published."""
    with parts.telemetry.invocation(context.aws_request_id):
        failed = parts.publishing.publish([written_in(record) for record in event["Records"]])
        return {"batchItemFailures": [{"itemIdentifier": failed}] if failed else []}
