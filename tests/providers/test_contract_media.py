"""
What all providers declare of media is true: its types and sizes, and how it goes out.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from herald import media_type
from herald.aws.bucket import Stored
from herald.content import Content, Media, MediaContent, MediaKind, StickerContent
from herald.errors import InvalidMessage
from herald.models import Channel, MediaFile, OutboundMessage
from herald.provider import ChannelFacts, MediaRule
from herald.shelving import check_fit, places
from tests.providers.harness import Send, Table
from tests.providers.tables import TOKEN, tables


def shown_with(table: Table, channel: Channel, content: str) -> Send:
    """A case that sends this type of content over the channel."""
    return next(
        case
        for case in table.cases
        if isinstance(case, Send) and case.message.channel is channel and case.message.content.type == content
    )


def rules(facts: ChannelFacts) -> Iterator[tuple[Content, MediaKind | None, MediaRule]]:
    """What media the channel declares to take, and a content that shows it."""
    media = Media(id="a")
    if "media" in facts.contents:
        for kind, rule in facts.media.items():
            yield MediaContent(media=media, kind=kind), kind, rule
    if facts.sticker:
        yield StickerContent(media=media), None, facts.sticker


@pytest.mark.parametrize("table", tables())
def test_media_rules_speak_of_media_as_we_do(table: Table) -> None:
    """Types under their canonical names and of the kind they are declared for; sizes that something can have."""
    adapter = table.adapter()
    for channel in adapter.channels:
        for _, kind, rule in rules(adapter.facts(channel)):
            assert rule.types
            assert {media_type.canonical(name) for name in rule.types} == rule.types
            assert 0 < rule.size <= media_type.MAX_SIZE
            relayed = {media_type.KINDS[name] for name in rule.types if name in media_type.KINDS}
            assert kind in (None, MediaKind.DOCUMENT) or relayed == {kind}


@pytest.mark.parametrize("table", tables())
def test_media_that_fits_its_rules_is_sent(table: Table) -> None:
    """Each declared type, as large as declared, goes out by our link or by the id it has there; no other one does."""
    adapter = table.adapter()
    for channel in adapter.channels:
        facts = adapter.facts(channel)
        for content, _, rule in rules(facts):
            (place,) = places(content)
            case = shown_with(table, channel, content.type)
            for name in rule.types & media_type.KINDS.keys():
                file = MediaFile("a", name, rule.size, "0" * 64, "https://media.example/a", None, "their-id")
                check_fit(_stored(file), place, facts, "content.media")
                body = sent(table, case, replace(case.message, content=content, media={"a": file}))
                assert (file.url in body, "their-id" in body) == (not facts.uploads, facts.uploads)
                with pytest.raises(InvalidMessage):
                    check_fit(_stored(replace(file, size=rule.size + 1)), place, facts, "content.media")
            for name in media_type.KINDS.keys() - rule.types:
                with pytest.raises(InvalidMessage):
                    check_fit(_stored(MediaFile("a", name, 1, "0" * 64, "")), place, facts, "content.media")


def sent(table: Table, case: Send, message: OutboundMessage) -> str:
    adapter = table.adapter(case)
    adapter.check(message)
    return (adapter.build_request(message, TOKEN).body or b"").decode()


def _stored(file: MediaFile) -> Stored:
    return Stored(f"media/acme/{file.key}", file.content_type, file.size, file.sha256, file.filename)
