"""
Webhooks of a deployment that forwards Infobip's to us. AICC itself promises none.

Two spellings of the same: those that AICC wants from Infobip (Huawei AICC, "WhatsApp Channel": types in small
letters, `locate`, a groupId as text, no times) and those that Infobip sends (Infobip OMNI API). One address
may get all of them, so the members of an entry say what it is. One that cannot be read costs none of the others.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AliasPath, BaseModel, ConfigDict, Discriminator, Field, JsonValue, Tag, TypeAdapter

from herald.answer import Moment, read
from herald.content import Latitude, Longitude
from herald.errors import Reason
from herald.identifier import own_reference
from herald.models import Account, AddressType, Channel, Event, InboundMessage, StatusUpdate, Unreadable
from herald.numbering import own_sender, person
from herald.providers.huawei_aicc.statuses import (
    DELIVERED_TO_OPERATOR,
    DUPLICATE,
    DUPLICATE_ERROR,
    ERRORS,
    REFUSALS,
    STATUSES,
    VERDICTS,
    Number,
    StatusObject,
)
from herald.status import Status

_MOMENT: TypeAdapter[int | None] = TypeAdapter(Moment)

MAX_ENTRIES = 10_000
"""Entries of a body that are read. So many do not fit into a queue record: a body of more is set aside in any case."""

_PHONE_KINDS = frozenset({"cell", "main", "home", "work"})
_MEDIA = frozenset({"image", "video", "audio", "voice", "document", "sticker"})
_TAPS = frozenset({"button", "interactive_button_reply", "interactive_list_reply"})
_KINDS = _MEDIA | _TAPS | {"text", "location", "locate", "contact"}
"""Types of message that have a shape of ours. Infobip's have others: ORDER, INTERACTIVE_PAYMENT_CONFIRMATION …"""

type _Id = Annotated[str, Field(min_length=1, max_length=256, coerce_numbers_to_str=True)]
type _Person = Annotated[str, Field(min_length=1, max_length=512)]
type _Time = str | int | None
type Said = Mapping[str, object]


class _Error(BaseModel):
    id: Number = None


class _Report(BaseModel):
    id: _Id = Field(alias="messageId")
    to: _Person | None = None
    status: StatusObject | None = None
    error: _Error = _Error()
    sent: Moment = Field(None, alias="sentAt")
    done: Moment = Field(None, alias="doneAt")
    seen: _Time = Field(None, alias="seenAt")
    deleted: _Time = Field(None, alias="deletedAt")


class _Name(BaseModel):
    whole: str = Field("", alias="formattedName")
    first: str | None = Field(None, alias="firstName")
    last: str | None = Field(None, alias="lastName")


class _Phone(BaseModel):
    number: str | None = Field(None, alias="phone")
    kind: str | None = Field(None, alias="type")
    user: str | None = Field(None, alias="waId")


class _Email(BaseModel):
    address: str = Field(alias="email")


class _Organization(BaseModel):
    company: str | None = None


class _Contact(BaseModel):
    name: _Name = _Name()
    phones: list[_Phone] = []
    emails: list[_Email] = []
    organization: _Organization = Field(_Organization(), alias="org")


class _Message(BaseModel):
    """What all messages share; `reply_to` is the id of the message that is answered."""

    type: Annotated[str, Field(max_length=64)]
    reply_to: _Id | None = Field(None, validation_alias=AliasPath("context", "id"))


class _Said(_Message):
    """Every type of message that has a shape of ours: which members are there depends on the type."""

    text: str | None = None
    url: str | None = None
    caption: str | None = None
    name: str | None = None
    address: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    contacts: list[_Contact] = []
    payload: str | None = None
    id: str | None = None
    title: str | None = None


class _Other(_Message):
    """A message of any other type, with its members as they are."""

    model_config = ConfigDict(extra="allow")


def _shape(message: object) -> str:
    known = isinstance(message, dict) and str(message.get("type")).lower() in _KINDS
    return "said" if known else "other"


class _User(BaseModel):
    name: str | None = None


class _Inbound(BaseModel):
    id: _Id = Field(alias="messageId")
    sender: _Person = Field(alias="from")
    to: _Person | None = None
    messenger: str = Field("WHATSAPP", alias="integrationType")
    received: Moment = Field(None, alias="receivedAt")
    message: Annotated[Annotated[_Said, Tag("said")] | Annotated[_Other, Tag("other")], Discriminator(_shape)]
    user: _User | None = Field(None, alias="contact")


class _Results(BaseModel):
    results: Annotated[list[JsonValue], Field(max_length=MAX_ENTRIES)]


_ENTRY: TypeAdapter[_Inbound | _Report] = TypeAdapter(Annotated[_Inbound | _Report, Field(union_mode="left_to_right")])


def parse(body: bytes, account: Account) -> Sequence[Event]:
    """Every entry of a body, in order. Raises ValueError when none of them can be read."""
    found = read(_Results, body)
    if found is None:
        raise ValueError("the webhook is none of the documented shapes")
    events = [_event(entry, account) for entry in found.results]
    if events and all(isinstance(event, Unreadable) for event in events):
        raise ValueError("nothing of the webhook can be read")
    return events


