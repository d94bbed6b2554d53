"""
Single messages from their lane to the provider: every outcome, every wait, every crash.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from herald.aws import clients, keys
from herald.aws.attributes import size
from herald.aws.pacing import FIRST_PAUSE, THRESHOLD
from herald.aws.table import Change, ConditionFailed
from herald.models import Lane, Limits
from herald.outcome import Outcome
from herald.status import State
from herald.view import stamp
from tests.carrier import PHONE, Carrier, phone, said, send, sms, throttled
from tests.crash import held, meanwhile, on_lanes, restart, run_lanes, settle_all, twice
from tests.faults import refusing
from tests.made_up.depot import parcel_world
from tests.units import metering
from tests.world import World

DIGITS = PHONE.removeprefix("+")


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = Carrier()
        yield world


@pytest.fixture
def carrier(world: World) -> Carrier:
    assert isinstance(world.provider, Carrier)
    return world.provider


def item(world: World, identifier: str) -> dict[str, Any]:
    found = world.operator.messages.get(identifier)
    assert found
    return found


def limit(world: World, name: str, **limits: Any) -> None:
    """Set the limits of an account, and let all workers know."""
    stored = world.operator.registry.read_account(name)
    world.operator.registry.change_account(replace(stored.value, limits=Limits(**limits)), stored.version)
    restart(world)


def deliver(world: World, **how: Any) -> list[str]:
    """One invocation with what lies on the lanes; the ids of the records that failed."""
    answer = world.invoke("deliver", on_lanes(world), **how)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def seconds_held(world: World) -> list[int]:
    """Seconds for which records on the lanes are held back."""
    return [wait // 1000 for wait in held(world)]


def at(world: World, seconds: int) -> str:
    """A time of the world that many seconds ahead."""
    return stamp(world.clock.now + seconds * 1000)


# Outcomes.


@pytest.mark.feature("S2")
def test_sent(world: World, carrier: Carrier) -> None:
    """A message that the provider takes is sent, with its id there and its segments, and nothing is due any more."""
    identifier = send(world)
    assert deliver(world) == []
    stored = item(world, identifier)
    assert (stored["state"], stored["provider_id"], stored["segments"]) == (State.SENT, "t-1", 1)
    assert not {"lp", "ls", "lease"} & stored.keys()
    assert carrier.payloads[0]["clientMessageId"] == f"{identifier}-0"
    assert seconds_held(world) == []


REJECTIONS = [(said(4013), "quota_exceeded", "4013"), (httpx.Response(400), "unknown", "400")]


@pytest.mark.parametrize(("answer", "reason", "code"), REJECTIONS)
def test_rejected(world: World, carrier: Carrier, answer: httpx.Response, reason: str, code: str) -> None:
    """A no of the provider is final, and stands in the list of bad ends with its reason and code."""
    carrier.next.append(answer)
    identifier = send(world)
    assert deliver(world) == []
    stored = item(world, identifier)
    assert (stored["state"], stored["reason"], stored["code"]) == (State.REJECTED, reason, code)
    assert stored["lp"].startswith("X#acme#")
    settle_all(world)
    assert len(carrier.payloads) == 1


@pytest.mark.feature("F20")
def test_throttled(world: World, carrier: Carrier) -> None:
    """Retry-After is honoured to the second, by the record and by the claim; the message is sent once."""
    carrier.next.append(throttled(30))
    identifier = send(world)
    assert deliver(world) == []
    stored = item(world, identifier)
    assert (stored["state"], stored["reason"]) == (State.RETRY, "throttled")
    assert stored["retry_at"] == world.clock.now + 30_500
    assert seconds_held(world) == [31]
    early = {"Records": [{"messageId": "1", "body": f'{{"message":"{identifier}"}}'}]}
    world.clock.now += 29_000
    assert world.invoke("deliver", early)["batchItemFailures"] == []
    assert len(carrier.payloads) == 1
    world.settle()
    assert item(world, identifier)["state"] == State.SENT
    assert carrier.sent == {DIGITS: 1}
    assert not {"retry_at", "reason", "code"} & item(world, identifier).keys()


NOT_SENT = [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x"), said(5003)]


@pytest.mark.parametrize("failure", NOT_SENT, ids=str)
def test_not_sent(world: World, carrier: Carrier, failure: Any) -> None:
    """What never left us is tried again after a while, under the same reference."""
    carrier.next.append(failure)
    identifier = send(world)
    world.settle()
    assert item(world, identifier)["state"] == State.SENT
    assert item(world, identifier)["tries"] == 2
    assert {payload["clientMessageId"] for payload in carrier.payloads} == {f"{identifier}-0"}
    assert carrier.sent == {DIGITS: 1}


UNCLEAR = [
    httpx.ReadTimeout("x"),
    httpx.WriteError("x"),
    httpx.RemoteProtocolError("x"),
    httpx.Response(500),
    httpx.Response(502),
    httpx.Response(408),
    httpx.Response(302),
    httpx.Response(200, content=b'{"statusCode":20'),
    httpx.Response(200, json={"statusCode": 2000}),
]


@pytest.mark.feature("F9")
@pytest.mark.parametrize("failure", UNCLEAR, ids=str)
def test_unclear(world: World, carrier: Carrier, failure: Any) -> None:
    """What may have been sent is never tried again; without a word of the provider it ends as unknown."""
    carrier.next.append(failure)
    identifier = send(world)
    assert deliver(world) == []
    stored = item(world, identifier)
    assert stored["state"] == State.UNCLEAR
    assert stored["ls"].endswith("#grace")
    settle_all(world)
    assert item(world, identifier)["state"] == State.UNKNOWN
    assert len(carrier.payloads) == 1


def test_unclear_at_least_once(world: World, carrier: Carrier) -> None:
    """A sender who would rather have it twice than not at all is obeyed, after the grace."""
    carrier.next.append(carrier.lose)
    identifier = send(world, sms(policy="at_least_once"))
    settle_all(world)
    assert item(world, identifier)["state"] == State.SENT
    assert carrier.sent == {DIGITS: 2}


@pytest.mark.parametrize("word", ["delivered", "undelivered", "a word of tomorrow"])
def test_a_report_stops_the_second_try(world: World, carrier: Carrier, word: str) -> None:
    """
    A message that is about to be sent again, and is then reported on, is sent; not twice, and not given up.

    What is said does not matter: whoever speaks of a message has it.
    """
    carrier.next.append(carrier.lose)
    identifier = send(world, sms(policy="at_least_once"))
    assert deliver(world) == []
    world.clock.now += 900_000
    world.invoke("clock", {})
    assert item(world, identifier)["state"] == State.RETRY
    report = {
        "messageType": "deliveryReport",
        "notificationId": "n-1",
        "senderAddress": DIGITS,
        "clientMessageId": f"{identifier}-0",
        "deliveryReportMessageStatus": word,
    }
    assert world.webhook("acme-sms", "status", report).status == 200
    settle_all(world)
    stored = item(world, identifier)
    assert stored["state"] == State.SENT
    assert "lp" not in stored
    assert carrier.sent == {DIGITS: 1}


def test_a_worker_that_was_given_up_knows_better(world: World) -> None:
    """When a slow worker comes to know that nothing was sent, its unclear message is tried again."""
    identifier = send(world)
    attempts = world.operator.delivering.attempts
    claimed = attempts.claim(item(world, identifier))
    assert claimed
    world.clock.now = claimed["lease"]
    assert deliver(world) == []
    assert item(world, identifier)["state"] == State.UNCLEAR
    world.operator.messages.record(claimed, Outcome(State.RETRY, retry_at=world.clock.now), world.clock.now)
    assert item(world, identifier)["doubts"] == 0
    settle_all(world)
    assert item(world, identifier)["state"] == State.SENT


# How often something may be sent that may have been sent already.

RESENDS: list[tuple[dict[str, Any], str, int, State]] = [
    ({}, "at_most_once", 1, State.UNKNOWN),
    ({}, "at_least_once", 5, State.SENT),
    ({"resends": 0}, "at_least_once", 1, State.UNKNOWN),
    ({"resends": 1}, "at_least_once", 2, State.UNKNOWN),
    ({"resends": 4}, "at_least_once", 5, State.SENT),
    ({"dedupes": True}, "at_most_once", 5, State.SENT),
    ({"dedupes": True, "resends": 0}, "at_most_once", 1, State.UNKNOWN),
    ({"dedupes": True, "resends": 1}, "at_most_once", 2, State.UNKNOWN),
    ({"dedupes": True, "resends": 1}, "at_least_once", 2, State.UNKNOWN),
    ({"dedupes": True, "resends": 4}, "at_most_once", 5, State.SENT),
]


@pytest.mark.parametrize(("facts", "policy", "calls", "state"), RESENDS)
def test_resends(facts: dict[str, Any], policy: str, calls: int, state: State) -> None:
    """
    Of a provider that loses sight of a message four times over: it is sent again where it drops repeats or its sender
    wants that, but not more often than it may be; then nobody knows.
    """
    with parcel_world(**facts) as (world, depot):
        depot.next += [depot.lose] * 4
        identifier = send(world, sms(policy=policy))
        settle_all(world)
        stored = item(world, identifier)
        assert (stored["state"], len(depot.calls), stored["doubts"]) == (state, calls, min(calls, 4))


def test_what_was_not_sent_is_no_doubt() -> None:
    """Only tries that may have reached somebody count: what is throttled in between may come again."""
    with parcel_world(resends=1) as (world, depot):
        depot.next += [throttled(5), depot.lose, throttled(5), throttled(5)]
        identifier = send(world, sms(policy="at_least_once"))
        settle_all(world)
        stored = item(world, identifier)
        assert (stored["state"], len(depot.calls), stored["doubts"]) == (State.SENT, 5, 1)


@pytest.mark.parametrize(("resends", "calls", "state"), [(0, 0, State.UNKNOWN), (1, 1, State.SENT)])
def test_a_dead_worker_is_a_doubt(resends: int, calls: int, state: State) -> None:
    """A worker that died with a message in its hands may have sent it, and counts like any other such try."""
    with parcel_world(resends=resends) as (world, depot):
        identifier = send(world, sms(policy="at_least_once"))
        assert world.operator.delivering.attempts.claim(item(world, identifier))
        settle_all(world)
        assert (item(world, identifier)["state"], len(depot.calls)) == (state, calls)


# Duplicates, leases and zombies.


def again(identifier: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "again", "body": f'{{"message":"{identifier}"}}'}]}


def test_duplicate_records(world: World, carrier: Carrier) -> None:
    """The same record five times at once and five times later is one message."""
    identifier = send(world)
    event = on_lanes(world)
    five = {"Records": [{**event["Records"][0], "messageId": f"{number}"} for number in range(5)]}
    assert world.invoke("deliver", five)["batchItemFailures"] == []
    for _ in range(5):
        assert world.invoke("deliver", again(identifier))["batchItemFailures"] == []
    assert carrier.sent == {DIGITS: 1}
    assert seconds_held(world) == []


def test_a_live_lease(world: World, carrier: Carrier) -> None:
    """A record that meets a working worker goes back to its lane until that worker's lease is over."""
    identifier = send(world)
    claimed = world.operator.delivering.attempts.claim(item(world, identifier))
    assert claimed
    assert deliver(world) == []
    assert seconds_held(world) == [66]
    assert carrier.payloads == []
    world.settle()
    assert item(world, identifier)["state"] == State.UNCLEAR


