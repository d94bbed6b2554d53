"""
Reading: everything that was accepted can be found again, by its tenant and by nobody else.
"""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from herald.aws import keys
from herald.aws.listing import PIECE, Position
from herald.aws.table import ITEM, Change
from herald.cursor import Cursor
from herald.errors import Reason
from herald.identifier import member_id
from herald.models import StatusUpdate
from herald.outcome import Outcome
from herald.planning import LONGEST_AHEAD
from herald.questions import MessagesQuestion
from herald.reading import QUERIES, same
from herald.status import State, Status
from tests.made_up.depot import parcel_world
from tests.world import Answer, Json, World

ANNA, BERT = "+436641234567", "+436641234568"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.fixture
def world() -> Iterator[World]:
    """A stack whose providers take every message."""
    with World.of_acme() as world:
        world.provider = taken
        yield world


def taken(request: httpx.Request) -> httpx.Response:
    """A provider that says yes to tokens and messages alike."""
    if "token" in request.url.path:
        return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
    return httpx.Response(200, json={"statusCode": 2000, "statusMessage": "OK", "transferId": "t-1"})


def text(to: str = ANNA, said: str = "hello", **more: object) -> Json:
    """A body of POST /v1/messages."""
    return {"channel": "sms", "to": to, "content": {"type": "text", "text": said}, **more}


def send(world: World, body: Json | None = None, key: str | None = None) -> str:
    """Accept a message; its id."""
    answer = world.post("/v1/messages", body or text(), key)
    assert answer.status == 202, answer.body
    identifier: str = answer.json["id"]
    return identifier


def many(world: World, count: int, **more: object) -> str:
    """Accept a request of so many, each with a name to fill in; its id."""
    recipients = [{"to": f"+4366412{number:05}", "variables": {"name": f"N{number}"}} for number in range(count)]
    content = {"type": "text", "text": "hello {{name}}"}
    return send(world, {"channel": "sms", "recipients": recipients, "content": content, **more})


def receive(world: World, sender: str = ANNA, said: str = "hi") -> str:
    """Let a person write; the id of what they wrote."""
    notification = {
        "messageType": "text",
        "notificationId": f"{sender} {said}",
        "senderAddress": sender[1:],
        "senderAddressType": "international",
        "recipientAddress": "acme",
        "textMessageContent": said,
    }
    assert world.webhook("acme-sms", "inbound", notification).status == 200
    newest: str = ids(world.get("/v1/inbound?limit=1"))[0]
    return newest


def ids(answer: Answer) -> list[str]:
    """The ids on a page."""
    assert answer.status == 200, answer.body
    views: list[Json] = answer.json.get("messages", answer.json.get("inbound"))
    return [view["id"] for view in views]


def walk(world: World, path: str, key: str | None = None) -> list[list[str]]:
    """The ids of every page, following the cursors to the end."""
    pages, cursor = [], ""
    while True:
        answer = world.get(f"{path}{cursor}", key)
        pages.append(ids(answer))
        if "next_cursor" not in answer.json:
            return pages
        cursor = f"&cursor={answer.json['next_cursor']}"


def found(world: World, path: str) -> list[str]:
    """The ids of all pages together."""
    return [identifier for page in walk(world, path) for identifier in page]


def fail(world: World, identifier: str, state: State) -> None:
    """End a message badly, as a worker does."""
    messages = world.operator.messages
    item = messages.get(identifier)
    assert item
    messages.end(item, Outcome(state, reason=Reason.UNDELIVERABLE, code="4711"), world.clock.now)


def other(world: World) -> str:
    """A key of another tenant that shares an account."""
    world.add_tenant("beta")
    return world.add_key("beta")


# One.


def test_a_message_says_what_it_said(world: World) -> None:
    """A single message comes back with the content and options it was sent with."""
    identifier = send(world, text(options={"priority": 3}, reference="order-7"))
    view = world.get(f"/v1/messages/{identifier}").json
    assert view["content"] == {"type": "text", "text": "hello", "preview_url": False, "suggestions": []}
    assert view["options"] == {"priority": 3}
    assert (view["status"], view["to"], view["reference"]) == ("accepted", ANNA, "order-7")
    assert view["links"]["self"] == f"/v1/messages/{identifier}"


