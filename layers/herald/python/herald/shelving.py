"""
Media of tenants: taken in, inspected, described, handed out.

What Herald stores itself is named by its content, so the same bytes twice are one medium. What is uploaded past us,
to a presigned address, has a random id, cannot be replaced once it is there, and is inspected when it is
first used. No HTTP library is loaded here: the send function checks media too.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import IO, Annotated

from pydantic import BaseModel, Field

from herald import identifier, media_type
from herald.aws.bucket import MAX_SECONDS, Bucket, Stored
from herald.content import Content, Media, MediaContent, MediaKind, Model, StickerContent, TemplateHeader, VoiceContent
from herald.errors import InvalidMessage, NotFound, RequestTooLarge, UnsupportedBody, UnsupportedFeature
from herald.provider import ChannelFacts, MediaRule
from herald.view import stamp
from herald.web_address import AddressRefused, check_spelling

MAX_DIRECT = 4_194_304
"""Bytes that one request can carry: Lambda takes 6 MB, and base64 makes four of three."""

LINK_DAYS = 7
"""Days that a public link is good for, at least; up to one more, so that a medium has one link a day."""

_SERVE_SECONDS = 300
_REMEMBER = 300_000
_MAX_REMEMBERED = 1000
_DAY = 86_400_000
_SIGNATURE = re.compile(r"([a-z0-9-]{2,40})\.([1-9][0-9]{4,5})\.([a-z2-7]{32})\.([a-z0-9]{1,5})")
_MAC = 32
_MAX_NAME = 240

_ANYTHING = MediaRule(frozenset(media_type.KINDS), media_type.MAX_SIZE)
_NOTHING = MediaRule(frozenset(), 0)


class UploadRequest(Model):
    """The body of `POST /v1/media/uploads`: what will be put to the address. Size in bytes."""

    content_type: Annotated[str, Field(min_length=3, max_length=200)]
    size: Annotated[int, Field(ge=1, le=media_type.MAX_SIZE)]
    filename: Annotated[str, Field(min_length=1, max_length=_MAX_NAME, pattern=r'^[^/\\\x00-\x1f"]+$')] | None = None


class UploadGrant(Model):
    """Where to PUT the bytes, with exactly these headers, once, before it expires (ISO 8601)."""

    id: str
    method: str = "PUT"
    url: str
    headers: dict[str, str]
    expires_at: str


class MediaDescription(Model):
    """What is known of a medium. Size in bytes, `sha256` in hex; `url` is for anybody until then (ISO 8601)."""

    id: str
    content_type: str
    kind: MediaKind
    size: int
    sha256: str | None = None
    filename: str | None = None
    url: str
    url_expires_at: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a content media is named, and as what kind it is to be shown; None: anything fits."""

    path: str
    media: Media
    kind: MediaKind | None
    sticker: bool = False


