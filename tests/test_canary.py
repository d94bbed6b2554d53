"""
What is private stays so: numbers, names, texts, secrets and webhook addresses are in no log line, no metric, no problem
document, no lane record and no name of anything stored.

Canaries are put wherever something private can stand, every function is driven through good days and bad ones, every
provider through every way to fail. What may hold content is only looked at for its names: rows by their keys, objects
by their metadata, the records of queues that carry content by their attributes.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from typing import Any

import httpx
import pytest

from herald.aws import clients
from herald.models import Account
from tests import webhooks
from tests.callbacks import add_endpoint, answering
from tests.conftest import Show
from tests.faults import refusing
from tests.providers.harness import Inbox, ListCall, Table
from tests.providers.tables import PROVIDERS, TABLES
from tests.webhooks import MESSAGING, SMS, tell
from tests.world import LANES, STACK, Answer, World

pytestmark = pytest.mark.goal("G25")

NUMBER = "+436764242424"
SENDER = "+436764343434"
CANARIES: Mapping[str, str] = {
    "number": "6764242424",
    "number of a writer": "6764343434",
    **{name: f"canary{name.replace(' ', '')}" for name in (
        "text", "name", "variable", "member", "media address", "file name", "reference", "key", "query", "path",
        "header", "idempotency key", "webhook path", "secret", "token", "answer", "upload",
    )},
}  # fmt: skip
TEXT, NAME, ANSWER = CANARIES["text"], CANARIES["name"], CANARIES["answer"]
FUNCTIONS = ("send", "deliver", "webhook", "media", "query", "publish", "callback", "clock")
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
CONTENT_QUEUES = ("IntakeQueue", "SpillQueue", "CallbackQueue")
"""Queues that carry content, under encryption and for four days."""


class Heard:
    """All that a world has told: what it logged, answered to calls that failed, and called its things."""

    def __init__(self) -> None:
        self.lines = io.StringIO()
        self.problems: list[bytes] = []
        self.records: list[str] = []
        self.names: list[str] = []

    def places(self) -> Mapping[str, str]:
        """Where no canary may be."""
        return {
            "logs and metrics": self.lines.getvalue(),
            "problem documents": b"\n".join(self.problems).decode(),
            "lane records and attributes": "\n".join(self.records),
            "keys of rows, names and metadata of objects": "\n".join(self.names),
        }

    def look(self) -> None:
        """Note what everything stored is called."""
        for item in webhooks.table():
            # Rendezvous are named by what a provider calls a message: that is its id, whatever it looks like.
            keys = [item[name]["S"] for name in ("pk", "sk", "lp", "ls", "tp", "ts", "pp") if name in item]
            self.names += [key for key in keys if not key.startswith("R#")]
        for found in clients.s3().list_objects_v2(Bucket=STACK).get("Contents", []):
            metadata = clients.s3().head_object(Bucket=STACK, Key=found["Key"])["Metadata"]
            self.names += [found["Key"], *(value for name, value in metadata.items() if name != "filename")]


class Told(World):
    """A world that keeps every problem that it answers with."""

    heard: Heard

    def call(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        sent = dict(headers or {}) | {"x-header": CANARIES["header"], "cookie": CANARIES["header"]}
        answer = super().call(method, path, sent, body)
        if answer.status >= 400:
            self.heard.problems += [answer.body, json.dumps(dict(answer.headers)).encode()]
        return answer


@contextmanager
def _listening() -> Iterator[tuple[Told, Heard]]:
    """A world of acme's, and what it tells; loggers outlive a test, so their streams are lent."""
    with Told.of_acme() as world:
        heard = world.heard = Heard()
        handlers = [
            handler
            for name in FUNCTIONS
            for handler in world.function(name).parts.telemetry._logger.handlers  # noqa: SLF001 - where logs go
        ]
        streams = [handler.setStream(heard.lines) for handler in handlers]
        events = clients.sqs().meta.events

        def note(params: dict[str, Any], **_: object) -> None:
            for record in params.get("Entries", [params]):
                content = any(queue in params["QueueUrl"] for queue in CONTENT_QUEUES)
                heard.records.append(json.dumps({**record, "MessageBody": "" if content else record["MessageBody"]}))

        events.register("before-parameter-build.sqs.SendMessage", note)
        events.register("before-parameter-build.sqs.SendMessageBatch", note)
        try:
            with redirect_stdout(heard.lines), redirect_stderr(heard.lines):
                yield world, heard
                heard.look()
        finally:
            events.unregister("before-parameter-build.sqs.SendMessage", note)
            events.unregister("before-parameter-build.sqs.SendMessageBatch", note)
            for handler, stream in zip(handlers, streams, strict=True):
                if stream is not None:
                    handler.setStream(stream)


