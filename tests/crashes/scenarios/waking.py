"""
The clock: whatever is due, and the lists of providers that have no webhooks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from herald.aws import clients, keys
from herald.aws.polls import DUE as POLL
from herald.aws.polls import Polls
from herald.aws.table import Change
from herald.models import Account, Channel, Sender, StatusUpdate
from herald.status import State, Status
from herald.view import status_of
from tests.carrier import send
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.delivering import acme, at_least_once, had
from tests.crashes.scenarios.sending import Body, one, scheduled, three
from tests.crashes.stage import WHILE, Stage
from tests.crashes.triggers import Minute
from tests.functions.test_polling import YOUNG, Vendor, whatsapp
from tests.world import World

GLOBAL = "acme-global"


def due_now(stage: Stage, identifier: str) -> None:
    """Whatever it is due for, it is due now."""
    item = stage.item(identifier) or {}
    kind = item["ls"].partition("#")[2]
    now = {"ls": keys.due(stage.world.clock.now - 1, kind), "now": min(item["not_before"], stage.world.clock.now)}
    stage.world.operator.table.update(item["pk"], ".", Change("SET #ls = :ls, #not_before = :now", now))


def enqueued(body: Body, count: int = 1) -> Callable[[Stage, int], Life]:
    """A lane record was lost, or a time has come: everybody has it once."""

    def begin(stage: Stage, number: int) -> Life:
        identifier = send(stage.world, body(stage, number))
        for queue in ("TransactionalQueue", "BulkQueue"):
            stage.take(queue)
        due_now(stage, identifier)

        def check(_: End) -> None:
            times = had(stage, number, count)
            assert times == [1] * count, f"sent {times}"

        return Life(Minute(stage.world), check, identifier)

    return begin


def unclear(
    body: Body, before: Callable[[Stage, str], None], state: State, times: frozenset[int]
) -> Callable[[Stage, int], Life]:
    """A worker has died with it, and the grace is over."""

    def begin(stage: Stage, number: int) -> Life:
        world = stage.world
        identifier = send(world, body(stage, number))
        stage.take("TransactionalQueue")
        claimed = world.operator.delivering.attempts.claim(stage.item(identifier) or {})
        assert claimed
        world.operator.messages.lease_over(claimed, claimed["lease"], world.clock.now - 1)
        before(stage, identifier)

        def check(_: End) -> None:
            item = stage.item(identifier)
            assert item
            assert item["state"] == state, item["state"]
            assert had(stage, number)[0] in times

        return Life(Minute(world), check, identifier)

    return begin


def nothing(_: Stage, __: str) -> None:
    """Nobody has spoken of it."""


def delivered(stage: Stage, identifier: str) -> None:
    """It was reported as delivered."""
    update = StatusUpdate(reference=f"{identifier}-0", status=Status.DELIVERED, provider_status="delivered")
    assert stage.world.operator.reports.apply("acme-sms", update)


def grace_runs_on(stage: Stage, number: int) -> Life:
    """It is to be sent again already, and still stands there for its grace: it is sent, once."""
    identifier = send(stage.world, one(stage, number))
    stage.take("TransactionalQueue")
    grace = Change("SET #ls = :ls", {"ls": keys.due(stage.world.clock.now - 1, "grace")})
    stage.world.operator.table.update(keys.message(identifier), ".", grace)

    def check(_: End) -> None:
        assert had(stage, number) == [1]

    return Life(Minute(stage.world), check, identifier)


def grace_that_is_over(stage: Stage, number: int) -> Life:
    """It has ended, and still stands there for its grace: it is due no more."""
    identifier = send(stage.world, one(stage, number))
    assert not stage.world.invoke("deliver", {"Records": stage.take("TransactionalQueue")})["batchItemFailures"]
    row = {"lp": keys.shard(keys.message(identifier)), "ls": keys.due(stage.world.clock.now - 1, "grace")}
    stage.world.operator.table.update(keys.message(identifier), ".", Change("SET #lp = :lp, #ls = :ls", row))

    def check(_: End) -> None:
        assert had(stage, number) == [1]

    return Life(Minute(stage.world), check, identifier)


def receipt(*, reported: bool) -> Callable[[Stage, int], Life]:
    """A report that its sender asked for is overdue, or came while nobody could say so."""

    def begin(stage: Stage, number: int) -> Life:
        world = stage.world
        identifier = send(world, one(stage, number) | {"success": "delivered"})
        assert not world.invoke("deliver", {"Records": stage.take("TransactionalQueue")})["batchItemFailures"]
        if reported:
            update = StatusUpdate(provider_status="delivered", status=Status.DELIVERED)
            world.operator.messages.report(identifier, 0, "acme-sms", update, world.clock.now)
        due_now(stage, identifier)

        def check(_: End) -> None:
            item = stage.item(identifier)
            assert item
            assert status_of(item) == ("delivered" if reported else "sent")
            told = {event["type"] for event in stage.events if event["data"]["id"] == identifier}
            assert ("message.receipt_overdue" in told) != reported, f"told {told}"

        return Life(Minute(world), check, identifier)

    return begin


def orphan(*, ours: bool, waiting: bool) -> Callable[[Stage, int], Life]:
    """Reports wait for a message that came forward since, or never does."""

    def begin(stage: Stage, number: int) -> Life:
        world = stage.world
        identifier = send(world, one(stage, number))
        assert not world.invoke("deliver", {"Records": stage.take("TransactionalQueue")})["batchItemFailures"]
        theirs = f"t-{number:020}"
        update = StatusUpdate(provider_message_id=theirs, status=Status.DELIVERED, provider_status="delivered")
        assert world.operator.reports.apply("acme-sms", update)
        change: dict[str, Any] = {"ls": keys.due(world.clock.now - 1, "orphan")}
        change |= {"ours": f"{identifier}-0"} if ours else {}
        change |= {} if waiting else {"waiting": {}}
        assigned = ", ".join(f"#{name} = :{name}" for name in change)
        world.operator.table.update(f"R#acme-sms#{theirs}", ".", Change(f"SET {assigned}", change))

        def check(_: End) -> None:
            item = stage.item(identifier)
            assert item
            assert status_of(item) == ("delivered" if ours and waiting else "sent")

        return Life(Minute(world), check, identifier)

    return begin


@contextmanager
def listed() -> Iterator[Stage]:
    """An account whose provider has lists, and no webhooks."""
    with World.of_acme() as world:
        vendor = Vendor(world)
        with Stage.of(world, vendor) as stage:
            yield stage


def leave_alone(stage: Stage) -> None:
    """The lists that are read already are not due for a while: other lives are at them."""
    table, later = stage.world.operator.table, keys.due(stage.world.clock.now + WHILE, POLL)
    for item in stage.items():
        if str(item.get("ls", "")).endswith(f"#{POLL}"):
            table.update(item["pk"], item["sk"], Change("SET #ls = :later", {"later": later}))


def poll(stage: Stage, number: int) -> Life:
    """People have written, and a message was delivered: both are found in the lists, once."""
    world, vendor = stage.world, stage.handset.provider
    assert isinstance(vendor, Vendor)
    leave_alone(stage)
    account = f"acme-global-{number}"
    senders = (Sender("61430000001", Channel.WHATSAPP),)
    world.operator.registry.add_account(Account(account, "smsglobal", ("acme",), senders=senders))
    clients.secretsmanager().create_secret(
        Name=f"herald/accounts/{account}", SecretString='{"api_key": "k", "api_secret": "s"}'
    )
    for name in YOUNG:
        Polls(world.operator.table).start(account, name, world.clock.now - 60_000)
    identifier = send(world, whatsapp(account=account))
    assert not world.invoke("deliver", {"Records": stage.take("TransactionalQueue")})["batchItemFailures"]
    vendor.outbound[-1]["state"] = "delivered"
    vendor.write(f"text {number}.")

    def check(_: End) -> None:
        item = stage.item(identifier)
        assert item
        assert status_of(item) == "delivered", status_of(item)
        mine = [each for each in stage.items() if each["pk"].startswith("N#") and each["account"] == account]
        found = [each for each in mine if f"text {number}." in each["content"]]
        assert len(found) == 1, f"{len(found)} are kept"

    return Life(Minute(world), check, identifier)


def poll_of_nobody(stage: Stage, number: int) -> Life:
    """A list of an account that is gone is read no more."""
    world = stage.world
    Polls(world.operator.table).start(f"gone-{number}", "inbound", world.clock.now - 1)

    def check(_: End) -> None:
        assert world.operator.table.get(f"A#gone-{number}", "poll#inbound") is None

    return Life(Minute(world), check)


ONCE, NEVER = frozenset({1}), frozenset({0})
RESENT = at_least_once(one)

SCENARIOS = (
    Scenario("clock: a lost record", acme, enqueued(one)),
    Scenario("clock: a lost record of many", acme, enqueued(three, 3)),
    Scenario("clock: a schedule", acme, enqueued(scheduled(one))),
    Scenario("clock: a schedule of many", acme, enqueued(scheduled(three), 3)),
    Scenario("clock: grace is over", acme, unclear(one, nothing, State.UNKNOWN, NEVER)),
    Scenario("clock: grace is over, sent again", acme, unclear(RESENT, nothing, State.SENT, ONCE)),
    Scenario("clock: grace is over, reported", acme, unclear(one, delivered, State.SENT, NEVER)),
    Scenario("clock: grace of what waits again", acme, grace_runs_on),
    Scenario("clock: grace of what has ended", acme, grace_that_is_over),
    Scenario("clock: an orphan that is ours", acme, orphan(ours=True, waiting=True)),
    Scenario("clock: an orphan that was merged", acme, orphan(ours=True, waiting=False)),
    Scenario("clock: an orphan of nobody", acme, orphan(ours=False, waiting=True)),
    Scenario("clock: a receipt that is overdue", acme, receipt(reported=False)),
    Scenario("clock: a receipt that came", acme, receipt(reported=True)),
    Scenario("clock: lists", listed, poll, polls=True),
    Scenario("clock: lists of an account that is gone", acme, poll_of_nobody, polls=True),
)
