"""
The two lists, which are all that tells what people wrote and what became of messages (SMSGlobal REST API v2).

Their date filters are wall times in the account's time zone, in whole seconds, and `offset` counts from 1. What
createdDate looks like is not documented: it is read as the SMS part of the API writes it, and as ISO 8601.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from herald.models import Account, AddressType, Channel, Event, InboundMessage, StatusUpdate, Unreadable
from herald.numbering import own_sender, person, phone
from herald.provider import Direction, Listed, Listing
from herald.providers.smsglobal.inbound import said
from herald.providers.smsglobal.people import digits
from herald.providers.smsglobal.verdicts import meaning, silent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?) ?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)

type _Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", coerce_numbers_to_str=True)]
type _Number = Annotated[str, Field(min_length=1, max_length=64, coerce_numbers_to_str=True)]
type _Writer = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$", coerce_numbers_to_str=True)]
type _Word = Annotated[str, Field(max_length=64), BeforeValidator(lambda word: word or "")]
type _Text = Annotated[str, Field(max_length=65_536)]  # with a limit pydantic looks inside: half a character is none


class Message(BaseModel):
    """A message of ours, as the send answers and the outgoing list shows it."""

    id: _Id | None = None
    recipient: _Number | None = None
    state: _Word = ""
    status: _Word = ""

    @property
    def word(self) -> str:
        """What the provider calls the message's state."""
        return self.state or self.status


class _Outgoing(Message):
    """An entry of the list: without an id or a word it says nothing."""

    id: _Id

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.word:
            raise ValueError("must have a state or a status")
        return self


class _Incoming(BaseModel):
    id: _Id
    sender: _Writer = Field(alias="from")
    recipient: _Number | None = Field(None, alias="to")
    message: _Text | dict[str, object]
    created: object = Field(None, alias="createdDate")


def query(listing: Listing, zone: tzinfo) -> dict[str, str]:
    """The filters of a listing. Raises UnsupportedFeature for a sender or recipient that is no number."""
    filters = {"offset": str(listing.skip + 1), "limit": str(listing.limit)}
    if listing.start is not None:
        filters["startDate"] = _wall(listing.start // 1000, zone, -1)
    if listing.end is not None:
        filters["endDate"] = _wall(listing.end // 1000 + 1, zone, 1)
    if listing.sender is not None:
        filters["origin"] = digits(listing.sender, "sender")
    if listing.recipient is not None:
        filters["destination"] = digits(listing.recipient, "recipient")
    if listing.search is not None:
        filters["search"] = listing.search
    return filters


def _wall(seconds: int, zone: tzinfo, widen: int) -> str:
    """
    What clocks show then. An hour that they repeat is left out of doubt: earlier (-1) or later (1) by its length.
    """
    local = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone)
    first, second = (local.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return f"{local + widen * (first - second):%Y-%m-%d %H:%M:%S}"


def moment(text: object, zone: tzinfo) -> int | None:
    """
    Milliseconds since 1970 of a createdDate: `Y-m-d H:i:s O` or ISO 8601, without an offset in the account's zone.

    None for anything else: a time that cannot be read must not cost the entry.
    """
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if not found:
        return None
    try:
        read = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}")
    except ValueError:
        return None
    return ((read if read.tzinfo else read.replace(tzinfo=zone)) - _EPOCH) // timedelta(milliseconds=1)


def document(body: bytes) -> object:
    """The body's JSON; None when it is none. A byte that is no UTF-8 costs its character, not the page around it."""
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def entries(found: object) -> Sequence[object] | None:
    """The entries of a page, bare or under `messages`; None when it is no page."""
    page = found.get("messages") if isinstance(found, dict) else found
    return page if isinstance(page, list) else None


def single(body: bytes) -> object:
    """The one entry of an answer: documented as the object itself, read from a list as well."""
    found = document(body)
    page = entries(found)
    return found if page is None else next(iter(page), None)


def taken(body: bytes) -> Message | None:
    """The message that a send answers with; None when it cannot be read."""
    try:
        return Message.model_validate(single(body))
    except ValidationError:
        return None


def listed(page: Sequence[object], read: Callable[[object], Event]) -> Listed:
    """The page's events; an entry that cannot be read costs none of the others."""
    return Listed(len(page), tuple(_event(entry, read) for entry in page))


def _event(entry: object, read: Callable[[object], Event]) -> Event:
    try:
        return read(entry)
    except ValueError:
        return Unreadable(json.dumps(entry))


class Reader:
    """Reads entries for an account. `zone` is its time zone there; `objects`: incoming text may be one in JSON."""

    def __init__(self, account: Account, zone: tzinfo, *, objects: bool) -> None:
        self._account = account
        self._zone = zone
        self._objects = objects

    def event(self, direction: Direction, entry: object) -> Event:
        """What an entry tells. Raises ValueError when it cannot be read."""
        if direction is Direction.OUTBOUND:
            return _report(_Outgoing.model_validate(entry))
        return self._received(_Incoming.model_validate(entry))

    def _received(self, incoming: _Incoming) -> InboundMessage:
        return InboundMessage(
            channel=Channel.WHATSAPP,
            sender=person(incoming.sender, AddressType.WHATSAPP),
            recipient=own_sender(self._account, incoming.recipient),
            content=said(incoming.message, objects=self._objects),
            event_id=incoming.id,
            at=moment(incoming.created, self._zone),
        )


def _report(outgoing: _Outgoing) -> StatusUpdate:
    """createdDate is when the message was made: when its state changed is not told. The same words, the same event."""
    status, reason = meaning(outgoing.state, outgoing.status)
    return StatusUpdate(
        provider_status=outgoing.word,
        status=status,
        provider_message_id=outgoing.id,
        recipient=phone(outgoing.recipient or ""),
        reason=reason,
        event_id=f"{outgoing.id}:{outgoing.state}:{outgoing.status}",
        silent=silent(outgoing.state, outgoing.status),
    )
