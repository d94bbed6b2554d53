"""
Accepting: idempotency, refusal of AWS, schedule, cancel, plan; nothing half done, whatever happens.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from herald.aws import clients
from herald.identifier import is_id, member_id, message_id
from herald.models import Channel, SendRequest
from herald.sending import WINDOW, fingerprint_of
from herald.status import State
from herald.view import stamp
from tests.carrier import PHONE, Carrier, many, phone, sms, throttled
from tests.crash import (
    held,
    meanwhile,
    on_lanes,
    one_at_a_time,
    run_lanes,
    settle_all,
    twice,
)
from tests.faults import refusing
from tests.world import Answer, World

KEY = "order-1"


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = Carrier()
        yield world


@pytest.fixture
def carrier(world: World) -> Carrier:
    assert isinstance(world.provider, Carrier)
    return world.provider


def post(world: World, body: dict[str, Any] | None = None, key: str | None = KEY, as_key: str | None = None) -> Answer:
    headers = {} if key is None else {"idempotency_key": key}
    return world.post("/v1/messages", body or sms(), as_key, **headers)


def item(world: World, identifier: str) -> dict[str, Any]:
    found = world.operator.messages.get(identifier)
    assert found
    return found


def stored() -> list[str]:
    """The keys of all that stands in the table about messages."""
    items = clients.dynamodb().scan(TableName="herald")["Items"]
    return sorted(f"{one['pk']['S']} {one['sk']['S']}" for one in items if one["pk"]["S"].startswith("M#"))


def at(world: World, seconds: int) -> str:
    return stamp(world.clock.now + seconds * 1000)


# Idempotency.


@pytest.mark.feature("F10")
@pytest.mark.parametrize("body", [sms(), many(3)], ids=["one", "many"])
def test_the_same_again(world: World, carrier: Carrier, body: dict[str, Any]) -> None:
    """The same body under the same key has the same id and answer, before and after it was sent, and is sent once."""
    first, second = post(world, body), post(world, body)
    assert first.status == second.status == 202
    assert first.json == second.json
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    run_lanes(world)
    assert post(world, body).json == first.json
    run_lanes(world)
    assert set(carrier.sent.values()) == {1}


@pytest.mark.feature("F10")
def test_the_same_again_after_a_retry(world: World, carrier: Carrier) -> None:
    """A message that waits for another try is answered as at first."""
    first = post(world)
    carrier.next.append(throttled(60))
    world.invoke("deliver", on_lanes(world))
    assert item(world, first.json["id"])["state"] == State.RETRY
    assert post(world).json == first.json


@pytest.mark.feature("F10")
@pytest.mark.parametrize("large", [False, True], ids=["small", "large"])
def test_another_body(world: World, large: bool) -> None:  # noqa: FBT001 - a case
    """Another body under the same key is refused, and nothing is written; whatever its size."""
    text = "x" * 4000 if large else "hello"
    assert post(world, sms(text=text)).status == 202
    before = stored()
    refused = post(world, sms(text=f"{text}!"))
    assert (refused.status, refused.json["code"]) == (422, "idempotency_mismatch")
    assert refused.json["field"] == "idempotency_key"
    assert stored() == before


@pytest.mark.feature("F10")
def test_one_and_many_under_one_key(world: World) -> None:
    """A request to one and a request to many are two requests, whichever came first."""
    recipients = {**sms(), "recipients": [{"to": PHONE}]}
    del recipients["to"]
    assert post(world, sms()).status == 202
    assert post(world, recipients).status == 422
    assert post(world, recipients, "other").status == 202
    assert post(world, sms(), "other").status == 422


@pytest.mark.feature("F10")
def test_key_in_header_or_body(world: World) -> None:
    """A key means the same in the header and in the body; two different ones are refused."""
    first = post(world)
    assert post(world, sms(idempotency_key=KEY), None).json["id"] == first.json["id"]
    assert post(world, sms(idempotency_key="other")).status == 422
    assert post(world, key="").status == 422
    assert post(world, key="x" * 256).status == 422


@pytest.mark.feature("F10")
def test_two_tenants(world: World) -> None:
    """The same key of two tenants stands for two messages."""
    world.add_tenant("beta")
    beta = world.add_key("beta")
    known = world.operator.registry.read_account("acme-sms")
    world.operator.registry.change_account(replace(known.value, tenants=("acme", "beta")), known.version)
    world.add_route("beta", Channel.SMS, "acme-sms")
    first, second = post(world), post(world, as_key=beta)
    assert first.status == second.status == 202
    assert first.json["id"] != second.json["id"]
    assert world.post(f"/v1/messages/{first.json['id']}/cancel", key=beta).status == 404


@pytest.mark.feature("F10")
def test_the_window(world: World) -> None:
    """After 72 hours the key is free again, though the old message is still there; not before."""
    first = post(world)
    world.clock.now += WINDOW
    assert post(world).json["id"] == first.json["id"]
    world.clock.now += 1
    second = post(world)
    assert (first.json["id"], second.json["id"]) == (message_id("acme", KEY, 0), message_id("acme", KEY, 1))
    assert post(world).json["id"] == second.json["id"]
    assert post(world, sms(text="other")).status == 422


@pytest.mark.feature("F10")
def test_the_window_of_what_is_scheduled(world: World) -> None:
    """The window of a scheduled message counts from its time, and its repeat is answered though that has passed."""
    body = sms(send_at=at(world, 10 * 86_400))
    first = post(world, body)
    world.clock.now += 10 * 86_400_000 + WINDOW
    assert post(world, body).json == first.json
    world.clock.now += 1
    assert post(world, body).json["field"] == "send_at"


@pytest.mark.feature("F10")
@pytest.mark.parametrize("body", [sms(), many(3)], ids=["one", "many"])
def test_a_hundred_at_once(world: World, carrier: Carrier, body: dict[str, Any]) -> None:
    """A hundred requests with one key at the same time are one message."""
    post(world, many(1), "warm")
    with ThreadPoolExecutor(8) as pool, one_at_a_time():
        answers = list(pool.map(lambda _: post(world, body), range(100)))
    assert {answer.status for answer in answers} == {202}
    assert len({json.dumps(answer.json) for answer in answers}) == 1
    run_lanes(world)
    assert set(carrier.sent.values()) == {1} or set(carrier.sent.values()) == {
        1,
        2,
    }  # `many(1)` has a phone of `many(3)`
    assert sum(carrier.sent.values()) == 1 + (3 if "recipients" in body else 1)


def test_fingerprints() -> None:
    """The order in which a client writes its variables does not make another body; a word does."""
    base = {"channel": "sms", "to": PHONE, "content": {"type": "text", "text": "{{a}} {{b}}"}}

    def of(**more: object) -> str:
        return fingerprint_of(SendRequest.model_validate(base | more))

    first = of(variables={"a": "1", "b": "2"}, idempotency_key="k")
    assert first == of(variables={"b": "2", "a": "1"})
    assert first != of(variables={"a": "1", "b": "3"})


# What AWS refuses.


@pytest.mark.parametrize("body", [sms(), many(3)], ids=["one", "many"])
@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "ThrottlingException", "InternalServerError"]
)
def test_the_table_refuses(world: World, body: dict[str, Any], code: str) -> None:
    """When the table refuses, the answer is 503 with Retry-After, and nothing is stored or enqueued."""
    post(world, sms(phone(9)), None)
    on_lanes(world)
    before = stored()
    with refusing(clients.dynamodb(), "PutItem", "TransactWriteItems", code=code):
        refused = post(world, body)
    assert (refused.status, refused.headers["retry-after"]) == (503, "2")
    assert stored() == before
    assert on_lanes(world) == {"Records": []}
    assert post(world, body).status == 202


@pytest.mark.parametrize("body", [sms(), many(3)], ids=["one", "many"])
def test_the_queue_refuses(world: World, carrier: Carrier, body: dict[str, Any]) -> None:
    """Accepted but not enqueued is 503; the client's repeat completes it at once."""
    with refusing(clients.sqs(), "SendMessageBatch", code="ServiceUnavailable"):
        assert post(world, body).status == 503
    assert on_lanes(world) == {"Records": []}
    assert post(world, body).status == 202
    run_lanes(world)
    assert set(carrier.sent.values()) == {1}


