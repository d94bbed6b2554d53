"""
The lists and single messages that a client polls; nothing else tells it about receipts and incoming messages.
"""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from local.simulators.kit import Denied, json_answer
from local.simulators.smsglobal.account import Call
from local.simulators.smsglobal.answers import message_answer
from local.simulators.smsglobal.filters import read_filters
from local.simulators.smsglobal.findings import Findings
from local.simulators.smsglobal.reading import pass_doors, refuse_errors
from local.simulators.smsglobal.store import Listed, sort


async def list_incoming(call: Call) -> Response:
    return _list(call, call.state.store.incoming, call.state.shown_incoming)


async def list_outgoing(call: Call) -> Response:
    return _list(call, call.state.store.outgoing, call.state.shown_outgoing)


async def get_incoming(call: Call) -> Response:
    return _get(call, call.state.store.incoming, call.state.shown_incoming)


async def get_outgoing(call: Call) -> Response:
    return _get(call, call.state.store.outgoing, call.state.shown_outgoing)


def _list[Kind: Listed](call: Call, held: Mapping[int, Kind], show: Callable[[Kind], dict[str, Any]]) -> Response:
    pass_doors(call)
    settings = call.state.settings
    findings = Findings(call.remarks, strict=settings.strict)
    filters = read_filters(call.request.query_params, settings.time_zone, findings)
    refuse_errors(findings)
    found = sort(filter(filters.admits, held.values()), newest_first=settings.order == "newest_first")
    page = found[filters.offset - 1 :][: filters.limit]
    totals = {"total": len(found), "offset": filters.offset, "limit": filters.limit} if settings.list_totals else {}
    call.accepted = True
    return json_answer({**totals, "messages": [show(message) for message in page]})


def _get[Kind: Listed](call: Call, held: Mapping[int, Kind], show: Callable[[Kind], dict[str, Any]]) -> Response:
    pass_doors(call)
    asked = call.request.path_params["id"]
    message = held.get(int(asked)) if asked.isascii() and asked.isdigit() else None
    if message is None:
        raise Denied(message_answer(404, code=call.state.settings.error_code))
    call.accepted = True
    return json_answer(show(message))
