"""
Destinations a second.
"""

from local.simulators.webex_connect.rate import Rate, Verdict
from tests.simulators.webex_connect.driver import Simulator

TAKEN, BURST, SURPLUS = Verdict.TAKEN, Verdict.BURST, Verdict.SURPLUS
NUMBERS = [f"+43676{n:07}" for n in range(12)]


def test_surplus(simulator: Simulator) -> None:
    """
    Of twelve destinations at a rate of ten the last two are 7020, with transid and reference like the others.
    """
    simulator.change(tps=10)
    items = simulator.send("sms", *NUMBERS, correlationid="r")
    assert [item["code"] for item in items] == ["1001"] * 10 + ["7020"] * 2
    assert items[-1] == {
        "code": "7020",
        "transid": f"{items[0]['transid']}_11",
        "description": "You have reached maximum transaction limit (rate).",
        "correlationid": "r",
    }


def test_values_count(simulator: Simulator) -> None:
    """
    Every value of a destination counts, and one that does not fit leaves room for a smaller one.
    """
    simulator.change(tps=3)
    several = [{"msisdn": NUMBERS[:2]}, {"msisdn": NUMBERS[2:4]}, {"msisdn": NUMBERS[4:5]}]
    assert [item["code"] for item in simulator.send(destination=several)] == ["1001", "7020", "1001"]


def test_shared(simulator: Simulator) -> None:
    """
    v1 and v2 share the rate; v2 says 429 with 7020.
    """
    simulator.change(tps=2)
    simulator.send("sms", *NUMBERS[:2])
    answer = simulator.send_v2()
    assert (answer.status_code, answer.json()["code"]) == (429, "7020")


def test_burst_words(simulator: Simulator) -> None:
    """
    What a burst takes is queued in burst mode.
    """
    simulator.change(tps=4, burst=True)
    described = [item["description"] for item in simulator.send("sms", *NUMBERS[:7])]
    assert described[3:6] == ["Queued", "Queued in burst mode", "Queued in burst mode"]
    assert described[6].startswith("You have reached")


def test_unlimited(simulator: Simulator) -> None:
    """
    Without a rate all are taken.
    """
    assert {item["code"] for item in simulator.send("sms", *NUMBERS)} == {"1001"}


def test_window() -> None:
    """
    The rate is over the last second, not over calendar seconds.
    """
    rate = Rate()
    assert [rate.admit(now, 1, 2) for now in (0.6, 0.7, 1.1, 1.59, 1.61)] == [TAKEN, TAKEN, SURPLUS, SURPLUS, TAKEN]


def test_burst_bounds() -> None:
    """
    A burst is one and a half times the rate, at most a hundred more.
    """
    rate = Rate()
    assert rate.admit(0, 150, 100, 60) is BURST
    assert rate.admit(0, 1, 100, 60) is SURPLUS
    rate = Rate()
    assert rate.admit(0, 400, 300, 60) is BURST
    assert rate.admit(0, 1, 300, 60) is SURPLUS


def test_burst_budget() -> None:
    """
    So many seconds a day may go beyond the rate; the next day there are as many again.
    """
    rate = Rate()
    assert [rate.admit(now, 15, 10, 2) for now in (0, 10, 20)] == [BURST, BURST, SURPLUS]
    assert rate.admit(86_400, 15, 10, 2) is BURST
