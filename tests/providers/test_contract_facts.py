"""
What all providers declare is true: channels, contents, addresses, options, and how reports come.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from herald.content import CONTENT_TYPES
from herald.errors import UnsupportedFeature
from herald.models import Channel, Options, OutboundMessage, SmartLink
from herald.provider import Direction, Listing, Reports
from herald.status import Status
from tests.providers.harness import (
    Answers,
    Capability,
    Case,
    Inbox,
    ListCall,
    ListPage,
    Lookup,
    OptIns,
    Refuse,
    Send,
    Table,
    TokenAnswer,
    TokenRequest,
    Upload,
    UploadAnswer,
    Verified,
)
from tests.providers.tables import TOKEN, tables


@pytest.mark.parametrize("table", tables())
def test_a_channel_it_lacks_is_refused(table: Table) -> None:
    """What a provider does not declare is refused with the field and with what it can do instead."""
    adapter = table.adapter()
    for channel in set(Channel) - set(adapter.channels):
        with pytest.raises(UnsupportedFeature) as caught:
            adapter.facts(channel)
        assert caught.value.field == "channel"
        assert caught.value.hint
    adapter.check(table.hello)


@pytest.mark.parametrize("table", tables())
def test_every_fact_makes_sense(table: Table) -> None:
    """Contents that there are, somebody to reach, room for one recipient at least; stickers have rules of their own."""
    adapter = table.adapter()
    for channel in adapter.channels:
        facts = adapter.facts(channel)
        assert facts.contents
        assert facts.contents <= set(CONTENT_TYPES)
        assert facts.addresses
        assert facts.batch >= 1
        assert facts.resends is None or facts.resends >= 0
        assert facts.sticker is None or "sticker" in facts.contents


@pytest.mark.parametrize("table", tables())
def test_what_is_declared_is_what_the_cases_show(table: Table) -> None:
    """Every channel and content type of the adapter has a case that sends it, and nothing else has one."""
    shown = {(case.message.channel, case.message.content.type) for case in table.cases if isinstance(case, Send)}
    declared = {(channel, kind) for channel, facts in table.adapter().channels.items() for kind in facts.contents}
    assert shown == declared


@pytest.mark.parametrize("table", tables())
def test_what_it_can_do_is_what_the_cases_show(table: Table) -> None:
    """Tokens, uploads, questions, lists, opt-ins and webhooks: each has its cases where it is declared, else none."""
    adapter = table.adapter()
    channels = adapter.channels.values()
    listed = {Direction(case.listing.direction) for case in table.cases if isinstance(case, ListCall)}
    declared: Mapping[type[Case], object] = {
        TokenRequest: adapter.token_request(),
        TokenAnswer: adapter.token_request(),
        Upload: any(facts.uploads for facts in channels),
        UploadAnswer: any(facts.uploads for facts in channels),
        Capability: any(facts.capability for facts in channels),
        ListCall: adapter.polls,
        ListPage: adapter.polls,
        Lookup: adapter.polls,
        OptIns: adapter.opts_in,
        Inbox: adapter.webhooks,
        Verified: adapter.signs_webhooks,
        Answers: table.results,
    }
    for kind, wanted in declared.items():
        assert any(isinstance(case, kind) for case in table.cases) == bool(wanted), kind.__name__
    assert listed == set(adapter.polls)


@pytest.mark.parametrize("table", tables())
def test_what_it_cannot_do_is_not_done(table: Table) -> None:
    """A list that is not declared is not asked for, nor a recipient's capability; nobody is opted in."""
    adapter = table.adapter()
    for direction in set(Direction) - set(adapter.polls):
        with pytest.raises((UnsupportedFeature, NotImplementedError)):
            adapter.build_list(Listing(direction), TOKEN)
    for channel in (channel for channel, facts in adapter.channels.items() if not facts.capability):
        with pytest.raises((UnsupportedFeature, NotImplementedError)):
            adapter.build_capability(channel, "+436641234567", "a", TOKEN)
    if not adapter.opts_in:
        with pytest.raises(NotImplementedError):
            adapter.build_opt_ins(TOKEN)


