"""
Recipients: compared without notation, and read for the outcome that a magic one forces.
"""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"[+0-9 ()./-]*[0-9][+0-9 ()./-]*")


def digits(recipient: str) -> str:
    """The number without `+` and anything else a person writes between digits."""
    return re.sub(r"[^0-9]", "", recipient)


def plain(recipient: str) -> str:
    """What two notations of one recipient have in common: a number's digits, any other address as it is."""
    return digits(recipient) if _NUMBER.fullmatch(recipient) else recipient


@dataclass(frozen=True)
class NumberPlan:
    """
    Magic numbers: `prefix` (digits with country code), then exactly `length` digits that name the outcome.

    `NumberPlan("436609999", 4).tail("+43 660 9999 4002")` is `"4002"`. Choose a prefix whose numbers are valid, or a
    client's own check refuses them.
    """

    prefix: str
    length: int = 4

    def tail(self, recipient: str) -> str | None:
        """The digits that name the outcome, or None for an ordinary recipient."""
        number = digits(recipient)
        if number.startswith(self.prefix) and len(number) == len(self.prefix) + self.length:
            return number[-self.length :]
        return None

    def number(self, outcome: int | str) -> str:
        """The E.164 number that forces the outcome; an int is padded with zeros."""
        return f"+{self.prefix}{str(outcome).zfill(self.length)}"
