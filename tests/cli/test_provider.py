"""
`herald provider`: an operator sees what the provider has of an account, and tells it who has opted in.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.app import app
from cli.gateway import Gateway, Refused
from herald.aws.secrets import Secrets
from herald.aws.table import Table
from herald.aws.tokens import StoredToken, Tokens
from herald.calling import Caller
from herald.clock import Time
from herald.exchange import Exchange
from herald.models import Account, Channel, Sender
from herald.provider import adapter_class
from local.simulators.smsglobal.mac import Gate, Signed
from tests.moto_table import REGION

type Run = Callable[..., Any]
type Say = Callable[..., str]

SECRET = "s3cret-of-the-account"
OURS = "+61430000001"
ANNA, BERT = "+61400000001", "+61400000002"
MADE = "2020-08-18 10:36:29 +1000"
MESSAGES = ("provider", "messages", "acme-global")
MESSAGE = ("provider", "message", "acme-global")
OPT_INS = ("provider", "opt-ins", "acme-global")
OPT_IN = ("provider", "opt-in", "acme-global")


def incoming(number: int, text: str = "hello") -> dict[str, Any]:
    """What a person wrote, as SMSGlobal lists it."""
    return {"id": number, "from": ANNA[1:], "to": OURS[1:], "message": text, "createdDate": MADE}


def outgoing(number: int, state: str = "delivered") -> dict[str, Any]:
    """What was sent to a person."""
    said = {"status": "success", "state": state, "message": "hello", "createdDate": MADE}
    return {"id": number, "recipient": ANNA[1:], **said}


@dataclass
class Vendor:
    """
    SMSGlobal, as far as an operator sees it; it answers 403 to whoever does not sign, or signs twice the same.

    `next` are answers that come before it does as it should. `asked` is every query or body by path.
    """

    entries: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"incoming": [], "message": []})
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    mute: set[str] = field(default_factory=set)
    next: list[httpx.Response] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    gate: Gate = field(default_factory=Gate)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self._authenticate(request)
        path = request.url.path.removeprefix("/v2/whatsapp/")
        self.asked.append((path, json.loads(request.content) if request.content else dict(request.url.params)))
        if self.next:
            return self.next.pop(0)
        name, _, identifier = path.partition("/")
        if name == "opt-in":
            return httpx.Response(200, json={"optIn": self._people(request)})
        if identifier:
            found = [entry for entry in self.entries[name] if str(entry["id"]) == identifier]
            return httpx.Response(200, json=found[0]) if found else httpx.Response(404, json={"message": "Not Found"})
        skip, limit = int(request.url.params["offset"]) - 1, int(request.url.params["limit"])
        return httpx.Response(200, json={"messages": self.entries[name][skip : skip + limit]})

    def _authenticate(self, request: httpx.Request) -> None:
        """Raises NotAuthentic; the signature is read as the simulator's author read it, against the real time."""
        self.gate.check(
            request.headers["Authorization"],
            Signed(request.method, request.url.raw_path.decode()),
            keys={"key-1": SECRET},
            addresses=[("api.smsglobal.com", 443)],
            now=time.time(),
            tolerance=60,
        )

    def _people(self, request: httpx.Request) -> list[dict[str, Any]]:
        if request.method == "GET":
            return list(self.people.values())
        told = [one for one in json.loads(request.content)["opt-in"] if one["number"] not in self.mute]
        return [{**one, "capable": True, "blacklist": one["number"] == BERT[1:]} for one in told]

    @property
    def pages(self) -> list[tuple[int, int]]:
        """Offset and limit of every page that was asked for."""
        return [(int(query["offset"]), int(query["limit"])) for _, query in self.asked]


@pytest.fixture
def vendor() -> Vendor:
    """The provider, with nothing in it."""
    return Vendor()


@pytest.fixture
def gateway(gateway: Gateway, vendor: Vendor) -> Gateway:
    """A deployment with an account at SMSGlobal and one at a provider that can be asked nothing, and the real clock."""
    account = Account("acme-global", "smsglobal", ("acme",), senders=(Sender(OURS, Channel.WHATSAPP),))
    gateway.registry.add_account(account)
    gateway.registry.add_account(Account("acme-websms", "websms", ("acme",)))
    gateway.write_credentials("acme-global", {"api_key": "key-1", "api_secret": SECRET})
    secrets = Secrets(lambda: gateway.secrets, gateway.secret_prefix, time.monotonic)
    tokens = Tokens(Table(boto3.client("dynamodb", region_name=REGION), "herald"))
    exchange = Exchange(transport=httpx.MockTransport(vendor))
    return replace(gateway, caller=lambda: Caller(exchange, secrets, tokens, Time()))


