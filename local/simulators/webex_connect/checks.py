"""
Reading the members of a request, leniently or strictly.

Optional members may be empty or null, as the vendor's samples leave them. What only leniency lets through (`1` for
`"1"`, members that no document names) is a remark on the message (`GET /_control/messages`), so that a test can demand
that there are none; strict, it is refused. Every refusal names the member it is about.
"""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from local.simulators.webex_connect.codes import Refused

_TRUTH = {"true": True, "false": False}


def is_url(value: str) -> bool:
    """Absolute http or https without white space; blanks before or after make a URL invalid (documented)."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", value)


def has_surrogate(text: str) -> bool:
    """Whether the text cannot be written as UTF-8."""
    return any("\ud800" <= character <= "\udfff" for character in text)


class Members:
    """The members of one JSON object; `name` is how errors call it, `remarks` is shared with the whole request."""

    def __init__(self, document: Any, name: str, remarks: list[str], *, strict: bool) -> None:
        if not isinstance(document, dict):
            raise Refused("7004", name)
        self.document: dict[str, Any] = document
        self.name = name
        self.remarks = remarks
        self.strict = strict
        self._seen: set[str] = set()

    def take(self, name: str, *, required: bool = False) -> Any:
        """The value as it stands, None where it is absent, null, or an empty text; 7003 if it is required then."""
        self._seen.add(name)
        value = self.document.get(name)
        if value in (None, ""):
            if required:
                raise Refused("7003", name)
            return None
        return value

    def remark(self, name: str, text: str) -> None:
        """Note what a strict reading refuses with 7004."""
        if self.strict:
            raise Refused("7004", name)
        self.remarks.append(f"{self.name}.{name} {text}")

    def text(self, name: str, *, required: bool = False, longest: int = 0) -> str:
        """A text of at most `longest` characters (0: any length); numbers are a remark, absent is empty."""
        value = self.take(name, required=required)
        if value is None:
            return ""
        if type(value) in {int, float}:
            self.remark(name, "is a number")
            value = str(value)
        if not isinstance(value, str) or has_surrogate(value) or (longest and len(value) > longest):
            raise Refused("7004", name)
        return value

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str:
        """One of the allowed words."""
        value = self.text(name, required=required)
        if value and value not in allowed:
            raise Refused("7004", name)
        return value

    def url(self, name: str, *, required: bool = False) -> str:
        value = self.text(name, required=required)
        if value and not is_url(value):
            raise Refused("7004", name)
        return value

    def number(self, name: str, low: float, high: float, *, required: bool = False) -> float | None:
        """A number in bounds; text that is one is accepted, since the samples quote numbers."""
        value = self.take(name, required=required)
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,18})?", value):
            value = float(value)
        if type(value) not in {int, float} or not low <= value <= high:
            raise Refused("7004", name)
        return float(value)

    def flag(self, name: str, *, required: bool = False) -> bool:
        """A boolean; the samples also write it as text."""
        value = self.take(name, required=required)
        if isinstance(value, str):
            value = _TRUTH.get(value.lower())
        if value is None and self.document.get(name) in (None, ""):
            return False
        if not isinstance(value, bool):
            raise Refused("7004", name)
        return value

    def inner(self, name: str) -> "Members | None":
        """A nested object that may be absent."""
        value = self.take(name)
        return None if value is None else Members(value, name, self.remarks, strict=self.strict)

    def need(self, name: str) -> "Members":
        """A nested object that must be there."""
        return Members(self.take(name, required=True), name, self.remarks, strict=self.strict)

    def array(
        self, name: str, *, required: bool = False, least: int = 0, most: int = 0, many: str = "7004"
    ) -> list[Any]:
        """An array with so many elements; `most` 0 is no bound, `many` the code where they are too many."""
        value = self.take(name, required=required)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) < least:
            raise Refused("7004", name)
        if most and len(value) > most:
            raise Refused(many, name)
        return value

    def objects(
        self, name: str, *, required: bool = False, least: int = 0, most: int = 0, many: str = "7004"
    ) -> "list[Members]":
        """An array of objects; their members are named after the array."""
        found = self.array(name, required=required, least=least, most=most, many=many)
        return [Members(each, name, self.remarks, strict=self.strict) for each in found]

    def anything(self, *names: str) -> None:
        """Members that are passed on unread."""
        self._seen.update(names)

    def close(self) -> None:
        """Members no document names are a remark: a misreading should show."""
        for name in self.document.keys() - self._seen:
            self.remark(name, "is in no document")


def unique(values: list[str], code: str, name: str) -> None:
    """Refuse with the code if a value comes twice."""
    if len(set(values)) < len(values):
        raise Refused(code, name)
