"""
Requests of many: accepted at once, sent in the provider's own batches, each member with an outcome of its own.
"""

import base64
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError

from herald.aws import clients
from herald.aws.table import Change
from herald.identifier import member_id
from herald.models import Limits
from herald.status import State
from herald.stored import member_item
from herald.view import stamp
from tests.carrier import Carrier, many, phone, said, send, throttled
from tests.crash import held, on_lanes, restart, run_lanes, settle_all, twice
from tests.faults import listening, refusing
from tests.made_up.depot import TAKEN, Depot, Fate, answered, parcel_world
from tests.units import metering
from tests.world import World

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = Carrier()
        yield world


@pytest.fixture
def carrier(world: World) -> Carrier:
    assert isinstance(world.provider, Carrier)
    return world.provider


def deliver(world: World, **how: Any) -> None:
    assert world.invoke("deliver", on_lanes(world), **how)["batchItemFailures"] == []


def states(world: World, request: str, count: int) -> list[str | None]:
    """The state of each member; None for one without a row."""
    ids = [member_id(request, phone(number)) for number in range(count)]
    rows = world.operator.messages.get_many(ids)
    return [rows[identifier]["state"] if identifier in rows else None for identifier in ids]


def header(world: World, request: str) -> dict[str, Any]:
    found = world.operator.requests.get(request)
    assert found
    return found


def limit(world: World, **limits: Any) -> None:
    stored = world.operator.registry.read_account("acme-sms")
    world.operator.registry.change_account(replace(stored.value, limits=Limits(**limits)), stored.version)
    restart(world)


def digits(number: int) -> str:
    return phone(number).removeprefix("+")


@pytest.mark.feature("S2")
@pytest.mark.feature("F19")
@pytest.mark.parametrize("count", [1, 2, 1000])
def test_accept_and_send(world: World, carrier: Carrier, count: int) -> None:
    """A request is accepted in at most three calls to AWS, and sent in one call to websms."""
    world.post("/v1/messages/validate", many(1))  # a warm worker knows key, route and account
    with listening() as calls:
        request = send(world, many(count))
    assert calls == ["TransactWriteItems", "SendMessageBatch"]
    deliver(world)
    assert len(carrier.payloads) == 1
    assert len(carrier.payloads[0]["recipientAddressList"]) == count
    assert states(world, request, count) == [State.SENT] * count
    assert "open" not in header(world, request)
    assert "lp" not in header(world, request)


def test_members_cost(world: World) -> None:
    """A member costs at most 3.5 write units until its reports come."""
    with metering() as meter:
        send(world, many(200))
        deliver(world)
    assert meter.units() / 200 <= 3.5
    assert {write.units for write in meter if "." in write.key[2:-1]} == {1, 2}


@pytest.mark.feature("S2")
def test_some_recipients_refused(world: World, carrier: Carrier) -> None:
    """One refusal for all is split in halves: the good ones get it once, the bad ones are rejected."""
    carrier.bad = {digits(3), digits(77)}
    request = send(world, many(100))
    deliver(world)
    found = states(world, request, 100)
    assert [number for number, state in enumerate(found) if state == State.REJECTED] == [3, 77]
    assert found.count(State.SENT) == 98
    assert set(carrier.sent.values()) == {1}
    assert len(carrier.sent) == 98
    assert len(carrier.payloads) < 40


class Curt(Carrier):
    """Refuses without a word: a bare 400, whosever fault it is."""

    def take(self, request: httpx.Request) -> httpx.Response:
        answer = super().take(request)
        return answer if answer.json()["statusCode"] == 2000 else httpx.Response(400)


@pytest.mark.feature("S2")
@pytest.mark.parametrize("bad", [{3, 77}, {0}, {99}, {50, 51, 52}, set(range(1, 100, 9))])
def test_refused_for_nobody_knows_what(world: World, bad: set[int]) -> None:
    """A refusal of all without a reason may be one recipient's fault: the others are found, and get it once."""
    world.provider = carrier = Curt()
    carrier.bad = {digits(number) for number in bad}
    request = send(world, many(100))
    deliver(world)
    found = states(world, request, 100)
    assert {number for number, state in enumerate(found) if state == State.REJECTED} == bad
    assert found.count(State.SENT) == 100 - len(bad)
    assert set(carrier.sent.values()) == {1}


