"""
The media function: AWS events in, AWS answers out.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws

from herald.authenticating import Scope, new_key
from herald.aws.bucket import Bucket
from herald.aws.secrets import Secrets
from herald.clock import Time
from herald.exchange import Exchange
from herald.models import Account
from tests.moto_table import REGION, Clock, make_table

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
ENVIRONMENT = {
    "STACK": "herald",
    "TABLE": "herald",
    "BUCKET": "herald",
    "SIGNING_SECRET": "herald/signing",
    "SECRET_PREFIX": "herald/accounts/",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "Herald",
    "POWERTOOLS_SERVICE_NAME": "herald",
}


class Context:
    """What Lambda hands over with an event."""

    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class Vendor:
    """websms, as far as a download goes."""

    def __init__(self) -> None:
        self.status = 200
        self.body = PNG
        self.content_type = "image/png"
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "token_type": "bearer", "expires_in": 300})
        self.asked.append(request.url.path)
        return httpx.Response(self.status, content=self.body, headers={"content-type": self.content_type})


@dataclass
class Function:
    """The loaded function with its surroundings."""

    app: ModuleType
    vendor: Vendor
    clock: Clock
    keys: dict[str, str]

    def http(self, route: str, **event: Any) -> dict[str, Any]:
        """Answer a request as the HTTP API would put it."""
        method, _, template = route.partition(" ")
        path = template.format(**event.get("pathParameters", {}))
        answer: dict[str, Any] = self.app.handler(
            {
                "version": "2.0",
                "routeKey": route,
                "rawPath": path,
                "rawQueryString": "",
                "requestContext": {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "r1"},
                **event,
            },
            Context(),
        )
        return answer

    def post(self, body: bytes, content_type: str, key: str = "acme", query: str = "") -> dict[str, Any]:
        """Post raw bytes, base64-encoded by the gateway as binary bodies are."""
        return self.http(
            "POST /v1/media",
            headers={"authorization": f"Bearer {self.keys[key]}", "content-type": content_type},
            body=base64.b64encode(body).decode(),
            isBase64Encoded=True,
            rawQueryString=query,
        )

    def read(self, media_id: str, key: str = "acme") -> dict[str, Any]:
        return self.http(
            "GET /v1/media/{id}",
            headers={"authorization": f"Bearer {self.keys[key]}"},
            pathParameters={"id": media_id},
        )

    def records(self, *bodies: str, received: int = 1) -> list[str]:
        """Work through records of the media queue; the ids of those that failed."""
        answer: dict[str, Any] = self.app.handler(
            {
                "Records": [
                    {"messageId": f"m{number}", "body": body, "attributes": {"ApproximateReceiveCount": str(received)}}
                    for number, body in enumerate(bodies)
                ]
            },
            Context(),
        )
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def inbound(self, inbound_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.app.parts.inbounds.get(inbound_id)
        return found

    def receive(self, inbound_id: str) -> None:
        """A person has sent a picture."""
        self.app.parts.inbounds.insert(
            {
                "pk": f"N#{inbound_id}",
                "sk": ".",
                "tenant": "acme",
                "account": "acme-websms",
                "media": [{"provider_media_id": f"media-{inbound_id}", "state": "pending"}],
            }
        )


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    """The media function over an AWS of its own, with websms behind it and two tenants before it."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        table = make_table()
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket="herald", CreateBucketConfiguration={"LocationConstraint": REGION})
        secrets = boto3.client("secretsmanager", region_name=REGION)
        secrets.create_secret(Name="herald/signing", SecretString="s" * 64)
        secrets.create_secret(
            Name="herald/accounts/acme-websms", SecretString='{"client_id": "id", "client_secret": "secret"}'
        )
        app = import_module("functions.media.app")
        clock, vendor = Clock(), Vendor()
        parts = type(app.parts)(app.parts.settings, "media")
        parts.time = Time(clock, lambda _: None)
        parts.table = table
        parts.bucket = Bucket(lambda: s3, "herald")
        parts.secrets = Secrets(lambda: secrets, "herald/accounts/", lambda: 0.0)
        parts.exchange = Exchange(transport=httpx.MockTransport(vendor))
        monkeypatch.setattr(app, "parts", parts)
        monkeypatch.setattr(app, "door", type(app.door)(parts))
        parts.registry.add_account(Account("acme-websms", "websms", ("acme",)))
        keys = {}
        for name, tenant, scopes in (
            ("acme", "acme", (Scope.MEDIA_WRITE, Scope.MEDIA_READ)),
            ("other", "other", (Scope.MEDIA_WRITE, Scope.MEDIA_READ)),
            ("sender", "acme", (Scope.MESSAGES_SEND,)),
        ):
            keys[name], kept = new_key(tenant, scopes, created=clock())
            parts.registry.add_key(kept)
        yield Function(app, vendor, clock, keys)


@pytest.mark.feature("F21")
def test_posting_and_reading(function: Function) -> None:
    """
    Raw bytes are taken with 201 and read back with their facts and an address; a file name may be given.
    """
    posted = function.post(PNG, "image/png", query="filename=Logo%20%C3%84.png")
    body = json.loads(posted["body"])
    assert posted["statusCode"] == 201
    assert posted["headers"]["location"] == f"/v1/media/{body['id']}"
    assert (body["content_type"], body["kind"], body["size"]) == ("image/png", "image", len(PNG))
    assert body["filename"] == "Logo Ä.png"
    read = function.read(body["id"])
    assert read["statusCode"] == 200
    assert json.loads(read["body"]) == body


@pytest.mark.feature("F21")
def test_a_field_that_says_nothing_is_left_out(function: Function) -> None:
    """
    Media without a name have no field for it.
    """
    assert "filename" not in json.loads(function.post(PNG, "image/png")["body"])


