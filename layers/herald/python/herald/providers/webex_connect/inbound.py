"""
What people write, tap and wish, on every channel: the "MO" webhooks (Webex Connect, "Outbound Webhooks").

The channel and the event say what a body is. Typing and profiles are nobody's message: they are acknowledged, and
nothing is kept. Events that the documents do not name are kept for people to look at.
"""

import json
from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import from_json

from herald.answer import read
from herald.identifier import digest
from herald.models import Event, InboundMessage, Unreadable
from herald.numbering import own_sender
from herald.provider import Provider
from herald.providers.webex_connect.inbound_apple import Apple
from herald.providers.webex_connect.inbound_apps import InApp, Messenger
from herald.providers.webex_connect.inbound_model import Inbound, Named, Parts, Said, Unsaid
from herald.providers.webex_connect.inbound_phone import Mms, Rcs, Sms, WhatsApp
from herald.providers.webex_connect.lenient import letters

_MODELS: Mapping[str, type[Inbound]] = {
    "sms": Sms,
    "mms": Mms,
    "whatsapp": WhatsApp,
    "rcs": Rcs,
    "facebookmessenger": Messenger,
    "facebook": Messenger,
    "rtm": InApp,
    "applebusinesschat": Apple,
}


_TELLING = frozenset({"message", "attachments", "location", "contacts", "system"})
"""Members that a message may have beside its attachments, and tells as well."""


def parse(body: bytes, provider: Provider) -> Sequence[Event]:
    """What one webhook tells. Raises ValueError for anything that is none of the documented shapes."""
    named = read(Named, body)
    model = _MODELS.get(letters(named.channel)) if named else None
    inbound = read(model, body) if model else None
    if inbound is None:
        raise ValueError("the webhook is none of the documented shapes")
    event = letters(inbound.event) or "mo"
    if event in inbound.silent:
        return ()
    said = _said(inbound, event, provider)
    sender = inbound.sender(provider)
    if not any(isinstance(one, Said) for one in said) or sender is None:
        raise ValueError("the webhook tells nothing that the documents name, or does not say who speaks")

    def told(position: int, one: Said | Unsaid) -> Event:
        if isinstance(one, Unsaid):
            return Unreadable(_alone(body, inbound.several, position, one))
        return InboundMessage(
            channel=inbound.on,
            sender=sender,
            sender_name=inbound.called() or None,
            recipient=own_sender(provider.account, inbound.ours(provider), inbound.on),
            content=one.content,
            media=one.media,
            thread=inbound.thread or None,
            reply_to=inbound.answered or None,
            event_id=one.same or _event_id(inbound, event, position),
            at=inbound.at,
        )

    return [told(position, one) for position, one in enumerate(said) if one]


def _alone(body: bytes, several: str, position: int, one: Unsaid) -> str:
    """
    A webhook that tells this part alone.

    Nothing holds the places of the others, so that it will be known by the place that it has among them.
    """
    rest = {name: value for name, value in from_json(body).items() if name not in _TELLING}
    return json.dumps(rest | {several: [None] * position + [one.raw]})


def _said(inbound: Inbound, event: str, provider: Provider) -> Parts:
    try:
        return inbound.said(event, provider)
    except ValidationError:
        raise ValueError("the webhook is not of the documented shape") from None


def _event_id(inbound: Inbound, event: str, position: int) -> str | None:
    """A webhook that comes again comes as it was; ids of answers are not known to differ from those of questions."""
    if not inbound.transaction:
        return None
    return digest("inbound", inbound.transaction, event, inbound.stamp, str(position))
