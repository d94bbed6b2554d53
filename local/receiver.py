"""
A customer's server: it takes callbacks, believes those that are signed, and keeps them.

What a customer would write, with the library `standardwebhooks` and nothing of Herald.
"""

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True, slots=True)
class Answer:
    """What a POST is answered with."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


TAKEN = Answer(HTTPStatus.NO_CONTENT)


@dataclass(frozen=True, slots=True)
class Callback:
    """One POST: header names in lower case, the raw body, and what it was answered."""

    headers: Mapping[str, str]
    body: bytes
    status: int

    @property
    def id(self) -> str:
        """What tells a callback that comes again from a new one."""
        return self.headers.get("webhook-id", "")

    @property
    def event(self) -> dict[str, Any]:
        """The event in it."""
        found: dict[str, Any] = json.loads(self.body)
        return found


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether this secret signed it, no more than five minutes ago."""
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


class Receiver:
    """
    A server on a free port of the loopback, there while the `with` block lasts.

    What none of `secrets` signed is answered 401 and kept apart, in `refused`. The rest is answered 204, unless
    `next_answers` has something else for the next ones.
    """

    def __init__(self) -> None:
        self.secrets: list[str] = []
        self.taken: list[Callback] = []
        self.refused: list[Callback] = []
        self.next_answers: deque[Answer] = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/herald"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def events(self) -> list[dict[str, Any]]:
        """The events that were taken, each once however often it came, in the order of their first coming."""
        first = {callback.id: callback for callback in reversed(self.taken) if callback.status < HTTPStatus.BAD_REQUEST}
        return [callback.event for callback in reversed(first.values())]

    def about(self, identifier: str) -> list[dict[str, Any]]:
        """The events about a message, a request or an inbound message."""
        return [event for event in self.events() if event["data"].get("id") == identifier]

    def take(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """What a POST is answered."""
        if not any(is_signed(headers, body, secret) for secret in self.secrets):
            self.refused.append(Callback(headers, body, HTTPStatus.UNAUTHORIZED))
            return Answer(HTTPStatus.UNAUTHORIZED)
        answer = self.next_answers.popleft() if self.next_answers else TAKEN
        self.taken.append(Callback(headers, body, answer.status))
        return answer


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    """Lets the receiver answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            answer = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Says nothing: what came is kept."""

    return Handler
