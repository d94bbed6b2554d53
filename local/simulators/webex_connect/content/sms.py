"""
SMS: `channels.sms` of v1, `content` of v2 (Webex Connect Messaging API v1 and v2, SMS).
"""

import re
from collections.abc import Collection

from local.simulators.kit import count_segments
from local.simulators.webex_connect.checks import Members
from local.simulators.webex_connect.codes import Refused
from local.simulators.webex_connect.content.checked import Checked

TEXT_MAX_V1 = 1024
TEXT_MAX_V2 = 4000
_TEXT, _FLASH, _BINARY, _UNICODE = "1", "2", "3", "4"
_SENDER = re.compile(r"\+?[0-9]{3,15}|[A-Za-z0-9 ._&-]{1,11}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_OCTETS, _OCTETS_OF_PART = 140, 134


def _parts(kind: str, text: str, body: str) -> int:
    """How many parts are sent; of a binary message so many octets each (3GPP 23.040)."""
    if kind != _BINARY:
        return count_segments(text).parts
    octets = len(body) // 2
    return 1 if octets <= _OCTETS else -(-octets // _OCTETS_OF_PART)


def known_sender(sender: str, senders: Collection[str]) -> str:
    """The sender, or 7101; any well-formed one is known unless the settings list some."""
    if not _SENDER.fullmatch(sender) or (senders and sender not in senders):
        raise Refused("7101", "senderid")
    return sender


def check_sms(block: Members, senders: Collection[str], *, templated: bool) -> Checked:
    """Text up to 1024 characters (7107 beyond), or hexadecimal in `body` for type 3; `templated` needs neither."""
    kind = block.choice("type", {_TEXT, _FLASH, _BINARY, _UNICODE}) or _TEXT
    text, body = block.text("text"), block.text("body")
    sender = block.text("senderid")
    if sender:
        known_sender(sender, senders)
    if kind == _BINARY and not _HEX.fullmatch(body):
        raise Refused("7004" if body else "7003", "body")
    if kind != _BINARY and not text and not templated:
        raise Refused("7003", "text")
    if len(text) > TEXT_MAX_V1:
        raise Refused("7107")
    if extras := block.inner("extras"):
        extras.text("dlt_templateid")
        extras.close()
    block.flag("sendLinkAsAppClip")
    block.text("storeRegion")
    block.anything("media-path")
    block.close()
    return Checked(kind, sender, text, _parts(kind, text, body))


def check_sms_v2(content: Members) -> Checked:
    """`text` or `unicode`; the length is checked once the substitutions are in."""
    kind = content.choice("type", {"text", "unicode"}, required=True)
    text = content.text("text", required=True)
    content.close()
    return Checked(kind, text=text, segments=count_segments(text).parts)
