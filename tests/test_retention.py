"""
What tenants do not keep: content goes with the write that ends a message, addresses too where they say so.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from herald.aws import clients
from herald.aws.inbound import SETTLED
from herald.aws.registry import Tenant
from herald.identifier import member_id
from herald.retention import INBOUND_LIFE, Retention, end_of
from herald.status import State
from tests import contract, webhooks
from tests.crash import meanwhile
from tests.faults import Died, dying, refusing
from tests.units import metering
from tests.webhooks import MESSAGING, SMS, message, tell
from tests.world import Json, World

pytestmark = pytest.mark.feature("F31")

ANNA, BERT = "+436761234567", "+436761234568"
WORDS = "canarywords"
LONG = WORDS * 100
WISHES = [Retention.REDACT, Retention.DISCARD]


@pytest.fixture(params=WISHES)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A tenant that does not keep what it says."""
    with World.of_acme() as world:
        wish(world, request.param)
        world.provider = webhooks.takes_everything
        yield world


def wish(world: World, content: Retention) -> None:
    registry = world.operator.registry
    held = registry.read_tenant("acme")
    registry.change_tenant(Tenant("acme", created=held.value.created, content=content), held.version)


def keeps_addresses(world: World) -> bool:
    return world.operator.registry.content("acme") is Retention.REDACT


def dump() -> str:
    """Everything in the table, as text."""
    return json.dumps(webhooks.table())


def accept(world: World, text: str = WORDS, **fields: Any) -> str:
    body = {"channel": "sms", "to": ANNA, "content": {"type": "text", "text": text}} | fields
    answer = world.post("/v1/messages", body)
    assert answer.status == 202, answer.body
    return str(answer.json["id"])


def is_gone(world: World, identifier: str) -> Json:
    """Nothing of the words is left, nor of the address if that is wanted; what is shown says so."""
    view: Json = world.get(f"/v1/messages/{identifier}").json
    assert contract.fits("MessageDetail", view)
    assert WORDS not in dump()
    assert view["redacted"] is True
    assert "content" not in view
    assert "variables" not in view
    shown = {"to": ANNA} if keeps_addresses(world) else {"to_ends": "567"}
    assert {name: view[name] for name in ("to", "to_ends") if name in view} == shown
    assert (ANNA in dump()) == keeps_addresses(world)
    listed = world.get(f"/v1/messages?recipient={ANNA}").json["messages"]
    assert identifier in [one["id"] for one in listed]
    return view


@pytest.mark.parametrize("text", [WORDS, LONG])
@pytest.mark.parametrize("status", ["sent", "rejected", "expired", "cancelled", "unknown"])
def test_the_end_takes_the_words(world: World, text: str, status: str) -> None:
    """Whichever end a message takes, what it said goes with it; until then it is there."""
    identifier = accept(world, text)
    assert WORDS in json.dumps(world.get(f"/v1/messages/{identifier}").json["content"])
    match status:
        case "cancelled":
            assert world.post(f"/v1/messages/{identifier}/cancel").status == 200
        case "rejected":
            world.provider = lambda _: httpx.Response(200, json={"statusCode": 4002, "statusMessage": "no"})
        case "unknown":
            world.provider = lambda _: httpx.Response(500)
        case "expired":
            world.clock.now += 86_400_000
    world.settle()
    if status == "unknown":
        assert WORDS in dump(), "it may be sent again"
        world.clock.now += world.operator.settings.grace
        world.invoke("clock", {}, 55_000)
        world.settle()
    assert is_gone(world, identifier)["status"] == status
    told = [event for event in world.events() if event["type"] == f"message.{status}"]
    assert [event["data"]["redacted"] for event in told] == [True]


def test_a_message_that_is_tried_again(world: World) -> None:
    """While a message waits for another try, what it says is kept; a report that settles an unclear one takes it."""
    world.provider = lambda _: httpx.Response(429)
    identifier = accept(world, policy="at_least_once")
    world.settle(wait=False)
    assert message(world, identifier)["state"] == State.RETRY
    assert WORDS in dump()
    world.provider = lambda _: httpx.Response(500)
    world.settle(wait=True)
    assert message(world, identifier)["state"] == State.UNCLEAR
    assert WORDS in dump()
    tell(world, SMS, "status", webhooks.report("delivered", f"{identifier}-0"))
    world.clock.now += world.operator.settings.grace
    world.invoke("clock", {}, 55_000)
    assert is_gone(world, identifier)["status"] == "delivered"


