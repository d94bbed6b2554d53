"""
What a test or a tour may change about the simulator; whatever the documents leave open is a setting.
"""

from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from local.simulators import kit
from local.simulators.smsglobal.magic import Fate


class MessageEncoding(StrEnum):
    JSON_STRING = "json_string"
    OBJECT = "object"
    EITHER = "either"
    """both, but an object is odd: the document types `message` as a string"""


class ManyAnswer(StrEnum):
    """What the answer to several destinations looks like; the document knows one Message only."""

    FIRST = "first"
    LIST = "list"
    MESSAGES = "messages"
    """`{"messages": […]}`, as the lists"""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"no time zone is called {name}") from error
    return name


class Paths(kit.Frozen):
    """Where each operation lives. No public document has a literal path: these are inferred, all but the `/v2`."""

    capability: str = "/v2/whatsapp/capability"
    list_incoming: str = "/v2/whatsapp/incoming"
    get_incoming: str = "/v2/whatsapp/incoming/{id}"
    list_outgoing: str = "/v2/whatsapp/message"
    send: str = "/v2/whatsapp/message"
    get_outgoing: str = "/v2/whatsapp/message/{id}"
    list_opt_in: str = "/v2/whatsapp/opt-in"
    opt_in: str = "/v2/whatsapp/opt-in"
    outgoing_aliases: tuple[str, ...] = ()
    """Other homes of the outgoing messages, such as `/v2/whatsapp/messages`: list, send and get alike."""


class Settings(kit.Settings):
    """Times are in seconds, lengths in characters; webhooks there are none."""

    paths: Paths = Paths()

    keys: dict[str, str] = Field(default={"sim-key": "sim-secret"})
    """API key to secret."""
    public_host: str = "api.smsglobal.com"
    """Lenient, a client may have signed this host whatever it calls."""
    signed_address: tuple[str, int] | None = None
    """Strict, the one host and port that may be signed; null is the URL's own host and port."""
    ts_tolerance: float = 300
    unauthorized_status: Literal[401, 403] = 403
    """403 is plain text as SMS v2 answers; 401 is v1's `{"error": …}`."""

    out_of_credit: bool = False
    """True answers 402 to every message."""
    error_code: bool = False
    """True adds the HTTP status to `{"message": …}` as `code`."""

    message_encoding: MessageEncoding = MessageEncoding.EITHER
    text_max: int = 4096
    numbers_max: int = 0
    """How many numbers one call may name; 0 is any. Sinch's API underneath takes 20."""
    many_answer: ManyAnswer = ManyAnswer.FIRST

    sender: str = "61430000001"
    """The account's own number: `to` of what comes in, and what `origin` filters outgoing messages by."""
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """The account's, an IANA name; date filters are read and dates shown in it."""
    date_format: Literal["spaced", "iso"] = "spaced"
    """`2020-08-18 10:36:29 +1000` or `2020-08-18T10:36:29+10:00`."""
    order: Literal["newest_first", "oldest_first"] = "newest_first"
    list_totals: bool = False
    """True adds `total`, `offset` and `limit` to the lists, as SMS v2 does."""

    enforce_opt_in: bool = False
    """True gives `no_opt_in` to who has neither opted in nor written within `window_seconds`."""
    enforce_window: bool = False
    """True gives `no_opt_in` to anything but a template outside `window_seconds` since the recipient wrote."""
    window_seconds: float = 24 * 3600
    refuse_at_once: bool = False
    """True shows `no_opt_in` and `no_capability` in the answer to the send already."""
    opt_in_answer: Literal["given", "all"] = "given"
    """Which numbers the answer to an opt-in lists."""
    blacklist: tuple[str, ...] = ()
    """Numbers, in digits, with the notification blacklist flag."""
    fates: dict[str, Fate] = Field(default={})
    """What becomes of messages to a number, by its digits; the magic numbers need no entry."""

    check_media: bool = False
    """True fetches each message's `url`; a bad file fails the message."""
    media_timeout: float = 10.0

    state_words: dict[str, str] = Field(default={})
    """Other words for states, such as `{"delivered": "Delivered"}`; the document lists none."""
    read: bool = True
    """Whether delivered messages are read."""
    state_seconds: dict[str, float] = Field(default={})
    """Seconds before a state, where they differ from `step_seconds`: `{"read": 5}`."""
