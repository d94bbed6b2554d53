"""
Limits of tenants: how many messages may be accepted in a minute and in a day; each recipient of a request counts.

They are counted before they are stored, and not at all when they were not stored: a repeat, a refusal, a table that
does not answer. What nobody can know stays counted, so a crash may cost a tenant a few of its messages, and never
lets it have more. A tenant without limits costs nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from herald.aws.attributes import Item
from herald.aws.quotas import DAY, MINUTE, Quotas, Window
from herald.aws.registry import Registry, TenantLimits
from herald.aws.table import ConditionFailed
from herald.errors import HeraldError, InvalidMessage, TenantLimitExceeded, Unavailable
from herald.identifier import random_id
from herald.tenancy import base_of
from herald.view import stamp

MARK = "counted"
"""The attribute by which what was counted knows its own write again: a repeat of it carries another."""

_MARK_LENGTH = 8


class Limiter:
    """Counts what tenants with limits have accepted."""

    def __init__(self, registry: Registry, quotas: Quotas) -> None:
        self._registry = registry
        self._quotas = quotas

    def limits(self, tenant: str) -> TenantLimits:
        """The limits of a tenant; its sandbox has the same."""
        found = self._registry.tenant(base_of(tenant))
        return found.limits if found else TenantLimits()

    @contextmanager
    def counted(self, head: Item, count: int, stored: Callable[[], Item | None]) -> Iterator[None]:
        """
        Around the write that accepts so many messages, whose first item is `head`; it is marked when they count.

        `stored` looks for that item when the write failed in a way that says nothing. Raises TenantLimitExceeded, or
        InvalidMessage when so many never fit.
        """
        taken = self._take(head, count)
        if not taken:
            yield
            return
        head[MARK] = random_id()[:_MARK_LENGTH]
        try:
            yield
        except Exception as error:
            found = error.item if isinstance(error, ConditionFailed) else stored()
            if (found or {}).get(MARK) != head[MARK]:
                self._give_back(head, count, taken)
            raise

    def give_back(self, head: Item, count: int) -> None:
        """What was stored has been taken back before anybody knew of it."""
        if MARK in head:
            self._give_back(head, count, self._windows(head["tenant"], head["created"]))

    def usage(self, tenant: str, now: int) -> list[tuple[Window, int, int]]:
        """Each window of now (ms) in which the tenant has a limit, that limit, and how many were counted."""
        windows = self._windows(tenant, now)
        used = self._quotas.used(tenant, tuple(windows)) if windows else ()
        return [(window, limit, count) for (window, limit), count in zip(windows.items(), used, strict=True)]

    def _windows(self, tenant: str, now: int) -> dict[Window, int]:
        """The limit of each window that a message of now counts in, the shorter one first."""
        limits = self.limits(tenant)
        wanted = ((MINUTE, limits.per_minute), (DAY, limits.per_day))
        return {Window.at(now, length): limit for length, limit in wanted if limit is not None}

    def _take(self, head: Item, count: int) -> list[Window]:
        """Count in all windows or in none."""
        taken: list[Window] = []
        try:
            for window, limit in self._windows(head["tenant"], head["created"]).items():
                if count > limit:
                    raise _never(window, limit)
                if not self._quotas.take(head["tenant"], window, count, limit):
                    raise _exceeded(window, limit, head["created"])
                taken.append(window)
        except HeraldError:
            self._give_back(head, count, taken)
            raise
        return taken

    def _give_back(self, head: Item, count: int, windows: Iterable[Window]) -> None:
        for window in windows:
            with suppress(Unavailable):
                self._quotas.give_back(head["tenant"], window, count)


def named(window: Window) -> str:
    """`minute` or `day`."""
    return "minute" if window.length == MINUTE else "day"


def _never(window: Window, limit: int) -> InvalidMessage:
    return InvalidMessage(
        f"this tenant may send {limit} messages a {named(window)}, and the request alone is more",
        field="recipients",
        hint="split it into smaller requests",
    )


def _exceeded(window: Window, limit: int, now: int) -> TenantLimitExceeded:
    return TenantLimitExceeded(
        f"this tenant may send {limit} messages a {named(window)};"
        f" the next {named(window)} begins at {stamp(window.end)}",
        retry_after=(window.end - now) / 1000,
    )
