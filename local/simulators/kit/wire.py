"""
Below HTTP: never answering, and ending a connection with RST.

ASGI has no words for either, so both need the server's transport. uvicorn keeps it on the object behind `send`, in both
of its HTTP implementations; under another server these faults raise instead of pretending.
"""

import asyncio
import socket
import struct
from contextlib import suppress

from starlette.types import Receive, Scope, Send

_TRANSPORT = "simulator.transport"
_LINGER_ZERO = struct.pack("ii", 1, 0)


def expose_transport(scope: Scope, send: Send) -> None:
    """Put the connection's transport where `abort` finds it; called with the server's own `send`."""
    scope[_TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def abort(scope: Scope, receive: Receive) -> None:
    """Close with RST: SO_LINGER of zero seconds discards what is unsent and skips the FIN."""
    transport = scope.get(_TRANSPORT)
    if transport is None:
        raise RuntimeError("hang and reset need uvicorn's transport")
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    transport.abort()
    await _disconnected(receive)


class Reset:
    """An answer that is none: the connection dies."""

    async def __call__(self, scope: Scope, receive: Receive, _: Send) -> None:
        await abort(scope, receive)


class Hang:
    """An answer that never comes: held until the client leaves, `released` is set or the server closes, then cut."""

    def __init__(self, released: asyncio.Event) -> None:
        self.released = released

    async def __call__(self, scope: Scope, receive: Receive, _: Send) -> None:
        waits = [asyncio.ensure_future(_disconnected(receive)), asyncio.ensure_future(self.released.wait())]
        try:
            with suppress(asyncio.CancelledError):
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if not waits[0].done():
                await abort(scope, receive)
        finally:
            for wait in waits:
                wait.cancel()
