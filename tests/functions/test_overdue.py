"""
Receipts that do not come: whoever asked for one is told once, and what comes later counts as ever.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from herald.aws import clients
from herald.models import StatusUpdate
from herald.status import Status
from tests import webhooks
from tests.carrier import many, send
from tests.conftest import Show
from tests.crash import meanwhile
from tests.faults import Died, dying
from tests.units import metering
from tests.webhooks import MESSAGING, SMS, message, tell
from tests.world import World

pytestmark = pytest.mark.goal("G8")

DAY = 86_400_000
OVERDUE = "message.receipt_overdue"


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        yield world


def _send(world: World, success: str | None = "delivered", **fields: Any) -> str:
    return webhooks.send(world, "whatsapp", success=success, **fields)


def _report(world: World, identifier: str, word: str) -> None:
    assert tell(world, MESSAGING, "status", webhooks.status(word, f"{identifier}-0")).status == 200


def _tick(world: World) -> None:
    world.invoke("clock", {})
    world.settle()


def _events(world: World, kind: str = OVERDUE) -> list[str]:
    """The ids of messages that such an event tells of."""
    return [event["data"]["id"] for event in world.events() if event["type"] == kind]


def test_a_receipt_that_does_not_come(world: World) -> None:
    """A day after it was sent an event says so, once; the message is shown as sent, and overdue since then."""
    identifier = _send(world)
    world.clock.now += DAY - 1
    _tick(world)
    assert _events(world) == []
    world.clock.now += 1
    for _ in range(3):
        _tick(world)
        world.clock.now += DAY
    (event,) = (event for event in world.events() if event["type"] == OVERDUE)
    assert event["id"] == f"{identifier}:0:receipt_overdue"
    found = world.get(f"/v1/messages/{identifier}").json
    assert (found["status"], found["success"], found["overdue_at"]) == ("sent", "delivered", event["at"])
    assert found["history"][-1] == {"at": event["at"], "event": "receipt_overdue"}
    assert "lp" not in message(world, identifier)


@pytest.mark.parametrize("word", ["delivered", "read", "failed"])
def test_a_receipt_that_comes_later(world: World, word: str) -> None:
    """What is reported after that counts and is told as ever."""
    identifier = _send(world)
    world.clock.now += DAY
    _tick(world)
    world.events()
    _report(world, identifier, word)
    _tick(world)
    (event,) = world.events()
    assert event["data"]["status"] == event["type"].partition(".")[2] != "sent"
    assert "overdue_at" in event["data"]


@pytest.mark.parametrize(
    ("success", "words", "told"),
    [
        ("delivered", ["delivered"], False),
        ("delivered", ["read"], False),
        ("delivered", ["failed"], False),
        ("read", ["delivered", "read"], False),
        ("read", ["failed"], False),
        ("delivered", ["dispatched"], True),
        ("read", ["dispatched", "delivered"], True),
        ("sent", [], False),
        (None, [], False),
    ],
)
@pytest.mark.parametrize("crash", [False, True])
def test_what_ends_the_wait(
    world: World,
    success: str | None,
    words: list[str],
    *,
    told: bool,
    crash: bool,
) -> None:
    """What was asked for, or more, or a failure: then nothing is due, be it that a worker died on its way there."""
    identifier = _send(world, success)
    for word in words[:-1]:
        _report(world, identifier, word)
    if crash and words:
        with dying(clients.dynamodb(), "UpdateItem", after_it=True), pytest.raises(Died):
            _report(world, identifier, words[-1])
    elif words:
        _report(world, identifier, words[-1])
    assert str(message(world, identifier).get("lp")).startswith("D#") == (told or (crash and bool(words)))
    world.clock.now += DAY
    _tick(world)
    assert _events(world) == ([identifier] if told else [])
    bad = "X#" if "failed" in words else "None"
    assert str(message(world, identifier).get("lp")).startswith(bad)


def test_a_receipt_before_our_own_record(world: World) -> None:
    """What was reported within the provider's answer is not waited for."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "clientMessageId" in (said := request.content.decode()):
            reference = json.loads(said)["clientMessageId"]
            tell(world, MESSAGING, "status", webhooks.status("delivered", reference))
        return webhooks.takes_everything(request)

    world.provider = answer
    identifier = _send(world)
    assert message(world, identifier)["marks"].keys() == {"0.delivered"}
    assert "lp" not in message(world, identifier)


