"""
Pigeon Post's simulator without a network: its app is called over ASGI, and what it posts is handed over.

The app lives on an event loop that runs only while it is spoken to, so a test says when time passes for it.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from local.simulators.kit import build_app
from tests.pigeon.simulator import PigeonPost, Settings, State

_PATIENCE = 5.0


class Played:
    """`herald` answers what the simulator posts."""

    def __init__(self, runner: asyncio.Runner, settings: Settings, herald: Callable[[httpx.Request], httpx.Response]):
        self.post = PigeonPost(State(settings))
        self._runner = runner
        self._app = httpx.ASGITransport(build_app(self.post))
        # The kit would open connections of its own.
        self.post.postman._http = httpx.AsyncClient(transport=httpx.MockTransport(herald))  # noqa: SLF001

    def call(self, request: httpx.Request) -> httpx.Response:
        """What the simulator answers to a request for its API."""

        async def answered() -> httpx.Response:
            answer = await self._app.handle_async_request(request)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        return self._runner.run(answered())

    def control(self, method: str, path: str, body: object = None) -> Any:
        """What its control API answers."""
        answer = self.call(httpx.Request(method, f"http://pigeon/_control/{path}", json=body))
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def settle(self) -> None:
        """Let every pigeon end its flight, and everything be told."""
        assert self._runner.run(self.post.state.wait_until(lambda: self.post.state.idle, _PATIENCE))


@contextmanager
def played(herald: Callable[[httpx.Request], httpx.Response], **settings: Any) -> Iterator[Played]:
    """The simulator, at its quickest."""
    with asyncio.Runner() as runner:
        yield Played(runner, Settings(step_seconds=0, retry_seconds=0, **settings), herald)
