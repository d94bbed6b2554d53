"""
Identifiers and times as the samples show them.
"""

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone

# The documents also print `…456+5:30`, its hour unpadded.
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{1,2}:?\d{2})?")


def transaction_id() -> str:
    return str(uuid.uuid4())


def numbered(base: str, number: int) -> str:
    """`U`, `U_1`, `U_2` …: the first has no suffix (documented for bulk)."""
    return f"{base}_{number}" if number else base


def timestamp(offset_minutes: int) -> str:
    """This moment in ISO 8601 with milliseconds and the tenant's offset, `Z` where that is none."""
    moment = datetime.now(timezone(timedelta(minutes=offset_minutes)))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_moment(text: str) -> datetime | None:
    """An ISO 8601 time, in UTC where it names no offset; None where it is none."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    offset = found[2] or "Z"
    if offset != "Z":
        digits = offset[1:].replace(":", "").zfill(4)
        offset = f"{offset[0]}{digits[:2]}:{digits[2:]}"
    try:
        return datetime.fromisoformat(found[1] + offset.replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return None
