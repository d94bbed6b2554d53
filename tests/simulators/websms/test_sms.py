"""
The SMS API: 200 for everything but bad credentials.
"""

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.websms.driver import Receiver, Simulator

AUTH = ("sim-user", "sim-password")
SEGMENT = base64.b64encode(b"\x05\x00\x03\xfc\x02\x01Zusammen").decode()


@pytest.mark.parametrize("path", ["/rest/smsmessaging/", "/json/smsmessaging/"])
def test_answer(simulator: Simulator, path: str) -> None:
    """
    A text is answered with the documented document, under both prefixes.
    """
    answer = simulator.sms("text", path, clientMessageId="mine")
    document = answer.json()
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert re.fullmatch(r"[0-9a-f]{20}", document.pop("transferId"))
    assert document == {"statusCode": 2000, "statusMessage": "OK", "clientMessageId": "mine", "smsCount": 1}


def test_refusal(simulator: Simulator) -> None:
    """
    A refusal is the documents' sample to the member.
    """
    answer = simulator.sms(priority=99, clientMessageId="mine")
    assert answer.status_code == 200
    assert answer.json() == {
        "statusCode": 4015,
        "statusMessage": "message priority is invalid",
        "clientMessageId": None,
        "transferId": None,
        "smsCount": 0,
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"recipientAddressList": None}, 4019),
        ({"recipientAddressList": []}, 4002),
        ({"recipientAddressList": "4366012345678"}, 4002),
        ({"recipientAddressList": ["066012345678"]}, 4002),
        ({"recipientAddressList": ["4366012345678", "12ab"]}, 4002),
        ({"recipientAddressList": ["4" * 16]}, 4002),
        ({"recipientAddressList": ["4366012345678"] * 1001}, 4025),
        ({"messageContent": None}, 4019),
        ({"messageContent": ""}, 4009),
        ({"messageContent": ["hi"]}, 4009),
        ({"senderAddressType": "carrier pigeon"}, 4003),
        ({"senderAddress": "TwelveLetter"}, 4003),
        ({"senderAddress": "Herald", "senderAddressType": "international"}, 4003),
        ({"senderAddress": ""}, 4003),
        ({"priority": "high"}, 4015),
        ({"priority": 10}, 4015),
        ({"notificationCallbackUrl": "nowhere"}, 4016),
        ({"notificationCallbackUrl": "ftp://example.com"}, 4016),
        ({"notificationCallbackUrl": "http://[::1"}, 4016),
        ({"clientMessageId": 7}, 4008),
        ({"contentCategory": "gossip"}, 4040),
        ({"validityPeriode": 59}, 4041),
        ({"validityPeriode": 259201}, 4041),
        ({"messageType": "smoke"}, 4004),
        ({"messageContent": "a" * 161, "maxSmsPerMessage": 1}, 4026),
        ({"maxSmsPerMessage": 256}, 4026),
        ({"messageContent": "a" * (153 * 255 + 1)}, 4026),
    ],
)
def test_bad_text(simulator: Simulator, change: dict[str, Any], code: int) -> None:
    """
    A bad member has its own statusCode, under HTTP 200.
    """
    answer = simulator.sms(**change)
    assert (answer.status_code, answer.json()["statusCode"]) == (200, code)


def test_missing_parameter_is_named(simulator: Simulator) -> None:
    """
    4019 names the parameter, as its table row says.
    """
    assert "messageContent" in simulator.sms(messageContent=None).json()["statusMessage"]


@pytest.mark.parametrize(
    "change",
    [
        {"recipientAddressList": ["4366012345678"] * 99},
        {"senderAddress": "Herald", "senderAddressType": "alphanumeric"},
        {"senderAddress": "+4366012345678"},
        {"sendAsFlashSms": True, "priority": 9, "contentCategory": "informational", "messageType": "voice"},
        {"validityPeriode": 60},
        {"validityPeriode": 259200},
        {"maxSmsPerMessage": 0, "messageContent": "a" * 161},
    ],
)
def test_sound_text(simulator: Simulator, change: dict[str, Any]) -> None:
    """
    Every documented member is taken at its limits, with nothing to remark.
    """
    assert simulator.sms(**change).json()["statusCode"] == 2000
    assert simulator.messages()[0]["remarks"] == []


def test_many_are_queued(simulator: Simulator) -> None:
    """
    From 100 recipients on the answer is 2001; 1000 are taken.
    """
    document = simulator.sms(recipientAddressList=[str(4366000000000 + n) for n in range(1000)]).json()
    assert (document["statusCode"], document["statusMessage"]) == (2001, "OK")


LENIENCIES: list[dict[str, Any]] = [
    {"recipientAddressList": [4366012345678]},
    {"recipientAddressList": ["+4366012345678"]},
    {"maxSmsPerMessage": "2"},
    {"test": "true"},
    {"senderAddress": None},
    {"colour": "red"},
]


