"""
Lists of providers without webhooks: read on time, each entry stored once. What dies on the way: `tests.crashes`.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from herald import polling
from herald.aws import clients
from herald.aws.polls import Polls
from herald.models import Account, Channel, Sender
from herald.provider import adapter_class
from tests.carrier import send
from tests.conftest import Show
from tests.crash import restart
from tests.world import World

pytestmark = pytest.mark.feature("G12")

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ANNA = "+61400000001"
YOUNG = ("inbound", "outbound.minutes")
"""The lists that are read every minute."""


@dataclass
class Vendor:
    """SMSGlobal's lists, newest first; `failing` lists answer 503. `asked` are the queries of each list."""

    world: World
    inbound: list[dict[str, Any]] = field(default_factory=list)
    outbound: list[dict[str, Any]] = field(default_factory=list)
    asked: dict[str, list[httpx.QueryParams]] = field(default_factory=lambda: {"incoming": [], "message": []})
    failing: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        if request.method == "POST":
            return httpx.Response(200, json=self.take(json.loads(request.content)["to"][0]))
        self.asked[name].append(request.url.params)
        if self.failing:
            return httpx.Response(503)
        return httpx.Response(200, json={"messages": self._page(name, request.url.params)})

    def _page(self, name: str, query: httpx.QueryParams) -> list[dict[str, Any]]:
        start, limit = int(query.get("offset", "1")) - 1, int(query.get("limit", "20"))
        assert start + 1 + limit <= 10_000, "deeper than the provider lets anybody look"
        first, last = (_milliseconds(query[key]) for key in ("startDate", "endDate"))
        entries = self.inbound if name == "incoming" else self.outbound
        found = [entry for entry in entries if first <= entry["made"] <= last]
        return [
            {key: value for key, value in entry.items() if key != "made"}
            for entry in found[::-1][start : start + limit]
        ]

    def take(self, recipient: str) -> dict[str, Any]:
        """A message is sent: queued, and in the list."""
        entry = {**self._entry(len(self.outbound) + 1), "recipient": recipient, "status": "success", "state": "queued"}
        self.outbound.append(entry)
        return {key: value for key, value in entry.items() if key != "made"}

    def write(self, text: str = "hello", age: int = 0) -> None:
        """A person writes."""
        self.inbound.append({**self._entry(10_000_000 + len(self.inbound), age), "from": ANNA[1:], "to": "61430000001"})
        self.inbound[-1]["message"] = text

    def _entry(self, number: int, age: int = 0) -> dict[str, Any]:
        made = (self.world.clock.now - age) // 1000 * 1000
        shown = datetime.fromtimestamp(made / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
        return {"id": number, "message": "hello", "createdDate": shown, "made": made}


def _milliseconds(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp() * 1000)


def begin(world: World, name: str = "acme-global", lists: Sequence[str] = tuple(polling.TIERS)) -> Vendor:
    """An account of which these lists are read from now on, and its provider."""
    sender = Sender("61430000001", Channel.WHATSAPP)
    account = Account(name, "smsglobal", ("acme",), {"poll_overlap_seconds": 120}, (sender,))
    world.add_account(account, {"api_key": "k", "api_secret": "s"})
    for each in lists:
        Polls(world.operator.table).start(name, each, world.clock.now)
    world.provider = vendor = Vendor(world)
    return vendor


@contextmanager
def opened() -> Iterator[World]:
    """A stack with a tenant."""
    with World.open() as world:
        world.add_tenant("acme")
        world.key = world.add_key("acme")
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def vendor(world: World) -> Vendor:
    return begin(world)


def tick(world: World, minutes: int = 1) -> None:
    """The clock's next minutes."""
    for _ in range(minutes):
        world.clock.now += MINUTE
        world.invoke("clock", {}, 55_000)


def received(world: World, account: str = "acme-global") -> list[str]:
    """The texts of all its inbound messages, sorted."""
    listed = world.get("/v1/inbound?limit=100").json["inbound"]
    return sorted(each["content"]["text"] for each in listed if each["account"] == account)


def published(world: World) -> list[str]:
    """The events that went over the bus since the last time, by type and id."""
    world.settle(wait=False)
    return [f"{event['type']} {event['data']['id']}" for event in world.events()]


def stored(prefix: str, key: str = "pk") -> int:
    """How many items of the table begin like this."""
    pages = (
        clients.dynamodb()
        .get_paginator("scan")
        .paginate(
            TableName="herald",
            FilterExpression=f"begins_with({key}, :prefix)",
            ExpressionAttributeValues={":prefix": {"S": prefix}},
        )
    )
    return sum(page["Count"] for page in pages)


def whatsapp(**more: object) -> dict[str, Any]:
    content = {"type": "text", "text": "hello"}
    return {"account": "acme-global", "channel": "whatsapp", "to": ANNA, "content": content, **more}


def status(world: World, identifier: str) -> str:
    found: str = world.get(f"/v1/messages/{identifier}").json["status"]
    return found


def test_what_people_write_is_read_every_minute(world: World, vendor: Vendor) -> None:
    """Each message once, though every poll reads a while back, and one that is listed late is found in there."""
    vendor.write("one")
    tick(world)
    vendor.write("two")
    vendor.write("late", age=MINUTE)
    tick(world, 3)
    assert received(world) == ["late", "one", "two"]
    assert len(vendor.asked["incoming"]) == 4
    assert len(published(world)) == 3


@pytest.mark.feature("G13")
def test_what_became_of_a_message(world: World, vendor: Vendor) -> None:
    """States of the list are statuses of the message; it rises as the provider tells, and each is told once."""
    identifier = send(world, whatsapp())
    world.settle()
    seen = [status(world, identifier)]
    published(world)
    for state in ("queued", "dispatched", "delivered", "read"):
        vendor.outbound[0]["state"] = state
        tick(world)
        seen.append(status(world, identifier))
    assert seen == ["sent", "sent", "sent", "delivered", "read"]
    tick(world, 3)
    assert [event.partition(" ")[0] for event in published(world)] == ["message.delivered", "message.read"]


@pytest.mark.feature("G13")
def test_news_alone_cost_a_write(world: World, vendor: Vendor) -> None:
    """A list in which nothing has changed is read and leaves the message alone."""
    identifier = send(world, whatsapp())
    world.settle()
    vendor.outbound[0]["state"] = "delivered"
    tick(world)
    assert status(world, identifier) == "delivered"
    names: list[str] = []

    def note(params: Any, **_: Any) -> None:
        names.append(params["body"].decode() if isinstance(params["body"], bytes) else params["body"])

    clients.dynamodb().meta.events.register_first("before-call", note)
    try:
        tick(world)
    finally:
        clients.dynamodb().meta.events.unregister("before-call", note)
    assert vendor.asked["message"]
    assert not [name for name in names if f"M#{identifier}" in name]


@pytest.mark.feature("G13")
def test_the_older_the_rarer(world: World, vendor: Vendor) -> None:
    """The young list is read every minute, that of the last hour every five, of the day hourly, of the week daily."""
    tick(world, 60)
    spans: dict[int, int] = {}
    for query in vendor.asked["message"]:
        span = (_milliseconds(query["endDate"]) - _milliseconds(query["startDate"])) // MINUTE
        spans[span] = spans.get(span, 0) + 1
    assert [times for _, times in sorted(spans.items())] == [60, 12, 1, 1]


@pytest.mark.feature("G13")
def test_a_late_word_is_heard_all_the_same(world: World, vendor: Vendor) -> None:
    """A message that is read after two days says so at the next look at the week."""
    identifier = send(world, whatsapp())
    world.settle()
    vendor.outbound[0]["state"] = "delivered"
    tick(world)
    world.clock.now += 2 * DAY
    vendor.outbound[0]["state"] = "read"
    tick(world)
    assert status(world, identifier) == "read"


@pytest.mark.goal("G8")
@pytest.mark.parametrize("whose", ["the provider", "ourselves"])
def test_an_outage_of_five_minutes(world: World, vendor: Vendor, figure: Show, whose: str) -> None:
    """What became of messages while nobody could look is known within fifteen minutes after that, of every one."""
    ids = [send(world, whatsapp(success="delivered")) for _ in range(20)]
    world.settle()
    ends = dict(zip(ids, ["delivered", "read", "failed", "delivered"] * 5, strict=True))
    theirs = {str(entry["id"]): entry for entry in vendor.outbound}
    entries = {each: theirs[world.get(f"/v1/messages/{each}").json["provider_id"]] for each in ids}
    vendor.failing = whose == "the provider"
    for minute in range(5):
        for each in ids[minute::5]:
            entries[each]["state"] = ends[each]
        if vendor.failing:
            tick(world)
        else:
            world.clock.now += MINUTE
    assert {status(world, each) for each in ids} == {"sent"}
    vendor.failing = False
    tick(world, 15)
    known = sum(status(world, each) == end for each, end in ends.items())
    assert known == len(ids)
    world.clock.now += DAY
    world.invoke("clock", {}, 55_000)
    assert not [event for event in published(world) if "overdue" in event]
    figure("G8", f"final statuses recovered within 15 minutes after an outage of {whose}", f"{known} of {len(ids)}")


def test_messages_of_others_are_not_ours(world: World, vendor: Vendor) -> None:
    """What somebody else sent through the same account leaves nothing behind and alarms nobody."""
    vendor.take("61400000009")
    before = clients.dynamodb().scan(TableName="herald")["Count"]
    tick(world)
    assert clients.dynamodb().scan(TableName="herald")["Count"] == before


def test_a_list_of_many_pages(world: World, vendor: Vendor) -> None:
    """Pages are read one after the other, and each message is stored once."""
    for number in range(2_050):
        vendor.write(str(number))
    tick(world)
    assert [query["offset"] for query in vendor.asked["incoming"]] == ["1", "1001", "2001"]
    assert stored("N#") == 2_050


def test_time_that_runs_out(world: World, vendor: Vendor) -> None:
    """A function that has no time for the next page goes on with it in its next minute."""
    for number in range(1_050):
        vendor.write(str(number))
    world.clock.now += MINUTE
    world.invoke("clock", {}, 6_000)
    assert [query["offset"] for query in vendor.asked["incoming"]] == ["1"]
    tick(world)
    assert [query["offset"] for query in vendor.asked["incoming"]] == ["1", "1001"]
    assert {query["endDate"] for query in vendor.asked["incoming"]} == {vendor.asked["incoming"][0]["endDate"]}


def test_deeper_than_can_be_paged(world: World, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the provider shows no more of a list, shorter windows do; every message is found."""
    monkeypatch.setattr(adapter_class("smsglobal"), "page", 10)
    monkeypatch.setattr(adapter_class("smsglobal"), "depth", 99)
    vendor.world.clock.now += HOUR
    made = vendor.world.clock.now // 1000 * 1000
    for number in range(330):
        vendor.write("x")
        vendor.inbound[-1]["made"] = made - (number % 1800) * 1000
        when = datetime.fromtimestamp(vendor.inbound[-1]["made"] / 1000, UTC)
        vendor.inbound[-1]["createdDate"] = when.strftime("%Y-%m-%d %H:%M:%S +0000")
    vendor.inbound.sort(key=lambda entry: entry["made"])
    tick(world, 2)
    assert stored("N#") == 330


def test_a_provider_that_fails_is_left_alone_for_longer_and_longer(world: World, vendor: Vendor) -> None:
    """Each failure doubles the pause; when it is back nothing has been lost."""
    vendor.failing = True
    vendor.write("meanwhile")
    tick(world, 20)
    assert len(vendor.asked["incoming"]) <= 5
    vendor.failing = False
    tick(world, 20)
    assert received(world) == ["meanwhile"]


def test_an_account_that_is_gone_is_read_no_more(world: World, vendor: Vendor) -> None:
    """Its rows end with it, and the clock goes on."""
    registry = world.operator.registry
    registry.remove_account("acme-global")
    world.clock.now += 5 * MINUTE
    restart(world)
    tick(world, 2)
    assert not vendor.asked["incoming"]
    assert not stored("poll#", "sk")
