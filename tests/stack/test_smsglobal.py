"""
SMSGlobal's WhatsApp, through the deployed bundle and over the wire, which the simulator reads strictly.

Nobody is told of anything: lists are read by the clock, which these tests wake.
"""

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cli import admin
from cli.enquiries import Enquiry
from herald.aws.secrets import Secrets
from herald.aws.tokens import Tokens
from herald.calling import Caller
from herald.clock import Time
from herald.exchange import Exchange
from herald.models import Account, InboundMessage, OptIn, StatusUpdate
from herald.provider import Direction, Listing
from herald.providers.smsglobal import Adapter
from local.client import Json, Refused, until
from local.furnishing import GLOBAL_NUMBER, smsglobal_account
from local.providers import SmsGlobalControl
from local.simulators.kit import Fault, FaultKind
from local.simulators.smsglobal.inbound import InboundOrder
from local.simulators.smsglobal.mac import Credentials, Signed, expected_mac
from local.simulators.smsglobal.magic import Fate, number_for
from tests.stack.conftest import Number
from tests.stack.place import Place, added, new_name, poll, polled, reached, table_of, text, wake, woken, words_of
from tests.stack.samples import upload, with_media

ACCOUNT = "smsglobal"
PATH = "/v2/whatsapp/message"


@pytest.fixture(autouse=True)
def _strict(smsglobal: SmsGlobalControl) -> Iterator[None]:
    """The simulator lets nothing pass that it would only remark upon."""
    with smsglobal.changed(strict=True):
        yield


@pytest.fixture
def enquiry(place: Place) -> Iterator[Enquiry]:
    """
    What an operator may ask SMSGlobal about the account.
    """
    exchange = Exchange()
    held = Secrets(lambda: place.gateway.secrets, place.gateway.secret_prefix, time.monotonic)
    caller = Caller(exchange, held, Tokens(table_of(place)), Time())
    yield Enquiry.about(replace(place.gateway, caller=lambda: caller), ACCOUNT)
    exchange.close()


def account(place: Place, overlap: int = 300) -> Account:
    """
    Another account of SMSGlobal; `overlap` is in seconds.
    """
    return smsglobal_account(place.simulators.smsglobal, name=new_name(ACCOUNT), poll_overlap_seconds=overlap)


def body(to: str, content: Json, name: str = ACCOUNT) -> Json:
    return {"channel": "whatsapp", "account": name, "to": to, "content": content}


def sent(place: Place, to: str, content: Json, name: str = ACCOUNT, **more: object) -> str:
    """
    The id of a message that SMSGlobal has taken.
    """
    identifier = place.client.send({**body(to, content, name), **more})["id"]
    place.client.message_when(identifier, "sent", "delivered", "read")
    return str(identifier)


# Signatures.


def signed(place: Place, *, by: str = "sim-secret", age: int = 0) -> dict[str, str]:
    """
    The headers of a POST to the simulator, signed as SMSGlobal has it and not by Herald's own code.
    """
    given = Credentials("sim-key", str(int(time.time()) - age), uuid.uuid4().hex, "")
    mac = expected_mac(by, given, Signed("POST", PATH), "127.0.0.1", place.simulators.smsglobal.port)
    return {"Authorization": f'MAC id="{given.id}", ts="{given.ts}", nonce="{given.nonce}", mac="{mac}"'}


