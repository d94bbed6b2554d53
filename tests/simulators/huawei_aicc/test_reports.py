"""
Reports that AICC does not promise, in the two shapes there are.
"""

import re
from typing import Any

import pytest

from local.simulators.huawei_aicc import magic
from local.simulators.huawei_aicc.magic import Fate
from local.simulators.huawei_aicc.statuses import ERRORS, SEND_TEST, STATUSES, ErrorCode, Status
from tests.simulators.huawei_aicc.driver import NUMBER, Receiver, Simulator, destination

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")
DELIVERED = {"groupId": "3", "groupName": "DELIVERED", "description": "Message delivered to handset"}
NO_ERROR = {
    "groupId": 0,
    "groupName": "OK",
    "id": 0,
    "name": "NO_ERROR",
    "description": "No Error",
    "permanent": False,
}


def reported(simulator: Simulator, receiver: Receiver, number: str) -> list[dict[str, Any]]:
    """All entries about a message to this number."""
    simulator.send(destination(number))
    simulator.settle()
    return receiver.entries()


def test_none_without_a_url(simulator: Simulator) -> None:
    """
    AICC promises no report, so without a URL there is none.
    """
    simulator.send()
    simulator.settle()
    assert simulator.webhooks() == []


def test_aicc_shape(simulator: Simulator, receiver: Receiver) -> None:
    """
    What AICC says it reads: three members of a status, its group a text, no error; one entry a report.
    """
    first, second = reported(simulator, receiver, NUMBER)
    assert first == {"bulkId": "bulk", "messageId": "mine", "to": NUMBER, "status": DELIVERED}
    assert TIME.fullmatch(second.pop("seenAt"))
    assert second == {"bulkId": "bulk", "messageId": "mine", "to": NUMBER}


def test_infobip_shape(simulator: Simulator, receiver: Receiver) -> None:
    """
    What Infobip sends: the whole status, an error even where there is none, times and a price.
    """
    simulator.change(push_shape="infobip")
    first, second = reported(simulator, receiver, NUMBER)
    assert TIME.fullmatch(first.pop("sentAt"))
    assert TIME.fullmatch(first.pop("doneAt"))
    assert first == {
        "bulkId": "bulk",
        "messageId": "mine",
        "to": NUMBER,
        "messageCount": 1,
        "price": {"pricePerMessage": 0.0, "currency": "EUR"},
        "status": DELIVERED | {"groupId": 3, "id": 5, "name": "DELIVERED_TO_HANDSET"},
        "error": NO_ERROR,
        "channel": "WHATSAPP",
    }
    assert TIME.fullmatch(second.pop("sendAt"))
    assert TIME.fullmatch(second.pop("seenAt"))
    assert second == {"messageId": "mine", "from": "436991234567", "to": NUMBER}


@pytest.mark.parametrize("shape", ["aicc", "infobip"])
def test_headers(simulator: Simulator, receiver: Receiver, shape: str) -> None:
    """
    Every push carries the webhook password and the fixed content type.
    """
    simulator.change(push_shape=shape)
    reported(simulator, receiver, NUMBER)
    for path, headers, _ in receiver.received:
        assert (path, headers["AccountKey"]) == ("/report", "sim-account-key")
        assert headers["Content-Type"] == "application/json; charset=UTF-8"


def test_no_account_key(simulator: Simulator, receiver: Receiver) -> None:
    """
    Without a password there is no header.
    """
    simulator.change(account_key="")
    reported(simulator, receiver, NUMBER)
    assert "AccountKey" not in receiver.received[0][1]


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        (Fate.DELIVERED, ["DELIVERED"]),
        (Fate.SEEN, ["DELIVERED", "seenAt"]),
        (Fate.FAILED, ["UNDELIVERABLE"]),
        (Fate.NEVER_REPORTED, []),
        (Fate.EXPIRED, ["EXPIRED"]),
        (Fate.REJECTED, ["REJECTED"]),
        (Fate.DELETED, ["DELIVERED", "deletedAt"]),
        (Fate.LATE_DELIVERED, ["DELIVERED", "DELIVERED"]),
        (Fate.PENDING, ["PENDING"]),
        (Fate.SEEN_ONLY, ["seenAt"]),
    ],
)
@pytest.mark.parametrize("shape", ["aicc", "infobip"])
def test_fates(simulator: Simulator, receiver: Receiver, fate: Fate, words: list[str], shape: str) -> None:
    """
    A magic number has its fate, whatever the shape and the setting for ordinary numbers.
    """
    simulator.change(seen=False, push_shape=shape)
    reported(simulator, receiver, magic.fate_number(fate))
    assert receiver.words() == words


