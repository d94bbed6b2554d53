"""
What becomes of a message: its state by time, fate and fault.
"""

from typing import Any

import phonenumbers
import pytest

from local.simulators.smsglobal.magic import Fate, number_for, states_after
from tests.simulators.smsglobal.driver import CAPABILITY, NUMBER, OPT_IN, TEXT, Simulator

TEMPLATE = {"type": "template", "template_name": "welcome"}
ENDS = {
    Fate.DELIVERED: ("success", "delivered"),
    Fate.READ: ("success", "read"),
    Fate.FAILED: ("failure", "failed"),
    Fate.NO_OPT_IN: ("failure", "no_opt_in"),
    Fate.NO_CAPABILITY: ("failure", "no_capability"),
    Fate.DELETED: ("success", "deleted"),
    Fate.SENT: ("success", "sent"),
    Fate.QUEUED: ("success", "queued"),
    Fate.DISPATCHED: ("success", "dispatched"),
    Fate.UNKNOWN_STATE: ("success", "teleported"),
    Fate.BLACKLISTED: ("failure", "failed"),
}


def end(simulator: Simulator, message: Any = None, to: str = NUMBER) -> tuple[str, str]:
    """
    Send one and wait for the last it shows of itself, asked for by its id.
    """
    message_id = simulator.send(message, to).json()["id"]
    simulator.settle()
    shown = simulator.get(message_id)
    return shown["status"], shown["state"]


@pytest.mark.parametrize("outcome", [400, 599, *Fate])
def test_magic_numbers_are_valid(outcome: int | Fate) -> None:
    """
    A client that checks numbers lets every magic one through.
    """
    assert phonenumbers.is_valid_number(phonenumbers.parse(number_for(outcome)))


@pytest.mark.parametrize("fate", Fate)
def test_fate(simulator: Simulator, fate: Fate) -> None:
    """
    A magic number's message is taken like any other and ends as its fate says.
    """
    assert simulator.send(to=number_for(fate)).json()["state"] == "queued"
    assert end(simulator, to=number_for(fate)) == ENDS[fate]


def test_tails() -> None:
    """
    The ends of the magic numbers are those that the simulator's page prints.
    """
    assert [number_for(fate) for fate in (Fate.DELIVERED, Fate.BLACKLISTED)] == ["+61499991001", "+61499991011"]
    assert number_for(402) == "+61499990402"


@pytest.mark.parametrize("number", ["61499991000", "61499991012", "614999910030", "61499990399", "61499990600"])
def test_beside_the_plan(simulator: Simulator, number: str) -> None:
    """
    A number that only looks magic is an ordinary one.
    """
    assert end(simulator, to=number) == ("success", "read")


def test_order_of_states() -> None:
    """
    An ordinary message is dispatched, sent, delivered and read, in that order.
    """
    assert states_after(None, read=True) == ("dispatched", "sent", "delivered", "read")


def test_pace(simulator: Simulator) -> None:
    """
    Each state can be given seconds of its own; meanwhile the message shows the one before.
    """
    simulator.change(state_seconds={"delivered": 60})
    simulator.send(to=[NUMBER] * 10)
    simulator.send()
    assert any({one["state"] for one in simulator.list()} == {"sent"} for _ in range(1000))


def test_unread(simulator: Simulator) -> None:
    """
    Where nobody reads, delivered is the end.
    """
    simulator.change(read=False)
    assert end(simulator) == ("success", "delivered")


def test_fate_of_any_number(simulator: Simulator) -> None:
    """
    A fate can be set for an ordinary number too.
    """
    simulator.change(fates={NUMBER: "failed"})
    assert end(simulator) == ("failure", "failed")


def test_state_words_are_a_setting(simulator: Simulator) -> None:
    """
    States can be called otherwise, in the list and alone.
    """
    simulator.change(state_words={"read": "Read"})
    assert end(simulator) == ("success", "Read")
    assert simulator.list()[0]["state"] == "Read"


def test_move(simulator: Simulator) -> None:
    """
    A message can be put into any state by hand, with the status that goes with it or another.
    """
    message_id = simulator.send(to=number_for(Fate.QUEUED)).json()["id"]
    simulator.control("PUT", f"outgoing/{message_id}", {"state": "failed"})
    assert (simulator.get(message_id)["status"], simulator.get(message_id)["state"]) == ("failure", "failed")
    simulator.control("PUT", f"outgoing/{message_id}", {"state": "warning", "status": "odd"})
    assert simulator.control("GET", "outgoing")["messages"] == [simulator.get(message_id)]
    assert (simulator.get(message_id)["status"], simulator.get(message_id)["state"]) == ("odd", "warning")
    assert simulator.http.put("/_control/outgoing/1", json={"state": "sent"}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "statuses", "state"),
    [("drop", ["delivered", "read"], "sent"), ("reorder", [], "dispatched"), ("late", ["read"], "read")],
)
def test_faults_of_states(simulator: Simulator, kind: str, statuses: list[str], state: str) -> None:
    """
    States can be left out, come in reverse, or come late.
    """
    simulator.fault(kind, statuses=statuses, seconds=0.01)
    assert end(simulator) == ("success", state)


@pytest.mark.parametrize("fate", [Fate.NO_OPT_IN, Fate.NO_CAPABILITY])
def test_refused_at_once(simulator: Simulator, fate: Fate) -> None:
    """
    Where it is set, a refusal shows in the answer to the send; other failures still come later.
    """
    simulator.change(refuse_at_once=True)
    shown = simulator.send(to=number_for(fate)).json()
    assert (shown["status"], shown["state"]) == ENDS[fate]
    assert simulator.send(to=number_for(Fate.FAILED)).json()["state"] == "queued"


def test_opt_in_is_enforced(simulator: Simulator) -> None:
    """
    Where it is enforced, only who opted in or wrote of late is reached; a state says so, no HTTP error.
    """
    assert end(simulator) == ("success", "read")
    simulator.change(enforce_opt_in=True)
    assert end(simulator) == ("failure", "no_opt_in")
    simulator.inbound(sender="+61491570157")
    assert end(simulator, to="61491570157") == ("success", "read")
    simulator.call("POST", OPT_IN, {"opt-in": [{"number": NUMBER}]})
    assert end(simulator) == ("success", "read")
    simulator.change(enforce_opt_in=True, window_seconds=0)
    assert end(simulator, to="61491570157") == ("failure", "no_opt_in")


def test_window_is_enforced(simulator: Simulator) -> None:
    """
    Where it is enforced, only a template reaches whom has not written of late, opted in or not.
    """
    simulator.change(enforce_window=True)
    simulator.call("POST", OPT_IN, {"opt-in": [{"number": NUMBER}]})
    assert end(simulator, TEXT) == ("failure", "no_opt_in")
    assert end(simulator, TEMPLATE) == ("success", "read")
    simulator.inbound(sender=NUMBER)
    assert end(simulator, TEXT) == ("success", "read")


def test_blacklist(simulator: Simulator) -> None:
    """
    A number on the blacklist is capable and flagged, and a message to it fails.
    """
    simulator.change(blacklist=["+" + NUMBER])
    document = simulator.call("POST", CAPABILITY, {"numbers": [NUMBER]}).json()
    assert document == {"capabilities": [{"name": "", "number": NUMBER, "capable": True, "blacklist": True}]}
    assert end(simulator) == ("failure", "failed")
