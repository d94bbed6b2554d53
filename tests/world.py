"""
A stack without a cloud: what the template declares, made under moto, and the functions called as AWS calls them.

Table, queues, bucket, bus and environments are read from template.yaml, so a test fails when the template forgets
something. Nothing runs by itself: `settle` lets lanes and stream do their work, `clock` is moved by the test,
providers answer whatever the test says (`world.provider`), every request to them is kept (`world.requests`).
What users' addresses lead to answers by `world.customer` (tests/customers.py), and keeps what it was sent in
`world.posted`. What goes over the bus lies in `world.told`, as it was put, until `events` takes it.

    with World.of_acme() as world:                    # a tenant, its key, accounts websms and websms_sms with routes
        answer = world.post("/v1/messages", {...})    # through the function that the template routes it to
        world.settle()                                # lanes, stream, bus
        world.get(f"/v1/messages/{answer.json['id']}").json["status"]
"""

import base64
import functools
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import httpx
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.events.models import EventsBackend
from moto.sqs.models import sqs_backends
from samcli.yamlhelper import yaml_parse

from herald import polling, webhook_address
from herald.assembly import Assembly
from herald.authenticating import Scope, new_key
from herald.aws import clients
from herald.aws.polls import Polls
from herald.aws.registry import Tenant
from herald.aws.settings import Settings
from herald.clock import Time
from herald.errors import ConfigurationError
from herald.exchange import Exchange
from herald.models import Account, Channel, Sender
from tests.aws_rules import refusing_like_aws
from tests.customers import Customer, guarded
from tests.moto_table import REGION, Clock
from tests.quick_moto import quick_moto

ROOT = Path(__file__).parent.parent
STACK = "herald"
LANES = ("TransactionalQueue", "BulkQueue")

SIGNING_KEY = "s" * 64

type Json = dict[str, Any]
type PutEvents = Callable[[EventsBackend, list[Json]], list[Json]]
type Provider = Callable[[httpx.Request], httpx.Response]


@functools.cache
def template() -> Json:
    """template.yaml as it is written."""
    written: Json = yaml_parse((ROOT / "template.yaml").read_text())
    return written


def resources(kind: str) -> dict[str, Json]:
    """The template's resources of a kind by logical id, each as its properties."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


@functools.cache
def routes() -> Mapping[str, str]:
    """The function (`query`) behind each route key of the template."""
    found: dict[str, str] = {}
    for route in resources("AWS::ApiGatewayV2::Route").values():
        integration = re.findall(r"\$\{(\w+)Integration\}", str(route["Target"]))
        found[route["RouteKey"]] = integration[0].lower()
    return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answered over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells a function about its invocation."""

    aws_request_id: str = "invocation-1"
    remaining: int = 29_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining


class Nobody(AssertionError):
    """A provider was called that the test had not thought of."""


_tls = functools.cache(httpx.create_ssl_context)


def _nobody(request: httpx.Request) -> httpx.Response:
    raise Nobody(f"{request.method} {request.url}")


