"""
No tenant reaches another's things: every route that takes an id, asked with every kind of id that another tenant has.

The routes and the places of ids in them come from the API's description, so one that is new fails here, by its name,
until it is said which ids it takes.
"""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from docs.generate import openapi
from herald.authenticating import Scope
from herald.aws import clients
from herald.identifier import digest, member_id
from herald.models import Account, Channel, Sender
from herald.webhook_address import token
from tests import webhooks
from tests.callbacks import add_endpoint, answering
from tests.conftest import Show
from tests.world import LANES, SIGNING_KEY, STACK, Answer, Json, World

pytestmark = [pytest.mark.feature("F30"), pytest.mark.goal("G24")]

PERSON = "+436761234567"
"""Who writes with both tenants."""
LATER = "2025-06-16T00:00:00Z"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
SECRET = "only for acme"

# Which ids are at home where: the tables to extend when a route, a parameter or a member of a body is new.

AT_HOME: Mapping[str, tuple[str, ...]] = {
    "/v1/messages/{id}": ("message", "member", "request"),
    "/v1/inbound/{id}": ("inbound",),
    "/v1/media/{id}": ("medium", "upload"),
    "/v1/endpoints/{id}": ("endpoint",),
    "/v1/erasures/{id}": ("erasure",),
    "{event}": ("delivery",),
    "{signature}": ("link",),
    "{account}": ("account",),
    "?request": ("request",),
    "?cursor": ("cursor of messages", "cursor of inbound", "cursor of deliveries"),
    "cursor": ("cursor of deliveries",),
    "?account": ("account",),
    "account": ("account",),
    "from": ("sender",),
    "Media": ("medium", "upload"),
}
NO_IDS = {
    *("{kind}", "?from", "?to", "?limit", "?recipient", "?sender", "?status", "?channel", "?filename", "?fresh"),
    *("channel", "to", "recipients", "content", "variables", "options", "strict", "success", "raw", "lane", "policy"),
    *("send_at", "reference", "content_type", "size", "filename"),
    *("?state", "url", "events", "description", "disabled", "overlap_seconds", "state", "address", "addresses"),
    "POST /v1/endpoints/{id}/replay from",  # a time
    *("Idempotency-Key:", "idempotency_key"),  # names that each tenant gives: a test of its own
}
OPEN = {
    "GET /v1/health": "says nothing of anybody",
    "GET /v1/media/{id}/{signature}": "its signature is the key",
    "POST /v1/webhooks/{account}/{kind}": "its address is the key",
    "GET /v1/webhooks/{account}/{kind}": "its address is the key",
    "HEAD /v1/webhooks/{account}/{kind}": "its address is the key",
}
"""Routes that take no key, and why."""
REQUIRED = {"channel": "rcs", "recipient": PERSON.replace("+", "%2B")}
"""Query parameters that a route insists on."""


def _media(member: str, content: Json, channel: str = "rcs", to: object = PERSON) -> Callable[[str], Json]:
    """A message with one medium; `member` is where, in dots."""
    *path, last = member.split(".")

    def body(medium: str) -> Json:
        made: Json = json.loads(json.dumps({"channel": channel, "account": "", "to": to, "content": content}))
        functools.reduce(lambda part, name: part.setdefault(name, {}), path, made["content"])[last] = {"id": medium}
        return made

    return body


_PICTURE = {"url": "https://example.com/a.png"}
_SLOTS = [{"data": "ten", "starts": LATER, "minutes": 15}]
_BUTTONS = [{"type": "reply", "label": "Yes", "data": "yes"}]
_PHONE = {"type": "push_ios", "value": "device-1"}
_APPLE = {"type": "apple", "value": "urn:mbid:AQAAY3ada"}

BODIES: Mapping[str, Json] = {
    "PATCH /v1/endpoints/{id}": {"description": "mine"},
    "POST /v1/endpoints/{id}/rotate": {},
    "POST /v1/endpoints/{id}/test": {},
    "POST /v1/endpoints/{id}/replay": {},
    "POST /v1/endpoints/{id}/deliveries/{event}/replay": {},
}
"""What routes take that take no message."""

