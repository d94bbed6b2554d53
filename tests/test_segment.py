"""
Counting SMS segments: the limits of 3GPP TS 23.038 and 23.040, and what no text may break.
"""

import base64
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.content import BinaryContent
from herald.segment import Encoding, Segments, count, count_binary, encoding_of, split

pytestmark = pytest.mark.feature("S9")

GSM, UCS = Encoding.GSM_7, Encoding.UCS_2
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"

texts = st.text(max_size=400) | st.text(alphabet=BASIC + EXTENSION, max_size=700) | st.text("a😀", max_size=300)


def units(encoding: Encoding, text: str) -> int:
    """The length in units, counted another way than the code does."""
    if encoding is Encoding.GSM_7:
        return len(text) + sum(text.count(character) for character in EXTENSION)
    return len(text.encode("utf-16-be")) // 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(GSM, 1, 0, 160, 160)),
        ("Hello World", Segments(GSM, 1, 11, 160, 149)),
        ("a" * 160, Segments(GSM, 1, 160, 160, 0)),
        ("a" * 161, Segments(GSM, 2, 161, 153, 145)),
        ("a" * 306, Segments(GSM, 2, 306, 153, 0)),
        ("a" * 307, Segments(GSM, 3, 307, 153, 152)),
        ("€" * 80, Segments(GSM, 1, 160, 160, 0)),
        ("€" * 81, Segments(GSM, 2, 162, 153, 143)),  # 76 in the first: the 77th would be cut
        ("a" * 152 + "€" + "a" * 152, Segments(GSM, 3, 306, 153, 152)),  # one septet lost at the first border
        ("ą", Segments(UCS, 1, 1, 70, 69)),
        ("ą" * 70, Segments(UCS, 1, 70, 70, 0)),
        ("ą" * 71, Segments(UCS, 2, 71, 67, 63)),
        ("😀" * 35, Segments(UCS, 1, 70, 70, 0)),
        ("😀" * 36, Segments(UCS, 2, 72, 67, 61)),  # 33 in the first: the 34th would be cut
        ("\uffff", Segments(UCS, 1, 1, 70, 69)),
        ("\U00010000", Segments(UCS, 1, 2, 70, 68)),
        ("`", Segments(UCS, 1, 1, 70, 69)),
        ("\x1b", Segments(UCS, 1, 1, 70, 69)),
        ("ç", Segments(UCS, 1, 1, 70, 69)),
    ],
    ids=lambda value: ascii(value[:3]) + f" {len(value)}" if isinstance(value, str) else "",
)
def test_a_text_costs_what_the_standard_says(text: str, expected: Segments) -> None:
    """Every border of both alphabets, and the units that are lost where nothing may be cut."""
    assert count(text) == expected


def test_the_alphabet_is_that_of_the_standard() -> None:
    """127 characters beside the escape, ten more behind it."""
    assert len(BASIC) == len(set(BASIC)) == 127
    assert {encoding_of(character) for character in BASIC + EXTENSION} == {GSM}
    assert [count(character).length for character in BASIC] == [1] * 127
    assert [count(character).length for character in EXTENSION] == [2] * 10


@given(texts)
def test_the_parts_are_the_text_and_each_fits(text: str) -> None:
    """Nothing is lost, doubled or cut, and no segment holds more than its limit."""
    parts = split(text)
    counted = count(text)
    assert "".join(parts) == text
    assert len(parts) == counted.segments
    for part in parts:
        assert units(counted.encoding, part) <= counted.per_segment
    assert counted.length == units(counted.encoding, text)
    assert counted.remaining == counted.per_segment - units(counted.encoding, parts[-1])


@given(texts)
def test_no_segment_is_started_early(text: str) -> None:
    """Every segment but the last is full: the next one's first character would not have fitted."""
    parts = split(text)
    counted = count(text)
    for part, following in itertools.pairwise(parts):
        assert units(counted.encoding, part + following[0]) > counted.per_segment


@given(texts, texts)
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    """Adding text cannot save a segment."""
    assert count(text + more).segments >= count(text).segments


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([1], Segments(Encoding.OCTETS, 1, 1, 140, 139)),
        ([140], Segments(Encoding.OCTETS, 1, 140, 140, 0)),
        ([140, 14], Segments(Encoding.OCTETS, 2, 154, 140, 126)),
    ],
)
def test_a_binary_message_costs_its_segments(sizes: list[int], expected: Segments) -> None:
    """Binary segments are sent as they are: 140 octets each, their own headers included."""
    content = BinaryContent(segments=tuple(base64.b64encode(b"x" * size).decode() for size in sizes))
    assert count_binary(content) == expected
