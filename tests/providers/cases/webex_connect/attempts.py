"""
What an attempt makes of a request: the time at which a message expires, and credentials that go nowhere else.
"""

from dataclasses import replace

from herald.content import TextContent
from herald.models import Channel, Options
from herald.provider import Request, Stamp
from tests.providers.cases.webex_connect.envelope import BLOCK, SERVICE
from tests.providers.cases.webex_connect.shared import HELLO, SECRETS, V1, message, told
from tests.providers.harness import Case, Send, Sign, Wire

STAMP = Stamp(1_773_487_800_250, "0" * 32)  # 2026-03-14T11:30:00.250Z
MEDIA = Request("GET", "https://attachments.imiconnect.site/1", {"x-imi-connect-media-api-key": "m"})
DATED = Request("POST", V1, {"Content-Type": "application/json"}, b'{"expiry": "2030-01-01T00:00:00.000Z"}')


def hello(seconds: int) -> Send:
    expires = {30: "2026-03-14T11:30:30.250Z", 86_400: "2026-03-15T11:30:00.250Z"}[seconds]
    return Send(
        name=f"a life of {seconds} seconds begins with the attempt",
        features=("X12",),
        message=message(Channel.SMS, TextContent(text="Hello World"), options=Options(validity_seconds=seconds)),
        stamp=STAMP,
        wire=told(HELLO, BLOCK, expiry=expires),
    )


CASES: list[Case] = [
    hello(30),
    hello(86_400),
    Send(name="a key needs no signature", features=("X1",), message=HELLO, stamp=STAMP, wire=told(HELLO, BLOCK)),
    Sign(
        name="a time that a raw override put there is not ours to move",
        features=("X12",),
        request=DATED,
        stamp=STAMP,
        expect=Wire.seen(DATED),
    ),
    *(
        Sign(
            name=f"our credentials never go where media lies, with {name}",
            features=("X1",),
            secrets=secrets,
            request=MEDIA,
            stamp=STAMP,
            expect=replace(Wire.seen(MEDIA)),
        )
        for name, secrets in (("a key", SECRETS), ("a token", SERVICE), ("both", SECRETS | SERVICE))
    ),
]
