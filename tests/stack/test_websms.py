"""
The websms Messaging API, through the deployed bundle and over the wire: WhatsApp, RCS, media, tokens, webhooks.
"""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.client import Client, Json, until
from local.furnishing import APPLICATION
from local.providers import WebsmsControl
from local.simulators.websms.faults import Fault, FaultKind
from local.simulators.websms.inbound import Attachment, InboundKind, InboundOrder, RawWebhook
from local.simulators.websms.magic import Fate, number_for
from local.tour import draw_picture
from tests.stack.conftest import Number
from tests.stack.place import Place, new_messaging_account, text, woken, words_of
from tests.stack.samples import with_media

CARD = {"title": "Croissant", "description": "Fresh", "suggestions": [{"type": "reply", "label": "Yes", "data": "y"}]}
SUGGESTIONS: list[Json] = [
    {"type": "reply", "label": "Yes", "data": "yes"},
    {"type": "url", "label": "Look", "url": "https://example.com"},
    {"type": "dial", "label": "Call", "phone": "+436601234567"},
    {"type": "map", "label": "Where", "query": "bakery"},
    {"type": "device", "label": "Device"},
]


def upload(acme: Client) -> str:
    """
    A picture nobody has sent yet; its id at Herald.
    """
    return str(acme.upload(draw_picture(16), "image/png")["id"])


def age_upload(place: Place, sha256: str) -> None:
    """
    Let an hour pass since websms was given this content: a refusal at once would speak of the picture itself.
    """
    place.stack.client("dynamodb").update_item(
        TableName=place.stack.outputs["TableName"],
        Key={"pk": {"S": f"U#websms#{sha256}"}, "sk": {"S": "."}},
        UpdateExpression="SET #since = #since - :hour",
        ExpressionAttributeNames={"#since": "since"},
        ExpressionAttributeValues={":hour": {"N": "3600000"}},
    )


# Tokens.


@pytest.mark.feature("W1")
def test_one_token_for_all(place: Place, acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    Twelve messages of a new account, sent side by side, need one call of the token endpoint.
    """
    account, before = new_messaging_account(place), websms.token_calls()

    def send(to: str) -> str:
        body = {"channel": "whatsapp", "account": account, "to": to, "content": text()}
        return str(acme.send(body)["id"])

    with ThreadPoolExecutor(3) as pool:
        sent = list(pool.map(send, [number() for _ in range(12)]))
    for identifier in sent:
        acme.message_when(identifier, "read")
    assert websms.token_calls() == before + 1


@pytest.mark.feature("W1")
def test_token_dies_in_mid_life(acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    A 401 fetches one new token; the message is sent in the same try, once.
    """
    acme.message_when(acme.send({"channel": "whatsapp", "to": number(), "content": text()})["id"], "read")
    websms.expire_tokens()
    before, to = websms.token_calls(), number()
    message = acme.message_when(acme.send({"channel": "whatsapp", "to": to, "content": text()})["id"], "read")
    assert message["tries"] == 1
    assert websms.token_calls() == before + 1
    assert list(websms.sent(recipient=to).values()) == [1]


# What can be sent.


@dataclass(frozen=True)
class Kind:
    """
    One kind of message, the operation of websms that has to carry it, and members of its body.
    """

    feature: str
    channel: str
    content: Json
    operation: str = "rcs.send"
    members: Json = field(default_factory=dict)


KINDS = (
    Kind("W2", "whatsapp", text("Grüße 👋"), "whatsapp.text", {"content": "Grüße 👋"}),
    Kind(
        "W3",
        "whatsapp",
        {"type": "media", "media": "image/png", "kind": "image", "caption": "Look"},
        "whatsapp.media",
        {"content": "Look"},
    ),
    Kind(
        "W4",
        "whatsapp",
        {"type": "template", "name": "order", "language": "en", "parameters": ["Ada", "4711"]},
        "whatsapp.template",
        {"templateName": "order", "templateLocale": "en"},
    ),
    Kind("W5", "rcs", {**text("Coffee?"), "suggestions": SUGGESTIONS}),
    Kind("W5", "rcs", {"type": "media", "media": "image/png", "kind": "image"}),
    Kind("W5", "rcs", {"type": "location", "latitude": 48.2, "longitude": 16.37, "name": "Vienna"}),
    Kind("W5", "rcs", {"type": "card", "card": {**CARD, "media": "image/png"}}),
    Kind("W5", "rcs", {"type": "carousel", "cards": [{**CARD, "media": "image/png"}, CARD]}),
)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=f"{kind.channel} {kind.content['type']}", marks=pytest.mark.feature(kind.feature))
        for kind in KINDS
    ],
)
def test_every_kind_is_read(acme: Client, websms: WebsmsControl, number: Number, kind: Kind) -> None:
    """
    Each kind is accepted, taken by websms without a remark, and comes back as sent, delivered and read.
    """
    to = number()
    body = {"channel": kind.channel, "to": to, "content": with_media(acme, kind.content)}
    message = acme.message_when(acme.send(body)["id"], "read", "failed", "rejected")
    assert message["status"] == "read", message
    assert sorted(words_of(message)) == ["delivered", "dispatched", "read"]
    (arrived,) = websms.messages(recipient=to)
    assert (arrived.operation, arrived.accepted, arrived.remarks) == (kind.operation, True, [])
    assert arrived.body.items() >= kind.members.items()