MEDIA: Mapping[str, Callable[[str], Json]] = {
    "MediaContent.media": _media("media", {"type": "media", "kind": "image"}, "whatsapp"),
    "MediaContent.thumbnail": _media("thumbnail", {"type": "media", "kind": "image", "media": _PICTURE}, "whatsapp"),
    "StickerContent.media": _media("media", {"type": "sticker"}, "in_app", {"type": "user", "value": "u-1"}),
    "Card.media": _media("card.media", {"type": "card", "card": {"title": "A"}}),
    "Card.thumbnail": _media("card.thumbnail", {"type": "card", "card": {"title": "A", "media": _PICTURE}}),
    "ButtonsContent.header_media": _media(
        "header_media", {"type": "buttons", "text": "A", "buttons": _BUTTONS}, "whatsapp"
    ),
    "TemplateHeader.media": _media(
        "header.media", {"type": "template", "name": "a", "language": "de", "header": {"kind": "image"}}, "whatsapp"
    ),
    "PushContent.media": _media("media", {"type": "push", "body": "A"}, "push", _PHONE),
    "TimePickerContent.image": _media("image", {"type": "time_picker", "text": "A", "slots": _SLOTS}, "apple", _APPLE),
    "VoiceContent.media": _media("media", {"type": "voice"}, "voice"),
}
"""A message for each place where the description of contents has media."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An id of acme's, and one of the same form that nobody ever had."""

    id: str
    never: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a route takes an id: `{id}`, `?request`, a member of the body, or a schema's media in it."""

    route: str
    name: str

    def __str__(self) -> str:
        return f"{self.route} {self.name}"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of id that are at home here."""
        if self.name == "{id}":
            return AT_HOME.get(self.route.partition(" ")[2].partition("}")[0] + "}", ())
        return AT_HOME.get("Media" if "." in self.name else self.name, ())


@functools.cache
def operations() -> Mapping[str, Json]:
    """Every route of the description."""
    paths: Json = openapi.document()["paths"]
    return {f"{method.upper()} {path}": told for path, methods in paths.items() for method, told in methods.items()}


def _schemas() -> Json:
    found: Json = openapi.document()["components"]["schemas"]
    return found


def media_places() -> set[str]:
    """Every member of a schema that is media."""
    return {
        f"{name}.{member}"
        for name, schema in _schemas().items()
        for member, told in schema.get("properties", {}).items()
        if '"#/components/schemas/Media"' in json.dumps(told)
    }


def places() -> Iterator[Place]:
    """Every parameter and member of a body that is not known to be no id."""
    for route, told in operations().items():
        for parameter in told.get("parameters", ()):
            name = {"path": "{%s}", "query": "?%s", "header": "%s:"}[parameter["in"]] % parameter["name"]
            if name not in NO_IDS:
                yield Place(route, name)
        schema = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        members = _schemas()[schema["$ref"].rpartition("/")[2]]["properties"] if schema else {}
        yield from (Place(route, name) for name in members if not NO_IDS & {name, f"{route} {name}"})
        if "content" in members:
            yield from (Place(route, name) for name in sorted(media_places()))


PLACES = tuple(places())
KEYED = tuple(route for route, told in operations().items() if "x-scope" in told)


class Neighbours:
    """A stack with two tenants: acme, which has one of everything, and zeta, which looks for it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.acme = world.key
        _furnish(world)
        self.zeta = world.add_key("zeta")
        world.provider, world.customer = webhooks.takes_everything, answering(500)
        self.endpoints = {tenant: add_endpoint(world, tenant, tenant).id for tenant in ("acme", "zeta")}
        self.things = {**_things(world), **_called_back(world, self.endpoints["acme"])}
        self.medium = _upload(world, self.zeta)
        self.link = _link(world, "zeta", self.medium)
        hello = {"channel": "rcs", "to": PERSON, "content": {"type": "text", "text": "Hello"}, "send_at": LATER}
        self.own = str(world.post("/v1/messages", hello, self.zeta).json["id"])

    def ask(self, place: Place, identifier: str, key: str) -> Answer:
        """The route with this id in this place, all else as it should be."""
        method, _, path = place.route.partition(" ")
        fills = {"kind": "status", "id": self.medium, "signature": self.link}
        if "/v1/endpoints" in path:
            fills |= {"id": self.endpoints["zeta" if key == self.zeta else "acme"], "event": self.things["delivery"].id}
        if place.name.startswith("{"):
            fills[place.name.strip("{}")] = identifier
        for name, value in fills.items():
            path = path.replace(f"{{{name}}}", value)
        wanted = [told["name"] for told in operations()[place.route].get("parameters", ()) if told["required"]]
        query = {name: REQUIRED[name] for name in wanted if f"{{{name}}}" not in place.route}
        if place.name.startswith("?"):
            query[place.name[1:]] = identifier
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        body = json.dumps(self._body(place, identifier, key)).encode() if method in ("POST", "PATCH") else b""
        return self.world.call(method, f"{path}?{asked}" if asked else path, headers, body)

    def _body(self, place: Place, identifier: str, key: str) -> Json:
        mine = "zeta" if key == self.zeta else "acme"
        if place.name in MEDIA:
            return MEDIA[place.name](identifier) | {"account": f"{mine}-connect"}
        if place.route in BODIES:
            return {**BODIES[place.route], **({} if place.name.startswith("{") else {place.name: identifier})}
        body = {"channel": "rcs", "to": PERSON, "content": {"type": "text", "text": "Hello"}}
        return body | ({"account": "shared"} if place.name == "from" else {}) | {place.name: identifier}

    def state(self) -> tuple[object, ...]:
        """All that is stored or under way, and how many calls providers had."""
        objects = clients.s3().list_objects_v2(Bucket=STACK).get("Contents", [])
        queues = [
            clients.sqs().get_queue_attributes(
                QueueUrl=clients.sqs().get_queue_url(QueueName=f"{STACK}-{lane}")["QueueUrl"], AttributeNames=["All"]
            )["Attributes"]
            for lane in (*LANES, "SpillQueue")
        ]
        waiting = [queue["ApproximateNumberOfMessages"] for queue in queues]
        return webhooks.table(), sorted(one["Key"] for one in objects), waiting, len(self.world.requests)


