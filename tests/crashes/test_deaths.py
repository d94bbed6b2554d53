"""
Every function dies before and after each of its calls: nothing is lost, nothing is sent twice where it could be known.
"""

import pytest

from tests.crashes.running import deaths, run
from tests.crashes.scenario import Scenario
from tests.crashes.scenarios import SCENARIOS


@pytest.mark.goal("G1")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_every_death(scenario: Scenario) -> None:
    """Whatever a worker dies at: what was accepted comes to its end and is told of, and nobody gets it twice."""
    result = run(scenario, deaths)
    assert not result.wrong, "\n".join(result.wrong)
    assert result.lives