@pytest.mark.feature("G1")
def test_what_was_signed_once_is_good_once(place: Place, smsglobal: SmsGlobalControl, number: Number) -> None:
    """
    Herald's call is taken; the same bytes again, with another path, or signed too long ago or by another, are refused.
    """
    to, simulator = number(), place.simulators.smsglobal
    sent(place, to, text())
    (arrived,) = smsglobal.messages(recipient=to)
    assert arrived.facts["key"] == "sim-key"

    def post(headers: dict[str, str], path: str = PATH) -> tuple[int, str | None]:
        with httpx.Client(trust_env=False, headers={"Accept": "application/json"}) as http:
            answer = http.post(f"{simulator.url}{path}", json=json.loads(arrived.raw), headers=headers)
        return answer.status_code, smsglobal.messages(recipient=to)[-1].facts.get("denied")

    again = {"Authorization": arrived.headers["authorization"]}
    assert post(signed(place)) == (200, None)
    assert post(again) == (403, "the nonce was used before")
    assert post(again, f"{PATH}?a=b") == (403, "wrong mac")
    assert post(signed(place, by="guessed")) == (403, "wrong mac")
    assert post(signed(place, age=301)) == (403, "ts is too far from now")
    assert post({}) == (403, "no MAC header")


@pytest.mark.feature("G1")
def test_every_attempt_is_signed_anew(place: Place, smsglobal: SmsGlobalControl, number: Number) -> None:
    """
    A message that is tried twice, and twelve side by side: no nonce comes twice, and none is refused.
    """
    numbers = [number() for _ in range(12)]
    smsglobal.fault(Fault(kind=FaultKind.ANSWER, recipient=numbers[0], status=429, retry_after="1", times=1))
    with ThreadPoolExecutor(3) as pool:
        identifiers = list(pool.map(lambda to: sent(place, to, text()), numbers))
    assert place.client.message(identifiers[0])["tries"] == 2
    arrived = [each for to in numbers for each in smsglobal.messages(recipient=to)]
    assert len(arrived) == 13
    assert len({each.headers["authorization"].split("nonce=")[1] for each in arrived}) == 13
    assert [each.fault for each in arrived if not each.accepted] == ["answer"]


@pytest.mark.feature("G1")
@pytest.mark.feature("G16")
def test_rotated_secret(place: Place, smsglobal: SmsGlobalControl, number: Number) -> None:
    """
    A refused signature has the secret read again, and the message goes out in the same try; a wrong one waits.
    """
    new, key = account(place), uuid.uuid4().hex
    credentials = {"api_key": key, "api_secret": "old"}
    with smsglobal.changed(keys={"sim-key": "sim-secret", key: "old"}), added(place, new, credentials):
        sent(place, number(), text(), new.name)
        smsglobal.change_settings(keys={"sim-key": "sim-secret", key: "new"})
        waiting = place.client.send(body(number(), text(), new.name))["id"]
        error = until(lambda: place.client.message(waiting).get("error"))
        assert error == {"reason": "credentials_refused", "code": "403"}
        admin.set_credentials(place.gateway, new.name, {**credentials, "api_secret": "new"})
        to = number()
        assert place.client.message(sent(place, to, text(), new.name))["tries"] == 1
        assert [each.http_status for each in smsglobal.messages(recipient=to)] == [403, 200]


# What can be sent.


def media(kind: str, **more: str) -> Json:
    return {"type": "media", "kind": kind, **more}


@dataclass(frozen=True)
class Kind:
    """
    One kind of message, its media named by type, and the object that has to say it, but for the media's link.
    """

    content: Json
    said: Json

    def __str__(self) -> str:
        return str(self.said["type"])


WORDS = "See https://example.com 👋"
NAMED = {"name": "Bakery", "address": "Graben 1, Wien"}
KINDS = (
    Kind({**text(WORDS), "preview_url": True}, {"type": "text", "text": WORDS, "preview_url": True}),
    Kind(
        {"type": "template", "name": "order_ready", "language": "en", "parameters": ["Ada", "4711"]},
        {"type": "template", "template_name": "order_ready", "params": ["Ada", "4711"]},
    ),
    Kind(media("image", media="image/png", caption="Look"), {"type": "image", "caption": "Look"}),
    Kind(media("video", media="video/mp4", caption="Look"), {"type": "video", "caption": "Look"}),
    Kind(media("document", media="application/pdf", filename="menu.pdf"), {"type": "document", "filename": "menu.pdf"}),
    Kind(media("audio", media="audio/aac"), {"type": "audio"}),
    Kind(
        {"type": "location", "latitude": 48.2083, "longitude": 16.3725, **NAMED},
        {"type": "location", "lat": 48.2083, "lng": 16.3725, **NAMED},
    ),
    Kind({"type": "sticker", "media": "image/webp"}, {"type": "sticker"}),
)