def _furnish(world: World) -> None:
    """Zeta, an account of each tenant for everything, and one that both share, with a sender of its own for each."""
    world.add_tenant("zeta")
    senders = [Sender(f"{tenant}-number", Channel.RCS, tenant) for tenant in ("acme", "zeta")]
    world.add_account(
        Account("shared", "webex_connect", ("acme", "zeta"), {"region": "eu"}, senders=tuple(senders)), {}
    )
    for tenant in ("acme", "zeta"):
        name = f"{tenant}-connect"
        numbers = tuple(Sender(f"{name}-{channel}", channel) for channel in Channel)
        world.add_account(Account(name, "webex_connect", (tenant,), {"region": "eu"}, senders=numbers), {})
    world.add_route("zeta", Channel.RCS, "zeta-connect")


def _things(world: World) -> Mapping[str, Thing]:
    """One of each kind of id that acme has."""
    message, member, request = _scheduled(world)
    for number in range(2):
        webhooks.tell(world, webhooks.SMS, "inbound", webhooks.sms(SECRET, notificationId=f"n-{number}"))
    medium, upload = _upload(world, world.key), _presigned(world)
    link = _link(world, "acme", medium)
    world.settle(wait=False)
    cursors = [world.get(f"/v1/{name}?limit=1").json["next_cursor"] for name in ("messages", "inbound")]
    nobody = digest("nobody")
    return {
        "message": Thing(message, nobody),
        "member": Thing(member, f"{nobody}.{'a' * 10}"),
        "request": Thing(request, nobody),
        "inbound": Thing(webhooks.inbounds(world)[0]["pk"][2:], nobody),
        "medium": Thing(medium, nobody),
        "upload": Thing(upload, nobody),
        "link": Thing(link, f"nobody.{link.split('.', 1)[1]}"),
        "cursor of messages": Thing(cursors[0], "A" * len(cursors[0])),
        "cursor of inbound": Thing(cursors[1], "A" * len(cursors[1])),
        "account": Thing("acme-connect", "nobody-connect"),
        "sender": Thing("acme-number", "nobody-number"),
    }


def _called_back(world: World, endpoint: str) -> Mapping[str, Thing]:
    """An endpoint that takes nothing, what it did not take, and an erasure."""
    page = world.get(f"/v1/endpoints/{endpoint}/deliveries?limit=1").json
    erasure = str(world.post("/v1/erasures", {"address": "+436769999999"}).json["id"])
    nobody, delivery = digest("nobody"), page["deliveries"][0]["event_id"]
    return {
        "endpoint": Thing(endpoint, nobody),
        "delivery": Thing(delivery, f"{nobody}:0:sent"),
        "erasure": Thing(erasure, nobody),
        "cursor of deliveries": Thing(page["next_cursor"], "A" * len(page["next_cursor"])),
    }


