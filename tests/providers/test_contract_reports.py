"""
What all providers do alike when they tell something: by webhooks or by lists that are polled.
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.errors import NotSent, ProviderRejected, ProviderUnavailable, WebhookNotVerified
from herald.models import AddressType, Event, InboundMessage, StatusUpdate, Unreadable
from herald.numbering import phone
from herald.provider import Listed, Provider, Request, Response, Webhook
from herald.status import MARKS, State, fold, mark_name
from tests.providers.harness import Case, Inbox, ListPage, Table, Verified
from tests.providers.tables import TOKEN, tables, tell

HOSTILE = ["[" * 200_000, "{}" * 1000, '{"a":' + "9" * 5000 + "}", '"\\ud800"', "", "null", "[]", "NaN"]


@pytest.mark.goal("G8")
@pytest.mark.parametrize("table", tables())
def test_the_acknowledgement_is_exact(table: Table) -> None:
    """Byte for byte what the provider waits for, or it would send the same again for ever."""
    adapter = table.adapter()
    assert (table.acknowledgement is not None) == bool(adapter.webhooks)
    for kind in adapter.webhooks:
        assert adapter.acknowledge(Webhook(kind, b"{}")) == table.acknowledgement


# Reports.


@pytest.mark.parametrize("table", tables())
def test_every_documented_word_has_its_meaning(table: Table) -> None:
    """The provider's words are ours, under whichever address; the word itself is kept."""
    adapter = table.adapter()
    for word, status in table.words.items():
        told = table.report(word)
        ways = [replace(told, kind=kind) for kind in adapter.webhooks] if isinstance(told, Webhook) else [told]
        for way in ways:
            (event,) = tell(adapter, way)
            assert isinstance(event, StatusUpdate)
            assert (event.status, event.provider_status) == (status, word)
            assert event.status is None or event.status in MARKS
            assert event.silent == (status is None)


@pytest.mark.parametrize("table", tables())
def test_a_word_we_do_not_know_is_kept_and_says_nothing(table: Table) -> None:
    """A new word of the provider is history, not a status, and is never refused."""
    (event,) = tell(table.adapter(), table.report("teleported"))
    assert isinstance(event, StatusUpdate)
    assert (event.status, event.provider_status, event.reason) == (None, "teleported", None)
    assert not event.silent, "what nobody knows is counted, so that somebody looks at it"


@pytest.mark.parametrize("table", tables())
def test_every_report_finds_its_message(table: Table) -> None:
    """By our reference where it is echoed, else by the id that the send was answered with."""
    adapter = table.adapter()
    taken = adapter.parse_receipt(table.accepted, table.hello)
    for word in (*table.words, "teleported"):
        (event,) = tell(adapter, table.report(word))
        assert isinstance(event, StatusUpdate)
        if adapter.facts(table.hello.channel).echo:
            assert event.reference == table.hello.reference
        else:
            assert event.provider_message_id == taken.provider_message_id


@pytest.mark.feature("F8")
@pytest.mark.parametrize("table", tables())
def test_reports_in_any_order_and_twice_end_the_same(table: Table) -> None:
    """Providers repeat and reorder: whatever the order, the same status is shown."""
    adapter = table.adapter()
    events = [event for word in table.words for event in tell(adapter, table.report(word))]
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
def test_a_report_that_comes_again_is_the_same_event(table: Table) -> None:
    """Webhooks are repeated and pages overlap: the same tells the same, and of a list each word has its own id."""
    adapter = table.adapter()
    first, again = ([event for word in table.words for event in tell(adapter, table.report(word))] for _ in range(2))
    assert first == again
    if adapter.polls:
        ids = {event.event_id for event in first if isinstance(event, StatusUpdate)} - {None}
        assert len(ids) == len(table.words)


# Whatever comes in.


def heard(table: Table) -> Iterator[tuple[Case, Provider, Webhook | ListPage, Sequence[Event]]]:
    """Every case in which something is told, with its adapter and what it tells."""
    for case in table.cases:
        if isinstance(case, Inbox) and case.expect is not None:
            adapter = table.adapter(case)
            yield case, adapter, case.webhook, adapter.parse_events(case.webhook)
        if isinstance(case, ListPage) and isinstance(case.expect, Listed):
            adapter = table.adapter(case)
            yield case, adapter, case, adapter.parse_list(case.direction, case.answer).events


