"""
What all providers do alike when a message is sent: what an answer means, and what is never sent.
"""

from contextlib import suppress
from dataclasses import replace

import httpx
import pytest

from docs.generate.samples import CONTENTS, OPTIONS
from herald.answer import Outcome
from herald.content import BinaryContent, Content, Media, MediaContent, media_of
from herald.errors import (
    ConfigurationError,
    CredentialsRefused,
    InvalidMessage,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    Reason,
    UnsupportedFeature,
)
from herald.exchange import Exchange
from herald.models import MediaFile
from herald.provider import Response
from tests.conftest import Show
from tests.providers.harness import Table, answering, failing
from tests.providers.tables import TOKEN, failures, parsers, requests, tables

THROTTLE = {"retry-after": "7"}
BODIES = (b"", b"{}", b"<html>busy</html>", b"null", b"[" * 200_000, b"\xff\xfe")

NOT_SENT = (
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("connect"),
    httpx.PoolTimeout("pool"),
    httpx.LocalProtocolError("an illegal header"),
)
UNCLEAR = (
    httpx.ReadTimeout("read"),
    httpx.WriteTimeout("write"),
    httpx.ReadError("reset"),
    httpx.WriteError("broken pipe"),
    httpx.RemoteProtocolError("half an answer"),
)


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize(
    ("failure", "expected"),
    [(error, ProviderUnavailable) for error in NOT_SENT] + [(error, OutcomeUnknown) for error in UNCLEAR],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_wire_failure_is_not_sent_only_when_nothing_left(
    table: Table, failure: Exception, expected: type[ProviderError]
) -> None:
    """Before the connection stands nothing was sent; afterwards nobody knows."""
    request = table.adapter().build_request(table.hello, TOKEN)
    with pytest.raises(expected) as caught:
        Exchange(transport=failing(failure)).send(request)
    assert type(caught.value) is expected
    assert caught.value.provider_code == type(failure).__name__


@pytest.mark.parametrize("table", tables())
def test_a_message_survives_the_wire(table: Table) -> None:
    """Through the real exchange, the documented answer is a receipt."""
    adapter = table.adapter()
    answer = Exchange(transport=answering(table.accepted)).send(adapter.build_request(table.hello, TOKEN))
    assert adapter.parse_receipt(answer, table.hello).provider_message_id


@pytest.mark.goal("G19")
@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("body", BODIES)
def test_every_http_status_is_one_of_three_outcomes(table: Table, body: bytes, figure: Show) -> None:
    """Whatever comes back with nothing readable in it: a refusal, not sent, or unclear; never a crash or a success."""
    adapter = table.adapter()
    figure("G19", f"statuses 100 to 599 of {adapter.account.provider} judged, unknown ones as unclear", 500)
    for status in range(100, 600):
        with pytest.raises((NotSent, ProviderRejected, OutcomeUnknown)) as caught:
            adapter.parse_receipt(Response(status, {}, body), table.hello)
        if status < 400 or status >= 500 or status == 408:
            assert type(caught.value) is OutcomeUnknown, status
        elif status not in (401, 403, 429):
            assert type(caught.value) is ProviderRejected, status
        else:
            assert isinstance(caught.value, NotSent), status
        assert caught.value.provider_code


@pytest.mark.parametrize("table", tables())
def test_an_unreadable_success_is_unclear(table: Table) -> None:
    """A 2xx cut at any byte, or empty, may have sent the message."""
    adapter = table.adapter()
    for length in range(len(table.accepted.body)):
        cut = Response(table.accepted.status, table.accepted.headers, table.accepted.body[:length])
        with pytest.raises(OutcomeUnknown):
            adapter.parse_receipt(cut, table.hello)


@pytest.mark.feature("F9")
@pytest.mark.parametrize("table", tables())
def test_every_documented_code_is_judged_and_kept(table: Table) -> None:
    """No code of the tables falls through to the HTTP status, whatever that is, and each has a reason."""
    adapter = table.adapter()
    for code, answer in table.refusals.items():
        for status in (200, 400, 404, 500, 503):
            with pytest.raises(ProviderError) as caught:
                adapter.parse_receipt(replace(answer, status=status), table.hello)
            assert caught.value.provider_code == code
            assert caught.value.reason is not Reason.UNKNOWN


@pytest.mark.parametrize("table", tables())
def test_an_account_may_declare_another_outcome(table: Table) -> None:
    """The setting `outcomes` replaces what the table says of a code, for every class of outcome."""
    code = min(table.refusals)
    for word in Outcome:
        adapter = table.adapter_with({"outcomes": {code: word}})
        with pytest.raises(ProviderError) as caught:
            adapter.parse_receipt(table.refusals[code], table.hello)
        expected = {Outcome.REJECTED: ProviderRejected, Outcome.UNCLEAR: OutcomeUnknown}.get(word, NotSent)
        assert isinstance(caught.value, expected)


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("outcomes", ["unclear", {"5003": "maybe"}, 7])
def test_a_wrong_setting_is_found_before_anything_is_sent(table: Table, outcomes: object) -> None:
    """A setting that means nothing is an error of configuration when the account is loaded."""
    with pytest.raises(ConfigurationError):
        table.adapter_with({"outcomes": outcomes})


@pytest.mark.parametrize("table", tables(lambda table: all(code.isdecimal() for code in table.refusals)))
def test_a_word_is_no_code_where_codes_are_numbers(table: Table) -> None:
    """Some providers have words for codes; of the others a word in the setting is a mistake."""
    with pytest.raises(ConfigurationError):
        table.adapter_with({"outcomes": {"none": "unclear"}})


@pytest.mark.parametrize("table", tables())
def test_a_throttle_says_how_long_to_wait(table: Table) -> None:
    """A 429, and every code that means the same, is tried again after the provider's own Retry-After."""
    adapter = table.adapter()
    throttled: list[object] = []
    for answer in (Response(429), *table.refusals.values()):
        with pytest.raises(ProviderError) as caught:
            adapter.parse_receipt(replace(answer, headers=THROTTLE), table.hello)
        throttled += [caught.value.retry_after] if isinstance(caught.value, ProviderThrottled) else []
    assert throttled
    assert set(throttled) == {7.0}


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("body", BODIES)
def test_what_reaches_nobody_is_never_unclear(table: Table, body: bytes) -> None:
    """Tokens, media, questions and lists may simply be asked for again, unless the provider says no."""
    adapter = table.adapter()
    for name, parse in parsers(adapter, table).items():
        for status in (100, 200, 204, 302, 400, 401, 403, 404, 408, 409, 429, 500, 502, 503):
            error = next(failures([parse], Response(status, THROTTLE, body)), None)
            assert error is None or isinstance(error, NotSent | ProviderRejected), (name, status)
            assert error or status == 404 or status // 100 == 2, (name, status)
            assert isinstance(error, CredentialsRefused) or status not in (401, 403), (name, status)
            assert status != 429 or getattr(error, "retry_after", None) == 7.0, name


FILES = {
    media.key: MediaFile(media.key, "image/jpeg", 1, "0" * 64, f"{media.url}", None, "their-id")
    for content in CONTENTS.values()
    for media in media_of(content)
}


def words_of(content: Content) -> str:
    """What must be in a request that says this content by another form than its own."""
    return content.segments[0] if isinstance(content, BinaryContent) else getattr(content, "text", None) or content.type


@pytest.mark.parametrize("table", tables())
def test_what_cannot_be_said_is_refused_even_unchecked(table: Table) -> None:
    """No adapter sends a message without its content, whoever forgot to check it: a form it has not, or its words."""
    adapter = table.adapter()
    for channel, facts in adapter.channels.items():
        for content in (content for content in CONTENTS.values() if content.type not in facts.contents):
            options = OPTIONS.get(channel, table.hello.options)
            message = replace(table.hello, channel=channel, content=content, options=options, media=FILES)
            with suppress(UnsupportedFeature):
                request = adapter.build_request(message, TOKEN)
                assert words_of(content) in (request.body or b"").decode(), (channel, content.type)


@pytest.mark.parametrize("table", tables())
def test_media_that_was_not_uploaded_is_not_sent(table: Table) -> None:
    """Where media goes to the provider first, a message never names media that the provider has not got."""
    adapter = table.adapter()
    media = MediaFile("a", "image/png", 1, "0" * 64, "https://media.example/a.png")
    for channel in (channel for channel, facts in adapter.channels.items() if facts.uploads):
        content = MediaContent(media=Media(id="a"))
        with pytest.raises(InvalidMessage):
            adapter.build_request(replace(table.hello, channel=channel, content=content, media={"a": media}), TOKEN)


@pytest.mark.parametrize("table", tables())
def test_building_a_request_is_repeatable(table: Table) -> None:
    """The same message is the same request, each time: nothing is drawn, nothing is remembered."""
    for (_, _, first), (_, _, again) in zip(requests(table), requests(table), strict=True):
        assert first == again
