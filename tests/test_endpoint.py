"""
Endpoints: what they want, and the secrets that their callbacks are signed with.
"""

import base64
from dataclasses import replace

import pytest

from herald.endpoint import MAX_EPOCHS, Disabled, Endpoint, secret_of
from herald.event import EVENT_TYPES

NOW = 1_750_000_000_000
DAY = 86_400_000
ENDPOINT = Endpoint(id="e" * 26, tenant="acme", url="https://acme.example/hook", created=NOW)

pytestmark = pytest.mark.feature("F24")


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        ((), EVENT_TYPES),
        (("message.*",), [name for name in EVENT_TYPES if name.startswith("message.")]),
        (("message.read", "media.*"), ["message.read", "media.ready"]),
        (("message",), []),
        (("mess*",), []),
        (("message.r*",), []),
        (("message.reads",), []),
    ],
)
def test_wants(events: tuple[str, ...], wanted: list[str]) -> None:
    """An endpoint gets the types and groups that it names, or all; nothing that merely begins alike."""
    endpoint = replace(ENDPOINT, events=events)
    assert [name for name in EVENT_TYPES if endpoint.wants(name)] == list(wanted)


def test_secrets() -> None:
    """A secret is 32 bytes, its own for each key, endpoint and epoch, and always the same for those."""
    secret = secret_of(b"key", "e" * 26, 1)
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    others = {secret_of(b"key", "e" * 26, 2), secret_of(b"key", "f" * 26, 1), secret_of(b"other", "e" * 26, 1)}
    assert len(others | {secret}) == 4
    assert secret == secret_of(b"key", "e" * 26, 1)


def test_rotation() -> None:
    """The newest secret comes first; the one before it ends after the overlap, and is then forgotten."""
    rotated = ENDPOINT.rotated(NOW, DAY)
    assert rotated.epochs == ((2, None), (1, NOW + DAY))
    assert rotated.valid_epochs(NOW + DAY - 1) == rotated.epochs
    assert rotated.valid_epochs(NOW + DAY) == ((2, None),)
    assert rotated.rotated(NOW + DAY, DAY).epochs == ((3, None), (2, NOW + 2 * DAY))


def test_rotation_at_once() -> None:
    """Without an overlap the old secret is worth nothing from now on; those that ended before stay as they are."""
    twice = ENDPOINT.rotated(NOW, DAY).rotated(NOW + 1, 0)
    assert twice.epochs == ((3, None), (1, NOW + DAY))


def test_only_so_many_secrets() -> None:
    """Whoever rotates again and again keeps a handful of secrets; the newest is always among them."""
    endpoint = ENDPOINT
    for number in range(20):
        endpoint = endpoint.rotated(NOW + number, DAY)
    assert [number for number, _ in endpoint.epochs] == list(range(21, 21 - MAX_EPOCHS, -1))


def test_status() -> None:
    """Disabled for whatever reason is one status."""
    assert ENDPOINT.status == "enabled"
    assert {replace(ENDPOINT, disabled=why).status for why in Disabled} == {"disabled"}
