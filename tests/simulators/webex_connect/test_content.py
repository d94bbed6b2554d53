"""
What v1 checks of each channel's block.
"""

from typing import Any

import pytest

from tests.simulators.webex_connect.driver import Simulator

MISSING, INVALID = "7003", "7004"
URL = "https://example.com/a.png"
ACTION = {"notificationaction": {"action": "OPEN_URL", "value": URL}}
BUTTON = {"action": "OPEN_URL", "value": URL, "identifier": "YES", "pos": 1}
INTERACTIVE = {"category": "DOUBLE_YES_NO", "pushref": "ui", "device_types": ["ios"], "actions": [BUTTON]}
REPLY = {"type": "quickReplyPostback", "identifier": "1", "title": "Yes", "imageurl": "", "payload": {}}
CARD_BUTTON = {"type": "webUrl", "identifier": "1", "title": "View", "url": URL, "payload": {}}
ELEMENT = {"title": "Shirt", "subtitle": "", "imageUrls": [URL], "buttons": [CARD_BUTTON]}
ROW = {"id": "r1", "title": "Row", "description": "d"}
WA_BUTTON = {"type": "reply", "reply": {"id": "b1", "title": "Yes"}}
FB_BUTTON = {"type": "web_url", "url": URL, "title": "Show"}
FB_CARD = {"title": "Shirt", "subtitle": "White", "image_url": URL, "buttons": [FB_BUTTON]}
ITEM = {"identifier": "0", "title": "One", "style": "default", "order": 0}
SLOT = {"identifier": "0", "duration": 1800, "startTime": "2030-05-26T08:27:55Z"}


def numbered(part: dict[str, Any], count: int, name: str = "identifier") -> list[dict[str, Any]]:
    return [{**part, name: str(n)} for n in range(count)]


def in_app(**message: Any) -> dict[str, Any]:
    return {"thread_id": "t", "message": message}


def template(*elements: dict[str, Any]) -> dict[str, Any]:
    payload = {"reference": "r", "elements": list(elements)}
    return in_app(attachment={"contentType": "template", "templateType": "generic", "payload": payload})


def attached(**attachment: Any) -> dict[str, Any]:
    return in_app(attachment=attachment)


def wa(kind: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"type": kind, kind: value} | more


def wa_list(*sections: dict[str, Any], **more: Any) -> dict[str, Any]:
    action = {"button": "Choose", "sections": list(sections)}
    return wa("list", {"header": {"type": "text", "text": "h"}, "body": {"text": "b"}, "action": action} | more)


def wa_reply(*buttons: dict[str, Any], **more: Any) -> dict[str, Any]:
    return wa("reply", {"body": {"text": "b"}, "footer": {"text": "f"}, "action": {"buttons": list(buttons)}} | more)


def fb_template(**payload: Any) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": payload}}


def apple(**data: Any) -> dict[str, Any]:
    inner = {"version": "1.0", "requestIdentifier": "q", "images": [{"identifier": "i", "url": URL}]} | data
    received = {"style": "small", "title": "t", "subtitle": "s", "imageIdentifier": "i"}
    return {
        "type": "interactive",
        "interactiveData": {"data": inner, "useLiveLayout": True, "receivedMessage": received},
    }


def picker(*sections: dict[str, Any]) -> dict[str, Any]:
    return apple(listPicker={"sections": list(sections)})


def quick(count: int) -> dict[str, Any]:
    return apple(**{"quick-reply": {"summaryText": "s", "items": numbered(ITEM, count)}})


def invitation(**members: Any) -> dict[str, Any]:
    return {"type": "invitation", "withImage": False, "brandName": "Delta"} | members


def rich(**members: Any) -> dict[str, Any]:
    asset = {"url": URL, "mimeType": "image/png"}
    return {"type": "richLink", "richLinkData": {"url": URL, "title": "t", "assets": {"image": asset}} | members}


def web(**members: Any) -> dict[str, Any]:
    return {"web": {"platform_types": ["chrome", "firefox"], "text": "t", "url": URL} | members}


