"""
The paths, the settings and the process; what the kit does for all is tested there.
"""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.simulators.huawei_aicc import Settings
from local.simulators.huawei_aicc.state import State
from tests.simulators.huawei_aicc.driver import SEND, Simulator, body, destination

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "/apiaccess/rest/pigeon", 404), ("GET", SEND, 405)])
def test_wrong_path(simulator: Simulator, method: str, path: str, status: int) -> None:
    """
    A wrong path is 404 and a wrong method 405, in the error shape of the setting.
    """
    answer = simulator.http.request(method, path)
    assert (answer.status_code, "requestError" in answer.json()) == (status, True)
    assert answer.headers.get("allow") == ("POST" if status == 405 else None)


def test_other_paths(simulator: Simulator) -> None:
    """
    The paths can be moved while it runs.
    """
    simulator.change(paths={"token": "/token", "send": "/send"})
    token = simulator.http.post("/token", json={"app_key": "sim-app-key", "app_secret": "sim-app-secret"}).json()
    headers = {"Authorization": f"Bearer {token['AccessToken']}", "x-app-key": "sim-app-key"}
    assert simulator.http.post("/send", json=body(), headers=headers).status_code == 200
    assert simulator.http.post(SEND, json=body(), headers=headers).status_code == 404


def test_reset(simulator: Simulator) -> None:
    """
    A reset forgets which messageIds were taken, but tokens only if told to.
    """
    token = simulator.token()
    simulator.post(body(), token)
    simulator.control("POST", "reset")
    assert simulator.post(body(), token).json()["messages"][0]["status"]["id"] == 7
    simulator.control("POST", "reset", {"everything": True})
    assert simulator.post(body(), token).status_code == 401


def test_accepted_by_destination(simulator: Simulator) -> None:
    """
    A wait for one recipient counts that destination's verdict, not the call's.
    """
    simulator.send(destination(message_id="a"), destination("4366099995012", "b"))
    counts = simulator.control("GET", "wait", messages=1, recipient="+4366099995012")
    assert (counts["messages"], counts["accepted"]) == (1, 0)


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("settings", {"bad_value_status": 418}),
        ("settings", {"error_body": "poem"}),
        ("settings", {"apps": "none"}),
        ("webhook-urls", {"status": "http://127.0.0.1"}),
        ("inbound", {"type": "PIGEON"}),
        ("inbound", {"copies": 0}),
    ],
)
def test_wrong_orders(simulator: Simulator, path: str, order: dict[str, object]) -> None:
    """
    A wrong order to the control API is 422.
    """
    method = {"settings": "PATCH", "webhook-urls": "PUT", "inbound": "POST"}[path]
    assert simulator.http.request(method, f"/_control/{path}", json=order).status_code == 422


def test_bounded() -> None:
    """
    Of the messageIds that were taken only the last hundred thousand are known.
    """
    state = State(Settings())
    for number in range(100_001):
        state.take(str(number))
    assert (state.took("0"), state.took("1"), state.took("100000")) == (False, True, True)


def test_a_process_of_its_own() -> None:
    """
    `python -m` serves with the settings given, and an interrupt ends it.
    """
    command = [sys.executable, "-m", "local.simulators.huawei_aicc", "--port", "0", "--set", "token_seconds=5"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr
        printed = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", printed)):
            printed += process.stderr.readline() or pytest.fail(printed)
        simulator = Simulator(found.group())
        assert simulator.ask_token().json()["Expires"] == "5"
        simulator.http.close()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert "Traceback" not in rest
