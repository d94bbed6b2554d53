"""
The statusCode tables of both APIs.

The codes collide: 4001 is an application here and credentials there. Names and sentences are the documents'. The HTTP
status beside each code of the Messaging API is this simulator's own: the documents fix only what 400 and 404 mean.
"""

from enum import StrEnum
from typing import NamedTuple

OK = 2000
OK_QUEUED = 2001


class Operation(StrEnum):
    """What a request asks for; the part before the dot names the family that faults may match."""

    TOKEN = "oauth.token"  # noqa: S105
    WHATSAPP_TEXT = "whatsapp.text"
    WHATSAPP_MEDIA = "whatsapp.media"
    WHATSAPP_TEMPLATE = "whatsapp.template"
    RCS_SEND = "rcs.send"
    RCS_CAPABILITIES = "rcs.capabilities"
    MEDIA_UPLOAD = "media.upload"
    MEDIA_DOWNLOAD = "media.download"
    SMS_TEXT = "sms.text"
    SMS_BINARY = "sms.binary"
    SMS_SIMPLE = "sms.simple"


# What carries a message to somebody: these are remembered, and these a fault without an operation meets.
SENDS = frozenset(Operation) - {
    Operation.TOKEN,
    Operation.RCS_CAPABILITIES,
    Operation.MEDIA_UPLOAD,
    Operation.MEDIA_DOWNLOAD,
}


class Code(NamedTuple):
    """One row: the documented name, its sentence and the HTTP status the Messaging API gives it."""

    name: str
    message: str
    http: int = 200


# websms Messaging API 1.0.0, the tables of each operation; HTTP: docs/providers.md
MESSAGING = {
    2000: Code("OK", "Request accepted", 200),
    4001: Code("INVALID_APPLICATION", "The sending application is invalid.", 400),
    4002: Code(
        "INVALID_RECIPIENT",
        "One or more recipients are not in the correct format or are containing invalid msisdns.",
        400,
    ),
    4008: Code("INVALID_MESSAGE_ID", "Invalid clientMessageId.", 400),
    # The documents' general error example; in no operation's table.
    4009: Code("NO_CONTENT", "No message content provided", 400),
    4013: Code("MSG_LIMIT_EXCEEDED", "The accounts maximum message limit is reached", 400),
    4014: Code("UNAUTHORIZED_IP", "Sender IP address is not authorized.", 403),
    4023: Code("THROTTLING_SPAMMING_IP", "Request limit exceeded for this IP address.", 429),
    4028: Code("INVALID_CONTENT", "Message text (content) is invalid.", 400),
    4029: Code(
        "RECIPIENTS_NOT_ALLOWED",
        "The provided recipients are not allowed (e.g. non whitelisted country prefix)",
        400,
    ),
    4031: Code("RECIPIENTS_BLACKLISTED", "All recipients are blacklisted.", 400),
    4034: Code("INVALID_MEDIA", "Invalid media or mediaId", 400),
    4120: Code("ENTITY_NOT_FOUND", "Entity not found.", 404),
    4400: Code("SESSION_EXPIRED", "Customer care session window expired.", 400),
    4401: Code(
        "INVALID_LOCALIZABLE_PARAMS",
        "Invalid localizable params. The personalized content must not exceed a maximum length of 4096. Placeholder "
        "values must not contain newlines and must not exceed a maximum length of 1024. Currently "
        '"default" is the only supported localizable parameter type.',
        400,
    ),
    5000: Code("INTERNAL_ERROR", "Internal Error.", 500),
    5003: Code("SERVICE_UNAVAILABLE", "Service Unavailable.", 503),
}

