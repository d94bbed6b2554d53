"""
The tour: one message of each kind through the deployed bundle, its story told as it happens, its end checked.

Nothing here knows how Herald works: it speaks to the public API, and to the simulators as a handset would.
"""

import base64
import random
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from local.chapters import RECIPIENT, Step, chapters
from local.client import Client, Json, until
from local.console import Screen, Story
from local.providers import Simulators
from local.receiver import Receiver
from local.simulators.huawei_aicc import inbound as huawei_aicc
from local.simulators.smsglobal import inbound as smsglobal
from local.simulators.webex_connect.inbound import order as webex_connect
from local.simulators.websms.inbound import Attachment, InboundKind, InboundOrder

_PATIENCE = 45
_LONG_PATIENCE = 240
"""Seconds; a list that is polled is read every minute."""

_ENDED = ("failed", "rejected", "expired", "cancelled", "unknown")


class Astray(Exception):
    """A step of the tour did not end as it has to; the message says how it ended."""


class Tour:
    """A walk through all of it. Raises Astray at the first step that ends otherwise than it has to."""

    def __init__(self, screen: Screen, client: Client, simulators: Simulators, receiver: Receiver) -> None:
        self._screen = screen
        self._client = client
        self._simulators = simulators
        self._receiver = receiver
        self._endpoint: Json = {}
        self._polled: list[tuple[str, Step]] = []

    def walk(self) -> None:
        """Every chapter in turn."""
        self._register()
        picture = draw_picture()
        uploaded = self._client.upload(picture, "image/png")["id"]
        for chapter in chapters(uploaded):
            self._screen.title(chapter.title)
            for step in chapter.steps:
                self._take(step)
        self._screen.title("Many, and back")
        self._send_to_many()
        self._receive(draw_picture())
        self._receive_from_all()
        self._screen.title("Called back: what a server of yours is told")
        self._hear()
        self._screen.title("What SMSGlobal's lists have told meanwhile")
        self._look_back()

    def _take(self, step: Step) -> None:
        with self._screen.telling(step.name) as tell:
            accepted = self._client.send(step.request())
            identifier = accepted["id"]
            ends = "sent" if step.polled else step.ends
            self._check(step, ends, self._follow(lambda: self._client.message(identifier), ends, tell))
        for warning in accepted.get("warnings", ()):
            self._screen.note(warning["detail"])
        if step.polled:
            self._polled.append((identifier, step))

    @staticmethod
    def _check(step: Step, ends: str, last: Json) -> None:
        if last["status"] != ends:
            raise Astray(f"{step.channel} {step.name} should be {ends}, and is {last['status']}: {last}")

    def _look_back(self) -> None:
        """What became of the messages whose provider tells nobody."""
        for identifier, step in self._polled:
            with self._screen.telling(step.name) as tell:
                read = partial(self._client.message, identifier)
                self._check(step, step.ends, self._follow(read, step.ends, tell, _LONG_PATIENCE))

    @staticmethod
    def _follow(
        read: Callable[[], Json], ends: str, tell: Callable[[Story], None], patience: float = _PATIENCE
    ) -> Json:
        """Tell a message's story until it has ended."""
        seen: list[Json] = []

        def ended() -> bool:
            seen[:] = [read()]
            tell(story_of(seen[0]))
            return seen[0]["status"] in (ends, *_ENDED)

        try:
            until(ended, patience)
        except TimeoutError:
            raise Astray(f"nothing more happened for {patience} s: {seen[0]}") from None
        return seen[0]

    def _send_to_many(self) -> None:
        """One request, five recipients; the provider is called once."""
        recipients = [{"to": f"+4366077700{number:02}"} for number in range(5)]
        with self._screen.telling("sms to five") as tell:
            body = {
                "channel": "sms",
                "recipients": recipients,
                "content": {"type": "text", "text": "We are open on Sunday"},
            }
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
        calls = self._simulators.websms.control.messages(recipient=recipients[0]["to"])
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
            self._simulators.websms.control.inbound(order)
            message = until(lambda: self._inbound(said), _PATIENCE)
            tell(((0.0, "received", False),))
            message = until(lambda: self._with_media(message["id"]), _PATIENCE)
            medium = message["media"][0]
            if medium["state"] != "ready" or self._client.download(medium["id"]) != picture:
                raise Astray(f"the picture did not come back as it was sent: {medium}")
            tell(((0.0, "received", False), (_seconds(message["received_at"], _now()), "media, byte for byte", False)))

    def _receive_from_all(self) -> None:
        """A person writes through each of the others; SMSGlobal's is found when its list is read."""
        said = f"Good morning! #{random.randrange(10**6):06}"  # noqa: S311 - see above
        simulators = self._simulators
        simulators.smsglobal.control.inbound(smsglobal.InboundOrder(sender=RECIPIENT, message=f"{said} smsglobal"))
        simulators.webex_connect.control.inbound(
            webex_connect.InboundOrder(sender=RECIPIENT.removeprefix("+"), text=f"{said} webex")
        )
        simulators.huawei_aicc.control.inbound(
            huawei_aicc.InboundOrder(sender=RECIPIENT, members={"text": f"{said} huawei"})
        )
        for name in ("webex", "huawei", "smsglobal"):
            with self._screen.telling(f"inbound, {name}") as tell:
                until(partial(self._inbound, f"{said} {name}"), _LONG_PATIENCE)
                tell(((0.0, "received", False),))

    def _register(self) -> None:
        """An endpoint for all that happens to messages; first of all, since workers know of it after ten seconds."""
        wanted = {"url": self._receiver.url, "events": ["message.*"], "description": "make run"}
        self._endpoint = self._client.post("/v1/endpoints", wanted)
        self._receiver.secrets.append(self._endpoint["secret"])

    def _hear(self) -> None:
        """A test, then the story of a message as the server was told it."""
        with self._screen.telling("endpoint.test") as tell:
            tried = self._client.post(f"/v1/endpoints/{self._endpoint['id']}/test")
            if not tried["delivered"]:
                raise Astray(f"the server should have taken the test: {tried}")
            tell(((tried["milliseconds"] / 1000, "signed, and taken", False),))
        with self._screen.telling("sms text") as tell:
            step = Step("sms text", "sms", {"type": "text", "text": "Hello from Herald"}, "delivered")
            accepted = self._client.send(step.request())
            self._follow(lambda: self._told(accepted["id"]), step.ends, tell)
        if self._receiver.refused:
            raise Astray(f"{len(self._receiver.refused)} callbacks were not signed as they have to be")
        self._screen.note(
            f"{len(self._receiver.taken)} callbacks so far, each verified by the library standardwebhooks"
        )

    def _told(self, identifier: str) -> Json:
        """A message as the callbacks tell it."""
        events = sorted(self._receiver.about(identifier), key=lambda event: event["sequence"])
        history = [{"at": event["at"], "event": event["type"].partition(".")[2]} for event in events]
        began = history[0]["at"] if history else _now()
        return {"status": history[-1]["event"] if history else "", "created_at": began, "history": history}

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