@pytest.fixture
def end(gateway: Gateway) -> Callable[..., Result]:
    """Runs `herald <words>`, however it ends."""

    def end(*words: str, **environment: str) -> Result:
        return CliRunner().invoke(app, list(words), obj=gateway, env=environment)

    return end


@pytest.mark.feature("G12")
def test_what_people_wrote(vendor: Vendor, run: Run, say: Say) -> None:
    """Entries stand as the provider lists them, in its order; people see the text, programs the content."""
    place = {"type": "location", "latitude": 1.5, "longitude": 2.5}
    vendor.entries["incoming"] = [incoming(11, "grüß dich"), incoming(10, json.dumps(place))]
    first, second = run(*MESSAGES)
    assert first == {
        "id": "11",
        "at": "2020-08-18T00:36:29+00:00",
        "from": ANNA,
        "to": OURS,
        "content": {"type": "text", "text": "grüß dich"},
    }
    assert (second["id"], second["content"]) == ("10", place)
    shown = say(*MESSAGES, "--direction", "inbound")
    assert "grüß dich" in shown
    assert '"location"' in shown


@pytest.mark.feature("G13")
def test_what_was_sent(vendor: Vendor, run: Run) -> None:
    """The other list has states, in the provider's words and in ours."""
    vendor.entries["message"] = [outgoing(3, "no_opt_in"), outgoing(2, "queued")]
    assert run(*MESSAGES, "--direction", "outbound") == [
        {
            "id": "3",
            "to": ANNA,
            "status": "failed",
            "provider_status": "no_opt_in",
            "reason": "recipient_not_allowed",
        },
        {"id": "2", "to": ANNA, "status": None, "provider_status": "queued", "reason": None},
    ]


@pytest.fixture
def in_tokyo() -> Iterator[None]:
    """The operator's machine is in Tokyo."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.feature("G1", "G12")
@pytest.mark.usefixtures("in_tokyo")
def test_every_filter(vendor: Vendor, run: Run) -> None:
    """All filters reach the provider, to the second, and what is signed is what is sent; times are UTC everywhere."""
    first, last = ("--from", "2026-11-21T10:00:00+01:00"), ("--to", "2026-11-22")
    people = ("--sender", ANNA, "--recipient", OURS)
    run(*MESSAGES, *first, *last, *people, "--search", "a b&ü+~'/", "--limit", "7")
    assert vendor.asked == [
        (
            "incoming",
            {
                "offset": "1",
                "limit": "7",
                "startDate": "2026-11-21 09:00:00",
                "endDate": "2026-11-22 00:00:01",
                "origin": ANNA[1:],
                "destination": OURS[1:],
                "search": "a b&ü+~'/",
            },
        )
    ]


@pytest.mark.feature("G1", "G12")
@pytest.mark.parametrize(
    ("words", "there", "pages"),
    [
        ((), 30, [(1, 20)]),
        (("--limit", "1500"), 3000, [(1, 1000), (1001, 500)]),
        (("--limit", "1500"), 1200, [(1, 1000), (1001, 500)]),
        (("--limit", "1500"), 700, [(1, 1000)]),
        (("--all",), 2300, [(1, 1000), (1001, 1000), (2001, 1000)]),
        (("--all",), 1000, [(1, 1000), (1001, 1000)]),
    ],
)
def test_pages(vendor: Vendor, run: Run, words: tuple[str, ...], there: int, pages: list[tuple[int, int]]) -> None:
    """Page after page is asked for, each signed anew, and none that cannot hold anything."""
    vendor.entries["incoming"] = [incoming(number) for number in range(there)]
    rows = run(*MESSAGES, *words)
    assert vendor.pages == pages
    assert [row["id"] for row in rows] == [str(number) for number in range(min(there, sum(size for _, size in pages)))]


def test_more_than_the_provider_shows(vendor: Vendor, end: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be had is shown, and that it need not be all is said, by the exit code too."""
    monkeypatch.setattr(adapter_class("smsglobal"), "page", 10)
    monkeypatch.setattr(adapter_class("smsglobal"), "depth", 25)
    vendor.entries["incoming"] = [incoming(number) for number in range(40)]
    ended = end(*MESSAGES, "--all", "--json")
    assert (ended.exit_code, len(json.loads(ended.stdout))) == (2, 25)
    assert vendor.pages == [(1, 10), (11, 10), (21, 5)]
    assert "no more than 25 entries" in ended.stderr
    assert "--from" in ended.stderr
    vendor.asked.clear()
    assert end(*MESSAGES, "--limit", "25").exit_code == 0


