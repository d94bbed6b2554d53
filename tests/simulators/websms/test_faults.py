"""
Everything that can be made to go wrong goes wrong as told, and says whether the message was taken.
"""

import json
from typing import Any

import httpx
import pytest

from tests.simulators.websms.driver import RECIPIENT, Receiver, Simulator


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({"status": 429}, 429, 4023),
        ({"status": 500}, 500, 5000),
        ({"status": 503}, 503, 5003),
        ({"status": 400, "status_code": 4013}, 400, 4013),
        ({"status": 502}, 502, None),
        ({"status": 504}, 504, None),
        ({"status": 599, "body": "out of order"}, 599, None),
    ],
)
def test_answer(simulator: Simulator, members: dict[str, Any], status: int, code: int | None) -> None:
    """
    An error answer keeps the message out; a proxy's is no JSON.
    """
    simulator.fault("answer", times=1, **members)
    answer = simulator.text(clientMessageId="mine")
    assert answer.status_code == status
    if code:
        assert answer.json()["statusCode"] == code
    assert simulator.sent() == {}
    assert simulator.text(clientMessageId="mine").status_code == 200
    assert simulator.sent() == {"mine": 1}


def test_retry_after(simulator: Simulator) -> None:
    """
    A 429 says when to come back.
    """
    simulator.fault("answer", status=429, retry_after="7")
    assert simulator.text().headers["retry-after"] == "7"
    assert simulator.sms().headers["retry-after"] == "7"


def test_error_after_acceptance(simulator: Simulator) -> None:
    """
    With `accept` the message is taken although the answer says 500.
    """
    simulator.fault("answer", status=500, accept=True, operation="whatsapp")
    assert simulator.text(clientMessageId="mine").status_code == 500
    assert simulator.sent() == {"mine": 1}


@pytest.mark.parametrize("kind", ["garbage", "empty", "half"])
def test_unreadable(simulator: Simulator, receiver: Receiver, kind: str) -> None:
    """
    Garbage, nothing or half a document come under 200 after the message was taken, and its statuses follow.
    """
    simulator.fault(kind)
    answer = simulator.text(clientMessageId="mine")
    assert answer.status_code == 200
    with pytest.raises(ValueError):  # noqa: PT011
        json.loads(answer.content)
    simulator.settle()
    assert simulator.sent() == {"mine": 1}
    assert receiver.words() == ["dispatched", "delivered", "read"]


def test_hang(simulator: Simulator, receiver: Receiver) -> None:
    """
    A hanging answer never comes though the message was taken; its statuses come.
    """
    simulator.fault("hang")
    with pytest.raises(httpx.ReadTimeout):
        simulator.http.post(
            "/rest/smsmessaging/text",
            json={"recipientAddressList": ["4366012345678"], "messageContent": "hi", "clientMessageId": "mine"},
            auth=("sim-user", "sim-password"),
            timeout=0.2,
        )
    simulator.settle()
    assert simulator.sent() == {"mine": 1}
    assert receiver.words() == ["accepted", "delivered"]


@pytest.mark.parametrize("accept", [True, False])
def test_reset(simulator: Simulator, accept: bool) -> None:  # noqa: FBT001
    """
    The connection ends with RST, after the message was taken or before.
    """
    token = simulator.token()
    simulator.fault("reset", accept=accept, operation="whatsapp.text")
    with pytest.raises(httpx.ReadError, match="reset"):
        simulator.text(token=token, clientMessageId="mine")
    assert simulator.sent() == ({"mine": 1} if accept else {})


def test_dead_token(simulator: Simulator) -> None:
    """
    A live token can be refused once with 401, in the words of each API.
    """
    simulator.fault("unauthorized", times=1, operation="whatsapp")
    simulator.fault("unauthorized", times=1, operation="sms")
    answer = simulator.text()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert simulator.sms().status_code == 401
    assert (simulator.text().status_code, simulator.sms().status_code) == (200, 200)


def test_delay(simulator: Simulator) -> None:
    """
    A delayed answer is the proper one, later than a short patience.
    """
    simulator.fault("delay", seconds=0.05, times=1)
    answer = simulator.sms()
    assert answer.json()["statusCode"] == 2000
    assert answer.elapsed.total_seconds() >= 0.05


