"""
Webhook addresses: whoever was not given one has none.
"""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.errors import WebhookNotVerified
from herald.models import NAME, Account
from herald.webhook_address import address, addresses, token, verify

KEY = b"0123456789abcdef0123456789abcdef"
TOKEN = token("acme-whatsapp", 3, KEY)


@given(st.from_regex(NAME, fullmatch=True), st.integers(1, 999_999))
def test_ours_is_accepted(account: str, epoch: int) -> None:
    """What was signed is read back, for every name that an account can have."""
    assert verify(token(account, epoch, KEY), KEY) == (account, epoch)


@pytest.mark.goal("G11")
@pytest.mark.parametrize("position", range(len(TOKEN)))
def test_any_character_counts(position: int) -> None:
    """Changing, removing or doubling any one character is refused, upper case included."""
    before, character, after = TOKEN[:position], TOKEN[position], TOKEN[position + 1 :]
    others = {*string.printable, "ä", "\x00", "\ud800"} - {character}
    for forged in [f"{before}{after}", f"{before}{character * 2}{after}", *(f"{before}{c}{after}" for c in others)]:
        with pytest.raises(WebhookNotVerified):
            verify(forged, KEY)


@given(st.text())
def test_any_text(text: str) -> None:
    """No text but a token of ours is accepted, and none raises anything else."""
    with pytest.raises(WebhookNotVerified):
        verify(text, KEY)


def test_other_key() -> None:
    """A token of another deployment opens nothing here."""
    with pytest.raises(WebhookNotVerified):
        verify(TOKEN, KEY[::-1])


def test_secret_is_long_enough() -> None:
    """The secret part has 160 bits, and says nothing but account and epoch beside it."""
    account, epoch, mac = TOKEN.split(".")
    assert (account, epoch) == ("acme-whatsapp", "3")
    assert len(mac) * 5 == 160
    assert token("acme-whatsapp", 4, KEY).split(".")[2] != mac


def test_account_and_epoch_stay_apart() -> None:
    """A digit that moves from the epoch to the account's name makes another secret."""
    assert token("acme1", 2, KEY).split(".")[2] != token("acme", 12, KEY).split(".")[2]


def test_address() -> None:
    """An address ends with the kind of webhook and is made of what no proxy changes."""
    assert address("https://api.example/", "acme", 1, "status", KEY) == (
        f"https://api.example/v1/webhooks/{token('acme', 1, KEY)}/status"
    )


def test_addresses_of_an_account() -> None:
    """A provider is given the newest epoch's addresses; without a public address there are none."""
    account = Account("acme", "websms", ("t1",), epochs=(2, 3), webhook_base="https://api.example")
    assert addresses(account, ("inbound",), KEY) == {
        "inbound": address("https://api.example", "acme", 3, "inbound", KEY)
    }
    assert addresses(Account("acme", "websms", ("t1",)), ("inbound",), KEY) == {}
