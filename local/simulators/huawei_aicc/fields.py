"""
Reading a request's members, leniently or strictly.

Two ways of saying no: what is missing is HTTP 400, what has a wrong value is `Settings.bad_value_status`, because
Huawei's page explains 500 by "Check the values of parameters in the request". What only leniency lets through becomes a
remark on the arrival (`GET /_control/messages`), so that a test can demand that there are none; strict, it is a 400.
"""

from http import HTTPStatus
from typing import Any, NoReturn

from local.simulators.huawei_aicc.settings import Settings


class Refused(Exception):
    """The call is refused as a whole; `member` is the path of what is wrong, empty where there is none."""

    def __init__(self, http_status: int, member: str = "", reason: str = "") -> None:
        super().__init__(f"{member} {reason}".strip())
        self.http_status = http_status
        self.member = member
        self.reason = reason


class Judge:
    """What is wrong with one request, and how much it matters under these settings."""

    def __init__(self, settings: Settings, remarks: list[str]) -> None:
        self.settings = settings
        self.remarks = remarks

    def missing(self, member: str, reason: str = "must not be missing") -> NoReturn:
        raise Refused(HTTPStatus.BAD_REQUEST, member, reason)

    def bad(self, member: str, reason: str) -> NoReturn:
        raise Refused(self.settings.bad_value_status, member, reason)

    def remark(self, member: str, reason: str) -> None:
        """Let it pass and say so; strict, refuse it."""
        if self.settings.strict:
            raise Refused(HTTPStatus.BAD_REQUEST, member, reason)
        self.remarks.append(f"{member} {reason}".strip())


def has_surrogate(text: str) -> bool:
    """Whether the text cannot be written as UTF-8."""
    return any("\ud800" <= character <= "\udfff" for character in text)


class Members:
    """The members of one JSON object, which is itself found at `path`; `null` is as good as absent, with a remark."""

    def __init__(self, document: object, path: str, judge: Judge) -> None:
        if not isinstance(document, dict):
            judge.bad(path, "must be an object")
        self.document: dict[str, Any] = document
        self.judge = judge
        self.where = path
        self._seen: set[str] = set()

    def path(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def has(self, name: str) -> bool:
        """Whether it is there with a value."""
        return self.document.get(name) is not None

    def take(self, name: str, *, required: bool = False) -> Any:
        self._seen.add(name)
        value = self.document.get(name)
        if value is None and required:
            self.judge.missing(self.path(name))
        if value is None and name in self.document:
            self.judge.remark(self.path(name), "is null")
        return value

    def string(self, name: str, *, required: bool = False, longest: int = 0) -> str:
        """Empty where absent; `longest` counts characters, 0 is no limit. A required one may not be empty either."""
        value = self.take(name, required=required)
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.judge.remark(self.path(name), "is a number")
            value = str(value)
        if value is None:
            return ""
        if not isinstance(value, str) or has_surrogate(value):
            self.judge.bad(self.path(name), "must be a text")
        if required and not value.strip():
            self.judge.missing(self.path(name))
        if longest and len(value) > longest:
            self.judge.bad(self.path(name), f"must not be longer than {longest} characters")
        return value

    def number(self, name: str, limit: float) -> float | None:
        """A number from -limit to limit, or None."""
        value = self.take(name)
        if isinstance(value, str):
            self.judge.remark(self.path(name), "is a text")
            value = _float(value)
        if value is None and not self.has(name):
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not -limit <= value <= limit:
            self.judge.bad(self.path(name), f"must be a number from -{limit} to {limit}")
        return float(value)

    def array(self, name: str, *, required: bool = False) -> list[Any]:
        value = self.take(name, required=required)
        if value is not None and not isinstance(value, list):
            self.judge.bad(self.path(name), "must be an array")
        return value or []

    def members(self, name: str) -> "Members | None":
        """The object of this name, or None."""
        value = self.take(name)
        return None if value is None else Members(value, self.path(name), self.judge)

    def required(self, name: str) -> "Members":
        """The object of this name, which must be there."""
        return Members(self.take(name, required=True), self.path(name), self.judge)

    def each(self, name: str, *, required: bool = False) -> list["Members"]:
        """The objects of the array of this name."""
        found = self.array(name, required=required)
        return [Members(one, f"{self.path(name)}[{index}]", self.judge) for index, one in enumerate(found)]

    def finish(self) -> None:
        """What no document names is a remark: a misreading should show."""
        for name in sorted(self.document.keys() - self._seen):
            self.judge.remark(self.path(name), "is unknown")


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
