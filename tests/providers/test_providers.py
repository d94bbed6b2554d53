"""
Every provider: its own table of cases, and what all of them must do alike.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import httpx
import pytest
from _pytest.mark import ParameterSet
from hypothesis import given
from hypothesis import strategies as st

from herald import providers
from herald.answer import Outcome
from herald.content import Media, MediaContent, StickerContent
from herald.errors import (
    ConfigurationError,
    HeraldError,
    InvalidMessage,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    UnsupportedFeature,
)
from herald.exchange import Exchange
from herald.models import Channel, InboundMessage, MediaFile, Receipt, StatusUpdate
from herald.provider import Provider, Request, Response, Webhook, adapter_class
from herald.status import MARKS, State, fold, mark_name
from tests.providers.harness import (
    Answer,
    Capability,
    Case,
    Declares,
    Download,
    Inbox,
    Refuse,
    Refused,
    Send,
    Table,
    TokenAnswer,
    TokenRequest,
    Upload,
    UploadAnswer,
    Wire,
    answering,
    failing,
    json_response,
)

PROVIDERS = tuple(sorted(module.name for module in iter_modules(providers.__path__)))
"""Every provider there is. One without a table fails right here, when the tests are collected."""

TABLES: Mapping[str, Table] = {name: import_module(f"tests.providers.cases.{name}").TABLE for name in PROVIDERS}


def cases[C: Case](kind: type[C]) -> list[ParameterSet]:
    """Every case of this kind in every table, as parameters `(table, case)` with a readable id and its marks."""
    return [
        pytest.param(
            table, case, id=f"{table.name}: {case.name}", marks=[pytest.mark.feature(name) for name in case.features]
        )
        for table in TABLES.values()
        for case in table.cases
        if isinstance(case, kind)
    ]


def tables() -> list[ParameterSet]:
    """Every table, as a parameter."""
    return [pytest.param(table, id=name) for name, table in TABLES.items()]


TOKEN = "a-token"


def outcome[T](expect: T | Refused, act: Callable[[], T]) -> None:
    """What comes back, or is raised, is what the case says."""
    if isinstance(expect, Refused):
        with pytest.raises(expect.error) as caught:
            act()
        expect.check(caught.value)
    else:
        assert act() == expect


@pytest.mark.parametrize(("table", "case"), cases(Send))
def test_a_message_becomes_exactly_this_request(table: Table, case: Send) -> None:
    """The provider is told exactly this, and what it is told was allowed."""
    adapter = table.adapter(case)
    adapter.check(case.message)
    assert Wire.seen(adapter.build_request(case.message, TOKEN)) == case.wire


@pytest.mark.parametrize(("table", "case"), cases(Refuse))
def test_a_message_nobody_could_send_is_refused_with_its_field(table: Table, case: Refuse) -> None:
    """What the provider's documents forbid is an error of the client, before any call."""
    outcome(case.expect, lambda: table.adapter(case).check(case.message))


@pytest.mark.parametrize(("table", "case"), cases(Declares))
def test_an_account_declares_exactly_this(table: Table, case: Declares) -> None:
    """What the gateway must know, where an account has seen better or worse than the documents say."""
    assert table.adapter(case).facts(case.channel) == case.expect


@pytest.mark.parametrize(("table", "case"), cases(Answer))
def test_an_answer_means_exactly_this(table: Table, case: Answer) -> None:
    """One of the three outcomes, with the provider's own code kept."""
    outcome(case.expect, lambda: table.adapter(case).parse_receipt(case.answer, case.message or table.hello))


@pytest.mark.parametrize(("table", "case"), cases(Inbox))
def test_a_webhook_tells_exactly_this(table: Table, case: Inbox) -> None:
    """A webhook becomes these events; one that cannot be read is a ValueError, so that it is kept."""
    adapter = table.adapter(case)
    if case.expect is None:
        with pytest.raises(ValueError, match=r"."):
            adapter.parse_events(case.webhook)
    else:
        assert list(adapter.parse_events(case.webhook)) == list(case.expect)


