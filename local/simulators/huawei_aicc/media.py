"""
Fetching the media of a message, where `Settings.check_media` asks for it.

Huawei AICC sendWhatsappMessage, tables 3 and 5: JPG or PNG up to 2 MB, AAC up to 2 MB, MP4 up to 10 MB. What becomes of
a message whose file is another is not documented; here the call is refused as for any bad value.
"""

import httpx

from local.simulators.huawei_aicc.content import Content, Medium
from local.simulators.huawei_aicc.fields import Judge
from local.simulators.huawei_aicc.settings import Settings

_TYPES = {
    "image": frozenset({"image/jpeg", "image/jpg", "image/png"}),
    "audio": frozenset({"audio/aac", "audio/x-aac", "audio/aacp"}),
    "video": frozenset({"video/mp4"}),
}


def _limits(settings: Settings) -> dict[str, int]:
    return {"image": settings.image_max_bytes, "audio": settings.audio_max_bytes, "video": settings.video_max_bytes}


async def check_media(content: Content, judge: Judge) -> None:
    """Fetch each file and look at its declared type and its true size; raises Refused."""
    limits = _limits(judge.settings)
    async with httpx.AsyncClient(trust_env=False, timeout=judge.settings.media_timeout) as http:
        for medium in content.media:
            wrong = await _fault_of(http, medium, limits[medium.kind])
            if wrong:
                judge.bad(medium.member, wrong)


async def _fault_of(http: httpx.AsyncClient, medium: Medium, limit: int) -> str:
    """What is wrong with the file, or nothing; no more than `limit` bytes are read."""
    size = 0
    try:
        async with http.stream("GET", medium.url, follow_redirects=True) as answer:
            if not answer.is_success:
                return f"is answered {answer.status_code}"
            media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if media_type not in _TYPES[medium.kind]:
                return f"is of the type {media_type or 'unknown'}"
            async for chunk in answer.aiter_bytes():
                size += len(chunk)
                if size > limit:
                    return f"is larger than {limit} bytes"
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return f"cannot be fetched ({type(error).__name__})"
    return ""
