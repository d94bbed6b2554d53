"""
`make run` as a newcomer sees it: it reaches the end of its tour, its curl line works, and nothing is left behind.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.aws import LocalAws, free_port
from local.client import until

ROOT = Path(__file__).parent.parent.parent

CHAPTERS = (
    "websms: WhatsApp, RCS and SMS",
    "Webex Connect: eight channels",
    "Huawei AICC: WhatsApp",
    "What cannot arrive says so",
    "Many, and back",
    "Called back: what a server of yours is told",
    "What SMSGlobal's lists have told meanwhile",
    "It is yours",
)
_LONG = 480

pytestmark = pytest.mark.timeout(_LONG)


class Run:
    """A run in a process of its own, and what it has said so far."""

    def __init__(self, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "CI"}
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-u", "-m", "local.run", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    def said(self, wanted: str) -> bool:
        """Read on until a line holds this; False when it ended before."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if wanted in line:
                return True
        return False

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@contextmanager
def running(*arguments: str) -> Iterator[Run]:
    run = Run("--port=0", "--simulators-port=0", *arguments)
    doom = threading.Timer(_LONG - 30, run.process.terminate)
    doom.start()
    try:
        yield run
    finally:
        doom.cancel()
        run.process.terminate()  # a test that has failed leaves nothing behind either
        run.process.communicate()


def children_of(process: int) -> list[str]:
    """
    Number and command of every process that descends from this one.
    """
    family, found, grown = {process}, dict[int, str](), True
    while grown:
        grown = False
        for folder in Path("/proc").glob("[0-9]*"):
            number = int(folder.name)
            with contextlib.suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if parent in family and number not in family:
                    family.add(number)
                    found[number] = (folder / "cmdline").read_text().replace("\0", " ")
                    grown = True
    return [f"{number} {command}" for number, command in found.items()]


def alive(children: list[str]) -> list[str]:
    """
    Those that still run; one that has ended and that nobody has asked for yet (a zombie) does not.
    """
    found = []
    for child in children:
        with contextlib.suppress(OSError):
            state = Path(f"/proc/{child.split()[0]}/stat").read_text().rpartition(")")[2].split()[0]
            found += [child] if state != "Z" else []
    return found


def test_tour_ends_well() -> None:
    """
    With --once the tour reaches its end, every chapter told, and the exit code is 0.
    """
    with running("--once") as run:
        run.said("no such line")
        assert run.process.wait() == 0, run.text
    for chapter in CHAPTERS:
        assert chapter in run.lines, run.text
    assert "✗" not in run.text


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux has them")
def test_curl_and_ctrl_c() -> None:
    """
    The curl line works when pasted, its message is told on the screen, and Ctrl-C leaves no process behind.
    """
    with running() as run:
        assert run.said("Ctrl-C stops everything"), run.text
        (curl,) = [line for line in run.lines if line.startswith("curl ")]
        if shutil.which("curl"):
            answered = subprocess.run(curl, shell=True, capture_output=True, text=True, check=True).stdout  # noqa: S602
            identifier = re.search(r'"id":"([a-z2-7]+)"', answered)
            assert identifier, answered
            assert run.said("message.delivered")
            assert identifier[1] in run.text
        children = children_of(run.process.pid)
        assert any("ministack" in child for child in children), children
        assert any("simulators.websms" in child for child in children)
        run.process.send_signal(signal.SIGINT)
        run.said("no such line")
        assert run.process.wait() == 0, run.text
        until(lambda: not alive(children), 5, lambda: f"the end of {alive(children)}")


def test_port_in_use() -> None:
    """
    A port that is taken is one clear sentence, and the exit code is 1.
    """
    port = free_port()
    with LocalAws(port), running("--once", f"--port={port}") as run:
        run.said("no such line")
        assert run.process.wait() == 1
    assert f"port {port} is in use" in run.text
    assert "Traceback" not in run.text
