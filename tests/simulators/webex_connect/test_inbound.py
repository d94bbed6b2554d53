"""
What users write.
"""

import base64
import json
from typing import Any

import pytest

from local.simulators.webex_connect.inbound import apple, in_app, messenger, numbers, whatsapp
from tests.simulators.webex_connect.driver import APP, APPLE_USER, Hook, Simulator

PICTURE = b"\x89PNG picture"


def picture(content_type: str = "image/png", **members: Any) -> dict[str, Any]:
    return {"content": base64.b64encode(PICTURE).decode(), "content_type": content_type} | members


def without_times(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in {"ts", "tid", "datetime", "messageid"}}


def test_sms(simulator: Simulator, hook: Hook) -> None:
    """
    SMS: `Channel` with a capital, the user in `oa` without +, our number in `da`; what is answered is what is posted.
    """
    payload = simulator.inbound(channel="sms", sender="+436761234567", text="x" * 161)
    simulator.settle()
    assert hook.documents() == [payload]
    assert payload["ts"] == payload["datetime"]
    assert without_times(payload) == {
        "userld": "",
        "Channel": "SMS",
        "da": "56263",
        "message_source": "SMS",
        "oa": "436761234567",
        "message": "x" * 161,
        "messageCount": "2",
        "x_networkid": "USTMO",
    }


def test_mms(simulator: Simulator) -> None:
    """
    MMS: the files are JSON in `message`.
    """
    payload = simulator.inbound(channel="mms", sender="16502813641", recipient="34343", media=[picture(), picture()])
    files = json.loads(payload.pop("message"))
    assert [simulator.http.get(file["file"]).content for file in files] == [PICTURE] * 2
    assert without_times(payload) == {"channel": "MMS", "da": "34343", "oa": "16502813641"}


WHATSAPP = {
    "userId": "",
    "username": "The user",
    "channel": "WhatsApp",
    "appId": APP,
    "waid": "436761234567",
    "identityKeyHash": "",
    "bsuid": "",
    "userHandle": "",
    "waidDerived": "false",
}
EMPTY = {"message": "", "attachments": "[]", "system": "", "location": "", "contacts": "[]"}
MESSAGE = {"event": "MO"} | EMPTY


def test_whatsapp_text(simulator: Simulator) -> None:
    """
    WhatsApp text: every member of the sample, nested values as JSON in text, a tid that ends in _0.
    """
    payload = simulator.inbound(channel="whatsapp")
    assert payload["tid"].endswith("_0")
    assert without_times(payload) == WHATSAPP | MESSAGE | {"message": "Hello World!", "type": "text"}


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("image/png", "image"), ("video/mp4", "video"), ("audio/ogg", "audio"), ("application/pdf", "document")],
)
def test_whatsapp_files(simulator: Simulator, content_type: str, kind: str) -> None:
    """
    A file is an item with its type, caption and URL, which serves the bytes.
    """
    payload = simulator.inbound(channel="whatsapp", media=[picture(content_type, caption="c")])
    (item,) = json.loads(payload["attachments"])
    assert (item["mime_type"], item["caption"], payload["type"], payload["message"]) == (content_type, "c", kind, "")
    answer = simulator.http.get(item["url"])
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, content_type)


def test_whatsapp_sticker(simulator: Simulator) -> None:
    """
    A sticker's item is nested, with its URL beside.
    """
    payload = simulator.inbound(channel="whatsapp", media=[picture("image/webp")])
    (item,) = json.loads(payload["attachments"])
    assert item["sticker"]["mime_type"] == "image/webp"
    assert simulator.http.get(item["url"]).content == PICTURE


def test_whatsapp_location_and_contacts(simulator: Simulator) -> None:
    """
    A place has its numbers as text, contacts are an array; both are JSON in text.
    """
    place = simulator.inbound(channel="whatsapp", location={"latitude": 1.5, "longitude": 2.5, "name": "n"})
    found = json.loads(place["location"])
    assert (found["latitude"], found["longitude"], found["name"], place["type"]) == ("1.5", "2.5", "n", "location")
    contact = {"name": {"formatted_name": "J D"}}
    card = simulator.inbound(channel="whatsapp", contacts=[contact])
    assert (json.loads(card["contacts"]), card["type"]) == ([contact], "contacts")


