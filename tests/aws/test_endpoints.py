"""
Endpoints and their gates, as the table keeps them.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from herald.aws import keys
from herald.aws.endpoint_gates import FIRST_PAUSE, LONGEST_PAUSE, PROBE, THRESHOLD, EndpointGate, EndpointGates
from herald.aws.endpoints import CACHE, MAX_ENDPOINTS, Endpoints, TooManyEndpoints
from herald.aws.table import Table
from herald.endpoint import Disabled, Endpoint
from herald.errors import Conflict, NotFound
from tests.moto_table import Clock, make_table

NOW = 1_750_000_000_000
ID, OTHER = "a" * 26, "b" * 26
ENDPOINT = Endpoint(
    id=ID,
    tenant="acme",
    url="https://acme.example/hook",
    events=("message.*",),
    description="Grüße",
    epochs=((2, None), (1, NOW)),
    created=NOW,
)

pytestmark = pytest.mark.feature("F24")


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        yield make_table()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def endpoints(table: Table, clock: Clock) -> Endpoints:
    return Endpoints(table, clock)


def test_back_as_it_was(endpoints: Endpoints) -> None:
    """What is written is read as it was; for another tenant it does not exist."""
    endpoints.add(ENDPOINT)
    assert endpoints.read("acme", ID).value == ENDPOINT
    for tenant, name in (("beta", ID), ("acme", OTHER)):
        with pytest.raises(NotFound):
            endpoints.read(tenant, name)
    off = replace(ENDPOINT, disabled=Disabled.OWNER, disabled_at=NOW, events=())
    endpoints.change(off, 1)
    assert endpoints.read("acme", ID).value == off
    endpoints.change(ENDPOINT, 2)
    assert endpoints.read("acme", ID).value == ENDPOINT


def test_nobody_overwrites_anybody(endpoints: Endpoints) -> None:
    """A change builds on the version it saw; one that was removed cannot be changed back into life."""
    endpoints.add(ENDPOINT)
    endpoints.change(replace(ENDPOINT, url="https://acme.example/1"), 1)
    with pytest.raises(Conflict):
        endpoints.change(replace(ENDPOINT, url="https://acme.example/2"), 1)
    endpoints.remove("acme", ID)
    with pytest.raises(Conflict):
        endpoints.change(ENDPOINT, 2)
    endpoints.remove("acme", ID)
    assert endpoints.all("acme") == ()


def test_ten_seconds_late(table: Table, clock: Clock, endpoints: Endpoints) -> None:
    """Workers hear of a change, and of the first endpoint of all, ten seconds late at most; who writes, at once."""
    worker = Endpoints(table, clock)
    assert worker.of_tenant("acme") == ()
    endpoints.add(ENDPOINT)
    clock.now += CACHE - 1
    assert worker.of_tenant("acme") == ()
    assert endpoints.of_tenant("acme") == (ENDPOINT,)
    clock.now += 1
    assert worker.of_tenant("acme") == (ENDPOINT,)


def test_looked_at_anew(clock: Clock, table: Table, endpoints: Endpoints) -> None:
    """An event is never dropped for an endpoint that a worker does not know yet, or knows only as disabled."""
    worker = Endpoints(table, clock)
    assert worker.find("acme", ID) is None
    endpoints.add(replace(ENDPOINT, disabled=Disabled.OWNER))
    found = worker.find("acme", ID)
    assert found
    assert found.disabled
    endpoints.change(ENDPOINT, 1)
    assert worker.find("acme", ID) == ENDPOINT
    assert worker.find("beta", ID) is None


def test_so_many(endpoints: Endpoints) -> None:
    """A tenant has a score of endpoints at most, listed by age; what else stands with the tenant is none."""
    for number in range(MAX_ENDPOINTS):
        endpoints.add(replace(ENDPOINT, id=f"{number:026}", created=NOW - number))
    with pytest.raises(TooManyEndpoints):
        endpoints.add(ENDPOINT)
    assert [int(one.id) for one in endpoints.all("acme")] == list(range(MAX_ENDPOINTS))[::-1]
    endpoints.remove("acme", f"{0:026}")
    endpoints.add(ENDPOINT)


def test_disabling(endpoints: Endpoints) -> None:
    """The first to disable an endpoint says why; it stays the reason, and a change that did not see it is refused."""
    endpoints.add(ENDPOINT)
    assert endpoints.disable(ENDPOINT, Disabled.GONE, NOW + 5)
    assert not endpoints.disable(ENDPOINT, Disabled.FAILING, NOW + 6)
    stored = endpoints.read("acme", ID)
    assert stored.value == replace(ENDPOINT, disabled=Disabled.GONE, disabled_at=NOW + 5)
    with pytest.raises(Conflict):
        endpoints.change(ENDPOINT, 1)
    endpoints.remove("acme", ID)
    assert not endpoints.disable(ENDPOINT, Disabled.GONE, NOW)
    assert endpoints.all("acme") == ()


# Gates.


@pytest.fixture
def gates(table: Table) -> EndpointGates:
    return EndpointGates(table)


def _gate(gates: EndpointGates) -> EndpointGate:
    return gates.of([ENDPOINT])[ID]


def test_failures_in_a_row(gates: EndpointGates) -> None:
    """So many failures in a row close the gate; a success in between begins anew, and one before costs nothing."""
    gates.succeeded(ENDPOINT, _gate(gates))
    for number in range(THRESHOLD - 1):
        gates.failed(ENDPOINT, _gate(gates), NOW + number, None)
    assert _gate(gates) == EndpointGate(failures=THRESHOLD - 1, since=NOW)
    gates.succeeded(ENDPOINT, _gate(gates))
    assert _gate(gates) == EndpointGate()
    for number in range(THRESHOLD):
        gates.failed(ENDPOINT, _gate(gates), NOW + number, None)
    closed = _gate(gates)
    assert (closed.closed_until, closed.since) == (NOW + THRESHOLD - 1 + FIRST_PAUSE, NOW)


def test_closed_at_once(gates: EndpointGates) -> None:
    """A timeout closes it for the first pause, a plea to wait for as long as is asked for."""
    assert gates.failed(ENDPOINT, _gate(gates), NOW, 0).closed_until == NOW + FIRST_PAUSE
    assert _gate(gates).closed_until == NOW + FIRST_PAUSE
    gates.clear(ENDPOINT)
    assert gates.failed(ENDPOINT, _gate(gates), NOW, 3_600_000).closed_until == NOW + 3_600_000


def test_ever_longer(gates: EndpointGates) -> None:
    """Each probe that fails doubles the pause, up to the longest."""
    pauses, now = [], NOW
    for _ in range(10):
        closed = gates.failed(ENDPOINT, _gate(gates), now, 0)
        pauses.append(closed.closed_until - now)
        now = closed.closed_until
    assert pauses[:4] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4, FIRST_PAUSE * 8]
    assert pauses[-1] == LONGEST_PAUSE
    assert _gate(gates).since == NOW


def test_one_probe(gates: EndpointGates) -> None:
    """When its time is over one callback probes; the next when that one has not come back in time."""
    assert not gates.probe(ENDPOINT, NOW)
    until = gates.failed(ENDPOINT, _gate(gates), NOW, 0).closed_until
    assert not gates.probe(ENDPOINT, until - 1)
    assert gates.probe(ENDPOINT, until)
    assert not gates.probe(ENDPOINT, until + 1)
    assert gates.probe(ENDPOINT, until + PROBE + 1)
    gates.succeeded(ENDPOINT, _gate(gates))
    assert _gate(gates) == EndpointGate()


def test_late_news(gates: EndpointGates) -> None:
    """A worker that saw the gate before it closed neither opens it nor closes it for longer."""
    before = _gate(gates)
    closed = gates.failed(ENDPOINT, before, NOW, 0)
    gates.failed(ENDPOINT, before, NOW + 5, 0)
    assert _gate(gates).closed_until == closed.closed_until
    gates.succeeded(ENDPOINT, EndpointGate(failures=1))
    assert _gate(gates).closed_until == closed.closed_until


def test_gone_with_its_endpoint(table: Table, endpoints: Endpoints, gates: EndpointGates) -> None:
    """An endpoint that is removed leaves nothing behind."""
    endpoints.add(ENDPOINT)
    gates.failed(ENDPOINT, _gate(gates), NOW, 0)
    endpoints.remove("acme", ID)
    assert table.query("pk = :pk", {"pk": keys.tenant("acme")}).items == []
