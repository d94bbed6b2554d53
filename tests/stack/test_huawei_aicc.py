"""
Huawei AICC's sendWhatsappMessage, through the deployed bundle and over the wire, which the simulator reads strictly.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from cli import admin
from local.client import Client, Json, Refused, until
from local.furnishing import add_account, huawei_account
from local.providers import HuaweiAiccControl
from local.simulators.huawei_aicc.app import RawPush
from local.simulators.huawei_aicc.inbound import InboundOrder, InboundType
from local.simulators.huawei_aicc.magic import (
    Fate,
    error_number,
    fate_number,
    http_number,
    report_number,
    status_number,
)
from local.simulators.huawei_aicc.statuses import DUPLICATE, SEND_TEST, STATUSES
from local.simulators.kit import Arrival, Fault, FaultKind
from tests.stack.conftest import Number
from tests.stack.place import Place, new_name, text, wake, woken, words_of
from tests.stack.samples import LINK, holds, upload, with_media

ACCOUNT = "huawei"
MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def _strict(huawei_aicc: HuaweiAiccControl) -> Iterator[None]:
    """The simulator lets nothing pass that it would only remark upon."""
    with huawei_aicc.changed(strict=True):
        yield


def new_account(place: Place, **settings: JsonValue) -> str:
    """
    Another account of AICC, so with a token of its own; its name. Reports go to the first account's addresses.
    """
    account = huawei_account(place.simulators.huawei_aicc, name=new_name(ACCOUNT))
    add_account(place.gateway, replace(account, settings={**account.settings, **settings}))
    return account.name


def body(to: str, content: Json, account: str = ACCOUNT, **more: object) -> Json:
    return {"channel": "whatsapp", "account": account, "to": to, "content": content, **more}


def send(acme: Client, to: str, account: str = ACCOUNT, **more: object) -> str:
    """
    The id of a text.
    """
    return str(acme.send(body(to, text(), account, **more))["id"])


def arrival(huawei_aicc: HuaweiAiccControl, to: str) -> Arrival:
    """
    The one request to somebody that was taken, without a remark. One before it may have met a token that had died.
    """
    (arrived,) = [each for each in huawei_aicc.messages(recipient=to) if each.accepted]
    assert arrived.remarks == []
    return arrived


# Tokens.


@pytest.mark.feature("H1")
@pytest.mark.feature("H2")
def test_one_token_for_all(place: Place, huawei_aicc: HuaweiAiccControl, number: Number) -> None:
    """
    Twelve messages of a new account side by side need one token, asked for by header; when it dies one more is fetched.
    """
    account, before = new_account(place, token_expire=1800), huawei_aicc.token_calls()
    with ThreadPoolExecutor(3) as pool:
        sent = list(pool.map(lambda to: send(place.client, to, account), [number() for _ in range(12)]))
    for identifier in sent:
        place.client.message_when(identifier, "sent")
    assert huawei_aicc.token_calls() == before + 1
    assert huawei_aicc.calls(operation="oauth.token")[-1].headers["x-token-expire"] == "1800"
    huawei_aicc.expire_tokens()
    to = number()
    assert place.client.message_when(send(place.client, to, account), "sent")["tries"] == 1
    assert [each.http_status for each in huawei_aicc.messages(recipient=to)] == [401, 200]
    assert huawei_aicc.token_calls() == before + 2


@pytest.mark.feature("H2")
@pytest.mark.feature("H10")
def test_keys(place: Place, huawei_aicc: HuaweiAiccControl, number: Number) -> None:
    """
    An API Fabric with an x-app-key of its own is sent that one; a wrong secret gets no token, and its message waits.
    """
    with huawei_aicc.changed(x_app_keys={"sim-app-key": "fabric-key"}):
        place.client.message_when(send(place.client, number(), new_account(place, x_app_key="fabric-key")), "sent")
    account = new_account(place)
    keys = {"app_key": "sim-app-key", "app_secret": "guessed"}
    admin.set_credentials(place.gateway, account, keys)
    to = number()
    identifier = send(place.client, to, account)
    error = until(lambda: place.client.message(identifier).get("error"))
    assert error["reason"] == "credentials_refused"
    assert huawei_aicc.messages(recipient=to) == []
    admin.set_credentials(place.gateway, account, {**keys, "app_secret": "sim-app-secret"})
    place.client.message_when(send(place.client, number(), account), "sent")


# What can be sent.


def template(**more: object) -> Json:
    return {"type": "template", "name": "order", "language": "en", "parameters": ["Ada", "4711"], **more}


def media_template(header: Json, **more: object) -> Json:
    return {"mediaTemplateData": {"header": header, "body": {"placeholders": ["Ada", "4711"]}, **more}}


@dataclass(frozen=True)
class Kind:
    """
    A message of a feature, media named by type, and what its `whatsApp` object has to hold.
    """

    feature: str
    content: Json
    said: Json


PLACE = {"latitude": 48.2083, "longitude": 16.3725}
KINDS = (
    Kind("H3", text("Grüße 👋"), {"text": "Grüße 👋"}),
    Kind(
        "H3",
        {"type": "media", "kind": "image", "media": "image/png", "caption": "Look"},
        {"imageUrl": LINK, "text": "Look"},
    ),
    Kind("H3", {"type": "media", "kind": "video", "media": "video/mp4"}, {"videoUrl": LINK}),
    Kind("H3", {"type": "media", "kind": "audio", "media": "audio/aac"}, {"audioUrl": LINK}),
    Kind("H3", {"type": "location", "name": "Bakery", **PLACE}, {"locationName": "Bakery", **PLACE}),
    Kind("H4", template(), {"templateName": "order", "language": "en", "templateData": ["Ada", "4711"]}),
    Kind("H5", template(header={"text": "Bakery"}), media_template({"textPlaceholder": "Bakery"})),
    Kind("H5", template(header={"media": "image/jpeg", "kind": "image"}), media_template({"imageUrl": LINK})),
    Kind("H5", template(header={"media": "video/mp4", "kind": "video"}), media_template({"videoUrl": LINK})),
    Kind("H5", template(header={"location": {"type": "location", **PLACE}}), media_template(PLACE)),
    Kind(
        "H5",
        template(
            header={"text": "Bakery"},
            buttons=[{"index": 1, "type": "reply", "value": "yes"}, {"index": 0, "type": "url", "value": "abc"}],
        ),
        media_template(
            {"textPlaceholder": "Bakery"}, buttons=[{"urlPlaceholder": "abc"}, {"quickReplyPayload": "yes"}]
        ),
    ),
)


@pytest.mark.parametrize(
    "feature", [pytest.param(name, marks=pytest.mark.feature(name)) for name in ("H3", "H4", "H5")]
)
def test_every_kind_is_read(acme: Client, huawei_aicc: HuaweiAiccControl, number: Number, feature: str) -> None:
    """
    Each kind is said as the documents have it, its media is fetched by our link and liked, and it ends as read.
    """
    kinds = [kind for kind in KINDS if kind.feature == feature]
    sendings = [(kind, number()) for kind in kinds]
    with huawei_aicc.changed(check_media=True, templates={"order": {"en": 2}}):
        identifiers = [acme.send(body(to, with_media(acme, kind.content), strict=True))["id"] for kind, to in sendings]
        for identifier, (kind, to) in zip(identifiers, sendings, strict=True):
            message = acme.message_when(identifier, "read", "failed", "rejected", "unknown")
            assert message["status"] == "read", (kind, message)
            assert holds(arrival(huawei_aicc, to).body["whatsApp"], kind.said), kind


MISFITS = (
    ("image", "image/png", 2 * MEGABYTE + 1),
    ("audio", "audio/aac", 2 * MEGABYTE + 1),
    ("video", "video/mp4", 10 * MEGABYTE + 1),
    ("image", "image/gif", 0),
    ("audio", "audio/mpeg", 0),
    ("document", "application/pdf", 0),
)


@pytest.mark.feature("H3")
@pytest.mark.parametrize("misfit", MISFITS, ids=[f"{kind} {size}" for kind, _, size in MISFITS])
def test_media_over_the_table(
    acme: Client, huawei_aicc: HuaweiAiccControl, number: Number, misfit: tuple[str, str, int]
) -> None:
    """
    Media beyond Huawei's own sizes and types is a 422 that names it, and nothing is sent.
    """
    to, (kind, content_type, size) = number(), misfit
    medium = {"id": upload(acme, content_type, size)}
    with pytest.raises(Refused) as refused:
        acme.send(body(to, {"type": "media", "kind": kind, "media": medium}))
    assert refused.value.status == 422
    assert refused.value.problem["field"] == ("content.kind" if kind == "document" else "content.media.id")
    assert huawei_aicc.messages(recipient=to) == []


@pytest.mark.feature("H7")
@pytest.mark.feature("H8")
def test_held_by_the_provider(place: Place, huawei_aicc: HuaweiAiccControl, number: Number) -> None:
    """
    A message for later is handed over with its time and scenario, held there, and told of once it was sent.
    """
    to, account = number(), new_account(place, scenario_key="shop")
    huawei_aicc.set_urls(report=admin.webhooks(place.gateway, account)[1]["status"])
    try:
        later = datetime.now(UTC) + timedelta(hours=1)
        options = {"provider_send_at": later.isoformat()}
        identifier = send(place.client, to, account, options=options)
        place.client.message_when(identifier, "sent")
        arrived = arrival(huawei_aicc, to)
        assert (arrived.body["scenarioKey"], arrived.facts["sent_at"]) == ("shop", "")
        assert abs(datetime.fromisoformat(arrived.body["sendAt"]) - later) < timedelta(seconds=1)
        assert huawei_aicc.release() == 1
        place.client.message_when(identifier, "read")
    finally:
        huawei_aicc.set_urls(report=place.webhooks[ACCOUNT]["status"])


# Verdicts.


def members(acme: Client, request: str) -> Mapping[str, Json]:
    """
    The messages of a request by their recipients.
    """
    return {each["to"]: each for each in acme.get("/v1/messages", request=request, limit="100")["messages"]}


@pytest.mark.feature("H6")
@pytest.mark.feature("H9")
def test_every_verdict_in_one_call(acme: Client, huawei_aicc: HuaweiAiccControl, number: Number) -> None:
    """
    One call carries all, and each recipient has the verdict that the answer gives them: yes, or no with its id.
    """
    rows = [*STATUSES.values(), SEND_TEST]
    numbers = {status_number(row): row for row in rows}
    plain = [number() for _ in range(3)]
    recipients = [{"to": to} for to in (*numbers, *plain)]
    request = acme.send({"channel": "whatsapp", "account": ACCOUNT, "recipients": recipients, "content": text()})["id"]

    def ended() -> Mapping[str, Json] | None:
        found = members(acme, request)
        return found if all(each["status"] != "accepted" for each in found.values()) else None

    found = until(ended)
    for to, row in numbers.items():
        if row.refuses and row != DUPLICATE:
            assert (found[to]["status"], found[to]["error"]["code"]) == ("rejected", str(row.id)), row
        else:
            assert found[to]["status"] in ("sent", "delivered", "read"), row
    (call,) = {arrived.number: arrived for arrived in (arrival(huawei_aicc, to) for to in plain)}.values()
    assert len(call.recipients) == len(recipients)
    for to in plain:
        message = acme.message_when(found[to]["id"], "read")
        assert (message["provider_id"], message["tries"]) == (f"{message['id']}-0", 1)
        assert list(huawei_aicc.sent(recipient=to).values()) == [1]


@pytest.mark.feature("H6")
@pytest.mark.feature("H11")
def test_ids_of_their_own(place: Place, huawei_aicc: HuaweiAiccControl, number: Number) -> None:
    """
    Where AICC answers ids of its own they are kept beside ours, and reports that name them come home.
    """
    account = new_account(place, echo=False)
    huawei_aicc.set_urls(report=admin.webhooks(place.gateway, account)[1]["status"])
    try:
        with huawei_aicc.changed(rewrite_ids=True):
            to = number()
            message = place.client.message_when(send(place.client, to, account), "read")
        assert message["provider_id"].isdigit()
        assert list(huawei_aicc.sent(recipient=to)) == [f"{message['id']}-0"]
    finally:
        huawei_aicc.set_urls(report=place.webhooks[ACCOUNT]["status"])


ERRORS: Mapping[str, tuple[str, str, str]] = {
    "infobip": ("BAD_REQUEST", "NOT_FOUND", "UNAUTHORIZED"),
    "empty": ("400", "404", "401"),
    "html": ("400", "404", "401"),
    "result_code": ("1", "1", "1"),
    "return_code": ("400", "404", "401"),
    "error_code": ("400", "404", "401"),
}
"""The codes that an error body of each style gives to 400, 404 and 401."""


@pytest.mark.feature("H10")
@pytest.mark.parametrize("style", ERRORS)
def test_every_refusal(place: Place, huawei_aicc: HuaweiAiccControl, style: str) -> None:
    """
    400 and 404 are final with any body or none, 401 waits for credentials, 500 is never tried again.
    """
    account, (bad, missing, unauthorized) = new_account(place, reports="none"), ERRORS[style]
    expected = {
        400: ("rejected", "unknown", bad),
        404: ("rejected", "not_found", missing),
        401: ("accepted", "credentials_refused", unauthorized),
        500: ("unknown", "unknown", None),
    }
    before = {status: len(huawei_aicc.messages(recipient=http_number(status))) for status in expected}
    with huawei_aicc.changed(error_body=style):
        identifiers = {status: send(place.client, http_number(status), account) for status in expected}

        def ended() -> bool:
            wake(place.stack)
            found = {status: place.client.message(identifier) for status, identifier in identifiers.items()}
            told = {status: (each["status"], each.get("error", {})) for status, each in found.items()}
            return all(
                (status, error.get("reason"), code and error.get("code")) == (ends, reason, code)
                for (status, error), (ends, reason, code) in zip(told.values(), expected.values(), strict=True)
            )

        until(ended, 40)
    calls = {status: len(huawei_aicc.messages(recipient=http_number(status))) - before[status] for status in expected}
    assert calls == {400: 1, 404: 1, 401: 2, 500: 1}


# Nobody knows whether it was sent.


@pytest.mark.feature("H9")
@pytest.mark.feature("H10")
def test_500_after_taking(place: Place, huawei_aicc: HuaweiAiccControl) -> None:
    """
    AICC takes a message and answers 500: whoever wants it at most once never learns, and for who wants it at least once
    the repeat is a duplicate, so it was sent.
    """
    to, account = http_number(500, taken=True), new_account(place, reports="none")
    before = len(huawei_aicc.messages(recipient=to))
    once = send(place.client, to, account)
    surely = send(place.client, to, account, policy="at_least_once")
    (unknown,) = woken(place, [once], "unknown")
    (sent,) = woken(place, [surely], "sent")
    assert unknown["error"] == {"reason": "unknown", "code": "GENERAL_ERROR"}
    assert (unknown["tries"], sent["tries"]) == (1, 2)
    calls = huawei_aicc.messages(recipient=to)[before:]
    assert sorted(each.references for each in calls) == sorted([[f"{once}-0"], *[[f"{surely}-0"]] * 2])
    assert [each.code for call in calls for each in call.results if call.http_status == 200] == ["5/23"]


@pytest.mark.feature("H10")
@pytest.mark.parametrize("dedupes", [True, False])
def test_at_most_one_more_try(place: Place, huawei_aicc: HuaweiAiccControl, number: Number, *, dedupes: bool) -> None:
    """
    Whether the account is known to drop repeats or the sender wants it at least once: 500 is met once more and no more.
    """
    to, account = number(), new_account(place, reports="none", dedupes=dedupes)
    huawei_aicc.fault(Fault(kind=FaultKind.ANSWER, recipient=to, status=500))
    policy = "at_most_once" if dedupes else "at_least_once"
    (message,) = woken(place, [send(place.client, to, account, policy=policy)], "unknown")
    assert message["error"]["reason"] == "unknown"
    assert [each.references for each in huawei_aicc.messages(recipient=to)] == [[f"{message['id']}-0"]] * 2


# What comes back.

FATES = {
    Fate.DELIVERED: "delivered",
    Fate.SEEN: "read",
    Fate.FAILED: "failed",
    Fate.NEVER_REPORTED: "sent",
    Fate.EXPIRED: "failed",
    Fate.REJECTED: "failed",
    Fate.DELETED: "delivered",
    Fate.LATE_DELIVERED: "delivered",
    Fate.PENDING: "sent",
    Fate.SEEN_ONLY: "read",
}


@pytest.mark.feature("H11")
@pytest.mark.parametrize("shape", ["aicc", "infobip"])
def test_every_report(acme: Client, huawei_aicc: HuaweiAiccControl, shape: str) -> None:
    """
    Forwarded reports end in the status that they mean, in AICC's spelling and in Infobip's.
    """
    with huawei_aicc.changed(push_shape=shape):
        identifiers = {fate: send(acme, fate_number(fate)) for fate in FATES}
        for identifier in identifiers.values():
            acme.message_when(identifier, "sent", "delivered", "read", "failed")
        huawei_aicc.wait(idle=True)
    found = {fate: acme.message(identifier)["status"] for fate, identifier in identifiers.items()}
    assert found == FATES


@pytest.mark.feature("H9")
@pytest.mark.feature("H11")
def test_reported_failures(acme: Client, huawei_aicc: HuaweiAiccControl) -> None:
    """
    Why a message failed is told by Infobip's status and error, and theirs is kept.
    """
    expected = {
        error_number(7010): {"reason": "window_closed", "code": "7010"},
        error_number(7003): {"reason": "recipient_blocked", "code": "7003"},
        report_number(STATUSES[2, 9]): {"reason": "undeliverable", "code": "9"},
        report_number(STATUSES[5, 12]): {"reason": "quota_exceeded", "code": "12"},
    }
    with huawei_aicc.changed(push_shape="infobip"):
        identifiers = {to: send(acme, to) for to in expected}
        assert {to: acme.message_when(each, "failed")["error"] for to, each in identifiers.items()} == expected


@pytest.mark.feature("H11")
@pytest.mark.parametrize("kind", [FaultKind.DUPLICATE, FaultKind.REORDER, FaultKind.EARLY_WEBHOOK])
def test_reports_in_any_order(acme: Client, huawei_aicc: HuaweiAiccControl, number: Number, kind: FaultKind) -> None:
    """
    Reports that come twice, in reverse, or before the answer to our call end in the same story.
    """
    to = number()
    huawei_aicc.fault(Fault(kind=kind, recipient=to, times=1))
    identifier = send(acme, to)
    acme.message_when(identifier, "read")
    huawei_aicc.wait(idle=True)
    assert sorted(words_of(acme.message(identifier))) == ["DELIVERED", "seen"]
    assert list(huawei_aicc.sent(recipient=to).values()) == [1]


@pytest.mark.feature("H11")
def test_nobody_reports(place: Place, number: Number) -> None:
    """
    An account whose reports nobody forwards cannot promise a delivery: a request that waits for one is refused.
    """
    account = new_account(place, reports="none")
    with pytest.raises(Refused) as refused:
        send(place.client, number(), account, success="delivered")
    assert (refused.value.status, refused.value.problem["code"]) == (422, "unsupported_feature")
    assert refused.value.problem["field"] == "success"
    place.client.message_when(send(place.client, number(), account), "sent")


WRITTEN: Mapping[InboundType, Json] = {
    InboundType.TEXT: {"type": "text", "text": "Hello World!"},
    InboundType.IMAGE: {"type": "media", "kind": "image", "caption": "An image"},
    InboundType.AUDIO: {"type": "media", "kind": "audio"},
    InboundType.VIDEO: {"type": "media", "kind": "video", "caption": "A video"},
    InboundType.LOCATION: {"type": "location", "latitude": 48.2083, "name": "Stephansplatz"},
    InboundType.VOICE: {"type": "media", "kind": "audio"},
    InboundType.DOCUMENT: {"type": "media", "kind": "document", "caption": "A document"},
    InboundType.STICKER: {"type": "sticker"},
    InboundType.CONTACT: {"type": "contacts", "contacts": [{"name": "Ada Byron"}]},
    InboundType.BUTTON: {"type": "reply", "label": "Yes", "data": "yes"},
    InboundType.BUTTON_REPLY: {"type": "reply", "label": "Yes", "data": "1"},
    InboundType.LIST_REPLY: {"type": "reply", "label": "Yes", "data": "1"},
}
OF_AICC = list(WRITTEN)[:5]


@pytest.mark.feature("H11")
def test_whatever_people_write(acme: Client, huawei_aicc: HuaweiAiccControl, number: Number) -> None:
    """
    Messages of every type, in AICC's spelling and in Infobip's, are listed once, though they come twice.
    """
    orders = [("aicc", kind) for kind in OF_AICC] + [("infobip", kind) for kind in WRITTEN]
    senders = {number(): order for order in orders}
    for sender, (shape, kind) in senders.items():
        order = {"type": kind, "shape": shape, "sender": sender, "copies": 2, "message_id": uuid.uuid4().hex}
        huawei_aicc.inbound(InboundOrder.model_validate(order))
    huawei_aicc.wait(idle=True)
    for sender, (shape, kind) in senders.items():
        (listed,) = until(lambda sender=sender: acme.get("/v1/inbound", sender=sender)["inbound"])  # type: ignore[misc]
        assert holds(listed["content"], WRITTEN[kind]), (shape, kind, listed)
        assert (listed["from"], listed["name"], listed["account"]) == (sender, "The user", ACCOUNT)


@pytest.mark.feature("H11")
def test_account_key(place: Place, huawei_aicc: HuaweiAiccControl, number: Number) -> None:
    """
    A push without the account key, or with another, is a 401 and is kept nowhere; the same one with it is listed.
    """
    sender = number()
    with huawei_aicc.changed(retry_attempts=1):  # nobody is there: it is only to be shown
        document = huawei_aicc.inbound(InboundOrder(sender=sender, url="http://127.0.0.1:9/"))["document"]
        huawei_aicc.wait(idle=True)
    url = place.webhooks[ACCOUNT]["inbound"]
    for key in ("", "guessed"):
        push = RawPush(url=url, body=json.dumps(document), headers={"AccountKey": key})
        assert huawei_aicc.post_webhook(push)["http_status"] == 401
    assert place.client.get("/v1/inbound", sender=sender)["inbound"] == []
    assert huawei_aicc.post_webhook(RawPush(url=url, body=json.dumps(document)))["state"] == "acknowledged"
    until(lambda: place.client.get("/v1/inbound", sender=sender)["inbound"])
