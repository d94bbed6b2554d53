"""
The HTTP routes of the callback function: endpoints, their secrets, and what they did not take.
"""

import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpcore
import httpx
import pytest
from standardwebhooks import Webhook

from herald.authenticating import Scope
from herald.aws.deliveries import Delivery, DeliveryState
from herald.aws.endpoints import MAX_ENDPOINTS
from herald.endpoint import Disabled, secret_of
from tests.customers import Customer
from tests.world import SIGNING_KEY, Answer, Json, World

URL = "https://hooks.example.com/herald"
EVENT = "m" * 26 + ":0:sent"
DAY = 86_400_000

pytestmark = pytest.mark.feature("F24")


@pytest.fixture
def world() -> Iterator[World]:
    """A stack with two tenants."""
    with World.of_acme() as world:
        world.add_tenant("beta")
        yield world


@pytest.fixture
def endpoint(world: World) -> str:
    """The path of an endpoint of acme."""
    return f"/v1/endpoints/{add(world).json['id']}"


def add(world: World, key: str | None = None, **more: object) -> Answer:
    """What registering an endpoint answers."""
    return world.post("/v1/endpoints", {"url": URL, **more}, key)


def patch(world: World, path: str, body: object, key: str | None = None) -> Answer:
    """What a PATCH answers."""
    headers = {"authorization": f"Bearer {key or world.key}", "content-type": "application/json"}
    return world.call("PATCH", path, headers, json.dumps(body).encode())


def delete(world: World, path: str, key: str | None = None) -> Answer:
    """What a DELETE answers."""
    return world.call("DELETE", path, {"authorization": f"Bearer {key or world.key}"})


def keep(world: World, path: str, event: str = EVENT, **more: Any) -> Delivery:
    """An event that the endpoint did not take."""
    parts = world.function("callback").parts
    text = json.dumps({"id": event, "type": "message.sent", "data": {"text": "Grüße"}})
    facts = {"first": world.clock.now, "attempts": 1, "last": "503", "ttl": 2_000_000_000, **more}
    kept = Delivery(endpoint=path.rpartition("/")[2], id=event, tenant="acme", event=text, **facts)
    assert parts.deliveries.insert(kept)
    return kept


def signature(secret: str, posted: httpx.Request) -> str:
    """What stands in the header of a callback that this secret signed."""
    at = datetime.fromtimestamp(int(posted.headers["webhook-timestamp"]), UTC)
    return Webhook(secret).sign(posted.headers["webhook-id"], at, posted.content.decode())


