"""
What the person at the terminal sees of an event.
"""

import pytest

from local.console import Screen


@pytest.mark.parametrize(
    ("to", "shown"),
    [("+436601234567", "+436601234567"), ({"type": "push_ios", "value": "abc"}, "push_ios:abc"), (None, "")],
)
def test_whoever_it_is_to(to: object, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A recipient by any kind of address has its line."""
    data = {"id": "m-1", "channel": "push", "to": to}
    Screen().event({"type": "message.sent", "at": "2026-11-21T10:00:00.000Z", "data": data})
    line = capsys.readouterr().out
    assert line.split()[1:] == ["message.sent", "push", *([shown] if shown else []), "m-1"]
