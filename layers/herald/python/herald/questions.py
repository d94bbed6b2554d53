"""
What a read may ask: the query parameters of each route, as models.

A `+` that was not encoded arrives as a space; in phone numbers and in times it can be nothing else, so it is read
as the `+` that was meant.
"""

import json
import re
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from herald.body import InvalidBody, parse_json
from herald.content import Model
from herald.identifier import is_id
from herald.models import NAME, Address, AddressType, Channel
from herald.status import Status
from herald.web import Call

MOST = 100
"""Entries that one page holds at most."""


def _instant(text: str) -> str:
    """Only the full form, with an offset whose `+` may have become a space."""
    if not re.match(r"\d{4}-\d\d-\d\dT", text):
        raise ValueError("must be a time in ISO 8601 with its offset, such as 2026-11-21T10:45:30Z")
    return re.sub(r" (?=\d\d:?\d\d$)", "+", text)


def _named(text: str) -> object:
    """An address as text: `+43…`, or `type:value`."""
    kind, colon, value = text.strip().partition(":")
    if colon and kind in AddressType:
        return {"type": kind, "value": value}
    return {"type": AddressType.PHONE, "value": f"+{text.strip()}" if text.startswith(" ") else text}


def _an_id(text: str) -> str:
    if not is_id(text):
        raise ValueError("is not an id of ours")
    return text


type Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
type Named = Annotated[Address, BeforeValidator(_named, json_schema_input_type=str)]
type Limit = Annotated[int, Field(ge=1, le=MOST)]
type Cursor = Annotated[str, Field(min_length=1, max_length=512)]


class Ranged(Model):
    """What all lists have in common: a time from and to (both included), how many on a page, and where to go on."""

    first: Annotated[Instant | None, Field(alias="from")] = None
    last: Annotated[Instant | None, Field(alias="to")] = None
    limit: Limit = 50
    cursor: Cursor | None = None

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise ValueError("to must not be before from")
        return self


class MessagesQuestion(Ranged):
    """
    `GET /v1/messages`: by time, or by one of recipient, status and request.

    A phone number stands as it is, any other address as `type:value`.
    """

    recipient: Named | None = None
    status: Status | None = None
    request: Annotated[str, AfterValidator(_an_id)] | None = None
    channel: Channel | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(part is not None for part in (self.recipient, self.status, self.request)) > 1:
            raise ValueError("give at most one of recipient, status, request")
        if self.request and (self.first or self.last or self.channel):
            raise ValueError("give request without from, to and channel: its recipients stand in their own order")
        return self


class InboundQuestion(Ranged):
    """`GET /v1/inbound`: by time, or of one sender."""

    sender: Named | None = None
    channel: Channel | None = None


class CapabilityQuestion(Model):
    """`GET /v1/capabilities`: what a recipient can receive on a channel. `fresh`: do not answer from memory."""

    channel: Channel
    recipient: Named
    account: Annotated[str, Field(pattern=NAME)] | None = None
    fresh: bool = False


class InvalidQuery(InvalidBody):
    """The query parameters do not follow the schema; `mistakes` as for a body."""

    code = "invalid_query"
    title = "The query is not valid"


def read_query[M: Model](call: Call, model: type[M]) -> M:
    """The query parameters as this model. Raises InvalidQuery with each parameter that is wrong."""
    try:
        return parse_json(json.dumps(dict(call.query)).encode("ascii"), model)
    except InvalidBody as error:
        raise InvalidQuery(error.mistakes, error.count) from None
