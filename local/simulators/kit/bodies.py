"""
Bodies, read and written.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

JSON_TYPE = "application/json"


class Malformed:
    """Stands for a body that is not JSON; absent bodies are None, like `null`."""


async def read_body(request: Request, limit: int) -> bytes:
    """The body, or one byte more than the limit where it is longer."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > limit:
            return bytes(chunks[: limit + 1])
    return bytes(chunks)


def parse_json(body: bytes) -> Any:
    """The document, None for an empty body, or `Malformed`."""
    try:
        return json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        return Malformed()


def parse_form(body: bytes, charset: str = "") -> dict[str, str]:
    """
    URL-encoded pairs in the declared charset, else in UTF-8 if they are, else in Latin-1.
    """
    for encoding in ([charset] if charset else []) + ["utf-8"]:
        try:
            return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding=encoding, errors="strict"))
        except (ValueError, LookupError):
            continue
    return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1"))


def encode(document: object) -> bytes:
    """JSON in UTF-8; a lone surrogate, which UTF-8 cannot carry, stays escaped."""
    try:
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(document, separators=(",", ":")).encode()


def json_answer(
    document: object, status: int = 200, headers: Mapping[str, str] | None = None, content_type: str = JSON_TYPE
) -> Response:
    return Response(encode(document), status, {**(headers or {}), "Content-Type": content_type})