def test_nothing_there(run: Run, say: Say) -> None:
    """An empty list is no error."""
    assert run(*MESSAGES) == run(*OPT_INS) == []
    assert say(*MESSAGES) == say(*OPT_INS) == "none\n"


def test_entries_that_cannot_be_read(vendor: Vendor, run: Run, end: Run) -> None:
    """One that cannot be read hides no other: people are told, programs get it as it came."""
    strange = {"id": None, "from": ANNA[1:]}
    vendor.entries["incoming"] = [incoming(2, "here I am"), strange]
    assert run(*MESSAGES)[1:] == [{"unreadable": strange}]
    ended = end(*MESSAGES)
    assert "here I am" in ended.stdout
    assert ended.stderr == "1 cannot be read; --json shows them as they are\n"


def test_what_strangers_write(vendor: Vendor, run: Run, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """No text commands the terminal or its colours, be it a message or a name; programs get it untouched."""
    monkeypatch.setenv("COLUMNS", "200")
    nasty = "a\x1b[2J\x9b\n[red]b[/nope]"
    vendor.entries["incoming"] = [incoming(1, nasty)]
    vendor.people = {ANNA: {"number": ANNA[1:], "name": nasty}}
    for words in (MESSAGES, (*MESSAGE, "1"), OPT_INS):
        assert r"a\x1b[2J\x9b\n[red]b[/nope]" in say(*words)
    assert run(*MESSAGE, "1")["content"]["text"] == run(*OPT_INS)[0]["name"] == nasty


@pytest.mark.feature("G12", "G13")
def test_one_message(vendor: Vendor, run: Run, say: Say) -> None:
    """One entry by the provider's id, of either list."""
    vendor.entries = {"incoming": [incoming(7, "seven")], "message": [outgoing(7, "read")]}
    assert run(*MESSAGE, "7")["content"]["text"] == "seven"
    assert run(*MESSAGE, "7", "--direction", "outbound")["status"] == "read"
    assert [path for path, _ in vendor.asked] == ["incoming/7", "message/7"]
    assert "seven" in say(*MESSAGE, "7")


def test_no_such_message(vendor: Vendor, fail: Say) -> None:
    """What the provider does not have is said so; no id, no question, since that would be the list."""
    vendor.entries["incoming"] = [incoming(7)]
    assert "no inbound message of this id" in fail(*MESSAGE, "8")
    vendor.asked.clear()
    assert "the provider's id" in fail(*MESSAGE, "")
    assert not vendor.asked


@pytest.mark.feature("G14")
def test_who_has_opted_in(vendor: Vendor, run: Run, say: Say) -> None:
    """The whole list, with who cannot be reached and who must not be written to."""
    vendor.people = {
        ANNA: {"number": ANNA[1:], "name": "Anna", "capable": True, "blacklist": False},
        BERT: {"number": BERT[1:], "name": "", "capable": False, "blacklist": True},
    }
    assert run(*OPT_INS) == [
        {"number": ANNA, "name": "Anna", "capable": True, "blocked": False},
        {"number": BERT, "name": None, "capable": False, "blocked": True},
    ]
    assert say(*OPT_INS).splitlines()[2].split() == [BERT, "-", "no", "yes"]


@pytest.mark.feature("G15")
def test_opting_in(vendor: Vendor, run: Run) -> None:
    """Numbers are told to the provider with the name; who is on its blacklist is marked by its answer."""
    assert run(*OPT_IN, ANNA, "--name", "Anna") == [{"number": ANNA, "name": "Anna", "capable": True, "blocked": False}]
    assert [row["blocked"] for row in run(*OPT_IN, ANNA, BERT, ANNA)] == [False, True]
    assert [body for _, body in vendor.asked] == [
        {"opt-in": [{"name": "Anna", "number": ANNA[1:]}]},
        {"opt-in": [{"number": ANNA[1:]}, {"number": BERT[1:]}]},
    ]


def test_whom_the_provider_does_not_name(vendor: Vendor, run: Run, say: Say) -> None:
    """Of whom its answer says nothing, nothing is claimed."""
    vendor.mute = {ANNA[1:]}
    assert run(*OPT_IN, ANNA) == [{"number": ANNA, "name": None, "capable": None, "blocked": None}]
    assert say(*OPT_IN, ANNA).splitlines()[1].split() == [ANNA, "-", "-", "-"]


@pytest.mark.feature("G15")
@pytest.mark.parametrize("head", ["", "number,name\r\n", "\ufeffNumber\n"])
def test_a_file_of_many(vendor: Vendor, end: Run, tmp_path: Path, head: str) -> None:
    """People go in calls of at most twenty, those of the file last; a terminal shows how far it has come."""
    file = tmp_path / "people.csv"
    lines = [f'+6140000{number:04}, "Nr, {number}"' for number in range(44)]
    file.write_text(head + "\n\n".join(lines), encoding="utf-8")
    ended = end(*OPT_IN, BERT, "--file", str(file), "--json", FORCE_COLOR="1")
    rows = json.loads(ended.stdout)
    assert [len(body["opt-in"]) for _, body in vendor.asked] == [20, 20, 4]
    assert [(row["number"], row["name"]) for row in rows[:2]] == [(BERT, "Nr, 2"), ("+61400000000", "Nr, 0")]
    assert len(rows) == 44
    assert "44 of 44 numbers" in ended.stderr
    assert not end(*OPT_IN, BERT).stderr


def test_a_file_from_stdin(vendor: Vendor, run: Run) -> None:
    """`-` reads it from stdin, names or none."""
    run(*OPT_IN, "--file", "-", stdin=f"{ANNA}\n{BERT},Bert\n")
    assert vendor.asked == [("opt-in", {"opt-in": [{"number": ANNA[1:]}, {"name": "Bert", "number": BERT[1:]}]})]


def test_failing_in_the_middle(vendor: Vendor, end: Run) -> None:
    """What was done is shown, and how much that is."""
    numbers = [f"+6140000{number:04}" for number in range(30)]
    vendor.next = [httpx.Response(200, json={"optIn": []}), httpx.Response(503)]
    ended = end(*OPT_IN, *numbers, "--json")
    assert ended.exit_code == 1
    assert [row["number"] for row in json.loads(ended.stdout)] == numbers[:20]
    assert "the provider answered 503" in ended.stderr
    assert "the first 20 of 30 are done" in ended.stderr
    vendor.next = [httpx.Response(503)]
    assert not end(*OPT_IN, *numbers).stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((*MESSAGES, "--all", "--limit", "3"), "not both"),
        ((*MESSAGES, "--from", "yesterday"), "--from is a time in ISO 8601"),
        ((*MESSAGES, "--to", "0001-01-01"), "--to is a time in ISO 8601"),
        ((*MESSAGES, "--from", "2026-11-22", "--to", "2026-11-21"), "--to lies before --from"),
        ((*MESSAGES, "--sender", "Acme"), "sender: smsglobal knows numbers only"),
        (("provider", "messages", "nobody"), "nobody"),
        (OPT_IN, "give numbers"),
        ((*OPT_IN, ANNA, "0400000001"), "number 2 must be a phone number in E.164"),
        ((*OPT_IN, ANNA, BERT, "--name", "Anna"), "--name belongs to a single number"),
        ((*OPT_IN, "--file", "-", "--name", "Anna"), "--name belongs to a single number"),
        ((*OPT_IN, "--file", "/no/such/file"), "/no/such/file cannot be read"),
        ((*OPT_IN, "--file", "-"), "entry 3 of - must be a phone number in E.164"),
    ],
)
def test_refusals(vendor: Vendor, fail: Say, words: tuple[str, ...], complaint: str) -> None:
    """What makes no sense is refused in a sentence before anybody is asked."""
    assert complaint in fail(*words, stdin=f"number,name\n{ANNA};Anna\n{ANNA};Anna\n".replace(";", ",", 1))
    assert not vendor.asked