@pytest.mark.parametrize(
    ("event", "members"),
    [
        ("postback", {"buttonPayload": "p", "buttonText": "t", "errors": ""}),
        ("list", {"listRowIdentifier": "i", "listRowTitle": "t", "listRowDescription": "d", "contextId": "r"}),
        ("reply", {"replyButtonIdentifier": "i", "replyButtonTitle": "t", "contextId": "r"}),
    ],
)
def test_whatsapp_answers(simulator: Simulator, event: str, members: dict[str, str]) -> None:
    """
    Buttons, lists and replies are events of their own, without the members of a message.
    """
    choice = {"identifier": "i", "title": "t", "description": "d", "payload": "p", "request": "r"}
    payload = simulator.inbound(channel="whatsapp", event=event, choice=choice)
    assert without_times(payload) == WHATSAPP | {"event": event} | members


def test_whatsapp_preference(simulator: Simulator) -> None:
    """
    A marketing preference is an array, not text.
    """
    payload = simulator.inbound(channel="whatsapp", event="user_preference", choice={"identifier": "stop"})
    (preference,) = payload["user_preferences"]
    assert (preference["category"], preference["value"]) == ("marketing_messages", "stop")


def test_whatsapp_scoped(simulator: Simulator) -> None:
    """
    A user without a number is known by the business-scoped id alone.
    """
    payload = simulator.inbound(channel="whatsapp", sender="IN.2146020959550167")
    assert (payload["waid"], payload["bsuid"]) == ("", "IN.2146020959550167")


def test_messenger(simulator: Simulator) -> None:
    """
    Messenger: empty attachments are an empty text, a file or a place is an item with its payload.
    """
    payload = simulator.inbound(channel="fb", sender="91638")
    assert without_times(payload) == {
        "userId": "",
        "channel": "Facebook Messenger",
        "psid": "91638",
        "appId": APP,
        "event": "MO",
        "message": "Hello World!",
        "attachments": "",
        "locale": "",
        "gender": "",
        "timezone": "",
        "name": "The user",
        "profile_pic": "",
    }
    order = {"media": [picture("application/pdf")], "location": {"latitude": 1.5, "longitude": 2.5}}
    file, place = json.loads(simulator.inbound(channel="fb", **order)["attachments"])
    assert (file["type"], simulator.http.get(file["payload"]["url"]).content) == ("file", PICTURE)
    assert (place["type"], place["payload"]) == ("location", {"coordinates": {"long": 2.5, "lat": 1.5}})


def test_messenger_postback(simulator: Simulator) -> None:
    """
    A postback is JSON in text.
    """
    payload = simulator.inbound(channel="fb", event="OnPostback", choice={"payload": "1232"})
    assert json.loads(payload["postback"]) == {"payload": "1232"}
    assert "attachments" not in payload


def test_in_app(simulator: Simulator) -> None:
    """
    In-app: channel Rtm, the thread as JSON in text, and a postback's button too.
    """
    payload = simulator.inbound(channel="appmessaging", sender="97XX90", thread_id="t-1")
    assert (payload["channel"], payload["event"], payload["userId"]) == ("Rtm", "MO", "97XX90")
    assert json.loads(payload["thread"])["id"] == payload["thread_id"] == "t-1"
    choice = {"identifier": "i", "title": "Yes", "request": "r"}
    pressed = simulator.inbound(channel="appmessaging", event="OnPostback", choice=choice)
    assert pressed["message"] == "Yes"
    assert json.loads(pressed["interactiveData"]) == {
        "reference": "r",
        "identifier": "i",
        "type": "quickReplyPostback",
        "title": "Yes",
    }


