"""
Reading a request's members, leniently or strictly.

Real clients send `"2"` for 2, integers as recipients and null for absent. Lenient, the simulator takes these and notes
a remark on the message (`GET /_control/messages`), so a test can demand that there are none. Strict, it refuses them.
"""

import re
from collections.abc import Collection
from typing import Any

from local.simulators.websms.statuses import Refused

_MSISDN = re.compile(r"[1-9][0-9]{4,14}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def has_surrogate(text: str) -> bool:
    """Whether the text cannot be written as UTF-8."""
    return any("\ud800" <= character <= "\udfff" for character in text)


class Fields:
    """The members of one JSON object (or form); `remarks` collects what only leniency let through."""

    def __init__(self, body: dict[str, Any], remarks: list[str], *, strict: bool, form: bool = False) -> None:
        self.body = body
        self.remarks = remarks
        self.strict = strict
        self.form = form
        self._seen: set[str] = set()

    def remark(self, code: int, text: str) -> None:
        if self.strict:
            raise Refused(code, text)
        self.remarks.append(text)

    def take(self, name: str, code: int) -> Any:
        self._seen.add(name)
        value = self.body.get(name)
        if value is None and name in self.body:
            self.remark(code, f"{name} is null")
        return value

    def string(self, name: str, code: int) -> str | None:
        """A string, or None where absent; anything else, lone surrogates included, is refused with the code."""
        value = self.take(name, code)
        if value is not None and (not isinstance(value, str) or has_surrogate(value)):
            raise Refused(code)
        return value

    def integer(self, name: str, code: int, low: int, high: int) -> int | None:
        value = self.take(name, code)
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
            if not self.form:
                self.remark(code, f"{name} is a string")
            value = int(value)
        if value is not None and (type(value) is not int or not low <= value <= high):
            raise Refused(code)
        return value

    def boolean(self, name: str, code: int) -> bool:
        value = self.take(name, code)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).lower() in _BOOLEANS:
            if not self.form:
                self.remark(code, f"{name} is not a boolean")
            value = _BOOLEANS[str(value).lower()]
        if value is not None and not isinstance(value, bool):
            raise Refused(code)
        return bool(value)

    def choice(self, name: str, code: int, allowed: Collection[str]) -> str | None:
        value = self.string(name, code)
        if value is not None and value not in allowed:
            raise Refused(code)
        return value

    def client_message_id(self, longest: int) -> str | None:
        """4008 covers it in both APIs; the real limit is unknown, so the settings hold one."""
        value = self.string("clientMessageId", 4008)
        if value is not None and (len(value) > longest or not value.isprintable()):
            raise Refused(4008)
        return value

    def reject_unknown(self, code: int) -> None:
        """Members no document names are a remark: a misreading should show."""
        for name in self.body.keys() - self._seen:
            self.remark(code, f"unknown member {name}")


def msisdn(fields: Fields, value: object, code: int, *, plus: bool) -> str:
    """
    One recipient as text; `plus` says whether the document writes it with `+`.

    Integers and the other notation are remarks; what is no number of 5 to 15 digits is refused with the code.
    """
    if type(value) is int:
        fields.remark(code, "recipient is an integer")
        value = str(value)
    if not isinstance(value, str):
        raise Refused(code)
    number = value.strip()
    if plus != number.startswith("+"):
        fields.remark(code, "recipient lacks its +" if plus else "recipient carries a +")
    if not _MSISDN.fullmatch(number.removeprefix("+")):
        raise Refused(code)
    return number
