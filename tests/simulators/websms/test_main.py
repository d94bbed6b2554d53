"""
The simulator as a process of its own.
"""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulators.websms.driver import APPLICATION, Simulator

ROOT = Path(__file__).parents[3]


def interrupt(simulator: Simulator, process: subprocess.Popen[str]) -> None:
    simulator.http.close()
    process.send_signal(signal.SIGINT)


def test_a_process_of_its_own() -> None:
    """
    `python -m` serves with the settings given, and an interrupt ends it even while a request hangs.
    """
    command = [sys.executable, "-m", "local.simulators.websms", "--port", "0", "--set", "read=false"]
    command += ["--set", f"default_application={APPLICATION}"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr
        printed = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", printed)):
            printed += process.stderr.readline() or pytest.fail(printed)
        simulator = Simulator(found.group())
        assert simulator.control("GET", "settings")["read"] is False
        simulator.fault("hang")
        host, _, port = found.group().removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as left_hanging:
            left_hanging.sendall(b"POST /rest/smsmessaging/text HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            simulator.control("GET", "wait", messages=1)
            interrupt(simulator, process)
            with pytest.raises(ConnectionResetError):
                left_hanging.recv(1)
        rest = process.stderr.read()
    assert "Traceback" not in rest


def test_wrong_setting() -> None:
    """
    A setting that does not exist stops the start and is named.
    """
    command = [sys.executable, "-m", "local.simulators.websms", "--port", "0", "--set", "colour=red"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    assert done.returncode
    assert "colour" in done.stderr
