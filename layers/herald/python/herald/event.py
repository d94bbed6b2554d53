"""
The events Herald publishes: a closed list, each a pure function of an item before and after a write.

    message.accepted .sent .delivered .read .failed .rejected .expired .cancelled .unknown
    message.receipt_overdue    the report that its sender asked for has not come in time
    message.received      a person wrote; with media when it is here, or after a while as it stands
    media.ready           media of a message that was announced without it
    request.accepted .cancelled .expired
    endpoint.disabled     nothing is posted to an endpoint any more, and its owner did not say so

An event's id is `<message id>:<step>:<status>`, so a record that is read twice publishes the same event
twice, and `sequence` only rises over a message's life. An event is ASCII and fits onto the bus: what would not is
left out and named in `omitted`; it can be read over HTTP. Claims, marks without a new status and retries are not
events.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from herald.aws.keys import hook, id_of, is_request, tenant
from herald.endpoint import Disabled
from herald.status import RANKS, Status, sequence
from herald.tenancy import base_of
from herald.view import inbound_view, media_view, message_view, request_view, stamp, status_of, test_view

EVENT_TYPES = (
    *(f"message.{status}" for status in Status),
    "message.receipt_overdue",
    "message.received",
    "media.ready",
    "request.accepted",
    "request.cancelled",
    "request.expired",
    "endpoint.disabled",
)

MAX_DATA = 200_000
"""Bytes of an event's data: the bus takes 256 kB (Amazon EventBridge User Guide, "PutEvents event entry size")."""

type Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """One event: `tenant` may be a sandbox, `at` in milliseconds, `data` by type as documented in `docs/events.md`."""

    type: str
    id: str
    tenant: str
    at: int
    sequence: int = 0
    data: Mapping[str, object] = field(default_factory=dict)

    def detail(self) -> dict[str, object]:
        """The event as it stands on the bus."""
        return {
            "id": self.id,
            "type": self.type,
            "tenant": base_of(self.tenant),
            **test_view(self.tenant),
            "at": stamp(self.at),
            "sequence": self.sequence,
            "data": dict(self.data),
        }


def events_of(old: Item | None, new: Item, now: int) -> Iterator[Published]:
    """What the change from `old` to `new` means to the outside; nothing for most."""
    if new["pk"].startswith("N#"):
        yield from _inbound(old, new, now)
    elif new["pk"].startswith(tenant("")):
        yield from _endpoint(old, new)
    elif is_request(new):
        yield from _request(old, new, now)
    else:
        yield from _message(old, new, now)


def _message(old: Item | None, new: Item, now: int) -> Iterator[Published]:
    """
    A status that has risen, or that it should have risen by now.

    A member's first status is told when it is first written, by its claim.
    """
    if old is not None and "overdue" in new and "overdue" not in old:
        yield _overdue(new)
    before = None if old is None else status_of(old)
    status = status_of(new)
    if before is not None and RANKS[status] <= RANKS[before]:
        return
    message_id, step = id_of(new), new["step"]
    yield Published(
        f"message.{status}",
        f"{message_id}:{step}:{status}",
        new["tenant"],
        happened(new, status, now),
        sequence(status, step),
        message_view(new),
    )


def _overdue(item: Item) -> Published:
    """Its sequence is that of the status, which it leaves as it is."""
    message_id, step = id_of(item), item["step"]
    return Published(
        "message.receipt_overdue",
        f"{message_id}:{step}:receipt_overdue",
        item["tenant"],
        item["overdue"],
        sequence(status_of(item), step),
        message_view(item),
    )


def happened(item: Item, status: Status, now: int) -> int:
    """When a message reached this status, by the provider's clock where it told; `now` where nothing says."""
    reported = [at for name, at in item.get("marks", {}).items() if name.endswith(f".{status}")]
    if reported:
        return int(min(reported))
    if status is Status.ACCEPTED:
        return int(item["created"])
    return int(item.get("sent_at", now)) if status is Status.SENT else now


def _request(old: Item | None, new: Item, now: int) -> Iterator[Published]:
    if old is not None and old.get("state") == new["state"]:
        return
    request_id = id_of(new)
    at = new["created"] if old is None else now
    yield Published(f"request.{new['state']}", f"{request_id}:{new['state']}", new["tenant"], at, 0, request_view(new))


def _inbound(old: Item | None, new: Item, now: int) -> Iterator[Published]:
    inbound_id = id_of(new)
    told = old is not None and is_told(old)
    if is_told(new) and not told:
        yield Published(
            "message.received",
            f"{inbound_id}:received",
            new["tenant"],
            new.get("at", new["created"]),
            0,
            _fitting(inbound_view(new)),
        )
    for position, media in enumerate(new.get("media", ()) if told else ()):
        was = (old or {})["media"][position]["state"]
        if media["state"] != was:
            yield Published(
                "media.ready",
                f"{inbound_id}:media:{position}",
                new["tenant"],
                now,
                position + 1,
                {"id": inbound_id, "position": position, "media": media_view(media)},
            )


def _endpoint(old: Item | None, new: Item) -> Iterator[Published]:
    why = new.get("disabled")
    if why in (None, Disabled.OWNER, (old or {}).get("disabled")):
        return
    endpoint_id = new["sk"].removeprefix(hook(""))
    data = {"id": endpoint_id, "reason": why, "description": new["description"]}
    yield Published(
        "endpoint.disabled",
        f"{endpoint_id}:disabled:{new['version']}",
        new["pk"].removeprefix(tenant("")),
        new["disabled_at"],
        0,
        {name: value for name, value in data.items() if value},
    )


def is_told(item: Item) -> bool:
    """Whether an inbound message is announced: its media has arrived or failed, or its time is up."""
    return "announced" in item or all(media["state"] != "pending" for media in item.get("media", ()))


def _fitting(data: dict[str, object]) -> dict[str, object]:
    """The data without its largest members, as far as it takes to get onto the bus."""
    omitted: list[str] = []
    while len(json.dumps(data)) > MAX_DATA:
        omitted.append(max(data, key=lambda name: len(json.dumps(data[name]))))
        data = {name: value for name, value in data.items() if name not in omitted}
    return data | ({"omitted": omitted} if omitted else {})
