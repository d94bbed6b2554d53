"""
An address that is not to be called is refused when a message is accepted, by the same verdict as when it is fetched.
"""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from herald.guarded import Guarded
from herald.web_address import AddressRefused, Target, check_spelling
from tests import webhooks
from tests.addresses import ALLOWED, DENIED_4, DENIED_6, NOT_ADDRESSES, PUBLIC_SPELLINGS, SPELLINGS
from tests.conftest import Show
from tests.world import Json, World

pytestmark = [pytest.mark.feature("F21"), pytest.mark.goal("G21")]

LITERALS = [
    f"https://[{address}]/" if ":" in address else f"https://{address}/"
    for address in (*ALLOWED, *DENIED_4, *DENIED_6, *NOT_ADDRESSES)
]
CORPUS = [*SPELLINGS, *PUBLIC_SPELLINGS, *LITERALS]
LOCAL = frozenset({"127.0.0.1", "::1", "media.example"})


def _accepted(url: str, unsafe: frozenset[str] = frozenset()) -> bool:
    try:
        check_spelling(url, unsafe)
    except AddressRefused:
        return False
    return True


def _fetched(url: str, unsafe: frozenset[str] = frozenset()) -> bool:
    try:
        Guarded(count().__next__, unsafe_hosts=unsafe).check(url)
    except AddressRefused:
        return False
    return True


def test_one_verdict(figure: Show) -> None:
    """What is accepted is what would be fetched, over the whole corpus; with the hosts of a local stack as well."""
    for unsafe in (frozenset[str](), LOCAL):
        differing = [url for url in CORPUS if _accepted(url, unsafe) != _fetched(url, unsafe)]
        assert not differing
    assert [url for url in SPELLINGS if _accepted(url)] == []
    assert [url for url in PUBLIC_SPELLINGS if not _accepted(url)] == []
    figure("G21", "addresses with the same verdict at accept and at fetch", len(CORPUS))


_PARTS = st.sampled_from(
    [
        *("https", "http", "HTTPS", ":", "//", "/", "?", "#", "@", "\\", ".", "..", "%", "%2e", "[", "]", "-", "_"),
        *("media.example", "127.0.0.1", "127.1", "0x7f", "::1", "localhost", "xn--bcher-kva", "bücher", "①", "。"),
        *("443", "8443", "80", "\uff18443", "user", "ß", "\uff41", "\u00ad", "\u200d", "☃", "İ", "a" * 64, "1"),
    ]
)


@given(st.lists(_PARTS, max_size=8).map("".join))
@example("ss://media.example/")
def test_two_readers_of_one_address(rest: str) -> None:
    """However an address is put together, what is accepted is fetched, and what is fetched was accepted."""
    url = f"https://{rest}"
    assert _accepted(url) == _fetched(url)
    assert _accepted(url, LOCAL) == _fetched(url, LOCAL)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("HTTPS://MEDIA.EXAMPLE/a", Target("https", "media.example", 443)),
        ("https://media.example:8443?b@c", Target("https", "media.example", 8443)),
        ("https://bücher.example/ü", Target("https", "xn--bcher-kva.example", 443)),
        ("https://[2606:4700:4700::1111]/", Target("https", "2606:4700:4700::1111", 443)),
        ("http://127.0.0.1:8080/", Target("http", "127.0.0.1", 8080)),
        ("http://127.0.0.1/", Target("http", "127.0.0.1", 80)),
    ],
)
def test_what_an_address_names(url: str, target: Target) -> None:
    """Scheme, host and port, as they would be called."""
    assert check_spelling(url, {"127.0.0.1"}) == target


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One for all: what is refused leaves nothing behind."""
    with World.of_acme() as world:
        world.provider = webhooks.takes_everything
        yield world


def _message(url: str) -> Json:
    media = {"type": "media", "kind": "image", "media": {"url": url}}
    return {"channel": "whatsapp", "to": "+436761234567", "content": media}


def test_refused_when_accepted(world: World) -> None:
    """Media at such an address is 422 with its field, by send and by validate; nothing is written or repeated."""
    before = webhooks.table()
    for path in ("/v1/messages", "/v1/messages/validate"):
        for url in SPELLINGS:
            answer = world.post(path, _message(url))
            assert answer.status == 422, url
            assert answer.json["code"] in ("address_refused", "invalid_message")
            assert answer.json["field"] == "content.media.url"
            assert len(url) < 12 or url.encode() not in answer.body
    assert webhooks.table() == before
    private = world.post("/v1/messages", _message("https://169.254.169.254/latest/meta-data/")).json
    assert (private["code"], private["status"]) == ("address_refused", 422)


@pytest.mark.parametrize("url", [url for url in PUBLIC_SPELLINGS if url.startswith("https")])
def test_accepted(world: World, url: str) -> None:
    """Media at an ordinary address is accepted; where the name leads to is seen when it is fetched."""
    assert world.post("/v1/messages/validate", _message(url)).status == 200
