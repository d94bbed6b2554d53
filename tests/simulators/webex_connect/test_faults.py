"""
Faults on every operation, and what happens to receipts.
"""

import json

import httpx
import pytest

from tests.simulators.webex_connect.driver import NUMBER, Hook, Simulator, envelope

OTHER = "+436761234568"


def words(hook: Hook) -> list[str]:
    return [each["deliveryInfo"]["deliveryStatus"] for each in hook.notifications()]


def test_unauthorized(simulator: Simulator) -> None:
    """
    Credentials that died are 7001 in v1 and a bare 401 in v2, and nothing is taken.
    """
    simulator.fault("unauthorized")
    assert simulator.post(envelope()).json()["response"]["code"] == "7001"
    assert (simulator.send_v2().status_code, simulator.send_v2().content) == (401, b"")
    assert not any(arrival["accepted"] for arrival in simulator.messages())


@pytest.mark.parametrize(("status", "code"), [(429, "7020"), (500, "7006"), (503, "7006"), (401, "7001")])
def test_error_documents(simulator: Simulator, status: int, code: str) -> None:
    """
    An HTTP error has the API's own document, in each version's form.
    """
    simulator.fault("answer", status=status)
    v1, v2 = simulator.post(envelope()), simulator.send_v2()
    assert (v1.status_code, v1.json()["response"]["code"]) == (status, code)
    assert v2.status_code == status
    if code != "7001":
        assert v2.json()["code"] == code


def test_code_in_a_200(simulator: Simulator) -> None:
    """
    v1's way to say no: 200 with any code, and the record has it.
    """
    simulator.fault("answer", status=200, code="7006", operation="v1")
    assert simulator.post(envelope()).json()["response"]["description"] == "Internal error occurred"
    assert simulator.messages()[0]["code"] == "7006"


def test_gateway(simulator: Simulator) -> None:
    """
    A proxy's error is a page.
    """
    simulator.fault("answer", status=502)
    assert simulator.post(envelope()).headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("kind", ["garbage", "empty", "half", "reset"])
def test_taken_but_spoiled(simulator: Simulator, kind: str) -> None:
    """
    The message is taken and reported although the answer cannot be read.
    """
    simulator.fault(kind, times=1)
    try:
        answer = simulator.post(envelope(correlationid="r"))
        with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
            answer.json()
    except httpx.TransportError:
        assert kind == "reset"
    assert len(simulator.receipts()) == 2
    assert simulator.sent() == {"r": 1}


def test_early(simulator: Simulator, hook: Hook) -> None:
    """
    All receipts of all recipients can come before the answer.
    """
    simulator.fault("early_webhook")
    simulator.post(envelope("sms", NUMBER, OTHER))
    assert len(hook.received) == 4


def test_late_and_dropped(simulator: Simulator, hook: Hook) -> None:
    """
    Single statuses can be dropped or come late.
    """
    simulator.fault("drop", statuses=["Submitted"])
    simulator.send()
    simulator.settle()
    assert words(hook) == ["Delivered"]
    assert [webhook["state"] for webhook in simulator.webhooks()] == ["dropped", "acknowledged"]


def test_duplicates(simulator: Simulator, hook: Hook) -> None:
    """
    A receipt can come several times, the same to the byte.
    """
    simulator.fault("duplicate", statuses=["Delivered"], copies=3)
    simulator.send()
    simulator.settle()
    assert words(hook) == ["Submitted", "Delivered", "Delivered", "Delivered"]
    assert len({body for _, _, body in hook.received}) == 2


def test_reordered(simulator: Simulator, hook: Hook) -> None:
    """
    Receipts can come in the wrong order.
    """
    simulator.fault("reorder")
    simulator.send("whatsapp")
    simulator.settle()
    assert words(hook) == ["Read", "Delivered", "Submitted"]


def test_one_recipient(simulator: Simulator, hook: Hook) -> None:
    """
    A fault can concern one recipient of many, a number in any notation or any other identifier.
    """
    simulator.fault("drop", recipient=OTHER[1:])
    simulator.fault("drop", recipient="u-2")
    simulator.send("sms", NUMBER, OTHER)
    simulator.send("appmessaging", "u-1", "u-2")
    simulator.settle()
    assert {each["deliveryInfo"]["destination"] for each in hook.notifications()} == {NUMBER[1:], "u-1"}


def test_other_operations(simulator: Simulator) -> None:
    """
    Asking, links and files can fail too; a fault without an operation meets only what sends.
    """
    simulator.fault("answer", status=503)
    assert simulator.get("x").status_code == 404
    simulator.fault("answer", status=503, operation="*")
    paths = ["/v2/messages/x", "/s/x", "/v1/download-media"]
    assert [simulator.http.get(path).status_code for path in paths] == [503, 503, 503]
    assert len(simulator.calls()) == 4


def test_inbound_after_reset(simulator: Simulator) -> None:
    """
    A reset forgets messages, faults and settings; groups, links and files only if everything goes.
    """
    simulator.change(tps=1)
    simulator.fault("garbage")
    simulator.control("PUT", "groups/g", {})
    simulator.control("POST", "reset")
    assert simulator.send()[0]["code"] == "1001"
    assert simulator.control("GET", "settings")["tps"] is None
    assert "g" in simulator.control("GET", "groups")
