"""
Who is meant in a webhook: the names that Webex Connect has for people, as canonical addresses.

Numbers come with and without their plus, whatever was sent.
"""

from collections.abc import Mapping

from herald.models import AddressType
from herald.numbering import phone
from herald.providers.webex_connect.envelope import KEYS

# "destinationType" of the delivery receipts: the keys of the requests, and two names of their own.
_TYPES: Mapping[str, AddressType] = {
    **{key.lower(): kind for kind, key in KEYS.items() if kind is not AddressType.PHONE},
    "bsuid": AddressType.WHATSAPP,
    "applebusinesschat": AddressType.APPLE,
}

# RCS reports leave the type out now and then.
_NUMBERED = frozenset({"msisdn", "waid", ""})


def person(kind: str, name: str) -> str | None:
    """The canonical address of whom the webhook calls `name`; None when it does not say what kind of name that is."""
    kind = kind.lower()
    if kind in _NUMBERED and (number := phone(name)):
        return number
    return f"{_TYPES[kind]}:{name}" if name and kind in _TYPES else None
