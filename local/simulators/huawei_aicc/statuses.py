"""
The words of a message's status and of an error, as Infobip's OMNI API names them.

Huawei documents the members of a status and none of its values; AICC passes Infobip's body through, so its table is the
closest evidence. Huawei's own sample has a status outside of it (group 113, "send-test"), which is here too.
"""

from typing import Any, NamedTuple

# Infobip OpenAPI, IpCoreGeneralStatus; newer pages call group 0 "OK"
GROUPS = {0: "ACCEPTED", 1: "PENDING", 2: "UNDELIVERABLE", 3: "DELIVERED", 4: "EXPIRED", 5: "REJECTED"}
ERROR_GROUPS = {0: "OK", 1: "HANDSET_ERRORS", 2: "USER_ERRORS", 3: "OPERATOR_ERRORS"}

_REFUSING = frozenset({2, 4, 5})
_CONTACT = "Contact account manager"


class Status(NamedTuple):
    """One row; `action` is what would mend it, and left out where there is nothing."""

    group: int
    id: int
    name: str
    description: str
    action: str = ""
    group_name: str = ""

    @property
    def refuses(self) -> bool:
        """Whether a destination answered with it will not get the message."""
        return self.group in _REFUSING

    def document(self) -> dict[str, Any]:
        """The StatusObject of an answer."""
        document = {
            "groupId": self.group,
            "groupName": self.group_name or GROUPS[self.group],
            "id": self.id,
            "name": self.name,
            "description": self.description,
        }
        return document | ({"action": self.action} if self.action else {})


# Infobip, "Response status and error codes", message statuses; the older names where the newer documents have none
_ROWS = (
    Status(0, 0, "MESSAGE_ACCEPTED", "Message accepted"),
    Status(1, 1, "PENDING_TIME_VIOLATION", "Time window violation"),
    Status(1, 3, "PENDING_WAITING_DELIVERY", "Message sent, waiting for delivery report"),
    Status(1, 7, "PENDING_ENROUTE", "Message sent to next instance"),
    Status(1, 26, "PENDING_ACCEPTED", "Message accepted, pending for delivery."),
    Status(2, 4, "UNDELIVERABLE_REJECTED_OPERATOR", "Message rejected by operator"),
    Status(2, 9, "UNDELIVERABLE_NOT_DELIVERED", "Message sent not delivered"),
    Status(2, 31, "UNDELIVERABLE_NOT_SENT", "Message not sent"),
    Status(2, 96, "NO_ANSWER", "No answer"),
    Status(2, 97, "BUSY", "Busy"),
    Status(2, 98, "CANCELLED", "Cancelled"),
    Status(3, 2, "DELIVERED_TO_OPERATOR", "Message delivered to operator"),
    Status(3, 5, "DELIVERED_TO_HANDSET", "Message delivered to handset"),
    Status(4, 15, "EXPIRED_EXPIRED", "Message expired"),
    Status(4, 22, "EXPIRED_UNKNOWN", "Unknown Reason"),
    Status(4, 29, "EXPIRED_DLR_UNKNOWN", "Expired, no delivery report arrived"),
    Status(4, 87, "SIGNALS_BLOCKED", "Blocked by the anti-fraud system, charged"),
    Status(5, 6, "REJECTED_NETWORK", "Network is forbidden", _CONTACT),
    Status(5, 8, "REJECTED_PREFIX_MISSING", "Number prefix missing"),
    Status(5, 10, "REJECTED_DND", "Destination on DND list"),
    Status(5, 11, "REJECTED_SOURCE", "Invalid Source address"),
    Status(5, 12, "REJECTED_NOT_ENOUGH_CREDITS", "Not enough credits"),
    Status(5, 13, "REJECTED_SENDER", "By Sender"),
    Status(5, 14, "REJECTED_DESTINATION_BLOCKLISTED", "By Destination"),
    Status(5, 16, "REJECTED_NOT_REACHABLE", "Network not reachable"),
    Status(5, 17, "REJECTED_PREPAID_PACKAGE_EXPIRED", "Prepaid package expired"),
    Status(5, 18, "REJECTED_DESTINATION_NOT_REGISTERED", "Destination not registered"),
    Status(5, 19, "REJECTED_ROUTE_NOT_AVAILABLE", "Route not available", _CONTACT),
    Status(5, 20, "REJECTED_FLOODING_FILTER", "Rejected flooding"),
    Status(5, 21, "REJECTED_SYSTEM_ERROR", "System error"),
    Status(5, 23, "REJECTED_DUPLICATE_MESSAGE_ID", "Rejected duplicate message ID"),
    Status(5, 24, "REJECTED_INVALID_UDH", "Rejected invalid UDH"),
    Status(5, 25, "REJECTED_MESSAGE_TOO_LONG", "Rejected message too long"),
    Status(5, 51, "MISSING_TO", "Missing destination"),
    Status(5, 52, "REJECTED_DESTINATION", "Invalid destination number"),
    Status(5, 87, "SIGNALS_BLOCKED", "Blocked by the anti-fraud system, not charged"),
    Status(5, 99, "REJECTED", "Rejected"),
    Status(5, 100, "UNDELIVERABLE_REJECTED_PLATFORM", "Message malformed or service down"),
)
STATUSES: dict[tuple[int, int], Status] = {(row.group, row.id): row for row in _ROWS}
"""By group and id; 87 is the one id in two groups."""

