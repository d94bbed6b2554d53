"""
The send function: accepting by HTTP, by the intake queue and by the bus, and cancelling.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from herald.identifier import member_id, message_id
from herald.status import State
from herald.view import stamp
from tests.carrier import Carrier, many, phone, send, sms
from tests.crashes.calls import Fault
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.stage import Stage
from tests.crashes.triggers import Http, Queue
from tests.world import World

LARGE = "x" * 4000
LATER = 1_200_000
"""Milliseconds: only the clock starts what waits so long."""

type Body = Callable[[Stage, int], dict[str, Any]]


@contextmanager
def acme() -> Iterator[Stage]:
    """The tenant acme, its accounts and websms as it answers on a good day."""
    with World.of_acme() as world, Stage.of(world, Carrier()) as stage:
        yield stage


def taken(stage: Stage, number: int, count: int = 1) -> list[int]:
    """How often the provider has taken a message for each of the recipients of this life."""
    carrier = stage.handset.provider
    assert isinstance(carrier, Carrier)
    return [carrier.sent[to.lstrip("+")] for to in recipients(number, count)]


def recipients(number: int, count: int = 1) -> list[str]:
    """The recipients of the n-th life: nobody else's."""
    return [phone(number * 20 + each) for each in range(count)]


def one(_: Stage, number: int) -> dict[str, Any]:
    return sms(recipients(number)[0])


def large(_: Stage, number: int) -> dict[str, Any]:
    return sms(recipients(number)[0], LARGE)


def three(_: Stage, number: int) -> dict[str, Any]:
    return {**many(3), "recipients": [{"to": to} for to in recipients(number, 3)]}


def scheduled(body: Body) -> Body:
    """The same, later."""
    return lambda stage, number: {**body(stage, number), "send_at": stamp(stage.world.clock.now + LATER)}


def accepted(body: Body, *, key: bool = True, repeats: bool = True) -> Callable[[Stage, int], Life]:
    """Accepting this body: once all is quiet each recipient has it once, or nobody was told that he would."""

    def begin(stage: Stage, number: int) -> Life:
        said = body(stage, number)
        headers = {"idempotency_key": f"key {number}"} if key else {}
        trigger = Http(lambda: stage.world.post("/v1/messages", said, **headers), repeats)

        def check(end: End) -> None:
            count = len(said.get("recipients", [0]))
            had = set(taken(stage, number, count))
            assert len(had) == 1, f"some have it, some have not: {had}"
            if key and end.answered:
                assert trigger.answer
                assert trigger.answer.json["id"] == message_id("acme", f"key {number}")
            assert had <= _may_have(end, key=key), f"sent {had}"
            if key and not end.answered:
                stored = stage.item(message_id("acme", f"key {number}")) is not None
                assert had == {int(stored)}, f"{'stored' if stored else 'not stored'}, and sent {had}"

        return Life(trigger, check, message_id("acme", f"key {number}") if key else "")

    return begin


def _may_have(end: End, *, key: bool) -> set[int]:
    """How often a recipient may have a message: a client without a key that heard nothing and repeats sends two."""
    refused = end.fault is Fault.REFUSED
    if not end.answered:
        return {0, 1} if key or not refused else {0}
    return {1} if key or refused or end.fault in (None, Fault.LOST) else {1, 2}


def repeated(body: Body) -> Callable[[Stage, int], Life]:
    """A request that was accepted and enqueued before, under this key: the repeat changes nothing."""
    first = accepted(body)

    def begin(stage: Stage, number: int) -> Life:
        life = first(stage, number)
        assert life.trigger.fire()
        stage.fresh()
        return life

    return begin


def intake(body: Body, envelope: Mapping[str, object] | None = None) -> Callable[[Stage, int], Life]:
    """The same by the intake queue, as a caller's record or as an event of the bus."""

    def begin(stage: Stage, number: int) -> Life:
        said: dict[str, Any] = {**body(stage, number), "tenant": "acme"}
        key = f"sqs-{number}"
        if envelope:
            said, key = {**envelope, "id": f"{number}", "detail": said}, f"event:{number}"
        record = {
            "messageId": f"sqs-{number}",
            "body": json.dumps(said),
            "attributes": {"ApproximateReceiveCount": "1"},
        }

        def check(_: End) -> None:
            had = taken(stage, number)
            assert had == [1], f"sent {had}"

        return Life(Queue(stage.world, "send", [record]), check, message_id("acme", key))

    return begin


def cancelled(body: Body, part: Callable[[str, int], str] = lambda request, _: request) -> Callable[[Stage, int], Life]:
    """What was accepted is cancelled, or one of its members: nobody gets it, and it says so."""

    def begin(stage: Stage, number: int) -> Life:
        request = send(stage.world, body(stage, number))
        target = part(request, number)
        world = stage.world

        def check(end: End) -> None:
            assert end.answered
            item = stage.item(target)
            assert item
            assert item["state"] == State.CANCELLED, item["state"]
            assert taken(stage, number)[0] == 0

        return Life(Http(lambda: world.post(f"/v1/messages/{target}/cancel")), check, request)

    return begin


def _member(request: str, number: int) -> str:
    return member_id(request, recipients(number)[0])


_EVENT = {
    "version": "0",
    "detail-type": "herald.send",
    "source": "herald.client",
    "account": "123456789012",
    "time": "2025-06-15T15:06:40Z",
    "region": "eu-central-1",
    "resources": [],
}

SCENARIOS = (
    Scenario("send: one", acme, accepted(one)),
    Scenario("send: one, and nobody repeats", acme, accepted(one, repeats=False), all_refused=True),
    Scenario("send: one without a key", acme, accepted(one, key=False)),
    Scenario(
        "send: one without a key, and nobody repeats", acme, accepted(one, key=False, repeats=False), all_refused=True
    ),
    Scenario("send: large", acme, accepted(large)),
    Scenario("send: large, and nobody repeats", acme, accepted(large, repeats=False), all_refused=True),
    Scenario("send: many", acme, accepted(three)),
    Scenario("send: many, and nobody repeats", acme, accepted(three, repeats=False), all_refused=True),
    Scenario("send: many without a key", acme, accepted(three, key=False, repeats=False), all_refused=True),
    Scenario("send: scheduled", acme, accepted(scheduled(one))),
    Scenario("send: many scheduled", acme, accepted(scheduled(three), repeats=False)),
    Scenario("send: a repeated key", acme, repeated(one), all_refused=True),
    Scenario("send: a repeated key of many", acme, repeated(three)),
    Scenario("send: by the intake queue", acme, intake(one), all_refused=True),
    Scenario("send: by the bus", acme, intake(one, _EVENT)),
    Scenario("cancel: one", acme, cancelled(one)),
    Scenario("cancel: one that is scheduled", acme, cancelled(scheduled(one))),
    Scenario("cancel: many", acme, cancelled(three)),
    Scenario("cancel: many that are scheduled", acme, cancelled(scheduled(three))),
    Scenario("cancel: a member", acme, cancelled(three, _member)),
)