def test_a_zombie_is_fenced(world: World, carrier: Carrier) -> None:
    """A worker that comes back after its message was sent again changes nothing."""
    identifier = send(world, sms(policy="at_least_once"))
    attempts = world.operator.delivering.attempts
    zombie = attempts.claim(item(world, identifier))
    assert zombie
    settle_all(world)
    stored = item(world, identifier)
    assert (stored["state"], stored["provider_id"]) == (State.SENT, "t-1")
    with pytest.raises(ConditionFailed):
        world.operator.messages.record(zombie, Outcome(State.SENT, "t-zombie"), world.clock.now)
    assert item(world, identifier) == stored
    assert carrier.sent == {DIGITS: 1}


def test_stale_records(world: World, carrier: Carrier) -> None:
    """A record that the watchdog has replaced does nothing; the one in its place does."""
    identifier = send(world)
    stale = on_lanes(world)
    world.clock.now += 900_000
    world.invoke("clock", {})
    assert world.invoke("deliver", stale)["batchItemFailures"] == []
    assert carrier.payloads == []
    assert deliver(world) == []
    assert carrier.sent == {DIGITS: 1}
    assert item(world, identifier)["turn"] == 1


@pytest.mark.feature("F12")
def test_early_records(world: World, carrier: Carrier) -> None:
    """A record that comes before its time is held back for what is left."""
    identifier = send(world, sms(send_at=at(world, 600)))
    assert world.invoke("deliver", again(identifier))["batchItemFailures"] == []
    assert carrier.payloads == []
    assert seconds_held(world) == [600, 600]
    world.settle()
    assert carrier.sent == {DIGITS: 1}


