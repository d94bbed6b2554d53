"""
Any bytes as a webhook of any provider: told or set aside, never an error of ours, within bounds.

    pytest tests/providers/test_any_bytes.py                            20,000 bodies over all providers
    HERALD_BODIES=1000000 pytest tests/providers/test_any_bytes.py      as many as you have time for
"""

import json
import os
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from herald.aws.attributes import encode_item
from herald.errors import WebhookNotVerified
from herald.models import InboundMessage, StatusUpdate, Unreadable
from herald.provider import Provider, Webhook
from herald.receiving import MAX_BODY
from tests.conftest import Show
from tests.mangling import Mangler
from tests.providers.harness import Inbox, Table
from tests.providers.tables import TABLES, tables

pytestmark = [pytest.mark.goal("G9"), pytest.mark.timeout(0)]

WITH_WEBHOOKS = [table for table in TABLES.values() if table.acknowledgement]
BODIES = int(os.environ.get("HERALD_BODIES", "20000")) // len(WITH_WEBHOOKS) + 1

MOST = 256 * 2**20
"""Bytes of memory that reading one body may take at most."""


def samples(table: Table) -> list[tuple[Provider, Webhook]]:
    """Every webhook of the table's cases with its adapter, and its reports."""
    adapter = table.adapter()
    reports = (table.report(word) for word in table.words)
    found = [(adapter, report) for report in reports if isinstance(report, Webhook)]
    return found + [(table.adapter(case), case.webhook) for case in table.cases if isinstance(case, Inbox)]


def heard(adapter: Provider, webhook: Webhook) -> str:
    """What becomes of a webhook; the table can hold whatever it tells."""
    try:
        adapter.verify(webhook)
        verified = "verified"
    except WebhookNotVerified:
        verified = "forged"
    try:
        events = adapter.parse_events(webhook)
    except ValueError:
        return f"{verified}, unreadable"
    for event in events:
        assert isinstance(event, StatusUpdate | InboundMessage | Unreadable)
        if isinstance(event, InboundMessage):
            content = json.dumps(event.content)
            encode_item({"from": event.sender, "to": event.recipient, "content": content, "media": list(event.media)})
        elif isinstance(event, Unreadable):
            event.text.encode()
        else:
            word = event.provider_status.encode()
            assert word.decode() == event.provider_status
    adapter.acknowledge(webhook)
    return f"{verified}, told"


@pytest.mark.parametrize("table", tables(lambda table: table.acknowledgement))
def test_any_bytes(table: Table, figure: Show) -> None:
    """Of every mangled sample: events that can be kept, or a ValueError, by which the gateway sets the body aside."""
    known = samples(table)
    counts: Counter[str] = Counter()

    @settings(
        max_examples=BODIES,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(number=st.integers(0, len(known) - 1), seed=st.integers(0, 2**48))
    def check(number: int, seed: int) -> None:
        adapter, sample = known[number]
        counts[heard(adapter, Mangler(seed)(sample))] += 1

    check()
    assert sum(counts.values()) >= BODIES
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    figure("G9", f"mangled webhooks of {table.name}", f"{sum(counts.values())} ({told})")


def test_samples_are_told_when_nothing_is_mangled() -> None:
    """The mangler is given what can be read, or it would mangle nothing."""
    for table in WITH_WEBHOOKS:
        assert sum(heard(*sample).endswith("told") for sample in samples(table)) > len(samples(table)) / 3


def large(table: Table) -> Iterator[tuple[str, bytes]]:
    """Bodies of 3 MB."""
    report = table.report(next(iter(table.words))).body
    document: Mapping[str, object] = json.loads(report)
    yield "an array of {}", b"[" + b"{}," * (MAX_BODY // 3 - 2) + b"{}]"
    yield "an array of arrays", b"[" * MAX_BODY
    yield "one text", b'"' + b"x" * (MAX_BODY - 2) + b'"'
    yield "one number", b"9" * MAX_BODY
    for name in dict.fromkeys(("results", next(iter(document)), list(document)[-1])):
        yield (
            f"{{}} in {name}",
            json.dumps({**document, name: "?"})
            .encode()
            .replace(b'"?"', b"[" + b"{}," * ((MAX_BODY - len(report)) // 3 - 20) + b"{}]"),
        )
        yield f"a text in {name}", json.dumps({**document, name: "x" * (MAX_BODY - len(report) - 30)}).encode()
    yield "members", b"{" + b",".join(b'"%d":{}' % number for number in range(MAX_BODY // 16)) + b"}"
    several = document.get("results")
    if isinstance(several, list):
        copies = MAX_BODY // len(json.dumps(several)) - 1
        for number in (9_000, copies):
            yield f"{number} reports", json.dumps({"results": several * number}).encode()


@pytest.mark.parametrize("table", tables(lambda table: table.acknowledgement))
def test_three_megabytes(table: Table, figure: Show) -> None:
    """The largest body that is read takes a bounded amount of memory, whatever it holds."""
    adapter = table.adapter()
    worst, slowest = (0, ""), (0.0, "")
    for name, body in large(table):
        assert len(body) <= MAX_BODY
        webhook = Webhook("status", body, {"content-type": "application/json"})
        started = time.process_time()
        heard(adapter, webhook)
        slowest = max(slowest, (time.process_time() - started, name))
        tracemalloc.start()
        heard(adapter, webhook)
        worst = max(worst, (tracemalloc.get_traced_memory()[1], name))
        tracemalloc.stop()
    assert worst[0] <= MOST, worst
    figure("G9", f"memory for 3 MB of {table.name} at most", f"{worst[0] / 2**20:.0f} MiB ({worst[1]})")
    figure("G9", f"CPU for 3 MB of {table.name} at most", f"{slowest[0]:.2f} s ({slowest[1]})")