def test_a_long_message_is_read_from_beside(world: World) -> None:
    """Content that lies beside its message, since it is large, is shown like any other."""
    identifier = send(world, text(said="x" * 1500))
    assert world.get(f"/v1/messages/{identifier}").json["content"]["text"] == "x" * 1500


def test_content_that_is_gone_is_left_out(world: World) -> None:
    """A message outlives its content: then it is told without."""
    identifier = send(world, text(said="x" * 1500))
    item = world.operator.messages.get(identifier)
    assert item
    world.operator.table.delete(item["pk"], item["beside"])
    view = world.get(f"/v1/messages/{identifier}").json
    assert "content" not in view
    assert view["status"] == "accepted"


@pytest.mark.feature("F8")
def test_the_whole_history(world: World) -> None:
    """What happened stands in order, the provider's own words with it."""
    identifier = send(world)
    world.clock.now += MINUTE
    world.settle()
    for status, word in ((Status.DELIVERED, "DELIVRD"), (None, "ENROUTE")):
        world.clock.now += MINUTE
        update = StatusUpdate(word, status, f"{identifier}-0", code="17", at=world.clock.now)
        assert world.operator.reports.apply("acme-sms", update)
    view = world.get(f"/v1/messages/{identifier}").json
    assert view["status"] == "delivered"
    steps = [(step["event"], step.get("provider_status")) for step in view["history"]]
    assert steps == [("accepted", None), ("sent", None), ("report", "DELIVRD"), ("report", "ENROUTE")]
    assert view["history"][2]["code"] == "17"
    assert [step["at"] for step in view["history"]] == sorted(step["at"] for step in view["history"])


def test_a_request_counts_its_members(world: World) -> None:
    """A request shows how many it is to, what it says with its placeholders, and where its members stand."""
    identifier = many(world, 3)
    view = world.get(f"/v1/messages/{identifier}").json
    assert (view["count"], view["open_chunks"], view["status"]) == (3, 1, "accepted")
    assert view["content"]["text"] == "hello {{name}}"
    assert view["links"]["members"] == f"/v1/messages?request={identifier}"


@pytest.mark.parametrize("state", ["accepted", "cancelled", "expired"])
def test_a_member_before_its_claim(world: World, state: str) -> None:
    """A member without a row is read from its chunk, rendered, with its request's state."""
    request = many(world, 2)
    header = world.operator.requests.get(request)
    assert header
    if state == "cancelled":
        world.operator.requests.cancel(header)
    if state == "expired":
        world.operator.requests.expire(header)
    member = member_id(request, "+436641200001")
    view = world.get(f"/v1/messages/{member}").json
    assert (view["id"], view["request"], view["status"]) == (member, request, state)
    assert view["content"]["text"] == "hello N1"
    assert view["variables"] == {"name": "N1"}
    assert [step["event"] for step in view["history"]] == ["accepted"]


def test_a_member_after_its_claim(world: World) -> None:
    """A member's own row speaks for it once it is there; what it says still comes from its chunk."""
    request = many(world, 2)
    world.settle()
    view = world.get(f"/v1/messages/{member_id(request, '+436641200000')}").json
    assert (view["status"], view["tries"], view["content"]["text"]) == ("sent", 1, "hello N0")


def test_a_member_without_variables(world: World) -> None:
    """Where nothing is to be filled in, the content is the request's."""
    body = {"channel": "sms", "recipients": [{"to": ANNA}], "content": {"type": "text", "text": "{{x}}"}}
    request = send(world, body)
    view = world.get(f"/v1/messages/{member_id(request, ANNA)}").json
    assert view["content"]["text"] == "{{x}}"
    assert "variables" not in view


