"""
SMS. Bodies are those of the Webex Connect Messaging API v1 and, for v2, of "Send Message API v2" (SMS).
"""

from datetime import UTC, datetime

from herald.content import BinaryContent, Currency, Reply, TemplateContent, TemplateHeader, TextContent
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.models import AddressType, Channel, Options, OutboundMessage, SmartLink
from herald.provider import ChannelFacts
from herald.status import Status
from tests.providers.cases.webex_connect.shared import HELLO, REFERENCE, message, person, told, told_v2
from tests.providers.harness import Case, Declares, Refuse, Refused, Send

BY_V2 = {"sms_api": "v2"}
UNICODE = "Grüße 🐈"
LINKS = Options(smart_links=(SmartLink(id="5", minutes=30), SmartLink(id="spring"), SmartLink(id="\u0665")))


def sms(text: str, options: Options | None = None, sender: str | None = None) -> OutboundMessage:
    return message(Channel.SMS, TextContent(text=text), options=options, sender=sender)


def binary(*segments: str, header: bool = False) -> OutboundMessage:
    return message(Channel.SMS, BinaryContent(segments=segments, user_data_header=header))


def template(**other: object) -> OutboundMessage:
    return message(
        Channel.SMS, TemplateContent.model_validate({"name": "5S2XXXXFNR", "language": "en"} | other), options=None
    )


def text_block(text: str, kind: str = "1", **other: object) -> dict[str, object]:
    return {"sms": {"text": text, "type": kind, "senderid": "HERALD"} | other}