def test_all_refused_for_nobody_knows_what(world: World) -> None:
    """When those who are asked for alone are refused too, it is what is said: the provider is not asked for each."""
    world.provider = carrier = Curt()
    carrier.bad = {digits(number) for number in range(100)}
    request = send(world, many(100))
    deliver(world)
    assert states(world, request, 100) == [State.REJECTED] * 100
    assert len(carrier.payloads) <= 12


def test_all_refused_for_another_reason(world: World, carrier: Carrier) -> None:
    """A refusal that is nobody's fault among the recipients is not tried in halves."""
    carrier.next.append(said(4003))
    request = send(world, many(50))
    deliver(world)
    assert states(world, request, 50) == [State.REJECTED] * 50
    assert len(carrier.payloads) == 1


def test_variables(world: World, carrier: Carrier) -> None:
    """Whoever is written to in his own words gets a call of his own; the others share one."""
    body = many(6, "Hello {{name}}")
    for number in (1, 4):
        body["recipients"][number]["variables"] = {"name": f"no. {number}"}
    request = send(world, body)
    deliver(world)
    assert sorted(payload["messageContent"] for payload in carrier.payloads) == [
        "Hello no. 1",
        "Hello no. 4",
        "Hello {{name}}",
        "Hello {{name}}",
        "Hello {{name}}",
    ]
    assert states(world, request, 6) == [State.SENT] * 6
    single = next(payload for payload in carrier.payloads if payload["messageContent"] == "Hello no. 1")
    assert single["clientMessageId"] == f"{member_id(request, phone(1))}-0"


def test_unclear_for_all(world: World, carrier: Carrier) -> None:
    """A batch of which nobody knows is unclear for each member, and no member is sent it again."""
    carrier.next.append(carrier.lose)
    request = send(world, many(20))
    deliver(world)
    assert states(world, request, 20) == [State.UNCLEAR] * 20
    settle_all(world)
    assert states(world, request, 20) == [State.UNKNOWN] * 20
    assert set(carrier.sent.values()) == {1}


def test_throttled(world: World, carrier: Carrier) -> None:
    """A batch that is to come later comes later, whole, once; its chunk stays open until then."""
    carrier.next.append(throttled(60))
    request = send(world, many(20))
    deliver(world)
    assert states(world, request, 20) == [State.RETRY] * 20
    assert header(world, request)["open"] == {"K#000"}
    run_lanes(world)
    assert states(world, request, 20) == [State.SENT] * 20
    assert set(carrier.sent.values()) == {1}


def test_members_that_wait(world: World, carrier: Carrier) -> None:
    """A member that may be tried again only later is not forgotten when its chunk is worked on before that."""
    body = many(3, "{{x}}")
    for number in range(3):
        body["recipients"][number]["variables"] = {"x": str(number)}
    carrier.next += [throttled(30), throttled(600)]
    request = send(world, body)
    deliver(world)
    world.clock.now += 31_000
    with listening() as calls:
        deliver(world)
    assert calls.count("UpdateItem") == 2, "the one that waits for ten minutes was tried too"
    assert held(world)[0] > 500_000
    run_lanes(world)
    assert states(world, request, 3) == [State.SENT] * 3
    assert set(carrier.sent.values()) == {1}


@pytest.mark.feature("F20")
def test_slices(world: World, carrier: Carrier) -> None:
    """A request goes out at four fifths of the account's rate, a second's worth at a time."""
    limit(world, rate=10)
    request = send(world, many(40))
    started = world.clock.now
    run_lanes(world)
    assert [len(payload["recipientAddressList"]) for payload in carrier.payloads] == [10] * 4
    assert states(world, request, 40) == [State.SENT] * 40
    assert 3_000 <= world.clock.now - started <= 6_000


def test_a_request_longer_than_the_watchdog(world: World, carrier: Carrier) -> None:
    """A request that takes an hour at its account's rate gets there, though the watchdog wakes every quarter."""
    limit(world, rate=0.01)
    request = send(world, many(30))
    for _ in range(80):
        event = on_lanes(world)
        assert world.invoke("deliver", event)["batchItemFailures"] == []
        world.clock.now += 60_000
        world.invoke("clock", {})
    assert states(world, request, 30) == [State.SENT] * 30
    assert set(carrier.sent.values()) == {1}