@dataclass
class World:
    """One stack with its own time, dice and nonces (1, 2, 3 … in 32 digits). Only inside `World.open()`."""

    clock: Clock = field(default_factory=Clock)
    dice: Callable[[], float] = lambda: 0.5
    provider: Provider = _nobody
    requests: list[httpx.Request] = field(default_factory=list)
    customer: Customer = _nobody
    posted: list[httpx.Request] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    key: str = ""
    remaining: int = 29_000
    _loaded: dict[str, ModuleType] = field(default_factory=dict)
    _streamed: int = 0
    _due: dict[str, int] = field(default_factory=dict)
    _nonces: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # Making it.

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Self]:
        """A stack with nothing in it."""
        with ExitStack() as stack:
            stack.enter_context(mock_aws())
            stack.enter_context(quick_moto())
            environment = stack.enter_context(pytest.MonkeyPatch.context())
            environment.setenv("AWS_DEFAULT_REGION", REGION)
            environment.setenv("POWERTOOLS_METRICS_NAMESPACE", "Herald")
            environment.setattr(httpx, "create_ssl_context", _tls)  # slow to make, and no worker here needs its own
            stack.enter_context(refusing_like_aws())
            world = cls()
            world._make_table()
            for name in _work_queues():
                clients.sqs().create_queue(QueueName=_name(name))
            clients.s3().create_bucket(Bucket=STACK, CreateBucketConfiguration={"LocationConstraint": REGION})
            clients.secretsmanager().create_secret(Name="SigningSecret", SecretString=SIGNING_KEY)
            clients.events().create_event_bus(Name=STACK)
            environment.setattr(EventsBackend, "put_events", world._listen(EventsBackend.put_events))
            yield world

    @classmethod
    @contextmanager
    def of_acme(cls) -> Iterator[Self]:
        """A stack with the tenant acme: its `key` may do everything, its accounts carry rcs, whatsapp and sms."""
        with cls.open() as world:
            world.add_tenant("acme")
            world.key = world.add_key("acme")
            world.add_account(
                Account(
                    "acme-websms",
                    "websms",
                    ("acme",),
                    senders=(Sender("app-1", Channel.RCS), Sender("app-2", Channel.WHATSAPP)),
                ),
                {"client_id": "id", "client_secret": "secret"},
            )
            world.add_account(
                Account("acme-sms", "websms_sms", ("acme",), senders=(Sender("acme", Channel.SMS),)),
                {"access_token": "secret"},
            )
            world.add_route("acme", Channel.RCS, "acme-websms")
            world.add_route("acme", Channel.WHATSAPP, "acme-websms")
            world.add_route("acme", Channel.SMS, "acme-sms")
            yield world

    def _make_table(self) -> None:
        (declared,) = resources("AWS::DynamoDB::Table").values()
        names = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
        arguments: Any = {name: declared[name] for name in names}
        arguments["StreamSpecification"] = {"StreamEnabled": True, **declared["StreamSpecification"]}
        clients.dynamodb().create_table(TableName=STACK, **arguments)

    def _listen(self, whole: PutEvents) -> PutEvents:
        """Keeps what the bus takes. `whole` is how it does."""

        def put_events(bus: EventsBackend, events: list[Json]) -> list[Json]:
            entries = whole(bus, events)
            for event, entry in zip(events, entries, strict=True):
                if "EventId" in entry and event["EventBusName"] == STACK:
                    self.told.append(event["Detail"])
            return entries

        return put_events

    # What an operator sets up.

    @functools.cached_property
    def operator(self) -> Assembly:
        """Parts of nobody's function, for setting up and for looking inside; with the settings of `send`."""
        return self.assembly("send")

    def add_tenant(self, tenant: str) -> None:
        """A tenant that owns nothing yet."""
        self.operator.registry.add_tenant(Tenant(tenant, created=self.clock.now))

    def add_key(self, tenant: str, scopes: Iterable[Scope] = Scope, *, test: bool = False) -> str:
        """A key of the tenant, as it goes into a header; with all scopes unless told."""
        text, kept = new_key(tenant, scopes, created=self.clock.now, test=test)
        self.operator.registry.add_key(kept)
        return text

    def add_account(self, account: Account, secrets: Mapping[str, str]) -> None:
        """A provider account and its credentials; its lists are read from now on, where its provider has any."""
        self.operator.registry.add_account(account)
        with suppress(ConfigurationError):  # a provider that is gone
            polling.start(Polls(self.operator.table), account, self.clock.now)
        name = f"{self.operator.settings.secret_prefix}{account.name}"
        clients.secretsmanager().create_secret(Name=name, SecretString=json.dumps(secrets))

    def add_route(self, tenant: str, channel: Channel, *accounts: str) -> None:
        """The accounts that carry a channel for the tenant."""
        self.operator.registry.set_route(tenant, channel, accounts, seen=0)

    # Functions.

    def environment(self, function: str) -> dict[str, str]:
        """The environment that the template gives this function (`send`)."""
        everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
        declared = template()["Resources"][f"{function.capitalize()}Function"]["Properties"]
        own = declared.get("Environment", {}).get("Variables", {})
        return {name: _resolve(value) for name, value in {**everywhere, **own}.items()}

    def assembly(self, function: str) -> Assembly:
        """The parts of a worker of this function, with the world's time and providers."""
        parts = Assembly(Settings.read(self.environment(function)), function)
        self._equip(parts)
        return parts

    def _equip(self, parts: Assembly) -> None:
        parts.time = Time(self.clock, self._sleep, self._roll, self._nonce)
        parts.exchange = self.exchange()
        parts.guarded = guarded(self._serve, self.clock)

    def exchange(self) -> Exchange:
        """The way to the providers: the test's own answers, unless a test brings a real wire."""
        return Exchange(transport=httpx.MockTransport(self._provide))

    def _sleep(self, seconds: float) -> None:
        self.clock.now += round(seconds * 1000)

    def _roll(self) -> float:
        return self.dice()

    def _nonce(self) -> str:
        return f"{next(self._nonces):032}"

    def _provide(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.provider(request)

    def _serve(self, request: httpx.Request) -> httpx.Response:
        self.posted.append(request)
        return self.customer(request)

    def function(self, name: str) -> ModuleType:
        """A warm worker of this function: its app.py, loaded once in its environment."""
        if name not in self._loaded:
            path = ROOT / "functions" / name / "app.py"
            spec = spec_from_file_location(f"functions.{name}.app", path)
            assert spec
            assert spec.loader
            app = module_from_spec(spec)
            with pytest.MonkeyPatch.context() as environment:
                for variable, value in self.environment(name).items():
                    environment.setenv(variable, value)
                spec.loader.exec_module(app)
            self._equip(app.parts)
            self._loaded[name] = app
        return self._loaded[name]

    def invoke(self, function: str, event: Mapping[str, Any], remaining: int | None = None) -> Any:
        """What the function returns for an event of Lambda's."""
        try:
            return self.function(function).handler(event, Context(remaining=remaining or self.remaining))
        finally:
            self._note_delays()

    # HTTP.

    def get(self, path: str, key: str | None = None) -> Answer:
        """GET with the world's key, or another one; `path` may end in a query."""
        return self.call("GET", path, {"authorization": f"Bearer {self.key if key is None else key}"})

    def post(self, path: str, body: object = None, key: str | None = None, **headers: str) -> Answer:
        """POST of JSON. Headers by their names with `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {
            "content-type": "application/json",
            "authorization": f"Bearer {self.key if key is None else key}",
            **sent,
        }
        return self.call("POST", path, sent, json.dumps(body).encode())

    def webhook(self, account: str, kind: str, body: object) -> Answer:
        """What a provider posts, to the account's address of this kind; JSON."""
        token = webhook_address.token(account, 1, SIGNING_KEY.encode())
        path = f"/v1/webhooks/{token}/{kind}"
        return self.call("POST", path, {"content-type": "application/json"}, json.dumps(body).encode())

    def call(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Any request, answered by the function that the template routes it to."""
        path, _, query = path.partition("?")
        route, parameters = _routed(method, path)
        event = {
            "version": "2.0",
            "routeKey": route,
            "rawPath": path,
            "rawQueryString": query,
            "headers": {name.lower(): value for name, value in (headers or {}).items()},
            "pathParameters": parameters,
            "requestContext": {
                "http": {"method": method, "path": path, "sourceIp": "192.0.2.7"},
                "requestId": "r-1",
                "stage": "$default",
            },
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        answer = self.invoke(routes()[route], event)
        given = answer.get("body", "")
        raw = base64.b64decode(given) if answer.get("isBase64Encoded") else given.encode()
        return Answer(answer["statusCode"], answer.get("headers", {}), raw)

    # Queues, stream and bus.

    def records(self, queue: str) -> list[Json]:
        """Takes what lies in a queue (`TransactionalQueue`) and is not held back, as Lambda's event has it."""
        self._note_delays()
        lying = _messages(queue)
        taken = [message for message in lying if self._due[message.id] <= self.clock.now]
        gone = {message.id for message in taken}
        lying[:] = [message for message in lying if message.id not in gone]
        asked = {"attributes": {"ApproximateReceiveCount": "1"}}
        return [{"messageId": message.id, "body": message.body, **asked} for message in taken]

    def batches(self, queue: str) -> list[list[Json]]:
        """The same, ten at a time, as Lambda hands them over."""
        return [list(batch) for batch in itertools.batched(self.records(queue), 10, strict=False)]

    def held_until(self, queue: str) -> list[int]:
        """When, by the world's time, each record that lies in a queue may be taken."""
        self._note_delays()
        return [self._due[message.id] for message in _messages(queue)]

    def _note_delays(self) -> None:
        """When, by the world's time, each record may be taken: moto counts in real time."""
        for queue in _work_queues():
            for message in _messages(queue):
                delay = round((message.delayed_until - message.sent_timestamp) / 1000) * 1000
                self._due.setdefault(message.id, self.clock.now + max(delay, 0))

    def written(self) -> list[Json]:
        """The table's changes since the last time, as the template's filter lets them through to `publish`."""
        stream = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(STACK).stream_shard
        assert stream
        found = [change.to_json() for change in stream.items[self._streamed :]]
        self._streamed += len(found)
        return [record for record in found if _is_published(record)]

    def events(self) -> list[Json]:
        """Takes the events that the bus has carried since the last time."""
        told, self.told = self.told, []
        return [json.loads(detail) for detail in told]

    def settle(self, *, wait: bool = True, rounds: int = 20) -> None:
        """
        Let lanes, stream and callback queue work until nothing is left.

        With `wait` time moves on to whatever these queues hold back; what comes back for so many rounds fails the test.
        """
        for _ in range(rounds):
            batches = [("deliver", self.records(lane)) for lane in LANES] + [("publish", self.written())]
            batches += [("callback", records) for records in self.batches("CallbackQueue")]
            for function, records in batches:
                if records:
                    failed = self.invoke(function, {"Records": records})["batchItemFailures"]
                    assert not failed, f"{function} could not work on {len(failed)} of {len(records)} records"
            held = [until for queue in (*LANES, "CallbackQueue") for until in self.held_until(queue)]
            if not any(records for _, records in batches):
                if not held or not wait:
                    return
                self.clock.now = max(self.clock.now, min(held))
        raise AssertionError("the lanes never become empty")


def _messages(queue: str) -> list[Any]:
    """moto's own records of a queue."""
    waiting: list[Any] = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues[_name(queue)]._messages  # noqa: SLF001
    return waiting


def _name(queue: str) -> str:
    return f"{STACK}-{queue}"


@functools.cache
def _work_queues() -> tuple[str, ...]:
    """The queues that functions know by their environment."""
    known = json.dumps({name: one for name, one in template()["Resources"].items() if name.endswith("Function")})
    queues = resources("AWS::SQS::Queue")
    return tuple(name for name in queues if f'{{"Ref": "{name}"}}' in known)


def _resolve(value: Any) -> str:
    """A value of the template, as far as environments use its language."""
    if not isinstance(value, dict):
        return str(value)
    ((function, argument),) = value.items()
    match function:
        case "Ref":
            return _refer(argument)
        case "Fn::Sub":
            return re.sub(r"\$\{([\w:]+)\}", lambda found: _refer(found[1]), argument)
        case "Fn::GetAtt":
            return str(argument).partition(".")[0] if isinstance(argument, str) else str(argument[0])
        case "Fn::FindInMap":
            table, first, second = argument
            return str(template()["Mappings"][table][_resolve(first)][_resolve(second)])
        case _:
            raise AssertionError(f"the world does not know {function}")


def _refer(name: str) -> str:
    if name in template()["Parameters"]:
        return str(template()["Parameters"][name]["Default"])
    if name.endswith("Queue"):
        return clients.sqs().get_queue_url(QueueName=_name(name))["QueueUrl"]
    return STACK  # the stack itself, its one table, its one bucket, its one bus


def _is_published(record: Json) -> bool:
    """As the template's filters of the stream say; a write that changes nothing leaves no record in DynamoDB."""
    change = record["dynamodb"]
    pk, sk = change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"]
    story = pk.startswith(("M#", "N#")) and sk == "." and record["eventName"] != "REMOVE"
    endpoint = pk.startswith("T#") and sk.startswith("hook#") and record["eventName"] == "MODIFY"
    return bool((story or endpoint) and change.get("OldImage") != change["NewImage"])


def _routed(method: str, path: str) -> tuple[str, dict[str, str]]:
    """The route key that API Gateway chooses, a literal part before a parameter, and its parameters."""
    for key in sorted(routes(), key=lambda key: key.count("{")):
        wanted, _, shape = key.partition(" ")
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(shape))
        found = re.fullmatch(pattern, path)
        if wanted == method and found:
            return key, found.groupdict()
    return "$default", {}
