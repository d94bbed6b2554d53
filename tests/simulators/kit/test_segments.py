"""
Segment counts at every edge.
"""

import pytest

from local.simulators.kit import Segments, count_segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("gsm7", 0, 1)),
        ("a" * 160, Segments("gsm7", 160, 1)),
        ("a" * 161, Segments("gsm7", 161, 2)),
        ("a" * 306, Segments("gsm7", 306, 2)),
        ("a" * 307, Segments("gsm7", 307, 3)),
        ("€" * 80, Segments("gsm7", 160, 1)),
        ("a" * 159 + "€", Segments("gsm7", 161, 2)),
        # The euro would straddle the 153rd septet, so the first part stays one short and a third is needed.
        ("a" * 152 + "€" + "a" * 152, Segments("gsm7", 306, 3)),
        ("ß" * 160, Segments("gsm7", 160, 1)),
        ("ç", Segments("ucs2", 1, 1)),
        ("я" * 70, Segments("ucs2", 70, 1)),
        ("я" * 71, Segments("ucs2", 71, 2)),
        ("я" * 135, Segments("ucs2", 135, 3)),
        ("😀" * 35, Segments("ucs2", 70, 1)),
        ("😀" * 36, Segments("ucs2", 72, 2)),
        # 67 units hold 33 pairs and a half: the half goes to the next part.
        ("😀" * 67, Segments("ucs2", 134, 3)),
    ],
)
def test_count(text: str, expected: Segments) -> None:
    """
    A text needs this encoding and fills this many SMS.
    """
    assert count_segments(text) == expected
