"""
Posting webhooks until they are acknowledged exactly.

The documents: "Otherwise the websms| backend will continue to retry delivery unless the proper response is received."
Proper means HTTP 200 (not 201 or 204), a JSON object, and the integer 2000 as `statusCode`; which parts the real
backend
checks is unknown, so all are, and the content type too when strict. The schedule is unknown: the settings have one.
"""

import asyncio
import json

import httpx

from local.simulators.websms.identifiers import timestamp
from local.simulators.websms.records import Attempt, Webhook
from local.simulators.websms.state import State

_ATTEMPTS_KEPT = 50
_ANSWER_KEPT = 4096


def is_acknowledgement(status: int, content_type: str, body: bytes, *, strict: bool) -> bool:
    """Whether an answer ends the retries; `"2000"`, 2000.0 and true do not."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return False
    code = document.get("statusCode") if isinstance(document, dict) else None
    return status == httpx.codes.OK and type(code) is int and code == 2000 and (not strict or "json" in content_type)  # noqa: PLR2004


class Postman:
    """Delivers webhooks; the first attempt is awaited by the caller, retries run in the background."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._client: httpx.AsyncClient | None = None
        self._turn = asyncio.Semaphore(state.settings.webhook_concurrency)

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()

    async def deliver(self, webhook: Webhook) -> None:
        """Record it and try once; unless that is acknowledged, go on trying."""
        self.state.webhooks.append(webhook)
        if webhook.state == "pending" and not webhook.url:
            webhook.state = "nowhere"
        if webhook.state == "pending":
            await self._attempt(webhook)
        if webhook.state == "pending":
            self.state.spawn(self._retry(webhook))
        self.state.changed()

    async def _retry(self, webhook: Webhook) -> None:
        wait = self.state.settings.retry_seconds
        while webhook.state == "pending":
            await asyncio.sleep(wait)
            settings = self.state.settings
            wait = min(wait * settings.retry_factor, settings.retry_cap_seconds)
            await self._attempt(webhook)

    async def _attempt(self, webhook: Webhook) -> None:
        attempt = Attempt(at=timestamp())
        async with self._turn:
            try:
                await self._post(webhook, attempt)
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                attempt.error = f"{type(error).__name__}: {error}"
        webhook.attempt_count += 1
        webhook.attempts = [*webhook.attempts, attempt][-_ATTEMPTS_KEPT:]
        if attempt.acknowledged:
            webhook.state = "acknowledged"
        elif not webhook.retry or webhook.attempt_count >= self.state.settings.retry_attempts:
            webhook.state = "abandoned"
        self.state.changed()

    async def _post(self, webhook: Webhook, attempt: Attempt) -> None:
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None))
        settings = self.state.settings
        answer = await self._client.post(
            webhook.url,
            content=webhook.body.encode("utf-8", "surrogatepass"),
            headers={"Content-Type": webhook.content_type, "User-Agent": "websms-simulator"},
            timeout=settings.webhook_timeout,
        )
        attempt.http_status = answer.status_code
        attempt.content_type = answer.headers.get("content-type", "")
        attempt.body = answer.text[:_ANSWER_KEPT]
        attempt.acknowledged = is_acknowledgement(
            answer.status_code, attempt.content_type, answer.content, strict=settings.strict
        )