class Shelf:
    """
    The media of all tenants.

    `secret` gives the stack's signing secret, `now` milliseconds since 1970. `unsafe_hosts` as for `check_spelling`.
    """

    def __init__(
        self,
        bucket: Bucket,
        secret: Callable[[], bytes],
        now: Callable[[], int],
        *,
        unsafe_hosts: Container[str] = (),
    ) -> None:
        self._bucket = bucket
        self._secret = secret
        self._now = now
        self._unsafe_hosts = unsafe_hosts
        self._inspected: dict[str, tuple[int, Stored]] = {}

    # Taking in.

    def store_upload(self, tenant: str, body: bytes, declared: str, filename: str | None = None) -> MediaDescription:
        """
        Keep what a tenant posts.

        Raises RequestTooLarge, UnsupportedBody (a type that is not relayed) or InvalidMessage (empty, or not
        what it is declared as).
        """
        if len(body) > MAX_DIRECT:
            raise RequestTooLarge(
                f"the media has {len(body)} bytes, {MAX_DIRECT} are taken here", hint="use POST /v1/media/uploads"
            )
        if not body:
            raise InvalidMessage("the media is empty")
        found = told_type(declared, sample(body))
        _check_name(filename)
        return self.describe(tenant, self.keep(tenant, body, found, filename))

    def keep(  # noqa: PLR0913 - the facts of a medium
        self,
        tenant: str,
        body: bytes | IO[bytes],
        content_type: str,
        filename: str | None = None,
        sha256: str | None = None,
        *,
        media_id: str | None = None,
    ) -> str:
        """
        Store inspected bytes under an id made of them, unless they have one; a file comes with its `sha256` in hex.

        Returns the id.
        """
        if isinstance(body, bytes):
            sha256 = hashlib.sha256(body).hexdigest()
        media_id = media_id or identifier.digest("media", tenant, f"{sha256}", content_type, filename or "")
        self._bucket.put(_key(tenant, media_id), body, content_type, sha256=sha256, filename=filename)
        return media_id

    def start_upload(self, tenant: str, request: UploadRequest) -> UploadGrant:
        """An address to put large media to. Raises UnsupportedBody or InvalidMessage."""
        content_type = media_type.canonical(request.content_type)
        if content_type not in media_type.KINDS:
            raise InvalidMessage("this content type is not relayed", field="content_type", hint=_known())
        _check_name(request.filename)
        media_id = identifier.random_id()
        upload = self._bucket.upload_url(
            _key(tenant, media_id), content_type, request.size, request.filename, MAX_SECONDS
        )
        return UploadGrant(
            id=media_id, url=upload.url, headers=dict(upload.headers), expires_at=self._after(MAX_SECONDS)
        )

    def remove(self, tenant: str, media_id: str) -> None:
        """Forget a medium; it need not exist. Whoever looked at it lately may take it for there a little longer."""
        self._inspected.pop(_key(tenant, media_id), None)
        self._bucket.delete(_key(tenant, media_id))

    # Handing out.

    def describe(self, tenant: str, media_id: str) -> MediaDescription:
        """What is known of a medium, with an address to download it. Raises NotFound, InvalidMessage."""
        stored = self.find(tenant, media_id)
        return MediaDescription(
            id=media_id,
            content_type=stored.content_type,
            kind=media_type.kind_of(stored.content_type),
            size=stored.size,
            sha256=stored.sha256,
            filename=stored.filename,
            url=self._bucket.download_url(stored, MAX_SECONDS),
            url_expires_at=self._after(MAX_SECONDS),
        )

    def link(self, base: str, tenant: str, media_id: str, content_type: str) -> str:
        """
        The public address of a medium, for providers to fetch it from; `base` is where the API is called.

        It ends like a file of its type: some providers go by that.
        """
        last_day = self._now() // _DAY + LINK_DAYS + 1
        signature = f"{tenant}.{last_day}.{self._mac(tenant, media_id, last_day)}"
        return f"{base.rstrip('/')}/v1/media/{media_id}/{signature}.{media_type.extension(content_type)}"

    def serve(self, media_id: str, signature: str) -> str:
        """Where a public link leads to right now. Raises NotFound for whatever is wrong with it."""
        found = _SIGNATURE.fullmatch(signature)
        if found is None or not identifier.is_id(media_id):
            raise NotFound("there is no such media")
        tenant, last_day, mac = found[1], int(found[2]), found[3]
        genuine = hmac.compare_digest(mac, self._mac(tenant, media_id, last_day))
        if not genuine or self._now() // _DAY >= last_day:
            raise NotFound("there is no such media")
        stored = self.find(tenant, media_id)
        if found[4] != media_type.extension(stored.content_type):
            raise NotFound("there is no such media")
        return self._bucket.download_url(stored, _SERVE_SECONDS)

    def _mac(self, tenant: str, media_id: str, last_day: int) -> str:
        # The key also signs other things; the first word keeps them apart.
        text = f"media {tenant}.{media_id}.{last_day}".encode()
        return identifier.encode(hmac.digest(self._secret(), text, hashlib.sha256), _MAC)

    def _after(self, seconds: int) -> str:
        return stamp(self._now() + seconds * 1000)

    # Looking into.

    def find(self, tenant: str, media_id: str) -> Stored:
        """A medium of the tenant, inspected. Raises NotFound, or InvalidMessage for what came past us and is bad."""
        if not identifier.is_id(media_id):
            raise NotFound("there is no such media")
        key = _key(tenant, media_id)
        remembered = self._inspected.get(key)
        if remembered and 0 <= self._now() - remembered[0] < _REMEMBER:
            return remembered[1]
        stored = self._bucket.head(key)
        if stored is None:
            raise NotFound("there is no such media")
        if stored.sha256 is None:
            self._inspect(stored)
        return self._remember(stored)

    def settled(self, tenant: str, media_id: str) -> Stored:
        """As `find`, with the hash known also of what was uploaded past us; it is computed once and written down."""
        stored = self.find(tenant, media_id)
        if stored.sha256 is not None:
            return stored
        digest = hashlib.sha256()
        for part in self._bucket.stream(stored.key):
            digest.update(part)
        return self._remember(self._bucket.describe(stored, sha256=digest.hexdigest()))

    def read(self, stored: Stored) -> bytes:
        """All bytes of a medium. Raises NotFound when it is gone meanwhile."""
        body = self._bucket.get(stored.key)
        if body is None:
            raise NotFound("there is no such media")
        return body

    def _remember(self, stored: Stored) -> Stored:
        if len(self._inspected) >= _MAX_REMEMBERED:
            self._inspected.clear()
        self._inspected[stored.key] = (self._now(), stored)
        return stored

    def _inspect(self, stored: Stored) -> None:
        """Look at the first bytes, and the last of an archive. Raises InvalidMessage."""
        if not 0 < stored.size <= media_type.MAX_SIZE:
            raise InvalidMessage(f"the media must have 1 to {media_type.MAX_SIZE} bytes")
        head = self._bucket.peek(stored.key, 0, media_type.PEEK)
        if head.startswith(b"PK") and stored.size > media_type.PEEK:
            head += self._bucket.peek(stored.key, max(media_type.PEEK, stored.size - media_type.PEEK), media_type.PEEK)
        if not media_type.agree(stored.content_type, media_type.sniff(head)):
            raise InvalidMessage("the media is not what it was declared as", hint=f"declared {stored.content_type}")

    def check(self, tenant: str, content: Content, facts: ChannelFacts) -> None:
        """
        Refuse a content whose media the tenant does not have, that does not fit, or that lies where nobody is called.

        Raises InvalidMessage.
        """
        for place in places(content):
            if place.media.url is None:
                self._check_place(tenant, place, facts)
            else:
                self._check_address(place.media.url, place)

    def _check_address(self, url: str, place: Place) -> None:
        try:
            check_spelling(url, self._unsafe_hosts)
        except AddressRefused as error:
            raise AddressRefused(
                error.detail, field=f"{place.path}.url", hint="https, a public host, port 443 or 8443, no credentials"
            ) from error

    def _check_place(self, tenant: str, place: Place, facts: ChannelFacts) -> None:
        field = f"{place.path}.id"
        try:
            stored = self.find(tenant, f"{place.media.id}")
        except NotFound as error:
            raise InvalidMessage("there is no such media", field=field, hint="POST /v1/media first") from error
        except InvalidMessage as error:
            raise InvalidMessage(error.detail, field=field, hint=error.hint) from error
        check_fit(stored, place, facts, field)