def test_time_is_up(world: World, carrier: Carrier) -> None:
    """What does not fit into a worker's time goes back to the lane, from where it stands."""
    body = many(60, "{{x}}")
    for number in range(60):
        body["recipients"][number]["variables"] = {"x": str(number)}

    def slow(request: httpx.Request) -> httpx.Response:
        world.clock.now += 500
        return carrier.take(request)

    carrier.next += [slow] * 60
    request = send(world, body)
    deliver(world)
    assert 0 < len(carrier.payloads) < 60
    run_lanes(world)
    assert states(world, request, 60) == [State.SENT] * 60
    assert set(carrier.sent.values()) == {1}


@pytest.mark.feature("F12")
def test_cancelled(world: World, carrier: Carrier) -> None:
    """Cancelling stops what is left, members that wait for another try included, and closes the request."""
    carrier.next.append(throttled(60))
    request = send(world, many(10))
    deliver(world)
    assert world.post(f"/v1/messages/{request}/cancel").status == 200
    run_lanes(world)
    assert states(world, request, 10) == [State.CANCELLED] * 10
    assert "lp" not in header(world, request)
    assert carrier.sent == {}
    assert world.post(f"/v1/messages/{request}/cancel").json["status"] == "cancelled"


def test_cancelled_meanwhile(world: World, carrier: Carrier) -> None:
    """Cancelling also stops a worker that is in the middle of the request, after its slice."""
    body = many(60, "{{x}}")
    for number in range(60):
        body["recipients"][number]["variables"] = {"x": str(number)}
    request = send(world, body)

    def cancelling(call: httpx.Request) -> httpx.Response:
        assert world.post(f"/v1/messages/{request}/cancel").status == 200
        return carrier.take(call)

    carrier.next.append(cancelling)
    run_lanes(world)
    assert len(carrier.payloads) == 10
    assert states(world, request, 60).count(State.SENT) == 10


def test_expired(world: World, carrier: Carrier) -> None:
    """Members that could not be sent in their time end as expired, be it before or after a first try."""
    carrier.next.append(throttled(900))
    request = send(world, many(5, options={"validity_seconds": 100}))
    run_lanes(world)
    assert states(world, request, 5) == [State.EXPIRED] * 5
    assert header(world, request)["state"] == State.EXPIRED
    assert "lp" not in header(world, request)
    assert len(carrier.payloads) == 1


@pytest.mark.feature("F12")
def test_a_cancelled_member(world: World, carrier: Carrier) -> None:
    """One member can be stopped before it has a row; the others go out."""
    request = send(world, many(3))
    one = member_id(request, phone(1))
    assert world.post(f"/v1/messages/{one}/cancel").json["status"] == "cancelled"
    assert world.post(f"/v1/messages/{one}/cancel").json["status"] == "cancelled"
    deliver(world)
    assert states(world, request, 3) == [State.SENT, State.CANCELLED, State.SENT]
    other = member_id(request, phone(0))
    assert world.post(f"/v1/messages/{other}/cancel").status == 409
    assert world.post(f"/v1/messages/{request}/cancel").status == 409
    assert world.post(f"/v1/messages/{member_id(request, phone(9))}/cancel").status == 404
    assert set(carrier.sent.values()) == {1}


def test_the_watchdog(world: World, carrier: Carrier) -> None:
    """A request whose records were lost is told to its lane again; what was done is not done twice."""
    request = send(world, many(4))
    on_lanes(world)
    assert carrier.payloads == []
    settle_all(world)
    assert states(world, request, 4) == [State.SENT] * 4
    assert set(carrier.sent.values()) == {1}


def test_stale_and_repeated_records(world: World, carrier: Carrier) -> None:
    """A record that comes twice, or too late, does nothing."""
    request = send(world, many(4))
    event = on_lanes(world)
    for _ in range(3):
        assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert len(carrier.payloads) == 1
    assert states(world, request, 4) == [State.SENT] * 4


