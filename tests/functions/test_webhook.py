"""
The webhook function: exact acknowledgements, forgeries, and nothing authentic ever lost.
"""

import base64
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herald.aws import clients
from herald.models import Account, Channel, Sender
from tests import webhooks
from tests.faults import THROTTLED, listening, refusing
from tests.webhooks import MESSAGING, MESSAGING_ACK, SMS, SMS_ACK, path, tell
from tests.world import Answer, World


@pytest.fixture
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        yield world


REFERENCE = "a" * 26 + "-0"
PICTURE = webhooks.inbound(content=None, mediaId="0F6368DC")
BINARY = webhooks.sms(messageType="binary", binaryMessageContent=["AQID"])


@pytest.mark.goal("G8")
@pytest.mark.feature("W9")
@pytest.mark.feature("W10")
@pytest.mark.feature("S7")
@pytest.mark.feature("S8")
@pytest.mark.parametrize(
    ("account", "kind", "body", "ack"),
    [
        (MESSAGING, "inbound", webhooks.inbound(), MESSAGING_ACK),
        (MESSAGING, "inbound", PICTURE, MESSAGING_ACK),
        (MESSAGING, "status", webhooks.status("delivered", REFERENCE), MESSAGING_ACK),
        (MESSAGING, "status", webhooks.status("a word from the future", REFERENCE), MESSAGING_ACK),
        (MESSAGING, "status", webhooks.COMMALESS, MESSAGING_ACK),
        (MESSAGING, "a-kind-nobody-knows", webhooks.inbound(), MESSAGING_ACK),
        (SMS, "inbound", webhooks.sms(), SMS_ACK),
        (SMS, "inbound", webhooks.sms(messageType="whatsapp"), SMS_ACK),
        (SMS, "inbound", BINARY, SMS_ACK),
        (SMS, "status", webhooks.report("delivered", REFERENCE), SMS_ACK),
        (SMS, "status", b"", SMS_ACK),
    ],
)
def test_exact_acknowledgement(world: World, account: str, kind: str, body: object, ack: bytes) -> None:
    """Status, content type and every byte are what the provider waits for, whatever we made of the body."""
    answer = tell(world, account, kind, body)
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, webhooks.JSON, ack)


def _forged(world: World, secret: str) -> Answer:
    return world.call("POST", f"/v1/webhooks/{secret}/inbound", {}, json.dumps(webhooks.inbound()).encode())


GOOD = path(MESSAGING, "inbound").split("/")[3]


@pytest.mark.goal("G11")
@pytest.mark.parametrize(
    "secret",
    [
        "x",
        MESSAGING,
        f"{MESSAGING}.1",
        f"{MESSAGING}.1.",
        f"{MESSAGING}.1.{'a' * 32}",
        GOOD[:-1] + ("a" if GOOD[-1] != "a" else "b"),
        GOOD.upper(),
        GOOD + "a",
        GOOD.replace(MESSAGING, SMS),
        GOOD.replace(".1.", ".2."),
        GOOD.replace(".1.", ".01."),
        GOOD + "%0a",
        "%2e%2e",
        "\uff41cme-websms.1." + "a" * 32,
    ],
)
def test_a_forgery_costs_nothing(world: World, secret: str) -> None:
    """A wrong, missing, mistyped secret or one of another account is 401 before any I/O."""
    tell(world, MESSAGING, "inbound", webhooks.inbound())  # the worker is warm
    with listening() as called:
        answer = _forged(world, secret)
    assert answer.status == 401
    assert answer.json["code"] == "webhook_not_verified"
    assert called == []
    assert len(webhooks.inbounds(world)) == 1


@pytest.mark.goal("G11")
def test_every_character_of_the_secret_counts(world: World) -> None:
    """Any single character changed is a forgery (G11)."""
    for position, character in enumerate(GOOD):
        other = "b" if character != "b" else "c"
        assert _forged(world, GOOD[:position] + other + GOOD[position + 1 :]).status == 401
    assert webhooks.inbounds(world) == []


def _with_epochs(world: World, *epochs: int) -> None:
    stored = world.operator.registry.read_account(MESSAGING)
    world.operator.registry.change_account(replace(stored.value, epochs=epochs), stored.version)
    world.clock.now += 61_000  # what workers have read is a minute old at most