SECTION = {"title": "s", "rows": [ROW]}
OFFERS = {"title": "Offers", "multipleSelection": True, "order": 0, "items": [ITEM]}
CONTACT = {"name": {"formatted_name": "J D", "first_name": "J"}, "phones": [{"phone": "+431", "wa_id": "431"}]}

GOOD: dict[str, list[dict[str, Any]]] = {
    "sms": [
        {"text": "x" * 1024},
        {"text": "line\nline", "senderid": "+436761234567", "type": "2", "extras": {"dlt_templateid": "110715"}},
        {"body": "0A1bFf", "type": "3", "senderid": "56263"},
        {"text": "☃", "type": "4", "sendLinkAsAppClip": False, "storeRegion": "US", "media-path": ""},
    ],
    "voice": [{"callflowid": "184", "cli": "0453745878"}, {"promptid": "354"}, {"media": "song"}],
    "appmessaging": [
        in_app(text="t", quickreplies={"reference": "r", "options": numbered(REPLY, 5)}, extras={"k": [1]}),
        in_app(text="t", quickReplies={"options": [{**REPLY, "imageUrl": URL}]}),
        attached(contentType="image", file=URL, size="30"),
        attached(contentType="video", file=URL, preview="aGk=", duration="3"),
        attached(contentType="location", latitude="48.2", longitude=16.3),
        attached(contentType="file", mediaid="m-1"),
        template(*[{**ELEMENT, "buttons": [{**CARD_BUTTON, "identifier": str(n)}]} for n in range(8)]),
        {"thread_id": "t", "type": "typingStart", "message": {"text": ""}},
        {"thread_id": "t", "type": "threadAlert", "message": {"text": "agent left"}, "extras": {}},
        in_app(text="t")
        | {"notification": {"title": "t", "text": "x", "ios_extras": ACTION, "interactive": INTERACTIVE}},
    ],
    "push": [
        {"android": {"text": "t", "title": "u", "extras": {"time_to_live": "2419200", "customtags": {}} | ACTION}},
        {"ios": {"text": "t", "extras": {"badge": "1", "sound": "default", "attachmenturl": URL}}},
        web(actiontext="Go") | {"interactive": INTERACTIVE},
    ],
    "fb": [
        {"text": "t", "notification_type": "NO_PUSH", "messaging_type": "RESPONSE", "type": "conversation"},
        {"text": "t", "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"},
        {"text": "t", "quick_replies": [{"content_type": "text", "title": "Red", "payload": "R", "image_url": URL}]},
        {"attachment": {"type": "video", "payload": {"url": URL}}},
        {"sender_action": "typing_on"},
        fb_template(template_type="generic", elements=[FB_CARD] * 10),
        fb_template(
            template_type="button", text="t", buttons=[FB_BUTTON, {"type": "postback", "title": "p", "payload": "x"}]
        ),
        fb_template(
            template_type="receipt",
            recipient_name="J",
            order_number="1",
            currency="EUR",
            payment_method="Visa",
            elements=[{}],
            summary={"total_cost": 1},
            address={},
            adjustments=[],
        ),
    ],
    "whatsapp": [
        wa("text", {"body": "x" * 4096, "preview_url": "true"}, identity_key_hash="8VV="),
        wa("image", {"url": URL, "mimeType": "image/png", "caption": "c"}),
        wa("document", {"url": URL, "mimeType": "application/pdf", "filename": "a.pdf"}),
        wa("audio", {"url": URL, "mimeType": "audio/aac"}),
        wa("sticker", {"url": URL, "mimeType": "image/webp"}),
        wa("location", {"latitude": 48.2, "longitude": "16.3", "name": "n", "address": "a"}),
        wa("contacts", [CONTACT | {"emails": [{"email": "a@b"}], "org": {}, "birthday": "1990-01-31"}]),
        wa_list(*[{"title": f"s{n}", "rows": [{**ROW, "id": f"r{n}"}]} for n in range(10)], footer={"text": "f"}),
        wa_list({"rows": [ROW]}),
        wa_reply(*[{"type": "reply", "reply": {"id": str(n), "title": "t"}} for n in range(3)]),
        wa_reply(WA_BUTTON, header={"type": "document", "document": {"url": URL, "filename": "f"}}),
    ],
    "applebusinesschat": [
        {"type": "text", "text": "look \ufffc", "attachments": [{"url": URL, "mimeType": "image/png"}]},
        {"type": "text", "text": "look \\uFFFC", "attachments": [{"url": URL, "mimeType": "image/png"}]},
        {"type": "typing_start"},
        {"type": "typing_end"},
        rich(),
        rich(assets={"video": {"url": URL, "mimeType": "video/mp4"}}) | {"type": "richlink"},
        picker(*[OFFERS | {"items": numbered(ITEM, 20)}] * 20),
        apple(event={"title": "e", "identifier": "1", "timeslots": numbered(SLOT, 10), "timezoneOffset": -100}),
        quick(2),
        quick(5),
        apple(version="", dynamic={"private": True, "data": {"pages": [{}]}}),
    ],
}