def test_it_costs_nothing_more(world: World) -> None:
    """A small message is emptied by the write that ends it: no other write, and no more units."""
    with metering() as meter:
        accept(world)
        accepted = meter.units()
        world.settle()
    assert accepted == 4
    assert [write.units for write in meter if write.key.startswith("M#")] == [4, 1, 2]


def test_the_same_key_again(world: World) -> None:
    """A repeat answers as before, though nothing of the message is left to answer from."""
    body = {"channel": "sms", "to": ANNA, "content": {"type": "text", "text": LONG}, "reference": "r-1"}
    first = world.post("/v1/messages", body, idempotency_key="k")
    world.settle()
    again = world.post("/v1/messages", body, idempotency_key="k")
    assert (again.json, again.headers["idempotency-replayed"]) == (first.json, "true")
    assert world.post("/v1/messages", body | {"to": BERT}, idempotency_key="k").status == 422
    assert WORDS not in dump()
    assert len(world.requests) == 1


@pytest.mark.parametrize("fault", ["died", "refused"])
def test_a_large_body_that_stays_behind(world: World, fault: str) -> None:
    """When the body beside a message cannot be emptied, nobody is shown it, and its own time ends it within days."""
    identifier = accept(world, LONG)
    world.records("TransactionalQueue")
    client = clients.dynamodb()
    if fault == "died":
        with dying(client, "UpdateItem", after_it=True), pytest.raises(Died):
            world.post(f"/v1/messages/{identifier}/cancel")
    else:
        with refusing(client, "UpdateItem", after=1):
            assert world.post(f"/v1/messages/{identifier}/cancel").status == 200
    view = world.get(f"/v1/messages/{identifier}").json
    assert (view["status"], view["redacted"], "content" in view) == ("cancelled", True, False)
    (beside,) = [item for item in webhooks.table() if item["sk"]["S"].startswith("C#")]
    assert int(beside["ttl"]["N"]) <= world.clock.now // 1000 + 3 * 86_400


def many(world: World, **fields: Any) -> str:
    people = [{"to": to, "variables": {"name": f"{WORDS}{to[-1]}"}} for to in (ANNA, BERT)]
    return accept(world, f"Hi {{{{name}}}} {WORDS}", to=None, recipients=people, **fields)


@pytest.mark.parametrize("end", ["sent", "cancelled", "cancelled late", "expired"])
def test_a_request_of_many(world: World, end: str) -> None:
    """A chunk loses content, variables, and addresses if that is wanted, when it is closed; its members stay listed."""
    later = {"send_at": "2025-06-16T00:00:00Z"} if end.startswith("cancelled") else {}
    request = many(world, **later)
    if end == "cancelled late":
        world.clock.now += 3_600_000 * 9
        world.invoke("clock", {}, 55_000)
    if end.startswith("cancelled"):
        assert world.post(f"/v1/messages/{request}/cancel").status == 200
        world.invoke("clock", {}, 55_000)
    if end == "expired":
        world.clock.now += 86_400_000
    world.settle()
    members = world.get(f"/v1/messages?request={request}").json["messages"]
    status = end.partition(" ")[0]
    assert [(one["id"], one["status"]) for one in members] == [(member_id(request, to), status) for to in (ANNA, BERT)]
    assert all(one["redacted"] for one in members)
    assert "content" not in world.get(f"/v1/messages/{request}").json
    assert world.get(f"/v1/messages/{request}").json["redacted"] is True
    member = world.get(f"/v1/messages/{member_id(request, ANNA)}").json
    assert ("content" in member, member.get("to_ends", "567")) == (False, "567")
    assert WORDS not in dump()
    assert (ANNA in dump()) == keeps_addresses(world)


def test_a_chunk_waits_for_the_unclear(world: World) -> None:
    """A member that may be sent again needs its chunk: it is emptied when nobody does, and what is sent is whole."""
    world.provider = lambda _: httpx.Response(500)
    request = many(world, policy="at_least_once")
    world.settle(wait=False)
    assert WORDS in dump()
    world.provider = webhooks.takes_everything
    for _ in range(4):
        world.clock.now += world.operator.settings.grace
        world.invoke("clock", {}, 55_000)
        world.settle()
    assert {one["status"] for one in world.get(f"/v1/messages?request={request}").json["messages"]} == {"sent"}
    assert all(WORDS.encode() in sent.content for sent in world.requests)
    assert WORDS not in dump()


