"""
What a scenario is: a function that is called for something, again and again, each time for something new.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from tests.crashes.calls import Fault
from tests.crashes.stage import Stage
from tests.crashes.triggers import Trigger


@dataclass(frozen=True, slots=True)
class End:
    """How a life has gone: what went wrong, None for nothing, and whether its trigger was answered for in the end."""

    fault: Fault | None
    answered: bool


class Check(Protocol):
    """Asserts that a life has ended well, once all is quiet; True when nobody knows whether it was sent."""

    def __call__(self, end: End, /) -> bool | None: ...


@dataclass
class Life:
    """One time that the function is called. `subject` is part of the keys of what it is about."""

    trigger: Trigger
    check: Check
    subject: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """
    `begin` makes the n-th life; nothing goes wrong while it does.

    `side_by_side`: calls are made from several threads, so a death after one is not a death before the next, and how
    many there are may depend on who is faster. `polls`: lists of providers are read. `all_refused`: also what others
    were refused already is refused here. `accounts` are those whose breakers and rates no life inherits.
    """

    name: str
    stage: Callable[[], AbstractContextManager[Stage]]
    begin: Callable[[Stage, int], Life]
    side_by_side: bool = False
    polls: bool = False
    all_refused: bool = False
    accounts: tuple[str, ...] = field(default=("acme-sms", "acme-websms"))

    def __str__(self) -> str:
        return self.name
