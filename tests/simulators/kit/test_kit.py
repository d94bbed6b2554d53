"""
What the kit does for any simulator, and websms alone does not show.
"""

import hashlib
import json

import pytest

from local.simulators.kit import NumberPlan, plain
from tests.simulators.driver import Receiver
from tests.simulators.kit.acme import REFUSED
from tests.simulators.kit.driver import Simulator

ONE, TWO = "+43 660 1234567", "+436607654321"
BAD = REFUSED.number(42)


def test_a_verdict_for_each_recipient(simulator: Simulator) -> None:
    """
    Of many recipients some are taken: the record holds each verdict, and counts, filters and references follow it.
    """
    answer = simulator.send(ONE, BAD, TWO)
    assert [one["accepted"] for one in answer.json()] == [True, False, True]
    (arrival,) = simulator.messages()
    assert [one["code"] for one in arrival["results"]] == ["0", "042", "0"]
    assert arrival["accepted"] is True
    assert simulator.sent() == {"a-0": 1, "a-2": 1}
    assert simulator.sent(recipient=BAD) == {}
    assert simulator.sent(recipient="436601234567") == {"a-0": 1}
    counts = simulator.control("GET", "wait", messages=1, recipient=BAD)
    assert (counts["messages"], counts["accepted"]) == (1, 0)
    assert len(simulator.messages(reference="a-1")) == 1
    assert len(simulator.messages(provider_id=arrival["results"][2]["provider_id"])) == 1
    assert simulator.messages(reference="b-1") == []


def test_other_calls_are_counted(simulator: Simulator) -> None:
    """
    A request that sends nothing is no message but a call, with its query as it came.
    """
    simulator.http.get("/messages?since=1&zone=%2B02")
    simulator.http.get("/messages")
    assert simulator.messages() == []
    assert [call["query"] for call in simulator.calls(operation="messages.list")] == ["since=1&zone=%2B02", ""]
    assert len(simulator.calls(operation="messages")) == 2
    assert simulator.calls(operation="mess") == []
    assert simulator.control("GET", "wait", calls=2, timeout=1)["calls"] == 2


def test_what_arrived_is_kept(simulator: Simulator) -> None:
    """
    The record has the body to the byte and the headers but for those that are hidden.
    """
    body = '{"to": ["x"],  "ref": "Gr\\u00fc\u00dfe"}'
    simulator.http.post("/messages", content=body.encode(), headers={"X-Secret": "s", "X-Open": "o"})
    (arrival,) = simulator.messages()
    assert arrival["raw"] == body
    assert arrival["headers"]["x-open"] == "o"
    assert not {"x-secret", "authorization"} & set(arrival["headers"])
    assert (arrival["method"], arrival["path"], arrival["http_status"]) == ("POST", "/messages", 401)


def test_states_walk_without_webhooks(simulator: Simulator) -> None:
    """
    Where no URL is set the states change nevertheless, and nothing is posted.
    """
    provider_id = simulator.send(ONE).json()[0]["provider_id"]
    simulator.settle()
    assert simulator.states() == {provider_id: "delivered"}
    assert simulator.webhooks() == []


def test_a_dropped_status_does_not_happen(simulator: Simulator, receiver: Receiver) -> None:
    """
    A status that is dropped neither changes the state nor is posted.
    """
    simulator.fault("drop", statuses=["delivered"])
    provider_id = simulator.send(ONE).json()[0]["provider_id"]
    simulator.settle()
    assert simulator.states() == {provider_id: "sent"}
    assert [one["status"] for one in receiver.documents()] == ["sent"]
    assert [one["state"] for one in simulator.webhooks()] == ["acknowledged", "dropped"]


def test_reversed_states(simulator: Simulator) -> None:
    """
    Reversed, the first status is the last state.
    """
    simulator.fault("reorder")
    provider_id = simulator.send(ONE).json()[0]["provider_id"]
    simulator.settle()
    assert simulator.states() == {provider_id: "sent"}


def test_a_status_to_two_urls(simulator: Simulator, receiver: Receiver) -> None:
    """
    One status can go to several URLs, and says what its own kind of step knows.
    """
    simulator.control("PUT", "webhook-urls", {"copy_to": f"{receiver.url}/copy"})
    simulator.send(ONE)
    simulator.settle()
    assert [path for path, _, _ in receiver.received] == ["/status", "/copy"] * 2
    assert [one["channel"] for one in receiver.documents()] == ["sms", "sms", "voice", "voice"]
    assert {one["reference"] for one in simulator.webhooks()} == {"a-0"}


def test_signed_anew_each_time(simulator: Simulator, receiver: Receiver) -> None:
    """
    Headers are made for each attempt from the bytes that are posted.
    """
    receiver.script.append((500, "text/plain", b""))
    simulator.control("POST", "webhooks", {"body": {"text": "Grüße"}, "retry": True, "headers": {"X-More": "m"}})
    simulator.settle()
    assert [headers["X-Attempt"] for _, headers, _ in receiver.received] == ["1", "2"]
    for _, headers, body in receiver.received:
        assert headers["X-Digest"] == hashlib.sha256(body).hexdigest()
        assert headers["X-More"] == "m"
        assert headers["User-Agent"] == "acme-simulator"


