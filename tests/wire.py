"""
A line in memory: it answers with the parts that it is given, and keeps what it is told, at which address, by when.
"""

from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore


class Wire(httpcore.NetworkBackend):
    """
    Connections that all answer alike, or fail as told by the address that is called.

    `heard` is what was sent, `steps` are the names of all steps with the seconds that each may take.
    """

    def __init__(self, *parts: bytes, errors: dict[str, Exception] | None = None) -> None:
        self.heard = bytearray()
        self.called: list[tuple[str, int]] = []
        self.options: list[object] = []
        self.steps: list[tuple[str, float | None]] = []
        self.names: list[str | None] = []
        self.closed = 0
        self.parts = parts
        self._errors = errors or {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.called.append((host, port))
        self.options.append((local_address, socket_options))
        self.steps.append(("connect", timeout))
        if host in self._errors:
            raise self._errors[host]
        return _Connection(self)


class _Connection(httpcore.NetworkStream):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._left = list(wire.parts)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._wire.steps.append(("read", timeout))
        part = self._left.pop(0) if self._left else b""
        assert len(part) <= max_bytes
        return part

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._wire.steps.append(("write", timeout))
        self._wire.heard += buffer

    def close(self) -> None:
        self._wire.closed += 1

    def start_tls(
        self,
        ssl_context: SSLContext,  # noqa: ARG002 - nothing is encrypted here
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self._wire.steps.append(("tls", timeout))
        self._wire.names.append(server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        return info.upper() if info == "told" else None
