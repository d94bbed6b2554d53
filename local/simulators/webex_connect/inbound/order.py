"""
An order that a user writes, and what the channels' payloads have in common.
"""

import json
from enum import StrEnum
from typing import Any

from pydantic import Base64Bytes, BaseModel, ConfigDict

from local.simulators.webex_connect.identifiers import timestamp, transaction_id
from local.simulators.webex_connect.settings import Settings


class Inbound(StrEnum):
    """Where it is written."""

    SMS = "sms"
    MMS = "mms"
    WHATSAPP = "whatsapp"
    MESSENGER = "fb"
    IN_APP = "appmessaging"
    APPLE = "applebusinesschat"
    RCS = "rcs"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Attachment(_Part):
    """A file by its bytes in base64; the simulator serves it."""

    content: Base64Bytes
    content_type: str = "image/jpeg"
    caption: str = ""

    @property
    def family(self) -> str:
        """image, video, audio, or else what the channel calls a document."""
        return self.content_type.partition("/")[0]


class Location(_Part):
    latitude: float = 48.2082
    longitude: float = 16.3738
    name: str = ""
    address: str = ""


class Choice(_Part):
    """What was pressed or picked; `request` names the message it answers, where the channel tells."""

    identifier: str = "yes"
    title: str = "Yes"
    description: str = ""
    payload: str = ""
    request: str = ""


class InboundOrder(_Part):
    """
    `event` is a word of the channel's own table; `recipient` our number or app, empty for the settings'.

    `members` are put into the payload as they stand, null removes one. `url` overrides the configured one.
    """

    channel: Inbound = Inbound.WHATSAPP
    event: str = "MO"
    sender: str = "436761234567"
    recipient: str = ""
    text: str = "Hello World!"
    name: str = "The user"
    bsuid: str = ""
    media: tuple[Attachment, ...] = ()
    location: Location | None = None
    contacts: tuple[dict[str, Any], ...] = ()
    choice: Choice = Choice()
    thread_id: str = "4b092634-a8eb-4ae5-996b-29ebaded4970"
    accepted: bool = True
    members: dict[str, Any] = {}
    copies: int = 1
    url: str = ""


type Payload = dict[str, Any]


class Written:
    """An order with what its payload needs: settings, time, a new id, and the URLs of its files."""

    def __init__(self, order: InboundOrder, settings: Settings, urls: list[str]) -> None:
        self.order = order
        self.settings = settings
        self.urls = urls
        self.at = timestamp(settings.timezone_minutes)
        self.tid = transaction_id()
        self.app = order.recipient or settings.app_id

    def files(self) -> list[tuple[Attachment, str]]:
        """Each file with its URL."""
        return list(zip(self.order.media, self.urls, strict=True))


def nested(value: Any) -> str:
    """A JSON document as text, which is how payloads carry what is no text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def unknown(event: str, table: object) -> ValueError:
    return ValueError(f"{event} is none of {table}")
