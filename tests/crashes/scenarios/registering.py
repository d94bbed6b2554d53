"""
The callback function for HTTP: endpoints that are set up, and what is done about what they did not take.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from herald.aws.deliveries import Delivery, DeliveryState
from herald.callback_record import event_text
from herald.endpoint import Endpoint
from tests.callbacks import answering, published, rows
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.calling_back import Prepare, disabled, endpoint_of, gate_closes, taken
from tests.crashes.scenarios.delivering import acme
from tests.crashes.stage import Stage
from tests.crashes.triggers import Http
from tests.world import Answer

type Check = Callable[[Stage, int, Endpoint | None], None]
"""What must be true in the end of the life of this number; its endpoint as it is then, None when it is gone."""


def key_of(stage: Stage, number: int) -> str:
    """A new tenant, whose endpoint this life is about, and its key."""
    stage.world.add_tenant(f"tenant{number}")
    return stage.world.add_key(f"tenant{number}")


def registered(stage: Stage, number: int) -> Life:
    """A new endpoint is there for whoever was told of it, and one more where nobody was told."""
    key = key_of(stage, number)
    trigger = Http(lambda: stage.world.post("/v1/endpoints", {"url": f"https://hook{number}.example/"}, key))

    def check(end: End) -> None:
        assert end.answered
        assert trigger.answer
        ids = [endpoint.id for endpoint in stage.world.operator.endpoints.all(f"tenant{number}")]
        assert trigger.answer.json["id"] in ids
        assert len(ids) <= (1 if end.fault is None else 2), f"{len(ids)} endpoints"

    return Life(trigger, check)


@dataclass(frozen=True, eq=False)
class Asked:
    """Something is asked of an endpoint, and asked again as long as nobody answers."""

    method: str
    path: str
    check: Check
    body: object = None
    before: Prepare | None = None
    done: int | None = None

    def __call__(self, stage: Stage, number: int) -> Life:
        headers = {"authorization": f"Bearer {key_of(stage, number)}", "content-type": "application/json"}
        endpoint = endpoint_of(stage, number, answering(200))
        if self.before:
            self.before(stage, endpoint)
        body = b"" if self.body is None else json.dumps(self.body).encode()

        def ask() -> Answer:
            return stage.world.call(self.method, f"/v1/endpoints/{endpoint.id}{self.path}", headers, body)

        def check(end: End) -> None:
            assert end.answered
            found = stage.world.operator.endpoints.all(endpoint.tenant)
            self.check(stage, number, found[0] if found else None)

        return Life(Http(ask, done=self.done), check, endpoint.id)


def moved(_: Stage, __: int, endpoint: Endpoint | None) -> None:
    """It is at its new address."""
    assert endpoint
    assert endpoint.url == NEW


def enabled(stage: Stage, _: int, endpoint: Endpoint | None) -> None:
    """It is enabled, and nobody remembers how it fared."""
    assert endpoint
    assert endpoint.disabled is None
    assert not gate_of(stage, endpoint.tenant)


def rotated(stage: Stage, _: int, endpoint: Endpoint | None) -> None:
    """It has a new secret, and the old one is valid still, however often it had to be asked for."""
    assert endpoint
    newest, *older = endpoint.valid_epochs(stage.world.clock.now)
    assert newest[0] > 1
    assert 1 in [number for number, _ in older]


def gone(stage: Stage, number: int, endpoint: Endpoint | None) -> None:
    """Nothing is left of it."""
    assert endpoint is None
    assert not gate_of(stage, f"tenant{number}")


def gate_of(stage: Stage, tenant: str) -> bool:
    """Whether it is known how an endpoint of this tenant fares."""
    return any(item["pk"] == f"T#{tenant}" and item["sk"].startswith("gate#") for item in stage.items())


def tested(stage: Stage, number: int, _: Endpoint | None) -> None:
    """It was called, unless the call that was asked for could not leave us."""
    tests = [event for event in stage.customers.taken[f"hook{number}.example"] if ":test:" in event]
    assert len(tests) <= ONCE_MORE


def given_up(stage: Stage, endpoint: Endpoint) -> None:
    """An event that the endpoint did not take in its time."""
    event = published(endpoint)
    row = Delivery(endpoint=endpoint.id, id=event.id, tenant=endpoint.tenant, event=event_text(event.detail()))
    failed = replace(row, attempts=10, first=stage.world.clock.now - 10**8, ttl=2**32)
    assert stage.world.operator.deliveries.insert(failed.over(DeliveryState.FAILED, "500"))


def replayed(stage: Stage, number: int, endpoint: Endpoint | None) -> None:
    """The customer has the event that was given up."""
    assert endpoint
    assert 1 <= taken(stage, number) <= ONCE_MORE
    assert {row.state for row in rows(stage.world, endpoint)} == {DeliveryState.DELIVERED}


def failed_and_disabled(stage: Stage, endpoint: Endpoint) -> None:
    """Its owner has disabled it when it hung."""
    gate_closes(stage, endpoint)
    disabled(stage, endpoint)


NEW = "https://new.example/hook"
ONCE_MORE = 2
"""Times that something is posted which was asked for twice."""

SCENARIOS = (
    Scenario("endpoints: registered", acme, registered, all_refused=True),
    Scenario("endpoints: moved", acme, Asked("PATCH", "", moved, {"url": NEW})),
    Scenario("endpoints: enabled", acme, Asked("PATCH", "", enabled, {"disabled": False}, failed_and_disabled)),
    Scenario("endpoints: a new secret", acme, Asked("POST", "/rotate", rotated)),
    Scenario("endpoints: removed", acme, Asked("DELETE", "", gone, before=gate_closes, done=404)),
    Scenario("endpoints: tested", acme, Asked("POST", "/test", tested)),
    Scenario(
        "endpoints: one replayed",
        acme,
        Asked("POST", "/deliveries/m_0:0:sent/replay", replayed, before=given_up, done=409),
    ),
    Scenario("endpoints: all replayed", acme, Asked("POST", "/replay", replayed, before=given_up)),
)
