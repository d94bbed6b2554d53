"""
What people say and what networks report, from real bodies of providers to the API: nothing lost, nothing made up.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Any

import httpx
import pytest

from herald.aws import clients
from herald.models import Account, Channel, Sender
from tests import webhooks
from tests.contract import fits
from tests.faults import refusing
from tests.world import Answer, World

AICC, CONNECT, GLOBAL = "acme-aicc", "acme-connect", "acme-global"
HUB = "a hub secret"
MINUTE, DAY = 60_000, 86_400_000


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        world.add_account(
            Account(AICC, "huawei_aicc", ("acme",), senders=(Sender("+41445550000", Channel.WHATSAPP),)), {}
        )
        world.add_account(
            Account(CONNECT, "webex_connect", ("acme",), {"region": "eu"}), {"service_key": "k", "hub_secret": HUB}
        )
        yield world


def said(text: str | None = "Hi", **other: object) -> dict[str, Any]:
    """A message to AICC; without a text it cannot be read."""
    message = {"type": "text"} | ({} if text is None else {"text": text})
    return {"from": "41793026727", "to": "41445550000", "messageId": f"id-{text}", "message": message | other}


def told(world: World, *entries: object, kind: str = "inbound") -> Answer:
    answer = webhooks.tell(world, AICC, kind, {"results": entries})
    assert answer.status == 200
    return answer


def texts(world: World) -> list[str]:
    return sorted(json.loads(item["content"])["text"] for item in webhooks.inbounds(world))


@pytest.mark.feature("H11")
def test_neighbours(world: World) -> None:
    """One entry that cannot be read is kept as a body of its own; the others are told, whatever the order."""
    told(world, said(None), said("one"), {"a": 1}, said("two"))
    assert texts(world) == ["one", "two"]
    kept = sorted(json.loads(body)["results"][0].get("a", 0) for _, body in webhooks.quarantine(world))
    assert kept == [0, 1]
    assert webhooks.reasons(world) == ["unreadable"] * 2


def test_a_part_that_comes_again(world: World) -> None:
    """Whoever repeats a body for hours puts its unreadable part into quarantine once a day."""
    for _ in range(3):
        told(world, said(None), said("one"))
    assert len(webhooks.quarantine(world)) == 1
    world.clock.now += DAY
    told(world, said(None), said("one"))
    assert len(webhooks.quarantine(world)) == 2
    assert texts(world) == ["one"]


def test_nothing_to_be_read(world: World) -> None:
    """A body of which nothing can be read is kept as it came, byte for byte."""
    body = b'{ "results" : [ {}, {"messageId":7} ] }'
    assert webhooks.tell(world, AICC, "status", body).status == 200
    assert [kept for _, kept in webhooks.quarantine(world)] == [body]


def test_a_part_and_no_bucket(world: World) -> None:
    """While the bucket refuses, the whole body waits in the spill queue; in the end each part is kept once."""
    told(world)
    with refusing(clients.s3()):
        told(world, said("one"), said(None), said("two"))
    assert world.invoke("webhook", {"Records": world.records("SpillQueue")}) == {"batchItemFailures": []}
    assert texts(world) == ["one", "two"]
    assert len(webhooks.quarantine(world)) == 1


def test_a_part_is_replayed(world: World) -> None:
    """Replayed, a part is read like any body: it is kept again under its name while nobody has mended the adapter."""
    told(world, said(None), said("one"))
    ((key, body),) = webhooks.quarantine(world)
    webhooks.replay(world, key)
    assert webhooks.quarantine(world) == [(key, body)]
    assert texts(world) == ["one"]


def test_an_entry_of_a_list(world: World) -> None:
    """Of a list, too, an entry that cannot be read costs no other; it is kept once a day, and replaying keeps it so."""
    world.add_account(Account(GLOBAL, "smsglobal", ("acme",)), {"api_key": "k", "api_secret": "s"})
    entries = [{"id": 1, "from": "61400000001", "message": "one"}, {"id": 2}]

    def vendor(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"messages": entries if "incoming" in request.url.path else []})

    world.provider = vendor
    for _ in range(3):
        world.clock.now += MINUTE
        world.invoke("clock", {}, 55_000)
    assert texts(world) == ["one"]
    ((key, body),) = webhooks.quarantine(world)
    assert json.loads(body) == {"id": 2}
    webhooks.replay(world, key)
    assert webhooks.quarantine(world) == [(key, body)]


@pytest.mark.feature("H11")
def test_what_has_no_shape(world: World) -> None:
    """An order is told with what is in it, and with the message that it answers; the contract describes it."""
    told(world, said(None, type="ORDER", catalogId="1", context={"id": "wamid-1"}))
    world.settle()
    (event,) = world.events()
    assert event["data"]["content"] == {"type": "unsupported", "kind": "ORDER", "fields": {"catalogId": "1"}}
    view = world.get(f"/v1/inbound/{event['data']['id']}").json
    assert view == event["data"]
    assert view["reply_to"] == "wamid-1"
    assert fits("Inbound", view)
    assert webhooks.quarantine(world) == []


def test_numbers_without_end(world: World) -> None:
    """What the provider passes on unread is JSON for everybody: it has no infinity, however a number was written."""
    entry = json.dumps(said(None, type="ORDER", price="?", more=["?"]))
    for position, number in enumerate(("NaN", "1e999", "-Infinity")):
        body = entry.replace('"?"', number).replace("id-None", f"id-{position}")
        webhooks.tell(world, AICC, "inbound", f'{{"results":[{body}]}}'.encode())
    for view in world.get("/v1/inbound").json["inbound"]:
        assert view["content"] == {"type": "unsupported", "kind": "ORDER", "fields": {"price": None, "more": [None]}}
    assert len(webhooks.inbounds(world)) == 3


def connect(world: World, body: Mapping[str, object], *, signed: bool) -> None:
    raw = json.dumps(body).encode()
    signature = {"x-hub-signature": hmac.digest(HUB.encode(), raw, hashlib.sha256).hex()} if signed else {}
    answer = world.call("POST", webhooks.path(CONNECT, "status"), signature, raw)
    assert answer.status == 200, answer.body


@pytest.mark.feature("X16")
def test_a_thread(world: World) -> None:
    """The thread of an in-app message stands beside its content, where an answer's options have it too."""
    body = {"channel": "Rtm", "event": "MO", "userId": "4657", "appId": "A1", "message": "Hi", "thread_id": "t-1"}
    connect(world, body | {"tid": "1", "ts": "2025-06-15T17:06:40+02:00"}, signed=True)
    world.settle()
    (event,) = world.events()
    assert event["data"]["content"] == {"type": "text", "text": "Hi"}
    assert event["data"]["thread"] == "t-1"
    assert fits("Inbound", world.get(f"/v1/inbound/{event['data']['id']}").json)