def _check(world: World, heard: Heard) -> int:
    """How many canaries were looked for, in each place."""
    address = webhooks.path(SMS, "status").split("/")[3].rpartition(".")[2]
    private = {
        **CANARIES,
        "a key": world.key,
        "a webhook's secret": address,
        "the signing key": webhooks.SECRET.decode(),
    }
    for place, text in heard.places().items():
        # A caller is told which of their members is wrong, by the name that they gave it.
        told = {"member"} if place == "problem documents" else set()
        found = [what for what, canary in private.items() if canary in text and what not in told]
        assert not found, (
            place,
            found,
            [line for line in text.splitlines() for what in found if private[what] in line][:3],
        )
    return len(private)


# Every function, on good days and bad ones.

BODY = {
    "channel": "sms",
    "to": NUMBER,
    "content": {"type": "text", "text": f"{TEXT} {{{{a}}}}"},
    "variables": {"a": CANARIES["variable"]},
    "reference": CANARIES["reference"],
}
PICTURE = {"type": "media", "kind": "image", "media": {"url": f"https://media.example/{CANARIES['media address']}"}}


def _register(world: World) -> None:
    """Endpoints that fail and heal, and one that must not be called."""
    add_endpoint(world, "moody", url=f"https://hooks.example/{CANARIES['path']}?{CANARIES['query']}")
    add_endpoint(world, "private", url=f"https://127.0.0.1/{CANARIES['path']}")
    world.customer = answering(500, 200)
    headers = {"authorization": f"Bearer {world.key}", "content-type": "application/json"}
    for wrong in (f"http://{NAME}.example", f"https://10.0.0.1/{CANARIES['path']}", TEXT):
        body = json.dumps({"url": wrong, "description": NAME}).encode()
        world.call("POST", "/v1/endpoints", headers, body)


def _send(world: World) -> None:
    """Messages that are sent, repeated, and refused for every kind of reason."""
    world.post("/v1/messages", BODY, idempotency_key=CANARIES["idempotency key"])
    world.post("/v1/messages", BODY | {"to": SENDER}, idempotency_key=CANARIES["idempotency key"])
    many = {name: part for name, part in BODY.items() if name not in ("to", "variables")}
    person = {"to": NUMBER, "variables": {"a": CANARIES["variable"]}}
    world.post("/v1/messages", many | {"recipients": [person]})
    world.post("/v1/messages", many | {"recipients": [person, person | {"to": f"0676{TEXT}"}]})
    for wrong in (
        {"to": f"{NUMBER}x"},
        {"to": [NUMBER, f"{NUMBER}x"]},
        {"channel": TEXT},
        {"from": NAME},
        {"account": NAME},
        {"account": CANARIES["secret"]},
        {"send_at": TEXT},
        {"content": {"type": "text", "text": TEXT * 2000}},
        {"content": {"type": TEXT}},
        {"content": PICTURE | {"media": {"url": f"https://10.0.0.1/{CANARIES['media address']}"}}},
        {"content": PICTURE | {"media": {"id": CANARIES["media address"]}}},
        {"raw": {CANARIES["member"]: {"to": NUMBER}}},
        {"raw": {"websms_sms": {"recipientAddressList": [NUMBER]}}},
        {"options": {"smart_links": [{"id": TEXT}]}},
    ):
        world.post("/v1/messages", BODY | wrong)
        world.post("/v1/messages/validate", BODY | wrong)
    world.post("/v1/messages", BODY, key=f"hk_{'a' * 8}_{CANARIES['key'].ljust(43, 'a')}")
    world.post("/v1/messages", BODY, key=CANARIES["key"])
    world.call("POST", "/v1/messages", {"authorization": CANARIES["key"], "content-type": TEXT}, TEXT.encode())
    headers = {"authorization": f"Bearer {world.key}", "content-type": "application/json"}
    world.call("POST", "/v1/messages", headers, f'{{"to": "{NUMBER}", {TEXT}'.encode())
    world.post(f"/v1/messages/{CANARIES['path']}/cancel")


