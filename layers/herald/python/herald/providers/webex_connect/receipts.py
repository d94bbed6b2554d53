"""
Delivery receipts of every channel: `deliveryInfoNotification` (Webex Connect, "Outbound Webhooks", and notifyurl).

One shape with the quirks of its channels: words in any spelling, empty strings for what is missing, names of the
message outside or, in apps, inside of `deliveryInfo`. Calls lose our reference on some events.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AliasChoices, BaseModel, Field, TypeAdapter, ValidationError

from herald.answer import Moment, read
from herald.identifier import digest, own_reference
from herald.models import Channel, Event, InboundMessage, StatusUpdate
from herald.providers.webex_connect.envelope import WORDS
from herald.providers.webex_connect.lenient import Name, Text, letters
from herald.providers.webex_connect.people import person
from herald.providers.webex_connect.receipt_codes import reason_of
from herald.status import Status

# By their letters alone: "Submited" and "Un-Delivered" are documented spellings. A call that the network took is
# sent, one that was answered is delivered; how it ends (DROPPED, RELEASED …) says nothing, since answered and
# unanswered ones end alike.
STATUSES: Mapping[str, Status] = {
    "submitted": Status.SENT,
    "submited": Status.SENT,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "failed": Status.FAILED,
    "undelivered": Status.FAILED,
    "offered": Status.SENT,
    "accepted": Status.SENT,
    "answered": Status.DELIVERED,
    "rejected": Status.FAILED,
}

SILENT = frozenset(
    {"clicked", "dropped", "released", "disconnected", "trombone", "tromboneconnected", "trombonereleased"}
)
"""Words that are known to say nothing, in the same spelling. A click is no status."""

CHANNELS: Mapping[str, Channel] = {word.lower(): channel for channel, word in WORDS.items()} | {"rt": Channel.IN_APP}
"""By the `deliveryChannel` of a receipt: the words of the requests, and another one for apps."""


type _Word = Annotated[str, Field(min_length=1, max_length=64)]


class _Names(BaseModel):
    """What names the message: outside of `deliveryInfo`, or for clicks in apps inside."""

    correlation: Text = Field("", alias="correlationid")
    callback: Text = Field("", alias="callbackData")
    transaction: Name = Field("", alias="transid")


class _Interaction(BaseModel):
    """The button of a notification that was tapped, and what was sent along with it."""

    button: Text = Field("", alias="Button_Pressed")
    reference: Text = Field("", alias="pushref")


class _Info(_Names):
    word: _Word = Field(alias="deliveryStatus")
    code: Name = ""
    channel: Text = Field("", alias="deliveryChannel")
    destination: Name = ""
    kind: Text = Field("", alias="destinationType")
    at: Moment = Field(None, alias="timeStamp")
    stamp: Text = Field("", validation_alias=AliasChoices("timeStamp"))
    interaction: _Interaction | None = None


class _Notification(_Names):
    info: _Info = Field(alias="deliveryInfo")


class _Envelope(BaseModel):
    notification: object = Field(alias="deliveryInfoNotification")


_DATA: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
"""What `push` puts into a pushref: what the client wants back, by the button's identifier."""


def is_receipt(body: bytes) -> bool:
    """Whether this is a receipt, whatever address it came to."""
    return read(_Envelope, body) is not None


def parse(body: bytes, *, taps: bool) -> Sequence[Event] | None:
    """
    What one receipt tells; None when the body is none. `taps`: also what a person did on whose notification it is.

    Raises ValueError for one that cannot be read or names no message.
    """
    envelope = read(_Envelope, body)
    if envelope is None:
        return None
    try:
        notification = _Notification.model_validate(envelope.notification)
    except ValidationError:
        raise ValueError("the receipt is not of the documented shape") from None
    return (*_status(notification), *(_tap(notification) if taps else ()))


def _status(notification: _Notification) -> Sequence[StatusUpdate]:
    info = notification.info
    reference, transaction = _reference(notification), notification.transaction or info.transaction
    status = STATUSES.get(letters(info.word))
    if reference is None and status is None and _channel(info) is Channel.VOICE:
        # Documented bug: DISCONNECTED and TROMBONE_* lose what names the message, and they change nothing.
        return ()
    if reference is None and not transaction:
        raise ValueError("the receipt names no message")
    return (
        StatusUpdate(
            provider_status=info.word,
            status=status,
            reference=reference,
            provider_message_id=transaction or None,
            recipient=person(info.kind, info.destination),
            at=info.at,
            code=info.code or None,
            reason=reason_of(_channel(info), info.code) if status is Status.FAILED else None,
            event_id=_event_id(info, transaction),
            silent=letters(info.word) in SILENT,
        ),
    )


def _channel(info: _Info) -> Channel | None:
    return CHANNELS.get(info.channel.lower())


def _event_id(info: _Info, transaction: str) -> str:
    """Receipts have no id: one that is repeated says all of this again."""
    return digest(transaction, info.destination, info.word, info.code, info.stamp)


def _reference(notification: _Notification) -> str | None:
    """Ours, where it is anywhere; one sample shows a correlationid with the number that transaction ids end in."""
    info = notification.info
    said = (notification.correlation, info.correlation, notification.callback, info.callback)
    return next(filter(None, (own_reference(re.sub(r"_[0-9]+$", "", text)) for text in said)), None)


def _tap(notification: _Notification) -> Sequence[InboundMessage]:
    """A button of a notification that somebody tapped is their answer; it comes with the receipt of reading."""
    info = notification.info
    channel, sender = _channel(info), person(info.kind, info.destination)
    if info.interaction is None or not info.interaction.button or channel is None or sender is None:
        return ()
    button = info.interaction.button
    return (
        InboundMessage(
            channel=channel,
            sender=sender,
            content={"type": "reply", "label": button, "data": _data(info.interaction)},
            event_id=digest("tap", notification.transaction or info.transaction, info.destination, button, info.stamp),
            at=info.at,
        ),
    )


def _data(interaction: _Interaction) -> str:
    """What the client wanted back of this button, or else its identifier."""
    try:
        return _DATA.validate_json(interaction.reference).get(interaction.button, interaction.button)
    except ValidationError:
        return interaction.button