@pytest.mark.parametrize("whole", [True, False], ids=["", "by a worker that dies then"])
def test_a_receipt_at_the_last_moment(world: World, *, whole: bool) -> None:
    """A report that comes while the clock is about to say that it is overdue is in time."""
    identifier = _send(world)
    world.clock.now += DAY
    client = clients.dynamodb()

    def report() -> None:
        if whole:
            _report(world, identifier, "delivered")
        else:
            update = StatusUpdate("delivered", Status.DELIVERED)
            world.operator.messages.report(identifier, 0, MESSAGING, update, world.clock.now)

    with (
        ExitStack() as second,
        meanwhile(client, "UpdateItem", lambda: second.enter_context(meanwhile(client, "UpdateItem", report))),
    ):
        _tick(world)
    world.clock.now += DAY
    _tick(world)
    assert _events(world) == []
    assert "lp" not in message(world, identifier)


def test_a_message_that_was_unclear(world: World) -> None:
    """A report says that it was sent, though not yet what was asked for: from then on that is waited for."""

    def hang(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return webhooks.takes_everything(request)
        raise httpx.ReadTimeout("no answer", request=request)

    world.provider = hang
    identifier = _send(world)
    _report(world, identifier, "dispatched")
    world.clock.now += world.operator.settings.grace
    _tick(world)
    assert message(world, identifier)["state"] == "sent"
    world.clock.now += DAY
    _tick(world)
    assert _events(world) == [identifier]


def test_members_of_a_request(world: World) -> None:
    """Each recipient's receipt is waited for on its own."""
    accepted = world.post("/v1/messages", many(3, success="delivered"))
    world.settle()
    listed = world.get(f"/v1/messages?request={accepted.json['id']}").json["messages"]
    late, told, failed = (each["id"] for each in listed)
    for identifier, word in ((told, "delivered"), (failed, "rejected")):
        to = message(world, identifier)["to"].removeprefix("+")
        tell(world, SMS, "status", webhooks.report(word, f"{identifier}-0", senderAddress=to))
    world.clock.now += DAY
    _tick(world)
    assert _events(world) == [late]


def test_what_it_costs(world: World) -> None:
    """A message without `success` costs what it did; one with it pays for its due row and for taking it away."""
    costs = {}
    for success in (None, "delivered"):
        with metering() as meter:
            identifier = _send(world, success)
            sent = meter.units("M#")
            _report(world, identifier, "delivered")
            costs[success] = (sent, meter.units("M#") - sent)
    assert costs == {None: (7, 1), "delivered": (8, 3)}


def test_all_webhooks_lost(world: World, figure: Show) -> None:
    """Of a provider whose webhooks were all lost every message ends as sent, each told to be overdue, exactly once."""
    members = world.post("/v1/messages", many(10, success="delivered")).json["id"]
    body = {"channel": "whatsapp", "to": "+436761234567", "content": {"type": "text", "text": "Hello"}}
    single = [send(world, {**body, "success": success}) for success in ("delivered", "read") * 10]
    world.settle()
    listed = world.get(f"/v1/messages?request={members}&limit=100").json["messages"]
    waiting = sorted(single + [each["id"] for each in listed])
    world.clock.now += DAY
    for _ in range(2):
        _tick(world)
        world.clock.now += DAY
    overdue = _events(world)
    assert sorted(overdue) == waiting
    assert {world.get(f"/v1/messages/{each}").json["status"] for each in waiting} == {"sent"}
    figure("G8", "messages whose webhooks were all lost, told to be overdue", f"{len(overdue)} of {len(waiting)}")
