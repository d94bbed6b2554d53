"""
Posting webhooks until they are acknowledged, or the provider gives up.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import httpx

from local.simulators.kit.records import Attempt, Notice, Webhook, now
from local.simulators.kit.state import State

_ATTEMPTS_KEPT = 50
_ANSWER_KEPT = 4096


class Policy:
    """How a provider posts webhooks; the default takes any 200 and repeats everything else. Derive it to differ."""

    def acknowledged(self, attempt: Attempt, content: bytes) -> bool:
        """Whether this answer ends the retries; `content` is its whole body."""
        del content
        return attempt.http_status == httpx.codes.OK

    def retried(self, attempt: Attempt) -> bool:
        """Whether an attempt that was not acknowledged is followed by another; status 0 is no answer at all."""
        del attempt
        return True

    def headers(self, webhook: Webhook, raw: bytes) -> Mapping[str, str]:
        """More headers for one attempt, such as a signature over the raw body."""
        del webhook, raw
        return {}


class Postman:
    """Delivers webhooks; the first attempt is awaited by the caller, retries run in the background."""

    def __init__(self, state: State[Any], policy: Policy, name: str) -> None:
        self.state = state
        self.policy = policy
        self.agent = f"{name}-simulator"
        self._http: httpx.AsyncClient | None = None
        self._turn = asyncio.Semaphore(state.settings.webhook_concurrency)

    async def close(self) -> None:
        if self._http:
            await self._http.aclose()

    def record(self, notice: Notice, **about: Any) -> Webhook:
        """A webhook with a number; `about` are further members of the record, such as `recipient` and `word`."""
        return Webhook(number=next(self.state.numbers), **asdict(notice), **about)

    def send(self, notice: Notice, recipient: str = "", copies: int = 1) -> list[int]:
        """Start delivering a notice so many times, without waiting; returns the webhooks' numbers."""
        webhooks = [self.record(notice, recipient=recipient) for _ in range(copies)]
        for webhook in webhooks:
            self.state.spawn(self.deliver(webhook))
        return [webhook.number for webhook in webhooks]

    async def deliver(self, webhook: Webhook) -> None:
        """Remember it and try once; unless that is acknowledged, go on trying."""
        self.state.webhooks.append(webhook)
        if webhook.state == "pending" and not webhook.url:
            webhook.state = "nowhere"
        if webhook.state == "pending":
            await self._attempt(webhook)
        if webhook.state == "pending":
            self.state.spawn(self._retry(webhook))
        self.state.changed()

    async def probe(self, url: str) -> int:
        """The HTTP status that HEAD is answered with; 0 where there is no answer."""
        try:
            return (await self._client().head(url, timeout=self.state.settings.webhook_timeout)).status_code
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return 0

    async def _retry(self, webhook: Webhook) -> None:
        wait = self.state.settings.retry_seconds
        while webhook.state == "pending":
            await asyncio.sleep(wait)
            settings = self.state.settings
            wait = min(wait * settings.retry_factor, settings.retry_cap_seconds)
            await self._attempt(webhook)

    async def _attempt(self, webhook: Webhook) -> None:
        attempt = Attempt(at=now())
        async with self._turn:
            started = time.monotonic()
            try:
                await self._post(webhook, attempt)
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                attempt.error = f"{type(error).__name__}: {error}"
            attempt.seconds = time.monotonic() - started
        webhook.attempt_count += 1
        webhook.attempts = [*webhook.attempts, attempt][-_ATTEMPTS_KEPT:]
        again = webhook.retry and webhook.attempt_count < self.state.settings.retry_attempts
        if attempt.acknowledged:
            webhook.state = "acknowledged"
        elif not again or not self.policy.retried(attempt):
            webhook.state = "abandoned"
        self.state.changed()

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None))
        return self._http

    async def _post(self, webhook: Webhook, attempt: Attempt) -> None:
        raw = webhook.body.encode("utf-8", "surrogatepass")
        webhook.headers = {**webhook.headers, **self.policy.headers(webhook, raw)}
        answer = await self._client().post(
            webhook.url,
            content=raw,
            headers={"Content-Type": webhook.content_type, "User-Agent": self.agent, **webhook.headers},
            timeout=self.state.settings.webhook_timeout,
        )
        attempt.http_status = answer.status_code
        attempt.content_type = answer.headers.get("content-type", "")
        attempt.body = answer.text[:_ANSWER_KEPT]
        attempt.acknowledged = self.policy.acknowledged(attempt, answer.content)
