"""
What people send from Messenger and from apps (Webex Connect, "Outbound Webhooks").

In-app messages belong to a thread, which an answer has to name.
"""

from typing import ClassVar

from pydantic import BaseModel, Field

from herald.models import Channel
from herald.provider import Provider
from herald.providers.webex_connect.attachments import Attachments, all_said, form_or_not
from herald.providers.webex_connect.inbound_model import Inbound, Parts, reply_said
from herald.providers.webex_connect.lenient import Name, Nested, Text
from herald.providers.webex_connect.people import person


class _Postback(BaseModel):
    title: Text = ""
    payload: Text = ""


class Messenger(Inbound):
    """A message, or a tap."""

    on: ClassVar[Channel] = Channel.MESSENGER

    psid: Name = ""
    name: Name = ""
    attachments: Attachments = None
    postback: Nested[_Postback] = None

    def sender(self, provider: Provider) -> str | None:  # noqa: ARG002 - see Inbound
        return person("psid", self.psid)

    def called(self) -> str:
        return self.name

    def said(self, event: str, provider: Provider) -> Parts:
        """How a tap on a quick reply comes is not documented: with a postback it is one, whatever the event."""
        if self.postback and event in ("mo", "onpostback"):
            return [reply_said(self.postback.title or self.message, self.postback.payload)]
        return all_said(self.message, self.attachments, provider.account) if event == "mo" else []


class _Tapped(BaseModel):
    identifier: Text = ""
    title: Text = ""


class InApp(Inbound):
    """A message, a tap, or a form that was filled in."""

    on: ClassVar[Channel] = Channel.IN_APP
    silent: ClassVar[frozenset[str]] = frozenset({"typingindicator", "onprofilecreate", "onprofileupdate"})

    user: Name = Field("", alias="userId")
    attachments: Attachments = None
    tapped: Nested[_Tapped] = Field(None, alias="interactiveData")

    def sender(self, provider: Provider) -> str | None:  # noqa: ARG002 - see Inbound
        return person("userid", self.user)

    def said(self, event: str, provider: Provider) -> Parts:
        match event:
            case "mo":
                return all_said(self.message, self.attachments, provider.account)
            case "onpostback":
                tapped = self.tapped or _Tapped()
                return [reply_said(tapped.title or self.message, tapped.identifier)]
            case "onformresponse":
                return [form_or_not(one) for one in self.attachments or ()]
        return []
