"""
Addresses as providers spell them, and as Herald does: what several adapters' webhooks have in common.
"""

import re

from herald.models import Account, AddressType, Channel

_DIGITS = re.compile(r"(?:\+|00)?([1-9][0-9]{6,14})")


def phone(text: str) -> str | None:
    """E.164 of `43660…`, `+43660…` and `0043660…`; None for national numbers, short codes, names and ids."""
    found = _DIGITS.fullmatch(text.strip())
    return f"+{found[1]}" if found else None


def person(text: str, otherwise: AddressType) -> str:
    """The canonical address of who wrote: a phone number, or an id of this type, as the provider spells it."""
    return phone(text) or f"{otherwise}:{text}"


def own_sender(account: Account, text: str | None, channel: Channel | None = None) -> str | None:
    """
    Our sender (of this channel) as the account spells it: webhooks leave out a plus, or write in another case.

    One that the account does not list is a phone number if it can be one.
    """
    if not text:
        return None
    wanted = phone(text) or text.lower()
    mine = (one.id for one in account.senders if channel in (None, one.channel))
    return next((name for name in mine if (phone(name) or name.lower()) == wanted), phone(text) or text)
