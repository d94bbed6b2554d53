"""
Webhook addresses: `<base>/v1/webhooks/<account>.<epoch>.<mac>/<kind>`.

The middle part is the secret that a provider sends back with every call, where it signs nothing itself: an
HMAC-SHA256 over account and epoch, cut to 160 bits. It is checked in memory, so a flood of forgeries costs no
read. Whether the epoch is still one of the account's is for the caller to see.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from herald.errors import WebhookNotVerified
from herald.models import Account

_MAC_BYTES = 20
_TOKEN = re.compile(r"([a-z0-9-]{2,40})\.([1-9][0-9]{0,5})\.[a-z2-7]{32}")


def token(account: str, epoch: int, key: bytes) -> str:
    """The secret part of the account's addresses in this epoch, counted from 1."""
    # The key also signs other things; the first word keeps them apart.
    mac = hmac.digest(key, f"webhook {account}.{epoch}".encode("ascii"), hashlib.sha256)[:_MAC_BYTES]
    return f"{account}.{epoch}.{base64.b32encode(mac).decode('ascii').lower()}"


def address(base: str, account: str, epoch: int, kind: str, key: bytes) -> str:
    """The full address of one kind of webhook; `base` is where the API is called."""
    return f"{base.rstrip('/')}/v1/webhooks/{token(account, epoch, key)}/{kind}"


def addresses(account: Account, kinds: tuple[str, ...], key: bytes) -> Mapping[str, str]:
    """By kind, the addresses to give to the provider now: those of the newest epoch. Empty without a base."""
    base = account.webhook_base
    return {kind: address(base, account.name, max(account.epochs), kind, key) for kind in kinds} if base else {}


def verify(given: str, key: bytes) -> tuple[str, int]:
    """Account and epoch of a token, compared in constant time. Raises WebhookNotVerified for any other text."""
    found = _TOKEN.fullmatch(given)
    if found is None:
        raise WebhookNotVerified("the address is not one of ours")
    account, epoch = found[1], int(found[2])
    if not hmac.compare_digest(given.encode("ascii"), token(account, epoch, key).encode("ascii")):
        raise WebhookNotVerified("the address is not one of ours")
    return account, epoch
