"""
Who may call: the service key in the header `key`, or a JWT (Webex Connect, "API Authentication").

Where both are sent the JWT counts and the key is ignored, even if the JWT is bad.
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
import time
from typing import Any

from starlette.requests import Request

from local.simulators.webex_connect.codes import Refused
from local.simulators.webex_connect.settings import Service, Settings


def _decoded(part: str) -> bytes:
    """Base64url, which has no padding here (RFC 7515); ValueError where it is none."""
    if "=" in part:
        raise ValueError("padded")
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _claims(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, claims, what is signed and the signature; ValueError where it is no JWT."""
    head, body, signature = token.split(".")
    header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ValueError("not objects")  # noqa: TRY004 - one kind of failure is enough
    return header, claims, f"{head}.{body}".encode(), _decoded(signature)


def _of_token(settings: Settings, token: str) -> Service:
    """HS256 over the base64-decoded secret of the service that `iss` names, `iat` within the hour; else 7001."""
    try:
        header, claims, signed, signature = _claims(token)
    except (ValueError, binascii.Error, RecursionError):
        raise Refused("7001") from None
    service = next((each for each in settings.services.values() if each.id == claims.get("iss")), None)
    issued = claims.get("iat")
    if header.get("alg") != "HS256" or service is None or type(issued) is not int:
        raise Refused("7001")
    expected = hmac.new(base64.b64decode(service.secret), signed, hashlib.sha256).digest()
    fresh = -settings.jwt_skew_seconds <= time.time() - issued < settings.jwt_seconds
    if not hmac.compare_digest(expected, signature) or not fresh:
        raise Refused("7001")
    return service


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _may_come_in(settings: Settings, request: Request) -> bool:
    if not settings.allowed_addresses:
        return True
    address = ipaddress.ip_address(request.client.host if request.client else "0.0.0.0")  # noqa: S104 - nobody's
    return any(address in ipaddress.ip_network(each, strict=False) for each in settings.allowed_addresses)


def identify(settings: Settings, request: Request) -> Service:
    """The calling service; 7002 without credentials, 7001 with bad ones."""
    key, token = request.headers.get("key", ""), _bearer(request)
    if not key and not token:
        raise Refused("7002")
    service = _of_token(settings, token) if token else settings.services.get(key)
    if service is None:
        raise Refused("7001")
    return service


def admit(settings: Settings, request: Request, service: Service) -> None:
    """7007 where the service is not live, 7010 from an address that is not allowed."""
    if not service.live:
        raise Refused("7007")
    if not _may_come_in(settings, request):
        raise Refused("7010")
