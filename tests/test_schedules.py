"""
Random schedules: nothing is lost and nothing is sent twice that could be known, whatever happens in whatever order.

    pytest tests/test_schedules.py                               500 schedules
    HERALD_SCHEDULES=10000 pytest tests/test_schedules.py        as many as you have time for

A schedule that fails is shrunk to the fewest steps that fail alike, and printed as a test with its seed.
"""

import os
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.schedules.machine import Schedule
from tests.schedules.stage import Stage

SCHEDULES = int(os.environ.get("HERALD_SCHEDULES", "500"))

STEPS = 30
"""Steps of a schedule at most."""

HOWEVER_LONG = settings(
    max_examples=SCHEDULES,
    stateful_step_count=STEPS,
    deadline=None,
    print_blob=True,
    report_multiple_bugs=False,
    phases=(Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.goal("G2")
@pytest.mark.timeout(0)
def test_schedules(figure: Callable[[str, str, object], None]) -> None:
    """Every accepted message comes to one end, its handset got it at most as often as its sender allows."""
    counts: Counter[str] = Counter()
    with Stage.ready() as stage:
        own = type("OwnSchedule", (Schedule,), {"stage": stage, "counts": counts})
        run_state_machine_as_test(own, settings=HOWEVER_LONG)
    for what in ("schedules", "invocations", "messages", "calls", "deaths"):
        figure("G2", what, counts[what])
    figure("G2", "violations", 0)
