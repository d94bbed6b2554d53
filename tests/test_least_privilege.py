"""
Every role allows what its function does, and nothing that it never does.

Each function does all its kinds of work once, and each call that it makes to AWS is noted as the action that IAM asks
for. What Lambda itself does with the role, reading queues and streams and writing logs, follows from the template.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from herald.aws import clients
from herald.aws.polls import Polls
from herald.models import Account, Channel, Sender
from tests import webhooks
from tests.callbacks import answering, live
from tests.conftest import Show
from tests.faults import refusing
from tests.test_template import FUNCTIONS, functions, resources, sources, statements, target
from tests.world import STACK, World

pytestmark = pytest.mark.goal("G27")

SERVICES = ("dynamodb", "events", "s3", "secretsmanager", "sqs")
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
PERSON = "+436761234567"
TEXT = {"type": "text", "text": "Hello"}
MINUTE, DAY = 60_000, 86_400_000

# Service Authorization Reference: the operations of which the action has another name.
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "s3:HeadObject": ("s3:GetObject",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:CopyObject": ("s3:GetObject", "s3:PutObject"),
    "sqs:SendMessageBatch": ("sqs:SendMessage",),
}


class Watched(World):
    """Knows which function works right now."""

    working = ""

    def invoke(self, function: str, event: Mapping[str, Any], remaining: int | None = None) -> Any:
        self.working = function
        try:
            return super().invoke(function, event, remaining)
        finally:
            self.working = ""


type Used = Mapping[str, set[str]]


@contextmanager
def _noting(world: Watched) -> Iterator[Used]:
    """The actions that each function needs, as it comes to need them."""
    used: defaultdict[str, set[str]] = defaultdict(set)

    def note(model: Any, params: Mapping[str, Any], **_: object) -> None:
        service = model.service_model.service_name
        name = f"{service}:{model.name}"
        if model.name == "TransactWriteItems":
            found = {f"{service}:{kind}Item" for one in params["TransactItems"] for kind in one}
        else:
            found = set(ACTIONS.get(name, (name,)))
        if world.working and name != "sqs:GetQueueUrl":  # the world's own, when it looks after its queues
            used[world.working] |= found

    with clients_listening("provide-client-params", note):
        yield used


@contextmanager
def clients_listening(event: str, handler: Any) -> Iterator[None]:
    """On all clients of Herald's, presigning included."""
    for service in SERVICES:
        getattr(clients, service)().meta.events.register(f"{event}.{service}", handler)
    try:
        yield
    finally:
        for service in SERVICES:
            getattr(clients, service)().meta.events.unregister(f"{event}.{service}", handler)


def carrier(request: httpx.Request) -> httpx.Response:
    """A provider that takes and knows everything, and gives media."""
    if request.url.path == "/oauth/token":
        return httpx.Response(200, json={"access_token": "t", "token_type": "bearer", "expires_in": 300})
    if request.method == "GET" and "/media/" in request.url.path:
        return httpx.Response(200, content=PNG, headers={"content-type": "image/png"})
    body = {"statusCode": 2000, "transferId": f"t-{len(request.content)}", "smsCount": 1, "mediaId": "m-1"}
    return httpx.Response(200, json={**body, "capabilities": ["chat"], "messages": []})