def test_two_workers_at_one_chunk(world: World, carrier: Carrier) -> None:
    """Two workers share the members; one that dies at its share leaves them unclear, not forgotten."""
    request = send(world, many(4))
    event = on_lanes(world)
    batching = world.operator.batching
    fresh = header(world, request)
    for number in (0, 1):
        row = member_item(fresh, "K#000", phone(number), State.ACCEPTED, world.clock.now)
        assert batching.attempts.claim_new(row)
    assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert header(world, request)["open"] == {"K#000"}
    settle_all(world)
    assert states(world, request, 4) == [State.UNKNOWN, State.UNKNOWN, State.SENT, State.SENT]
    assert set(carrier.sent.values()) == {1}


def test_claims_refused(world: World, carrier: Carrier) -> None:
    """When the table takes only some claims, those are sent at once and the others later, each once."""
    request = send(world, many(10))
    event = on_lanes(world)
    with refusing(clients.dynamodb(), "PutItem", after=6):
        assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert len(carrier.payloads[0]["recipientAddressList"]) == 6
    run_lanes(world)
    assert states(world, request, 10) == [State.SENT] * 10
    assert set(carrier.sent.values()) == {1}


def test_outcomes_refused(world: World, carrier: Carrier) -> None:
    """When the table refuses some outcomes, the others are recorded all the same; nobody gets it twice."""
    request = send(world, many(10))
    event = on_lanes(world)
    with refusing(clients.dynamodb(), "UpdateItem", after=6):
        world.invoke("deliver", event)
    assert states(world, request, 10).count(State.SENT) == 6
    settle_all(world)
    world.invoke("deliver", event)
    settle_all(world)
    assert sorted(map(str, states(world, request, 10))) == [State.SENT] * 6 + [State.UNKNOWN] * 4
    assert set(carrier.sent.values()) == {1}


def test_a_hiccup_of_the_table(world: World) -> None:
    """An outcome that the table refuses once is recorded at the second try."""
    request = send(world, many(10))
    event = on_lanes(world)
    left = [None] * 3

    def hiccup(model: Any, **_: Any) -> None:
        if model.name == "UpdateItem" and left:
            left.pop()
            raise EndpointConnectionError(endpoint_url="x")

    clients.dynamodb().meta.events.register_first("before-call", hiccup)
    try:
        world.invoke("deliver", event)
    finally:
        clients.dynamodb().meta.events.unregister("before-call", hiccup)
    assert states(world, request, 10) == [State.SENT] * 10


def test_an_outage_in_the_middle(world: World, carrier: Carrier) -> None:
    """When the provider goes down, a request stops after its slice; it does not burn through its recipients."""
    body = many(60, "{{x}}")
    for number in range(60):
        body["recipients"][number]["variables"] = {"x": str(number)}
    carrier.next += [httpx.ReadTimeout("down")] * 1000
    request = send(world, body)
    deliver(world)
    assert len(carrier.payloads) == 10
    assert states(world, request, 60).count(None) == 50
    world.clock.now += 30_000
    deliver(world)
    assert len(carrier.payloads) == 11, "more than one probe"
    carrier.next.clear()
    settle_all(world)
    found = states(world, request, 60)
    assert (found.count(State.SENT), found.count(State.UNKNOWN)) == (49, 11)
    assert set(carrier.sent.values()) == {1}


def test_at_least_once(world: World, carrier: Carrier) -> None:
    """A member whose sender wants it at least once is tried again after its grace, alone, with its own words."""
    carrier.next.append(carrier.lose)
    request = send(
        world,
        many(3, "{{x}}", policy="at_least_once")
        | {"recipients": [{"to": phone(number), "variables": {"x": f"for {number}"}} for number in range(3)]},
    )
    settle_all(world)
    assert states(world, request, 3) == [State.SENT] * 3
    assert sorted(carrier.sent.values()) == [1, 1, 2]
    assert {payload["messageContent"] for payload in carrier.payloads} == {"for 0", "for 1", "for 2"}


# What comes at a bad time.


def record(request: str, **more: object) -> dict[str, Any]:
    body = {"request": request, "chunk": "K#000", **more}
    return {"Records": [{"messageId": "again", "body": json.dumps(body)}]}


def test_early(world: World, carrier: Carrier) -> None:
    """A record that comes before its time goes back; one of a request that the clock will start is dropped."""
    soon = send(world, many(2, send_at=stamp(world.clock.now + 600_000)))
    later = send(world, many(2, send_at=stamp(world.clock.now + 6_000_000)))
    on_lanes(world)
    lying = len(held(world))
    for request in (soon, later):
        assert world.invoke("deliver", record(request))["batchItemFailures"] == []
    assert len(held(world)) == lying + 1
    assert carrier.payloads == []


