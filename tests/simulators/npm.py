"""
Published npm packages, installed and run unmodified.
"""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest


def installed(config: pytest.Config, package: str, version: str) -> Path:
    """
    The folder that has the package in its node_modules: made once, in pytest's cache; parallel workers take turns.

    The test is skipped where there is no npm, or no registry to be reached.
    """
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        pytest.skip(f"node and npm are not on this machine: npm {package} {version} cannot be run")
    folder = config.cache.mkdir(f"{package}-{version}")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "node_modules" / package).is_dir():
            _install(npm, f"{package}@{version}", folder)
    return folder


def _install(npm: str, package: str, folder: Path) -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund"]
    command = [npm, "install", package, *quiet, "--prefix", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)  # noqa: S603
    if done.returncode:
        pytest.skip(f"npm cannot install {package}: {done.stderr[-200:]}")


def run_node(folder: Path, script: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Any:
    """The JSON that a script prints which requires packages of the folder."""
    command = [shutil.which("node") or "", "--no-deprecation", "--eval", script, *arguments]
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return json.loads(done.stdout)