@pytest.mark.parametrize(("table", "case"), cases(TokenRequest))
def test_a_token_is_asked_for_like_this(table: Table, case: TokenRequest) -> None:
    """The token service is told exactly this."""
    request = table.adapter(case).token_request()
    assert request is not None
    assert Wire.seen(request) == case.wire


@pytest.mark.parametrize(("table", "case"), cases(TokenAnswer))
def test_a_token_answer_means_exactly_this(table: Table, case: TokenAnswer) -> None:
    """A token, or an error that says that nothing was sent."""
    outcome(case.expect, lambda: table.adapter(case).parse_token(case.answer))


@pytest.mark.parametrize(("table", "case"), cases(Upload))
def test_media_is_uploaded_like_this(table: Table, case: Upload) -> None:
    """The bytes arrive as they are, with their type."""
    assert Wire.seen(table.adapter(case).build_upload(case.media, case.data, TOKEN)) == case.wire


@pytest.mark.parametrize(("table", "case"), cases(UploadAnswer))
def test_an_upload_answer_means_exactly_this(table: Table, case: UploadAnswer) -> None:
    """The provider's media id, or an error that is never unclear."""
    outcome(case.expect, lambda: table.adapter(case).parse_upload(case.answer))


@pytest.mark.parametrize(("table", "case"), cases(Download))
def test_media_is_fetched_like_this(table: Table, case: Download) -> None:
    """The bytes of the file, and never those of an error document."""
    adapter = table.adapter(case)
    assert Wire.seen(adapter.build_download(case.media_id, TOKEN)) == case.wire
    outcome(case.expect, lambda: adapter.parse_download(case.answer))


@pytest.mark.parametrize(("table", "case"), cases(Capability))
def test_a_capability_is_asked_for_like_this(table: Table, case: Capability) -> None:
    """The provider's words for what the recipient can do; none of them when it cannot be reached."""
    adapter = table.adapter(case)
    assert Wire.seen(adapter.build_capability(case.channel, case.address, case.sender, TOKEN)) == case.wire
    outcome(case.expect, lambda: adapter.parse_capability(case.answer))


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


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("body", [b"", b"{}", b"<html>busy</html>", b"null", b"[" * 200_000, b"\xff\xfe"])
def test_every_http_status_is_one_of_three_outcomes(table: Table, body: bytes) -> None:
    """Whatever comes back with nothing readable in it: a refusal, not sent, or unclear; never a crash or a success."""
    adapter = table.adapter()
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


@pytest.mark.parametrize("table", tables())
def test_every_documented_code_is_judged_and_kept(table: Table) -> None:
    """No code of the tables falls through to the HTTP status, whatever that is, and each has a reason."""
    adapter = table.adapter()
    for code in table.codes:
        for status in (200, 400, 404, 500, 503):
            answer = table.refusal(code)
            with pytest.raises(ProviderError) as caught:
                adapter.parse_receipt(Response(status, answer.headers, answer.body), table.hello)
            assert caught.value.provider_code == str(code)
            assert caught.value.reason != "unknown"


@pytest.mark.parametrize("table", tables())
def test_an_account_may_declare_another_outcome(table: Table) -> None:
    """The setting `outcomes` replaces what the table says of a code, for every class of outcome."""
    code = min(table.codes)
    for word in Outcome:
        adapter = table.adapter(Case(name="", features=(), settings={"outcomes": {str(code): word}}))
        with pytest.raises(ProviderError) as caught:
            adapter.parse_receipt(table.refusal(code), table.hello)
        expected = {Outcome.REJECTED: ProviderRejected, Outcome.UNCLEAR: OutcomeUnknown}.get(word, NotSent)
        assert isinstance(caught.value, expected)


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("outcomes", ["unclear", {"5003": "maybe"}, {"none": "unclear"}, 7])
def test_a_wrong_setting_is_found_before_anything_is_sent(table: Table, outcomes: object) -> None:
    """A setting that means nothing is an error of configuration when the account is loaded."""
    with pytest.raises(ConfigurationError):
        table.adapter(Case(name="", features=(), settings={"outcomes": outcomes}))


