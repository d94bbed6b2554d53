"""
What people send. Bodies are those of the pages "Outbound Webhooks" of each channel.
"""

import json
from collections.abc import Mapping
from typing import Any

from herald.identifier import digest
from herald.models import Channel, InboundMessage
from herald.provider import Webhook
from tests.providers.cases.webex_connect.shared import PHONE, SENDERS
from tests.providers.harness import Case, Inbox, post

TID = "9dc93d51-4f6c-4fec-92ce-31a5aca410fd_0"
STAMP = "2024-09-03T10:49:36.049+05:30"
AT = 1_725_340_776_049
DIGITS = PHONE.removeprefix("+")
OURS = {"url": "https://attachments.imiconnect.site/v1/download-media?exp=1&path=a.jpg&sid=x%2By%3D"}
THEIRS = {"url": "https://s3.amazonaws.com/appleattachment/IMG_0028.mov"}
URL = OURS["url"]


def said(
    channel: Channel, sender: str, content: Mapping[str, object], *, event: str = "mo", position: int = 0, **other: Any
) -> InboundMessage:
    """What a webhook of this channel tells of one thing that was said."""
    fields: dict[str, Any] = {
        "channel": channel,
        "sender": sender,
        "recipient": SENDERS[channel],
        "content": content,
        "event_id": digest("inbound", TID, event, STAMP, str(position)),
        "at": AT,
    }
    return InboundMessage(**(fields | other))


def sms(**fields: object) -> Webhook:
    sample = {
        "userld": "8765",
        "Channel": "SMS",
        "da": "herald",
        "message_source": "SMS",
        "oa": DIGITS,
        "message": "Incoming Text Message",
        "messageCount": "2",
        "tid": TID,
        "datetime": STAMP,
        "ts": STAMP,
        "x_networkid": "USTMO",
    }
    return post("inbound", sample | fields)


def text(words: str = "Incoming Text Message") -> dict[str, object]:
    return {"type": "text", "text": words}


def reply(label: str, data: str) -> dict[str, object]:
    return {"type": "reply", "label": label, "data": data}


def wish(category: str, value: str) -> dict[str, object]:
    return {"type": "preference", "category": category, "value": value}


TEXTS: list[Case] = [
    Inbox(
        name="sms, word for word",
        features=("X16",),
        webhook=sms(),
        expect=[said(Channel.SMS, PHONE, text())],
    ),
    Inbox(
        name="sms that has come to the other address",
        features=("X16",),
        webhook=Webhook("status", sms().body),
        expect=[said(Channel.SMS, PHONE, text())],
    ),
    Inbox(
        name="sms where oa and da are as the table says",
        features=("X16",),
        settings={"sms_inbound_sender": "da"},
        webhook=sms(oa="HERALD", da=DIGITS),
        expect=[said(Channel.SMS, PHONE, text())],
    ),
    Inbox(
        name="sms from a short code to a number that is not the account's, without id and time",
        features=("X16",),
        webhook=sms(oa="56263", da="34343", tid="", ts="yesterday", message="\u00fc"),
        expect=[said(Channel.SMS, "56263", text("ü"), recipient="34343", event_id=None, at=None)],
    ),
    Inbox(
        name="sms to a number that the webhook writes without its plus",
        features=("X16",),
        webhook=sms(da="", oa=f"+{DIGITS}", message=""),
        expect=[said(Channel.SMS, PHONE, text(""), recipient=None)],
    ),
    Inbox(
        name="mms: files without their layout, over sms",
        features=("X16",),
        webhook=post(
            "inbound",
            {
                "channel": "MMS",
                "da": "herald",
                "oa": DIGITS,
                "message": json.dumps(
                    [{"file": URL}, {"file": "http://link.example/a.txt"}, {"file": "http://x/y.smil"}]
                ),
                "tid": TID,
                "ts": STAMP,
            },
        ),
        expect=[
            said(Channel.SMS, PHONE, {"type": "media", "kind": "file"}, media=(URL,)),
            said(
                *(Channel.SMS, PHONE),
                {"type": "media", "kind": "file", "media": {"url": "http://link.example/a.txt"}},
                position=1,
            ),
        ],
    ),
]


