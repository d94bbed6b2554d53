"""
Every documented statusCode of every table is one recipient away, and so is every fate.
"""

import base64
from typing import Any

import httpx
import phonenumbers
import pytest

from local.simulators.websms.magic import UPLOAD_PREFIX, Fate, number_for
from local.simulators.websms.statuses import DOCUMENTED, MESSAGING, SMS, Operation
from tests.simulators.websms.driver import APPLICATION, Receiver, Simulator

CASES = [(operation, code) for operation, codes in DOCUMENTED.items() for code in sorted(codes)]
MESSAGING_CASES = [case for case in CASES if not case[0].startswith("sms.")]
SMS_CASES = [case for case in CASES if case[0].startswith("sms.")]


def send(simulator: Simulator, operation: Operation, recipient: str) -> httpx.Response:  # noqa: PLR0911
    """
    The smallest sound request of an operation.
    """
    digits = recipient.removeprefix("+")
    match operation:
        case Operation.WHATSAPP_TEXT:
            return simulator.text(recipient)
        case Operation.WHATSAPP_MEDIA:
            return simulator.media(simulator.upload(b"picture").json()["mediaId"], recipient)
        case Operation.WHATSAPP_TEMPLATE:
            return simulator.template(recipient)
        case Operation.RCS_SEND:
            return simulator.rcs({"textMessage": "hi"}, {"userContact": recipient})
        case Operation.RCS_CAPABILITIES:
            return simulator.capabilities(recipient)
        case Operation.MEDIA_UPLOAD:
            return simulator.upload(UPLOAD_PREFIX + recipient[-4:].encode())
        case Operation.SMS_TEXT:
            return simulator.sms("text", recipientAddressList=[digits])
        case Operation.SMS_BINARY:
            segment = base64.b64encode(b"data").decode()
            return simulator.sms("binary", recipientAddressList=[digits], messageContent=[segment])
        case _:
            query = {"recipientAddressList": digits, "messageContent": "hi"}
            auth, headers = ("sim-user", "sim-password"), {"Accept": "application/json"}
            return simulator.http.get("/rest/smsmessaging/simple", params=query, auth=auth, headers=headers)


@pytest.mark.parametrize(("operation", "code"), MESSAGING_CASES)
def test_messaging_code(simulator: Simulator, operation: Operation, code: int) -> None:
    """
    The Messaging API answers the forced statusCode under its HTTP status, in the documented content type.
    """
    answer = send(simulator, operation, number_for(code))
    document = answer.json()
    assert answer.status_code == MESSAGING[code].http
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    if code != 2000:
        assert document["statusCode"] == code
        assert document["statusMessage"]
        assert document.keys() == {"statusCode", "statusMessage"}


@pytest.mark.parametrize(("operation", "code"), SMS_CASES)
def test_sms_code(simulator: Simulator, operation: Operation, code: int) -> None:
    """
    The SMS API answers the forced statusCode under HTTP 200, ids null unless it is a success.
    """
    answer = send(simulator, operation, number_for(code))
    document = answer.json()
    assert answer.status_code == 200
    assert document["statusCode"] == code
    assert document["statusMessage"] == SMS[code].message
    assert (document["transferId"] is None) == (code >= 4000)
    assert document["smsCount"] == (0 if code >= 4000 else 1)


def test_the_documented_tables_are_complete() -> None:
    """
    The codes are those the documents list: 28 for SMS with three of the newer host, and per operation for the rest.
    """
    documented = {
        2000,
        2001,
        4001,
        4002,
        4003,
        4004,
        4008,
        4009,
        4013,
        4014,
        4015,
        4016,
        4019,
        4021,
        4022,
        4023,
        4025,
        4026,
    }
    documented |= {4027, 4031, 4032, 4033, 4034, 4035, 4040, 4041, 5000, 5003}
    assert DOCUMENTED[Operation.SMS_TEXT] == documented | {4029, 4042, 4043}
    common = {2000, 4001, 4008, 4013, 4014, 4023, 5000, 5003}
    whatsapp = common | {4002, 4028, 4029, 4031}
    assert DOCUMENTED[Operation.WHATSAPP_TEXT] == whatsapp | {4400}
    assert DOCUMENTED[Operation.WHATSAPP_MEDIA] == whatsapp | {4034}
    assert DOCUMENTED[Operation.WHATSAPP_TEMPLATE] == whatsapp | {4401}
    assert DOCUMENTED[Operation.RCS_SEND] == common | {4120}
    assert DOCUMENTED[Operation.MEDIA_UPLOAD] == {2000, 4034, 5000, 5003}


