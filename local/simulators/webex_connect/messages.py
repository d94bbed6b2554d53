"""
A message on its way to one recipient.
"""

from dataclasses import dataclass, field

from local.simulators import kit
from local.simulators.webex_connect.codes import Channel
from local.simulators.webex_connect.content.checked import Checked


@dataclass(frozen=True, kw_only=True)
class Message(kit.Taken):
    """
    `recipient` is the address as it was given, `kind` the identifier's name, `provider_id` the transid of receipts.

    `wanted` are the only statuses that go to `url` (v2's requestedReceipts, normalised), all where it is None.
    """

    channel: Channel
    kind: str
    checked: Checked
    url: str = ""
    retry: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    callback_data: str = ""
    bsuid: str = ""
    wanted: frozenset[str] | None = None
    status_of: str = ""
    """The messageId of v2 whose status moves with this message."""
