"""
The bucket: media, and webhooks that could not be read.

    media/<tenant>/<id>                          content type as S3 knows it; metadata: sha256, filename
    quarantine/<account>/<yyyy-mm-dd>/<id>       a raw body; metadata: kind, reason, verified, headers

Whoever may not list the bucket, as our roles may not, is told 403 rather than 404 of a key that does not exist;
the two are read alike. Every other refusal becomes Unavailable.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from botocore.exceptions import BotoCoreError, ClientError

from herald import identifier
from herald.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_SECONDS = 900
"""Seconds that a presigned address may live."""

_MAX_HEADERS = 840
"""Bytes of a webhook's headers that are kept with it: S3 takes 2 kB of metadata, and these become base64."""

_PART = 262_144
_MISSING = frozenset({"403", "404", "AccessDenied", "Forbidden", "NoSuchKey", "NotFound"})


@dataclass(frozen=True, slots=True)
class Stored:
    """What the bucket knows of an object. Size in bytes; `sha256` and `filename` are None where nobody told."""

    key: str
    content_type: str
    size: int
    sha256: str | None = None
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """
    What is known of something in quarantine: the kind of its webhook or list, and why it is there.

    `verified`: it was known to be the provider's own when it was put there. `headers` are those needed to read it
    again, and to verify it where that was not done.
    """

    kind: str
    reason: str
    verified: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upload:
    """An address to PUT to: it takes these headers only, and once."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Bucket:
    """The bucket by its name; `client` is asked for at the first call."""

    def __init__(self, client: Callable[[], "S3Client"], name: str) -> None:
        self._client = client
        self.name = name

    def put(
        self,
        key: str,
        body: bytes | IO[bytes],
        content_type: str,
        *,
        sha256: str | None = None,
        filename: str | None = None,
    ) -> None:
        """Store an object, over one of the same key."""
        with _available():
            self._client().put_object(
                Bucket=self.name,
                Key=key,
                Body=body,
                ContentType=content_type,
                Metadata=_metadata(sha256=sha256, filename=filename),
            )

    def head(self, key: str) -> Stored | None:
        """What is known of an object, None when there is none."""
        answer = _unless_missing(lambda: self._client().head_object(Bucket=self.name, Key=key))
        return _stored(key, answer) if answer else None

    def get(self, key: str) -> bytes | None:
        """An object whole, None when there is none."""
        return _unless_missing(lambda: b"".join(self._parts(key)))

    def peek(self, key: str, start: int, length: int) -> bytes:
        """So many bytes from `start`, fewer at the end; the object exists and is larger than `start`."""
        with _available():
            answer = self._client().get_object(Bucket=self.name, Key=key, Range=f"bytes={start}-{start + length - 1}")
            return answer["Body"].read()

    def stream(self, key: str) -> Iterator[bytes]:
        """An object in parts; it exists."""
        with _available():
            yield from self._parts(key)

    def _parts(self, key: str) -> Iterator[bytes]:
        return self._client().get_object(Bucket=self.name, Key=key)["Body"].iter_chunks(_PART)

    def delete(self, key: str) -> None:
        """Remove an object; it need not exist."""
        with _available():
            self._client().delete_object(Bucket=self.name, Key=key)

    def describe(self, stored: Stored, *, sha256: str) -> Stored:
        """Write down the hash of an object that was uploaded past us."""
        with _available():
            self._client().copy_object(
                Bucket=self.name,
                Key=stored.key,
                CopySource={"Bucket": self.name, "Key": stored.key},
                ContentType=stored.content_type,
                Metadata=_metadata(sha256=sha256, filename=stored.filename),
                MetadataDirective="REPLACE",
            )
        return Stored(stored.key, stored.content_type, stored.size, sha256, stored.filename)

    def upload_url(self, key: str, content_type: str, size: int, filename: str | None, seconds: int) -> Upload:
        """
        An address that takes exactly `size` bytes of this type, once.

        Size, type and name are signed; so is `If-None-Match`, or what was inspected could be replaced afterwards.
        """
        metadata = _metadata(filename=filename)
        url = self._presign(
            "put_object",
            seconds,
            {
                "Key": key,
                "ContentType": content_type,
                "ContentLength": size,
                "IfNoneMatch": "*",
                "Metadata": metadata,
            },
        )
        headers = {"Content-Type": content_type, "Content-Length": str(size), "If-None-Match": "*"}
        return Upload(url, headers | {f"x-amz-meta-{name}": value for name, value in metadata.items()})

    def download_url(self, stored: Stored, seconds: int) -> str:
        """An address that anybody may GET from; always as an attachment, so nothing runs in a browser."""
        disposition = "attachment"
        if stored.filename:
            disposition += f"; filename*=UTF-8''{quote(stored.filename, safe='')}"
        return self._presign(
            "get_object",
            seconds,
            {
                "Key": stored.key,
                "ResponseContentDisposition": disposition,
                "ResponseContentType": stored.content_type,
            },
        )

    def _presign(self, operation: str, seconds: int, parameters: Mapping[str, Any]) -> str:
        with _available():
            return self._client().generate_presigned_url(
                operation, Params={"Bucket": self.name, **parameters}, ExpiresIn=min(seconds, MAX_SECONDS)
            )

    def quarantine(self, account: str, body: bytes, label: Label, now: int, name: str | None = None) -> str:
        """
        Keep what a provider told for people, and return its key. `now` in milliseconds since 1970.

        Under the same `name` it is kept once a day.
        """
        day = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
        key = f"quarantine/{account}/{day}/{name or identifier.random_id()}"
        with _available():
            self._client().put_object(
                Bucket=self.name,
                Key=key,
                Body=body,
                ContentType="application/octet-stream",
                Metadata=_metadata(
                    kind=label.kind,
                    reason=label.reason,
                    verified="yes" if label.verified else "no",
                    headers=_packed(label.headers),
                ),
            )
        return key

    def quarantined(self, account: str | None = None, after: str = "") -> Iterator[str]:
        """Keys of what is kept, of one account or all, the oldest day first, `after` one. Needs the right to list."""
        prefix = f"quarantine/{account}/" if account else "quarantine/"
        with _available():
            pages = self._client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.name, Prefix=prefix, StartAfter=after):
                yield from (entry["Key"] for entry in page.get("Contents", []))

    def quarantined_label(self, key: str) -> Label:
        """What is known of one of these."""
        with _available():
            return _label(self._client().head_object(Bucket=self.name, Key=key))

    def quarantined_body(self, key: str) -> tuple[bytes, Label]:
        """The raw body, to be replayed, and what is known of it."""
        with _available():
            answer = self._client().get_object(Bucket=self.name, Key=key)
            return answer["Body"].read(), _label(answer)


def _metadata(**values: str | None) -> dict[str, str]:
    """Percent-encoded, since S3 metadata are ASCII."""
    return {name: quote(value, safe="") for name, value in values.items() if value is not None}


def _packed(headers: Mapping[str, str]) -> str:
    """Headers as they lie in metadata; the longest are left out until the others fit."""
    kept = dict(headers)
    while len(text := json.dumps(kept).encode("ascii")) > _MAX_HEADERS:
        del kept[max(kept, key=lambda name: len(name) + len(kept[name]))]
    return urlsafe_b64encode(text).decode("ascii")


def _label(answer: Mapping[str, Any]) -> Label:
    metadata = {name: unquote(value) for name, value in answer.get("Metadata", {}).items()}
    headers = json.loads(urlsafe_b64decode(metadata["headers"])) if "headers" in metadata else {}
    return Label(metadata.get("kind", ""), metadata.get("reason", ""), metadata.get("verified") == "yes", headers)


def _stored(key: str, answer: Mapping[str, Any]) -> Stored:
    metadata = {name: unquote(value) for name, value in answer.get("Metadata", {}).items()}
    return Stored(key, answer["ContentType"], answer["ContentLength"], metadata.get("sha256"), metadata.get("filename"))


def _unless_missing[T](operation: Callable[[], T]) -> T | None:
    """What the operation gives; None when S3 says that there is no such key."""
    with _available():
        try:
            return operation()
        except ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise
            return None


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("the bucket cannot be reached for now") from error
