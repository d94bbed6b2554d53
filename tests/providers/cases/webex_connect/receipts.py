"""
Delivery receipts. Bodies are those of the pages "Outbound Webhooks" of each channel, with our own names in them.
"""

from dataclasses import replace
from typing import Any

from herald.errors import Reason
from herald.identifier import digest
from herald.models import Channel, InboundMessage, StatusUpdate
from herald.provider import Webhook
from herald.status import Status
from tests.providers.cases.webex_connect.shared import PHONE, REFERENCE, SECRETS, TRANSACTION
from tests.providers.harness import Case, Inbox, post

STAMP = "2024-02-12T06:38:46.939+01:00"
AT = 1_707_716_326_939
DIGITS = PHONE.removeprefix("+")

WORDS: dict[str, Status | None] = {
    "Submitted": Status.SENT,
    "Submited": Status.SENT,
    "Sent": Status.SENT,
    "Delivered": Status.DELIVERED,
    "Read": Status.READ,
    "Failed": Status.FAILED,
    "Un-Delivered": Status.FAILED,
    "Clicked": None,
    "OFFERED": Status.SENT,
    "ACCEPTED": Status.SENT,
    "ANSWERED": Status.DELIVERED,
    "REJECTED": Status.FAILED,
    "DROPPED": None,
    "Released": None,
    "DISCONNECTED": None,
    "TROMBONE_CONNECTED": None,
    "TROMBONE_RELEASED": None,
}


def receipt(channel: str, word: str, code: str | int, *without: str, beside: object = None, **info: object) -> Webhook:
    """A receipt of the common shape; `beside` replaces what names the message, `info` adds to `deliveryInfo`."""
    said = {
        "timeStamp": STAMP,
        "Description": word,
        "code": code,
        "deliveryChannel": channel,
        "additionalInfo": "",
        "destination": DIGITS,
        "destinationType": "msisdn",
        "deliveryStatus": word,
    } | info
    names = {"subtid": "", "transid": TRANSACTION, "callbackData": REFERENCE, "correlationid": REFERENCE}
    notification = {"deliveryInfo": {name: value for name, value in said.items() if name not in without}}
    return post("status", {"deliveryInfoNotification": notification | (names if beside is None else dict(beside))})  # type: ignore[call-overload]


def report(word: str) -> Webhook:
    """A receipt with this word."""
    return receipt("sms", word, "7501")


def update(word: str, code: str, status: Status | None, **other: Any) -> StatusUpdate:
    """What the common shape tells."""
    destination = other.pop("destination", DIGITS)
    transaction, stamp = other.get("provider_message_id", TRANSACTION), other.pop("stamp", STAMP)
    fields: dict[str, Any] = {
        "provider_status": word,
        "status": status,
        "reference": REFERENCE,
        "provider_message_id": TRANSACTION,
        "recipient": PHONE,
        "at": AT,
        "code": code or None,
        "event_id": digest(transaction or "", destination, word, code, stamp),
        "silent": status is None,
    }
    return StatusUpdate(**(fields | other))


PEOPLE: tuple[tuple[str, str, str, str], ...] = (
    ("SMS", "msisdn", DIGITS, PHONE),
    ("voice", "msisdn", PHONE, PHONE),
    ("rt", "userid", "97XX90", "user:97XX90"),
    ("rt", "customerid", "97XX90", "customer:97XX90"),
    ("push", "android_pushid", "ejS3:XXX91b", "push_android:ejS3:XXX91b"),
    ("push", "hms_pushid", "h-1", "push_huawei:h-1"),
    ("push", "ios_pushid", "XXXXXf8dd", "push_ios:XXXXXf8dd"),
    ("push", "chrome_pushid", "c-1", "push_chrome:c-1"),
    ("push", "firefox_pushid", "f-1", "push_firefox:f-1"),
    ("push", "safari_pushid", "s-1", "push_safari:s-1"),
    ("push", "userid", "123456", "user:123456"),
    ("fb", "psid", "1368028456544331", "messenger:1368028456544331"),
    ("whatsapp", "waid", DIGITS, PHONE),
    ("whatsapp", "bsuid", "IN.2146020959550167", "whatsapp:IN.2146020959550167"),
    ("whatsapp", "waid", "IN.2146020959550167", "whatsapp:IN.2146020959550167"),
    ("applebusinesschat", "applebusinesschat", "urn:mbid:AQAAY4/+=", "apple:urn:mbid:AQAAY4/+="),
    ("applebusinesschat", "msisdn", DIGITS, PHONE),
    ("rcs", "msisdn", PHONE, PHONE),
    ("rcs", "", PHONE, PHONE),
    ("email", "email", "a@b.example", "email:a@b.example"),
)

