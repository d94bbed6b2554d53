"""
Webex Connect as the kit plays it: its endpoints, its errors, and the control API's additions.
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from local.simulators import kit
from local.simulators.kit import ControlRoute, Endpoint, Fault, Notice, json_answer
from local.simulators.webex_connect import messages_v2, messaging
from local.simulators.webex_connect.attachments import KEY_HEADER, may_fetch
from local.simulators.webex_connect.codes import SENDS, Operation, Refused
from local.simulators.webex_connect.contact_policy import Group
from local.simulators.webex_connect.destinations import guess_destinations
from local.simulators.webex_connect.inbound.order import InboundOrder
from local.simulators.webex_connect.inbound.writing import write
from local.simulators.webex_connect.notifier import FORGED, RAW, Notifier
from local.simulators.webex_connect.sending import Call
from local.simulators.webex_connect.state import State

_V2 = {Operation.SEND_V2, Operation.GET_V2}
# What a proxy before the API answers with its own page, and the code that goes with an HTTP status.
_PROXY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
_CODES = {HTTPStatus.UNAUTHORIZED: "7001", HTTPStatus.TOO_MANY_REQUESTS: "7020"}
_INTERNAL = "7006"


class RawOrder(kit.RawWebhook):
    """A webhook as it stands; signed like an outbound webhook if there is a hub secret, unless `sign` is false."""

    target: str = "notify"
    sign: bool = True


class WebexConnect(kit.Provider[State, Call]):
    """Messaging API v1 and v2, short links and attachments."""

    name = "webex_connect"
    sends = frozenset(SENDS)
    call_type = kit.Call[State]
    inbound_type = InboundOrder
    raw_type = RawOrder
    hidden_headers = frozenset({"authorization", "key"})

    def endpoints(self) -> Iterable[Endpoint[Call]]:
        paths = self.state.settings.paths
        yield Endpoint("POST", paths.send_v1, Operation.SEND_V1, messaging.send_v1)
        yield Endpoint("POST", paths.send_v2, Operation.SEND_V2, messages_v2.send_v2)
        yield Endpoint("GET", paths.get_v2, Operation.GET_V2, messages_v2.get_v2)
        yield Endpoint("GET", paths.link, Operation.FOLLOW_LINK, _follow_link)
        yield Endpoint("GET", paths.media, Operation.FETCH_MEDIA, _fetch_media)

    def sniff(self, call: Call) -> None:
        name = "to" if call.operation == Operation.SEND_V2 else "destination"
        documents = call.document if isinstance(call.document, list) else [call.document]
        found = [pair for document in documents for pair in guess_destinations(document, name)]
        call.recipients = [address for addresses, _ in found for address in addresses]
        own = [reference for _, reference in found]
        general = [document.get(key) for document in documents if isinstance(document, dict) for key in _REFERENCES]
        call.references = [each for each in [*own, *general] if isinstance(each, str) and each]

    def unauthorized(self, call: Call) -> Response:
        return self._refused(call, Refused("7001"))

    def error(self, call: Call, fault: Fault) -> Response | None:
        """A fault with a `code` and status 200 is how v1 says no; v2 has its code and message."""
        if fault.status in _PROXY:
            return None
        code = str(fault.code) if fault.code else _CODES.get(HTTPStatus(fault.status), _INTERNAL)
        call.code = code
        return self._refused(call, Refused(code))

    def policy(self) -> kit.Policy:
        return Notifier(self.state)

    async def handle(self, call: Call, handler: Callable[[Call], Awaitable[Response]]) -> Response:
        try:
            return await handler(call)
        except Refused as refused:
            call.code = refused.code
            return self._refused(call, refused)

    def _refused(self, call: Call, refused: Refused) -> Response:
        if call.operation in _V2:
            return messages_v2.refusal_answer(refused)
        return messaging.refusal_answer(self.state.settings, refused)

    def raw_notice(self, order: RawOrder) -> Notice:
        notice = super().raw_notice(order)
        kind = RAW if order.sign else FORGED
        return Notice(**{**vars(notice), "kind": kind})

    async def inbound(self, order: InboundOrder) -> dict[str, Any]:
        return write(self.state, self.postman, order, self.state.base_url.rstrip("/"))

    def control_routes(self) -> Iterable[ControlRoute]:
        """Groups of the contact policy."""
        yield "GET", "groups", self._show_groups
        yield "PUT", "groups/{name}", self._put_group

    async def _show_groups(self, _: Request) -> Response:
        return json_answer({name: group.model_dump() for name, group in self.state.policies.groups.items()})

    async def _put_group(self, request: Request) -> Response:
        group = Group.model_validate_json(await request.body())
        self.state.policies.groups[request.path_params["name"]] = group
        return json_answer(group.model_dump())


# A request's own reference: v1's name, then v2's.
_REFERENCES = ("correlationid", "correlationId")


async def _follow_link(call: Call) -> Response:
    """302 to the long URL, or to another once the link is over; 404 where there is none."""
    link = call.state.links.find(call.request.path_params["token"])
    if link is None:
        return Response(status_code=404)
    if link.over is not None and link.over <= time.time():
        return RedirectResponse(call.state.settings.link_over_url, 302)
    if link.clicked:
        client = call.request.client
        link.clicked(client.host if client else "", call.request.headers.get("user-agent", ""))
    return RedirectResponse(link.url, 302)


async def _fetch_media(call: Call) -> Response:
    """The bytes under the type they came with."""
    query = dict(call.request.query_params)
    file = call.state.attachments.find(query.get("path", ""))
    if file is None:
        return Response(status_code=404)
    if not may_fetch(file, query, call.request.headers.get(KEY_HEADER, ""), call.state.settings):
        return Response(status_code=401)
    return Response(file.content, 200, {"Content-Type": file.content_type})
