"""
What all providers do alike with a call to many: everybody is named once, and each has a result of their own.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from herald.errors import OutcomeUnknown, ProviderError
from herald.models import Receipt, StatusUpdate
from herald.provider import Provider
from tests.providers.harness import Answer, Answers, Table, json_response
from tests.providers.tables import TOKEN, crowd, tables, tell

JUNK: tuple[object, ...] = (None, 7, "x", [], {}, {"code": []})


BATCHES = tables(lambda table: table.results)
"""The providers that give each recipient of a call a result of its own."""


def judged(results: Sequence[Receipt | ProviderError]) -> list[object]:
    """What each recipient is told: True for taken, or the class of what went wrong."""
    return [isinstance(result, Receipt) or type(result) for result in results]


@pytest.mark.parametrize("table", tables())
def test_a_call_to_many_names_each_of_them_once(table: Table) -> None:
    """Each recipient is in the request, with the reference of its own report, or of all that then name theirs."""
    adapter = table.adapter()
    message = crowd(table) if adapter.facts(table.hello.channel).batch > 1 else table.hello
    body = (adapter.build_request(message, TOKEN).body or b"").decode()
    assert [body.count(one.value.removeprefix("+")) for one in message.recipients] == [1] * len(message.recipients)
    if adapter.facts(table.hello.channel).echo and not all(reference in body for reference in message.references):
        assert message.reference in body
        (event,) = tell(adapter, table.report(next(iter(table.words))))
        assert isinstance(event, StatusUpdate)
        assert event.recipient


@pytest.mark.parametrize("table", tables())
def test_there_are_as_many_results_as_recipients(table: Table) -> None:
    """Whatever the provider is documented to answer is about the call as a whole, or about each of its recipients."""
    adapter = table.adapter()
    message = crowd(table) if adapter.facts(table.hello.channel).batch > 1 else table.hello
    documented = [case.answer for case in table.cases if isinstance(case, Answer | Answers)]
    for answer in [table.accepted, *table.refusals.values(), *documented]:
        try:
            results = adapter.parse_receipts(answer, message)
        except ProviderError:
            continue
        assert len(results) == len(message.recipients)
        assert all(isinstance(result, Receipt | ProviderError) for result in results)


@pytest.mark.parametrize("table", tables())
def test_results_are_told_apart_only_where_there_are_some(table: Table) -> None:
    """A table that makes results is that of a provider with batches, and one that reads them has such a table."""
    adapter = table.adapter()
    reads = type(adapter).parse_receipts is not Provider.parse_receipts
    assert bool(table.results) == reads
    assert not table.results or adapter.facts(table.hello.channel).batch > 1


@pytest.mark.parametrize("table", BATCHES)
def test_each_of_many_has_a_result_of_its_own(table: Table) -> None:
    """Whoever is refused, in whatever order the results come: it is that recipient, and nobody else."""
    assert table.results
    adapter, message = table.adapter(), crowd(table)
    backwards = replace(message, recipients=message.recipients[::-1], references=message.references[::-1])
    for position in range(3):
        codes = [min(table.refusals) if one == position else None for one in range(3)]
        for answer in (table.results(message, codes), table.results(backwards, codes[::-1])):
            results = adapter.parse_receipts(answer, message)
            assert [isinstance(result, Receipt) for result in results] == [code is None for code in codes]
            refused = results[position]
            assert isinstance(refused, ProviderError)
            assert refused.provider_code == min(table.refusals)


@pytest.mark.parametrize("table", BATCHES)
def test_whoever_is_not_in_the_results_is_unclear(table: Table) -> None:
    """Too few results, or none: of whom nothing is told, nobody knows; the others keep theirs."""
    assert table.results
    adapter, message = table.adapter(), crowd(table)
    for count in (1, 2):
        some = replace(message, recipients=message.recipients[:count], references=message.references[:count])
        results = adapter.parse_receipts(table.results(some, [None] * count), message)
        assert judged(results) == [True] * count + [OutcomeUnknown] * (3 - count)
    with pytest.raises(OutcomeUnknown):
        adapter.parse_receipt(table.results(replace(message, recipients=()), []), message)


@pytest.mark.parametrize("table", BATCHES)
def test_results_of_strangers_are_nobodys(table: Table) -> None:
    """More results than recipients: none of the others' is taken for somebody's own."""
    assert table.results
    adapter, message = table.adapter(), crowd(table)
    codes = [None, None, min(table.refusals)]
    two = replace(message, recipients=message.recipients[:2], references=message.references[:2])
    assert judged(adapter.parse_receipts(table.results(message, codes), two)) in ([True] * 2, [OutcomeUnknown] * 2)
    strangers = replace(message, references=tuple(reference.replace("c", "d") for reference in message.references))
    answer = table.results(replace(strangers, recipients=crowd(table, 5).recipients[3:]), [None, None])
    assert judged(adapter.parse_receipts(answer, message)) == [OutcomeUnknown] * 3


@pytest.mark.parametrize("table", BATCHES)
def test_a_garbled_list_of_results_takes_nobody(table: Table) -> None:
    """One result replaced by junk: the others are taken or unclear, and that one is unclear."""
    assert table.results
    adapter, message = table.adapter(), crowd(table)
    document = json.loads(table.results(message, [None] * 3).body)
    (entries,) = (value for value in document.values() if isinstance(value, list))
    whole = list(entries)
    for junk in JUNK:
        entries[:] = [whole[0], junk, whole[2]]
        try:
            results = judged(adapter.parse_receipts(json_response(200, document), message))
        except OutcomeUnknown:
            continue
        assert results[1] is OutcomeUnknown
        assert {results[0], results[2]} <= {True, OutcomeUnknown}