def block_of(channel: str, block: dict[str, Any]) -> dict[str, Any]:
    if channel in {"fb", "whatsapp"}:
        return {"OTT-Messaging": {{"fb": "fb", "whatsapp": "wa"}[channel]: block}}
    return {"AppleBusinessChat" if channel == "applebusinesschat" else channel: block}


@pytest.mark.parametrize(("channel", "block"), [(channel, block) for channel in GOOD for block in GOOD[channel]])
def test_good(simulator: Simulator, channel: str, block: dict[str, Any]) -> None:
    """
    What the documents allow is taken, delivered, and leaves no remark.
    """
    response = simulator.send(channel, channels=block_of(channel, block))
    assert response[0]["code"] == "1001", response
    assert simulator.messages()[0]["remarks"] == []
    assert {each["deliveryInfo"]["deliveryStatus"] for each in simulator.receipts()}.isdisjoint({"Failed"})


BAD: dict[str, list[tuple[dict[str, Any], str]]] = {
    "sms": [
        ({}, MISSING),
        ({"text": ""}, MISSING),
        ({"text": "x" * 1025}, "7107"),
        ({"text": ["x"]}, INVALID),
        ({"text": "\ud83d"}, INVALID),
        ({"text": "x", "type": "5"}, INVALID),
        ({"text": "x", "type": "3"}, MISSING),
        ({"body": "xyz", "type": "3"}, INVALID),
        ({"body": "abc", "type": "3"}, INVALID),
        ({"text": "x", "senderid": "TWELVELETTER"}, "7101"),
        ({"text": "x", "senderid": "ÄÖ"}, "7101"),
        ({"text": "x", "extras": "dlt"}, INVALID),
    ],
    "voice": [
        ({}, MISSING),
        ({"cli": "0453745878"}, MISSING),
        ({"callflowid": "1", "media": "m"}, INVALID),
        ({"callflowid": "1", "promptid": "2"}, INVALID),
        ({"promptid": "1", "media": "m"}, INVALID),
        ({"promptid": "1", "cli": "me"}, "7101"),
    ],
    "appmessaging": [
        ({"message": {"text": "t"}}, "7311"),
        ({"thread_id": "t"}, MISSING),
        (in_app(), MISSING),
        (in_app(text="", extras={}), MISSING),
        (in_app(text="t") | {"type": "other"}, INVALID),
        (attached(contentType="sticker", file=URL), INVALID),
        (attached(contentType="image"), MISSING),
        (attached(contentType="image", file="a.png"), INVALID),
        (attached(contentType="video", file=URL), MISSING),
        (attached(contentType="location", latitude=48.2), MISSING),
        (attached(contentType="location", latitude=91, longitude=0), INVALID),
        (template(), INVALID),
        (template(*[ELEMENT] * 9), "7034"),
        (template({**ELEMENT, "buttons": numbered(CARD_BUTTON, 4)}), "7703"),
        (template({**ELEMENT, "imageUrls": [URL] * 6}), "7708"),
        (template({**ELEMENT, "imageUrls": ["x"]}), INVALID),
        (template(ELEMENT, ELEMENT), "7704"),
        (template({"subtitle": "s"}), MISSING),
        (in_app(text="t", quickreplies={"options": numbered(REPLY, 6)}), "7706"),
        (in_app(text="t", quickreplies={"options": [REPLY, REPLY]}), "7704"),
        (in_app(text="t", quickreplies={"options": [{**REPLY, "type": "x"}]}), INVALID),
        (in_app(text="t") | {"notification": {"text": "x"}}, INVALID),
        (in_app(text="t") | {"notification": {"title": "x"}}, MISSING),
    ],
    "push": [
        ({}, MISSING),
        ({"interactive": INTERACTIVE}, MISSING),
        ({"android": {"title": "t"}}, MISSING),
        ({"android": {"text": "t", "extras": {"time_to_live": 2419201}}}, INVALID),
        ({"ios": {"text": "t", "extras": {"time_to_live": -1}}}, INVALID),
        ({"ios": {"text": "t", "extras": {"notificationaction": {"action": "FLY", "value": "x"}}}}, INVALID),
        ({"ios": {"text": "t", "extras": {"notificationaction": {"action": "OPEN_URL"}}}}, MISSING),
        ({"web": {"text": "t"}}, MISSING),
        (web(platform_types=["opera"]), INVALID),
        (web() | {"interactive": INTERACTIVE | {"category": "TRIPLE"}}, INVALID),
        (web() | {"interactive": INTERACTIVE | {"category": "SINGLE_OPEN", "actions": [BUTTON, BUTTON]}}, INVALID),
        (web() | {"interactive": INTERACTIVE | {"actions": [BUTTON | {"pos": 3}]}}, INVALID),
        (web() | {"interactive": INTERACTIVE | {"actions": [BUTTON | {"identifier": ""}]}}, MISSING),
    ],
    "fb": [
        ({}, MISSING),
        ({"messaging_type": "RESPONSE"}, MISSING),
        ({"text": "t", "messaging_type": "MESSAGE_TAG"}, MISSING),
        ({"text": "t", "messaging_type": "OTHER"}, INVALID),
        ({"text": "t", "notification_type": "LOUD"}, INVALID),
        ({"sender_action": "dance"}, INVALID),
        ({"attachment": {"type": "image", "payload": {}}}, MISSING),
        ({"attachment": {"type": "image"}}, MISSING),
        ({"attachment": {"type": "sticker", "payload": {"url": URL}}}, INVALID),
        (fb_template(template_type="generic", elements=[FB_CARD] * 11), INVALID),
        (fb_template(template_type="generic", elements=[FB_CARD | {"title": "x" * 81}]), INVALID),
        (fb_template(template_type="generic", elements=[FB_CARD | {"buttons": [FB_BUTTON] * 4}]), INVALID),
        (fb_template(template_type="button", buttons=[FB_BUTTON]), MISSING),
        (fb_template(template_type="button", text="t", buttons=[{"type": "postback", "title": "p"}]), MISSING),
        (fb_template(template_type="receipt", recipient_name="J"), MISSING),
        ({"text": "t", "quick_replies": [{"content_type": "fruit"}]}, INVALID),
    ],
    "whatsapp": [
        ({}, MISSING),
        ({"type": "poem"}, INVALID),
        ({"type": "text"}, MISSING),
        (wa("text", {}), MISSING),
        (wa("image", {"url": URL}), MISSING),
        (wa("image", {"url": "a.png", "mimeType": "image/png"}), INVALID),
        (wa("audio", {"url": URL, "mimeType": "audio/aac", "caption": "c"}), INVALID),
        (wa("sticker", {"url": URL, "mimeType": "image/webp", "caption": "c"}), INVALID),
        (wa("location", {"latitude": 1}), MISSING),
        (wa("location", {"latitude": "north", "longitude": 1}), INVALID),
        (wa("contacts", [{"name": {"formatted_name": "J"}}]), MISSING),
        (wa("contacts", [{"name": {"first_name": "J"}}]), MISSING),
        (wa("contacts", [CONTACT | {"birthday": "31.1.1990"}]), INVALID),
        (wa("contacts", []), INVALID),
        (wa_list(SECTION, body={"text": "x" * 1025}), INVALID),
        (wa_list(SECTION, header={"type": "text", "text": "x" * 61}), INVALID),
        (wa_list(SECTION, action={"button": "x" * 21, "sections": [SECTION]}), INVALID),
        (wa_list(SECTION | {"title": "x" * 25}), INVALID),
        (wa_list(SECTION, {"rows": [ROW]}), MISSING),
        (wa_list(SECTION, SECTION), INVALID),
        (wa_reply(), INVALID),
        (wa_reply(*[WA_BUTTON] * 4), INVALID),
        (wa_reply(WA_BUTTON, WA_BUTTON), INVALID),
        (wa_reply({"type": "url", "reply": {}}), INVALID),
        (wa_reply(WA_BUTTON, footer={"text": "x" * 61}), INVALID),
        (wa_reply(WA_BUTTON, header={"type": "video", "video": {}}), MISSING),
    ],
    "applebusinesschat": [
        ({}, MISSING),
        ({"type": "poem"}, INVALID),
        ({"type": "text"}, MISSING),
        ({"type": "text", "text": "\ufffc", "attachments": [{"url": URL}]}, MISSING),
        ({"type": "richLink"}, MISSING),
        (rich(title=""), MISSING),
        (rich(assets={}), MISSING),
        ({"type": "interactive"}, MISSING),
        (apple(), MISSING),
        (apple(version="", listPicker={"sections": [OFFERS]}), MISSING),
        (apple(requestIdentifier="", listPicker={"sections": [OFFERS]}), MISSING),
        (picker(*[OFFERS] * 21), INVALID),
        (picker(OFFERS | {"items": numbered(ITEM, 21)}), INVALID),
        (picker(OFFERS | {"items": [ITEM, ITEM]}), INVALID),
        (apple(event={"timeslots": numbered(SLOT, 11)}), INVALID),
        (apple(event={"timeslots": []}), INVALID),
        (apple(event={"timeslots": [{"identifier": "1", "startTime": "x"}]}), MISSING),
        (quick(1), INVALID),
        (quick(6), INVALID),
        (apple(**{"quick-reply": {"items": numbered(ITEM, 2)}}), MISSING),
        (apple(listPicker={"sections": [OFFERS]}, event={"timeslots": [SLOT]}), INVALID),
    ],
}


