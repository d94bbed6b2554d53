"""
The simulator as a program.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_wrong_setting() -> None:
    """
    A setting that does not exist stops the start and is named, one that does exist is not.
    """
    command = [sys.executable, "-m", "local.simulators.smsglobal", "--port", "0"]
    command += ["--set", "colour=red", "--set", "time_zone=Australia/Perth"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    assert done.returncode
    assert "colour" in done.stderr
    assert "time_zone" not in done.stderr
