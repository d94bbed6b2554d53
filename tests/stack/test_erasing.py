"""
A person asks to be forgotten, through the deployed bundle: asked for over HTTP, done by the clock, and not shown again.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from cli import admin
from herald.authenticating import USUAL, Scope
from herald.aws import keys
from herald.aws.erasures import DUE
from herald.aws.table import Change, ConditionFailed
from local.client import Client, Json, Refused, until
from local.furnishing import TENANT
from local.simulators.websms.inbound import InboundKind, InboundOrder
from tests.stack.conftest import Number
from tests.stack.place import Place, table_of, text, wake

pytestmark = [pytest.mark.feature("F31"), pytest.mark.goal("G28"), pytest.mark.timeout(300)]

WORDS, REFERENCE = "Your table by the window", "guest 4711"


@pytest.fixture
def eraser(place: Place) -> Iterator[Client]:
    """
    The API with a key of acme's that may have people erased, and nothing else.
    """
    with Client(place.stack.api_url, admin.create_key(place.gateway, TENANT, [Scope.ERASURES_WRITE]).text) as client:
        yield client


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).isoformat()


def erased(place: Place, eraser: Client, address: str) -> Json:
    """
    What the erasure of this address is shown as once it is done; the clock need not wait between two passes.
    """
    asked = eraser.post("/v1/erasures", {"address": address})
    assert asked["status"] == "pending"
    row = (f"T#{TENANT}", f"erase#{asked['id']}")

    def done() -> Json | None:
        shown = eraser.get(f"/v1/erasures/{asked['id']}")
        if shown["status"] == "done":
            return shown
        change = Change("SET #ls = :due", {"due": keys.due(place.gateway.clock(), DUE)}, "attribute_exists(lp)")
        with suppress(ConditionFailed):  # another clock has just ended it
            table_of(place).update(*row, change)
        wake(place.stack)
        return None

    return until(done, 120)


def test_a_person_is_erased(place: Place, acme: Client, eraser: Client, number: Number) -> None:
    """
    What was sent to them is a stub, what waits for them is never sent, what they wrote is gone; nothing names them.
    """
    to = number()
    body = {"channel": "whatsapp", "to": to, "content": text(WORDS), "reference": REFERENCE}
    sent, waiting = acme.send(body)["id"], acme.send({**body, "send_at": tomorrow()})["id"]
    acme.message_when(sent, "read")
    place.websms.control.inbound(InboundOrder(kind=InboundKind.WHATSAPP, sender=to, content="Thanks!"))
    (written,) = until(lambda: acme.get("/v1/inbound", sender=to)["inbound"])
    assert acme.message(sent)["content"]["text"] == WORDS
    counts = erased(place, eraser, to)["erased"]
    assert (counts["messages"], counts["inbound"]) == (2, 1)
    for identifier, status in ((sent, "read"), (waiting, "cancelled")):
        stub = acme.message(identifier)
        assert (stub["erased"], stub["status"]) == (True, status)
        assert not {"to", "content", "reference"} & stub.keys()
    assert acme.call("GET", f"/v1/inbound/{written['id']}").status_code == 404
    assert acme.get("/v1/messages", recipient=to)["messages"] == []
    assert len(place.websms.control.messages(recipient=to)) == 1
    client, name = place.stack.client("dynamodb"), place.stack.outputs["TableName"]
    pages = client.get_paginator("scan").paginate(TableName=name)
    assert to.lstrip("+") not in json.dumps([page["Items"] for page in pages], default=str)


def test_who_may_not(place: Place, acme: Client, number: Number) -> None:
    """
    A key that may do everything but that is refused, and erases nobody.
    """
    to = number()
    identifier = acme.send({"channel": "whatsapp", "to": to, "content": text(WORDS)})["id"]
    with Client(place.stack.api_url, admin.create_key(place.gateway, TENANT, USUAL).text) as client:
        with pytest.raises(Refused) as refused:
            client.post("/v1/erasures", {"address": to})
        assert client.call("GET", "/v1/erasures/none").status_code == 403
    assert (refused.value.status, refused.value.problem["code"]) == (403, "forbidden")
    assert to not in json.dumps(refused.value.problem)
    wake(place.stack)
    assert acme.message(identifier)["to"] == to
