"""
The deliver function: every outcome of a call, every wait, and what has to be ready before it.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from herald.aws.pacing import THRESHOLD
from herald.aws.table import Change
from herald.identifier import member_id
from herald.models import Lane, Limits, Policy, StatusUpdate
from herald.retention import Retention
from herald.status import State, Status
from tests.carrier import Step, many, said, send, sms, throttled
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.sending import Body, large, one, recipients, taken, three
from tests.crashes.stage import Stage
from tests.crashes.triggers import Queue
from tests.crashes.vendor import Vendor, picture
from tests.made_up.depot import Depot, parcel_world
from tests.world import World

SMS, MESSAGING = "acme-sms", "acme-websms"
LANE = "TransactionalQueue"

type Prepare = Callable[[Stage, str], None]
"""What happens to a message that was accepted before its record is worked on."""


@contextmanager
def acme() -> Iterator[Stage]:
    """The tenant acme; websms can do everything."""
    with World.of_acme() as world, Stage.of(world, Vendor()) as stage:
        world.operator.caller.prepare(world.operator.registry.read_account(MESSAGING).value)  # there is a token
        yield stage


@contextmanager
def slow() -> Iterator[Stage]:
    """The same, but an account may send a message in half an hour."""
    with acme() as stage:
        registry = stage.world.operator.registry
        stored = registry.read_account(SMS)
        registry.change_account(replace(stored.value, limits=Limits(rate=1 / 1800)), stored.version)
        yield stage


@contextmanager
def depot(**facts: Any) -> Iterator[Stage]:
    """The tenant acme sends its SMS by Parcel, which is what its facts say."""
    with parcel_world(**facts) as (world, carrier), Stage.of(world, carrier) as stage:
        yield stage


@contextmanager
def discarding() -> Iterator[Stage]:
    """The tenant acme, which keeps neither what it says and hears nor all of an address."""
    with acme() as stage:
        registry = stage.world.operator.registry
        held = registry.read_tenant("acme")
        registry.change_tenant(replace(held.value, content=Retention.DISCARD), held.version)
        yield stage


def depot_of_many() -> AbstractContextManager[Stage]:
    """Parcel takes many at once."""
    return depot(batch=10)


def depot_by_id() -> AbstractContextManager[Stage]:
    """Parcel's reports name its own ids only."""
    return depot(echo=False)


def vendor(stage: Stage) -> Vendor:
    provider = stage.handset.provider
    assert isinstance(provider, Vendor)
    return provider


def had(stage: Stage, number: int, count: int = 1) -> list[int]:
    """How often each recipient of this life was sent its message, whoever is the provider."""
    provider = stage.handset.provider
    if isinstance(provider, Depot):
        return [provider.taken[to] for to in recipients(number, count)]
    plain = taken(stage, number, count)
    # RCS and WhatsApp name numbers with their plus.
    return [most + vendor(stage).sent[to] for most, to in zip(plain, recipients(number, count), strict=True)]


