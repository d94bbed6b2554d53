"""
Ids and references: derived, found again, and never mistaken.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald import identifier

texts = st.text(max_size=40)


@given(texts, texts, st.integers(0, 9))
def test_a_key_has_one_id_per_life(tenant: str, key: str, generation: int) -> None:
    """The same key gives the same id, another generation another, always 26 characters of base32."""
    found = identifier.message_id(tenant, key, generation)
    assert found == identifier.message_id(tenant, key, generation)
    assert found != identifier.message_id(tenant, key, generation + 1)
    assert identifier.is_id(found)
    assert re.fullmatch(r"[a-z2-7]{26}", found)


@given(st.lists(texts, min_size=1, max_size=4), st.lists(texts, min_size=1, max_size=4))
def test_parts_never_flow_into_each_other(one: list[str], other: list[str]) -> None:
    """("ab", "c") and ("a", "bc") are different names."""
    assert (identifier.digest(*one) == identifier.digest(*other)) == (one == other)


def test_tenants_do_not_share_keys() -> None:
    """The same key of another tenant is another message."""
    assert identifier.message_id("acme", "key") != identifier.message_id("other", "key")


def test_a_lone_surrogate_in_a_key_is_a_key() -> None:
    """Whatever text got here has an id."""
    assert identifier.is_id(identifier.message_id("acme", "\ud800"))


def test_random_ids_differ() -> None:
    """Without a key every message is a new one."""
    found = {identifier.random_id() for _ in range(1000)}
    assert len(found) == 1000
    assert all(map(identifier.is_id, found))


@given(texts, st.text(min_size=1, max_size=20), st.integers(0, 9))
def test_a_reference_comes_back(key: str, address: str, step: int) -> None:
    """What a provider echoes names the message and the step, of single messages and of members alike."""
    single = identifier.message_id("acme", key)
    member = identifier.member_id(single, address)
    for message in (single, member):
        told = identifier.reference(message, step)
        assert len(told) <= 40
        assert told.isascii()
        found = identifier.parse_reference(told)
        assert identifier.own_reference(told) == told
        assert found == (message, step, False)
        assert found.message_id(None) == message
    assert identifier.request_of(member) == single
    assert identifier.request_of(single) is None


@given(texts, st.integers(0, 9))
def test_a_batch_reference_needs_the_recipient(address: str, step: int) -> None:
    """One call to many has one reference: only with the recipient does a report name a message."""
    request = identifier.message_id("acme", "key")
    told = identifier.batch_reference(request, step)
    found = identifier.parse_reference(told)
    assert len(told) <= 40
    assert found == (request, step, True)
    assert found.message_id(None) is None
    assert found.message_id(f"+{address}") == identifier.member_id(request, f"+{address}")


ID = "a" * 26


@pytest.mark.parametrize(
    "text",
    [
        "",
        "myMessageId",
        ID,
        f"{ID}-",
        f"{ID}-10",
        f"{ID}-x",
        f"{ID}-٣",
        f"{ID}-0\n",
        f" {ID}-0",
        f"{ID.upper()}-0",
        f"{ID[:-1]}1-0",
        f"{ID}.aaaaaaaaa-0",
        f"{ID}.-0",
        "11cf996f-c59f-40db-bcff-c8ce03ce3a72",
    ],
)
def test_somebody_elses_reference_is_none_of_ours(text: str) -> None:
    """A webhook may carry anything; only our exact shape counts."""
    assert identifier.parse_reference(text) is None
    assert identifier.own_reference(text) is None


@given(texts)
def test_no_text_is_taken_for_an_id_by_accident(text: str) -> None:
    """Whatever is an id is 26 characters of base32, or 37 for a member."""
    assert not identifier.is_id(text) or len(text) in (26, 37)