def raising(error: type[Exception]) -> Customer:
    """A customer's server with which this happens."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    return fail


def waiting(world: World) -> list[Json]:
    """What lies on the callback queue."""
    return [json.loads(record["body"]) for record in world.records("CallbackQueue")]


# Registering.


def test_registering(world: World) -> None:
    """An endpoint is answered with all that is known of it and, only here, with its secret."""
    answer = add(world, events=["message.*", "media.ready", "message.*"], description="Bäckerei 🥐")
    assert answer.status == 201
    assert answer.headers["location"] == f"/v1/endpoints/{answer.json['id']}"
    assert answer.json == {
        "id": answer.json["id"],
        "url": URL,
        "events": ["message.*", "media.ready"],
        "description": "Bäckerei 🥐",
        "status": "enabled",
        "created_at": "2025-06-15T15:06:40.000Z",
        "secret": secret_of(SIGNING_KEY.encode(), answer.json["id"], 1),
    }
    told = {name: value for name, value in answer.json.items() if name != "secret"}
    assert world.get(f"/v1/endpoints/{answer.json['id']}").json == told
    assert world.get("/v1/endpoints").json == {"endpoints": [told]}


def test_an_endpoint_for_everything(world: World) -> None:
    """Without events it wants all; the same address may be there twice, under ids and secrets of its own."""
    first, second = add(world).json, add(world).json
    assert first["events"] == []
    assert "description" not in first
    assert first["id"] != second["id"]
    assert first["secret"] != second["secret"]
    world.clock.now += 1
    third = add(world).json
    listed = world.get("/v1/endpoints").json["endpoints"]
    assert [one["id"] for one in listed][2] == third["id"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "url", "invalid_message"),
        ({"url": ""}, "url", "invalid_message"),
        ({"url": 7}, "url", "invalid_message"),
        ({"url": f"https://hooks.example.com/{'a' * 2048}"}, "url", "invalid_message"),
        ({"url": "http://hooks.example.com/"}, "url", "address_refused"),
        ({"url": "https://hooks.example.com:9000/"}, "url", "address_refused"),
        ({"url": "https://u:p@hooks.example.com/"}, "url", "address_refused"),
        ({"url": "https://192.168.0.1/"}, "url", "address_refused"),
        ({"url": URL, "events": "message.sent"}, "events", "invalid_message"),
        ({"url": URL, "events": ["message.sent", "message.lost"]}, "events[1]", "invalid_message"),
        ({"url": URL, "events": ["message.sent"] * 41}, "events", "invalid_message"),
        ({"url": URL, "description": "a" * 201}, "description", "invalid_message"),
        ({"url": URL, "description": "a\x00b"}, "description", "invalid_message"),
        ({"url": URL, "secret": "mine"}, "secret", "invalid_message"),
        ({"url": URL, "disabled": True}, "disabled", "invalid_message"),
    ],
)
def test_what_cannot_be_registered(world: World, body: Json, field: str, code: str) -> None:
    """A body that is wrong is a problem with its field, repeats nothing that was refused, and nothing is stored."""
    answer = world.post("/v1/endpoints", body)
    assert (answer.status, answer.json["field"], answer.json["code"]) == (422, field, code)
    assert b"u:p" not in answer.body
    assert b"message.lost" not in answer.body
    assert world.get("/v1/endpoints").json == {"endpoints": []}


def test_bodies_that_cannot_be_read(world: World, endpoint: str) -> None:
    """What is no JSON, too much or not declared as JSON is refused on every route that takes a body."""
    headers = {"authorization": f"Bearer {world.key}", "content-type": "application/json"}
    routes = (("POST", "/v1/endpoints"), ("PATCH", endpoint), ("POST", f"{endpoint}/rotate"))
    for method, path in (*routes, ("POST", f"{endpoint}/replay")):
        assert world.call(method, path, headers, b"{").status == 400
        assert world.call(method, path, headers, b"[]").status == 400
        assert world.call(method, path, headers, b" " * 64_001).status == 413
        assert world.call(method, path, {**headers, "content-type": "text/plain"}, b"{}").status == 415


def test_too_many(world: World) -> None:
    """A tenant has a number of endpoints at most; one that is removed makes room, another tenant has its own."""
    added = [add(world) for _ in range(MAX_ENDPOINTS)]
    assert {answer.status for answer in added} == {201}
    refused = add(world)
    assert (refused.status, refused.json["code"]) == (409, "too_many_endpoints")
    assert refused.json["hint"]
    assert add(world, world.add_key("beta")).status == 201
    assert delete(world, f"/v1/endpoints/{added[0].json['id']}").status == 204
    assert add(world).status == 201


# Changing.


def test_changing(world: World, endpoint: str) -> None:
    """What is given is changed, what is left out or null stays."""
    body: Json = {"url": f"{URL}/2", "events": ["message.read"], "description": "shop", "disabled": True}
    changed = patch(world, endpoint, body)
    assert changed.status == 200
    assert changed.json["status"] == "disabled"
    assert changed.json["disabled_reason"] == "owner"
    assert {name: changed.json[name] for name in ("url", "events", "description")} == {
        name: body[name] for name in ("url", "events", "description")
    }
    assert patch(world, endpoint, {}).json == changed.json
    assert patch(world, endpoint, {"url": None, "events": None, "disabled": None}).json == changed.json
    again = patch(world, endpoint, {"disabled": False, "events": [], "description": ""}).json
    assert (again["status"], again["events"]) == ("enabled", [])
    assert not {"disabled_reason", "description"} & set(again)
    assert world.get(endpoint).json == again


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"events": ["*"]}, "events[0]"),
        ({"disabled": "yes"}, "disabled"),
        ({"disabled": 1}, "disabled"),
        ({"status": "enabled"}, "status"),
        ({"id": "a"}, "id"),
    ],
)
def test_what_cannot_be_changed(world: World, endpoint: str, body: Json, field: str) -> None:
    """A change that is wrong names its field and changes nothing."""
    before = world.get(endpoint).json
    answer = patch(world, endpoint, body)
    assert (answer.status, answer.json["field"]) == (422, field)
    assert world.get(endpoint).json == before


def test_changes_side_by_side(world: World, endpoint: str) -> None:
    """Several who change different parts at the same moment all have their way."""
    world.function("callback")
    bodies: list[Json] = [{"description": "shop"}, {"events": ["message.*"]}, {"url": f"{URL}/2"}, {"disabled": True}]
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(lambda body: patch(world, endpoint, body).status, bodies))
    assert answers == [200] * len(bodies)
    held = world.get(endpoint).json
    assert (held["description"], held["events"], held["url"]) == ("shop", ["message.*"], f"{URL}/2")
    assert held["status"] == "disabled"


def test_removing(world: World, endpoint: str) -> None:
    """It is gone with everything about it, once."""
    keep(world, endpoint)
    answer = delete(world, endpoint)
    assert (answer.status, answer.body) == (204, b"")
    assert delete(world, endpoint).status == 404
    for path in ("", "/secret", "/deliveries", f"/deliveries/{EVENT}"):
        assert world.get(f"{endpoint}{path}").status == 404
    assert patch(world, endpoint, {"disabled": False}).status == 404
    assert world.get("/v1/endpoints").json == {"endpoints": []}


# Secrets.


def test_rotating(world: World, endpoint: str) -> None:
    """A new secret stands beside the old one until its overlap, a day unless told, is over."""
    (old,) = world.get(f"{endpoint}/secret").json["secrets"]
    rotated = world.call("POST", f"{endpoint}/rotate", {"authorization": f"Bearer {world.key}"})
    assert rotated.status == 200
    new, ending = rotated.json["secrets"]
    assert set(new) == {"secret"}
    assert ending == {**old, "valid_until": "2025-06-16T15:06:40.000Z"}
    assert world.get(f"{endpoint}/secret").json == rotated.json
    world.clock.now += DAY
    assert world.get(f"{endpoint}/secret").json == {"secrets": [new]}
    newest = world.post(f"{endpoint}/rotate", {"overlap_seconds": 0}).json["secrets"]
    assert len(newest) == 1
    assert newest != [new]
    assert len(world.post(f"{endpoint}/rotate", {"overlap_seconds": 604_800}).json["secrets"]) == 2


@pytest.mark.parametrize("overlap", [-1, 604_801, 1.5, "60", True, None])
def test_overlaps_that_cannot_be(world: World, endpoint: str, overlap: object) -> None:
    """The old secret lives on for whole seconds up to seven days."""
    answer = world.post(f"{endpoint}/rotate", {"overlap_seconds": overlap})
    assert (answer.status, answer.json["field"]) == (422, "overlap_seconds")
    assert len(world.get(f"{endpoint}/secret").json["secrets"]) == 1


# What was not taken.


def test_deliveries(world: World, endpoint: str) -> None:
    """Each is listed with its state and what came of the latest try; one is shown with the very event."""
    assert world.get(f"{endpoint}/deliveries").json == {"deliveries": []}
    kept = keep(world, endpoint, next=world.clock.now + 5000, due=world.clock.now + 5000)
    (listed,) = world.get(f"{endpoint}/deliveries").json["deliveries"]
    assert listed == {
        "event_id": EVENT,
        "webhook_id": EVENT,
        "type": "message.sent",
        "state": "waiting",
        "attempts": 1,
        "first_at": "2025-06-15T15:06:40.000Z",
        "last": "503",
        "next_at": "2025-06-15T15:06:45.000Z",
    }
    assert world.get(f"{endpoint}/deliveries/{EVENT}").json == {**listed, "event": json.loads(kept.event)}
    assert world.get(f"{endpoint}/deliveries/{EVENT.replace(':', '%3A')}").status == 200


@pytest.mark.parametrize("what", ["sent", "receipt_overdue"])
def test_a_member_of_a_request(world: World, endpoint: str, what: str) -> None:
    """Its event has a full stop in its id, which no webhook-id may have; it is found by either, whatever happened."""
    name = f"{'m' * 26}.{'a' * 10}:0:{what}"
    keep(world, endpoint, name)
    (listed,) = world.get(f"{endpoint}/deliveries").json["deliveries"]
    assert (listed["event_id"], listed["webhook_id"]) == (name, name.replace(".", "_"))
    for given in (name, listed["webhook_id"]):
        assert world.get(f"{endpoint}/deliveries/{given}").json["event_id"] == name


def test_one_that_has_not_been_tried(world: World, endpoint: str) -> None:
    """What met a closed gate has no last try to tell of."""
    keep(world, endpoint, attempts=0, last="")
    (listed,) = world.get(f"{endpoint}/deliveries").json["deliveries"]
    assert not {"last", "next_at"} & set(listed)


def test_paging(world: World, endpoint: str) -> None:
    """Page after page all are listed once, of a state only those; a cursor is good for this very list."""
    names = [f"{'m' * 25}{letter}:0:sent" for letter in "abcdefg"]
    for position, name in enumerate(names):
        keep(world, endpoint, name, state=DeliveryState.FAILED if position % 2 else DeliveryState.WAITING)
    for query, wanted in (("", names), ("state=failed&", names[1::2]), ("state=delivered&", [])):
        found: list[str] = []
        more: str | None = ""
        while more is not None:
            page = world.get(f"{endpoint}/deliveries?{query}limit=2{more}").json
            found += [one["event_id"] for one in page["deliveries"]]
            more = f"&cursor={page['next_cursor']}" if "next_cursor" in page else None
        assert found == wanted
    cursor = world.get(f"{endpoint}/deliveries?limit=2").json["next_cursor"]
    other = f"/v1/endpoints/{add(world).json['id']}"
    for path in (f"{endpoint}/deliveries?state=failed&cursor={cursor}", f"{other}/deliveries?cursor={cursor}"):
        answer = world.get(path)
        assert (answer.status, answer.json["field"]) == (422, "cursor")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "state=lost", "cursor=x", "cursor=W10", "from=1", "cursor="])
def test_questions_that_cannot_be(world: World, endpoint: str, query: str) -> None:
    """A query that is wrong names its parameter."""
    answer = world.get(f"{endpoint}/deliveries?{query}")
    assert (answer.status, answer.json["code"]) == (422, "invalid_query")
    assert answer.json["field"] == query.partition("=")[0]


# Trying again.


def test_replaying_one(world: World, endpoint: str) -> None:
    """A delivery waits again as if it were new, and a worker is told at once."""
    keep(world, endpoint, state=DeliveryState.FAILED, attempts=10)
    answer = world.post(f"{endpoint}/deliveries/{EVENT}/replay")
    assert answer.status == 202
    assert (answer.json["state"], answer.json["attempts"]) == ("waiting", 0)
    (record,) = waiting(world)
    assert (record["tenant"], record["retry"]) == ("acme", EVENT)
    assert world.get(f"{endpoint}/deliveries/{EVENT}").json["state"] == "waiting"


def test_replaying_many(world: World, endpoint: str) -> None:
    """All that are not delivered, those of a state, or those of a time, the bounds included."""
    states = (DeliveryState.FAILED, DeliveryState.WAITING, DeliveryState.DELIVERED)
    for position in range(6):
        first = world.clock.now + position * 1000
        keep(world, endpoint, f"{'m' * 25}{'abcdef'[position]}:0:sent", state=states[position % 3], first=first)
    between = {"from": "2025-06-15T15:06:41Z", "to": "2025-06-15T15:06:42+00:00"}
    for body, count in (
        ({"state": "delivered"}, 2),
        ({**between, "state": "waiting"}, 2),  # one of them was delivered until just now
        ({"state": "failed"}, 2),
        ({}, 6),
        (between, 2),
        ({"from": "2025-06-15T15:06:46Z"}, 0),
    ):
        answer = world.post(f"{endpoint}/replay", body)
        assert (answer.status, answer.json) == (202, {"replayed": count}), body
        assert len(waiting(world)) == count
    assert world.call("POST", f"{endpoint}/replay", {"authorization": f"Bearer {world.key}"}).json == {"replayed": 6}


def test_replaying_very_many(world: World, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes longer than one request is gone on with by its cursor, which is good for the same choice only."""
    monkeypatch.setattr("herald.endpoint_door.REPLAY_MILLISECONDS", 0)
    for first, second in itertools.product("abcdefghijklm", repeat=2):
        keep(world, endpoint, f"{'m' * 24}{first}{second}:0:sent")
    answer = world.post(f"{endpoint}/replay", {}).json
    assert answer["replayed"] == 100
    assert world.post(f"{endpoint}/replay", {"cursor": answer["next_cursor"], "state": "failed"}).status == 422
    assert world.post(f"{endpoint}/replay", {"cursor": answer["next_cursor"]}).json == {"replayed": 69}
    assert len({record["retry"] for record in waiting(world)}) == 169


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "lost"}, "state"),
        ({"from": "2025-06-15"}, "from"),
        ({"from": "2025-06-15T10:00:00"}, "from"),
        ({"from": "2025-06-16T10:00:00Z", "to": "2025-06-15T10:00:00Z"}, None),
        ({"cursor": "x"}, "cursor"),
        ({"event": EVENT}, "event"),
    ],
)
def test_replays_that_cannot_be(world: World, endpoint: str, body: Json, field: str | None) -> None:
    """A choice that is wrong names its field, and nothing is tried again."""
    keep(world, endpoint)
    answer = world.post(f"{endpoint}/replay", body)
    assert (answer.status, answer.json.get("field")) == (422, field)
    assert waiting(world) == []


