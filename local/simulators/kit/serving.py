"""
The one path every API request takes: remember it, let a fault act, authenticate and answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from local.simulators.kit.call import Call, Endpoint, arrival_of, conclude
from local.simulators.kit.faults import ANSWER_KINDS, Fault, FaultKind
from local.simulators.kit.provider import Provider
from local.simulators.kit.wire import Hang, Reset

_EARLY_PATIENCE_SECONDS = 30
_GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_GARBAGE = b'\x00\xff\xfe{"status": two hundred'
_OK, _TOO_MANY = 200, 429

type AnyProvider = Provider[Any, Any]


def _error_answer(provider: AnyProvider, call: Call[Any], fault: Fault) -> Response:
    headers = {"Retry-After": fault.retry_after or "1"} if fault.retry_after or fault.status == _TOO_MANY else {}
    if fault.body is not None:
        return Response(fault.body.encode(), fault.status, {**headers, "Content-Type": fault.content_type})
    answer = provider.error(call, fault)
    if answer is None:
        page = _GATEWAY_PAGE.format(fault.status)
        return Response(page, fault.status, {**headers, "Content-Type": "text/html"})
    answer.status_code = fault.status
    answer.headers.update(headers)
    return answer


def _spoil(provider: AnyProvider, call: Call[Any], fault: Fault, answer: Response) -> Response | ASGIApp:
    """What is sent in the place of the proper answer."""

    def success(body: bytes) -> Response:
        status = answer.status_code if answer.status_code // 100 == 2 else _OK  # noqa: PLR2004
        return Response(body, status, {"Content-Type": provider.json_type})

    spoiled: dict[FaultKind, Callable[[], Response | ASGIApp]] = {
        FaultKind.HANG: lambda: Hang(call.state.released),
        FaultKind.RESET: Reset,
        FaultKind.UNAUTHORIZED: lambda: provider.unauthorized(call),
        FaultKind.ANSWER: lambda: _error_answer(provider, call, fault),
        FaultKind.GARBAGE: lambda: success(_GARBAGE),
        FaultKind.EMPTY: lambda: success(b""),
        FaultKind.HALF: lambda: success(bytes(answer.body)[: len(answer.body) // 2]),
    }
    return spoiled[fault.kind]() if fault.kind in spoiled else answer


async def _answer(
    provider: AnyProvider, call: Call[Any], handler: Callable[[Any], Awaitable[Response]], fault: Fault | None
) -> Response | ASGIApp:
    if fault is None:
        return await provider.handle(call, handler)
    if fault.seconds:
        await asyncio.sleep(fault.seconds)
    answer = await provider.handle(call, handler) if fault.accepts else Response(status_code=503)
    if fault.kind is FaultKind.EARLY_WEBHOOK and call.lives:
        await asyncio.wait(call.lives, timeout=_EARLY_PATIENCE_SECONDS)
    return _spoil(provider, call, fault, answer)


async def serve(provider: AnyProvider, endpoint: Endpoint[Any], request: Request) -> Response | ASGIApp:
    """
    Answer one API request.

    The arrival is remembered before a fault may delay or lose it; what became of it is filled in afterwards.
    """
    call = await provider.read(endpoint.operation, request)
    state = provider.state
    fault = state.faults.take(ANSWER_KINDS, call.operation, call.recipients)
    arrival = arrival_of(call, provider.hidden_headers, fault.kind if fault else "")
    (state.arrivals if call.operation in provider.sends else state.calls).append(arrival)
    state.changed()
    answer = await _answer(provider, call, endpoint.handler, fault)
    conclude(call, arrival, answer.status_code if isinstance(answer, Response) else 0)
    return answer
