"""
The webhook function: reports, inbound messages, what is too much or cannot be read, and what was set aside.
"""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from herald.aws import clients
from herald.aws.table import Change
from herald.models import Account, Channel, Sender
from herald.view import status_of
from tests import webhooks
from tests.crashes.calls import Fault
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.sending import recipients
from tests.crashes.stage import Stage
from tests.crashes.triggers import Http, Queue
from tests.crashes.vendor import Vendor
from tests.faults import refusing
from tests.webhooks import MESSAGING, SMS, tell
from tests.world import Answer, Json, World

AICC, AICC_SENDER, CONNECT = "acme-aicc", "+41445550000", "acme-connect"


@contextmanager
def acme() -> Iterator[Stage]:
    """The tenant acme, with accounts whose webhooks are signed."""
    with World.of_acme() as world, Stage.of(world, Vendor()) as stage:
        senders = (Sender(AICC_SENDER, Channel.WHATSAPP),)
        world.add_account(Account(AICC, "huawei_aicc", ("acme",), senders=senders), {})
        world.add_account(Account(CONNECT, "webex_connect", ("acme",), {"region": "eu"}), {"service_key": "k"})
        yield stage


def sent(stage: Stage, number: int) -> str:
    """A message that the provider has taken."""
    identifier = webhooks.send(stage.world, to=recipients(number)[0])
    stage.events += stage.world.events()
    return identifier


def reported(word: str, status: str, *before: str, **marks: Any) -> Callable[[Stage, int], Life]:
    """A report of this word, after those `before`: the message has this status, and says so."""

    def begin(stage: Stage, number: int) -> Life:
        identifier = sent(stage, number)
        for each in before:
            tell(stage.world, SMS, "status", webhooks.report(each, f"{identifier}-0"))
        if marks:
            change = Change("SET #history = :history", marks)
            stage.world.operator.table.update(f"M#{identifier}", ".", change)

        def check(_: End) -> None:
            item = stage.item(identifier)
            assert item
            assert status_of(item) == status, f"{status_of(item)} instead of {status}"
            assert ("lp" in item) == (status == "failed"), "the list of bad ends"

        body = webhooks.report(word, f"{identifier}-0")
        return Life(Http(lambda: tell(stage.world, SMS, "status", body)), check, identifier)

    return begin


def by_their_id(*, known: bool) -> Callable[[Stage, int], Life]:
    """A report that names the provider's id only, before or after our side has come to the meeting place."""

    def begin(stage: Stage, number: int) -> Life:
        identifier = sent(stage, number)
        theirs = f"t-{number:020}"
        world = stage.world
        if known:
            world.operator.rendezvous.meet(SMS, theirs, identifier, 0, world.clock.now)
        body = webhooks.report("delivered", "", transferId=theirs, clientMessageId=None)

        def fire() -> Answer:
            return tell(world, SMS, "status", body)

        def check(end: End) -> None:
            assert end.answered
            item = stage.item(identifier)
            assert item
            place = world.operator.table.get(f"R#{SMS}#{theirs}")
            if known:
                assert status_of(item) == "delivered", status_of(item)
            else:
                assert place, "the report is not kept"
                assert place["waiting"], "the report is not kept"

        return Life(Http(fire), check, identifier)

    return begin


def said(account: str, body: Callable[[int], Json]) -> Callable[[Stage, int], Life]:
    """A person writes: the message is kept, once where it has an id, and told of."""

    def begin(stage: Stage, number: int) -> Life:
        def fire() -> Answer:
            return tell(stage.world, account, "inbound", body(number))

        return Life(Http(fire), kept(stage, number, 1, again=account == MESSAGING))

    return begin


def kept(stage: Stage, number: int, count: int, *, flagged: int = 0, again: bool = False) -> Callable[[End], None]:
    """
    So many inbound messages of this life, and so many that are flagged as repeats.

    Where the provider gives no id, what it posts `again` is kept too.
    """

    def check(end: End) -> None:
        assert end.answered
        found = [item for item in stage.items() if item["pk"].startswith("N#") and f"text {number}." in item["content"]]
        firsts = [item for item in found if "duplicate_of" not in item]
        assert len(firsts) == count, f"{len(firsts)} of {count} are kept"
        more = len(found) - count - flagged
        assert more == 0 or (again and end.fault and more > 0), f"{more} more"

    return check


def without_id(number: int) -> Json:
    return webhooks.inbound(f"text {number}.0")


def with_id(number: int) -> Json:
    return webhooks.sms(f"text {number}.0", notificationId=f"n-{number}")


def repeated(stage: Stage, number: int) -> Life:
    """The provider says again what it has said a minute ago, without an id: both are kept, the second is flagged."""
    assert tell(stage.world, MESSAGING, "inbound", without_id(number)).status == 200
    life = said(MESSAGING, without_id)(stage, number)
    return Life(life.trigger, kept(stage, number, 1, flagged=1, again=True))


def many(number: int, count: int) -> Json:
    """A webhook that tells so many things."""
    told = [{"type": "text", "text": f"text {number}.{each}"} for each in range(count)]
    entries = [
        {"from": "41793026727", "to": AICC_SENDER, "messageId": f"id-{number}-{each}", "message": message}
        for each, message in enumerate(told)
    ]
    return {"results": entries}


def many_at_once(count: int) -> Callable[[Stage, int], Life]:
    """A provider that signs what it posts, and posts many messages in one."""

    def begin(stage: Stage, number: int) -> Life:
        body = many(number, count)
        stored = kept(stage, number, count)

        def check(end: End) -> None:
            raw = [body for _, body in webhooks.quarantine(stage.world)] if end.fault is Fault.REFUSED else []
            if json.dumps(body).encode() not in raw:  # where the queue refuses it lies there, whole
                stored(end)

        return Life(Http(lambda: tell(stage.world, AICC, "inbound", body)), check)

    return begin