@pytest.mark.parametrize("table", tables())
def test_what_comes_again_is_known(table: Table) -> None:
    """The same bytes tell the same, each time, and no two things in them have the same id."""
    for case, adapter, told, events in heard(table):
        if isinstance(told, Webhook):
            assert adapter.parse_events(told) == events, case.name
        ids = [event.event_id for event in events if not isinstance(event, Unreadable) and event.event_id]
        assert len(set(ids)) == len(ids), case.name


@pytest.mark.parametrize("table", tables())
def test_people_have_canonical_names(table: Table) -> None:
    """Whoever wrote, and whoever a report is about: E.164 with its plus, an id with its type, or no number at all."""
    for case, _, _, events in heard(table):
        for event in events:
            name = getattr(event, "sender" if isinstance(event, InboundMessage) else "recipient", None)
            if name is not None:
                kind, colon, _ = name.partition(":")
                canonical = kind in AddressType if colon else name == (phone(name) or name.lstrip("+"))
                assert canonical, case.name


@pytest.mark.parametrize("table", tables())
def test_media_is_an_address_or_fetched(table: Table) -> None:
    """What is only told by its address stands in the content, what is to be fetched beside it; never both."""
    for case, _, _, events in heard(table):
        for event in (event for event in events if isinstance(event, InboundMessage)):
            assert not (event.media and event.content.get("media")), case.name
            if event.content["type"] == "media":
                assert event.media or event.content.get("media"), case.name


@pytest.mark.parametrize("table", tables())
def test_media_of_people_can_be_fetched(table: Table) -> None:
    """Whatever a message lists can be asked for as it is listed; what comes back is a file only with a 2xx."""
    for case, adapter, _, events in heard(table):
        for media in (media for event in events if isinstance(event, InboundMessage) for media in event.media):
            assert isinstance(adapter.build_download(media, TOKEN), Request), case.name
            file = Response(200, {"content-type": "image/png"}, b"\x89PNG\r\n\x1a\n")
            assert adapter.parse_download(file) == (file.body, "image/png")
            for status in (302, 400, 403, 404, 410, 429, 500, 503):
                with pytest.raises((NotSent, ProviderRejected)):
                    adapter.parse_download(replace(file, status=status))


@pytest.mark.parametrize("table", tables())
def test_only_declared_headers_are_read(table: Table) -> None:
    """A webhook that is kept for later has no others any more, and must tell the same then."""
    for case, adapter, told, events in heard(table):
        if isinstance(told, Webhook):
            kept = {name: value for name, value in told.headers.items() if name in adapter.read_headers}
            assert adapter.parse_events(replace(told, headers=kept)) == events, case.name


@pytest.mark.parametrize("table", tables())
def test_what_cannot_be_read_can_be_read_again(table: Table) -> None:
    """A part that is kept for people is a body of its own, which stays unreadable until the adapter is mended."""
    for case, adapter, told, events in heard(table):
        for part in (event for event in events if isinstance(event, Unreadable)):
            assert isinstance(json.loads(part.text), dict | list | str | int | None), case.name
            if isinstance(told, Webhook):
                with pytest.raises(ValueError, match=r"."):
                    adapter.parse_events(replace(told, body=part.text.encode()))


@pytest.mark.parametrize("table", tables())
def test_a_signature_is_looked_at_where_it_is_declared(table: Table) -> None:
    """A provider that signs has webhooks that are refused and such that are not; of the others all are taken."""
    adapter = table.adapter()
    shown = [case.expect is None for case in table.cases if isinstance(case, Verified)]
    assert set(shown) == ({True, False} if adapter.signs_webhooks else set())
    if not adapter.signs_webhooks:
        assert type(adapter).verify is Provider.verify


