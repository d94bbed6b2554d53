"""
Webex Connect, through the deployed bundle and over the wire: what comes back.
"""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from cli import admin
from local.client import Client, Json, until
from local.furnishing import add_account, webex_account
from local.providers import WebexConnectControl
from local.simulators.kit import Fault, FaultKind
from local.simulators.webex_connect.inbound.order import Attachment, Choice, Inbound, InboundOrder, Location
from local.simulators.webex_connect.magic import Fate
from local.simulators.webex_connect.provider import RawOrder
from local.tour import draw_picture
from tests.stack.conftest import Number
from tests.stack.place import Place, new_name, text, words_of
from tests.stack.samples import holds
from tests.stack.webex_kinds import plain, somebody_who

ACCOUNT = "webex"


def send(acme: Client, channel: str, to: str | Json, account: str = ACCOUNT) -> str:
    """
    The id of a plain message.
    """
    return str(acme.send({**plain(channel, to), "account": account})["id"])


# Receipts.

READABLE = {
    Fate.DELIVERED: "delivered",
    Fate.READ: "read",
    Fate.FAILED: "failed",
    Fate.NEVER_REPORTED: "sent",
    Fate.EXPIRED: "failed",
    Fate.SUBMITTED: "sent",
    Fate.DELIVERED_ONLY: "delivered",
    Fate.CLICKED: "read",
    Fate.FAILED_LATE: "delivered",
    Fate.UNKNOWN_WORD: "sent",
}
DELIVERABLE = READABLE | {Fate.READ: "delivered", Fate.CLICKED: "delivered"}
FATES: Mapping[str, Mapping[Fate, str]] = {
    **dict.fromkeys(("in_app", "push", "messenger", "whatsapp", "rcs"), READABLE),
    "sms": DELIVERABLE,
    "apple": {Fate.READ: "sent", Fate.FAILED: "failed", Fate.NEVER_REPORTED: "sent"},
    "voice": {
        Fate.DELIVERED: "delivered",
        Fate.FAILED: "failed",
        Fate.SUBMITTED: "sent",
        Fate.HANG_UP: "delivered",
        Fate.BUSY: "failed",
        Fate.NO_ANSWER: "failed",
        Fate.HANG_UP_RINGING: "failed",
        Fate.TROMBONE: "delivered",
    },
}


@pytest.mark.feature("X11")
@pytest.mark.parametrize("channel", FATES)
def test_receipts_of_every_channel(acme: Client, webex_connect: WebexConnectControl, channel: str) -> None:
    """
    Whatever becomes of a message, in whatever words the channel tells it, ends in the status that it means.
    """
    fates = FATES[channel]
    identifiers = {fate: send(acme, channel, somebody_who(channel, "fate", fate)) for fate in fates}
    for identifier in identifiers.values():
        acme.message_when(identifier, "sent", "delivered", "read", "failed")
    webex_connect.wait(idle=True)

    def told() -> dict[Fate, str]:
        return {fate: acme.message(identifier)["status"] for fate, identifier in identifiers.items()}

    until(lambda: told() == fates, missing=lambda: f"{fates}, and not {told()}")


@pytest.mark.feature("F8")
@pytest.mark.feature("X11")
@pytest.mark.parametrize("channel", ["whatsapp", "rcs"])
@pytest.mark.parametrize("kind", [FaultKind.DUPLICATE, FaultKind.REORDER, FaultKind.EARLY_WEBHOOK])
def test_receipts_in_any_order(
    acme: Client, webex_connect: WebexConnectControl, number: Number, channel: str, kind: FaultKind
) -> None:
    """
    Receipts that come twice, in reverse, or before the answer to our call end in the same story, of v1 and of v2.
    """
    to = number()
    webex_connect.fault(Fault(kind=kind, recipient=to, times=1))
    identifier = send(acme, channel, to)
    acme.message_when(identifier, "read")
    webex_connect.wait(idle=True)
    assert sorted(words_of(acme.message(identifier))) == ["Delivered", "Read", "Submitted"]
    assert list(webex_connect.sent(recipient=to).values()) == [1]


