"""
RCS messages: the four documented kinds are taken, and each limit has its code.
"""

import re
from typing import Any

import pytest

from tests.simulators.websms.driver import APPLICATION, RECIPIENT, Receiver, Simulator

MEDIA: dict[str, Any] = {
    "mediaUrl": "https://example.com/a.png",
    "mediaContentType": "image/png",
    "mediaFileSize": 10,
    "height": "SHORT_HEIGHT",
}
REPLY: dict[str, Any] = {"reply": {"displayText": "Yes", "postback": {"data": "yes"}}}
CARD: dict[str, Any] = {"media": MEDIA, "title": "Title", "description": "Description", "suggestions": [REPLY]}
THUMBNAIL = {"thumbnailUrl": "https://example.com/t", "thumbnailContentType": "image/png", "thumbnailFileSize": 1}


def action(**kind: Any) -> dict[str, Any]:
    return {"action": {"displayText": "Go", "postback": {"data": "go"}, **kind}}


def standalone(content: Any = None, **layout: Any) -> dict[str, Any]:
    card = {"layout": layout or {"cardOrientation": "VERTICAL"}, "content": CARD if content is None else content}
    return {"richcardMessage": {"message": {"generalPurposeCard": card}}}


def carousel(cards: Any, width: str = "MEDIUM_WIDTH") -> dict[str, Any]:
    body = {"layout": {"cardWidth": width}, "content": cards}
    return {"richcardMessage": {"message": {"generalPurposeCardCarousel": body}}}


def with_media(**change: Any) -> dict[str, Any]:
    media = {key: value for key, value in (MEDIA | change).items() if value is not None}
    return standalone({"media": media})


def chips(*suggestions: Any) -> dict[str, Any]:
    return {"textMessage": "hi", "suggestedChipList": {"suggestions": list(suggestions)}}


SOUND: list[dict[str, Any]] = [
    {"textMessage": "hi"},
    {"textMessage": "hi", "msgId": "mine", "trafficType": "advertisement"},
    {"fileMessage": {"fileUrl": "https://example.com/a.pdf", "fileMIMEType": "application/pdf", "fileSize": 9}},
    {"audioMessage": {"fileUrl": "https://example.com/a.mp3", "playingLength": 3}},
    {"geolocationPushMessage": {"pos": "48.2082,16.3738", "label": "Vienna"}},
    {"isTyping": "active"},
    standalone(),
    standalone(cardOrientation="HORIZONTAL", imageAlignment="LEFT"),
    with_media(height="TALL_HEIGHT", contentDescription="a" * 200, **THUMBNAIL),
    standalone({"title": "a" * 200, "description": "a" * 2000, "suggestions": [REPLY] * 4}),
    carousel([CARD] * 2),
    carousel([CARD] * 10, "SMALL_WIDTH"),
    chips(*[REPLY] * 11),
    chips({"reply": {"displayText": "a" * 25, "postback": {"data": "a" * 2048}}}),
    chips(action(urlAction={"openUrl": {"url": "https://example.com"}})),
    chips(action(dialerAction={"dialPhoneNumber": {"phoneNumber": "+431"}})),
    chips(action(mapAction={"requestLocationPush": {}})),
    chips(action(mapAction={"showLocation": {"location": {"latitude": 48.2, "longitude": 16.4}}})),
    chips(action(calendarAction={"createCalendarEvent": {"startTime": "a", "endTime": "b", "title": "c"}})),
    chips(action(composeAction={"composeTextMessage": {"phoneNumber": "+431", "text": "a"}})),
    chips(action(deviceAction={"requestDeviceSpecifics": {}})),
    chips(action(settingsAction={"disableAnonymization": {}})),
]

BROKEN: list[tuple[dict[str, Any], int]] = [
    ({}, 42009),
    ({"textMessage": "hi", "isTyping": "idle"}, 42010),
    ({"suggestedChipList": {"suggestions": [REPLY]}}, 42014),
    ({"textMessage": ""}, 42015),
    ({"textMessage": 7}, 42015),
    ({"textMessage": "hi", "suggestions": []}, 42000),
    ({"fileMessage": {}}, 42000),
    ({"fileMessage": {"fileUrl": "a.pdf"}}, 42000),
    ({"fileMessage": {"fileUrl": "https://example.com/a", "fileSize": "9"}}, 42000),
    ({"geolocationPushMessage": {"pos": "Vienna"}}, 42000),
    ({"geolocationPushMessage": {"pos": "48.2,16.3", "label": "a" * 201}}, 42000),
    ({"isTyping": "perhaps"}, 42000),
    ({"richcardMessage": {}}, 42000),
    (standalone({}), 42042),
    (standalone(cardOrientation="DIAGONAL"), 42000),
    (standalone(cardOrientation="HORIZONTAL"), 42037),
    (standalone(cardOrientation="VERTICAL", imageAlignment="LEFT"), 42039),
    (carousel([CARD, {"media": MEDIA | {"height": "TALL_HEIGHT"}}], "SMALL_WIDTH"), 42041),
    (with_media(mediaUrl=None), 42104),
    (with_media(mediaContentType=None), 42105),
    (with_media(mediaFileSize=None), 42106),
    (with_media(height=None), 42107),
    (with_media(thumbnailUrl="https://example.com/t"), 42100),
    (with_media(contentDescription="a" * 201), 42202),
    (standalone({"title": "a" * 201}), 42203),
    (standalone({"title": ""}), 42203),
    (standalone({"description": "a" * 2001}), 42204),
    (carousel([CARD]), 42205),
    (carousel([CARD] * 11), 42205),
    (carousel([CARD] * 2, "LARGE_WIDTH"), 42000),
    (standalone(CARD | {"suggestions": [REPLY] * 5}), 42048),
    (standalone(CARD | {"suggestions": []}), 42043),
    (chips(*[REPLY] * 12), 42044),
    (chips(), 42043),
    (chips({}), 42045),
    (chips(REPLY | action(urlAction={"openUrl": {"url": "https://example.com"}})), 42045),
    (chips(action()), 42046),
    (chips(action(flyAction={})), 42046),
    (chips(action(urlAction={})), 42046),
    (chips(action(deviceAction={"requestDeviceSpecifics": {}}, settingsAction={"disableAnonymization": {}})), 42047),
    (chips({"reply": {"displayText": "a" * 26}}), 42049),
    (chips({"reply": {"displayText": "a", "postback": {"data": "a" * 2049}}}), 42049),
    (chips(action(urlAction={"openUrl": {"url": "example"}})), 42000),
    (chips(action(dialerAction={"dialPhoneNumber": {}})), 42000),
]


