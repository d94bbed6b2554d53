"""
What drives the simulators in tests: a server in a thread, a client, and a webhook receiver that answers as told.
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
from starlette.types import ASGIApp

Answer = tuple[int, str, bytes]
"""HTTP status, content type and body."""
QUICK: dict[str, Any] = {"step_seconds": 0.001, "retry_seconds": 0.01, "retry_factor": 1.0}
"""Settings that every simulator has, for tests that wait for what comes after."""


class Driver:
    """A simulator as a client sees it, and its control API; tests of one provider derive it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.http.request(method, f"/_control/{path}", json=body, params=query)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def fault(self, kind: str, **members: Any) -> None:
        self.control("POST", "faults", {"kind": kind} | members)

    def messages(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.control("GET", "messages", **query)["messages"])

    def calls(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.control("GET", "calls", **query)["calls"])

    def sent(self, **query: Any) -> dict[str, int]:
        return dict(self.control("GET", "messages", **query)["sent"])

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

    def do_HEAD(self) -> None:
        self.receiver.probed.append(self.path)
        self.send_response(self.receiver.probe_status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Receiver:
    """Takes webhooks; answers what `script` holds, then acknowledges; `meanwhile` runs before each answer."""

    def __init__(self, acknowledgement: Answer) -> None:
        self.acknowledgement = acknowledgement
        self.script: deque[Answer] = deque()
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.probed: list[str] = []
        self.probe_status = 200
        self.url = ""
        self.meanwhile: Callable[[], None] = lambda: None

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self.received.append((path, headers, body))
        self.meanwhile()
        return self.script.popleft() if self.script else self.acknowledgement

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.received]


@contextmanager
def serving(app: ASGIApp, certificate: str | None = None, key: str | None = None) -> Iterator[str]:
    """An app under uvicorn on a free port of the loopback; its address."""
    # Without the explicit protocol asyncio leaves Nagle on, and every answer takes 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        config = uvicorn.Config(
            app,
            log_level="error",
            ssl_certfile=certificate,
            ssl_keyfile=key,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"{'https' if key else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def running[D: Driver](
    app: ASGIApp, driver: Callable[[str], D], certificate: str | None = None, key: str | None = None
) -> Iterator[D]:
    """A simulator's app with its driver before it: `running(create_app(settings), Driver)`."""
    with serving(app, certificate, key) as url:
        simulator = driver(url)
        try:
            yield simulator
        finally:
            simulator.http.close()


@contextmanager
def receiving[R: Receiver](make: Callable[[Answer], R], acknowledgement: Answer) -> Iterator[R]:
    """A webhook receiver on a free port of the loopback: `receiving(Receiver, (200, "text/plain", b"OK"))`."""
    receiver = make(acknowledgement)
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