def test_the_breaker_is_open(world: World, carrier: Carrier) -> None:
    """A request waits for the breaker as a whole."""
    breakers = world.operator.delivering.breakers
    assert breakers.failed("acme-sms", breakers.read("acme-sms"), 5, world.clock.now)
    request = send(world, many(3))
    deliver(world)
    assert carrier.payloads == []
    run_lanes(world)
    assert states(world, request, 3) == [State.SENT] * 3


def test_configuration_missing(world: World) -> None:
    """A request whose account lacks its secret waits, without a row for anybody."""
    name = "herald/accounts/acme-sms"
    clients.secretsmanager().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    request = send(world, many(3))
    deliver(world)
    assert states(world, request, 3) == [None] * 3
    assert held(world) == [300_000]
    clients.secretsmanager().create_secret(Name=name, SecretString='{"access_token": "secret"}')
    run_lanes(world)
    assert states(world, request, 3) == [State.SENT] * 3


def picture(world: World, count: int) -> tuple[str, dict[str, Any]]:
    """A request for an image over WhatsApp, and where the image lies."""
    headers = {"content-type": "image/png", "authorization": f"Bearer {world.key}"}
    identifier = world.call("POST", "/v1/media", headers, PNG).json["id"]
    content = {"type": "media", "kind": "image", "media": {"id": identifier}}
    return identifier, many(count) | {"channel": "whatsapp", "content": content}


def test_media_that_is_gone(world: World, carrier: Carrier) -> None:
    """Members whose media was removed meanwhile are rejected, each with a row that says so."""
    _, body = picture(world, 3)
    request = send(world, body)
    for one in clients.s3().list_objects_v2(Bucket="herald")["Contents"]:
        clients.s3().delete_object(Bucket="herald", Key=one["Key"])
    deliver(world)
    assert states(world, request, 3) == [State.REJECTED] * 3
    assert carrier.payloads == []


def test_an_upload_that_fails(world: World, carrier: Carrier) -> None:
    """Members whose media cannot be given to the provider now wait, unclaimed, and are sent later, once."""
    _, body = picture(world, 3)
    request = send(world, body)
    down = [True]

    def provide(call: httpx.Request) -> httpx.Response:
        if call.headers.get("content-type") != "image/png":
            return carrier(call)
        return httpx.Response(503) if down else httpx.Response(200, json={"statusCode": 2000, "mediaId": "m"})

    world.provider = provide
    deliver(world)
    assert states(world, request, 3) == [None] * 3
    down.clear()
    run_lanes(world)
    assert states(world, request, 3) == [State.SENT] * 3
    assert set(carrier.sent.values()) == {1}


def test_another_worker_takes_over(world: World, carrier: Carrier) -> None:
    """A worker whose record the watchdog has replaced stops after its slice, and leaves no record behind."""
    body = many(30, "{{x}}")
    for recipient in body["recipients"]:
        recipient["variables"] = {"x": "y"}
    request = send(world, body)

    def wake(call: httpx.Request) -> httpx.Response:
        world.operator.table.update(f"M#{request}", ".", Change("ADD #turn :one", {"one": 1}))
        return carrier.take(call)

    carrier.next.append(wake)
    deliver(world)
    assert len(carrier.payloads) == 10
    assert held(world) == []
    assert world.invoke("deliver", record(request, turn=1))["batchItemFailures"] == []
    assert states(world, request, 30) == [State.SENT] * 30
    assert set(carrier.sent.values()) == {1}


def test_cancelled_while_a_worker_is_at_it(world: World) -> None:
    """A cancelled request is closed only when those who are being sent have come to an end, dead workers' included."""
    request = send(world, many(3))
    event = on_lanes(world)
    row = member_item(header(world, request), "K#000", phone(0), State.ACCEPTED, world.clock.now)
    assert world.operator.batching.attempts.claim_new(row)
    assert world.post(f"/v1/messages/{request}/cancel").status == 200
    assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert header(world, request)["open"] == {"K#000"}
    settle_all(world)
    assert states(world, request, 3) == [State.UNKNOWN, None, None]
    assert "open" not in header(world, request)