def _scheduled(world: World) -> tuple[str, str, str]:
    """A message, a member that nobody has claimed, and its request; all for later."""
    sent = {"channel": "sms", "send_at": LATER, "reference": SECRET, "content": {"type": "text", "text": SECRET}}
    message = str(world.post("/v1/messages", sent | {"to": PERSON}).json["id"])
    request = str(world.post("/v1/messages", sent | {"recipients": [{"to": PERSON}]}).json["id"])
    return message, member_id(request, PERSON), request


def _upload(world: World, key: str) -> str:
    headers = {"authorization": f"Bearer {key}", "content-type": "image/png"}
    return str(world.call("POST", "/v1/media", headers, PNG).json["id"])


def _presigned(world: World) -> str:
    """What acme has put to an address that it was given."""
    identifier = str(world.post("/v1/media/uploads", {"content_type": "image/png", "size": len(PNG)}).json["id"])
    clients.s3().put_object(Bucket=STACK, Key=f"media/acme/{identifier}", Body=PNG, ContentType="image/png")
    return identifier


def _link(world: World, tenant: str, medium: str) -> str:
    return world.assembly("media").shelf.link("", tenant, medium, "image/png").rpartition("/")[2]


@pytest.fixture(scope="module")
def neighbours() -> Iterator[Neighbours]:
    """One for all: what is refused leaves nothing behind."""
    with World.of_acme() as world:
        yield Neighbours(world)


def test_every_place_is_known() -> None:
    """Whatever the description has that may be an id is said to be one, of which kinds, or to be none."""
    unknown = [str(place) for place in PLACES if not place.kinds]
    assert not unknown, f"say in AT_HOME which ids these take, or in NO_IDS that they take none: {unknown}"
    assert set(MEDIA) == media_places(), "give each place of media a message in MEDIA"


def test_ids_are_real(neighbours: Neighbours) -> None:
    """Each id opens its door to its owner: without that, being refused would prove nothing."""
    kinds = {kind for place in PLACES for kind in place.kinds}
    assert kinds == set(neighbours.things), "every kind of id has one made in _things, and a place"
    for place in PLACES:
        if place.name in ("?cursor", "cursor", "{account}") or place.route in OPEN:
            continue  # cursors and links fit one list and one medium only: below
        # A stop or an end changes what it is about, and the others need these as they are.
        others = dict(zip(place.kinds, _scheduled(neighbours.world), strict=True)) if "cancel" in place.route else {}
        if place.route.startswith("DELETE"):
            others = {"endpoint": add_endpoint(neighbours.world, "another").id}
        for kind in place.kinds:
            identifier = others.get(kind, neighbours.things[kind].id)
            answer = neighbours.ask(place, identifier, neighbours.acme)
            fine = answer.status < 400 or answer.json["code"] == "unsupported_feature"
            assert fine, f"{place} of a {kind}: {answer.status} {answer.body!r}"
    medium, link = neighbours.things["medium"].id, neighbours.things["link"].id
    assert neighbours.world.call("GET", f"/v1/media/{medium}/{link}").status == 302
    for name in ("messages", "inbound"):
        cursor = neighbours.things[f"cursor of {name}"].id
        assert neighbours.world.get(f"/v1/{name}?limit=1&cursor={cursor}").status == 200
    deliveries = f"/v1/endpoints/{neighbours.endpoints['acme']}/deliveries?limit=1"
    cursor = neighbours.things["cursor of deliveries"].id
    assert neighbours.world.get(f"{deliveries}&cursor={cursor}").status == 200


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_another_tenants_ids(neighbours: Neighbours, place: Place, figure: Show) -> None:
    """An id of another tenant is answered byte for byte like one that never was, 404 in a path, and writes nothing."""
    before = neighbours.state()
    for kind, thing in neighbours.things.items():
        theirs = neighbours.ask(place, thing.id, neighbours.zeta)
        nobodys = neighbours.ask(place, thing.never, neighbours.zeta)
        assert theirs == nobodys, f"{kind} of another tenant is told apart"
        expected = (401,) if place.name == "{account}" else (404,) if place.name.startswith("{") else (404, 422)
        assert theirs.status in expected, f"{kind}: {theirs.body!r}"
        assert theirs.headers.get("content-type") == "application/problem+json"
        assert thing.id.encode() not in theirs.body
    assert neighbours.state() == before
    figure("G24", "places by kinds of id of another tenant, told from ids that never were", _product())


