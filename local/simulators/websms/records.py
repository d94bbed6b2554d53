"""
What the simulator of websms remembers beyond the kit's records.
"""

from dataclasses import dataclass

from local.simulators import kit


@dataclass(frozen=True, kw_only=True)
class Taken(kit.Taken):
    """A message on its way to one recipient; `url` is where its statuses go."""

    channel: str
    url: str
    application_id: str = ""
    sender: str = ""
    delivered_as: str = "sms"
