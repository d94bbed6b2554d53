"""
Who may call: bearer tokens with scopes for the Messaging API; Basic, bearer or `access_token` for the SMS API.

The documents name RFC 6749 and 6750 and print no error, so the RFCs' own are answered.
"""

import base64
import binascii
from urllib.parse import unquote_plus

from starlette.responses import Response

from local.simulators.kit import Denied
from local.simulators.websms.answers import json_answer, sms_document
from local.simulators.websms.calls import Call
from local.simulators.websms.statuses import Operation, Refused

# websms Messaging API 1.0.0, "Authorizations" of each operation
SCOPES = {
    Operation.WHATSAPP_TEXT: "messaging:whatsapp",
    Operation.WHATSAPP_MEDIA: "messaging:whatsapp",
    Operation.WHATSAPP_TEMPLATE: "messaging:whatsapp",
    Operation.RCS_SEND: "messaging:rcs",
    Operation.RCS_CAPABILITIES: "messaging:rcs",
    Operation.MEDIA_UPLOAD: "media:create",
    Operation.MEDIA_DOWNLOAD: "media:read",
}


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Name and password of a Basic header, or None where it is none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None


def matches(known: dict[str, str], credentials: tuple[str, str] | None) -> bool:
    return credentials is not None and known.get(credentials[0]) == credentials[1]


def unquoted(credentials: tuple[str, str] | None) -> tuple[str, str] | None:
    """RFC 6749 2.3.1 has clients form-encode both before base64; the documents do not, so either is taken."""
    return (unquote_plus(credentials[0]), unquote_plus(credentials[1])) if credentials else None


def bearer(header: str) -> str:
    scheme, _, value = header.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def dead_token(operation: Operation) -> Response:
    """401 as the operation's API answers it (RFC 6750 3.1)."""
    if operation.startswith("sms.") or operation is Operation.TOKEN:
        return json_answer(sms_document(4001), 401, {"WWW-Authenticate": 'Basic realm="websms"'})
    document = {"error": "invalid_token", "error_description": "The access token is invalid or has expired"}
    return json_answer(document, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})


def require_scope(call: Call) -> str:
    """The OAuth client behind the call; 401 without a live token, 403 without the operation's scope."""
    header = call.request.headers.get("authorization", "")
    if not header:
        raise Denied(json_answer({"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}))
    token = call.state.tokens.find(bearer(header))
    if token is None:
        raise Denied(dead_token(call.operation))
    scope = SCOPES[call.operation]
    if scope not in token.scopes:
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        document = {"error": "insufficient_scope", "scope": scope}
        raise Denied(json_answer(document, 403, {"WWW-Authenticate": challenge}))
    return token.client


def require_account(call: Call) -> None:
    """
    SMS: bad or missing credentials are HTTP 401, the API's only status beside 200; an inactive account is 4001.
    """
    settings = call.state.settings
    header = call.request.headers.get("authorization", "")
    form = call.document if call.operation is Operation.SMS_SIMPLE else {}
    token = bearer(header) or call.request.query_params.get("access_token") or form.get("access_token", "")
    if token in settings.sms_tokens:
        return
    credentials = basic_credentials(header)
    if credentials is None or not matches(settings.sms_users, credentials):
        raise Denied(dead_token(call.operation))
    if credentials[0] in settings.inactive_sms_users:
        raise Refused(4001)
