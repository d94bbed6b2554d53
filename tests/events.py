"""
Writes docs/events.md from a run in which everything happens once: `python -m tests.events`.

So each example is an event as it stood on the bus, and the page cannot say what the code does not do.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import httpx

from docs.generate.events import inbound_table
from herald.event import EVENT_TYPES
from herald.identifier import digest
from herald.models import StatusUpdate
from herald.status import Status
from tests.world import Answer, Json, World

PAGE = Path(__file__).parent.parent / "docs" / "events.md"
SECOND, MINUTE = 1000, 60_000

ANNA, BERT = "+436641234567", "+436641234568"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"

MEANING: Mapping[str, str] = {
    "message.accepted": "It is stored and will be sent. A member of a request is told of when it is first claimed.",
    "message.unknown": "Nobody can say whether it was sent: the call ended without a readable answer, and no report"
    " came within the grace time. It is not sent again, unless its policy is `at_least_once`.",
    "message.sent": "The provider took it.",
    "message.rejected": "The provider read it and said no, or it could not be said to the provider. It was not sent.",
    "message.expired": "Its time was over before it could be sent.",
    "message.cancelled": "It was stopped before it was sent.",
    "message.failed": "It was sent, and the provider reports that it will not be delivered. Providers do report"
    " `delivered` after `failed`: then the good news follows.",
    "message.delivered": "The provider reports that it has arrived.",
    "message.read": "The provider reports that it was read.",
    "message.receipt_overdue": "It was sent, and what its sender asked to learn of it (`success`) was not reported"
    " within a day (template parameter `ReceiptSeconds`), nor that it failed. It is told once and changes no status, so"
    " its `sequence` is that of the status; a report that comes later is told as ever.",
    "message.received": "A person wrote. With media it is told when they are here, or after a minute as it stands."
    " `reply_to` is the provider's id of the message that is answered or quoted, `thread` the conversation in an app"
    " that an answer has to name. The `content` is one of those below.",
    "media.ready": "Media of a message that was told without it have arrived, or `failed`; `position` counts from 0.",
    "request.accepted": "A request to many is stored and will be sent; its members have events of their own.",
    "request.cancelled": "What was left of a request was stopped.",
    "request.expired": "The time of a request was over before all of it could be sent.",
    "endpoint.disabled": "An endpoint of yours is called back no more: it answered 410 (`gone`), or took nothing for"
    " five days (`failing`). Enable it again once it is well ([callbacks.md](callbacks.md)).",
}

HEAD = """\
# Events

Everything that happens to messages goes out on the stack's event bus: source `herald`, the type below as `detail-type`,
and as `detail` what the examples show. `python -m tests.events` writes this page from a real run; docs/events.json has
a JSON Schema for each type.

- **At least once, in any order.** An event that comes again has the same `id`. Of a message, the highest `sequence` is
  the truth: a lower one that comes later is old news.
- `at` is when it happened, by the provider's clock where the provider told; `tenant` is whose it is.
- What a test key has done says `"test": true`, here and in `data`.
- `data` is what `GET /v1/messages/{id}` shows, without content and history; of an inbound message, all that
  `GET /v1/inbound/{id}` shows.
- What says nothing is left out. New members may come: ignore those that you do not know.
- The list is closed: claims, retries and reports without a new status are not events.
- The same events are POSTed to the endpoints that a tenant registers ([callbacks.md](callbacks.md)). An `endpoint.test`
  with the endpoint's `id` as its `data` is what one is called with when its owner tests it; it is not on the bus.