@pytest.mark.parametrize("body", [b"\xff\xfe", b'"+61400000001', b"a" * 200_000])
def test_files_that_are_none(fail: Say, tmp_path: Path, body: bytes) -> None:
    """A file that is no text of lines is refused."""
    file = tmp_path / "people.csv"
    file.write_bytes(body)
    assert "cannot be read" in fail(*OPT_IN, "--file", str(file))


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("messages", "acme-websms"), "websms has no list of inbound messages"),
        (("messages", "acme-websms", "--direction", "outbound"), "websms has no list of outbound messages"),
        (("message", "acme-websms", "1"), "websms has no list of inbound messages"),
        (("opt-ins", "acme-websms"), "websms keeps no list of who has opted in"),
        (("opt-in", "acme-websms", ANNA), "websms keeps no list of who has opted in"),
    ],
)
def test_providers_that_cannot(fail: Say, words: tuple[str, ...], complaint: str) -> None:
    """A provider that has no such thing is one sentence."""
    (line,) = fail("provider", *words).splitlines()
    assert complaint in line


@pytest.mark.feature("G16")
@pytest.mark.parametrize(
    ("answer", "code", "complaint"),
    [
        (httpx.Response(400, json={"errors": {"origin": {"errors": [SECRET]}}}), 2, "the sender (code origin)"),
        (httpx.Response(402, json={"error": SECRET}), 2, "credit at the provider is used up (code 402)"),
        (httpx.Response(403, text=f"Unknown Authentication Error {SECRET}"), 1, "the signature (code 403)"),
        (httpx.Response(429), 1, "the provider answered 429\n"),
        (httpx.Response(200, text=f"<html>{SECRET}"), 1, "the provider's answer cannot be read (code 200)"),
    ],
)
@pytest.mark.parametrize("words", [MESSAGES, (*MESSAGE, "1"), OPT_INS, (*OPT_IN, ANNA)])
def test_provider_errors(  # noqa: PLR0913, PLR0917 - the case
    vendor: Vendor, end: Run, words: tuple[str, ...], answer: httpx.Response, code: int, complaint: str
) -> None:
    """Our words and the provider's code; nothing of what it says, which may be a secret or a number."""
    vendor.next = [answer, answer]
    ended = end(*words)
    assert ended.exit_code == code
    assert complaint in ended.stderr
    assert SECRET not in ended.output
    assert not ended.stdout


