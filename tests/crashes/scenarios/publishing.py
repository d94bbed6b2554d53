"""
The publish function: writes of the stream, as events and as work for the media queue.
"""

from herald.aws.keys import message
from tests import webhooks
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
    Scenario("publish: inbound media", acme, inbound_media),
)
