"""
The token items: one worker refreshes, by lease and version.
"""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from herald.aws.tokens import StoredToken, Tokens
from tests.moto_table import make_table

NOW = 1_750_000_000_000
LEASE = 15_000


@pytest.fixture
def tokens() -> Iterator[Tokens]:
    with mock_aws():
        yield Tokens(make_table())


def test_none_yet(tokens: Tokens) -> None:
    """Where there is no token, what is read is over."""
    assert tokens.read("acme") == StoredToken("", 0, 0, 0)


def test_one_refreshes(tokens: Tokens) -> None:
    """Of many that have seen the same token one gets the lease, until it saves; then none that saw the old one."""
    seen = tokens.read("acme")
    assert [tokens.take_lease("acme", seen, NOW, NOW + LEASE) for _ in range(5)] == [True, False, False, False, False]
    saved = tokens.save("acme", StoredToken("a", NOW + 1000, seen.version, 1000))
    assert saved == tokens.read("acme") == StoredToken("a", NOW + 1000, 1, 1000)
    assert not tokens.take_lease("acme", seen, NOW, NOW + LEASE)
    assert tokens.take_lease("acme", saved, NOW, NOW + LEASE)


def test_a_dead_refresher(tokens: Tokens) -> None:
    """The lease of a worker that died is over by time; when it comes back, the token of the other one stands."""
    seen = tokens.read("acme")
    assert tokens.take_lease("acme", seen, NOW, NOW + LEASE)
    assert not tokens.take_lease("acme", seen, NOW + LEASE, NOW + 2 * LEASE)
    assert tokens.take_lease("acme", seen, NOW + LEASE + 1, NOW + 2 * LEASE)
    second = tokens.save("acme", StoredToken("second", NOW, seen.version, 1))
    assert tokens.save("acme", StoredToken("late", NOW, seen.version, 1)) == second


def test_a_failed_refresh(tokens: Tokens) -> None:
    """A lease is given back by the worker that holds it, and by no other."""
    seen = tokens.read("acme")
    assert tokens.take_lease("acme", seen, NOW, NOW + LEASE)
    tokens.drop_lease("acme", seen, NOW + LEASE + 7)
    assert not tokens.take_lease("acme", seen, NOW, NOW + LEASE)
    tokens.drop_lease("acme", seen, NOW + LEASE)
    assert tokens.take_lease("acme", seen, NOW, NOW + LEASE)
