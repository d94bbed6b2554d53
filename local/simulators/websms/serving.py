"""
The one path every API request takes: remember it, let a fault act, authenticate and answer.
"""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from local.simulators.websms.answers import (
    JSON_TYPE,
    json_answer,
    messaging_error,
    sms_document,
    urlencoded_answer,
)
from local.simulators.websms.calls import (
    JSON_MAX_BYTES,
    Call,
    Denied,
    Handler,
    Service,
    arrival_of,
    parse_form,
    parse_json,
    read_body,
    sniff,
)
from local.simulators.websms.faults import ANSWER_KINDS, Fault, FaultKind
from local.simulators.websms.guards import dead_token
from local.simulators.websms.identifiers import timestamp
from local.simulators.websms.records import Arrival
from local.simulators.websms.statuses import SENDS, Operation, Refused
from local.simulators.websms.wire import Hang, Reset

_BINARY = frozenset({Operation.MEDIA_UPLOAD, Operation.MEDIA_DOWNLOAD})
_FORMS = frozenset({Operation.TOKEN, Operation.SMS_SIMPLE})
_EARLY_PATIENCE_SECONDS = 30
# Which documented statusCode an injected HTTP error carries; a proxy's 502 or 504 carries HTML instead.
_CODE_OF_STATUS = {429: 4023, 500: 5000, 503: 5003}
_GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_GARBAGE = b'\x00\xff\xfe{"statusCode": twothousand'


async def _read(service: Service, operation: Operation, request: Request) -> Call:
    limit = service.state.settings.media_max_bytes if operation in _BINARY else JSON_MAX_BYTES
    call = Call(service, operation, request, await read_body(request, limit))
    if operation in _FORMS:
        source = call.body if request.method == "POST" else request.scope["query_string"]
        content_type = request.headers.get("content-type", "")
        charset = content_type.partition("charset=")[2].strip(' "') if request.method == "POST" else ""
        call.document = parse_form(source, charset)
    elif operation not in _BINARY:
        call.document = parse_json(call.body)
    sniff(call)
    return call


def _refusal(call: Call, refused: Refused) -> Response:
    call.status_code = refused.code
    if not call.operation.startswith("sms."):
        return messaging_error(call.state.settings, call.operation, refused)
    return sms_answer(call, sms_document(refused.code, refused.message))


def sms_answer(call: Call, document: dict[str, object]) -> Response:
    """HTTP 200 whatever it says; `/simple` is JSON only for who asks for it."""
    plain = call.operation is Operation.SMS_SIMPLE and "json" not in call.request.headers.get("accept", "")
    return urlencoded_answer(document) if plain else json_answer(document)


async def _handle(call: Call, handler: Handler) -> Response:
    try:
        return await handler(call)
    except Refused as refused:
        return _refusal(call, refused)
    except Denied as denied:
        return denied.response


def _error_answer(call: Call, fault: Fault) -> Response:
    code = fault.status_code or _CODE_OF_STATUS.get(fault.status, 0)
    headers = {"Retry-After": fault.retry_after or "1"} if fault.retry_after or fault.status == 429 else {}  # noqa: PLR2004
    if fault.body is not None:
        return Response(fault.body.encode(), fault.status, {**headers, "Content-Type": fault.content_type})
    if not code:
        return Response(_GATEWAY_PAGE.format(fault.status), fault.status, {**headers, "Content-Type": "text/html"})
    call.status_code = code
    answer = _refusal(call, Refused(code))
    answer.status_code = fault.status
    answer.headers.update(headers)
    return answer


def _ok_but_wrong(body: bytes) -> Response:
    return Response(body, 200, {"Content-Type": JSON_TYPE})


# What is sent in the place of the proper answer.
_SPOILED: dict[FaultKind, Callable[[Call, Fault, Response], Response | ASGIApp]] = {
    FaultKind.HANG: lambda call, _, __: Hang(call.state.released),
    FaultKind.RESET: lambda _, __, ___: Reset(),
    FaultKind.UNAUTHORIZED: lambda call, _, __: dead_token(call.operation),
    FaultKind.ANSWER: lambda call, fault, _: _error_answer(call, fault),
    FaultKind.GARBAGE: lambda _, __, ___: _ok_but_wrong(_GARBAGE),
    FaultKind.EMPTY: lambda _, __, ___: _ok_but_wrong(b""),
    FaultKind.HALF: lambda _, __, answer: _ok_but_wrong(bytes(answer.body)[: len(answer.body) // 2]),
    FaultKind.DELAY: lambda _, __, answer: answer,
    FaultKind.EARLY_WEBHOOK: lambda _, __, answer: answer,
}


async def _answer(call: Call, handler: Handler, fault: Fault | None) -> Response | ASGIApp:
    if fault is None:
        return await _handle(call, handler)
    if fault.seconds:
        await asyncio.sleep(fault.seconds)
    answer = await _handle(call, handler) if fault.accepts else Response(status_code=503)
    if fault.kind is FaultKind.EARLY_WEBHOOK and call.lives:
        await asyncio.wait(call.lives, timeout=_EARLY_PATIENCE_SECONDS)
    return _SPOILED[fault.kind](call, fault, answer)


def _conclude(call: Call, arrival: Arrival | None, answer: Response | ASGIApp) -> None:
    if arrival:
        arrival.accepted = call.accepted
        arrival.http_status = answer.status_code if isinstance(answer, Response) else 0
        arrival.status_code = call.status_code
        arrival.transfer_id = call.transfer_id
        arrival.sms_count = call.sms_count
    call.state.changed()


async def serve(service: Service, operation: Operation, request: Request, handler: Handler) -> Response | ASGIApp:
    """
    Answer one API request.

    The arrival is remembered before a fault may delay or lose it; what became of it is filled in afterwards.
    """
    call = await _read(service, operation, request)
    fault = service.state.faults.take(ANSWER_KINDS, operation, call.recipients)
    arrival = None
    if operation in SENDS:
        arrival = arrival_of(call, next(service.state.numbers), timestamp())
        arrival.fault = fault.kind if fault else ""
        service.state.arrivals.append(arrival)
        service.state.changed()
    answer = await _answer(call, handler, fault)
    _conclude(call, arrival, answer)
    return answer
