"""
What the simulator's tests drive it with: a server in a thread, a client, and a webhook receiver that answers as told.
"""

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import uvicorn

from local.simulators.websms import Settings, create_app

APPLICATION = "97ab27fa-30e2-43e3-92a3-160e80f4c0d5"
RECIPIENT = "+4366012345678"
ALL_SCOPES = "messaging:whatsapp messaging:rcs media:create media:read"
ACKNOWLEDGEMENT = (200, "application/json;charset=UTF-8", b'{"statusCode":2000,"statusMessage":"Request processed"}')
QUICK = Settings(step_seconds=0.001, retry_seconds=0.01, retry_factor=1.0)


class Simulator:
    """The simulator as a client sees it, and its control API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def token(self, scope: str = ALL_SCOPES) -> str:
        answer = self.ask_token({"grant_type": "client_credentials", "scope": scope})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def ask_token(
        self, form: dict[str, str], auth: tuple[str, str] | None = ("sim-client", "sim-secret")
    ) -> httpx.Response:
        return self.http.post("/oauth/token", data=form, auth=auth or httpx.USE_CLIENT_DEFAULT)

    def messaging(self, path: str, body: Any, token: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return self.http.post(path, json=body, headers=headers)

    def text(self, recipient: str = RECIPIENT, token: str | None = None, **members: Any) -> httpx.Response:
        body = {"applicationId": APPLICATION, "recipient": recipient, "content": "Hello World"} | members
        return self.messaging("/messaging/whatsapp/send_text", body, token)

    def media(self, media_id: Any, recipient: str = RECIPIENT, **members: Any) -> httpx.Response:
        body = {"applicationId": APPLICATION, "recipient": recipient, "mediaId": media_id} | members
        return self.messaging("/messaging/whatsapp/send_media", body)

    def template(self, recipient: str = RECIPIENT, **members: Any) -> httpx.Response:
        body = {"applicationId": APPLICATION, "recipient": recipient, "templateName": "t", "templateLocale": "en"}
        return self.messaging("/messaging/whatsapp/send_template", body | members)

    def rcs(self, message: Any, contact: Any = None, application: str = APPLICATION) -> httpx.Response:
        body = {"RCSMessage": message, "messageContact": contact or {"userContact": RECIPIENT}}
        return self.messaging(f"/messaging/rcs/{application}/messages", body)

    def capabilities(self, contact: str) -> httpx.Response:
        path = f"/messaging/rcs/{APPLICATION}/contactCapabilities"
        headers = {"Authorization": f"Bearer {self.token()}"}
        return self.http.get(path, params={"userContact": contact}, headers=headers)

    def upload(self, content: bytes, content_type: str = "image/png", token: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token()}", "Content-Type": content_type}
        return self.http.post("/messaging/media", content=content, headers=headers)

    def download(self, media_id: str, token: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return self.http.get(f"/messaging/media/{media_id}", headers=headers)

    def sms(self, kind: str = "text", path: str = "/rest/smsmessaging/", **members: Any) -> httpx.Response:
        body: dict[str, Any] = {"recipientAddressList": ["4366012345678"], "messageContent": "hi"} | members
        return self.http.post(path + kind, json=body, auth=("sim-user", "sim-password"))

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.http.request(method, f"/_control/{path}", json=body, params=query)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def fault(self, kind: str, **members: Any) -> None:
        self.control("POST", "faults", {"kind": kind} | members)

    def messages(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.control("GET", "messages", **query)["messages"])

    def webhooks(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.control("GET", "webhooks", **query)["webhooks"])

    def settle(self, **query: Any) -> None:
        """Wait until nothing is under way."""
        self.control("GET", "wait", idle=1, **query)


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True
    receiver: "Receiver"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        status, content_type, body = self.receiver.take(self.path, dict(self.headers), self.rfile.read(length))
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Receiver:
    """Takes webhooks; answers what `script` holds, then acknowledges; `meanwhile` runs before each answer."""

    def __init__(self) -> None:
        self.script: deque[tuple[int, str, bytes]] = deque()
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.url = ""
        self.meanwhile: Callable[[], None] = lambda: None

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        self.received.append((path, headers, body))
        self.meanwhile()
        return self.script.popleft() if self.script else ACKNOWLEDGEMENT

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.received]

    def words(self) -> list[str]:
        return [one.get("messageStatus") or one["deliveryReportMessageStatus"] for one in self.documents()]


@contextmanager
def running(settings: Settings, certificate: str | None = None, key: str | None = None) -> Iterator[Simulator]:
    """The simulator under uvicorn on a free port of the loopback."""
    # Without the explicit protocol asyncio leaves Nagle on, and every answer takes 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        config = uvicorn.Config(
            create_app(settings),
            log_level="error",
            ssl_certfile=certificate,
            ssl_keyfile=key,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        simulator = Simulator(f"{'https' if key else 'http'}://127.0.0.1:{listener.getsockname()[1]}")
        try:
            yield simulator
        finally:
            simulator.http.close()
            server.should_exit = True
            thread.join(10)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join(10)
