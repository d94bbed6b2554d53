"""
Numbers, and who is behind them: the object that capability check and opt-in list share (SMSGlobal REST API v2).
"""

import re
from collections.abc import Sequence

from pydantic import AliasChoices, BaseModel, Field

from herald.errors import UnsupportedFeature
from herald.models import OptIn
from herald.numbering import phone

CAPABLE = "capable"


def digits(number: str, field: str) -> str:
    """A number in digits alone. Raises UnsupportedFeature for what has none to name it by."""
    found = re.fullmatch(r"\+?([0-9]+)", number)
    if not found:
        raise UnsupportedFeature("smsglobal knows numbers only", field=field)
    return found[1]


class _Person(BaseModel):
    number: str = Field(coerce_numbers_to_str=True)
    name: str | None = None
    capable: bool | None = None
    blacklist: bool | None = None


class Capabilities(BaseModel):
    """The answer to a capability check."""

    capabilities: list[_Person]

    @property
    def words(self) -> frozenset[str] | None:
        """What the one number that was asked about can do; None when nothing is said of it."""
        if not self.capabilities or self.capabilities[0].capable is None:
            return None
        person = self.capabilities[0]
        return frozenset({CAPABLE}) if person.capable and not person.blacklist else frozenset()


class OptIns(BaseModel):
    """The opt-in list. It is asked for as `opt-in` and answered as `optIn`."""

    people: list[_Person] = Field(validation_alias=AliasChoices("optIn", "opt-in"))

    @property
    def opt_ins(self) -> Sequence[OptIn]:
        """The list in our words; an empty name is none."""
        return tuple(
            OptIn(
                address=phone(person.number) or person.number,
                name=person.name or None,
                capable=person.capable,
                blocked=bool(person.blacklist),
            )
            for person in self.people
        )
