"""
Where the public internet ends: each network's first and last address, and its neighbours.
"""

import pytest

from herald.public_address import is_public, is_public_name
from tests.addresses import ALLOWED, DENIED_4, DENIED_6, NOT_ADDRESSES

# fmt: off
EDGES_4 = [  # the last public address before a network, its first and last, and the first public one after it
    (None, "0.0.0.0", "0.255.255.255", "1.0.0.0"),  # noqa: S104 - nothing binds to it
    ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
    ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
    ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
    ("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
    ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
    ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
    ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
    ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
    ("192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"),
    ("192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"),
    ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
    ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
    ("192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"),
    ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
    ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
    ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
    ("223.255.255.255", "224.0.0.0", "239.255.255.255", None),
    (None, "240.0.0.0", "255.255.255.255", None),
]
EDGES_6 = [
    (None, "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"),
    ("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"),
    ("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"),
    ("2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"),
    ("2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff::", "2620:4f:8001::"),
    ("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"),
    ("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
]
# fmt: on


@pytest.mark.goal("G21")
@pytest.mark.parametrize(("before", "first", "last", "after"), [*EDGES_4, *EDGES_6], ids=lambda address: address)
def test_edges(before: str | None, first: str, last: str, after: str | None) -> None:
    """What is denied begins and ends exactly where the registries say."""
    assert not is_public(first)
    assert not is_public(last)
    assert all(is_public(neighbour) for neighbour in (before, after) if neighbour)


@pytest.mark.goal("G21")
@pytest.mark.parametrize("prefix", ["::ffff:", "64:ff9b::", "2600::5efe:", "2600::200:5efe:"])
def test_embedded_addresses(prefix: str) -> None:
    """An IPv4 address within an IPv6 one is public where it is by itself, from the first to the last."""
    for before, first, last, after in EDGES_4:
        assert not is_public(f"{prefix}{first}")
        assert not is_public(f"{prefix}{last}")
        assert all(is_public(f"{prefix}{neighbour}") for neighbour in (before, after) if neighbour)


@pytest.mark.parametrize("address", ["2600::1%eth0", "64:ff9b::8.8.8.8%1", "64:ff9b::1:808:808", "2600::5eff:10.0.0.1"])
def test_zones_and_neighbours_of_embedded_addresses(address: str) -> None:
    """An address of one machine's interface is nowhere else; what only looks like an embedded address is itself."""
    assert is_public(address) is address.startswith("2600::5eff:")


def test_lists() -> None:
    """Whatever else is known to be denied is denied, and what is public is public."""
    assert [address for address in (*DENIED_4, *DENIED_6, *NOT_ADDRESSES) if is_public(address)] == []
    assert [address for address in ALLOWED if not is_public(address)] == []


PRIVATE = "arpa corp home internal intranet invalid lan local localdomain localhost onion test"


@pytest.mark.parametrize("suffix", PRIVATE.split())
def test_private_suffixes(suffix: str) -> None:
    """Names under these are somebody's own; one that only ends alike is not."""
    assert not is_public_name(f"a.{suffix}")
    assert not is_public_name(f"a.b.c.{suffix}")
    assert is_public_name(f"a.x{suffix}")
    assert is_public_name(f"{suffix}.example")


LONGEST = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])


@pytest.mark.parametrize("name", ["a.b", "a-b.example", "_dmarc.example", "1.example", f"{'a' * 63}.example", LONGEST])
def test_names(name: str) -> None:
    """Two labels or more, of letters, digits, hyphens and underscores, no longer than names can be."""
    assert is_public_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *["", ".", "a", "a.", ".a", "a..b", "-a.b", "a-.b", "a.b-", "a b.c", "a.b\n", "A.b", "ä.b", "a.b/c"],
        *[f"{'a' * 64}.b", "127.1", "0x7f.1", "a.1b", "a._b", "a.b.1c", f"{LONGEST}d", f"{LONGEST}.d"],
    ],
)
def test_no_names(name: str) -> None:
    """Anything else is no public name, and a last label that is a number belongs to an address."""
    assert not is_public_name(name)
