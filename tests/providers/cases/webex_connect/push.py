"""
Push notifications. Bodies are those of "Push API".
"""

from collections.abc import Mapping

from herald.content import Content, Dial, OpenUrl, PushContent, Reply
from herald.errors import ConfigurationError, InvalidMessage, UnsupportedFeature
from herald.models import Channel, Options, OutboundMessage
from tests.providers.cases.webex_connect.shared import CAT, FILM, REFERENCE, message, told
from tests.providers.harness import Case, Refuse, Refused, Send, Wire

ANDROID, HUAWEI, IOS = "push_android:fcm-token-1", "push_huawei:hms-token-1", "push_ios:apns-token-1"
CHROME, FIREFOX, SAFARI = "push_chrome:c-1", "push_firefox:f-1", "push_safari:s-1"
USER = "user:anna"

PLAIN = PushContent(title="Notification Title", body="Specific text message.")
TEXT = {"title": "Notification Title", "text": "Specific text message."}
FULL = PushContent(
    title="Notification Title",
    body="Specific text message.",
    media=CAT,
    url="https://herald.example/",
    data={"key1": "value1"},
)
OPENED = {"notificationaction": {"action": "OPEN_URL", "value": "https://herald.example/"}}
YES, NO = Reply(label="Yes", data="y"), OpenUrl(label="No!", url="https://herald.example/no")
ACTIONS = [
    {"action": "OPEN_APP", "identifier": "YES", "pos": 1},
    {"action": "OPEN_URL", "value": "https://herald.example/no", "identifier": "NO", "pos": 2},
]


def push(content: Content, *to: str, options: Options | None = None) -> OutboundMessage:
    return message(Channel.PUSH, content, *to, options=options)


def told_push(*to: tuple[str, str], **platforms: object) -> Wire:
    """To the device of the shared table, or to these."""
    reached = to or (("android_pushid", "fcm-token-1"),)
    destination = [{key: [value], "correlationid": REFERENCE} for key, value in reached]
    return told(push(PLAIN), {"push": platforms}, destination=destination)


def web(*browsers: str, **fields: object) -> dict[str, object]:
    return TEXT | {"platform_types": list(browsers)} | fields


def asking(*buttons: Reply | OpenUrl | Dial) -> PushContent:
    return PushContent(body="Shall we?", buttons=buttons)