@pytest.mark.feature("F21")
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "image/png", 422),
        (PNG, "image/jpeg", 422),
        (b"<svg/>", "image/svg+xml", 415),
        (b"{}", "application/json", 415),
        (bytes(4_194_305), "image/png", 413),
    ],
)
def test_bad_posts(function: Function, body: bytes, content_type: str, status: int) -> None:
    """
    Media of 0 bytes, of the wrong type and too large get the documented problem.
    """
    answer = function.post(body, content_type)
    assert answer["statusCode"] == status
    assert answer["headers"]["content-type"] == "application/problem+json"


@pytest.mark.feature("F21")
def test_who_may(function: Function) -> None:
    """
    Media need a key of their scope, and another tenant's do not exist.
    """
    media_id = json.loads(function.post(PNG, "image/png")["body"])["id"]
    assert function.post(PNG, "image/png", key="sender")["statusCode"] == 403
    assert function.read(media_id, key="sender")["statusCode"] == 403
    assert function.read(media_id, key="other")["statusCode"] == 404
    assert function.read("a" * 26)["statusCode"] == 404
    assert function.http("POST /v1/media", headers={}, body="x")["statusCode"] == 401
    assert function.http("POST /v1/media/uploads", headers={}, body="{}")["statusCode"] == 401


def _start(function: Function, body: object) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {function.keys['acme']}", "content-type": "application/json"}
    return function.http("POST /v1/media/uploads", headers=headers, body=json.dumps(body))


@pytest.mark.feature("F21")
def test_a_large_upload(function: Function) -> None:
    """
    Large media get an address, the headers to send and the time it is good for.
    """
    answer = _start(function, {"content_type": "video/mp4", "size": 50_000_000, "filename": "a.mp4"})
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 201
    assert answer["headers"]["location"] == f"/v1/media/{body['id']}"
    assert body["method"] == "PUT"
    assert body["headers"]["Content-Length"] == "50000000"
    assert f"/media/acme/{body['id']}?" in body["url"]
    assert body["expires_at"] == "2025-06-15T15:21:40.000Z"


@pytest.mark.feature("F21")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content_type": "video/mp4", "size": 0}, "size"),
        ({"content_type": "video/mp4", "size": 100_000_001}, "size"),
        ({"content_type": "text/html", "size": 1}, "content_type"),
        ({"content_type": "image/png", "size": 1, "filename": "a/b"}, "filename"),
        ({"content_type": "image/png", "size": 1, "filename": "a.exe"}, "filename"),
        ({"size": 1}, "content_type"),
    ],
)
def test_bad_uploads(function: Function, body: object, field: str) -> None:
    """
    An upload that could not be used is refused with the field, before any bytes travel.
    """
    answer = _start(function, body)
    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["field"] == field


@pytest.mark.feature("F21")
def test_the_public_link(function: Function) -> None:
    """
    The link given to providers needs no key: it redirects to the bytes, and a wrong one is not found.
    """
    media_id = json.loads(function.post(PNG, "image/png")["body"])["id"]
    link = function.app.parts.shelf.link("https://herald.example", "acme", media_id, "image/png")
    signature = link.rpartition("/")[2]
    parameters = {"id": media_id, "signature": signature}
    answer = function.http("GET /v1/media/{id}/{signature}", headers={}, pathParameters=parameters)
    assert answer["statusCode"] == 302
    assert f"/media/acme/{media_id}?" in answer["headers"]["location"]
    assert "body" not in answer
    parameters["signature"] = f"{signature.removesuffix('png')}jpg"
    answer = function.http("GET /v1/media/{id}/{signature}", headers={}, pathParameters=parameters)
    assert answer["statusCode"] == 404


@pytest.mark.feature("W8")
@pytest.mark.feature("W9")
def test_fetching_what_a_person_sent(function: Function) -> None:
    """
    A record of the media queue brings the picture to the tenant, byte for byte.
    """
    function.receive("in1")
    assert function.records('{"inbound": "in1"}') == []
    item = function.inbound("in1")
    assert item["media"][0]["state"] == "ready"
    assert item["announced"] == function.clock.now
    assert function.vendor.asked == ["/messaging/media/media-in1"]
    assert function.read(item["media"][0]["media_id"])["statusCode"] == 200
    assert function.app.parts.bucket.get(f"media/acme/{item['media'][0]['media_id']}") == PNG


@pytest.mark.feature("W8")
def test_an_error_document_in_a_200(function: Function) -> None:
    """
    websms may tell by a JSON document in a 200 that there is no such media: it fails, and is not kept as a file.
    """
    function.receive("in1")
    function.vendor.body = b'{"statusCode": 4034, "statusMessage": "INVALID_MEDIA"}'
    function.vendor.content_type = "application/json"
    assert function.records('{"inbound": "in1"}') == []
    assert function.inbound("in1")["media"][0]["state"] == "failed"


@pytest.mark.feature("W9")
def test_only_failures_come_again(function: Function) -> None:
    """
    A provider that is down fails its record until the last try; the others in the batch are done with.
    """
    function.receive("in1")
    function.vendor.status = 503
    records = ('{"inbound": "in1"}', '{"announce": "gone"}', '{"inbound": "gone"}')
    assert function.records(*records) == ["m0"]
    assert function.records("not json", '{"announce": "in1"}') == ["m0"]
    assert function.inbound("in1")["media"][0]["state"] == "pending"
    assert function.inbound("in1")["announced"] == function.clock.now
    assert function.records('{"inbound": "in1"}', received=5) == []
    assert function.inbound("in1")["media"][0]["state"] == "failed"