def _intake(world: World) -> None:
    """Records that are accepted, and refused."""
    good = BODY | {"tenant": "acme"}
    strange = {"recipients": [{"to": NUMBER, "variables": {CANARIES["member"]: [NUMBER]}}], CANARIES["member"]: TEXT}
    for record in (
        BODY,
        good,
        good | {"to": f"0676{TEXT}"},
        good | strange,
        {**good, "variables": {CANARIES["member"]: 7}},
        TEXT,
        {"detail-type": "herald.send", "id": TEXT, "detail": TEXT},
    ):
        body = record if isinstance(record, str) else json.dumps(record)
        world.invoke("send", {"Records": [{"messageId": "1", "body": body, "attributes": {}}]})


def _tell(world: World) -> None:
    """Reports, messages and rubbish from outside, while all is well and while the table is out."""
    digits = SENDER.removeprefix("+")
    message = world.post("/v1/messages", BODY).json["id"]
    world.settle()
    tell(world, SMS, "status", webhooks.report("delivered", f"{message}-0", senderAddress=digits))
    tell(world, SMS, "status", webhooks.report("delivered", f"{'a' * 26}-0", senderAddress=digits))
    tell(world, SMS, "status", webhooks.report(TEXT, f"{message}-0", senderAddress=digits))
    tell(world, MESSAGING, "inbound", webhooks.inbound(TEXT, sender=SENDER, user={"displayName": NAME}))
    tell(world, MESSAGING, "inbound", f"{SENDER} {TEXT} {NAME}".encode())
    for address in (
        f"/v1/webhooks/{CANARIES['webhook path']}/status",
        f"/v1/webhooks/acme-sms.1.{CANARIES['webhook path'].ljust(32, 'a')[:32]}/status",
    ):
        for method in ("POST", "GET", "HEAD", "PUT"):
            world.call(method, f"{address}?{CANARIES['query']}", {}, TEXT.encode())
    for code in ("ThrottlingException", "ValidationException"):
        with refusing(clients.dynamodb(), code=code):
            tell(world, SMS, "inbound", webhooks.sms(TEXT, senderAddress=digits, notificationId=code))
            world.post("/v1/messages", BODY)
            world.get(f"/v1/messages?recipient={NUMBER.replace('+', '%2B')}")
            world.get(f"/v1/media/{CANARIES['path']}")
    with refusing(clients.dynamodb()), refusing(clients.sqs()), refusing(clients.s3()):
        tell(world, SMS, "inbound", webhooks.sms(TEXT, senderAddress=digits, notificationId="n-3"))
    world.invoke("webhook", {"Records": world.records("SpillQueue")})
    world.invoke("webhook", {"Records": [{"messageId": "1", "body": json.dumps({"body": TEXT}), "attributes": {}}]})


def _read(world: World) -> None:
    """Questions of every kind, most of them wrong."""
    query, path = CANARIES["query"], CANARIES["path"]
    for question in (
        "",
        f"?{CANARIES['member']}={query}",
        f"?cursor={query}",
        f"?limit={query}",
        f"?status={query}",
        f"?from={query}",
    ):
        world.get(f"/v1/messages{question}")
        world.get(f"/v1/inbound{question}")
    number = NUMBER.replace("+", "%2B")
    for question in (f"recipient={number}", f"recipient={number}x", f"request={query}"):
        world.get(f"/v1/messages?{question}")
    for question in (
        f"channel=rcs&recipient={number}",
        f"channel=rcs&recipient={number}&account={query}",
        f"channel={query}",
    ):
        world.get(f"/v1/capabilities?{question}")
    for found in (f"/v1/messages/{path}", f"/v1/inbound/{path}", f"/v1/{path}", f"/{path}/{path}"):
        world.get(f"{found}?{query}")


