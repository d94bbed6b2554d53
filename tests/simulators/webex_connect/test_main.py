"""
The simulator as a process of its own, and the small parts that need no server.
"""

import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.simulators.webex_connect.attachments import Attachments
from local.simulators.webex_connect.identifiers import parse_moment
from local.simulators.webex_connect.links import Links
from local.simulators.webex_connect.lives import normal
from local.simulators.webex_connect.magic import Fate, Outcome, number_for, outcome_of
from tests.simulators.webex_connect.driver import Simulator

ROOT = Path(__file__).parents[3]


def test_a_process_of_its_own() -> None:
    """
    `python -m` serves with the settings given until it is interrupted.
    """
    command = [sys.executable, "-m", "local.simulators.webex_connect", "--port", "0", "--set", "tps=7"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr
        printed = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", printed)):
            printed += process.stderr.readline() or pytest.fail(printed)
        simulator = Simulator(found.group())
        assert simulator.control("GET", "settings")["tps"] == 7
        assert simulator.send()[0]["code"] == "1001"
        simulator.http.close()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert "Traceback" not in rest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2015-04-12T13:00:19.456Z", datetime(2015, 4, 12, 13, 0, 19, 456_000, UTC)),
        ("2015-04-12T18:30:19.456+5:30", datetime(2015, 4, 12, 13, 0, 19, 456_000, UTC)),
        ("2015-04-12T08:00:19-0500", datetime(2015, 4, 12, 13, 0, 19, 0, UTC)),
        ("2015-04-12T13:00", datetime(2015, 4, 12, 13, 0, 0, 0, UTC)),
        ("2015-04-31T13:00:00Z", None),
        ("12.4.2015", None),
        ("2015-04-12", None),
    ],
)
def test_moments(text: str, expected: datetime | None) -> None:
    """
    Times are ISO 8601, UTC unless they say otherwise, an hour of the offset may be unpadded.
    """
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    ("recipient", "outcome"),
    [
        (number_for("7102", refuse=True), Outcome(refusal="7102")),
        (number_for("7020", once=True), Outcome(refusal="7020", once=True)),
        (number_for("7109"), Outcome(failure="7109")),
        (number_for(Fate.READ), Outcome(fate=Fate.READ)),
        ("436609998 0012", Outcome(fate=Fate.BUSY)),
        ("AT.4366099987862", Outcome(failure="7862")),
        ("urn:mbid:sim-fail-7316", Outcome(failure="7316")),
        ("a-SIM-Fate-Clicked-b", Outcome(fate=Fate.CLICKED)),
        ("sim-once-7006@example.com", Outcome(refusal="7006", once=True)),
        ("sim-fate-dancing", Outcome()),
        ("+4366099980999", Outcome()),
        ("+436609998710", Outcome()),
        ("+436761234567", Outcome()),
    ],
)
def test_magic(recipient: str, outcome: Outcome) -> None:
    """
    A recipient says in its digits or its text what becomes of it.
    """
    assert outcome_of(recipient) == outcome


def test_bounds() -> None:
    """
    Files go when there is no room, links when there are too many; the oldest first.
    """
    files = Attachments()
    first, second = (files.put(b"x" * 10, "image/png", room=15) for _ in range(2))
    assert (files.find(first.name), files.find(second.name)) == (None, second)
    links = Links(room=2)
    made = [links.make("https://example.com", None) for _ in range(3)]
    assert [links.find(each.token) is not None for each in made] == [False, True, True]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("Submited", "submitted"), ("SENT", "submitted"), ("Un-Delivered", "failed"), ("Read", "read")],
)
def test_normal(word: str, expected: str) -> None:
    """
    requestedReceipts and statuses are compared without their spellings.
    """
    assert normal(word) == expected