@dataclass(frozen=True, eq=False)
class Delivery:
    """
    The record of a message on its lane is worked on.

    `answers` are what the provider's next calls come to. `ends` is how messages end, besides UNKNOWN where a worker
    died, or could not say, between claim and outcome; `times` how often a recipient may then have it.
    """

    body: Body = one
    answers: Sequence[Step | str] = ()
    before: Prepare | None = None
    ends: frozenset[State] = frozenset({State.SENT})
    times: frozenset[int] = frozenset({1})
    count: int = 1
    lane: str = LANE

    def __call__(self, stage: Stage, number: int) -> Life:
        said = self.body(stage, number)
        identifier = send(stage.world, said)
        records = stage.take(self.lane)
        provider: Any = stage.handset.provider
        provider.next[:] = [getattr(provider, step) if isinstance(step, str) else step for step in self.answers]
        if self.before:
            self.before(stage, identifier)

        def check(end: End) -> bool:
            provider.next.clear()
            ids = [member_id(identifier, to) for to in recipients(number, self.count)]
            items = [stage.item(each) for each in (ids if "recipients" in said else [identifier])]
            for item, times in zip(items, had(stage, number, self.count), strict=True):
                assert item, "a member was forgotten"
                self._check(item, times, end)
            return any(item and item["state"] == State.UNKNOWN for item in items)

        return Life(Queue(stage.world, "deliver", records), check, identifier)

    def _check(self, item: dict[str, Any], times: int, end: End) -> None:
        state = State(item["state"])
        if state is State.UNKNOWN and state not in self.ends:
            assert end.fault is not None, "unknown, and nothing went wrong"
            assert times <= 1, f"sent {times} times"
            return
        assert state in self.ends, f"ended as {state}"
        least, most = min(self.times), max(self.times)
        if end.fault is not None:
            least = min(least, 1 if state is State.SENT else 0)
            most += item["policy"] == Policy.AT_LEAST_ONCE
        assert least <= times <= most, f"sent {times} times, {state}"


def two(_: Stage, number: int) -> dict[str, Any]:
    return {**many(2), "recipients": [{"to": to} for to in recipients(number, 2)]}


@dataclass(frozen=True, eq=False)
class EachItsOwn(Delivery):
    """Two parcels in one call, of which the provider refuses the second: each ends as its own result says."""

    body: Body = two
    ends: frozenset[State] = frozenset({State.SENT, State.REJECTED})
    times: frozenset[int] = frozenset({0, 1})
    count: int = 2
    lane: str = "BulkQueue"

    def __call__(self, stage: Stage, number: int) -> Life:
        provider = stage.handset.provider
        assert isinstance(provider, Depot)
        second = recipients(number, 2)[1]
        provider.fates[second] = [{"verdict": "refused", "reason": "invalid_recipient"}]
        return super().__call__(stage, number)

    def _check(self, item: dict[str, Any], times: int, end: End) -> None:
        super()._check(item, times, end)
        number = int(item["to"][-7:]) - 1_000_000
        if item["state"] != State.UNKNOWN:
            assert (item["state"], times) == ((State.REJECTED, 0) if number % 20 else (State.SENT, 1))


def own_words(_: Stage, number: int) -> dict[str, Any]:
    """A call for each of them."""
    people = [{"to": to, "variables": {"x": to}} for to in recipients(number, 3)]
    return {**many(3, "{{x}}"), "recipients": people}


def at_least_once(body: Body) -> Body:
    return lambda stage, number: {**body(stage, number), "policy": "at_least_once"}


def by_rcs(body: Body) -> Body:
    return lambda stage, number: {**body(stage, number), "channel": "rcs"}


def with_image(media: Callable[[Stage, int], dict[str, str]]) -> Body:
    """An image over WhatsApp."""

    def body(stage: Stage, number: int) -> dict[str, Any]:
        content = {"type": "media", "kind": "image", "media": media(stage, number)}
        return {**sms(recipients(number)[0]), "channel": "whatsapp", "content": content}

    return body


def posted(stage: Stage, number: int) -> dict[str, str]:
    """A medium of the tenant's."""
    headers = {"content-type": "image/png", "authorization": f"Bearer {stage.world.key}"}
    return {"id": stage.world.call("POST", "/v1/media", headers, picture(number)).json["id"]}


def posted_long_ago(stage: Stage, number: int) -> dict[str, str]:
    """The same; the provider was given it, and has forgotten it since."""
    key = f"U#{MESSAGING}#{hashlib.sha256(picture(number)).hexdigest()}"
    row = {"pk": key, "sk": ".", "media": "old", "since": stage.world.clock.now - 10**7}
    stage.world.operator.table.put(row)
    return posted(stage, number)


def put_past_us(stage: Stage, number: int) -> dict[str, str]:
    """A medium that the tenant has put to a presigned address."""
    data = picture(number)
    grant = stage.world.post("/v1/media/uploads", {"content_type": "image/png", "size": len(data)}).json
    stage.world.operator.bucket.put(f"media/acme/{grant['id']}", data, "image/png")
    return {"id": grant["id"]}