@pytest.mark.parametrize("table", tables())
def test_every_kind_of_address_is_shown(table: Table) -> None:
    """No type of recipient is declared to be reached, over any channel, that no case sends to."""
    adapter = table.adapter()
    shown = {
        (case.message.channel, recipient.type)
        for case in table.cases
        if isinstance(case, Send)
        for recipient in case.message.recipients
    }
    declared = {(channel, kind) for channel in adapter.channels for kind in adapter.facts(channel).addresses}
    assert not declared - shown


def options_of(message: OutboundMessage) -> set[str]:
    """The options that are asked for."""
    return set(message.options.model_dump(exclude_defaults=True))


@pytest.mark.parametrize("table", tables())
def test_options_are_declared(table: Table) -> None:
    """What is asked for and not declared is left out with a warning: whatever changes a request is declared."""
    for case in (case for case in table.cases if isinstance(case, Send)):
        adapter, message = table.adapter(case), case.message
        for option in options_of(message) - adapter.facts(message.channel).options:
            without = replace(message, options=message.options.model_copy(update={option: None}))
            assert adapter.build_request(without, TOKEN) == adapter.build_request(message, TOKEN), (case.name, option)


ASKED = Options(
    category="promotional",
    priority=1,
    validity_seconds=90,
    flash=True,
    sender_type="national",
    max_segments=9,
    test=True,
    thread="thread-1",
    regulatory_template="1107",
    smart_links=(SmartLink(id="1"),),
    provider_send_at=datetime(2030, 1, 1, tzinfo=UTC),
)
NEVER_IGNORED = {"test", "smart_links", "provider_send_at"}


@pytest.mark.parametrize("table", tables())
def test_undeclared_options_change_nothing(table: Table) -> None:
    """They are left out, or refused where the recipient would see the difference."""
    adapter, hello = table.adapter(), table.hello
    assert options_of(replace(hello, options=ASKED)) == Options.model_fields.keys()
    for option in Options.model_fields.keys() - adapter.facts(hello.channel).options:
        asked = replace(hello, options=Options.model_validate({option: getattr(ASKED, option)}))
        if option in NEVER_IGNORED:
            with pytest.raises(UnsupportedFeature) as caught:
                adapter.check(asked)
            assert caught.value.field == f"options.{option}"
        else:
            adapter.check(asked)
            assert adapter.build_request(asked, TOKEN) == adapter.build_request(hello, TOKEN), option


@pytest.mark.parametrize("table", tables())
def test_declared_options_are_shown(table: Table) -> None:
    """Each is an option that there is, and a case asks for it over that channel."""
    adapter = table.adapter()
    for channel in adapter.channels:
        facts = adapter.facts(channel)
        shown = [
            options_of(case.message)
            for case in table.cases
            if isinstance(case, Send | Refuse) and case.message.channel is channel
        ]
        assert facts.options <= Options.model_fields.keys()
        assert not facts.options - set().union(*shown), channel
        assert ("provider_send_at" in facts.options) == (facts.schedules > 0)


@pytest.mark.parametrize("table", tables())
def test_it_tells_what_its_words_can_become(table: Table) -> None:
    """A plan that waits for a status relies on it: neither more nor less is promised than the documented words say."""
    adapter = table.adapter()
    promised: set[Status] = set()
    for facts in (adapter.facts(channel) for channel in adapter.channels):
        assert bool(facts.tells) == (facts.reports is not Reports.NONE)
        promised |= facts.tells
    assert not promised or promised == {status for status in table.words.values() if status}


@pytest.mark.parametrize("table", tables())
def test_reports_come_the_way_that_is_declared(table: Table) -> None:
    """By webhooks there are, or by a list that is polled, in pages that can be reached."""
    adapter = table.adapter()
    reports = {adapter.facts(channel).reports for channel in adapter.channels}
    assert Reports.WEBHOOK not in reports or adapter.webhooks
    assert (Reports.POLL in reports) == (Direction.OUTBOUND in adapter.polls)
    assert bool(adapter.polls) == (adapter.page > 0)
    assert adapter.depth >= adapter.page
