"""
Moments as the account sees them: in its own time zone, to the second.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

FILTER_FORMAT = "%Y-%m-%d %H:%M:%S"


def now() -> datetime:
    """This second, in UTC: whoever filters by a createdDate that was shown must find its message."""
    return datetime.now(UTC).replace(microsecond=0)


def shown(moment: datetime, zone: str, *, iso: bool) -> str:
    """`2020-08-18 10:36:29 +1000`, as in SMS v2's samples, or `2020-08-18T10:36:29+10:00`."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.isoformat(timespec="seconds") if iso else local.strftime(f"{FILTER_FORMAT} %z")


def parse_filter(text: str, zone: str) -> datetime | None:
    """A date filter's moment, `Y-m-d H:i:s` in the account's time zone, or None where it is none."""
    try:
        moment = datetime.strptime(text, FILTER_FORMAT)  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None
    # strptime takes single digits, the documented format has two.
    return moment.replace(tzinfo=ZoneInfo(zone)) if moment.strftime(FILTER_FORMAT) == text else None
