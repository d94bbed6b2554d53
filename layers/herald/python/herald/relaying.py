"""
Media on its way: from tenants to providers, and from people through providers to tenants.

All of it happens before a message is claimed or after one was received. Nothing here reaches a recipient, so
everything may be done again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from herald import media_type
from herald.aws.attributes import Item
from herald.aws.bucket import Stored
from herald.aws.inbound import Inbounds
from herald.aws.registry import Registry
from herald.aws.table import ConditionFailed
from herald.aws.uploads import Uploads
from herald.clock import Time
from herald.content import Content
from herald.errors import (
    ConfigurationError,
    HeraldError,
    InvalidMessage,
    NotFound,
    ProviderError,
    ProviderRejected,
    Reason,
    Unavailable,
    UnsupportedBody,
)
from herald.models import Account, MediaFile
from herald.provider import ChannelFacts
from herald.shelving import Place, Shelf, check_fit, inbound_media_id, places, sample, told_type

if TYPE_CHECKING:  # both bring an HTTP library along; whoever relays has one already
    from herald.calling import Caller
    from herald.clock import Time
    from herald.guarded import Guarded

FETCH_SECONDS = 15.0
"""Seconds that fetching from a user's address may take, redirects included."""

LEASE = 60_000
"""Milliseconds that one worker may take to upload to a provider."""

PATIENCE = 5_000
"""Milliseconds that others wait for it before their message goes back to its lane."""

LOOK_AGAIN = 0.2
"""Seconds between two looks whether the upload is done."""

_REMEMBER = 300_000
_MAX_REMEMBERED = 1000


class Relay:
    """Makes a content's media ready for a provider account."""

    def __init__(self, *, shelf: Shelf, uploads: Uploads, caller: "Caller", guarded: "Guarded", time: Time) -> None:
        self._shelf = shelf
        self._uploads = uploads
        self._caller = caller
        self._guarded = guarded
        self._time = time
        self._fetched: dict[tuple[str, str], tuple[int, str]] = {}

    def prepare(self, tenant: str, account: Account, content: Content, facts: ChannelFacts) -> dict[str, MediaFile]:
        """
        Every medium of the content by its key, as the account's provider wants it: uploaded there, or as a link.

        Raises InvalidMessage (final), ConfigurationError, a ProviderError, or Unavailable (later may succeed).
        """
        ready: dict[str, MediaFile] = {}
        for place in places(content):
            if place.media.key not in ready:
                media_id, stored = self._find(tenant, place, facts)
                ready[place.media.key] = self._file(tenant, account, place.media.key, media_id, stored)
                if facts.uploads:
                    ready[place.media.key] = self._uploaded(account, ready[place.media.key], stored)
                elif not account.webhook_base:
                    raise ConfigurationError(f"account {account.name} has no webhook_base to make media links of")
        return ready

    def forget_refused(self, account: Account, media: Mapping[str, MediaFile]) -> bool:
        """
        A provider refused a message for its media: whether uploading again may help.

        It may not when the ids are fresh: then it is the media that is refused, not an id that is forgotten.
        """
        now = self._time.now()
        forgotten = [
            self._uploads.forget(account.name, file.sha256, file.provider_media_id, now)
            for file in media.values()
            if file.provider_media_id
        ]
        return any(forgotten)

    def _find(self, tenant: str, place: Place, facts: ChannelFacts) -> tuple[str, Stored]:
        """The medium on our shelf, fetched there if need be. Raises InvalidMessage with the field, or Unavailable."""
        field = f"{place.path}.{'id' if place.media.id else 'url'}"
        try:
            media_id = place.media.id or self._fetch(tenant, f"{place.media.url}")
            stored = self._shelf.settled(tenant, media_id)
        except NotFound as error:
            raise InvalidMessage("the media is no longer there", field=field) from error
        except UnsupportedBody as error:
            raise InvalidMessage(error.detail, field=field, hint=error.hint) from error
        except InvalidMessage as error:
            error.field = field
            raise
        check_fit(stored, place, facts, field)
        return media_id, stored

    def _fetch(self, tenant: str, url: str) -> str:
        """The id of what lies at a user's address; fetched again after some minutes, since it may change."""
        now = self._time.now()
        remembered = self._fetched.get((tenant, url))
        if remembered and 0 <= now - remembered[0] < _REMEMBER:
            return remembered[1]
        fetched = self._guarded.fetch(url, media_type.MAX_SIZE, FETCH_SECONDS)
        with fetched.file as file:
            if not fetched.size:
                raise InvalidMessage("the media is empty")
            content_type = told_type(fetched.content_type, _sample(file, fetched.size))
            media_id = self._shelf.keep(tenant, file, content_type, sha256=fetched.sha256)
        if len(self._fetched) >= _MAX_REMEMBERED:
            self._fetched.clear()
        self._fetched[tenant, url] = (now, media_id)
        return media_id

    def _file(self, tenant: str, account: Account, key: str, media_id: str, stored: Stored) -> MediaFile:
        base = account.webhook_base
        return MediaFile(
            key=key,
            content_type=stored.content_type,
            size=stored.size,
            sha256=f"{stored.sha256}",
            url=self._shelf.link(base, tenant, media_id, stored.content_type) if base else "",
            filename=stored.filename,
        )

    def _uploaded(self, account: Account, file: MediaFile, stored: Stored) -> MediaFile:
        """With the provider's id: the one known, or the one that this worker or another gets for it now."""
        patience = self._time.now() + PATIENCE
        while True:
            now = self._time.now()
            known = self._uploads.get(account.name, file.sha256, now)
            if known is None and self._uploads.take_lease(account.name, file.sha256, now, now + LEASE):
                known = self._upload(account, file, stored, now + LEASE)
            if known is not None:
                return replace(file, provider_media_id=known)
            if now >= patience:
                raise Unavailable("another worker is uploading this media")
            self._time.sleep(LOOK_AGAIN)

    def _upload(self, account: Account, file: MediaFile, stored: Stored, lease: int) -> str:
        try:
            data = self._shelf.read(stored)
            known = self._caller.call(
                account,
                lambda adapter, token: adapter.build_upload(file, data, token),
                lambda adapter, response: adapter.parse_upload(response),
            )
        except HeraldError as error:
            self._uploads.drop_lease(account.name, file.sha256, lease)
            if isinstance(error, NotFound):
                raise InvalidMessage("the media is no longer there") from error
            raise
        self._uploads.save(account.name, file.sha256, known, self._time.now())
        return known