# the official SDKs: the documents' table, then three rows only the newer host is known to answer.
SMS = {
    2000: Code("OK", "OK"),
    2001: Code("OK_QUEUED", "OK"),
    4001: Code("INVALID_CREDENTIALS", "Invalid Credentials. Inactive account or customer."),
    4002: Code(
        "INVALID_RECIPIENT",
        "One or more recipients are not in the correct format or are containing invalid MSISDNs.",
    ),
    4003: Code("INVALID_SENDER", "sender address or type is invalid"),
    4004: Code("INVALID_MESSAGE_TYPE", "Invalid messageType."),
    4008: Code("INVALID_MESSAGE_ID", "Invalid clientMessageId."),
    4009: Code("INVALID_TEXT", "Message text (messageContent) is invalid."),
    4013: Code("MSG_LIMIT_EXCEEDED", "Message limit is reached."),
    4014: Code("UNAUTHORIZED_IP", "Sender IP address is not authorized."),
    4015: Code("INVALID_MESSAGE_PRIORITY", "message priority is invalid"),
    4016: Code("INVALID_COD_RETURNADDRES", "Invalid notificationCallbackUrl."),
    4019: Code("PARAMETER_MISSING", "A required parameter was not given."),
    4021: Code("INVALID_ACCOUNT", "Account is invalid."),
    4022: Code("ACCESS_DENIED", "Access to the API was denied."),
    4023: Code("THROTTLING_SPAMMING_IP", "Request limit exceeded for this IP address."),
    4025: Code(
        "THROTTLING_TOO_MANY_RECIPIENTS",
        "Transfer rate for immediate transmissions exceeded. Too many recipients in this request (1000).",
    ),
    4026: Code(
        "MAX_SMS_PER_MESSAGE_EXCEEDED",
        "The message content results in too many (automatically generated) sms segments.",
    ),
    4027: Code("INVALID_MESSAGE_SEGMENT", "A messageContent segment is invalid"),
    4031: Code("RECIPIENTS_BLACKLISTED", "All recipients blacklisted."),
    4032: Code(
        "NO_DEVICE_ENABLED",
        "Not allowed to send whatsapp messages to any recipient. No device enabled/subscription.",
    ),
    4033: Code("WHATSAPP_DISABLED", "Not allowed to send whatsapp messages."),
    4034: Code("INVALID_ATTACHMENT", "Invalid attachment."),
    4035: Code("SMS_DISABLED", "Not allowed to send sms messages."),
    4040: Code("INVALID_CONTENT_CATEGORY", "Invalid contentCategory."),
    4041: Code("INVALID_VALIDITY_PERIODE", "Invalid validityPeriode."),
    5000: Code("INTERNAL_ERROR", "Internal error."),
    5003: Code("SERVICE_UNAVAILABLE", "Service unavailable."),
    4029: Code("RECIPIENTS_NOT_ALLOWED", "The provided recipients are not allowed."),
    4042: Code("BLOCKED_BY_QUALITY_RATING", "Blocked by quality rating."),
    4043: Code("BLOCKED_BY_SPAM_CHECK", "Blocked by spam check."),
    # Seen in the wild, in no table: an empty or null body [php-sdk], a body that is not JSON [java-sdk].
    4120: Code("ENTITY_NOT_FOUND", "Entity not found."),
    4000: Code("MALFORMED", "Malformed request."),
}

_SMS_CODES = frozenset(SMS) - {4120, 4000}
_COMMON = frozenset({2000, 4001, 4008, 4013, 4014, 4023, 5000, 5003})
_WHATSAPP = _COMMON | {4002, 4028, 4029, 4031}

# The codes each operation's own table lists, hence the codes its magic recipients can force.
DOCUMENTED: dict[Operation, frozenset[int]] = {
    Operation.WHATSAPP_TEXT: _WHATSAPP | {4400},
    Operation.WHATSAPP_MEDIA: _WHATSAPP | {4034},
    Operation.WHATSAPP_TEMPLATE: _WHATSAPP | {4401},
    Operation.RCS_SEND: _COMMON | {4120},
    # No table is documented; it shares the send's.
    Operation.RCS_CAPABILITIES: _COMMON | {4120},
    Operation.MEDIA_UPLOAD: frozenset({2000, 4034, 5000, 5003}),
    Operation.SMS_TEXT: _SMS_CODES,
    Operation.SMS_BINARY: _SMS_CODES,
    Operation.SMS_SIMPLE: _SMS_CODES,
}

# The same code, another sentence (documented: media and template tables).
SENTENCES = {
    (Operation.WHATSAPP_MEDIA, 4028): "Media description (content) is invalid.",
    (Operation.WHATSAPP_TEMPLATE, 4028): "Message Content (template name or locale) is invalid.",
    (Operation.MEDIA_UPLOAD, 4034): "Invalid media.",
}


class Refused(Exception):
    """The API says no with a documented statusCode; `http` overrides the table's HTTP status."""

    def __init__(self, code: int, message: str = "", http: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http = http
