"""
What v1 checks of an envelope whatever its channel.
"""

from typing import Any

import pytest

from tests.simulators.webex_connect.driver import APP, BLOCKS, NUMBER, RECIPIENTS, Simulator, envelope

PAST, FUTURE = "2015-04-12T13:00:19.456Z", "2099-04-12T18:30:19.456+5:30"
MISSING, INVALID = "Mandatory parameter missing: ", "Invalid parameter: "


@pytest.mark.parametrize("channel", BLOCKS)
def test_channels(simulator: Simulator, channel: str) -> None:
    """
    A plain message of each channel is taken without a remark.
    """
    assert simulator.send(channel)[0]["code"] == "1001"
    assert simulator.messages()[0]["remarks"] == []


@pytest.mark.parametrize("word", ["rt", "applebusinesschat", "APPLEBUSINESSCHAT", "SMS"])
def test_channel_words(simulator: Simulator, word: str) -> None:
    """
    `rt` is in-app, and the words count in any case.
    """
    channel = {"rt": "appmessaging"}.get(word, word.lower())
    assert simulator.send(channel, deliverychannel=word)[0]["code"] == "1001"


@pytest.mark.parametrize(
    ("members", "code", "description"),
    [
        ({"deliverychannel": ""}, "7003", MISSING + "deliverychannel"),
        ({"deliverychannel": "fax"}, "7004", INVALID + "deliverychannel"),
        ({"deliverychannel": "rcs"}, "7004", INVALID + "deliverychannel"),
        ({"channels": None}, "7003", MISSING + "channels"),
        ({"channels": []}, "7004", INVALID + "channels"),
        ({"channels": {"voice": {}}}, "7003", MISSING + "sms"),
        ({"destination": None}, "7003", MISSING + "destination"),
        ({"destination": []}, "7004", INVALID + "destination"),
        ({"destination": {}}, "7004", INVALID + "destination"),
        ({"correlationid": "x" * 51}, "7004", INVALID + "correlationid"),
        ({"correlationid": "é" * 26}, "7004", INVALID + "correlationid"),
        ({"callbackData": "x" * 2001}, "7004", INVALID + "callbackData"),
        ({"expiry": "tomorrow"}, "7004", INVALID + "expiry"),
        ({"expiry": "2015-13-12T13:00:19Z"}, "7004", INVALID + "expiry"),
        ({"expiry": PAST}, "7005", "Request expired"),
        ({"gtrId": ["a", "b"]}, "7004", INVALID + "gtrId"),
        ({"priority": 4}, "7004", INVALID + "priority"),
        ({"options": {"shortenLinks": "true"}}, "7003", MISSING + "domain"),
        ({"message": "t"}, "7004", INVALID + "message"),
    ],
)
def test_refused(simulator: Simulator, members: dict[str, Any], code: str, description: str) -> None:
    """
    Each of these refuses the request and names the parameter.
    """
    response = simulator.send(**members)
    assert (response["code"], response["description"]) == (code, description)


@pytest.mark.parametrize(
    "members",
    [
        {"correlationid": "é" * 25, "callbackData": "x" * 2000, "expiry": FUTURE, "gtrId": ["a"], "priority": "1"},
        {"correlationid": "", "callbackData": "", "expiry": "", "notifyurl": "", "notifyurlAuthId": ""},
        {"options": {"trackClicks": "true", "shortenLinks": True, "domain": "https://s.example", "tag1": "a"}},
        {"icmessage": "true", "route": "IMMD", "conversationid": ""},
    ],
)
def test_taken(simulator: Simulator, members: dict[str, Any]) -> None:
    """
    The same at their limits, or empty as the samples have them, are taken without a remark.
    """
    assert simulator.send(**members)[0]["code"] == "1001"
    assert simulator.messages()[0]["remarks"] == []


@pytest.mark.parametrize("channel", ["appmessaging", "push", "fb", "whatsapp", "applebusinesschat"])
def test_app(simulator: Simulator, channel: str) -> None:
    """
    These channels need an app; an unknown one is 7104.
    """
    assert simulator.send(channel, appid="")["description"] == MISSING + "appid"
    simulator.change(apps=["a_1"])
    assert simulator.send(channel)["code"] == "7104"
    assert simulator.send(channel, appid="a_1")[0]["code"] == "1001"


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_no_app(simulator: Simulator, channel: str) -> None:
    """
    SMS and voice need none.
    """
    assert simulator.send(channel, appid=None)[0]["code"] == "1001"


IDENTIFIERS = {
    "msisdn": NUMBER,
    "customerid": "c-1",
    "email": "a@example.com",
    "userid": "97XX90",
    "android_pushid": "a",
    "hms_pushid": "h",
    "ios_pushid": "i",
    "chrome_pushid": "c",
    "firefox_pushid": "f",
    "safari_pushid": "s",
    "psid": "1368028456544331",
    "waid": NUMBER,
    "bsuid": "IN.2146020959550167",
    "abcUserId": "urn:mbid:A",
}
PUSH = {name for name in IDENTIFIERS if name.endswith("pushid")}
FITTING = {
    "sms": {"msisdn"},
    "voice": {"msisdn"},
    "appmessaging": {"userid"},
    "push": {"userid"} | PUSH,
    "fb": {"psid"},
    "whatsapp": {"waid", "bsuid"},
    "applebusinesschat": {"abcUserId"},
}


