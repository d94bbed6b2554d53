"""
Tokens: fetched once for all workers, renewed early, compared and set on a refusal.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from herald.aws.secrets import Secrets
from herald.aws.tokens import StoredToken, Tokens
from herald.calling import LEASE, SKEW, Caller
from herald.clock import Time
from herald.errors import ConfigurationError, CredentialsRefused, OutcomeUnknown, ProviderError, ProviderUnavailable
from herald.exchange import Exchange
from herald.models import Account
from herald.provider import Request, Response
from tests.carrier import Carrier
from tests.faults import Died
from tests.moto_table import Clock

type Figure = Callable[[str, str, object], None]

ACME = Account("acme-websms", "websms", ("acme",))
PLAIN = Account("acme-sms", "websms_sms", ("acme",))


class Table:
    """
    The table's three calls that tokens need, for many threads at once: as DynamoDB does, one write after the other.

    (moto loses writes of several threads; the conditions themselves are proved in tests/aws/test_tokens.py.)
    """

    def __init__(self) -> None:
        self.token = StoredToken("", 0, 0, 0)
        self.lease = 0
        self.fetching = 0
        self.lock = threading.Lock()

    def read(self, _account: str) -> StoredToken:
        with self.lock:
            return self.token

    def take_lease(self, _account: str, seen: StoredToken, now: int, until: int) -> bool:
        with self.lock:
            if self.token.version != seen.version or self.lease >= now:
                return False
            self.lease = until
            self.fetching += 1
            return True

    def save(self, _account: str, token: StoredToken) -> StoredToken:
        with self.lock:
            if self.token.version == token.version:
                self.token = StoredToken(token.value, token.expires, token.version + 1, token.life)
                self.lease = 0
            self.fetching -= 1
            return self.token

    def drop_lease(self, _account: str, seen: StoredToken, until: int) -> None:
        with self.lock:
            if self.token.version == seen.version and self.lease == until:
                self.lease = 0
            self.fetching -= 1


@dataclass
class Vault:
    """Secrets that can be changed; `reads` counts those past the cache."""

    values: dict[str, str] = field(default_factory=lambda: {"client_id": "id", "client_secret": "secret"})
    reads: int = 0

    def of_account(self, _account: str, *, fresh: bool = False) -> dict[str, str]:
        self.reads += fresh
        return dict(self.values)


@dataclass
class Workers:
    """Any number of workers over one table, each with a memory of its own; the clock moves when one sleeps."""

    clock: Clock = field(default_factory=Clock)
    table: Any = field(default_factory=Table)
    vault: Vault = field(default_factory=Vault)
    carrier: Carrier = field(default_factory=Carrier)
    provider: Callable[[httpx.Request], httpx.Response] | None = None
    skew: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self, skew: int = 0) -> Caller:
        exchange = Exchange(transport=httpx.MockTransport(self._provide))
        secrets: Any = self.vault
        return Caller(exchange, secrets, self.table, Time(lambda: self.clock.now + skew, self._sleep, lambda: 0.5))

    def _provide(self, request: httpx.Request) -> httpx.Response:
        return (self.provider or self.carrier)(request)

    def _sleep(self, seconds: float) -> None:
        """Fifty sleep at the same time; what a living worker fetches is there at once, however the threads run."""
        with self._lock:
            self.clock.now += 0 if self.table.fetching else round(seconds * 20)


@pytest.fixture
def workers() -> Workers:
    return Workers()


def token(caller: Caller) -> str | None:
    return caller.prepare(ACME)[1]


def storm(callers: list[Caller]) -> list[object]:
    """All at the same time; what each came to."""
    start, found = threading.Barrier(len(callers)), list[object]()

    def run(caller: Caller) -> None:
        start.wait()
        try:
            found.append(token(caller))
        except (Died, ProviderError) as died:
            found.append(type(died))

    threads = [threading.Thread(target=run, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.goal("G17")
@pytest.mark.feature("W1")
def test_two_hundred_workers(workers: Workers, figure: Figure) -> None:
    """Two hundred workers without a token, and again at its end, make one call each time."""
    callers = [workers.new() for _ in range(200)]
    assert storm(callers) == ["token-1"] * 200
    assert workers.carrier.tokens == 1
    workers.clock.now += 3_600_000
    assert storm(callers) == ["token-2"] * 200
    figure("G17", "token calls of 200 workers at one expiry", workers.carrier.tokens - 1)
    assert workers.carrier.tokens == 2


@pytest.mark.goal("G17")
@pytest.mark.feature("W1")
def test_the_refresher_is_killed(workers: Workers, figure: Figure) -> None:
    """When the worker that refreshes is killed, another one does, so two calls are made; the others get its token."""
    killed = threading.Lock()

    def kill_one(request: httpx.Request) -> httpx.Response:
        answer = workers.carrier(request)
        if killed.acquire(blocking=False):
            workers.table.fetching -= 1
            raise Died
        return answer

    workers.provider = kill_one
    found = storm([workers.new() for _ in range(200)])
    figure("G17", "token calls of 200 workers when the one that refreshes is killed", workers.carrier.tokens)
    assert workers.carrier.tokens == 2
    assert sorted(map(str, found)) == sorted([str(Died)] + ["token-2"] * 199)


def test_waiting_for_a_dead_refresher(workers: Workers) -> None:
    """Whoever waits for a refresher that has died outlives its lease, and then asks for a token."""
    workers.table.lease = workers.clock.now + LEASE
    assert token(workers.new()) == "token-1"


@pytest.mark.feature("W1")
def test_renewed_early(workers: Workers) -> None:
    """A token is renewed before its end by one worker; the others go on with the old one while it lasts."""
    first, second = workers.new(), workers.new()
    assert token(first) == token(second) == "token-1"
    expires = workers.table.token.expires
    workers.clock.now = expires - 30_000
    workers.table.lease = workers.clock.now + LEASE
    assert token(second) == "token-1"
    workers.table.lease = 0
    assert token(first) == token(second) == "token-2"
    assert workers.carrier.tokens == 2


@pytest.mark.goal("G17")
@pytest.mark.parametrize("skew", [-SKEW, 0, SKEW])
@pytest.mark.parametrize("life", [300, 3600])
def test_clocks_differ(workers: Workers, figure: Figure, life: int, skew: int) -> None:
    """A worker whose clock is two minutes off never uses a token that is over."""
    workers.carrier.life = life
    ends: dict[str | None, int] = {}
    begun, over = workers.clock.now, 0
    right, wrong = workers.new(), workers.new(skew)
    for caller in (right, wrong) * (life // 5):
        used = token(caller)
        over += workers.clock.now >= ends.setdefault(used, workers.clock.now + life * 1000)
        workers.clock.now += 5_000
    figure("G17", "uses of a token that is over, by workers whose clocks are up to 120 seconds off", over)
    assert over == 0
    assert workers.carrier.tokens == len(ends) <= 1 + (workers.clock.now - begun) // (life * 500)


@pytest.mark.parametrize(("life", "usable"), [(None, 180_000), (0, 0), (60, 30_000), (3600, 3_240_000)])
def test_life(workers: Workers, life: int | None, usable: int) -> None:
    """Without a word on its life a token is trusted for minutes; one that is over at once is used for this call."""
    workers.carrier.life = life
    assert token(workers.new()) == "token-1"
    assert workers.table.token.expires == workers.clock.now + usable


def test_refused_by_all(workers: Workers) -> None:
    """A token that is refused to fifty workers at once is renewed once."""
    callers = [workers.new() for _ in range(50)]
    assert set(storm(callers)) == {"token-1"}
    found = list[object]()
    threads = [threading.Thread(target=lambda c=c: found.append(c.renew(ACME, "token-1")[1])) for c in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["token-2"] * 50
    assert workers.carrier.tokens == 2


def test_a_refused_token_that_was_renewed_already(workers: Workers) -> None:
    """Whoever is refused with an old token takes the one that is there."""
    late, other = workers.new(), workers.new()
    assert token(late) == "token-1"
    assert other.renew(ACME, "token-1")[1] == "token-2"
    assert late.renew(ACME, "token-1")[1] == "token-2"
    assert workers.carrier.tokens == 2


def test_the_token_service_is_down(workers: Workers) -> None:
    """No token is "not sent", whatever went wrong, and the next worker need not wait for the lease."""

    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("x", request=request)

    workers.provider = down
    with pytest.raises(ProviderUnavailable):
        token(workers.new())
    workers.provider = None
    assert token(workers.new()) == "token-1"


def test_nobody_gets_a_token(workers: Workers) -> None:
    """A worker that waits for another's token gives up when that takes too long."""
    workers.table.lease = workers.clock.now + 10 * LEASE
    with pytest.raises(ProviderUnavailable):
        token(workers.new())


