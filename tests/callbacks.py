"""
Callbacks in tests: endpoints, events on the callback queue, and time that runs until nothing waits any more.
"""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

from herald.aws import clients
from herald.aws.deliveries import DUE, Delivery
from herald.callback_record import event_record
from herald.endpoint import Endpoint, secret_of
from herald.event import Published
from herald.identifier import digest
from tests.world import SIGNING_KEY, World

REMAINING = 45_000
"""Milliseconds that the function callback has (template.yaml)."""

VISIBILITY = 275_000
"""Milliseconds after which a record of the callback queue that was not deleted comes again."""


def add_endpoint(world: World, name: str = "hook", tenant: str = "acme", **fields: Any) -> Endpoint:
    """An endpoint at `https://<name>.example/hook`."""
    values = {"id": digest(tenant, name), "tenant": tenant, "url": f"https://{name}.example/hook"}
    endpoint = Endpoint(**{**values, "created": world.clock.now, **fields})
    world.operator.endpoints.add(endpoint)
    return endpoint


def published(endpoint: Endpoint, number: int = 0) -> Published:
    """An event as it could be about a message of the endpoint's tenant."""
    return Published("message.sent", f"m.{number}:0:sent", endpoint.tenant, 1_750_000_000_000, 3, {"id": f"m.{number}"})


def put(world: World, endpoint: Endpoint, numbers: Iterable[int] = (0,)) -> None:
    """Put events for an endpoint onto the callback queue, as publish does."""
    person = {"pp": "P#acme#x", "ts": "1750000000000#m"}
    records = [event_record(endpoint.id, published(endpoint, number), person) for number in numbers]
    world.operator.queues.put(world.environment("callback")["CALLBACK_QUEUE"], records)


def run(world: World, remaining: int = REMAINING) -> None:
    """What lies on the callback queue now, and what comes back at once."""
    while batches := world.batches("CallbackQueue"):
        for batch in batches:
            assert not world.invoke("callback", {"Records": batch}, remaining)["batchItemFailures"]


def live(world: World, until: int | None = None) -> None:
    """Queue and clock work, and time goes on, until nothing waits or it is `until`."""
    while True:
        run(world)
        held, due = world.held_until("CallbackQueue"), _due(world)
        at = min([*held, *due], default=None)
        if at is None or (until is not None and at > until):
            world.clock.now = until or world.clock.now
            return
        world.clock.now = max(at, world.clock.now)
        if due and min(due) <= world.clock.now:
            world.invoke("clock", {}, 55_000)


def _due(world: World) -> list[int]:
    """When the clock has something to do; one call where the clock makes one a shard."""
    found = clients.dynamodb().scan(
        TableName=world.operator.settings.table,
        IndexName="later",
        FilterExpression="begins_with(lp, :due) AND contains(ls, :kind)",
        ExpressionAttributeValues={":due": {"S": "D#"}, ":kind": {"S": DUE}},
    )
    return [int(item["ls"]["S"].partition("#")[0]) for item in found["Items"]]


def rows(world: World, endpoint: Endpoint) -> list[Delivery]:
    """What waits for the endpoint, or has waited."""
    return [one for piece, _ in world.operator.deliveries.pieces(endpoint.id) for one in piece]


def ids(requests: Iterable[httpx.Request]) -> list[str]:
    """The `webhook-id` of each."""
    return [request.headers["webhook-id"] for request in requests]


def verifies(request: httpx.Request, endpoint: Endpoint, epoch: int) -> bool:
    """Whether the reference library takes it with the secret of this epoch; it goes by the real time."""
    try:
        Webhook(secret_of(SIGNING_KEY.encode(), endpoint.id, epoch)).verify(request.content, dict(request.headers))
    except WebhookVerificationError:
        return False
    return True


def answering(*statuses: int, headers: dict[str, str] | None = None) -> Callable[[httpx.Request], httpx.Response]:
    """A customer who answers these one after the other, the last one for ever."""
    left = list(statuses)

    def answer(_request: httpx.Request) -> httpx.Response:
        status = left.pop(0) if len(left) > 1 else left[0]
        return httpx.Response(status, headers={"content-length": "0", **(headers or {})})

    return answer
