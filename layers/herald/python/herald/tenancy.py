"""
Tenants and their sandboxes.

What a test key does belongs to `<tenant>~test`: messages, requests, media, lists and idempotency keys of the two never
meet. What an operator sets up (accounts, routes, senders, limits) is the tenant's own and is looked up by `base_of`.
A sandbox's accounts are named alike, so that a mistake of ours finds no secret, token, rate or breaker under the name.
No name of a tenant or an account has a `~` in it (`models.NAME`).
"""

_MARK = "~test"


def sandbox_of(name: str) -> str:
    """The sandbox of a tenant or an account."""
    return f"{base_of(name)}{_MARK}"


def base_of(name: str) -> str:
    """Whose sandbox this is; what is none stays as it is."""
    return name.removesuffix(_MARK)


def is_test(name: str) -> bool:
    """Whether this is a sandbox, of a tenant or of an account."""
    return name.endswith(_MARK)
