"""
The clock for those who want to be forgotten, and for what tenants do not keep; the route that asks for it.
"""

from collections.abc import Callable
from dataclasses import replace

from herald.aws import keys
from herald.aws.deliveries import Delivery, DeliveryState
from herald.aws.inbound import SETTLED
from herald.callback_record import event_text
from herald.models import Channel
from herald.retention import INBOUND_LIFE
from herald.shelving import inbound_media_id
from herald.view import stamp
from tests import webhooks
from tests.callbacks import add_endpoint, published
from tests.carrier import phone, send, sms
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.delivering import acme, discarding
from tests.crashes.scenarios.sending import LARGE, LATER, recipients
from tests.crashes.stage import Stage
from tests.crashes.triggers import Http, Minute
from tests.webhooks import MESSAGING, SMS, tell

MINUTE = 60_000


def ask(stage: Stage, number: int, *addresses: str) -> str:
    """Have the person of this life erased."""
    answer = stage.world.post("/v1/erasures", {"addresses": addresses or recipients(number)[:1]})
    assert answer.status == 202
    return str(answer.json["id"])


def asked(stage: Stage, number: int) -> Life:
    """Somebody is to be erased; whoever asks twice has it done twice."""
    person = recipients(number)[0]
    identifier = send(stage.world, sms(person))
    trigger = Http(lambda: stage.world.post("/v1/erasures", {"address": person}))

    def check(end: End) -> None:
        assert end.answered
        assert trigger.answer
        forgotten(stage, trigger.answer.json["id"], person)

    return Life(trigger, check, identifier)


def forgotten(stage: Stage, erasure: str, *people: str, tenant: str = "acme") -> None:
    """The erasure is done, and nothing in the table names these people."""
    assert stage.world.operator.erasures.read(tenant, erasure).done is not None, "it never ends"
    for item in stage.items():
        named = [person for person in people if person.lstrip("+") in repr(item)]
        assert not named, f"{item['pk']}/{item['sk']} names them"


def messages(stage: Stage, number: int) -> None:
    """One message is sent, with a large body, one waits."""
    person = recipients(number)[0]
    send(stage.world, sms(person, LARGE))
    assert not stage.world.invoke("deliver", {"Records": stage.take("TransactionalQueue")})["batchItemFailures"]
    send(stage.world, sms(person, send_at=later(stage)))


def later(stage: Stage) -> str:
    return stamp(stage.world.clock.now + LATER)


def requests(stage: Stage, number: int) -> None:
    """
    A request of many that waits, in which nobody else is, and one that somebody else has to get.

    In a tenant of its own: an erasure reads all requests of its tenant that wait.
    """
    own_tenant(stage, number)
    person, second = recipients(number, 2)
    body = sms("", send_at=later(stage)) | {"to": None}
    send(stage.world, body | {"recipients": [{"to": person}, {"to": second}]})
    send(stage.world, body | {"recipients": [{"to": person}, {"to": other(number)}]})


def own_tenant(stage: Stage, number: int) -> None:
    """The world's key is one of a tenant that nobody else is in."""
    world, tenant = stage.world, f"tenant{number}"
    world.add_tenant(tenant)
    world.key = world.add_key(tenant)
    account = world.operator.registry.read_account(SMS)
    owners = (*account.value.tenants, tenant)
    world.operator.registry.change_account(replace(account.value, tenants=owners), account.version)
    world.add_route(tenant, Channel.SMS, SMS)


def other(number: int) -> str:
    """Somebody else, who gets what he is to get."""
    return phone(number * 20 + 10)


def written(stage: Stage, number: int) -> None:
    """The person has written, with and without a picture, and once what could not be read."""
    sender = recipients(number)[0].lstrip("+")
    for more in ({}, {"mediaId": f"picture-{number}"}):
        assert tell(stage.world, MESSAGING, "inbound", webhooks.inbound(sender=sender, **more)).status == 200
    assert tell(stage.world, MESSAGING, "inbound", f"unreadable, of {sender}".encode()).status == 200
    assert not stage.world.invoke("publish", {"Records": stage.world.written()})["batchItemFailures"]
    stage.world.invoke("media", {"Records": stage.take("MediaQueue")})


