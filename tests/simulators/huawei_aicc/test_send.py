"""
A call that is sound: one entry for each destination, whatever becomes of it.
"""

from typing import Any

import pytest

from local.simulators.huawei_aicc import magic
from local.simulators.huawei_aicc.statuses import SEND_TEST, STATUSES, Status
from tests.simulators.huawei_aicc.driver import NUMBER, Simulator, destination

PENDING = {
    "groupId": 1,
    "groupName": "PENDING",
    "id": 7,
    "name": "PENDING_ENROUTE",
    "description": "Message sent to next instance",
}


def test_the_documents_sample(simulator: Simulator) -> None:
    """
    The request of Huawei's page, with a number in the place of its asterisks, is taken.
    """
    bulk_id = "2853BC8B21D23F473AB9AE41B75F34FC18D322B91B01F60FAF206ACEBA9EF7BD"
    message_id = "46dbab11-f9cc-4d32-852b-cbba988b7d08"
    whatsapp = {"templateName": "1", "templateData": [], "language": "zh_CN"}
    answer = simulator.send(destination("8615512348467", message_id), bulkId=bulk_id, whatsApp=whatsapp)
    entry = {"messageId": message_id, "to": {"phoneNumber": "8615512348467"}, "status": PENDING}
    assert (answer.status_code, answer.json()) == (200, {"messages": [entry], "bulkId": bulk_id})
    assert simulator.arrival()["remarks"] == []


def test_many_destinations(simulator: Simulator) -> None:
    """
    Each destination has its own entry and its own verdict, in the order of the call.
    """
    broke = magic.status_number(STATUSES[5, 12])
    answer = simulator.send(destination(message_id="a"), destination(broke, "b"), destination("41793026727", "c"))
    messages = answer.json()["messages"]
    assert [(one["messageId"], one["status"]["id"]) for one in messages] == [("a", 7), ("b", 12), ("c", 7)]
    assert simulator.sent() == {"a": 1, "c": 1}
    results = simulator.arrival()["results"]
    assert [(one["accepted"], one["code"]) for one in results] == [(True, "1/7"), (False, "5/12"), (True, "1/7")]
    assert [one["recipient"] for one in results] == [NUMBER, broke.removeprefix("+"), "41793026727"]


@pytest.mark.parametrize("status", [*STATUSES.values(), SEND_TEST], ids=lambda status: f"{status.group}/{status.id}")
def test_every_status(simulator: Simulator, status: Status) -> None:
    """
    Every row of the table can be the answer to a destination; groups 2, 4 and 5 refuse it.
    """
    answer = simulator.send(destination(magic.status_number(status)))
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["status"] == status.document()
    assert simulator.sent() == ({} if status.group in {2, 4, 5} else {"mine": 1})


def test_the_documents_status(simulator: Simulator) -> None:
    """
    The status of Huawei's sample, which is in no table, to the letter.
    """
    simulator.change(accepted_status="send_test")
    assert simulator.send().json()["messages"][0]["status"] == {
        "groupName": "send-test",
        "groupId": 113,
        "name": "sendMessage",
        "description": "description",
        "id": 1,
    }


@pytest.mark.parametrize(("style", "ids"), [("accepted", (0, 0)), ("pending_accepted", (1, 26))])
def test_other_styles(simulator: Simulator, style: str, ids: tuple[int, int]) -> None:
    """
    Older and other words for "accepted".
    """
    simulator.change(accepted_status=style)
    status = simulator.send().json()["messages"][0]["status"]
    assert (status["groupId"], status["id"]) == ids


def test_action(simulator: Simulator) -> None:
    """
    A status has an `action` only where there is something to do.
    """
    first, second = simulator.send(
        destination(magic.status_number(STATUSES[5, 6]), "a"), destination(magic.status_number(STATUSES[5, 8]), "b")
    ).json()["messages"]
    assert first["status"]["action"] == "Contact account manager"
    assert "action" not in second["status"]


def test_rewritten_ids(simulator: Simulator) -> None:
    """
    By setting the ids of the answer are others than those sent, as in the documents' sample; no two are the same.
    """
    simulator.change(rewrite_ids=True)
    first = simulator.send(destination(message_id="a"), destination("41793026727", "b")).json()
    second = simulator.send(destination(message_id="c")).json()
    ids = [one["messageId"] for document in (first, second) for one in document["messages"]]
    assert len({*ids, first["bulkId"], second["bulkId"]}) == 5
    assert not {"a", "b", "c", "bulk"} & {*ids, first["bulkId"], second["bulkId"]}
    assert [one["provider_id"] for one in simulator.messages()[0]["results"]] == ids[:2]
    assert simulator.messages(provider_id=ids[2])[0]["references"] == ["c"]


