"""
Answers other than 200, none of whose bodies Huawei documents.

`Settings.error_body` picks among the shapes seen nearby: Infobip's `requestError` (the default, as the body of the
request is Infobip's), nothing, a gateway's page, and the three pairs of code and sentence of other Huawei interfaces.
"""

from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response

from local.simulators.huawei_aicc.settings import ErrorBody
from local.simulators.kit import json_answer

_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr></body></html>"

# Infobip OpenAPI, ApiException400 to ApiException500; what it does not name is built alike
_INFOBIP = {
    400: ("BAD_REQUEST", "Bad request"),
    401: ("UNAUTHORIZED", "Unauthorized"),
    403: ("FORBIDDEN", "Forbidden"),
    404: ("NOT_FOUND", "Not found"),
    405: ("METHOD_NOT_ALLOWED", "Method not allowed"),
    429: ("TOO_MANY_REQUESTS", "Too many requests"),
    500: ("GENERAL_ERROR", "Something went wrong. Please contact support."),
}


def page(status: int) -> Response:
    """A gateway's page, such as nginx has."""
    title = f"{status} {HTTPStatus(status).phrase}" if status in HTTPStatus else str(status)
    return Response(_PAGE.format(title), status, {"Content-Type": "text/html"})


def _infobip(status: int, member: str, reason: str) -> Response:
    name, text = _INFOBIP.get(status, _INFOBIP[500])
    exception: dict[str, object] = {"messageId": name, "text": text}
    if status == HTTPStatus.BAD_REQUEST and reason:
        exception["validationErrors"] = {member or "request": [reason]}
    return json_answer({"requestError": {"serviceException": exception}}, status)


def _pair(code: str, sentence: str, value: str = "") -> Callable[[int, str, str], Response]:
    """`{code, sentence}`; the code is the HTTP status unless a value is given."""

    def answer(status: int, member: str, reason: str) -> Response:
        text = f"{member} {reason}".strip() or _INFOBIP.get(status, _INFOBIP[500])[1]
        return json_answer({code: value or str(status), sentence: text}, status)

    return answer


_STYLES: dict[ErrorBody, Callable[[int, str, str], Response]] = {
    "infobip": _infobip,
    "empty": lambda status, _, __: Response(b"", status),
    "html": lambda status, _, __: page(status),
    "result_code": _pair("resultCode", "resultDesc", "1"),
    "return_code": _pair("returnCode", "returnMsg"),
    "error_code": _pair("error_code", "error_msg"),
}


def error_answer(style: ErrorBody, status: int, member: str = "", reason: str = "") -> Response:
    """The answer to a call that is refused as a whole; the member and the reason show where the style has room."""
    return _STYLES[style](status, member, reason)


def token_error(status: int, sentence: str) -> Response:
    """Invented: no document says what a failed tokenByAkSk looks like."""
    return json_answer({"errorCode": str(status), "errorMsg": sentence}, status)
