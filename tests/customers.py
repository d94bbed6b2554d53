"""
Customers' servers without sockets: whatever a guarded call sends is read as HTTP, and answered by the test.

Every host is at one public address, and whoever is called there speaks TLS as far as anybody can tell. A customer may
raise what the wire would, such as `httpcore.ReadTimeout`.
"""

import functools
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx

from herald.guarded import Guarded

type Customer = Callable[[httpx.Request], httpx.Response]

ADDRESS = "93.184.216.34"


def guarded(customer: Customer, clock: Callable[[], int]) -> Guarded:
    """A guard behind whose addresses this customer is; `clock` in milliseconds."""
    return Guarded(
        lambda: clock() / 1000,
        resolve=lambda *_: [ADDRESS],
        network=_Network(customer),
        tls=_tls(),
    )


_tls = functools.cache(ssl.create_default_context)


class _Network(httpcore.NetworkBackend):
    """Connects to nobody."""

    def __init__(self, customer: Customer) -> None:
        self._customer = customer

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        assert (host, port, local_address, socket_options) == (ADDRESS, port, None, None)
        assert timeout
        return _Stream(self._customer)


class _Stream(httpcore.NetworkStream):
    """Collects a request; gives its answer when it is read."""

    def __init__(self, customer: Customer) -> None:
        self._customer = customer
        self._sent = b""
        self._answer: bytes | None = None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        assert timeout
        self._sent += buffer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        assert timeout
        if self._answer is None:
            self._answer = _written(self._customer(_read(self._sent)))
        part, self._answer = self._answer[:max_bytes], self._answer[max_bytes:]
        return part

    def close(self) -> None:
        pass

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        assert (ssl_context.check_hostname, bool(server_hostname), bool(timeout)) == (True, True, True)
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ARG002 - httpcore asks
        return None


def _read(sent: bytes) -> httpx.Request:
    head, _, body = sent.partition(b"\r\n\r\n")
    line, *lines = head.decode("ascii").split("\r\n")
    method, target, _ = line.split(" ")
    headers = [(name, value) for name, _, value in (each.partition(": ") for each in lines)]
    host = {name.lower(): value for name, value in headers}["host"]
    return httpx.Request(method, f"https://{host}{target}", headers=headers, content=body)


def _written(answer: httpx.Response) -> bytes:
    headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    return f"HTTP/1.1 {answer.status_code} X\r\n{headers}\r\n".encode() + answer.content