def test_a_lost_answer_to_a_claim(world: World, carrier: Carrier) -> None:
    """When the answer to a member's claim is lost and the claim repeated, the worker finds that it has it."""
    request = send(world, many(1))
    event = on_lanes(world)
    with twice(clients.dynamodb(), "PutItem"):
        assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert states(world, request, 1) == [State.SENT]
    assert set(carrier.sent.values()) == {1}


def test_no_time_for_halves(world: World, carrier: Carrier) -> None:
    """A refusal whose halves no time is left for is tried again later; nothing was sent, and nobody is rejected."""
    carrier.bad = {digits(2)}

    def slow(call: httpx.Request) -> httpx.Response:
        world.clock.now += 20_000
        return carrier.take(call)

    carrier.next.append(slow)
    request = send(world, many(8))
    deliver(world)
    assert states(world, request, 8) == [State.RETRY] * 8
    run_lanes(world)
    found = states(world, request, 8)
    assert (found.count(State.SENT), found[2]) == (7, State.REJECTED)
    assert set(carrier.sent.values()) == {1}


# A provider that answers for each recipient.


@pytest.fixture
def parcels() -> Iterator[tuple[World, Depot]]:
    with parcel_world(batch=1000) as (world, depot):
        yield world, depot


BUSY: Fate = {"verdict": "busy", "wait": 30}
REFUSED: Fate = {"verdict": "refused", "reason": "invalid_recipient"}
LOST: Fate = {"verdict": "lost"}
DOWN: Fate = {"verdict": "down"}


@pytest.mark.feature("X9")
def test_three_of_a_thousand(parcels: tuple[World, Depot]) -> None:
    """Of a thousand, three are told to come later: they are tried again in one call, the others never."""
    world, depot = parcels
    world.dice = itertools.cycle([0.1, 0.9, 0.4]).__next__
    late = [phone(number) for number in (3, 500, 999)]
    depot.fates = {to: [BUSY] for to in late}
    request = send(world, many(1000))
    deliver(world)
    found = states(world, request, 1000)
    assert [number for number, state in enumerate(found) if state == State.RETRY] == [3, 500, 999]
    assert found.count(State.SENT) == 997
    run_lanes(world)
    assert states(world, request, 1000) == [State.SENT] * 1000
    first, second = depot.recipients()
    assert (len(first), second) == (1000, late)
    assert set(depot.taken.values()) == {1}


FATES: list[Fate] = [BUSY, REFUSED, TAKEN, LOST, DOWN, TAKEN]
AFTER = [State.RETRY, State.REJECTED, State.SENT, State.UNCLEAR, State.RETRY, State.SENT]
ENDS = [State.SENT, State.REJECTED, State.SENT, State.UNKNOWN, State.SENT, State.SENT]


def mixed(depot: Depot) -> None:
    """To each of six something else happens, once."""
    depot.taken.clear()
    depot.fates = {phone(number): [fate] for number, fate in enumerate(FATES)}


@pytest.mark.feature("X9")
def test_each_has_an_outcome_of_its_own(parcels: tuple[World, Depot]) -> None:
    """Taken, refused, too early, unclear and not taken, all in one answer: each member goes its own way."""
    world, depot = parcels
    mixed(depot)
    request = send(world, many(6))
    deliver(world)
    assert states(world, request, 6) == AFTER
    rows = [world.operator.messages.get(member_id(request, phone(number))) or {} for number in range(6)]
    assert [row.get("code") for row in rows] == ["busy", "refused", None, "lost", "down", None]
    assert [row.get("provider_id") for row in rows] == [None, None, f"p-{phone(2)}-1", None, None, f"p-{phone(5)}-1"]
    assert [row.get("doubts") for row in rows] == [None, None, None, 1, None, None]
    settle_all(world)
    assert states(world, request, 6) == ENDS
    assert depot.taken == {phone(number): 1 for number in (0, 2, 3, 4, 5)}
    assert header(world, request).get("open") is None


