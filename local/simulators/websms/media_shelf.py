"""
Media files: what clients upload and what inbound messages carry.
"""

import hashlib
import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Media:
    """`owner` is the uploading OAuth client, or None for what came from a handset: any client may read that."""

    media_id: str
    content: bytes
    content_type: str
    owner: str | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass
class MediaShelf:
    """Files by mediaId, compared without case because the documents print it in both; the oldest go when it is full."""

    _files: dict[str, Media] = field(default_factory=dict)
    uploads: int = 0

    def put(self, content: bytes, content_type: str, owner: str | None, room: int) -> Media:
        media = Media(str(uuid.uuid4()), content, content_type, owner)
        self.uploads += owner is not None
        self._files[media.media_id] = media
        while len(self._files) > 1 and sum(len(file.content) for file in self._files.values()) > room:
            del self._files[next(iter(self._files))]
        return media

    def find(self, media_id: str) -> Media | None:
        return self._files.get(media_id.lower())

    def remove(self, media_id: str) -> bool:
        """Forget a file, so that a client's remembered mediaId is refused."""
        return self._files.pop(media_id.lower(), None) is not None

    def all(self) -> list[Media]:
        return list(self._files.values())
