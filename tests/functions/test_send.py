"""
The send function: AWS events in, AWS answers out.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from herald.authenticating import Scope
from herald.aws import clients
from tests import webhooks
from tests.carrier import Carrier, many, sms
from tests.crash import on_lanes, run_lanes
from tests.faults import listening, refusing
from tests.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = Carrier()
        yield world


@pytest.fixture
def carrier(world: World) -> Carrier:
    assert isinstance(world.provider, Carrier)
    return world.provider


def test_accepted(world: World) -> None:
    """202 tells the id, where to look and how to stop it; the links are those of our API."""
    answer = world.post("/v1/messages", sms(reference="order 7"), idempotency_key="k")
    identifier = answer.json["id"]
    assert answer.status == 202
    assert answer.headers["location"] == f"/v1/messages/{identifier}"
    assert answer.json["links"] == {"self": f"/v1/messages/{identifier}", "cancel": f"/v1/messages/{identifier}/cancel"}
    assert {name: answer.json[name] for name in ("status", "channel", "account", "lane", "reference")} == {
        "status": "accepted",
        "channel": "sms",
        "account": "acme-sms",
        "lane": "transactional",
        "reference": "order 7",
    }


def test_accepted_many(world: World) -> None:
    """A request of many tells how many it is for."""
    assert world.post("/v1/messages", many(7)).json["count"] == 7


def test_calls(world: World) -> None:
    """A warm worker accepts a message in two calls: the table's and the lane's."""
    world.post("/v1/messages", sms())
    with listening() as calls:
        assert world.post("/v1/messages", sms()).status == 202
    assert calls == ["PutItem", "SendMessageBatch"]


def test_no_content_on_the_lane(world: World) -> None:
    """A lane carries ids, never content or numbers."""
    world.post("/v1/messages", sms(text="canary"))
    world.post("/v1/messages", many(2, "canary"))
    text = json.dumps(on_lanes(world))
    assert "canary" not in text
    assert "+43" not in text


@pytest.mark.feature("F30")
def test_who_may(world: World) -> None:
    """Sending needs the scope; without a key there is nothing at all."""
    reading = world.add_key("acme", (Scope.MESSAGES_READ,))
    assert world.post("/v1/messages", sms(), reading).status == 403
    assert world.post("/v1/messages/validate", sms(), reading).status == 403
    assert world.post("/v1/messages", sms(), "").status == 401
    assert world.post(f"/v1/messages/{'a' * 26}/cancel", key=reading).status == 403
    assert on_lanes(world) == {"Records": []}


BAD: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b"[" * 200_000, 400),
    (b"\xff\xfe", 400),
    (b'{"channel": "sms", "to": "\\ud800"}', 400),
    (b"{" + b" " * 1_000_000 + b"}", 413),
    (b"{}", 422),
    (json.dumps(sms(to="0676 1234567")).encode(), 422),
    (json.dumps(sms(to="+٤٣٦٧٦١٢٣٤٥٦٧")).encode(), 422),
    (json.dumps(sms() | {"to": ["+436761234567", "0676"]}).encode(), 422),
    (json.dumps(sms(text="")).encode(), 422),
    (json.dumps(sms(text="a\x00b")).encode(), 422),
    (json.dumps(many(1) | {"recipients": []}).encode(), 422),
    (json.dumps(many(1001)).encode(), 422),
    (json.dumps(sms() | many(2)).encode(), 422),
    (json.dumps(sms(send_at="tomorrow")).encode(), 422),
    (json.dumps(sms(send_at="2025-06-15T18:00:00")).encode(), 422),
    (json.dumps(sms(lane="fast")).encode(), 422),
    (json.dumps(sms(nonsense=1)).encode(), 422),
]


@pytest.mark.parametrize(("body", "status"), BAD, ids=lambda case: str(case)[:40])
def test_bad_bodies(world: World, body: bytes, status: int) -> None:
    """Whatever comes is answered by a problem document, and nothing is stored."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {world.key}"}
    with listening() as calls:
        answer = world.call("POST", "/v1/messages", headers, body)
    assert answer.status == status, answer.json
    assert answer.headers["content-type"] == "application/problem+json"
    assert not {"PutItem", "TransactWriteItems", "SendMessageBatch"} & set(calls)