def check_fit(stored: Stored, place: Place, facts: ChannelFacts, field: str) -> None:
    """Whether a medium can be shown here, by what the provider takes. Raises InvalidMessage or UnsupportedFeature."""
    kind = media_type.kind_of(stored.content_type)
    if stored.content_type not in media_type.KINDS:
        raise InvalidMessage("media of this type is not relayed", field=field, hint=_known())
    if place.kind not in (None, MediaKind.FILE, MediaKind.DOCUMENT, kind):
        raise InvalidMessage(f"the media is of kind {kind}, not {place.kind}", field=field)
    rule = _rule(place, kind, facts)
    if stored.content_type not in rule.types:
        raise UnsupportedFeature(
            "the provider does not take this type of media here", field=field, hint=f"it takes {_types(rule)}"
        )
    if stored.size > rule.size:
        raise InvalidMessage(f"the media has {stored.size} bytes, {rule.size} are allowed", field=field)


def _rule(place: Place, kind: MediaKind, facts: ChannelFacts) -> MediaRule:
    """What the provider takes here; anything that is relayed, where it has no rules."""
    if place.sticker and facts.sticker:
        return facts.sticker
    if not facts.media:
        return _ANYTHING
    return facts.media.get(MediaKind.DOCUMENT if place.kind is MediaKind.DOCUMENT else kind, _NOTHING)


