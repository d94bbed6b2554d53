"""
How many SMS a text becomes.

Sizes are those of 3GPP 23.038 and 23.040, not of any provider: GSM-7 160 or 153 septets, UCS-2 70 or 67 units. A
two-septet character (the euro, brackets) and a surrogate pair are never split over two parts, so a full part may hold
one unit less.
"""

from typing import NamedTuple

# 3GPP TS 23.038, 6.2.1 (default alphabet) and 6.2.1.1 (its extension)
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_BMP_END = 0xFFFF


class Segments(NamedTuple):
    """`units` are septets for `gsm7` and 16-bit units for `ucs2`."""

    encoding: str
    units: int
    parts: int


def _pack(costs: list[int], room: int) -> int:
    parts, used = 1, 0
    for cost in costs:
        if used + cost > room:
            parts, used = parts + 1, 0
        used += cost
    return parts


def count_segments(text: str) -> Segments:
    """The encoding a text needs and the number of SMS it fills; an empty text is one."""
    if all(character in _BASIC or character in _EXTENSION for character in text):
        encoding, single, joined = "gsm7", 160, 153
        costs = [2 if character in _EXTENSION else 1 for character in text]
    else:
        encoding, single, joined = "ucs2", 70, 67
        costs = [2 if ord(character) > _BMP_END else 1 for character in text]
    units = sum(costs)
    return Segments(encoding, units, 1 if units <= single else _pack(costs, joined))