"""


def page(examples: Mapping[str, Json]) -> str:
    """The whole page."""
    parts = [HEAD]
    for kind in EVENT_TYPES:
        example = json.dumps(examples[kind], indent=2, ensure_ascii=False)
        parts.append(f"## {kind}\n\n{MEANING[kind]}\n\n```json\n{example}\n```\n")
        if kind == "message.received":
            parts.append(f"Members with a question mark may be missing.\n\n{inbound_table()}\n")
    return "\n".join(parts)


def examples() -> dict[str, Json]:
    """One event of each type, the first that the run has brought."""
    with everything() as events:
        found: dict[str, Json] = {}
        for event in events:
            found.setdefault(event["type"], event)
        return found


@contextmanager
def everything() -> Iterator[list[Json]]:
    """All events of a run in which everything happens."""
    with World.of_acme() as world:
        happened: list[Json] = []
        for happening in (
            *(_good, _failed, _rejected, _expired, _cancelled, _unknown, _overdue),
            *(_received, _media, _requests, _disabled),
        ):
            world.provider = taken
            happening(world)
            _publish(world)
            happened += world.events()
        yield [_stable(event) for event in happened]


def taken(request: httpx.Request) -> httpx.Response:
    """A provider that says yes to everything."""
    if request.url.host == "auth.websms.com":
        return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
    if request.method == "GET":
        return httpx.Response(200, content=JPEG, headers={"content-type": "image/jpeg"})
    return httpx.Response(200, json={"statusCode": 2000, "transferId": "0059d97ad56d2bc5", "smsCount": 1})


def _always(answer: Callable[[], httpx.Response]) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: answer()


def _send(world: World, key: str, **more: object) -> str:
    body = {"channel": "sms", "to": ANNA, "content": {"type": "text", "text": "Your order is on its way."}, **more}
    answer: Answer = world.post("/v1/messages", body, idempotency_key=key)
    assert answer.status == 202, answer.body
    identifier: str = answer.json["id"]
    return identifier


def _publish(world: World) -> None:
    """Let the stream be published, and no lane move on."""
    if written := world.written():
        world.invoke("publish", {"Records": written})


def _report(world: World, identifier: str, status: Status, word: str, code: str | None = None) -> None:
    world.clock.now += MINUTE
    account = (world.operator.messages.get(identifier) or {})["account"]
    update = StatusUpdate(word, status, f"{identifier}-0", at=world.clock.now, code=code)
    assert world.operator.reports.apply(account, update)
    _publish(world)


def _good(world: World) -> None:
    identifier = _send(world, "order-4711", channel="whatsapp", reference="order-4711")
    world.clock.now += SECOND
    world.settle()
    _report(world, identifier, Status.DELIVERED, "delivered")
    _report(world, identifier, Status.READ, "read")


def _failed(world: World) -> None:
    identifier = _send(world, "order-4712")
    world.settle()
    _report(world, identifier, Status.FAILED, "undeliverable", "17")


def _rejected(world: World) -> None:
    refusal = {"statusCode": 4002, "statusMessage": "INVALID_RECIPIENT"}
    world.provider = _always(lambda: httpx.Response(200, json=refusal))
    _send(world, "order-4713")
    world.settle()


def _expired(world: World) -> None:
    world.provider = _always(lambda: httpx.Response(429, headers={"retry-after": "120"}))
    _send(world, "order-4714", options={"validity_seconds": 60})
    world.settle()


def _cancelled(world: World) -> None:
    identifier = _send(world, "order-4715", send_at="2025-06-20T08:00:00Z")
    assert world.post(f"/v1/messages/{identifier}/cancel").status == 200


def _unknown(world: World) -> None:
    world.provider = _always(lambda: httpx.Response(500))
    _send(world, "order-4716")
    world.settle()
    world.clock.now += world.operator.settings.grace + MINUTE
    world.invoke("clock", {})


def _overdue(world: World) -> None:
    _send(world, "order-4717", channel="whatsapp", success="delivered")
    world.settle()
    world.clock.now += world.operator.settings.receipt + MINUTE
    world.invoke("clock", {})


def _received(world: World) -> None:
    notification = {
        "messageType": "text",
        "notificationId": "02c1d0051949fe70cbfa",
        "senderAddress": "436641234567",
        "senderAddressType": "international",
        "recipientAddress": "acme",
        "textMessageContent": "Where is my order?",
    }
    assert world.webhook("acme-sms", "inbound", notification).status == 200


def _media(world: World) -> None:
    """The minute is over before the media is here."""
    body = {
        "type": "whatsapp",
        "applicationId": "app-2",
        "sender": ANNA,
        "recipient": "+436761234567",
        "user": {"displayName": "Anna"},
        "content": "This one!",
        "mediaId": "0F6368DC-6D35-430A-B739-1245ED1457A5",
    }
    assert world.webhook("acme-websms", "inbound", body).status == 200
    _publish(world)
    world.clock.now += world.operator.settings.media_wait
    records = world.records("MediaQueue")
    for wanted in ("announce", "inbound"):
        chosen = [record for record in records if wanted in json.loads(record["body"])]
        assert world.invoke("media", {"Records": chosen}) == {"batchItemFailures": []}
        _publish(world)


def _requests(world: World) -> None:
    recipients = [{"to": ANNA}, {"to": BERT}]
    later = "2025-06-20T08:00:00Z"
    identifier = _send(world, "newsletter-7", to=None, recipients=recipients, send_at=later, reference="newsletter-7")
    assert world.post(f"/v1/messages/{identifier}/cancel").status == 200
    _publish(world)
    _send(world, "newsletter-8", to=None, recipients=recipients, options={"validity_seconds": 60})
    _publish(world)
    world.clock.now += 2 * MINUTE
    world.settle()


def _disabled(world: World) -> None:
    """The last of all, so that nothing else is called back."""
    world.customer = _always(lambda: httpx.Response(410))
    wanted = {"url": "https://hooks.example.com/herald", "description": "shop"}
    assert world.post("/v1/endpoints", wanted).status == 201
    world.clock.now += MINUTE
    _send(world, "order-4718")
    world.settle()


def _stable(event: Json) -> Json:
    """The event with the ids of every run where a provider that gives none would make them others in each."""
    if event["type"] == "endpoint.disabled":
        told: Json = json.loads(json.dumps(event).replace(event["data"]["id"], digest("example", "endpoint")))
        return told
    if event["type"] not in ("message.received", "media.ready"):
        return event
    text = json.dumps(event).replace(event["id"].partition(":")[0], digest("example", "inbound"))
    media = event["data"]["media"]
    if isinstance(media, dict):
        text = text.replace(media["id"], digest("example", "media"))
    stable: Json = json.loads(text)
    return stable


if __name__ == "__main__":
    with redirect_stdout(StringIO()):  # the functions' logs
        written = page(examples())
    PAGE.write_text(written)
