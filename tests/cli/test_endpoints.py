"""
`herald endpoints`: where tenants are told of what happens, and what they did not take.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.gateway import Gateway
from herald.aws.deliveries import Deliveries, Delivery, DeliveryState
from herald.aws.endpoint_gates import EndpointGates
from herald.aws.endpoints import Endpoints
from herald.endpoint import Disabled, secret_of
from herald.guarded import Guarded
from local.receiver import Answer, Receiver
from tests.cli.conftest import SIGNING_KEY
from tests.moto_table import REGION, Clock

type Run = Callable[..., Any]
type Say = Callable[..., str]

URL = "https://hooks.example.com/herald"
DAY = 86_400_000

pytestmark = pytest.mark.feature("F24")


@pytest.fixture
def gateway(gateway: Gateway) -> Gateway:
    """A deployment whose operator may call servers on the loopback."""
    return replace(gateway, guarded=Guarded(time.monotonic, unsafe_hosts={"127.0.0.1"}))


@pytest.fixture
def endpoint(run: Run) -> str:
    """The id of an endpoint of acme."""
    run("tenants", "add", "acme")
    return str(run("endpoints", "add", "acme", URL)["endpoint"])


def keep(gateway: Gateway, endpoint: str, number: int, **more: Any) -> Delivery:
    """An event that the endpoint did not take."""
    name = f"{'m' * 24}{'abcdefgh'[number // 8]}{'abcdefgh'[number % 8]}:0:sent"
    event = f'{{"id": "{name}", "type": "message.sent"}}'
    kept = Delivery(endpoint=endpoint, id=name, tenant="acme", event=event, **{"first": gateway.clock(), **more})
    assert Deliveries(gateway.table).insert(kept)
    return kept


def test_adding_and_listing(run: Run) -> None:
    """An endpoint is added with what it wants, its secret shown; lists do not show it."""
    run("tenants", "add", "acme")
    words = ("--event", "message.*", "--event", "media.ready", "--event", "message.*", "--description", "Läden 🏪")
    added = run("endpoints", "add", "acme", URL, *words)
    assert added["secret"] == secret_of(SIGNING_KEY.encode(), added["endpoint"], 1)
    assert added == {
        "endpoint": added["endpoint"],
        "url": URL,
        "events": ["message.*", "media.ready"],
        "description": "Läden 🏪",
        "status": "enabled",
        "created": "2025-06-15T15:06:40+00:00",
        "secret": added["secret"],
    }
    (listed,) = run("endpoints", "list", "acme")
    assert listed == {name: value for name, value in added.items() if name != "secret"}
    assert run("endpoints", "show", "acme", added["endpoint"]) == listed
    shown = run("endpoints", "show", "acme", added["endpoint"], "--secrets")
    assert shown["secrets"] == [added["secret"]]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("http://hooks.example.com",), "url: the address must be an https address"),
        (("https://10.0.0.1/x",), "not on the public internet"),
        ((URL, "--event", "message.lost"), "must be a type of event"),
        ((URL, "--description", "a\nb"), "must be printable"),
    ],
)
def test_what_cannot_be(run: Run, fail: Say, words: tuple[str, ...], complaint: str) -> None:
    """What the API would refuse is refused here, in the same words."""
    run("tenants", "add", "acme")
    assert complaint in fail("endpoints", "add", "acme", *words)
    assert run("endpoints", "list", "acme") == []


def test_unknown(fail: Say, run: Run, endpoint: str) -> None:
    """Tenants and endpoints that are not there are said to be so, as are those of another tenant."""
    run("tenants", "add", "beta")
    assert "there is no tenant nobody" in fail("endpoints", "list", "nobody")
    assert "there is no tenant nobody" in fail("endpoints", "add", "nobody", URL)
    for verb in ("show", "remove", "rotate", "set", "deliveries"):
        assert "there is no such endpoint" in fail("endpoints", verb, "beta", endpoint)
    assert "there is no such delivery" in fail("endpoints", "deliveries", "acme", endpoint, "m:0:sent")


def test_of_test_keys(gateway: Gateway, run: Run, fail: Say, endpoint: str) -> None:
    """What a tenant's test keys have set up is reached by the name of its sandbox, and goes with the tenant."""
    test = run("endpoints", "add", "acme~test", URL)["endpoint"]
    assert [row["endpoint"] for row in run("endpoints", "list", "acme~test")] == [test]
    assert [row["endpoint"] for row in run("endpoints", "list", "acme")] == [endpoint]
    assert run("endpoints", "set", "acme~test", test, "--description", "shop")["description"] == "shop"
    assert "there is no such endpoint" in fail("endpoints", "show", "acme", test)
    assert "there is no tenant nobody" in fail("endpoints", "list", "nobody~test")
    run("tenants", "remove", "acme")
    assert gateway.registry._under("T#acme~test", "") == []  # noqa: SLF001 - whatever lies there