def _media(world: World) -> None:
    """Media that are kept, refused, announced, and that people send."""
    name, upload = CANARIES["file name"], CANARIES["upload"]
    for declared, body in (("image/png", PNG), ("image/png", upload.encode()), (upload, PNG), ("text/plain", b"")):
        headers = {"authorization": f"Bearer {world.key}", "content-type": declared}
        for filename in (f"{name}.png", f"{name}.exe", f"{name}%2F.."):
            world.call("POST", f"/v1/media?filename={filename}", headers, body)
    for grant in (
        {"content_type": "image/png", "size": 5, "filename": f"{name}.png"},
        {"content_type": upload, "size": 5},
        {"content_type": "image/png", "size": 5, "filename": f"{name}/"},
        {CANARIES["member"]: upload},
    ):
        world.post("/v1/media/uploads", grant)
    world.get(f"/v1/media/{CANARIES['path']}")
    world.get(f"/v1/media/{'a' * 26}/{CANARIES['path']}")
    sent = webhooks.inbound(TEXT, sender=SENDER, type="whatsapp", user={"displayName": NAME})
    tell(world, MESSAGING, "inbound", {**sent, "content": None, "mediaId": CANARIES["media address"]})
    world.settle()
    for record in world.records("MediaQueue"):
        world.invoke("media", {"Records": [record]})
    for text, tries in ((TEXT, "1"), ('{"inbound": "a"}', TEXT)):  # of the second the exception itself has the text
        record = {"messageId": "1", "body": text, "attributes": {"ApproximateReceiveCount": tries}}
        world.invoke("media", {"Records": [record]})


def test_nothing_private_is_told(figure: Show) -> None:
    """Every function, driven with canaries everywhere, tells of none of them."""
    with _listening() as (world, heard):
        world.provider = webhooks.takes_everything
        for day in (_register, _send, _intake, _tell, _read, _media):
            day(world)
            world.settle()
        world.provider = lambda _request: httpx.Response(500, text=f"{NUMBER} {TEXT} {ANSWER}")
        for day in (_send, _read, _media):
            day(world)
            world.settle()
        world.clock.now += 10**6
        world.invoke("clock", {})
        world.settle()
    canaries = _check(world, heard)
    lines = heard.lines.getvalue()
    assert "something was quarantined" in lines
    assert '"Errors"' in lines
    assert {name for name in FUNCTIONS if f'"service":"{name}"' in lines} == set(FUNCTIONS)
    assert min(len(text) for text in heard.places().values()) > 1000
    figure("G25", "canaries by places, through all functions: found", f"{canaries} by {len(heard.places())}: 0")


# Every provider, failing in every way.

WORDS = ("message", "statusMessage", "statusText", "description", "error", "error_description", "detail", "resultDesc")
ECHO = f"{ANSWER} {NUMBER} {TEXT}"
REFUSAL = {
    **dict.fromkeys(WORDS, ECHO),
    **dict.fromkeys(("statusCode", "code", "resultCode", "errorCode"), 4999),
    "errors": [{"message": ECHO, "code": ECHO}],
    "response": [{"code": ECHO, "description": ECHO, "correlationid": ECHO}],
}

type Failure = Callable[[httpx.Request], httpx.Response]


def _raising(kind: type[httpx.TransportError]) -> Failure:
    def fail(request: httpx.Request) -> httpx.Response:
        raise kind(f"{ECHO} {request.url}")

    return fail


def _answering(status: int, **content: Any) -> Failure:
    headers = {"location": f"https://{ANSWER}.example/{NUMBER}", "x-reason": ECHO, "retry-after": ECHO}
    return lambda _request: httpx.Response(status, headers=headers, **content)


def _failures(table: Table) -> Iterator[Failure]:
    """Wires that break, statuses with every kind of body, and the provider's own refusals with canaries in them."""
    for kind in (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.ReadTimeout,
        httpx.ReadError,
        httpx.RemoteProtocolError,
    ):
        yield _raising(kind)
    for status in (200, 202, 302, 400, 401, 403, 404, 408, 409, 429, 500, 503):
        yield _answering(status, json=REFUSAL)
        yield _answering(status, text=ECHO)
    shapes = {}
    for answer in table.refusals.values():
        body = json.loads(answer.body)
        shapes[answer.status, _shape(body)] = body
    for (status, _), body in shapes.items():
        yield _answering(status, json=_marked(body))


def _shape(value: Any) -> str:
    """What JSON of one kind has in common, whatever its words and numbers."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{name}:{_shape(part)}' for name, part in value.items())}}}"
    return f"[{','.join(map(_shape, value))}]" if isinstance(value, list) else type(value).__name__


def _marked(value: Any) -> Any:
    """The same JSON with a canary behind every text."""
    if isinstance(value, dict):
        return {name: _marked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_marked(part) for part in value]
    return f"{value} {ECHO}" if isinstance(value, str) else value


def _account(world: World, table: Table, name: str) -> Account:
    """Another account of the table's provider, with secrets that must not be told."""
    account = replace(table.account, name=name, tenants=("acme",), webhook_base="https://herald.example")
    world.add_account(account, {secret: f"{CANARIES['secret']}{secret}" for secret in table.secrets})
    return account