@pytest.mark.feature("G2")
@pytest.mark.feature("G3")
@pytest.mark.feature("G4")
@pytest.mark.feature("G5")
@pytest.mark.feature("G6")
@pytest.mark.feature("G7")
@pytest.mark.feature("G8")
@pytest.mark.feature("G9")
def test_every_kind_is_read(place: Place, smsglobal: SmsGlobalControl, number: Number) -> None:
    """
    Each kind is said as the documents have it; SMSGlobal fetches its media by our link and likes it; it ends as read.
    """
    sendings = [(kind, number()) for kind in KINDS]
    with smsglobal.changed(check_media=True):
        identifiers = [sent(place, to, with_media(place.client, kind.content)) for kind, to in sendings]
        messages = reached(place, ACCOUNT, identifiers, "read", "failed")
    for (kind, to), message in zip(sendings, messages, strict=True):
        (arrived,) = smsglobal.messages(recipient=to)
        said = json.loads(arrived.body["message"])
        assert said.pop("url", place.stack.api_url).startswith(place.stack.api_url)
        assert (said, arrived.remarks, message["status"]) == (kind.said, [], "read")


# Media that does not fit.

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Misfit:
    """
    Media that SMSGlobal's table does not allow in this content; `size` in bytes.
    """

    content: Json
    content_type: str
    size: int = 0
    code: str = "unsupported_feature"


MISFITS = {
    "image": Misfit(media("image"), "image/png", 5 * MEGABYTE + 1, "invalid_message"),
    "audio": Misfit(media("audio"), "audio/mpeg", 16 * MEGABYTE + 1, "invalid_message"),
    "sticker": Misfit({"type": "sticker"}, "image/webp", 100_001, "invalid_message"),
    "type of a sticker": Misfit({"type": "sticker"}, "image/png"),
    "type of an image": Misfit(media("image"), "image/gif"),
    "another kind": Misfit(media("video"), "image/png", code="invalid_message"),
}


@pytest.mark.feature("G10")
@pytest.mark.parametrize("misfit", MISFITS.values(), ids=MISFITS)
def test_media_over_the_table(place: Place, smsglobal: SmsGlobalControl, number: Number, misfit: Misfit) -> None:
    """
    Media beyond the table of sizes and types is a 422 that names it, and nothing is sent or kept.
    """
    to, medium = number(), {"id": upload(place.client, misfit.content_type, misfit.size)}
    with pytest.raises(Refused) as refused:
        place.client.send(body(to, {**misfit.content, "media": medium}))
    problem = refused.value.problem
    assert (refused.value.status, problem["code"], problem["field"]) == (422, misfit.code, "content.media.id")
    assert smsglobal.messages(recipient=to) == []
    assert place.client.get("/v1/messages", recipient=to)["messages"] == []


@pytest.mark.feature("G10")
def test_media_at_the_limit_and_by_address(place: Place, smsglobal: SmsGlobalControl, number: Number) -> None:
    """
    A sticker of exactly 100 kB is sent and read; one by address turns out to be larger, and is refused before the call.
    """
    fits, too_large = (upload(place.client, "image/webp", size) for size in (100_000, 100_001))
    address = place.client.get(f"/v1/media/{too_large}")["url"]
    to = number()
    refused = place.client.send(body(to, {"type": "sticker", "media": {"url": address}}))["id"]
    with smsglobal.changed(check_media=True):
        read = sent(place, number(), {"type": "sticker", "media": {"id": fits}})
        reached(place, ACCOUNT, [read], "read")
    assert place.client.message_when(refused, "rejected")["error"]["reason"] == "invalid_content"
    assert smsglobal.messages(recipient=to) == []


