"""
Where a list goes on, as text that means nothing to whoever carries it.

A cursor belongs to one tenant and one question; used for another, or changed, it is refused. It is no secret: the
partitions are always made from the caller's tenant, so even a forged one leads nowhere but into their own list.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from herald.aws.listing import Position
from herald.body import Mistake
from herald.identifier import digest
from herald.questions import InvalidQuery

_LARGEST = 10**13 - 1


class _Wire(BaseModel):
    """A cursor's inside."""

    model_config = ConfigDict(extra="forbid", strict=True)

    seal: str
    first: Annotated[int, Field(ge=0, le=_LARGEST)]
    last: Annotated[int, Field(ge=0, le=_LARGEST)]
    partition: Annotated[int, Field(ge=0, le=10_000)]
    sort: Annotated[str, Field(pattern=r"^([0-9]{13}#[a-z0-9.]{1,40}|[0-9]{1,4})?$")] = ""
    pk: Annotated[str, Field(pattern=r"^([MN]#[a-z2-7.]{26,37})?$")] = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The times that the list spans (milliseconds), as its first page settled them, and where it goes on."""

    first: int
    last: int
    position: Position

    def write(self, tenant: str, question: str) -> str:
        """As text for the one who asks."""
        position = self.position
        inside = [self.first, self.last, position.partition, position.sort, position.pk]
        return _pack([_seal(tenant, question, inside), *inside])

    @classmethod
    def read(cls, text: str, tenant: str, question: str) -> "Cursor":
        """Back from `write`. Raises InvalidQuery when it is not from there, for this tenant and question."""
        try:
            values = _unpack(text)
            wire = _Wire.model_validate(dict(zip(_Wire.model_fields, values, strict=True)))
        except (ValueError, TypeError, RecursionError, binascii.Error, ValidationError):
            raise refusal() from None
        if wire.seal != _seal(tenant, question, values[1:]):
            raise refusal()
        return cls(wire.first, wire.last, Position(wire.partition, wire.sort, wire.pk))


def write_after(name: str, tenant: str, question: str) -> str:
    """As text for the one who asks: a list in the order of names goes on after this one."""
    return _pack([_seal(tenant, question, [name]), name])


def read_after(text: str, tenant: str, question: str) -> str:
    """Back from `write_after`. Raises InvalidQuery as `Cursor.read` does."""
    try:
        seal, name = _unpack(text)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise refusal() from None
    if not isinstance(name, str) or not name or seal != _seal(tenant, question, [name]):
        raise refusal()
    return name


def _pack(values: list[object]) -> str:
    text = json.dumps(values, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def _unpack(text: str) -> list[object]:
    padded = text + "=" * (-len(text) % 4)
    values: list[object] = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    return values


def _seal(tenant: str, question: str, inside: list[object]) -> str:
    return digest("cursor", tenant, question, json.dumps(inside), length=16)


def refusal() -> InvalidQuery:
    """What a cursor that does not fit is answered with."""
    refused = InvalidQuery([Mistake("cursor", "invalid", "must be a next_cursor of this very list")], 1)
    refused.hint = "repeat the other parameters as they were, or leave the cursor out to begin anew"
    return refused