@pytest.mark.goal("G11")
def test_rotation(world: World) -> None:
    """While two epochs are valid both addresses work; a retired one is 401."""
    _with_epochs(world, 1, 2)
    addresses = [path(MESSAGING, "inbound", epoch) for epoch in (1, 2)]
    assert [world.call("POST", address, {}, b"{}").status for address in addresses] == [200, 200]
    _with_epochs(world, 2)
    assert [world.call("POST", address, {}, b"{}").status for address in addresses] == [401, 200]


def test_an_account_that_is_gone(world: World) -> None:
    """The secret is right and the account is not there: 404."""
    answer = world.call("POST", path("nobody", "inbound"), {}, b"{}")
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_an_old_address_of_a_removed_account(world: World) -> None:
    """A removed account's address says 404 once the caches have forgotten it."""
    world.operator.registry.remove_account(MESSAGING)
    assert tell(world, MESSAGING, "inbound", webhooks.inbound()).status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_probe(world: World, method: str) -> None:
    """A provider may ask whether an address is there: 200 for a good one, 401 for a forged one, nothing is stored."""
    before = webhooks.table()
    assert world.call(method, path(SMS, "status")).status == 200
    assert world.call(method, f"/v1/webhooks/{'x' * 40}/status").status == 401
    assert webhooks.table() == before


UNREADABLE = [
    b"",
    b"\x00\xff\xfe",
    b"not json",
    b"null",
    b"[]",
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b"{}",
    webhooks.COMMALESS,
    b'{"type":"whatsapp","sender":"\\ud800","content":"x"}',
    b"9" * 5000,
    b'{"messageStatus":"delivered"}',
    b'{"type":"fax","sender":"+436761234567","content":"x"}',
    b"messageStatus=delivered&transferId=1",
    '{"messageStatus":"delivered","transferId":"1"}'.encode("utf-16"),
]


@pytest.mark.goal("G9")
@pytest.mark.feature("W10")
@pytest.mark.parametrize("body", UNREADABLE, ids=[str(number) for number in range(len(UNREADABLE))])
@pytest.mark.parametrize("account", [MESSAGING, SMS])
def test_what_cannot_be_read_is_kept(world: World, account: str, body: bytes) -> None:
    """An authentic body that is none of the documented shapes is acknowledged, and lies in quarantine byte for byte."""
    before = webhooks.table()
    assert tell(world, account, "status", body).status == 200
    assert [kept for _, kept in webhooks.quarantine(world)] == [body]
    assert webhooks.reasons(world) == ["unreadable"]
    assert webhooks.table() == before


@pytest.mark.goal("G12")
def test_quarantine_is_noticed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """What goes to quarantine is counted in the metric that the template's alarm watches (G12)."""
    world.function("webhook")
    capsys.readouterr()
    tell(world, MESSAGING, "status", b"?")
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert [metric["Quarantined"] for metric in metrics] == [[1.0]]


def test_oversize(world: World) -> None:
    """A body of more than 3 MB is acknowledged and kept unread."""
    body = json.dumps(webhooks.inbound("x" * 3_000_000)).encode()
    assert tell(world, MESSAGING, "inbound", body).body == MESSAGING_ACK
    assert [kept for _, kept in webhooks.quarantine(world)] == [body]
    assert webhooks.reasons(world) == ["too_large"]


def test_a_huge_message(world: World) -> None:
    """A text that no item of the table could hold goes to quarantine."""
    tell(world, MESSAGING, "inbound", webhooks.inbound("ä" * 200_000))
    assert webhooks.reasons(world) == ["too_large"]
    assert webhooks.inbounds(world) == []