def test_a_form(world: World) -> None:
    """A body that is not declared as JSON is not read."""
    headers = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Bearer {world.key}"}
    assert world.call("POST", "/v1/messages", headers, b"to=1").status == 415


# The intake queue.


def intake(world: World, *bodies: object, ids: str = "m") -> list[str]:
    records = [
        {"messageId": f"{ids}{number}", "body": body if isinstance(body, str) else json.dumps(body)}
        for number, body in enumerate(bodies)
    ]
    answer: dict[str, Any] = world.invoke("send", {"Records": records})
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def event(detail: object, identifier: str = "e-1") -> dict[str, object]:
    return {"id": identifier, "detail-type": "herald.send", "source": "herald.client", "detail": detail}


@pytest.mark.feature("F25")
def test_three_doors(world: World, carrier: Carrier) -> None:
    """A message comes by HTTP, by the queue and by EventBridge, and is sent alike."""
    assert world.post("/v1/messages", sms()).status == 202
    assert intake(world, sms(tenant="acme"), event(sms(tenant="acme"))) == []
    run_lanes(world)
    first, *others = ({**payload, "clientMessageId": ""} for payload in carrier.payloads)
    assert others == [first, first]


@pytest.mark.feature("F25")
def test_intake_twice(world: World, carrier: Carrier) -> None:
    """A record or an event that comes twice is one message: its key is the body's, else the id it came under."""
    for _ in range(3):
        assert intake(world, sms(tenant="acme"), event(sms(tenant="acme"))) == []
    for ids in ("x", "y"):
        assert intake(world, sms(tenant="acme", idempotency_key="k"), ids=ids) == []
    assert world.post("/v1/messages", sms(), idempotency_key="k").headers["idempotency-replayed"] == "true"
    run_lanes(world)
    assert sum(carrier.sent.values()) == 3


@pytest.mark.feature("F25")
def test_intake_refused(world: World, carrier: Carrier) -> None:
    """What cannot be accepted comes again, and at last lies in the dead letters; the others are accepted."""
    bad = ["", "{", "[" * 200_000, sms(), sms(tenant="nobody"), event([]), event(None), {**event({}), "id": 7}]
    assert intake(world, *bad, sms(tenant="acme")) == [f"m{number}" for number in range(len(bad))]
    run_lanes(world)
    assert sum(carrier.sent.values()) == 1


def test_intake_while_aws_refuses(world: World, carrier: Carrier) -> None:
    """A record that could not be stored or enqueued comes again, and is one message then."""
    for client, operation in ((clients.dynamodb(), "PutItem"), (clients.sqs(), "SendMessageBatch")):
        with refusing(client, operation):
            assert intake(world, sms(tenant="acme")) == ["m0"]
    assert intake(world, sms(tenant="acme")) == []
    run_lanes(world)
    assert sum(carrier.sent.values()) == 1


def test_logs(world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """No number, text or key is ever logged, whatever happens."""
    world.post("/v1/messages", sms(text="canary"), idempotency_key="canary-key")
    world.post("/v1/messages", sms(to="canary"))
    intake(world, sms(tenant="acme", text="canary", to="+1canary"), "canary {")
    run_lanes(world)
    printed = capsys.readouterr()
    logged = printed.out + printed.err + "".join(str(vars(record)) for record in caplog.records)
    assert "invocation-1" in logged
    for secret in ("canary", "+43", "4367", world.key):
        assert secret not in logged


@pytest.mark.goal("G1")
def test_no_time_is_left(world: World) -> None:
    """Near its end the function begins nothing: 503 with Retry-After and nothing stored; records come again."""
    body = {"channel": "sms", "to": "+436761234567", "content": {"type": "text", "text": "x"}}
    before = webhooks.table()
    with listening() as called:
        event = {"Records": [{"messageId": "1", "body": json.dumps(body | {"tenant": "acme"}), "attributes": {}}]}
        answer = world.invoke("send", event, 1_900)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert set(called) <= {"GetQueueUrl"}  # the world's own
    world.remaining = 1_900
    refused = world.post("/v1/messages", body)
    assert (refused.status, refused.json["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "2"
    assert webhooks.table() == before