def test_duplicate(simulator: Simulator) -> None:
    """
    A messageId that was taken before is 5/23, also within a call; one that was refused may come again.
    """
    broke = magic.status_number(STATUSES[5, 12])
    answer = simulator.send(destination(message_id="a"), destination(message_id="a"), destination(broke, "b"))
    assert [one["status"]["id"] for one in answer.json()["messages"]] == [7, 23, 12]
    answer = simulator.send(destination(message_id="a"), destination(message_id="b"))
    assert [one["status"]["id"] for one in answer.json()["messages"]] == [23, 7]
    assert simulator.sent() == {"a": 1, "b": 1}


def test_duplicate_of_a_forced_status(simulator: Simulator) -> None:
    """
    What a magic number had taken counts as taken.
    """
    for expected in (26, 23):
        answer = simulator.send(destination(magic.status_number(STATUSES[1, 26])))
        assert answer.json()["messages"][0]["status"]["id"] == expected


def test_no_deduplication(simulator: Simulator) -> None:
    """
    By setting a messageId can be taken twice.
    """
    simulator.change(dedupes=False)
    simulator.send()
    simulator.send()
    assert simulator.sent() == {"mine": 2}


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_whole_call(simulator: Simulator, status: int) -> None:
    """
    A magic number refuses the whole call with one of the four documented statuses; nobody is taken.
    """
    answer = simulator.send(destination(message_id="a"), destination(magic.http_number(status), "b"))
    assert answer.status_code == status
    assert simulator.sent() == {}
    assert not simulator.arrival()["accepted"]


def test_500_after_taking(simulator: Simulator) -> None:
    """
    A call can be answered 500 although all were taken; its repetition is told so.
    """
    unclear = [destination(message_id="a"), destination(magic.http_number(500, taken=True), "b")]
    assert simulator.send(*unclear).status_code == 500
    assert simulator.sent() == {"a": 1, "b": 1}
    repeated = simulator.send(*unclear)
    assert [one["status"]["id"] for one in repeated.json()["messages"]] == [23, 23]
    assert simulator.sent() == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    "number", ["4366099995999", "4366099980099", "4366099977000", "4366099969999", "4366099950418"]
)
def test_ordinary_numbers(simulator: Simulator, number: str) -> None:
    """
    What looks like a magic number and names no outcome is a number like any other.
    """
    answer = simulator.send(destination(number))
    assert answer.json()["messages"][0]["status"] == PENDING


ERROR_BODIES: list[tuple[str, Any]] = [
    ("infobip", {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED", "text": "Unauthorized"}}}),
    ("result_code", {"resultCode": "1", "resultDesc": "Unauthorized"}),
    ("return_code", {"returnCode": "401", "returnMsg": "Unauthorized"}),
    ("error_code", {"error_code": "401", "error_msg": "Unauthorized"}),
]


@pytest.mark.parametrize(("style", "document"), ERROR_BODIES)
def test_error_bodies(simulator: Simulator, style: str, document: Any) -> None:
    """
    No document says what an error looks like; the shapes seen nearby are a setting.
    """
    simulator.change(error_body=style)
    answer = simulator.send(destination(magic.http_number(401)))
    assert (answer.status_code, answer.json()) == (401, document)


def test_error_without_json(simulator: Simulator) -> None:
    """
    An error can come without a body, or as a page.
    """
    simulator.change(error_body="empty")
    assert simulator.send(destination(magic.http_number(500))).content == b""
    simulator.change(error_body="html")
    answer = simulator.send(destination(magic.http_number(500)))
    assert "<h1>500 Internal Server Error</h1>" in answer.text


def test_validation_errors(simulator: Simulator) -> None:
    """
    A 400 in Infobip's shape names the member; a 500 says nothing, but the record does.
    """
    exception = simulator.send(bulkId="").json()["requestError"]["serviceException"]
    assert exception["validationErrors"] == {"bulkId": ["must not be missing"]}
    exception = simulator.send(destination("123")).json()["requestError"]["serviceException"]
    assert exception == {"messageId": "GENERAL_ERROR", "text": "Something went wrong. Please contact support."}
    assert "destinations[0].to.phoneNumber" in simulator.arrival()["facts"]["refused"]


def test_record(simulator: Simulator) -> None:
    """
    The record shows the body, both ids, the kinds of content, and no bearer.
    """
    simulator.say(imageUrl="https://example.com/a.jpg", text="caption")
    arrival = simulator.arrival()
    assert arrival["operation"] == "whatsapp.send"
    assert (arrival["recipients"], arrival["references"], arrival["provider_id"]) == ([NUMBER], ["mine"], "bulk")
    assert arrival["facts"]["kinds"] == ["text", "image"]
    assert arrival["body"]["whatsApp"]["text"] == "caption"
    assert "authorization" not in arrival["headers"]