@pytest.mark.parametrize(("status", "attempts"), [(200, 1), (400, 1), (500, 3), (204, 3)])
def test_what_is_tried_again(simulator: Simulator, receiver: Receiver, status: int, attempts: int) -> None:
    """
    The policy says which answer ends the retries; what is not ended so is tried as often as the settings say.
    """
    receiver.script.extend([(status, "text/plain", b"")] * 5)
    simulator.control("PATCH", "settings", {"retry_attempts": 3})
    simulator.control("POST", "webhooks", {"body": "x", "retry": True})
    simulator.settle()
    assert len(receiver.received) == attempts
    assert simulator.webhooks()[0]["state"] == ("acknowledged" if status == 200 else "abandoned")


def test_probing(simulator: Simulator, receiver: Receiver) -> None:
    """
    Probing, a URL that HEAD is not answered 200 is refused and none is changed.
    """
    simulator.control("PATCH", "settings", {"webhook_probe": True})
    receiver.probe_status = 405
    answer = simulator.http.put("/_control/webhook-urls", json={"status": f"{receiver.url}/new"})
    assert answer.status_code == 422
    assert simulator.control("GET", "webhook-urls")["status"] == f"{receiver.url}/status"
    receiver.probe_status = 200
    simulator.control("PUT", "webhook-urls", {"status": f"{receiver.url}/new", "copy_to": ""})
    assert receiver.probed == ["/new", "/new"]
    assert simulator.http.put("/_control/webhook-urls", json={"status": "http://127.0.0.1:9"}).status_code == 422


def test_inbound_copies(simulator: Simulator, receiver: Receiver) -> None:
    """
    An order of the simulator's own is posted as often as it says, in its own content type; it knows its own address.
    """
    told = simulator.control("POST", "inbound", {"text": "hello"})
    assert (len(told["numbers"]), told["media"]) == (2, f"{simulator.url}/media/1")
    simulator.settle()
    assert [(headers["Content-Type"], body) for _, headers, body in receiver.received] == [("text/plain", b"hello")] * 2


def test_method_not_allowed(simulator: Simulator) -> None:
    """
    405 names all methods of the path and no others; a slash too many is 404.
    """
    for method in ("DELETE", "HEAD"):
        answer = simulator.http.request(method, "/messages")
        assert answer.status_code == 405
        assert {one.strip() for one in answer.headers["allow"].split(",")} == {"GET", "POST"}
    assert simulator.http.get("/messages/").status_code == 404


def test_faults_on_any_operation(simulator: Simulator) -> None:
    """
    A fault can meet what sends nothing; the status of a success stays what the provider answers.
    """
    simulator.fault("answer", operation="messages.list", status=418, code="E7", times=1)
    answer = simulator.http.get("/messages")
    assert (answer.status_code, answer.json()) == (418, {"error": "E7"})
    simulator.fault("answer", status=502, times=1)
    assert "<html>" in simulator.send(ONE).text
    simulator.fault("unauthorized", times=1)
    assert simulator.send(ONE).status_code == 401
    simulator.fault("half", times=1)
    halved = simulator.send(ONE)
    assert halved.status_code == 201
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(halved.content)


@pytest.mark.parametrize(("recipient", "met"), [("psid-7", True), ("psid-8", False), ("PSID-7", False)])
def test_recipients_that_are_no_numbers(simulator: Simulator, recipient: str, met: bool) -> None:  # noqa: FBT001
    """
    Faults and filters compare other addresses as they are.
    """
    simulator.fault("answer", recipient="psid-7")
    assert (simulator.send(recipient).status_code == 503) == met
    assert len(simulator.messages(recipient="psid-7")) == met


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("+43 (660) 123-45", "4366012345"),
        ("0043/660.1", "00436601"),
        ("user-7", "user-7"),
        ("urn:mbid:1", "urn:mbid:1"),
        ("", ""),
        ("+", "+"),
    ],
)
def test_plain(recipient: str, expected: str) -> None:
    """
    Numbers lose their notation, other addresses nothing.
    """
    assert plain(recipient) == expected


def test_number_plan() -> None:
    """
    A magic number is its prefix and exactly as many digits as the plan has.
    """
    plan = NumberPlan("43660999", 4)
    assert plan.number(42) == "+436609990042"
    assert plan.number("7109") == "+436609997109"
    assert plan.tail("+43 660 999 0042") == "0042"
    assert [plan.tail(one) for one in ("43660999004", "4366099900421", "436609980042", "")] == [None] * 4


def test_reset_reaches_the_simulators_own(simulator: Simulator) -> None:
    """
    What the simulator itself remembers is forgotten as it says: here only with everything.
    """
    simulator.send(ONE)
    simulator.settle()
    simulator.http.get("/messages")
    simulator.control("POST", "reset")
    assert simulator.states()
    assert (simulator.messages(), simulator.calls()) == ([], [])
    simulator.control("POST", "reset", {"everything": True})
    assert simulator.states() == {}


def test_a_path_that_moves_takes_its_methods_along(simulator: Simulator) -> None:
    """
    Endpoints follow the settings in force.
    """
    simulator.control("PATCH", "settings", {"path": "/v2/messages"})
    assert simulator.http.get("/messages").status_code == 404
    assert simulator.http.get("/v2/messages").status_code == 200
