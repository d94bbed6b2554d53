"""
The check of a message's file, if the settings ask for it: the URL's Content-Type and size against the documented table.

It happens after the message was taken, as at the vendor, so a bad file shows as the state `failed`, never as a 400.
"""

import httpx

_AUDIO = frozenset({"audio/aac", "audio/mp4", "audio/amr", "audio/mpeg", "audio/ogg", "audio/opus"})
_IMAGE = frozenset({"image/jpeg", "image/png"})
_VIDEO = frozenset({"video/mp4", "video/3gpp"})
_STICKER = frozenset({"image/webp"})
_DOCUMENT = frozenset(
    {
        "text/plain",
        "text/csv",
        "application/pdf",
        "application/msword",
        "application/x-tar",
        "application/rtf.0",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
    }
)
# SMSGlobal REST API v2, WhatsApp, "Supported content types", with the sizes in kilobytes
_LIMITS: dict[str, tuple[frozenset[str], int]] = {
    "document": (_DOCUMENT | _IMAGE | _AUDIO | _VIDEO | _STICKER, 100_000),
    "image": (_IMAGE, 5_000),
    "audio": (_AUDIO, 16_000),
    "video": (_VIDEO, 16_000),
    "sticker": (_STICKER, 100),
}


def is_acceptable(kind: str, content_type: str, size: int) -> bool:
    """Whether a message of this type may carry such a file; `size` in bytes, 1 kB being 1000 of them."""
    types, kilobytes = _LIMITS[kind]
    return content_type.partition(";")[0].strip().lower() in types and size <= kilobytes * 1000


def has_file(kind: str) -> bool:
    return kind in _LIMITS


async def is_good_file(kind: str, url: str, seconds: float) -> bool:
    """Fetch the URL as the vendor does, no further than the type's limit; whatever goes wrong, it is no good file."""
    most, size = _LIMITS[kind][1] * 1000, 0
    try:
        async with (
            httpx.AsyncClient(trust_env=False, timeout=seconds, follow_redirects=True) as client,
            client.stream("GET", url) as answer,
        ):
            async for chunk in answer.aiter_bytes():
                size += len(chunk)
                if size > most:
                    return False
            return answer.is_success and is_acceptable(kind, answer.headers.get("content-type", ""), size)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        return False