def test_in_app_form(simulator: Simulator) -> None:
    """
    A form's answers are an attachment, and its request is named.
    """
    choice = {"title": "Email", "request": "R4b0"}
    payload = simulator.inbound(channel="appmessaging", event="OnFormResponse", text="a@b", choice=choice)
    (form,) = json.loads(payload["attachments"])
    assert form["payload"]["fields"][0]["value"] == "a@b"
    assert payload["relatedTid"] == "R4b0"


@pytest.mark.parametrize(
    ("channel", "event", "word", "kind"),
    [
        ("appmessaging", "typingStart", "TypingIndicator", "typingStart"),
        ("appmessaging", "typingStop", "TypingIndicator", "typingStop"),
        ("applebusinesschat", "typing_start", "TYPINGINDICATOR", "typing_start"),
        ("applebusinesschat", "typing_end", "TYPINGINDICATOR", "typing_end"),
        ("applebusinesschat", "CONVERSATIONCLOSED", "CONVERSATIONCLOSED", "close"),
    ],
)
def test_signs(simulator: Simulator, channel: str, event: str, word: str, kind: str) -> None:
    """
    Typing and closing are events with a type.
    """
    payload = simulator.inbound(channel=channel, event=event)
    assert (payload["event"], payload["type"]) == (word, kind)


def test_apple(simulator: Simulator) -> None:
    """
    Apple: a file leaves its mark in the text and an item with name and size; capabilities are escaped commas.
    """
    payload = simulator.inbound(channel="applebusinesschat", sender=APPLE_USER, media=[picture()])
    (item,) = json.loads(payload["attachments"])
    assert (payload["abcUserId"], payload["message"]) == (APPLE_USER, "\ufffc")
    assert (item["size"], item["mimeType"], item["type"]) == (str(len(PICTURE)), "image/png", "image")
    assert simulator.http.get(item["url"]).content == PICTURE
    assert "%2C" in payload["capabilityList"]
    assert simulator.inbound(channel="applebusinesschat")["attachments"] == ""


CHOICE = {"identifier": "i", "title": "t", "payload": "2030-01-18T15:30+0000", "request": "q"}


@pytest.mark.parametrize(
    ("event", "word", "member", "path", "value"),
    [
        ("listPicker", "INTERACTIVERESPONSE", "listPicker", ["selectedItems", 0, "identifier"], "i"),
        ("datePicker", "INTERACTIVERESPONSE", "datePicker", ["timeslots", 0, "startTime"], CHOICE["payload"]),
        ("QuickReplyResponse", "QuickReplyResponse", "quickreplies", ["selectedIdentifier"], "i"),
        ("FormResponse", "FormResponse", "formResponse", ["selections", 0, "items", 0, "value"], "Hello World!"),
        ("InvitationResponse", "InvitationResponse", "invitationResponse", ["notification", "id"], "yes"),
    ],
)
def test_apple_answers(  # noqa: PLR0913, PLR0917 - a row of the table
    simulator: Simulator, event: str, word: str, member: str, path: list[Any], value: str
) -> None:
    """
    Interactive answers are JSON in text under a name of their own, with the identifier of the request.
    """
    payload = simulator.inbound(channel="applebusinesschat", event=event, choice=CHOICE)
    assert (payload["event"], payload["requestIdentifier"]) == (word, "q")
    found = json.loads(payload[member])
    for step in path:
        found = found[step]
    assert found == value


def test_apple_invitation(simulator: Simulator) -> None:
    """
    An invitation is answered with the number and "true" or "false" as text.
    """
    for accepted, word in ((True, "true"), (False, "false")):
        order = {"event": "InvitationResponse", "choice": {"payload": "+447736200000"}, "accepted": accepted}
        payload = simulator.inbound(channel="applebusinesschat", **order)
        assert (payload["msisdn"], payload["invitationAccepted"]) == ("+447736200000", word)


def test_apple_payment(simulator: Simulator) -> None:
    """
    A payment's request is an object, not text.
    """
    payload = simulator.inbound(channel="applebusinesschat", event="PaymentResponse")
    assert payload["paymentRequest"]["total"]["amount"] == "14"