@pytest.mark.feature("X13")
def test_links_of_the_provider() -> None:
    """A link that the provider will shorten is shown, and sent, as its placeholder."""
    with parcel_world(options=["smart_links"]) as (world, depot):
        options = {"smart_links": [{"id": "1", "minutes": 60}]}
        content = {"type": "text", "text": "{{name}}: {{ link_1 }}"}
        request = many(world, 2, options=options, content=content)
        single = send(world, text(options=options, content=content, variables={"name": "Ada"}))
        members = ids(world.get(f"/v1/messages?request={request}"))
        world.settle()
        views = [world.get(f"/v1/messages/{identifier}").json for identifier in (*members, single)]
        said = ["N0: {{link_1}}", "N1: {{link_1}}", "Ada: {{link_1}}"]
        assert [view["content"]["text"] for view in views] == said
        assert [view["options"] for view in views] == [options] * 3
        assert sorted(call["say"]["text"] for call in depot.calls) == sorted(said)


def test_what_was_put_in_is_shown(world: World) -> None:
    """Raw overrides are shown as they were given, with a message, a request and its members."""
    raw = {"websms_sms": {"a": {"ü": [None, 1.5]}}, "websms": {}}
    request = many(world, 1, raw=raw)
    (member,) = ids(world.get(f"/v1/messages?request={request}"))
    shown = [world.get(f"/v1/messages/{one}").json["raw"] for one in (send(world, text(raw=raw)), request, member)]
    assert shown == [raw] * 3


def test_chunks_that_are_gone(world: World) -> None:
    """A member and a request outlive their chunk: then they are told without content."""
    request = many(world, 1)
    world.settle()
    world.operator.table.delete(keys.message(request), "K#000")
    for identifier in (request, member_id(request, "+436641200000")):
        view = world.get(f"/v1/messages/{identifier}").json
        assert view["id"] == identifier
        assert "content" not in view


def test_what_does_not_exist(world: World) -> None:
    """Ids that are none, ids of nobody and recipients that a request does not have are all not found."""
    request = many(world, 1)
    unknown = "a" * 26
    for identifier in ("x", unknown, f"{unknown}.{'a' * 10}", member_id(request, BERT), f"{request}.", "a" * 300):
        answer = world.get(f"/v1/messages/{identifier}")
        assert (answer.status, answer.json["code"]) == (404, "not_found"), identifier
        assert world.get(f"/v1/inbound/{identifier}").status == 404


@pytest.mark.feature("F30")
def test_another_tenants(world: World) -> None:
    """Nothing of a tenant exists for another one: no message, request, member, inbound message or list."""
    beta = other(world)
    message, request, inbound = send(world), many(world, 2), receive(world)
    claimed = many(world, 1, reference="sent")
    world.settle()
    members = [member_id(request, "+436641200000"), member_id(claimed, "+436641200000")]
    fail(world, send(world, text(send_at="2025-06-16T00:00:00Z")), State.EXPIRED)
    for identifier in (message, request, *members):
        assert world.get(f"/v1/messages/{identifier}", beta).status == 404
    assert world.get(f"/v1/inbound/{inbound}", beta).status == 404
    assert world.get(f"/v1/messages?request={request}", beta).status == 404
    for query in ("", f"?recipient={ANNA.replace('+', '%2B')}", "?status=expired", "?status=sent"):
        assert ids(world.get(f"/v1/messages{query}")), query
        assert ids(world.get(f"/v1/messages{query}", beta)) == [], query
    assert ids(world.get("/v1/inbound", beta)) == []


def test_an_unclaimed_member_of_another_tenant(world: World) -> None:
    """A member that is only in its chunk is as hidden as one with a row."""
    member = member_id(many(world, 1), "+436641200000")
    assert world.get(f"/v1/messages/{member}", other(world)).status == 404


def test_an_inbound_message(world: World) -> None:
    """What a person wrote comes back as it was said."""
    view = world.get(f"/v1/inbound/{receive(world, said='moin')}").json
    assert (view["from"], view["content"]) == (ANNA, {"type": "text", "text": "moin"})
    assert view["media"] == []


# Lists.