@pytest.mark.parametrize("message", SOUND)
def test_sound_message(simulator: Simulator, message: dict[str, Any]) -> None:
    """
    Every documented kind of content is taken, at its limits too.
    """
    answer = simulator.rcs(message)
    assert answer.status_code == 200, answer.text
    assert re.fullmatch(r"[0-9a-f]{20}", answer.json()["RCSMessage"]["msgId"])
    assert answer.json()["RCSMessage"]["status"] == "pending"


@pytest.mark.parametrize(("message", "code"), BROKEN)
def test_broken_message(simulator: Simulator, message: dict[str, Any], code: int) -> None:
    """
    Each broken limit is 400 with its MaaP code; 42000 stands where none is published.
    """
    answer = simulator.rcs(message)
    assert (answer.status_code, answer.json()["statusCode"]) == (400, code)


@pytest.mark.parametrize(
    ("contact", "code"),
    [({"user": "x"}, 42004), ({"userContact": "4366012345"}, 42005), ({"userContact": "+43abc"}, 42005)],
)
def test_contact(simulator: Simulator, contact: dict[str, str], code: int) -> None:
    """
    A contact is a number with its plus sign.
    """
    assert simulator.rcs({"textMessage": "hi"}, contact).json()["statusCode"] == code


def test_anonymous_contact(simulator: Simulator) -> None:
    """
    A chatId alone is a contact as well.
    """
    assert simulator.rcs({"textMessage": "hi"}, {"chatId": "token"}).status_code == 200


def test_application(simulator: Simulator) -> None:
    """
    The application is in the path, and 4001 when it is none.
    """
    assert simulator.rcs({"textMessage": "hi"}, application="none").json()["statusCode"] == 4001


def test_reference(simulator: Simulator) -> None:
    """
    A msgId that is no short text is 4008.
    """
    for reference in (7, "", "a" * 256):
        assert simulator.rcs({"textMessage": "hi", "msgId": reference}).json()["statusCode"] == 4008


def test_how_errors_look_is_a_setting(simulator: Simulator) -> None:
    """
    Bad content can be answered with one code for all, or the GSMA way.
    """
    simulator.control("PATCH", "settings", {"rcs_content_code": 4028})
    assert simulator.rcs({}).json()["statusCode"] == 4028
    simulator.control("PATCH", "settings", {"rcs_content_code": 0, "rcs_errors_as_reason": True})
    assert simulator.rcs({}).json() == {"reason": {"code": 42009, "text": "RCSMessage has no content"}}


def test_longest_text_and_accepted_status(simulator: Simulator) -> None:
    """
    The longest text and the HTTP status of success are settings, both unknown.
    """
    simulator.control("PATCH", "settings", {"rcs_text_max": 3, "rcs_accepted_http": 202})
    assert simulator.rcs({"textMessage": "abc"}).status_code == 202
    assert simulator.rcs({"textMessage": "abcd"}).status_code == 400


def test_statuses(simulator: Simulator, receiver: Receiver) -> None:
    """
    Statuses carry the msgId of the answer as transferId and the client's msgId as clientMessageId.
    """
    provider_id = simulator.rcs({"textMessage": "hi", "msgId": "mine"}).json()["RCSMessage"]["msgId"]
    simulator.settle()
    assert receiver.words() == ["dispatched", "delivered", "read"]
    document = receiver.documents()[0]
    assert (document["transferId"], document["clientMessageId"]) == (provider_id, "mine")
    assert (document["applicationId"], document["sender"]) == (APPLICATION.upper(), RECIPIENT)


def test_typing_is_not_reported(simulator: Simulator, receiver: Receiver) -> None:
    """
    That somebody types is taken and never reported.
    """
    simulator.rcs({"isTyping": "active"})
    simulator.settle()
    assert receiver.received == []
