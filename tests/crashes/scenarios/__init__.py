"""
All scenarios, one module a function. What a new function does, or a new way of an old one, is added here.
"""

from collections.abc import Sequence

from tests.crashes.scenario import Scenario
from tests.crashes.scenarios import delivering, sending

SCENARIOS: Sequence[Scenario] = (*sending.SCENARIOS, *delivering.SCENARIOS)