def test_newest_first(world: World) -> None:
    """Lists go back in time; messages and requests stand together, without what people wrote."""
    sent = []
    for make in (send, lambda world: many(world, 2), receive, send):
        world.clock.now += MINUTE
        sent.append(make(world))
    assert ids(world.get("/v1/messages")) == [sent[3], sent[1], sent[0]]
    assert ids(world.get("/v1/inbound")) == [sent[2]]


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1, 1, 1, 1, 1]), (2, [2, 2, 1]), (5, [5]), (100, [5])])
def test_pages(world: World, limit: int, sizes: list[int]) -> None:
    """Pages are full until nothing is left, and following them shows everything once."""
    sent = []
    for _ in range(5):
        world.clock.now += MINUTE
        sent.append(send(world))
    pages = walk(world, f"/v1/messages?limit={limit}")
    assert [len(page) for page in pages if page] == sizes
    assert [one for page in pages for one in page] == sent[::-1]


def test_messages_of_one_millisecond(world: World) -> None:
    """Messages of the very same moment are each shown once, whatever the page."""
    sent = {send(world) for _ in range(5)}
    listed = found(world, "/v1/messages?limit=2")
    assert len(listed) == 5
    assert set(listed) == sent


def test_pages_stand_still(world: World) -> None:
    """What is accepted while somebody pages neither moves nor repeats what they see."""
    old = []
    for _ in range(4):
        world.clock.now += MINUTE
        old.append(send(world))
    first = world.get("/v1/messages?limit=2")
    world.clock.now += MINUTE
    send(world)
    second = world.get(f"/v1/messages?limit=2&cursor={first.json['next_cursor']}")
    assert ids(first) + ids(second) == old[::-1]


def test_the_last_day_unless_told(world: World) -> None:
    """Without a time a list shows 24 hours; `from` goes further back, over days, `to` ends earlier."""
    before = send(world)
    world.clock.now += DAY
    middle = send(world)
    world.clock.now += DAY
    now = send(world)
    assert ids(world.get("/v1/messages")) == [now, middle]
    assert found(world, "/v1/messages?from=2025-06-01T00:00:00Z") == [now, middle, before]
    assert found(world, "/v1/messages?from=2025-06-01T00:00:00Z&to=2025-06-16T23:00:00Z") == [middle, before]
    assert found(world, "/v1/messages?to=2025-06-15T18:00:00%2B02:00") == [before]


def test_times_are_included(world: World) -> None:
    """A message of just the moment that a range begins or ends with is in it."""
    sent = send(world)
    at = "2025-06-15T15:06:40Z"
    assert ids(world.get(f"/v1/messages?from={at}&to={at}")) == [sent]


def test_a_plus_that_became_a_space(world: World) -> None:
    """An unencoded `+` in a number or a time is read as what was meant."""
    sent = send(world)
    assert ids(world.get(f"/v1/messages?recipient={ANNA}")) == [sent]
    assert ids(world.get("/v1/messages?from=2025-06-15T17:06:40+02:00")) == [sent]


def test_by_recipient(world: World) -> None:
    """All to one person, from whenever: messages and members, not what they wrote, nothing of others."""
    first = send(world)
    world.clock.now += 5 * DAY
    send(world, text(BERT))
    request = send(world, {"channel": "sms", "recipients": [{"to": ANNA}], "content": {"type": "text", "text": "x"}})
    world.settle()
    receive(world)
    assert ids(world.get(f"/v1/messages?recipient={ANNA}")) == [member_id(request, ANNA), first]
    lately = "&from=2025-06-19T00:00:00Z"
    assert ids(world.get(f"/v1/messages?recipient={ANNA}{lately}")) == [member_id(request, ANNA)]


def test_by_sender(world: World) -> None:
    """All that one person wrote, not what was sent to them."""
    send(world)
    mine = receive(world)
    world.clock.now += 1
    receive(world, BERT)
    assert ids(world.get(f"/v1/inbound?sender={ANNA}")) == [mine]


