"""
Credentials: one Secrets Manager secret per provider account, a JSON object of names and values.

Cached for a few minutes, so a rotation reaches every worker; whoever is refused with a cached secret reads
it again at once (`fresh`), so a rotation loses nothing. Whoever is to be believed by a secret may still have the one
of before: for an hour that counts, too (`others`).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from herald.errors import ConfigurationError, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CACHE_SECONDS = 300.0

LOOK_AGAIN = 10.0
"""Seconds for which what was read is fresh enough to call somebody a liar: not each forgery must cost a call."""

OVERLAP = 3600.0
"""Seconds for which credentials that were replaced still prove who speaks: nobody changes two places at once."""

_BEFORE = "AWSPREVIOUS"
"""What Secrets Manager calls the value that was replaced last."""

_FOR_A_PERSON = frozenset({"AccessDeniedException", "DecryptionFailure", "InvalidRequestException"})
"""What will not pass by itself: a missing permission or key, a secret marked for deletion."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A secret as it was read `at` this second: its version, and since when that is the one; None: there is none."""

    at: float
    text: str | None
    version: str = ""
    since: float = 0.0


class Secrets:
    """Reads secrets through a cache. `clock` gives seconds since 1970."""

    def __init__(self, client: Callable[[], "SecretsManagerClient"], prefix: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._cache: dict[str, _Held] = {}
        self._before: dict[str, _Held] = {}

    def of_account(self, account: str, *, fresh: bool = False) -> Mapping[str, str]:
        """The account's credentials by name. Raises ConfigurationError when there are none."""
        return _credentials(account, self.read(f"{self._prefix}{account}", fresh=fresh))

    def others(self, account: str) -> Iterator[Mapping[str, str]]:
        """
        Those that may be meant when the account's credentials as they are known prove nothing: newer ones, then those
        of before.

        Raises ConfigurationError, or Unavailable when nobody can tell what they are.
        """
        name, now = f"{self._prefix}{account}", self._clock()
        held = self._cache.get(name)
        if held is None or now - held.at >= LOOK_AGAIN:
            self.read(name, fresh=True)
            if held is None or held.text != self._cache[name].text:
                yield self.of_account(account)
        before = self._earlier(name, now)
        if before is not None and now - self._cache[name].since < OVERLAP:
            with suppress(ConfigurationError):
                yield _credentials(account, before)

    def _earlier(self, name: str, now: float) -> str | None:
        """The text that was replaced by the one there is, None for none; looked for anew when that has changed."""
        held = self._before.get(name)
        current = self._cache[name].version
        if held is None or held.version != current or now - held.at >= CACHE_SECONDS:
            try:
                text = self._fetch(name, VersionStage=_BEFORE).text
            except ConfigurationError:
                text = None
            held = self._before[name] = _Held(now, text, current)
        return held.text

    def read(self, name: str, *, fresh: bool = False) -> str:
        """
        A secret's text; the last one known while it cannot be read anew, so webhooks outlive the service's outage.

        Raises ConfigurationError when it does not exist, Unavailable when it cannot be read now and is not known,
        or is asked for `fresh`.
        """
        now = self._clock()
        held = self._cache.get(name)
        if held is None or fresh or now - held.at >= CACHE_SECONDS:
            try:
                held = self._cache[name] = self._fetch(name)
            except Unavailable:
                if held is None or fresh:
                    raise
        return f"{held.text}"

    def _fetch(self, name: str, **version: str) -> _Held:
        try:
            answer: Any = self._client().get_secret_value(SecretId=name, **version)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ResourceNotFoundException":
                raise ConfigurationError(f"there is no secret {name}") from error
            if code in _FOR_A_PERSON:
                raise ConfigurationError(f"the secret {name} may not be read") from error
            raise Unavailable("secrets cannot be read for now") from error
        except BotoCoreError as error:
            raise Unavailable("secrets cannot be read for now") from error
        if answer.get("SecretString") is None:
            raise ConfigurationError(f"the secret {name} is not a text")
        since = answer["CreatedDate"].timestamp() if "CreatedDate" in answer else 0.0
        return _Held(self._clock(), answer["SecretString"], answer.get("VersionId", ""), since)


def _credentials(account: str, text: str) -> Mapping[str, str]:
    try:
        secrets = json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"the secret of account {account} is not JSON") from error
    if not isinstance(secrets, dict) or not all(isinstance(value, str) for value in secrets.values()):
        raise ConfigurationError(f"the secret of account {account} is not an object of texts")
    return secrets
