"""
Receiving from a provider that websms is not: many events in a body, signatures, no ids.
"""

import base64
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from herald.aws import clients
from herald.errors import WebhookNotVerified
from herald.models import (
    Account,
    Channel,
    Event,
    InboundMessage,
    OutboundMessage,
    Receipt,
    StatusUpdate,
    Unreadable,
)
from herald.provider import Provider, Request, Response, Webhook
from herald.receiving import AT_ONCE, MAX_SPILL
from herald.status import Status
from tests import webhooks
from tests.faults import Died, dying, listening, refusing
from tests.webhooks import tell
from tests.world import World


class Adapter(Provider):
    """
    Each line is an inbound text, a report by its reference, or from `?` on riddles, which have to be learnt first.

    A body that begins with `!` breaks the adapter.
    """

    learnt = False

    def build_request(self, message: OutboundMessage, token: str | None) -> Request:
        raise NotImplementedError

    def parse_receipt(self, response: Response, message: OutboundMessage) -> Receipt:
        raise NotImplementedError

    def parse_events(self, webhook: Webhook) -> Sequence[Event]:
        if webhook.body.startswith(b"!"):
            raise KeyError("an adapter with a fault")
        return [self._event(line) for line in webhook.body.decode().splitlines()]

    def _event(self, line: str) -> Event:
        word, _, rest = line.partition(" ")
        if word == "?" and not self.learnt:
            return Unreadable(line, "riddle")
        if word in ("say", "?"):
            return InboundMessage(Channel.SMS, "+436761234567", {"type": "text", "text": rest}, event_id="")
        return StatusUpdate(word, Status(word), provider_message_id=rest)


class Signed(Adapter):
    """Signs with its secret, and says thank you with a word of its own."""

    signs_webhooks = True

    def verify(self, webhook: Webhook) -> None:
        if webhook.headers.get("x-signature") != self.secret("key"):
            raise WebhookNotVerified("the signature is wrong")

    def acknowledge(self, webhook: Webhook) -> Response:
        return Response(202, {"content-type": "text/plain"}, f"thanks for {webhook.kind}".encode())


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name, adapter in (("wordy", Adapter), ("signed", Signed)):
        module = ModuleType(name)
        vars(module)["Adapter"] = adapter
        monkeypatch.setitem(sys.modules, f"herald.providers.{name}", module)
    with World.of_acme() as world:
        world.add_account(Account("wordy", "wordy", ("acme",)), {})
        world.add_account(Account("signed", "signed", ("acme",)), {"key": "k"})
        yield world


def _texts(world: World) -> list[str]:
    return sorted(json.loads(item["content"])["text"] for item in webhooks.inbounds(world))


def test_a_few_at_once(world: World) -> None:
    """Up to ten events are stored before the answer."""
    tell(world, "wordy", "in", "\n".join(f"say {number}" for number in range(AT_ONCE)).encode())
    assert len(_texts(world)) == AT_ONCE
    assert webhooks.spilled(world) == []


def test_many_at_once(world: World) -> None:
    """More than ten are answered first and worked through from the queue; a repeat of the record adds nothing."""
    body = "\n".join(f"say {number}" for number in range(40)).encode()
    assert tell(world, "wordy", "in", body).status == 200
    assert _texts(world) == []
    records = world.records("SpillQueue")
    for _ in range(3):
        assert world.invoke("webhook", {"Records": records}) == {"batchItemFailures": []}
    assert len(_texts(world)) == 40
    assert not any("duplicate_of" in item for item in webhooks.inbounds(world))