def test_a_large_message(world: World) -> None:
    """A text of 290 kB is kept whole; its event leaves out what does not fit onto the bus and says so."""
    text = "ä" * 145_000
    tell(world, MESSAGING, "inbound", webhooks.inbound(text))
    world.settle()
    (event,) = world.events()
    assert event["data"]["omitted"] == ["content"]
    assert "content" not in event["data"]
    found = world.get(f"/v1/inbound/{event['data']['id']}")
    assert found.json["content"] == {"type": "text", "text": text}


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("PutItem", THROTTLED),
        ("UpdateItem", "ProvisionedThroughputExceededException"),
        ("TransactWriteItems", "TransactionConflictException"),
        ("GetItem", "InternalServerError"),
    ],
)
def test_the_table_refuses(world: World, operation: str, code: str) -> None:
    """While the table refuses, webhooks are acknowledged and lie in the spill queue; then they are stored once."""
    message = webhooks.send(world)
    tell(world, SMS, "status", b"{}")  # the worker knows the accounts
    tell(world, MESSAGING, "status", b"{}")
    with refusing(clients.dynamodb(), operation, code=code) as refused:
        answers = [
            tell(world, MESSAGING, "inbound", webhooks.inbound()),
            tell(world, SMS, "inbound", webhooks.sms()),
            tell(world, SMS, "status", webhooks.report("delivered", f"{message}-0")),
        ]
    assert [answer.body for answer in answers] == [MESSAGING_ACK, SMS_ACK, SMS_ACK]
    assert refused
    for _ in range(2):  # SQS gives out at least once
        records = world.records("SpillQueue")
        assert len(records) in (len(refused), 0)
        assert world.invoke("webhook", {"Records": records + records}) == {"batchItemFailures": []}
    assert len(webhooks.inbounds(world)) == 2
    assert not any("duplicate_of" in item for item in webhooks.inbounds(world))
    assert webhooks.message(world, message)["marks"].keys() == {"0.delivered"}


def test_the_table_refuses_for_long(world: World) -> None:
    """What a worker knows of an account outlives its cache while the table refuses, so it still spills and answers."""
    tell(world, SMS, "status", b"{}")
    world.clock.now += 240_000
    with refusing(clients.dynamodb()):
        assert tell(world, SMS, "inbound", webhooks.sms()).body == SMS_ACK
    assert len(webhooks.spilled(world)) == 1


def test_a_cold_worker_and_no_table(world: World) -> None:
    """Nobody knows how this provider wants to be answered: 503, and it comes again."""
    with refusing(clients.dynamodb()):
        answer = tell(world, SMS, "inbound", webhooks.sms())
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")


@pytest.mark.goal("G8")
def test_table_and_queue_refuse(world: World) -> None:
    """Then the body goes to quarantine, and is acknowledged."""
    tell(world, SMS, "status", b"{}")
    with refusing(clients.dynamodb()), refusing(clients.sqs()):
        assert tell(world, SMS, "inbound", webhooks.sms()).body == SMS_ACK
    assert "spilled" in webhooks.reasons(world)


@pytest.mark.goal("G8")
def test_everything_refuses(world: World) -> None:
    """With nowhere left to keep it the answer is 503, never an acknowledgement, and the repeat is stored."""
    tell(world, SMS, "status", b"{}")
    with refusing(clients.dynamodb()), refusing(clients.sqs()), refusing(clients.s3()):
        answer = tell(world, SMS, "inbound", webhooks.sms())
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert tell(world, SMS, "inbound", webhooks.sms()).status == 200
    assert len(webhooks.inbounds(world)) == 1


@pytest.mark.goal("G8")
def test_the_bucket_refuses(world: World) -> None:
    """What belongs into quarantine waits in the spill queue until the bucket takes it."""
    with refusing(clients.s3()):
        assert tell(world, SMS, "status", webhooks.COMMALESS).body == SMS_ACK
        records = world.records("SpillQueue")
        failed = world.invoke("webhook", {"Records": records})["batchItemFailures"]
        assert [failure["itemIdentifier"] for failure in failed] == [records[0]["messageId"]]
    assert world.invoke("webhook", {"Records": records}) == {"batchItemFailures": []}
    assert [body for _, body in webhooks.quarantine(world)] == [webhooks.COMMALESS]


def test_bucket_and_queue_refuse(world: World) -> None:
    """503 for what nobody can read and nobody can keep."""
    tell(world, SMS, "status", b"{}")
    with refusing(clients.s3()), refusing(clients.sqs()):
        assert tell(world, SMS, "status", webhooks.COMMALESS).status == 503


