"""
Retry-After, as RFC 9110 has it: seconds or a date.
"""

import pytest

from herald.retry_after import seconds

NOW = 1_445_412_480.0
"""Wed, 21 Oct 2015 07:28:00 GMT, in seconds since 1970."""

DATE = "Wed, 21 Oct 2015 07:28:00 GMT"
LATER = "Wed, 21 Oct 2015 07:28:30 GMT"
EARLIER = "Wed, 21 Oct 2015 07:27:00 GMT"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("30", 30.0),
        (" 30 ", 30.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("120", 120.0),
        ("121", 120.0),
        ("999999999999", 120.0),
    ],
)
def test_a_number_of_seconds(said: str, expected: float) -> None:
    """It is kept within 0 and the most that we wait."""
    assert seconds({"retry-after": said}, 120.0) == expected


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "30s",
        "3.5",
        "1e3",
        "\u0663\u0660",
        "9999999999999",
        "Wed, 21 Oct 2015",
        "Wed, 99 Oct 2015 07:28:00 GMT",
        "Wed, 21 Oct 999999999 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:99999999999999999999:00 GMT",
    ],
)
def test_junk(said: str) -> None:
    """What is neither a number nor a date says nothing, and breaks nothing."""
    assert seconds({"retry-after": said, "date": DATE}, 120.0, NOW) is None


def test_nothing_said() -> None:
    """Without the header there is nothing to wait for."""
    assert seconds({}, 120.0, NOW) is None
    assert seconds({"date": DATE, "": "30"}, 120.0, NOW) is None


@pytest.mark.parametrize(("until", "expected"), [(LATER, 30.0), (DATE, 0.0), (EARLIER, 0.0)])
def test_a_date_by_the_answers_own_clock(until: str, expected: float) -> None:
    """It is measured from the answer's Date, however wrong our clock is; one that has passed is no wait."""
    for now in (None, NOW - 86_400, NOW + 86_400):
        assert seconds({"retry-after": until, "date": DATE}, 120.0, now) == expected


def test_a_date_far_away() -> None:
    """A date next year is the most that we wait."""
    assert seconds({"retry-after": "Fri, 21 Oct 2016 07:28:00 GMT", "date": DATE}, 120.0) == 120.0


def test_a_date_without_the_answers_own() -> None:
    """Our clock stands in where the answer does not say what time it is; without any the date says nothing."""
    assert seconds({"retry-after": LATER}, 120.0, NOW) == 30.0
    assert seconds({"retry-after": LATER}, 120.0) is None


def test_a_date_beside_junk() -> None:
    """An answer whose own Date cannot be read says nothing."""
    assert seconds({"retry-after": LATER, "date": "yesterday"}, 120.0, NOW) is None
