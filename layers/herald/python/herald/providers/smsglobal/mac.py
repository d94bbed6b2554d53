"""
MAC authentication (SMSGlobal REST API v2, "Authentication"; draft-hammer-oauth-v2-mac-token names the scheme).

The body is not signed. What surprises: the request is named exactly as it is sent, its query included, the host
without the port, and the text ends in two line feeds, since its last part is never used.
"""

import base64
import hashlib
import hmac
from typing import NamedTuple
from urllib.parse import urlsplit

from herald.provider import Request, Stamp

_PORTS = {"https": 443, "http": 80}


class Target(NamedTuple):
    """What a URL contributes to the text that is signed; `uri` is path and query."""

    host: str
    port: int
    uri: str


def target(url: str) -> Target:
    """Raises ValueError for anything but an absolute http or https address."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("must be an absolute http or https address")
    uri = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Target(parts.hostname, parts.port or _PORTS[parts.scheme], uri)


def authorization(request: Request, stamp: Stamp, key: str, secret: str) -> str:
    """The Authorization header of this attempt. The provider takes a nonce once, of at most 32 characters."""
    host, port, uri = target(request.url)
    seconds = stamp.now // 1000
    parts = (seconds, stamp.nonce, request.method, uri, host, port, "")
    text = "".join(f"{part}\n" for part in parts)
    digest = hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
    return f'MAC id="{key}", ts="{seconds}", nonce="{stamp.nonce}", mac="{base64.b64encode(digest).decode()}"'
