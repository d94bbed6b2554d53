"""
Webhooks of the Messaging API: inbound and status messages, and the raw events of the RCS standard.

The inbound body carries neither an id nor a time. The status sample of the documents lacks its commas and is
no JSON: such a body is a ValueError, so that the gateway keeps it.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from herald.answer import Moment, read
from herald.errors import Reason
from herald.identifier import own_reference
from herald.models import Account, AddressType, Channel, Event, InboundMessage, StatusUpdate
from herald.numbering import own_sender, person
from herald.status import Status

# websms Messaging API 1.0.0, "Status Messages"
STATUSES: Mapping[str, Status] = {
    "dispatched": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "failed": Status.FAILED,
}

# GSMA FNW.11 1.0 (RCS MaaP), the MaaP words; `pending` says nothing. One library writes `canceled`.
MAAP_STATUSES: Mapping[str, Status | None] = {
    "pending": None,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "displayed": Status.READ,
    "failed": Status.FAILED,
    "cancelled": Status.FAILED,
    "canceled": Status.FAILED,
}

# websms Messaging API 1.0.0, "Inbound Messages": "the type of messenger used (e.g. whatsapp)"
_CHANNELS: Mapping[str, Channel] = {"whatsapp": Channel.WHATSAPP, "rcs": Channel.RCS}
_FOREIGN: Mapping[Channel, AddressType] = {
    Channel.WHATSAPP: AddressType.WHATSAPP,
    Channel.RCS: AddressType.CUSTOMER,
}


type _Id = Annotated[str, Field(max_length=256)]
type _Word = Annotated[str, Field(min_length=1, max_length=64)]


class _User(BaseModel):
    name: str | None = Field(None, alias="displayName")


class _Inbound(BaseModel):
    type: str
    application: str | None = Field(None, alias="applicationId")
    sender: str = Field(min_length=1, max_length=512)
    user: _User | None = None
    recipient: str | None = None
    content: str | None = None
    media: _Id | None = Field(None, alias="mediaId")


class _Status(BaseModel):
    word: _Word = Field(alias="messageStatus")
    transfer: _Id | None = Field(None, alias="transferId")
    reference: _Id | None = Field(None, alias="clientMessageId")
    at: Moment = Field(None, alias="deliveredOn")


class _Postback(BaseModel):
    data: str | None = None


class _Tapped(BaseModel):
    label: str = Field("", alias="displayText")
    postback: _Postback = _Postback()


class _Choice(BaseModel):
    reply: _Tapped | None = None
    action: _Tapped | None = None


class _SuggestedResponse(BaseModel):
    response: _Choice


class _File(BaseModel):
    url: str = Field(alias="fileUrl")


class _RcsMessage(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: _Id | None = Field(None, alias="msgId")
    text: str | None = Field(None, alias="textMessage")
    file: _File | None = Field(None, alias="fileMessage")
    audio: _File | None = Field(None, alias="audioMessage")
    chosen: _SuggestedResponse | None = Field(None, alias="suggestedResponse")
    status: _Word | None = None
    at: Moment = Field(None, alias="timestamp")


class _RcsContact(BaseModel):
    phone: str | None = Field(None, alias="userContact")
    chat: str | None = Field(None, alias="chatId")


class _RcsEvent(BaseModel):
    event: Literal["message", "response", "newUser", "messageStatus", "isTyping", "fileStatus", "alias"]
    message: _RcsMessage = Field(_RcsMessage(), alias="RCSMessage")
    contact: _RcsContact = Field(_RcsContact(), alias="messageContact")


def parse(body: bytes, account: Account) -> Sequence[Event]:
    """
    What one body tells, whichever address it came to: its members say what it is.

    Raises ValueError for anything that is none of the documented shapes.
    """
    if status := read(_Status, body):
        return (_status(status),)
    if event := read(_RcsEvent, body):
        return _rcs(event)
    if inbound := read(_Inbound, body):
        return (_inbound(inbound, account),)
    raise ValueError("the webhook is none of the documented shapes")


def _status(status: _Status) -> StatusUpdate:
    if not status.transfer and not status.reference:
        raise ValueError("the report names no message")
    known = STATUSES.get(status.word)
    return StatusUpdate(
        provider_status=status.word,
        status=known,
        reference=own_reference(status.reference),
        provider_message_id=status.transfer or None,
        at=status.at,
        reason=Reason.UNDELIVERABLE if known is Status.FAILED else None,
    )


def _inbound(inbound: _Inbound, account: Account) -> InboundMessage:
    channel = _CHANNELS.get(inbound.type.lower())
    if channel is None:
        raise ValueError("the message comes from a messenger that the documents do not name")
    if inbound.content is None and not inbound.media:
        raise ValueError("the message has neither content nor media")
    return InboundMessage(
        channel=channel,
        sender=person(inbound.sender, _FOREIGN[channel]),
        sender_name=inbound.user.name if inbound.user else None,
        recipient=own_sender(account, inbound.application) or inbound.recipient,
        content=_said(inbound),
        media=(inbound.media,) if inbound.media else (),
    )


def _said(inbound: _Inbound) -> Mapping[str, object]:
    """With media the text is its caption."""
    if not inbound.media:
        return {"type": "text", "text": inbound.content}
    return {"type": "media", "kind": "file"} | ({"caption": inbound.content} if inbound.content else {})


def _rcs(event: _RcsEvent) -> Sequence[Event]:
    """Raw MaaP events (GSMA FNW.11 1.0 (RCS MaaP)). Typing, aliases and file states are nobody's message."""
    if event.event in ("isTyping", "alias", "fileStatus"):
        return ()
    if event.event == "messageStatus":
        return (_rcs_status(event.message),)
    writer = event.contact.phone or event.contact.chat
    if not writer:
        raise ValueError("the event names nobody")
    return (
        InboundMessage(
            channel=Channel.RCS,
            sender=person(writer, AddressType.CUSTOMER),
            content=_rcs_said(event.message),
            event_id=event.message.id,
            at=event.message.at,
        ),
    )


def _rcs_status(message: _RcsMessage) -> StatusUpdate:
    if not message.id or not message.status:
        raise ValueError("the report names no message or no status")
    known = MAAP_STATUSES.get(message.status)
    return StatusUpdate(
        provider_status=message.status,
        status=known,
        reference=own_reference(message.id),
        provider_message_id=message.id,
        at=message.at,
        reason=Reason.UNDELIVERABLE if known is Status.FAILED else None,
        silent=message.status in MAAP_STATUSES and known is None,
    )


def _rcs_said(message: _RcsMessage) -> Mapping[str, object]:
    if message.chosen and (tapped := message.chosen.response.reply or message.chosen.response.action):
        data = {} if tapped.postback.data is None else {"data": tapped.postback.data}
        return {"type": "reply", "label": tapped.label, **data}
    if message.text is not None:
        return {"type": "text", "text": message.text}
    if message.audio:
        return {"type": "media", "kind": "audio", "media": {"url": message.audio.url}}
    if message.file:
        return {"type": "media", "kind": "file", "media": {"url": message.file.url}}
    if message.model_extra:
        return {"type": "unsupported", "kind": next(iter(message.model_extra)), "fields": message.model_extra}
    raise ValueError("the message has no content")
