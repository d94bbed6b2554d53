"""
AWS refuses at each call of a webhook in turn: what is acknowledged is kept, and what is not is asked for again.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from herald.aws import clients
from herald.models import Account
from tests import webhooks
from tests.conftest import Show
from tests.faults import THROTTLED
from tests.webhooks import MESSAGING, MESSAGING_ACK, SMS, SMS_ACK, tell
from tests.world import World

pytestmark = [pytest.mark.goal("G8"), pytest.mark.timeout(0)]

AICC = "acme-aicc"
CANARY = "canary"
REFERENCE = "a" * 26 + "-0"
PEOPLE = {
    "results": [
        {"from": "41793026727", "messageId": f"{number}", "message": {"type": "text", "text": CANARY}}
        for number in range(3)
    ]
}
CASES: dict[str, tuple[str, str, object, bytes]] = {
    "a message without an id": (MESSAGING, "inbound", webhooks.inbound(CANARY), MESSAGING_ACK),
    "a message with an id": (SMS, "inbound", webhooks.sms(CANARY), SMS_ACK),
    "several messages": (AICC, "inbound", PEOPLE, b""),
    "a report": (SMS, "status", webhooks.report("delivered", "?", deliveredAs=CANARY), SMS_ACK),
    "a report by their id": (MESSAGING, "status", webhooks.status("delivered", transferId=CANARY), MESSAGING_ACK),
    "a report of nobody's message": (SMS, "status", webhooks.report("delivered", REFERENCE, code=CANARY), SMS_ACK),
    "what nobody can read": (SMS, "status", CANARY.encode(), SMS_ACK),
}

FIRSTS = {"a message without an id": 1, "a message with an id": 1, "several messages": 3}
"""What a person said, however often it was told."""


@contextmanager
def _refusing(first: int, last: int) -> Iterator[list[str]]:
    """The calls to AWS from the first to the last, counted from 0, are refused; yields the names of all."""
    called: list[str] = []

    def refuse(model: Any, **_: Any) -> Any:
        called.append(model.name)
        if not first <= len(called) - 1 <= last:
            return None
        answer = AWSResponse("https://aws.example", 400, HTTPHeaders(), None)
        return answer, {"Error": {"Code": THROTTLED, "Message": ""}, "ResponseMetadata": {}}

    with ExitStack() as stack:
        every: tuple[Any, ...] = (clients.dynamodb(), clients.sqs(), clients.s3())
        for client in every:
            client.meta.events.register_first("before-call", refuse)
            stack.callback(client.meta.events.unregister, "before-call", refuse)
        yield called


@contextmanager
def _world() -> Iterator[World]:
    with World.of_acme() as world:
        world.add_account(Account(AICC, "huawei_aicc", ("acme",)), {})
        for account in (MESSAGING, SMS, AICC):
            assert tell(world, account, "status", b"[]").status == 200  # the worker is warm, and knows them all
        world.provider = webhooks.takes_everything
        yield world


def _case(world: World, name: str) -> tuple[str, str, object, bytes]:
    """The report is about a message that there is."""
    account, kind, body, ack = CASES[name]
    if name == "a report":
        body = webhooks.report("delivered", f"{webhooks.send(world)}-0", deliveredAs=CANARY)
    return account, kind, body, ack


def _kept(world: World, spilled: list[Any]) -> int:
    """Places in which the canary lies: items, spilled records, things in quarantine."""
    items = sum(CANARY in json.dumps(item, default=str) for item in webhooks.table())
    records = sum(CANARY.encode() in base64.b64decode(json.loads(record["body"])["body"]) for record in spilled)
    return items + records + sum(CANARY.encode() in body for _, body in webhooks.quarantine(world))


@pytest.mark.parametrize("name", CASES)
def test_every_call_refused(name: str, figure: Show) -> None:
    """
    From each call on, for two calls or for good, AWS refuses. One call alone: `tests.crashes`.

    An acknowledgement means that it lies somewhere, and once the spill queue is worked through that all of it is in
    its place, once; anything else is 503. Never 4xx, which would be the end of it.
    """
    counts: Counter[str] = Counter()
    with _world() as world:
        account, kind, body, _ = _case(world, name)
        with _refusing(99, 99) as calls:
            tell(world, account, kind, body)
    for first in range(len(calls) + 1):
        for length in (2, 10**6):
            with _world() as world:
                account, kind, body, ack = _case(world, name)
                with _refusing(first, first + length - 1):
                    answer = tell(world, account, kind, body)
                spilled = world.records("SpillQueue")
                if answer.status == 200:
                    assert answer.body == ack
                    assert _kept(world, spilled) > 0, (first, length)
                    counts["acknowledged and kept"] += 1
                    repeated = False
                else:
                    assert (answer.status, answer.json["code"]) == (503, "unavailable")
                    assert tell(world, account, kind, body).body == ack
                    counts["503, and kept when it came again"] += 1
                    repeated = True
                assert world.invoke("webhook", {"Records": spilled}) == {"batchItemFailures": []}
                _is_in_place(world, name)
                assert repeated or not any("duplicate_of" in item for item in webhooks.inbounds(world))
    for what, count in counts.items():
        figure("G8", f"store faults at {name}: {what}", count)


def _is_in_place(world: World, name: str) -> None:
    """All of it is where it belongs: what people wrote once for each event, unless the whole was set aside."""
    aside = [body for _, body in webhooks.quarantine(world) if CANARY.encode() in body]
    firsts = [item for item in webhooks.inbounds(world) if "duplicate_of" not in item]
    assert len(firsts) == FIRSTS.get(name, 0) or aside
    match name:
        case "a message without an id" | "a message with an id" | "several messages":
            assert all(CANARY in item["content"] for item in firsts)
        case "a report":
            (identifier,) = (item["pk"]["S"][2:] for item in webhooks.table() if item["pk"]["S"].startswith("M#"))
            assert "0.delivered" in webhooks.message(world, identifier)["marks"] or aside
        case "a report by their id":
            assert world.operator.rendezvous.meet(MESSAGING, CANARY, "a" * 26, 0, 0) or aside
        case _:
            assert aside