@pytest.mark.parametrize("channel", RECIPIENTS)
@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_identifiers(simulator: Simulator, channel: str, kind: str) -> None:
    """
    A channel takes its own identifiers and customerid; any other refuses that destination alone with 7004.
    """
    own, value = RECIPIENTS[channel]
    items = simulator.send(channel, destination=[{kind: [IDENTIFIERS[kind]]}, {own: [value]}])
    expected = "1001" if kind in FITTING[channel] | {"customerid"} else "7004"
    assert [item["code"] for item in items] == [expected, "1001"]


@pytest.mark.parametrize(
    ("channel", "destination", "code"),
    [
        ("sms", {"msisdn": ["+0123456789"]}, "7102"),
        ("sms", {"msisdn": ["0043676123"]}, "7102"),
        ("sms", {"msisdn": ["+43676123456789012"]}, "7102"),
        ("sms", {"msisdn": ["SENDER"]}, "7102"),
        ("sms", {"msisdn": [None]}, "7102"),
        ("sms", {"msisdn": []}, "7004"),
        ("sms", {"msisdn": ""}, "7003"),
        ("sms", {"correlationid": "x"}, "7003"),
        ("sms", {"msisdn": [NUMBER], "customerid": ["c"]}, "7004"),
        ("sms", {"msisdn": [NUMBER], "correlationid": "x" * 51}, "7004"),
        ("sms", NUMBER, "7004"),
        ("fb", {"psid": ["abc"]}, "7102"),
        ("whatsapp", {"waid": ["abc"]}, "7102"),
        ("whatsapp", {"bsuid": [NUMBER]}, "7102"),
        ("applebusinesschat", {"abcUserId": ["AQAAY"]}, "7102"),
    ],
)
def test_bad_destination(simulator: Simulator, channel: str, destination: Any, code: str) -> None:
    """
    What is wrong with a destination is its own item's code; its neighbour is taken.
    """
    kind, value = RECIPIENTS[channel]
    items = simulator.send(channel, destination=[destination, {kind: [value]}])
    assert [item["code"] for item in items] == [code, "1001"]


@pytest.mark.parametrize(
    ("channel", "destination"),
    [
        ("sms", {"msisdn": ["436761234567"]}),
        ("whatsapp", {"waid": ["436761234567"]}),
        ("whatsapp", {"waid": ["IN.2146020959550167"]}),
        ("whatsapp", {"waid": [NUMBER], "bsuid": ["IN.2146020959550167"]}),
    ],
)
def test_good_destination(simulator: Simulator, channel: str, destination: Any) -> None:
    """
    Numbers may lack their +, a waid may be a business-scoped id, and both may stand together.
    """
    assert simulator.send(channel, destination=[destination])[0]["code"] == "1001"
    assert simulator.messages()[0]["remarks"] == []


@pytest.mark.parametrize("value", [NUMBER, [436761234567]])
def test_lenient_values(simulator: Simulator, value: Any) -> None:
    """
    A bare value and a number are taken with a remark, and refused when strict.
    """
    body = envelope(destination=[{"msisdn": value}])
    assert simulator.take(body)[0]["code"] == "1001"
    assert simulator.messages()[0]["remarks"]
    simulator.change(strict=True)
    assert simulator.take(body)[0]["code"] == "7004"


def test_plus(simulator: Simulator) -> None:
    """
    Where the tenant demands +E.164 a number without + is 7102; a sender is not concerned.
    """
    simulator.change(plus_required=True)
    assert [item["code"] for item in simulator.send("sms", NUMBER[1:], NUMBER)] == ["7102", "1001"]


def test_expired_later(simulator: Simulator) -> None:
    """
    By setting a past expiry is accepted, and receipts say so in each channel's words.
    """
    simulator.change(expiry_refused=False)
    for channel in RECIPIENTS:
        assert simulator.send(channel, expiry=PAST)[0]["code"] == "1001"
        simulator.settle()
    codes = [each["deliveryInfo"]["code"] for each in simulator.receipts() if each["deliveryInfo"]["code"] != "7501"]
    assert codes == ["7208", "7005", "7301", "7503", "7301", "7705", "7301"]


def test_customers(simulator: Simulator) -> None:
    """
    A customer without a profile is accepted and fails with 7105, its type unknown.
    """
    simulator.change(customers=["known"])
    for customer in ("known", "unknown"):
        simulator.send("push", destination=[{"customerid": [customer]}])
        simulator.settle()
    info = simulator.receipts()[-1]["deliveryInfo"]
    assert (info["code"], info["destination"], info["destinationType"]) == ("7105", "unknown", "")
    assert simulator.receipts()[0]["deliveryInfo"]["destinationType"] == "customerid"


@pytest.mark.parametrize("channel", ["appmessaging", "push"])
def test_four_kilobytes(simulator: Simulator, channel: str) -> None:
    """
    Push and in-app take 4 KB of `channels`; strictly, the whole envelope counts.
    """
    long = "x" * 4000
    blocks = {
        "appmessaging": {"appmessaging": {"thread_id": "t", "message": {"text": long}}},
        "push": {"push": {"ios": {"text": long}}},
    }
    assert simulator.send(channel, channels=blocks[channel])[0]["code"] == "1001"
    simulator.change(strict=True)
    assert simulator.send(channel, channels=blocks[channel], callbackData="y" * 500)["code"] == "7026"
    simulator.change(strict=False, small_payload_bytes=4000)
    assert simulator.send(channel, channels=blocks[channel])["code"] == "7026"


def test_app_is_shown(simulator: Simulator) -> None:
    """
    The record keeps the body as it came.
    """
    simulator.send("whatsapp")
    assert simulator.messages()[0]["body"]["appid"] == APP