SENDS: list[Case] = [
    Send(name="push to android", features=("X5",), message=push(PLAIN), wire=told_push(android=TEXT)),
    *(
        Send(
            name=f"push to {key}",
            features=("X5",),
            message=push(PLAIN, address),
            wire=told_push((key, address.partition(":")[2]), **parts),
        )
        for address, key, parts in (
            (HUAWEI, "hms_pushid", {"android": TEXT}),
            (IOS, "ios_pushid", {"ios": TEXT}),
            (CHROME, "chrome_pushid", {"web": web("chrome")}),
            (FIREFOX, "firefox_pushid", {"web": web("firefox")}),
            (SAFARI, "safari_pushid", {"web": web("safari")}),
        )
    ),
    Send(
        name="push to a person, wherever they are",
        features=("X5",),
        message=push(PLAIN, USER),
        wire=told_push(("userid", "anna"), android=TEXT, ios=TEXT, web=web("chrome", "firefox", "safari")),
    ),
    Send(
        name="push to a customer, where the account's people are",
        features=("X5",),
        settings={"push_platforms": "ios firefox"},
        message=push(PLAIN, "customer:c-7"),
        wire=told_push(("customerid", "c-7"), ios=TEXT, web=web("firefox")),
    ),
    Send(
        name="push to a person and to a device, each where they are",
        features=("X5",),
        settings={"push_platforms": "chrome"},
        message=push(PLAIN, USER, IOS),
        wire=told_push(("userid", "anna"), ("ios_pushid", "apns-token-1"), ios=TEXT, web=web("chrome")),
    ),
    Send(
        name="push to several platforms at once",
        features=("X5",),
        message=push(PLAIN, ANDROID, CHROME, SAFARI),
        wire=told_push(
            ("android_pushid", "fcm-token-1"),
            ("chrome_pushid", "c-1"),
            ("safari_pushid", "s-1"),
            android=TEXT,
            web=web("chrome", "safari"),
        ),
    ),
    Send(
        name="push with everything to a person: browsers show no image",
        features=("X5",),
        message=push(FULL, USER),
        wire=told_push(
            ("userid", "anna"),
            android=TEXT
            | {
                "extras": {
                    "customtags": {"key1": "value1", "imageurl": "https://media.example/cat.jpg"},
                }
                | OPENED
            },
            ios=TEXT
            | {
                "extras": {
                    "customtags": {"key1": "value1"},
                    "attachmenturl": "https://media.example/cat.jpg",
                }
                | OPENED
            },
            web=web(
                *("chrome", "firefox", "safari"),
                url="https://herald.example/",
                extras={"customtags": {"key1": "value1"}},
            ),
        ),
    ),
    *(
        Send(
            name=f"push that is kept for {given} seconds",
            features=("X5", "X12"),
            message=push(PLAIN, options=Options(validity_seconds=given)),
            wire=told(
                push(PLAIN),
                {"push": {"android": TEXT | {"extras": {"time_to_live": told_as}}}},
                expiry=f"PT{given}S",
            ),
        )
        for given, told_as in ((3600, "3600"), (2_592_000, "2419200"))
    ),
    Send(
        name="push in the manner of the account",
        features=("X5",),
        settings={
            "push_channel": "news",
            "push_icon": "https://acme.example/icon.png",
            "push_sound": "default",
            "push_action_text": "Sign-Up",
        },
        message=push(PushContent(body="Hi"), USER),
        wire=told_push(
            ("userid", "anna"),
            android={
                "text": "Hi",
                "extras": {"notificationChannelId": "news", "iconurl": "https://acme.example/icon.png"},
            },
            ios={"text": "Hi", "extras": {"sound": "default"}},
            web={"text": "Hi", "platform_types": ["chrome", "firefox", "safari"], "actiontext": "Sign-Up"},
        ),
    ),
    Send(
        name="push with two buttons, whose data comes back by the pushref",
        features=("X5",),
        message=push(asking(YES, NO)),
        wire=told_push(
            android={"text": "Shall we?"},
            interactive={
                "category": "DOUBLE_YES_NO",
                "pushref": '{"YES":"y"}',
                "device_types": ["android"],
                "actions": ACTIONS,
            },
        ),
    ),
    Send(
        name="push with buttons to a person: browsers show none",
        features=("X5",),
        settings={"push_platforms": "android ios chrome", "push_reply_action": "DISMISS"},
        message=push(asking(Reply(label="buy NOW"), Reply(label="Buy-later")), USER),
        wire=told_push(
            ("userid", "anna"),
            android={"text": "Shall we?"},
            ios={"text": "Shall we?"},
            web={"text": "Shall we?", "platform_types": ["chrome"]},
            interactive={
                "category": "DOUBLE_BUY_NOW_BUY_LATER",
                "device_types": ["android", "ios"],
                "actions": [
                    {"action": "DISMISS", "identifier": "BUY_NOW", "pos": 1},
                    {"action": "DISMISS", "identifier": "BUY_LATER", "pos": 2},
                ],
            },
        ),
    ),
    Send(
        name="push with buttons in the words of the account's app",
        features=("X5",),
        settings={"push_labels": {"DOUBLE_YES_NO": ["Ja", "Nein"]}},
        message=push(asking(Reply(label="Ja"), Reply(label="Nein")), IOS),
        wire=told_push(
            ("ios_pushid", "apns-token-1"),
            ios={"text": "Shall we?"},
            interactive={
                "category": "DOUBLE_YES_NO",
                "device_types": ["ios"],
                "actions": [
                    {"action": "OPEN_APP", "identifier": "YES", "pos": 1},
                    {"action": "OPEN_APP", "identifier": "NO", "pos": 2},
                ],
            },
        ),
    ),
    Send(
        name="push of exactly 4096 bytes with all that belongs to it",
        features=("X5",),
        message=push(PushContent(body="ü" * 2036 + "x")),
        wire=told_push(android={"text": "ü" * 2036 + "x"}),
    ),
]

WRONG: tuple[Mapping[str, object], ...] = (
    {"push_platforms": "android windows"},
    {"push_platforms": ""},
    {"push_labels": {"DOUBLE_YES_NO": ["Ja"]}},
    {"push_labels": {"TRIPLE": ["a", "b", "c"]}},
    {"push_labels": {"TRIPLE": []}},
    {"push_labels": "Ja Nein"},
    {"push_reply_action": "SHARE"},
)

REFUSALS: list[Case] = [
    *(
        Refuse(
            name=f"push with {settings}",
            features=("X5",),
            settings=settings,
            message=push(asking(YES, NO), USER),
            expect=Refused(ConfigurationError),
        )
        for settings in WRONG
    ),
    *(
        Refuse(name=f"push {name}", features=("X5",), message=sent, expect=Refused(error, field=field))
        for name, sent, error, field in (
            ("of more than 4096 bytes", push(PushContent(body="ü" * 2037)), InvalidMessage, "content"),
            (
                "with a tag that is the platform's own",
                push(PushContent(body="x", data={"imageurl": "x"})),
                InvalidMessage,
                "content.data.imageurl",
            ),
            ("with a video", push(PushContent(body="x", media=FILM)), UnsupportedFeature, "content.media"),
            (
                "with an image to a browser",
                push(PushContent(body="x", media=CAT), IOS, CHROME),
                UnsupportedFeature,
                "content.media",
            ),
            ("with buttons to a browser", push(asking(YES, NO), CHROME), UnsupportedFeature, "content.buttons"),
            ("with three buttons", push(asking(YES, NO, YES)), InvalidMessage, "content.buttons"),
            (
                "with a button that dials",
                push(asking(YES, Dial(label="No", phone="+43123456789"))),
                UnsupportedFeature,
                "content.buttons[1]",
            ),
            (
                "with buttons that no category has",
                push(asking(NO, YES)),
                UnsupportedFeature,
                "content.buttons",
            ),
        )
    ),
    Refuse(
        name="push with buttons to a person who can only be at a browser",
        features=("X5",),
        settings={"push_platforms": "chrome"},
        message=push(asking(YES, NO), USER),
        expect=Refused(UnsupportedFeature, field="content.buttons"),
    ),
]

CASES = [*SENDS, *REFUSALS]
