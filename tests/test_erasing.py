"""
Somebody who wants to be forgotten: whatever way their name came in, it is nowhere any more; what is others' stays.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from herald.authenticating import Scope
from herald.aws import clients, keys
from herald.aws.due import Due
from herald.aws.erasures import DUE, PROOF
from herald.aws.inbound import SETTLED
from herald.errors import Unavailable
from herald.identifier import member_id
from herald.models import Account, Address, AddressType
from herald.spelling import pattern_of
from herald.view import stamp
from tests import contract, webhooks
from tests.conftest import Show
from tests.crash import Point, dying_at, meanwhile
from tests.faults import Died, refusing
from tests.test_openapi import PNG
from tests.webhooks import MESSAGING, SMS, message, tell
from tests.world import STACK, Json, World, _messages, _work_queues

pytestmark = pytest.mark.feature("F31")

DIGITS = "436764242424"
NUMBER, BERT = f"+{DIGITS}", "+436761234568"
EMAIL = "canary.person@example.com"
WORDS, NAME, FILE, BYTES = "canarywords", "canaryname", "canaryfile", "canarybytes"
CANARIES = (DIGITS, EMAIL, WORDS, NAME, FILE, BYTES)
CONNECT = "acme-connect"
MINUTE, HOUR = 60_000, 3_600_000


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = provider
        yield world


def provider(request: httpx.Request) -> httpx.Response:
    """websms, with a picture that somebody sent and an answer to what a number can."""
    if "capabilities" in request.url.path.lower():
        return httpx.Response(200, json={"statusCode": 2000, "capabilities": ["chat"]})
    if request.method == "GET":
        picture = PNG + (BYTES if "m-1" in request.url.path else "Bert's").encode()
        return httpx.Response(200, content=picture, headers={"content-type": "image/png"})
    return webhooks.takes_everything(request)


def stores(world: World) -> dict[str, str]:
    """Everything that is kept anywhere, as text: the table, the bucket, and each queue."""
    world.records("TransactionalQueue")
    found = {"table": json.dumps(webhooks.table()), "bucket": ""}
    for entry in clients.s3().list_objects_v2(Bucket=STACK).get("Contents", []):
        kept = clients.s3().get_object(Bucket=STACK, Key=entry["Key"])
        found["bucket"] += f"{entry['Key']} {kept['Metadata']} {kept['Body'].read()!r}"
    return found | {queue: " ".join(str(one.body) for one in _messages(queue)) for queue in _work_queues()}


def left(world: World, *canaries: str) -> list[tuple[str, str]]:
    """Which canaries are still in which store."""
    return [(name, one) for name, text in stores(world).items() for one in canaries or CANARIES if one in text]


def accept(world: World, **fields: Any) -> str:
    body = {"channel": "sms", "to": NUMBER, "content": {"type": "text", "text": WORDS}} | fields
    answer = world.post("/v1/messages", body)
    assert answer.status == 202, answer.body
    return str(answer.json["id"])


def later(world: World, hours: int = 9) -> str:
    return stamp(world.clock.now + hours * HOUR)


def ask(world: World, *addresses: object) -> str:
    """Have somebody erased; the id of the erasure."""
    body = {"address": addresses[0]} if len(addresses) == 1 else {"addresses": addresses}
    answer = world.post("/v1/erasures", body)
    assert answer.status == 202, answer.body
    contract.check("POST", "/v1/erasures", answer)
    assert answer.headers["location"] == f"/v1/erasures/{answer.json['id']}"
    return str(answer.json["id"])


def told(world: World, erasure: str) -> Json:
    answer = world.get(f"/v1/erasures/{erasure}")
    contract.check("GET", f"/v1/erasures/{erasure}", answer)
    found: Json = answer.json
    return found


def carry_out(world: World, erasure: str, minutes: int = 30) -> Json:
    """Let the clock work until it is done."""
    for _ in range(minutes):
        world.invoke("clock", {}, 55_000)
        if told(world, erasure)["status"] == "done":
            return told(world, erasure)
        world.clock.now += MINUTE
    raise AssertionError("the erasure never ends")


def erased(world: World, *addresses: object) -> Json:
    return carry_out(world, ask(world, *(addresses or (NUMBER,))))


def callback(world: World, event: str, text: str) -> None:
    """An event that could not be posted to the tenant yet, as its delivery row has it."""
    now, due = world.clock.now, keys.due(world.clock.now + HOUR, "callback")
    row = {"pk": f"H#{'e' * 26}", "sk": event, "tenant": "acme", "event": text, "state": "waiting", "attempts": 1}
    found = {"pp": keys.party_partition("acme", NUMBER), "ts": keys.time_sort(now, event)}
    world.operator.table.put(row | found | {"lp": keys.shard(event), "ls": due, "ttl": now // 1000 + 30 * 86_400})


def live(world: World) -> Json:
    """One person in every path there is; what others have, too. The ids of some of it."""
    world.add_account(
        Account(CONNECT, "webex_connect", ("acme",), {"region": "eu", "email_profiles": True}), {"service_key": "k"}
    )
    ids = {"sent": accept(world, reference=NAME), "long": accept(world, content=text(f"{WORDS} " * 200))}
    people = [{"to": to, "variables": {"name": name}} for to, name in ((BERT, "Bert"), (NUMBER, NAME))]
    many: Json = {"to": None, "recipients": people, "content": text("Hi {{name}}")}
    ids["many"] = accept(world, **many)
    world.settle()
    tell(world, SMS, "status", webhooks.report("delivered", f"{ids['sent']}-0", senderAddress=DIGITS))
    world.provider = lambda _: httpx.Response(500)
    ids["unclear"] = accept(world)
    world.settle()
    world.provider = provider
    ids["waiting"] = accept(world, send_at=later(world))
    ids["others"] = accept(world, to=BERT, send_at=later(world), content=text("Bert's"))
    ids["many waiting"] = accept(world, **many, send_at=later(world))
    ids["many stopped"] = accept(world, **many, send_at=later(world))
    assert world.post(f"/v1/messages/{ids['many stopped']}/cancel").status == 200
    headers = {"authorization": f"Bearer {world.key}", "content-type": "image/png"}
    medium = world.call("POST", "/v1/media", headers, PNG + b"acme's").json["id"]
    file = {"type": "media", "media": {"id": medium}, "kind": "file", "filename": f"{FILE}.png"}
    ids["file"] = accept(world, channel="rcs", content=file, send_at=later(world))
    app: Json = {"channel": "in_app", "account": CONNECT, "from": "app", "options": {"thread": "t-1"}}
    ids["email"] = accept(world, to={"type": "email", "value": EMAIL}, send_at=later(world), **app)
    tell(world, MESSAGING, "inbound", webhooks.inbound(WORDS, sender=DIGITS, user={"displayName": NAME}))
    media = webhooks.inbound(WORDS, sender=DIGITS, mediaId="m-1", user={"displayName": NAME})
    tell(world, MESSAGING, "inbound", media)
    tell(world, MESSAGING, "inbound", webhooks.inbound("Bert's", sender=BERT[1:], mediaId="m-2"))
    tell(world, MESSAGING, "inbound", f"00{DIGITS} {WORDS} {NAME}".encode())
    tell(world, MESSAGING, "inbound", f"{BERT} Bert's".encode())
    tell(world, MESSAGING, "status", webhooks.status("read", transferId="nobody's", sender=DIGITS))
    world.settle()
    world.invoke("media", {"Records": world.records("MediaQueue")})
    assert world.get(f"/v1/capabilities?channel=rcs&recipient={NUMBER}").status == 200
    callback(world, f"{ids['sent']}:0:delivered", f'{{"to":"{NUMBER}"}}')
    return ids


def text(said: str) -> Json:
    return {"type": "text", "text": said}


@pytest.mark.goal("G28")
def test_nothing_is_left(world: World, figure: Show) -> None:
    """One person put through every path is nowhere any more, within the day; the stubs and what is others' stay."""
    ids = live(world)
    assert {one for _, one in left(world)} == set(CANARIES)
    assert len(left(world, *CANARIES)) > len(CANARIES)
    begun = world.clock.now
    done = erased(world, NUMBER, {"type": "email", "value": EMAIL})
    took = world.clock.now - begun
    assert left(world) == []
    assert done["erased"] == {"messages": 9, "inbound": 2, "media": 1, "quarantined": 1, "callbacks": 1}
    assert took < 24 * HOUR
    figure("G28", "canaries of an erased person left, of those looked for", f"0 of {len(CANARIES)}")
    figure("G28", "stores they were looked for in", len(stores(world)))
    figure("G28", "minutes of the clock's time until an erasure was done", took // MINUTE)
    assert {name: world.get(f"/v1/messages/{ids[name]}").json["status"] for name in ids} == {
        "sent": "delivered",
        "long": "sent",
        "many": "accepted",
        "unclear": "unknown",
        "waiting": "cancelled",
        "others": "accepted",
        "many waiting": "accepted",
        "many stopped": "cancelled",
        "file": "cancelled",
        "email": "cancelled",
    }
    kept = json.dumps(webhooks.table())
    assert kept.count(BERT) >= 5
    assert "Bert's" in stores(world)["bucket"]
    assert "acme's" in stores(world)["bucket"]
    world.clock.now += 12 * HOUR
    before = len(world.requests)
    world.invoke("clock", {}, 55_000)
    world.settle()
    sent = b" ".join(request.content for request in world.requests[before:])
    assert (DIGITS.encode() in sent, sent.count(BERT[1:].encode())) == (False, 2)
    assert left(world, *CANARIES[:2]) == []


@pytest.fixture
def forgotten(world: World) -> tuple[World, Json, Json]:
    """A message that was sent and erased: its request, and the answer to it."""
    body: Json = {"channel": "sms", "to": NUMBER, "content": text(WORDS), "reference": NAME}
    answer = world.post("/v1/messages", body, idempotency_key="k").json
    world.settle()
    world.events()
    erased(world)
    return world, body, answer


def test_the_key_still_stands_for_it(forgotten: tuple[World, Json, Json]) -> None:
    """A repeat is answered as before and sends nothing; another body with its key is refused."""
    world, body, first = forgotten
    again = world.post("/v1/messages", body, idempotency_key="k")
    assert (again.status, again.json, again.headers["idempotency-replayed"]) == (202, first, "true")
    assert world.post("/v1/messages", body | {"to": BERT}, idempotency_key="k").status == 422
    assert len(world.requests) == 1
    assert left(world) == []


def test_a_late_report(forgotten: tuple[World, Json, Json]) -> None:
    """A report of an erased message is merged and told, and brings nobody back."""
    world, _, answer = forgotten
    assert tell(world, SMS, "status", webhooks.report("delivered", f"{answer['id']}-0", senderAddress=DIGITS)).status
    world.settle()
    (event,) = world.events()
    assert (event["type"], event["data"]["erased"], "to" in event["data"]) == ("message.delivered", True, False)
    view = world.get(f"/v1/messages/{answer['id']}").json
    assert contract.fits("MessageDetail", view)
    assert ("content" in view, view["status"]) == (False, "delivered")
    assert left(world) == []


def test_nobody_is_found(forgotten: tuple[World, Json, Json]) -> None:
    """By the address nothing is listed any more; by its id and by time the stub is."""
    world, _, answer = forgotten
    assert world.get(f"/v1/messages?recipient={NUMBER}").json["messages"] == []
    (listed,) = world.get("/v1/messages").json["messages"]
    assert (listed["id"], listed["erased"]) == (answer["id"], True)


def test_a_new_story(world: World) -> None:
    """Who is written to after the erasure was asked for is, though it is not done: neither stopped nor erased."""
    accept(world)
    world.settle()
    erasure = ask(world, NUMBER)
    world.clock.now += 1
    new = accept(world, send_at=later(world), content=text("new words"))
    tell(world, MESSAGING, "inbound", webhooks.inbound("new answer", sender=DIGITS))
    callback(world, f"{new}:0:accepted", "new event")
    done = carry_out(world, erasure)
    assert done["erased"] == {"messages": 1, "inbound": 0, "media": 0, "quarantined": 0, "callbacks": 0}
    assert left(world, WORDS) == []
    assert world.get(f"/v1/messages/{new}").json["content"]["text"] == "new words"
    assert len(world.get(f"/v1/inbound?sender={NUMBER}").json["inbound"]) == 1
    assert "new event" in stores(world)["table"]


@pytest.mark.parametrize("many", [False, True])
def test_one_that_is_being_sent(world: World, many: bool) -> None:  # noqa: FBT001 - a column of the table
    """What a worker is at is waited for; what came of it is recorded, then it is erased."""
    to: Json = {"to": None, "recipients": [{"to": NUMBER}]} if many else {}
    identifier = accept(world, **to)
    seen: list[str] = []

    def slowly(_request: httpx.Request) -> httpx.Response:
        erasure = ask(world, NUMBER)
        for _ in range(3):
            world.invoke("clock", {}, 55_000)
            world.clock.now += 51_000 // 3
        seen.append(told(world, erasure)["status"])
        seen.append(erasure)
        return httpx.Response(200, json={"statusCode": 2000, "transferId": "t-1"})

    world.provider = slowly
    for lane in ("TransactionalQueue", "BulkQueue"):
        world.invoke("deliver", {"Records": world.records(lane)}, 60_000)
    status, erasure = seen
    assert status == "running"
    carry_out(world, erasure)
    one = member_id(identifier, NUMBER) if many else identifier
    assert (message(world, one)["state"], "erased" in message(world, one)) == ("sent", True)
    assert left(world) == [], "what was said in a request goes with the last of its recipients"


def test_one_whose_worker_died(world: World) -> None:
    """Nobody knows whether it was sent, and nobody waits to learn: it is over as unknown, and listed as that."""
    identifier = accept(world)

    def die(_: httpx.Request) -> httpx.Response:
        raise Died

    world.provider = die
    with pytest.raises(Died):
        world.invoke("deliver", {"Records": world.records("TransactionalQueue")})
    world.provider = provider
    world.clock.now += world.operator.settings.lease
    erased(world)
    world.settle()
    assert world.get(f"/v1/messages/{identifier}").json["status"] == "unknown"
    assert [one["id"] for one in world.get("/v1/messages?status=unknown").json["messages"]] == [identifier]
    assert left(world) == []


def test_a_member_that_is_claimed_just_then(world: World) -> None:
    """A member whose row appears while it is being looked for in its chunk is found by its row, and lost to nobody."""
    request = accept(world, to=None, recipients=[{"to": BERT}, {"to": NUMBER}], content=text("to both"))
    records = world.records("BulkQueue")
    erasure = ask(world, NUMBER)
    with meanwhile(clients.dynamodb(), "PutItem", lambda: world.invoke("deliver", {"Records": records}, 60_000)):
        world.invoke("clock", {}, 55_000)
    carry_out(world, erasure)
    assert {one["status"] for one in world.get(f"/v1/messages?request={request}").json["messages"]} == {"sent"}
    assert left(world) == []


def test_places_in_a_chunk_stay(world: World) -> None:
    """A chunk that is half worked through goes on where it stood: nobody behind the erased one is passed over."""
    people = [f"+43676111111{number}" for number in range(4)]
    request = accept(world, to=None, recipients=[{"to": NUMBER}, *({"to": to} for to in people)], send_at=later(world))
    erased(world)
    members = world.get(f"/v1/messages?request={request}").json["messages"]
    assert [one.get("to") for one in members] == [None, *people]
    assert [one.get("erased") for one in members] == [True, None, None, None, None]
    assert world.get(f"/v1/messages/{members[0]['id']}").json["erased"] is True
    world.clock.now += 9 * HOUR
    world.invoke("clock", {}, 55_000)
    world.settle()
    assert sorted(json.loads(sent.content)["recipientAddressList"][0] for sent in world.requests) == [
        to[1:] for to in people
    ] or json.loads(world.requests[0].content)["recipientAddressList"] == [to[1:] for to in people]


def test_another_tenant(world: World) -> None:
    """One tenant's erasure leaves another's messages to the same person, and cannot be read by the other."""
    world.add_tenant("beta")
    key = world.add_key("beta")
    world.add_account(Account("beta-sms", "websms_sms", ("beta",)), {"access_token": "x"})
    body = {"channel": "sms", "account": "beta-sms", "to": NUMBER, "content": text("beta's"), "send_at": later(world)}
    other = world.post("/v1/messages", body, key=key).json["id"]
    tell(world, "beta-sms", "inbound", f"{NUMBER} beta's".encode())
    erasure = ask(world, NUMBER)
    assert world.get(f"/v1/erasures/{erasure}", key).status == 404
    carry_out(world, erasure)
    assert world.get(f"/v1/messages/{other}", key).json["to"] == NUMBER
    assert [body for _, body in webhooks.quarantine(world)] == [f"{NUMBER} beta's".encode()]


def test_what_is_refused(world: World) -> None:
    """No address, both forms, no phone number, too many, a key without the scope: problems; nothing is begun."""
    bodies: list[Json] = [{}, {"address": "0676"}, {"addresses": []}, {"to": NUMBER}]
    for body in (*bodies, {"address": NUMBER, "addresses": [NUMBER]}):
        answer = world.post("/v1/erasures", body)
        assert answer.status == 422
        contract.check("POST", "/v1/erasures", answer)
    assert world.post("/v1/erasures", {"addresses": [NUMBER] * 11}).status == 422
    for key, status in (
        (world.add_key("acme", set(Scope) - {Scope.ERASURES_WRITE}), 403),
        ("nobody", 401),
    ):
        assert world.post("/v1/erasures", {"address": NUMBER}, key=key).status == status
    assert world.get(f"/v1/erasures/{'a' * 26}").status == 404
    assert world.get("/v1/erasures/x").status == 404
    assert "erase#" not in json.dumps(webhooks.table())


def test_what_is_kept_of_an_erasure(world: World) -> None:
    """While it runs it knows whom it looks for; then a year long that there was one, by a keyed hash."""
    erasure = ask(world, NUMBER, BERT)
    assert told(world, erasure)["status"] == "pending"
    assert DIGITS in stores(world)["table"]
    world.invoke("clock", {}, 55_000)
    assert told(world, erasure)["status"] == "running"
    done = carry_out(world, erasure)
    assert done["finished_at"] > done["created_at"]
    (item,) = [one for one in webhooks.table() if one["sk"]["S"].startswith("erase#")]
    assert (DIGITS in json.dumps(item), len(item["parties"]["L"]), "ls" in item) == (False, 2, False)
    assert int(item["ttl"]["N"]) == world.clock.now // 1000 + PROOF


def test_a_tenant_that_goes(world: World) -> None:
    """Who asked to be erased is, though the tenant is removed before it was done."""
    accept(world)
    ask(world, NUMBER)
    world.operator.registry.remove_tenant("acme")
    for _ in range(6):
        world.invoke("clock", {}, 55_000)
        world.clock.now += MINUTE
    assert left(world) == []


def test_a_store_that_refuses(world: World) -> None:
    """While table or bucket refuse it waits; it goes on where it stood."""
    accept(world)
    tell(world, MESSAGING, "inbound", f"{NUMBER} {WORDS}".encode())
    erasure = ask(world, NUMBER)
    for client in (clients.s3(), clients.dynamodb()):
        with refusing(client), pytest.raises(Unavailable):
            world.invoke("clock", {}, 55_000)
    world.clock.now += 2 * MINUTE
    carry_out(world, erasure)
    assert left(world) == []


def test_a_clock_without_time(world: World) -> None:
    """An erasure that finds no time does a little each minute, and comes to its end."""
    for number in range(3):
        accept(world, to=None, recipients=[{"to": BERT}, {"to": NUMBER}], send_at=later(world))
        tell(world, MESSAGING, "inbound", f"{NUMBER} {WORDS} {number}".encode())
    erasure = ask(world, NUMBER)

    def a_minute_passes(**_: Any) -> None:
        world.clock.now += 4_000

    client: Any = clients.s3()
    client.meta.events.register("after-call.s3", a_minute_passes)
    try:
        for _ in range(40):
            world.invoke("clock", {}, 6_000)
            world.clock.now += MINUTE
    finally:
        client.meta.events.unregister("after-call.s3", a_minute_passes)
    assert told(world, erasure)["status"] == "done"
    assert left(world, DIGITS, WORDS) == [] or left(world, DIGITS) == []


def begin(world: World) -> str:
    """Somebody in four stores, and their erasure."""
    world.provider = provider
    accept(world, content=text(f"{WORDS} " * 80))
    world.invoke("deliver", {"Records": world.records("TransactionalQueue")}, 60_000)
    accept(world, to=None, recipients=[{"to": BERT}, {"to": NUMBER}], send_at=later(world), content=text("to both"))
    tell(world, MESSAGING, "inbound", webhooks.inbound(WORDS, sender=DIGITS))
    tell(world, MESSAGING, "inbound", NUMBER.encode())
    return ask(world, NUMBER)


def work(world: World, erasure: str) -> bool:
    """One run of a new worker at this erasure alone, whenever it is due; False when it is done."""
    row = world.operator.table.get("T#acme", f"erase#{erasure}") or {}
    if "done" in row:
        return False
    at, _, kind = row["ls"].partition("#")
    assert kind == DUE
    due = Due(row["pk"], row["sk"], int(at), kind, row["ls"])
    return world.assembly("clock").erasing.erase(due, world.clock.now + MINUTE)


@pytest.mark.goal("G28")
def test_whenever_the_worker_dies(figure: Show) -> None:
    """The worker dies before each of its calls, or after the last: others finish, and nobody is found any more."""
    with World.of_acme() as world, dying_at(world, None) as names:
        erasure, made = begin(world), len(names)
        work(world, erasure)
        calls = len(names) - made
    for point in [*(Point(number, after=False) for number in range(1, calls + 1)), Point(calls, after=True)]:
        with World.of_acme() as world:
            erasure = begin(world)
            with dying_at(world, point), pytest.raises(Died):
                work(world, erasure)
            for _ in range(6):
                world.clock.now += 2 * MINUTE
                if not work(world, erasure):
                    break
            assert world.operator.erasures.read("acme", erasure).done is not None
            assert left(world) == []
    figure("G28", "calls before which the eraser died, each time finished by the next", calls)


def test_inbound_media_while_they_are_fetched(world: World) -> None:
    """A picture that is brought while its sender is erased is taken away again, be it that the fetcher dies of it."""
    tell(world, MESSAGING, "inbound", webhooks.inbound(WORDS, sender=DIGITS, mediaId="m-1"))
    world.settle()
    records = world.records("MediaQueue")
    erasure = ask(world, NUMBER)

    def clock_then_die() -> None:
        world.invoke("clock", {}, 55_000)

    with meanwhile(clients.s3(), "PutObject", clock_then_die), refusing(clients.s3(), "DeleteObject"):
        world.invoke("media", {"Records": records})
    assert BYTES in stores(world)["bucket"]
    world.clock.now += SETTLED
    carry_out(world, erasure)
    assert left(world) == []
    assert world.events() == []


def test_quarantine_of_each_account(world: World) -> None:
    """No account's quarantine is passed over, though the bucket sorts their keys otherwise than their names."""
    world.add_account(Account("acme", "websms_sms", ("acme",)), {"access_token": "x"})
    tell(world, "acme", "inbound", f"{BERT} Bert's".encode())
    for account in ("acme", SMS, MESSAGING):
        tell(world, account, "inbound", NUMBER.encode())
    assert erased(world)["erased"]["quarantined"] == 3
    assert left(world) == []


def test_two_who_sent_the_same(world: World) -> None:
    """Two people who sent the same picture have one each: one's goes, the other's stays."""
    for person in (DIGITS, BERT[1:]):
        tell(world, MESSAGING, "inbound", webhooks.inbound(WORDS, sender=person, mediaId="m-1"))
    world.settle()
    world.invoke("media", {"Records": world.records("MediaQueue")})
    erased(world)
    (kept,) = world.get("/v1/inbound").json["inbound"]
    assert kept["from"] == BERT
    assert world.get(kept["media"][0]["link"]).status == 200
    assert clients.s3().list_objects_v2(Bucket=STACK)["KeyCount"] == 1


@pytest.mark.parametrize(
    ("address", "body", "found"),
    [
        (NUMBER, f'{{"from":"{DIGITS}"}}', True),
        (NUMBER, f"from=%2B{DIGITS}&x=1", True),
        (NUMBER, f"from=%20{DIGITS}", True),
        (NUMBER, f"00{DIGITS}", True),
        (NUMBER, f"\\u002b{DIGITS}", True),
        (NUMBER, f"{DIGITS}1", False),
        (NUMBER, f"1{DIGITS}", False),
        (f"email:{EMAIL}", "from Canary.Person@EXAMPLE.com.", True),
        (f"email:{EMAIL}", "canary.person%40example.com", True),
        (f"email:{EMAIL}", "other.canary.person@example.community", False),
        ("customer:4711007", '{"id":4711007}', True),
        ("customer:4711007", '{"id":14711007}', False),
        ("customer:7", '{"id":7}', False),
    ],
)
def test_spellings(address: str, body: str, found: bool) -> None:  # noqa: FBT001 - a column of the table
    """An address is found however it is spelled, and never inside another one."""
    pattern = pattern_of([Address.parse(address)])
    assert bool(pattern and pattern.search(body.encode())) is found


def test_nothing_to_look_for() -> None:
    """An address that is too short to be looked for is not."""
    assert pattern_of([Address(type=AddressType.CUSTOMER, value="7")]) is None
