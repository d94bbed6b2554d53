"""
What people send from Apple Messages for Business (Webex Connect, "Outbound Webhooks").

Answers carry the requestIdentifier of the question. Whoever closes a conversation wants to hear no more of it.
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from herald.identifier import digest
from herald.models import Channel
from herald.numbering import phone
from herald.provider import Provider
from herald.providers.webex_connect.apple import PLACE
from herald.providers.webex_connect.attachments import Attachments, all_said
from herald.providers.webex_connect.envelope import given
from herald.providers.webex_connect.inbound_model import (
    Inbound,
    Parts,
    Said,
    form_said,
    left_over,
    preference_said,
    reply_said,
)
from herald.providers.webex_connect.lenient import Name, Nested, Text
from herald.providers.webex_connect.people import person

_OTHERS = frozenset({"authenticationresponse", "newauthenticationresponse", "paymentresponse", "imessageappresponse"})
"""Answers to what only a raw override asks: they are handed on as they come."""


class _Item(BaseModel):
    identifier: Text = ""
    title: Text = ""
    value: Text = ""


class _Chosen(BaseModel):
    """A list picker that was answered."""

    items: tuple[_Item, ...] = Field((), alias="selectedItems")


class _Slot(BaseModel):
    identifier: Text = ""
    starts: Text = Field("", alias="startTime")


class _Appointment(BaseModel):
    """A time picker that was answered; the slot is the chosen one."""

    slots: tuple[_Slot, ...] = Field((), alias="timeslots")


class _Quick(BaseModel):
    """A quick reply that was answered, with all that was offered."""

    chosen: Text = Field("", alias="selectedIdentifier")
    items: tuple[_Item, ...] = ()

    @property
    def title(self) -> str:
        return next((item.title for item in self.items if item.identifier == self.chosen), "")


class _Page(BaseModel):
    title: Text = ""
    items: tuple[_Item, ...] = ()


class _Form(BaseModel):
    pages: tuple[_Page, ...] = Field((), alias="selections")


class Apple(Inbound):
    """A message, or an answer to a question."""

    model_config = ConfigDict(extra="allow")
    on: ClassVar[Channel] = Channel.APPLE
    silent: ClassVar[frozenset[str]] = frozenset({"typingindicator"})

    user: Name = Field("", alias="abcUserId")
    msisdn: Name = ""
    request: Text = Field("", alias="requestIdentifier")
    attachments: Attachments = None
    chosen: Nested[_Chosen] = Field(None, alias="listPicker")
    appointment: Nested[_Appointment] = Field(None, alias="datePicker")
    quick: Nested[_Quick] = Field(None, alias="quickreplies")
    form: Nested[_Form] = Field(None, alias="formResponse")
    accepted: Text = Field("", alias="invitationAccepted")

    def sender(self, provider: Provider) -> str | None:  # noqa: ARG002 - see Inbound
        return person("abcUserId", self.user) or phone(self.msisdn)

    def said(self, event: str, provider: Provider) -> Parts:
        match event:
            case "mo":
                text = self.message.replace(PLACE, "").strip()
                return all_said(text, self.attachments, provider.account)
            case "interactiveresponse" | "quickreplyresponse":
                return self._answers()
            case "formresponse":
                pages = self.form.pages if self.form else ()
                return [
                    form_said("", {page.title: ", ".join(i.value or i.title for i in page.items) for page in pages})
                ]
            case "conversationclosed":
                return [preference_said("conversation", "stop")]
            case "invitationresponse":
                return [self._invited()]
        return [self._other()] if event in _OTHERS else []

    def _answers(self) -> Sequence[Said]:
        """
        What was chosen.

        An answer to a list may come twice, from Macs, so it is known by what it says.
        """
        if self.quick:
            return [reply_said(self.quick.title, self.quick.chosen)]
        if self.appointment:
            return [reply_said(slot.starts, slot.identifier) for slot in self.appointment.slots]
        items = self.chosen.items if self.chosen else ()
        return [reply_said(item.title, item.identifier, self._same(item)) for item in items]

    def _same(self, item: _Item) -> str | None:
        return digest("chosen", self.user, self.request, item.identifier) if self.request else None

    def _invited(self) -> Said:
        """The id that this comes from is what everything else is sent to from now on."""
        accepted = {"accepted": self.accepted.lower() == "true", "phone": phone(self.msisdn)}
        return Said({"type": "invitation", **given(accepted)})

    def _other(self) -> Said:
        return Said({"type": "event", "event": self.event, "reference": self.request, "fields": left_over(self)})