def test_missing_credentials(gateway: Gateway, vendor: Vendor, fail: Say) -> None:
    """Without a secret nobody is asked, and what is missing is named."""
    gateway.write_credentials("acme-global", {"api_key": "key-1"})
    assert "no secret api_secret" in fail(*MESSAGES)
    assert not vendor.asked


def test_connecting(gateway: Gateway) -> None:
    """A gateway found by its stack calls with the account's credentials, and with the token that the workers hold."""
    told = {
        "TableName": "herald",
        "ApiUrl": "https://api.example",
        "SecretPrefix": gateway.secret_prefix,
        "SigningSecretArn": "signing",
        "BucketName": "media",
        "SpillQueueUrl": "https://sqs/spill",
        "CallbackQueueUrl": "https://sqs/callback",
    }
    stack = {"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in told.items()]}
    session = boto3.Session("x", "x", region_name=REGION)
    # botocore takes what a listener answers for the answer of AWS; its types know only listeners that say nothing.
    answer = cast("Callable[..., None]", lambda **_: (SimpleNamespace(status_code=200), {"Stacks": [stack]}))
    session.events.register("before-call.cloudformation.DescribeStacks", answer)
    gateway.write_credentials("acme-websms", {"client_id": "id", "client_secret": "secret"})
    tokens = Tokens(Table(boto3.client("dynamodb", region_name=REGION), "herald"))
    tokens.save("acme-websms", StoredToken("token-of-a-worker", time.time_ns() // 1_000_000 + 10**7, 0, 10**7))
    caller = Gateway.connect("herald", session).caller()
    adapter, token = caller.prepare(gateway.registry.read_account("acme-websms").value)
    assert adapter.secret("client_secret") == "secret"
    assert token == "token-of-a-worker"


def test_a_gateway_without_a_stack(gateway: Gateway) -> None:
    """One put together by hand calls nobody."""
    by_hand = Gateway(
        gateway.registry,
        gateway.polls,
        gateway.secrets,
        gateway.api_url,
        gateway.secret_prefix,
        gateway.signing_secret,
        gateway.bucket,
        gateway.queues,
        gateway.spill_queue,
        gateway.table,
        gateway.callback_queue,
        gateway.erasures,
    )
    with pytest.raises(Refused, match="found by its stack"):
        by_hand.caller()