@pytest.mark.feature("X11")
@pytest.mark.feature("X12")
def test_receipt_without_correlation(acme: Client, webex_connect: WebexConnectControl, number: Number) -> None:
    """
    A receipt that has lost its correlationid finds its message by the callback data that we gave.
    """
    to = number()
    webex_connect.fault(Fault(kind=FaultKind.DROP, recipient=to, times=1))
    identifier = send(acme, "sms", to)
    acme.message_when(identifier, "sent")
    webex_connect.wait(webhooks=2, recipient=to)
    (_, delivered) = webex_connect.webhooks(recipient=to)
    notification = json.loads(delivered.body)["deliveryInfoNotification"]
    assert notification["callbackData"] == f"{identifier}-0"
    body = {"deliveryInfoNotification": {**notification, "correlationid": ""}}
    answered = webex_connect.post_webhook(RawOrder(url=delivered.url, body=body))
    assert answered["state"] == "acknowledged"
    acme.message_when(identifier, "delivered")


CODES = (
    ("sms", "7203", "invalid_recipient"),
    ("sms", "7208", "expired"),
    ("sms", "7720", "recipient_blocked"),
    ("voice", "7402", "undeliverable"),
    ("in_app", "7310", "not_found"),
    ("push", "7513", "invalid_recipient"),
    ("messenger", "7313", "window_closed"),
    ("whatsapp", "7710", "window_closed"),
    ("whatsapp", "7703", "account_disabled"),
    ("whatsapp", "7701", "invalid_media"),
    ("apple", "7316", "invalid_sender"),
    ("rcs", "7323", "not_capable"),
    ("rcs", "9002", "recipient_not_allowed"),
)


@pytest.mark.feature("X15")
def test_every_channel_fails_its_own_way(acme: Client) -> None:
    """
    The code of a receipt is kept, and means on each channel what its own table says.
    """
    sent = [(code, reason, send(acme, channel, somebody_who(channel, "fail", code))) for channel, code, reason in CODES]
    for code, reason, identifier in sent:
        assert acme.message_when(identifier, "failed")["error"] == {"reason": reason, "code": code}


# What people write.


@dataclass(frozen=True)
class Written:
    """
    What a person does on a channel, and what has to be listed of it.
    """

    channel: Inbound
    content: Json
    does: Json = field(default_factory=dict)


YES = Choice(identifier="yes", title="Yes", payload="yes", request="r-1")
HERE = Location(latitude=48.2, longitude=16.37, name="Bakery")
INVITED = Choice(payload="+436601234567")
HELLO = {"text": "Hello"}
FORM = {"type": "form", "fields": {"Yes": "Hello"}}
TAPPED = {"type": "reply", "label": "Yes", "data": "yes"}
CONTACT = {"name": {"formatted_name": "Ada Baker"}, "phones": [{"phone": "+4312345678", "type": "CELL"}]}
WRITTEN = (
    *(Written(channel, text(), HELLO) for channel in Inbound if channel is not Inbound.MMS),
    Written(Inbound.WHATSAPP, TAPPED, {"event": "postback", "choice": YES}),
    Written(Inbound.WHATSAPP, TAPPED, {"event": "list", "choice": YES}),
    Written(Inbound.WHATSAPP, TAPPED, {"event": "reply", "choice": YES}),
    Written(Inbound.WHATSAPP, {"type": "location", "latitude": 48.2, "name": "Bakery"}, {"location": HERE}),
    Written(Inbound.WHATSAPP, {"type": "contacts", "contacts": [{"name": "Ada Baker"}]}, {"contacts": (CONTACT,)}),
    Written(
        Inbound.WHATSAPP,
        {"type": "preference", "value": "stop"},
        {"event": "user_preference", "choice": Choice(identifier="stop")},
    ),
    Written(Inbound.MESSENGER, {"type": "location", "latitude": 48.2}, {"location": HERE}),
    Written(Inbound.MESSENGER, {"type": "reply", "data": "yes"}, {"event": "OnPostback", "choice": YES}),
    Written(Inbound.IN_APP, TAPPED, {"event": "OnPostback", "choice": YES}),
    Written(Inbound.IN_APP, FORM, {"event": "OnFormResponse", "choice": YES, **HELLO}),
    Written(Inbound.APPLE, TAPPED, {"event": "listPicker", "choice": YES}),
    Written(Inbound.APPLE, {"type": "reply", "data": "yes"}, {"event": "datePicker", "choice": YES}),
    Written(Inbound.APPLE, TAPPED, {"event": "QuickReplyResponse", "choice": YES}),
    Written(Inbound.APPLE, FORM, {"event": "FormResponse", "choice": YES, **HELLO}),
    Written(Inbound.APPLE, {"type": "preference", "value": "stop"}, {"event": "CONVERSATIONCLOSED"}),
    Written(
        Inbound.APPLE, {"type": "invitation", "accepted": True}, {"event": "InvitationResponse", "choice": INVITED}
    ),
    Written(Inbound.RCS, {"type": "location", "latitude": 48.2}, {"event": "Location", "location": HERE}),
    Written(Inbound.RCS, {"type": "reply"}, {"event": "postback", "choice": YES}),
    Written(Inbound.RCS, {"type": "preference", "value": "stop"}, {"event": "UNSUBSCRIBE"}),
)
CHANNELS = {Inbound.MMS: "sms", Inbound.MESSENGER: "messenger", Inbound.IN_APP: "in_app", Inbound.APPLE: "apple"}


