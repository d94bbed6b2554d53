"""
One POST of an event to an endpoint, signed as Standard Webhooks wants it.

The same bytes and `webhook-id` at each attempt; `webhook-timestamp` and the signatures are of the attempt. While two
secrets are valid both sign.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from standardwebhooks import Webhook

from herald import retry_after
from herald.endpoint import Endpoint, secret_of
from herald.guarded import Answered, Guarded, Unanswered
from herald.schedule import MAX_RETRY_AFTER
from herald.web_address import AddressRefused

TIMEOUT = 15.0
"""Seconds that an endpoint has for all of it, from resolving its name to the end of its reply."""

_LATER = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""By these an endpoint asks to be left alone for a while."""


@dataclass(frozen=True, slots=True)
class Tried:
    """
    What came of a POST.

    `last` is the status, or our word where there is none: `timeout`, `unreachable`, `broken`, `address_refused`. `wait`
    is how long (ms) the endpoint is to be left alone, 0 for a while of our choice, None where nothing says so. `took`
    in milliseconds.
    """

    last: str
    wait: int | None = None
    took: int = 0

    @property
    def delivered(self) -> bool:
        """The endpoint has it."""
        return self.last.startswith("2")

    @property
    def gone(self) -> bool:
        """The endpoint wants nothing any more."""
        return self.last == str(HTTPStatus.GONE.value)


def webhook_id(event_id: str) -> str:
    """An event's id as the header carries it: it must not contain the full stops that separate what is signed."""
    return event_id.replace(".", "_")


def event_id(given: str) -> str:
    """Back from `webhook_id`; an event's id is taken too. Full stops stand in what it is about, before any colon."""
    about, colon, what = given.partition(":")
    return about.replace("_", ".") + colon + what


class Poster:
    """Posts events. `signing_key` is the deployment's; `now` in milliseconds."""

    def __init__(self, guarded: Guarded, signing_key: Callable[[], bytes], now: Callable[[], int]) -> None:
        self._guarded = guarded
        self._signing_key = signing_key
        self._now = now

    def post(self, endpoint: Endpoint, event_id: str, event: str) -> Tried:
        """Post an event (JSON in ASCII) once. Raises ConfigurationError or Unavailable without the signing secret."""
        start = self._now()
        headers = self._headers(endpoint, event_id, event, start)
        try:
            answer = self._guarded.post(endpoint.url, headers, event.encode("ascii"), TIMEOUT)
        except AddressRefused:
            return Tried("address_refused", took=self._now() - start)
        except Unanswered as error:
            return Tried(error.why, 0 if error.why == "timeout" else None, self._now() - start)
        return Tried(str(answer.status), _wait(answer, self._now()), self._now() - start)

    def _headers(self, endpoint: Endpoint, event_id: str, event: str, now: int) -> dict[str, str]:
        identifier, at = webhook_id(event_id), datetime.fromtimestamp(now // 1000, UTC)
        secrets = (secret_of(self._signing_key(), endpoint.id, number) for number, _ in endpoint.valid_epochs(now))
        return {
            "content-type": "application/json",
            "webhook-id": identifier,
            "webhook-timestamp": str(now // 1000),
            "webhook-signature": " ".join(Webhook(secret).sign(identifier, at, event) for secret in secrets),
        }


def _wait(answer: Answered, now: int) -> int | None:
    if answer.status not in _LATER:
        return None
    return round((retry_after.seconds(answer.headers, MAX_RETRY_AFTER, now / 1000) or 0) * 1000)