def test_a_worker_dies_between_emptying_and_closing(world: World) -> None:
    """A chunk that was emptied but not closed is closed by whoever comes next; nothing is sent twice."""
    request = many(world)
    records = world.records("BulkQueue")
    world.invoke("deliver", {"Records": records}, 60_000)
    sent = len(world.requests)
    table = world.operator.table
    header = world.operator.requests.get(request) or {}
    table.put({**header, "open": {"K#000"}})
    world.invoke("deliver", {"Records": records}, 60_000)
    assert "open" not in (world.operator.requests.get(request) or {})
    assert len(world.requests) == sent


def test_a_wish_counts_from_when_a_message_came(world: World) -> None:
    """What was accepted before the wish was changed is kept as it was wished then."""
    identifier = accept(world)
    wish(world, Retention.KEEP)
    world.clock.now += 60_000
    kept = accept(world)
    world.settle()
    assert "content" not in world.get(f"/v1/messages/{identifier}").json
    assert world.get(f"/v1/messages/{kept}").json["content"]["text"] == WORDS


def inbound(world: World) -> Json:
    (found,) = world.get("/v1/inbound").json["inbound"]
    assert contract.fits("Inbound", found)
    seen: Json = found
    return seen


def test_what_people_write(world: World) -> None:
    """Content and name of what comes in are told once, shown for a day, and gone with the clock's next minute."""
    tell(world, MESSAGING, "inbound", webhooks.inbound(WORDS, sender=ANNA[1:]))
    world.settle()
    (event,) = world.events()
    assert event["data"]["content"]["text"] == WORDS
    assert inbound(world) == event["data"]
    identifier = event["data"]["id"]
    world.clock.now += INBOUND_LIFE - 1
    assert world.get(f"/v1/inbound/{identifier}").json == event["data"]
    world.clock.now += 1
    hidden = world.get(f"/v1/inbound/{identifier}").json
    assert WORDS in dump()
    world.invoke("clock", {}, 55_000)
    assert (WORDS in dump(), "The user" in dump()) == (False, False)
    assert world.get(f"/v1/inbound/{identifier}").json == hidden
    assert (hidden["redacted"], "content" in hidden, "name" in hidden) == (True, False, False)
    assert hidden.get("from", ANNA) == ANNA
    assert hidden.get("from_ends", "567") == "567"
    assert ("from" in hidden) == keeps_addresses(world) == (ANNA in dump())
    assert [one["id"] for one in world.get(f"/v1/inbound?sender={ANNA}").json["inbound"]] == [identifier]
    world.settle()
    assert world.events() == []
    assert '"D#' not in dump()


PICTURE = b"\x89PNG\r\n\x1a\n" + WORDS.encode()


def vendor(request: httpx.Request) -> httpx.Response:
    """websms, with a picture that somebody sent."""
    if request.method == "GET":
        return httpx.Response(200, content=PICTURE, headers={"content-type": "image/png"})
    return webhooks.takes_everything(request)


def test_media_that_people_send(world: World) -> None:
    """Their files go too, with a fetch that comes too late; and nothing stays due."""
    world.provider = vendor
    tell(world, MESSAGING, "inbound", webhooks.inbound(WORDS, sender=ANNA[1:], mediaId="m-1"))
    world.settle()
    records = world.records("MediaQueue")
    world.invoke("media", {"Records": records})
    (media,) = inbound(world)["media"]
    assert media["state"] == "ready"
    assert world.get(media["link"]).status == 200
    world.clock.now += INBOUND_LIFE
    for _ in range(3):
        world.invoke("clock", {}, 55_000)
        world.invoke("media", {"Records": records})
        world.clock.now += SETTLED
    assert inbound(world)["media"] == []
    assert world.get(media["link"]).status == 404
    assert clients.s3().list_objects_v2(Bucket="herald")["KeyCount"] == 0
    assert '"D#' not in dump()


def test_media_that_come_while_their_message_is_emptied(world: World) -> None:
    """Whoever is fetching a file when its message is emptied takes it away again."""
    world.provider = vendor
    tell(world, MESSAGING, "inbound", webhooks.inbound(WORDS, sender=ANNA[1:], mediaId="m-1"))
    world.settle()
    world.clock.now += INBOUND_LIFE
    with meanwhile(clients.s3(), "PutObject", lambda: world.invoke("clock", {}, 55_000)):
        assert world.invoke("media", {"Records": world.records("MediaQueue")}) == {"batchItemFailures": []}
    assert clients.s3().list_objects_v2(Bucket="herald")["KeyCount"] == 0


@pytest.mark.parametrize(("address", "end"), [(ANNA, "567"), ("customer:4711", "711"), ("email:a", ""), ("+4366", "")])
def test_the_end_of_an_address(address: str, end: str) -> None:
    """Three characters tell people apart who know them already; of a short address they would tell it all."""
    assert end_of(address) == end
