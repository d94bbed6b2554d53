"""
The header Retry-After (RFC 9110, section 10.2.3): a number of seconds, or a date.
"""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime


def seconds(headers: Mapping[str, str], most: float, now: float | None = None) -> float | None:
    """
    Seconds to wait, clamped to 0..most; None when the header is absent or junk. Names of headers in lower case.

    A date is measured against the answer's own Date header, so our clock does not matter; `now` (seconds
    since 1970) stands in when there is none.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"-?[0-9]{1,12}", value):
        return min(max(float(value), 0.0), most)
    try:
        until = parsedate_to_datetime(value).timestamp()
        start = parsedate_to_datetime(headers["date"]).timestamp() if "date" in headers else now
    except (ValueError, OverflowError):
        return None
    return None if start is None else min(max(until - start, 0.0), most)
