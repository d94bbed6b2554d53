"""
Test keys and limits, through the deployed bundle: no simulator ever hears of what a test key sends.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from cli import admin
from herald.sandbox import Fate
from local.client import Client, Json, Refused
from local.events import BusTap
from local.furnishing import TENANT, sms_account
from local.providers import WebsmsControl
from tests.stack.conftest import Number
from tests.stack.place import Place, added, new_name, text, woken
from tests.stack.samples import sample

pytestmark = [pytest.mark.feature("F30"), pytest.mark.goal("G24")]

ENDS: Mapping[Fate | None, str] = {
    None: "read",
    Fate.REJECTED: "rejected",
    Fate.FAILED: "failed",
    Fate.UNCLEAR: "unknown",
    Fate.THROTTLED: "read",
    Fate.SILENT: "sent",
}


@pytest.fixture
def tests(place: Place) -> Iterator[Place]:
    """The place as acme's test key sees it."""
    key = admin.create_key(place.gateway, TENANT, name="test", test=True)
    with Client(place.stack.api_url, key.text) as client:
        yield replace(place, client=client)


def person(fate: Fate | None) -> str:
    """A phone number of this fate that nobody else uses."""
    return f"+43660{uuid.uuid4().int % 10**5:05}{fate or '7777'}"


def test_every_end(tests: Place, acme: Client, websms: WebsmsControl, bus: BusTap) -> None:
    """
    One by one and in one request, everybody meets their fate; the bus tells it, and the provider is not called.
    """
    one, many = ({fate: person(fate) for fate in ENDS} for _ in range(2))
    body: Json = {"channel": "whatsapp", "content": text()}
    sent = {fate: tests.client.send({**body, "to": to})["id"] for fate, to in one.items()}
    request = tests.client.send({**body, "recipients": [{"to": to} for to in many.values()]})["id"]
    members = {each["to"]: each["id"] for each in tests.client.get("/v1/messages", request=request)["messages"]}
    woken(tests, [sent[Fate.UNCLEAR], members[many[Fate.UNCLEAR]]], "unknown")
    for fate, status in ENDS.items():
        assert tests.client.message_when(sent[fate], status)["test"] is True
        assert tests.client.message_when(members[many[fate]], status)["test"] is True
    for to in (*one.values(), *many.values()):
        assert websms.messages(recipient=to) == []
        assert acme.get("/v1/messages", recipient=to)["messages"] == []
    with pytest.raises(Refused) as refused:
        acme.message(sent[None])
    assert refused.value.status == 404
    while not any(event["type"] == "message.read" for event in bus.about(sent[None])):
        assert bus.listen(20)
    told = bus.about(sent[None])
    assert {(event["tenant"], event["test"]) for event in told} == {(TENANT, True)}


def test_media_and_capabilities(tests: Place, acme: Client) -> None:
    """
    A test's media is kept for tests alone; the sandbox says who can be reached.
    """
    picture = sample("image/png")
    media = tests.client.upload(picture, "image/png")["id"]
    assert tests.client.download(media) == picture
    with pytest.raises(Refused):
        acme.get(f"/v1/media/{media}")
    content = {"type": "media", "kind": "image", "media": {"id": media}}
    sent = tests.client.send({"channel": "whatsapp", "to": person(None), "content": content})
    tests.client.message_when(sent["id"], "read")
    for fate, reachable in ((None, True), (Fate.REJECTED, False)):
        answer = tests.client.get("/v1/capabilities", channel="rcs", recipient=person(fate))
        assert answer["reachable"] is reachable


def test_limits(place: Place, number: Number) -> None:
    """
    A tenant sends what it may in a day and no more, and can read what it has used.
    """
    tenant = new_name("limited")
    admin.create_tenant(place.gateway, tenant)
    admin.change_tenant(place.gateway, tenant, admin.TenantChange(per_minute=50, per_day=2))
    key = admin.create_key(place.gateway, tenant, test=True)
    with (
        added(place, sms_account(place.websms, tenant, new_name("sms"))) as account,
        Client(place.stack.api_url, key.text) as client,
    ):
        body = {"channel": "sms", "account": account, "content": text()}
        for _ in range(2):
            client.send({**body, "to": number()})
        with pytest.raises(Refused) as refused:
            client.send({**body, "to": number()})
        assert (refused.value.status, refused.value.problem["code"]) == (429, "tenant_limit_exceeded")
        (day,) = (each for each in client.get("/v1/usage")["limits"] if each["per"] == "day")
        assert (day["limit"], day["used"]) == (2, 2)
