"""
The ASGI app: routes from the settings' paths, and the transport that faults below HTTP need.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.simulators.websms import media, oauth, rcs, sms, whatsapp
from local.simulators.websms.answers import json_answer
from local.simulators.websms.calls import Handler, Service
from local.simulators.websms.control import control_routes
from local.simulators.websms.serving import serve
from local.simulators.websms.settings import Paths, Settings
from local.simulators.websms.state import State
from local.simulators.websms.statuses import Operation
from local.simulators.websms.wire import expose_transport

_HANDLERS: dict[Operation, Handler] = {
    Operation.TOKEN: oauth.token,
    **whatsapp.HANDLERS,
    **rcs.HANDLERS,
    **media.HANDLERS,
    **sms.HANDLERS,
}


class Simulator(Starlette):
    """Starlette, with the server's transport put into the scope before middleware hides it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        expose_transport(scope, send)
        await super().__call__(scope, receive, send)


class _Endpoint:
    """One operation as an ASGI app, because an answer may be no HTTP at all."""

    def __init__(self, service: Service, operation: Operation) -> None:
        self.service = service
        self.operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        answer: Response | ASGIApp = await serve(self.service, self.operation, request, _HANDLERS[self.operation])
        await answer(scope, receive, send)


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


def _api_routes(service: Service) -> list[BaseRoute]:
    table = _table(service.state.settings.paths)
    return [Route(path, _Endpoint(service, operation), methods=[method]) for method, path, operation in table]


async def _not_found(_: Request, error: Exception) -> Response:
    """The documents: 404 also means a nonexistent endpoint, and errors are ErrorResponses."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return json_answer({"statusCode": 4120, "statusMessage": "Entity not found."}, status)


def _lifespan(service: Service) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(_: Starlette) -> AsyncIterator[None]:
        yield
        service.state.stop()
        await service.postman.close()

    return run


def create_app(settings: Settings | None = None) -> Starlette:
    """The simulator as an ASGI app, with nothing shared between two of them."""
    service = Service(State(settings or Settings()))

    def reroute() -> None:
        app.router.routes[:] = [*control_routes(service, reroute), *_api_routes(service)]

    app = Simulator(lifespan=_lifespan(service), exception_handlers={404: _not_found, 405: _not_found})
    reroute()
    return app
