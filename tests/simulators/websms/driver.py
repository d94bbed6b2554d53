"""
What the tests of websms drive it with: requests that are sound unless a test spoils them.
"""

from typing import Any

import httpx

from tests.simulators import driver

APPLICATION = "97ab27fa-30e2-43e3-92a3-160e80f4c0d5"
RECIPIENT = "+4366012345678"
ALL_SCOPES = "messaging:whatsapp messaging:rcs media:create media:read"
ACKNOWLEDGEMENT = (200, "application/json;charset=UTF-8", b'{"statusCode":2000,"statusMessage":"Request processed"}')


class Simulator(driver.Driver):
    """The simulator as a client of websms sees it."""

    def token(self, scope: str = ALL_SCOPES) -> str:
        answer = self.ask_token({"grant_type": "client_credentials", "scope": scope})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def ask_token(
        self, form: dict[str, str], auth: tuple[str, str] | None = ("sim-client", "sim-secret")
    ) -> httpx.Response:
        return self.http.post("/oauth/token", data=form, auth=auth or httpx.USE_CLIENT_DEFAULT)

    def messaging(self, path: str, body: Any, token: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return self.http.post(path, json=body, headers=headers)

    def text(self, recipient: str = RECIPIENT, token: str | None = None, **members: Any) -> httpx.Response:
        body = {"applicationId": APPLICATION, "recipient": recipient, "content": "Hello World"} | members
        return self.messaging("/messaging/whatsapp/send_text", body, token)

    def media(self, media_id: Any, recipient: str = RECIPIENT, **members: Any) -> httpx.Response:
        body = {"applicationId": APPLICATION, "recipient": recipient, "mediaId": media_id} | members
        return self.messaging("/messaging/whatsapp/send_media", body)

    def template(self, recipient: str = RECIPIENT, **members: Any) -> httpx.Response:
        body = {"applicationId": APPLICATION, "recipient": recipient, "templateName": "t", "templateLocale": "en"}
        return self.messaging("/messaging/whatsapp/send_template", body | members)

    def rcs(self, message: Any, contact: Any = None, application: str = APPLICATION) -> httpx.Response:
        body = {"RCSMessage": message, "messageContact": contact or {"userContact": RECIPIENT}}
        return self.messaging(f"/messaging/rcs/{application}/messages", body)

    def capabilities(self, contact: str) -> httpx.Response:
        path = f"/messaging/rcs/{APPLICATION}/contactCapabilities"
        headers = {"Authorization": f"Bearer {self.token()}"}
        return self.http.get(path, params={"userContact": contact}, headers=headers)

    def upload(self, content: bytes, content_type: str = "image/png", token: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token()}", "Content-Type": content_type}
        return self.http.post("/messaging/media", content=content, headers=headers)

    def download(self, media_id: str, token: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return self.http.get(f"/messaging/media/{media_id}", headers=headers)

    def sms(self, kind: str = "text", path: str = "/rest/smsmessaging/", **members: Any) -> httpx.Response:
        body: dict[str, Any] = {"recipientAddressList": ["4366012345678"], "messageContent": "hi"} | members
        return self.http.post(path + kind, json=body, auth=("sim-user", "sim-password"))


class Receiver(driver.Receiver):
    """Takes webhooks of both APIs."""

    def words(self) -> list[str]:
        return [one.get("messageStatus") or one["deliveryReportMessageStatus"] for one in self.documents()]