def test_what_comes_to_the_same_is_tried_together(parcels: tuple[World, Depot]) -> None:
    """Members that an answer sends away alike come back together, however the dice would fall for each."""
    world, depot = parcels
    world.dice = itertools.cycle([0.1, 0.9, 0.4]).__next__
    depot.fates = {phone(number): [DOWN] for number in range(5)}
    send(world, many(8))
    deliver(world)
    run_lanes(world)
    assert depot.recipients()[1:] == [[phone(number) for number in range(5)]]
    assert not world.operator.delivering.breakers.read("parcel").failures


def test_a_refusal_of_each_is_not_halved(parcels: tuple[World, Depot]) -> None:
    """A provider that refuses everybody by name has said so: nobody is asked again whether it meant all of them."""
    world, depot = parcels
    depot.fates = {phone(number): [REFUSED] for number in range(8)}
    request = send(world, many(8))
    deliver(world)
    assert states(world, request, 8) == [State.REJECTED] * 8
    assert len(depot.calls) == 1


def test_a_refusal_of_all_is_halved(parcels: tuple[World, Depot]) -> None:
    """One word for all, of whom perhaps one deserves it, is found out in halves; each half has answers for each."""
    world, depot = parcels
    depot.next.append(answered("refused", reason="too_many_recipients"))
    depot.fates = {phone(1): [REFUSED]}
    request = send(world, many(4))
    deliver(world)
    assert states(world, request, 4) == [State.SENT, State.REJECTED, State.SENT, State.SENT]
    assert [len(recipients) for recipients in depot.recipients()] == [4, 2, 2]
    assert set(depot.taken.values()) == {1}


@pytest.mark.feature("X9")
def test_a_reference_each(parcels: tuple[World, Depot]) -> None:
    """Every recipient's part of a call carries our name for their message, the same whenever it is tried again."""
    world, depot = parcels
    depot.next.append(answered("refused", reason="invalid_recipient"))
    depot.fates = {phone(2): [BUSY]}
    request = send(world, many(4))
    deliver(world)
    run_lanes(world)
    assert [len(recipients) for recipients in depot.recipients()] == [4, 2, 2, 1]
    for call in depot.calls:
        for parcel in call["parcels"]:
            assert parcel["reference"] == f"{member_id(request, parcel['to'])}-0"
    assert [call["post"]["reference"] for call in depot.calls] == [f"{request}-b0"] * 3 + [
        f"{member_id(request, phone(2))}-0"
    ]


def test_results_that_the_table_refuses(parcels: tuple[World, Depot]) -> None:
    """Results that the table takes only at the second try are each still their own."""
    world, depot = parcels
    mixed(depot)
    request = send(world, many(6))
    event = on_lanes(world)
    failing = [True] * 4

    def hiccup(model: Any, **_: Any) -> None:
        if model.name == "UpdateItem" and failing:
            failing.pop()
            raise EndpointConnectionError(endpoint_url="x")

    clients.dynamodb().meta.events.register_first("before-call", hiccup)
    try:
        assert world.invoke("deliver", event)["batchItemFailures"] == []
    finally:
        clients.dynamodb().meta.events.unregister("before-call", hiccup)
    assert states(world, request, 6) == AFTER
    settle_all(world)
    assert states(world, request, 6) == ENDS
    assert set(depot.taken.values()) == {1}


def test_results_that_the_table_never_takes(parcels: tuple[World, Depot]) -> None:
    """Members whose results are lost for good are unclear; nobody is written to again to find out."""
    world, depot = parcels
    mixed(depot)
    request = send(world, many(6))
    event = on_lanes(world)
    with refusing(clients.dynamodb(), "UpdateItem"):
        world.invoke("deliver", event)
    assert states(world, request, 6) == [State.SENDING] * 6
    world.invoke("deliver", event)
    settle_all(world)
    assert states(world, request, 6) == [State.UNKNOWN] * 6
    assert len(depot.calls) == 1


def test_their_ids_meet_our_messages() -> None:
    """Where reports name their id only, each member's own leads to its message."""
    with parcel_world(batch=10, echo=False) as (world, depot):
        depot.fates = {phone(1): [REFUSED]}
        request = send(world, many(3))
        deliver(world)
        known = world.operator.rendezvous.known("parcel", [f"p-{phone(number)}-1" for number in range(3)])
        assert {theirs: meeting.message_id for theirs, meeting in known.items()} == {
            f"p-{phone(number)}-1": member_id(request, phone(number)) for number in (0, 2)
        }