def test_replaying_to_a_disabled_endpoint(world: World, endpoint: str) -> None:
    """It has to be enabled first."""
    keep(world, endpoint)
    patch(world, endpoint, {"disabled": True})
    for path in (f"{endpoint}/replay", f"{endpoint}/deliveries/{EVENT}/replay"):
        answer = world.post(path, {})
        assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert waiting(world) == []


def test_deliveries_that_are_not_there(world: World, endpoint: str) -> None:
    """An event that was taken at once, or never happened, has none."""
    for name in (EVENT, "x", "a b", "A" * 500, "%00", "%ED%A0%80"):
        assert world.get(f"{endpoint}/deliveries/{name}").status == 404
        assert world.post(f"{endpoint}/deliveries/{name}/replay").status == 404


# Calling it.


def test_a_test(world: World, endpoint: str) -> None:
    """The endpoint is posted an event of its own kind, signed; what it answers is told, and nothing is kept."""
    world.customer = lambda _: httpx.Response(202)
    secret = world.get(f"{endpoint}/secret").json["secrets"][0]["secret"]
    answer = world.post(f"{endpoint}/test")
    assert (answer.status, answer.json) == (200, {"delivered": True, "last": "202", "milliseconds": 0})
    (posted,) = world.posted
    event = json.loads(posted.content)
    assert (event["type"], event["tenant"]) == ("endpoint.test", "acme")
    assert event["data"] == {"id": endpoint.rpartition("/")[2]}
    assert event["id"] == posted.headers["webhook-id"]
    assert posted.headers["webhook-signature"] == signature(secret, posted)
    assert world.get(f"{endpoint}/deliveries").json == {"deliveries": []}
    assert waiting(world) == []


