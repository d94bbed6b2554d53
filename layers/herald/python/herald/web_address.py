"""
Which web addresses of users are called at all, as far as their spelling tells.

No HTTP library is loaded here: a message is refused when it is accepted, not when its media is fetched. The guarded
transport begins with the same question, so both give one verdict, and then asks where the host really is.
"""

import re
from collections.abc import Container
from typing import NamedTuple
from urllib.parse import urlsplit

from herald.errors import InvalidMessage
from herald.public_address import is_public, is_public_name

_MAX_URL = 2048
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PORTS = frozenset({443, 8443})
_CREDENTIALS = re.compile(r"[^/]*//[^/?#]*@")


class AddressRefused(InvalidMessage):
    """The address is not one that Herald calls: not https, not public, or it redirects to one that is not."""

    code = "address_refused"
    title = "The address may not be called"


class Target(NamedTuple):
    """What an address names: the host in lower-case ASCII, without brackets."""

    scheme: str
    host: str
    port: int


def check_spelling(url: str, unsafe_hosts: Container[str] = ()) -> Target:
    """
    What the address names. Raises AddressRefused when its spelling tells that it is not to be called.

    `unsafe_hosts` may be called by http, on any port and at any address.
    """
    if not 0 < len(url) <= _MAX_URL or not url.isprintable() or any(sign in url for sign in " \\"):
        raise AddressRefused("the address cannot be read")
    target = _target(url)
    if target.scheme not in _DEFAULT_PORTS or not target.host:
        raise AddressRefused("the address must be an https address")
    if _CREDENTIALS.match(url):
        raise AddressRefused("the address must not carry credentials")
    if target.host not in unsafe_hosts:
        _check_public(target)
    return target


def _target(url: str) -> Target:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            import idna  # noqa: PLC0415 - its tables are large, and few hosts need them

            host = idna.encode(host).decode("ascii")
    except ValueError as error:  # those of idna too
        raise AddressRefused("the address cannot be read") from error
    return Target(parts.scheme, host, _DEFAULT_PORTS.get(parts.scheme, 0) if port is None else port)


def _check_public(target: Target) -> None:
    """What can be told of an address without resolving it. Raises AddressRefused."""
    if target.scheme != "https":
        raise AddressRefused("the address must be an https address")
    if target.port not in _PORTS:
        raise AddressRefused("the address must use port 443 or 8443")
    if not (is_public(target.host) or is_public_name(target.host)):
        raise AddressRefused("the address is not on the public internet")
