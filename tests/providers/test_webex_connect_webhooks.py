"""
Webhooks of Webex Connect, as far as tables cannot say it: whole calls, repeats, and junk.
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence

import pytest

from herald.errors import Reason
from herald.models import Address, AddressType, Channel, InboundMessage, StatusUpdate, Unreadable
from herald.provider import Webhook, load
from herald.providers.webex_connect.envelope import KEYS
from herald.providers.webex_connect.people import person
from herald.providers.webex_connect.receipt_codes import REASONS, reason_of
from herald.status import State, Status, fold, mark_name
from tests.providers.cases.webex_connect import TABLE, inbound, receipts
from tests.providers.cases.webex_connect.shared import REFERENCE
from tests.providers.harness import Inbox


def marks(events: Sequence[object]) -> Mapping[str, int]:
    """What reports leave on a message."""
    found: dict[str, int] = {}
    for event in events:
        assert isinstance(event, StatusUpdate)
        if event.status:
            found.setdefault(mark_name(0, event.status), event.at or 0)
    return found


@pytest.mark.feature("X11")
@pytest.mark.parametrize(
    ("words", "end"),
    [
        (receipts.ANSWERED, Status.DELIVERED),
        (receipts.BROKEN_OFF, Status.DELIVERED),
        (receipts.BUSY, Status.FAILED),
        (receipts.RUNG_OFF, Status.FAILED),
    ],
)
def test_a_call_ends_the_same_in_whatever_order_it_is_told(words: Sequence[str], end: Status) -> None:
    """Answered is delivered, and no DROPPED or RELEASED of the same instant lowers it; unanswered has failed."""
    provider = load(TABLE.account, {})
    events = [event for word in words for event in provider.parse_events(receipts.ring(word, correlationid=REFERENCE))]
    assert len(events) == len(words)
    assert {fold(State.SENT, marks(order)) for order in itertools.permutations(events)} == {end}
    assert len({event.event_id for event in events if isinstance(event, StatusUpdate)}) == len(words)


@pytest.mark.feature("X15")
def test_codes_are_read_by_their_channel() -> None:
    """The documented numbers that collide mean different things; what no table knows is just not delivered."""
    collisions = {
        7513: {Channel.SMS: Reason.UNDELIVERABLE, Channel.PUSH: Reason.INVALID_RECIPIENT},
        7703: {Channel.IN_APP: Reason.INVALID_CONTENT, Channel.WHATSAPP: Reason.ACCOUNT_DISABLED},
        7704: {Channel.IN_APP: Reason.INVALID_CONTENT, Channel.WHATSAPP: Reason.EXPIRED},
        7706: {Channel.IN_APP: Reason.INVALID_CONTENT, Channel.WHATSAPP: Reason.THROTTLED},
        7208: {Channel.SMS: Reason.EXPIRED, Channel.PUSH: Reason.UNDELIVERABLE},
    }
    for code, meanings in collisions.items():
        for channel, reason in meanings.items():
            assert reason_of(channel, f"{code}") is reason
    for unknown in (None, "", "seven", "-7005", "7005.0", "\u0667\u0660\u0660\u0665", "999999"):
        assert reason_of(Channel.SMS, unknown) is Reason.UNDELIVERABLE


@pytest.mark.feature("X15")
def test_every_channel_has_its_codes_and_those_that_all_share() -> None:
    """Contact policies and the platform's own errors may be reported on any channel."""
    assert set(REASONS) == set(TABLE.adapter().channels)
    shared = {7000, 7003, 7005, 7006, 7010, 7020, 7104, 7108, 7200, 9000, 9001, 9002, 9006, 9010}
    for reasons in REASONS.values():
        assert shared <= set(reasons)


@pytest.mark.feature("X18")
def test_a_receipt_names_people_as_the_request_did() -> None:
    """Of a call to many only the recipient tells whose receipt it is, so it has to be spelled as it was sent."""
    for kind, key in KEYS.items():
        address = Address(type=kind, value="+447700900009" if kind is AddressType.PHONE else "urn:mbid:A/+=")
        assert person(key, address.value) == str(address)


@pytest.mark.feature("X16")
def test_a_webhook_that_comes_again_is_known() -> None:
    """The same things have the same ids each time, every thing one of its own."""
    provider = load(TABLE.account, {})
    webhooks = [case.webhook for case in TABLE.cases if isinstance(case, Inbox) and case.expect]
    for sample in webhooks:
        events = provider.parse_events(sample)
        assert provider.parse_events(sample) == events
        ids = [event.event_id for event in events if not isinstance(event, Unreadable)]
        assert len(set(ids)) == len(ids) == len(events)


