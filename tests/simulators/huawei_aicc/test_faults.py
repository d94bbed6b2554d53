"""
What can be made to go wrong, on the token and on the send, in this provider's words.
"""

import json
from typing import Any

import httpx
import pytest

from tests.simulators.huawei_aicc.driver import NUMBER, SEND, Receiver, Simulator, body, destination


@pytest.mark.parametrize(
    ("status", "name"), [(400, "BAD_REQUEST"), (403, "FORBIDDEN"), (429, "TOO_MANY_REQUESTS"), (500, "GENERAL_ERROR")]
)
def test_answer(simulator: Simulator, status: int, name: str) -> None:
    """
    An error keeps the message out, in the shape of the setting.
    """
    simulator.fault("answer", status=status, times=1)
    answer = simulator.send()
    assert answer.status_code == status
    assert answer.json()["requestError"]["serviceException"]["messageId"] == name
    assert ("retry-after" in answer.headers) == (status == 429)
    assert simulator.sent() == {}
    assert simulator.send().status_code == 200


@pytest.mark.parametrize("status", [502, 503, 504])
def test_gateway(simulator: Simulator, status: int) -> None:
    """
    What a proxy in front says is no JSON.
    """
    simulator.fault("answer", status=status)
    answer = simulator.send()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")


def test_error_after_taking(simulator: Simulator) -> None:
    """
    With `accept` the messages are taken although the answer says 500.
    """
    simulator.fault("answer", status=500, accept=True)
    assert simulator.send().status_code == 500
    assert simulator.sent() == {"mine": 1}


@pytest.mark.parametrize("kind", ["garbage", "empty", "half"])
def test_unreadable(simulator: Simulator, receiver: Receiver, kind: str) -> None:
    """
    A 200 that cannot be read comes after the message was taken, and its reports follow.
    """
    simulator.fault(kind)
    answer = simulator.send()
    assert answer.status_code == 200
    with pytest.raises(ValueError):  # noqa: PT011
        json.loads(answer.content)
    simulator.settle()
    assert (simulator.sent(), receiver.words()) == ({"mine": 1}, ["DELIVERED", "seenAt"])


def test_hang(simulator: Simulator) -> None:
    """
    The answer never comes though the message was taken.
    """
    headers = {"Authorization": f"Bearer {simulator.token()}", "x-app-key": "sim-app-key"}
    simulator.fault("hang")
    with pytest.raises(httpx.ReadTimeout):
        simulator.http.post(SEND, json=body(), headers=headers, timeout=0.2)
    assert simulator.sent() == {"mine": 1}


def test_connection_reset(simulator: Simulator) -> None:
    """
    The connection ends with RST, before the message was taken.
    """
    token = simulator.token()
    simulator.fault("reset", accept=False)
    with pytest.raises(httpx.ReadError, match="reset"):
        simulator.post(body(), token)
    assert simulator.sent() == {}


def test_dead_token(simulator: Simulator) -> None:
    """
    A live token can be refused once.
    """
    simulator.fault("unauthorized", times=1)
    answer = simulator.send()
    assert (answer.status_code, "requestError" in answer.json()) == (401, True)
    assert simulator.send().status_code == 200


@pytest.mark.parametrize("fault", [{"kind": "unauthorized"}, {"kind": "answer", "status": 401}])
def test_token_refused(simulator: Simulator, fault: dict[str, Any]) -> None:
    """
    The token endpoint fails where a fault names it, in its own words; others leave it alone.
    """
    simulator.fault("answer", times=1)
    simulator.fault(**fault, operation="oauth", times=1)
    answer = simulator.ask_token()
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "401")
    assert simulator.ask_token().status_code == 200


def test_one_of_the_destinations(simulator: Simulator) -> None:
    """
    A fault can be meant for one number, also among others and in another notation.
    """
    simulator.fault("answer", recipient=f"+{NUMBER}")
    assert simulator.send(destination("41793026727", "a")).status_code == 200
    assert simulator.send(destination("41793026728", "b"), destination(message_id="c")).status_code == 503


def test_early_report(simulator: Simulator, receiver: Receiver) -> None:
    """
    Reports can arrive while the request is still unanswered.
    """
    token, answered = simulator.token(), []
    receiver.meanwhile = lambda: answered.append(simulator.arrival()["http_status"])
    simulator.fault("early_webhook")
    assert simulator.post(body(), token).status_code == 200
    assert answered == [0, 0]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "duplicate", "statuses": ["DELIVERED_TO_HANDSET"]}, ["DELIVERED", "DELIVERED", "seenAt"]),
        ({"kind": "reorder"}, ["seenAt", "DELIVERED"]),
        ({"kind": "drop", "statuses": ["seen"]}, ["DELIVERED"]),
        ({"kind": "late", "seconds": 0.02}, ["DELIVERED", "seenAt"]),
    ],
)
def test_reports(simulator: Simulator, receiver: Receiver, fault: dict[str, Any], words: list[str]) -> None:
    """
    Reports can come twice, in reverse, never or late; they are named by their status, `seen` or `deleted`.
    """
    simulator.fault(**fault)
    simulator.send()
    simulator.settle()
    assert receiver.words() == words
