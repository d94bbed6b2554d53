"""
The control API of a simulator, typed: how tests and tours speak to it from behind.

What arrives and what is sent is described by the kit's records (`simulators/kit/records.py`), faults and orders by
the models of kit and simulator. Filters are those of `simulators/kit/control.py`: recipient, reference, operation …
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import httpx
from pydantic import BaseModel

from local.aws import LocalAwsError
from local.simulators.kit import Arrival, Attempt, Fault, RawWebhook, Result, Webhook

_LATE = 408


class ProviderError(LocalAwsError):
    """A simulator cannot do what was asked; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Counts:
    """
    What the simulator has seen of what a wait was about.

    `messages` were to be sent, `accepted` of them taken; `calls` are all other requests.
    """

    messages: int
    accepted: int
    calls: int
    webhooks: int
    acknowledged: int
    idle: bool


class Control[Order: BaseModel]:
    """The API behind a simulator's back; `Order` is what its handsets can be told to write."""

    name: ClassVar[str]
    """The simulator's, for errors."""
    words: ClassVar[Mapping[str, str]] = {}
    """The provider's own names for filters."""

    def __init__(self, url: str, certificate: Path | None = None) -> None:
        verify: Any = str(certificate) if certificate else False
        self._http = httpx.Client(base_url=f"{url}/_control/", trust_env=False, timeout=10, verify=verify)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def messages(self, **filters: str) -> Sequence[Arrival]:
        """What arrived, taken or not, oldest first."""
        return [_arrival(each) for each in self._asked("messages", filters)["messages"]]

    def calls(self, **filters: str) -> Sequence[Arrival]:
        """All other requests, oldest first: tokens, uploads, lists that were polled."""
        return [_arrival(each) for each in self._asked("calls", filters)["calls"]]

    def sent(self, **filters: str) -> Mapping[str, int]:
        """How often each of our references was taken: 1 is "sent once"."""
        counted: Mapping[str, int] = self._asked("messages", filters)["sent"]
        return counted

    def handsets(self, **filters: str) -> tuple[Mapping[str, int], int]:
        """How often each recipient (written plainly) got a message, and in how many calls they were asked for."""
        told = self._asked("handsets", filters)
        return told["handsets"], int(told["calls"])

    def webhooks(self, **filters: str) -> list[Webhook]:
        """What was posted to Herald, with every attempt, oldest first."""
        return [_webhook(each) for each in self._asked("webhooks", filters)["webhooks"]]

    def wait(self, seconds: float = 20, **wanted: object) -> Counts:
        """
        Wait until counts (`messages`, `accepted`, `calls`, `webhooks`, `acknowledged`) are reached, or nothing is under
        way (`idle=True`), under filters. Raises TimeoutError with what there was.
        """
        asked = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in wanted.items()}
        params = {**self._filters(asked), "timeout": str(seconds)}
        answer = self._http.get("wait", params=params, timeout=seconds + 10)
        if answer.status_code == _LATE:
            raise TimeoutError(f"the simulator waited {seconds} s for {wanted} and saw {answer.text}")
        return Counts(**self._good(answer).json())

    def inbound(self, order: Order) -> Mapping[str, Any]:
        """A handset writes; returns what the simulator says of it."""
        told: Mapping[str, Any] = self._post("inbound", order)
        return told

    def post_webhook(self, webhook: RawWebhook) -> Mapping[str, Any]:
        """Post any webhook, sound or not; returns Herald's answer (`http_status`, `body`)."""
        answered: Mapping[str, Any] = self._post("webhooks", webhook)
        return answered

    def set_urls(self, **urls: object) -> None:
        """Where webhooks go, by the names of the simulator's `WebhookUrls`; those not named stay."""
        self._call("PUT", "webhook-urls", json=urls)

    def fault(self, fault: Fault) -> int:
        """Let something go wrong; returns the fault's number."""
        return int(self._post("faults", fault)["id"])

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self._call("DELETE", "faults")

    def change_settings(self, **settings: object) -> None:
        """Change settings while it runs."""
        self._call("PATCH", "settings", json=settings)

    @contextmanager
    def changed(self, **settings: object) -> Iterator[None]:
        """Other settings while the block lasts."""
        before = self._call("GET", "settings")
        self.change_settings(**settings)
        try:
            yield
        finally:
            self.change_settings(**{name: before[name] for name in settings})

    def expire_tokens(self) -> int:
        """Every token dies now; returns how many."""
        return int(self._call("POST", "expire-tokens")["expired"])

    def token_calls(self) -> int:
        """How often a token was asked for."""
        return int(self._call("GET", "token-calls")["total"])

    def reset(self, *, everything: bool = False) -> None:
        """Forget messages, calls, webhooks and faults; with `everything` tokens, URLs and what was uploaded too."""
        self._call("POST", "reset", json={"everything": everything})

    def _filters(self, named: Mapping[str, str]) -> dict[str, str]:
        return {self.words.get(name, name): value for name, value in named.items()}

    def _asked(self, path: str, filters: Mapping[str, str]) -> Any:
        return self._call("GET", path, params=self._filters(filters))

    def _post(self, path: str, order: BaseModel) -> Any:
        return self._call("POST", path, json=order.model_dump(mode="json", exclude_unset=True))

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        answer = self._good(self._http.request(method, path, **arguments))
        return answer.json() if answer.content else None

    def _good(self, answer: httpx.Response) -> httpx.Response:
        if not answer.is_success:
            raise ProviderError(f"the simulator of {self.name} answered {answer.status_code}: {answer.text}")
        return answer


def _arrival(shown: Mapping[str, Any]) -> Arrival:
    return Arrival(**{**shown, "results": [Result(**each) for each in shown["results"]]})


def _webhook(shown: Mapping[str, Any]) -> Webhook:
    """A record as the control API shows it; `document` is its body once more."""
    attempts = [Attempt(**each) for each in shown["attempts"]]
    return Webhook(**{name: value for name, value in shown.items() if name != "document"} | {"attempts": attempts})