@pytest.mark.parametrize("status", [301, 400, 410, 429, 500, 503])
def test_a_test_that_is_not_taken(world: World, endpoint: str, status: int) -> None:
    """The answer is told as it is, the call itself is well, and the endpoint stays as it was."""
    world.customer = lambda _: httpx.Response(status, headers={"location": "https://hooks.example.com/2"})
    answer = world.post(f"{endpoint}/test")
    assert (answer.status, answer.json["delivered"], answer.json["last"]) == (200, False, str(status))
    assert len(world.posted) == 1
    assert world.get(endpoint).json["status"] == "enabled"


def test_a_test_without_an_answer(world: World, endpoint: str) -> None:
    """Whoever does not answer, or closes the line, is told of in our words."""
    for error, word in ((httpcore.ReadTimeout, "timeout"), (httpcore.ReadError, "broken")):
        world.customer = raising(error)
        assert world.post(f"{endpoint}/test").json["last"] == word


def test_a_test_of_a_disabled_endpoint(world: World, endpoint: str) -> None:
    """It may be tried before it is enabled."""
    patch(world, endpoint, {"disabled": True})
    world.customer = lambda _: httpx.Response(200)
    assert world.post(f"{endpoint}/test").json["delivered"] is True


# Who may.

READS = ("", "/deliveries", f"/deliveries/{EVENT}")
WRITES = ("/rotate", "/test", "/replay", f"/deliveries/{EVENT}/replay")