def as_before(number: int) -> tuple[dict[str, str], bytes]:
    """Headers and body of a webhook whose secret has just been replaced, which the provider does not know yet."""
    told = {"channel": "SMS", "oa": "447700900009", "da": "34343", "message": f"text {number}.0", "tid": f"{number}"}
    body = json.dumps(told).encode()
    for each in (number, number + 1):
        secrets = {"service_key": "k", "hub_secret": f"hub {each}"}
        clients.secretsmanager().put_secret_value(
            SecretId=f"herald/accounts/{CONNECT}", SecretString=json.dumps(secrets)
        )
    return {"x-hub-signature": hmac.digest(f"hub {number}".encode(), body, "sha256").hex()}, body


def signed_as_before(stage: Stage, number: int) -> Life:
    """It is believed all the same."""
    headers, body = as_before(number)
    place = webhooks.path(CONNECT, "inbound")
    return Life(Http(lambda: stage.world.call("POST", place, headers, body)), kept(stage, number, 1))


def replayed_as_before(stage: Stage, number: int) -> Life:
    """So is one that nobody could verify when it came."""
    headers, body = as_before(number)
    return Life(Queue(stage.world, "webhook", [quarantined(CONNECT, number, body, headers)]), kept(stage, number, 1))


def spilled(stage: Stage, number: int) -> Life:
    """What was spilled is worked through, by the queue."""
    assert tell(stage.world, AICC, "inbound", many(number, 12)).status == 200
    records = stage.take("SpillQueue")
    assert len(records) == 1
    return Life(Queue(stage.world, "webhook", records), kept(stage, number, 12))


def unreadable(stage: Stage, number: int) -> Life:
    """What cannot be read is kept as it came, where people look."""
    return set_aside(stage, "inbound", f"unreadable {number}".encode())


def of_nobody(stage: Stage, number: int) -> Life:
    """So is a report of a message that never was."""
    report = webhooks.report("delivered", f"{'a' * 26}-0", transferId=f"t-{number}")
    return set_aside(stage, "status", json.dumps(report).encode())


def set_aside(stage: Stage, kind: str, body: bytes) -> Life:
    def check(end: End) -> None:
        assert end.answered
        assert body in [each for _, each in webhooks.quarantine(stage.world)]

    return Life(Http(lambda: tell(stage.world, SMS, kind, body)), check)


def unreadable_without_bucket(stage: Stage, number: int) -> Life:
    """The same while the bucket refuses everything: it waits in the queue."""
    life = unreadable(stage, number)
    assert isinstance(life.trigger, Http)
    call = life.trigger.call

    def fire() -> Answer:
        with refusing(clients.s3()):
            return call()

    life.trigger.call = fire
    return life


def quarantined(account: str, number: int, body: bytes, headers: Mapping[str, str]) -> Json:
    """The record by which a webhook in quarantine is replayed."""
    record = {"account": account, "kind": "inbound", "receipt": f"r-{number}", "headers": headers, "query": {}}
    record["body"] = base64.b64encode(body).decode()
    return {"messageId": f"m-{number}", "body": json.dumps(record), "attributes": {"ApproximateReceiveCount": "1"}}


def replayed(stage: Stage, number: int) -> Life:
    """Quarantine is replayed by the queue; what still cannot be read lies there as before."""
    body = json.dumps(with_id(number)).encode()
    return Life(Queue(stage.world, "webhook", [quarantined(SMS, number, body, {})]), kept(stage, number, 1))


def gone(stage: Stage, number: int) -> Life:
    """What is replayed for an account that is gone goes to quarantine."""
    life = replayed(stage, number)
    assert isinstance(life.trigger, Queue)
    record = json.loads(life.trigger.records[0]["body"]) | {"account": "gone"}
    life.trigger.records[0]["body"] = json.dumps(record)

    def check(end: End) -> None:
        assert end.answered
        assert json.dumps(with_id(number)).encode() in [body for _, body in webhooks.quarantine(stage.world)]

    return Life(life.trigger, check)


FULL = {f"digest{number:02}": [0, "word", ""] for number in range(16)}
"""A history with no room left."""

SCENARIOS = (
    Scenario("webhook: delivered", acme, reported("delivered", "delivered")),
    Scenario("webhook: failed", acme, reported("rejected", "failed")),
    Scenario("webhook: delivered after all", acme, reported("delivered", "delivered", "rejected")),
    Scenario("webhook: the history is full", acme, reported("delivered", "delivered", history=FULL)),
    Scenario("webhook: by their id, before us", acme, by_their_id(known=False)),
    Scenario("webhook: by their id, after us", acme, by_their_id(known=True)),
    Scenario("webhook: inbound with an id", acme, said(SMS, with_id)),
    Scenario("webhook: inbound without an id", acme, said(MESSAGING, without_id)),
    Scenario("webhook: inbound without an id, again", acme, repeated),
    Scenario("webhook: signed as before", acme, signed_as_before),
    Scenario("webhook: several events", acme, many_at_once(3)),
    Scenario("webhook: more than ten events", acme, many_at_once(12)),
    Scenario("webhook: the spill queue", acme, spilled),
    Scenario("webhook: unreadable", acme, unreadable),
    Scenario("webhook: of nobody's message", acme, of_nobody),
    Scenario("webhook: unreadable, and no bucket", acme, unreadable_without_bucket),
    Scenario("webhook: replayed", acme, replayed),
    Scenario("webhook: replayed, signed as before", acme, replayed_as_before),
    Scenario("webhook: replayed, the account is gone", acme, gone),
)
