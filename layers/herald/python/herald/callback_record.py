"""
What lies on the callback queue.

    {"tenant", "endpoint", "event": {…}, "pp", "ts"}    an event, for the first time, with its place by person
    {"tenant", "endpoint", "retry": "<event id>", "turn"}    the next try of a row in the table

The first kind carries content, so that an event costs no write at all while endpoints are well.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from herald.aws.attributes import Item
from herald.aws.deliveries import LIFE, Delivery
from herald.aws.queues import Queues, Record
from herald.errors import Unavailable
from herald.event import Published


@dataclass(frozen=True, slots=True)
class Given:
    """
    A record as it was read: its id on the queue, and the try that it stands for.

    `first`: the delivery that begins with it; None for a retry, which is meant by `turn`. `repeated`: the queue has
    given it out before, so what it asks for may have been done.
    """

    record: str
    tenant: str
    endpoint: str
    event_id: str
    first: Delivery | None = None
    turn: int = 0
    repeated: bool = False


class CallbackQueue:
    """The callback queue by its address, for tries of rows."""

    def __init__(self, queues: Queues, address: str) -> None:
        self._queues = queues
        self._address = address

    def tell(self, records: Sequence[Record]) -> None:
        """Put records on it. Their rows are looked at by the clock, so one that is not taken is only late."""
        with suppress(Unavailable):
            self._queues.put(self._address, records)


def event_text(event: Mapping[str, object]) -> str:
    """An event as it is posted: compact JSON in ASCII, the same text whenever it is made."""
    return json.dumps(event, separators=(",", ":"))


def event_record(endpoint: str, event: Published, item: Item) -> Record:
    """An event for an endpoint; `item` is what it tells of."""
    body = {"tenant": event.tenant, "endpoint": endpoint, "event": event.detail()}
    return Record(body | ({"pp": item["pp"], "ts": item["ts"]} if "pp" in item else {}))


def read(record: Mapping[str, Any], now: int) -> Given:
    """A record as Lambda hands it over. Raises ValueError, KeyError or TypeError for what is none of ours."""
    body = json.loads(record["body"])
    tenant, endpoint = body["tenant"], body["endpoint"]
    if "retry" in body:
        return Given(record["messageId"], tenant, endpoint, body["retry"], turn=body["turn"])
    event = body["event"]
    first = Delivery(
        endpoint=endpoint,
        id=event["id"],
        tenant=tenant,
        event=event_text(event),
        first=now,
        ttl=now // 1000 + LIFE,
        party=(body["pp"], body["ts"]) if "pp" in body else None,
    )
    repeated = int(record["attributes"]["ApproximateReceiveCount"]) > 1
    return Given(record["messageId"], tenant, endpoint, first.id, first, repeated=repeated)
