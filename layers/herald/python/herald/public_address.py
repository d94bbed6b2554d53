"""
Which addresses and host names belong to the public internet.

`ipaddress.is_global` is not the question: it is true of multicast, of IPv4-compatible and NAT64 forms of any
address, and of site-local ones (Python 3.13). What is allowed here is what the registries of IANA leave.
"""

import ipaddress
import re

# https://www.iana.org/assignments/iana-ipv4-special-registry, and addresses that clouds give to their own services
_DENIED_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's wire server
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)

# https://www.iana.org/assignments/iana-ipv6-special-registry; nothing outside 2000::/3 is public but NAT64
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_DENIED_6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # Teredo, ORCHID, benchmarking, protocol assignments
            "2001:db8::/32",
            "2002::/16",  # 6to4: given up by RFC 7526, and it embeds an IPv4 address
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_ISATAP = (0x00005EFE, 0x02005EFE)

_MAX_NAME = 253
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_PRIVATE_SUFFIXES = frozenset(
    {
        "arpa",
        "corp",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "onion",
        "test",
    }
)


def is_public(address: str) -> bool:
    """Whether this literal address is one of the public internet, looking through embedded IPv4 addresses too."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return _public_4(parsed) if isinstance(parsed, ipaddress.IPv4Address) else _public_6(parsed)


def _public_4(address: ipaddress.IPv4Address) -> bool:
    return not any(address in network for network in _DENIED_4)


def _public_6(address: ipaddress.IPv6Address) -> bool:
    embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.scope_id is not None:
        return False
    if address in _NAT64 or address in _MAPPED:
        return _public_4(embedded)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP and not _public_4(embedded):
        return False
    return address in _GLOBAL_6 and not any(address in network for network in _DENIED_6)


def is_public_name(host: str) -> bool:
    """
    Whether this lower-case ASCII host could be a public name: two labels or more, a top level that is one.

    A last label that begins with a digit is how `127.1`, `0x7f.1` and `2130706433` are told from names.
    """
    labels = host.split(".")
    if not labels[1:] or len(host) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    return labels[-1][0].isalpha() and labels[-1] not in _PRIVATE_SUFFIXES