def test_by_another_kind_of_address(world: World) -> None:
    """An address that is no phone number is named with its type."""
    rcs = {"channel": "rcs", "to": {"type": "customer", "value": "c-1"}, "content": {"type": "text", "text": "x"}}
    sent = send(world, rcs)
    assert ids(world.get("/v1/messages?recipient=customer:c-1")) == [sent]


def test_by_bad_end(world: World) -> None:
    """What ended badly is listed by when it ended, members too, one status at a time."""
    expired, rejected, fine = send(world), send(world, text(BERT)), send(world)
    request = many(world, 1)
    world.settle()
    late = send(world)
    world.clock.now += 3 * DAY
    fail(world, late, State.EXPIRED)
    member = member_id(request, "+436641200000")
    update = StatusUpdate("UNDELIV", Status.FAILED, f"{member}-0", at=world.clock.now)
    assert world.operator.reports.apply("acme-sms", update)
    assert fine not in found(world, "/v1/messages?status=failed")
    assert ids(world.get("/v1/messages?status=expired")) == [late]
    assert ids(world.get("/v1/messages?status=failed")) == [member]
    assert ids(world.get("/v1/messages?status=rejected")) == []
    assert {expired, rejected, fine} <= set(found(world, "/v1/messages?status=sent&from=2025-06-01T00:00:00Z"))


def test_a_bad_end_that_became_good(world: World) -> None:
    """A message that was delivered after all is not among those that failed."""
    sent = send(world)
    world.settle()
    for status in (Status.FAILED, Status.DELIVERED):
        assert world.operator.reports.apply("acme-sms", StatusUpdate(status, status, f"{sent}-0"))
    assert ids(world.get("/v1/messages?status=failed")) == []
    assert ids(world.get("/v1/messages?status=delivered")) == [sent]


def test_bad_ends_of_one_millisecond(world: World) -> None:
    """Many that end in the very same moment are each shown once, whatever the page."""
    ended = {send(world) for _ in range(7)}
    for identifier in ended:
        fail(world, identifier, State.REJECTED)
    pages = walk(world, "/v1/messages?status=rejected&limit=3")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert {one for page in pages for one in page} == ended


def test_by_status(world: World) -> None:
    """Other statuses are found among the messages of the time."""
    sent = send(world)
    world.settle()
    waiting = send(world)
    cancelled = send(world)
    world.post(f"/v1/messages/{cancelled}/cancel")
    assert ids(world.get("/v1/messages?status=sent")) == [sent]
    assert ids(world.get("/v1/messages?status=accepted")) == [waiting]
    assert ids(world.get("/v1/messages?status=cancelled")) == [cancelled]


def test_by_channel(world: World) -> None:
    """A channel narrows every list."""
    sms = send(world)
    rcs = send(world, {**text(), "channel": "rcs"})
    receive(world)
    assert ids(world.get("/v1/messages?channel=sms")) == [sms]
    assert ids(world.get(f"/v1/messages?recipient={ANNA}&channel=rcs")) == [rcs]
    assert ids(world.get("/v1/inbound?channel=rcs")) == []
    assert len(ids(world.get("/v1/inbound?channel=sms"))) == 1


def test_the_members_of_a_request(world: World) -> None:
    """Members stand in the request's own order, claimed or not, over pages and chunks."""
    request = many(world, 7)
    expected = [member_id(request, f"+4366412{number:05}") for number in range(7)]
    assert walk(world, f"/v1/messages?request={request}&limit=3") == [expected[:3], expected[3:6], expected[6:]]
    world.settle()
    answer = world.get(f"/v1/messages?request={request}")
    assert ids(answer) == expected
    assert {view["status"] for view in answer.json["messages"]} == {"sent"}


def test_members_over_chunks(world: World) -> None:
    """A page goes on from one chunk into the next."""
    numbers = [f"+4366412{number:05}" for number in range(700)]
    recipients = [{"to": number, "variables": {"name": "x" * 900}} for number in numbers]
    request = send(world, {"channel": "sms", "recipients": recipients, "content": {"type": "text", "text": "{{name}}"}})
    assert len((world.operator.requests.get(request) or {})["open"]) > 1
    expected = [member_id(request, number) for number in numbers]
    assert found(world, f"/v1/messages?request={request}&limit=100") == expected
    assert world.get(f"/v1/messages/{expected[-1]}").json["content"]["text"] == "x" * 900