@pytest.mark.parametrize("table", tables())
def test_no_secret_ever_stands_in_an_error(table: Table) -> None:
    """Whatever fails, neither its sentence nor its hint holds a credential, a token or the recipient."""
    adapter = table.adapter()
    answers = [Response(status, {}, b"") for status in range(100, 600)]
    answers += [table.refusal(code) for code in table.codes]
    echo = " ".join([TOKEN, *table.secrets.values(), table.hello.recipient.value])
    answers += [json_response(status, {"statusMessage": echo, "error": echo}) for status in (200, 400, 401, 500)]
    for answer in answers:
        with pytest.raises(HeraldError) as caught:
            adapter.parse_receipt(answer, table.hello)
        told = f"{caught.value.detail} {caught.value.hint} {caught.value} {getattr(caught.value, 'provider_code', '')}"
        for secret in [TOKEN, *table.secrets.values(), table.hello.recipient.value]:
            assert secret not in told


def first_call(adapter: Provider, table: Table) -> Request:
    """The first request that needs credentials."""
    return adapter.token_request() or adapter.build_request(table.hello, None)


@pytest.mark.parametrize("table", tables())
def test_a_secret_that_was_never_given_is_said_so(table: Table) -> None:
    """Without credentials the account is not configured; nothing is sent without them."""
    adapter = table.adapter(Case(name="", features=(), secrets={}))
    with pytest.raises(ConfigurationError):
        first_call(adapter, table)


@pytest.mark.parametrize("table", tables())
def test_the_acknowledgement_is_exact(table: Table) -> None:
    """Byte for byte what the provider waits for, or it would send the same again for ever."""
    adapter = table.adapter()
    for kind in adapter.webhooks:
        assert adapter.acknowledge(Webhook(kind, b"{}")) == table.acknowledgement


@pytest.mark.parametrize("table", tables())
def test_every_documented_word_has_its_meaning(table: Table) -> None:
    """The provider's words are ours, under either address; the word itself is kept."""
    adapter = table.adapter()
    for word, status in table.words.items():
        (event,) = adapter.parse_events(table.report(word))
        assert isinstance(event, StatusUpdate)
        assert (event.status, event.provider_status) == (status, word)
        assert event.status is None or event.status in MARKS


@pytest.mark.parametrize("table", tables())
def test_a_word_we_do_not_know_is_kept_and_says_nothing(table: Table) -> None:
    """A new word of the provider is history, not a status, and is never refused."""
    (event,) = table.adapter().parse_events(table.report("teleported"))
    assert isinstance(event, StatusUpdate)
    assert (event.status, event.provider_status, event.reason) == (None, "teleported", None)
    assert event.reference == table.hello.reference


@pytest.mark.parametrize("table", tables())
def test_reports_in_any_order_and_twice_end_the_same(table: Table) -> None:
    """Providers repeat and reorder: whatever the order, the same status is shown."""
    adapter = table.adapter()
    events = [event for word in table.words for event in adapter.parse_events(table.report(word))]
    ends = set()
    for order in itertools.islice(itertools.permutations([*events, *events[:2]]), 2000):
        marks: dict[str, int] = {}
        for event in order:
            assert isinstance(event, StatusUpdate)
            if event.status:
                marks.setdefault(mark_name(0, event.status), event.at or 0)
        ends.add(fold(State.SENT, marks))
    assert len(ends) == 1


@pytest.mark.parametrize("table", tables())
@given(data=st.data())
def test_no_webhook_body_can_crash_an_adapter(table: Table, data: st.DataObject) -> None:
    """Bytes of any kind are events or a ValueError, which the gateway keeps; nothing else."""
    valid = table.report(next(iter(table.words))).body
    body = data.draw(
        st.binary(max_size=200)
        | st.integers(0, len(valid)).map(lambda end: valid[:end])
        | st.integers(0, len(valid) - 1).map(lambda at: valid[:at] + b"\x00" + valid[at + 1 :])
    )
    try:
        events = table.adapter().parse_events(Webhook("status", body))
    except ValueError:
        return
    assert all(isinstance(event, StatusUpdate | InboundMessage) for event in events)


