"""
How an address may be spelled in bytes that nobody could read: what an erasure looks for in them.

A phone number is found with +, 00 or as bare digits, alone or percent-encoded, but not inside a longer number and not
with spaces in it. Any other address is found as it is, percent-encoded or in a JSON string, in upper and lower case, as
a word. One shorter than SHORTEST would be found everywhere, so it is not looked for.
"""

import json
import re
from collections.abc import Sequence
from urllib.parse import quote

from herald.models import Address, AddressType

SHORTEST = 6

type Pattern = re.Pattern[bytes]

_NO_DIGIT_BEFORE = rb"(?:(?<![0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
_NO_LETTER_BEFORE = rb"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<=\\[nrt]))"


def pattern_of(addresses: Sequence[Address]) -> Pattern | None:
    """What finds any of these in bytes; None when none of them can be looked for."""
    each = [_expression(address) for address in addresses if len(address.value) >= SHORTEST]
    return re.compile(b"|".join(each), re.IGNORECASE) if each else None


def _expression(address: Address) -> bytes:
    if address.type is AddressType.PHONE:
        return _NO_DIGIT_BEFORE + rb"(?:00)?" + re.escape(address.value[1:].encode()) + rb"(?![0-9])"
    spellings = {address.value, quote(address.value, safe=""), json.dumps(address.value)[1:-1]}
    either = b"|".join(re.escape(spelling.encode()) for spelling in sorted(spellings))
    return _NO_LETTER_BEFORE + b"(?:" + either + b")(?![0-9A-Za-z])"