def test_a_wrong_setting(world: World) -> None:
    """An account that is set up wrongly loses nothing: its webhooks are kept, and are our fault."""
    world.add_account(Account("odd", "websms", ("acme",), settings={"outcomes": "?"}), {})
    world.add_account(Account("gone", "no_such_provider", ("acme",)), {})
    answers = [tell(world, name, "status", b"{}") for name in ("odd", "gone")]
    assert [(answer.status, answer.json["code"]) for answer in answers] == [(500, "configuration_error")] * 2
    assert webhooks.reasons(world) == ["misconfigured"] * 2


def test_a_wrong_setting_for_reports(world: World) -> None:
    """A setting that only reading a report trips over costs no report either."""
    world.add_account(Account("odd", "websms_sms", ("acme",), settings={"undelivered_is_final": 7}), {})
    assert tell(world, "odd", "status", webhooks.report("undelivered", REFERENCE)).body == SMS_ACK
    assert webhooks.reasons(world) == ["failed"]


def test_a_record_that_is_none(world: World) -> None:
    """A spill record that cannot be read fails alone."""
    tell(world, SMS, "status", b"{}")
    with refusing(clients.dynamodb()):
        tell(world, SMS, "inbound", webhooks.sms())
    (good,) = world.records("SpillQueue")
    bad = [good | {"messageId": f"bad-{number}", "body": body} for number, body in enumerate(("{}", "?", "[]"))]
    failed = world.invoke("webhook", {"Records": [*bad, good]})["batchItemFailures"]
    assert [failure["itemIdentifier"] for failure in failed] == ["bad-0", "bad-1", "bad-2"]
    assert len(webhooks.inbounds(world)) == 1


def test_a_spilled_webhook_of_a_removed_account(world: World) -> None:
    """Its account is gone when its turn comes: quarantine."""
    tell(world, SMS, "status", b"{}")
    with refusing(clients.dynamodb()):
        tell(world, SMS, "inbound", webhooks.sms())
    world.operator.registry.remove_account(SMS)
    world.clock.now += 61_000
    assert world.invoke("webhook", {"Records": world.records("SpillQueue")}) == {"batchItemFailures": []}
    assert "account_gone" in webhooks.reasons(world)


@pytest.mark.feature("W9")
@pytest.mark.parametrize(
    ("account", "body", "expected"),
    [
        (MESSAGING, webhooks.inbound(), {"from": "+436761234567", "to": "app-2", "name": "The user"}),
        (MESSAGING, webhooks.inbound(recipient=None), {"to": "app-2"}),
        (MESSAGING, webhooks.inbound(recipient=None, applicationId=None), {"tenant": "acme"}),
        (MESSAGING, webhooks.inbound(sender="AT.1367a8c2"), {"from": "whatsapp:AT.1367a8c2"}),
        (MESSAGING, webhooks.inbound(sender="x" * 512), {"from": "whatsapp:" + "x" * 512}),
        (MESSAGING, webhooks.inbound(user=None), {"channel": "whatsapp"}),
        (
            MESSAGING,
            webhooks.inbound("\x00\u202e\n\x1b[31m"),
            {"content": '{"type":"text","text":"\\u0000\u202e\\n\\u001b[31m"}'},
        ),
        (SMS, webhooks.sms(senderAddress="1234"), {"from": "1234", "channel": "sms"}),
        (SMS, {"messageType": "text", "senderAddress": "ACME", "textMessageContent": ""}, {"from": "ACME"}),
        (SMS, BINARY, {"content": '{"type":"binary","segments":["AQID"],"user_data_header":false}'}),
    ],
)
def test_inbound_of_every_shape(world: World, account: str, body: object, expected: dict[str, Any]) -> None:
    """Without recipient or name, from a short code or a messenger's own id: kept as it came."""
    assert tell(world, account, "inbound", body).status == 200
    (item,) = webhooks.inbounds(world)
    assert {name: item[name] for name in expected} == expected