def _types(rule: MediaRule) -> str:
    return ", ".join(sorted(rule.types)) or "none of this kind"


def places(part: object, path: str = "content", kind: MediaKind | None = None) -> Iterator[Place]:
    """Every place of a content where media is named, repeats included."""
    if isinstance(part, StickerContent):
        yield Place(f"{path}.media", part.media, MediaKind.IMAGE, sticker=True)
    elif isinstance(part, Media):
        yield Place(path, part, kind)
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from places(getattr(part, name), f"{path}.{name}", _wanted(part, name))
    elif isinstance(part, tuple):
        for position, item in enumerate(part):
            yield from places(item, f"{path}[{position}]", kind)


def _wanted(part: BaseModel, name: str) -> MediaKind | None:
    """As what the media in this field is shown, where the content says."""
    match part:
        case MediaContent() | TemplateHeader() if name == "media":
            return part.kind
        case VoiceContent():
            return MediaKind.AUDIO
        case _:
            return MediaKind.IMAGE if name == "thumbnail" else None


def sample(body: bytes) -> bytes:
    """As much of a body as tells its type."""
    head, rest = body[: media_type.PEEK], body[media_type.PEEK :]
    return head + rest[-media_type.PEEK :] if head.startswith(b"PK") else head


def told_type(declared: str, head: bytes) -> str:
    """
    The type of media that was declared so and begins like this; nothing declared means whatever it is.

    Raises UnsupportedBody for what is not relayed, InvalidMessage when both do not agree.
    """
    said = media_type.canonical(declared)
    found = media_type.sniff(head)
    if said in ("", media_type.OPAQUE, "binary/octet-stream"):
        said = found or said
    if said not in media_type.KINDS:
        raise UnsupportedBody("media of this type is not relayed", hint=_known())
    if not media_type.agree(said, found):
        raise InvalidMessage("the media is not what it was declared as", field="content-type", hint=f"declared {said}")
    return said


def _check_name(filename: str | None) -> None:
    if filename is None:
        return
    if not 0 < len(filename) <= _MAX_NAME or not filename.isprintable() or any(sign in filename for sign in '/\\"'):
        raise InvalidMessage(
            f"the file name must have 1 to {_MAX_NAME} characters, no path and no quotes", field="filename"
        )
    if media_type.dangerous_name(filename):
        raise InvalidMessage("files with such a name are not relayed", field="filename")


def _known() -> str:
    return f"one of {', '.join(media_type.KINDS)}"


def inbound_media_id(inbound_id: str, position: int) -> str:
    """What a person sent is a medium of its own, be its bytes another's too: so it can go with their message."""
    return identifier.digest("inbound media", inbound_id, str(position))


def _key(tenant: str, media_id: str) -> str:
    return f"media/{tenant}/{media_id}"
