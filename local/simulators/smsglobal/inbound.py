"""
What handsets write: kept until somebody asks, since the API has no webhooks.
"""

import json
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from local.simulators.kit import digits
from local.simulators.smsglobal.account import Account
from local.simulators.smsglobal.dates import now
from local.simulators.smsglobal.store import Incoming


class InboundOrder(BaseModel):
    """
    A message from `sender`; `recipient` empty is the account's number.

    `message` is a text as it stands or a document, which is shown as JSON in a string: the API leaves open which it is.
    `created`, ISO 8601 with an offset, is the createdDate of a late arrival; its id is new nonetheless.
    """

    model_config = ConfigDict(extra="forbid")

    sender: str = "+61491570156"
    recipient: str = ""
    message: str | dict[str, JsonValue] = "Hello World!"
    created: AwareDatetime | None = None
    copies: int = Field(default=1, ge=1)


def receive(account: Account, order: InboundOrder) -> list[dict[str, Any]]:
    """Keep the message, so many times; answers each as the list will show it."""
    text = order.message if isinstance(order.message, str) else json.dumps(order.message, ensure_ascii=False)
    shown = []
    for _ in range(order.copies):
        message = Incoming(
            id=account.store.next_id(),
            source=digits(order.sender),
            destination=digits(order.recipient) or account.settings.sender,
            message=text,
            created=order.created.replace(microsecond=0) if order.created else now(),
        )
        account.store.add_incoming(message)
        shown.append(account.shown_incoming(message))
    account.changed()
    return shown