def _event(entry: JsonValue, account: Account) -> Event:
    try:
        one = _ENTRY.validate_python(entry)
        return _inbound(one, account) if isinstance(one, _Inbound) else _report(one)
    except ValueError:
        return Unreadable(json.dumps({"results": [entry]}))


def _report(report: _Report) -> StatusUpdate:
    """AICC may have given a message another id than ours: then it is theirs that the report names."""
    word, status, reason, at = _told(report)
    code = str(report.error.id) if report.error.id else None
    if code is None and report.status and report.status.id is not None:
        code = str(report.status.id)
    return StatusUpdate(
        provider_status=word,
        status=status,
        reference=own_reference(report.id),
        provider_message_id=report.id,
        recipient=person(report.to, AddressType.WHATSAPP) if report.to else None,
        at=at,
        code=code,
        reason=reason,
        silent=status is None and report.deleted is not None,
    )


def _told(report: _Report) -> tuple[str, Status | None, Reason | None, int | None]:
    """Word, status, reason and time. That a message was deleted says nothing about whether it had arrived."""
    if report.seen is not None:
        return "seen", Status.READ, None, _MOMENT.validate_python(report.seen)
    if report.deleted is not None:
        return "deleted", None, None, _MOMENT.validate_python(report.deleted)
    if report.status is None or report.status.word is None:
        raise ValueError("the report names no status")
    status, reason = _meaning(report.status, report.error.id)
    return report.status.word, status, reason, report.done or report.sent


def _meaning(status: StatusObject, error: int | None) -> tuple[Status | None, Reason | None]:
    """A message that is refused as a repeat of itself was taken before."""
    group = status.group
    if group is None:
        return None, None
    if status.id in (DUPLICATE, DELIVERED_TO_OPERATOR) or error == DUPLICATE_ERROR:
        return Status.SENT, None
    if group not in REFUSALS:
        return STATUSES[group], None
    verdict = VERDICTS.get(status.id or 0, REFUSALS[group])
    return STATUSES[group], ERRORS.get(error or 0, verdict.reason)


def _inbound(inbound: _Inbound, account: Account) -> InboundMessage:
    """Raises ValueError for what another messenger brought, or what lacks what it is about."""
    if inbound.messenger.upper() != "WHATSAPP":
        raise ValueError("the message comes from another messenger")
    return InboundMessage(
        channel=Channel.WHATSAPP,
        sender=person(inbound.sender, AddressType.WHATSAPP),
        sender_name=inbound.user.name if inbound.user else None,
        recipient=own_sender(account, inbound.to),
        content=_said(inbound.message) if isinstance(inbound.message, _Said) else _other(inbound.message),
        reply_to=inbound.message.reply_to,
        event_id=inbound.id,
        at=inbound.received,
    )


def _said(message: _Said) -> Said:
    """In our shape. Raises ValueError for what lacks what it is about."""
    kind = message.type.lower()
    if kind == "text":
        return {"type": "text", "text": _given(message.text)}
    if kind == "contact":
        return {"type": "contacts", "contacts": [_contact(contact) for contact in message.contacts]}
    if kind in _MEDIA:
        return _media(kind, message)
    return _tap(message) if kind in _TAPS else _location(message)


def _other(message: _Other) -> Said:
    fields = {name: value for name, value in (message.model_extra or {}).items() if name != "context"}
    return {"type": "unsupported", "kind": message.type, **({"fields": fields} if fields else {})}


def _tap(message: _Said) -> Said:
    data = message.payload or message.id
    return {"type": "reply", "label": _given(message.title or message.text), **({"data": data} if data else {})}


def _media(kind: str, message: _Said) -> Said:
    """A voice message is audio."""
    media = {"url": _given(message.url)}
    if kind == "sticker":
        return {"type": "sticker", "media": media}
    caption = {"caption": message.caption} if message.caption else {}
    return {"type": "media", "kind": "audio" if kind == "voice" else kind, "media": media, **caption}


def _given[T](value: T | None) -> T:
    if value is None:
        raise ValueError("the message lacks what its type is about")
    return value


def _location(message: _Said) -> Said:
    place = {
        "type": "location",
        "latitude": _given(message.latitude),
        "longitude": _given(message.longitude),
        "name": message.name,
        "address": message.address,
    }
    return {name: value for name, value in place.items() if value is not None}


def _contact(contact: _Contact) -> Said:
    """Infobip OMNI API, "contacts"; IPHONE and what else there may be counts as a mobile phone."""
    said = {
        "name": contact.name.whole,
        "given_name": contact.name.first,
        "family_name": contact.name.last,
        "phones": [
            {"phone": phone.number or phone.user, "kind": _phone_kind(phone)}
            for phone in contact.phones
            if phone.number or phone.user
        ],
        "emails": [email.address for email in contact.emails],
        "organization": contact.organization.company,
    }
    return {name: value for name, value in said.items() if value is not None}


def _phone_kind(phone: _Phone) -> str:
    kind = (phone.kind or "").lower()
    return kind if kind in _PHONE_KINDS else "cell"
