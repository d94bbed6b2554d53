"""
Smart links and shortened links: tokens in a text become short URLs, which can be followed until they are over.
"""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

SHORT_LIFE_SECONDS = 180 * 24 * 3600
_LINKS_KEPT = 10_000
_LONG = re.compile(r"https://[^\s<>\"]+")


@dataclass
class Link:
    """`over` is on the wall clock, None never; `clicked` is told the address and browser of whoever follows it."""

    token: str
    url: str
    over: float | None
    clicked: Callable[[str, str], object] | None = None


class Links:
    """The short links, bounded; the oldest go first."""

    def __init__(self, room: int = _LINKS_KEPT) -> None:
        self._room = room
        self._links: dict[str, Link] = {}

    def make(self, url: str, seconds: float | None) -> Link:
        """A link that leads to `url` for so long."""
        over = None if seconds is None else time.time() + seconds
        link = Link(secrets.token_urlsafe(6), url, over)
        self._links[link.token] = link
        while len(self._links) > self._room:
            del self._links[next(iter(self._links))]
        return link

    def find(self, token: str) -> Link | None:
        return self._links.get(token)


@dataclass(frozen=True)
class SmartLink:
    """`token` as it stands in the text, `{{link_5}}`; `minutes` None is without end."""

    token: str
    url: str
    minutes: float | None


def replace_smart(text: str, smart: list[SmartLink], links: Links, prefix: str) -> str:
    """The text with each token replaced by a link of its own; a token without definition stays."""
    for each in smart:
        if each.token in text:
            seconds = None if each.minutes is None else each.minutes * 60
            text = text.replace(each.token, prefix + links.make(each.url, seconds).token)
    return text


def shorten(text: str, links: Links, prefix: str) -> tuple[str, list[Link]]:
    """The text with its HTTPS links shortened for 180 days, and these links; ours stay as they are."""
    made: list[Link] = []

    def short(found: re.Match[str]) -> str:
        if found[0].startswith(prefix):
            return found[0]
        made.append(links.make(found[0], SHORT_LIFE_SECONDS))
        return prefix + made[-1].token

    return _LONG.sub(short, text), made
