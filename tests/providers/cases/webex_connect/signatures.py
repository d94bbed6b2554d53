"""
The signature of outbound webhooks, as the vendor's own sample computes it ("Outbound Webhooks").
"""

import hmac

from herald.errors import ConfigurationError, WebhookNotVerified
from herald.provider import Webhook
from tests.providers.cases.webex_connect import inbound, receipts
from tests.providers.cases.webex_connect.shared import HELLO
from tests.providers.harness import Case, Refuse, Refused, Verified

HUB = {"hub_secret": "ab12 hub secret"}
RECEIPT = receipts.report("Delivered").body
MESSAGE = inbound.sms().body
NO = Refused(WebhookNotVerified)


def sign(body: bytes, algorithm: str = "sha256", secret: str = HUB["hub_secret"]) -> str:
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def signed(name: str, body: bytes, signature: str | None, expect: Refused | None = None) -> Verified:
    """By an account that has a hub secret."""
    headers = {} if signature is None else {"x-hub-signature": signature}
    return Verified(name=name, features=("X11",), secrets=HUB, webhook=Webhook("inbound", body, headers), expect=expect)


def demanding(what: str, name: str, body: bytes, signature: str | None, expect: Refused | None = None) -> Verified:
    """By an account that says what must be signed."""
    case = signed(f"{name}, where {what} must be signed", body, signature, expect)
    return Verified(**(vars(case) | {"settings": {"signed_webhooks": what}}))


RIGHT = sign(MESSAGE)

TAKEN: list[Case] = [
    signed("sha-256", MESSAGE, RIGHT),
    signed("in capitals", MESSAGE, RIGHT.upper()),
    signed("sha-256 by its name", MESSAGE, f"sha256={RIGHT}"),
    signed("sha-512", MESSAGE, sign(MESSAGE, "sha512")),
    signed("sha-512 by its name", MESSAGE, f"sha512={sign(MESSAGE, 'sha512')}"),
    signed("of the body without the blanks at its end", MESSAGE + b"\n", RIGHT),
    signed("of the body without the blanks around it", b" \r\n" + MESSAGE, RIGHT),
    signed("of the body with the blanks at its end", MESSAGE + b"\n", sign(MESSAGE + b"\n")),
    signed("a receipt that is signed", RECEIPT, sign(RECEIPT)),
    signed("a receipt that is not", RECEIPT, None),
    demanding("none", "a message that is not signed", MESSAGE, None),
    *(
        Verified(
            name=f"without a hub secret the address alone protects: {signature}",
            features=("X11",),
            secrets={},
            webhook=Webhook("inbound", MESSAGE, {"x-hub-signature": signature} if signature else {}),
        )
        for signature in ("", RIGHT, "junk")
    ),
]

REFUSED: list[Case] = [
    *(
        signed(name, MESSAGE, signature, NO)
        for name, signature in (
            ("no signature", None),
            ("an empty signature", ""),
            ("a shorter signature", RIGHT[:-1]),
            ("another last digit", RIGHT[:-1] + ("0" if RIGHT[-1] != "0" else "1")),
            ("the name of the other algorithm", f"sha512={RIGHT}"),
            ("sha-1 by its name", f"sha1={sign(MESSAGE, 'sha1')}"),
            ("sha-1", sign(MESSAGE, "sha1")),
            ("by another secret", sign(MESSAGE, secret="another")),
            ("of another body", sign(MESSAGE + b"x")),
            ("other letters", "\u00e9" * 64),
            ("the name twice", "sha256=" * 2 + RIGHT),
        )
    ),
    signed("a receipt that is signed wrongly", RECEIPT, RIGHT, NO),
    demanding("all", "a receipt that is not signed", RECEIPT, None, NO),
    demanding("all", "a message that is signed wrongly", MESSAGE, sign(RECEIPT), NO),
    demanding("none", "a message that is signed wrongly", MESSAGE, sign(RECEIPT), NO),
    *(
        signed(f"what only looks like a receipt: {body.decode()}", body, None, NO)
        for body in (
            b'{"deliveryInfoNotification',
            b'[{"deliveryInfoNotification":{}}]',
            b'{"message":"deliveryInfoNotification"}',
            b'{"x":{"deliveryInfoNotification":{}}}',
        )
    ),
    Refuse(
        name="what must be signed is none of the known",
        features=("X11",),
        settings={"signed_webhooks": "some"},
        message=HELLO,
        expect=Refused(ConfigurationError),
    ),
]

CASES = [*TAKEN, *REFUSED]
