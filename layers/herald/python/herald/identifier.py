"""
Ids and references: how they are made, and how ours are found again in what a provider sends back.

A message id is 26 characters of base32 (130 bits), derived from the tenant, the idempotency key and its
generation, or random without a key. A member of a request adds ten characters that stand for its
recipient: `<request id>.<digest>`. Our reference at a provider is `<id>-<step>`, for one call to many
`<request id>-b<step>`: at most 39 ASCII characters.
"""

import base64
import hashlib
import re
import secrets
from typing import NamedTuple

LENGTH = 26
_MEMBER = 10
_WITHHELD = "~"
_ID = re.compile(rf"[a-z2-7]{{{LENGTH}}}(\.[a-z2-7]{{{_MEMBER}}})?")
_REFERENCE = re.compile(rf"(?P<id>{_ID.pattern})-(?P<batch>b?)(?P<step>[0-9])")


def encode(data: bytes, length: int) -> str:
    """The first `length` characters of lower-case base32, five bits each."""
    return base64.b32encode(data).decode("ascii").lower()[:length]


def digest(*parts: str, length: int = LENGTH) -> str:
    """A name for these parts; each part is counted in, so ("ab", "c") and ("a", "bc") differ."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return encode(hashlib.sha256(joined.encode("utf-8", "surrogatepass")).digest(), length)


def random_id() -> str:
    """130 random bits."""
    return encode(secrets.token_bytes(17), LENGTH)


def message_id(tenant: str, key: str, generation: int = 0) -> str:
    """The id that this tenant's idempotency key stands for, in its n-th life."""
    return digest("message", tenant, key, str(generation))


def member_id(request_id: str, address: str) -> str:
    """The id of one recipient's message within a request; the address in its canonical form, or withheld."""
    if is_withheld(address):
        return f"{request_id}.{address[1 : 1 + _MEMBER]}"
    return f"{request_id}.{digest('member', request_id, address, length=_MEMBER)}"


def withheld(request_id: str, address: str, shown: str = "") -> str:
    """What stands for an address that a request no longer has: the member's part of its id, and what may be shown."""
    return f"{_WITHHELD}{member_id(request_id, address).partition('.')[2]}{shown}"


def is_withheld(address: str) -> bool:
    """Whether this stands for an address rather than being one, which begins with a plus or with its type."""
    return address.startswith(_WITHHELD)


def shown_of(address: str) -> str:
    """What may be shown of an address that is withheld."""
    return address[1 + _MEMBER :]


def request_of(message: str) -> str | None:
    """The request that this id is a member of; None for a single message."""
    request, dot, _ = message.partition(".")
    return request if dot else None


def is_id(text: str) -> bool:
    """Whether this could be an id of ours."""
    return _ID.fullmatch(text) is not None


def reference(message: str, step: int) -> str:
    """What a provider is told to call the message, the same on every attempt."""
    return f"{message}-{step}"


def batch_reference(request_id: str, step: int) -> str:
    """What a provider is told to call a message to several recipients of a request."""
    return f"{request_id}-b{step}"


class Reference(NamedTuple):
    """A reference that came back; of a `batch`, `id` is the request and the report must name the recipient."""

    id: str
    step: int
    batch: bool = False

    def message_id(self, recipient: str | None) -> str | None:
        """The message that a report with this reference speaks of; None when a batch's does not say whose."""
        if not self.batch:
            return self.id
        return member_id(self.id, recipient) if recipient else None


def parse_reference(text: str) -> Reference | None:
    """The message and step in a reference that came back; None when it is not one of ours."""
    found = _REFERENCE.fullmatch(text)
    return Reference(found["id"], int(found["step"]), bool(found["batch"])) if found else None


def own_reference(text: str | None) -> str | None:
    """A reference that came back, if it is ours: what somebody else's software called its message says nothing."""
    return text if text and parse_reference(text) else None