def test_webhook_before_the_answer(simulator: Simulator, receiver: Receiver) -> None:
    """
    The statuses can arrive while the request is still unanswered.
    """
    token, answered = simulator.token(), []
    receiver.meanwhile = lambda: answered.append(simulator.messages()[0]["http_status"])
    simulator.fault("early_webhook")
    assert simulator.text(token=token).status_code == 200
    assert answered == [0, 0, 0]
    assert simulator.messages()[0]["http_status"] == 200


def test_duplicate(simulator: Simulator, receiver: Receiver) -> None:
    """
    Duplicates are the same to the byte, notificationId included.
    """
    simulator.fault("duplicate", copies=3, statuses=["delivered"])
    simulator.sms()
    simulator.settle()
    assert receiver.words() == ["accepted", "delivered", "delivered", "delivered"]
    assert len({body for _, _, body in receiver.received}) == 2


def test_reorder(simulator: Simulator, receiver: Receiver) -> None:
    """
    Statuses can come in reverse.
    """
    simulator.fault("reorder")
    simulator.text()
    simulator.settle()
    assert receiver.words() == ["read", "delivered", "dispatched"]


def test_drop(simulator: Simulator, receiver: Receiver) -> None:
    """
    Dropped statuses never come, the others do.
    """
    simulator.fault("drop", statuses=["delivered"])
    simulator.text()
    simulator.settle()
    assert receiver.words() == ["dispatched", "read"]
    assert simulator.webhooks(word="delivered")[0]["state"] == "dropped"


def test_late(simulator: Simulator, receiver: Receiver) -> None:
    """
    Late statuses come, after nothing is answered differently.
    """
    simulator.fault("late", seconds=0.05)
    assert simulator.sms().json()["statusCode"] == 2000
    simulator.settle()
    assert receiver.words() == ["accepted", "delivered"]


def test_matching(simulator: Simulator) -> None:
    """
    A fault meets only its recipient and its operation, and only so often.
    """
    simulator.fault("answer", operation="rcs")
    simulator.fault("answer", recipient=RECIPIENT, times=1)
    assert simulator.text("+4366012345679").status_code == 200
    assert simulator.rcs({"textMessage": "hi"}).status_code == 503
    assert simulator.sms(recipientAddressList=["4366012345670", "4366012345678"]).status_code == 503
    assert simulator.text().status_code == 200
    assert len(simulator.control("GET", "faults")) == 1
    simulator.control("DELETE", "faults")
    assert simulator.rcs({"textMessage": "hi"}).status_code == 200


def test_remove_one(simulator: Simulator) -> None:
    """
    One fault can be removed by its id.
    """
    simulator.fault("empty")
    fault = simulator.control("POST", "faults", {"kind": "garbage"})
    simulator.control("DELETE", f"faults/{fault['id']}")
    assert [one["kind"] for one in simulator.control("GET", "faults")] == ["empty"]


@pytest.mark.parametrize("status", [400, 404])
def test_without_a_body(simulator: Simulator, status: int) -> None:
    """
    An error can come without a body.
    """
    simulator.fault("answer", status=status, body="")
    answer = simulator.text()
    assert (answer.status_code, answer.content) == (status, b"")


def test_error_document_in_a_200(simulator: Simulator) -> None:
    """
    A download can be answered 200 with an error document, as the documents' only sample may be read.
    """
    media_id = simulator.upload(b"a").json()["mediaId"]
    simulator.fault("answer", operation="media.download", status=200, status_code=4001)
    answer = simulator.download(media_id)
    assert (answer.status_code, answer.json()["statusCode"]) == (200, 4001)


@pytest.mark.parametrize("operation", ["oauth", "*"])
def test_token_endpoint(simulator: Simulator, operation: str) -> None:
    """
    The token endpoint fails where a fault names it, and a fault without an operation leaves it alone.
    """
    simulator.fault("answer", times=1)
    simulator.fault("answer", operation=operation, times=1)
    form = {"grant_type": "client_credentials", "scope": "media:read"}
    assert simulator.ask_token(form).status_code == 503
    assert simulator.ask_token(form).status_code == 200
