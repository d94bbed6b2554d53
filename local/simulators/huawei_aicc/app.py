"""
Huawei AICC as the kit plays it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from local.simulators.huawei_aicc import access
from local.simulators.huawei_aicc.answers import error_answer, page, token_error
from local.simulators.huawei_aicc.fields import Refused
from local.simulators.huawei_aicc.inbound import InboundOrder
from local.simulators.huawei_aicc.pushing import PUSH_TYPE, AnySuccess, account_headers, inbound_notice
from local.simulators.huawei_aicc.sending import send
from local.simulators.huawei_aicc.settings import Settings
from local.simulators.huawei_aicc.state import Call, State
from local.simulators.kit import (
    ControlRoute,
    Endpoint,
    Fault,
    Notice,
    Policy,
    Provider,
    RawWebhook,
    build_app,
    json_answer,
)

TOKEN = "oauth.token"  # noqa: S105 - an operation
SEND = "whatsapp.send"
# Of these a proxy in front says for itself.
_GATEWAY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})


class RawPush(RawWebhook):
    """Carries the right `AccountKey` unless `headers` have another; an empty one there sends none."""

    target: str = "report"
    content_type: str = PUSH_TYPE


class HuaweiAicc(Provider[State, Call]):
    """tokenByAkSk and sendWhatsappMessage, and the pushes that AICC does not promise."""

    name = "huawei_aicc"
    sends = frozenset({SEND})
    call_type = Call
    inbound_type = InboundOrder
    raw_type = RawPush

    def endpoints(self) -> Iterable[Endpoint[Call]]:
        paths = self.state.settings.paths
        return [Endpoint("POST", paths.token, TOKEN, access.token), Endpoint("POST", paths.send, SEND, send)]

    def policy(self) -> Policy:
        return AnySuccess()

    def sniff(self, call: Call) -> None:
        found = call.document.get("destinations") if isinstance(call.document, dict) else None
        destinations = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        to = [one["to"] for one in destinations if isinstance(one.get("to"), dict)]
        call.recipients = [str(one["phoneNumber"]) for one in to if one.get("phoneNumber") is not None]
        call.references = [str(one["messageId"]) for one in destinations if one.get("messageId") is not None]

    async def handle(self, call: Call, handler: Callable[[Call], Awaitable[Response]]) -> Response:
        if self.state.settings.ip_refused:
            return page(HTTPStatus.FORBIDDEN)
        try:
            return await super().handle(call, handler)
        except Refused as refused:
            call.facts["refused"] = str(refused)
            return error_answer(self.state.settings.error_body, refused.http_status, refused.member, refused.reason)

    def unauthorized(self, call: Call) -> Response:
        if call.operation == TOKEN:
            return token_error(HTTPStatus.UNAUTHORIZED, "app_key or app_secret is wrong")
        return access.unauthorized(call)

    def error(self, call: Call, fault: Fault) -> Response | None:
        if fault.status in _GATEWAY:
            return None
        if call.operation == TOKEN:
            return token_error(fault.status, "out of order")
        return error_answer(self.state.settings.error_body, fault.status)

    def missing(self, request: Request, status: int, headers: Mapping[str, str]) -> Response:
        del request
        answer = error_answer(self.state.settings.error_body, status)
        answer.headers.update(headers)
        return answer

    async def inbound(self, order: InboundOrder) -> dict[str, Any]:
        notice, body = inbound_notice(self.state, order)
        return {"numbers": self.postman.send(notice, order.sender, order.copies), "document": body}

    def raw_notice(self, order: RawWebhook) -> Notice:
        notice = super().raw_notice(order)
        headers = {**account_headers(self.state.settings), **notice.headers}
        return replace(notice, headers={name: value for name, value in headers.items() if value})

    def control_routes(self) -> Iterable[ControlRoute]:
        """`POST /_control/release`: what is held for its `sendAt` goes now."""
        return [("POST", "release", self._release)]

    async def _release(self, _: Request) -> Response:
        return json_answer({"released": self.state.release()})


def create_app(settings: Settings | None = None) -> Starlette:
    """The simulator as an ASGI app, with nothing shared between two of them."""
    return build_app(HuaweiAicc(State(settings or Settings())))
