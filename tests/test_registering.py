"""
Endpoints as their owners set them up: changes at the same time, secrets, and what may be registered.
"""

from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws
from pydantic import ValidationError

from herald.aws.endpoint_gates import EndpointGates
from herald.aws.endpoints import Endpoints
from herald.aws.table import Table
from herald.endpoint import Disabled, Endpoint, secret_of
from herald.errors import Conflict, NotFound
from herald.event import EVENT_TYPES
from herald.guarded import Guarded
from herald.registering import GROUPS, TRIES, EndpointChange, NewEndpoint, Registering
from herald.web_address import AddressRefused
from tests.moto_table import Clock, make_table

URL = "https://hooks.example.com/herald"
KEY = b"k" * 64
DAY = 86_400_000

pytestmark = pytest.mark.feature("F24")


class Setup:
    """A table with one endpoint of acme."""

    def __init__(self, table: Table) -> None:
        self.clock = Clock()
        self.endpoints = Endpoints(table, self.clock)
        self.gates = EndpointGates(table)
        self.owner = self.registering(self.clock)
        self.id = self.owner.add("acme", NewEndpoint(url=URL)).id

    def registering(self, now: Callable[[], int]) -> Registering:
        return Registering(self.endpoints, self.gates, Guarded(lambda: 0.0).check, lambda: KEY, now)

    def held(self) -> Endpoint:
        return self.endpoints.read("acme", self.id).value

    def interrupted(self, rival: Callable[[], object], times: int = 1) -> Registering:
        """An owner before each of whose first writes somebody else is faster."""
        left = iter(range(times))

        def now() -> int:
            if next(left, None) is not None:
                rival()
            return self.clock()

        return self.registering(now)


@pytest.fixture
def setup() -> Iterator[Setup]:
    with mock_aws():
        yield Setup(make_table())


def test_changes_of_different_parts_both_hold(setup: Setup) -> None:
    """Whoever is too late makes the change again, to what the other one has left."""
    owner = setup.interrupted(lambda: setup.owner.change("acme", setup.id, EndpointChange(description="shop")))
    owner.change("acme", setup.id, EndpointChange(events=("message.*",)))
    assert (setup.held().description, setup.held().events) == ("shop", ("message.*",))


def test_rotations_at_the_same_time(setup: Setup) -> None:
    """Both begin a secret of their own, and the one that both replaced ends when it was told to."""
    owner = setup.interrupted(lambda: setup.owner.rotate("acme", setup.id, 3600))
    owner.rotate("acme", setup.id, 60)
    assert setup.held().epochs == ((3, None), (2, setup.clock() + 60_000), (1, setup.clock() + 3_600_000))


def test_others_who_are_always_faster(setup: Setup) -> None:
    """After some tries the writer is told, and nothing of the change is written."""
    words = iter("abcdefghijklmnop")

    def rival() -> None:
        setup.owner.change("acme", setup.id, EndpointChange(description=next(words)))

    with pytest.raises(Conflict, match="at the same time"):
        setup.interrupted(rival, TRIES).change("acme", setup.id, EndpointChange(url=f"{URL}/2"))
    assert setup.held().url == URL


def test_removed_meanwhile(setup: Setup) -> None:
    """A change does not bring an endpoint back that was removed while it was made."""
    owner = setup.interrupted(lambda: setup.owner.remove("acme", setup.id))
    with pytest.raises(NotFound):
        owner.change("acme", setup.id, EndpointChange(description="shop"))
    assert setup.endpoints.all("acme") == ()


def test_a_change_of_nothing_writes_nothing(setup: Setup) -> None:
    """An endpoint that is as it is to be keeps its version."""
    before = setup.endpoints.read("acme", setup.id).version
    setup.owner.change("acme", setup.id, EndpointChange())
    setup.owner.change("acme", setup.id, EndpointChange(url=URL, events=(), description="", disabled=False))
    assert setup.endpoints.read("acme", setup.id).version == before


def test_disabling_and_enabling(setup: Setup) -> None:
    """An owner disables and enables; who is disabled already keeps the reason, who is enabled begins anew."""
    setup.owner.change("acme", setup.id, EndpointChange(disabled=True))
    assert (setup.held().disabled, setup.held().disabled_at) == (Disabled.OWNER, setup.clock())
    setup.gates.failed(setup.held(), setup.gates.of([setup.held()])[setup.id], setup.clock(), 1000)
    setup.owner.change("acme", setup.id, EndpointChange(disabled=False))
    assert (setup.held().disabled, setup.held().disabled_at) == (None, None)
    assert setup.gates.of([setup.held()])[setup.id].since == 0
    setup.endpoints.disable(setup.held(), Disabled.FAILING, setup.clock())
    setup.owner.change("acme", setup.id, EndpointChange(disabled=True, description="shop"))
    assert (setup.held().disabled, setup.held().description) == (Disabled.FAILING, "shop")


def test_secrets(setup: Setup) -> None:
    """The newest first, without an end; one that was replaced until its end and no longer."""
    first = secret_of(KEY, setup.id, 1)
    assert setup.owner.secrets(setup.held()) == [(first, None)]
    rotated = setup.owner.rotate("acme", setup.id, 86_400)
    until = setup.clock() + DAY
    assert setup.owner.secrets(rotated) == [(secret_of(KEY, setup.id, 2), None), (first, until)]
    setup.clock.now = until
    assert setup.owner.secrets(rotated) == [(secret_of(KEY, setup.id, 2), None)]
    at_once = setup.owner.rotate("acme", setup.id, 0)
    assert setup.owner.secrets(at_once) == [(secret_of(KEY, setup.id, 3), None)]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://localhost/",
        "https://127.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://hooks.internal/",
        "https://hooks/",
        "https://hooks.example.com/a b",
        "//hooks.example.com/",
        "hooks.example.com",
    ],
)
def test_addresses_that_are_refused(setup: Setup, url: str) -> None:
    """An address whose spelling tells that it will never be called is refused with its field, new or changed."""
    with pytest.raises(AddressRefused) as refused:
        setup.owner.add("acme", NewEndpoint(url=url))
    assert refused.value.field == "url"
    assert refused.value.hint
    with pytest.raises(AddressRefused):
        setup.owner.change("acme", setup.id, EndpointChange(url=url))
    assert setup.endpoints.all("acme") == (setup.held(),)
    assert setup.held().url == URL


@pytest.mark.parametrize("url", ["https://nobody.example.com:8443/a?b=c#d", "https://börse.example/"])
def test_addresses_that_need_not_exist_yet(setup: Setup, url: str) -> None:
    """Where a name leads is looked at when it is called; the address is kept as it was given."""
    added = setup.owner.add("acme", NewEndpoint(url=url))
    assert setup.endpoints.read("acme", added.id).value.url == url


def test_events() -> None:
    """Every type of event and every group of them can be wanted, and nothing else."""
    assert set(GROUPS) >= {"message.*", "media.*", "request.*"}
    assert NewEndpoint(url=URL, events=(*EVENT_TYPES, *GROUPS)).events == (*EVENT_TYPES, *GROUPS)
    for name in ("*", "message", "message.*.read", "message.lost", "MESSAGE.READ", ""):
        with pytest.raises(ValidationError):
            NewEndpoint(url=URL, events=(name,))