def test_a_record_of_what_the_clock_will_start(world: World) -> None:
    """An early record of a message that stands in the due index is dropped: the clock will make another."""
    identifier = send(world, sms(send_at=at(world, 86_400)))
    assert world.invoke("deliver", again(identifier))["batchItemFailures"] == []
    assert seconds_held(world) == []


@pytest.mark.feature("F13")
def test_expired(world: World, carrier: Carrier) -> None:
    """A message that could not be sent in its time ends as expired, just then and not late."""
    limit(world, "acme-sms", rate=0.001)
    first, second = send(world, sms(phone(1))), send(world, sms(phone(2), options={"validity_seconds": 100}))
    started = world.clock.now
    world.settle()
    assert item(world, first)["state"] == State.SENT
    assert (item(world, second)["state"], item(world, second)["reason"]) == (State.EXPIRED, "expired")
    assert world.clock.now == started + 100_000
    assert len(carrier.payloads) == 1


@pytest.mark.parametrize("how", ["expired", "cancelled"])
def test_given_up_in_doubt(world: World, carrier: Carrier, how: str) -> None:
    """
    A message that may have been sent, and is wanted again, ends as unknown when it is given up before its next try: no
    other word would be true, whatever its recipient got.
    """
    carrier.next += [carrier.lose, httpx.ConnectError("down")]
    identifier = send(world, sms(policy="at_least_once"))
    deliver(world)
    world.clock.now += 900_000
    world.invoke("clock", {})
    deliver(world)
    waiting = item(world, identifier)
    assert (waiting["state"], waiting["doubts"]) == (State.RETRY, 1)
    if how == "cancelled":
        assert world.post(f"/v1/messages/{identifier}/cancel").json["status"] == "unknown"
    else:
        world.clock.now += 2 * 86_400_000
    settle_all(world)
    assert world.get(f"/v1/messages/{identifier}").json["status"] == "unknown"
    assert carrier.sent == {DIGITS: 1}