@pytest.mark.parametrize(
    ("event", "members", "identifier"),
    [
        ("MO", {"message": "Hello World!"}, "messageid"),
        ("Location", {"latitude": "48.2082", "longitude": "16.3738"}, "messageId"),
        ("postback", {"postback": "Yes"}, "messageId"),
        ("SUBSCRIBE", {}, "messageId"),
        ("UNSUBSCRIBE", {}, "messageId"),
    ],
)
def test_rcs(simulator: Simulator, event: str, members: dict[str, str], identifier: str) -> None:
    """
    RCS: the number with +, carrier and provider, and an id whose name depends on the event.
    """
    payload = simulator.inbound(channel="rcs", event=event)
    assert payload.pop(identifier)
    assert (
        without_times(payload)
        == {
            "channel": "rcs",
            "msisdn": "+436761234567",
            "appId": APP,
            "event": event,
            "serviceProvider": "GOOGLE",
            "carrier": "8",
        }
        | members
    )


def test_rcs_attachment(simulator: Simulator) -> None:
    """
    A file of RCS is an item with its payload.
    """
    payload = simulator.inbound(channel="rcs", event="ATTACHMENT", media=[picture("video/mp4")])
    (item,) = json.loads(payload["attachments"])
    assert (item["type"], simulator.http.get(item["payload"]["url"]).content) == ("video", PICTURE)


EVENTS = {
    "whatsapp": whatsapp.EVENTS,
    "fb": messenger.EVENTS,
    "appmessaging": in_app.EVENTS,
    "applebusinesschat": apple.EVENTS,
    "rcs": numbers.RCS_EVENTS,
}


@pytest.mark.parametrize(("channel", "event"), [(channel, event) for channel in EVENTS for event in EVENTS[channel]])
def test_every_event(simulator: Simulator, channel: str, event: str) -> None:
    """
    Every event of every channel is posted with channel, event, time and id; an unknown one is refused.
    """
    payload = simulator.inbound(channel=channel, event=event)
    assert {"channel", "event", "ts", "tid", "appId"} <= set(payload)
    refused = simulator.http.post("/_control/inbound", json={"channel": channel, "event": "Nothing"})
    assert refused.status_code == 422


def test_members(simulator: Simulator) -> None:
    """
    An order can put members in and take them out.
    """
    payload = simulator.inbound(channel="fb", members={"channel": "Facebook", "locale": None, "new": {"a": 1}})
    assert (payload["channel"], payload["new"]) == ("Facebook", {"a": 1})
    assert "locale" not in payload


def test_copies(simulator: Simulator, hook: Hook) -> None:
    """
    The same message can come twice, the same to the byte, and to another URL.
    """
    simulator.inbound(copies=2, url=f"{hook.url}/other")
    simulator.settle()
    first, second = hook.received
    assert first[0] == "/other"
    assert first[2] == second[2]


def test_secure_media(simulator: Simulator) -> None:
    """
    Secure media: the URL is good for its time and with its secret, afterwards with the key alone.
    """

    def url_after(**settings: Any) -> str:
        simulator.change(secure_media=True, **settings)
        items = json.loads(simulator.inbound(channel="whatsapp", media=[picture()])["attachments"])
        return str(items[0]["url"])

    def statuses(url: str) -> list[int]:
        header = "x-imi-connect-media-api-key"
        keys: list[dict[str, str]] = [{}, {header: "wrong"}, {header: "sim-media-key"}]
        return [simulator.http.get(url, headers=key).status_code for key in keys]

    fresh = url_after(media_seconds=3600)
    assert statuses(fresh) == [200, 200, 200]
    assert statuses(fresh.replace("sid=", "sid=x")) == [401, 401, 200]
    assert statuses(url_after(media_seconds=0)) == [401, 401, 200]
    assert statuses(fresh.replace("path=", "path=x")) == [404, 404, 404]
