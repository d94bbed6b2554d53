"""
websms with all that is asked of it: sends, tokens, uploads, downloads, capabilities; and any address on the internet.
"""

from typing import Any

import httpcore
import httpx

from tests.carrier import Carrier, Step
from tests.world import World

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
CAPABILITIES = {"statusCode": 2000, "capabilities": ["chat", "fileTransfer"]}


def picture(number: int) -> bytes:
    """The n-th picture, unlike any other."""
    return PNG + str(number).encode()


class Vendor(Carrier):
    """`tokens_next` and `uploads_next` are what the next of those calls come to."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens_next: list[Step] = []
        self.uploads_next: list[Step] = []
        self.uploads = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            if "apabilit" in request.url.path:
                return httpx.Response(200, json=CAPABILITIES)
            return httpx.Response(200, content=PNG + request.url.path.encode(), headers={"content-type": "image/png"})
        if request.url.path == "/oauth/token" and self.tokens_next:
            return _step(self.tokens_next.pop(0), request)
        if request.headers.get("content-type") == "image/png":
            return _step(self.uploads_next.pop(0) if self.uploads_next else self._take_upload, request)
        return super().__call__(request)

    def _take_upload(self, _: httpx.Request) -> httpx.Response:
        self.uploads += 1
        return httpx.Response(200, json={"statusCode": 2000, "mediaId": f"m-{self.uploads}"})


def _step(step: Step, request: httpx.Request) -> httpx.Response:
    if isinstance(step, Exception):
        raise step
    return step if isinstance(step, httpx.Response) else step(request)


class Internet(httpcore.NetworkBackend):
    """Whatever an address leads to is answered by the world's provider."""

    def __init__(self, world: World) -> None:
        self._world = world

    def connect_tcp(self, host: str, port: int, *_: Any) -> httpcore.NetworkStream:
        return _Line(self._world, f"https://{host}:{port}")


class _Line(httpcore.NetworkStream):
    def __init__(self, world: World, origin: str) -> None:
        self._world = world
        self._origin = origin
        self._sent = b""
        self._answer: bytes | None = None

    def write(self, buffer: bytes, _: float | None = None) -> None:
        self._sent += buffer

    def read(self, max_bytes: int, _: float | None = None) -> bytes:
        if self._answer is None:
            self._answer = self._ask()
        part, self._answer = self._answer[:max_bytes], self._answer[max_bytes:]
        return part

    def _ask(self) -> bytes:
        head, _, body = self._sent.partition(b"\r\n\r\n")
        method, target, _ = head.decode().partition("\r\n")[0].split(" ")
        try:
            answer = self._world.provider(httpx.Request(method, f"{self._origin}{target}", content=body))
        except httpx.ConnectError as error:
            raise httpcore.ConnectError from error
        except httpx.ReadTimeout as error:
            raise httpcore.ReadTimeout from error
        fields = {"content-length": str(len(answer.content)), "connection": "close"} | dict(answer.headers)
        lines = [f"HTTP/1.1 {answer.status_code} ?", *(f"{name}: {value}" for name, value in fields.items())]
        return "\r\n".join([*lines, "", ""]).encode() + answer.content

    def close(self) -> None:
        """Nothing was open."""

    def start_tls(self, *_: Any) -> "_Line":
        return self

    def get_extra_info(self, _: str) -> None:
        """There is none."""
