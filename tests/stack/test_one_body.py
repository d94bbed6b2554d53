"""
One body through every provider and channel: what docs/providers.md promises of a content is what happens to it.

The bodies differ in account and channel alone, and in the address where a channel knows people by other names.
"""

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from docs.generate.providers import adapters, said
from docs.generate.samples import CONTENTS, PICTURE
from herald.content import Content, media_of
from herald.models import Channel
from herald.provider import Provider
from local.client import Client, Json, Refused
from local.providers import Control
from tests.stack.conftest import Number
from tests.stack.place import Place
from tests.stack.samples import LINK, with_media

PAGE = Path(__file__).parents[2] / "docs" / "providers.md"
ACCOUNTS = {
    "websms": "websms",
    "websms_sms": "websms-sms",
    "smsglobal": "smsglobal",
    "webex_connect": "webex",
    "huawei_aicc": "huawei",
}


def promises() -> Iterator[tuple[str, Mapping[str, str]]]:
    """
    The rows of the page's second table: `provider channel`, and its promise for each content.
    """
    table = PAGE.read_text().partition("<!-- matrix -->")[2].partition("<!-- /matrix -->")[0].split("\n\n")[1]
    head, _, *rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in table.strip().splitlines()]
    for provider, channel, *cells in rows:
        yield f"{provider} {channel}", dict(zip(head[2:], cells, strict=True))


PROMISES = dict(promises())
ADAPTERS = {adapter.account.provider: adapter for adapter in adapters()}

LINKED = (
    *("webex_connect sms", "webex_connect push", "webex_connect messenger", "webex_connect rcs"),
    *("websms_sms sms", "websms_sms voice"),
)
"""Where media is sent as its address: media that was uploaded has none before it is sent, and is refused."""

PICTURES_ONLY = ("huawei_aicc whatsapp",)
"""Where images are JPEG or PNG: a sticker in WebP cannot become one, and is refused."""


@pytest.fixture(autouse=True)
def _strict(place: Place) -> Iterator[None]:
    """The simulators let nothing pass that they would only remark upon."""
    with ExitStack() as changes:
        for control in controls(place):
            changes.enter_context(control.changed(strict=True))
        yield


def controls(place: Place) -> Sequence[Control[Any]]:
    one = place.simulators
    return (one.websms.control, one.smsglobal.control, one.webex_connect.control, one.huawei_aicc.control)


@pytest.fixture(scope="module")
def contents(place: Place) -> Mapping[str, Json]:
    """
    One of each content type, as the page is made with, its media uploaded.
    """
    dumped = {name: content.model_dump(mode="json", exclude_none=True) for name, content in CONTENTS.items()}
    typed = json.loads(re.sub(r'\{"url": "[^"]*\.(webp|jpg)"\}', _type_of, json.dumps(dumped)))
    uploaded: Mapping[str, Json] = with_media(place.client, typed)
    return uploaded


def _type_of(address: re.Match[str]) -> str:
    return '"image/webp"' if address[1] == "webp" else '"image/jpeg"'


def address(channel: str, content: str, number: Number) -> tuple[str, str | Json]:
    """
    Somebody new: as the provider is told, and as Herald is.
    """
    unique = uuid.uuid4()
    names = {
        "in_app": ("user", unique.hex),
        "push": ("user", unique.hex),
        "messenger": ("messenger", str(unique.int)[:16]),
        "apple": ("apple", f"urn:mbid:{unique.hex}"),
    }
    if channel not in names or content == "invitation":
        phone = number()
        return phone, phone
    kind, value = names[channel]
    return value, {"type": kind, "value": value}


def words(part: object) -> Iterator[str]:
    """
    Every text of a content that a person is to read.
    """
    match part:
        case BaseModel():
            for name in type(part).model_fields:
                found = getattr(part, name)
                if isinstance(found, str) and name in ("text", "caption", "title", "description", "label", "body"):
                    yield found
                yield from words(found)
        case tuple():
            for each in part:
                yield from words(each)


