"""
A network on which every call has an end.

The timeouts of an HTTP library are for each step: an answer whose headers come a byte at a time would hold a call for
as long as its worker lives, and with it whatever the worker does side by side. Here no step takes longer than what
is left of the call that it belongs to.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from herald.pinned import Stream


class Timed(httpcore.NetworkBackend):
    """Connections of several threads, each of which makes one call at a time. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._network = httpcore.SyncBackend()
        self._calls = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Around a call of this thread, which may take so long."""
        self._calls.until = self._clock() + seconds
        yield

    def left(self, timeout: float | None) -> float:
        """Seconds that the next step may take. Raises ReadTimeout when the call's time is over."""
        remaining: float = self._calls.until - self._clock()
        if remaining <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return remaining if timeout is None else min(timeout, remaining)

    def took(self, count: int) -> None:
        """So many bytes came; whoever reads the answer counts them."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises ConnectTimeout, ConnectError."""
        return Stream(self._network.connect_tcp(host, port, timeout, local_address, socket_options), self)


class Transport(httpx.HTTPTransport):
    """httpx's own way to the network, over this one."""

    def __init__(self, network: httpcore.NetworkBackend, tls: Any, limits: httpx.Limits) -> None:
        super().__init__(verify=tls, trust_env=False, limits=limits)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=network,
        )