def test_redriven_after_days(world: World, carrier: Carrier) -> None:
    """A record out of a dead-letter queue, three days late, sends nothing that has expired."""
    identifier = send(world)
    event = on_lanes(world)
    world.clock.now += 3 * 86_400_000
    assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert item(world, identifier)["state"] == State.EXPIRED
    assert carrier.payloads == []


def test_a_late_deadline(world: World, carrier: Carrier) -> None:
    """A worker whose time is nearly up starts nothing: the message goes back to its lane."""
    identifier = send(world)
    assert deliver(world, remaining=10_000) == []
    assert item(world, identifier)["state"] == State.ACCEPTED
    assert carrier.payloads == []
    assert deliver(world) == []
    world.settle()
    assert carrier.sent == {DIGITS: 1}


# What is missing or refused.


def test_configuration_missing(world: World, carrier: Carrier) -> None:
    """Without its secret an account sends nothing; the message says why, and goes out when the secret is there."""
    name = "herald/accounts/acme-sms"
    clients.secretsmanager().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    identifier = send(world)
    assert deliver(world) == []
    stored = item(world, identifier)
    assert (stored["state"], stored["reason"], stored["code"]) == (
        State.RETRY,
        "account_disabled",
        "configuration_error",
    )
    assert seconds_held(world) == [300]
    clients.secretsmanager().create_secret(Name=name, SecretString='{"access_token": "secret"}')
    world.settle()
    assert carrier.sent == {DIGITS: 1}