def whatsapp(event: str = "MO", **fields: object) -> Webhook:
    sample = {
        "userId": "4567",
        "channel": "WhatsApp",
        "appId": SENDERS[Channel.WHATSAPP].upper(),
        "event": event,
        "waid": PHONE,
        "message": "",
        "attachments": "[]",
        "system": "",
        "location": "",
        "ts": STAMP,
        "tid": TID,
        "contacts": "[]",
        "username": "John",
        "identityKeyHash": "8VVxxxxxmtw=",
        "type": "text",
        "bsuid": "IN.2146020959550167",
        "userHandle": "",
        "waidDerived": "false",
    }
    return post("inbound", sample | fields)


def john(content: Mapping[str, object], **other: Any) -> InboundMessage:
    return said(Channel.WHATSAPP, PHONE, content, **({"sender_name": "John"} | other))


STICKER = {
    "sticker": {"metadata": {"emojis": [None]}, "sha256": "80c2", "mime_type": "image/webp", "id": "42ca7cdb"}
} | OURS
FRIEND = {
    "emails": [{"email": "self@example.com", "type": "WORK"}],
    "addresses": [],
    "urls": [],
    "org": {"company": "Jio"},
    "name": {"last_name": "last_name", "first_name": "first_name", "formatted_name": "Self Jio"},
    "phones": [{"phone": "+91 78", "wa_id": "9178", "type": "Mobile"}, {"phone": "+91 79", "type": "WORK"}],
}