def tapped(transaction: str) -> dict[str, object]:
    """A notification was read by a tap on its button."""
    info = {
        "deliveryStatus": "Read",
        "deliveryChannel": "push",
        "destination": "123456",
        "destinationType": "userid",
        "timeStamp": "2025-06-15T17:06:40.000+02:00",
        "interaction": {"Button_Pressed": "YES", "pushref": ""},
    }
    return {"deliveryInfoNotification": {"deliveryInfo": info, "transid": transaction, "correlationid": ""}}


@pytest.mark.feature("X11")
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("outage", [False, True])
def test_a_tap_needs_a_signature(world: World, *, signed: bool, outage: bool) -> None:
    """Nobody is made to say what they did not: an unsigned report tells its status alone, through the queue too."""
    connect(world, tapped("t-0"), signed=False)
    assert webhooks.inbounds(world) == []
    with refusing(clients.dynamodb()) if outage else nullcontext():
        connect(world, tapped("t-1"), signed=signed)
    records = world.records("SpillQueue")
    assert len(records) == outage
    assert world.invoke("webhook", {"Records": records}) == {"batchItemFailures": []}
    assert len(webhooks.inbounds(world)) == signed
    assert [update.provider_status for update in world.operator.rendezvous.meet(CONNECT, "t-1", "a" * 26, 0, 0)] == [
        "Read"
    ]


@pytest.mark.feature("W10")
@pytest.mark.parametrize(
    ("account", "body", "counted"),
    [
        (webhooks.SMS, webhooks.report("undelivered", "a" * 26 + "-0"), 0),
        (webhooks.SMS, webhooks.report("snafu", "a" * 26 + "-0"), 1),
        (webhooks.SMS, webhooks.report("delivered", "a" * 26 + "-0"), 0),
        (AICC, {"results": [{"messageId": "1", "deletedAt": 1}]}, 0),
        (AICC, {"results": [{"messageId": "1", "status": {"groupId": 113, "name": "sendMessage"}}]}, 1),
    ],
)
def test_unknown_words(
    world: World, capsys: pytest.CaptureFixture[str], account: str, body: object, counted: int
) -> None:
    """A word that nobody knows is counted, for somebody to look; one that is known to say nothing is not."""
    world.function("webhook")
    capsys.readouterr()
    webhooks.tell(world, account, "status", body)
    assert unknown(capsys) == counted


def unknown(capsys: pytest.CaptureFixture[str]) -> float:
    """How many unknown words were counted since the last time."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    return sum(sum(line.get("UnknownStatus", [0])) for line in lines)


@pytest.mark.feature("G13")
def test_unknown_words_of_a_list(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The same of what is polled: `queued` is no news to anybody, a new word is."""
    senders = (Sender("61430000001", Channel.WHATSAPP),)
    world.add_account(Account(GLOBAL, "smsglobal", ("acme",), senders=senders), {"api_key": "k", "api_secret": "s"})
    entry = {"id": 1, "recipient": "436761234567", "status": "success", "state": "queued"}

    def vendor(request: httpx.Request) -> httpx.Response:
        sent = request.method == "POST" or request.url.path.endswith("/message")
        page = {"messages": [entry] if sent else []}
        return httpx.Response(200, json=entry if request.method == "POST" else page)

    world.provider = vendor
    webhooks.send(world, "whatsapp", account=GLOBAL)
    counted = []
    for entry["state"] in ("queued", "lost"):
        world.clock.now += MINUTE
        unknown(capsys)
        world.invoke("clock", {}, 55_000)
        counted.append(unknown(capsys))
    assert counted == [0, 1]


def test_one_number_of_two_tenants(world: World) -> None:
    """What is written to a number belongs to whom the account says, channel by channel."""
    world.add_tenant("beta")
    senders = (Sender("4366087654321", Channel.SMS, "acme"), Sender("4366087654321", Channel.WHATSAPP, "beta"))
    world.add_account(Account("both", "websms_sms", ("acme", "beta"), senders=senders), {})
    for kind in ("text", "whatsapp"):
        webhooks.tell(world, "both", "inbound", webhooks.sms(messageType=kind, notificationId=kind))
    assert {item["channel"]: item["tenant"] for item in webhooks.inbounds(world)} == {"sms": "acme", "whatsapp": "beta"}
