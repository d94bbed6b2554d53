"""
The signature of outbound webhooks: header `x-hub-signature`, hex HMAC of the body by the hub secret.

SHA-256 and SHA-512 can be chosen; `sha256=` may stand before the hex. Whether reports to a `notifyurl` are signed is
nowhere said, and the vendor's sample trims blanks around the body before it compares.
"""

import hmac
import re

from herald.errors import WebhookNotVerified
from herald.provider import Provider, Webhook
from herald.providers.webex_connect import receipts

HEADER = "x-hub-signature"

_SIGNATURE = re.compile(r"(?:(?P<name>sha256|sha512)=)?(?P<hex>(?:[0-9a-f]{64}){1,2})", re.ASCII)
_LENGTHS = {64: "sha256", 128: "sha512"}


def demanded(provider: Provider) -> str:
    """Setting signed_webhooks. Raises ConfigurationError when it is none of its values."""
    return provider.choice("signed_webhooks", "inbound", "all", "none")


def verify(webhook: Webhook, provider: Provider) -> None:
    """
    Check the signature where the account has secret hub_secret. Raises WebhookNotVerified.

    Setting signed_webhooks says what must be signed: `inbound` (all but reports, so that nobody can be made to say what
    they did not), `all`, or `none`. What is signed must be signed rightly in any case.
    """
    secret = provider.secrets.get("hub_secret")
    if not secret:
        return
    wanted = demanded(provider)
    if HEADER in webhook.headers:
        if not _right(webhook.headers[HEADER], webhook.body, secret.encode()):
            raise WebhookNotVerified("the webhook's signature is wrong")
    elif wanted == "all" or (wanted == "inbound" and not receipts.is_receipt(webhook.body)):
        raise WebhookNotVerified("the webhook is not signed")


def vouches(webhook: Webhook, provider: Provider) -> bool:
    """
    Whether a verified webhook is believed in what a person did: a tap on a notification comes with its report.

    With a secret, and where only what people say must be signed, an unsigned report tells its status alone.
    """
    return not provider.secrets.get("hub_secret") or demanded(provider) != "inbound" or HEADER in webhook.headers


def _right(header: str, body: bytes, secret: bytes) -> bool:
    found = _SIGNATURE.fullmatch(header.strip().lower())
    if not found:
        return False
    algorithm = _LENGTHS[len(found["hex"])]
    if found["name"] not in (None, algorithm):
        return False
    said = found["hex"].encode()
    signed = (hmac.digest(secret, data, algorithm).hex().encode() for data in (body, body.strip()))
    return any(hmac.compare_digest(said, right) for right in signed)