@pytest.mark.feature("X16")
def test_another_webhook_has_another_id() -> None:
    """A transaction's id alone would not tell a tap from the next one, should it be that of the question."""
    provider = load(TABLE.account, {})
    taps = [
        inbound.in_app("OnPostback", interactiveData='{"identifier":"1"}'),
        inbound.in_app("OnPostback", interactiveData='{"identifier":"1"}', ts="2024-09-03T10:49:37.049+05:30"),
        inbound.in_app("OnPostback", interactiveData='{"identifier":"1"}', tid="another"),
        inbound.in_app("MO"),
    ]
    events = [event for tap in taps for event in provider.parse_events(tap)]
    assert len({event.event_id for event in events if isinstance(event, InboundMessage)}) == len(taps)


JUNK: tuple[object, ...] = (
    None,
    7,
    -1.5,
    True,
    "",
    " ",
    "x" * 3000,
    "[" * 100_000,
    '{"a"',
    "null",
    [],
    {},
    [None],
    [{"url": {}}],
    {"url": 7},
)


@pytest.mark.feature("X16")
@pytest.mark.parametrize(
    "sample",
    [inbound.sms(), inbound.whatsapp(), inbound.messenger(), inbound.in_app(), inbound.apple(), inbound.rcs()],
    ids=["sms", "whatsapp", "messenger", "in_app", "apple", "rcs"],
)
def test_no_member_of_a_webhook_can_crash_the_adapter(sample: Webhook) -> None:
    """Whatever stands in whichever member, alone or with an event: events, or a ValueError, which is kept."""
    provider = load(TABLE.account, {})
    fields = json.loads(sample.body)
    members = [*fields, "event", "attachments", "location", "contacts", "postback", "listPicker", "user_preferences"]
    for member, junk, event in itertools.product(members, JUNK, ("MO", "list", "INTERACTIVERESPONSE", "OnPostback")):
        body = json.dumps(fields | {"event": event} | {member: junk}).encode()
        try:
            events = provider.parse_events(Webhook("inbound", body))
        except ValueError:
            continue
        assert all(isinstance(event, InboundMessage | Unreadable) for event in events)


PICTURE = {"url": "https://files.example/a.png", "mime_type": "image/png"}
STICKER = {"url": "https://files.example/s.webp", "sticker": {}}
BAD: tuple[object, ...] = ({}, 7, "x", [PICTURE], {"mime_type": "image/png"}, {"latitude": "47"}, {"payload": 7})


def several(make: Callable[..., Webhook]) -> Callable[[str, object], Webhook]:
    """A webhook with a text and a list of attachments."""
    return lambda text, attached: make(message=text, attachments=attached)


LISTS: Mapping[str, Callable[[str, object], Webhook]] = {
    "whatsapp": several(inbound.whatsapp),
    "messenger": several(inbound.messenger),
    "in_app": several(inbound.in_app),
    "apple": several(inbound.apple),
    "rcs": several(inbound.rcs),
    "mms": lambda _, attached: inbound.sms(Channel="MMS", message=attached),
}


@pytest.mark.feature("X16")
@pytest.mark.goal("G9")
@pytest.mark.parametrize("make", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("text", ["", "look"])
@pytest.mark.parametrize("as_text", [True, False])
def test_a_bad_attachment_costs_no_other(make: Callable[[str, object], Webhook], text: str, *, as_text: bool) -> None:
    """
    Of several attachments those that can be read are told, with the text; each other one is kept on its own.

    What is kept is told later as what it is: under an id that none of the others has, without the text, once.
    """
    provider = load(TABLE.account, {})
    for bad, first, place in itertools.product(BAD, (PICTURE, STICKER), range(4)):
        attached = [first, PICTURE, STICKER]
        attached.insert(place, bad)
        body = make(text, json.dumps(attached) if as_text else attached)
        events = provider.parse_events(body)
        told = [event for event in events if isinstance(event, InboundMessage)]
        (kept,) = (event for event in events if isinstance(event, Unreadable))
        assert provider.parse_events(body) == events
        words = [str(event.content.get("text") or event.content.get("caption")) for event in told]
        assert words.count("look") == (text == "look" and make is not LISTS["mms"])
        assert len([event for event in told if event.content["type"] in ("media", "sticker")]) == 3
        with pytest.raises(ValueError, match=r"."):
            provider.parse_events(Webhook("inbound", kept.text.encode()))
        mended = json.loads(kept.text)
        mended["message" if make is LISTS["mms"] else "attachments"][-1] = PICTURE
        (later,) = provider.parse_events(Webhook("inbound", json.dumps(mended).encode()))
        assert isinstance(later, InboundMessage)
        assert "caption" not in later.content
        assert later.event_id not in {event.event_id for event in told}
        assert later.sender == told[0].sender