# Who can be written to.


@pytest.mark.feature("G11")
@pytest.mark.feature("G15")
def test_capability(place: Place, smsglobal: SmsGlobalControl, number: Number) -> None:
    """
    A number is capable or not; one on the blacklist is not reachable whatever it is capable of. Answers are remembered.
    """

    def asked(recipient: str, **more: str) -> tuple[bool, bool]:
        answer = place.client.get("/v1/capabilities", channel="whatsapp", account=ACCOUNT, recipient=recipient, **more)
        return answer["reachable"], answer["cached"]

    capable = number()
    assert asked(capable) == (True, False)
    assert not asked(number_for(Fate.NO_CAPABILITY), fresh="true")[0]
    assert not asked(number_for(Fate.BLACKLISTED), fresh="true")[0]
    with smsglobal.changed(blacklist=[capable.removeprefix("+")]):
        assert asked(capable) == (True, True)
        assert asked(capable, fresh="true") == (False, False)


@pytest.mark.feature("G14")
@pytest.mark.feature("G15")
@pytest.mark.parametrize("at_once", [True, False], ids=["answered at once", "told by the list"])
def test_opting_in(
    place: Place, smsglobal: SmsGlobalControl, enquiry: Enquiry, number: Number, *, at_once: bool
) -> None:
    """
    Who has not opted in gets nothing, and that is told; once the operator opts them in they do, and the list says so.
    """
    to = number()
    with smsglobal.changed(enforce_opt_in=True, refuse_at_once=at_once):
        refused = place.client.send(body(to, text()))["id"]
        (message,) = reached(place, ACCOUNT, [refused], "rejected", "failed")
        assert message["status"] == ("rejected" if at_once else "failed")
        assert message["error"] == {"reason": "recipient_not_allowed", "code": "no_opt_in"}
        ((added_one,),) = enquiry.opt_in([OptIn(to, "Ada")])
        assert added_one[1] == OptIn(to, "Ada", capable=True)
        reached(place, ACCOUNT, [sent(place, to, text())], "read")
    assert OptIn(to, "Ada", capable=True) in enquiry.opt_ins()


# What people write.


def inbound(place: Place, sender: str, name: str = ACCOUNT) -> list[Json]:
    """
    What somebody wrote to this account, the latest first. Other accounts of the same number read it too.
    """
    found = place.client.get("/v1/inbound", sender=sender, limit="100")["inbound"]
    return [each for each in found if each["account"] == name]


WRITTEN: Sequence[tuple[str | Json, Json]] = (
    ("Grüße 👋", text("Grüße 👋")),
    ('{"type": "text"', text('{"type": "text"')),
    ({"type": "text", "text": "Hello"}, text("Hello")),
    (
        {"type": "image", "url": "https://example.com/a.png", "caption": "Look"},
        media("image", caption="Look") | {"media": {"url": "https://example.com/a.png"}},
    ),
    (
        {"type": "location", "latitude": 48.2, "longitude": 16.37, "name": "Bakery"},
        {"type": "location", "latitude": 48.2, "longitude": 16.37, "name": "Bakery"},
    ),
    ({"type": "button", "text": "Yes", "payload": "yes"}, {"type": "reply", "label": "Yes", "data": "yes"}),
)


@pytest.mark.feature("G12")
def test_what_people_write_is_read(place: Place, smsglobal: SmsGlobalControl, number: Number) -> None:
    """
    Texts and objects are listed once with their sender and our number, though their page is read again and again.
    """
    sender = number()
    for message, _ in WRITTEN:
        smsglobal.inbound(InboundOrder(sender=sender, message=message))
    polled(place, ACCOUNT, lambda: len(inbound(place, sender)) >= len(WRITTEN))
    poll(place, ACCOUNT)
    found = inbound(place, sender)
    expected = [content for _, content in WRITTEN]
    assert len(found) == len(expected)
    assert all(each["content"] in expected for each in found)
    assert {(each["from"], each["to"], each["channel"]) for each in found} == {(sender, GLOBAL_NUMBER, "whatsapp")}


