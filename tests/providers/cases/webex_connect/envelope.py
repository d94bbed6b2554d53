"""
What goes around the content: credentials, hosts, every kind of destination, references, policies.
"""

from herald.content import MediaContent, PushContent, TextContent
from herald.errors import ConfigurationError, InvalidMessage, UnsupportedFeature
from herald.models import AddressType, Channel, Options, SmartLink
from tests.providers.cases.webex_connect.shared import (
    CAT,
    HEADERS,
    HELLO,
    PHONE,
    REFERENCE,
    message,
    person,
    told,
    told_v2,
)
from tests.providers.harness import Case, Refuse, Refused, Send, Wire

SERVICE = {"service_id": "3f1b", "service_secret": "c2VydmljZS1zZWNyZXQtb2YtdGhpcnR5LXR3by1ieXRlcyE="}
BLOCK = {"sms": {"text": "Hello World", "type": "1", "senderid": "HERALD"}}
BODY = told(HELLO, BLOCK).json
GROUP = {"contact_policy_group": "xKa4xfM3S_a9bP98ryCw8w"}
POLICY = {"contactPolicyGroup": "xKa4xfM3S_a9bP98ryCw8w"}
TEXT = TextContent(text="Hello World")
V2_CONTENT = {"content": {"type": "text", "text": "Hello World"}}
MANY = tuple(f"+4477009{number:05}" for number in range(1000))
NAMES = tuple(f"abcdefghijklmnopqrstuvwxyz.{number:010}-0" for number in range(1000))
CROWD = message(Channel.SMS, TEXT, *MANY, references=NAMES)

CREDENTIALS: list[Case] = [
    *(
        Send(
            name=f"the host of region {region}",
            features=("X1",),
            settings={"region": region},
            message=HELLO,
            wire=Wire("POST", f"https://api.{region}.webexconnect.io/resources/v1/messaging", HEADERS, json=BODY),
        )
        for region in ("ca", "eu", "uk", "us", "us1", "in", "au")
    ),
    Send(
        name="another host and path",
        features=("X1",),
        settings={"region": None, "base_url": "https://api.imiconnect.in/", "path_v1": "/v1/send"},
        message=HELLO,
        wire=Wire("POST", "https://api.imiconnect.in/v1/send", HEADERS, json=BODY),
    ),
    Send(
        name="a token is made for each attempt, and no key goes with it",
        features=("X1",),
        secrets=SERVICE | {"service_key": HEADERS["key"]},
        message=HELLO,
        wire=Wire("POST", told(HELLO, BLOCK).url, {"Content-Type": "application/json"}, json=BODY),
    ),
]

DESTINATIONS: list[Case] = [
    *(
        Send(
            name=f"sms to {kind} {key}",
            features=("X18",),
            settings={"email_profiles": kind is AddressType.EMAIL},
            message=message(Channel.SMS, TEXT, person(kind, value)),
            wire=told(HELLO, BLOCK, destination=[{key: [value], "correlationid": REFERENCE}]),
        )
        for kind, key, value in (
            (AddressType.PHONE, "msisdn", PHONE),
            (AddressType.CUSTOMER, "customerid", "4711"),
            (AddressType.EMAIL, "email", "anna@example.com"),
        )
    ),
    Send(
        name="sms to a number without its plus",
        features=("X18",),
        settings={"recipient_format": "digits"},
        message=HELLO,
        wire=told(HELLO, BLOCK, destination=[{"msisdn": ["447700900009"], "correlationid": REFERENCE}]),
    ),
    *(
        Send(
            name=f"whatsapp to {key} {value}",
            features=("X18",),
            settings={"email_profiles": kind is AddressType.EMAIL},
            message=message(Channel.WHATSAPP, TEXT, person(kind, value)),
            wire=told(
                message(Channel.WHATSAPP, TEXT),
                {"OTT-Messaging": {"wa": {"type": "text", "text": {"body": "Hello World"}}}},
                destination=[{key: [value], "correlationid": REFERENCE}],
            ),
        )
        for kind, key, value in (
            (AddressType.PHONE, "waid", PHONE),
            (AddressType.WHATSAPP, "waid", "447700900009"),
            (AddressType.WHATSAPP, "bsuid", "GB.2146020959550167"),
            (AddressType.CUSTOMER, "customerid", "4711"),
            (AddressType.EMAIL, "email", "anna@example.com"),
        )
    ),
]

BATCHES: list[Case] = [
    Send(
        name="sms to 1000 recipients, each with its own reference",
        features=("X9",),
        message=CROWD,
        wire=told(
            HELLO,
            BLOCK,
            destination=[{"msisdn": [number], "correlationid": name} for number, name in zip(MANY, NAMES, strict=True)],
        ),
    ),
    Send(
        name="v2 sms to 1000 recipients, each with its own reference",
        features=("X9", "X17"),
        settings={"sms_api": "v2"},
        message=CROWD,
        wire=told_v2(
            HELLO,
            V2_CONTENT,
            to=[{"msisdn": [number], "correlationId": name} for number, name in zip(MANY, NAMES, strict=True)],
        ),
    ),
]

HOOK = "https://herald.example/v1/webhooks/webex.1.x/status"

