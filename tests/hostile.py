"""
A provider that behaves badly on a real socket: accepts and hangs, resets, answers half, drips, lies.

    with Server(say(OK)).running() as server: ...        # server.url, server.requests, server.connections
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

type Script = Callable[[socket.socket], object]

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
RESET = struct.pack("ii", 1, 0)


class Server:
    """Accepts connections one after the other, reads each request, and lets the script answer."""

    def __init__(self, script: Script) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._script = script
        self._over = threading.Event()
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/send"
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._over.is_set():
                connection.close()
                return
            self.connections += 1
            self._open.append(connection)
            with connection, suppress(OSError):
                while request := _request(connection):
                    self.requests.append(request)
                    if self._script(connection) is not None:
                        break

    @contextmanager
    def running(self) -> Iterator["Server"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                socket.create_connection(self._socket.getsockname()).close()
            self._thread.join()
            self._socket.close()


def _request(connection: socket.socket) -> bytes:
    """One request, body included; empty when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65_536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def say(data: bytes) -> Script:
    """Answer this and keep the connection."""
    return lambda connection: connection.sendall(data)


def say_and_close(data: bytes) -> Script:
    """Answer this and end the connection politely."""

    def script(connection: socket.socket) -> bool:
        connection.sendall(data)
        return True

    return script


def say_and_reset(data: bytes) -> Script:
    """Answer this and slam the door."""

    def script(connection: socket.socket) -> bool:
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        return True

    return script


def endless(connection: socket.socket) -> bool:
    """Chunks without end, until the client has had enough."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