def test_gone_in_between(world: World) -> None:
    """An entry whose item is gone by now is skipped, and the page is filled with others."""
    first, second, third = send(world), send(world, text(BERT)), send(world)
    world.operator.table.delete(keys.message(second))
    assert sorted(found(world, "/v1/messages?limit=1")) == sorted([first, third])


def test_an_item_of_another_tenant_in_the_list(world: World) -> None:
    """Even an index entry that should not be there shows nobody another tenant's message."""
    beta = other(world)
    identifier = send(world)
    theirs = Change("SET #tp = :tp", {"tp": keys.time_partition("beta", world.clock.now)})
    world.operator.table.update(keys.message(identifier), ITEM, theirs)
    assert ids(world.get("/v1/messages", beta)) == []


def test_a_page_is_bounded(world: World) -> None:
    """Empty days cost a few queries a page, not a minute: the page is empty and says where to go on."""
    old = send(world)
    world.clock.now += 30 * DAY
    pages = walk(world, "/v1/messages?from=2025-06-01T00:00:00Z")
    assert pages[0] == []
    assert len(pages) == 45 // QUERIES + 1
    assert [one for page in pages for one in page] == [old]


def test_a_busy_day(world: World) -> None:
    """A day with more entries than one query names is read on, whether the page stops within a query or between two."""
    written = receive(world)
    sent = []
    for _ in range(PIECE + 5):
        world.clock.now += 1
        sent.append(send(world))
    assert found(world, "/v1/messages?limit=100") == sent[::-1]
    assert found(world, "/v1/messages?limit=70&status=accepted") == sent[::-1]
    assert found(world, f"/v1/messages?limit=100&recipient={ANNA}") == sent[::-1]
    assert ids(world.get("/v1/inbound")) == [written]


