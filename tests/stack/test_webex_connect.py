"""
Webex Connect, through the deployed bundle and over the wire, which the simulator reads strictly: what is sent.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil

import httpx
import pytest
from pydantic import JsonValue

from cli import admin
from local.client import Client, Json, until
from local.furnishing import add_account, webex_account
from local.providers import WebexConnectControl
from local.simulators.kit import Arrival, Fault, FaultKind
from local.simulators.webex_connect.contact_policy import Cap, Group, Member
from local.simulators.webex_connect.magic import number_for
from tests.stack.conftest import Number
from tests.stack.place import Place, new_name, patient, text, woken
from tests.stack.samples import holds, with_media
from tests.stack.webex_kinds import ENDS, KINDS, Kind, plain, somebody_who

ACCOUNT = "webex"
SERVICE = {"service_id": "SIMSERVICE", "service_secret": "c2ltLXNlY3JldC1vZi10aGUtc2VydmljZQ=="}
BAD = ("failed", "rejected", "unknown", "expired")


@pytest.fixture(autouse=True)
def _strict(webex_connect: WebexConnectControl) -> Iterator[None]:
    """The simulator lets nothing pass that it would only remark upon."""
    with webex_connect.changed(strict=True):
        yield


def new_account(
    place: Place,
    settings: Mapping[str, JsonValue] | None = None,
    credentials: Mapping[str, str] | None = None,
    rate: float | None = None,
) -> str:
    """
    Another account of Webex Connect; its name.
    """
    account = webex_account(place.simulators.webex_connect, name=new_name(ACCOUNT))
    account = replace(account, settings={**account.settings, **(settings or {})})
    add_account(place.gateway, account, credentials)
    if rate:
        admin.change_account(place.gateway, account.name, admin.AccountChange(rate=rate))
    return account.name


def somebody(kind: str, number: Number) -> str | Json:
    """
    An address of this type that no other test uses.
    """
    unique = uuid.uuid4()
    values = {"messenger": str(unique.int)[:16], "apple": f"urn:mbid:{unique.hex}", "scoped": f"AT.{unique.int}"}
    if kind == "phone":
        return number()
    return {"type": "whatsapp" if kind == "scoped" else kind, "value": values.get(kind, unique.hex)}


def value(to: str | Json) -> str:
    return to if isinstance(to, str) else str(to["value"])


def ended(acme: Client, body: Json) -> Json:
    """
    A message, sent and told of as well as its channel can.
    """
    best = ENDS.get(body["channel"], "read")
    message = acme.message_when(acme.send({"account": ACCOUNT, **body})["id"], best, *BAD)
    assert message["status"] == best, message
    return message


def arrival(webex_connect: WebexConnectControl, to: str | Json) -> Arrival:
    """
    The one request to somebody, taken without a remark.
    """
    (arrived,) = webex_connect.messages(recipient=value(to))
    assert (arrived.accepted, arrived.remarks) == (True, [])
    return arrived


# Credentials.


@pytest.mark.feature("X1")
def test_token_of_a_service(place: Place, webex_connect: WebexConnectControl, number: Number) -> None:
    """
    A token made for each attempt opens the door; one made of a wrong secret does not, and its message waits.
    """
    to = number()
    ended(
        place.client,
        {"channel": "sms", "account": new_account(place, credentials=SERVICE), "to": to, "content": text()},
    )
    assert arrival(webex_connect, to).code == "1001"
    guessed = new_account(place, credentials={**SERVICE, "service_secret": "Z3Vlc3NlZA=="})
    identifier = place.client.send({"channel": "sms", "account": guessed, "to": number(), "content": text()})["id"]
    error = until(lambda: place.client.message(identifier).get("error"))
    assert error == {"reason": "credentials_refused", "code": "7001"}
    admin.set_credentials(place.gateway, guessed, SERVICE)
    message = ended(place.client, {"channel": "sms", "account": guessed, "to": number(), "content": text()})
    assert message["tries"] == 1


# What can be sent.


@pytest.fixture(scope="module")
def accounts(place: Place) -> Mapping[str, str]:
    """
    The account for each kind that says which.
    """
    return {
        "v1": ACCOUNT,
        "v2": new_account(place, {"sms_api": "v2", "voice_api": "v2"}),
        "notifying": new_account(place, {"in_app_notification_title": "Bakery"}),
    }


FEATURES = sorted({kind.feature for kind in KINDS})


@pytest.mark.parametrize("feature", [pytest.param(name, marks=pytest.mark.feature(name)) for name in FEATURES])
def test_every_kind_arrives(
    place: Place, webex_connect: WebexConnectControl, number: Number, accounts: Mapping[str, str], feature: str
) -> None:
    """
    Each kind is taken without a remark, says what the documents want, and its receipts come home.
    """

    def send(kind: Kind) -> tuple[Kind, str, str]:
        to = somebody(kind.to, number)
        content = with_media(place.client, kind.content)
        asked = {"channel": kind.channel, "to": to, "content": content, "options": kind.options}
        sent = place.client.send({"account": accounts[kind.account], **asked, "strict": True})
        return kind, value(to), sent["id"]

    for kind, to, identifier in [send(kind) for kind in KINDS if kind.feature == feature]:
        best = ENDS.get(kind.channel, "read")
        message = place.client.message_when(identifier, best, *BAD)
        assert message["status"] == best, (kind, message)
        assert holds(arrival(webex_connect, to).body, kind.said), kind


ADDRESSES = (
    ("sms", "customer", "customerid"),
    ("voice", "customer", "customerid"),
    ("in_app", "user", "userid"),
    ("in_app", "customer", "customerid"),
    ("push", "customer", "customerid"),
    ("push", "user", "userid"),
    ("push", "push_android", "android_pushid"),
    ("push", "push_huawei", "hms_pushid"),
    ("push", "push_ios", "ios_pushid"),
    ("push", "push_chrome", "chrome_pushid"),
    ("push", "push_firefox", "firefox_pushid"),
    ("push", "push_safari", "safari_pushid"),
    ("messenger", "messenger", "psid"),
    ("messenger", "customer", "customerid"),
    ("whatsapp", "phone", "waid"),
    ("whatsapp", "scoped", "bsuid"),
    ("whatsapp", "customer", "customerid"),
    ("apple", "apple", "abcUserId"),
    ("apple", "customer", "customerid"),
)


@pytest.mark.feature("X18")
def test_every_name_of_a_person(acme: Client, webex_connect: WebexConnectControl, number: Number) -> None:
    """
    Whatever a person is known by goes under the name that the documents have for it, and the message ends as it should.
    """
    sent = []
    for channel, kind, name in ADDRESSES:
        to = somebody(kind, number)
        sent.append((channel, name, value(to), acme.send(plain(channel, to))["id"]))
    for channel, name, to, identifier in sent:
        acme.message_when(identifier, ENDS.get(channel, "read"))
        (destination,) = arrival(webex_connect, to).body["destination"]
        assert destination == {name: [to], "correlationid": f"{identifier}-0"}


@pytest.mark.feature("X12")
def test_until_when(
    acme: Client, webex_connect: WebexConnectControl, number: Number, accounts: Mapping[str, str]
) -> None:
    """
    A validity is a time counted from the attempt in v1 and seconds in v2; both carry our reference as callback data.
    """
    first, second = number(), number()
    options = {"validity_seconds": 3600}
    began = datetime.now(UTC)
    for account, to in ((accounts["v1"], first), (accounts["v2"], second)):
        body = {"channel": "sms", "account": account, "to": to, "content": text(), "options": options}
        message = ended(acme, body)
        assert arrival(webex_connect, to).body["callbackData"] == f"{message['id']}-0"
    expiry = datetime.fromisoformat(arrival(webex_connect, first).body["expiry"])
    assert timedelta(0) <= expiry - began - timedelta(hours=1) < timedelta(seconds=20)
    assert arrival(webex_connect, second).body["validity"] == "3600"


@pytest.mark.feature("X13")
@pytest.mark.parametrize("account", ["v1", "v2"])
def test_smart_link(
    acme: Client, webex_connect: WebexConnectControl, number: Number, accounts: Mapping[str, str], account: str
) -> None:
    """
    The placeholder becomes a short link that leads to the link kept there, until it is over; one not kept is refused.
    """

    def body(to: str, link: str) -> Json:
        options = {"smart_links": [{"id": link, "minutes": 10}]}
        content = text(f"Look: {{{{link_{link}}}}}")
        return {"channel": "sms", "account": accounts[account], "to": to, "content": content, "options": options}

    to = number()
    ended(acme, body(to, "5"))
    (written,) = arrival(webex_connect, to).facts["texts"].values()
    answer = httpx.get(written.removeprefix("Look: "), trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://example.com/offers")
    refused = acme.message_when(acme.send(body(number(), "9"))["id"], "rejected")
    assert refused["error"]["code"] == "7004"


# What Webex Connect refuses.


@pytest.mark.feature("X14")
def test_contact_policy(place: Place, webex_connect: WebexConnectControl, number: Number) -> None:
    """
    Consent and frequency cap of a group are asked for with every message, and what they forbid fails with the reason.
    """
    willing, lapsed, unwilling, unknown = (number() for _ in range(4))
    members = (
        Member(address=willing, channel="text"),
        Member(address=lapsed, channel="text", expires=1),
        Member(address=unwilling, channel="text", consent=False),
    )
    group = uuid.uuid4().hex
    webex_connect.put_group(group, Group(members=members, caps=(Cap(channel="text", max_count=1),)))
    policy: Json = {"contact_policy_group": group, "contact_policy_consent": True, "contact_policy_frequency_cap": True}
    account = new_account(place, policy)

    def error(to: str, name: str = account) -> Json | None:
        body = {"channel": "sms", "account": name, "to": to, "content": text()}
        message = place.client.message_when(place.client.send(body)["id"], "delivered", "failed", "rejected")
        found: Json | None = message.get("error")
        return found

    assert error(willing) is None
    assert error(willing) == {"reason": "recipient_not_allowed", "code": "9006"}
    assert error(unwilling) == {"reason": "recipient_not_allowed", "code": "9002"}
    assert error(unknown) == {"reason": "recipient_not_allowed", "code": "9003"}
    assert error(lapsed) == {"reason": "recipient_not_allowed", "code": "9010"}
    elsewhere = new_account(place, {**policy, "contact_policy_group": "nobody's"})
    assert error(willing, elsewhere) == {"reason": "invalid_option", "code": "9005"}
    with webex_connect.changed(contact_policy=False):
        assert error(willing) == {"reason": "account_disabled", "code": "9000"}


REFUSED = (
    ("sms", "7101", "invalid_sender"),
    ("sms", "7102", "invalid_recipient"),
    ("sms", "7107", "invalid_content"),
    ("in_app", "7703", "invalid_content"),
    ("in_app", "7311", "invalid_option"),
    ("push", "7026", "invalid_content"),
    ("whatsapp", "7108", "invalid_template"),
    ("whatsapp", "7703", "account_disabled"),
    ("apple", "7104", "invalid_sender"),
    ("rcs", "7007", "account_disabled"),
)


@pytest.mark.feature("X15")
def test_refused(place: Place, webex_connect: WebexConnectControl) -> None:
    """
    A code in the answer ends the message with what it means on that channel, after one call.
    """
    sent = []
    for channel, code, reason in REFUSED:
        to = somebody_who(channel, "refuse", code)
        before = len(webex_connect.messages(recipient=value(to)))
        identifier = place.client.send(plain(channel, to))["id"]
        sent.append((value(to), before, identifier, {"reason": reason, "code": code}))
    for to, before, identifier, error in sent:
        assert place.client.message_when(identifier, "rejected")["error"] == error
        assert len(webex_connect.messages(recipient=to)) == before + 1


@pytest.mark.feature("X15")
def test_not_sent_and_unclear(place: Place, webex_connect: WebexConnectControl, number: Number) -> None:
    """
    "Not now" is tried again and sent once, by a code as by v2's HTTP status; an answer cut short is not tried again.
    """
    not_now = {number(): case for case in (("sms", 200, "7020"), ("sms", 200, "7006"), ("rcs", 429, "7020"))}
    for to, (_, status, code) in not_now.items():
        webex_connect.fault(Fault(kind=FaultKind.ANSWER, recipient=to, status=status, code=code, times=1))
    lost = number()
    for kind in (FaultKind.HALF, FaultKind.DROP):
        webex_connect.fault(Fault(kind=kind, recipient=lost, times=1))

    def send(channel: str, to: str) -> str:
        return str(place.client.send(plain(channel, to))["id"])

    unclear = send("sms", lost)
    identifiers = {to: send(channel, to) for to, (channel, *_) in not_now.items()}
    for to, identifier in identifiers.items():
        assert place.client.message_when(identifier, "delivered", "read")["tries"] == 2
        assert list(webex_connect.sent(recipient=to).values()) == [1]
    woken(place, [unclear], "unknown")
    assert len(webex_connect.messages(recipient=lost)) == 1


# Many at once.


def crowd(number: Number, plain: int, *once: str) -> list[str | Json]:
    """
    So many phone numbers, and for each code somebody who is refused with it, the first time only.
    """
    refused = [{"type": "customer", "value": f"{uuid.uuid4().hex}-sim-once-{code}"} for code in once]
    return [*(number() for _ in range(plain)), *refused]


def sent_to_all(place: Place, account: str, people: Sequence[str | Json]) -> list[Json]:
    """
    The members of a request to all of them, once each has been sent: those at the end, who are refused at first, last.
    """
    body = {"channel": "sms", "account": account, "content": text(), "recipients": [{"to": to} for to in people]}
    request = place.client.send(body)["id"]

    def is_sent(to: str) -> bool:
        return [each["status"] for each in place.client.get("/v1/messages", recipient=to)["messages"]] == ["sent"]

    for to in people[-3:]:
        until(partial(is_sent, f"customer:{value(to)}"), 90)
    return until(lambda: _all_sent(members(place.client, request)))


def _all_sent(found: list[Json]) -> list[Json] | None:
    return found if all(each["status"] == "sent" for each in found) else None


def members(acme: Client, request: str) -> list[Json]:
    """
    All messages of a request.
    """
    found: list[Json] = []
    query = {"request": request, "limit": "100"}
    while True:
        page = acme.get("/v1/messages", **query)
        found += page["messages"]
        if "next_cursor" not in page:
            return found
        query["cursor"] = page["next_cursor"]


def calls_about(webex_connect: WebexConnectControl, messages: Sequence[Json]) -> list[Arrival]:
    """
    The calls that carried any of these messages, in the order they came.
    """
    references = {f"{each['id']}-0" for each in messages}
    return [each for each in webex_connect.messages() if references & set(each.references)]


@pytest.mark.feature("X9")
@pytest.mark.parametrize("rate", [None, 400])
def test_a_thousand(place: Place, webex_connect: WebexConnectControl, number: Number, rate: int | None) -> None:
    """
    A thousand are one call, or one for each second of the account's rate; three are refused and tried again, alone.
    """
    account, people = new_account(place, rate=rate), crowd(number, 997, "7020", "7006", "7016")
    webex_connect.fault(Fault(kind=FaultKind.DROP))
    with patient(place.stack), webex_connect.changed(tps=rate):
        messages = sent_to_all(place, account, people)
    calls = calls_about(webex_connect, messages)
    first = [call for call in calls if len(call.recipients) > 3]
    assert [len(call.recipients) for call in first] == [400, 400, 200] if rate else [1000]
    assert len(first) == ceil(len(people) / (rate or 1000))
    again = {each for call in calls if call not in first for each in call.recipients}
    assert again == {value(to) for to in people[997:]}
    taken = [str(each.reference) for call in calls for each in call.results if each.accepted]
    assert sorted(taken) == sorted(f"{each['id']}-0" for each in messages)


@pytest.mark.feature("X9")
@pytest.mark.feature("X17")
@pytest.mark.parametrize(("answer", "ends"), [("list", "rejected"), ("one", "failed")])
def test_several_through_v2(
    acme: Client, webex_connect: WebexConnectControl, number: Number, answer: str, ends: str
) -> None:
    """
    Several are one call of v2. Whether it answers each of them or all at once, who is refused learns, and only they.
    """
    refused, *others = people = [number_for("7102", refuse=True), number(), number()]
    body = {"channel": "rcs", "account": ACCOUNT, "content": text(), "recipients": [{"to": to} for to in people]}
    with webex_connect.changed(v2_answer=answer):
        request = acme.send(body)["id"]
        webex_connect.wait(accepted=1, recipient=others[0])
    (call,) = {arrival(webex_connect, to).number for to in others}
    found = {each["to"]: each["id"] for each in members(acme, request)}
    assert acme.message_when(found[refused], ends)["error"] == {"reason": "invalid_recipient", "code": "7102"}
    for to in others:
        acme.message_when(found[to], "read")
    assert [each.number for each in webex_connect.messages(recipient=refused)][-1] == call