def test_an_inbound_message_of_every_shape_is_told(world: World) -> None:
    """What was kept can be published and read, whatever it holds."""
    tell(world, MESSAGING, "inbound", webhooks.inbound(sender="odd id \U0001f600", recipient=None, applicationId=None))
    world.settle()
    (event,) = world.events()
    assert event["data"]["from"] == {"type": "whatsapp", "value": "odd id \U0001f600"}
    assert world.get("/v1/inbound").json["inbound"][0]["from"] == event["data"]["from"]


@pytest.mark.feature("F11")
def test_a_repeated_notification(world: World) -> None:
    """The provider gives an id: a repeat, even years later, is the same message."""
    for _ in range(3):
        tell(world, SMS, "inbound", webhooks.sms())
        world.clock.now += 10**10
    assert len(webhooks.inbounds(world)) == 1


def test_the_same_id_at_two_accounts(world: World) -> None:
    """Ids of one account say nothing about another's."""
    world.add_account(Account("other", "websms_sms", ("acme",)), {})
    tell(world, SMS, "inbound", webhooks.sms())
    tell(world, "other", "inbound", webhooks.sms())
    assert len(webhooks.inbounds(world)) == 2


def test_the_sender_decides_whose_it_is(world: World) -> None:
    """What arrives at a sender of another tenant is the other tenant's alone."""
    world.add_tenant("zeta")
    senders = (Sender("app-2", Channel.WHATSAPP), Sender("App-Z", Channel.WHATSAPP, tenant="zeta"))
    world.add_account(Account("shared", "websms", ("acme", "zeta"), senders=senders), {})
    tell(world, "shared", "inbound", webhooks.inbound("for acme"))
    tell(world, "shared", "inbound", webhooks.inbound("for zeta", applicationId="APP-Z"))
    mine = world.get("/v1/inbound").json["inbound"]
    theirs = world.get("/v1/inbound", key=world.add_key("zeta")).json["inbound"]
    assert [item["content"]["text"] for item in mine] == ["for acme"]
    assert [item["content"]["text"] for item in theirs] == ["for zeta"]


@pytest.mark.goal("G11")
@pytest.mark.parametrize("account", [MESSAGING, "stranger"])
def test_a_report_about_anothers_message(world: World, account: str) -> None:
    """A message moves by reports of the account that carried it; anything else is kept and changes nothing."""
    world.add_account(Account("stranger", "websms_sms", ("acme",)), {})
    message = webhooks.send(world)
    before = webhooks.table()
    body = (
        webhooks.status("read", f"{message}-0")
        if account == MESSAGING
        else webhooks.report("delivered", f"{message}-0")
    )
    assert tell(world, account, "status", body).status == 200
    assert webhooks.table() == before
    assert webhooks.reasons(world) == ["unknown_message"]


@pytest.mark.goal("G11")
@pytest.mark.parametrize("step", ["0", "b0"])
def test_a_report_about_nobodys_message(world: World, step: str) -> None:
    """A reference that is none of our messages', or a whole request's, is acknowledged and kept."""
    people = [{"to": f"+43676123456{number}"} for number in range(2)]
    accepted = world.post(
        "/v1/messages", {"channel": "sms", "recipients": people, "content": {"type": "text", "text": "x"}}
    )
    before = webhooks.table()
    for identifier in ("a" * 26, accepted.json["id"]):
        body = webhooks.report("delivered", f"{identifier}-{step}", senderAddress="436761239999")
        assert tell(world, SMS, "status", body).body == SMS_ACK
    assert webhooks.table() == before
    assert webhooks.reasons(world) == ["unknown_message"] * 2


@pytest.mark.feature("S7")
@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", "sent"),
        ("delivered", "delivered"),
        ("undelivered", "sent"),
        ("expired", "failed"),
        ("deleted", "failed"),
        ("rejected", "failed"),
        ("snafu", "sent"),
    ],
)
def test_each_word_of_a_report(world: World, word: str, status: str) -> None:
    """The word becomes our status, or only history; a failure says why."""
    message = webhooks.send(world)
    tell(world, SMS, "status", webhooks.report(word, f"{message}-0", deliveredAs="sms"))
    found = world.get(f"/v1/messages/{message}").json
    assert found["status"] == status
    assert (found["history"][-1]["provider_status"], found["history"][-1]["code"]) == (word, "sms")
    reason = "expired" if word == "expired" else "undeliverable"
    assert found.get("error") == ({"reason": reason, "code": "sms"} if status == "failed" else None)


