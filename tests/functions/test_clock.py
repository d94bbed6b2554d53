"""
The clock: what is due is marked, then done; nothing is lost, whoever dies in between.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from herald.aws import clients, keys
from herald.errors import Unavailable
from herald.view import stamp
from tests import webhooks
from tests.crash import restart
from tests.faults import Died, dying, refusing
from tests.webhooks import MESSAGING, SMS, message, tell
from tests.world import Json, World

TEXT = {"channel": "sms", "to": "+436761234567", "content": {"type": "text", "text": "Hello"}}
MINUTE = 60_000


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        yield world


def _tick(world: World, remaining: int = 55_000) -> int:
    """One run of the clock; how much it handled."""
    handled: int = world.invoke("clock", {}, remaining)["handled"]
    return handled


def _lane(world: World) -> list[Json]:
    return [json.loads(record["body"]) for record in world.records("TransactionalQueue")]


def _at(world: World, milliseconds: int) -> str:
    return stamp(world.clock.now + milliseconds)


def _accept(world: World, **fields: Any) -> str:
    answer = world.post("/v1/messages", TEXT | fields)
    assert answer.status == 202, answer.body
    return str(answer.json["id"])


def _unclear(world: World, channel: str = "sms", **fields: Any) -> str:
    """A message of which nobody knows whether it was sent."""

    def hang(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return webhooks.takes_everything(request)
        raise httpx.ReadTimeout("no answer", request=request)

    world.provider = hang
    identifier = webhooks.send(world, channel, **fields)
    world.provider = webhooks.takes_everything
    assert message(world, identifier)["state"] == "unclear"
    return identifier


def test_nothing_is_due(world: World) -> None:
    """An idle gateway's clock reads its index and does nothing else."""
    assert _tick(world) == 0


def test_a_record_that_was_lost(world: World) -> None:
    """Accepted, and its lane record lost: the watchdog tells the lane again, and only once."""
    identifier = _accept(world)
    world.records("TransactionalQueue")
    world.clock.now += world.operator.settings.watchdog - 1
    assert _tick(world) == 0
    world.clock.now += 1
    assert [_tick(world), _tick(world)] == [1, 0]
    world.settle()
    assert message(world, identifier)["state"] == "sent"
    assert len(world.requests) == 1
    world.clock.now += 10**7
    assert _tick(world) == 0


def test_a_record_that_was_only_late(world: World) -> None:
    """The watchdog's record replaces the old one: with both on the lane one call is made."""
    _accept(world)
    old = world.records("TransactionalQueue")
    world.clock.now += world.operator.settings.watchdog
    _tick(world)
    both = world.records("TransactionalQueue") + old
    assert world.invoke("deliver", {"Records": both}) == {"batchItemFailures": []}
    world.invoke("deliver", {"Records": both})
    assert len(world.requests) == 1


@pytest.mark.feature("F12")
@pytest.mark.parametrize("ahead", [1_000, 30_000, 59_999, 74_000])
def test_a_schedule(world: World, ahead: int) -> None:
    """What falls due before the next run is put on its lane now, held back to the second."""
    _accept(world, send_at=_at(world, 3_600_000))
    assert _lane(world) == []
    due = world.clock.now + 3_600_000
    world.clock.now = due - ahead
    assert [_tick(world), _tick(world)] == [1, 0]
    world.settle(wait=False)
    assert world.requests == []
    world.clock.now = due + 999
    world.settle(wait=False)
    assert len(world.requests) == 1


@pytest.mark.feature("F12")
def test_a_schedule_that_is_far(world: World) -> None:
    """What falls due after the next run waits for it; a clock that stood still sends at once when it goes again."""
    _accept(world, send_at=_at(world, 3_600_000))
    world.clock.now += 3_600_000 - 75_001
    assert _tick(world) == 0
    world.clock.now += 600_000
    assert _tick(world) == 1
    world.settle(wait=False)
    assert len(world.requests) == 1


@pytest.mark.feature("F12")
def test_a_cancelled_schedule(world: World) -> None:
    """A message that was cancelled is due no more."""
    identifier = _accept(world, send_at=_at(world, 3_600_000))
    assert world.post(f"/v1/messages/{identifier}/cancel").status == 200
    world.clock.now += 3_600_000
    assert _tick(world) == 0