@pytest.mark.parametrize("body", [sms(), many(3)], ids=["one", "many"])
def test_the_queue_refuses_and_nobody_repeats(world: World, carrier: Carrier, body: dict[str, Any]) -> None:
    """What a client with a key does not repeat is delivered by the watchdog."""
    with refusing(clients.sqs(), "SendMessageBatch"):
        assert post(world, body).status == 503
    settle_all(world)
    assert set(carrier.sent.values()) == {1}


@pytest.mark.parametrize("body", [sms(), many(3)], ids=["one", "many"])
def test_the_queue_refuses_and_there_is_no_key(world: World, carrier: Carrier, body: dict[str, Any]) -> None:
    """Without a key the client cannot repeat safely, so the message is taken back: 503 means that it is not sent."""
    with refusing(clients.sqs(), "SendMessageBatch"):
        assert post(world, body, None).status == 503
    settle_all(world)
    assert carrier.sent == {}
    (head,) = [key for key in stored() if key.endswith(" .")]
    assert item(world, head.split()[0][2:])["state"] == State.CANCELLED


def test_enqueued_after_all(world: World, carrier: Carrier) -> None:
    """When the queue took the record and only its answer was lost, a message that is being sent is accepted."""

    def deliver_and_lose(model: Any, **_: Any) -> None:
        if model.name == "SendMessageBatch":
            world.invoke("deliver", on_lanes(world))
            raise ReadTimeoutError(endpoint_url="https://sqs.example")

    events = clients.sqs().meta.events
    events.register_last("after-call", deliver_and_lose)
    try:
        assert post(world, key=None).status == 202
    finally:
        events.unregister("after-call", deliver_and_lose)
    assert carrier.sent == {PHONE[1:]: 1}


