"""
The simulator as its client sees it, signing for itself so that two readings of the scheme meet.
"""

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from tests.simulators.driver import Driver

OUTGOING = "/v2/whatsapp/message"
INCOMING = "/v2/whatsapp/incoming"
CAPABILITY = "/v2/whatsapp/capability"
OPT_IN = "/v2/whatsapp/opt-in"
TEXT = {"type": "text", "text": "Hello World"}
NUMBER = "61491570156"

_nonces = (f"{secrets.token_hex(8)}-{count}" for count in itertools.count())


@dataclass
class Signer:
    """What goes into the MAC; None is what an honest client would take."""

    key: str = "sim-key"
    secret: str = "sim-secret"
    ts: str | None = None
    nonce: str | None = None
    method: str | None = None
    uri: str | None = None
    host: str | None = None
    port: int | None = None

    def header(self, method: str, url: str) -> str:
        parts = urlsplit(url)
        ts = str(int(time.time())) if self.ts is None else self.ts
        nonce = next(_nonces) if self.nonce is None else self.nonce
        lines = [
            ts,
            nonce,
            self.method or method,
            self.uri or url.removeprefix(f"{parts.scheme}://{parts.netloc}"),
            self.host or str(parts.hostname),
            str(self.port or parts.port),
            "",
            "",
        ]
        digest = hmac.digest(self.secret.encode(), "\n".join(lines).encode(), hashlib.sha256)
        return f'MAC id="{self.key}", ts="{ts}", nonce="{nonce}", mac="{base64.b64encode(digest).decode()}"'


class Simulator(Driver):
    """The API, and the control API behind it."""

    def call(  # noqa: PLR0913
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        signer: Signer | None = None,
    ) -> httpx.Response:
        target = path + (f"?{urlencode(query)}" if query else "")
        signed = {"Authorization": (signer or Signer()).header(method, self.url + target), "Accept": "application/json"}
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        typed = {"Content-Type": "application/json"} if method == "POST" else {}
        return self.http.request(method, target, content=content, headers=signed | typed | (headers or {}))

    def send(self, message: Any = None, to: Any = NUMBER, *, encode: bool = True) -> httpx.Response:
        """One message, to one number or an array of whatever; encoded, the message is JSON in a string."""
        held = TEXT if message is None else message
        numbers = to if isinstance(to, list) else [to]
        return self.call("POST", OUTGOING, {"to": numbers, "message": json.dumps(held) if encode else held})

    def list(self, path: str = OUTGOING, **query: Any) -> list[dict[str, Any]]:
        answer = self.call("GET", path, query=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def get(self, message_id: int, path: str = OUTGOING) -> dict[str, Any]:
        return dict(self.call("GET", f"{path}/{message_id}").json())

    def change(self, **settings: Any) -> None:
        self.control("PATCH", "settings", settings)

    def inbound(self, **order: Any) -> dict[str, Any]:
        """A handset writes; the message as the list shows it."""
        return dict(self.control("POST", "inbound", order)["messages"][0])