def _everything(world: World, endpoint: str, key: str) -> dict[str, int]:
    """What each route answers to this key."""
    found = {f"GET {path}": world.get(f"{endpoint}{path}", key).status for path in (*READS, "/secret")}
    found |= {f"POST {path}": world.post(f"{endpoint}{path}", {}, key).status for path in WRITES}
    found["PATCH"] = patch(world, endpoint, {"description": "theirs"}, key).status
    return found | {"DELETE": delete(world, endpoint, key).status}


def test_scopes(world: World, endpoint: str) -> None:
    """Reading and writing are rights of their own; the secrets take the right to write."""
    keep(world, endpoint)
    reader, writer = (world.add_key("acme", [scope]) for scope in (Scope.ENDPOINTS_READ, Scope.ENDPOINTS_WRITE))
    others = world.add_key("acme", [each for each in Scope if not each.startswith("endpoints:")])
    assert set(_everything(world, endpoint, others).values()) == {403}
    assert world.get("/v1/endpoints", others).status == 403
    assert add(world, others).status == 403
    allowed = {name for name, status in _everything(world, endpoint, reader).items() if status == 200}
    assert allowed == {f"GET {path}" for path in READS}
    assert world.get("/v1/endpoints", writer).status == 403
    assert world.get(endpoint, writer).status == 403
    assert world.get(f"{endpoint}/secret", writer).status == 200
    assert set(_everything(world, endpoint, "hk_nothing").values()) == {401}
    assert "description" not in world.get(endpoint).json