def _wires(table: Table, fails: Failure) -> Iterator[Failure]:
    """Everything fails; or where a token is asked for first, only what comes after it."""
    yield fails
    asked = table.adapter().token_request()
    if asked is not None:
        yield _token_first(asked.url, fails)


def _token_first(url: str, fails: Failure) -> Failure:
    token = CANARIES["token"]
    given = {"access_token": token, "expires_in": 3600, "AccessToken": token, "ExpiresIn": "3600", "Expires_in": "3600"}

    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == url:
            return httpx.Response(200, json=given)
        return fails(request)

    return answer


@pytest.mark.parametrize("name", PROVIDERS)
def test_nothing_private_is_told_of_failures(name: str, figure: Show) -> None:
    """However a provider fails and whatever it says, nothing of it is told."""
    table = TABLES[name]
    wires = [wire for fails in _failures(table) for wire in _wires(table, fails)]
    channel = table.hello.channel
    with _listening() as (world, heard):
        for number, wire in enumerate(wires):
            account = _account(world, table, f"canary-{number}")
            told = {"channel": channel, "account": account.name, "to": NUMBER}
            world.provider = wire
            sent = world.post("/v1/messages", told | {"content": {"type": "text", "text": TEXT}})
            assert sent.status == 202, sent.body
            _deliver(world)
            if table.adapter().facts(channel).capability:
                world.get(f"/v1/capabilities?channel={channel}&recipient=%2B{NUMBER[1:]}&account={account.name}")
        world.settle(wait=False)
    canaries = _check(world, heard)
    assert len(heard.lines.getvalue().splitlines()) > 2 * len(wires)
    figure("G25", f"failures of {name} by canaries: found", f"{len(wires)} by {canaries}: 0")


@pytest.mark.parametrize("name", [name for name in PROVIDERS if TABLES[name].adapter().polls])
def test_nothing_private_is_told_of_lists(name: str, figure: Show) -> None:
    """However the lists of a provider look, and however asking for them fails, nothing of it is told."""
    table = TABLES[name]
    answers = [_answering(200, json=_listed(table)), *_failures(table)]
    with _listening() as (world, heard):
        _account(world, table, "canary-lists")
        for answer in answers:
            world.provider = answer
            world.clock.now += 2 * 3_600_000
            world.invoke("clock", {})
        world.settle(wait=False)
    canaries = _check(world, heard)
    assert "PollFailed" in heard.lines.getvalue()
    figure("G25", f"lists of {name} by canaries: found", f"{len(answers)} by {canaries}: 0")


def _deliver(world: World) -> None:
    """What lies on the lanes is worked on once."""
    for lane in LANES:
        if records := world.records(lane):
            world.invoke("deliver", {"Records": records})


@pytest.mark.parametrize("name", [name for name in PROVIDERS if TABLES[name].acknowledgement])
def test_nothing_private_is_told_of_webhooks(name: str, figure: Show) -> None:
    """Each documented webhook with canaries in all its texts, and media that are named by it: nothing is told."""
    table = TABLES[name]
    cases = [case for case in table.cases if isinstance(case, Inbox)]
    with _listening() as (world, heard):
        world.provider = _answering(400, json=REFUSAL)
        account = _account(world, replace(table, secrets={}), "canary-told")  # signed by nobody, so all are read
        told = [_webhook(world, account, case) for case in cases]
        world.settle(wait=False)
        for record in world.records("MediaQueue"):
            world.invoke("media", {"Records": [record]})
    canaries = _check(world, heard)
    assert told.count(200) > len(cases) // 2
    figure("G25", f"webhooks of {name} by canaries: found", f"{len(cases)} by {canaries}: 0")


def _webhook(world: World, account: Account, case: Inbox) -> int:
    """A documented webhook with canaries in all its texts; one that is no JSON with canaries behind it."""
    try:
        body = json.dumps(_marked(json.loads(case.webhook.body))).encode()
    except ValueError:
        body = case.webhook.body + ECHO.encode()
    path = webhooks.path(account.name, case.webhook.kind)
    return world.call("POST", path, {**case.webhook.headers, "x-canary": ECHO}, body).status


def _listed(table: Table) -> Any:
    """A page of a list with canaries in its texts, where the provider has lists."""
    pages = [case for case in table.cases if isinstance(case, ListCall)]
    return _marked({"messages": [{"id": 1, "message": "x", "state": "x", "from": "x"}]}) if pages else REFUSAL
