"""
Times as Infobip's OMNI API writes them, `2021-05-24T10:45:38.000+0000`; Huawei names no format of its own.
"""

import re
from datetime import UTC, datetime

_DOCUMENTED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}[+-][0-9]{4}")


def timestamp(moment: datetime | None = None) -> str:
    """A moment, or now, with milliseconds and the offset without a colon."""
    instant = (moment or datetime.now(UTC)).astimezone(UTC)
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}+0000"


def is_documented(text: str) -> bool:
    """Whether the form is `yyyy-MM-dd'T'HH:mm:ss.SSSZ` to the letter."""
    return _DOCUMENTED.fullmatch(text) is not None


def parse(text: str) -> datetime | None:
    """The moment in UTC, also from any other ISO 8601 form that names its offset; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