def writer(channel: Inbound, number: Number) -> tuple[str, str]:
    """
    Somebody new: as Webex Connect calls them, and as Herald does.
    """
    unique = uuid.uuid4()
    if channel is Inbound.MESSENGER:
        return str(unique.int)[:16], f"messenger:{str(unique.int)[:16]}"
    if channel is Inbound.IN_APP:
        return unique.hex, f"user:{unique.hex}"
    if channel is Inbound.APPLE:
        return f"urn:mbid:{unique.hex}", f"apple:urn:mbid:{unique.hex}"
    phone = number()
    return phone.removeprefix("+"), phone


@pytest.mark.feature("X16")
def test_whatever_people_do(acme: Client, webex_connect: WebexConnectControl, number: Number) -> None:
    """
    Messages, taps, picks, places, forms and wishes of every channel are listed once, though they come twice.
    """
    done = []
    for written in WRITTEN:
        theirs, ours = writer(written.channel, number)
        webex_connect.inbound(InboundOrder(channel=written.channel, sender=theirs, copies=2, **written.does))
        done.append((written, ours))
    webex_connect.wait(idle=True)
    for written, sender in done:
        (listed,) = until(lambda sender=sender: acme.get("/v1/inbound", sender=sender)["inbound"])  # type: ignore[misc]
        assert listed["channel"] == CHANNELS.get(written.channel, written.channel.value)
        assert holds(listed["content"], written.content), (written, listed)


@pytest.mark.feature("X5")
@pytest.mark.feature("X16")
def test_tap_on_a_notification(acme: Client, webex_connect: WebexConnectControl) -> None:
    """
    A button of a notification that is tapped comes with the receipt, and is listed as the answer of that person.
    """
    to = somebody_who("push", "fate", Fate.CLICKED)
    buttons = [{"type": "reply", "label": label, "data": label.lower()} for label in ("Yes", "No")]
    body = plain("push", to)
    identifier = acme.send({**body, "content": {**body["content"], "buttons": buttons}})["id"]
    acme.message_when(identifier, "read")
    (listed,) = until(lambda: acme.get("/v1/inbound", sender=f"user:{to['value']}")["inbound"])  # type: ignore[index]
    assert holds(listed["content"], {"type": "reply", "data": "yes"}), listed
    assert webex_connect.messages(recipient=to["value"])  # type: ignore[index]