SHAPES: list[Case] = [
    *(
        Inbox(
            name=f"receipt over {channel} to {kind or 'nothing said'} {name}",
            features=("X11", "X18"),
            webhook=receipt(channel, "Delivered", "7500", destinationType=kind, destination=name),
            expect=[update("Delivered", "7500", Status.DELIVERED, recipient=address, destination=name)],
        )
        for channel, kind, name, address in PEOPLE
    ),
    *(
        Inbox(
            name=f"receipt to {kind or 'nothing said'} {name!r}, whom nobody knows",
            features=("X11",),
            webhook=receipt("push", "Failed", "7105", destinationType=kind, destination=name),
            expect=[
                update(
                    *("Failed", "7105", Status.FAILED),
                    recipient=None,
                    destination=name,
                    reason=Reason.INVALID_RECIPIENT,
                )
            ],
        )
        for kind, name in (("", "1234567XX"), ("msisdn", "12345"), ("topic", "news"), ("userid", ""))
    ),
    Inbox(
        name="a receipt that came to the other address",
        features=("X11",),
        webhook=Webhook("inbound", receipt("sms", "Read", "7502").body),
        expect=[update("Read", "7502", Status.READ)],
    ),
    Inbox(
        name="receipt of a number in JSON, and with more than is documented",
        features=("X11",),
        webhook=receipt("SMS", "Un-Delivered", 7208, messageCount="1", waid={}),
        expect=[update("Un-Delivered", "7208", Status.FAILED, reason=Reason.EXPIRED)],
    ),
    Inbox(
        name="receipt named by callbackData alone",
        features=("X11", "X12"),
        webhook=receipt("sms", "Delivered", "7500", beside={"transid": "t-1", "callbackData": REFERENCE}),
        expect=[update("Delivered", "7500", Status.DELIVERED, provider_message_id="t-1")],
    ),
    Inbox(
        name="receipt of a call to many, named by its request and the recipient",
        features=("X11", "X12", "X9"),
        webhook=receipt("sms", "Delivered", "7500", beside={"callbackData": "abcdefghijklmnopqrstuvwxyz-b0"}),
        expect=[
            update(
                *("Delivered", "7500", Status.DELIVERED),
                reference="abcdefghijklmnopqrstuvwxyz-b0",
                provider_message_id=None,
            )
        ],
    ),
    Inbox(
        name="receipt named by its transaction alone, with its number",
        features=("X11",),
        webhook=receipt(
            *("whatsapp", "Delivered", "7500"),
            beside={"transid": f"{TRANSACTION}_0", "callbackData": "theirs", "correlationid": ""},
        ),
        expect=[update("Delivered", "7500", Status.DELIVERED, reference=None, provider_message_id=f"{TRANSACTION}_0")],
    ),
    Inbox(
        name="receipt whose correlation id has got a number, as in one sample",
        features=("X11",),
        webhook=receipt("fb", "Delivered", "7500", beside={"transid": "t-1", "correlationid": f"{REFERENCE}_0"}),
        expect=[update("Delivered", "7500", Status.DELIVERED, provider_message_id="t-1")],
    ),
    Inbox(
        name="click in an app, with all names inside",
        features=("X11",),
        webhook=receipt(
            *("rt", "Clicked", "7528"),
            beside={},
            subtid="",
            transid=TRANSACTION,
            callbackData="",
            correlationid=REFERENCE,
            destination="97XX90",
            destinationType="userid",
            interactiveData={"identifier": "1", "type": "webUrl", "title": "View Item", "url": ""},
        ),
        expect=[update("Clicked", "7528", None, recipient="user:97XX90", destination="97XX90")],
    ),
    Inbox(
        name="receipt of a time without a zone",
        features=("X11",),
        webhook=receipt("fb", "Submited", "7501", timeStamp="2016-07-21T12:44:23.644"),
        expect=[update("Submited", "7501", Status.SENT, at=None, stamp="2016-07-21T12:44:23.644")],
    ),
    Inbox(
        name="the documented slip: submitted with a code of failure",
        features=("X11",),
        webhook=receipt("SMS", "Submitted", "7102"),
        expect=[update("Submitted", "7102", Status.SENT)],
    ),
    Inbox(
        name="failure without a code over a channel that Herald has not got",
        features=("X11",),
        webhook=receipt("mms", "Failed", "", sentAs="MMS"),
        expect=[update("Failed", "", Status.FAILED, reason=Reason.UNDELIVERABLE)],
    ),
    *(
        Inbox(name=f"receipt {name}", features=("X11",), webhook=webhook, expect=None)
        for name, webhook in (
            ("that names nothing", receipt("sms", "Delivered", "7500", beside={"transid": "", "correlationid": ""})),
            ("without a status", receipt("sms", "Delivered", "7500", "deliveryStatus")),
            ("with an empty status", receipt("sms", "", "7500")),
            ("with an endless status", receipt("sms", "x" * 65, "7500")),
            ("with an endless code", receipt("sms", "Failed", "7" * 5000)),
            ("that is none", post("status", {"deliveryInfoNotification": "Delivered"})),
            ("without its middle", post("status", {"deliveryInfoNotification": {"transid": TRANSACTION}})),
            ("cut short, as the voice samples are", Webhook("status", receipt("voice", "OFFERED", "7407").body[:-1])),
        )
    ),
]