HOSTILE = ["[" * 200_000, "{}" * 1000, '{"a":' + "9" * 5000 + "}", '"\\ud800"', "", "null", "[]", "NaN"]


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: body[:8])
def test_a_hostile_webhook_body_is_a_value_error(table: Table, body: str) -> None:
    """Deep nesting, huge numbers, lone surrogates and nonsense are unreadable, not fatal."""
    adapter = table.adapter()
    for kind in adapter.webhooks:
        with pytest.raises(ValueError, match=r"."):
            adapter.parse_events(Webhook(kind, body.encode()))


@pytest.mark.parametrize("table", tables())
def test_a_channel_or_content_it_lacks_is_refused(table: Table) -> None:
    """What a provider does not declare is refused with the field and with what it can do instead."""
    adapter = table.adapter()
    for channel in set(Channel) - set(adapter.channels):
        with pytest.raises(UnsupportedFeature) as caught:
            adapter.facts(channel)
        assert caught.value.field == "channel"
        assert caught.value.hint
    adapter.check(table.hello)


@pytest.mark.parametrize("table", tables())
def test_what_cannot_be_said_is_refused_even_unchecked(table: Table) -> None:
    """No adapter sends a message without its content, whoever forgot to check it."""
    adapter = table.adapter()
    for channel, facts in adapter.channels.items():
        foreign = replace(table.hello, channel=channel, content=StickerContent(media=Media(id="a")))
        assert "sticker" not in facts.contents
        with pytest.raises(UnsupportedFeature):
            adapter.build_request(foreign, TOKEN)


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
def test_only_declared_capabilities_can_be_asked(table: Table) -> None:
    """A channel that cannot be asked about is not asked about."""
    adapter = table.adapter()
    for channel in (channel for channel, facts in adapter.channels.items() if not facts.capability):
        with pytest.raises((UnsupportedFeature, NotImplementedError)):
            adapter.build_capability(channel, "+436641234567", "a", TOKEN)


@pytest.mark.parametrize("table", tables())
def test_what_is_declared_is_what_the_cases_show(table: Table) -> None:
    """Every channel and content type of the adapter has a case that sends it, and nothing else has one."""
    shown = {(case.message.channel, case.message.content.type) for case in table.cases if isinstance(case, Send)}
    declared = {(channel, kind) for channel, facts in table.adapter().channels.items() for kind in facts.contents}
    assert shown == declared


def test_every_provider_has_a_table_of_its_own_name() -> None:
    """A provider is registered by lying in the folder, and cannot lie there untested."""
    assert [table.name for table in TABLES.values()] == list(PROVIDERS)
    assert len(PROVIDERS) >= 2


@pytest.mark.parametrize("name", ["acme", "", "../websms", "websms.codes", "provider"])
def test_an_unknown_provider_is_an_error_of_configuration(name: str) -> None:
    """Only what lies in the folder can be named."""
    with pytest.raises(ConfigurationError):
        adapter_class(name)


@pytest.mark.parametrize(("table", "case"), cases(Refuse))
def test_a_refusal_repeats_nothing_of_the_message(table: Table, case: Refuse) -> None:
    """The refused value may be a person's number or words: it is never quoted."""
    with pytest.raises(HeraldError) as caught:
        table.adapter(case).check(case.message)
    told = f"{caught.value.detail} {caught.value.hint}"
    assert case.message.recipient.value not in told
    text = getattr(case.message.content, "text", None)
    assert not text or text not in told


@pytest.mark.parametrize(("table", "case"), cases(Answer))
def test_a_receipt_names_the_message(table: Table, case: Answer) -> None:
    """Whatever counts as taken has the provider's id, so that its reports can be matched."""
    if isinstance(case.expect, Receipt):
        assert case.expect.provider_message_id
        assert table.name