@pytest.mark.feature("X16")
@pytest.mark.parametrize(
    "channel", [Inbound.WHATSAPP, Inbound.MESSENGER, Inbound.IN_APP, Inbound.APPLE, Inbound.RCS, Inbound.MMS]
)
def test_media_of_a_person(place: Place, webex_connect: WebexConnectControl, number: Number, channel: Inbound) -> None:
    """
    A picture that a person sends is fetched with the media key where it is wanted, and handed out byte for byte.
    """
    account = new_account(place, {"media_key": "sim-media-key"})
    picture, (theirs, ours) = draw_picture(), writer(channel, number)
    file = Attachment(content=base64.b64encode(picture), content_type="image/png")
    event = "ATTACHMENT" if channel is Inbound.RCS else "MO"
    with webex_connect.changed(secure_media=True, media_seconds=0):
        order = InboundOrder(
            channel=channel, event=event, sender=theirs, media=(file,), url=inbound_address(place, account)
        )
        webex_connect.inbound(order)
        (listed,) = until(lambda: place.client.get("/v1/inbound", sender=ours)["inbound"])
        medium = until(lambda: settled(place.client, listed["id"]))
    assert (medium["state"], medium["content_type"]) == ("ready", "image/png")
    assert place.client.download(medium["id"]) == picture


def settled(acme: Client, inbound: str) -> Json | None:
    """
    The medium of an inbound message, once it is ready or has failed.
    """
    (medium,) = acme.get(f"/v1/inbound/{inbound}")["media"]
    return medium if medium["state"] != "pending" else None


# Signatures.


def new_account(place: Place, credentials: Mapping[str, str], **settings: str) -> str:
    """
    Another account, with more credentials than the key.
    """
    account = webex_account(place.simulators.webex_connect, name=new_name(ACCOUNT), **settings)
    add_account(place.gateway, account, {"service_key": "sim-key", **credentials})
    return account.name


def inbound_address(place: Place, account: str) -> str:
    return admin.webhooks(place.gateway, account)[1]["inbound"]


@pytest.mark.feature("X11")
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("prefix", [True, False], ids=["named", "bare"])
def test_signature(
    place: Place, webex_connect: WebexConnectControl, number: Number, algorithm: str, *, prefix: bool
) -> None:
    """
    What is signed with the hub secret is listed; with another, altered, or not at all it is a 401 and nowhere.
    """
    secret = uuid.uuid4().hex
    account = new_account(place, {"hub_secret": secret})
    url, (theirs, ours) = inbound_address(place, account), writer(Inbound.WHATSAPP, number)

    def listed() -> list[Any]:
        return [each["content"]["text"] for each in place.client.get("/v1/inbound", sender=ours)["inbound"]]

    with webex_connect.changed(hub_secret=secret, hub_algorithm=algorithm, hub_prefix=prefix):
        payload = dict(webex_connect.inbound(InboundOrder(sender=theirs, text="signed", url=url)))
    until(listed)
    forged = json.dumps({**payload, "message": "forged", "tid": uuid.uuid4().hex})
    wrong = hmac.new(b"guessed", forged.encode(), hashlib.sha256).hexdigest()
    right = hmac.new(secret.encode(), json.dumps(payload).encode(), hashlib.sha256).hexdigest()
    for headers in ({}, {"x-hub-signature": f"sha256={wrong}"}, {"x-hub-signature": right}):
        answered = webex_connect.post_webhook(RawOrder(url=url, body=forged, headers=headers, sign=False))
        assert answered["http_status"] == 401
    assert listed() == ["signed"]


@pytest.mark.feature("X11")
def test_unsigned_receipts(place: Place, webex_connect: WebexConnectControl, number: Number) -> None:
    """
    Nothing says that reports are signed, so a hub secret does not shut them out; an account may demand it.
    """
    secret = uuid.uuid4().hex
    trusting = new_account(place, {"hub_secret": secret})
    place.client.message_when(send(place.client, "sms", number(), trusting), "delivered")
    strict = new_account(place, {"hub_secret": secret}, signed_webhooks="all")
    with webex_connect.changed(retry_attempts=1):
        refused = send(place.client, "sms", number(), strict)
        place.client.message_when(refused, "sent")
        webex_connect.wait(webhooks=2, reference=f"{refused}-0")
        assert {each.attempts[-1].http_status for each in webex_connect.webhooks(reference=f"{refused}-0")} == {401}
    with webex_connect.changed(hub_secret=secret, sign_notify=True):
        place.client.message_when(send(place.client, "sms", number(), strict), "delivered")
    assert place.client.message(refused)["status"] == "sent"
