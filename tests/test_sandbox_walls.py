"""
Sandboxes: what is a tenant's own does not exist for its tests, nor what is theirs for it or for another's tests, on any
route, by any kind of id. Tenants among each other: `test_tenancy.py`.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.generate.openapi import OPERATIONS
from herald.identifier import member_id
from herald.models import Account, Channel, Sender
from herald.tenancy import base_of, is_test, sandbox_of
from tests.carrier import Carrier, phone, sms
from tests.conftest import Show
from tests.world import Answer, World

pytestmark = [pytest.mark.feature("F30"), pytest.mark.goal("G24")]

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
NOBODYS = "a" * 26
LATER = "2025-06-16T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with a key, and the ids of what is theirs by kind."""

    key: str
    ids: Mapping[str, str]


type Customers = Mapping[str, Customer]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Acme and Beta, whose messages are taken by everybody."""
    with World.of_acme() as world:
        world.provider = Carrier()
        world.add_tenant("beta")
        account = Account("beta-sms", "websms_sms", ("beta",), senders=(Sender("beta", Channel.SMS),))
        world.add_account(account, {"access_token": "secret"})
        world.add_route("beta", Channel.SMS, "beta-sms")
        yield world


@pytest.fixture(scope="module")
def customers(world: World) -> Customers:
    """Acme, its tests and Beta's, each with one of everything, made alike."""
    return {
        "acme": _customer(world, "acme", test=False),
        "acme test": _customer(world, "acme", test=True),
        "beta test": _customer(world, "beta", test=True),
    }


def _customer(world: World, tenant: str, *, test: bool) -> Customer:
    key = world.add_key(tenant, test=test)
    many = {"channel": "sms", "recipients": [{"to": phone(number)} for number in range(2)], "content": sms()["content"]}
    sent = [
        world.post("/v1/messages", body, key, idempotency_key=f"k{number}").json["id"]
        for number, body in enumerate((sms(), many, sms(send_at=LATER), many | {"send_at": LATER}))
    ]
    world.settle(wait=False)
    media = world.call("POST", "/v1/media", {"authorization": f"Bearer {key}", "content-type": "image/png"}, PNG)
    ids = {
        "message": sent[0],
        "request": sent[1],
        "member": member_id(sent[1], phone(0)),
        "waiting message": sent[2],
        "waiting request": sent[3],
        "waiting member": member_id(sent[3], phone(1)),
        "media": media.json["id"],
    }
    if not test:
        words = {"messageType": "text", "senderAddress": "436641234567", "recipientAddress": tenant}
        body = {**words, "notificationId": "n-1", "textMessageContent": "hi"}
        assert world.webhook(f"{tenant}-sms", "inbound", body).status == 200
        ids["inbound"] = world.get("/v1/inbound", key).json["inbound"][0]["id"]
    return Customer(key, ids)


ROUTES = [route for route, operation in OPERATIONS.items() if "{id}" in route and operation.scope]


def call(world: World, route: str, identifier: str, key: str) -> Answer:
    method, _, path = route.partition(" ")
    path = path.replace("{id}", identifier).replace("{", "").replace("}", "")
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    return world.call(method, path, headers, b"" if method == "GET" else b"{}")


def test_every_route_and_id(world: World, customers: Customers, figure: Show) -> None:
    """Whoever names what is another's gets the very answer that what never existed gets."""
    asked = 0
    for (name, mine), (other, theirs) in itertools.permutations(customers.items(), 2):
        for route in ROUTES:
            never = call(world, route, NOBODYS, mine.key)
            for kind, identifier in theirs.ids.items():
                answer = call(world, route, identifier, mine.key)
                assert (answer.status, answer.json) == (never.status, never.json), (name, other, kind, route)
                asked += 1
    figure("G24", "refused of so many: route, kind of id, whose, by whom", asked)


def test_what_is_mine(world: World, customers: Customers) -> None:
    """Everybody reads what is theirs, so the ids above are ids."""
    for mine in customers.values():
        for kind, identifier in mine.ids.items():
            place = kind if kind in ("media", "inbound") else "messages"
            assert call(world, f"GET /v1/{place}/{{id}}", identifier, mine.key).status == 200, kind


def test_ids_differ(customers: Customers) -> None:
    """The same keys and the same bytes are other ids for everybody."""
    ids = [identifier for customer in customers.values() for identifier in customer.ids.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "query",
    ["", f"?recipient=%2B{phone(0)[1:]}", "?status=accepted", "?limit=1"],
    ids=["time", "person", "status", "page"],
)
def test_lists(world: World, customers: Customers, query: str) -> None:
    """A list holds what is one's own; a cursor of somebody else's list leads nowhere."""
    for name, mine in customers.items():
        listed = world.get(f"/v1/messages{query}", mine.key).json
        found = {each["id"] for each in listed["messages"]}
        assert found
        assert found <= set(mine.ids.values()), name
        for other in (theirs for theirs in customers.values() if theirs is not mine):
            if "next_cursor" in listed:
                stolen = f"/v1/messages{query}&cursor={listed['next_cursor']}"
                assert world.get(stolen, other.key).status == 422
            answer = world.get(f"/v1/messages?request={mine.ids['request']}", other.key)
            assert answer.status == 404


def test_media_in_messages(world: World, customers: Customers) -> None:
    """Nobody sends what somebody else has uploaded."""
    for name, mine in customers.items():
        if name.startswith("beta"):
            continue
        for theirs in customers.values():
            content = {"type": "media", "kind": "image", "media": {"id": theirs.ids["media"]}}
            body = {"channel": "whatsapp", "to": phone(1), "content": content}
            answer = world.post("/v1/messages/validate", body, mine.key)
            assert answer.status == (200 if theirs is mine else 422), answer.json


def test_accounts_of_others(world: World, customers: Customers) -> None:
    """A tenant's tests use its own accounts; another tenant's do not exist for them, nor does a sandbox's."""
    for name, mine in customers.items():
        own, other = ("acme-sms", "beta-sms") if name.startswith("acme") else ("beta-sms", "acme-sms")
        for account, status in ((own, 200), (other, 422), (f"{own}~test", 422)):
            assert world.post("/v1/messages/validate", sms(account=account), mine.key).status == status
        accounts: Any = world.get("/v1/accounts", mine.key).json["accounts"]
        assert {each["name"].partition("-")[0] for each in accounts} == {name.partition(" ")[0]}


@given(st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,38}[a-z0-9]\Z"))
def test_names(name: str) -> None:
    """A sandbox is nobody's name, has one owner, and is its own sandbox."""
    sandbox = sandbox_of(name)
    assert sandbox != name
    assert base_of(sandbox) == base_of(name) == name
    assert sandbox_of(sandbox) == sandbox
    assert is_test(sandbox)
    assert not is_test(name)
