"""
What is set aside: believed no more when it is replayed than when it came, and complete.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from herald.aws import clients
from herald.aws.bucket import Label
from herald.models import Account
from tests import webhooks
from tests.faults import refusing
from tests.functions.test_inbound import tapped
from tests.world import World

pytestmark = pytest.mark.goal("G12")

CONNECT, AICC = "acme-connect", "acme-aicc"
HUB, PASSWORD = "a hub secret", "an account key"
WRONG = {"region": "eu", "signed_webhooks": "sometimes"}
RIGHT = {"region": "eu"}
WRITTEN = json.dumps({"channel": "SMS", "oa": "447700900009", "da": "34343", "message": "Hi", "tid": "1"}).encode()
TAPPED = json.dumps(tapped("t-1")).encode()


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.add_account(Account(CONNECT, "webex_connect", ("acme",), WRONG), {"service_key": "k", "hub_secret": HUB})
        yield world


def _change(world: World, name: str, **changes: object) -> None:
    stored = world.operator.registry.read_account(name)
    world.operator.registry.change_account(replace(stored.value, **changes), stored.version)  # type: ignore[arg-type]
    world.clock.now += 61_000  # what workers have read is a minute old at most


def _signature(body: bytes, secret: str = HUB) -> dict[str, str]:
    return {"x-hub-signature": hmac.digest(secret.encode(), body, hashlib.sha256).hex()}


def _post(world: World, body: bytes, headers: Mapping[str, str], account: str = CONNECT) -> int:
    return world.call("POST", webhooks.path(account, "inbound"), headers, body).status


def _label(world: World) -> Label:
    (label,) = (world.operator.bucket.quarantined_label(key) for key, _ in webhooks.quarantine(world))
    return label


def _replay(world: World) -> None:
    for key, _ in webhooks.quarantine(world):
        webhooks.replay(world, key)


def _told(world: World) -> int:
    return len(webhooks.inbounds(world))


@pytest.mark.goal("G11")
@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (_signature(WRITTEN), 1),
        (_signature(WRITTEN, "another secret"), 0),
        (_signature(TAPPED), 0),
        ({"x-hub-signature": ""}, 0),
        ({}, 0),
    ],
    ids=["genuine", "by another secret", "of another body", "empty", "unsigned"],
)
@pytest.mark.parametrize("bucket", [True, False], ids=["", "the bucket refuses"])
def test_what_could_not_be_verified(world: World, headers: Mapping[str, str], *, told: int, bucket: bool) -> None:
    """
    What came while its account was set up wrongly is verified when it is replayed, be it out of the spill queue.

    What is forged is not told, and stays where it is.
    """
    world.function("webhook").parts.receiving.address(webhooks.path(CONNECT, "status").split("/")[3])
    if bucket:
        assert _post(world, WRITTEN, headers) == 500
        assert webhooks.reasons(world) == ["misconfigured"]
        assert not _label(world).verified
        _replay(world)
        assert webhooks.reasons(world) == ["misconfigured"]
        _change(world, CONNECT, settings=RIGHT)
        _replay(world)
    else:
        with refusing(clients.s3()):
            assert _post(world, WRITTEN, headers) == 500
        _change(world, CONNECT, settings=RIGHT)
        assert world.invoke("webhook", {"Records": world.records("SpillQueue")}) == {"batchItemFailures": []}
    assert _told(world) == told
    if not told:
        assert "not_verified" in webhooks.reasons(world)
        assert {body for _, body in webhooks.quarantine(world)} == {WRITTEN}
        assert not any(world.operator.bucket.quarantined_label(key).verified for key, _ in webhooks.quarantine(world))


@pytest.mark.feature("X11")
@pytest.mark.parametrize("signed", [True, False])
def test_what_was_verified_tells_all_of_it(world: World, *, signed: bool) -> None:
    """A signed report out of quarantine tells what the person tapped, as when it came; an unsigned one its status."""
    _change(world, CONNECT, settings=RIGHT)
    headers = _signature(TAPPED) if signed else {}
    assert _post(world, b"{}", _signature(b"{}")) == 200
    with refusing(clients.dynamodb()), refusing(clients.sqs()):
        assert _post(world, TAPPED, {**headers, "cookie": "c", "x-other": "o"}) == 200
    assert sorted(webhooks.reasons(world)) == ["spilled", "unreadable"]
    labels = [world.operator.bucket.quarantined_label(key) for key, _ in webhooks.quarantine(world)]
    (label,) = (label for label in labels if label.reason == "spilled")
    assert (label.verified, label.headers) == (True, headers)
    _replay(world)
    assert _told(world) == signed
    (waiting,) = world.operator.rendezvous.meet(CONNECT, "t-1", "a" * 26, 0, 0)
    assert waiting.provider_status == "Read"


@pytest.mark.parametrize("given", [PASSWORD, "another", None])
def test_a_password_is_kept_only_to_be_verified(world: World, given: str | None) -> None:
    """Where a header's value is itself the secret, what was verified is kept without it."""
    world.add_account(Account(AICC, "huawei_aicc", ("acme",), {"outcomes": "?"}), {"account_key": PASSWORD})
    headers = {"authorization": "Basic x", "cookie": "c", "x-forwarded-for": "192.0.2.1"}
    headers |= {"accountkey": given} if given else {}
    body = json.dumps(
        {"results": [{"from": "41793026727", "messageId": "1", "message": {"type": "TEXT", "text": "Hi"}}]}
    )
    assert _post(world, body.encode(), headers, AICC) == 500
    assert _label(world).headers == ({"accountkey": given} if given else {})
    _change(world, AICC, settings={})
    _replay(world)
    assert _told(world) == (given == PASSWORD)
    if given == PASSWORD:
        assert _post(world, b"?", headers, AICC) == 200
        (kept,) = (key for key, body in webhooks.quarantine(world) if body == b"?")
        assert world.operator.bucket.quarantined_label(kept) == Label("inbound", "unreadable", verified=True)


def test_a_provider_that_nobody_knows(world: World) -> None:
    """Nobody can say what proves it: all headers are kept but those that open other doors."""
    world.add_account(Account("gone", "no_such_provider", ("acme",)), {})
    headers = {"X-Seal": "s", "Content-Type": "text/plain", "Authorization": "a", "Cookie": "c"}
    assert _post(world, b"{}", headers, "gone") == 500
    assert _label(world).headers == {"x-seal": "s", "content-type": "text/plain"}


def test_a_replay_without_a_word_on_its_proof(world: World) -> None:
    """What somebody else has put into quarantine, or into the queue, is verified like any webhook."""
    _change(world, CONNECT, settings=RIGHT)
    key = f"quarantine/{CONNECT}/2025-06-15/a"
    clients.s3().put_object(Bucket="herald", Key=key, Body=WRITTEN, Metadata={"kind": "inbound"})
    webhooks.replay(world, key)
    assert _told(world) == 0


def test_replaying_again_and_again(world: World) -> None:
    """What is replayed several times is told once, also where the provider gives no id."""
    webhooks.tell(world, webhooks.MESSAGING, "inbound", webhooks.inbound("before"))
    with refusing(clients.dynamodb()), refusing(clients.sqs()):
        webhooks.tell(world, webhooks.MESSAGING, "inbound", webhooks.inbound())
    assert webhooks.reasons(world) == ["spilled"]
    for _ in range(3):
        _replay(world)
    assert _told(world) == 2
    assert not any("duplicate_of" in item for item in webhooks.inbounds(world))