def test_a_disabled_account(world: World, carrier: Carrier) -> None:
    """What was accepted for an account that is disabled since waits for it."""
    identifier = send(world)
    stored = world.operator.registry.read_account("acme-sms")
    world.operator.registry.change_account(replace(stored.value, disabled=True), stored.version)
    restart(world)
    assert deliver(world) == []
    assert item(world, identifier)["reason"] == "account_disabled"
    assert carrier.payloads == []
    world.operator.registry.change_account(stored.value, stored.version + 1)
    restart(world)
    world.settle()
    assert carrier.sent == {DIGITS: 1}


def test_one_bad_message_in_ten(world: World, carrier: Carrier) -> None:
    """A message that cannot be worked on, through a fault of ours, comes again; the nine others are sent at once."""
    ids = [send(world, sms(phone(number))) for number in range(10)]
    bad = keys.message(ids[3])
    world.operator.table.update(bad, ".", Change("SET #body = :body", {"body": "not JSON"}))
    assert len(deliver(world)) == 1
    assert len(carrier.sent) == 9
    assert [item(world, one)["state"] for one in ids].count(State.SENT) == 9


def test_a_record_that_is_none(world: World, carrier: Carrier) -> None:
    """What is no lane record is refused, and ends among the dead letters; the others are worked on."""
    send(world)
    event = on_lanes(world)
    bad = [
        {"messageId": f"bad-{number}", "body": body} for number, body in enumerate(["", "[]", '{"message":1,"x":2}'])
    ]
    answer = world.invoke("deliver", {"Records": [*bad, *event["Records"]]})
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["bad-0", "bad-1", "bad-2"]
    assert carrier.sent == {DIGITS: 1}


def test_unknown_messages(world: World) -> None:
    """A record whose message is gone is done with."""
    assert world.invoke("deliver", again("a" * 26))["batchItemFailures"] == []


@pytest.mark.parametrize("operation", ["BatchGetItem", "GetItem", "UpdateItem"])
def test_the_table_refuses(world: World, carrier: Carrier, operation: str) -> None:
    """While the table refuses, the record comes again and nothing is sent; later it is, once."""
    identifier = send(world)
    event = on_lanes(world)
    with refusing(clients.dynamodb(), operation) as refused:
        assert len(world.invoke("deliver", event)["batchItemFailures"]) == 1
    assert refused
    assert carrier.payloads == []
    assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert item(world, identifier)["state"] == State.SENT


def test_the_outcome_is_refused(world: World, carrier: Carrier) -> None:
    """When the table takes the claim but not the outcome, nobody knows: unclear, and never sent twice."""
    identifier = send(world)
    event = on_lanes(world)
    with refusing(clients.dynamodb(), "UpdateItem", after=1):
        assert len(world.invoke("deliver", event)["batchItemFailures"]) == 1
    assert carrier.sent == {DIGITS: 1}
    world.invoke("deliver", event)
    settle_all(world)
    assert item(world, identifier)["state"] == State.UNKNOWN
    assert carrier.sent == {DIGITS: 1}


def test_the_lane_refuses(world: World, carrier: Carrier) -> None:
    """A message that cannot be parked keeps its record."""
    carrier.next.append(throttled(30))
    identifier = send(world)
    event = on_lanes(world)
    with refusing(clients.sqs(), "SendMessageBatch"):
        assert len(world.invoke("deliver", event)["batchItemFailures"]) == 1
    assert seconds_held(world) == []
    assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert seconds_held(world) == [31]
    world.settle()
    assert item(world, identifier)["state"] == State.SENT


# Credentials.


@pytest.mark.feature("W1")
def test_a_refused_token(world: World, carrier: Carrier) -> None:
    """On a 401 the token is renewed once and the message is sent once."""
    carrier.next.append(httpx.Response(401))
    identifier = send(world, {**sms(), "channel": "rcs"})
    assert deliver(world) == []
    assert item(world, identifier)["state"] == State.SENT
    assert carrier.tokens == 2
    assert carrier.authorizations == ["Bearer token-1", "Bearer token-2"]
    assert carrier.sent == {PHONE: 1}