# Schedule, cancel.


@pytest.mark.feature("F12")
@pytest.mark.parametrize("body", [sms(), many(3)], ids=["one", "many"])
@pytest.mark.parametrize("seconds", [600, 900, 901, 86_400])
def test_scheduled(world: World, carrier: Carrier, body: dict[str, Any], seconds: int) -> None:
    """Up to 15 minutes a lane holds the record back, longer the due index holds the message; both to the second."""
    start = world.clock.now
    answer = post(world, body | {"send_at": at(world, seconds)})
    assert answer.json["send_at"] == at(world, seconds)
    assert held(world) == ([seconds * 1000] if seconds <= 900 else [])
    world.clock.now += seconds * 1000 - 60_000
    assert on_lanes(world) == {"Records": []}
    world.invoke("clock", {})
    run_lanes(world)
    assert set(carrier.sent.values()) == {1}
    assert world.clock.now - start == seconds * 1000


@pytest.mark.feature("F12")
@pytest.mark.parametrize("body", [sms(), many(3)], ids=["one", "many"])
@pytest.mark.parametrize("seconds", [0, 600, 86_400])
def test_cancelled(world: World, carrier: Carrier, body: dict[str, Any], seconds: int) -> None:
    """What has not been sent can be cancelled, as often as one likes; nothing of it is sent."""
    identifier = post(world, body | ({"send_at": at(world, seconds)} if seconds else {})).json["id"]
    for _ in range(2):
        answer = world.post(f"/v1/messages/{identifier}/cancel")
        assert (answer.status, answer.json["status"]) == (200, "cancelled")
    world.clock.now += 86_400_000
    settle_all(world)
    assert carrier.sent == {}


