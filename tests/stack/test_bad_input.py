"""
Bad input over the wire: what only a real gateway in front of Lambda can show. The whole list is tests/functions'.
"""

import httpx
import pytest

from local.client import Client
from tests.stack.place import Place


def problem(answer: httpx.Response, status: int) -> str:
    """
    The code of the problem document that an answer with this status has to be.
    """
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    document = answer.json()
    assert document["status"] == status
    assert {"type", "title", "detail", "code", "instance"} <= document.keys()
    return str(document["code"])


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"channel=sms&to=%2B436601234567", "application/x-www-form-urlencoded", 415),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b"{}" + b" " * 1_048_576, "application/json", 413),
        (b"{}", "application/json", 422),
        (b"", "application/json", 400),
    ],
    ids=["form", "no UTF-8", "deep", "too large", "empty object", "nothing"],
)
def test_body(acme: Client, content: bytes, content_type: str, status: int) -> None:
    """
    A body that cannot be a message is a problem of the client's, never of ours.
    """
    problem(acme.call("POST", "/v1/messages", content=content, headers={"Content-Type": content_type}), status)


@pytest.mark.parametrize("key", ["", "nonsense", "hk_aaaaaaaa_" + "A" * 43], ids=["none", "malformed", "unknown"])
def test_key(place: Place, key: str) -> None:
    """
    Without a good key nothing is told.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = httpx.get(f"{place.stack.api_url}/v1/messages", headers=headers, timeout=30)
    assert problem(answer, 401) == "unauthenticated"


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/nothing"), ("GET", f"/v1/messages/{'a' * 26}")])
def test_unknown(acme: Client, method: str, path: str) -> None:
    """
    What is not there is 404, be it a route or a message.
    """
    assert problem(acme.call(method, path), 404) == "not_found"


def test_method(acme: Client) -> None:
    """
    A route that is there, but not for this method, says which ones it takes.
    """
    answer = acme.call("DELETE", "/v1/messages")
    assert problem(answer, 405) == "method_not_allowed"
    assert "POST" in answer.headers["allow"]


def test_webhook_secret(place: Place) -> None:
    """
    A webhook to an address we did not hand out is refused and changes nothing.
    """
    address = place.webhooks["websms"]["status"]
    secret = address.split("/")[-2]
    forged = address.replace(secret, secret[:-1] + ("a" if secret[-1] != "a" else "b"))
    body = b'{"transferId":"x","messageStatus":"read"}'
    assert httpx.post(address, content=body, timeout=30).status_code == 200
    assert problem(httpx.post(forged, content=body, timeout=30), 401) == "webhook_not_verified"
