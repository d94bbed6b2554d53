"""
Every function dies before and after each of its calls, is refused each of them, and does not hear of each: nothing is
lost, nothing is sent twice where it could be known.
"""

from collections.abc import Mapping

import pytest

from tests.conftest import Show
from tests.crashes.calls import Fault
from tests.crashes.running import run
from tests.crashes.scenario import Scenario
from tests.crashes.scenarios import SCENARIOS
from tests.crashes.sites import sites

OPERATORS = "operators alone call it, by the command line"

EXCLUDED: Mapping[str, str] = {
    "aws.registry.Registry.add_account": OPERATORS,
    "aws.registry.Registry.add_key": OPERATORS,
    "aws.registry.Registry.add_tenant": OPERATORS,
    "aws.registry.Registry.change_account": OPERATORS,
    "aws.registry.Registry.change_key": OPERATORS,
    "aws.registry.Registry.change_tenant": OPERATORS,
    "aws.registry.Registry.remove_account": OPERATORS,
    "aws.registry.Registry.remove_key": OPERATORS,
    "aws.registry.Registry.remove_route": OPERATORS,
    "aws.registry.Registry.remove_tenant": OPERATORS,
    "aws.registry.Registry.set_route": OPERATORS,
    "aws.polls.Polls.start": OPERATORS,
}
"""Functions whose calls no function of ours on AWS makes, and who makes them."""


@pytest.mark.goal("G1")
@pytest.mark.goal("G8")
@pytest.mark.goal("G16")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_every_fault_at_every_call(scenario: Scenario) -> None:
    """
    A worker dies, a call is refused, or an answer is lost: what was accepted comes to its end and is told of, nobody
    gets it twice, and whoever asked is answered, or asked to come again.
    """
    result = run(scenario)
    assert not result.wrong, "\n".join(result.wrong)


@pytest.mark.goal("G1")
@pytest.mark.goal("G8")
@pytest.mark.goal("G16")
@pytest.mark.timeout(900)
def test_every_site(figure: Show) -> None:
    """Each call in the source that has an effect is one that some scenario makes, and dies at; a new one needs one."""
    results = [run(scenario) for scenario in SCENARIOS]
    struck = {fault: [call for result in results for call in result.struck[fault]] for fault in Fault}
    dead = struck[Fault.DIES_BEFORE] + struck[Fault.DIES_AFTER]
    here = {site.name for site in sites() if site.name.partition(": ")[0] not in EXCLUDED}
    died = {name for result in results for name in result.reached}
    assert sorted(here - died) == [], "no scenario dies there"
    assert sorted(died - here) == [], "it is said that nobody comes there"
    figure("G1", "call sites died at", f"{len(died)} of {len(here)}")
    figure("G1", "deaths", len(dead))
    figure("G1", "answers of AWS or a provider lost", len(struck[Fault.LOST]))
    figure("G1", "lost, or sent twice though it could be known", sum(len(result.wrong) for result in results))
    figure("G1", "messages of which nobody knows whether they were sent", sum(result.unknown for result in results))
    figure("G8", "calls refused in all functions", len(struck[Fault.REFUSED]))
    figure(
        "G8", "acknowledged, but not stored", sum("not stored" in wrong for result in results for wrong in result.wrong)
    )


def test_what_is_excluded_exists() -> None:
    """Nothing is excluded that is not there."""
    assert EXCLUDED.keys() <= {site.name.partition(": ")[0] for site in sites()}
