"""
SMSGlobal as the kit plays it: its table of endpoints, its errors, and the control API's additions.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from local.simulators import kit
from local.simulators.kit import ControlRoute, Endpoint, Fault, json_answer
from local.simulators.smsglobal import listing, opt_in, sending
from local.simulators.smsglobal.account import Account, Call
from local.simulators.smsglobal.answers import message_answer, status_answer, unauthorized_answer
from local.simulators.smsglobal.inbound import InboundOrder, receive
from local.simulators.smsglobal.operations import Operation

# What a proxy before the API answers with its own page.
_PROXY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})


class StateOrder(BaseModel):
    """The state that a sent message shows from now on; `status` empty is the one that goes with it."""

    model_config = ConfigDict(extra="forbid")

    state: str
    status: str = ""


class SmsGlobal(kit.Provider[Account, Call]):
    """SMSGlobal's REST API v2, the WhatsApp part."""

    name = "smsglobal"
    sends = frozenset({Operation.SEND})
    call_type = Call
    inbound_type = InboundOrder
    hidden_headers = frozenset()
    """A MAC gives no secret away, and its nonce and ts are worth looking at."""

    def endpoints(self) -> Iterable[Endpoint[Call]]:
        paths = self.state.settings.paths
        yield Endpoint("POST", paths.capability, Operation.CAPABILITY, opt_in.check_capability)
        yield Endpoint("GET", paths.list_incoming, Operation.LIST_INCOMING, listing.list_incoming)
        yield Endpoint("GET", paths.get_incoming, Operation.GET_INCOMING, listing.get_incoming)
        yield Endpoint("GET", paths.list_outgoing, Operation.LIST_OUTGOING, listing.list_outgoing)
        yield Endpoint("POST", paths.send, Operation.SEND, sending.send)
        yield Endpoint("GET", paths.get_outgoing, Operation.GET_OUTGOING, listing.get_outgoing)
        yield Endpoint("GET", paths.list_opt_in, Operation.LIST_OPT_IN, opt_in.list_opt_in)
        yield Endpoint("POST", paths.opt_in, Operation.OPT_IN, opt_in.opt_in)
        for alias in paths.outgoing_aliases:
            yield Endpoint("GET", alias, Operation.LIST_OUTGOING, listing.list_outgoing)
            yield Endpoint("POST", alias, Operation.SEND, sending.send)
            yield Endpoint("GET", f"{alias}/{{id}}", Operation.GET_OUTGOING, listing.get_outgoing)

    def sniff(self, call: Call) -> None:
        """There is no reference of ours in this API."""
        document = call.document if isinstance(call.document, dict) else {}
        found = document.get("to", document.get("numbers", document.get("opt-in")))
        listed = found if isinstance(found, list) else []
        numbers = [one.get("number") if isinstance(one, dict) else one for one in listed]
        call.recipients = [str(one) for one in numbers if isinstance(one, str | int)]

    def unauthorized(self, _: Call) -> Response:
        return unauthorized_answer(self.state.settings.unauthorized_status)

    def error(self, _: Call, fault: Fault) -> Response | None:
        if fault.status in _PROXY:
            return None
        return status_answer(fault.status, code=self.state.settings.error_code)

    def missing(self, request: Request, status: int, headers: Mapping[str, str]) -> Response:
        """404 and 405 in JSON; OPTIONS says which methods there are, as the document bids who meets a 405."""
        if request.method == "OPTIONS" and status == HTTPStatus.METHOD_NOT_ALLOWED:
            return Response(headers=dict(headers))
        return message_answer(status, code=self.state.settings.error_code, headers=headers)

    async def inbound(self, order: InboundOrder) -> dict[str, Any]:
        return {"messages": receive(self.state, order)}

    def control_routes(self) -> Iterable[ControlRoute]:
        yield "GET", "outgoing", self._show_outgoing
        yield "PUT", "outgoing/{id:int}", self._move_outgoing

    async def _show_outgoing(self, _: Request) -> Response:
        """All sent messages, oldest first, as the API shows them."""
        shown = map(self.state.shown_outgoing, self.state.store.outgoing.values())
        return json_answer({"messages": list(shown)})

    async def _move_outgoing(self, request: Request) -> Response:
        order = StateOrder.model_validate_json(await request.body())
        message = self.state.store.outgoing.get(request.path_params["id"])
        if message is None:
            raise ValueError("no such message")
        sending.move(message, order.state)
        message.status = order.status or message.status
        return json_answer(self.state.shown_outgoing(message))
