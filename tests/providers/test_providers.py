"""
Every provider's own table of cases: what it does its own way. What all do alike is in `test_contract_*.py`.
"""

from dataclasses import replace
from functools import partial

import pytest

from herald.errors import HeraldError
from herald.models import Receipt
from herald.provider import Provider, adapter_class
from tests.providers.harness import (
    Answer,
    Answers,
    Capability,
    Case,
    Declares,
    Download,
    Inbox,
    ListCall,
    ListPage,
    Lookup,
    NotBuilt,
    OptIns,
    Refuse,
    Refused,
    Send,
    Sign,
    Table,
    TokenAnswer,
    TokenRequest,
    Upload,
    UploadAnswer,
    Verified,
    Wire,
)
from tests.providers.tables import PROVIDERS, TABLES, TOKEN, cases, outcome, request_of, told_by


def told(adapter: Provider, case: Case) -> Wire:
    """The case's request as the provider sees it."""
    request = request_of(adapter, case)
    assert request is not None
    return Wire.seen(request)


@pytest.mark.parametrize(("table", "case"), cases(Send))
def test_a_message_becomes_exactly_this_request(table: Table, case: Send) -> None:
    """The provider is told exactly this, and what it is told was allowed."""
    adapter = table.adapter(case)
    adapter.check(case.message)
    request = adapter.build_request(case.message, TOKEN)
    assert Wire.seen(adapter.sign(request, case.stamp) if case.stamp else request) == case.wire


@pytest.mark.parametrize(("table", "case"), cases(Sign))
def test_an_attempt_is_signed_like_this(table: Table, case: Sign) -> None:
    """The credentials of this very attempt."""
    outcome(case.expect, lambda: Wire.seen(table.adapter(case).sign(case.request, case.stamp)))


@pytest.mark.parametrize(("table", "case"), cases(Refuse))
def test_a_message_nobody_could_send_is_refused_with_its_field(table: Table, case: Refuse) -> None:
    """What the provider's documents forbid is an error of the client, before any call."""
    outcome(case.expect, lambda: table.adapter(case).check(case.message))


@pytest.mark.parametrize(("table", "case"), cases(Refuse))
def test_a_refusal_repeats_nothing_of_the_message(table: Table, case: Refuse) -> None:
    """The refused value may be a person's number or words: it is never quoted."""
    with pytest.raises(HeraldError) as caught:
        table.adapter(case).check(case.message)
    said = f"{caught.value.detail} {caught.value.hint}"
    assert case.message.recipient.value not in said
    text = getattr(case.message.content, "text", None)
    assert not text or text not in said


@pytest.mark.parametrize(("table", "case"), cases(NotBuilt))
def test_no_message_is_sent_that_could_not_be_said(table: Table, case: NotBuilt) -> None:
    """What turns out to have no form when the request is made is not sent as something less."""
    with pytest.raises(HeraldError) as caught:
        table.adapter(case).build_request(case.message, TOKEN)
    case.expect.check(caught.value)
    assert not [secret for secret in (case.secrets or table.secrets).values() if secret in told_by(caught.value)]


@pytest.mark.parametrize(("table", "case"), cases(Declares))
def test_an_account_declares_exactly_this(table: Table, case: Declares) -> None:
    """What the gateway must know, where an account has seen better or worse than the documents say."""
    assert table.adapter(case).facts(case.channel) == case.expect


@pytest.mark.parametrize(("table", "case"), cases(Answer))
def test_an_answer_means_exactly_this(table: Table, case: Answer) -> None:
    """One of the three outcomes, with the provider's own code kept; what was taken has the provider's id."""
    outcome(case.expect, lambda: table.adapter(case).parse_receipt(case.answer, case.message or table.hello))
    if isinstance(case.expect, Receipt):
        assert case.expect.provider_message_id


@pytest.mark.parametrize(("table", "case"), cases(Answers))
def test_an_answer_means_this_for_each_recipient(table: Table, case: Answers) -> None:
    """A result for each, in their order; the first one is what the answer means for a single message."""
    adapter = table.adapter(case)
    if isinstance(case.expect, Refused):
        outcome(case.expect, lambda: adapter.parse_receipts(case.answer, case.message))
        return
    for found, expect in zip(adapter.parse_receipts(case.answer, case.message), case.expect, strict=True):
        if isinstance(expect, Refused):
            assert isinstance(found, HeraldError), found
            expect.check(found)
        else:
            assert found == expect
    outcome(case.expect[0], lambda: adapter.parse_receipt(case.answer, case.message))


