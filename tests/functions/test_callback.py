"""
The callback function: events on the callback queue in, signed POSTs to customers out.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import httpcore
import httpx
import pytest
from standardwebhooks import Webhook

from herald.aws import clients
from herald.aws.deliveries import LIFE, DeliveryState
from herald.aws.endpoint_gates import FIRST_PAUSE
from herald.endpoint import Disabled, Endpoint, secret_of
from herald.errors import Conflict, NotFound
from herald.replaying import Choice
from herald.schedule import GIVE_UP, SCHEDULE, TRIES
from tests import webhooks
from tests.callbacks import REMAINING, add_endpoint, answering, ids, live, published, put, rows, run, verifies
from tests.faults import listening, refusing
from tests.webhooks import MESSAGING, SMS, tell
from tests.world import SIGNING_KEY, World

pytestmark = pytest.mark.feature("F24")

HOUR = 3_600_000
DAY = 24 * HOUR

type Show = Callable[[str, str, object], None]


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        world.customer = answering(200)
        yield world


def _states(world: World, endpoint: Endpoint) -> list[tuple[str, str, int]]:
    return [(one.state, one.last, one.attempts) for one in rows(world, endpoint)]


# What is posted.


def test_the_story_of_a_message(world: World) -> None:
    """Each event of a message is posted as it stands on the bus, in the words of the standard, with no row written."""
    endpoint = add_endpoint(world)
    message = webhooks.send(world, reference="order-1")
    tell(world, SMS, "status", webhooks.report("delivered", f"{message}-0"))
    world.settle()
    events = {event["id"]: event for event in world.events()}
    assert {event["type"] for event in events.values()} == {"message.accepted", "message.sent", "message.delivered"}
    assert {request.headers["webhook-id"]: json.loads(request.content) for request in world.posted} == events
    for request in world.posted:
        assert (request.method, f"{request.url}") == ("POST", "https://hook.example/hook")
        assert request.headers["content-type"] == "application/json"
        assert request.headers["user-agent"] == "herald"
        assert request.headers["webhook-timestamp"] == str(world.clock.now // 1000)
        assert request.content.isascii()
        assert b": " not in request.content
    assert rows(world, endpoint) == []


def test_everything_that_happens(world: World) -> None:
    """Inbound messages, members and requests are told like messages; ids have no full stop on the wire."""
    add_endpoint(world)
    tell(world, MESSAGING, "inbound", webhooks.inbound("Grüße \U0001f600"))
    people = [{"to": "+436761234561"}, {"to": "+436761234562"}]
    world.post("/v1/messages", {"channel": "sms", "recipients": people, "content": {"type": "text", "text": "Hello"}})
    world.settle()
    events = {event["id"]: event for event in world.events()}
    assert {"message.received", "request.accepted", "message.sent"} <= {event["type"] for event in events.values()}
    assert sorted(ids(world.posted)) == sorted(name.replace(".", "_") for name in events)
    assert all(json.loads(request.content) in events.values() for request in world.posted)
    assert all(request.content.isascii() for request in world.posted)


def test_who_wants_what(world: World) -> None:
    """Each endpoint gets what it asked for; a disabled one, and another tenant's, nothing."""
    world.add_tenant("beta")
    add_endpoint(world, "sent", events=("message.sent",))
    add_endpoint(world, "media", events=("media.*",))
    add_endpoint(world, "off", disabled=Disabled.OWNER)
    add_endpoint(world, "beta", tenant="beta")
    webhooks.send(world)
    world.settle()
    assert [request.url.host for request in world.posted] == ["sent.example"]


def test_a_healthy_endpoint_costs_no_write(world: World) -> None:
    """Ten events that are taken at once cost one read of the gate, and nothing else in the table."""
    endpoint = add_endpoint(world)
    put(world, endpoint)
    run(world)
    put(world, endpoint, range(1, 11))
    (batch,) = world.batches("CallbackQueue")
    with listening() as calls:
        world.invoke("callback", {"Records": batch}, REMAINING)
    assert calls == ["BatchGetItem"]
    assert len(world.posted) == 11


# Signatures.


@pytest.mark.goal("G13")
def test_the_vector_of_the_standard() -> None:
    """The library signs what the standard's own libraries are tested with."""
    webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    signed = webhook.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.goal("G13")