def texts(document: Any) -> Iterator[str]:
    """
    Every text in a request, also where it is JSON in a string.
    """
    match document:
        case dict():
            for each in document.values():
                yield from texts(each)
        case list():
            for each in document:
                yield from texts(each)
        case str():
            yield document
            if document.startswith("{"):
                yield from texts(json.loads(document))


def promised(row: str, name: str) -> tuple[str, Content]:
    """
    What is promised of a content that is uploaded where it has media, and the form in which it is said.
    """
    provider, channel = row.split()
    adapter: Provider = ADAPTERS[provider]
    rung = said(adapter, Channel(channel), CONTENTS[name])
    form = CONTENTS[name] if rung is None else rung.content
    refused = (name == "media" and row in LINKED) or (name == "sticker" and row in PICTURES_ONLY)
    return "" if refused else PROMISES[row][name], form


def refusal(acme: Client, body: Json) -> Json:
    """
    The problem document of a body that is refused.
    """
    with pytest.raises(Refused) as refused:
        acme.send(body)
    assert refused.value.status == 422
    return refused.value.problem


@pytest.mark.feature("F1")
@pytest.mark.feature("F3")
@pytest.mark.parametrize("row", PROMISES)
def test_what_the_page_promises(place: Place, number: Number, contents: Mapping[str, Json], row: str) -> None:
    """
    Each content is said as it is, or simpler with a warning and its words on the wire, or refused by name; a strict
    request refuses what would be simpler. What is refused reaches nobody.
    """
    provider, channel = row.split()
    options = {"thread": "thread-1"} if channel == "in_app" else {}
    sent: list[tuple[str, str, str]] = []
    unsent: list[str] = []
    for name, content in contents.items():
        promise, _ = promised(row, name)
        value, to = address(channel, name, number)
        body = {"channel": channel, "account": ACCOUNTS[provider], "to": to, "content": content, "options": options}
        if promise != "✓":
            problem = refusal(place.client, {**body, "strict": True})
            assert (problem["code"], problem["field"].partition(".")[0]) == ("unsupported_feature", "content"), name
        if promise:
            accepted = place.client.send(body)
            warned = [each["detail"].partition(":")[0] for each in accepted.get("warnings", ())]
            assert warned == ([] if promise == "✓" else [f"sent {promise}"]), name
            sent.append((name, value, accepted["id"]))
        else:
            refusal(place.client, body)
            unsent.append(value)
    for name, value, identifier in sent:
        message = place.client.message_when(identifier, "sent", "delivered", "read", "rejected", "failed", "unknown")
        assert message["status"] in ("sent", "delivered", "read"), (name, message)
        check_wire(place, value, promised(row, name)[1])
    for value in unsent:
        assert [each for control in controls(place) for each in control.messages(recipient=value)] == []


def check_wire(place: Place, to: str, form: Content) -> None:
    """
    One simulator took the one request, with every word of the form, and its media if there is any.
    """
    taken = [each for control in controls(place) for each in control.messages(recipient=to) if each.accepted]
    (arrived,) = taken
    assert arrived.remarks == []
    written = list(texts(arrived.body))
    for word in words(form):
        assert any(word in each for each in written), (word, arrived.body)
    shown = any(LINK in each for each in written) or "mediaId" in arrived.raw
    assert shown == any(media_of(form)), arrived.body


@pytest.mark.feature("F3")
@pytest.mark.parametrize("row", LINKED)
def test_media_by_address(place: Place, number: Number, contents: Mapping[str, Json], row: str) -> None:
    """
    Where media is sent as its address, it has to be given by one: then it is sent so, with a warning.
    """
    provider, channel = row.split()
    promise, form = PROMISES[row]["media"], promised(row, "media")[1]
    value, to = address(channel, "media", number)
    content = {**contents["media"], "media": {"url": PICTURE.url}}
    accepted = place.client.send({"channel": channel, "account": ACCOUNTS[provider], "to": to, "content": content})
    assert accepted["warnings"][0]["detail"].startswith(f"sent {promise}: it is sent as a link")
    place.client.message_when(accepted["id"], "sent", "delivered", "read")
    check_wire(place, value, form)
