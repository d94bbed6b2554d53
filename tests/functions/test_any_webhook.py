"""
Documented webhooks of all providers, whole and mangled, through the function: acknowledged, kept, and nothing but kept.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from herald.provider import Webhook
from herald.receiving import MAX_BODY
from tests import webhooks
from tests.conftest import Show
from tests.faults import listening
from tests.mangling import Mangler
from tests.providers.harness import Inbox
from tests.providers.tables import PROVIDERS, TABLES
from tests.world import LANES, Answer, World

pytestmark = [pytest.mark.goal("G9"), pytest.mark.timeout(0)]

BODIES = int(os.environ.get("HERALD_BODIES", "20000")) // 100
"""A hundredth of what the adapters are given: here each has to be kept."""

NAMES = tuple(name for name in PROVIDERS if TABLES[name].acknowledgement)
KEEPING = frozenset({"PutItem", "UpdateItem", "TransactWriteItems", "PutObject", "SendMessageBatch"})


def _samples(name: str) -> list[Webhook]:
    """What an account without settings and secrets is told."""
    table = TABLES[name]
    reports = (table.report(word) for word in table.words)
    shown = [case.webhook for case in table.cases if isinstance(case, Inbox) and not case.settings]
    return [report for report in reports if isinstance(report, Webhook)] + shown


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.of_acme() as world:
        for name in NAMES:
            account = replace(TABLES[name].account, name=_account(name), tenants=("acme",), settings={"region": "eu"})
            world.add_account(account, {})
            assert _post(world, name, _samples(name)[0]).status == 200
        yield world


def _account(name: str) -> str:
    return f"any-{name.replace('_', '-')}"


def _post(world: World, name: str, webhook: Webhook) -> Answer:
    kind = quote(webhook.kind, safe="") or "status"
    return world.call("POST", webhooks.path(_account(name), kind), webhook.headers, webhook.body)


def _is_acknowledged(answer: Answer, name: str) -> bool:
    """By exactly the reply that the provider waits for."""
    wanted = TABLES[name].acknowledgement
    assert wanted
    headers = {key.lower(): value for key, value in wanted.headers.items()}
    same = (answer.status, answer.body) == (wanted.status, wanted.body)
    return same and headers.items() <= answer.headers.items()


def _is_silent(name: str, webhook: Webhook) -> bool:
    """Whether it is known to tell nothing: somebody types."""
    try:
        return not TABLES[name].adapter_with(secrets={}).parse_events(webhook)
    except ValueError:
        return False


def _check(world: World, name: str, webhook: Webhook) -> str:
    with listening() as called:
        answer = _post(world, name, webhook)
    assert _is_acknowledged(answer, name), answer
    if not KEEPING & set(called):
        assert _is_silent(name, webhook), "acknowledged, and nowhere kept"
        return "silent"
    return "set aside" if "PutObject" in called else "stored"


@pytest.mark.goal("G8")
@pytest.mark.goal("G11")
@pytest.mark.parametrize("name", NAMES)
def test_documented_webhooks(world: World, figure: Show, name: str) -> None:
    """All that a provider documents is acknowledged with its exact bytes and kept; nobody is called or written to."""
    counts = Counter(_check(world, name, sample) for sample in _samples(name))
    assert [record for lane in LANES for record in world.records(lane)] == []
    assert world.requests == []
    figure(
        "G11", f"documented webhooks of {name} that led to a send, a call or a claim", f"0 of {sum(counts.values())}"
    )


@pytest.mark.parametrize("name", NAMES)
def test_mangled_webhooks(world: World, figure: Show, name: str) -> None:
    """Whatever an authentic webhook holds is acknowledged, and stored or set aside; nothing is sent."""
    known, counts = _samples(name), Counter[str]()

    @settings(
        max_examples=BODIES // len(NAMES),
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(number=st.integers(0, len(known) - 1), seed=st.integers(0, 2**48))
    def check(number: int, seed: int) -> None:
        counts[_check(world, name, Mangler(seed)(known[number]))] += 1

    check()
    assert [record for lane in LANES for record in world.records(lane)] == []
    assert world.requests == []
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    figure("G9", f"mangled webhooks of {name} through the function, all acknowledged", told)


@pytest.mark.parametrize("name", NAMES)
def test_three_megabytes(world: World, name: str) -> None:
    """The largest body that is read, and one byte more, are acknowledged and lie in quarantine, byte for byte."""
    bucket = world.operator.bucket
    for filling, length in ((b"{},", MAX_BODY), (b"9", MAX_BODY), (b"{},", MAX_BODY + 1)):
        before = set(bucket.quarantined())
        body = b"[" + (filling * (length // len(filling) + 1))[: length - 1]
        assert _check(world, name, Webhook("status", body)) == "set aside"
        (kept,) = set(bucket.quarantined()) - before
        assert bucket.quarantined_body(kept)[0] == body