def test_unseen(simulator: Simulator, receiver: Receiver) -> None:
    """
    By setting ordinary messages are delivered and not seen.
    """
    simulator.change(seen=False)
    reported(simulator, receiver, NUMBER)
    assert receiver.words() == ["DELIVERED"]


@pytest.mark.parametrize("status", [*STATUSES.values(), SEND_TEST], ids=lambda status: f"{status.group}/{status.id}")
def test_every_status(simulator: Simulator, receiver: Receiver, status: Status) -> None:
    """
    Every row of the table can be the report of a message that was taken.
    """
    simulator.change(push_shape="infobip")
    entries = reported(simulator, receiver, magic.report_number(status))
    assert simulator.sent() == {"mine": 1}
    assert [entry["status"] for entry in entries] == [status.document()]


@pytest.mark.parametrize("error", ERRORS.values(), ids=lambda error: str(error.id))
def test_every_error(simulator: Simulator, receiver: Receiver, error: ErrorCode) -> None:
    """
    Every error of the chat channels can be why a message is undeliverable.
    """
    simulator.change(push_shape="infobip")
    entry = reported(simulator, receiver, magic.error_number(error.id))[0]
    assert (entry["status"]["id"], entry["error"]) == (9, error.document())


def test_the_closed_window(simulator: Simulator, receiver: Receiver) -> None:
    """
    7010 is a final error of the first group: outside 24 hours only templates are delivered.
    """
    simulator.change(push_shape="infobip")
    error = reported(simulator, receiver, magic.error_number(7010))[0]["error"]
    assert (error["name"], error["groupId"], error["permanent"]) == ("EC_NO_SESSION", 1, True)


def test_each_destination(simulator: Simulator, receiver: Receiver) -> None:
    """
    Who was refused in the answer is not reported; everybody else is, by the ids of the answer.
    """
    simulator.change(rewrite_ids=True, seen=False)
    broke = magic.status_number(STATUSES[5, 12])
    answer = simulator.send(destination(message_id="a"), destination(broke, "b"), destination("41793026727", "c"))
    simulator.settle()
    ids = [one["messageId"] for one in answer.json()["messages"]]
    assert {entry["messageId"] for entry in receiver.entries()} == {ids[0], ids[2]}
    assert {entry["bulkId"] for entry in receiver.entries()} == {answer.json()["bulkId"]}
    assert simulator.webhooks(reference="c")[0]["provider_id"] == ids[2]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_acknowledged(simulator: Simulator, receiver: Receiver, status: int) -> None:
    """
    Any success ends it.
    """
    receiver.script.append((status, "text/plain", b""))
    reported(simulator, receiver, magic.fate_number(Fate.DELIVERED))
    assert len(receiver.received) == 1
    assert simulator.webhooks()[0]["state"] == "acknowledged"


@pytest.mark.parametrize("status", [401, 404, 500, 599])
def test_repeated(simulator: Simulator, receiver: Receiver, status: int) -> None:
    """
    Anything else is repeated to the byte.
    """
    receiver.script.append((status, "text/plain", b""))
    reported(simulator, receiver, magic.fate_number(Fate.DELIVERED))
    assert len(receiver.received) == 2
    assert receiver.received[0][2] == receiver.received[1][2]


def test_500_after_taking(simulator: Simulator, receiver: Receiver) -> None:
    """
    What was taken under a 500 is reported like anything else.
    """
    simulator.send(destination(magic.http_number(500, taken=True)))
    simulator.settle()
    assert receiver.words() == ["DELIVERED", "seenAt"]
