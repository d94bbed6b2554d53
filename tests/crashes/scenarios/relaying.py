"""
The media function: what tenants post, and what people sent.
"""

from collections.abc import Callable
from typing import Any

from herald.aws import keys
from herald.aws.attributes import Item
from tests import webhooks
from tests.crashes.scenario import End, Life, Scenario
from tests.crashes.scenarios.delivering import acme
from tests.crashes.stage import Stage
from tests.crashes.triggers import Http, Queue
from tests.crashes.vendor import picture
from tests.webhooks import MESSAGING, tell


def upload(stage: Stage, number: int) -> Life:
    """A tenant posts a picture: whoever was told its id can have it."""
    headers = {"content-type": "image/png", "authorization": f"Bearer {stage.world.key}"}
    trigger = Http(lambda: stage.world.call("POST", "/v1/media", headers, picture(number)))

    def check(end: End) -> None:
        assert end.answered
        assert trigger.answer
        media = trigger.answer.json["id"]
        assert stage.world.operator.bucket.get(f"media/acme/{media}") == picture(number)

    return Life(trigger, check)


def start_upload(stage: Stage, _: int) -> Life:
    """A tenant asks where to put a large one."""
    body = {"content_type": "image/png", "size": 10}
    trigger = Http(lambda: stage.world.post("/v1/media/uploads", body))

    def check(end: End) -> None:
        assert end.answered
        assert trigger.answer
        assert trigger.answer.json["url"]

    return Life(trigger, check)


def received(stage: Stage, number: int) -> list[dict[str, Any]]:
    """A person has sent a picture: the two records of the media queue about it, without their delays."""
    body = webhooks.inbound(content=None, mediaId=f"picture-{number}")
    assert tell(stage.world, MESSAGING, "inbound", body).status == 200
    assert not stage.world.invoke("publish", {"Records": stage.world.written()})["batchItemFailures"]
    stage.world.clock.now += stage.world.operator.settings.media_wait
    told = keys.id_of(inbound(stage, number))
    return [record for record in stage.take("MediaQueue") if told in record["body"]]


def inbound(stage: Stage, number: int) -> Item:
    """The message with the picture of this life."""
    (item,) = [
        item
        for item in stage.items()
        if item["pk"].startswith("N#") and item["media"][0]["provider_media_id"] == f"picture-{number}"
    ]
    return item


def fetch(stage: Stage, number: int) -> Life:
    """What a person sent is fetched from the provider, and the message told of with it."""
    records = [record for record in received(stage, number) if '"inbound"' in record["body"]]
    return Life(Queue(stage.world, "media", records), ready(stage, number))


def announce(stage: Stage, number: int) -> Life:
    """It could not be had in time: the message is told of as it is, and its media when it is here."""
    records = received(stage, number)
    stage.aside += [("media", record) for record in records if '"inbound"' in record["body"]]
    soon = [record for record in records if '"announce"' in record["body"]]
    return Life(Queue(stage.world, "media", soon), ready(stage, number))


def ready(stage: Stage, number: int) -> Callable[[End], None]:
    """The medium is on the tenant's shelf, and the message was told of."""

    def check(_: End) -> None:
        item = inbound(stage, number)
        (media,) = item["media"]
        assert media["state"] == "ready", media["state"]
        assert stage.world.operator.bucket.get(f"media/acme/{media['media_id']}"), "it is not there"

    return check


SCENARIOS = (
    Scenario("media: upload", acme, upload),
    Scenario("media: a presigned upload", acme, start_upload),
    Scenario("media: fetched", acme, fetch),
    Scenario("media: announced without", acme, announce),
)
