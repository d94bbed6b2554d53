"""
The bucket keeps media and unreadable webhooks, and hands out addresses that allow one thing only.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from herald.aws.bucket import Bucket, Label, Stored
from herald.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.feature("F21")

NOW = 1_780_000_000_000
KEY = "media/acme/abc"


@pytest.fixture
def client() -> Iterator["S3Client"]:
    """S3 with the bucket in it."""
    with mock_aws():
        s3 = boto3.client(
            "s3",
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(signature_version="s3v4"),
        )
        s3.create_bucket(Bucket="herald", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield s3


@pytest.fixture
def bucket(client: "S3Client") -> Bucket:
    return Bucket(lambda: client, "herald")


def signed(url: str) -> dict[str, str]:
    """What stands in a presigned address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_what_is_put_is_got(bucket: Bucket) -> None:
    """
    Bytes come back as they were, with their type, hash and a name in any script.
    """
    bucket.put(KEY, b"hello", "text/plain", sha256="ab" * 32, filename="Größe 1+1=2.txt")
    assert bucket.get(KEY) == b"hello"
    assert b"".join(bucket.stream(KEY)) == b"hello"
    assert bucket.head(KEY) == Stored(KEY, "text/plain", 5, "ab" * 32, "Größe 1+1=2.txt")


def test_a_file_is_put(bucket: Bucket) -> None:
    """
    A file goes up as it is read; what nobody told is not known.
    """
    bucket.put(KEY, io.BytesIO(b"x" * 1_000_000), "image/png")
    assert bucket.head(KEY) == Stored(KEY, "image/png", 1_000_000)
    assert bucket.peek(KEY, 999_990, 100) == b"x" * 10


def test_what_is_not_there(bucket: Bucket) -> None:
    """
    A key that does not exist is None, not an error.
    """
    assert bucket.head(KEY) is None
    assert bucket.get(KEY) is None