SENDS: list[Case] = [
    Send(name="sms text", features=("X2",), message=HELLO, wire=told(HELLO, text_block("Hello World"))),
    Send(
        name="sms text of 1024 characters",
        features=("X2",),
        message=sms("x" * 1024),
        wire=told(HELLO, text_block("x" * 1024)),
    ),
    Send(
        name="sms unicode, when the gsm alphabet does not hold it",
        features=("X2",),
        message=sms(UNICODE),
        wire=told(HELLO, text_block(UNICODE, "4")),
    ),
    Send(
        name="sms flash",
        features=("X2",),
        message=sms("Hello World", Options(flash=True)),
        wire=told(HELLO, text_block("Hello World", "2")),
    ),
    Send(
        name="sms binary in hexadecimal",
        features=("X2",),
        message=binary("BQAD/AIBWg=="),
        wire=told(HELLO, {"sms": {"type": "3", "body": "050003FC02015A", "senderid": "HERALD"}}),
    ),
    Send(
        name="sms with the id of its registered template",
        features=("X2",),
        message=sms("Hello World", Options(regulatory_template="1107158158796985790")),
        wire=told(HELLO, text_block("Hello World", extras={"dlt_templateid": "1107158158796985790"})),
    ),
    Send(
        name="sms from whomever the service has as its default",
        features=("X2",),
        message=sms("Hello World", sender=""),
        wire=told(HELLO, {"sms": {"text": "Hello World", "type": "1"}}),
    ),
    Send(
        name="sms in two segments, when so many are allowed",
        features=("X2",),
        message=sms("x" * 161, Options(max_segments=2)),
        wire=told(HELLO, text_block("x" * 161)),
    ),
    Send(
        name="sms with smart links",
        features=("X13",),
        message=sms("Click {{link_5}} or {{link_spring}}", LINKS),
        wire=told(
            HELLO,
            text_block("Click {{link_5}} or {{link_spring}}")
            | {"smartlinks": [{"linkid": 5, "validity": 30}, {"linkid": "spring"}, {"linkid": "\u0665"}]},
        ),
    ),
    Send(
        name="sms template with named parameters",
        features=("X10",),
        message=template(named={"name": "Anna", "price": Currency(code="EUR", amount=1500, fallback="1.50 €")}),
        wire=told(
            HELLO,
            {"sms": {"senderid": "HERALD"}},
            message={"template": "5S2XXXXFNR", "parameters": {"name": "Anna", "price": "1.50 €"}},
        ),
    ),
    Send(
        name="sms template with parameters in order",
        features=("X10",),
        settings={"parameter_name": "parameter{n}"},
        message=template(parameters=("Anna", "Monday")),
        wire=told(
            HELLO,
            {"sms": {"senderid": "HERALD"}},
            message={"template": "5S2XXXXFNR", "parameters": {"parameter1": "Anna", "parameter2": "Monday"}},
        ),
    ),
    Send(
        name="sms template without parameters, whose names are their numbers by default",
        features=("X10",),
        message=template(),
        wire=told(HELLO, {"sms": {"senderid": "HERALD"}}, message={"template": "5S2XXXXFNR", "parameters": {}}),
    ),
    Send(
        name="v2 sms text",
        features=("X17",),
        settings=BY_V2,
        message=HELLO,
        wire=told_v2(HELLO, {"content": {"type": "text", "text": "Hello World"}}),
    ),
    Send(
        name="v2 sms unicode of 4000 characters from a number, which goes without its plus",
        features=("X17",),
        settings=BY_V2,
        message=sms("ж" * 4000, sender="+443333000001"),
        wire=told_v2(HELLO, {"content": {"type": "unicode", "text": "ж" * 4000}, "from": "443333000001"}),
    ),
    Send(
        name="v2 sms held by the provider until a time",
        features=("X17",),
        settings=BY_V2,
        message=sms(
            "Hello World",
            Options(provider_send_at=datetime(2026, 3, 14, 11, 30, 0, 250_000, tzinfo=UTC), validity_seconds=72 * 3600),
        ),
        wire=told_v2(
            HELLO,
            {"content": {"type": "text", "text": "Hello World"}},
            sendAt="2026-03-14T11:30:00.250Z",
            validity="259200",
            batchId=REFERENCE,
        ),
    ),
    Send(
        name="v2 sms with smart links, which are spelled another way",
        features=("X13", "X17"),
        settings=BY_V2,
        message=sms("Click {{link_5}}", Options(smart_links=(SmartLink(id="5", minutes=1),))),
        wire=told_v2(
            HELLO,
            {"content": {"type": "text", "text": "Click {{smartlink_5}}"}},
            smartlinks=[{"smartlinkId": 5, "validity": 1}],
        ),
    ),
    Send(
        name="v2 sms text with braces of no smart link",
        features=("X17",),
        settings=BY_V2,
        message=sms("Click {{link_5}}"),
        wire=told_v2(HELLO, {"content": {"type": "text", "text": "Click {{link_5}}"}}),
    ),
    Send(
        name="v2 sms template",
        features=("X10", "X17"),
        settings=BY_V2,
        message=template(named={"name": "Anna"}),
        wire=told_v2(HELLO, {"template": {"id": "5S2XXXXFNR"}, "substitutions": {"name": "Anna"}}),
    ),
    Send(
        name="v2 sms template without parameters",
        features=("X10", "X17"),
        settings=BY_V2,
        message=template(),
        wire=told_v2(HELLO, {"template": {"id": "5S2XXXXFNR"}}),
    ),
]

