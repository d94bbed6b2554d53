"""
How a request will be sent, and what is refused before anything is stored.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from herald.models import Account, Channel, Sender
from herald.planning import DEFAULT_VALIDITY
from herald.view import stamp
from tests import made_up
from tests.carrier import PHONE, Carrier, many, phone, send, sms
from tests.made_up.depot import add_parcel
from tests.world import World

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
PICKY = {
    "contents": ["media", "sticker"],
    "media": {
        "image": {"types": ["image/png"], "size": len(PNG)},
        "document": {"types": ["image/png", "application/pdf"], "size": len(PNG) - 1},
    },
    "sticker": {"types": ["image/webp"], "size": 100_000},
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with made_up.known(), World.of_acme() as world:
        world.add_account(
            Account(
                "acme-second",
                "websms_sms",
                ("acme",),
                senders=(Sender("first", Channel.SMS), Sender("other", Channel.SMS)),
            ),
            {"access_token": "x"},
        )
        world.add_tenant("beta")
        world.add_account(Account("beta-sms", "websms_sms", ("beta",)), {"access_token": "x"})
        world.add_account(Account("gone", "websms_sms", ("acme",), disabled=True), {"access_token": "x"})
        add_parcel(world, "by-mail", addresses=["email", "customer"])
        add_parcel(world, "buttons", contents=["text", "buttons"])
        add_parcel(world, "mute", reports="none")
        add_parcel(world, "picky", **PICKY)
        yield world


def planned(world: World, body: dict[str, Any]) -> dict[str, Any]:
    answer = world.post("/v1/messages/validate", body)
    assert answer.status == 200, answer.json
    plan: dict[str, Any] = answer.json
    return plan


def test_a_plan(world: World) -> None:
    """Validating answers account, sender, lane, times and segments, and stores nothing."""
    found = planned(world, sms())
    assert found == {
        "channel": "sms",
        "account": "acme-sms",
        "provider": "websms_sms",
        "sender": "acme",
        "recipients": 1,
        "lane": "transactional",
        "send_at": stamp(world.clock.now),
        "expires_at": stamp(world.clock.now + DEFAULT_VALIDITY * 1000),
        "segments": {"encoding": "gsm7", "segments": 1, "length": 5, "remaining": 155},
    }


CHOICES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"account": "acme-second"}, {"account": "acme-second", "sender": "first"}),
    ({"account": "acme-second", "from": "other"}, {"sender": "other"}),
    ({"lane": "bulk"}, {"lane": "bulk"}),
]


@pytest.mark.parametrize(("more", "expected"), CHOICES)
def test_choices(world: World, more: dict[str, Any], expected: dict[str, Any]) -> None:
    """An account, a sender and a lane can be asked for."""
    found = planned(world, sms(**more))
    assert {name: found[name] for name in expected} == expected


def test_lanes(world: World) -> None:
    """Many recipients go by the bulk lane, a single one of a list does not; it can be chosen."""
    assert [planned(world, many(count))["lane"] for count in (1, 2)] == ["transactional", "bulk"]
    assert planned(world, many(2, lane="transactional"))["lane"] == "transactional"


@pytest.mark.feature("S9")
@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("x" * 160, "gsm7", 1),
        ("x" * 161, "gsm7", 2),
        ("€" * 81, "gsm7", 2),
        ("ж" * 70, "ucs2", 1),
        ("ж" * 71, "ucs2", 2),
    ],
)
def test_segments(world: World, text: str, encoding: str, segments: int) -> None:
    """Every SMS is told how many segments it will be, when it is validated and when it is sent."""
    for answer in (planned(world, sms(text=text)), world.post("/v1/messages", sms(text=text)).json):
        assert (answer["segments"]["encoding"], answer["segments"]["segments"]) == (encoding, segments)


@pytest.mark.feature("S9")
def test_segments_of_many(world: World) -> None:
    """Of many recipients the longest text is counted."""
    body = many(2, "{{x}}")
    for recipient, length in zip(body["recipients"], (10, 200), strict=True):
        recipient["variables"] = {"x": "y" * length}
    assert planned(world, body)["segments"]["segments"] == 2


@pytest.mark.feature("S9")
def test_segments_of_binary(world: World) -> None:
    """A binary SMS is counted in octets; other channels have no segments."""
    body = sms() | {"content": {"type": "binary", "segments": ["BQAD/AIBWnVzYW1tZW4=", "BQAD/AICZ2Vmw7xndC4="]}}
    assert planned(world, body)["segments"]["segments"] == 2
    assert "segments" not in planned(world, sms() | {"channel": "rcs"})


def with_variables(**variables: str) -> dict[str, Any]:
    body = many(2, "Hello {{name}}")
    body["recipients"][0]["variables"] = {"name": "x"}
    body["recipients"][1]["variables"] = variables
    return body


def twice() -> dict[str, Any]:
    body = many(3)
    body["recipients"][2] = {"to": phone(0), "variables": {"a": "b"}}
    return body


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown account": (sms(account="nobody"), "account"),
    "another tenant's account": (sms(account="beta-sms"), "account"),
    "a disabled account": (sms(account="gone"), "account"),
    "a channel without a route": (sms() | {"channel": "push"}, "channel"),
    "an account without the channel": (sms(account="acme-sms") | {"channel": "whatsapp"}, "channel"),
    "an unknown sender": (sms(**{"from": "nobody"}), "from"),
    "content that the provider cannot say": (
        sms(strict=True) | {"content": {"type": "location", "latitude": 1, "longitude": 2}},
        "content.type",
    ),
    "somebody twice": (twice(), "recipients[2].to"),
    "an address that the provider does not reach": (
        many(1) | {"recipients": [{"to": PHONE}, {"to": {"type": "email", "value": "a@b.example"}}]},
        "recipients[1].to",
    ),
    "a variable that is missing": (with_variables(nome="x"), "recipients[1].variables"),
    "a single message's variable": (sms(text="{{a}}", variables={"b": "x"}), "variables"),
    "the past": (sms(send_at="2025-06-15T15:01:39Z"), "send_at"),
    "the far future": (sms(send_at="2026-06-15T15:01:39Z"), "send_at"),
    "an option of the provider": (sms(options={"validity_seconds": 30}), "options.validity_seconds"),
}


@pytest.mark.parametrize(("body", "field"), REFUSED.values(), ids=REFUSED)
def test_refused(world: World, body: dict[str, Any], field: str) -> None:
    """What cannot be sent is refused alike when it is validated and when it is sent, with its field."""
    for path in ("/v1/messages/validate", "/v1/messages"):
        answer = world.post(path, body)
        assert (answer.status, answer.json["field"]) == (422, field), answer.json


def test_a_little_late(world: World) -> None:
    """A time some minutes ago means now: clocks differ."""
    assert planned(world, sms(send_at=stamp(world.clock.now - 300_000)))["send_at"] == stamp(world.clock.now)


def test_order(world: World) -> None:
    """Of several mistakes that about the account comes first, then the sender, the recipients, the time."""
    body = twice() | {"account": "nobody", "from": "nobody", "send_at": "2020-01-01T00:00:00Z"}
    fields = []
    for mend in ({"account": "acme-sms"}, {"from": "acme"}, {"recipients": [{"to": PHONE}]}, {}):
        fields.append(world.post("/v1/messages/validate", body).json["field"])
        body |= mend
    assert fields == ["account", "from", "recipients[2].to", "send_at"]


@pytest.mark.feature("F6")
def test_routes(world: World) -> None:
    """The first usable account of a route carries the message; one that is disabled is passed over."""
    registry = world.operator.registry
    try:
        registry.set_route("acme", Channel.VOICE, ("gone", "beta-sms", "nobody", "acme-second"), 0)
        assert planned(world, sms() | {"channel": "voice"})["account"] == "acme-second"
    finally:
        registry.remove_route("acme", Channel.VOICE)
    known = registry.read_account("gone")
    assert replace(known.value, disabled=False) != known.value


# Saying it more simply.

CARD = {
    "type": "card",
    "card": {"title": "Croissant", "description": "Fresh", "media": {"url": "https://example.com/a.jpg"}},
    "suggestions": [{"type": "url", "label": "Look", "url": "https://example.com/x"}],
}
BUTTONS = {"type": "buttons", "text": "{{x}}", "buttons": [{"type": "reply", "label": "Yes"}]}
LONG = "a text that leaves no room for buttons"


def simplified(detail: str) -> list[dict[str, str]]:
    return [{"code": "simplified", "field": "content", "detail": detail}]


@pytest.mark.feature("F3")
def test_simpler(world: World) -> None:
    """A card over SMS becomes text: its sender is warned, its segments are counted, and that text is what is sent."""
    body = sms() | {"content": CARD}
    world.provider = carrier = Carrier()
    said = "Croissant\nFresh\nLook: https://example.com/x"
    lost = "sent as text: its image is left out, its suggestions are listed as lines"
    for answer in (planned(world, body), world.post("/v1/messages", body, idempotency_key="card").json):
        assert answer["warnings"] == simplified(lost)
        assert answer["segments"]["length"] == len(said)
    identifier = send(world, body, idempotency_key="card")
    mine = [record for record in world.records("TransactionalQueue") if identifier in record["body"]]
    assert not world.invoke("deliver", {"Records": mine})["batchItemFailures"]
    assert [payload["messageContent"] for payload in carrier.payloads] == [said]
    shown = world.get(f"/v1/messages/{identifier}").json["content"]
    assert (shown["type"], shown["text"]) == ("text", said)


@pytest.mark.feature("F3")
def test_no_warning(world: World) -> None:
    """Nobody is warned of what goes as it was written."""
    for body in (sms(), many(2), to_buttons("hello", "you")):
        assert "warnings" not in planned(world, body)
        assert "warnings" not in world.post("/v1/messages", body).json


@pytest.mark.feature("F10")
def test_a_repeated_request(world: World) -> None:
    """The answer to a repeated key warns as the first did; when it can no longer be planned, it claims nothing."""
    body = sms(send_at=stamp(world.clock.now)) | {"content": CARD}
    first = world.post("/v1/messages", body, idempotency_key="again").json
    assert world.post("/v1/messages", body, idempotency_key="again").json == first
    world.clock.now += 600_000
    late = world.post("/v1/messages", body, idempotency_key="again").json
    assert late == {name: value for name, value in first.items() if name not in ("segments", "warnings")}


def to_buttons(*texts: str) -> dict[str, Any]:
    """A text with a button for so many, each in their own words."""
    recipients = [{"to": phone(number), "variables": {"x": text}} for number, text in enumerate(texts)]
    return {"channel": "sms", "account": "buttons", "recipients": recipients, "content": BUTTONS}


@pytest.mark.feature("F3")
@pytest.mark.parametrize("longest", [0, 1, 2])
def test_simpler_for_all(world: World, longest: int) -> None:
    """A request of many says one thing in one form: the simplest that any of its members needs."""
    texts = ["hello"] * 3
    texts[longest] = LONG
    body = to_buttons(*texts)
    body["content"] = BUTTONS | {"header": "News"}
    lost = "header and footer are part of the text, its buttons are suggestions"
    assert planned(world, body)["warnings"] == simplified(f"sent as text: {lost}")
    request = send(world, body)
    assert world.get(f"/v1/messages/{request}").json["content"]["text"] == "News\n{{x}}"
    views = world.get(f"/v1/messages?request={request}").json["messages"]
    contents = [world.get(f"/v1/messages/{view['id']}").json["content"] for view in views]
    assert [(content["type"], content["text"]) for content in contents] == [("text", f"News\n{text}") for text in texts]


@pytest.mark.feature("F3")
def test_too_long_once_it_is_filled(world: World) -> None:
    """A form that somebody's words make too long is none: then the refusal is that of the content as it was written."""
    body = sms(account="buttons", variables={"x": "y" * 9_998}) | {"content": BUTTONS | {"header": "h"}}
    assert planned(world, body)["segments"]["length"] == 10_000
    answer = world.post("/v1/messages/validate", body | {"variables": {"x": "y" * 9_999}})
    assert (answer.status, answer.json["field"]) == (422, "content.text")
    assert answer.json["detail"] == "a long text has no buttons"


