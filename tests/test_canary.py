"""
What is private stays so: numbers, names, texts, secrets and webhook addresses are in no log line and no metric.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import httpx

from herald.aws import clients
from tests import webhooks
from tests.callbacks import add_endpoint, answering
from tests.faults import refusing
from tests.webhooks import MESSAGING, SMS, tell
from tests.world import World

NUMBER = "+436764242424"
TEXT = "canarytext"
NAME = "canaryname"
SECRET = "canarysecret"
FUNCTIONS = ("send", "deliver", "webhook", "media", "query", "publish", "callback", "clock")


@contextmanager
def _heard(world: World) -> Iterator[io.StringIO]:
    """All that the functions print and log; their loggers outlive a test, so their streams are lent."""
    heard = io.StringIO()
    handlers = [
        handler
        for name in FUNCTIONS
        for handler in world.function(name).parts.telemetry._logger.handlers  # noqa: SLF001 - where logs go
    ]
    streams = [handler.setStream(heard) for handler in handlers]
    try:
        with redirect_stdout(heard), redirect_stderr(heard):
            yield heard
    finally:
        for handler, stream in zip(handlers, streams, strict=True):
            if stream is not None:
                handler.setStream(stream)


def _live(world: World) -> None:
    """Good days and bad ones, through every function."""
    digits = NUMBER.removeprefix("+")
    add_endpoint(world, NAME, url=f"https://{NAME}.example/{SECRET}?{TEXT}")
    add_endpoint(world, "private", url=f"https://127.0.0.1/{SECRET}")
    world.customer = answering(500, 200)
    body = {"channel": "sms", "to": NUMBER, "content": {"type": "text", "text": TEXT}}
    message = world.post("/v1/messages", body).json["id"]
    world.post("/v1/messages", body | {"to": f"{NUMBER}x"})
    world.post("/v1/messages", body, key=f"hk_{'a' * 8}_{SECRET}")
    world.settle()
    tell(world, SMS, "status", webhooks.report("delivered", f"{message}-0", senderAddress=digits))
    tell(world, SMS, "status", webhooks.report("delivered", "a" * 26 + "-0", senderAddress=digits))
    tell(world, MESSAGING, "inbound", webhooks.inbound(TEXT, sender=NUMBER, user={"displayName": NAME}))
    tell(world, MESSAGING, "inbound", f"{NUMBER} {TEXT} {NAME}".encode())
    world.call("POST", f"/v1/webhooks/{SECRET}/status", {}, TEXT.encode())
    with refusing(clients.dynamodb()):
        tell(world, SMS, "inbound", webhooks.sms(TEXT, senderAddress=digits))
    with refusing(clients.dynamodb(), code="ValidationException"):
        tell(world, SMS, "inbound", webhooks.sms(TEXT, senderAddress=digits, notificationId="n-2"))
        world.post("/v1/messages", body)
        world.get(f"/v1/messages?to={digits}")
    world.invoke("webhook", {"Records": world.records("SpillQueue")})
    for record in (body, body | {"tenant": "acme", "to": "0676" + TEXT}, body | {"tenant": "acme"}):
        world.invoke("send", {"Records": [{"messageId": "1", "body": json.dumps(record), "attributes": {}}]})
    world.provider = lambda _request: httpx.Response(500, text=f"{NUMBER} {TEXT} {SECRET}")
    world.settle()
    world.clock.now += 10**6
    world.invoke("clock", {})
    world.settle()
    world.get("/v1/messages")
    world.get("/v1/inbound")


def test_nothing_private_is_told() -> None:
    """Unique strings in number, text, name, key and webhook address appear in nothing that is logged or counted."""
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        with _heard(world) as heard:
            _live(world)
        lines = heard.getvalue()
        address = webhooks.path(SMS, "status").split("/")[3].rpartition(".")[2]
        assert "something was quarantined" in lines
        assert '"Errors"' in lines
        assert {name for name in FUNCTIONS if f'"service":"{name}"' in lines} >= set(FUNCTIONS) - {"media"}
        for private in (NUMBER.removeprefix("+"), TEXT, NAME, SECRET, address, world.key, webhooks.SECRET.decode()):
            assert private not in lines
