"""
A line to addresses that were checked, held to a deadline and to a number of bytes.

Whoever opens it says which addresses a host may be reached at; the connection goes to one of those very addresses,
so nobody can change them in between.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from ssl import SSLContext
from typing import Any, Protocol

import httpcore

_MAX_TRIED = 3
_FRAMES = 4 * 65_536


class TooMuch(Exception):
    """More came over the line than is allowed."""


class Held(Protocol):
    """What the steps of a connection are held to."""

    def left(self, timeout: float | None) -> float:
        """Seconds that the next step may take. Raises ReadTimeout when the time is over."""

    def took(self, count: int) -> None:
        """So many bytes came. Raises TooMuch."""


class Line(httpcore.NetworkBackend):
    """
    Connects to checked addresses only, and holds the connection to the deadline and to a number of bytes.

    `addresses` of a host and port, within so many seconds; `remaining` seconds until the deadline.
    """

    def __init__(
        self,
        addresses: Callable[[str, int, float], Sequence[str]],
        network: httpcore.NetworkBackend,
        remaining: Callable[[], float],
        max_bytes: int,
    ) -> None:
        self._addresses = addresses
        self._network = network
        self._remaining = remaining
        self.bytes_left = max_bytes + max_bytes // 4 + _FRAMES
        """Headers and chunk sizes included, so that neither can go on for ever."""

    def left(self, timeout: float | None) -> float:
        """Seconds that the next step may take. Raises ReadTimeout when the time is over."""
        remaining = self._remaining()
        if remaining <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return remaining if timeout is None else min(timeout, remaining)

    def took(self, count: int) -> None:
        """So many bytes came. Raises TooMuch."""
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise TooMuch

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check, connect: nobody can change the address in between. The first that answers is taken."""
        *others, last = self._addresses(host, port, self.left(timeout))[:_MAX_TRIED]
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connect(address, port, timeout, local_address, socket_options)
        return self._connect(last, port, timeout, local_address, socket_options)

    def _connect(self, address: str, port: int, timeout: float | None, *options: Any) -> httpcore.NetworkStream:
        return Stream(self._network.connect_tcp(address, port, self.left(timeout), *options), self)


class Stream(httpcore.NetworkStream):
    """A connection that every read and write of must be in time, and within the bytes that are left."""

    def __init__(self, stream: httpcore.NetworkStream, line: Held) -> None:
        self._stream = stream
        self._line = line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._line.left(timeout))
        self._line.took(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._line.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return Stream(self._stream.start_tls(ssl_context, server_hostname, self._line.left(timeout)), self._line)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