@pytest.mark.feature("G12")
def test_what_is_listed_late(place: Place, smsglobal: SmsGlobalControl, number: Number) -> None:
    """
    What was written before the account was read for the first time, or hours ago, is found within its overlap.
    """
    sender, late = number(), datetime.now(UTC) - timedelta(hours=10)  # no other account looks so far back
    with added(place, account(place, overlap=12 * 3600)) as name:
        smsglobal.inbound(InboundOrder(sender=sender, created=late, copies=3))
        polled(place, name, lambda: len(inbound(place, sender, name)) >= 3)
        smsglobal.inbound(InboundOrder(sender=sender, created=late - timedelta(minutes=5)))
        polled(place, name, lambda: len(inbound(place, sender, name)) >= 4)
        assert len(inbound(place, sender, name)) == 4


class InPairs(Adapter):
    """
    SMSGlobal, asked for two entries a page.
    """

    page = 2


@pytest.mark.feature("G12")
@pytest.mark.feature("G13")
def test_lists_and_single_entries(place: Place, smsglobal: SmsGlobalControl, enquiry: Enquiry, number: Number) -> None:
    """
    What an operator asks of both lists by every filter, page by page and entry by entry, is what SMSGlobal has.
    """
    person, other, word = number(), number(), uuid.uuid4().hex
    began = place.gateway.clock() - 1000
    theirs = [place.client.message(sent(place, to, text(f"to {word}")))["provider_id"] for to in (person, other)]
    for order in (
        *[{"sender": person, "message": f"from {word}"}] * 3,
        {"sender": other, "message": f"from {word}"},
        {"sender": person, "message": "something else"},
        {"sender": person, "message": f"from {word}", "recipient": "61430000009"},
    ):
        smsglobal.inbound(InboundOrder.model_validate(order))
    received = Listing(Direction.INBOUND, began, None, sender=person, recipient=GLOBAL_NUMBER, search=word)
    pages = list(replace(enquiry, adapter=InPairs).pages(received, None))
    events = [event for page in pages for event in page.events if isinstance(event, InboundMessage)]
    assert [page.count for page in pages] == [2, 1]
    assert {(event.sender, event.content["text"]) for event in events} == {(person, f"from {word}")}
    assert len({event.event_id for event in events}) == 3
    assert enquiry.entry(Direction.INBOUND, events[0].event_id or "") == events[0]
    told = Listing(Direction.OUTBOUND, began, sender=GLOBAL_NUMBER, recipient=person, search=word)
    (page,) = enquiry.pages(told, 10)
    assert [event.provider_message_id for event in page.events if isinstance(event, StatusUpdate)] == theirs[:1]
    before = replace(told, start=began - 120_000, end=began - 60_000)
    assert [page.count for page in enquiry.pages(before, 10)] == [0]


# What becomes of messages.


FATES = {
    Fate.DELIVERED: ("delivered", None),
    Fate.READ: ("read", None),
    Fate.FAILED: ("failed", "undeliverable"),
    Fate.NO_OPT_IN: ("failed", "recipient_not_allowed"),
    Fate.NO_CAPABILITY: ("failed", "not_capable"),
    Fate.DELETED: ("failed", "expired"),
    Fate.SENT: ("sent", None),
    Fate.QUEUED: ("sent", None),
    Fate.DISPATCHED: ("sent", None),
    Fate.UNKNOWN_STATE: ("sent", None),
    Fate.BLACKLISTED: ("failed", "undeliverable"),
}