def test_credentials_refused_for_good(world: World, carrier: Carrier, capsys: pytest.CaptureFixture[str]) -> None:
    """Credentials that stay refused cost two calls, then the message waits for somebody, who is told, to mend them."""
    carrier.next += [httpx.Response(401)] * 2
    identifier = send(world)
    assert deliver(world) == []
    assert item(world, identifier)["reason"] == "credentials_refused"
    assert seconds_held(world) == [300]
    assert len(carrier.payloads) == 2
    assert '"Misconfigured"' in capsys.readouterr().out


def test_rotated_secret(world: World, carrier: Carrier) -> None:
    """A secret that is rotated under a warm worker is read again on the refusal: nothing lost, nothing twice."""
    send(world, sms(phone(1)))
    assert deliver(world) == []
    clients.secretsmanager().put_secret_value(
        SecretId="herald/accounts/acme-sms", SecretString='{"access_token": "rotated"}'
    )
    carrier.next.append(httpx.Response(401))
    send(world, sms(phone(2)))
    assert deliver(world) == []
    assert carrier.authorizations == ["Bearer secret", "Bearer secret", "Bearer rotated"]
    assert sorted(carrier.sent.values()) == [1, 1]


@pytest.mark.feature("G1")
def test_signed_anew_every_time() -> None:
    """Each attempt is signed for itself, with its own time and nonce: after a renewal of credentials, and later on."""
    with parcel_world() as (world, depot):
        depot.next += [httpx.Response(401), throttled(30)]
        send(world)
        started = world.clock.now
        world.settle()
        moments, nonces = zip(*(stamp.split() for stamp in depot.stamps), strict=True)
        assert list(map(int, moments)) == [started, started, world.clock.now]
        assert nonces == tuple(f"{number:032}" for number in (1, 2, 3))
        assert len(depot.taken) == 1


# Breaker.


def fail(world: World, carrier: Carrier, count: int) -> list[str]:
    carrier.next += [httpx.ConnectError("down")] * count
    ids = [send(world, sms(phone(number))) for number in range(count)]
    for identifier in ids:
        world.invoke("deliver", again(identifier))
    on_lanes(world)
    return ids


def breaker(world: World) -> Any:
    return world.operator.delivering.breakers.read("acme-sms")


def test_the_breaker_opens(world: World, carrier: Carrier) -> None:
    """After five failures in a row nobody calls the provider: what comes is parked until the breaker half-opens."""
    fail(world, carrier, THRESHOLD - 1)
    assert not breaker(world).tripped
    fail(world, carrier, 1)
    assert breaker(world).open_until == world.clock.now + FIRST_PAUSE
    calls = len(carrier.payloads)
    last = send(world, sms(phone(99)))
    assert deliver(world) == []
    assert len(carrier.payloads) == calls
    assert item(world, last)["state"] == State.ACCEPTED
    assert FIRST_PAUSE // 1000 in seconds_held(world)


def test_one_probe(world: World, carrier: Carrier) -> None:
    """Half open lets one message through: when it fails, for twice as long nothing; when it is taken, all."""
    ids = fail(world, carrier, THRESHOLD)
    world.clock.now += FIRST_PAUSE
    ids += [send(world, sms(phone(100 + number))) for number in range(10)]
    calls = len(carrier.payloads)
    carrier.next.append(httpx.ReadTimeout("still slow"))
    assert deliver(world) == []
    assert len(carrier.payloads) == calls + 1
    assert breaker(world).open_until == world.clock.now + 2 * FIRST_PAUSE
    world.clock.now += 2 * FIRST_PAUSE
    assert deliver(world) == []
    assert len(carrier.payloads) == calls + 2
    assert not breaker(world).tripped
    world.settle()
    states = [item(world, identifier)["state"] for identifier in ids]
    assert states.count(State.SENT) == THRESHOLD + 9
    assert states.count(State.UNCLEAR) == 1


def test_one_probe_over_all_workers(world: World, carrier: Carrier) -> None:
    """Of twenty workers at a half-open breaker one probes."""
    fail(world, carrier, THRESHOLD)
    world.clock.now += FIRST_PAUSE
    gates = [world.operator.delivering.gate("acme-sms") for _ in range(20)]
    assert [gate.closed_for(0) for gate in gates].count(None) == 1


