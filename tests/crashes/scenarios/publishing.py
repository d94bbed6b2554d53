"""
The publish function: writes of the stream, as events and as work for the media queue.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from herald.aws.keys import message
from tests import webhooks
from tests.callbacks import add_endpoint
from tests.carrier import send, sms
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.delivering import acme
from tests.crashes.scenarios.relaying import inbound
from tests.crashes.scenarios.sending import recipients
from tests.crashes.stage import Stage
from tests.crashes.triggers import Stream
from tests.webhooks import MESSAGING, tell


def life_of_a_message(stage: Stage, number: int) -> Life:
    """It was accepted and sent: both are told, whatever happens on the way."""
    identifier = send(stage.world, sms(recipients(number)[0]))
    assert not stage.world.invoke("deliver", {"Records": stage.take("TransactionalQueue")})["batchItemFailures"]

    def check(_: End) -> None:
        told = [event["type"] for event in stage.events if event["data"]["id"] == identifier]
        assert set(told) == {"message.accepted", "message.sent"}, f"{told}"

    return Life(Stream(stage.world, stage.world.written()), check, message(identifier))


@contextmanager
def called_back() -> Iterator[Stage]:
    """The tenant acme, with an endpoint that wants to hear of everything."""
    with acme() as stage:
        add_endpoint(stage.world)
        yield stage


def to_an_endpoint(stage: Stage, number: int) -> Life:
    """The same, and the tenant's endpoint gets both events."""
    life = life_of_a_message(stage, number)

    def check(end: End) -> None:
        life.check(end)
        taken = stage.customers.taken["hook.example"]
        times = [taken[f"{life.subject.removeprefix('M#')}:0:{word}"] for word in ("accepted", "sent")]
        assert all(times), f"posted {times}"
        assert end.fault or times == [1, 1], f"posted {times}"

    return Life(life.trigger, check, life.subject)


def inbound_media(stage: Stage, number: int) -> Life:
    """A person has sent a picture: it is fetched, and told of."""
    body = webhooks.inbound(content=None, mediaId=f"picture-{number}")
    assert tell(stage.world, MESSAGING, "inbound", body).status == 200
    written = stage.world.written()

    def check(_: End) -> None:
        item = inbound(stage, number)
        assert item["media"][0]["state"] == "ready"
        assert "announced" in item

    return Life(Stream(stage.world, written), check)


SCENARIOS = (
    Scenario("publish: a message", acme, life_of_a_message),
    Scenario("publish: a message, to an endpoint", called_back, to_an_endpoint),
    Scenario("publish: inbound media", acme, inbound_media),
)