def test_other_tenants(world: World, endpoint: str) -> None:
    """To another tenant an endpoint and its deliveries do not exist, whatever it wants of them."""
    keep(world, endpoint)
    theirs = world.add_key("beta")
    assert set(_everything(world, endpoint, theirs).values()) == {404}
    assert world.get("/v1/endpoints", theirs).json == {"endpoints": []}
    assert world.get(endpoint).status == 200
    assert waiting(world) == []


@pytest.mark.parametrize("name", ["x", "a" * 26, "A" * 26, "a" * 2000, "%00", "..", "hook%23a"])
def test_endpoints_that_are_not_there(world: World, name: str) -> None:
    """Whatever is asked for by a name that is none is not found."""
    statuses = _everything(world, f"/v1/endpoints/{name}", world.key)
    assert set(statuses.values()) == {404}


def test_test_keys(world: World) -> None:
    """A test key registers endpoints and does with them what another key does."""
    key = world.add_key("acme", test=True)
    added = add(world, key)
    assert added.status == 201
    path = f"/v1/endpoints/{added.json['id']}"
    assert [one["id"] for one in world.get("/v1/endpoints", key).json["endpoints"]] == [added.json["id"]]
    assert patch(world, path, {"description": "sandbox"}, key).json["description"] == "sandbox"
    assert len(world.post(f"{path}/rotate", {}, key).json["secrets"]) == 2
    assert world.get(f"{path}/deliveries", key).json == {"deliveries": []}
    assert delete(world, path, key).status == 204


def test_methods(world: World, endpoint: str) -> None:
    """A path that is not for this method says for which it is."""
    answer = world.call("PUT", endpoint, {"authorization": f"Bearer {world.key}"})
    assert answer.status == 405
    assert set(answer.headers["allow"].split(", ")) >= {"GET", "PATCH", "DELETE"}


def test_a_reason_is_told(world: World, endpoint: str) -> None:
    """An endpoint that Herald has disabled says why."""
    parts = world.function("callback").parts
    held = parts.endpoints.read("acme", endpoint.rpartition("/")[2]).value
    assert parts.endpoints.disable(held, Disabled.GONE, world.clock.now)
    told = world.get(endpoint).json
    assert (told["status"], told["disabled_reason"]) == ("disabled", "gone")
