"""
Webhooks are repeated until the exact acknowledgement, and never after it.
"""

import json
from collections.abc import Callable

import pytest

from tests.simulators.websms.driver import ACKNOWLEDGEMENT, APPLICATION, Receiver, Simulator

JSON = "application/json;charset=UTF-8"
NOT_ACKNOWLEDGED = [
    (200, JSON, b'{"statusCode":4001,"statusMessage":"Request processed"}'),
    (200, JSON, b'{"statusCode":"2000"}'),
    (200, JSON, b'{"statusCode":2000.0}'),
    (200, JSON, b'{"StatusCode":2000}'),
    (200, JSON, b"[2000]"),
    (200, JSON, b""),
    (200, "text/plain", b"OK"),
    (201, JSON, ACKNOWLEDGEMENT[2]),
    (202, JSON, ACKNOWLEDGEMENT[2]),
    (302, JSON, ACKNOWLEDGEMENT[2]),
    (404, JSON, ACKNOWLEDGEMENT[2]),
    (500, JSON, ACKNOWLEDGEMENT[2]),
]


@pytest.mark.parametrize("answer", NOT_ACKNOWLEDGED)
def test_retried(simulator: Simulator, receiver: Receiver, answer: tuple[int, str, bytes]) -> None:
    """
    Anything but HTTP 200 with the integer statusCode 2000 is tried again with the same body; the exact answer ends it.
    """
    receiver.script.extend([answer, answer])
    simulator.control("POST", "inbound", {})
    simulator.settle()
    (webhook,) = simulator.webhooks()
    assert (webhook["state"], webhook["attempt_count"]) == ("acknowledged", 3)
    assert [attempt["acknowledged"] for attempt in webhook["attempts"]] == [False, False, True]
    assert webhook["attempts"][0]["http_status"] == answer[0]
    assert len({body for _, _, body in receiver.received}) == 1
    assert len(receiver.received) == 3


@pytest.mark.parametrize("text", ["OK", "Request processed", "anything"])
def test_the_sentence_is_not_checked(simulator: Simulator, receiver: Receiver, text: str) -> None:
    """
    Which statusMessage an acknowledgement has does not matter, and its content type only when strict.
    """
    receiver.script.append((200, "text/plain", json.dumps({"statusCode": 2000, "statusMessage": text}).encode()))
    simulator.control("POST", "inbound", {})
    simulator.settle()
    assert len(receiver.received) == 1


def test_strict_wants_the_content_type(simulator: Simulator, receiver: Receiver) -> None:
    """
    Strict, an acknowledgement must say it is JSON.
    """
    simulator.control("PATCH", "settings", {"strict": True})
    receiver.script.append((200, "text/plain", ACKNOWLEDGEMENT[2]))
    simulator.control("POST", "inbound", {})
    simulator.settle()
    assert len(receiver.received) == 2


def test_nobody_there(simulator: Simulator) -> None:
    """
    A receiver that cannot be reached is tried again until the attempts run out.
    """
    simulator.control("PATCH", "settings", {"retry_attempts": 3})
    simulator.control("POST", "inbound", {"url": "http://127.0.0.1:9"})
    simulator.settle()
    (webhook,) = simulator.webhooks()
    assert (webhook["state"], webhook["attempt_count"]) == ("abandoned", 3)
    assert "ConnectError" in webhook["attempts"][0]["error"]


def test_no_url(simulator: Simulator) -> None:
    """
    Where no URL is set nothing is posted, and the record says so.
    """
    simulator.text()
    simulator.settle()
    assert [webhook["state"] for webhook in simulator.webhooks()] == ["nowhere"] * 3


def test_urls_by_application(simulator: Simulator, receiver: Receiver) -> None:
    """
    An application can have URLs of its own, written in either case.
    """
    own = {APPLICATION.upper(): {"status": f"{receiver.url}/own"}}
    simulator.control("PUT", "webhook-urls", {"applications": own})
    simulator.text()
    simulator.control("POST", "inbound", {})
    simulator.settle()
    assert {path for path, _, _ in receiver.received} == {"/own", "/inbound"}


def test_raw(simulator: Simulator, receiver: Receiver) -> None:
    """
    The documents' sample goes out without its commas; the answer comes back to the caller.
    """
    answer = simulator.control("POST", "webhooks", {"sample": "comma_less", "provider_id": "005f21626a001102e7f2"})
    assert (answer["state"], answer["http_status"]) == ("acknowledged", 200)
    path, _, body = receiver.received[0]
    assert path == "/status"
    assert b'"\n  "transferId": "005f21626a001102e7f2"\n  "messageStatus": "delivered"\n' in body
    with pytest.raises(ValueError, match="delimiter"):
        json.loads(body)


def test_raw_in_any_shape(simulator: Simulator, receiver: Receiver) -> None:
    """
    An unknown status word, a document and plain text go out as they are, once, to the target named.
    """
    receiver.script.extend([(500, JSON, b"")] * 3)
    simulator.control("POST", "webhooks", {"sample": "unknown_status"})
    simulator.control("POST", "webhooks", {"target": "sms_report", "body": {"messageType": "deliveryReport"}})
    simulator.control("POST", "webhooks", {"target": "inbound", "body": "\x00 not json", "content_type": "text/plain"})
    simulator.settle()
    assert [path for path, _, _ in receiver.received] == ["/status", "/sms_report", "/inbound"]
    assert json.loads(receiver.received[0][2])["messageStatus"] == "teleported"
    assert receiver.received[2][2] == b"\x00 not json"
    assert [webhook["state"] for webhook in simulator.webhooks()] == ["abandoned"] * 3


@pytest.mark.parametrize("order", [{"sample": "unheard"}, {"target": "nobody"}, {"colour": "red"}])
def test_raw_wrong(simulator: Simulator, order: dict[str, str]) -> None:
    """
    What the control API does not know is 422.
    """
    assert simulator.http.post("/_control/webhooks", json=order).status_code == 422


def test_retry_goes_on_beside(simulator: Simulator, receiver: Receiver) -> None:
    """
    A status that is not acknowledged does not hold back the next one.
    """
    receiver.script.append((500, JSON, b""))
    simulator.control("PATCH", "settings", {"retry_seconds": 0.3})
    simulator.text()
    simulator.settle()
    assert receiver.words() == ["dispatched", "delivered", "read", "dispatched"]


def test_the_window_between_two_attempts_grows_to_a_cap(start: Callable[..., Simulator]) -> None:
    """
    Retries follow the settings' interval, factor and cap, whatever these are.
    """
    simulator = start(retry_seconds=0.001, retry_factor=1000, retry_cap_seconds=0.002, retry_attempts=20)
    simulator.control("POST", "inbound", {"url": "http://127.0.0.1:9"})
    simulator.control("GET", "wait", idle=1, timeout=5)
    assert simulator.webhooks()[0]["attempt_count"] == 20