# "Voice": what an answered, a broken-off, a busy and an unanswered call report, in their order.
ANSWERED = ("OFFERED", "ACCEPTED", "ANSWERED", "DROPPED", "Released")
BROKEN_OFF = ("OFFERED", "ACCEPTED", "ANSWERED", "Released", "DISCONNECTED", "DROPPED")
BUSY = ("OFFERED", "ACCEPTED", "DROPPED", "REJECTED")
RUNG_OFF = ("OFFERED", "ACCEPTED", "DISCONNECTED", "DROPPED", "REJECTED")
CODES = {
    "OFFERED": "7407",
    "ACCEPTED": "7408",
    "ANSWERED": "7519",
    "DROPPED": "7409",
    "REJECTED": "7402",
    "Released": "7405",
    "DISCONNECTED": "7410",
    "TROMBONE_CONNECTED": "7411",
    "TROMBONE_RELEASED": "7412",
}


def ring(word: str, **names: str) -> Webhook:
    """An event of a call, with the transaction's XML beside it."""
    inner = receipt("voice", word, CODES[word], beside={"transid": TRANSACTION} | names, destination=PHONE)
    return Webhook("status", b'{"deliveryTransInfo":"<event/>",' + inner.body[1:])


CALLS: list[Case] = [
    *(
        Inbox(
            name=f"call: {word}",
            features=("X11",),
            webhook=ring(word, correlationid=REFERENCE),
            expect=[
                update(
                    *(word, code, WORDS[word]),
                    destination=PHONE,
                    reason=Reason.UNDELIVERABLE if word == "REJECTED" else None,
                )
            ],
        )
        for word, code in CODES.items()
    ),
    *(
        Inbox(
            name=f"call: {word} that lost what names it, and says nothing",
            features=("X11",),
            webhook=ring(word, correlationid="", callbackData=""),
            expect=[],
        )
        for word in ("DISCONNECTED", "TROMBONE_CONNECTED", "TROMBONE_RELEASED")
    ),
    Inbox(
        name="call: ANSWERED that lost what names it is found by its transaction",
        features=("X11",),
        webhook=ring("ANSWERED"),
        expect=[update("ANSWERED", "7519", Status.DELIVERED, destination=PHONE, reference=None)],
    ),
]