def test_rotated_credentials(workers: Workers) -> None:
    """Credentials that are refused are read again, past the cache, before giving up."""

    def picky(request: httpx.Request) -> httpx.Response:
        good = request.headers["authorization"] == httpx.BasicAuth("id", "rotated")._auth_header  # noqa: SLF001
        return workers.carrier(request) if good else httpx.Response(401, json={"error": "invalid_client"})

    workers.provider = picky
    with pytest.raises(CredentialsRefused):
        token(workers.new())
    assert workers.vault.reads == 1
    workers.vault.values["client_secret"] = "rotated"
    assert token(workers.new()) == "token-1"


def test_no_token_needed(workers: Workers) -> None:
    """Where credentials are sent themselves, no token is asked for."""
    workers.vault.values = {"access_token": "a"}
    assert workers.new().prepare(PLAIN)[1] is None
    assert workers.carrier.tokens == 0


def test_calls_that_may_be_repeated(workers: Workers) -> None:
    """A lookup or an upload renews its credentials once; a second refusal is told."""
    refusals = [httpx.Response(401)]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return workers.carrier(request)
        return refusals.pop() if refusals else httpx.Response(200, content=request.headers["authorization"].encode())

    def build(_adapter: object, held: str | None) -> Request:
        return Request("GET", "https://api.example/x", {"authorization": f"{held}"})

    def parse(_adapter: object, response: Response) -> bytes:
        if response.status == 401:
            raise CredentialsRefused("no")
        return response.body

    workers.provider = answer
    assert workers.new().call(ACME, build, parse) == b"token-2"
    refusals += [httpx.Response(401)] * 2
    with pytest.raises(CredentialsRefused):
        workers.new().call(ACME, build, parse)
    assert workers.carrier.tokens == 3


def test_an_unknown_provider(workers: Workers) -> None:
    """An account of a provider that Herald does not know is a mistake for a person to mend."""
    with pytest.raises(ConfigurationError):
        workers.new().prepare(Account("x", "nobody", ("acme",)))


def test_the_fake_is_faithful() -> None:
    """The table of these tests has the methods of the real one."""
    assert {name for name in vars(Table) if not name.startswith("_")} == {
        name for name in vars(Tokens) if not name.startswith("_")
    }
    assert "of_account" in vars(Secrets)
    assert issubclass(OutcomeUnknown, ProviderError)
