"""
The query function, as far as it does more than read: what a recipient can receive.
"""

from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.delivering import acme, no_token
from tests.crashes.scenarios.sending import recipients
from tests.crashes.stage import Stage
from tests.crashes.triggers import Http
from tests.crashes.vendor import CAPABILITIES


def capability(stage: Stage, number: int) -> Life:
    """The provider is asked, with a new token, and its answer kept."""
    no_token(stage, "")
    question = f"/v1/capabilities?channel=rcs&recipient=%2B{recipients(number)[0][1:]}"
    told = frozenset({"not_sent", "outcome_unknown"})
    trigger = Http(lambda: stage.world.get(question), failures=told)

    def check(end: End) -> None:
        assert end.answered
        assert trigger.answer
        assert trigger.answer.json["capabilities"] == CAPABILITIES["capabilities"]
        assert stage.world.get(question).json["cached"]

    return Life(trigger, check)


SCENARIOS = (Scenario("query: a capability", acme, capability),)