def test_a_report_within_the_answer(world: World) -> None:
    """The provider reports before it has answered our call: nothing is lost, nothing goes back."""

    def answer(request: httpx.Request) -> httpx.Response:
        reference = json.loads(request.content)["clientMessageId"]
        assert tell(world, SMS, "status", webhooks.report("delivered", reference)).body == SMS_ACK
        return webhooks.takes_everything(request)

    world.provider = answer
    message = webhooks.send(world)
    assert world.get(f"/v1/messages/{message}").json["status"] == "delivered"
    assert [event["type"] for event in world.events()] == ["message.accepted", "message.delivered"]
    assert len(world.requests) == 1


@pytest.mark.goal("G10")
@pytest.mark.feature("F8")
@pytest.mark.parametrize("order", list(itertools.permutations(["dispatched", "delivered", "read"])))
def test_reports_in_any_order(world: World, order: tuple[str, ...]) -> None:
    """Reports in any order, each twice: the status only rises, and ends as read."""
    message = webhooks.send(world, "whatsapp")
    for word in (*order, *reversed(order)):
        tell(world, MESSAGING, "status", webhooks.status(word, f"{message}-0"))
    world.settle()
    assert world.get(f"/v1/messages/{message}").json["status"] == "read"
    events = [event for event in world.events() if event["type"] != "message.received"]
    sequences = [event["sequence"] for event in events]
    assert sequences == sorted(set(sequences))
    assert events[-1]["type"] == "message.read"


def test_a_time_that_no_calendar_has(world: World) -> None:
    """A provider's clock gone mad costs neither the report, nor its event, nor the reading of the message."""
    message = webhooks.send(world, "whatsapp")
    for word, time in (("delivered", "9999-12-31T23:59:59-14:00"), ("read", "0001-01-01T00:00:00+14:00")):
        tell(world, MESSAGING, "status", webhooks.status(word, f"{message}-0", deliveredOn=time))
    world.settle()
    assert [event["type"] for event in world.events()][-2:] == ["message.delivered", "message.read"]
    assert world.get(f"/v1/messages/{message}").json["history"][-1]["at"] == "9999-12-31T23:59:59.999Z"


_TEXT = st.text(max_size=40) | st.sampled_from(["delivered", "read", REFERENCE, "+436761234567", "whatsapp", "text"])
_NAMES = st.sampled_from(
    [
        "type",
        "sender",
        "content",
        "mediaId",
        "applicationId",
        "user",
        "recipient",
        "messageStatus",
        "transferId",
        "clientMessageId",
        "deliveredOn",
        "messageType",
        "senderAddress",
        "textMessageContent",
        "binaryMessageContent",
        "notificationId",
        "deliveryReportMessageStatus",
        "sentOn",
        "event",
        "RCSMessage",
        "messageContact",
        "msgId",
        "status",
        "timestamp",
        "textMessage",
        "userContact",
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=6),
    max_leaves=12,
)
_OBJECTS = st.dictionaries(_NAMES, _JSON, max_size=8)
_BODIES = st.binary(max_size=300) | _OBJECTS.map(lambda told: json.dumps(told).encode())


@pytest.mark.goal("G9")
def test_any_bytes(world: World) -> None:
    """Whatever an authentic webhook holds is acknowledged, and stored or kept (G9)."""

    @settings(max_examples=300, deadline=None)
    @given(body=_BODIES)
    def check(body: bytes) -> None:
        for account, ack in ((MESSAGING, MESSAGING_ACK), (SMS, SMS_ACK)):
            answer = tell(world, account, "status", body)
            assert (answer.status, answer.body) == (200, ack)

    check()


def test_a_form_encoded_body(world: World) -> None:
    """The gateway hands over bytes it does not know in base64; quarantine has the bytes themselves."""
    body = bytes(range(256))
    tell(world, SMS, "status", body)
    assert [kept for _, kept in webhooks.quarantine(world)] == [body]
    assert base64.b64encode(body) not in [kept for _, kept in webhooks.quarantine(world)]