def beside(stage: Stage, number: int) -> None:
    """What the person's phone can, and an event about the person that could not be posted yet."""
    world, person = stage.world, recipients(number)[0]
    assert world.get(f"/v1/capabilities?channel=rcs&recipient=%2B{person[1:]}").status == 200
    endpoint = add_endpoint(world, f"hook{number}")
    world.operator.endpoints.remove("acme", endpoint.id)
    event, now = published(endpoint, number), world.clock.now
    party = (keys.party_partition("acme", person), keys.time_sort(now, event.id))
    row = Delivery(endpoint=endpoint.id, id=event.id, tenant="acme", event=event_text(event.detail() | {"to": person}))
    failed = replace(row, party=party, ttl=2**32).over(DeliveryState.FAILED, "500")
    assert world.operator.deliveries.insert(failed)


def nothing(_: Stage, __: int) -> None:
    """Nobody knows the person."""


def erased(
    before: Callable[[Stage, int], None], passes: int = 0, count: int = 1, tenant: str = "acme"
) -> Callable[[Stage, int], Life]:
    """The clock goes on with an erasure that has so many passes behind it; `{}` in `tenant` is the life's number."""

    def begin(stage: Stage, number: int) -> Life:
        world, people = stage.world, recipients(number, count)
        before(stage, number)
        erasure = ask(stage, number, *people)
        for _ in range(passes):
            world.invoke("clock", {}, 55_000)
            world.clock.now += max(MINUTE, SETTLED)
        quarantined = [key for key in world.operator.bucket.quarantined(MESSAGING) if passes == 0]

        def check(_: End) -> None:
            forgotten(stage, erasure, *people, tenant=tenant.format(number))
            bodies = [world.operator.bucket.get(key) or b"" for key in quarantined[-1:]]
            assert not [body for body in bodies if people[0].lstrip("+").encode() in body], "quarantine names them"

        return Life(Minute(world), check)

    return begin


def heard(*, media: bool, settled: bool) -> Callable[[Stage, int], Life]:
    """The time of what a person wrote is over; `settled`: its text went long ago."""

    def begin(stage: Stage, number: int) -> Life:
        world, sender = stage.world, recipients(number)[0].lstrip("+")
        more = {"mediaId": f"picture-{number}"} if media else {}
        assert (
            tell(world, MESSAGING, "inbound", webhooks.inbound(f"text {number}.", sender=sender, **more)).status == 200
        )
        assert not world.invoke("publish", {"Records": world.written()})["batchItemFailures"]
        world.invoke("media", {"Records": stage.take("MediaQueue")})
        (mine,) = [item for item in stage.items() if item.get("content") and f"text {number}." in item["content"]]
        world.clock.now += INBOUND_LIFE
        if settled:
            world.invoke("clock", {}, 55_000)
            world.clock.now += SETTLED

        def check(_: End) -> None:
            item = world.operator.table.get(mine["pk"])
            assert item
            assert "gone" in item
            assert not {"content", "name", "media"} & item.keys(), f"{sorted(item)}"
            assert sender not in repr(item)
            medium = inbound_media_id(keys.id_of(mine), 0)
            assert world.operator.bucket.head(f"media/acme/{medium}") is None, "its picture is there"

        return Life(Minute(world), check)

    return begin


SCENARIOS = (
    Scenario("erase: asked for", acme, asked),
    Scenario("erase: messages", acme, erased(messages)),
    Scenario("erase: requests of many", acme, erased(requests, count=2, tenant="tenant{}")),
    Scenario("erase: what somebody wrote", acme, erased(written)),
    Scenario("erase: what somebody wrote, once no worker can bring more", acme, erased(written, 1)),
    Scenario("erase: what lies beside", acme, erased(beside)),
    Scenario("erase: the end", acme, erased(nothing, 1)),
    Scenario("empty: a text", discarding, heard(media=False, settled=False)),
    Scenario("empty: a text with a picture", discarding, heard(media=True, settled=False)),
    Scenario("empty: a picture", discarding, heard(media=True, settled=True)),
)