@pytest.mark.parametrize(
    ("channel", "block", "code"), [(channel, block, code) for channel in BAD for block, code in BAD[channel]]
)
def test_bad(simulator: Simulator, channel: str, block: dict[str, Any], code: str) -> None:
    """
    What the documents forbid refuses the request with the code they have for it.
    """
    response = simulator.send(channel, channels=block_of(channel, block))
    assert isinstance(response, dict), response
    assert response["code"] == code, response
    assert simulator.webhooks() == []


@pytest.mark.parametrize(
    ("channel", "block", "code"),
    [
        ("whatsapp", wa("text", {"body": "x" * 4097}), "7714"),
        ("whatsapp", wa("image", {"url": URL, "mimeType": "video/mp4"}), "7861"),
        ("whatsapp", wa_list(), "7819"),
        ("whatsapp", wa_list(*[{"title": f"s{n}", "rows": [{**ROW, "id": f"r{n}"}]} for n in range(11)]), "7819"),
        ("whatsapp", wa_list({"title": "s", "rows": numbered(ROW, 11, "id")}), "7820"),
        ("fb", {"text": "t", "messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}, "7526"),
    ],
)
def test_doomed(simulator: Simulator, channel: str, block: dict[str, Any], code: str) -> None:
    """
    What only Meta checks is accepted, and a receipt of failure follows.
    """
    assert simulator.send(channel, channels=block_of(channel, block))[0]["code"] == "1001"
    last = simulator.receipts()[-1]["deliveryInfo"]
    assert (last["code"], last["deliveryStatus"]) == (code, "Failed")


def test_invitation(simulator: Simulator) -> None:
    """
    An Apple invitation goes to a number, everything else to a user; its identifier is alphanumeric, its brand needed.
    """
    number = [{"msisdn": ["+447736200000"]}]
    user = [{"abcUserId": ["urn:mbid:A"]}]

    def send(destination: Any, **members: Any) -> Any:
        channels = block_of("applebusinesschat", invitation(**members))
        return simulator.send("applebusinesschat", destination=destination, channels=channels)

    assert send(number, requestIdentifier="fcb5e9ca-0ddc", locale="en_US")[0]["code"] == "1001"
    assert send(user)[0]["code"] == "7004"
    assert simulator.send("applebusinesschat", destination=number)[0]["code"] == "7004"
    assert send(number, requestIdentifier="a b")["code"] == "7004"
    assert send(number, brandName="")["code"] == "7003"
    assert send(number, withImage=None)["code"] == "7003"


def test_sender(simulator: Simulator) -> None:
    """
    Where senders are listed another is 7101; where one is required none is 7003; else it may be absent.
    """
    without = {"sms": {"text": "t"}}
    assert simulator.send(channels=without)[0]["code"] == "1001"
    simulator.change(sender_required=True, senders=["OTHER"])
    assert simulator.send(channels=without)["code"] == "7003"
    assert simulator.send()["code"] == "7101"
    assert simulator.send(channels={"sms": {"text": "t", "senderid": "OTHER"}})[0]["code"] == "1001"


def test_thread(simulator: Simulator) -> None:
    """
    An unknown thread is accepted, and fails with 7312 as in the sample.
    """
    simulator.change(threads=["known"])
    assert simulator.send("appmessaging")[0]["code"] == "1001"
    assert simulator.receipts()[-1]["deliveryInfo"]["code"] == "7312"


def test_identity(simulator: Simulator) -> None:
    """
    A WhatsApp identity hash that is no longer the user's fails with 7862; the present one is delivered.
    """
    simulator.change(identity_hashes={"436761234567": "new="})
    for given in ("old=", "new="):
        simulator.send("whatsapp", channels=block_of("whatsapp", wa("text", {"body": "b"}, identity_key_hash=given)))
        simulator.settle()
    codes = [each["deliveryInfo"]["code"] for each in simulator.receipts()]
    assert codes == ["7501", "7862", "7501", "7500", "7502"]


@pytest.mark.parametrize("channel", ["whatsapp", "fb"])
def test_window(simulator: Simulator, channel: str) -> None:
    """
    With the window enforced a message fails until the user wrote; a template needs no window.
    """
    simulator.change(enforce_window=True)
    sender = {"whatsapp": "436761234567", "fb": "1368028456544331"}[channel]
    code = {"whatsapp": "7710", "fb": "7313"}[channel]
    simulator.send(channel)
    assert simulator.receipts()[-1]["deliveryInfo"]["code"] == code
    simulator.send(channel, message={"template": "T1"})
    assert simulator.receipts()[-1]["deliveryInfo"]["code"] == "7502"
    simulator.inbound(channel=channel, sender=sender)
    simulator.send(channel)
    assert simulator.receipts()[-1]["deliveryInfo"]["code"] == "7502"


MARKED = {"type": "text", "text": "look", "attachments": [{"url": URL, "mimeType": "image/png"}]}
REMARKED: list[tuple[str, dict[str, Any], str]] = [
    ("sms", {"text": "t", "type": 1}, "sms.type is a number"),
    ("sms", {"text": "t", "colour": "red"}, "sms.colour is in no document"),
    (
        "whatsapp",
        wa("image", {"url": URL, "mimeType": "image/png", "filename": "a"}),
        "image.filename belongs to documents",
    ),
    (
        "whatsapp",
        wa("location", {"latitude": 1, "longitude": 1, "address": "a"}),
        "location.address is only shown beside a name",
    ),
    ("applebusinesschat", MARKED, "AppleBusinessChat.text marks 0 places for 1 attachments"),
    (
        "push",
        {"ios": {"text": "t"}, "interactive": INTERACTIVE | {"device_types": ["watch"]}},
        "interactive.device_types names an unknown device",
    ),
]


@pytest.mark.parametrize(("channel", "block", "remark"), REMARKED)
def test_remarks(simulator: Simulator, channel: str, block: dict[str, Any], remark: str) -> None:
    """
    What a strict reading refuses is noted.
    """
    channels = block_of(channel, block)
    assert simulator.send(channel, channels=channels)[0]["code"] == "1001"
    assert simulator.messages()[0]["remarks"] == [remark]
    simulator.change(strict=True)
    assert simulator.send(channel, channels=channels)["code"] == "7004"
