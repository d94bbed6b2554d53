"""
Identifiers and times as the public samples show them, opaque to whoever receives them.
"""

import base64
import itertools
import json
import secrets
import time
from datetime import UTC, datetime, timedelta, timezone

_counter = itertools.count(secrets.randbits(36))
_SAMPLE_OFFSET = timezone(timedelta(hours=2))


def transfer_id() -> str:
    """20 lower-case hex: the Unix second, then a counter."""
    return f"{int(time.time()):010x}{next(_counter) & 0xFFFFFFFFFF:010x}"


def notification_id() -> str:
    """20 lower-case hex: 5 random, the Unix second, 5 random."""
    noise = secrets.token_hex(5)
    return f"{noise[:5]}{int(time.time()):010x}{noise[5:]}"


def timestamp(moment: float | None = None) -> str:
    """ISO 8601 with milliseconds and the samples' numeric offset, `2020-07-29T13:50:06.000+02:00`."""
    instant = datetime.fromtimestamp(time.time() if moment is None else moment, UTC)
    return instant.astimezone(_SAMPLE_OFFSET).isoformat(timespec="milliseconds")


def access_token(client: str) -> str:
    """Begins like the documents' sample, `eyJhbGciO`, that is, like a JWT; it must be taken as opaque."""

    def part(document: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode().rstrip("=")

    head, body = {"alg": "HS256", "typ": "JWT"}, {"sub": client, "jti": secrets.token_hex(8)}
    return f"{part(head)}.{part(body)}.{secrets.token_urlsafe(32)}"