def test_leniency_and_strictness(simulator: Simulator, start: Callable[..., Simulator]) -> None:
    """
    What real clients send differently is taken with a remark, and refused where the simulator is strict.
    """
    assert [simulator.sms(**change).json()["statusCode"] for change in LENIENCIES] == [2000] * len(LENIENCIES)
    assert all(message["remarks"] for message in simulator.messages())
    strict = start(strict=True)
    assert strict.sms().json()["statusCode"] == 2000
    assert all(strict.sms(**change).json()["statusCode"] >= 4000 for change in LENIENCIES)


@pytest.mark.parametrize(
    ("content", "header", "code", "count"),
    [
        ([SEGMENT, SEGMENT], True, 2000, 2),
        ([base64.b64encode(b"a" * 140).decode()], False, 2000, 1),
        ([base64.b64encode(b"a" * 141).decode()], False, 4027, 0),
        (["not base64!"], False, 4027, 0),
        ([""], False, 4027, 0),
        ([7], False, 4027, 0),
        ([], False, 4027, 0),
        (SEGMENT, False, 4027, 0),
        ([base64.b64encode(b"\x05\x00").decode()], True, 4027, 0),
        (None, False, 4019, 0),
    ],
)
def test_binary(simulator: Simulator, content: Any, header: bool, code: int, count: int) -> None:  # noqa: FBT001
    """
    A binary message is base64 segments of 1 to 140 octets, each with a sound header where one is declared.
    """
    document = simulator.sms("binary", messageContent=content, userDataHeaderPresent=header).json()
    assert (document["statusCode"], document["smsCount"]) == (code, count)


def test_count_of_segments(simulator: Simulator) -> None:
    """
    SmsCount is per message, or summed over recipients where the settings say so.
    """
    both: dict[str, Any] = {"recipientAddressList": ["4366012345678", "4366012345679"], "messageContent": "a" * 161}
    assert simulator.sms(**both).json()["smsCount"] == 2
    simulator.control("PATCH", "settings", {"sms_count_sums_recipients": True})
    assert simulator.sms(**both).json()["smsCount"] == 4


@pytest.mark.parametrize(
    ("body", "code"), [(b"", 4120), (b"null", 4120), (b"{", 4000), (b"[]", 4000), (b"[" * 200_000, 4000)]
)
def test_body_that_is_no_object(simulator: Simulator, body: bytes, code: int) -> None:
    """
    An empty or null body is 4120, any other that is no object 4000, all under HTTP 200.
    """
    answer = simulator.http.post("/rest/smsmessaging/text", content=body, auth=AUTH)
    assert (answer.status_code, answer.json()["statusCode"]) == (200, code)


def test_credentials(simulator: Simulator) -> None:
    """
    Bad credentials are 401, an inactive account 4001, and an access token works in the header and in the query.
    """
    body = {"recipientAddressList": ["4366012345678"], "messageContent": "hi"}
    url = "/rest/smsmessaging/text"
    assert simulator.http.post(url, json=body).status_code == 401
    assert simulator.http.post(url, json=body, auth=("sim-user", "wrong")).status_code == 401
    assert simulator.http.post(url, json=body, auth=("inactive", "inactive")).json()["statusCode"] == 4001
    header = {"Authorization": "Bearer sim-access-token"}
    assert simulator.http.post(url, json=body, headers=header).json()["statusCode"] == 2000
    query = {"access_token": "sim-access-token"}
    assert simulator.http.post(url, json=body, params=query).json()["statusCode"] == 2000


def test_reports(simulator: Simulator, receiver: Receiver) -> None:
    """
    Each recipient has reports of its own under one transferId, at the URL the request names.
    """
    numbers = ["4366012345678", "4366012345679"]
    url = f"{receiver.url}/callback"
    transfer = simulator.sms(recipientAddressList=numbers, notificationCallbackUrl=url, clientMessageId="mine")
    simulator.settle()
    assert {path for path, _, _ in receiver.received} == {"/callback"}
    assert {one["transferId"] for one in receiver.documents()} == {transfer.json()["transferId"]}
    for number in numbers:
        accepted, delivered = [one for one in receiver.documents() if one["senderAddress"] == number]
        assert accepted["notificationId"] != delivered["notificationId"]
        assert "deliveredOn" not in accepted
        assert (delivered["messageType"], delivered["deliveredAs"]) == ("deliveryReport", "sms")
        assert (delivered["deliveryReportMessageStatus"], delivered["clientMessageId"]) == ("delivered", "mine")
        assert re.fullmatch(r"[0-9a-f]{20}", delivered["notificationId"])


def test_reports_elsewhere(simulator: Simulator, receiver: Receiver) -> None:
    """
    Without a URL in the request reports go to the configured one, and a test message is never reported.
    """
    simulator.sms(test=True)
    simulator.sms(messageType="voice")
    simulator.settle()
    assert [path for path, _, _ in receiver.received] == ["/sms_report"] * 2
    assert receiver.documents()[1]["deliveredAs"] == "voice"


def test_assigned_senders(simulator: Simulator) -> None:
    """
    Where the settings know the account's senders, others are 4003.
    """
    simulator.control("PATCH", "settings", {"sms_senders": ["Herald"]})
    assert simulator.sms(senderAddress="Herald").json()["statusCode"] == 2000
    assert simulator.sms(senderAddress="Other").json()["statusCode"] == 4003
