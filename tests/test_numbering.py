"""
Numbers as providers spell them are one address, and our senders are found in whatever spelling.
"""

import pytest

from herald.models import Account, AddressType, Channel, Sender
from herald.numbering import own_sender, person, phone

ACCOUNT = Account(
    "acme",
    "websms",
    ("acme",),
    senders=(
        Sender("+43660111111", Channel.SMS),
        Sender("43660111111", Channel.WHATSAPP),
        Sender("AAAA-bbbb", Channel.RCS),
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("43660111111", "+43660111111"),
        ("+43660111111", "+43660111111"),
        ("0043660111111", "+43660111111"),
        (" 43660111111\n", "+43660111111"),
        ("0660111111", None),
        ("56263", None),
        ("4366011111111111", None),
        ("++43660111111", None),
        ("43660 111111", None),
        ("٤٣٦٦٠١١١١١١", None),
        ("US.1349", None),
        ("", None),
    ],
)
def test_numbers(text: str, expected: str | None) -> None:
    """International numbers with or without what stands before them; nothing that may be another thing."""
    assert phone(text) == expected
    assert person(text, AddressType.CUSTOMER) == (expected or f"customer:{text}")


@pytest.mark.parametrize(
    ("text", "channel", "expected"),
    [
        ("43660111111", None, "+43660111111"),
        ("43660111111", Channel.SMS, "+43660111111"),
        ("+43660111111", Channel.WHATSAPP, "43660111111"),
        ("aaaa-BBBB", None, "AAAA-bbbb"),
        ("aaaa-BBBB", Channel.SMS, "aaaa-BBBB"),
        ("43660222222", None, "+43660222222"),
        ("Acme", None, "Acme"),
        ("", None, None),
        (None, Channel.SMS, None),
    ],
)
def test_own_senders(text: str | None, channel: Channel | None, expected: str | None) -> None:
    """As the account spells it, for the channel where one is given; one that it does not list in our own spelling."""
    assert own_sender(ACCOUNT, text, channel) == expected