def somewhere(_: Stage, number: int) -> dict[str, str]:
    """A medium at a user's address."""
    return {"url": f"https://93.184.216.34/{number}.png"}


def no_token(stage: Stage, _: str) -> None:
    """Nobody has a token."""
    stage.world.operator.table.delete(f"A#{MESSAGING}", "token")


def no_token_yet(stage: Stage, identifier: str) -> None:
    """Nobody has one, and the first who asks is told to wait."""
    no_token(stage, identifier)
    vendor(stage).tokens_next[:] = [httpx.Response(503)]


def upload_fails(stage: Stage, _: str) -> None:
    """The provider does not take the medium at first."""
    vendor(stage).uploads_next[:] = [httpx.Response(503)]


def nearly_open(stage: Stage, _: str) -> None:
    """One more failure opens the breaker."""
    stage.world.operator.table.put({"pk": f"A#{SMS}", "sk": "breaker", "failures": THRESHOLD - 1})


def half_open(stage: Stage, _: str) -> None:
    """The breaker lets one message through."""
    row = {"pk": f"A#{SMS}", "sk": "breaker", "failures": 0, "open": stage.world.clock.now - 1, "pause": 10_000}
    stage.world.operator.table.put(row)


def wide_open(stage: Stage, identifier: str) -> None:
    """The breaker lets nothing through for a while."""
    half_open(stage, identifier)
    change = Change("SET #open = :open", {"open": stage.world.clock.now + 10_000})
    stage.world.operator.table.update(f"A#{SMS}", "breaker", change)


def rate_spent(stage: Stage, _: str) -> None:
    """All slots of the next half hour are taken."""
    stage.world.operator.delivering.rates.reserve(SMS, 1 / 1800, Lane.TRANSACTIONAL, 1, stage.world.clock.now)


def expired(stage: Stage, identifier: str) -> None:
    """Its time is over."""
    change = Change("SET #expires = :now", {"now": stage.world.clock.now - 1})
    stage.world.operator.table.update(f"M#{identifier}", ".", change)


def all_expired(stage: Stage, identifier: str) -> None:
    """Each member waits for another try, and the time of all is over."""
    vendor(stage).next[:] = [throttled(5)]
    chunk = {"messageId": "1", "body": json.dumps({"request": identifier, "chunk": "K#000"})}
    assert not stage.world.invoke("deliver", {"Records": [chunk]})["batchItemFailures"]
    expired(stage, identifier)


def dead_before(stage: Stage, identifier: str) -> None:
    """A worker has died with it in its hands, long ago."""
    world = stage.world
    claimed = world.operator.delivering.attempts.claim(stage.item(identifier) or {})
    assert claimed
    change = Change("SET #lease = :past", {"past": world.clock.now - 1})
    world.operator.table.update(claimed["pk"], ".", change)


def reported_meanwhile(stage: Stage, identifier: str) -> None:
    """It was unclear, is to be sent again, and has been reported as delivered since."""
    world = stage.world
    dead_before(stage, identifier)
    now = world.clock.now
    unclear = world.operator.messages.lease_over(stage.item(identifier) or {}, now, now)
    world.operator.messages.resend(unclear, now, now + 900_000)
    update = StatusUpdate(reference=f"{identifier}-0", status=Status.DELIVERED, provider_status="delivered")
    assert world.operator.reports.apply(SMS, update)


def given_up(stage: Stage, identifier: str) -> None:
    """While the provider takes its time to say no, somebody else takes the worker for dead."""
    provider = stage.handset.provider
    assert isinstance(provider, Vendor)

    def throttle(_: httpx.Request) -> httpx.Response:
        item = stage.item(identifier) or {}
        stage.world.operator.messages.lease_over(item, item["lease"], item["lease"] + 600_000)
        return throttled(5)

    provider.next[:] = [throttle]