def test_signatures_over_a_rotation(world: World, figure: Show) -> None:
    """The reference library takes each callback with the secret that is valid: before, during and after a rotation."""
    world.clock.now = time.time_ns() // 1_000_000
    endpoint = add_endpoint(world, epochs=((1, None),))
    seen = []
    for number, epochs in enumerate(
        (((1, None),), ((2, None), (1, world.clock.now + 60_000)), ((2, None), (1, world.clock.now)))
    ):
        endpoint = replace(endpoint, epochs=epochs)
        world.operator.endpoints.change(endpoint, number + 1)
        world.clock.now += 10_000
        put(world, endpoint, [number])
        run(world)
        request = world.posted[-1]
        seen.append([epoch for epoch in (1, 2, 3) if verifies(request, endpoint, epoch)])
        assert len(request.headers["webhook-signature"].split(" ")) == len(seen[-1])
    assert seen == [[1], [1, 2], [2]]
    other = replace(endpoint, id="o" * 26)
    assert not any(verifies(request, other, 1) for request in world.posted)
    figure("G13", "callbacks verified by standardwebhooks before, during, after a rotation", len(seen))


@pytest.mark.goal("G13")
def test_altered_callbacks(world: World) -> None:
    """Whatever is changed on the way, the library notices."""
    world.clock.now = time.time_ns() // 1_000_000
    endpoint = add_endpoint(world)
    put(world, endpoint)
    run(world)
    (request,) = world.posted
    webhook = Webhook(secret_of(SIGNING_KEY.encode(), endpoint.id, 1))
    assert webhook.verify(request.content, dict(request.headers))["id"] == published(endpoint).id
    for name, value in (("webhook-id", "x"), ("webhook-timestamp", str(world.clock.now // 1000 - 1))):
        with pytest.raises(Exception, match="signature"):
            webhook.verify(request.content, {**request.headers, name: value})
    with pytest.raises(Exception, match="signature"):
        webhook.verify(request.content + b" ", dict(request.headers))


def test_the_same_at_each_attempt(world: World) -> None:
    """Id and bytes stay over the retries; time and signature are of the attempt."""
    endpoint = add_endpoint(world)
    world.customer = answering(500, 500, 500, 200)
    put(world, endpoint)
    live(world)
    assert len(world.posted) == 4
    assert len(set(ids(world.posted))) == len({request.content for request in world.posted}) == 1
    assert len({request.headers["webhook-timestamp"] for request in world.posted}) == 4
    assert len({request.headers["webhook-signature"] for request in world.posted}) == 4
    assert _states(world, endpoint) == [("delivered", "200", 4)]


# The schedule.


def _times(world: World) -> list[int]:
    return [int(request.headers["webhook-timestamp"]) for request in world.posted]


@pytest.mark.goal("G14")
def test_a_life_in_vain(world: World, figure: Show) -> None:
    """An event is tried ten times over more than 72 hours, each pause within a fifth of the schedule; then given up."""
    dice = random.Random(4711)  # noqa: S311 - no secret
    world.dice = dice.random
    world.customer = answering(500)
    parts: list[float] = []
    spans = []
    for life in range(4):
        endpoint = add_endpoint(world, f"hook{life}")
        put(world, endpoint)
        world.posted.clear()
        live(world)
        times = _times(world)
        assert len(times) == TRIES == 10
        gaps = [after - before for before, after in pairwise(times)]
        parts += [gap / wanted for gap, wanted in zip(gaps, SCHEDULE, strict=True) if wanted > 60]
        spans.append((times[-1] - times[0]) / 3600)
        ((state, last, attempts),) = _states(world, endpoint)
        assert (state, last, attempts) == ("failed", "500", TRIES)
    assert 0.79 < min(parts) < 0.9
    assert 1.1 < max(parts) < 1.21
    assert sum(SCHEDULE) / 3600 >= 72
    figure("G14", "tries of an event that nobody takes", TRIES)
    figure("G14", "hours from the first to the last try, without jitter", round(sum(SCHEDULE) / 3600, 1))
    figure("G14", "hours of four lives with jitter", f"{min(spans):.1f} to {max(spans):.1f}")
    figure("G14", "jitter seen", f"{min(parts):.2f} to {max(parts):.2f} of the schedule")


@pytest.mark.goal("G14")
@pytest.mark.parametrize("dice", [0.0, 1.0])
def test_the_edges_of_the_jitter(world: World, dice: float) -> None:
    """The dice move each pause by a fifth at most, be it one that the queue holds or one for the clock."""
    world.dice = lambda: dice
    world.customer = answering(404)
    endpoint = add_endpoint(world)
    put(world, endpoint)
    live(world)
    gaps = [after - before for before, after in pairwise(_times(world))]
    assert gaps == [round(seconds * (0.8 + 0.4 * dice)) for seconds in SCHEDULE]


def test_when_the_clock_looks(world: World) -> None:
    """A try that the queue holds is watched a quarter of an hour behind it; a later one is the clock's own."""
    endpoint = add_endpoint(world)
    world.customer = answering(404)
    put(world, endpoint)
    watched = []
    for _ in range(3):
        run(world)
        (row,) = rows(world, endpoint)
        assert row.next
        assert row.due
        watched.append(row.due - row.next)
        world.clock.now = row.next
    assert watched == [900_000, 900_000, 0]
    assert world.held_until("CallbackQueue") == []


@pytest.mark.goal("G14")
def test_gone(world: World) -> None:
    """410 ends it: the endpoint is disabled, the bus tells, and nothing is posted there any more."""
    endpoint = add_endpoint(world)
    witness = add_endpoint(world, "witness", events=("endpoint.*",))
    world.customer = lambda request: httpx.Response(410 if request.url.host == "hook.example" else 200)
    put(world, endpoint, range(5))
    run(world)
    assert [request.url.host for request in world.posted] == ["hook.example"]
    stored = world.operator.endpoints.read("acme", endpoint.id).value
    assert (stored.disabled, stored.disabled_at) == (Disabled.GONE, world.clock.now)
    assert sorted(_states(world, endpoint)) == [("failed", "410", 1), *[("failed", "disabled", 0)] * 4]
    world.settle()
    (event,) = world.events()
    assert (event["type"], event["tenant"]) == ("endpoint.disabled", "acme")
    assert event["data"] == {"id": endpoint.id, "reason": "gone"}
    assert json.loads(world.posted[-1].content) == event
    world.posted.clear()
    put(world, endpoint, range(5, 8))
    live(world)
    assert world.posted == []
    assert {state for state, _, _ in _states(world, endpoint)} == {"failed"}
    assert rows(world, witness) == []


@pytest.mark.goal("G14")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_failures(world: World, status: int) -> None:
    """A redirect is not followed; it is a failure like any other."""
    endpoint = add_endpoint(world)
    world.customer = answering(status, headers={"location": "https://elsewhere.example/"})
    put(world, endpoint)
    run(world)
    assert [request.url.host for request in world.posted] == ["hook.example"]
    assert _states(world, endpoint) == [("waiting", str(status), 1)]


@pytest.mark.goal("G14")
@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("shape", ["seconds", "date", "far", "junk", "none"])
def test_left_alone_for_as_long_as_asked(world: World, status: int, shape: str) -> None:
    """Retry-After is honoured, as a number or a date, up to a day; no other event is posted meanwhile."""
    endpoint = add_endpoint(world)
    begin = world.clock.now
    later = datetime.fromtimestamp(begin / 1000, UTC).replace(microsecond=0)
    asked, seconds = {
        "seconds": ("7200", 7200),
        "date": (format_datetime(later.replace(hour=later.hour + 2), usegmt=True), 7200),
        "far": ("999999", 86_400),
        "junk": ("soon", 0),
        "none": ("", 0),
    }[shape]
    world.customer = answering(status, 200, headers={"retry-after": asked} if asked else {})
    put(world, endpoint)
    run(world)
    gate = world.operator.endpoint_gates.of([endpoint])[endpoint.id]
    assert gate.closed_until == begin + max(seconds * 1000, FIRST_PAUSE)
    world.clock.now += 1000
    put(world, endpoint, [1])
    run(world)
    assert len(world.posted) == 1
    live(world)
    assert len(world.posted) == 3
    tried = [int(request.headers["webhook-timestamp"]) * 1000 for request in world.posted[1:]]
    assert min(tried) >= begin + seconds * 1000 - 1000
    assert {state for state, _, _ in _states(world, endpoint)} == {"delivered"}


def test_any_2xx_is_a_success(world: World) -> None:
    """Whatever a 2xx says, and however long it is, the event is delivered."""
    endpoint = add_endpoint(world)
    replies = [httpx.Response(202), httpx.Response(204), httpx.Response(299, content=b"x" * 300_000)]
    world.customer = lambda _request: replies.pop()
    put(world, endpoint, range(3))
    run(world)
    assert rows(world, endpoint) == []


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (httpcore.ReadTimeout, "timeout"),
        (httpcore.ConnectTimeout, "timeout"),
        (httpcore.ConnectError, "unreachable"),
        (httpcore.ReadError, "broken"),
        (httpcore.RemoteProtocolError, "broken"),
    ],
)
def test_no_answer(world: World, error: type[Exception], word: str) -> None:
    """A POST without an answer is a failure with a word of ours, and is tried again."""
    endpoint = add_endpoint(world)

    def silent(_request: httpx.Request) -> httpx.Response:
        raise error

    world.customer = silent
    put(world, endpoint)
    run(world)
    assert _states(world, endpoint) == [("waiting", word, 1)]
    closed = world.operator.endpoint_gates.of([endpoint])[endpoint.id].tripped
    assert closed == (word == "timeout")
    world.customer = answering(200)
    live(world)
    assert _states(world, endpoint) == [("delivered", "200", 2)]


def test_an_address_that_may_not_be_called(world: World) -> None:
    """An endpoint whose address is not public is never called, and each try says so."""
    endpoint = add_endpoint(world, url="https://127.0.0.1/hook")
    put(world, endpoint)
    run(world)
    assert world.posted == []
    assert _states(world, endpoint) == [("waiting", "address_refused", 1)]


# Disabled, removed, failing.


@pytest.mark.goal("G14")
def test_failing_for_days(world: World, figure: Show) -> None:
    """An endpoint where nothing has succeeded for five days is disabled, and its owner told; not a day earlier."""
    endpoint = add_endpoint(world, description="orders")
    world.customer = answering(500)
    begin = world.clock.now
    number = 0
    while not world.operator.endpoints.read("acme", endpoint.id).value.disabled:
        assert world.clock.now - begin < GIVE_UP + 2 * DAY
        put(world, endpoint, [number])
        live(world, world.clock.now + DAY)
        number += 1
    world.settle()
    (event,) = [event for event in world.events() if event["type"] == "endpoint.disabled"]
    assert event["data"] == {"id": endpoint.id, "reason": "failing", "description": "orders"}
    assert world.clock.now - begin >= GIVE_UP
    live(world)
    assert {state for state, _, _ in _states(world, endpoint)} == {"failed"}
    figure("G14", "days until an endpoint that fails is disabled", round((world.clock.now - begin) / DAY, 1))


def test_a_success_in_between(world: World) -> None:
    """One success in five days, and the endpoint stays."""
    endpoint = add_endpoint(world)
    for number, status in enumerate((500, 200, 500)):
        world.customer = answering(status)
        put(world, endpoint, [number])
        live(world, world.clock.now + 3 * DAY)
    assert not world.operator.endpoints.read("acme", endpoint.id).value.disabled


def test_disabled_by_its_owner(world: World) -> None:
    """What waits for an endpoint that its owner disables is given up without a POST, and nobody has to be told."""
    endpoint = add_endpoint(world)
    world.customer = answering(500)
    put(world, endpoint)
    run(world)
    world.operator.endpoints.change(replace(endpoint, disabled=Disabled.OWNER, disabled_at=1), 1)
    world.clock.now += 10_000
    world.posted.clear()
    live(world)
    assert _states(world, endpoint) == [("failed", "disabled", 1)]
    world.settle()
    assert (world.posted, world.events()) == ([], [])


def test_removed(world: World) -> None:
    """Events and rows of an endpoint that is gone end in silence, and are counted."""
    endpoint = add_endpoint(world)
    world.customer = answering(500)
    put(world, endpoint)
    run(world)
    world.operator.endpoints.remove("acme", endpoint.id)
    world.clock.now += 10_000
    world.posted.clear()
    put(world, endpoint, [1, 2])
    live(world)
    assert world.posted == []
    assert _states(world, endpoint) == [("failed", "removed", 1)]


def test_an_endpoint_that_a_worker_does_not_know_yet(world: World) -> None:
    """An event for an endpoint that is younger than a worker's memory is posted all the same."""
    old = add_endpoint(world)
    put(world, old)
    run(world)
    put(world, add_endpoint(world, "new"))
    run(world)
    assert [request.url.host for request in world.posted] == ["hook.example", "new.example"]


# Gates.


def test_a_closed_gate(world: World) -> None:
    """While the gate is closed events become rows without a POST; one probes, and when it is taken the rest follows."""
    endpoint = add_endpoint(world)
    world.customer = answering(500)
    put(world, endpoint, range(10))
    run(world)
    assert len(world.posted) == 3
    assert sorted(one.attempts for one in rows(world, endpoint)) == [0] * 7 + [1] * 3
    put(world, endpoint, range(10, 40))
    run(world)
    assert len(world.posted) == 3
    assert len(rows(world, endpoint)) == 40
    world.customer = answering(200)
    live(world)
    assert {state for state, _, _ in _states(world, endpoint)} == {"delivered"}
    assert len(world.posted) == 3 + 40
    assert len(set(ids(world.posted))) == 40


def test_waiting_costs_ever_less(world: World) -> None:
    """What meets a closed gate again and again comes back ever later: a long outage is not a storm of vain visits."""
    endpoint = add_endpoint(world)
    world.customer = answering(429, headers={"retry-after": "86400"})
    put(world, endpoint, range(2))
    with listening() as calls:
        live(world, world.clock.now + 20 * HOUR)
    assert len(world.posted) == 1
    (waits,) = {one.waits for one in rows(world, endpoint) if not one.attempts}
    assert waits == 1
    assert calls.count("SendMessageBatch") <= 3


def test_one_after_the_other_while_it_fails(world: World) -> None:
    """A batch gives an endpoint one event at a time until one is taken; then the others side by side."""
    endpoint = add_endpoint(world)
    world.customer = answering(500, 500, 200)
    put(world, endpoint, range(10))
    (batch,) = world.batches("CallbackQueue")
    world.invoke("callback", {"Records": batch}, REMAINING)
    assert len(world.posted) == 10
    assert sorted(_states(world, endpoint)) == [("waiting", "500", 1)] * 2


def test_no_time_left(world: World) -> None:
    """What cannot be tried before the function ends waits in the table, and nothing is begun."""
    endpoint = add_endpoint(world)
    put(world, endpoint, range(3))
    (batch,) = world.batches("CallbackQueue")
    assert world.invoke("callback", {"Records": batch}, 16_000) == {"batchItemFailures": []}
    assert world.posted == []
    live(world)
    assert {state for state, _, _ in _states(world, endpoint)} == {"delivered"}


# The queue and the table on a bad day.


def test_a_record_of_a_retry_that_came_twice(world: World) -> None:
    """Two records that stand for the same try are one POST; one of a try long past is none."""
    endpoint = add_endpoint(world)
    world.customer = answering(500, 200)
    put(world, endpoint)
    run(world)
    world.clock.now += 6000
    (retry,) = world.records("CallbackQueue")
    for batch in ([retry, {**retry, "messageId": "twin"}], [retry]):
        assert world.invoke("callback", {"Records": batch}, REMAINING) == {"batchItemFailures": []}
    assert len(world.posted) == 2
    assert _states(world, endpoint) == [("delivered", "200", 2)]


def test_an_event_that_comes_again_while_its_row_stands(world: World) -> None:
    """A record that the queue gives out again is done with once its row stands."""
    endpoint = add_endpoint(world)
    world.customer = answering(500)
    put(world, endpoint)
    (record,) = world.records("CallbackQueue")
    world.invoke("callback", {"Records": [record]}, REMAINING)
    again = {**record, "attributes": {"ApproximateReceiveCount": "2"}}
    assert world.invoke("callback", {"Records": [again]}, REMAINING) == {"batchItemFailures": []}
    assert len(world.posted) == 1


def test_poison(world: World) -> None:
    """What cannot be read comes again until it lies among the dead letters; its neighbours are posted."""
    endpoint = add_endpoint(world)
    put(world, endpoint)
    (record,) = world.records("CallbackQueue")
    bad: list[dict[str, Any]] = [
        {**record, "messageId": f"{number}", "body": body}
        for number, body in enumerate(
            ("", "[]", "{}", '{"tenant":"acme"}', '{"tenant":1,"endpoint":2,"event":3}', "\ud800")
        )
    ]
    answer = world.invoke("callback", {"Records": [*bad, record]}, REMAINING)
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == [one["messageId"] for one in bad]
    assert len(world.posted) == 1


@pytest.mark.parametrize(
    ("operation", "posts"),
    [("Query", 0), ("BatchGetItem", 0), ("PutItem", 1), ("UpdateItem", 1), ("SendMessageBatch", 1)],
)
def test_refused(world: World, operation: str, posts: int) -> None:
    """Whatever AWS refuses, the event is delivered in the end; only what is not in the table comes again."""
    endpoint = add_endpoint(world)
    world.customer = answering(500, 200)
    put(world, endpoint)
    (record,) = world.records("CallbackQueue")
    client = clients.sqs() if operation == "SendMessageBatch" else clients.dynamodb()
    with refusing(client, operation):
        answer = world.invoke("callback", {"Records": [record]}, REMAINING)
    assert len(world.posted) == posts
    comes_again = operation not in ("UpdateItem", "SendMessageBatch")
    assert bool(answer["batchItemFailures"]) == comes_again
    if comes_again:
        assert world.invoke("callback", {"Records": [record]}, REMAINING) == {"batchItemFailures": []}
    live(world)
    assert json.loads(world.posted[-1].content)["id"] == published(endpoint).id
    assert {state for state, _, _ in _states(world, endpoint)} <= {"delivered"}


# Trying, replaying.


def test_trying_an_endpoint(world: World) -> None:
    """A test event is signed and posted at once, past a closed gate, and leaves no trace."""
    endpoint = add_endpoint(world)
    world.operator.endpoint_gates.failed(endpoint, world.operator.endpoint_gates.of([endpoint])[endpoint.id], 1, 0)
    replaying = world.function("callback").parts.replaying
    tried = replaying.try_now(endpoint)
    assert (tried.last, tried.delivered) == ("200", True)
    event = json.loads(world.posted[0].content)
    assert (event["type"], event["tenant"], event["data"]) == ("endpoint.test", "acme", {"id": endpoint.id})
    world.customer = answering(404)
    assert (replaying.try_now(endpoint).last, rows(world, endpoint)) == ("404", [])
    assert len(set(ids(world.posted))) == 2


def test_replaying_one(world: World) -> None:
    """A delivery that was given up, or taken, is tried again like a new one."""
    endpoint = add_endpoint(world)
    world.customer = answering(500)
    put(world, endpoint)
    live(world)
    replaying = world.function("callback").parts.replaying
    for status, state in ((200, "delivered"), (500, "failed"), (200, "delivered")):
        world.customer = answering(status)
        again = replaying.replay(endpoint, published(endpoint).id)
        assert (again.state, again.attempts) == (DeliveryState.WAITING, 0)
        assert again.ttl == world.clock.now // 1000 + LIFE
        live(world)
        assert [state for state, _, _ in _states(world, endpoint)] == [state]
    assert set(ids(world.posted)) == {published(endpoint).id.replace(".", "_")}
    with pytest.raises(NotFound):
        replaying.replay(endpoint, "x")
    with pytest.raises(Conflict):
        replaying.replay(replace(endpoint, disabled=Disabled.OWNER), published(endpoint).id)


def test_replaying_many(world: World) -> None:
    """All that are chosen by state and time are tried again, as far as the time goes, and on from there."""
    endpoint = add_endpoint(world)
    world.customer = answering(410)
    put(world, endpoint, range(150))
    live(world)
    world.operator.endpoints.change(replace(endpoint, disabled=None), 2)
    world.clock.now += 10_000
    world.customer = answering(200)
    replaying = world.function("callback").parts.replaying
    now = world.clock.now
    assert replaying.replay_all(endpoint, Choice(first=now), now + DAY).count == 0
    assert replaying.replay_all(endpoint, Choice(DeliveryState.DELIVERED), now + DAY).count == 0
    first = replaying.replay_all(endpoint, Choice(DeliveryState.FAILED, 0, now), now)
    assert (first.count, bool(first.next)) == (100, True)
    second = replaying.replay_all(endpoint, Choice(), now + DAY, first.next)
    assert (second.count, second.next) == (50, None)
    world.posted.clear()
    live(world)
    assert {state for state, _, _ in _states(world, endpoint)} == {"delivered"}
    assert len(world.posted) == len(set(ids(world.posted))) == 150
    with pytest.raises(Conflict):
        replaying.replay_all(replace(endpoint, disabled=Disabled.GONE), Choice(), now)


def test_with_its_person(world: World) -> None:
    """A row stands in the index of its person, so that whoever erases them finds it; lists do not trip over it."""
    endpoint = add_endpoint(world)
    world.customer = answering(500)
    messages = [webhooks.send(world) for _ in range(3)]
    world.settle(wait=False)
    (party,) = {one.party[0] for one in rows(world, endpoint) if one.party}
    table = world.operator.table
    stored = table.query("pp = :pp", {"pp": party}, index="party").items
    assert len([item for item in stored if item["pk"].startswith("H#")]) == 6
    listed = world.get("/v1/messages?recipient=%2B436761234567&limit=2").json
    found = [one["id"] for one in listed["messages"]]
    found += [
        one["id"]
        for one in world.get(f"/v1/messages?recipient=%2B436761234567&limit=2&cursor={listed['next_cursor']}").json[
            "messages"
        ]
    ]
    assert sorted(found) == sorted(messages)
