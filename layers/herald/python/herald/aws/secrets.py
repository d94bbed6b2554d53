"""
Credentials: one Secrets Manager secret per provider account, a JSON object of names and values.

Cached for a few minutes, so a rotation reaches every worker; whoever is refused with a cached secret reads
it again at once (`fresh`), so a rotation loses nothing.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from herald.errors import ConfigurationError, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CACHE_SECONDS = 300.0

_FOR_A_PERSON = frozenset({"AccessDeniedException", "DecryptionFailure", "InvalidRequestException"})
"""What will not pass by itself: a missing permission or key, a secret marked for deletion."""


class Secrets:
    """Reads secrets through a cache. `clock` gives seconds on a scale of its own."""

    def __init__(self, client: Callable[[], "SecretsManagerClient"], prefix: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._cache: dict[str, tuple[float, str]] = {}

    def of_account(self, account: str, *, fresh: bool = False) -> Mapping[str, str]:
        """The account's credentials by name. Raises ConfigurationError when there are none."""
        text = self.read(f"{self._prefix}{account}", fresh=fresh)
        try:
            secrets = json.loads(text)
        except ValueError as error:
            raise ConfigurationError(f"the secret of account {account} is not JSON") from error
        if not isinstance(secrets, dict) or not all(isinstance(value, str) for value in secrets.values()):
            raise ConfigurationError(f"the secret of account {account} is not an object of texts")
        return secrets

    def read(self, name: str, *, fresh: bool = False) -> str:
        """
        A secret's text; the last one known while it cannot be read anew, so webhooks outlive the service's outage.

        Raises ConfigurationError when it does not exist, Unavailable when it cannot be read now and is not known,
        or is asked for `fresh`.
        """
        now = self._clock()
        cached = self._cache.get(name)
        if cached and not fresh and now - cached[0] < CACHE_SECONDS:
            return cached[1]
        try:
            text = self._fetch(name)
        except Unavailable:
            if cached is None or fresh:
                raise
            return cached[1]
        self._cache[name] = (now, text)
        return text

    def _fetch(self, name: str) -> str:
        try:
            text = self._client().get_secret_value(SecretId=name).get("SecretString")
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ResourceNotFoundException":
                raise ConfigurationError(f"there is no secret {name}") from error
            if code in _FOR_A_PERSON:
                raise ConfigurationError(f"the secret {name} may not be read") from error
            raise Unavailable("secrets cannot be read for now") from error
        except BotoCoreError as error:
            raise Unavailable("secrets cannot be read for now") from error
        if text is None:
            raise ConfigurationError(f"the secret {name} is not a text")
        return text