def _product() -> str:
    kinds = {kind for place in PLACES for kind in place.kinds}
    return f"{len(PLACES)} by {len(kinds)}: {len(PLACES) * len(kinds)}, 0 reached"


LISTS = tuple(route for route in KEYED if route.startswith("GET ") and "{" not in route and "capab" not in route)


@pytest.mark.parametrize("route", LISTS)
def test_lists(neighbours: Neighbours, route: str) -> None:
    """No list of a tenant, however it is asked for, has anything of another's; its own things are there."""
    world, path = neighbours.world, route.removeprefix("GET ")
    known = {told["name"] for told in operations()[route].get("parameters", ())}
    asked = [f"{name}={REQUIRED['recipient']}" for name in ("recipient", "sender") if name in known]
    asked += [f"status={word}" for word in ("accepted", "failed", "expired") if "status" in known]
    asked += [f"channel={word}" for word in ("sms", "rcs", "whatsapp") if "channel" in known]
    answers = [world.get(f"{path}?{query}", neighbours.zeta) for query in ("", *asked)]
    for answer in answers:
        assert answer.status == 200, answer.body
        for thing in (*neighbours.things.values(), Thing(SECRET, "")):
            assert thing.id.encode() not in answer.body
    own = {"/v1/messages": neighbours.own, "/v1/accounts": "zeta-connect"}.get(path, "")
    assert own in answers[0].body.decode()


def test_names_that_each_tenant_gives(neighbours: Neighbours) -> None:
    """The same idempotency key and body are a message of each tenant's own, in header and body alike."""
    hello = {"channel": "rcs", "to": PERSON, "content": {"type": "text", "text": "Hello"}, "send_at": LATER}
    world, ids = neighbours.world, []
    for key, account in ((neighbours.acme, "acme-connect"), (neighbours.zeta, "zeta-connect")):
        body = hello | {"account": account}
        ids.append(world.post("/v1/messages", body, key, idempotency_key="order-4711").json["id"])
        again = world.post("/v1/messages", body | {"idempotency_key": "order-4711"}, key)
        assert again.headers["idempotency-replayed"] == "true"
        assert again.json["id"] == ids[-1]
    assert len(set(ids)) == 2


def test_reports_by_another_tenants_account(neighbours: Neighbours) -> None:
    """A report that comes by zeta's own webhook and names acme's message changes nothing of it."""
    world, message = neighbours.world, neighbours.things["message"].id
    before = world.get(f"/v1/messages/{message}").body
    world.add_account(Account("zeta-sms", "websms_sms", ("zeta",)), {})
    path = f"/v1/webhooks/{token('zeta-sms', 1, SIGNING_KEY.encode())}/status"
    report = json.dumps(webhooks.report("delivered", f"{message}-0")).encode()
    assert world.call("POST", path, {"content-type": "application/json"}, report).status == 200
    assert world.get(f"/v1/messages/{message}").body == before


def test_open_routes() -> None:
    """Who needs no key is on a list, with the reason; every other route names its scope."""
    assert set(OPEN) == set(operations()) - set(KEYED)
    assert {operations()[route]["x-scope"] for route in KEYED} == set(Scope)


@pytest.mark.parametrize("route", KEYED)
def test_keys(neighbours: Neighbours, route: str, figure: Show) -> None:
    """Without a key 401; with a key that may do everything else 403; before body, query and id are looked at."""
    world, needed = neighbours.world, operations()[route]["x-scope"]
    method, _, path = route.partition(" ")
    path = path.replace("{id}", neighbours.things["message"].id)
    before = webhooks.table()
    assert _call(world, method, path, "").status == 401
    assert _call(world, method, path, f"hk_{'a' * 8}_{'b' * 43}").status == 401
    assert webhooks.table() == before
    lacking = world.add_key("acme", [scope for scope in Scope if scope != needed])
    before = webhooks.table()
    answer = _call(world, method, path, lacking)
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert webhooks.table() == before
    enough = world.add_key("zeta", [needed])
    assert _call(world, method, path, enough).status not in (401, 403)
    figure("G24", "routes that refuse no key, a wrong key and a key without the scope", len(KEYED))


def _call(world: World, method: str, path: str, key: str) -> Answer:
    headers: dict[str, Any] = {"authorization": f"Bearer {key}"} if key else {}
    return world.call(method, path, headers, b"neither JSON nor a picture" if method in ("POST", "PATCH") else b"")
