"""
Herald's API as a customer's program calls it; for tours and tests.
"""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

type Json = dict[str, Any]

_TOO_MANY = 429
_BUSY_SECONDS = 20


class Refused(Exception):
    """Herald said no; `problem` is its problem document, or whatever came instead."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}")
        self.status = answer.status_code
        is_json = answer.headers.get("content-type", "").endswith("json")
        self.problem: Json = answer.json() if is_json else {}


class Client:
    """One customer, known by a key. The local AWS answers 429 while all its workers are busy: then it asks again."""

    def __init__(self, api_url: str, key: str) -> None:
        self.api_url = api_url
        self._http = httpx.Client(trust_env=False, timeout=35, headers={"Authorization": f"Bearer {key}"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request, whatever it is answered."""
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            answer = self._http.request(method, f"{self.api_url}{path}", **arguments)
            if not _is_busy(answer) or time.monotonic() > deadline:
                return answer
            time.sleep(0.1)

    def get(self, path: str, **query: str) -> Json:
        """What a read answers. Raises Refused."""
        return _good(self.call("GET", path, params=query))

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Json:
        """What a POST of JSON, or of nothing, answers. Raises Refused."""
        return _good(self.call("POST", path) if body is None else self.call("POST", path, json=body))

    def patch(self, path: str, body: Mapping[str, object]) -> Json:
        """What a PATCH answers. Raises Refused."""
        return _good(self.call("PATCH", path, json=body))

    def delete(self, path: str) -> None:
        """Raises Refused."""
        answer = self.call("DELETE", path)
        if not answer.is_success:
            raise Refused(answer)

    def send(self, message: Mapping[str, object], key: str | None = None) -> Json:
        """`POST /v1/messages`, under an idempotency key if there is one. Raises Refused."""
        headers = {"Idempotency-Key": key} if key else {}
        return _good(self.call("POST", "/v1/messages", json=message, headers=headers))

    def message(self, identifier: str) -> Json:
        """One message, with its history."""
        return self.get(f"/v1/messages/{identifier}")

    def upload(self, content: bytes, content_type: str) -> Json:
        """`POST /v1/media`. Raises Refused."""
        return _good(self.call("POST", "/v1/media", content=content, headers={"Content-Type": content_type}))

    def download(self, media_id: str) -> bytes:
        """The bytes of a medium, from the short-lived address its description gives."""
        return (
            httpx.get(self.get(f"/v1/media/{media_id}")["url"], trust_env=False, timeout=35).raise_for_status().content
        )

    def message_when(self, identifier: str, *statuses: str, seconds: float = 30) -> Json:
        """One message once it has reached one of these statuses. Raises TimeoutError."""

        def reached() -> Json | None:
            message = self.message(identifier)
            return message if message["status"] in statuses else None

        return until(reached, seconds, lambda: f"{' or '.join(statuses)}; it is {self.message(identifier)}")


def until[T](look: Callable[[], T | None], seconds: float = 30, missing: Callable[[], str] | None = None) -> T:
    """What `look` finds once it finds something. Raises TimeoutError that says what is `missing`."""
    deadline = time.monotonic() + seconds
    pause = 0.02
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {missing() if missing else look}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
    return found


def _is_busy(answer: httpx.Response) -> bool:
    """Whether this is the local AWS's own 429, and no limit of Herald's, which is a problem document."""
    return answer.status_code == _TOO_MANY and "problem" not in answer.headers.get("content-type", "")


def _good(answer: httpx.Response) -> Json:
    if not answer.is_success:
        raise Refused(answer)
    body: Json = answer.json()
    return body