WHATSAPP: list[Case] = [
    Inbox(name="whatsapp text", features=("X16",), webhook=whatsapp(message="hi"), expect=[john(text("hi"))]),
    Inbox(
        name="whatsapp text of digits without a plus, nameless",
        features=("X16",),
        webhook=whatsapp(message="hi", waid=DIGITS, username=""),
        expect=[john(text("hi"), sender_name=None)],
    ),
    Inbox(
        name="whatsapp text of somebody who shows no number",
        features=("X16", "X18"),
        webhook=whatsapp(message="hi", waid=""),
        expect=[said(Channel.WHATSAPP, "whatsapp:IN.2146020959550167", text("hi"), sender_name="John")],
    ),
    Inbox(
        name="whatsapp image",
        features=("X16",),
        webhook=whatsapp(type="image", attachments=json.dumps([{"mime_type": "image/jpeg"} | OURS])),
        expect=[john({"type": "media", "kind": "image"}, media=(URL,))],
    ),
    Inbox(
        name="whatsapp audio and document, with captions, from where nothing is fetched",
        features=("X16",),
        webhook=whatsapp(
            message="Both",
            attachments=json.dumps(
                [
                    {"mime_type": "audio/ogg; codecs=opus"} | THEIRS,
                    {"mime_type": "application/pdf", "caption": "BothPass.pdf"} | OURS,
                ]
            ),
        ),
        expect=[
            john({"type": "media", "kind": "audio", "caption": "Both", "media": THEIRS}),
            john({"type": "media", "kind": "document", "caption": "BothPass.pdf"}, media=(URL,), position=1),
        ],
    ),
    Inbox(
        name="whatsapp media from where the account allows it",
        features=("X16",),
        settings={"media_hosts": "amazonaws.com"},
        webhook=whatsapp(attachments=json.dumps([{"mime_type": "video/quicktime", "type": "video"} | THEIRS])),
        expect=[john({"type": "media", "kind": "video"}, media=(THEIRS["url"],))],
    ),
    *(
        Inbox(
            name=f"whatsapp media from {host!r}, which is nobody's host",
            features=("X16",),
            webhook=whatsapp(attachments=json.dumps([{"mime_type": "image/png", "url": f"https://{host}/a.png"}])),
            expect=[
                john({"type": "media", "kind": "image", "media": {"url": f"https://{host}/a.png"}}),
            ],
        )
        for host in (
            "evil.example\\.imiconnect.io",
            "evil_example.imiconnect.io",
            "ïmi.imiconnect.io",
            "a b.imiconnect.io",
        )
    ),
    Inbox(
        name="whatsapp sticker",
        features=("X16",),
        webhook=whatsapp(attachments=json.dumps([STICKER])),
        expect=[john({"type": "sticker"}, media=(URL,))],
    ),
    Inbox(
        name="whatsapp location",
        features=("X16",),
        webhook=whatsapp(
            location=json.dumps(
                {
                    "address": "Jubilee Hills, Hyderabad",
                    "latitude": "17.434901060022",
                    "name": "Imimobile",
                    "url": "https://www.facebook.com/pages/Imimobile/2046",
                    "longitude": "78.398435572505",
                }
            )
        ),
        expect=[
            john(
                {
                    "type": "location",
                    "latitude": 17.434901060022,
                    "longitude": 78.398435572505,
                    "name": "Imimobile",
                    "address": "Jubilee Hills, Hyderabad",
                }
            )
        ],
    ),
    Inbox(
        name="whatsapp contacts",
        features=("X16",),
        webhook=whatsapp(contacts=json.dumps([FRIEND, {"name": {"formatted_name": "Bare"}}])),
        expect=[
            john(
                {
                    "type": "contacts",
                    "contacts": [
                        {
                            "name": "Self Jio",
                            "given_name": "first_name",
                            "family_name": "last_name",
                            "phones": [{"phone": "+91 78", "kind": "cell"}, {"phone": "+91 79", "kind": "work"}],
                            "emails": ["self@example.com"],
                            "organization": "Jio",
                        },
                        {"name": "Bare", "phones": [], "emails": []},
                    ],
                }
            )
        ],
    ),
    Inbox(
        name="whatsapp says something of a person",
        features=("X16",),
        webhook=whatsapp(system="User A changed from +1 to +2"),
        expect=[john({"type": "system", "text": "User A changed from +1 to +2"})],
    ),
    Inbox(
        name="whatsapp message of a type that has no shape",
        features=("X16",),
        webhook=whatsapp(
            *("MO",),
            type="order",
            order=json.dumps({"catalog_id": "1"}),
            contextId="gBEG",
            **dict.fromkeys(("userId", "identityKeyHash", "waidDerived"), ""),
        ),
        expect=[
            john(
                {"type": "unsupported", "kind": "order", "fields": {"order": '{"catalog_id": "1"}'}},
                reply_to="gBEG",
            )
        ],
    ),
    *(
        Inbox(
            name=f"whatsapp {event}",
            features=("X16",),
            webhook=whatsapp(event, **fields),
            expect=[john(reply(label, data), event=event, reply_to=fields.get("contextId"))],
        )
        for event, fields, label, data in (
            ("postback", {"buttonText": "Yes", "buttonPayload": "aGlz"}, "Yes", "aGlz"),
            (
                "list",
                {
                    "listRowIdentifier": "row-1",
                    "listRowTitle": "Row-title-1",
                    "listRowDescription": "Row",
                    "contextId": "gBEG",
                },
                "Row-title-1",
                "row-1",
            ),
            (
                "reply",
                {"replyButtonIdentifier": "ButtonId1", "replyButtonTitle": "First Button", "contextId": "gBEG"},
                "First Button",
                "ButtonId1",
            ),
        )
    ),
    Inbox(
        name="whatsapp: somebody wants no advertisements, and then does",
        features=("X16",),
        webhook=whatsapp(
            "user_preference",
            user_preferences=[
                {
                    "waNumber": PHONE,
                    "detail": "User requested to stop marketing messages",
                    "category": "marketing_messages",
                    "value": value,
                    "timestamp": "1725340776",
                }
                for value in ("stop", "resume")
            ],
        ),
        expect=[
            john(wish("marketing_messages", "stop"), event="userpreference"),
            john(wish("marketing_messages", "resume"), event="userpreference", position=1),
        ],
    ),
]

PSID = "messenger:9163826236967736"


def messenger(event: str = "MO", **fields: object) -> Webhook:
    sample = {
        "userId": "8953",
        "channel": "Facebook Messenger",
        "psid": "9163826236967736",
        "appId": SENDERS[Channel.MESSENGER],
        "event": event,
        "ts": STAMP,
        "tid": TID,
        "message": "",
        "attachments": "",
        "locale": "",
        "name": "John",
    }
    return post("inbound", sample | fields)


def friend(content: Mapping[str, object], **other: Any) -> InboundMessage:
    return said(Channel.MESSENGER, PSID, content, **({"sender_name": "John"} | other))


