"""
websms SMS REST API. Bodies are those of websms SMS REST API and, where it prints none, of
docs/providers.md.
"""

from typing import Any
from urllib.parse import quote_plus

from herald.content import BinaryContent, Content, Media, Reply, TextContent, VoiceContent
from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    InvalidMessage,
    OutcomeUnknown,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    Reason,
    UnsupportedFeature,
)
from herald.models import (
    Account,
    Address,
    AddressType,
    Channel,
    InboundMessage,
    Options,
    OutboundMessage,
    Receipt,
    Sender,
    StatusUpdate,
)
from herald.provider import Response, Webhook
from herald.status import Status
from tests.providers.harness import Answer, Case, Inbox, Refuse, Refused, Send, Table, Wire, json_response, post

REFERENCE = "abcdefghijklmnopqrstuvwxyz-0"
PHONE = "+4367612345678"
TEXT_URL = "https://api.websms.com/rest/smsmessaging/text"
BASIC = {"Authorization": "Basic dGVzdDp0ZXN0LXdvcmQ="}
JSON = {"Accept": "application/json", "Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
BEARER = {"Authorization": "Bearer secret-token"}
BY_TOKEN = {"access_token": "secret-token"}

# The official SDKs' example, decoded: a six-octet header each, then "Zusammen" and "gefügt."
UDH_SEGMENTS = ("BQAD/AIBWnVzYW1tZW4=", "BQAD/AICZ2Vmw7xndC4=")


def sms(
    content: Content,
    *to: str,
    channel: Channel = Channel.SMS,
    options: Options | None = None,
    sender: str = "",
    callback_url: str | None = None,
) -> OutboundMessage:
    return OutboundMessage(
        reference=REFERENCE,
        channel=channel,
        recipients=tuple(Address.parse(number) for number in to or (PHONE,)),
        sender=sender,
        content=content,
        options=options or Options(),
        callback_url=callback_url,
    )


def text(words: str = "Hello World") -> TextContent:
    return TextContent(text=words)


def body(**fields: object) -> dict[str, object]:
    common: dict[str, object] = {
        "recipientAddressList": ["4367612345678"],
        "messageContent": "Hello World",
        "clientMessageId": REFERENCE,
    }
    return common | fields


def form(**fields: str) -> dict[str, str]:
    common = {"recipientAddressList": "4367612345678", "messageContent": "Hello World", "clientMessageId": REFERENCE}
    return common | fields


def told(**fields: object) -> Wire:
    return Wire("POST", TEXT_URL, JSON | BASIC, json=body(**fields))


def refusal(code: int, status: int = 200) -> Response:
    return json_response(
        status,
        {
            "statusCode": code,
            "statusMessage": f"no to {PHONE}",
            "clientMessageId": None,
            "transferId": None,
            "smsCount": 0,
        },
    )


def accepted(code: int = 2000, **other: object) -> Response:
    answer: dict[str, object] = {
        "statusCode": code,
        "statusMessage": "OK",
        "clientMessageId": REFERENCE,
        "transferId": "00670eb55d00349e1111",
        "smsCount": 1,
    }
    return json_response(200, answer | other)


HELLO = sms(text())
CROWD = tuple(f"+43676{number:07}" for number in range(1000))

SENDS: list[Case] = [
    Send(name="text", features=("S1", "S2"), message=HELLO, wire=told()),
    Send(
        name="text with a bearer token",
        features=("S1",),
        secrets=BY_TOKEN,
        message=HELLO,
        wire=Wire("POST", TEXT_URL, JSON | BEARER, json=body()),
    ),
    Send(
        name="text with the token in the query",
        features=("S1",),
        secrets={"access_token": "a&b secret"},
        settings={"token_in": "query"},
        message=HELLO,
        wire=Wire("POST", f"{TEXT_URL}?access_token=a%26b+secret", JSON, json=body()),
    ),
    Send(
        name="the newer host, with plus signs",
        features=("S2",),
        settings={"base_url": "https://api.linkmobility.eu", "recipient_format": "plus", "path_text": "/json/text"},
        message=HELLO,
        wire=Wire(
            "POST", "https://api.linkmobility.eu/json/text", JSON | BASIC, json=body(recipientAddressList=[PHONE])
        ),
    ),
    Send(
        name="text to 1000 recipients in one call",
        features=("S2",),
        message=sms(text(), *CROWD),
        wire=told(recipientAddressList=[number.removeprefix("+") for number in CROWD]),
    ),
    Send(
        name="every field",
        features=("S6",),
        message=sms(
            text(),
            sender="Herald",
            callback_url="https://herald.example/v1/webhooks/a.1.x/status",
            options=Options(
                category="promotional",
                priority=9,
                validity_seconds=259_200,
                flash=True,
                sender_type="alphanumeric",
                max_segments=3,
                test=True,
            ),
        ),
        wire=told(
            senderAddress="Herald",
            senderAddressType="alphanumeric",
            sendAsFlashSms=True,
            notificationCallbackUrl="https://herald.example/v1/webhooks/a.1.x/status",
            contentCategory="advertisement",
            priority=9,
            test=True,
            validityPeriode=259_200,
            maxSmsPerMessage=3,
        ),
    ),
    Send(
        name="lowest priority, shortest life, informational",
        features=("S6",),
        message=sms(text(), options=Options(priority=0, validity_seconds=60, category="informational")),
        wire=told(priority=0, validityPeriode=60, contentCategory="informational"),
    ),
    Send(
        name="voice",
        features=("S6",),
        message=sms(VoiceContent(text="Hello World"), channel=Channel.VOICE),
        wire=told(messageType="voice"),
    ),
    Send(
        name="a text to be spoken counts no segments",
        features=("S6",),
        message=sms(text(), channel=Channel.VOICE, options=Options(max_segments=1)),
        wire=told(messageType="voice"),
    ),
    Send(
        name="a call with every option that calls have",
        features=("S6",),
        message=sms(
            VoiceContent(text="Hello World"),
            channel=Channel.VOICE,
            options=Options(
                category="informational", priority=1, validity_seconds=60, sender_type="national", test=True
            ),
        ),
        wire=told(
            messageType="voice",
            contentCategory="informational",
            priority=1,
            validityPeriode=60,
            senderAddressType="national",
            test=True,
        ),
    ),
    Send(
        name="binary segments with headers",
        features=("S3", "S6"),
        message=sms(BinaryContent(segments=UDH_SEGMENTS, user_data_header=True)),
        wire=Wire(
            "POST",
            "https://api.websms.com/rest/smsmessaging/binary",
            JSON | BASIC,
            json=body(messageContent=list(UDH_SEGMENTS), userDataHeaderPresent=True),
        ),
    ),
    Send(
        name="binary segments without headers, and never by /simple",
        features=("S3",),
        settings={"method": "simple"},
        message=sms(BinaryContent(segments=("AQID", "BAUG")), options=Options(max_segments=2)),
        wire=Wire(
            "POST",
            "https://api.websms.com/rest/smsmessaging/binary",
            JSON | BASIC,
            json=body(messageContent=["AQID", "BAUG"]),
        ),
    ),
    Send(
        name="simple by POST",
        features=("S4",),
        settings={"method": "simple"},
        message=sms(text("Grüße €5 & more"), PHONE, "+41791111111", options=Options(flash=True, priority=1)),
        wire=Wire(
            "POST",
            "https://api.websms.com/rest/smsmessaging/simple",
            FORM | BASIC,
            form=form(
                recipientAddressList="4367612345678,41791111111",
                messageContent="Grüße €5 & more",
                sendAsFlashSms="true",
                priority="1",
            ),
        ),
    ),
    Send(
        name="simple in latin-1",
        features=("S4",),
        settings={"method": "simple", "simple_charset": "latin-1"},
        message=sms(text("Grüße")),
        wire=Wire(
            "POST",
            "https://api.websms.com/rest/smsmessaging/simple",
            {"Content-Type": "application/x-www-form-urlencoded;charset=latin-1"} | BASIC,
            form=form(messageContent="Grüße"),
        ),
    ),
    Send(
        name="simple by GET",
        features=("S4",),
        settings={"method": "simple", "simple_method": "GET"},
        message=sms(text("Grüße & more")),
        wire=Wire(
            "GET",
            "https://api.websms.com/rest/smsmessaging/simple?recipientAddressList=4367612345678"
            f"&clientMessageId={REFERENCE}&messageContent={quote_plus('Grüße & more')}",
            BASIC,
        ),
    ),
    Send(
        name="simple by GET with the token in the query",
        features=("S1", "S4"),
        settings={"method": "simple", "simple_method": "GET", "token_in": "query"},
        secrets=BY_TOKEN,
        message=HELLO,
        wire=Wire(
            "GET",
            "https://api.websms.com/rest/smsmessaging/simple?access_token=secret-token"
            f"&recipientAddressList=4367612345678&clientMessageId={REFERENCE}&messageContent=Hello+World",
        ),
    ),
]

REFUSALS: list[Case] = [
    Refuse(
        name="a method that nobody has",
        features=("S4",),
        settings={"method": "fax"},
        message=HELLO,
        expect=Refused(ConfigurationError),
    ),
    Refuse(
        name="to somebody without a number",
        features=("S2",),
        message=sms(text(), str(Address(type=AddressType.WHATSAPP, value="US.1349"))),
        expect=Refused(UnsupportedFeature, field="to"),
    ),
    Refuse(
        name="suggestions",
        features=("S2",),
        message=sms(TextContent(text="Choose", suggestions=(Reply(label="Yes"),))),
        expect=Refused(UnsupportedFeature, field="content.suggestions"),
    ),
    *(
        Refuse(
            name=f"validity of {seconds} seconds",
            features=("S6",),
            message=sms(text(), options=Options(validity_seconds=seconds)),
            expect=Refused(InvalidMessage, field="options.validity_seconds"),
        )
        for seconds in (59, 259_201)
    ),
    Refuse(
        name="a binary segment of 141 octets",
        features=("S3",),
        message=sms(BinaryContent(segments=("AQID", "A" * 188))),
        expect=Refused(InvalidMessage, field="content.segments[1]"),
    ),
    Refuse(
        name="a binary segment without the header it claims",
        features=("S3",),
        message=sms(BinaryContent(segments=("AwAD",), user_data_header=True)),
        expect=Refused(InvalidMessage, field="content.segments[0]"),
    ),
    Refuse(
        name="more binary segments than wanted",
        features=("S3",),
        message=sms(BinaryContent(segments=("AQID", "BAUG")), options=Options(max_segments=1)),
        expect=Refused(InvalidMessage, field="content.segments"),
    ),
    Refuse(
        name="a character that latin-1 lacks",
        features=("S4",),
        settings={"method": "simple", "simple_charset": "latin-1"},
        message=sms(text("5 €")),
        expect=Refused(UnsupportedFeature, field="content.text"),
    ),
    *(
        Refuse(
            name=f"a call with {part}",
            features=("S6",),
            message=sms(content, channel=Channel.VOICE),
            expect=Refused(UnsupportedFeature, field=f"content.{part}"),
        )
        for part, content in (
            ("media", VoiceContent(media=Media(id="m"))),
            ("flow", VoiceContent(flow="f")),
            ("language", VoiceContent(text="Hello", language="de")),
        )
    ),
]

REJECTED, THROTTLED, NOT_SENT = ProviderRejected, ProviderThrottled, ProviderUnavailable
UNCLEAR, CREDENTIALS = OutcomeUnknown, CredentialsRefused

# websms SMS REST API, "Status codes"
CODES = (
    (4001, CREDENTIALS, Reason.CREDENTIALS_REFUSED),
    (4002, REJECTED, Reason.INVALID_RECIPIENT),
    (4003, REJECTED, Reason.INVALID_SENDER),
    (4004, REJECTED, Reason.INVALID_OPTION),
    (4008, REJECTED, Reason.INVALID_REFERENCE),
    (4009, REJECTED, Reason.INVALID_CONTENT),
    (4013, REJECTED, Reason.QUOTA_EXCEEDED),
    (4014, REJECTED, Reason.ADDRESS_NOT_ALLOWED),
    (4015, REJECTED, Reason.INVALID_OPTION),
    (4016, REJECTED, Reason.INVALID_OPTION),
    (4019, REJECTED, Reason.INVALID_OPTION),
    (4021, REJECTED, Reason.ACCOUNT_DISABLED),
    (4022, REJECTED, Reason.ACCOUNT_DISABLED),
    (4023, THROTTLED, Reason.THROTTLED),
    (4025, REJECTED, Reason.TOO_MANY_RECIPIENTS),
    (4026, REJECTED, Reason.INVALID_CONTENT),
    (4027, REJECTED, Reason.INVALID_CONTENT),
    (4031, REJECTED, Reason.RECIPIENT_BLOCKED),
    (4032, REJECTED, Reason.NOT_CAPABLE),
    (4033, REJECTED, Reason.ACCOUNT_DISABLED),
    (4034, REJECTED, Reason.INVALID_MEDIA),
    (4035, REJECTED, Reason.ACCOUNT_DISABLED),
    (4040, REJECTED, Reason.INVALID_OPTION),
    (4041, REJECTED, Reason.INVALID_OPTION),
    (5000, UNCLEAR, Reason.PROVIDER_FAILURE),
    (5003, NOT_SENT, Reason.PROVIDER_UNAVAILABLE),
)
# the official SDKs, outside the guide
OTHER_CODES = (
    (4000, REJECTED, Reason.INVALID_CONTENT),
    (4012, THROTTLED, Reason.THROTTLED),
    (4017, REJECTED, Reason.INVALID_CONTENT),
    (4018, REJECTED, Reason.ACCOUNT_DISABLED),
    (4020, CREDENTIALS, Reason.CREDENTIALS_REFUSED),
    (4024, THROTTLED, Reason.THROTTLED),
    (4029, REJECTED, Reason.RECIPIENT_NOT_ALLOWED),
    (4042, REJECTED, Reason.RECIPIENT_NOT_ALLOWED),
    (4043, REJECTED, Reason.INVALID_CONTENT),
    (4120, REJECTED, Reason.INVALID_CONTENT),
    (4999, REJECTED, Reason.UNKNOWN),
    (5999, UNCLEAR, Reason.UNKNOWN),
    (2003, UNCLEAR, Reason.UNKNOWN),
)

ANSWERS: list[Case] = [
    *(
        Answer(
            name=f"{code} is taken",
            features=("S5",),
            answer=accepted(code),
            expect=Receipt("00670eb55d00349e1111", str(code), 1),
        )
        for code in (2000, 2001, 2002)
    ),
    *(
        Answer(
            name=f"{code} is {reason}",
            features=("S5",),
            answer=refusal(code),
            expect=Refused(error, code=str(code), reason=reason),
        )
        for code, error, reason in CODES + OTHER_CODES
    ),
    Answer(
        name="the documented failure in a 200, word for word",
        features=("S5",),
        answer=Response(
            200,
            {"content-type": "application/json;charset=UTF-8"},
            b"""{
 "statusCode": 4015,
 "statusMessage": "message priority is invalid",
 "clientMessageId": null,
 "transferId": null,
 "smsCount": 0
}""",
        ),
        expect=Refused(ProviderRejected, code="4015"),
    ),
    Answer(
        name="401 without a body",
        features=("S1", "S5"),
        answer=Response(401),
        expect=Refused(CredentialsRefused, code="401"),
    ),
    Answer(
        name="401 with a code",
        features=("S1", "S5"),
        answer=refusal(4009, 401),
        expect=Refused(CredentialsRefused, code="4009"),
    ),
    Answer(
        name="5003 as the account has seen it",
        features=("S5",),
        settings={"outcomes": {"5003": "rejected"}},
        answer=refusal(5003),
        expect=Refused(ProviderRejected, code="5003"),
    ),
    Answer(
        name="taken without an id",
        features=("S5",),
        answer=accepted(transferId=None),
        expect=Refused(OutcomeUnknown, code="2000"),
    ),
    Answer(
        name="taken and failed at once",
        features=("S5",),
        answer=Response(503, {}, accepted().body),
        expect=Refused(OutcomeUnknown, code="2000"),
    ),
    Answer(
        name="segments",
        features=("S5", "S9"),
        answer=accepted(smsCount=3),
        expect=Receipt("00670eb55d00349e1111", "2000", 3),
    ),
    Answer(
        name="simple: taken",
        features=("S4",),
        answer=Response(
            200,
            {"content-type": "text/plain"},
            b"statusCode=2000&statusMessage=OK&transferId=00670eb55d00349e1111&clientMessageId=a&smsCount=2",
        ),
        expect=Receipt("00670eb55d00349e1111", "2000", 2),
    ),
    Answer(
        name="simple: refused",
        features=("S4", "S5"),
        answer=Response(200, {}, b"statusCode=4003&statusMessage=sender+address+or+type+is+invalid&transferId="),
        expect=Refused(ProviderRejected, code="4003", reason=Reason.INVALID_SENDER),
    ),
    Answer(
        name="simple: nonsense",
        features=("S4",),
        answer=Response(200, {}, "grüße=1".encode()),
        expect=Refused(OutcomeUnknown, code="200"),
    ),
]


def notification(sample: dict[str, object], *without: str, kind: str = "inbound", **other: object) -> Webhook:
    return post(kind, {name: value for name, value in (sample | other).items() if name not in without})


TEXT: dict[str, object] = {
    "messageType": "text",
    "notificationId": "02c1d0051949fe70cbfa",
    "senderAddress": "4367612345678",
    "senderAddressType": "international",
    "recipientAddress": "08282709900001",
    "recipientAddressType": "national",
    "textMessageContent": "Hello World",
}
BINARY: dict[str, object] = {
    "messageType": "binary",
    "notificationId": "050f9005180a2a212469",
    "senderAddress": "4366012345678",
    "senderAddressType": "international",
    "recipientAddress": "066012345678",
    "recipientAddressType": "national",
    "userDataHeaderPresent": True,
    "binaryMessageContent": ["AQID", "BAUG"],
}
REPORT: dict[str, object] = {
    "messageType": "deliveryReport",
    "notificationId": "050f9005180a2a212469",
    "transferId": "00670eb55d00349e1111",
    "senderAddress": "41791111111",
    "deliveryReportMessageStatus": "delivered",
    "sentOn": "2024-10-15T20:33:02.000+02:00",
    "deliveredOn": "2024-10-15T20:33:03.000+02:00",
    "deliveredAs": "sms",
    "clientMessageId": REFERENCE,
}


def report(word: str) -> Webhook:
    return notification(REPORT, kind="status", deliveryReportMessageStatus=word)


def received(**other: object) -> InboundMessage:
    fields: dict[str, Any] = {
        "channel": Channel.SMS,
        "sender": "+4367612345678",
        "recipient": "08282709900001",
        "content": {"type": "text", "text": "Hello World"},
        "event_id": "02c1d0051949fe70cbfa",
    }
    return InboundMessage(**(fields | other))


def reported(word: str, status: Status | None, **other: object) -> StatusUpdate:
    fields: dict[str, Any] = {
        "provider_status": word,
        "status": status,
        "reference": REFERENCE,
        "provider_message_id": "00670eb55d00349e1111",
        "recipient": "+41791111111",
        "at": 1729017183000,
        "code": "sms",
        "event_id": "050f9005180a2a212469",
    }
    return StatusUpdate(**(fields | other))


INBOUND: list[Case] = [
    Inbox(name="inbound text", features=("S8",), webhook=notification(TEXT), expect=[received()]),
    Inbox(
        name="inbound text under the status address",
        features=("S8",),
        webhook=notification(TEXT, kind="status"),
        expect=[received()],
    ),
    Inbox(
        name="inbound text to a number that the account spells with a plus",
        features=("S8",),
        webhook=notification(TEXT, recipientAddress="436601234567"),
        expect=[received(recipient="+436601234567")],
    ),
    Inbox(
        name="inbound text to a number that the account spells without",
        features=("S8",),
        webhook=notification(TEXT, recipientAddress="00436609999999"),
        expect=[received(recipient="436609999999")],
    ),
    Inbox(
        name="inbound text to nobody, from a name",
        features=("S8",),
        webhook=notification(TEXT, "recipientAddress", "notificationId", senderAddress="Bank"),
        expect=[received(recipient=None, sender="Bank", event_id=None)],
    ),
    Inbox(
        name="inbound whatsapp",
        features=("S8",),
        webhook=notification(TEXT, messageType="whatsapp"),
        expect=[received(channel=Channel.WHATSAPP)],
    ),
    Inbox(
        name="inbound binary",
        features=("S8",),
        webhook=notification(BINARY),
        expect=[
            received(
                sender="+4366012345678",
                recipient="066012345678",
                event_id="050f9005180a2a212469",
                content={"type": "binary", "segments": ["AQID", "BAUG"], "user_data_header": True},
            )
        ],
    ),
    Inbox(
        name="inbound binary in the other alphabet, without padding or header",
        features=("S8",),
        webhook=notification(BINARY, "userDataHeaderPresent", binaryMessageContent=["-_8", "-_8=", "+/8="]),
        expect=[
            received(
                sender="+4366012345678",
                recipient="066012345678",
                event_id="050f9005180a2a212469",
                content={"type": "binary", "segments": ["+/8=", "+/8=", "+/8="], "user_data_header": False},
            )
        ],
    ),
    Inbox(
        name="inbound binary that is none",
        features=("S8",),
        webhook=notification(BINARY, binaryMessageContent=["A"]),
        expect=None,
    ),
    Inbox(name="inbound text from nobody", features=("S8",), webhook=notification(TEXT, "senderAddress"), expect=None),
    Inbox(name="inbound without text", features=("S8",), webhook=notification(TEXT, "textMessageContent"), expect=None),
    Inbox(name="an unknown type", features=("S8",), webhook=notification(TEXT, messageType="fax"), expect=None),
]

REPORTS: list[Case] = [
    Inbox(
        name="delivered",
        features=("S7",),
        webhook=report("delivered"),
        expect=[reported("delivered", Status.DELIVERED)],
    ),
    Inbox(
        name="delivered, under the inbound address",
        features=("S7",),
        webhook=notification(REPORT),
        expect=[reported("delivered", Status.DELIVERED)],
    ),
    *(
        Inbox(
            name=f"delivered as {way}",
            features=("S7",),
            webhook=notification(REPORT, kind="status", deliveredAs=way),
            expect=[reported("delivered", Status.DELIVERED, code=way)],
        )
        for way in ("push", "failover-sms", "voice")
    ),
    Inbox(
        name="accepted, when it was sent",
        features=("S7",),
        webhook=notification(REPORT, "deliveredOn", "deliveredAs", deliveryReportMessageStatus="accepted"),
        expect=[reported("accepted", Status.SENT, at=1729017182000, code=None)],
    ),
    *(
        Inbox(
            name=word,
            features=("S7",),
            webhook=notification(REPORT, "deliveredOn", "deliveredAs", deliveryReportMessageStatus=word),
            expect=[reported(word, status, reason=reason, at=None, code=None, silent=status is None)],
        )
        for word, status, reason in (
            ("undelivered", None, None),
            ("expired", Status.FAILED, Reason.EXPIRED),
            ("deleted", Status.FAILED, Reason.UNDELIVERABLE),
            ("rejected", Status.FAILED, Reason.UNDELIVERABLE),
        )
    ),
    Inbox(
        name="undelivered, where that is the end",
        features=("S7",),
        settings={"undelivered_is_final": True},
        webhook=report("undelivered"),
        expect=[reported("undelivered", Status.FAILED, reason=Reason.UNDELIVERABLE)],
    ),
    Inbox(
        name="of a handset in national format",
        features=("S7",),
        webhook=notification(REPORT, senderAddress="0791111111"),
        expect=[reported("delivered", Status.DELIVERED, recipient=None)],
    ),
    Inbox(
        name="by somebody else's id",
        features=("S7",),
        webhook=notification(REPORT, clientMessageId="11cf996f-c59f-40db-bcff-c8ce03ce3a72"),
        expect=[reported("delivered", Status.DELIVERED, reference=None)],
    ),
    Inbox(
        name="by our reference alone",
        features=("S7",),
        webhook=notification(REPORT, "transferId"),
        expect=[reported("delivered", Status.DELIVERED, provider_message_id=None)],
    ),
    Inbox(
        name="naming no message",
        features=("S7",),
        webhook=notification(REPORT, "transferId", "clientMessageId"),
        expect=None,
    ),
]

TABLE = Table(
    account=Account(
        name="websms-sms",
        provider="websms_sms",
        tenants=("acme",),
        senders=(Sender("+436601234567", Channel.SMS), Sender("436609999999", Channel.SMS)),
    ),
    secrets={"username": "test", "password": "test-word"},
    hello=HELLO,
    accepted=accepted(),
    report=report,
    words={
        "accepted": Status.SENT,
        "delivered": Status.DELIVERED,
        "undelivered": None,
        "expired": Status.FAILED,
        "deleted": Status.FAILED,
        "rejected": Status.FAILED,
    },
    acknowledgement=Response(
        200, {"content-type": "application/json;charset=UTF-8"}, b'{"statusCode":2000,"statusMessage":"OK"}'
    ),
    refusals={str(code): refusal(code) for code, _, _ in CODES},
    cases=[*SENDS, *REFUSALS, *ANSWERS, *INBOUND, *REPORTS],
)