STRICT: dict[str, tuple[dict[str, Any], str]] = {
    "a content": (sms() | {"content": CARD}, "content.type"),
    "a part of one": (
        sms() | {"content": {"type": "text", "text": "x", "suggestions": CARD["suggestions"]}},
        "content.suggestions",
    ),
    "one member's": (to_buttons("hello", LONG), "content.text"),
    "an option": (sms(options={"thread": "t"}), "options.thread"),
}


@pytest.mark.feature("F3")
@pytest.mark.parametrize(("body", "field"), STRICT.values(), ids=STRICT)
def test_strict(world: World, body: dict[str, Any], field: str) -> None:
    """Who wants it just so is refused, by what would have been lost; the same without `strict` is not."""
    answer = world.post("/v1/messages", body | {"strict": True})
    assert (answer.status, answer.json["code"], answer.json["field"]) == (422, "unsupported_feature", field)
    planned(world, body)


# What is to be learnt of it.


@pytest.mark.parametrize("success", ["sent", "delivered"])
def test_success(world: World, success: str) -> None:
    """A provider that tells of what its sender has to know is good enough."""
    planned(world, sms(success=success))


@pytest.mark.parametrize(
    ("account", "success", "told"),
    [("acme-sms", "read", "delivered, failed, sent"), ("mute", "delivered", "nothing"), ("mute", "read", "nothing")],
)
def test_success_that_is_never_told(world: World, account: str, success: str, told: str) -> None:
    """A request that waits for what this provider never says is refused, with what it does say."""
    answer = world.post("/v1/messages", sms(account=account, success=success))
    assert (answer.status, answer.json["field"]) == (422, "success")
    assert answer.json["hint"] == f"it reports {told}"


