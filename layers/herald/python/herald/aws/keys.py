"""
How items are named, and what puts them into the three indexes. See `docs/data-model.md`.

    later   lp, ls     what is due (D#<shard>), then what ended badly (X#<tenant>#<day>#0)
    time    tp, ts     messages, requests and inbound of a tenant by day
    party   pp, ts     everything with one person
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from zlib import crc32

SHARDS = 32
"""Partitions of the due index."""

RECEIPT = "receipt"
"""What a message is due for while a report that its sender asked for is still to come."""


def message(message_id: str) -> str:
    """
    The partition of a message, a member, or a request of many.

    They share one space of ids, so that an idempotency key stands for one thing, whichever it is.
    """
    return f"M#{message_id}"


def is_request(item: Mapping[str, object]) -> bool:
    """Whether this is the header of a request of many rather than a message."""
    return "count" in item


def id_of(item: Mapping[str, object]) -> str:
    """The id of the message, request or inbound message that this item is."""
    return str(item["pk"])[2:]


def inbound(inbound_id: str) -> str:
    """The partition of an inbound message."""
    return f"N#{inbound_id}"


def account(name: str) -> str:
    """The partition of an account and what belongs to it."""
    return f"A#{name}"


def tenant(tenant_id: str) -> str:
    """The partition of a tenant and what belongs to it."""
    return f"T#{tenant_id}"


def hook(endpoint_id: str) -> str:
    """The sort key of one of a tenant's endpoints."""
    return f"hook#{endpoint_id}"


def endpoint_gate(endpoint_id: str) -> str:
    """The sort key of how one of a tenant's endpoints fares."""
    return f"gate#{endpoint_id}"


def deliveries(endpoint_id: str) -> str:
    """The partition of the events that an endpoint did not take at the first try."""
    return f"H#{endpoint_id}"


def used(tenant: str, window: str) -> str:
    """The partition of what a tenant has had accepted in a window."""
    return f"Q#{tenant}#{window}"


def day(milliseconds: int) -> str:
    """The UTC day, `yyyymmdd`."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y%m%d")


def shard(identifier: str) -> str:
    """The due partition of this id."""
    return due_partition(crc32(identifier.encode()) % SHARDS)


def due_partition(number: int) -> str:
    """A partition of the due index by its number."""
    return f"D#{number:02}"


def due(milliseconds: int, kind: str) -> str:
    """When and for what; 13 digits sort as numbers until the year 2286."""
    return f"{milliseconds:013}#{kind}"


def is_scheduled(item: Mapping[str, object]) -> bool:
    """Whether the clock will put this on its lane when its time has come."""
    return str(item.get("ls", "")).endswith("#schedule")


def awaits_receipt(item: Mapping[str, object]) -> bool:
    """Whether the clock will look for the report that the message's sender asked for."""
    return str(item.get("ls", "")).endswith(f"#{RECEIPT}")


def watched_until(item: Mapping[str, object]) -> int | None:
    """The millisecond at which the item's watchdog wakes; None when it has none."""
    at, _, kind = str(item.get("ls", "")).partition("#")
    return int(at) if kind == "watchdog" else None


def bad_partition(tenant: str, milliseconds: int) -> str:
    """Where messages of a day that ended badly are listed."""
    return f"X#{tenant}#{day(milliseconds)}#0"


def time_partition(tenant: str, milliseconds: int) -> str:
    """Where a tenant's messages of a day are listed."""
    return f"T#{tenant}#{day(milliseconds)}#0"


def time_sort(milliseconds: int, identifier: str) -> str:
    """By time, then by id."""
    return f"{milliseconds:013}#{identifier}"


def requests_partition(tenant: str) -> str:
    """Where a tenant's requests of many are listed, which belong to nobody alone; no keyed hash is like it."""
    return f"P#{tenant}#requests"


def party_partition(tenant: str, address: str) -> str:
    """Where everything with one person is listed; the address itself is not readable from it."""
    mac = hmac.new(tenant.encode(), address.lower().encode(), hashlib.sha256).hexdigest()[:20]
    return f"P#{tenant}#{mac}"