def test_hours_of_outage(world: World, carrier: Carrier) -> None:
    """An outage of two hours puts nothing into a dead-letter queue, and then everything goes out, once, unexpired."""
    carrier.next += [httpx.ConnectError("down")] * 300
    ids = [send(world, sms(phone(number))) for number in range(8)]
    for _ in range(24):
        assert deliver(world) == []
        world.clock.now += 300_000
        world.invoke("clock", {})
    assert len(carrier.payloads) < 40, "the breaker does not hold"
    carrier.next.clear()
    settle_all(world)
    assert {item(world, identifier)["state"] for identifier in ids} == {State.SENT}
    assert set(carrier.sent.values()) == {1}


# Rates.


@pytest.mark.feature("F20")
def test_rate(world: World, carrier: Carrier) -> None:
    """Messages beyond the account's rate wait for their slots, in order, and are reserved by one write."""
    limit(world, "acme-sms", rate=1)
    for number in range(10):
        send(world, sms(phone(number)))
    with metering() as meter:
        assert deliver(world) == []
    assert len(carrier.payloads) == 2
    assert seconds_held(world) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert sum(write.key.startswith("A#") for write in meter) == 1
    started = world.clock.now
    run_lanes(world)
    assert sorted(carrier.sent.values()) == [1] * 10
    assert world.clock.now - started == 9_000


@pytest.mark.feature("F20")
def test_transactional_before_bulk(world: World) -> None:
    """A transactional message does not wait behind an hour of bulk, which takes at most four fifths of the rate."""
    limit(world, "acme-sms", rate=10)
    rates = world.operator.delivering.rates
    block = rates.reserve("acme-sms", 10, Lane.BULK, 28_800, world.clock.now)
    assert block
    assert block.slot(28_800) - world.clock.now == 3_600_000
    identifier = send(world)
    assert deliver(world) == []
    assert item(world, identifier)["state"] == State.SENT


def test_a_line_longer_than_the_watchdog(world: World, carrier: Carrier) -> None:
    """What waits for hours keeps its place in line: the watchdog does not send it to the end, again and again."""
    limit(world, "acme-sms", rate=0.002)
    ids = [send(world, sms(phone(number))) for number in range(8)]
    started = world.clock.now
    for _ in range(90):
        assert deliver(world) == []
        world.clock.now += 60_000
        world.invoke("clock", {})
    assert {item(world, identifier)["state"] for identifier in ids} == {State.SENT}
    assert world.clock.now - started < 5_400_001
    assert set(carrier.sent.values()) == {1}


def test_missed_slots(world: World, carrier: Carrier) -> None:
    """Slots that were missed by more than a minute are void: what waited for a pause does not come all at once."""
    limit(world, "acme-sms", rate=1)
    for number in range(10):
        send(world, sms(phone(number)))
    assert deliver(world) == []
    world.clock.now += 600_000
    assert deliver(world) == []
    assert len(carrier.payloads) == 4


# Costs.


def test_write_units(world: World) -> None:
    """Accept 4, claim 1, outcome 2, each receipt 1: write units with indexes, and under 1,000 bytes for a long life."""
    body = sms(text="x" * 160, reference="r" * 40, policy="at_least_once", lane="transactional")
    with metering() as accept:
        identifier = send(world, body, idempotency_key="k" * 64)
    with metering() as delivery:
        assert deliver(world) == []
    reports = []
    for word in ("accepted", "delivered"):
        report = {
            "messageType": "deliveryReport",
            "notificationId": f"0123456789abcdef-{word}",
            "senderAddress": DIGITS,
            "transferId": "0123456789abcdef01234567",
            "clientMessageId": f"{identifier}-0",
            "deliveryReportMessageStatus": word,
            "deliveredOn": "2025-06-15T17:07:00.000+02:00",
            "deliveredAs": "sms",
        }
        with metering() as meter:
            assert world.webhook("acme-sms", "status", report).status == 200
        reports.append(meter)
    assert [write.units for write in accept] == [4]
    assert [write.units for write in delivery] == [1, 2]
    assert [[write.units for write in meter] for meter in reports] == [[1], [1]]
    assert size(item(world, identifier)) < 1000


