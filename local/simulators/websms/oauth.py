"""
`POST /oauth/token`, client credentials (documented; errors from RFC 6749 5.2).

Scopes must be asked for: without any the request fails, as RFC 6749 3.3 allows. There is no refresh token.
"""

from starlette.responses import Response

from local.simulators.kit import encode
from local.simulators.websms.calls import Call
from local.simulators.websms.guards import SCOPES, basic_credentials, matches, unquoted
from local.simulators.websms.identifiers import access_token

_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}
_KNOWN_SCOPES = frozenset(SCOPES.values())


def _error(error: str, status: int = 400) -> Response:
    challenge = {"WWW-Authenticate": 'Basic realm="websms"'} if status == 401 else {}  # noqa: PLR2004
    return Response(encode({"error": error}), status, {**_HEADERS, **challenge})


def _client(call: Call) -> str | None:
    """Basic as documented; credentials in the form only where the simulator is lenient."""
    settings = call.state.settings
    credentials = basic_credentials(call.request.headers.get("authorization", ""))
    if credentials is None and not settings.strict:
        credentials = (call.document.get("client_id", ""), call.document.get("client_secret", ""))
    for offered in (credentials, unquoted(credentials)):
        if offered and matches(settings.clients, offered):
            return offered[0]
    return None


async def token(call: Call) -> Response:
    """Issue an access token for exactly the scopes asked for; every call is counted, refused ones under `?`."""
    client = _client(call)
    call.state.token_calls[client or "?"] += 1
    call.state.changed()
    if client is None:
        return _error("invalid_client", 401)
    content_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded" or "grant_type" not in call.document:
        return _error("invalid_request")
    if call.document["grant_type"] != "client_credentials":
        return _error("unsupported_grant_type")
    scopes = frozenset(call.document.get("scope", "").split())
    if not scopes or not scopes <= _KNOWN_SCOPES:
        return _error("invalid_scope")
    seconds = call.state.settings.token_seconds
    value = access_token(client)
    call.state.tokens.issue(value, client, seconds, scopes)
    document = {"access_token": value, "token_type": "bearer", "expires_in": int(seconds)}
    return Response(encode(document), 200, _HEADERS)
