"""
The shapes that travel between accept and delivery: what a message says, a member's row, a lane record.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.queues import Record
from herald.aws.table import ITEM
from herald.content import Content
from herald.identifier import is_withheld, member_id, shown_of
from herald.models import Options
from herald.rendering import parse, render
from herald.retention import as_ended
from herald.status import State


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says and how; `raw` is put into the request of the provider that it names, unread."""

    content: Content
    options: Options
    raw: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def filled(self, variables: Mapping[str, str]) -> "Body":
        """For one recipient. Raises InvalidMessage when a variable is missing, or fills a place badly."""
        return replace(self, content=render(self.content, variables, placeholders(self.options)))


def placeholders(options: Options) -> frozenset[str]:
    """Those that a provider fills with its short links."""
    return frozenset(f"link_{link.id}" for link in options.smart_links)


def body_text(body: Body) -> str:
    """As one text."""
    parts: dict[str, object] = {"content": body.content.model_dump(mode="json", exclude_none=True)}
    if chosen := body.options.model_dump(mode="json", exclude_defaults=True):
        parts["options"] = chosen
    if body.raw:
        parts["raw"] = body.raw
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)


def read_body(text: str) -> Body:
    """Back from `body_text`."""
    parts: dict[str, Any] = json.loads(text)
    options = Options.model_validate(parts.get("options", {}))
    return Body(parse(json.dumps(parts["content"])), options, parts.get("raw", {}))


def member_item(header: Item, chunk: str, to: str, state: State, now: int) -> Item:
    """
    The row of one recipient of a request, as it is first written.

    It is not in the `time` index, where its request stands, and it has no watchdog: its request has.
    """
    request_id = keys.id_of(header)
    identifier = member_id(request_id, to)
    copied = (
        "tenant",
        "channel",
        "account",
        "sender",
        "not_before",
        "expires",
        "lane",
        "policy",
        "success",
        "step",
        "reference",
        "hide",
    )
    item = {name: header[name] for name in copied if name in header} | {
        "pk": keys.message(identifier),
        "sk": ITEM,
        "chunk": chunk,
        "state": state,
        "created": header["created"],
        "accounts": {header["account"]},
        "tries": 0,
        "marks": {},
        "history": {},
        "ts": keys.time_sort(now, identifier),
        "ttl": header["ttl"],
    }
    if is_withheld(to):
        return item | {"to": shown_of(to)}
    return as_ended(item | {"to": to, "pp": keys.party_partition(header["tenant"], to)})


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """
    A lane record of one message.

    `turn` tells it from one that the watchdog has replaced; `slot` (ms) is its reserved rate slot, 0 for none.
    """

    message: str
    turn: int = 0
    slot: int = 0

    def after(self, delay: float) -> Record:
        """As it goes onto the lane, held back for `delay` seconds."""
        return Record(asdict(self), delay)


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """A lane record of a chunk of a request, from the recipient at `start` on."""

    request: str
    chunk: str
    start: int = 0
    turn: int = 0
    slot: int = 0

    def after(self, delay: float) -> Record:
        """As it goes onto the lane, held back for `delay` seconds."""
        return Record(asdict(self), delay)


def records_of(item: Item) -> list[MessageRecord | ChunkRecord]:
    """What a lane has to be told of a message, or of a request with its open chunks."""
    identifier, turn = keys.id_of(item), item.get("turn", 0)
    if not keys.is_request(item):
        return [MessageRecord(identifier, turn)]
    return [ChunkRecord(identifier, chunk, turn=turn) for chunk in sorted(item.get("open", ()))]


def read_record(text: str) -> MessageRecord | ChunkRecord:
    """A lane record. Raises ValueError for anything else."""
    try:
        found = json.loads(text)
        return MessageRecord(**found) if "message" in found else ChunkRecord(**found)
    except (RecursionError, TypeError) as error:
        raise ValueError("this is no lane record") from error
