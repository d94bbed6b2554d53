"""
What in-app, push, Messenger and Apple messages are made of alike: media by address, replies, buttons, and a size.

Before a message is accepted its media may still be unresolved: a block is then built with `foreseen` media, of
which nothing but the key is known.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from herald.content import Media, MediaContent, MediaKind, OpenUrl, Reply, Suggestion, media_of
from herald.errors import InvalidMessage, UnsupportedFeature
from herald.media_type import KINDS
from herald.models import MediaFile, OutboundMessage

MAX_BLOCK = 4096
"""Bytes of an in-app message or a push notification ("overall payload limit")."""


def foreseen(message: OutboundMessage) -> OutboundMessage:
    """The message with something in place of the media that is not resolved yet."""
    missing = {media.key: MediaFile(media.key, "", 0, "", "") for media in media_of(message.content)}
    return replace(message, media={**missing, **message.media})


def file_of(message: OutboundMessage, media: Media) -> MediaFile:
    """What is known of this media; its `content_type` is empty when it is only foreseen."""
    return message.media[media.key]


def kind_of(content: MediaContent, file: MediaFile) -> MediaKind:
    """How it is to be shown: as the client says, or else as the file's type tells."""
    return content.kind if content.kind is not MediaKind.FILE else KINDS.get(file.content_type, MediaKind.FILE)


def check_preview(content: MediaContent) -> None:
    """Nothing here shows a picture in place of media. Raises UnsupportedFeature."""
    if content.thumbnail:
        raise UnsupportedFeature("this media has no preview by address", field="content.thumbnail")


def image_address(message: OutboundMessage, media: Media, field: str) -> str:
    """The address of media that can only be an image. Raises UnsupportedFeature for anything else."""
    file = file_of(message, media)
    if file.content_type and KINDS.get(file.content_type) is not MediaKind.IMAGE:
        raise UnsupportedFeature("only an image can be shown here", field=field)
    return file.url


def replies(suggestions: Sequence[Suggestion], field: str, most: int) -> Sequence[Reply]:
    """Suggestions where nothing but replies can be said, each with an answer of its own (`answer`)."""
    chosen = [suggestion for suggestion in suggestions if isinstance(suggestion, Reply)]
    for position, suggestion in enumerate(suggestions):
        if not isinstance(suggestion, Reply):
            raise UnsupportedFeature("only replies can be suggested here", field=f"{field}[{position}]")
    _check_count(chosen, field, most)
    check_distinct([answer(reply) for reply in chosen], field)
    return chosen


def buttons(suggestions: Sequence[Suggestion], field: str, most: int) -> Sequence[Reply | OpenUrl]:
    """Suggestions where a button replies or opens a page."""
    chosen = [suggestion for suggestion in suggestions if isinstance(suggestion, Reply | OpenUrl)]
    for position, suggestion in enumerate(suggestions):
        if not isinstance(suggestion, Reply | OpenUrl):
            raise UnsupportedFeature("a button replies or opens a page here", field=f"{field}[{position}]")
    _check_count(chosen, field, most)
    return chosen


def answer(suggestion: Reply | OpenUrl) -> str:
    """What comes back when it is tapped."""
    return suggestion.data or suggestion.label


def check_distinct(answers: Sequence[str], field: str) -> None:
    """Two choices with one answer could not be told apart, and the API refuses them."""
    if len(set(answers)) < len(answers):
        raise InvalidMessage("two choices have the same data", field=field)


def check_length(text: str | None, field: str, most: int) -> None:
    """Lengths are counted in characters."""
    if text and len(text) > most:
        raise InvalidMessage(f"at most {most} characters fit here", field=field, hint=f"this has {len(text)}")


def check_size(block: Mapping[str, object]) -> None:
    """The API refuses a larger block when it is asked, or the device's push service does later."""
    size = len(json.dumps(block, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
    if size > MAX_BLOCK:
        raise InvalidMessage(
            f"the message has at most {MAX_BLOCK} bytes with all that belongs to it",
            field="content",
            hint=f"this has {size}",
        )


def _check_count(suggestions: Sequence[Suggestion], field: str, most: int) -> None:
    if len(suggestions) > most:
        raise InvalidMessage(f"at most {most} fit here", field=field, hint=f"there are {len(suggestions)}")