def _api(world: World) -> None:
    """What callers ask for; a capability first, while nobody has fetched a token."""
    world.get(f"/v1/capabilities?channel=rcs&recipient=%2B{PERSON[1:]}")
    medium = _upload(world)
    grant = world.post("/v1/media/uploads", {"content_type": "image/png", "size": len(PNG)}).json["id"]
    clients.s3().put_object(Bucket=STACK, Key=f"media/acme/{grant}", Body=PNG, ContentType="image/png")
    world.get(f"/v1/media/{grant}")
    link = world.assembly("media").shelf.link("", "acme", medium, "image/png")
    world.call("GET", f"/v1/media/{medium}/{link.rpartition('/')[2]}")
    for identifier in (medium, grant):
        image = {"type": "media", "kind": "image", "media": {"id": identifier}}
        for channel in ("whatsapp", "rcs"):
            world.post("/v1/messages", {"channel": channel, "to": PERSON, "content": image})
    long = {"type": "text", "text": "x" * 4000}
    for channel, content in (("sms", TEXT), ("whatsapp", long), ("rcs", TEXT)):
        body = {"channel": channel, "to": PERSON, "content": content, "lane": "bulk"}
        for _ in range(2):
            world.post("/v1/messages", body, idempotency_key=channel)
        many = {**body, "recipients": [{"to": PERSON}, {"to": f"{PERSON}1"}]}
        del many["to"]
        later = {"send_at": "2025-06-16T00:00:00Z"}
        for wish in (body | later, many | later, many):
            for _ in range(2):
                identifier = world.post("/v1/messages", wish, idempotency_key=f"{channel}{len(json.dumps(wish))}").json[
                    "id"
                ]
            if "send_at" in wish:
                world.post(f"/v1/messages/{identifier}/cancel")
                world.get(f"/v1/messages/{identifier}")
                world.get(f"/v1/messages?request={identifier}")
        record = json.dumps(body | {"tenant": "acme"})
        world.invoke("send", {"Records": [{"messageId": channel, "body": record, "attributes": {}}]})
        world.settle(wait=False)
    for path in ("/v1/messages", "/v1/inbound", "/v1/accounts", f"/v1/messages?recipient=%2B{PERSON[1:]}"):
        world.get(path)
    world.get("/v1/messages?status=failed")


def _upload(world: World) -> str:
    headers = {"authorization": f"Bearer {world.key}", "content-type": "image/png"}
    return str(world.call("POST", "/v1/media", headers, PNG).json["id"])


def _outside(world: World) -> None:
    """What providers tell, with the table there and gone, and what can be read of it and what cannot."""
    webhooks.tell(world, webhooks.SMS, "status", webhooks.report("delivered", f"{'a' * 26}-0"))
    for reference in ("x", None):
        webhooks.tell(world, webhooks.MESSAGING, "status", webhooks.status("delivered", reference))
    webhooks.tell(world, webhooks.MESSAGING, "inbound", webhooks.inbound())
    webhooks.tell(world, webhooks.MESSAGING, "inbound", b"unreadable")
    for key in world.operator.bucket.quarantined():
        webhooks.replay(world, key)
    sent = webhooks.inbound(content=None, mediaId="their-1")
    webhooks.tell(world, webhooks.MESSAGING, "inbound", sent)
    with refusing(clients.dynamodb()):
        webhooks.tell(world, webhooks.SMS, "inbound", webhooks.sms())
    world.invoke("webhook", {"Records": world.records("SpillQueue")})
    world.settle(wait=False)
    for _ in range(2):
        for record in world.records("MediaQueue"):
            world.invoke("media", {"Records": [record]})
        world.settle(wait=False)


def _time(world: World) -> None:
    """What becomes due: schedules, grace, lists of providers, and of one that is gone."""
    world.add_account(
        Account("global", "smsglobal", ("acme",), senders=(Sender("61430000001", Channel.WHATSAPP),)),
        {"api_key": "k", "api_secret": "s"},
    )
    Polls(world.operator.table).start("gone", "inbound", world.clock.now)
    world.post("/v1/messages", {"channel": "sms", "to": PERSON, "content": TEXT})
    world.provider = lambda request: httpx.Response(500) if request.method == "POST" else carrier(request)
    for channel in ("sms", "whatsapp"):
        world.post("/v1/messages", {"channel": channel, "to": PERSON, "content": TEXT, "policy": "at_least_once"})
    world.settle(wait=False)
    world.provider = lambda _: httpx.Response(200, json={"messages": [_listed(world.clock.now), {"id": 7}]})
    for pause in (MINUTE, 20 * MINUTE, DAY, 3 * DAY):
        world.clock.now += pause
        world.invoke("clock", {})
        world.settle(wait=False)


