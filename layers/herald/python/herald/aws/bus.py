"""
The event bus: ten events a call, each answered for on its own.
"""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from herald.event import Published

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "herald"

_BATCH = 10


class Bus:
    """Puts events on the bus."""

    def __init__(self, client: Callable[[], "EventBridgeClient"], name: str) -> None:
        self._client = client
        self._name = name

    def put(self, events: Sequence[Published]) -> set[int]:
        """Publish; the positions of those that the bus did not take, for whatever reason."""
        failed: set[int] = set()
        for start in range(0, len(events), _BATCH):
            batch = events[start : start + _BATCH]
            failed |= {start + position for position in self._put(batch)}
        return failed

    def _put(self, events: Sequence[Published]) -> set[int]:
        entries: list[PutEventsRequestEntryTypeDef] = [
            {
                "Source": SOURCE,
                "DetailType": event.type,
                "Detail": json.dumps(event.detail(), separators=(",", ":")),
                "EventBusName": self._name,
            }
            for event in events
        ]
        try:
            answers = self._client().put_events(Entries=entries)["Entries"]
        except (ClientError, BotoCoreError):
            return set(range(len(events)))
        return {position for position, answer in enumerate(answers) if "EventId" not in answer}
