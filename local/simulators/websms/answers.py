"""
Answers to the byte: content types as the documents print them.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from local.simulators import kit
from local.simulators.websms.settings import Settings
from local.simulators.websms.statuses import MESSAGING, SENTENCES, SMS, Operation, Refused

JSON_TYPE = "application/json;charset=UTF-8"


def json_answer(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return kit.json_answer(document, status, headers, JSON_TYPE)


def messaging_error(settings: Settings, operation: Operation, refused: Refused) -> Response:
    """The ErrorResponse `{statusCode, statusMessage}` under the code's HTTP status."""
    row = MESSAGING.get(refused.code)
    message = refused.message or SENTENCES.get((operation, refused.code)) or (row.message if row else "")
    status = settings.http_statuses.get(refused.code) or refused.http or (row.http if row else 400)
    return json_answer({"statusCode": refused.code, "statusMessage": message}, status)


def sms_document(
    code: int,
    message: str = "",
    *,
    client_message_id: str | None = None,
    transfer_id: str | None = None,
    count: int = 0,
) -> dict[str, Any]:
    """The MessageSendResponse; ids are null and the count 0 on every refusal (documented sample)."""
    return {
        "statusCode": code,
        "statusMessage": message or SMS[code].message,
        "clientMessageId": client_message_id,
        "transferId": transfer_id,
        "smsCount": count,
    }


def urlencoded_answer(document: Mapping[str, Any]) -> Response:
    """The same response as `key=value` text, null as an empty value: so two clients parse `/simple`."""
    flat = {key: "" if value is None else value for key, value in document.items()}
    return Response(urlencode(flat), 200, {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"})