MESSENGER: list[Case] = [
    Inbox(name="messenger text", features=("X16",), webhook=messenger(message="hi"), expect=[friend(text("hi"))]),
    *(
        Inbox(
            name=f"messenger {kind}, of the older channel name",
            features=("X16",),
            webhook=messenger(channel="Facebook", attachments=json.dumps([{"payload": OURS, "type": kind}])),
            expect=[friend({"type": "media", "kind": kind}, media=(URL,))],
        )
        for kind in ("image", "video", "audio", "file")
    ),
    Inbox(
        name="messenger sticker",
        features=("X16",),
        webhook=messenger(attachments=json.dumps([{"payload": OURS, "sticker_id": "2985", "type": "sticker"}])),
        expect=[friend({"type": "sticker"}, media=(URL,))],
    ),
    Inbox(
        name="messenger location",
        features=("X16",),
        webhook=messenger(
            attachments=json.dumps(
                [
                    {
                        "title": "Joe's Location",
                        "payload": {"coordinates": {"long": 78.398511094914, "lat": 17.434871564442}},
                        "type": "location",
                        "url": "https://www.facebook.com/l.php",
                    }
                ]
            )
        ),
        expect=[
            friend(
                {
                    "type": "location",
                    "latitude": 17.434871564442,
                    "longitude": 78.398511094914,
                    "name": "Joe's Location",
                }
            )
        ],
    ),
    *(
        Inbox(
            name=f"messenger link with the text {words!r}",
            features=("X16",),
            webhook=messenger(
                message=words,
                attachments=json.dumps(
                    [{"title": "Goal.com", "payload": None, "type": "link", "url": "https%3A%2F%2Fwww.goal.com%2F"}]
                ),
            ),
            expect=[friend(text(told))],
        )
        for words, told in (("https://www.goal.com", "https://www.goal.com"), ("", "https://www.goal.com/"))
    ),
    *(
        Inbox(
            name=f"messenger postback of {event}",
            features=("X16",),
            webhook=messenger(event, postback=json.dumps(postback), message="Red"),
            expect=[friend(reply(label, "1232"), event=event.lower())],
        )
        for event, postback, label in (
            ("OnPostback", {"payload": "1232"}, "Red"),
            ("OnPostback", {"payload": "1232", "title": "View"}, "View"),
            ("MO", {"payload": 1232}, "Red"),
        )
    ),
]

THREAD = {"thread": "4b092634-a8eb-4c11"}


def in_app(event: str = "MO", **fields: object) -> Webhook:
    sample = {
        "userId": "4657",
        "channel": "Rtm",
        "appId": SENDERS[Channel.IN_APP],
        "event": event,
        "message": "motext",
        "ts": STAMP,
        "tid": TID,
        "attachments": "",
        "replyTo": "",
        "clientId": "SD12/x/V2_00c82",
        "thread_id": "4b092634-a8eb-4c11",
        "thread_title": "Electronics",
        "thread": json.dumps({"id": "4b092634-a8eb-4c11", "title": "Electronics", "unread_msg_count": 0}),
        "extras": "",
        "pciInfo": json.dumps({"droppedAttachmentCount": 0}),
    }
    return post("inbound", sample | fields)


def guest(content: Mapping[str, object], **other: Any) -> InboundMessage:
    return said(Channel.IN_APP, "user:4657", content, **other)


FORM = {
    "templateType": "form",
    "payload": {
        "fields": [
            {"name": "Name", "description": "enter name", "label": "Name", "type": "text", "value": "Naga"},
            {"name": "Gender", "label": "Gender", "type": "dropdown", "value": "Male", "mandatory": False},
        ],
        "title": "Student Form",
    },
    "templateId": "0W1XPWN2ND",
    "contentType": "template",
}

