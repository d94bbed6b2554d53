"""
The simulator put together: both APIs of websms upon the kit.
"""

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from local.simulators import kit
from local.simulators.kit import ControlRoute, Endpoint, Provider, build_app
from local.simulators.websms import calls, media, oauth, rcs, sms, whatsapp
from local.simulators.websms.answers import JSON_TYPE, json_answer, messaging_error, sms_document
from local.simulators.websms.calls import BINARY, Call, Handler
from local.simulators.websms.control import media_routes
from local.simulators.websms.faults import Fault
from local.simulators.websms.guards import dead_token
from local.simulators.websms.inbound import InboundOrder, RawWebhook, completed, inbound_notice
from local.simulators.websms.settings import Paths, Settings
from local.simulators.websms.state import State
from local.simulators.websms.statuses import SENDS, Operation, Refused
from local.simulators.websms.webhooks import Acknowledgement

_HANDLERS: dict[Operation, Handler] = {
    Operation.TOKEN: oauth.token,
    **whatsapp.HANDLERS,
    **rcs.HANDLERS,
    **media.HANDLERS,
    **sms.HANDLERS,
}
# Which documented statusCode an injected HTTP error carries; a proxy's 502 or 504 carries HTML instead.
_CODE_OF_STATUS = {429: 4023, 500: 5000, 503: 5003}


def _table(paths: Paths) -> list[tuple[str, str, Operation]]:
    table = [
        ("POST", paths.token, Operation.TOKEN),
        ("POST", paths.whatsapp_text, Operation.WHATSAPP_TEXT),
        ("POST", paths.whatsapp_media, Operation.WHATSAPP_MEDIA),
        ("POST", paths.whatsapp_template, Operation.WHATSAPP_TEMPLATE),
        ("POST", paths.rcs_send, Operation.RCS_SEND),
        ("GET", paths.rcs_capabilities, Operation.RCS_CAPABILITIES),
        ("POST", paths.media_upload, Operation.MEDIA_UPLOAD),
        ("GET", paths.media_download, Operation.MEDIA_DOWNLOAD),
    ]
    for prefix in paths.sms_prefixes:
        table += [
            ("POST", prefix + paths.sms_text, Operation.SMS_TEXT),
            ("POST", prefix + paths.sms_binary, Operation.SMS_BINARY),
            ("GET", prefix + paths.sms_simple, Operation.SMS_SIMPLE),
            ("POST", prefix + paths.sms_simple, Operation.SMS_SIMPLE),
        ]
    return table


def _refusal(call: Call, refused: Refused) -> Response:
    call.code = refused.code
    if not call.operation.startswith("sms."):
        return messaging_error(call.state.settings, call.operation, refused)
    return sms.sms_answer(call, sms_document(refused.code, refused.message))


class Websms(Provider[State, Call]):
    """The Messaging API and the SMS API."""

    name = "websms"
    sends = SENDS
    call_type = Call
    fault_type = Fault
    inbound_type = InboundOrder
    raw_type = RawWebhook
    json_type = JSON_TYPE

    def endpoints(self) -> list[Endpoint[Call]]:
        table = _table(self.state.settings.paths)
        return [Endpoint(method, path, operation, _HANDLERS[operation]) for method, path, operation in table]

    def policy(self) -> Acknowledgement:
        return Acknowledgement(self.state)

    def body_limit(self, operation: str) -> int:
        return self.state.settings.media_max_bytes if operation in BINARY else super().body_limit(operation)

    def parse(self, call: Call) -> None:
        calls.parse(call)

    def sniff(self, call: Call) -> None:
        calls.sniff(call)

    async def handle(self, call: Call, handler: Handler) -> Response:
        try:
            return await super().handle(call, handler)
        except Refused as refused:
            return _refusal(call, refused)

    def unauthorized(self, call: Call) -> Response:
        return dead_token(call.operation)

    def error(self, call: Call, fault: kit.Fault) -> Response | None:
        code = int(fault.code or _CODE_OF_STATUS.get(fault.status, 0))
        return _refusal(call, Refused(code)) if code else None

    def missing(self, request: Request, status: int, headers: Mapping[str, str]) -> Response:
        """The documents: 404 also means a nonexistent endpoint, and errors are ErrorResponses."""
        del request
        return json_answer({"statusCode": 4120, "statusMessage": "Entity not found."}, status, headers)

    async def inbound(self, order: InboundOrder) -> dict[str, Any]:
        notice, body = inbound_notice(self.state, order)
        return {"numbers": self.postman.send(notice, order.sender, order.copies), "document": body}

    def raw_notice(self, order: RawWebhook) -> kit.Notice:
        return super().raw_notice(completed(self.state, order))

    def control_routes(self) -> list[ControlRoute]:
        return media_routes(self.state)


def create_app(settings: Settings | None = None) -> Starlette:
    """The simulator as an ASGI app, with nothing shared between two of them."""
    return build_app(Websms(State(settings or Settings())))
