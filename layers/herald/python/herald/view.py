"""
How things look from outside: the JSON of answers and events, made from items of the table.

Times are ISO 8601 in UTC with milliseconds. A field that says nothing is left out.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from herald.aws.keys import id_of
from herald.models import Address
from herald.retention import Retention, is_hidden
from herald.segment import Segments
from herald.status import BAD, State, Status, fold
from herald.tenancy import is_test

type Item = Mapping[str, Any]

_MESSAGE = (
    "channel",
    "account",
    "sender",
    "reference",
    "lane",
    "policy",
    "success",
    "provider_id",
    "segments",
    "tries",
)
_PLAIN = 3
"""Parts of a history entry: time, word, code; one that tells of a failure has the reason too."""

_REQUEST = ("channel", "account", "sender", "reference", "lane", "policy", "success", "count")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
"""The years 1 to 9999."""


def stamp(milliseconds: int) -> str:
    """`2026-11-21T10:45:30.123Z`; a provider's time that no calendar has becomes the nearest that one has."""
    moment = _EPOCH + timedelta(milliseconds=min(max(milliseconds, _FIRST), _LAST))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def status_of(item: Item) -> Status:
    """The status to show for a message's row."""
    return fold(State(item["state"]), item.get("marks", {}))


def address_view(text: str) -> str | dict[str, str]:
    """An address as requests spell it: a phone number bare, anything else with its type."""
    address = Address.parse(text)
    return address.value if str(address) == address.value else {"type": address.type, "value": address.value}


def message_view(item: Item) -> dict[str, object]:
    """A message or a member, without its content and history."""
    status = status_of(item)
    ended = is_hidden(item)
    view: dict[str, object] = {"id": id_of(item), "status": status} | _whom(item, "to", gone=ended)
    view |= _named(item, _MESSAGE)
    view |= {"created_at": stamp(item["created"]), "send_at": stamp(item["not_before"])}
    view["expires_at"] = stamp(item["expires"])
    if "overdue" in item:
        view["overdue_at"] = stamp(item["overdue"])
    if "." in id_of(item):
        view["request"] = id_of(item).partition(".")[0]
    view |= test_view(item["tenant"])
    if State(item["state"]) is State.UNCLEAR:
        view["unclear"] = True
    if "erased" in item:
        view["erased"] = True
    elif ended:
        view["redacted"] = True
    if status in BAD or item["state"] in (State.RETRY, State.UNCLEAR):
        view |= error_view(item)
    return view


def _whom(item: Item, name: str, *, gone: bool) -> dict[str, object]:
    """Somebody's address; its end where no more is kept, and nothing of who was erased."""
    text: str = item.get(name, "")
    if gone and item.get("hide") == Retention.DISCARD:
        return {f"{name}_ends": text} if text else {}
    return {name: address_view(text)} if text else {}


def error_view(item: Item) -> dict[str, object]:
    """Why a message was not delivered, or not yet: our reason, the provider's code."""
    error = {name: item[name] for name in ("reason", "code") if item.get(name)}
    if status_of(item) is Status.FAILED:
        error = _reported(item) or error
    return {"error": error} if error else {}


def _reported(item: Item) -> dict[str, object]:
    """What the latest report of a failure says; the provider's word where it gave no code."""
    reports = sorted(entry for entry in item.get("history", {}).values() if len(entry) > _PLAIN)
    if not reports:
        return {}
    _, word, code, reason = reports[-1]
    return {"reason": reason, "code": code or word}


def request_view(item: Item) -> dict[str, object]:
    """A request of many, without its members."""
    view: dict[str, object] = {"id": id_of(item), "status": item["state"]} | _named(item, _REQUEST)
    view |= {"created_at": stamp(item["created"]), "send_at": stamp(item["not_before"])}
    view |= {"expires_at": stamp(item["expires"]), "open_chunks": len(item.get("open", ()))}
    view |= {"redacted": True} if "hide" in item and not item.get("open") else {}
    return view | test_view(item["tenant"])


def test_view(tenant: str) -> dict[str, object]:
    """Says of what belongs to a sandbox that it does."""
    return {"test": True} if is_test(tenant) else {}


def history_view(item: Item) -> list[dict[str, object]]:
    """What happened, oldest first: our own steps and every report as the provider put it."""
    steps: list[tuple[int, dict[str, object]]] = [(item["created"], {"event": "accepted"})]
    if "sent_at" in item:
        steps.append((item["sent_at"], {"event": "sent", "tries": item["tries"]}))
    if "overdue" in item:
        steps.append((item["overdue"], {"event": "receipt_overdue"}))
    for at, word, code, *_ in item.get("history", {}).values():
        report: dict[str, object] = {"event": "report", "provider_status": word}
        steps.append((at, report | ({"code": code} if code else {})))
    return [{"at": stamp(at), **step} for at, step in sorted(steps, key=lambda step: step[0])]


def inbound_view(item: Item) -> dict[str, object]:
    """An inbound message."""
    gone = "gone" in item
    view: dict[str, object] = {"id": id_of(item)} | _whom(item, "from", gone=gone)
    view |= _named(item, ("channel", "account", "name", "to"))
    view |= {"redacted": True} if gone else {"content": json.loads(item["content"])}
    view |= _named(item, ("thread", "reply_to"))
    view["received_at"] = stamp(item["created"])
    view["media"] = [] if gone else [media_view(media) for media in item.get("media", ())]
    if "at" in item:
        view["sent_at"] = stamp(item["at"])
    if "duplicate_of" in item:
        view |= {"possible_duplicate": True, "duplicate_of": item["duplicate_of"]}
    return view


def media_view(media: Mapping[str, object]) -> dict[str, object]:
    """What users may know of inbound media: its state, and where it is once it is ready."""
    view = _named(media, ("state", "content_type", "size", "reason"))
    if media.get("media_id"):
        view |= {"id": media["media_id"], "link": f"/v1/media/{media['media_id']}"}
    return view


def segments_view(segments: Segments) -> dict[str, object]:
    """What an SMS will cost, counted before it is sent."""
    return {
        "encoding": segments.encoding,
        "segments": segments.segments,
        "length": segments.length,
        "remaining": segments.remaining,
    }


def links(identifier: str) -> dict[str, str]:
    """Where to go from a message."""
    return {"self": f"/v1/messages/{identifier}", "cancel": f"/v1/messages/{identifier}/cancel"}


def _named(item: Item, names: tuple[str, ...]) -> dict[str, object]:
    return {name: item[name] for name in names if name in item}
