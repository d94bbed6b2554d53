"""
Raw overrides: what a sender puts into the request of one provider, and what nobody but Herald writes there.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from herald.errors import UnsupportedFeature
from herald.models import Account
from herald.overriding import check, overridden
from herald.provider import Provider, Request, adapter_class
from tests import made_up
from tests.carrier import many, phone, send, sms
from tests.crash import on_lanes
from tests.made_up.depot import Depot, answered, parcel_world
from tests.world import World

pytestmark = pytest.mark.feature("F2")


def put(body: object, patch: dict[str, Any]) -> Any:
    """The body with the patch in it, as the provider reads it."""
    return json.loads(overridden(Request.with_json("POST", "https://a.example", body), patch).body or b"")


# RFC 7396, appendix A: original, patch, result. Each stands in a member of its own; null there means none.
EXAMPLES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    # Not in the RFC, but so by its rules.
    ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
    ([1], {}, {}),
]


@pytest.mark.parametrize(("original", "patch", "result"), EXAMPLES)
def test_rfc_7396(original: Any, patch: Any, result: Any) -> None:
    """A merge patch does what the RFC's own examples say."""
    assert put({"m": original, "n": 1}, {"m": patch}) == ({"n": 1} if result is None else {"m": result, "n": 1})


def test_any_language() -> None:
    """What is put in arrives as it was written, and the body is ASCII on the wire."""
    patch = {"wört": {"😀": ["ß", "\ud800"]}, "a": 1.5, "b": 10**20, "c": False}
    request = overridden(Request.with_json("POST", "https://a.example", {"a": "ü"}), patch)
    assert (request.body or b"").isascii()
    assert json.loads(request.body or b"") == patch


def test_the_rest_of_the_request() -> None:
    """Method, address and headers are not the sender's, whatever the members are called."""
    request = Request.with_json("POST", "https://a.example", {}, {"Authorization": "Bearer x"})
    found = overridden(request, {"url": "https://b.example", "headers": {"Authorization": None}, "method": "GET"})
    assert (found.method, found.url, found.headers) == (request.method, request.url, request.headers)


NOT_JSON = {
    "a form": Request.with_form("POST", "https://a.example", {"a": "b"}),
    "no body": Request("GET", "https://a.example", {"Content-Type": "application/json"}),
    "bytes": Request("POST", "https://a.example", {"Content-Type": "image/png"}, b"{}"),
    "no type": Request("POST", "https://a.example", {}, b"{}"),
    "a list": Request.with_json("POST", "https://a.example", [{}]),
}


@pytest.mark.parametrize("request_", NOT_JSON.values(), ids=NOT_JSON)
def test_nothing_to_put_it_into(request_: Request) -> None:
    """Where a provider is not spoken to in a JSON object, an override is refused and not dropped."""
    with pytest.raises(UnsupportedFeature) as refused:
        overridden(request_, {"a": 1})
    assert refused.value.field == "raw"


# What is reserved: `from`, `parcels`, `post.reference`.


@pytest.fixture
def adapter() -> Iterator[Provider]:
    with made_up.known():
        yield adapter_class("parcel")(Account("acme-parcel", "parcel", ("acme",)), {})


TOUCHED: list[tuple[dict[str, Any], str]] = [
    ({"from": "me"}, "from"),
    ({"from": None}, "from"),
    ({"from": {"deep": {"down": 1}}}, "from.deep.down"),
    ({"parcels": []}, "parcels"),
    ({"parcels": {}}, "parcels"),
    ({"post": None}, "post"),
    ({"post": {}}, "post"),
    ({"post": [1]}, "post"),
    ({"post": {"reference": "mine"}}, "post.reference"),
    ({"post": {"reference": {"a": None}}}, "post.reference.a"),
    ({"a": 1, "post": {"class": "fast", "reference": None}}, "post.reference"),
]


@pytest.mark.parametrize(("patch", "path"), TOUCHED)
def test_reserved(adapter: Provider, patch: dict[str, Any], path: str) -> None:
    """Nothing above, at or below what Herald writes can be set or removed; the refusal names the path."""
    with pytest.raises(UnsupportedFeature) as refused:
        check(adapter, patch)
    assert refused.value.field == f"raw.parcel.{path}"


FREE: list[dict[str, Any]] = [
    {},
    {"fromage": 1, "parcel": 2},
    {"post": {"class": "fast"}},
    {"post": {"references": 1}},
    {"say": None, "deep": {"from": 1, "post": {"reference": 2}}},
]


@pytest.mark.parametrize("patch", FREE)
def test_not_reserved(adapter: Provider, patch: dict[str, Any]) -> None:
    """Everything beside it can, and what only looks like it."""
    check(adapter, patch)


# On its way.


@pytest.fixture
def stack() -> Iterator[tuple[World, Depot]]:
    with parcel_world(batch=10) as (world, depot):
        yield world, depot


RAW = {"parcel": {"post": {"class": "fast"}, "note": "ü"}, "websms_sms": {"from": "x"}}


@pytest.mark.parametrize("body", [sms(raw=RAW), many(3, raw=RAW)], ids=["one", "many"])
def test_it_reaches_the_provider(stack: tuple[World, Depot], body: dict[str, Any]) -> None:
    """An override is in the request of the provider that it names, and in no other's; the rest is as it would be."""
    world, depot = stack
    identifier = send(world, body)
    world.settle()
    (call,) = depot.calls
    assert (call["post"].pop("class"), call.pop("note"), call["from"]) == ("fast", "ü", "depot-1")
    assert call["post"]["reference"].startswith(identifier)
    assert call.keys() == {"from", "say", "parcels", "post"}


def test_every_attempt_carries_it(stack: tuple[World, Depot]) -> None:
    """So has the request after a renewal of the credentials, and each half of a batch that was refused as a whole."""
    world, depot = stack
    depot.next += [httpx.Response(401), answered("refused", reason="invalid_recipient")]
    send(world, many(2, raw=RAW))
    assert not world.invoke("deliver", on_lanes(world))["batchItemFailures"]
    assert [call["note"] for call in depot.calls] == ["ü"] * 4
    assert depot.recipients() == [[phone(0), phone(1)]] * 2 + [[phone(0)], [phone(1)]]


def test_a_reserved_member_is_refused_at_once(stack: tuple[World, Depot]) -> None:
    """Whoever would change the recipient hears so with the path, before anything is stored."""
    world, depot = stack
    answer = world.post("/v1/messages", sms(raw={"parcel": {"parcels": [{"to": "+1"}]}}))
    assert (answer.status, answer.json["field"]) == (422, "raw.parcel.parcels")
    world.settle()
    assert depot.calls == []