REPORTING: list[Case] = [
    Send(
        name="where reports go, and with which credentials",
        features=("X12",),
        settings={"notify_auth_id": "TNPBXKT09U"},
        message=message(Channel.SMS, TEXT, callback_url=HOOK),
        wire=told(HELLO, BLOCK, notifyurl=HOOK, notifyurlAuthId="TNPBXKT09U"),
    ),
    Send(
        name="v2: where reports go, and with which credentials",
        features=("X12", "X17"),
        settings={"notify_auth_id": "TNPBXKT09U", "sms_api": "v2"},
        message=message(Channel.SMS, TEXT, callback_url=HOOK),
        wire=told_v2(HELLO, V2_CONTENT, notifyUrl=HOOK, notifyUrlAuthId="TNPBXKT09U"),
    ),
    Send(
        name="a limited life is a duration until the attempt is made",
        features=("X12",),
        message=message(Channel.SMS, TEXT, options=Options(validity_seconds=90)),
        wire=told(HELLO, BLOCK, expiry="PT90S"),
    ),
]

POLICIES: list[Case] = [
    Send(
        name="contact policy: consent",
        features=("X14",),
        settings=GROUP | {"contact_policy_consent": True},
        message=HELLO,
        wire=told(
            HELLO,
            BLOCK | {"contactPolicy": POLICY | {"channelCheckConsent": True, "channelApplyFrequencyCap": False}},
        ),
    ),
    Send(
        name="contact policy: frequency cap, beside the channels",
        features=("X14",),
        settings=GROUP | {"contact_policy_frequency_cap": "true", "contact_policy_place": "top"},
        message=HELLO,
        wire=told(
            HELLO,
            BLOCK,
            contactPolicy=POLICY | {"channelCheckConsent": False, "channelApplyFrequencyCap": True},
        ),
    ),
    Send(
        name="v2 contact policy: both",
        features=("X14", "X17"),
        settings=GROUP | {"contact_policy_consent": True, "contact_policy_frequency_cap": True, "sms_api": "v2"},
        message=HELLO,
        wire=told_v2(
            HELLO,
            V2_CONTENT,
            contactPolicy=POLICY | {"channelCheckConsent": True, "channelApplyFrequencyCap": True},
        ),
    ),
    *(
        Refuse(
            name=f"contact policy with {', '.join(settings)}",
            features=("X14",),
            settings=settings,
            message=HELLO,
            expect=Refused(ConfigurationError),
        )
        for settings in (GROUP, {"contact_policy_consent": True}, {"contact_policy_frequency_cap": True})
    ),
]

REFUSALS: list[Case] = [
    Refuse(
        name="a test that would really be sent",
        features=("X2",),
        message=message(Channel.SMS, TEXT, options=Options(test=True)),
        expect=Refused(UnsupportedFeature, field="options.test"),
    ),
    *(
        Refuse(
            name=f"{channel} without an app",
            features=("X7",),
            message=message(channel, content, sender=""),
            expect=Refused(InvalidMessage, field="from"),
        )
        for channel, content in (
            (Channel.WHATSAPP, TEXT),
            (Channel.RCS, TEXT),
            (Channel.MESSENGER, TEXT),
            (Channel.PUSH, PushContent(body="Hello")),
        )
    ),
    *(
        Refuse(
            name=f"{channel} has no {kind}",
            features=("X18",),
            message=message(
                channel, TEXT if channel is not Channel.PUSH else PushContent(body="Hi"), person(kind, "4711-x")
            ),
            expect=Refused(UnsupportedFeature, field="to"),
        )
        for channel, kind in (
            (Channel.SMS, AddressType.WHATSAPP),
            (Channel.SMS, AddressType.EMAIL),
            (Channel.WHATSAPP, AddressType.MESSENGER),
            (Channel.MESSENGER, AddressType.USER),
            (Channel.PUSH, AddressType.APPLE),
            (Channel.RCS, AddressType.CUSTOMER),
        )
    ),
    *(
        Refuse(
            name=f"v2 of {channel} reaches numbers alone, no {kind}, whatever the account says of it",
            features=("X17", "X18"),
            settings={"email_profiles": True, "sms_api": "v2", "voice_api": "v2"},
            message=message(channel, TEXT, person(kind, "4711-x")),
            expect=Refused(UnsupportedFeature, field="to"),
        )
        for channel in (Channel.SMS, Channel.VOICE, Channel.RCS)
        for kind in (AddressType.CUSTOMER, AddressType.EMAIL)
    ),
    *(
        Refuse(
            name=f"smart links over {channel} with {content.type}",
            features=("X13",),
            message=message(channel, content, options=Options(smart_links=(SmartLink(id="5"),))),
            expect=Refused(UnsupportedFeature, field="options.smart_links"),
        )
        for channel, content in (
            (Channel.RCS, TEXT),
            (Channel.APPLE, TEXT),
            (Channel.WHATSAPP, MediaContent(media=CAT)),
        )
    ),
    Refuse(
        name="a format that numbers do not have",
        features=("X18",),
        settings={"recipient_format": "national"},
        message=HELLO,
        expect=Refused(ConfigurationError),
    ),
]

CASES = [*CREDENTIALS, *DESTINATIONS, *BATCHES, *REPORTING, *POLICIES, *REFUSALS]
