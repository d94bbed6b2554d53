"""
Media on their way: inspected once, uploaded to a provider once, fetched from people without a loss.
"""

import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from herald import media_type
from herald.aws.bucket import Bucket
from herald.aws.inbound import Inbounds
from herald.aws.registry import Registry
from herald.aws.table import Table
from herald.aws.uploads import FRESH, Uploads
from herald.calling import Caller
from herald.clock import Time
from herald.content import (
    Card,
    CarouselContent,
    Content,
    Media,
    MediaContent,
    MediaKind,
    PushContent,
    StickerContent,
    TemplateContent,
    TemplateHeader,
    TextContent,
    VoiceContent,
)
from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    HeraldError,
    InvalidMessage,
    NotFound,
    OutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
    Reason,
    RequestTooLarge,
    Unavailable,
    UnsupportedBody,
)
from herald.guarded import Fetched, Guarded
from herald.models import Account, MediaFile
from herald.provider import ChannelFacts, MediaRule, Request, Response
from herald.relaying import FETCH_SECONDS, LEASE, PATIENCE, InboundMedia, Relay
from herald.shelving import MAX_DIRECT, Shelf, UploadRequest, places
from herald.web_address import AddressRefused
from tests.conftest import Show
from tests.moto_table import REGION, Clock, make_table

ACCOUNT = Account("acme-websms", "websms", ("acme",), webhook_base="https://herald.example/")
UPLOADS = ChannelFacts(frozenset({"media"}), echo=True, uploads=True)
LINKS = ChannelFacts(frozenset({"media"}), echo=True)
IMAGES = MediaRule(frozenset({"image/png", "image/jpeg"}), 5_000_000)
WHATSAPP = replace(
    LINKS, media={MediaKind.IMAGE: IMAGES, MediaKind.DOCUMENT: replace(IMAGES, size=media_type.MAX_SIZE)}
)
SECRET = b"s" * 64
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
URL = "https://media.example/logo.png"


class Vendor:
    """An adapter and its provider in one: takes uploads, gives downloads, and counts both."""

    def __init__(self) -> None:
        self.uploads: list[tuple[str, bytes]] = []
        self.downloads: list[str] = []
        self.answers: list[tuple[bytes, str] | HeraldError] = []
        self.refusals: list[HeraldError] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def call(
        self,
        _account: Account,
        build: Callable[[Any, str | None], Request],
        parse: Callable[[Any, Response], Any],
        *,
        max_bytes: int = 0,
    ) -> Any:
        build(self, "token")
        return parse(self, Response(200, {"max": str(max_bytes)}))

    def build_upload(self, media: MediaFile, data: bytes, token: str | None) -> Request:
        assert token == "token"
        self.uploads.append((media.content_type, data))
        self.meanwhile()
        return Request("POST", "https://vendor.example")

    def parse_upload(self, _response: Response) -> str:
        if self.refusals:
            raise self.refusals.pop(0)
        return f"vendor-{len(self.uploads)}"

    def build_download(self, provider_media_id: str, _token: str | None) -> Request:
        self.downloads.append(provider_media_id)
        return Request("GET", "https://vendor.example")

    def parse_download(self, response: Response) -> tuple[bytes, str]:
        assert response.headers["max"] == str(media_type.MAX_SIZE)
        answer = self.answers.pop(0)
        if isinstance(answer, HeraldError):
            raise answer
        return answer


class Web:
    """What lies at users' addresses, instead of the guarded transport."""

    def __init__(self) -> None:
        self.bodies: dict[str, tuple[bytes, str] | HeraldError] = {}
        self.fetched: list[str] = []

    def fetch(self, url: str, max_bytes: int, deadline_seconds: float) -> Fetched:
        assert max_bytes == media_type.MAX_SIZE
        assert deadline_seconds <= 20
        self.fetched.append(url)
        found = self.bodies[url]
        if isinstance(found, HeraldError):
            raise found
        return Fetched(io.BytesIO(found[0]), len(found[0]), hashlib.sha256(found[0]).hexdigest(), found[1])