@pytest.mark.feature("F12")
def test_too_late_to_cancel(world: World) -> None:
    """What was sent, or is being sent, can no longer be cancelled."""
    identifier = post(world).json["id"]
    assert world.operator.delivering.attempts.claim(item(world, identifier))
    assert world.post(f"/v1/messages/{identifier}/cancel").status == 409
    sent = post(world, sms(phone(2)), "2").json["id"]
    world.invoke("deliver", on_lanes(world))
    refused = world.post(f"/v1/messages/{sent}/cancel")
    assert (refused.status, refused.json["code"]) == (409, "conflict")


@pytest.mark.parametrize("identifier", ["a" * 26, "a" * 26 + ".bbbbbbbbbb", "nonsense", "../x", "%00"])
def test_cancelling_nothing(world: World, identifier: str) -> None:
    """An id that is none of ours, or stands for nothing, is not found."""
    assert world.post(f"/v1/messages/{identifier}/cancel").status == 404


def test_cancelling_what_others_sent(world: World) -> None:
    """Another tenant's message, request or member is not found."""
    world.add_tenant("beta")
    beta = world.add_key("beta")
    one, request = post(world).json["id"], post(world, many(2), "2").json["id"]
    for identifier in (one, request, member_id(request, phone(0))):
        assert world.post(f"/v1/messages/{identifier}/cancel", key=beta).status == 404
        assert world.post(f"/v1/messages/{identifier}/cancel").status == 200


def test_ids(world: World) -> None:
    """Without a key every request is a new message; ids are of one shape."""
    ids = [post(world, key=None).json["id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(is_id(identifier) for identifier in ids)


# Races.


@pytest.mark.parametrize("key", [KEY, None])
def test_a_lost_answer_of_the_table(world: World, carrier: Carrier, key: str | None) -> None:
    """When the table's answer is lost and the write repeated, the message is found to be ours, once."""
    with twice(clients.dynamodb(), "PutItem"):
        answer = post(world, key=key)
    assert answer.status == 202
    assert len(stored()) == 1
    run_lanes(world)
    assert set(carrier.sent.values()) == {1}


def test_cancelled_while_it_is_claimed(world: World) -> None:
    """When a worker is faster, cancelling comes too late; when another cancel is faster, it is cancelled."""
    identifier = post(world).json["id"]
    attempts = world.operator.delivering.attempts
    with meanwhile(clients.dynamodb(), "UpdateItem", lambda: attempts.claim(item(world, identifier))):
        assert world.post(f"/v1/messages/{identifier}/cancel").status == 409
    other = post(world, sms(phone(2)), "2").json["id"]
    with meanwhile(clients.dynamodb(), "UpdateItem", lambda: world.operator.sending.cancel("acme", other)):
        assert world.post(f"/v1/messages/{other}/cancel").json["status"] == "cancelled"


def test_a_member_cancelled_while_it_is_claimed(world: World) -> None:
    """A member whose row a worker writes first is being sent."""
    request = post(world, many(2)).json["id"]
    member = member_id(request, phone(1))
    event = on_lanes(world)
    with meanwhile(clients.dynamodb(), "PutItem", lambda: world.invoke("deliver", event)):
        assert world.post(f"/v1/messages/{member}/cancel").status == 409


def test_a_member_of_what_has_expired(world: World) -> None:
    """A member that expired with its request can no longer be cancelled; one that is cancelled with it stays so."""
    request = post(world, many(2)).json["id"]
    world.clock.now += 2 * 86_400_000
    run_lanes(world)
    assert world.post(f"/v1/messages/{member_id(request, phone(1))}/cancel").status == 409


@pytest.mark.feature("F19")
def test_large_requests(world: World, carrier: Carrier) -> None:
    """Recipients with long variables lie in several chunks, each with a record of its own; the last one ends it."""
    body = many(200, "{{x}}")
    for recipient in body["recipients"]:
        recipient["variables"] = {"x": "ü" * 2, "unused": "y" * 4000}
    request = post(world, body).json["id"]
    header = world.operator.requests.get(request)
    assert header
    assert len(header["open"]) == 3
    run_lanes(world)
    assert set(carrier.sent.values()) == {1}
    assert len(carrier.sent) == 200
    header = world.operator.requests.get(request)
    assert header
    assert not {"open", "ls"} & header.keys()
