"""
The tour: one message of each kind through the deployed bundle, its story told as it happens, its end checked.

Nothing here knows how Herald works: it speaks to the public API, and to the simulators as a handset would.
"""

import base64
import random
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.client import Client, Json, until
from local.console import Screen, Story
from local.providers import Websms
from local.simulators.websms.inbound import Attachment, InboundKind, InboundOrder
from local.simulators.websms.magic import Fate, number_for

RECIPIENT = "+436601234567"
_PATIENCE = 45
_ENDED = ("failed", "rejected", "expired", "cancelled", "unknown")


class Astray(Exception):
    """A step of the tour did not end as it has to; the message says how it ended."""


@dataclass(frozen=True, slots=True)
class Step:
    """One message and the status it has to end in; `more` are further members of the request."""

    name: str
    channel: str
    content: Mapping[str, object]
    ends: str
    to: str = RECIPIENT
    more: Mapping[str, object] = field(default_factory=dict)

    def request(self) -> Json:
        """The body of `POST /v1/messages`."""
        return {"channel": self.channel, "to": self.to, "content": self.content, **self.more}


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps that belong together."""

    title: str
    steps: Sequence[Step]


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _card(title: str, media_id: str) -> Json:
    buttons = [{"type": "url", "label": "Have a look", "url": "https://example.com"}]
    return {"title": title, "description": "Fresh from the oven", "media": {"id": media_id}, "suggestions": buttons}


def chapters(picture: str) -> Sequence[Chapter]:
    """What is sent; `picture` is the id of an uploaded image."""
    media = {"type": "media", "media": {"id": picture}, "kind": "image"}
    template = {"type": "template", "name": "order_ready", "language": "en", "parameters": ["Ada", "4711"]}
    reply = {"type": "reply", "label": "Yes, please", "data": "yes"}
    part = base64.b64encode(bytes([5, 0, 3, 0xFC, 1, 1]) + b"Herald").decode()
    simple = {"account": "websms-simple"}
    return (
        Chapter(
            "WhatsApp",
            (
                Step("text", "whatsapp", _text("Hello from Herald 👋"), "read"),
                Step("media", "whatsapp", {**media, "caption": "A picture"}, "read"),
                Step("template", "whatsapp", template, "read"),
            ),
        ),
        Chapter(
            "RCS",
            (
                Step("text", "rcs", {**_text("Coffee?"), "suggestions": [reply]}, "read"),
                Step("media", "rcs", media, "read"),
                Step("card", "rcs", {"type": "card", "card": _card("Croissant", picture)}, "read"),
                Step(
                    "carousel",
                    "rcs",
                    {"type": "carousel", "cards": [_card("Croissant", picture), _card("Baguette", picture)]},
                    "read",
                ),
            ),
        ),
        Chapter(
            "SMS",
            (
                Step("text", "sms", _text("Hello from Herald"), "delivered"),
                Step("binary", "sms", {"type": "binary", "segments": [part], "user_data_header": True}, "delivered"),
                Step("simple", "sms", _text("By the simple method"), "delivered", more=simple),
            ),
        ),
        Chapter(
            "What cannot arrive says so",
            (
                Step("whatsapp, fails", "whatsapp", _text("To nobody"), "failed", to=number_for(Fate.FAILED)),
                Step("sms, refused", "sms", _text("To the blacklist"), "rejected", to=number_for(4031)),
            ),
        ),
    )


class Tour:
    """A walk through all of it. Raises Astray at the first step that ends otherwise than it has to."""

    def __init__(self, screen: Screen, client: Client, websms: Websms) -> None:
        self._screen = screen
        self._client = client
        self._websms = websms

    def walk(self) -> None:
        """Every chapter in turn."""
        picture = draw_picture()
        uploaded = self._client.upload(picture, "image/png")["id"]
        for chapter in chapters(uploaded):
            self._screen.title(chapter.title)
            for step in chapter.steps:
                self._take(step)
        self._screen.title("Many, and back")
        self._send_to_many()
        self._receive(draw_picture())

    def _take(self, step: Step) -> None:
        with self._screen.telling(step.name) as tell:
            identifier = self._client.send(step.request())["id"]
            last = self._follow(lambda: self._client.message(identifier), step.ends, tell)
        if last["status"] != step.ends:
            raise Astray(f"{step.channel} {step.name} should be {step.ends}, and is {last['status']}: {last}")

    @staticmethod
    def _follow(read: Callable[[], Json], ends: str, tell: Callable[[Story], None]) -> Json:
        """Tell a message's story until it has ended."""
        seen: list[Json] = []

        def ended() -> bool:
            seen[:] = [read()]
            tell(story_of(seen[0]))
            return seen[0]["status"] in (ends, *_ENDED)

        try:
            until(ended, _PATIENCE)
        except TimeoutError:
            raise Astray(f"nothing more happened for {_PATIENCE} s: {seen[0]}") from None
        return seen[0]

    def _send_to_many(self) -> None:
        """One request, five recipients; the provider is called once."""
        recipients = [{"to": f"+4366077700{number:02}"} for number in range(5)]
        with self._screen.telling("sms to five") as tell:
            body = {"channel": "sms", "recipients": recipients, "content": _text("We are open on Sunday")}
            request = self._client.send(body)
            members: list[Json] = []

            def delivered() -> bool:
                members[:] = self._client.get("/v1/messages", request=request["id"])["messages"]
                return [member["status"] for member in members] == ["delivered"] * len(recipients)

            try:
                until(delivered, _PATIENCE)
            except TimeoutError:
                raise Astray(f"not all of the five were delivered: {members}") from None
            tell(story_of(self._client.message(members[-1]["id"])))
        calls = self._websms.control.messages(recipient=recipients[0]["to"])
        if len(calls[-1].recipients) != len(recipients):
            raise Astray(f"one call should have carried all five, and carried {len(calls[-1].recipients)}")
        self._screen.note("one request, one call to the provider, five messages with a story each")

    def _receive(self, picture: bytes) -> None:
        """A person writes, with a picture; it comes back byte for byte."""
        said = f"Look at this! #{random.randrange(10**6):06}"  # noqa: S311 - only has to be found again
        order = InboundOrder(
            kind=InboundKind.WHATSAPP,
            sender=RECIPIENT,
            display_name="Ada",
            content=said,
            media=Attachment(content=base64.b64encode(picture), content_type="image/png"),
        )
        with self._screen.telling("inbound with media") as tell:
            self._websms.control.inbound(order)
            message = until(lambda: self._inbound(said), _PATIENCE)
            tell(((0.0, "received", False),))
            message = until(lambda: self._with_media(message["id"]), _PATIENCE)
            medium = message["media"][0]
            if medium["state"] != "ready" or self._client.download(medium["id"]) != picture:
                raise Astray(f"the picture did not come back as it was sent: {medium}")
            tell(((0.0, "received", False), (_seconds(message["received_at"], _now()), "media, byte for byte", False)))

    def _inbound(self, said: str) -> Json | None:
        listed = self._client.get("/v1/inbound", sender=RECIPIENT)["inbound"]
        return next((each for each in listed if said in str(each["content"])), None)

    def _with_media(self, identifier: str) -> Json | None:
        message = self._client.get(f"/v1/inbound/{identifier}")
        return message if message["media"][0]["state"] != "pending" else None


def story_of(message: Mapping[str, Any]) -> Story:
    """A message's history as the screen tells it, and at its end a refusal in the provider's words."""
    began = message["created_at"]
    story = [
        (_seconds(began, each["at"]), each.get("provider_status", each["event"]), "provider_status" in each)
        for each in message["history"]
    ]
    if message["status"] == "rejected":
        error = message.get("error", {})
        story.append((_seconds(began, _now()), f"rejected, {error.get('reason')} {error.get('code')}", False))
    return story


def draw_picture(side: int = 96) -> bytes:
    """A PNG nobody has seen before, square, with this many pixels a side."""
    noise = random.randbytes(side * side * 3)  # noqa: S311 - only has to be new
    rows = b"".join(b"\0" + noise[row * side * 3 : (row + 1) * side * 3] for row in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def _now() -> str:
    return datetime.now().astimezone().isoformat()


def _seconds(began: str, at: str) -> float:
    return max((datetime.fromisoformat(at) - datetime.fromisoformat(began)).total_seconds(), 0.0)
