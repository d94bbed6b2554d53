"""
How a request will be sent, and what is refused before anything is stored.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from herald.models import Account, Channel, Sender
from herald.planning import DEFAULT_VALIDITY
from herald.view import stamp
from tests.carrier import PHONE, many, phone, sms
from tests.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.of_acme() as world:
        world.add_account(
            Account(
                "acme-second",
                "websms_sms",
                ("acme",),
                senders=(Sender("first", Channel.SMS), Sender("other", Channel.SMS)),
            ),
            {"access_token": "x"},
        )
        world.add_tenant("beta")
        world.add_account(Account("beta-sms", "websms_sms", ("beta",)), {"access_token": "x"})
        world.add_account(Account("gone", "websms_sms", ("acme",), disabled=True), {"access_token": "x"})
        yield world


def planned(world: World, body: dict[str, Any]) -> dict[str, Any]:
    answer = world.post("/v1/messages/validate", body)
    assert answer.status == 200, answer.json
    plan: dict[str, Any] = answer.json
    return plan


def test_a_plan(world: World) -> None:
    """Validating answers account, sender, lane, times and segments, and stores nothing."""
    found = planned(world, sms())
    assert found == {
        "channel": "sms",
        "account": "acme-sms",
        "provider": "websms_sms",
        "sender": "acme",
        "recipients": 1,
        "lane": "transactional",
        "send_at": stamp(world.clock.now),
        "expires_at": stamp(world.clock.now + DEFAULT_VALIDITY * 1000),
        "segments": {"encoding": "gsm7", "segments": 1, "length": 5, "remaining": 155},
    }


CHOICES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"account": "acme-second"}, {"account": "acme-second", "sender": "first"}),
    ({"account": "acme-second", "from": "other"}, {"sender": "other"}),
    ({"lane": "bulk"}, {"lane": "bulk"}),
]


@pytest.mark.parametrize(("more", "expected"), CHOICES)
def test_choices(world: World, more: dict[str, Any], expected: dict[str, Any]) -> None:
    """An account, a sender and a lane can be asked for."""
    found = planned(world, sms(**more))
    assert {name: found[name] for name in expected} == expected


def test_lanes(world: World) -> None:
    """Many recipients go by the bulk lane, a single one of a list does not; it can be chosen."""
    assert [planned(world, many(count))["lane"] for count in (1, 2)] == ["transactional", "bulk"]
    assert planned(world, many(2, lane="transactional"))["lane"] == "transactional"


@pytest.mark.feature("S9")
@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("x" * 160, "gsm7", 1),
        ("x" * 161, "gsm7", 2),
        ("€" * 81, "gsm7", 2),
        ("ж" * 70, "ucs2", 1),
        ("ж" * 71, "ucs2", 2),
    ],
)
def test_segments(world: World, text: str, encoding: str, segments: int) -> None:
    """Every SMS is told how many segments it will be, when it is validated and when it is sent."""
    for answer in (planned(world, sms(text=text)), world.post("/v1/messages", sms(text=text)).json):
        assert (answer["segments"]["encoding"], answer["segments"]["segments"]) == (encoding, segments)


@pytest.mark.feature("S9")
def test_segments_of_many(world: World) -> None:
    """Of many recipients the longest text is counted."""
    body = many(2, "{{x}}")
    for recipient, length in zip(body["recipients"], (10, 200), strict=True):
        recipient["variables"] = {"x": "y" * length}
    assert planned(world, body)["segments"]["segments"] == 2


@pytest.mark.feature("S9")
def test_segments_of_binary(world: World) -> None:
    """A binary SMS is counted in octets; other channels have no segments."""
    body = sms() | {"content": {"type": "binary", "segments": ["BQAD/AIBWnVzYW1tZW4=", "BQAD/AICZ2Vmw7xndC4="]}}
    assert planned(world, body)["segments"]["segments"] == 2
    assert "segments" not in planned(world, sms() | {"channel": "rcs"})


def with_variables(**variables: str) -> dict[str, Any]:
    body = many(2, "Hello {{name}}")
    body["recipients"][0]["variables"] = {"name": "x"}
    body["recipients"][1]["variables"] = variables
    return body


def twice() -> dict[str, Any]:
    body = many(3)
    body["recipients"][2] = {"to": phone(0), "variables": {"a": "b"}}
    return body


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown account": (sms(account="nobody"), "account"),
    "another tenant's account": (sms(account="beta-sms"), "account"),
    "a disabled account": (sms(account="gone"), "account"),
    "a channel without a route": (sms() | {"channel": "push"}, "channel"),
    "an account without the channel": (sms(account="acme-sms") | {"channel": "whatsapp"}, "channel"),
    "an unknown sender": (sms(**{"from": "nobody"}), "from"),
    "content that the provider cannot say": (
        sms() | {"content": {"type": "location", "latitude": 1, "longitude": 2}},
        "content.type",
    ),
    "somebody twice": (twice(), "recipients[2].to"),
    "an address that the provider does not reach": (
        many(1) | {"recipients": [{"to": PHONE}, {"to": {"type": "email", "value": "a@b.example"}}]},
        "recipients[1].to",
    ),
    "a variable that is missing": (with_variables(nome="x"), "recipients[1].variables"),
    "a single message's variable": (sms(text="{{a}}", variables={"b": "x"}), "variables"),
    "the past": (sms(send_at="2025-06-15T15:01:39Z"), "send_at"),
    "the far future": (sms(send_at="2026-06-15T15:01:39Z"), "send_at"),
    "an option of the provider": (sms(options={"validity_seconds": 30}), "options.validity_seconds"),
}


@pytest.mark.parametrize(("body", "field"), REFUSED.values(), ids=REFUSED)
def test_refused(world: World, body: dict[str, Any], field: str) -> None:
    """What cannot be sent is refused alike when it is validated and when it is sent, with its field."""
    for path in ("/v1/messages/validate", "/v1/messages"):
        answer = world.post(path, body)
        assert (answer.status, answer.json["field"]) == (422, field), answer.json


def test_a_little_late(world: World) -> None:
    """A time some minutes ago means now: clocks differ."""
    assert planned(world, sms(send_at=stamp(world.clock.now - 300_000)))["send_at"] == stamp(world.clock.now)


def test_order(world: World) -> None:
    """Of several mistakes that about the account comes first, then the sender, the recipients, the time."""
    body = twice() | {"account": "nobody", "from": "nobody", "send_at": "2020-01-01T00:00:00Z"}
    fields = []
    for mend in ({"account": "acme-sms"}, {"from": "acme"}, {"recipients": [{"to": PHONE}]}, {}):
        fields.append(world.post("/v1/messages/validate", body).json["field"])
        body |= mend
    assert fields == ["account", "from", "recipients[2].to", "send_at"]


@pytest.mark.feature("F6")
def test_routes(world: World) -> None:
    """The first usable account of a route carries the message; one that is disabled is passed over."""
    registry = world.operator.registry
    try:
        registry.set_route("acme", Channel.VOICE, ("gone", "beta-sms", "nobody", "acme-second"), 0)
        assert planned(world, sms() | {"channel": "voice"})["account"] == "acme-second"
    finally:
        registry.remove_route("acme", Channel.VOICE)
    known = registry.read_account("gone")
    assert replace(known.value, disabled=False) != known.value
