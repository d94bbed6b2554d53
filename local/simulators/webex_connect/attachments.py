"""
Files that users sent, behind URLs of the simulator's own.

With `secure_media` a URL is good for `media_seconds` and afterwards only with the media key (Webex Connect, "Tenant
Settings"); without, it is just a URL. What the real one answers to a missing key is not documented: 401 here.
"""

import mimetypes
import secrets
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

from local.simulators.webex_connect.settings import Settings

KEY_HEADER = "x-imi-connect-media-api-key"


@dataclass(frozen=True)
class File:
    """`sid` is the part of its URL that nobody can guess."""

    name: str
    content: bytes
    content_type: str
    sid: str = field(default_factory=lambda: secrets.token_urlsafe(24))


class Attachments:
    """Files by name, bounded; the oldest go first."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def put(self, content: bytes, content_type: str, room: int) -> File:
        file = File(f"{uuid.uuid4()}{mimetypes.guess_extension(content_type) or ''}", content, content_type)
        self._files[file.name] = file
        while len(self._files) > 1 and sum(len(each.content) for each in self._files.values()) > room:
            del self._files[next(iter(self._files))]
        return file

    def find(self, name: str) -> File | None:
        return self._files.get(name)


def url_of(file: File, base: str, settings: Settings) -> str:
    """Where the file is fetched; `base` is the simulator's own address."""
    query = {"path": file.name}
    if settings.secure_media:
        query = {"exp": str(int((time.time() + settings.media_seconds) * 1000)), "sid": file.sid} | query
    return f"{base}{settings.paths.media}?{urlencode(query)}"


def may_fetch(file: File, query: dict[str, str], key: str, settings: Settings) -> bool:
    """Whether the URL is still good, or the media key given."""
    if not settings.secure_media or key == settings.media_key:
        return True
    expires = query.get("exp", "")
    return query.get("sid") == file.sid and expires.isdigit() and int(expires) > time.time() * 1000
