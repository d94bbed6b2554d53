"""
The providers' simulators as processes of their own, and how tests and tours speak to them from behind.

    with Websms() as websms:
        account = {"base_url": websms.url, "token_url": websms.token_url}
        websms.control.fault(Fault(kind=FaultKind.HANG, times=1))
        websms.control.wait(accepted=1, recipient="+436601234567")

What arrives and what is sent is described by the simulator's own records (`simulators/websms/records.py`), faults and
inbound messages by its own models.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx

from local.aws import LocalAwsError, PortInUse, free_port, is_taken, leave_orderly
from local.simulators.websms.faults import Fault
from local.simulators.websms.inbound import InboundOrder, RawWebhook
from local.simulators.websms.records import Arrival, Attempt, Webhook

_ROOT = Path(__file__).resolve().parent.parent
_READY_SECONDS = 20
_STOP_SECONDS = 5
_LATE = 408


class ProviderError(LocalAwsError):
    """A simulator cannot do what was asked; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the simulator has seen of what a wait was about; `accepted` are the messages it took."""

    messages: int
    accepted: int
    webhooks: int
    acknowledged: int
    idle: bool


class WebsmsControl:
    """The API behind the simulator's back. Filters are its `control.py`'s: recipient, operation …"""

    def __init__(self, url: str, certificate: Path | None = None) -> None:
        verify: Any = str(certificate) if certificate else False
        self._http = httpx.Client(base_url=f"{url}/_control/", trust_env=False, timeout=10, verify=verify)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def messages(self, **filters: str) -> list[Arrival]:
        """What arrived, taken or not, oldest first."""
        return [Arrival(**each) for each in self._call("GET", "messages", params=filters)["messages"]]

    def sent(self, **filters: str) -> Mapping[str, int]:
        """How often each clientMessageId was taken: 1 is "sent once"."""
        counted: Mapping[str, int] = self._call("GET", "messages", params=filters)["sent"]
        return counted

    def webhooks(self, **filters: str) -> list[Webhook]:
        """What was posted to Herald, with every attempt, oldest first."""
        return [_webhook(each) for each in self._call("GET", "webhooks", params=filters)["webhooks"]]

    def wait(self, seconds: float = 20, **wanted: object) -> Counts:
        """
        Wait until counts (`messages`, `accepted`, `webhooks`, `acknowledged`) are reached, or nothing is under way
        (`idle=True`), under filters. Raises TimeoutError with what there was.
        """
        asked = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in wanted.items()}
        answer = self._http.get("wait", params={**asked, "timeout": str(seconds)}, timeout=seconds + 10)
        if answer.status_code == _LATE:
            raise TimeoutError(f"the simulator waited {seconds} s for {wanted} and saw {answer.text}")
        return Counts(**_good(answer).json())

    def inbound(self, order: InboundOrder) -> Mapping[str, Any]:
        """A handset writes; returns the body that is being posted."""
        document: Mapping[str, Any] = self._post("inbound", order)["document"]
        return document

    def post_webhook(self, webhook: RawWebhook) -> Mapping[str, Any]:
        """Post any webhook, sound or not; returns Herald's answer (`http_status`, `body`)."""
        answered: Mapping[str, Any] = self._post("webhooks", webhook)
        return answered

    def set_urls(self, **urls: object) -> None:
        """Where webhooks go: `status`, `inbound`, `sms_report`, `sms_inbound`, `applications`; others stay."""
        self._call("PUT", "webhook-urls", json=urls)

    def fault(self, fault: Fault) -> int:
        """Let something go wrong; returns the fault's number."""
        return int(self._post("faults", fault)["id"])

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self._call("DELETE", "faults")

    def change_settings(self, **settings: object) -> None:
        """Change settings (`simulators/websms/settings.py`) while it runs."""
        self._call("PATCH", "settings", json=settings)

    def expire_tokens(self) -> int:
        """Every token dies now; returns how many."""
        return int(self._call("POST", "expire-tokens")["expired"])

    def token_calls(self) -> int:
        """How often a token was asked for."""
        return int(self._call("GET", "token-calls")["total"])

    def uploads(self) -> int:
        """How many files were uploaded so far."""
        return int(self._call("GET", "media")["uploads"])

    def forget_media(self, media_id: str) -> None:
        """Lose a file, as a provider does after its retention."""
        self._call("DELETE", f"media/{media_id}")

    def reset(self, *, everything: bool = False) -> None:
        """Forget messages, webhooks and faults; with `everything` tokens, media and URLs too."""
        self._call("POST", "reset", json={"everything": everything})

    def _post(self, path: str, order: Fault | InboundOrder | RawWebhook) -> Any:
        return self._call("POST", path, json=order.model_dump(mode="json", exclude_unset=True))

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        answer = _good(self._http.request(method, path, **arguments))
        return answer.json() if answer.content else None


class Websms:
    """
    The simulator of both websms APIs, a process that is gone when the `with` block ends.

    `port` None takes any free one. With a `certificate` (PEM files of certificate and key) it speaks TLS only.
    """

    def __init__(
        self,
        port: int | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.port = free_port() if port is None else port
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self.control = WebsmsControl(self.url, certificate[0] if certificate else None)
        # The local AWS has few workers: more webhooks at a time would only be refused and tried again.
        self._settings = {"webhook_concurrency": "3", **(settings or {})}
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def token_url(self) -> str:
        """Where tokens are had."""
        return f"{self.url}/oauth/token"

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
                raise ProviderError(f"the simulator of websms did not start; it said:\n{self._said()}")
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
        command = [sys.executable, "-m", "local.simulators.websms", f"--port={self.port}"]
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


def _webhook(shown: Mapping[str, Any]) -> Webhook:
    """A record as the control API shows it; `document` is its body once more."""
    attempts = [Attempt(**each) for each in shown["attempts"]]
    return Webhook(**{name: value for name, value in shown.items() if name != "document"} | {"attempts": attempts})


def _good(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise ProviderError(f"the simulator of websms answered {answer.status_code}: {answer.text}")
    return answer
