"""
How many SMS a text or binary message becomes, after 3GPP TS 23.038 (alphabets) and TS 23.040 (concatenation).

One character of a text outside the GSM alphabet makes the whole message UCS-2, which more than halves what
fits. A message of several segments loses six octets of each to the header that joins them. Neither an escape
sequence nor a surrogate pair is ever cut in two, so a segment may stay one unit short.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from herald.content import BinaryContent

# 3GPP TS 23.038, 6.2.1: the default alphabet without the escape itself.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# 3GPP TS 23.038, 6.2.1.1: each of these costs two septets, the escape and itself.
_EXTENSION = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """The alphabet a message travels in."""

    GSM_7 = "gsm7"
    UCS_2 = "ucs2"
    OCTETS = "8bit"


# Units in a message of one segment, and in each segment of a longer one: septets, UTF-16 units, octets.
_LIMITS = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67), Encoding.OCTETS: (140, 134)}


@dataclass(frozen=True, slots=True)
class Segments:
    """
    What a message costs. `length`, `per_segment` and `remaining` are in the encoding's units.

    `remaining` fits into the last segment without starting another; a text that outgrows its only segment
    changes `per_segment` too.
    """

    encoding: Encoding
    segments: int
    length: int
    per_segment: int
    remaining: int


def encoding_of(text: str) -> Encoding:
    """The smallest alphabet that holds the whole text."""
    return Encoding.GSM_7 if _GSM.union(_EXTENSION).issuperset(text) else Encoding.UCS_2


def _septets(character: str) -> int:
    return 2 if character in _EXTENSION else 1


def _code_units(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _cost(encoding: Encoding) -> Callable[[str], int]:
    """What one character costs in this alphabet."""
    return _septets if encoding is Encoding.GSM_7 else _code_units


def split(text: str) -> tuple[str, ...]:
    """The text of each segment, filled from the left. An empty text is one empty segment."""
    encoding = encoding_of(text)
    cost = _cost(encoding)
    single, joined = _LIMITS[encoding]
    if sum(map(cost, text)) <= single:
        return (text,)
    starts, used = [0], 0
    for position, character in enumerate(text):
        used += cost(character)
        if used > joined:
            starts.append(position)
            used = cost(character)
    return tuple(text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True))


def count(text: str) -> Segments:
    """What this text costs as an SMS."""
    encoding = encoding_of(text)
    cost = _cost(encoding)
    parts = split(text)
    per_segment = _LIMITS[encoding][len(parts) > 1]
    remaining = per_segment - sum(map(cost, parts[-1]))
    return Segments(encoding, len(parts), sum(map(cost, text)), per_segment, remaining)


def count_binary(content: BinaryContent) -> Segments:
    """What a binary message costs: its segments are sent as they are, headers included."""
    sizes = [len(base64.b64decode(segment)) for segment in content.segments]
    limit = _LIMITS[Encoding.OCTETS][0]
    return Segments(Encoding.OCTETS, len(sizes), sum(sizes), limit, limit - sizes[-1])
