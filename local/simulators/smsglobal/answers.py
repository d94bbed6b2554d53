"""
Error bodies, in the shapes of SMSGlobal's REST API v2 (docs/providers.md): `errors` by field, one `error`, a `message`
with or without its `code`, and plain text where authentication failed. None is documented for WhatsApp.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.responses import PlainTextResponse, Response

from local.simulators.kit import json_answer

_UNAUTHORIZED = "Unknown Authentication Error"
_AUTHENTICATION = frozenset({401, 403})


def errors_answer(errors: Mapping[str, Sequence[str]]) -> Response:
    """400 with what is wrong, field by field."""
    return json_answer({"errors": {field: {"errors": texts} for field, texts in errors.items()}}, 400)


def error_answer(text: str) -> Response:
    """400 with one complaint about the whole."""
    return json_answer({"error": text}, 400)


def unauthorized_answer(status: int) -> Response:
    """403 in plain text as v2 answers, 401 in JSON as v1 did."""
    if status == HTTPStatus.FORBIDDEN:
        return PlainTextResponse(_UNAUTHORIZED, status)
    return json_answer({"error": _UNAUTHORIZED}, status, {"WWW-Authenticate": "MAC"})


def message_answer(status: int, *, code: bool, headers: Mapping[str, str] | None = None) -> Response:
    """An HTTP error by its own phrase, `{"message": "Not Found"}`; `code` adds the status to the body."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    return json_answer({"message": phrase} | ({"code": status} if code else {}), status, headers)


def status_answer(status: int, *, code: bool, field: str = "") -> Response:
    """The body that goes with an HTTP error which the request itself did not earn."""
    if status in _AUTHENTICATION:
        return unauthorized_answer(status)
    if status == HTTPStatus.BAD_REQUEST:
        return errors_answer({field: ["is not valid"]}) if field else error_answer("Bad Request")
    return message_answer(status, code=code)