# Huawei AICC sendWhatsappMessage, response example
SEND_TEST = Status(113, 1, "sendMessage", "description", group_name="send-test")

ACCEPTED = STATUSES[0, 0]
PENDING = STATUSES[1, 7]
PENDING_ACCEPTED = STATUSES[1, 26]
DUPLICATE = STATUSES[5, 23]
BAD_DESTINATION = STATUSES[5, 52]


class ErrorCode(NamedTuple):
    """Why a message was not delivered, as a report says it."""

    group: int
    id: int
    name: str
    description: str
    permanent: bool = True

    def document(self) -> dict[str, Any]:
        """The error object of a report."""
        return {
            "groupId": self.group,
            "groupName": ERROR_GROUPS[self.group],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "permanent": self.permanent,
        }


NO_ERROR = ErrorCode(0, 0, "NO_ERROR", "No Error", permanent=False)

# Infobip, "Response status and error codes", chat channels: client (1), provider (2), system (3)
_NAMES = {
    1: {
        7001: "EC_UNKNOWN_APPLICATION",
        7002: "EC_UNKNOWN_USER",
        7003: "EC_BLOCKED_USER",
        7004: "EC_UNAUTHORIZED_ACCESS",
        7005: "EC_FORBIDDEN_ACCESS",
        7006: "EC_BAD_REQUEST",
        7007: "EC_ILLEGAL_TRAFFIC_TYPE",
        7008: "EC_INVALID_TEMPLATE_ARGS",
        7009: "EC_INVALID_TEMPLATE",
        7010: "EC_NO_SESSION",
        7011: "EC_ACCOUNT_ISSUE",
        7012: "EC_DEPLOYMENT_CONFIGURATION_ERROR",
        7013: "EC_MEDIA_HOSTING_ERROR",
        7014: "EC_MEDIA_UPLOAD_ERROR",
        7015: "EC_MEDIA_METADATA_ERROR",
        7016: "EC_SPAM_RATE",
        7017: "EC_TOO_MANY_REQUESTS",
        7018: "EC_INTERNAL_BAD_MAPPING",
        7019: "EC_PROVIDER_BILLING_ERROR",
        7020: "EC_DEVICE_REPRODUCTION_ERROR",
        7021: "EC_LIMITED_FUNCTIONALITY",
        7022: "EC_MEDIA_UNSUPPORTED",
        7023: "EC_DATA_MISMATCH",
        7024: "EC_NOT_ALLOWED_SENDING_TIME",
        7025: "EC_UNSUPPORTED_MOBILE_APP_VERSION",
        7026: "EC_MESSAGE_TYPE_EXHAUSTED",
        7027: "EC_BLOCKED_CONTENT",
        7029: "EC_USER_IDENTITY_CHANGED",
        7030: "EC_TEMPLATE_BLOCKED_BY_USER",
        7031: "EC_INVALID_WA_FLOW",
        7032: "EC_FREQUENCY_CAPPING",
        7033: "EC_MARKETING_OPT_OUT",
        7034: "EC_SENDER_NOT_REGISTERED",
        7035: "EC_CALL_PERMISSION_REQUEST_FAILED",
        7102: "EC_PHONE_MATCHING_DISABLED",
        7201: "EC_UNSUPPORTED_DEVICE",
    },
    2: {
        7036: "EC_TEMPLATE_NOT_SYNCED",
        7037: "EC_TEMPLATE_NOT_AVAILABLE",
        7038: "EC_INVALID_WA_ACCOUNT_TYPE",
        7050: "EC_PROVIDER_INTERNAL_ERROR",
        7051: "EC_PROVIDER_TIMEOUT",
        7052: "EC_PROVIDER_DR_ERROR",
    },
    3: {
        7080: "EC_INTERNAL_ERROR",
        7081: "EC_CONFIGURATION_ERROR",
        7082: "EC_TEMPORARY_GATEWAY_ERROR",
        7083: "EC_SERVICE_NOT_ACTIVATED",
        7084: "EC_MISSING_SENDER_METADATA",
        7280: "EC_DUPLICATE_REQUEST",
        7281: "EC_BAD_ORIGIN",
    },
}
_TEMPORARY = frozenset({7012, 7013, 7014, 7017, 7024, 7035, 7036, 7037, 7050, 7051})


def _sentence(name: str) -> str:
    """The documents' sentences are not at hand: the name, written out."""
    return name.removeprefix("EC_").replace("_", " ").capitalize()


ERRORS: dict[int, ErrorCode] = {
    code: ErrorCode(group, code, name, _sentence(name), permanent=code not in _TEMPORARY)
    for group, names in _NAMES.items()
    for code, name in names.items()
}