TAPPED = {"destinationType": "userid", "destination": "123456"}
READ = update("Read", "7502", Status.READ, recipient="user:123456", destination="123456")


def tap(button: str, data: str) -> InboundMessage:
    return InboundMessage(
        channel=Channel.PUSH,
        sender="user:123456",
        content={"type": "reply", "label": button, "data": data},
        event_id=digest("tap", TRANSACTION, "123456", button, STAMP),
        at=AT,
    )


PRESSED = receipt("push", "Read", "7502", interaction={"Button_Pressed": "YES", "pushref": '{"YES":"y"}'}, **TAPPED)
SIGNED = replace(PRESSED, headers={"x-hub-signature": "as it was verified"})
HUB = SECRETS | {"hub_secret": "a hub secret"}

TAPS: list[Case] = [
    *(
        Inbox(
            name=f"push read by a tap, {name}",
            features=("X5", "X11"),
            secrets=secrets,
            settings=settings,
            webhook=webhook,
            expect=[READ, tap("YES", "y")] if believed else [READ],
        )
        for name, secrets, settings, webhook, believed in (
            ("unsigned where what people say must be signed", HUB, {}, PRESSED, False),
            ("signed where what people say must be signed", HUB, {}, SIGNED, True),
            ("unsigned where nothing must be signed", HUB, {"signed_webhooks": "none"}, PRESSED, True),
            ("out of quarantine, where all had been signed", HUB, {"signed_webhooks": "all"}, PRESSED, True),
            ("signed by whatever, where nobody can tell", SECRETS, {}, SIGNED, True),
        )
    ),
    *(
        Inbox(
            name=f"push read by a tap, with {reference!r}",
            features=("X5", "X11"),
            webhook=receipt(
                "push", "Read", "7502", interaction={"Button_Pressed": "YES", "pushref": reference}, **TAPPED
            ),
            expect=[READ, tap("YES", data)],
        )
        for reference, data in (
            ('{"YES":"y"}', "y"),
            ('{"NO":"n"}', "YES"),
            ("pushRef123", "YES"),
            ("", "YES"),
            ("[1]", "YES"),
        )
    ),
    *(
        Inbox(
            name=f"push read without a tap: {interaction}",
            features=("X11",),
            webhook=receipt("push", "Read", "7502", interaction=interaction, **TAPPED),
            expect=[READ],
        )
        for interaction in (None, {}, {"Button_Pressed": ""})
    ),
]

