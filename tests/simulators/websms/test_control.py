"""
The control API and the paths.
"""

from collections.abc import Callable

import pytest

from local.simulators.websms import Paths
from tests.simulators.websms.driver import APPLICATION, RECIPIENT, Receiver, Simulator


def test_sent_once(simulator: Simulator) -> None:
    """
    Messages show what arrived, and count by clientMessageId what was taken.
    """
    simulator.text(clientMessageId="once")
    simulator.sms(clientMessageId="twice")
    simulator.sms(clientMessageId="twice")
    simulator.sms(clientMessageId="never", messageContent="")
    document = simulator.control("GET", "messages")
    assert (document["count"], document["sent"]) == (4, {"once": 1, "twice": 2})
    first = document["messages"][0]
    assert (first["operation"], first["recipients"], first["code"]) == ("whatsapp.text", [RECIPIENT], 2000)
    assert first["body"]["content"] == "Hello World"
    assert "authorization" not in first["headers"]


def test_filters(simulator: Simulator) -> None:
    """
    Messages and webhooks can be narrowed by their recipient, whatever its notation, and by ids.
    """
    transfer = simulator.text(clientMessageId="a").json()["transferId"]
    simulator.sms(clientMessageId="b", recipientAddressList=["4366099990000"])
    simulator.settle()
    assert [one["references"] for one in simulator.messages(recipient="4366012345678")] == [["a"]]
    assert [one["references"] for one in simulator.messages(operation="sms.text")] == [["b"]]
    assert [one["word"] for one in simulator.webhooks(provider_id=transfer)] == ["dispatched", "delivered", "read"]
    assert len(simulator.webhooks(kind="report", recipient="+4366099990000")) == 2


def test_wait(simulator: Simulator, receiver: Receiver) -> None:
    """
    A wait returns when its counts are reached, and is 408 when they are not in time.
    """
    simulator.text(clientMessageId="a")
    counts = simulator.control("GET", "wait", messages=1, accepted=1, acknowledged=3, reference="a")
    assert counts == {
        "messages": 1,
        "accepted": 1,
        "calls": 0,
        "webhooks": 3,
        "acknowledged": 3,
        "idle": counts["idle"],
    }
    answer = simulator.http.get("/_control/wait", params={"messages": 2, "timeout": 0.01})
    assert answer.status_code == 408
    assert simulator.http.get("/_control/wait", params={"messages": "many"}).status_code == 422
    assert len(receiver.received) == 3


def test_reset(simulator: Simulator) -> None:
    """
    A reset forgets messages, webhooks, faults and changed settings, but neither tokens nor media unless told.
    """
    token = simulator.token()
    media_id = simulator.upload(b"a").json()["mediaId"]
    simulator.sms()
    simulator.fault("empty")
    simulator.control("PATCH", "settings", {"read": False})
    simulator.control("POST", "reset")
    assert (simulator.messages(), simulator.webhooks(), simulator.control("GET", "faults")) == ([], [], [])
    assert simulator.control("GET", "settings")["read"] is True
    assert simulator.download(media_id, token).status_code == 200
    simulator.control("POST", "reset", {"everything": True})
    assert simulator.download(media_id, token).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "faults", {"kind": "meteor"}),
        ("POST", "faults", {"kind": "empty", "times": 0}),
        ("POST", "inbound", {"kind": "pigeon"}),
        ("PUT", "webhook-urls", {"nowhere": "x"}),
        ("PATCH", "settings", {"colour": "red"}),
        ("PATCH", "settings", {"token_seconds": "soon"}),
    ],
)
def test_wrong_orders(simulator: Simulator, method: str, path: str, body: dict[str, object]) -> None:
    """
    A wrong order to the control API is 422 and changes nothing.
    """
    before = simulator.control("GET", "settings")
    assert simulator.http.request(method, f"/_control/{path}", json=body).status_code == 422
    assert simulator.control("GET", "settings") == before


def test_urls_are_kept(simulator: Simulator) -> None:
    """
    Setting one URL leaves the others.
    """
    simulator.control("PUT", "webhook-urls", {"status": "http://127.0.0.1/a"})
    simulator.control("PUT", "webhook-urls", {"inbound": "http://127.0.0.1/b"})
    urls = simulator.control("GET", "webhook-urls")
    assert (urls["status"], urls["inbound"]) == ("http://127.0.0.1/a", "http://127.0.0.1/b")


def test_unknown_endpoint(simulator: Simulator) -> None:
    """
    An endpoint that does not exist is 404 with an ErrorResponse, as the documents say; a wrong method is 405.
    """
    answer = simulator.http.post("/messaging/whatsapp/send_pigeon", json={})
    assert (answer.status_code, answer.json()) == (404, {"statusCode": 4120, "statusMessage": "Entity not found."})
    assert simulator.http.get("/messaging/whatsapp/send_text").status_code == 405


def test_inferred_paths_can_be_moved(start: Callable[..., Simulator]) -> None:
    """
    Every path is a setting: moved ones answer, the old ones are gone.
    """
    moved = {name: f"/moved/{name}" for name in Paths.model_fields if name != "sms_prefixes"}
    moved |= {"token": "/oauth/token", "rcs_send": "/rcs/{applicationId}/send", "media_download": "/m/{mediaId}"}
    moved |= {"rcs_capabilities": "/rcs/{applicationId}/capabilities"}
    simulator = start(paths=moved)
    body = {"applicationId": APPLICATION, "recipient": RECIPIENT, "content": "hi"}
    assert simulator.text().status_code == 404
    assert simulator.messaging("/moved/whatsapp_text", body).status_code == 200
    rcs = {"RCSMessage": {"textMessage": "hi"}, "messageContact": {"userContact": RECIPIENT}}
    assert simulator.messaging(f"/rcs/{APPLICATION}/send", rcs).status_code == 200
    assert simulator.sms("sms_text", "/rest/moved/").json()["statusCode"] == 2000


def test_paths_can_be_moved_while_running(simulator: Simulator) -> None:
    """
    Paths move at once when the settings change, and back with the reset.
    """
    simulator.control("PATCH", "settings", {"paths": {"whatsapp_text": "/elsewhere"}})
    assert simulator.text().status_code == 404
    simulator.control("POST", "reset")
    assert simulator.text().status_code == 200


def test_memory_is_bounded(start: Callable[..., Simulator]) -> None:
    """
    Only the last messages and webhooks are kept.
    """
    simulator = start(keep=2)
    for n in range(3):
        simulator.sms(clientMessageId=str(n))
    simulator.settle()
    assert [message["references"] for message in simulator.messages()] == [["1"], ["2"]]
    assert len(simulator.webhooks()) == 2