# Several addresses.

EMAIL = {"type": "email", "value": "ada@example.com"}
CUSTOMER = {"type": "customer", "value": "c-1"}


@pytest.mark.feature("F27")
@pytest.mark.parametrize(
    ("account", "known", "used"),
    [
        ("acme-sms", [EMAIL, CUSTOMER, PHONE, phone(1)], PHONE),
        ("by-mail", [PHONE, CUSTOMER, EMAIL], CUSTOMER),
        ("by-mail", [EMAIL], EMAIL),
    ],
)
def test_the_first_address_that_is_reached(world: World, account: str, known: list[Any], used: object) -> None:
    """Of all addresses of a person the first that the channel reaches is used, alone or among many."""
    one = send(world, sms(account=account) | {"to": known})
    assert world.get(f"/v1/messages/{one}").json["to"] == used
    request = send(world, many(1, account=account) | {"recipients": [{"to": known}]})
    assert [view["to"] for view in world.get(f"/v1/messages?request={request}").json["messages"]] == [used]


NOBODY: dict[str, tuple[dict[str, Any], str]] = {
    "one": (sms() | {"to": [EMAIL, CUSTOMER]}, "to"),
    "one of many": (many(1) | {"recipients": [{"to": PHONE}, {"to": [EMAIL]}]}, "recipients[1].to"),
    "somebody twice": (many(1) | {"recipients": [{"to": PHONE}, {"to": [EMAIL, PHONE]}]}, "recipients[1].to"),
    "nobody at all": (sms() | {"to": []}, "to"),
}


