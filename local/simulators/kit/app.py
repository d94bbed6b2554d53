"""
The ASGI app: routes from the provider's table, and the transport that faults below HTTP need.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.simulators.kit.call import Endpoint
from local.simulators.kit.control import control_routes
from local.simulators.kit.provider import Provider
from local.simulators.kit.serving import serve
from local.simulators.kit.wire import expose_transport


class _App(Starlette):
    """Starlette, with the server's transport put into the scope before middleware hides it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        expose_transport(scope, send)
        await super().__call__(scope, receive, send)


class _Resource:
    """One path as an ASGI app, because an answer may be no HTTP at all."""

    def __init__(self, provider: Provider[Any, Any], endpoints: Mapping[str, Endpoint[Any]]) -> None:
        self.provider = provider
        self.endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        answer: Response | ASGIApp = await serve(self.provider, self.endpoints[request.method], request)
        await answer(scope, receive, send)


def _api_routes(provider: Provider[Any, Any]) -> list[BaseRoute]:
    paths: dict[str, dict[str, Endpoint[Any]]] = defaultdict(dict)
    for endpoint in provider.endpoints():
        paths[endpoint.path].setdefault(endpoint.method, endpoint)
    routes = []
    for path, found in paths.items():
        route = Route(path, _Resource(provider, found), methods=[*found])
        route.methods = {*found}  # without the HEAD that Starlette adds
        routes.append(route)
    return [*routes]


def _lifespan(provider: Provider[Any, Any]) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(_: Starlette) -> AsyncIterator[None]:
        yield
        provider.state.stop()
        await provider.postman.close()

    return run


def build_app(provider: Provider[Any, Any]) -> Starlette:
    """The simulator as an ASGI app, with nothing shared between two of them."""

    async def missing(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        return provider.missing(request, error.status_code, error.headers or {})

    def reroute() -> None:
        app.router.routes[:] = [*control_routes(provider, reroute), *_api_routes(provider)]

    app = _App(lifespan=_lifespan(provider), exception_handlers={404: missing, 405: missing})
    app.router.redirect_slashes = False
    reroute()
    return app