IN_APP: list[Case] = [
    Inbox(name="in-app text", features=("X16",), webhook=in_app(), expect=[guest(text("motext"), **THREAD)]),
    Inbox(
        name="in-app text of no thread",
        features=("X16",),
        webhook=in_app(thread_id=""),
        expect=[guest(text("motext"))],
    ),
    Inbox(
        name="in-app files, as those are named that go there",
        features=("X16",),
        webhook=in_app(
            message="",
            attachments=json.dumps(
                [
                    {"contentType": "image", "file": URL, "size": "30"},
                    {"contentType": "location", "latitude": "17.5", "longitude": "78.25"},
                    {"contentType": "voice", "file": URL, "name": "memo"},
                ]
            ),
        ),
        expect=[
            guest({"type": "media", "kind": "image"}, media=(URL,), **THREAD),
            guest({"type": "location", "latitude": 17.5, "longitude": 78.25}, position=1, **THREAD),
            guest({"type": "media", "kind": "audio", "filename": "memo"}, media=(URL,), position=2, **THREAD),
        ],
    ),
    Inbox(
        name="in-app place with a text before it",
        features=("X16",),
        webhook=in_app(attachments=json.dumps([{"latitude": 1, "longitude": 2, "title": "Here"}])),
        expect=[
            guest(text("motext"), **THREAD),
            guest({"type": "location", "latitude": 1.0, "longitude": 2.0, "name": "Here"}, position=1, **THREAD),
        ],
    ),
    *(
        Inbox(
            name=f"in-app {kind}",
            features=("X16",),
            webhook=in_app(
                "OnPostback",
                message=label,
                interactiveData=json.dumps(
                    {"reference": "Test", "identifier": "1234567890", "type": kind}
                    | ({"title": title} if title else {})
                ),
            ),
            expect=[guest(reply(label, "1234567890"), event="onpostback", **THREAD)],
        )
        for kind, label, title in (
            ("quickReplyPostback", "Yes", "Yes"),
            ("templatePostback", "Buy Now", "Buy Now"),
            ("templatePostback", "Untitled", ""),
        )
    ),
    Inbox(
        name="in-app form",
        features=("X16",),
        webhook=in_app(
            "OnFormResponse", message="", attachments=json.dumps([FORM]), thread_id="", relatedTid="f0e1-question"
        ),
        expect=[
            guest(
                {"type": "form", "title": "Student Form", "fields": {"Name": "Naga", "Gender": "Male"}},
                event="onformresponse",
                reply_to="f0e1-question",
            )
        ],
    ),
    *(
        Inbox(name=f"in-app {event} says nothing", features=("X16",), webhook=in_app(event, userId=""), expect=[])
        for event in ("OnProfileCreate", "OnProfileUpdate", "TypingIndicator")
    ),
]

ABC = "apple:urn:mbid:AQAAY+muaCx/x="


def apple(event: str = "MO", **fields: object) -> Webhook:
    sample = {
        "abcUserId": "urn:mbid:AQAAY+muaCx/x=",
        "channel": "AppleBusinessChat",
        "abcAccountId": "00f67e37-e26a",
        "appId": SENDERS[Channel.APPLE],
        "event": event,
        "ts": STAMP,
        "tid": TID,
        "message": "",
        "attachments": "",
        "locale": "en_IN",
        "bizGroupId": "",
        "bizIntentId": "",
        "requestIdentifier": "",
        "capabilityList": "AUTH%2CLIST",
    }
    return post("inbound", sample | fields)


def mac(content: Mapping[str, object], **other: Any) -> InboundMessage:
    return said(Channel.APPLE, other.pop("sender", ABC), content, **other)


def same(data: str) -> str:
    return digest("chosen", "urn:mbid:AQAAY+muaCx/x=", "21d4a1c4", data)


PICKED = {
    "otherItemCount": 1,
    "selectedItemCount": 2,
    "otherItems": [{"identifier": "1", "style": "default", "title": "iPhone 8"}],
    "selectedItems": [
        {"identifier": "0", "style": "default", "title": "iPhone X", "order": "0"},
        {"identifier": "2", "style": "default", "title": "iPhone SE", "order": "2"},
    ],
}
PICTURE = {"size": "148861", "name": "5E57.jpeg", "mimeType": "image/jpeg", "type": "image"} | OURS
QUICK = {
    "selectedIdentifier": "Complaint",
    "items": [
        {"identifier": "Order", "title": "Track Order"},
        {"identifier": "Complaint", "title": "Raise a Complaint"},
    ],
    "selectedIndex": 1,
}
FILLED = {
    "template": "messageForms",
    "version": "1.1",
    "selections": [
        {
            "pageIdentifier": "0",
            "items": [{"identifier": "0", "value": "abc@gmail.com", "type": "input", "title": "abc"}, {"title": "x"}],
            "subtitle": "Please provide",
            "title": "New Email Address",
        }
    ],
}