def test_more_than_a_record_holds(world: World) -> None:
    """What is too much for one answer and too large for the queue goes to quarantine, and is read from there."""
    body = b"\n".join([b"say " + b"x" * (MAX_SPILL // 10)] * 11)
    assert tell(world, "wordy", "in", body).status == 200
    assert webhooks.reasons(world) == ["too_many"]
    (key,) = world.operator.bucket.quarantined()
    webhooks.replay(world, key)
    assert len(_texts(world)) == 11


def test_many_that_nobody_knows(world: World) -> None:
    """A webhook that speaks of many messages which are not ours is set aside once, and what else it tells is told."""
    tell(world, "wordy", "in", "\n".join(["say a", *["delivered "] * 40, "say b"]).encode())
    with listening() as called:
        assert world.invoke("webhook", {"Records": world.records("SpillQueue")}) == {"batchItemFailures": []}
    assert _texts(world) == ["a", "b"]
    assert webhooks.reasons(world) == ["unknown_message"]
    assert called.count("PutObject") == 1


def test_replaying_what_is_gone(world: World) -> None:
    """What was erased from quarantine before it was replayed is over: nothing is told, and no record comes again."""
    tell(world, "wordy", "in", b"! say a")
    (key,) = world.operator.bucket.quarantined()
    label = world.operator.bucket.quarantined_label(key)
    world.operator.bucket.quarantine("wordy", b"", label, world.clock.now, "another")
    world.operator.bucket.delete(key)
    record = {"account": "wordy", "kind": "in", "verified": True, "headers": {}, "kept": key}
    message = {"messageId": "m-1", "body": json.dumps(record), "attributes": {"ApproximateReceiveCount": "1"}}
    assert world.invoke("webhook", {"Records": [message]}) == {"batchItemFailures": []}
    assert _texts(world) == []


@contextmanager
def time_flies(world: World) -> Iterator[None]:
    """Each event that is stored takes ten seconds."""

    def fly(model: Any, **_: Any) -> None:
        world.clock.now += 10_000 * (model.name == "TransactWriteItems")

    client = clients.dynamodb()
    client.meta.events.register_first("before-call", fly)
    try:
        yield
    finally:
        client.meta.events.unregister("before-call", fly)


def test_more_than_there_is_time_for(world: World) -> None:
    """
    A webhook of more events than a worker can store in its life: what is left goes back to the queue, each time from
    where it stands, until all is told once.
    """
    tell(world, "wordy", "in", "\n".join(f"say {number}" for number in range(14)).encode())
    rounds = 0
    with time_flies(world):
        while records := world.records("SpillQueue"):
            assert world.invoke("webhook", {"Records": records}, remaining=20_000) == {"batchItemFailures": []}
            rounds += 1
            assert len(_texts(world)) == min(2 * rounds, 14)
    assert rounds == 7
    assert not any("duplicate_of" in item for item in webhooks.inbounds(world))


def test_a_slow_table(world: World) -> None:
    """Of a few events those that there is no time for are told later: the provider has its answer in time."""
    with time_flies(world):
        assert tell(world, "wordy", "in", b"say a\nsay b\nsay c\nsay d").status == 200
    assert _texts(world) == ["a", "b", "c"]
    assert world.invoke("webhook", {"Records": world.records("SpillQueue")}) == {"batchItemFailures": []}
    assert _texts(world) == ["a", "b", "c", "d"]


def test_a_table_that_fails_in_the_middle(world: World) -> None:
    """Stored in part, then spilled whole: in the end each is there once."""
    tell(world, "wordy", "in", b"")
    body = b"say a\nsay b\nsay c\nsay b"
    with refusing(clients.dynamodb(), "TransactWriteItems", after=2):
        assert tell(world, "wordy", "in", body).status == 200
    assert _texts(world) == ["a", "b"]
    assert world.invoke("webhook", {"Records": world.records("SpillQueue")}) == {"batchItemFailures": []}
    assert _texts(world) == ["a", "b", "b", "c"]


@pytest.mark.parametrize("after_it", [False, True])
@pytest.mark.parametrize("operation", ["GetItem", "TransactWriteItems", "UpdateItem", "PutItem"])
def test_a_worker_that_dies(world: World, operation: str, *, after_it: bool) -> None:
    """Wherever the worker dies there was no answer, the provider repeats, and nothing is missing."""
    body = b"say a\nsay b\ndelivered t-1"
    tell(world, "wordy", "in", b"")
    with dying(clients.dynamodb(), operation, after_it=after_it), pytest.raises(Died):
        tell(world, "wordy", "in", body)
    world.clock.now += 60_000
    assert tell(world, "wordy", "in", body).status == 200
    items = webhooks.inbounds(world)
    first = [item["pk"][2:] for item in items if "duplicate_of" not in item]
    assert sorted(set(_texts(world))) == ["a", "b"]
    assert len(first) == 2
    assert {item["duplicate_of"] for item in items if "duplicate_of" in item} <= set(first)
    assert world.operator.rendezvous.meet("wordy", "t-1", "a" * 26, 0, 0) != []


def test_a_faulty_adapter(world: World) -> None:
    """A fault of an adapter is our fault, is told, and costs nothing: the body is kept and acknowledged."""
    assert tell(world, "wordy", "in", b"! say a").status == 200
    assert webhooks.reasons(world) == ["failed"]


def test_a_part_that_is_learnt_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A part that cannot be read lies in quarantine as a body of its own, of its webhook's kind, and costs no other part.

    Once the adapter has learnt to read it, it is told when it is replayed.
    """
    assert tell(world, "wordy", "in", b"say a\n? b\nsay c").status == 200
    assert _texts(world) == ["a", "c"]
    assert webhooks.reasons(world) == ["riddle"]
    ((key, _),) = webhooks.quarantine(world)
    body, label = world.operator.bucket.quarantined_body(key)
    assert (body, label.kind, label.verified) == (b"? b", "in", True)
    monkeypatch.setattr(Adapter, "learnt", True)
    record = {"account": "wordy", "kind": "in", "headers": {}, "body": base64.b64encode(body).decode()}
    message = {"messageId": "m-1", "body": json.dumps(record), "attributes": {"ApproximateReceiveCount": "1"}}
    assert world.invoke("webhook", {"Records": [message]}) == {"batchItemFailures": []}
    assert _texts(world) == ["a", "b", "c"]


def test_parts_count(world: World) -> None:
    """Many unreadable parts are kept from the queue, as many events are; each is there, and once."""
    body = "\n".join(f"? {number}" for number in range(AT_ONCE + 1)).encode()
    assert tell(world, "wordy", "in", body).status == 200
    assert webhooks.quarantine(world) == []
    records = world.records("SpillQueue")
    for _ in range(2):
        assert world.invoke("webhook", {"Records": records}) == {"batchItemFailures": []}
    assert len(webhooks.quarantine(world)) == AT_ONCE + 1


def test_a_body_is_kept_once(world: World) -> None:
    """Several reports that speak of no message of ours keep their body once, also when it is worked through again."""
    body = "".join(f"delivered {'t' * 10}{number}\n" for number in range(AT_ONCE + 1)).encode()
    with refusing(clients.dynamodb(), "UpdateItem", code="ConditionalCheckFailedException"):
        assert tell(world, "wordy", "in", body).status == 200
        records = world.records("SpillQueue")
        for _ in range(2):
            assert world.invoke("webhook", {"Records": records}) == {"batchItemFailures": []}
    assert [kept for _, kept in webhooks.quarantine(world)] == [body]
    assert webhooks.reasons(world) == ["unknown_message"]


def test_what_the_table_cannot_hold(world: World) -> None:
    """A report that breaks the write itself is kept and acknowledged."""
    tell(world, "wordy", "in", b"")
    with refusing(clients.dynamodb(), "PutItem", code="ValidationException"):
        assert tell(world, "wordy", "in", b"delivered t-1").status == 200
    assert webhooks.reasons(world) == ["failed"]


def test_an_empty_event_id_is_none(world: World) -> None:
    """A provider that leaves its id empty gives none: both are kept and the second is flagged."""
    for _ in range(2):
        tell(world, "wordy", "in", b"say ok")
    first, second = webhooks.inbounds(world)
    assert {item.get("duplicate_of") for item in (first, second)} & {first["pk"][2:], second["pk"][2:]}
    assert len(webhooks.inbounds(world)) == 2


@pytest.mark.feature("F11")
@pytest.mark.parametrize(("apart", "flagged"), [(1_000, True), (30_000, True), (600_000, True), (600_001, False)])
def test_the_same_text_twice(world: World, apart: int, flagged: bool) -> None:  # noqa: FBT001 - a column
    """A person who writes the same twice is heard twice; the second is told with what it may be a repeat of."""
    tell(world, webhooks.MESSAGING, "inbound", webhooks.inbound("ok"))
    world.clock.now += apart
    tell(world, webhooks.MESSAGING, "inbound", webhooks.inbound("ok"))
    tell(world, webhooks.MESSAGING, "inbound", webhooks.inbound("ok", sender="+436769999999"))
    world.settle()
    first, second, other = (event["data"] for event in world.events())
    assert "possible_duplicate" not in first
    assert "possible_duplicate" not in other
    assert second.get("possible_duplicate", False) == flagged
    assert second.get("duplicate_of") == (first["id"] if flagged else None)


@pytest.mark.parametrize("signature", ["", "K", "kk"])
def test_a_wrong_signature(world: World, signature: str) -> None:
    """Where the provider signs, the right address alone is not enough."""
    answer = world.call("POST", webhooks.path("signed", "in"), {"X-Signature": signature}, b"say a")
    assert answer.status == 401
    assert webhooks.inbounds(world) == []


def test_headers_that_are_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an adapter reads of the headers comes to it through the queue too, and nothing else does."""
    monkeypatch.setattr(Adapter, "read_headers", frozenset({"x-said"}))
    tell(world, "wordy", "in", b"")
    with refusing(clients.dynamodb()):
        world.call("POST", webhooks.path("wordy", "in"), {"X-Said": "yes", "X-Other": "no"}, b"say a")
    (record,) = world.records("SpillQueue")
    assert json.loads(record["body"])["headers"] == {"x-said": "yes"}


def test_a_right_signature(world: World) -> None:
    """A signed webhook is stored and answered in the provider's way; spilled, it needs no signature any more."""
    tell(world, "wordy", "in", b"")
    answer = world.call("POST", webhooks.path("signed", "in"), {"X-Signature": "k"}, b"say a")
    assert (answer.status, answer.headers["content-type"], answer.body) == (202, "text/plain", b"thanks for in")
    with refusing(clients.dynamodb()):
        world.call("POST", webhooks.path("signed", "in"), {"X-Signature": "k"}, b"say b")
    records = world.records("SpillQueue")
    assert '"k"' not in records[0]["body"]
    assert world.invoke("webhook", {"Records": records}) == {"batchItemFailures": []}
    assert _texts(world) == ["a", "b"]


@pytest.mark.goal("G12")
def test_a_proof_that_nobody_can_look_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the secret that proves it, a webhook is kept with its proof, and verified once the secret is there."""
    monkeypatch.setattr(Signed, "proof_headers", frozenset({"x-signature"}))
    world.add_account(Account("lacking", "signed", ("acme",)), {"other": "o"})
    for signature in ("k", "forged"):
        headers = {"X-Signature": signature, "Cookie": "c"}
        assert world.call("POST", webhooks.path("lacking", "in"), headers, f"say {signature}".encode()).status == 500
    assert webhooks.reasons(world) == ["misconfigured"] * 2
    clients.secretsmanager().put_secret_value(
        SecretId=f"{world.operator.settings.secret_prefix}lacking", SecretString='{"key": "k"}'
    )
    world.clock.now += 400_000
    for key, _ in webhooks.quarantine(world):
        webhooks.replay(world, key)
    assert _texts(world) == ["k"]


def _signed(world: World, key: str) -> int:
    """A webhook that is signed with this key; the status that it is answered with."""
    return world.call("POST", webhooks.path("signed", "in"), {"x-signature": key}, b"say a").status


@pytest.mark.goal("G18")
def test_rotating_what_webhooks_are_signed_with(world: World) -> None:
    """
    Whichever side changes the secret first, and however warm the worker: the old and the new signature are both good,
    any other is not; after an hour the old one is over.
    """
    world.clock.now = int(time.time() * 1000)
    assert [_signed(world, key) for key in ("k", "new", "x")] == [202, 401, 401]
    clients.secretsmanager().put_secret_value(SecretId="herald/accounts/signed", SecretString='{"key": "new"}')
    world.clock.now += 10_000
    assert [_signed(world, key) for key in ("k", "new", "k", "x")] == [202, 202, 202, 401]
    world.clock.now += 3_600_000
    assert [_signed(world, key) for key in ("new", "k", "x")] == [202, 401, 401]


@pytest.mark.goal("G11")
def test_forged_signatures_cost_little(world: World) -> None:
    """Whoever knows the address but not the secret makes a worker look for another one now and then, not each time."""
    _signed(world, "k")
    with listening() as called:
        assert {_signed(world, f"x{number}") for number in range(50)} == {401}
    assert called == ["GetSecretValue"]
    assert webhooks.quarantine(world) == []