def test_nothing_is_older_than_its_retention(world: World) -> None:
    """However far back a list is asked to go, it ends where nothing can be left."""
    pages = walk(world, "/v1/messages?from=0001-01-01T00:00:00Z")
    days = (world.operator.settings.retention * 1000 + LONGEST_AHEAD) // DAY + 1
    assert len(pages) == -(-days // QUERIES)
    assert ids(world.get("/v1/messages?from=9999-12-31T23:59:59Z")) == []
    assert ids(world.get("/v1/messages?to=0001-01-01T00:00:00Z")) == []


# Cursors.


def tampered(cursor: str) -> Iterator[str]:
    """What somebody might make of a cursor."""
    inside = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for position, value in enumerate(inside):
        others: list[object] = [value[:-1] if isinstance(value, str) else value + 1, -1, None, [], "x" * 400]
        for other_value in others:
            changed = [*inside[:position], other_value, *inside[position + 1 :]]
            yield base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
    yield from (cursor[:-3], f"{cursor}AAAA", "x", "é", "%00", "e30", "W10", "bnVsbA", "W" * 500, cursor[::-1])


def test_a_cursor_that_was_changed(world: World) -> None:
    """Whatever is done to a cursor, it is refused, not followed."""
    for _ in range(2):
        send(world)
    cursor = world.get("/v1/messages?limit=1").json["next_cursor"]
    for changed in tampered(cursor):
        answer = world.get(f"/v1/messages?limit=1&cursor={changed}")
        assert (answer.status, answer.json["field"]) == (422, "cursor"), changed


def test_a_cursor_elsewhere(world: World) -> None:
    """A cursor is good for its tenant and its list only; how many to a page may change."""
    beta = other(world)
    sent = [send(world) for _ in range(2)]
    receive(world)
    cursor = world.get("/v1/messages?limit=1").json["next_cursor"]
    assert world.get(f"/v1/messages?limit=1&cursor={cursor}", beta).status == 422
    for path in (
        "/v1/inbound?",
        "/v1/messages?status=sent&",
        f"/v1/messages?recipient={ANNA}&",
        "/v1/messages?channel=sms&",
    ):
        assert world.get(f"{path}cursor={cursor}").status == 422, path
    rest = ids(world.get(f"/v1/messages?limit=100&cursor={cursor}"))
    assert len(rest) == 1
    assert rest[0] in sent


@pytest.mark.parametrize(
    ("sort", "pk"), [("", "M#" + "a" * 26), ("50", ""), ("0000000000000#a", "M#" + "a" * 26), ("9999", "M#" + "a" * 26)]
)
def test_a_forged_cursor(world: World, sort: str, pk: str) -> None:
    """A cursor is no secret, so one that is sealed well but stands nowhere in the list is refused all the same."""
    send(world)
    position = Position(0, sort, pk)
    forged = Cursor(world.clock.now - DAY, world.clock.now, position).write("acme", same(MessagesQuestion()))
    answer = world.get(f"/v1/messages?cursor={forged}")
    assert (answer.status, answer.json["code"]) == (422, "invalid_query")


def test_a_forged_cursor_of_members(world: World) -> None:
    """The same where a cursor counts recipients: what is no number is refused, what is too large finds nobody."""
    request = many(world, 2)
    question = same(MessagesQuestion(request=request))
    for position, status in ((Position(0, "0000000000000#a"), 422), (Position(0, "9999"), 200), (Position(9), 200)):
        forged = Cursor(0, 0, position).write("acme", question)
        assert world.get(f"/v1/messages?request={request}&cursor={forged}").status == status


# Questions.


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("from=yesterday", "from"),
        ("from=1750000000", "from"),
        ("from=2025-06-15T10:00:00", "from"),
        ("to=", "to"),
        ("from=2025-06-15T10:00:00Z&to=2025-06-14T10:00:00Z", None),
        ("recipient=0664123", "recipient"),
        ("recipient=", "recipient.value"),
        ("recipient=customer:", "recipient.value"),
        ("status=lost", "status"),
        ("channel=fax", "channel"),
        ("request=x", "request"),
        (f"request={'a' * 26}&channel=sms", None),
        ("recipient=%2B436641234567&status=sent", None),
        ("sort=asc", "sort"),
        ("cursor=", "cursor"),
    ],
)
def test_questions_that_are_wrong(world: World, query: str, field: str | None) -> None:
    """Each wrong parameter is named, and none of their values comes back."""
    answer = world.get(f"/v1/messages?{query}")
    assert (answer.status, answer.json["code"], answer.json.get("field")) == (422, "invalid_query", field)
    assert "0664123" not in answer.body.decode()


def test_all_mistakes_at_once(world: World) -> None:
    """Several wrong parameters are all told."""
    answer = world.get("/v1/inbound?limit=0&sender=1&x=1")
    assert sorted(one["field"] for one in answer.json["errors"]) == ["limit", "sender", "x"]


def test_the_request_of_a_list_must_exist(world: World) -> None:
    """Members of a request that is none are not found."""
    assert world.get(f"/v1/messages?request={'a' * 26}").status == 404
    assert world.get(f"/v1/messages?request={send(world)}").status == 404


def test_what_a_page_costs(world: World, capacity: Callable[[], Any]) -> None:
    """A page of today's messages costs two queries, one a day, and one batch of reads."""
    for _ in range(3):
        send(world)
    capacity()
    assert len(ids(world.get("/v1/messages"))) == 3
    assert capacity() == ["Query", "BatchGetItem", "Query"]


@pytest.fixture
def capacity(world: World) -> Callable[[], list[str]]:
    """Takes the operations on the table since the last time, without those of keys."""
    seen: list[str] = []
    client = world.operator.table._client  # noqa: SLF001 - the calls themselves are what is counted
    client.meta.events.register("before-call.dynamodb.*", lambda model, **_: seen.append(model.name))

    def take() -> list[str]:
        taken = [name for name in seen if name != "GetItem"]
        seen.clear()
        return taken

    return take
