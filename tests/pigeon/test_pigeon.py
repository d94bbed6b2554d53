"""
The made-up provider through the whole gateway: from the API to its simulator and back by its webhooks.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from herald import webhook_address
from herald.identifier import member_id
from herald.models import Account, Channel, Sender
from tests import made_up
from tests.pigeon.played import Played, played
from tests.world import SIGNING_KEY, World

HERALD = "https://herald.example"
PHONE = "+436601234567"
NOBODY = "+436608884040"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)

ACCOUNT = Account(
    "acme-pigeon",
    "pigeon",
    ("acme",),
    senders=(Sender("Loft 7", Channel.SMS), Sender("Loft 7", Channel.WHATSAPP)),
    webhook_base=HERALD,
)


@dataclass
class Stack:
    """The gateway with Pigeon Post behind it."""

    world: World
    pigeon: Played

    def work(self) -> None:
        """Let both sides do what there is to do."""
        self.world.settle()
        self.pigeon.settle()
        self.world.settle()

    def send(self, body: dict[str, object]) -> str:
        """The id of a message that is on its way or has arrived."""
        answer = self.world.post("/v1/messages", body)
        assert answer.status == 202, answer.body
        self.work()
        return f"{answer.json['id']}"

    def status(self, message: str) -> str:
        return f"{self.world.get(f'/v1/messages/{message}').json['status']}"


@pytest.fixture
def stack() -> Iterator[Stack]:
    with made_up.known(), World.open() as world:

        def herald(request: httpx.Request) -> httpx.Response:
            answer = world.call("POST", request.url.path, dict(request.headers), request.content)
            return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)

        token = webhook_address.token(ACCOUNT.name, 1, SIGNING_KEY.encode())
        urls = {"inbound": f"{HERALD}/v1/webhooks/{token}/inbound"}
        with played(herald, webhook_urls=urls) as pigeon:
            world.provider = pigeon.call
            world.add_tenant("acme")
            world.key = world.add_key("acme")
            world.add_account(ACCOUNT, {"api_key": "sim-key", "webhook_secret": "sim-secret"})
            world.add_route("acme", Channel.SMS, ACCOUNT.name)
            world.add_route("acme", Channel.WHATSAPP, ACCOUNT.name)
            yield Stack(world, pigeon)


def note(to: str = PHONE) -> dict[str, object]:
    return {"channel": "sms", "to": to, "content": {"type": "text", "text": "Coo"}}


def test_a_message_flies_there_and_back(stack: Stack) -> None:
    """It is taken once under its reference, and what became of it comes home by sealed webhooks."""
    message = stack.send(note())
    (arrival,) = stack.pigeon.post.state.arrivals
    assert arrival.body["text"] == "Coo"
    assert [(one.recipient, one.reference) for one in arrival.results] == [(PHONE, f"{message}-0")]
    told = stack.world.get(f"/v1/messages/{message}").json
    assert (told["status"], told["provider_id"]) == ("delivered", arrival.results[0].provider_id)
    assert [webhook.state for webhook in stack.pigeon.post.state.webhooks] == ["acknowledged"] * 2


def test_of_many_only_the_refused_one_is_refused(stack: Stack) -> None:
    """One call carries them all, and each has a story of its own."""
    ends = {PHONE: "delivered", NOBODY: "rejected", "+436608890001": "failed"}
    recipients = [{"to": number} for number in ends]
    request = stack.send({"channel": "sms", "recipients": recipients, "content": {"type": "text", "text": "Coo"}})
    assert len(stack.pigeon.post.state.arrivals) == 1
    assert {number: stack.status(member_id(request, number)) for number in ends} == ends


def test_a_throttle_is_waited_for(stack: Stack) -> None:
    """Nothing was sent; after the provider's own time the same message goes out under the same reference."""
    fault = {"kind": "answer", "status": 429, "code": 4290, "retry_after": "2", "times": 1}
    stack.pigeon.control("POST", "faults", fault)
    before = stack.world.clock.now
    message = stack.send(note())
    assert stack.status(message) == "delivered"
    assert stack.world.clock.now >= before + 2000
    assert stack.pigeon.control("GET", "messages")["sent"] == {f"{message}-0": 1}


def test_a_webhook_without_a_seal_is_refused(stack: Stack) -> None:
    """Nobody else can tell that a pigeon has landed."""
    stack.pigeon.control("PATCH", "settings", {"webhook_secret": "another", "retry_attempts": 1})
    message = stack.send(note())
    assert stack.status(message) == "sent"
    assert [webhook.attempts[0].http_status for webhook in stack.pigeon.post.state.webhooks] == [401, 401]


def test_a_picture_flies_too(stack: Stack) -> None:
    """By a link to it, which the provider fetches."""
    media = stack.world.call(
        "POST", "/v1/media", {"authorization": f"Bearer {stack.world.key}", "content-type": "image/png"}, PNG
    )
    content = {"type": "media", "media": {"id": media.json["id"]}, "caption": "A cat"}
    message = stack.send({"channel": "whatsapp", "to": PHONE, "content": content})
    (arrival,) = stack.pigeon.post.state.arrivals
    assert arrival.body["picture"].startswith(f"{HERALD}/v1/media/{media.json['id']}/")
    assert arrival.body["text"] == "A cat"
    assert stack.status(message) == "delivered"


def test_what_somebody_writes_comes_in(stack: Stack) -> None:
    """A note with a picture: the text is its caption, and the picture is fetched from the provider."""
    order = {"sender": PHONE, "channel": "whatsapp", "text": "Look", "picture": base64.b64encode(PNG).decode()}
    stack.pigeon.control("POST", "inbound", order)
    stack.work()
    stack.world.invoke("media", {"Records": stack.world.records("MediaQueue")})
    (told,) = stack.world.get("/v1/inbound").json["inbound"]
    assert (told["from"], told["to"], told["channel"]) == (PHONE, "Loft 7", "whatsapp")
    assert told["content"] == {"type": "media", "kind": "image", "caption": "Look"}
    assert told["media"][0]["state"] == "ready"
    assert [one.operation for one in stack.pigeon.post.state.calls] == ["pictures.get"]