def _customers(world: World) -> None:
    """Endpoints that are looked after, fail, heal, are gone and removed."""
    world.customer = answering(500, 200)
    wanted = {"url": "https://hooks.example/herald"}
    endpoint = world.post("/v1/endpoints", wanted).json["id"]
    path = f"/v1/endpoints/{endpoint}"
    world.clock.now += MINUTE
    for _ in range(2):
        world.post("/v1/messages", {"channel": "sms", "to": PERSON, "content": TEXT})
        world.settle(wait=False)
        live(world)
    for route in ("/v1/endpoints", path, f"{path}/secret", f"{path}/deliveries"):
        world.get(route)
    event = world.get(f"{path}/deliveries").json["deliveries"][0]["event_id"]
    world.get(f"{path}/deliveries/{event}")
    for deed in ("rotate", "test", f"deliveries/{event}/replay", "replay"):
        world.post(f"{path}/{deed}", {})
    headers = {"authorization": f"Bearer {world.key}", "content-type": "application/json"}
    world.customer = answering(500)
    world.post("/v1/messages", {"channel": "sms", "to": PERSON, "content": TEXT})
    world.settle(wait=False)
    for change in ({"disabled": True}, {"disabled": False}):
        world.call("PATCH", path, headers, json.dumps(change).encode())
    world.clock.now += DAY
    world.invoke("clock", {})
    world.customer = answering(410)
    live(world)
    world.call("DELETE", path, headers)


def _forgotten(world: Watched) -> None:
    """A person who is erased everywhere, with media that come too late."""
    sent = webhooks.inbound(content=None, mediaId="their-2")
    webhooks.tell(world, webhooks.MESSAGING, "inbound", sent)
    webhooks.tell(world, webhooks.MESSAGING, "inbound", f"unreadable {PERSON[1:]}".encode())
    world.settle(wait=False)
    world.provider = carrier
    world.invoke("media", {"Records": world.records("MediaQueue")})
    webhooks.tell(world, webhooks.MESSAGING, "inbound", {**sent, "mediaId": "their-3"})
    world.settle(wait=False)

    def gone_meanwhile(request: httpx.Request) -> httpx.Response:
        _forget_all(world)
        return carrier(request)

    world.provider = gone_meanwhile
    world.invoke("media", {"Records": world.records("MediaQueue")})
    world.provider = carrier
    erasure = world.post("/v1/erasures", {"address": PERSON}).json["id"]
    for _ in range(8):
        world.clock.now += MINUTE
        world.invoke("clock", {})
    world.get(f"/v1/erasures/{erasure}")


def _forget_all(world: Watched) -> None:
    """What people wrote is gone, while media of it are on their way: that is nobody's work."""
    working, world.working = world.working, ""
    for item in webhooks.inbounds(world):
        if any(media["state"] == "pending" for media in item.get("media", ())):
            world.operator.table.delete(item["pk"])
    world.working = working


def _listed(now: int) -> Mapping[str, object]:
    """An entry of a list of SMSGlobal's, inbound and outbound alike."""
    made = datetime.fromtimestamp(now / 1000 - 30, UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
    told = {"id": now, "from": "61400000001", "to": "61430000001", "recipient": "61400000001", "state": "delivered"}
    return {**told, "message": "hello", "status": "success", "createdDate": made}


@pytest.fixture(scope="module")
def used() -> Iterator[Used]:
    """What each function has used after all kinds of its work."""
    with Watched.of_acme() as world, _noting(world) as noted:
        world.provider = carrier
        for work in (_api, _outside, _time, _customers, _forgotten):
            work(world)
        yield noted


def _by_lambda(function: str) -> set[str]:
    """What Lambda needs of the function's role: for its log, its event sources and its failures."""
    name = f"{function}Function"
    needed = {"logs:CreateLogStream", "logs:PutLogEvents"}
    if any(target(one["FunctionName"]) == name for one in sources("sqs").values()):
        needed |= {f"sqs:{action}" for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}
    if any(target(one["FunctionName"]) == name for one in sources("dynamodb").values()):
        needed |= {
            f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        }
    failing = [*sources("dynamodb").values(), *resources("AWS::Lambda::EventInvokeConfig").values()]
    if any(target(one["FunctionName"]) == name and "DestinationConfig" in one for one in failing):
        needed.add("sqs:SendMessage")
    return needed


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_allows_what_is_done(used: Used, function: str, figure: Show) -> None:
    """No call is made that the role refuses, and nothing is allowed that no work of the function needs."""
    role = target(functions()[f"{function}Function"]["Role"])
    allowed = {action for statement in statements(role) for action in statement["Action"]}
    needed = used[function.lower()] | _by_lambda(function)
    assert needed - allowed == set(), "the role refuses what the function does"
    assert allowed - needed == set(), "the role allows what the function never does"
    figure("G27", f"actions that the role of {function.lower()} allows, all of them used", len(allowed))
