"""
Capability and opt-in.
"""

from typing import Any

import pytest

from local.simulators.smsglobal.magic import Fate, number_for
from tests.simulators.smsglobal.driver import CAPABILITY, NUMBER, OPT_IN, Simulator

OTHER = "61491570157"


def shown(number: str, name: str = "", *, capable: bool = True, blacklist: bool = False) -> dict[str, Any]:
    return {"name": name, "number": number, "capable": capable, "blacklist": blacklist}


def opt_in(simulator: Simulator, *entries: dict[str, Any]) -> Any:
    return simulator.call("POST", OPT_IN, {"opt-in": [*entries]}).json()


def test_capability(simulator: Simulator) -> None:
    """
    Each number is answered in its place, with its capability, its flag and the name it opted in with.
    """
    opt_in(simulator, {"number": NUMBER, "name": "Ana"})
    incapable, flagged = (number_for(fate).removeprefix("+") for fate in (Fate.NO_CAPABILITY, Fate.BLACKLISTED))
    answer = simulator.call("POST", CAPABILITY, {"numbers": [flagged, NUMBER, incapable]})
    expected = [shown(flagged, blacklist=True), shown(NUMBER, "Ana"), shown(incapable, capable=False)]
    assert (answer.status_code, answer.json()) == (200, {"capabilities": expected})


def test_opt_in(simulator: Simulator) -> None:
    """
    The answer has the numbers given, a name being optional; the list has all.
    """
    assert opt_in(simulator, {"number": NUMBER, "name": "Ana"}) == {"optIn": [shown(NUMBER, "Ana")]}
    assert opt_in(simulator, {"number": OTHER}) == {"optIn": [shown(OTHER)]}
    assert simulator.call("GET", OPT_IN).json() == {"optIn": [shown(NUMBER, "Ana"), shown(OTHER)]}


def test_answer_is_a_setting(simulator: Simulator) -> None:
    """
    The answer may list all who opted in.
    """
    simulator.change(opt_in_answer="all")
    opt_in(simulator, {"number": NUMBER})
    assert opt_in(simulator, {"number": OTHER}) == {"optIn": [shown(NUMBER), shown(OTHER)]}


def test_opting_in_again(simulator: Simulator) -> None:
    """
    Opting in again is ignored, not refused: the first name stays, and the number is listed once.
    """
    opt_in(simulator, {"number": NUMBER, "name": "Ana"})
    assert opt_in(simulator, {"number": NUMBER, "name": "Bea"}) == {"optIn": [shown(NUMBER, "Ana")]}
    assert simulator.call("GET", OPT_IN).json() == {"optIn": [shown(NUMBER, "Ana")]}


@pytest.mark.parametrize(
    "entries",
    [
        None,
        [],
        {"number": NUMBER},
        [NUMBER],
        [{}],
        [{"name": "Ana"}],
        [{"number": "12"}],
        [{"number": NUMBER, "name": 7}],
        [{"number": NUMBER}, {"number": None}],
    ],
)
def test_bad_opt_in(simulator: Simulator, entries: Any) -> None:
    """
    A wrong entry is an error on `opt-in`, and nobody of the call is opted in.
    """
    answer = simulator.call("POST", OPT_IN, {"opt-in": entries})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"opt-in"})
    assert simulator.call("GET", OPT_IN).json() == {"optIn": []}


def test_spelling(simulator: Simulator) -> None:
    """
    The answer's spelling is not the request's.
    """
    answer = simulator.call("POST", OPT_IN, {"optIn": [{"number": NUMBER}]})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"opt-in"})


@pytest.mark.parametrize("numbers", [None, [], NUMBER, ["12"], [NUMBER, {}]])
def test_bad_capability(simulator: Simulator, numbers: Any) -> None:
    """
    `numbers` is an array of numbers, and not empty.
    """
    answer = simulator.call("POST", CAPABILITY, {"numbers": numbers})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"numbers"})


def test_oddities(simulator: Simulator) -> None:
    """
    What only leniency takes stands as a remark beside the call.
    """
    opt_in(simulator, {"number": f"+{NUMBER}", "name": None, "sms": True})
    remarks = simulator.calls(operation="opt_in")[0]["remarks"]
    assert remarks == [
        "opt-in: unknown member sms",
        "opt-in: name is null",
        f"opt-in: +{NUMBER} has more than digits",
    ]


def test_calls_tell_their_recipients(simulator: Simulator) -> None:
    """
    The record of each call names the numbers in it.
    """
    opt_in(simulator, {"number": NUMBER}, {"number": OTHER})
    simulator.call("POST", CAPABILITY, {"numbers": [OTHER]})
    recorded = {call["operation"]: call["recipients"] for call in simulator.calls()}
    assert recorded == {"opt_in": [NUMBER, OTHER], "capability": [OTHER]}


def test_bounded(start: Any) -> None:
    """
    More numbers than are kept push the oldest out.
    """
    simulator = start(keep=2)
    for number in ("61491570151", "61491570152", "61491570153"):
        opt_in(simulator, {"number": number})
    assert [one["number"] for one in simulator.call("GET", OPT_IN).json()["optIn"]] == ["61491570152", "61491570153"]