# "Channel Specific Status Codes": what the same number means on every channel.
MEANINGS: tuple[tuple[str, int, Reason], ...] = (
    ("sms", 7006, Reason.PROVIDER_FAILURE),
    ("sms", 7101, Reason.INVALID_SENDER),
    ("sms", 7102, Reason.INVALID_RECIPIENT),
    ("sms", 7107, Reason.INVALID_CONTENT),
    ("sms", 7109, Reason.RECIPIENT_BLOCKED),
    ("sms", 7111, Reason.INVALID_CONTENT),
    ("sms", 7201, Reason.UNDELIVERABLE),
    ("sms", 7202, Reason.PROVIDER_FAILURE),
    ("sms", 7203, Reason.INVALID_RECIPIENT),
    ("sms", 7204, Reason.UNDELIVERABLE),
    ("sms", 7205, Reason.INVALID_CONTENT),
    ("sms", 7206, Reason.UNDELIVERABLE),
    ("sms", 7207, Reason.UNDELIVERABLE),
    ("sms", 7208, Reason.EXPIRED),
    ("sms", 7209, Reason.UNDELIVERABLE),
    ("sms", 7210, Reason.PROVIDER_FAILURE),
    ("sms", 7211, Reason.PROVIDER_FAILURE),
    ("sms", 7280, Reason.UNDELIVERABLE),
    ("sms", 7281, Reason.INVALID_SENDER),
    ("sms", 7282, Reason.NOT_CAPABLE),
    ("sms", 7283, Reason.NOT_CAPABLE),
    ("sms", 7284, Reason.UNDELIVERABLE),
    ("sms", 7302, Reason.THROTTLED),
    ("sms", 7513, Reason.UNDELIVERABLE),
    ("sms", 7518, Reason.UNKNOWN),
    ("sms", 7607, Reason.NOT_CAPABLE),
    ("sms", 7720, Reason.RECIPIENT_BLOCKED),
    ("voice", 7005, Reason.EXPIRED),
    ("voice", 7208, Reason.EXPIRED),
    ("voice", 7401, Reason.UNDELIVERABLE),
    ("voice", 7402, Reason.UNDELIVERABLE),
    ("voice", 7404, Reason.UNKNOWN),
    ("voice", 7406, Reason.UNDELIVERABLE),
    ("rt", 7301, Reason.EXPIRED),
    ("rt", 7304, Reason.CREDENTIALS_REFUSED),
    ("rt", 7305, Reason.CREDENTIALS_REFUSED),
    ("rt", 7307, Reason.UNDELIVERABLE),
    ("rt", 7308, Reason.NOT_FOUND),
    ("rt", 7309, Reason.INVALID_RECIPIENT),
    ("rt", 7310, Reason.NOT_FOUND),
    ("rt", 7311, Reason.INVALID_OPTION),
    ("rt", 7312, Reason.INVALID_OPTION),
    ("rt", 7703, Reason.INVALID_CONTENT),
    ("rt", 7704, Reason.INVALID_CONTENT),
    ("rt", 7706, Reason.INVALID_CONTENT),
    ("rt", 7708, Reason.INVALID_CONTENT),
    ("push", 7105, Reason.INVALID_RECIPIENT),
    ("push", 7404, Reason.UNKNOWN),
    ("push", 7503, Reason.EXPIRED),
    ("push", 7504, Reason.CREDENTIALS_REFUSED),
    ("push", 7505, Reason.INVALID_CONTENT),
    ("push", 7506, Reason.INVALID_OPTION),
    ("push", 7507, Reason.THROTTLED),
    ("push", 7508, Reason.PROVIDER_FAILURE),
    ("push", 7512, Reason.INVALID_RECIPIENT),
    ("push", 7513, Reason.INVALID_RECIPIENT),
    ("push", 7514, Reason.CREDENTIALS_REFUSED),
    ("push", 7518, Reason.UNKNOWN),
    ("push", 7541, Reason.EXPIRED),
    ("push", 7546, Reason.ACCOUNT_DISABLED),
    ("push", 7549, Reason.TOO_MANY_RECIPIENTS),
    ("push", 7562, Reason.INVALID_SENDER),
    ("push", 7564, Reason.THROTTLED),
    ("push", 7571, Reason.INVALID_RECIPIENT),
    ("push", 7880, Reason.INVALID_RECIPIENT),
    ("push", 7883, Reason.INVALID_SENDER),
    ("push", 7892, Reason.INVALID_OPTION),
    ("fb", 7010, Reason.PROVIDER_FAILURE),
    ("fb", 7303, Reason.UNDELIVERABLE),
    ("fb", 7313, Reason.WINDOW_CLOSED),
    ("fb", 7526, Reason.RECIPIENT_NOT_ALLOWED),
    ("fb", 2018336, Reason.RECIPIENT_NOT_ALLOWED),
    ("whatsapp", 7010, Reason.PROVIDER_FAILURE),
    ("whatsapp", 7011, Reason.PROVIDER_FAILURE),
    ("whatsapp", 7200, Reason.UNKNOWN),
    ("whatsapp", 7701, Reason.INVALID_MEDIA),
    ("whatsapp", 7703, Reason.ACCOUNT_DISABLED),
    ("whatsapp", 7704, Reason.EXPIRED),
    ("whatsapp", 7705, Reason.EXPIRED),
    ("whatsapp", 7706, Reason.THROTTLED),
    ("whatsapp", 7710, Reason.WINDOW_CLOSED),
    ("whatsapp", 7711, Reason.THROTTLED),
    ("whatsapp", 7714, Reason.INVALID_CONTENT),
    ("whatsapp", 7722, Reason.INVALID_CONTENT),
    ("whatsapp", 7726, Reason.INVALID_RECIPIENT),
    ("whatsapp", 7803, Reason.ACCOUNT_DISABLED),
    ("whatsapp", 7804, Reason.INVALID_TEMPLATE),
    ("whatsapp", 7816, Reason.INVALID_TEMPLATE),
    ("whatsapp", 7819, Reason.INVALID_CONTENT),
    ("whatsapp", 7832, Reason.CREDENTIALS_REFUSED),
    ("whatsapp", 7846, Reason.PROVIDER_UNAVAILABLE),
    ("whatsapp", 7861, Reason.INVALID_MEDIA),
    ("whatsapp", 7862, Reason.INVALID_RECIPIENT),
    ("whatsapp", 7863, Reason.INVALID_CONTENT),
    ("whatsapp", 7865, Reason.INVALID_SENDER),
    ("whatsapp", 7868, Reason.INVALID_TEMPLATE),
    ("whatsapp", 7871, Reason.UNDELIVERABLE),
    ("whatsapp", 7874, Reason.THROTTLED),
    ("applebusinesschat", 7301, Reason.EXPIRED),
    ("applebusinesschat", 7307, Reason.UNDELIVERABLE),
    ("applebusinesschat", 7314, Reason.INVALID_SENDER),
    ("applebusinesschat", 7316, Reason.INVALID_SENDER),
    ("applebusinesschat", 7317, Reason.CREDENTIALS_REFUSED),
    ("applebusinesschat", 7722, Reason.INVALID_CONTENT),
    ("applebusinesschat", 7738, Reason.INVALID_MEDIA),
    ("rcs", 7318, Reason.INVALID_CONTENT),
    ("rcs", 7319, Reason.NOT_FOUND),
    ("rcs", 7322, Reason.INVALID_SENDER),
    ("rcs", 7323, Reason.NOT_CAPABLE),
    ("rcs", 7324, Reason.THROTTLED),
    ("rcs", 7325, Reason.CREDENTIALS_REFUSED),
    ("rcs", 7326, Reason.PROVIDER_FAILURE),
    ("rcs", 7331, Reason.THROTTLED),
    ("rcs", 7334, Reason.UNDELIVERABLE),
    ("rcs", 7740, Reason.INVALID_MEDIA),
    *((channel, 9002, Reason.RECIPIENT_NOT_ALLOWED) for channel in ("sms", "voice", "whatsapp")),
    ("sms", 9004, Reason.PROVIDER_UNAVAILABLE),
    ("sms", 9010, Reason.RECIPIENT_NOT_ALLOWED),
    ("sms", 6999, Reason.UNDELIVERABLE),
)

FAILURES: list[Case] = [
    Inbox(
        name=f"{code} over {channel} is {reason}",
        features=("X11", "X15") + (("X14",) if code >= 9000 and code < 9999 else ()),
        webhook=receipt(channel, "Failed", f"{code}"),
        expect=[update("Failed", f"{code}", Status.FAILED, reason=reason)],
    )
    for channel, code, reason in MEANINGS
]

CASES = [*SHAPES, *CALLS, *TAPS, *FAILURES]
