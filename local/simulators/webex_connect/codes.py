"""
What a request may ask for, and the codes it is answered with.

The codes are text. Request codes stand here; what a receipt may say depends on the channel (`receipt_codes.py`), and
the same number may mean two things: 7005 is an expired request here, 7010 an address that may not call.
"""

from enum import StrEnum

QUEUED = "1001"


class Operation(StrEnum):
    """The part before the dot names the family that faults may match."""

    SEND_V1 = "v1.messaging"
    SEND_V2 = "v2.send"
    GET_V2 = "v2.get"
    FOLLOW_LINK = "link.follow"
    FETCH_MEDIA = "media.fetch"


SENDS = frozenset({Operation.SEND_V1, Operation.SEND_V2})


class Channel(StrEnum):
    """The words of `deliverychannel` (v1) and `channel` (v2), in lower case."""

    SMS = "sms"
    VOICE = "voice"
    IN_APP = "appmessaging"
    PUSH = "push"
    MESSENGER = "fb"
    WHATSAPP = "whatsapp"
    APPLE = "applebusinesschat"
    RCS = "rcs"


# Webex Connect, "Channel Specific Status Codes" (common, in-app, voice, contact policy), and the samples of v1.
REQUEST = {
    QUEUED: "Queued",
    "7000": "Invalid JSON",
    "7001": "Authentication failed.",
    "7002": "Service Key Missing",
    "7003": "Mandatory parameters missing",
    "7004": "Invalid parameters/Values",
    "7005": "Request expired",
    "7006": "Internal error occurred",
    "7007": "Service inactive",
    "7009": "Max number of destination address limited to 1000",
    "7010": "Source IP is not allowlisted",
    "7016": "Unknown exception",
    "7019": "Request expired",
    "7020": "You have reached maximum transaction limit (rate).",
    "7022": "JSON size exceeded",
    "7026": "Request Json parameter size exceeded 4 KB",
    "7034": "Max allowed elements reached - Upto 8 elements are allowed in attachments",
    "7101": "Invalid Sender ID",
    "7102": "Invalid address",
    "7104": "Invalid app id",
    "7105": "Customer profile not found",
    "7107": "Message length exceeded",
    "7108": "Invalid template ID",
    "7126": "Invalid content type",
    "7127": "Source IP not in the allowed list",
    "7200": "Unknown Status",
    "7311": "Thread or streamname required",
    "7703": "Max allowed buttons in a section reached",
    "7704": "Duplicate identifiers not allowed",
    "7706": "Max allowed quick replies reached -  max  5 quick replies will be allowed",
    "7708": "Max allowed image urls reached - Upto 5 allowed URLs in element",
    "8009": "The profile doesn't exist for this tenant",
    "9000": "Contact policy not enabled",
    "9001": "Contact policy inputs required",
}

# The two whose text names the parameter ("Voice", "Dynamic Format").
_NAMED = {"7003": "Mandatory parameter missing: {}", "7004": "Invalid parameter: {}"}


class Refused(Exception):
    """The API says no with a code of `REQUEST`; `parameter` is named where the code's text can name one."""

    def __init__(self, code: str, parameter: str = "") -> None:
        super().__init__(code, parameter)
        self.code = code
        self.parameter = parameter

    @property
    def description(self) -> str:
        if self.parameter and self.code in _NAMED:
            return _NAMED[self.code].format(self.parameter)
        return REQUEST.get(self.code, "Unknown exception")
