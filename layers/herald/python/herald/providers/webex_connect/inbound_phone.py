"""
What people send from their phone numbers: SMS, MMS, WhatsApp and RCS (Webex Connect, "Outbound Webhooks").

Herald has no channel of its own for MMS: its files come in as media over SMS.
"""

from typing import ClassVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from herald.models import Channel
from herald.numbering import phone
from herald.provider import Provider
from herald.providers.webex_connect.attachments import Attachments, Place, all_said
from herald.providers.webex_connect.envelope import given
from herald.providers.webex_connect.inbound_model import (
    Inbound,
    Parts,
    Said,
    Wish,
    other_said,
    preference_said,
    reply_said,
    text_said,
)
from herald.providers.webex_connect.lenient import Name, Nested, Text
from herald.providers.webex_connect.people import person

_LAYOUT = ".smil"
"""The file of an MMS that only says where the others stand."""


class Sms(Inbound):
    """
    A text to a number.

    The sample has the person in `oa` and our number in `da`, the table beside it the other way round: setting
    sms_inbound_sender may be `da`.
    """

    on: ClassVar[Channel] = Channel.SMS

    oa: Name = ""
    da: Name = ""

    def ours(self, provider: Provider) -> str:
        return self.da if self._told_by_oa(provider) else self.oa

    def sender(self, provider: Provider) -> str | None:
        said = self.oa if self._told_by_oa(provider) else self.da
        return phone(said) or said or None

    def said(self, event: str, provider: Provider) -> Parts:  # noqa: ARG002 - a text is all it can be
        return [text_said(self.message)] if event == "mo" else []

    @staticmethod
    def _told_by_oa(provider: Provider) -> bool:
        return provider.choice("sms_inbound_sender", "oa", "da") == "oa"


class Mms(Sms):
    """Files to a number: the message is a list of their addresses."""

    several: ClassVar[str] = "message"

    files: Attachments = Field(None, validation_alias=AliasChoices("message"))

    def said(self, event: str, provider: Provider) -> Parts:
        shown = [
            one for one in self.files or () if not (one and one.attachment and one.attachment.url.endswith(_LAYOUT))
        ]
        return all_said("", shown, provider.account) if event == "mo" else []


class _ContactName(BaseModel):
    name: Text = Field("", alias="formatted_name")
    first: Text = Field("", alias="first_name")
    last: Text = Field("", alias="last_name")


class _ContactPhone(BaseModel):
    number: Text = Field("", alias="phone")
    kind: Text = Field("", alias="type")


class _ContactEmail(BaseModel):
    email: Text = ""


class _Company(BaseModel):
    company: Text = ""


class _Contact(BaseModel):
    name: _ContactName = _ContactName()
    phones: tuple[_ContactPhone, ...] = ()
    emails: tuple[_ContactEmail, ...] = ()
    company: _Company = Field(_Company(), alias="org")

    @property
    def said(self) -> dict[str, object]:
        """As our content has it; of the kinds of number only ours are kept."""
        return given(
            {
                "name": self.name.name,
                "given_name": self.name.first or None,
                "family_name": self.name.last or None,
                "phones": [_phone_said(phone) for phone in self.phones],
                "emails": [email.email for email in self.emails],
                "organization": self.company.company or None,
            }
        )


def _phone_said(phone: _ContactPhone) -> dict[str, str]:
    kind = phone.kind.lower()
    return {"phone": phone.number, "kind": kind if kind in ("main", "home", "work") else "cell"}


class _Preference(BaseModel):
    category: Text = ""
    value: Wish


_SHAPED = frozenset({"", "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts"})
"""Types of WhatsApp message that have a shape here, and so lack something when they say nothing."""


class WhatsApp(Inbound):
    """A message, a tap, or a wish not to be sent advertisements."""

    model_config = ConfigDict(extra="allow")
    on: ClassVar[Channel] = Channel.WHATSAPP

    waid: Name = ""
    bsuid: Name = ""
    word: Text = Field("", alias="type")
    username: Name = ""
    attachments: Attachments = None
    location: Nested[Place] = None
    contacts: Nested[tuple[_Contact, ...]] = None
    system: Text = ""
    button: Text = Field("", alias="buttonText")
    payload: Text = Field("", alias="buttonPayload")
    row: Text = Field("", alias="listRowTitle")
    row_id: Text = Field("", alias="listRowIdentifier")
    reply: Text = Field("", alias="replyButtonTitle")
    reply_id: Text = Field("", alias="replyButtonIdentifier")
    preferences: tuple[_Preference, ...] = Field((), alias="user_preferences")

    def sender(self, provider: Provider) -> str | None:  # noqa: ARG002 - see Inbound
        return person("waid", self.waid) or person("bsuid", self.bsuid)

    def called(self) -> str:
        return self.username

    def said(self, event: str, provider: Provider) -> Parts:
        match event:
            case "mo":
                return self._message(provider)
            case "postback":
                return [reply_said(self.button, self.payload)]
            case "list":
                return [reply_said(self.row, self.row_id)]
            case "reply":
                return [reply_said(self.reply, self.reply_id)]
            case "userpreference":
                return [preference_said(wish.category, wish.value) for wish in self.preferences]
        return []

    def _message(self, provider: Provider) -> Parts:
        """`system` is what WhatsApp says of the person, such as a new number."""
        said = [*all_said(self.message, self.attachments, provider.account)]
        if self.location:
            said.append(self.location.said)
        if self.contacts:
            said.append(Said({"type": "contacts", "contacts": [contact.said for contact in self.contacts]}))
        if self.system:
            said.append(Said({"type": "system", "text": self.system}))
        if not said and self.word.lower() not in _SHAPED:
            said.append(other_said(self.word, self))
        return said


class Rcs(Inbound):
    """A message, a place, a tap; or that the person wants to hear from us, or no more."""

    on: ClassVar[Channel] = Channel.RCS

    msisdn: Name = ""
    postback: Text = ""
    attachments: Attachments = None
    latitude: Text = ""
    longitude: Text = ""

    def sender(self, provider: Provider) -> str | None:  # noqa: ARG002 - see Inbound
        return person("msisdn", self.msisdn)

    def said(self, event: str, provider: Provider) -> Parts:
        match event:
            case "mo" | "attachment":
                return all_said(self.message, self.attachments, provider.account)
            case "location":
                return [Place.model_validate({"latitude": self.latitude, "longitude": self.longitude}).said]
            case "postback":
                return [reply_said("", self.postback)]
            case "subscribe":
                return [preference_said("subscription", "resume")]
            case "unsubscribe":
                return [preference_said("subscription", "stop")]
        return []
