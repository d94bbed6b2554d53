"""
websms with all that is asked of it: sends, tokens, uploads, downloads, capabilities.
"""

import httpx

from tests.carrier import Carrier, Step

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