@pytest.mark.feature("F12")
def test_a_scheduled_request_of_many(world: World) -> None:
    """A request is due as a whole and goes to everybody."""
    people = [{"to": f"+43676123456{number}"} for number in range(3)]
    body = {"channel": "sms", "recipients": people, "content": TEXT["content"], "send_at": _at(world, 3_600_000)}
    assert world.post("/v1/messages", body).status == 202
    world.clock.now += 3_600_000
    assert _tick(world) == 1
    world.settle()
    sent = [json.loads(request.content)["recipientAddressList"] for request in world.requests]
    assert sorted(number for numbers in sent for number in numbers) == [f"43676123456{number}" for number in range(3)]


def test_a_dead_worker(world: World) -> None:
    """A worker that died between claim and record leaves an unclear message, which ends as unknown; sent once."""
    identifier = _accept(world)
    with dying(clients.dynamodb(), "UpdateItem", after_it=True), pytest.raises(Died):
        world.invoke("deliver", {"Records": world.records("TransactionalQueue")})
    assert message(world, identifier)["state"] == "sending"
    world.clock.now += world.operator.settings.watchdog
    _tick(world)
    world.settle()
    assert message(world, identifier)["state"] == "unclear"
    world.clock.now += world.operator.settings.grace
    _tick(world)
    world.settle()
    assert world.get(f"/v1/messages/{identifier}").json["status"] == "unknown"
    assert world.requests == []


@pytest.mark.feature("F8")
def test_grace_at_most_once(world: World) -> None:
    """Nobody has spoken of an unclear message in its time of grace: unknown, told, listed, never sent again."""
    identifier = _unclear(world)
    world.clock.now += world.operator.settings.grace - 1
    assert _tick(world) == 0
    world.clock.now += 1
    assert [_tick(world), _tick(world)] == [1, 0]
    world.settle()
    assert [event["type"] for event in world.events()] == ["message.accepted", "message.unknown"]
    assert message(world, identifier)["lp"].startswith("X#acme#")
    assert len(world.requests) == 1


def test_grace_at_least_once(world: World) -> None:
    """Whoever wants it sent at least once has it sent again, and the second try is watched too."""
    identifier = _unclear(world, policy="at_least_once")
    world.clock.now += world.operator.settings.grace
    assert _tick(world) == 1
    assert message(world, identifier)["ls"].endswith("#watchdog")
    world.settle()
    assert (message(world, identifier)["state"], len(world.requests)) == ("sent", 2)


def test_grace_after_the_end(world: World) -> None:
    """Sent again never after its time is over."""
    identifier = _unclear(world, policy="at_least_once")
    world.clock.now = message(world, identifier)["expires"]
    _tick(world)
    world.settle()
    assert (message(world, identifier)["state"], len(world.requests)) == ("unknown", 1)


def test_grace_without_an_account(world: World) -> None:
    """When the account is gone nobody can say how often it may be sent: not again."""
    identifier = _unclear(world, policy="at_least_once")
    world.operator.registry.remove_account(SMS)
    restart(world)
    world.clock.now += world.operator.settings.grace
    assert _tick(world) == 1
    world.settle()
    assert (message(world, identifier)["state"], len(world.requests)) == ("unknown", 1)


@pytest.mark.parametrize("policy", ["at_most_once", "at_least_once"])
@pytest.mark.parametrize(("word", "status"), [("delivered", "delivered"), ("rejected", "failed")])
def test_grace_of_what_was_reported(world: World, policy: str, word: str, status: str) -> None:
    """A report has said that it was sent: so it was, and once."""
    identifier = _unclear(world, policy=policy)
    tell(world, SMS, "status", webhooks.report(word, f"{identifier}-0"))
    world.clock.now += world.operator.settings.grace
    assert _tick(world) == 1
    world.settle()
    item = message(world, identifier)
    assert (item["state"], len(world.requests)) == ("sent", 1)
    assert world.get(f"/v1/messages/{identifier}").json["status"] == status
    assert ("lp" in item) == (status == "failed")
    world.clock.now += 10**7
    assert _tick(world) == 0


def test_a_late_report_of_what_was_given_up(world: World) -> None:
    """Unknown, then delivered after all: it rises, and leaves the list of bad ends."""
    identifier = _unclear(world)
    world.clock.now += world.operator.settings.grace
    _tick(world)
    tell(world, SMS, "status", webhooks.report("delivered", f"{identifier}-0"))
    world.settle()
    assert world.events()[-1]["type"] == "message.delivered"
    assert "lp" not in message(world, identifier)


RCS = {"event": "messageStatus", "RCSMessage": {"msgId": "their-1", "status": "delivered"}}