@pytest.mark.parametrize("table", tables())
def test_a_proof_is_made_with_the_accounts_secret(table: Table) -> None:
    """What is proved is proved by the account's own secret: under another one the very same webhook is refused."""
    for case in (case for case in table.cases if isinstance(case, Verified) and case.expect is None):
        secrets = table.secrets if case.secrets is None else case.secrets
        forged = {name: f"{value}x" for name, value in secrets.items()}
        adapter = table.adapter_with(case.settings, forged)
        if _proves(case, table):
            with pytest.raises(WebhookNotVerified):
                adapter.verify(case.webhook)


@pytest.mark.goal("G12")
@pytest.mark.parametrize("table", tables())
def test_only_declared_headers_prove_anything(table: Table) -> None:
    """A webhook that is set aside before it could be verified has no others any more, and must prove the same then."""
    for case in (case for case in table.cases if isinstance(case, Verified)):
        adapter = table.adapter(case)
        kept = {name: value for name, value in case.webhook.headers.items() if name in adapter.proof_headers}
        with pytest.raises(WebhookNotVerified) if case.expect else nullcontext():
            adapter.verify(replace(case.webhook, headers=kept))


def _proves(case: Verified, table: Table) -> bool:
    """Whether the webhook of this case would be refused without its headers: only then they prove anything."""
    try:
        table.adapter(case).verify(replace(case.webhook, headers={}))
    except WebhookNotVerified:
        return True
    return False


# Junk.


@pytest.mark.parametrize("table", tables())
@given(data=st.data())
def test_nothing_that_comes_in_can_crash_an_adapter(table: Table, data: st.DataObject) -> None:
    """Bytes of any kind are events or a ValueError, which the gateway keeps; of a list, a page or no page."""
    adapter, report = table.adapter(), table.report(next(iter(table.words)))
    valid = report.body
    body = data.draw(
        st.binary(max_size=200)
        | st.integers(0, len(valid)).map(lambda end: valid[:end])
        | st.integers(0, len(valid) - 1).map(lambda at: valid[:at] + b"\x00" + valid[at + 1 :])
    )
    try:
        events = tell(adapter, replace(report, body=body))
    except ValueError:
        assert isinstance(report, Webhook)
    except ProviderUnavailable:
        assert isinstance(report, Response)
    else:
        assert all(isinstance(event, StatusUpdate | InboundMessage | Unreadable) for event in events)


JUNK: tuple[object, ...] = (None, 7, -1.5, True, "", " ", "x" * 3000, "[" * 100_000, '{"a"', [], {}, [None], {"url": 7})


@pytest.mark.parametrize("table", tables())
def test_no_member_of_a_webhook_can_crash_an_adapter(table: Table) -> None:
    """Whatever stands in whichever member of a documented body: events, or a ValueError, and the body is kept."""
    for sample in _shapes(table):
        adapter = table.adapter(sample)
        document = json.loads(sample.webhook.body)
        for member, junk in itertools.product(document, JUNK):
            body = json.dumps(document | {member: junk}).encode()
            try:
                events = adapter.parse_events(replace(sample.webhook, body=body))
            except ValueError:
                continue
            assert all(isinstance(event, StatusUpdate | InboundMessage | Unreadable) for event in events)


def _shapes(table: Table) -> Sequence[Inbox]:
    """One webhook of each set of members that the table's cases have."""
    found: dict[frozenset[str], Inbox] = {}
    for case in table.cases:
        if isinstance(case, Inbox) and case.expect:
            document = json.loads(case.webhook.body)
            if isinstance(document, dict):
                found.setdefault(frozenset(document), case)
    return list(found.values())


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: body[:8])
def test_a_hostile_webhook_body_is_a_value_error(table: Table, body: str) -> None:
    """Deep nesting, huge numbers, lone surrogates and nonsense are unreadable, not fatal."""
    adapter = table.adapter()
    for kind in adapter.webhooks:
        with pytest.raises(ValueError, match=r"."):
            adapter.parse_events(Webhook(kind, body.encode()))


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("body", [body for body in HOSTILE if body != "[]"], ids=lambda body: body[:8])
def test_a_hostile_page_is_no_page(table: Table, body: str) -> None:
    """The same in place of a list: an error that says that nothing was sent, so it is asked for again."""
    adapter = table.adapter()
    for direction in adapter.polls:
        with pytest.raises(ProviderUnavailable):
            adapter.parse_list(direction, Response(200, {}, body.encode()))
