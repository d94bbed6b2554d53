"""
Calls to a provider with its token: fetched once for all workers, renewed early, renewed once on a refusal.

Three tiers: this worker's memory, the table item, the provider. Renewal starts before the end (`MARGIN`, with
jitter) and is done by the worker that gets the lease; the others keep using the old token while it lasts.
"""

from collections.abc import Callable

from herald.aws.secrets import Secrets
from herald.aws.tokens import StoredToken, Tokens
from herald.clock import Time
from herald.errors import CredentialsRefused, OutcomeUnknown, ProviderError, ProviderUnavailable
from herald.exchange import MAX_ANSWER, Exchange
from herald.models import Account
from herald.provider import Provider, Request, Response, Stamp, load
from herald.tenancy import is_test

MARGIN = 60_000
"""Milliseconds before the end from which a token is renewed; a quarter of its life where that is less."""

DEFAULT_LIFE = 300.0
"""Seconds that a token is trusted when the provider does not say."""

SKEW = 120_000
"""Milliseconds by which workers' clocks may differ without one of them using a token that is over."""

LEASE = 15_000
"""Milliseconds that one worker may take to fetch a token; longer than the exchange's timeout."""

PATIENCE = LEASE + 5_000
"""Milliseconds that others wait: one that died holds its lease to the end, and whoever takes it needs time too."""

LOOK_AGAIN = 0.05
"""Seconds between two looks at the table while another worker fetches."""


class Caller:
    """
    Speaks to provider accounts on behalf of a worker.

    `prepare` does everything that can be done before a message is claimed, so that nothing but the POST
    itself stands between the claim and the provider.
    """

    def __init__(self, exchange: Exchange, secrets: Secrets, tokens: Tokens, time: Time) -> None:
        self._exchange = exchange
        self._secrets = secrets
        self._tokens = tokens
        self._time = time
        self._memory: dict[str, StoredToken] = {}

    def adapter(self, account: Account, *, fresh: bool = False) -> Provider:
        """The account's adapter with its credentials. Raises ConfigurationError when they are missing."""
        _check_live(account)
        return load(account, self._secrets.of_account(account.name, fresh=fresh))

    def prepare(self, account: Account) -> tuple[Provider, str | None]:
        """
        Adapter and a token that is good for now; None where the provider needs none.

        Raises NotSent when no token is to be had.
        """
        adapter = self.adapter(account)
        try:
            return adapter, self._token(account, adapter)
        except CredentialsRefused:
            adapter = self.adapter(account, fresh=True)
            return adapter, self._token(account, adapter)

    def renew(self, account: Account, refused: str | None) -> tuple[Provider, str | None]:
        """After a refusal: secrets read again, and another token than `refused`."""
        adapter = self.adapter(account, fresh=True)
        return adapter, self._token(account, adapter, refused=refused)

    def call[T](
        self,
        account: Account,
        build: Callable[[Provider, str | None], Request],
        parse: Callable[[Provider, Response], T],
        *,
        max_bytes: int = MAX_ANSWER,
    ) -> T:
        """
        One call that may be repeated: a lookup, an upload, a download. Credentials are renewed once.

        Raises a ProviderError.
        """
        adapter, token = self.prepare(account)
        try:
            return parse(adapter, self.send(adapter, build(adapter, token), max_bytes=max_bytes))
        except CredentialsRefused:
            adapter, token = self.renew(account, token)
            return parse(adapter, self.send(adapter, build(adapter, token), max_bytes=max_bytes))

    def send(self, adapter: Provider, request: Request, *, max_bytes: int = MAX_ANSWER) -> Response:
        """One attempt at a request, signed for it where the provider wants that. Raises a ProviderError."""
        _check_live(adapter.account)
        stamp = Stamp(self._time.now(), self._time.nonce())
        return self._exchange.send(adapter.sign(request, stamp), max_bytes=max_bytes)

    def _token(self, account: Account, adapter: Provider, *, refused: str | None = None) -> str | None:
        if adapter.token_request() is None:
            return None
        now = self._time.now()
        held = self._memory.get(account.name)
        if held and held.value != refused and self._fresh(held, now):
            return held.value
        held = self._shared(account, adapter, refused)
        self._memory[account.name] = held
        return held.value

    def _fresh(self, token: StoredToken, now: int) -> bool:
        """Good for now, and not yet due for renewal; jitter keeps workers from renewing all at once."""
        return now < token.expires - min(MARGIN, token.life / 4) * (1 + self._time.random()) / 2

    def _shared(self, account: Account, adapter: Provider, refused: str | None) -> StoredToken:
        """The table's token, renewed by us if nobody else does."""
        deadline = self._time.now() + PATIENCE
        while True:
            now = self._time.now()
            stored = self._tokens.read(account.name)
            usable = stored.value != refused and now < stored.expires
            if usable and self._fresh(stored, now):
                return stored
            if self._tokens.take_lease(account.name, stored, now, now + LEASE):
                return self._fetch(account, adapter, stored, now + LEASE)
            if usable:
                return stored
            if now > deadline:
                raise ProviderUnavailable("no token could be had in time")
            self._time.sleep(LOOK_AGAIN)

    def _fetch(self, account: Account, adapter: Provider, seen: StoredToken, lease: int) -> StoredToken:
        """Ask the provider."""
        request = adapter.token_request()
        assert request is not None  # noqa: S101 - `_token` asked
        try:
            token = adapter.parse_token(self._exchange.send(request))
        except OutcomeUnknown as error:
            self._tokens.drop_lease(account.name, seen, lease)
            raise ProviderUnavailable("the provider's token service did not answer", reason=error.reason) from error
        except ProviderError:
            self._tokens.drop_lease(account.name, seen, lease)
            raise
        life = _life(DEFAULT_LIFE if token.expires_in is None else max(token.expires_in, 0))
        return self._tokens.save(account.name, StoredToken(token.value, self._time.now() + life, seen.version, life))


def _check_live(account: Account) -> None:
    """The last wall: whatever went wrong before, no test message is sent and no secret is read for one."""
    if is_test(account.name):
        raise AssertionError("a test message reaches no provider")


def _life(promised: float) -> int:
    """Milliseconds that a token is used, of the seconds it was promised: less SKEW or a tenth, but half at least."""
    whole = promised * 1000
    return int(max(whole - max(SKEW, whole / 10), whole / 2))
