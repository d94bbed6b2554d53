"""
Reading the lists of providers that have no webhooks: what people wrote, and what became of messages.

What people wrote is read from a cursor on, with an overlap, since entries may be listed late; a page is stored before
the cursor moves, and what is read twice is stored once. What became of messages is read by their age, young ones
every minute, old ones twice a day, and only news costs a write. A list that is deeper than can be paged is read in
shorter windows.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace

from herald.aws.due import Due
from herald.aws.messages import digest_of
from herald.aws.polls import Cursor, Polls
from herald.aws.registry import Registry
from herald.aws.rendezvous import Meeting, Rendezvous
from herald.aws.table import ConditionFailed
from herald.aws.telemetry import Telemetry
from herald.calling import Caller
from herald.errors import ConfigurationError, CredentialsRefused, HeraldError, Unavailable
from herald.identifier import digest
from herald.keeping import LIST, Keeper, Source
from herald.models import Account, InboundMessage, StatusUpdate, Unreadable
from herald.outcome import LONGEST_RETRY
from herald.provider import Direction, Listed, Listing, Provider, adapter_class
from herald.reporting import Reports

_SECOND = 1_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

LEASE = 2 * _MINUTE
"""Milliseconds after which a poller is given up and another may go on; longer than the clock function lives."""

RESERVE = 15 * _SECOND
"""Milliseconds before the deadline from which no further page is asked for: it may take its time."""

SLACK = 10 * _SECOND
"""Milliseconds by which a poll is due before its time, so that the clock's own minute does not slip to the next."""

EVERY = 60
"""Seconds between two polls of what is young, unless the account's setting `poll_seconds` says otherwise."""

OVERLAP = 300
"""Seconds that are read again, unless the account's setting `poll_overlap_seconds` says otherwise."""


MAX_PAGE = 8_000_000
"""Bytes of a page that are read: a thousand long messages with room to spare."""


@dataclass(frozen=True, slots=True)
class Tier:
    """
    Entries of one list, from `youngest` to `oldest` (milliseconds of age), and how rarely they are read compared to
    the youngest. Without an `oldest` they are read once, from a cursor on.
    """

    direction: Direction
    rarer: int = 1
    youngest: int = 0
    oldest: int | None = None


TIERS: Mapping[str, Tier] = {
    "inbound": Tier(Direction.INBOUND),
    "outbound.minutes": Tier(Direction.OUTBOUND, 1, 0, 10 * _MINUTE),
    "outbound.hour": Tier(Direction.OUTBOUND, 5, 10 * _MINUTE, _HOUR),
    "outbound.day": Tier(Direction.OUTBOUND, 60, _HOUR, _DAY),
    "outbound.week": Tier(Direction.OUTBOUND, 720, _DAY, 7 * _DAY),
}