@pytest.mark.feature("W6")
def test_capability(acme: Client, number: Number) -> None:
    """
    websms is asked what a number can receive; a number without RCS is no error.
    """
    asked = acme.get("/v1/capabilities", channel="rcs", recipient=number())
    assert asked["reachable"]
    assert "chat" in asked["capabilities"]
    assert not acme.get("/v1/capabilities", channel="rcs", recipient=number_for(Fate.NOT_RCS))["reachable"]


@pytest.mark.feature("W3")
@pytest.mark.feature("W7")
def test_media_goes_up_once(place: Place, acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    A medium is uploaded for its first message, reused for the next, and uploaded anew once websms has lost it.
    """
    medium, before = acme.upload(draw_picture(16), "image/png"), websms.uploads()

    def send() -> str:
        to = number()
        body = {"channel": "whatsapp", "to": to, "content": {"type": "media", "media": {"id": medium["id"]}}}
        acme.message_when(acme.send(body)["id"], "read")
        (media_id,) = {each.body["mediaId"] for each in websms.messages(recipient=to) if each.accepted}
        return str(media_id)

    first = send()
    assert (send(), websms.uploads()) == (first, before + 1)
    websms.forget_media(first)
    age_upload(place, medium["sha256"])
    assert send() != first
    assert websms.uploads() == before + 2


# What comes back.


def inbound_of(acme: Client, sender: str) -> Json:
    """
    The only message that somebody wrote, once it is there.
    """
    (message,) = until(lambda: acme.get("/v1/inbound", sender=sender)["inbound"])
    found: Json = message
    return found


@pytest.mark.feature("W8")
@pytest.mark.feature("W9")
def test_inbound_media(acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    A picture that a person sends is fetched from websms and handed out byte for byte.
    """
    sender, picture = number(), draw_picture()
    media = Attachment(content=base64.b64encode(picture), content_type="image/png")
    websms.inbound(InboundOrder(sender=sender, content="Look", media=media, display_name="Ada"))
    arrived = inbound_of(acme, sender)
    assert (arrived["name"], arrived["channel"], arrived["account"]) == ("Ada", "whatsapp", "websms")

    def fetched() -> Json | None:
        (medium,) = acme.get(f"/v1/inbound/{arrived['id']}")["media"]
        return medium if medium["state"] != "pending" else None

    medium = until(fetched)
    assert (medium["state"], medium["content_type"], medium["size"]) == ("ready", "image/png", len(picture))
    assert acme.download(medium["id"]) == picture


@pytest.mark.feature("W8")
def test_error_that_looks_like_media(acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    An error document under HTTP 200 is not taken for a picture: the medium has failed, and the message is there.
    """
    sender = number()
    websms.fault(Fault(kind=FaultKind.ANSWER, operation="media.download", status=200, status_code=4120, times=1))
    media = Attachment(content=base64.b64encode(draw_picture(16)), content_type="image/png")
    websms.inbound(InboundOrder(sender=sender, content="Look", media=media))
    identifier = inbound_of(acme, sender)["id"]
    (medium,) = until(
        lambda: [each for each in acme.get(f"/v1/inbound/{identifier}")["media"] if each["state"] != "pending"]
    )
    assert (medium["state"], medium["reason"]) == ("failed", "not_found")


@pytest.mark.feature("W9")
@pytest.mark.parametrize("kind", [InboundKind.WHATSAPP, InboundKind.RCS])
@pytest.mark.parametrize(
    "members", [{}, {"recipient": None}, {"sender": "AT.1234567890"}], ids=["plain", "no recipient", "no phone"]
)
def test_inbound_text(
    acme: Client, websms: WebsmsControl, number: Number, kind: InboundKind, members: dict[str, Any]
) -> None:
    """
    What a person writes is listed for the tenant, and websms is answered so exactly that it never comes again.
    """
    words = f"Hello from {number()}"
    order = InboundOrder.model_validate({"kind": kind, "sender": number(), "content": words, **members})
    websms.inbound(order)
    until(lambda: [each for each in acme.get("/v1/inbound")["inbound"] if each["content"].get("text") == words])
    (webhook,) = until(lambda: [each for each in websms.webhooks(kind="inbound") if words in each.body])
    assert (webhook.state, webhook.attempt_count) == ("acknowledged", 1)


@pytest.mark.feature("W10")
@pytest.mark.parametrize(
    ("fate", "status", "words"),
    [
        (Fate.DELIVERED, "delivered", ["dispatched", "delivered"]),
        (Fate.READ, "read", ["dispatched", "delivered", "read"]),
        (Fate.FAILED, "failed", ["dispatched", "failed"]),
        (Fate.DISPATCHED, "sent", ["dispatched"]),
    ],
)
def test_every_word(acme: Client, websms: WebsmsControl, fate: Fate, status: str, words: list[str]) -> None:
    """
    Each word of websms is kept as it came, and lifts the message to the status it means.
    """
    identifier = acme.send({"channel": "whatsapp", "to": number_for(fate), "content": text()})["id"]
    websms.wait(acknowledged=len(words), client_message_id=f"{identifier}-0")
    message = acme.message_when(identifier, status)
    assert sorted(words_of(message)) == sorted(words)
    assert ("error" in message) == (status == "failed")


@pytest.mark.feature("F8")
@pytest.mark.feature("W10")
@pytest.mark.parametrize("channel", ["whatsapp", "rcs"])
@pytest.mark.parametrize("kind", [FaultKind.DUPLICATE, FaultKind.REORDER, FaultKind.EARLY_WEBHOOK])
def test_words_in_any_order(acme: Client, websms: WebsmsControl, number: Number, channel: str, kind: FaultKind) -> None:
    """
    Words that come twice, in reverse, or before the answer to our call end in the same story.
    """
    to = number()
    websms.fault(Fault(kind=kind, recipient=to, times=1))
    message = acme.message_when(acme.send({"channel": channel, "to": to, "content": text()})["id"], "read")
    websms.wait(idle=True)
    message = acme.message_when(message["id"], "read")
    assert sorted(words_of(message)) == ["delivered", "dispatched", "read"]
    assert message["history"][1]["event"] in ("sent", "report")
    assert sum(each.accepted for each in websms.messages(recipient=to)) == 1


@pytest.mark.feature("W10")
def test_documented_sample_is_kept(place: Place, websms: WebsmsControl) -> None:
    """
    The document's sample, which lacks its commas, is acknowledged and lies in quarantine, to the byte.
    """
    before = set(place.gateway.bucket.quarantined("websms"))
    answered = websms.post_webhook(RawWebhook(sample="comma_less"))
    assert (answered["http_status"], answered["state"]) == (200, "acknowledged")
    (kept,) = set(place.gateway.bucket.quarantined("websms")) - before
    body, label = place.gateway.bucket.quarantined_body(kept)
    assert (label.kind, label.verified) == ("status", True)
    assert body.decode() == websms.webhooks(kind="raw")[-1].body


# What websms refuses.


@pytest.mark.feature("W11")
@pytest.mark.parametrize(
    ("code", "reason"),
    [(4002, "invalid_recipient"), (4013, "quota_exceeded"), (4031, "recipient_blocked"), (4400, "window_closed")],
)
def test_rejected(acme: Client, websms: WebsmsControl, code: int, reason: str) -> None:
    """
    A code that is final ends the message with our reason and their code, after one call.
    """
    to = number_for(code)
    before = len(websms.messages(recipient=to))
    message = acme.message_when(acme.send({"channel": "whatsapp", "to": to, "content": text()})["id"], "rejected")
    assert message["error"] == {"reason": reason, "code": str(code)}
    assert len(websms.messages(recipient=to)) == before + 1


@pytest.mark.feature("W11")
@pytest.mark.parametrize(("status", "code"), [(429, 4023), (503, 5003)])
def test_not_sent_is_tried_again(acme: Client, websms: WebsmsControl, number: Number, status: int, code: int) -> None:
    """
    A code that says "not now" is tried again, and the message is sent once.
    """
    to = number()
    websms.fault(Fault(kind=FaultKind.ANSWER, recipient=to, status=status, status_code=code, retry_after="1", times=1))
    message = acme.message_when(acme.send({"channel": "whatsapp", "to": to, "content": text()})["id"], "read")
    assert message["tries"] == 2
    assert list(websms.sent(recipient=to).values()) == [1]


@pytest.mark.feature("W11")
def test_unclear_is_not_tried_again(place: Place, acme: Client, websms: WebsmsControl) -> None:
    """
    A code that says "something broke" is never followed by a second call; after its grace the message is unknown.
    """
    to = number_for(5000)
    before = len(websms.messages(recipient=to))
    identifier = acme.send({"channel": "whatsapp", "to": to, "content": text()})["id"]
    until(lambda: acme.message(identifier).get("unclear"))
    (message,) = woken(place, [identifier], "unknown")
    assert message["error"] == {"reason": "unknown", "code": "5000"}
    assert len(websms.messages(recipient=to)) == before + 1


def test_application_is_the_sender(acme: Client, websms: WebsmsControl, number: Number) -> None:
    """
    Without a word about the sender, the account's application sends.
    """
    to = number()
    message = acme.message_when(acme.send({"channel": "whatsapp", "to": to, "content": text()})["id"], "read")
    assert message["sender"] == APPLICATION
    assert websms.messages(recipient=to)[0].body["applicationId"] == APPLICATION