REFUSALS: list[Case] = [
    Refuse(
        name="sms of 1025 characters",
        features=("X2",),
        message=sms("x" * 1025),
        expect=Refused(InvalidMessage, field="content.text"),
    ),
    Refuse(
        name="sms with suggestions",
        features=("X2",),
        message=message(Channel.SMS, TextContent(text="Choose", suggestions=(Reply(label="Yes"),))),
        expect=Refused(UnsupportedFeature, field="content.suggestions"),
    ),
    Refuse(
        name="sms flash outside the gsm alphabet",
        features=("X2",),
        message=sms(UNICODE, Options(flash=True)),
        expect=Refused(UnsupportedFeature, field="options.flash"),
    ),
    Refuse(
        name="sms of more segments than wanted",
        features=("X2",),
        message=sms("x" * 161, Options(max_segments=1)),
        expect=Refused(InvalidMessage, field="content.text"),
    ),
    Refuse(
        name="sms binary of two segments",
        features=("X2",),
        message=binary("AQID", "BAUG"),
        expect=Refused(UnsupportedFeature, field="content.segments"),
    ),
    Refuse(
        name="sms binary with a header that the provider is not told of",
        features=("X2",),
        message=binary("BQAD/AIBWg==", header=True),
        expect=Refused(UnsupportedFeature, field="content.user_data_header"),
    ),
    Refuse(
        name="sms binary of 141 octets",
        features=("X2",),
        message=binary("A" * 188),
        expect=Refused(InvalidMessage, field="content.segments[0]"),
    ),
    *(
        Refuse(
            name=f"sms template with {part}",
            features=("X10",),
            settings=settings,
            message=template(**{part: value}),
            expect=Refused(UnsupportedFeature, field=f"content.{part}"),
        )
        for settings in ({}, BY_V2)
        for part, value in (
            ("header", TemplateHeader(text="Hi")),
            ("buttons", [{"index": 0, "type": "url", "value": "x"}]),
        )
    ),
    Refuse(
        name="sms with smart links in a template",
        features=("X13",),
        message=message(Channel.SMS, TemplateContent(name="t", language="en"), options=LINKS),
        expect=Refused(UnsupportedFeature, field="options.smart_links"),
    ),
    Refuse(
        name="sms for later through v1",
        features=("X2",),
        message=sms("Hello World", Options(provider_send_at=datetime(2026, 3, 14, tzinfo=UTC))),
        expect=Refused(UnsupportedFeature, field="options.provider_send_at"),
    ),
    Refuse(
        name="v2 sms of 4001 characters",
        features=("X17",),
        settings=BY_V2,
        message=sms("x" * 4001),
        expect=Refused(InvalidMessage, field="content.text"),
    ),
    Refuse(
        name="v2 sms binary",
        features=("X17",),
        settings=BY_V2,
        message=binary("AQID"),
        expect=Refused(UnsupportedFeature, field="content.type"),
    ),
    Refuse(
        name="v2 sms without a sender",
        features=("X17",),
        settings=BY_V2,
        message=sms("Hello World", sender=""),
        expect=Refused(InvalidMessage, field="from"),
    ),
    Refuse(
        name="v2 sms to somebody without a number",
        features=("X17", "X18"),
        settings=BY_V2,
        message=message(Channel.SMS, TextContent(text="Hi"), person(AddressType.CUSTOMER, "4711")),
        expect=Refused(UnsupportedFeature, field="to"),
    ),
    Refuse(
        name="v2 sms for longer than three days",
        features=("X17",),
        settings=BY_V2,
        message=sms("Hello World", Options(validity_seconds=72 * 3600 + 1)),
        expect=Refused(InvalidMessage, field="options.validity_seconds"),
    ),
    *(
        Refuse(
            name=f"v2 sms with {part}",
            features=("X17",),
            settings=BY_V2,
            message=sms("Hello World", options),
            expect=Refused(UnsupportedFeature, field=f"options.{part}"),
        )
        for part, options in (
            ("flash", Options(flash=True)),
            ("regulatory_template", Options(regulatory_template="1107158158796985790")),
        )
    ),
]

FACTS: list[Case] = [
    Declares(
        name="v2 sms",
        features=("X17",),
        settings=BY_V2,
        channel=Channel.SMS,
        expect=ChannelFacts(
            frozenset({"text", "template"}),
            echo=True,
            tells=frozenset({Status.SENT, Status.DELIVERED, Status.FAILED}),
            batch=1000,
            schedules=7 * 86_400,
            options=frozenset({"smart_links", "validity_seconds", "max_segments", "provider_send_at"}),
        ),
    )
]

CASES = [*SENDS, *REFUSALS, *FACTS]