@pytest.mark.parametrize(("table", "case"), cases(Verified))
def test_a_webhook_is_taken_for_the_providers_only_when_it_is(table: Table, case: Verified) -> None:
    """The provider's own proof over the raw bytes, as far as it gives one, under whichever address it comes."""
    adapter = table.adapter(case)
    for kind in adapter.webhooks:
        outcome(case.expect, partial(adapter.verify, replace(case.webhook, kind=kind)))


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
    outcome(case.wire, lambda: told(table.adapter(case), case))


@pytest.mark.parametrize(("table", "case"), cases(TokenAnswer))
def test_a_token_answer_means_exactly_this(table: Table, case: TokenAnswer) -> None:
    """A token, or an error that says that nothing was sent."""
    outcome(case.expect, lambda: table.adapter(case).parse_token(case.answer))


@pytest.mark.parametrize(("table", "case"), cases(Upload))
def test_media_is_uploaded_like_this(table: Table, case: Upload) -> None:
    """The bytes arrive as they are, with their type."""
    assert told(table.adapter(case), case) == case.wire


@pytest.mark.parametrize(("table", "case"), cases(UploadAnswer))
def test_an_upload_answer_means_exactly_this(table: Table, case: UploadAnswer) -> None:
    """The provider's media id, or an error that is never unclear."""
    outcome(case.expect, lambda: table.adapter(case).parse_upload(case.answer))


@pytest.mark.parametrize(("table", "case"), cases(Download))
def test_media_is_fetched_like_this(table: Table, case: Download) -> None:
    """The bytes of the file, and never those of an error document; nothing from where no media of theirs lies."""
    adapter = table.adapter(case)
    outcome(case.wire, lambda: told(adapter, case))
    if case.answer and case.expect:
        outcome(case.expect, partial(adapter.parse_download, case.answer))


@pytest.mark.parametrize(("table", "case"), cases(Capability))
def test_a_capability_is_asked_for_like_this(table: Table, case: Capability) -> None:
    """The provider's words for what the recipient can do; none of them when it cannot be reached."""
    adapter = table.adapter(case)
    assert told(adapter, case) == case.wire
    outcome(case.expect, lambda: adapter.parse_capability(case.answer))


@pytest.mark.parametrize(("table", "case"), cases(ListCall))
def test_a_list_is_asked_for_like_this(table: Table, case: ListCall) -> None:
    """The provider is asked for exactly this page; what it could not filter by is refused."""
    outcome(case.wire, lambda: told(table.adapter(case), case))


@pytest.mark.parametrize(("table", "case"), cases(ListPage))
def test_a_page_of_a_list_tells_exactly_this(table: Table, case: ListPage) -> None:
    """Every entry is an event or kept as unreadable; an error is never unclear, since nothing was sent."""
    outcome(case.expect, lambda: table.adapter(case).parse_list(case.direction, case.answer))


@pytest.mark.parametrize(("table", "case"), cases(Lookup))
def test_an_entry_is_looked_up_like_this(table: Table, case: Lookup) -> None:
    """One entry by the provider's id, none, or an error that is never unclear."""
    adapter = table.adapter(case)
    assert told(adapter, case) == case.wire
    outcome(case.expect, lambda: adapter.parse_lookup(case.direction, case.answer))


@pytest.mark.parametrize(("table", "case"), cases(OptIns))
def test_the_opt_in_list_is_read_and_added_to_like_this(table: Table, case: OptIns) -> None:
    """Who is willing to be written to, and who must not be."""
    adapter = table.adapter(case)
    assert told(adapter, case) == case.wire
    outcome(case.expect, lambda: adapter.parse_opt_ins(case.answer))


def test_every_provider_has_a_table_of_its_own_name() -> None:
    """A provider is registered by lying in the folder, and cannot lie there untested."""
    assert [table.name for table in TABLES.values()] == list(TABLES)
    assert set(PROVIDERS) < set(TABLES)


@pytest.mark.parametrize("name", ["acme", "", "../websms", "websms.codes", "provider"])
def test_an_unknown_provider_is_an_error_of_configuration(name: str) -> None:
    """Only what lies in the folder can be named."""
    with pytest.raises(HeraldError) as caught:
        adapter_class(name)
    assert caught.value.code == "configuration_error"
