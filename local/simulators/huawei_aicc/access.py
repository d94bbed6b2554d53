"""
tokenByAkSk, and what a send has to show: the bearer and `x-app-key`.

`POST /apigovernance/api/oauth/tokenByAkSk` is documented down to its answer, all of whose values are texts, numbers
too. What it says to wrong credentials is not, nor how the gateway checks `x-app-key`: a foreign one is 401 here.
"""

import re
import secrets
import time
from http import HTTPStatus

from starlette.responses import Response

from local.simulators.huawei_aicc.answers import error_answer, token_error
from local.simulators.huawei_aicc.state import Call
from local.simulators.kit import Denied, json_answer

_INTEGER = re.compile(r"[0-9]{1,9}")
_VALUE_BYTES = 16


def _denied(status: int, sentence: str) -> Denied:
    return Denied(token_error(status, sentence))


def _credentials(call: Call) -> str:
    """The app_key of sound credentials; every call is counted, a refused one under `?`."""
    document = call.document if isinstance(call.document, dict) else {}
    key, secret = document.get("app_key"), document.get("app_secret")
    known = isinstance(key, str) and isinstance(secret, str) and call.state.settings.apps.get(key) == secret
    call.state.token_calls[str(key) if known else "?"] += 1
    call.state.changed()
    if not key or not secret:
        raise _denied(HTTPStatus.BAD_REQUEST, "app_key and app_secret are required")
    if not known:
        raise _denied(HTTPStatus.UNAUTHORIZED, "app_key or app_secret is wrong")
    return str(key)


def _life(call: Call) -> int:
    """The seconds asked for with `X-Token-Expire`, at most 3600 as documented."""
    settings, asked = call.state.settings, call.request.headers.get("x-token-expire")
    if asked is None:
        return settings.token_seconds
    if _INTEGER.fullmatch(asked):
        seconds = min(max(int(asked), 1), settings.token_seconds_max)
        if seconds == int(asked) or settings.clamp_token_seconds:
            return seconds
    raise _denied(HTTPStatus.BAD_REQUEST, f"X-Token-Expire must be an integer from 1 to {settings.token_seconds_max}")


async def token(call: Call) -> Response:
    """Issue a token; an older one lives on."""
    if call.state.settings.strict and "json" not in call.request.headers.get("content-type", ""):
        raise _denied(HTTPStatus.BAD_REQUEST, "Content-Type must be application/json")
    key, seconds = _credentials(call), _life(call)
    value = secrets.token_hex(_VALUE_BYTES)
    call.state.tokens.issue(value, key, seconds)
    call.accepted = True
    document = {
        "AccessToken": value,
        "ApplyType": "Bearer",
        "CreateTime": str(int(time.time())),
        "Expires": str(seconds),
        "Scope": secrets.token_hex(_VALUE_BYTES),
        "AppKey": key,
        "UserID": "Anonymous",
    }
    return json_answer(document)


def unauthorized(call: Call) -> Response:
    """401 as a send answers it."""
    return error_answer(call.state.settings.error_body, HTTPStatus.UNAUTHORIZED)


def require_token(call: Call) -> None:
    """A live token of an app, and that app's `x-app-key`; else 401."""
    headers, settings = call.request.headers, call.state.settings
    scheme, _, value = headers.get("authorization", "").partition(" ")
    found = call.state.tokens.find(value if settings.strict else value.strip())
    named = scheme == "Bearer" or (scheme.lower() == "bearer" and not settings.strict)
    if not found or not named:
        raise Denied(unauthorized(call))
    if headers.get("x-app-key") != settings.x_app_keys.get(found.client, found.client):
        raise Denied(unauthorized(call))
