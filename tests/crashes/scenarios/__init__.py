"""
All scenarios, one module a function. What a new function does, or a new way of an old one, is added here.
"""

from collections.abc import Sequence

from tests.crashes.scenario import Scenario
from tests.crashes.scenarios import (
    asking,
    calling_back,
    delivering,
    erasing,
    limiting,
    publishing,
    receiving,
    registering,
    relaying,
    sandboxed,
    sending,
    waking,
)

SCENARIOS: Sequence[Scenario] = (
    *sending.SCENARIOS,
    *delivering.SCENARIOS,
    *receiving.SCENARIOS,
    *relaying.SCENARIOS,
    *publishing.SCENARIOS,
    *waking.SCENARIOS,
    *asking.SCENARIOS,
    *calling_back.SCENARIOS,
    *registering.SCENARIOS,
    *erasing.SCENARIOS,
    *limiting.SCENARIOS,
    *sandboxed.SCENARIOS,
)
