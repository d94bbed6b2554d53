"""
A provider's simulator as a process of its own.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, ClassVar, Self

import httpx

from local.aws import PortInUse, free_port, is_taken, leave_orderly
from local.providers.control import Control, ProviderError

_ROOT = Path(__file__).resolve().parents[2]
_READY_SECONDS = 20
_STOP_SECONDS = 5


class Simulator[C: Control[Any]]:
    """
    A simulator, a process that is gone when the `with` block ends. Derive it once a provider.

    `port` None takes any free one. With a `certificate` (PEM files of certificate and key) it speaks TLS only.
    """

    name: ClassVar[str]
    """Of the package under `local.simulators`."""
    control_type: type[C]

    def __init__(
        self,
        port: int | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.port = free_port() if port is None else port
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self.control: C = self.control_type(self.url, certificate[0] if certificate else None)
        # The local AWS has few workers: more webhooks at a time would only be refused and tried again.
        self._settings = {"webhook_concurrency": "3", **(settings or {})}
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it answers; raises PortInUse, or ProviderError if it does not."""
        if is_taken(self.port):
            raise PortInUse(self.port)
        leave_orderly()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
        self._process = subprocess.Popen(
            self._command(),
            cwd=_ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is ours to turn into an orderly stop
        )
        deadline = time.monotonic() + _READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ProviderError(f"the simulator of {self.name} did not start; it said:\n{self._said()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the process; safe to call at any time, and twice."""
        process, self._process = self._process, None
        self.control.close()
        if process is None:
            return
        try:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if self._log:
                self._log.close()

    def _command(self) -> Sequence[str]:
        command = [sys.executable, "-m", f"local.simulators.{self.name}", f"--port={self.port}"]
        if self._certificate:
            command += ["--tls", *map(str, self._certificate)]
        return command + [f"--set={name}={value}" for name, value in self._settings.items()]

    def _answers(self) -> bool:
        try:
            self.control.token_calls()
        except httpx.TransportError:
            return False
        return True

    def _said(self) -> str:
        if self._log is None:
            return ""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-2000:]
