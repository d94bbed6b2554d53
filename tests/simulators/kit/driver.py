"""
What the tests of the kit drive acme with.
"""

from typing import Any

import httpx

from tests.simulators.driver import Driver


class Simulator(Driver):
    """The simulator as a client of acme sees it."""

    def send(self, *recipients: str, ref: str = "a", key: str = "sim-key") -> httpx.Response:
        headers = {"Authorization": f"Key {key}", "X-Secret": "s"}
        return self.http.post("/messages", json={"to": recipients, "ref": ref}, headers=headers)

    def states(self) -> Any:
        return self.control("GET", "states")