@pytest.mark.parametrize("outcome", [*sorted({code for _, code in CASES}), *Fate])
def test_numbers_are_valid(outcome: int | Fate) -> None:
    """
    A magic recipient is a valid Austrian number in E.164, so no client refuses it on its own.
    """
    number = phonenumbers.parse(number_for(outcome))
    assert phonenumbers.is_valid_number(number)
    assert phonenumbers.region_code_for_number(number) == "AT"


def test_undocumented_code_is_no_magic(simulator: Simulator) -> None:
    """
    A template to the recipient whose session is over is taken: that is what a fallback needs.
    """
    assert simulator.text(number_for(4400)).json()["statusCode"] == 4400
    assert simulator.template(number_for(4400)).json()["statusCode"] == 2000


MESSAGING_FATES: dict[Fate, list[str]] = {
    Fate.DELIVERED: ["dispatched", "delivered"],
    Fate.READ: ["dispatched", "delivered", "read"],
    Fate.FAILED: ["dispatched", "failed"],
    Fate.NEVER_REPORTED: [],
    Fate.EXPIRED: ["dispatched", "failed"],
    Fate.DISPATCHED: ["dispatched"],
}
SMS_FATES: dict[Fate, list[str]] = {
    Fate.DELIVERED: ["accepted", "delivered"],
    Fate.READ: ["accepted", "delivered"],
    Fate.FAILED: ["accepted", "rejected"],
    Fate.NEVER_REPORTED: [],
    Fate.EXPIRED: ["accepted", "expired"],
    Fate.UNDELIVERED: ["accepted", "undelivered"],
    Fate.REJECTED: ["rejected"],
    Fate.DELETED: ["accepted", "deleted"],
    Fate.LATE_DELIVERED: ["accepted", "undelivered", "delivered"],
    Fate.DISPATCHED: ["accepted"],
}


@pytest.mark.parametrize(("fate", "words"), MESSAGING_FATES.items())
def test_messaging_fate(simulator: Simulator, receiver: Receiver, fate: Fate, words: list[str]) -> None:
    """
    A WhatsApp recipient with a fate is taken and reported so, in this order.
    """
    assert simulator.text(number_for(fate)).status_code == 200
    simulator.settle()
    assert receiver.words() == words


@pytest.mark.parametrize(("fate", "words"), SMS_FATES.items())
def test_sms_fate(simulator: Simulator, receiver: Receiver, fate: Fate, words: list[str]) -> None:
    """
    An SMS recipient with a fate is taken and reported so, in this order.
    """
    assert simulator.sms(recipientAddressList=[number_for(fate).removeprefix("+")]).json()["statusCode"] == 2000
    simulator.settle()
    assert receiver.words() == words


def test_read_can_be_switched_off(simulator: Simulator, receiver: Receiver) -> None:
    """
    With reading off a message ends as delivered, unless its recipient's fate is to read.
    """
    simulator.control("PATCH", "settings", {"read": False})
    simulator.text()
    simulator.settle()
    assert receiver.words() == ["dispatched", "delivered"]


def test_not_rcs(simulator: Simulator) -> None:
    """
    A contact without RCS is 404 and 4120; another has the capabilities of the settings.
    """
    answer = simulator.capabilities(number_for(Fate.NOT_RCS))
    assert (answer.status_code, answer.json()["statusCode"]) == (404, 4120)
    expected: dict[str, Any] = {"capabilities": ["chat", "fileTransfer", "geolocationPush", "chatBotCommunication"]}
    assert simulator.capabilities("+43660123456").json() == expected
    path = f"/messaging/rcs/{APPLICATION}/contactCapabilities?userContact=nobody"
    answer = simulator.http.get(path, headers={"Authorization": f"Bearer {simulator.token()}"})
    assert answer.status_code == 400