@pytest.mark.feature("F27")
@pytest.mark.parametrize(("body", "field"), NOBODY.values(), ids=NOBODY)
def test_no_address_that_is_reached(world: World, body: dict[str, Any], field: str) -> None:
    """Somebody whom the channel reaches by no address, or who is reached twice, is refused by their place."""
    answer = world.post("/v1/messages", body)
    assert (answer.status, answer.json["field"]) == (422, field)


# Raw overrides; what they do is proved in test_overriding.py.


@pytest.mark.feature("F2")
@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"websms_sms": {"clientMessageId": "mine"}}, "raw.websms_sms.clientMessageId"),
        ({"nobody": {"a": 1}}, "raw.nobody"),
        ({"websms_sms": {"a": float("inf")}}, "raw"),
        ({"websms_sms": {"a": "x" * 20_000}}, "raw"),
    ],
    ids=["ours to write", "nobody to read it", "no JSON", "too long"],
)
def test_raw_that_is_refused(world: World, raw: dict[str, Any], field: str) -> None:
    """An override that cannot be put into the provider's request is refused at once, by its path."""
    answer = world.post("/v1/messages", sms(raw=raw))
    assert (answer.status, answer.json["field"]) == (422, field)


@pytest.mark.feature("F2")
def test_raw_of_another_provider(world: World) -> None:
    """An override for a provider that this message does not go by is no reason to refuse it, whatever it says."""
    planned(world, sms(raw={"parcel": {"from": "x"}, "websms": {"sender": "x"}}))


# Media.


def uploaded(world: World) -> str:
    headers = {"content-type": "image/png", "authorization": f"Bearer {world.key}"}
    identifier: str = world.call("POST", "/v1/media", headers, PNG).json["id"]
    return identifier


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"type": "media", "kind": "image"}, None),
        ({"type": "media"}, None),
        ({"type": "media", "kind": "document"}, "invalid_message"),
        ({"type": "media", "kind": "video"}, "invalid_message"),
        ({"type": "sticker"}, "unsupported_feature"),
    ],
    ids=["as an image", "as whatever it is", "too large as a document", "as a video", "as a sticker"],
)
def test_media(world: World, content: dict[str, Any], code: str | None) -> None:
    """A medium is held against what the provider takes of the kind as which it is to be shown."""
    body = sms(account="picky") | {"content": content | {"media": {"id": uploaded(world)}}}
    answer = world.post("/v1/messages/validate", body)
    assert (answer.status, answer.json.get("code")) == (422 if code else 200, code)
    assert not code or answer.json["field"] == "content.media.id"