# Races.


def test_a_lost_answer_to_the_claim(world: World, carrier: Carrier) -> None:
    """When the answer to a claim is lost and the claim repeated, the worker finds that it has it."""
    identifier = send(world)
    event = on_lanes(world)
    with twice(clients.dynamodb(), "UpdateItem"):
        assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert item(world, identifier)["state"] == State.SENT
    assert carrier.sent == {DIGITS: 1}


def test_claimed_by_another(world: World, carrier: Carrier) -> None:
    """A worker that loses the race for a claim calls nobody."""
    identifier = send(world)
    event = on_lanes(world)
    attempts = world.operator.delivering.attempts
    with meanwhile(clients.dynamodb(), "UpdateItem", lambda: attempts.claim(item(world, identifier))):
        assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert carrier.payloads == []


def test_moved_while_its_lease_is_seen(world: World, carrier: Carrier) -> None:
    """A message whose worker speaks just when it is given up is looked at again, not forgotten."""
    identifier = send(world)
    attempts = world.operator.delivering.attempts
    claimed = attempts.claim(item(world, identifier))
    assert claimed
    world.clock.now = claimed["lease"]
    event = on_lanes(world)
    retry = Outcome(State.RETRY, retry_at=world.clock.now)

    def speak() -> None:
        world.operator.messages.record(claimed, retry, world.clock.now)

    with meanwhile(clients.dynamodb(), "UpdateItem", speak):
        assert world.invoke("deliver", event)["batchItemFailures"] == []
    run_lanes(world)
    assert carrier.sent == {DIGITS: 1}


def cancel(world: World, identifier: str) -> None:
    world.operator.sending.cancel("acme", identifier)


@pytest.mark.parametrize("seconds", [0, 90_000], ids=["postponed", "expired"])
def test_cancelled_at_the_last_moment(world: World, seconds: int) -> None:
    """A message that is cancelled while a worker has it in hand stays cancelled."""
    clients.secretsmanager().delete_secret(SecretId="herald/accounts/acme-sms", ForceDeleteWithoutRecovery=True)
    identifier = send(world)
    event = on_lanes(world)
    world.clock.now += seconds * 1000
    with meanwhile(clients.dynamodb(), "UpdateItem", lambda: cancel(world, identifier)):
        assert world.invoke("deliver", event)["batchItemFailures"] == []
    assert item(world, identifier)["state"] == State.CANCELLED
    assert seconds_held(world) == []


def test_the_watchdog_is_faster(world: World, carrier: Carrier) -> None:
    """When the watchdog wakes just as a record is parked beyond it, its own record takes over."""
    limit(world, "acme-sms", rate=0.0005)
    send(world, sms(phone(1)))
    assert deliver(world) == []
    identifier = send(world)
    event = on_lanes(world)

    def wake() -> None:
        world.clock.now += 900_000
        world.invoke("clock", {})
        world.clock.now -= 900_000

    before = len(seconds_held(world))
    moved: list[int] = []

    def once(model: Any, params: Any, **_: Any) -> None:
        if model.name == "UpdateItem" and b"#ls = :next" in params["body"] and not moved:
            moved.append(1)
            wake()

    clients.dynamodb().meta.events.register_first("before-call", once)
    try:
        assert world.invoke("deliver", event)["batchItemFailures"] == []
    finally:
        clients.dynamodb().meta.events.unregister("before-call", once)
    assert moved
    assert item(world, identifier)["turn"] == 1
    assert len(seconds_held(world)) == before + 1
    settle_all(world)
    assert set(carrier.sent.values()) == {1}


def test_the_token_service_is_down(world: World, carrier: Carrier) -> None:
    """While no token is to be had messages wait, unclaimed, and the breaker hears of it."""
    carrier.next.clear()
    world.provider = lambda _: httpx.Response(503)
    identifier = send(world, {**sms(), "channel": "rcs"})
    assert deliver(world) == []
    assert (item(world, identifier)["state"], item(world, identifier)["tries"]) == (State.RETRY, 0)
    assert world.operator.delivering.breakers.read("acme-websms").failures == 1
    world.provider = carrier
    run_lanes(world)
    assert carrier.sent == {PHONE: 1}