@pytest.mark.feature("G13")
def test_every_state(place: Place, smsglobal: SmsGlobalControl) -> None:
    """
    Each state of the list lifts the message to the status it means, with our reason and their word; none goes back.
    """
    identifiers = {fate: sent(place, number_for(fate), text()) for fate in FATES}
    smsglobal.wait(idle=True)

    def told() -> dict[Fate, tuple[str, str | None]]:
        found = {fate: place.client.message(identifier) for fate, identifier in identifiers.items()}
        return {fate: (each["status"], each.get("error", {}).get("reason")) for fate, each in found.items()}

    polled(place, ACCOUNT, lambda: told() == FATES)
    assert "teleported" in words_of(place.client.message(identifiers[Fate.UNKNOWN_STATE]))
    read = place.client.message(identifiers[Fate.READ])
    smsglobal.move(int(read["provider_id"]), "sent")
    polled(place, ACCOUNT, lambda: "sent" in words_of(place.client.message(read["id"])))
    assert told() == FATES


@pytest.mark.feature("G13")
def test_list_out_of_order(place: Place, smsglobal: SmsGlobalControl, number: Number) -> None:
    """
    A list that cannot be had for a while, or comes as garbage, costs nothing: what it tells is told later.
    """
    for kind in (FaultKind.ANSWER, FaultKind.GARBAGE):
        smsglobal.fault(Fault(kind=kind, operation="list_outgoing", times=1))
    identifier, asked = sent(place, number(), text()), len(smsglobal.calls(operation="list_outgoing"))
    reached(place, ACCOUNT, [identifier], "read")
    assert [each.fault for each in smsglobal.calls(operation="list_outgoing")[asked:]][:2] == ["answer", "garbage"]


# What SMSGlobal refuses.

REFUSALS = {
    400: ("rejected", "invalid_recipient", "to"),
    402: ("rejected", "quota_exceeded", "402"),
    404: ("rejected", "not_found", "404"),
    405: ("rejected", "not_found", "405"),
    406: ("rejected", "invalid_option", "406"),
    415: ("rejected", "invalid_option", "415"),
    401: ("accepted", "credentials_refused", "401"),
    403: ("accepted", "credentials_refused", "403"),
    500: ("unknown", "unknown", "500"),
    503: ("unknown", "unknown", "503"),
}


@pytest.mark.feature("G16")
@pytest.mark.parametrize("code", [False, True], ids=["bare", "with a code"])
def test_every_refusal(place: Place, smsglobal: SmsGlobalControl, *, code: bool) -> None:
    """
    Each HTTP status ends as our reason with their code, after one call; credentials wait; 5xx is never tried again.
    """
    with smsglobal.changed(error_code=code), added(place, account(place)) as name:
        before = {status: len(smsglobal.messages(recipient=number_for(status))) for status in REFUSALS}
        identifiers = {status: place.client.send(body(number_for(status), text(), name))["id"] for status in REFUSALS}

        def ended() -> bool:
            wake(place.stack)
            found = {status: place.client.message(identifier) for status, identifier in identifiers.items()}
            told = {
                status: (each["status"], *(each.get("error", {}).get(part) for part in ("reason", "code")))
                for status, each in found.items()
            }
            return told == REFUSALS

        until(ended, 40)
        calls = {status: len(smsglobal.messages(recipient=number_for(status))) - before[status] for status in REFUSALS}
        assert calls == dict.fromkeys(REFUSALS, 1) | {401: 2, 403: 2}


@pytest.mark.feature("G16")
@pytest.mark.parametrize("kind", [FaultKind.HALF, FaultKind.EMPTY, FaultKind.RESET])
def test_unreadable_answer(place: Place, smsglobal: SmsGlobalControl, number: Number, kind: FaultKind) -> None:
    """
    Half an answer to a message that was taken: nobody can say which it was, so it is unknown, and was sent once.
    """
    to = number()
    smsglobal.fault(Fault(kind=kind, recipient=to, times=1))
    identifier = place.client.send(body(to, text()))["id"]
    (message,) = woken(place, [identifier], "unknown")
    assert message["error"]["reason"] == "unknown"
    assert [each.recipients for each in smsglobal.messages(recipient=to)] == [[to.removeprefix("+")]]
