"""
The members of an SMS request and the statusCode each earns when it is wrong.
"""

import base64
import binascii
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from local.simulators.kit import count_segments
from local.simulators.websms.fields import Fields, msisdn
from local.simulators.websms.settings import Settings
from local.simulators.websms.statuses import Operation, Refused

RECIPIENTS_MAX = 1000
PARTS_MAX = 255
SEGMENT_MAX = 140
ALPHANUMERIC_MAX = 11
VALIDITY_MIN, VALIDITY_MAX = 60, 259_200
SENDER_TYPES = ("national", "international", "alphanumeric", "shortcode")
_NUMERIC_SENDER = re.compile(r"\+?[0-9]{3,15}")


class SmsOrder(NamedTuple):
    """What was asked for, found sound; `parts` is the number of SMS per recipient."""

    recipients: list[str]
    parts: int
    sender: str | None
    callback_url: str
    client_message_id: str | None
    voice: bool
    test: bool


def _required(fields: Fields, name: str) -> Any:
    value = fields.take(name, 4019)
    if value is None:
        raise Refused(4019, f"required parameter {name} is missing")
    return value


def _recipients(fields: Fields) -> list[str]:
    listed = _required(fields, "recipientAddressList")
    if not isinstance(listed, list) or not listed:
        raise Refused(4002)
    if len(listed) > RECIPIENTS_MAX:
        raise Refused(4025)
    return [msisdn(fields, one, 4002, plus=False) for one in listed]


def _text_parts(fields: Fields) -> int:
    """The number of SMS a text fills, within `maxSmsPerMessage` (0 is no limit)."""
    _required(fields, "messageContent")
    text = fields.string("messageContent", 4009)
    if not text:
        raise Refused(4009)
    most = fields.integer("maxSmsPerMessage", 4026, 0, PARTS_MAX) or PARTS_MAX
    parts = count_segments(text).parts
    if parts > most:
        raise Refused(4026)
    return parts


def _segment(segment: Any, *, header: bool) -> None:
    """One base64 segment of at most 140 octets; with a user data header its first octet counts the header's rest."""
    try:
        octets = base64.b64decode(segment, validate=True) if isinstance(segment, str) else b""
    except (binascii.Error, ValueError) as error:
        raise Refused(4027) from error
    if not 1 <= len(octets) <= SEGMENT_MAX or (header and octets[0] >= len(octets)):
        raise Refused(4027)


def _binary_parts(fields: Fields) -> int:
    segments = _required(fields, "messageContent")
    header = fields.boolean("userDataHeaderPresent", 4019)
    if not isinstance(segments, list) or not segments:
        raise Refused(4027)
    for segment in segments:
        _segment(segment, header=header)
    return len(segments)


def _sender(fields: Fields, settings: Settings) -> str | None:
    address = fields.string("senderAddress", 4003)
    kind = fields.choice("senderAddressType", 4003, SENDER_TYPES)
    if address is None:
        return None
    numeric = _NUMERIC_SENDER.fullmatch(address) is not None
    named = 1 <= len(address) <= ALPHANUMERIC_MAX
    if not (numeric if kind in {"national", "international", "shortcode"} else numeric or named):
        raise Refused(4003)
    if settings.sms_senders and address not in settings.sms_senders:
        raise Refused(4003)
    return address


def _callback_url(fields: Fields) -> str:
    url = fields.string("notificationCallbackUrl", 4016) or ""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Refused(4016) from error
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise Refused(4016)
    return url


def read_order(fields: Fields, operation: Operation, settings: Settings) -> SmsOrder:
    """Read all members in the order of the document's table, so the first that is wrong decides."""
    binary = operation is Operation.SMS_BINARY
    recipients = _recipients(fields)
    parts = _binary_parts(fields) if binary else _text_parts(fields)
    sender = _sender(fields, settings)
    fields.boolean("sendAsFlashSms", 4019)
    callback_url = _callback_url(fields)
    client_message_id = fields.client_message_id(settings.client_message_id_max)
    fields.choice("contentCategory", 4040, ("informational", "advertisement"))
    fields.integer("priority", 4015, 0, settings.sms_max_priority)
    test = fields.boolean("test", 4019)
    fields.integer("validityPeriode", 4041, VALIDITY_MIN, VALIDITY_MAX)
    voice = not binary and fields.choice("messageType", 4004, ("default", "voice")) == "voice"
    fields.reject_unknown(4019)
    return SmsOrder(recipients, parts, sender, callback_url, client_message_id, voice, test)