def reported_before(stage: Stage, identifier: str) -> None:
    """The provider speaks of the message, by its own id, before we know that id."""
    to = (stage.item(identifier) or {})["to"]
    update = StatusUpdate(
        provider_message_id=f"p-{to}-1", status=Status.DELIVERED, provider_status="delivered", at=stage.world.clock.now
    )
    assert stage.world.operator.reports.apply("parcel", update)


NO = said(4013)
DOWN = httpx.ConnectError("down")
REJECTED, EXPIRED = frozenset({State.REJECTED}), frozenset({State.EXPIRED})
NONE = frozenset({0})

SCENARIOS = (
    Scenario("deliver: one", acme, Delivery()),
    Scenario("deliver: one at least once", acme, Delivery(at_least_once(one))),
    Scenario("deliver: refused", acme, Delivery(answers=[NO], ends=REJECTED, times=NONE)),
    Scenario("deliver: throttled", acme, Delivery(answers=[throttled(5)])),
    Scenario("deliver: not sent", acme, Delivery(answers=[DOWN])),
    Scenario("deliver: unclear", acme, Delivery(answers=["lose"], ends=frozenset({State.UNKNOWN}))),
    Scenario("deliver: unclear at least once", acme, Delivery(at_least_once(one), ["lose"], times=frozenset({2}))),
    Scenario("deliver: given up, and not sent", acme, Delivery(before=given_up)),
    Scenario(
        "deliver: a dead worker's", acme, Delivery(before=dead_before, ends=frozenset({State.UNKNOWN}), times=NONE)
    ),
    Scenario("deliver: reported meanwhile", acme, Delivery(at_least_once(one), before=reported_meanwhile, times=NONE)),
    Scenario("deliver: expired", acme, Delivery(before=expired, ends=EXPIRED, times=NONE)),
    Scenario("deliver: parked by its rate", slow, Delivery(before=rate_spent)),
    Scenario("deliver: parked by the breaker", acme, Delivery(before=wide_open)),
    Scenario("deliver: the probe", acme, Delivery(before=half_open)),
    Scenario("deliver: the breaker opens", acme, Delivery(answers=[DOWN], before=nearly_open)),
    Scenario("deliver: a new token", acme, Delivery(by_rcs(one), before=no_token)),
    Scenario("deliver: no token at first", acme, Delivery(by_rcs(one), before=no_token_yet)),
    Scenario("deliver: a token refused", acme, Delivery(by_rcs(one), [httpx.Response(401)])),
    Scenario("deliver: an image", acme, Delivery(with_image(posted))),
    Scenario("deliver: an image that was put past us", acme, Delivery(with_image(put_past_us))),
    Scenario("deliver: an image at an address", acme, Delivery(with_image(somewhere))),
    Scenario("deliver: an image that is not taken at first", acme, Delivery(with_image(posted), before=upload_fails)),
    Scenario("deliver: an image that is forgotten", acme, Delivery(with_image(posted_long_ago), [said(4034)])),
    Scenario("deliver: their id", depot_by_id, Delivery()),
    Scenario("deliver: their id, and a report came first", depot_by_id, Delivery(before=reported_before)),
    Scenario("deliver: one whose text is not kept", discarding, Delivery(large)),
    Scenario("deliver: many whose text is not kept", discarding, Delivery(three, count=3, lane="BulkQueue")),
    Scenario(
        "deliver: many that have expired",
        acme,
        Delivery(three, before=all_expired, ends=EXPIRED, times=NONE, count=3, lane="BulkQueue"),
    ),
    Scenario("deliver: many", acme, Delivery(three, count=3, lane="BulkQueue"), side_by_side=True, all_refused=True),
    Scenario(
        "deliver: many with their own words",
        acme,
        Delivery(own_words, count=3, lane="BulkQueue"),
        side_by_side=True,
    ),
    Scenario("deliver: many that end differently", depot_of_many, EachItsOwn()),
)