APPLE: list[Case] = [
    Inbox(name="apple text", features=("X16",), webhook=apple(message="Hey"), expect=[mac(text("Hey"))]),
    Inbox(
        name="apple image and text",
        features=("X16",),
        webhook=apple(message="\ufffc Look", attachments=json.dumps([PICTURE])),
        expect=[
            mac({"type": "media", "kind": "image", "caption": "Look", "filename": "5E57.jpeg"}, media=(URL,)),
        ],
    ),
    Inbox(
        name="apple film of a type that Herald does not relay",
        features=("X16",),
        webhook=apple(
            message="\ufffc",
            attachments=json.dumps([{"name": "IMG.mov", "mimeType": "video/quicktime", "type": "video"} | THEIRS]),
        ),
        expect=[mac({"type": "media", "kind": "video", "filename": "IMG.mov", "media": THEIRS})],
    ),
    *(
        Inbox(
            name=f"apple list picker, asked by {request!r}",
            features=("X16",),
            webhook=apple(
                "INTERACTIVERESPONSE",
                listPicker=json.dumps(PICKED),
                datePicker="",
                requestIdentifier=request,
                attachments=json.dumps([PICTURE]),
            ),
            expect=[
                mac(reply("iPhone X", "0"), event="interactiveresponse", **first),
                mac(reply("iPhone SE", "2"), event="interactiveresponse", position=1, **second),
            ],
        )
        for request, first, second in (
            ("", {}, {}),
            ("21d4a1c4", {"event_id": same("0")}, {"event_id": same("2")}),
        )
    ),
    Inbox(
        name="apple time picker",
        features=("X16",),
        webhook=apple(
            "INTERACTIVERESPONSE",
            listPicker="",
            datePicker=json.dumps(
                {
                    "identifier": "fd296699",
                    "timezoneOffset": "-100",
                    "location": {},
                    "title": "NHS Appointments",
                    "timeslots": [{"duration": "1800", "identifier": "0", "startTime": "2019-01-18T15:30+0000"}],
                }
            ),
        ),
        expect=[mac(reply("2019-01-18T15:30+0000", "0"), event="interactiveresponse")],
    ),
    *(
        Inbox(
            name=f"apple quick reply {chosen}",
            features=("X16",),
            webhook=apple("QuickReplyResponse", quickreplies=json.dumps(QUICK | {"selectedIdentifier": chosen})),
            expect=[mac(reply(label, chosen), event="quickreplyresponse")],
        )
        for chosen, label in (("Complaint", "Raise a Complaint"), ("Gone", ""))
    ),
    Inbox(
        name="apple form",
        features=("X16",),
        webhook=apple("FormResponse", formResponse=json.dumps(FILLED)),
        expect=[
            mac(
                {"type": "form", "title": "", "fields": {"New Email Address": "abc@gmail.com, x"}},
                event="formresponse",
            )
        ],
    ),
    Inbox(
        name="apple conversation closed",
        features=("X16",),
        webhook=apple("CONVERSATIONCLOSED", type="close"),
        expect=[mac(wish("conversation", "stop"), event="conversationclosed")],
    ),
    *(
        Inbox(
            name=f"apple invitation accepted: {accepted}, by {sender}",
            features=("X16", "X8"),
            webhook=apple(
                "InvitationResponse",
                abcUserId=sender.removeprefix("apple:") if sender != PHONE else "",
                msisdn=PHONE,
                invitationAccepted=word,
                invitationResponse=json.dumps({"version": "1"}),
            ),
            expect=[
                mac(
                    {"type": "invitation", "accepted": accepted, "phone": PHONE},
                    event="invitationresponse",
                    sender=sender,
                )
            ],
        )
        for word, accepted, sender in (("true", True, ABC), ("false", False, PHONE))
    ),
    *(
        Inbox(
            name=f"apple {event} is handed on",
            features=("X16",),
            webhook=apple(event, requestIdentifier="abcd4343", capabilityList="", locale="", abcAccountId="", **fields),
            expect=[
                mac(
                    {"type": "event", "event": event, "reference": "abcd4343", "fields": fields},
                    event=event.lower(),
                )
            ],
        )
        for event, fields in (
            ("AuthenticationResponse", {"authenticateStatus": "authenticated", "authenticateToken": "AQVs"}),
            ("NewAuthenticationResponse", {"authenticateStatus": "success"}),
            ("PaymentResponse", {"paymentStatus": "paid", "paymentRequest": {"total": {"amount": "14"}}}),
            ("iMessageAppResponse", {"bid": "com.apple.messages"}),
        )
    ),
    Inbox(
        name="apple typing says nothing",
        features=("X16",),
        webhook=apple("TYPINGINDICATOR", type="typing_start"),
        expect=[],
    ),
]