def test_changing(gateway: Gateway, run: Run, fail: Say, endpoint: str) -> None:
    """What is named is changed, the rest stays; enabling forgets how the endpoint fared."""
    changed = run("endpoints", "set", "acme", endpoint, "--event", "message.read", "--description", "shop", "--disable")
    assert (changed["url"], changed["events"], changed["status"]) == (URL, ["message.read"], "disabled (owner)")
    changed = run("endpoints", "set", "acme", endpoint, "--all-events", "--url", f"{URL}/2")
    assert (changed["events"], changed["url"], changed["description"]) == (["all"], f"{URL}/2", "shop")
    assert "not both" in fail("endpoints", "set", "acme", endpoint, "--all-events", "--event", "message.read")
    stored, gates = Endpoints(gateway.table, gateway.clock), EndpointGates(gateway.table)
    held = stored.read("acme", endpoint).value
    gates.failed(held, gates.of([held])[endpoint], gateway.clock(), 1000)
    assert run("endpoints", "set", "acme", endpoint, "--enable")["status"] == "enabled"
    assert not gates.of([held])[endpoint].tripped
    stored.disable(held, Disabled.GONE, gateway.clock())
    assert run("endpoints", "set", "acme", endpoint, "--disable")["status"] == "disabled (gone)"


def test_rotating(run: Run, clock: Clock, endpoint: str) -> None:
    """Both secrets are valid until the old one ends."""
    (old,) = run("endpoints", "show", "acme", endpoint, "--secrets")["secrets"]
    new, ending = run("endpoints", "rotate", "acme", endpoint, "--hours", "48")
    assert new["ends"] is None
    assert ending == {"secret": old, "ends": "2025-06-17T15:06:40+00:00"}
    clock.now += 2 * DAY
    assert run("endpoints", "show", "acme", endpoint, "--secrets")["secrets"] == [new["secret"]]


def test_removing(run: Run, fail: Say, endpoint: str) -> None:
    """It is gone, once."""
    assert run("endpoints", "remove", "acme", endpoint) == {"endpoint": endpoint}
    assert run("endpoints", "list", "acme") == []
    assert "there is no such endpoint" in fail("endpoints", "remove", "acme", endpoint)


def test_deliveries(gateway: Gateway, run: Run, say: Say, endpoint: str) -> None:
    """What was not taken is listed, all or those of a state, as many as are wanted; one is shown with its event."""
    for number in range(30):
        keep(gateway, endpoint, number)
    failed = keep(gateway, endpoint, 40, state=DeliveryState.FAILED, attempts=10, last="503")
    assert len(run("endpoints", "deliveries", "acme", endpoint)) == 20
    assert len(run("endpoints", "deliveries", "acme", endpoint, "--limit", "200")) == 31
    (listed,) = run("endpoints", "deliveries", "acme", endpoint, "--state", "failed")
    assert listed == {
        "event": failed.id,
        "state": "failed",
        "attempts": 10,
        "last": "503",
        "first": "2025-06-15T15:06:40+00:00",
        "next": None,
    }
    shown = run("endpoints", "deliveries", "acme", endpoint, failed.id)
    assert shown == {**listed, "content": {"id": failed.id, "type": "message.sent"}}
    assert failed.id in say("endpoints", "deliveries", "acme", endpoint, failed.id)


@pytest.mark.simulator
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_testing(gateway: Gateway, clock: Clock, run: Run) -> None:
    """An endpoint is called from here, signed as by a worker; who does not take it is exit code 1."""
    clock.now = round(time.time() * 1000)
    run("tenants", "add", "acme")
    with Receiver() as receiver:
        added = run("endpoints", "add", "acme", receiver.url)
        receiver.secrets.append(added["secret"])
        tried = run("endpoints", "test", "acme", added["endpoint"])
        assert (tried["delivered"], tried["last"]) == (True, "204")
        assert [event["type"] for event in receiver.events()] == ["endpoint.test"]
        receiver.next_answers.append(Answer(503))
        result = CliRunner().invoke(app, ["endpoints", "test", "acme", added["endpoint"], "--json"], obj=gateway)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["last"] == "503"


def waiting(gateway: Gateway) -> list[str]:
    """The events that workers are told to try again."""
    sqs = boto3.client("sqs", region_name=REGION)
    found = []
    while messages := sqs.receive_message(QueueUrl=gateway.callback_queue, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(message["Body"])["retry"] for message in messages]
    return found


def test_replaying(gateway: Gateway, run: Run, fail: Say, say: Say, endpoint: str) -> None:
    """One, all that are not delivered, or those of a state and a time are tried again; not while it is disabled."""
    states = (DeliveryState.FAILED, DeliveryState.WAITING, DeliveryState.DELIVERED)
    kept = [keep(gateway, endpoint, number, state=states[number % 3], first=number * DAY) for number in range(6)]
    assert run("endpoints", "replay", "acme", endpoint, kept[2].id) == {"replayed": 1}
    assert waiting(gateway) == [kept[2].id]
    assert run("endpoints", "replay", "acme", endpoint, "--state", "failed", "--from", "1970-01-03") == {"replayed": 1}
    assert waiting(gateway) == [kept[3].id]
    assert run("endpoints", "replay", "acme", endpoint, "--to", "1970-01-02T00:00:00") == {"replayed": 2}
    assert waiting(gateway) == [kept[0].id, kept[1].id]
    assert say("endpoints", "replay", "acme", endpoint) == "5 are tried again\n"
    run("endpoints", "set", "acme", endpoint, "--disable")
    assert "the endpoint is disabled" in fail("endpoints", "replay", "acme", endpoint)
    assert "there is no such delivery" in fail("endpoints", "deliveries", "acme", endpoint, "m_x:0:sent")
