"""
What the tests of Huawei AICC drive it with: requests that are sound unless a test spoils them.
"""

import json
from typing import Any

import httpx

from tests.simulators import driver

NUMBER = "436601234567"
SEND = "/apiaccess/rest/ccmessaging/omni/1/advanced"
TOKEN = "/apigovernance/api/oauth/tokenByAkSk"
APP = {"app_key": "sim-app-key", "app_secret": "sim-app-secret"}
TEXT = {"text": "Hello World"}
ACKNOWLEDGEMENT = (200, "text/plain", b"")


def destination(number: str = NUMBER, message_id: str = "mine") -> dict[str, Any]:
    """One destination; a magic number may come in E.164."""
    return {"messageId": message_id, "to": {"phoneNumber": number.removeprefix("+")}}


def body(*destinations: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"bulkId": "bulk", "destinations": list(destinations) or [destination()], "whatsApp": TEXT} | members


class Simulator(driver.Driver):
    """The simulator as a client of AICC sees it."""

    def ask_token(self, document: Any = APP, **headers: str) -> httpx.Response:
        return self.http.post(TOKEN, json=document, headers=headers)

    def token(self) -> str:
        answer = self.ask_token()
        assert answer.status_code == 200, answer.text
        return str(answer.json()["AccessToken"])

    def post(self, document: Any, token: str | None = None, **headers: str) -> httpx.Response:
        sound = {"Authorization": f"Bearer {token or self.token()}", "x-app-key": "sim-app-key"}
        sound |= {"Content-Type": "application/json"}
        return self.http.post(SEND, content=json.dumps(document), headers=sound | headers)

    def send(self, *destinations: dict[str, Any], **members: Any) -> httpx.Response:
        return self.post(body(*destinations, **members))

    def say(self, **whatsapp: Any) -> httpx.Response:
        """Send a `whatsApp` object."""
        return self.send(whatsApp=whatsapp)

    def arrival(self) -> dict[str, Any]:
        """The last request to send something."""
        return self.messages()[-1]

    def change(self, **settings: Any) -> None:
        self.control("PATCH", "settings", settings)


class Receiver(driver.Receiver):
    """Takes pushes."""

    def entries(self) -> list[dict[str, Any]]:
        """The `results` of all pushes, in order."""
        return [entry for document in self.documents() for entry in document["results"]]

    def words(self) -> list[str]:
        """What each report said: its group, or `seenAt` or `deletedAt`."""
        return [
            entry["status"]["groupName"] if "status" in entry else next(name for name in entry if name in _MOMENTS)
            for entry in self.entries()
        ]


_MOMENTS = ("seenAt", "deletedAt")