class Broken:
    """A client whose every call fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def call(*_: object, **__: object) -> None:
            raise self._error

        return call


CALLS: dict[str, Callable[[Bucket], object]] = {
    "put": lambda bucket: bucket.put(KEY, b"", "text/plain"),
    "head": lambda bucket: bucket.head(KEY),
    "get": lambda bucket: bucket.get(KEY),
    "peek": lambda bucket: bucket.peek(KEY, 0, 1),
    "stream": lambda bucket: list(bucket.stream(KEY)),
    "describe": lambda bucket: bucket.describe(Stored(KEY, "text/plain", 1), sha256="ab"),
    "upload_url": lambda bucket: bucket.upload_url(KEY, "text/plain", 1, None, 1),
    "download_url": lambda bucket: bucket.download_url(Stored(KEY, "text/plain", 1), 1),
    "quarantine": lambda bucket: bucket.quarantine("acme", b"", Label("status", "unreadable"), NOW),
    "quarantined": lambda bucket: list(bucket.quarantined()),
    "quarantined_label": lambda bucket: bucket.quarantined_label("quarantine/acme/2026-01-01/a"),
    "quarantined_body": lambda bucket: bucket.quarantined_body("quarantine/acme/2026-01-01/a"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "SlowDown", "Message": ""}}, "PutObject"),
        EndpointConnectionError(endpoint_url="https://s3"),
    ],
)
def test_a_failing_bucket(call: str, error: Exception) -> None:
    """
    When S3 refuses or cannot be reached, the work is kept for later.
    """
    broken: Any = Broken(error)
    with pytest.raises(Unavailable):
        CALLS[call](Bucket(lambda: broken, "herald"))


@pytest.mark.parametrize("code", ["403", "404", "NoSuchKey", "AccessDenied"])
def test_a_key_that_may_not_be_listed(code: str) -> None:
    """
    Whoever may not list is told 403 for what does not exist; it is missing all the same.
    """
    broken: Any = Broken(ClientError({"Error": {"Code": code, "Message": ""}}, "HeadObject"))
    assert Bucket(lambda: broken, "herald").head(KEY) is None


def test_an_upload_address(bucket: Bucket) -> None:
    """
    It is bound to size, type, name and to being the first, and lives for a quarter of an hour at most.
    """
    upload = bucket.upload_url(KEY, "video/mp4", 5_000_000, "Ä.mp4", 10_000)
    query = signed(upload.url)
    assert urlsplit(upload.url).path.endswith(KEY)
    assert query["X-Amz-Expires"] == "900"
    assert set(query["X-Amz-SignedHeaders"].split(";")) >= {
        "content-length",
        "content-type",
        "if-none-match",
        "x-amz-meta-filename",
    }
    assert upload.headers == {
        "Content-Type": "video/mp4",
        "Content-Length": "5000000",
        "If-None-Match": "*",
        "x-amz-meta-filename": "%C3%84.mp4",
    }


def test_a_download_address(bucket: Bucket) -> None:
    """
    It serves an attachment of the type that was found, under the name that was given.
    """
    url = bucket.download_url(Stored(KEY, "image/png", 1, filename='a";\r\nä.png'), 60)
    query = signed(url)
    assert query["X-Amz-Expires"] == "60"
    assert query["response-content-type"] == "image/png"
    assert query["response-content-disposition"] == "attachment; filename*=UTF-8''a%22%3B%0D%0A%C3%A4.png"
    nameless = bucket.download_url(Stored(KEY, "image/png", 1), 60)
    assert signed(nameless)["response-content-disposition"] == "attachment"


def test_a_hash_is_written_down(bucket: Bucket, client: "S3Client") -> None:
    """
    The hash of what was uploaded past us is added without changing anything else.
    """
    bucket.put(KEY, b"hello", "text/plain", filename="ä.txt")
    stored = bucket.head(KEY)
    assert stored is not None
    sha256 = hashlib.sha256(b"hello").hexdigest()
    assert bucket.describe(stored, sha256=sha256) == bucket.head(KEY)
    assert bucket.head(KEY) == Stored(KEY, "text/plain", 5, sha256, "ä.txt")
    assert bucket.get(KEY) == b"hello"
    assert client.list_objects_v2(Bucket="herald")["KeyCount"] == 1


def test_quarantine(bucket: Bucket, client: "S3Client") -> None:
    """
    Unreadable webhooks are kept raw by account and day, the same twice as two, and can be read again.
    """
    body = b"\xff\x00 no json"
    label = Label("statüs", "unreadable", verified=True, headers={"x-signature": "ä \ud800"})
    first = bucket.quarantine("acme-websms", body, label, NOW)
    second = bucket.quarantine("acme-websms", body, label, NOW)
    bucket.quarantine("other", b"x", Label("inbound", "unreadable"), NOW)
    assert first.startswith("quarantine/acme-websms/2026-05-28/")
    assert first != second
    assert sorted(bucket.quarantined("acme-websms")) == sorted([first, second])
    assert len(list(bucket.quarantined())) == 3
    assert bucket.quarantined_body(first) == (body, label)
    assert bucket.quarantined_label(first) == label
    metadata = client.head_object(Bucket="herald", Key=first)["Metadata"]
    assert (metadata["reason"], metadata["verified"]) == ("unreadable", "yes")


def test_headers_that_do_not_fit(bucket: Bucket) -> None:
    """
    S3 takes 2 kB of metadata: the longest headers are left out, and what is kept is kept whole.
    """
    headers = {"x-signature": "s" * 135, "x-long": "\u00e4" * 900, "x-other": "o" * 500}
    key = bucket.quarantine("acme", b"", Label("k" * 64, "unreadable", headers=headers), NOW)
    assert bucket.quarantined_label(key).headers == {name: headers[name] for name in ("x-signature", "x-other")}


def test_what_is_labelled_by_somebody_else(bucket: Bucket, client: "S3Client") -> None:
    """
    What was put there without a word on its proof is not believed.
    """
    client.put_object(Bucket="herald", Key="quarantine/acme/2026-01-01/a", Body=b"x", Metadata={"kind": "status"})
    assert bucket.quarantined_body("quarantine/acme/2026-01-01/a") == (b"x", Label("status", ""))
