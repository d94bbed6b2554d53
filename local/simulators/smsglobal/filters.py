"""
The query of both lists: paging and filters (SMSGlobal REST API v2, WhatsApp, "Get list of … messages").

`offset` counts messages from 1. Dates are inclusive at both ends; the search ignores case; both are unspecified.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from local.simulators.smsglobal.dates import parse_filter
from local.simulators.smsglobal.findings import Findings
from local.simulators.smsglobal.store import Listed

LIMIT_MAX = 1000
WINDOW_MAX = 10_000
_LIMIT_DEFAULT = 20
_NUMBER = re.compile(r"[0-9]{1,20}")
_KNOWN = frozenset({"offset", "limit", "startDate", "endDate", "destination", "origin", "search"})


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list call asks for; empty and None filter nothing."""

    offset: int
    limit: int
    start: datetime | None
    end: datetime | None
    destination: str
    origin: str
    search: str

    def admits(self, message: Listed) -> bool:
        source, destination = message.source, message.destination
        return (
            (self.start is None or message.created >= self.start)
            and (self.end is None or message.created <= self.end)
            and self.destination in {"", destination}
            and self.origin in {"", source}
            and any(self.search in text.casefold() for text in (source, destination, message.message))
        )


def read_filters(query: Mapping[str, str], zone: str, findings: Findings) -> Filters:
    """The query's filters; what is wrong with it is among the findings, and the filters are then of no use."""
    for name in sorted(query.keys() - _KNOWN):
        findings.odd(name, "unknown parameter")
    offset = _paging(query, "offset", 1, WINDOW_MAX, findings)
    limit = _paging(query, "limit", _LIMIT_DEFAULT, LIMIT_MAX, findings)
    if not findings.errors and offset + limit > WINDOW_MAX:
        findings.wrong("offset", f"offset + limit must not exceed {WINDOW_MAX}")
    return Filters(
        offset=offset,
        limit=limit,
        start=_date(query, "startDate", zone, findings),
        end=_date(query, "endDate", zone, findings),
        destination=_digits(query, "destination", findings),
        origin=_digits(query, "origin", findings),
        search=query.get("search", "").casefold(),
    )


def _digits(query: Mapping[str, str], name: str, findings: Findings) -> str:
    text = query.get(name, "")
    if name in query and not _NUMBER.fullmatch(text):
        findings.wrong(name, "must be digits")
    return text


def _paging(query: Mapping[str, str], name: str, default: int, most: int, findings: Findings) -> int:
    text = query.get(name, str(default))
    number = int(text) if _NUMBER.fullmatch(text) else 0
    if not 1 <= number <= most:
        findings.wrong(name, f"must be 1 to {most}")
    return number


def _date(query: Mapping[str, str], name: str, zone: str, findings: Findings) -> datetime | None:
    moment = parse_filter(query[name], zone) if name in query else None
    if name in query and moment is None:
        findings.wrong(name, "must be Y-m-d H:i:s")
    return moment