class OneAtATime:
    """A client that serves one thread after the other: the real service is atomic, moto is not."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._turn = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            with self._turn:
                return getattr(self._client, name)(*arguments, **named)

        return call


@dataclass
class World:
    """Everything around the use cases, and ways to act in it."""

    table: Table
    client: Any
    clock: Clock = field(default_factory=Clock)
    vendor: Vendor = field(default_factory=Vendor)
    web: Web = field(default_factory=Web)
    while_waiting: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bucket = Bucket(lambda: self.client, "herald")
        self.shelf = self.new_shelf()
        self.uploads = Uploads(self.table)
        self.relay = self.worker()
        self.inbounds = Inbounds(self.table)
        self.registry = Registry(self.table, self.clock)

    def new_shelf(self) -> Shelf:
        """A shelf that remembers nothing yet."""
        return Shelf(self.bucket, lambda: SECRET, self.clock)

    def worker(self, sleep: Callable[[float], None] | None = None) -> Relay:
        """A worker with a memory of its own."""
        return Relay(
            shelf=self.new_shelf(),
            uploads=self.uploads,
            caller=cast("Caller", self.vendor),
            guarded=cast("Guarded", self.web),
            time=Time(self.clock, sleep or self.sleep),
        )

    def sleep(self, seconds: float) -> None:
        self.clock.now += int(seconds * 1000)
        if self.while_waiting:
            self.while_waiting.pop(0)()

    def inbound_media(self) -> InboundMedia:
        return InboundMedia(
            shelf=self.shelf,
            caller=cast("Caller", self.vendor),
            registry=self.registry,
            inbounds=self.inbounds,
            now=self.clock,
        )

    def stored(self, body: bytes = PNG, declared: str = "image/png", filename: str | None = None) -> str:
        """The id of media that tenant acme has posted."""
        return self.shelf.store_upload("acme", body, declared, filename).id

    def put_past_us(self, body: bytes, declared: str) -> str:
        """The id of media that tenant acme has put to a presigned address."""
        grant = self.shelf.start_upload("acme", UploadRequest(content_type=declared, size=max(len(body), 1)))
        self.client.put_object(Bucket="herald", Key=f"media/acme/{grant.id}", Body=body, ContentType=declared)
        return grant.id


@pytest.fixture
def world() -> Iterator[World]:
    with mock_aws():
        client = boto3.client("s3", region_name=REGION)
        client.create_bucket(Bucket="herald", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield World(make_table(), client)


def image(media: Media, kind: MediaKind = MediaKind.FILE) -> MediaContent:
    return MediaContent(media=media, kind=kind)


# Taking in.


@pytest.mark.feature("F21")
def test_posting(world: World) -> None:
    """
    Posted bytes are kept under a name made of them: described with size, hash, kind and an address.
    """
    kept = world.shelf.store_upload("acme", PNG, "image/png", "Logo 1.png")
    assert (kept.content_type, kept.kind, kept.size) == ("image/png", MediaKind.IMAGE, len(PNG))
    assert (kept.sha256, kept.filename) == (hashlib.sha256(PNG).hexdigest(), "Logo 1.png")
    assert f"/media/acme/{kept.id}?" in kept.url
    assert kept.url_expires_at == "2025-06-15T15:21:40.000Z"
    assert world.shelf.describe("acme", kept.id) == kept
    assert world.bucket.get(f"media/acme/{kept.id}") == PNG


@pytest.mark.feature("F21")
def test_the_same_bytes_are_the_same_medium(world: World) -> None:
    """
    The same bytes, type and name twice are one medium; for another tenant they are another.
    """
    first = world.stored()
    assert world.stored() == first
    assert world.stored(filename="a.png") != first
    assert world.shelf.store_upload("other", PNG, "image/png").id != first


@pytest.mark.feature("F21")
@pytest.mark.parametrize("declared", ["", "application/octet-stream", "IMAGE/PNG; x=y", "binary/octet-stream"])
def test_a_type_need_not_be_declared(world: World, declared: str) -> None:
    """
    Without a declared type, what the bytes are counts.
    """
    assert world.shelf.store_upload("acme", PNG, declared).content_type == "image/png"


REFUSED: list[tuple[bytes, str, str | None, type[HeraldError]]] = [
    (b"", "image/png", None, InvalidMessage),
    (bytes(MAX_DIRECT + 1), "image/png", None, RequestTooLarge),
    (PNG, "image/jpeg", None, InvalidMessage),
    (b"<svg/>", "image/png", None, InvalidMessage),
    (b"<svg/>", "image/svg+xml", None, UnsupportedBody),
    (b"<html>", "text/html", None, UnsupportedBody),
    (b"MZ\x90\x00", "", None, UnsupportedBody),
    (b"a=b", "application/x-www-form-urlencoded", None, UnsupportedBody),
    (b"--x", "multipart/form-data; boundary=x", None, UnsupportedBody),
    (b"{}", "application/json", None, UnsupportedBody),
    (PNG, "image/png", "run.exe", InvalidMessage),
    (PNG, "image/png", "../a.png", InvalidMessage),
    (PNG, "image/png", 'a".png', InvalidMessage),
    (PNG, "image/png", "a\r\n.png", InvalidMessage),
    (PNG, "image/png", "", InvalidMessage),
    (PNG, "image/png", "a" * 241, InvalidMessage),
]


@pytest.mark.feature("F21")
@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0][:8]!r} {case[1]} {(case[2] or '')[:12]!r}")
def test_posts_that_are_refused(world: World, case: tuple[bytes, str, str | None, type[HeraldError]]) -> None:
    """
    Empty, too large, of a type that is not relayed, not what it is declared as, or badly named: nothing is kept.
    """
    body, declared, filename, error = case
    with pytest.raises(error) as refused:
        world.shelf.store_upload("acme", body, declared, filename)
    assert type(refused.value) is error
    assert "KeyCount" in (listed := world.client.list_objects_v2(Bucket="herald"))
    assert listed["KeyCount"] == 0


@pytest.mark.feature("F21")
def test_the_largest_post(world: World) -> None:
    """
    What fits into a request is taken, and a larger one is told where to go.
    """
    assert world.shelf.store_upload("acme", PDF + bytes(MAX_DIRECT - len(PDF)), "application/pdf").size == MAX_DIRECT
    with pytest.raises(RequestTooLarge) as refused:
        world.shelf.store_upload("acme", PDF + bytes(MAX_DIRECT), "application/pdf")
    assert "/v1/media/uploads" in (refused.value.hint or "")


@pytest.mark.feature("F21")
def test_a_large_upload(world: World) -> None:
    """
    An address for large media names the headers to send; what arrives there is a medium like any other.
    """
    grant = world.shelf.start_upload("acme", UploadRequest(content_type="VIDEO/MP4", size=9, filename="Ä.mp4"))
    assert grant.method == "PUT"
    assert grant.headers["Content-Type"] == "video/mp4"
    assert grant.expires_at == "2025-06-15T15:21:40.000Z"
    with pytest.raises(NotFound):
        world.shelf.describe("acme", grant.id)
    world.client.put_object(Bucket="herald", Key=f"media/acme/{grant.id}", Body=PNG, ContentType="image/png")
    assert world.shelf.describe("acme", grant.id).size == len(PNG)


@pytest.mark.feature("F21")
@pytest.mark.parametrize(("content_type", "filename"), [("image/svg+xml", None), ("image/png", "a.svg")])
def test_uploads_that_are_refused(world: World, content_type: str, filename: str | None) -> None:
    """
    A type or name that is not relayed gets no address.
    """
    with pytest.raises(InvalidMessage):
        world.shelf.start_upload("acme", UploadRequest(content_type=content_type, size=1, filename=filename))


@pytest.mark.feature("F21")
@pytest.mark.parametrize(
    ("body", "declared"),
    [(b"", "image/png"), (PDF, "image/png"), (b"<svg/>", "image/png"), (b"PK\x03\x04", "text/csv")],
)
def test_bad_uploads_are_found_at_first_use(world: World, body: bytes, declared: str) -> None:
    """
    What was put past us is inspected before it is described, linked or sent.
    """
    media_id = world.put_past_us(body, declared)
    with pytest.raises(InvalidMessage):
        world.shelf.describe("acme", media_id)
    with pytest.raises(InvalidMessage):
        world.shelf.check("acme", image(Media(id=media_id)), LINKS)
    with pytest.raises(InvalidMessage) as refused:
        world.relay.prepare("acme", ACCOUNT, image(Media(id=media_id)), LINKS)
    assert refused.value.field == "content.media.id"


@pytest.mark.feature("F21")
def test_a_large_archive_is_known_by_its_end(world: World) -> None:
    """
    Of an archive put past us, the end is looked at too.
    """
    from tests.test_media_type import OFFICE, archive  # noqa: PLC0415 - a helper of the other table

    body = archive("xl/workbook.xml", "[Content_Types].xml", size=200_000, method=0)
    media_id = world.put_past_us(body, f"{OFFICE}.spreadsheetml.sheet")
    assert world.shelf.find("acme", media_id).size == len(body)
    assert world.stored(body, "") != media_id


@pytest.mark.feature("F21")
def test_a_hash_is_computed_once(world: World) -> None:
    """
    The hash of what was put past us is written down at its first sending, and found by the next worker.
    """
    media_id = world.put_past_us(PNG, "image/png")
    assert world.shelf.describe("acme", media_id).sha256 is None
    prepared = world.relay.prepare("acme", ACCOUNT, image(Media(id=media_id)), LINKS)
    assert prepared[media_id].sha256 == hashlib.sha256(PNG).hexdigest()
    assert world.new_shelf().describe("acme", media_id).sha256 == hashlib.sha256(PNG).hexdigest()


# Handing out.


@pytest.mark.feature("F21")
@pytest.mark.parametrize("media_id", ["", "x", "a" * 26, "../../quarantine", "A" * 26])
def test_unknown_media(world: World, media_id: str) -> None:
    """
    An id that is not one, or that nothing stands behind, is not found.
    """
    with pytest.raises(NotFound):
        world.shelf.describe("acme", media_id)


@pytest.mark.feature("F21")
def test_media_of_others(world: World) -> None:
    """
    Another tenant's medium does not exist.
    """
    media_id = world.stored()
    with pytest.raises(NotFound):
        world.shelf.describe("other", media_id)


def signature_of(world: World, media_id: str) -> str:
    link = world.shelf.link("https://herald.example/", "acme", media_id, "image/png")
    prefix = f"https://herald.example/v1/media/{media_id}/"
    assert link.startswith(prefix)
    return link.removeprefix(prefix)


@pytest.mark.feature("F21")
def test_a_public_link(world: World) -> None:
    """
    A link leads to the bytes for a few minutes at a time, for at least a week; the same all day.
    """
    media_id = world.stored()
    signature = signature_of(world, media_id)
    assert f"/media/acme/{media_id}?" in world.shelf.serve(media_id, signature)
    assert "X-Amz-Expires=300" in world.shelf.serve(media_id, signature)
    assert signature_of(world, media_id) == signature
    world.clock.now += 7 * 86_400_000
    assert world.shelf.serve(media_id, signature)
    world.clock.now += 86_400_000
    with pytest.raises(NotFound):
        world.shelf.serve(media_id, signature)


@pytest.mark.feature("F21")
def test_forged_links(world: World) -> None:
    """
    Whoever changes a character of a link, or takes it to another medium, finds nothing.
    """
    media_id, other = world.stored(), world.stored(PDF, "application/pdf")
    signature = signature_of(world, media_id)
    tenant, day, mac, ending = signature.split(".")
    assert ending == "png"
    changed = {
        signature[:position] + replacement + signature[position + 1 :]
        for position in range(len(signature))
        for replacement in "a2.-"
    } - {signature}
    forged = [
        *changed,
        "",
        "x",
        f"other.{day}.{mac}.{ending}",
        f"{tenant}.{int(day) + 1}.{mac}.{ending}",
        f"{tenant}.{day}.{mac}",
        f"{tenant}.{day}.{mac}.jpg",
        f"{signature}.",
        f"{signature}a",
    ]
    for candidate in forged:
        with pytest.raises(NotFound):
            world.shelf.serve(media_id, candidate)
    for elsewhere in (other, "x", "a" * 26):
        with pytest.raises(NotFound):
            world.shelf.serve(elsewhere, signature)


@pytest.mark.feature("F21")
def test_a_link_to_what_is_gone(world: World) -> None:
    """
    A good link to a medium that was deleted is not found.
    """
    media_id = world.stored()
    signature = signature_of(world, media_id)
    world.client.delete_object(Bucket="herald", Key=f"media/acme/{media_id}")
    with pytest.raises(NotFound):
        world.new_shelf().serve(media_id, signature)


# Checking what a message names.


@pytest.mark.feature("F21")
def test_places() -> None:
    """
    Every place of a content that names media is found, by the path that its writer knows.
    """
    media = Media(id="m")
    cards = (Card(media=media), Card(title="a", thumbnail=media))
    contents: list[tuple[Content, list[tuple[str, MediaKind | None]]]] = [
        (TextContent(text="hello"), []),
        (image(media, MediaKind.VIDEO), [("content.media", MediaKind.VIDEO)]),
        (
            MediaContent(media=media, thumbnail=media),
            [("content.media", MediaKind.FILE), ("content.thumbnail", MediaKind.IMAGE)],
        ),
        (StickerContent(media=media), [("content.media", MediaKind.IMAGE)]),
        (
            CarouselContent(cards=cards),
            [("content.cards[0].media", None), ("content.cards[1].thumbnail", MediaKind.IMAGE)],
        ),
        (
            TemplateContent(name="t", language="en", header=TemplateHeader(media=media)),
            [("content.header.media", MediaKind.IMAGE)],
        ),
        (VoiceContent(media=media), [("content.media", MediaKind.AUDIO)]),
        (PushContent(body="b", media=media), [("content.media", None)]),
    ]
    for content, expected in contents:
        assert [(place.path, place.kind) for place in places(content)] == expected


@pytest.mark.feature("F21")
def test_media_that_fit(world: World) -> None:
    """
    Media of the tenant pass as their kind, as a file or as a document; addresses are looked at later.
    """
    media = Media(id=world.stored())
    for kind in (MediaKind.IMAGE, MediaKind.FILE, MediaKind.DOCUMENT):
        world.shelf.check("acme", image(media, kind), WHATSAPP)
    world.shelf.check("acme", image(Media(url=URL)), LINKS)
    world.shelf.check("acme", TextContent(text="hello"), LINKS)


@pytest.mark.feature("F21")
@pytest.mark.parametrize("kind", [MediaKind.VIDEO, MediaKind.AUDIO])
def test_media_of_the_wrong_kind(world: World, kind: MediaKind) -> None:
    """
    An image is no video.
    """
    with pytest.raises(InvalidMessage) as refused:
        world.shelf.check("acme", image(Media(id=world.stored()), kind), LINKS)
    assert refused.value.field == "content.media.id"


@pytest.mark.feature("F21")
def test_media_that_are_too_large(world: World) -> None:
    """
    A channel's limit is checked when the message is accepted.
    """
    body = PNG + bytes(5_000_001 - len(PNG))
    media_id = world.put_past_us(body, "image/png")
    world.shelf.check("acme", image(Media(id=media_id)), LINKS)
    with pytest.raises(InvalidMessage, match="5000000 are allowed"):
        world.shelf.check("acme", image(Media(id=media_id)), WHATSAPP)


@pytest.mark.feature("F21")
def test_media_that_are_not_there(world: World) -> None:
    """
    An unknown medium, or another tenant's, is named by its place.
    """
    mine = Media(id=world.stored())
    with pytest.raises(InvalidMessage) as refused:
        world.shelf.check("acme", CarouselContent(cards=(Card(media=mine), Card(media=Media(id="a" * 26)))), LINKS)
    assert refused.value.field == "content.cards[1].media.id"
    with pytest.raises(InvalidMessage):
        world.shelf.check("other", image(mine), LINKS)


@pytest.mark.feature("F21")
def test_unknown_things_are_not_sent_on(world: World) -> None:
    """
    What a person sent and we do not know is kept, but never sent to somebody else.
    """
    media_id = world.shelf.keep("acme", b"\x00\x01", media_type.OPAQUE)
    with pytest.raises(InvalidMessage):
        world.shelf.check("acme", image(Media(id=media_id)), LINKS)


# To the provider.


@pytest.mark.feature("F21")
def test_a_provider_that_fetches_gets_a_link(world: World) -> None:
    """
    Where the provider fetches media itself it is given a public link, which serves.
    """
    media_id = world.stored(filename="a.png")
    file = world.relay.prepare("acme", ACCOUNT, image(Media(id=media_id)), LINKS)[media_id]
    assert (file.content_type, file.size, file.filename) == ("image/png", len(PNG), "a.png")
    assert file.provider_media_id is None
    assert world.shelf.serve(media_id, file.url.rpartition("/")[2])
    assert world.vendor.uploads == []


@pytest.mark.feature("F21")
def test_a_link_needs_our_own_address(world: World) -> None:
    """
    An account that does not know where the API is cannot send links; uploads need none.
    """
    lost = replace(ACCOUNT, webhook_base=None)
    content = image(Media(id=world.stored()))
    with pytest.raises(ConfigurationError):
        world.relay.prepare("acme", lost, content, LINKS)
    (file,) = world.relay.prepare("acme", lost, content, UPLOADS).values()
    assert (file.url, file.provider_media_id) == ("", "vendor-1")


@pytest.mark.feature("W3")
@pytest.mark.feature("W7")
def test_media_are_uploaded_once(world: World) -> None:
    """
    Our media go to the provider once per account and content; the id is remembered for every worker and message.
    """
    media_id = world.stored()
    content = image(Media(id=media_id))
    for worker in (world.relay, world.relay, world.worker()):
        assert worker.prepare("acme", ACCOUNT, content, UPLOADS)[media_id].provider_media_id == "vendor-1"
    assert world.vendor.uploads == [("image/png", PNG)]
    other = replace(ACCOUNT, name="other")
    assert world.relay.prepare("acme", other, content, UPLOADS)[media_id].provider_media_id == "vendor-2"


@pytest.mark.feature("W3")
def test_media_named_twice_are_prepared_once(world: World) -> None:
    """
    A carousel that shows one picture twice needs it once.
    """
    card = Card(media=Media(id=world.stored()))
    assert len(world.relay.prepare("acme", ACCOUNT, CarouselContent(cards=(card, card)), UPLOADS)) == 1
    assert len(world.vendor.uploads) == 1


@pytest.mark.feature("W3")
@pytest.mark.parametrize("workers", [2, 12])
def test_workers_side_by_side_upload_once(world: World, workers: int) -> None:
    """
    While one worker uploads, all others come, wait for its id and use it.
    """
    content = image(Media(id=world.stored()))
    world.client = OneAtATime(world.client)
    client = boto3.client("dynamodb", region_name=REGION)
    world.uploads = Uploads(Table(cast("Any", OneAtATime(client)), world.table.name))
    waiting = threading.Semaphore(0)
    done = threading.Event()

    def wait(_seconds: float) -> None:
        waiting.release()
        assert done.wait(30)

    def upload() -> None:
        for _ in range(workers - 1):
            assert waiting.acquire(timeout=30)

    def work(_: int) -> str | None:
        (file,) = world.worker(wait).prepare("acme", ACCOUNT, content, UPLOADS).values()
        done.set()
        return file.provider_media_id

    world.vendor.meanwhile = upload
    with ThreadPoolExecutor(workers) as pool:
        assert list(pool.map(work, range(workers))) == ["vendor-1"] * workers
    assert len(world.vendor.uploads) == 1


@pytest.mark.feature("W3")
def test_waiting_for_another_worker(world: World) -> None:
    """
    A worker that meets an upload looks again until the id is there.
    """
    media_id = world.stored()
    sha256 = f"{world.shelf.find('acme', media_id).sha256}"
    assert world.uploads.take_lease(ACCOUNT.name, sha256, world.clock(), world.clock() + LEASE)
    world.while_waiting = [lambda: None, lambda: world.uploads.save(ACCOUNT.name, sha256, "theirs", world.clock())]
    prepared = world.relay.prepare("acme", ACCOUNT, image(Media(id=media_id)), UPLOADS)
    assert prepared[media_id].provider_media_id == "theirs"
    assert world.vendor.uploads == []


@pytest.mark.feature("W3")
def test_patience_ends(world: World) -> None:
    """
    An upload that takes long sends the others back to their lane; a dead one is taken over when its lease is over.
    """
    media_id = world.stored()
    content = image(Media(id=media_id))
    sha256 = f"{world.shelf.find('acme', media_id).sha256}"
    start = world.clock()
    assert world.uploads.take_lease(ACCOUNT.name, sha256, start, start + LEASE)
    with pytest.raises(Unavailable):
        world.relay.prepare("acme", ACCOUNT, content, UPLOADS)
    assert PATIENCE <= world.clock() - start < PATIENCE + 1000
    world.clock.now = start + LEASE + 1
    assert world.relay.prepare("acme", ACCOUNT, content, UPLOADS)[media_id].provider_media_id == "vendor-1"


@pytest.mark.feature("W7")
@pytest.mark.parametrize(
    "error",
    [
        ProviderUnavailable("down"),
        CredentialsRefused("no"),
        OutcomeUnknown("timeout"),
        ProviderRejected("bad media", reason=Reason.INVALID_MEDIA),
    ],
)
def test_a_failing_upload(world: World, error: HeraldError) -> None:
    """
    An upload that fails says why and leaves no lease: the next try uploads at once.
    """
    media_id = world.stored()
    world.vendor.refusals = [error]
    with pytest.raises(type(error)):
        world.relay.prepare("acme", ACCOUNT, image(Media(id=media_id)), UPLOADS)
    prepared = world.relay.prepare("acme", ACCOUNT, image(Media(id=media_id)), UPLOADS)
    assert prepared[media_id].provider_media_id == "vendor-2"


@pytest.mark.feature("W3")
def test_a_refused_id_is_uploaded_again(world: World) -> None:
    """
    An id that the provider has forgotten is replaced; one that it has just given is not, or it would never end.
    """
    content = image(Media(id=world.stored()))
    prepared = world.relay.prepare("acme", ACCOUNT, content, UPLOADS)
    assert not world.relay.forget_refused(ACCOUNT, prepared)
    world.clock.now += FRESH
    assert world.relay.forget_refused(ACCOUNT, prepared)
    assert world.worker().forget_refused(ACCOUNT, prepared)
    (file,) = world.relay.prepare("acme", ACCOUNT, content, UPLOADS).values()
    assert file.provider_media_id == "vendor-2"
    assert not world.relay.forget_refused(ACCOUNT, world.relay.prepare("acme", ACCOUNT, content, LINKS))


@pytest.mark.feature("F21")
def test_media_that_vanish(world: World) -> None:
    """
    Media deleted between accept and delivery end the message with their place, at every moment.
    """
    media_id = world.stored()
    content = image(Media(id=media_id))
    world.relay.prepare("acme", ACCOUNT, content, LINKS)
    world.client.delete_object(Bucket="herald", Key=f"media/acme/{media_id}")
    with pytest.raises(InvalidMessage):  # remembered as there, but its bytes are not
        world.relay.prepare("acme", ACCOUNT, content, UPLOADS)
    with pytest.raises(InvalidMessage) as refused:
        world.worker().prepare("acme", ACCOUNT, content, UPLOADS)
    assert refused.value.field == "content.media.id"


# From users' addresses.


@pytest.mark.feature("F21")
def test_media_from_an_address(world: World) -> None:
    """
    What lies at an address becomes the tenant's own medium; for some minutes it is not fetched again.
    """
    world.web.bodies[URL] = (PNG, "image/png")
    content = image(Media(url=URL), MediaKind.IMAGE)
    file = world.relay.prepare("acme", ACCOUNT, content, UPLOADS)[URL]
    assert (file.content_type, file.provider_media_id) == ("image/png", "vendor-1")
    world.relay.prepare("acme", ACCOUNT, content, UPLOADS)
    assert world.web.fetched == [URL]
    world.clock.now += 300_000
    world.relay.prepare("acme", ACCOUNT, content, UPLOADS)
    world.relay.prepare("other", ACCOUNT, content, UPLOADS)
    assert world.web.fetched == [URL] * 3
    assert len(world.vendor.uploads) == 1


@pytest.mark.feature("F21")
@pytest.mark.parametrize("declared", ["", "application/octet-stream", "image/png;charset=binary"])
def test_servers_that_do_not_know_types(world: World, declared: str) -> None:
    """
    A server that does not say what it serves is believed by its bytes.
    """
    world.web.bodies[URL] = (PNG, declared)
    (file,) = world.relay.prepare("acme", ACCOUNT, image(Media(url=URL)), LINKS).values()
    assert file.content_type == "image/png"


@pytest.mark.feature("F21")
def test_an_archive_from_an_address(world: World) -> None:
    """
    Of a large archive, the end is looked at too.
    """
    from tests.test_media_type import OFFICE, archive  # noqa: PLC0415 - a helper of the other table

    body = archive("xl/workbook.xml", "[Content_Types].xml", size=200_000, method=0)
    world.web.bodies[URL] = (body, "")
    (file,) = world.relay.prepare("acme", ACCOUNT, image(Media(url=URL)), LINKS).values()
    assert file.content_type == f"{OFFICE}.spreadsheetml.sheet"
    assert file.sha256 == hashlib.sha256(body).hexdigest()


@pytest.mark.feature("F21")
@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ((b"", "image/png"), MediaKind.FILE),
        ((PDF, "image/png"), MediaKind.FILE),
        ((b"<html>", "text/html"), MediaKind.FILE),
        ((b"<svg/>", ""), MediaKind.FILE),
        ((PNG, "image/png"), MediaKind.VIDEO),
        (AddressRefused("private"), MediaKind.FILE),
    ],
)
def test_addresses_that_are_refused(world: World, found: tuple[bytes, str] | HeraldError, kind: MediaKind) -> None:
    """
    What is empty, lies, is not relayed, of another kind, or lies where we do not go ends the message with its place.
    """
    world.web.bodies[URL] = found
    with pytest.raises(InvalidMessage) as refused:
        world.relay.prepare("acme", ACCOUNT, image(Media(url=URL), kind), LINKS)
    assert refused.value.field == "content.media.url"
    assert (refused.value.code == "address_refused") == isinstance(found, AddressRefused)


@pytest.mark.feature("F21")
def test_addresses_that_do_not_answer(world: World) -> None:
    """
    A server that is down may be up later.
    """
    world.web.bodies[URL] = Unavailable("down")
    with pytest.raises(Unavailable):
        world.relay.prepare("acme", ACCOUNT, image(Media(url=URL)), LINKS)


@pytest.mark.feature("F21")
def test_memory_is_bounded(world: World) -> None:
    """
    A worker that sees many media forgets, rather than grows.
    """
    relay: Any = world.relay
    shelf: Any = world.shelf
    world.web.bodies = {f"https://media.example/{number}": (PNG, "") for number in range(3)}
    relay._fetched = {("acme", f"u{number}"): (0, "x") for number in range(1000)}  # noqa: SLF001
    shelf._inspected = {f"k{number}": (0, None) for number in range(1000)}  # noqa: SLF001
    for url in world.web.bodies:
        world.relay.prepare("acme", ACCOUNT, image(Media(url=url)), LINKS)
    world.stored()
    assert len(relay._fetched) == 3  # noqa: SLF001
    assert len(shelf._inspected) == 1  # noqa: SLF001


# From people.


def received(world: World, *media: str, account: str = ACCOUNT.name, **more: Any) -> str:
    """The id of a message that a person sent with media."""
    if not world.table.get(f"A#{ACCOUNT.name}"):
        world.registry.add_account(ACCOUNT)
    item = {
        "pk": "N#in1",
        "sk": ".",
        "tenant": "acme",
        "account": account,
        "media": [{"provider_media_id": one, "state": "pending"} | more for one in media],
    }
    assert world.inbounds.insert(item)
    return "in1"


def media_in(world: World) -> list[dict[str, Any]]:
    item = world.inbounds.get("in1")
    assert item is not None
    media: list[dict[str, Any]] = item["media"]
    return media


@pytest.mark.feature("W8")
@pytest.mark.feature("W9")
def test_inbound_media_are_fetched(world: World) -> None:
    """
    What a person sent is fetched, inspected and kept byte for byte as the tenant's own; then the message is announced.
    """
    inbound_id = received(world, "p1", filename="Größe.png")
    world.vendor.answers = [(PNG, "image/png")]
    world.inbound_media().fetch(inbound_id, last=False)
    (entry,) = media_in(world)
    assert entry | {"media_id": None} == {
        "provider_media_id": "p1",
        "state": "ready",
        "media_id": None,
        "content_type": "image/png",
        "size": len(PNG),
        "sha256": hashlib.sha256(PNG).hexdigest(),
        "filename": "Größe.png",
    }
    assert world.shelf.describe("acme", entry["media_id"]).filename == "Größe.png"
    assert world.bucket.get(f"media/acme/{entry['media_id']}") == PNG
    assert (world.inbounds.get(inbound_id) or {})["announced"] == world.clock.now


@pytest.mark.feature("W9")
def test_fetching_twice_changes_nothing(world: World) -> None:
    """
    A record that comes twice fetches once.
    """
    inbound_id = received(world, "p1")
    world.vendor.answers = [(PNG, "image/png")]
    world.inbound_media().fetch(inbound_id, last=False)
    before = world.inbounds.get(inbound_id)
    world.clock.now += 1000
    world.inbound_media().fetch(inbound_id, last=False)
    assert world.inbounds.get(inbound_id) == before
    assert world.vendor.downloads == ["p1"]


@pytest.mark.feature("W9")
@pytest.mark.parametrize(
    ("body", "declared", "expected"),
    [
        (PNG, "image/jpeg", "image/png"),
        (b"a;b\n", "text/csv", "text/csv"),
        (b"a;b\n", "", "text/plain"),
        (b"<svg onload='alert(1)'/>", "image/png", media_type.OPAQUE),
        (b"MZ\x90\x00", "application/x-msdownload", media_type.OPAQUE),
        (b"\x1a\x45\xdf\xa3", "video/webm", media_type.OPAQUE),
    ],
)
def test_whatever_a_person_sends_is_kept(world: World, body: bytes, declared: str, expected: str) -> None:
    """
    Nothing authentic is lost: what is not known, or lies about itself, is kept as bytes that nothing will show.
    """
    inbound_id = received(world, "p1")
    world.vendor.answers = [(body, declared)]
    world.inbound_media().fetch(inbound_id, last=False)
    (entry,) = media_in(world)
    assert (entry["state"], entry["content_type"]) == ("ready", expected)
    described = world.new_shelf().describe("acme", entry["media_id"])
    assert "response-content-disposition=attachment" in described.url
    assert world.bucket.get(f"media/acme/{entry['media_id']}") == body


@pytest.mark.feature("W8")
@pytest.mark.parametrize("reason", [Reason.NOT_FOUND, Reason.INVALID_MEDIA])
def test_media_that_a_provider_refuses(world: World, reason: Reason) -> None:
    """
    A provider that says no, also by an error document in a 200, fails the medium; the others and the message go on.
    """
    inbound_id = received(world, "p1", "p2")
    world.vendor.answers = [ProviderRejected("no", reason=reason), (PNG, "image/png")]
    world.inbound_media().fetch(inbound_id, last=False)
    first, second = media_in(world)
    assert first == {"provider_media_id": "p1", "state": "failed", "reason": reason}
    assert second["state"] == "ready"
    assert "announced" in (world.inbounds.get(inbound_id) or {})


@pytest.mark.feature("W8")
def test_an_empty_download(world: World) -> None:
    """
    A provider that hands out nothing has nothing.
    """
    received(world, "p1")
    world.vendor.answers = [(b"", "image/png")]
    world.inbound_media().fetch("in1", last=False)
    assert media_in(world)[0]["reason"] == Reason.NOT_FOUND


@pytest.mark.feature("W9")
@pytest.mark.parametrize("error", [ProviderUnavailable("down"), OutcomeUnknown("timeout"), CredentialsRefused("no")])
def test_providers_that_cannot_be_reached(world: World, error: HeraldError) -> None:
    """
    A provider that does not answer is asked again by the queue; the last try gives the medium up.
    """
    inbound_id = received(world, "p1", "p2")
    world.vendor.answers = [(PNG, "image/png"), error]
    with pytest.raises(type(error)):
        world.inbound_media().fetch(inbound_id, last=False)
    assert [entry["state"] for entry in media_in(world)] == ["ready", "pending"]
    assert "announced" not in (world.inbounds.get(inbound_id) or {})
    world.vendor.answers = [error]
    world.inbound_media().fetch(inbound_id, last=True)
    assert world.vendor.downloads == ["p1", "p2", "p2"]
    assert [entry["state"] for entry in media_in(world)] == ["ready", "failed"]
    assert "announced" in (world.inbounds.get(inbound_id) or {})


@pytest.mark.feature("W9")
def test_our_own_failure_is_never_the_last_word(world: World) -> None:
    """
    When our own bucket fails, even the last try keeps the work: it goes to the dead letters.
    """
    inbound_id = received(world, "p1")
    world.vendor.answers = [(PNG, "image/png")]
    world.client.delete_bucket(Bucket="herald")
    with pytest.raises(Unavailable):
        world.inbound_media().fetch(inbound_id, last=True)
    assert media_in(world)[0]["state"] == "pending"


@pytest.mark.feature("W9")
def test_an_account_that_is_gone(world: World) -> None:
    """
    Without the account nobody can be asked.
    """
    received(world, "p1", account="gone")
    world.inbound_media().fetch("in1", last=False)
    assert media_in(world)[0]["reason"] == Reason.ACCOUNT_DISABLED


@pytest.mark.feature("W9")
def test_messages_that_are_gone(world: World) -> None:
    """
    A message that was erased, also while its media was fetched, needs no media.
    """
    world.inbound_media().fetch("in1", last=False)
    received(world, "p1")
    media = world.inbound_media()
    erase = world.vendor.parse_download

    def erased(response: Response) -> tuple[bytes, str]:
        world.table.delete("N#in1")
        return erase(response)

    world.vendor.answers = [(PNG, "image/png")]
    world.vendor.parse_download = erased  # type: ignore[method-assign]
    media.fetch("in1", last=False)
    assert world.inbounds.get("in1") is None


@pytest.mark.feature("W9")
def test_waiting_for_media_ends(world: World) -> None:
    """
    A message is announced after its time, whatever its media do; only the first time counts.
    """
    inbound_id = received(world, "p1")
    media = world.inbound_media()
    media.announce(inbound_id)
    first = world.clock.now
    world.clock.now += 1000
    world.vendor.answers = [(PNG, "image/png")]
    media.fetch(inbound_id, last=False)
    assert (world.inbounds.get(inbound_id) or {})["announced"] == first
    assert media_in(world)[0]["state"] == "ready"


@pytest.mark.goal("G22")
def test_fetching_ends_in_time(figure: Show) -> None:
    """Fetching what a user names takes 20 seconds at most, and stays within what a medium may have."""
    assert FETCH_SECONDS <= 20
    figure("G22", "fetching media: seconds, bytes at most", f"{FETCH_SECONDS:.0f}, {media_type.MAX_SIZE}")