def rcs(event: str = "MO", **fields: object) -> Webhook:
    sample = {
        "channel": "rcs",
        "msisdn": PHONE,
        "appId": SENDERS[Channel.RCS],
        "event": event,
        "ts": STAMP,
        "tid": TID,
        "serviceProvider": "GOOGLE",
        "carrier": "N/A",
        "messageid": "ndzkbkvuXXXX",
    }
    return post("inbound", sample | fields)


def handset(content: Mapping[str, object], event: str, **other: Any) -> InboundMessage:
    return said(Channel.RCS, PHONE, content, event=event, **other)


RCS: list[Case] = [
    Inbox(name="rcs text", features=("X16",), webhook=rcs(message="RCS"), expect=[handset(text("RCS"), "mo")]),
    Inbox(
        name="rcs attachment",
        features=("X16",),
        webhook=rcs("ATTACHMENT", attachments=json.dumps([{"payload": OURS, "type": "video"}])),
        expect=[handset({"type": "media", "kind": "video"}, "attachment", media=(URL,))],
    ),
    Inbox(
        name="rcs location",
        features=("X16",),
        webhook=rcs("Location", latitude="17.434679", longitude="78.3985752"),
        expect=[handset({"type": "location", "latitude": 17.434679, "longitude": 78.3985752}, "location")],
    ),
    Inbox(
        name="rcs postback",
        features=("X16",),
        webhook=rcs("postback", postback="Yes"),
        expect=[handset(reply("", "Yes"), "postback")],
    ),
    Inbox(
        name="rcs subscribe",
        features=("X16",),
        webhook=rcs("SUBSCRIBE"),
        expect=[handset(wish("subscription", "resume"), "subscribe")],
    ),
    Inbox(
        name="rcs unsubscribe",
        features=("X16",),
        webhook=rcs("UNSUBSCRIBE"),
        expect=[handset(wish("subscription", "stop"), "unsubscribe")],
    ),
]

UNREADABLE: list[Case] = [
    Inbox(name=f"unreadable: {name}", features=("X16",), webhook=webhook, expect=None)
    for name, webhook in (
        ("no channel", post("inbound", {"event": "MO"})),
        ("a channel that is not documented", post("inbound", {"channel": "Telegram", "event": "MO"})),
        ("an event of sms that is not documented", sms(event="vanished")),
        ("an event of mms that is not documented", sms(Channel="MMS", message="[]", event="vanished")),
        ("an mms without a file", sms(Channel="MMS", message="[]")),
        ("an sms of nobody", sms(oa="")),
        ("a whatsapp message that says nothing", whatsapp(contacts="")),
        ("a wish that is not documented", whatsapp("user_preference", user_preferences=[{"value": "less"}])),
        ("an event of whatsapp that is not documented", whatsapp("vanished", message="hi")),
        ("attachments that are no json", whatsapp(attachments="[{")),
        ("attachments of another shape", whatsapp(attachments="{}")),
        ("an attachment that leads nowhere", whatsapp(attachments='[{"mime_type":"image/png"}]')),
        ("a location that is nowhere", whatsapp(location='{"latitude":"91","longitude":"0"}')),
        ("a location of which only half is said", in_app(message="", attachments='[{"latitude":"47"}]')),
        ("attachments that all lead nowhere", whatsapp(attachments="[{}, 7]")),
        ("whatsapp of nobody", whatsapp(message="hi", waid="", bsuid="")),
        ("an event of messenger that is not documented", messenger("vanished", message="hi")),
        ("an event of apps that is not documented", in_app("vanished")),
        ("an answer to nothing", apple("INTERACTIVERESPONSE", listPicker="", datePicker="")),
        ("an event of apple that is not documented", apple("vanished", message="hi")),
        ("rcs somewhere", rcs("Location", latitude="", longitude="")),
        ("an event of rcs that is not documented", rcs("vanished", message="hi")),
        ("an endless name", messenger(message="hi", psid="9" * 513)),
        ("an array", post("inbound", [json.loads(sms().body)])),
    )
]

CASES = [*TEXTS, *WHATSAPP, *MESSENGER, *IN_APP, *APPLE, *RCS, *UNREADABLE]