def test_an_orphan(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A report whose message never came forward is told of after ten minutes, once, by the metric of the alarm."""
    tell(world, MESSAGING, "status", RCS)
    world.clock.now += 600_000 - 1
    assert _tick(world) == 0
    world.clock.now += 1
    capsys.readouterr()
    assert [_tick(world), _tick(world)] == [1, 0]
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert [metric.get("OrphanedReports") for metric in metrics] == [[1.0]]


def test_an_orphan_that_is_found(world: World) -> None:
    """A crash came between the meeting and the merging: the clock merges, and is quiet from then on."""
    identifier = webhooks.send(world, "rcs")
    tell(world, MESSAGING, "status", RCS)
    world.operator.rendezvous.meet(MESSAGING, "their-1", identifier, 0, world.clock.now)
    assert message(world, identifier)["marks"] == {}
    world.clock.now += 600_000
    assert [_tick(world), _tick(world)] == [1, 0]
    assert message(world, identifier)["marks"].keys() == {"0.delivered"}
    world.clock.now += 10**7
    assert _tick(world) == 0


def test_an_opened_place(world: World) -> None:
    """A place that was opened for a report which was then merged directly is settled, not woken up again for ever."""
    identifier = webhooks.send(world, "rcs")
    tell(world, MESSAGING, "status", RCS)
    place = world.operator.table.get(f"R#{MESSAGING}#their-1") or {}
    world.operator.table.put(place | {"waiting": {}, "ours": f"{identifier}-0"})
    world.clock.now += 600_000
    assert _tick(world) == 1
    world.clock.now += 10**7
    assert _tick(world) == 0


def test_two_clocks(world: World) -> None:
    """A second clock that saw the same entries does nothing."""
    for _ in range(3):
        _accept(world)
    world.records("TransactionalQueue")
    world.clock.now += world.operator.settings.watchdog
    index = world.assembly("clock").waking.due
    seen = [due for shard in range(keys.SHARDS) for due in index.until(shard, world.clock.now + 1, 10)]
    assert len(seen) == 3
    assert _tick(world) == 3
    waking = world.assembly("clock").waking
    assert [waking._handle(due) for due in seen] == [False] * 3  # noqa: SLF001 - the moment between read and mark
    assert len(_lane(world)) == 3


@pytest.mark.parametrize("operation", ["UpdateItem", "SendMessageBatch"])
@pytest.mark.parametrize("after_it", [False, True])
def test_a_clock_that_dies(world: World, operation: str, *, after_it: bool) -> None:
    """Wherever the clock dies the message is due again, and sent once."""
    identifier = _accept(world)
    world.records("TransactionalQueue")
    world.clock.now += world.operator.settings.watchdog
    client = clients.dynamodb() if operation == "UpdateItem" else clients.sqs()
    with dying(client, operation, after_it=after_it), pytest.raises(Died):
        _tick(world)
    world.clock.now += world.operator.settings.watchdog
    assert _tick(world) == 1
    world.settle()
    assert (message(world, identifier)["state"], len(world.requests)) == ("sent", 1)


def test_the_queue_refuses(world: World) -> None:
    """What could not be enqueued is due again in the next minute, not after the watchdog's time."""
    identifier = _accept(world, send_at=_at(world, 3_600_000))
    world.clock.now += 3_600_000 - 30_000
    world.function("clock")
    with refusing(clients.sqs()), pytest.raises(Unavailable):
        _tick(world)
    assert message(world, identifier)["ls"] == keys.due(world.clock.now + 30_000, "schedule")
    world.clock.now += MINUTE
    assert _tick(world) == 1
    world.settle()
    assert len(world.requests) == 1


def test_one_bad_entry(world: World) -> None:
    """An entry that cannot be acted upon is told of; all others are handled, and it does not come every minute."""
    for _ in range(5):
        _accept(world)
    world.records("TransactionalQueue")
    world.clock.now += world.operator.settings.watchdog
    for shard in range(keys.SHARDS):
        entry = {"pk": f"M#bad-{shard}", "sk": ".", "lp": keys.due_partition(shard), "ls": keys.due(0, "watchdog")}
        world.operator.table.put(entry)
    assert _tick(world) == 5
    assert _tick(world) == 0
    assert len(_lane(world)) == 5


def test_a_short_minute(world: World) -> None:
    """When time runs out the rest is still due, and no shard is always the last."""
    first = set()
    for minute in range(keys.SHARDS):
        world.clock.now = 1_800_000_000_000 + minute * MINUTE
        first.add(world.assembly("clock").waking._shards()[0])  # noqa: SLF001 - where a minute begins
    assert first == set(range(keys.SHARDS))
    world.clock.now = 1_750_000_000_000
    _accept(world)
    world.records("TransactionalQueue")
    world.clock.now += world.operator.settings.watchdog
    assert _tick(world, remaining=4_000) == 0
    assert _tick(world) == 1