class InboundMedia:
    """Fetches what people sent from the provider onto the shelf of the tenant. `now` in milliseconds."""

    def __init__(
        self, *, shelf: Shelf, caller: "Caller", registry: Registry, inbounds: Inbounds, now: Callable[[], int]
    ) -> None:
        self._shelf = shelf
        self._caller = caller
        self._registry = registry
        self._inbounds = inbounds
        self._now = now

    def fetch(self, inbound_id: str, *, last: bool) -> None:
        """
        Fetch whatever is pending of an inbound message, then let it be announced.

        A provider that says no fails the medium for good; one that cannot be reached raises its error, so that
        the queue tries again, and fails it on the `last` try. Unavailable is always raised: that is us.
        """
        item = self._inbounds.get(inbound_id)
        if item is None or "gone" in item:
            return
        for position, entry in enumerate(item.get("media", ())):
            if entry["state"] == "pending":
                media_id = inbound_media_id(inbound_id, position)
                fetched = self._outcome(item, entry, media_id, last=last)
                try:
                    self._inbounds.set_media(inbound_id, position, entry | fetched)
                except ConditionFailed:  # erased meanwhile
                    self._shelf.remove(item["tenant"], media_id)
                    return
        self._inbounds.announce(inbound_id, self._now())

    def announce(self, inbound_id: str) -> None:
        """Its time of waiting is over: let the message be announced with its media as they are."""
        self._inbounds.announce(inbound_id, self._now())

    def _outcome(self, item: Item, entry: Item, media_id: str, *, last: bool) -> Item:
        """What became of one medium: ready with its facts, or failed with the reason."""
        account = self._registry.account(item["account"])
        if account is None:
            return _failed(Reason.ACCOUNT_DISABLED)
        try:
            body, declared = self._download(account, entry["provider_media_id"])
        except ProviderRejected as error:
            return _failed(error.reason)
        except ProviderError as error:
            if not last:
                raise
            return _failed(error.reason)
        if not body:
            return _failed(Reason.NOT_FOUND)
        return self._keep(item["tenant"], body, declared, (media_id, entry.get("filename")))

    def _download(self, account: Account, provider_media_id: str) -> tuple[bytes, str]:
        return self._caller.call(
            account,
            lambda adapter, token: adapter.build_download(provider_media_id, token),
            lambda adapter, response: adapter.parse_download(response),
            max_bytes=media_type.MAX_SIZE,
        )

    def _keep(self, tenant: str, body: bytes, declared: str, named: tuple[str, str | None]) -> Item:
        """Everything a person sends is kept; what is not known by its bytes is only ever an attachment."""
        found = media_type.sniff(sample(body))
        said = media_type.canonical(declared)
        content_type = said if media_type.agree(said, found) else found
        if content_type not in media_type.KINDS:
            content_type = media_type.OPAQUE
        media_id, filename = named
        self._shelf.keep(tenant, body, content_type, filename, media_id=media_id)
        stored = self._shelf.find(tenant, media_id)
        return {
            "state": "ready",
            "media_id": media_id,
            "content_type": content_type,
            "size": len(body),
            "sha256": stored.sha256,
        }


def _failed(reason: Reason) -> Item:
    return {"state": "failed", "reason": reason}


def _sample(file: IO[bytes], size: int) -> bytes:
    """As `shelving.sample`, of a file, which is rewound."""
    head = file.read(media_type.PEEK)
    if head.startswith(b"PK") and size > media_type.PEEK:
        file.seek(max(media_type.PEEK, size - media_type.PEEK))
        head += file.read()
    file.seek(0)
    return head