def start(polls: Polls, account: Account, now: int) -> None:
    """Begin to read whatever lists of this account have to be read. `now` in milliseconds."""
    for name, tier in TIERS.items():
        if tier.direction in adapter_class(account.provider).polls:
            polls.start(account.name, name, now)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One poll under way."""

    account: Account
    adapter: type[Provider]
    tier: Tier
    every: int
    overlap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """What the clock does when a list is due. `now` in milliseconds."""

    polls: Polls
    registry: Registry
    caller: Caller
    keeper: Keeper
    reports: Reports
    rendezvous: Rendezvous
    telemetry: Telemetry
    pool: Executor
    now: Callable[[], int]

    def poll(self, due: Due, deadline: int) -> bool:
        """
        Read one list as far as it goes until `deadline` (ms); whether it was ours to read.

        A provider that fails is asked again, ever later. Raises Unavailable: it is still due.
        """
        cursor = self.polls.take(due, self.now() + LEASE)
        if cursor is None:
            return False
        with suppress(ConditionFailed):  # it took too long, and somebody else has gone on from where it stood
            self._poll(cursor, deadline)
        return True

    def _poll(self, cursor: Cursor, deadline: int) -> None:
        account = self.registry.account(cursor.account)
        tier = TIERS.get(cursor.name)
        if account is None or tier is None or tier.direction not in adapter_class(account.provider).polls:
            self.polls.stop(cursor)
            return
        if account.disabled:
            self.polls.save(cursor, self.now() + _HOUR)
            return
        try:
            reading = _Reading(
                account,
                adapter_class(account.provider),
                tier,
                _seconds(account, "poll_seconds", EVERY, 15) * _SECOND,
                _seconds(account, "poll_overlap_seconds", OVERLAP, 0) * _SECOND,
            )
            self._read(reading, cursor, deadline)
        except Unavailable:
            raise
        except HeraldError as error:
            self._failed(cursor, error)

    def _failed(self, cursor: Cursor, error: HeraldError) -> None:
        """The page that failed was not stored: it is asked for again from where the row says."""
        failures = cursor.failures + 1
        pause = min(EVERY * 2.0 ** min(failures, 10), LONGEST_RETRY)
        for_people = isinstance(error, ConfigurationError | CredentialsRefused)
        self.telemetry.count("Misconfigured" if for_people else "PollFailed")
        self.telemetry.note(error.detail, account=cursor.account, code=error.code)
        again = replace(cursor, failures=failures)
        with suppress(ConditionFailed):
            self.polls.save(again, self.now() + int(pause * _SECOND))

    def _read(self, reading: _Reading, cursor: Cursor, deadline: int) -> None:
        """Page after page; each is stored before the row says so."""
        cursor = replace(cursor if cursor.goal else self._begun(reading, cursor), failures=0)
        while cursor.goal:
            page = self._page(reading, cursor)
            self._store(reading, page)
            cursor = self._moved(reading, cursor, page)
            if not cursor.goal:
                due = self.now() + reading.every * reading.tier.rarer - SLACK
            elif self.now() > deadline - RESERVE:
                self.polls.save(cursor, self.now())
                return
            else:
                due = self.now() + LEASE
            cursor = self.polls.save(cursor, due)

    def _begun(self, reading: _Reading, cursor: Cursor) -> Cursor:
        """What is to be read now."""
        now, tier = self.now(), reading.tier
        first = cursor.until if tier.oldest is None else now - tier.oldest
        end = now - tier.youngest
        return replace(cursor, start=first - reading.overlap, end=end, goal=end, skip=0)

    def _moved(self, reading: _Reading, cursor: Cursor, page: Listed) -> Cursor:
        """Where reading stands once this page is stored: further on, or at the goal."""
        most = reading.adapter.page
        if page.count >= most:
            if cursor.skip + page.count + most <= reading.adapter.depth:
                return replace(cursor, skip=cursor.skip + page.count)
            if cursor.end - cursor.start > _SECOND:
                return replace(cursor, end=(cursor.start + cursor.end) // 2, skip=0)
            self.telemetry.count("PollFailed")
            self.telemetry.note("a second of a list is deeper than can be read", account=cursor.account)
        if cursor.end < cursor.goal:
            return replace(cursor, start=cursor.end, end=cursor.goal, skip=0)
        return replace(cursor, until=max(cursor.until, cursor.goal), goal=0, skip=0)

    def _page(self, reading: _Reading, cursor: Cursor) -> Listed:
        direction = reading.tier.direction
        listing = Listing(direction, cursor.start, cursor.end, cursor.skip, reading.adapter.page)
        return self.caller.call(
            reading.account,
            lambda adapter, token: adapter.build_list(listing, token),
            lambda adapter, response: adapter.parse_list(direction, response),
            max_bytes=MAX_PAGE,
        )

    def _store(self, reading: _Reading, page: Listed) -> None:
        account, direction = reading.account, reading.tier.direction
        self.telemetry.count("Polled")
        source = Source(f"{LIST}{direction}")
        unreadable = [event for event in page.events if isinstance(event, Unreadable)]
        inbound = [event for event in page.events if isinstance(event, InboundMessage)]
        reports = [event for event in page.events if isinstance(event, StatusUpdate)]
        self._together(lambda event: self.keeper.keep(account, event, (), source), unreadable)
        self._together(lambda event: self._store_inbound(account, event, source), inbound)
        self._store_reports(account, reports)

    def _store_inbound(self, account: Account, event: InboundMessage, source: Source) -> None:
        if not self.keeper.keep(account, event, (account.name, event.event_id or "", str(event.at)), source):
            name = digest("inbound", account.name, event.event_id or "")
            self.keeper.quarantine(account, repr(event).encode(), source, why="too_large", name=name)

    def _store_reports(self, account: Account, reports: Iterable[StatusUpdate]) -> None:
        """News of our own messages; what others sent through the same account is not ours to keep."""
        named = {report.provider_message_id: report for report in reports if report.provider_message_id}
        met = self.rendezvous.known(account.name, named)
        news = [(meeting, named[theirs]) for theirs, meeting in met.items()]
        self._together(lambda pair: self._store_report(account, *pair), [each for each in news if _is_news(*each)])

    def _store_report(self, account: Account, meeting: Meeting, report: StatusUpdate) -> None:
        self.keeper.heed(report)
        self.reports.merge(account.name, meeting.message_id, meeting.step, report)
        self.rendezvous.saw(account.name, report.provider_message_id or "", digest_of(report, meeting.step))

    def _together[T](self, store: Callable[[T], object], events: Iterable[T]) -> None:
        """Side by side; all have ended when this returns or raises."""
        futures = [self.pool.submit(store, event) for event in events]
        for future in futures:
            future.exception()
        for future in futures:
            future.result()


def _is_news(meeting: Meeting, report: StatusUpdate) -> bool:
    return meeting.seen != digest_of(report, meeting.step)


def _seconds(account: Account, name: str, default: int, least: int) -> int:
    """A setting in seconds."""
    seconds = account.settings.get(name, default)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not least <= seconds <= _DAY // _SECOND:
        raise ConfigurationError(f"setting {name} of account {account.name} must be {least} to 86400 seconds")
    return seconds
