"""
The API under `/_control/`, for tests and tours. No provider has it.

    GET   messages            what arrived to be sent; filter by recipient, reference, provider_id, operation or family
    GET   handsets            how often each recipient got a message, and how many calls asked for that
    GET   calls               all other requests (tokens, lists, uploads); filters as above
    GET   webhooks            what was sent, with every attempt; filter by recipient, reference, provider_id, kind, word
    GET   wait                long poll: messages, accepted, calls, webhooks, acknowledged = N; idle=1; filters; timeout
    POST  inbound             a handset writes; the order is the simulator's own
    POST  webhooks            any webhook, sound or not (`RawWebhook`, or what the simulator derives from it)
    PUT   webhook-urls        set the URLs named; GET shows them
    POST  faults              set a fault (`faults.py`); GET lists, DELETE faults or faults/{id} removes
    POST  expire-tokens       every token dies now
    GET   token-calls         calls of the token endpoint by client
    PATCH settings            change settings while running; GET shows them
    POST  reset               forget; `{"everything": true}` forgets tokens, URLs and what is uploaded too

A wrong request is 422 with pydantic's words, an unfulfilled wait 408. A simulator can add routes of its own.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from local.simulators.kit.bodies import json_answer, parse_json
from local.simulators.kit.faults import belongs
from local.simulators.kit.provider import Provider
from local.simulators.kit.recipients import plain
from local.simulators.kit.records import Arrival, Webhook

_WEBHOOK_FILTERS = ("kind", "word", "provider_id", "reference")
_WAIT_DEFAULT_SECONDS = 10.0


class ResetOrder(BaseModel):
    everything: bool = False


def _matches(arrival: Arrival, query: QueryParams) -> bool:
    results = arrival.results
    found: dict[str, set[str | None]] = {
        "reference": {*arrival.references, *(one.reference for one in results)},
        "provider_id": {arrival.provider_id, *(one.provider_id for one in results)},
        "recipient": {*map(plain, arrival.recipients)},
    }
    named = "operation" not in query or belongs(arrival.operation, query["operation"])
    return named and all(_wanted(name, query) in found[name] for name in found if query.get(name))


def _wanted(name: str, query: QueryParams) -> str:
    return plain(query[name]) if name == "recipient" else query[name]


def _shown_arrival(arrival: Arrival) -> dict[str, Any]:
    return {**vars(arrival), "results": [vars(result) for result in arrival.results]}


def _shown_webhook(webhook: Webhook) -> dict[str, Any]:
    """`document` is the body parsed, or null where it is no JSON object."""
    document = parse_json(webhook.body.encode("utf-8", "surrogatepass"))
    return {**asdict(webhook), "document": document if isinstance(document, dict) else None}


def _texts(value: Any) -> Iterator[str]:
    """All texts in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)


class Control:
    """The handlers; `reroute` rebuilds the API's routes after its paths changed."""

    def __init__(self, provider: Provider[Any, Any], reroute: Callable[[], None]) -> None:
        self.provider = provider
        self.state = provider.state
        self.reroute = reroute

    def arrivals(self, request: Request) -> list[Arrival]:
        return [arrival for arrival in self.state.arrivals if _matches(arrival, request.query_params)]

    def calls(self, request: Request) -> list[Arrival]:
        return [arrival for arrival in self.state.calls if _matches(arrival, request.query_params)]

    def webhooks(self, request: Request) -> list[Webhook]:
        query = request.query_params
        recipient = plain(query.get("recipient", ""))
        return [
            webhook
            for webhook in self.state.webhooks
            if all(getattr(webhook, name) == query[name] for name in _WEBHOOK_FILTERS if name in query)
            and (not recipient or recipient == plain(webhook.recipient))
        ]

    def counts(self, request: Request) -> dict[str, int]:
        arrivals, webhooks = self.arrivals(request), self.webhooks(request)
        recipient = plain(request.query_params.get("recipient", ""))
        return {
            "messages": len(arrivals),
            "accepted": sum(arrival.took(recipient) for arrival in arrivals),
            "calls": len(self.calls(request)),
            "webhooks": len(webhooks),
            "acknowledged": sum(webhook.state == "acknowledged" for webhook in webhooks),
        }

    async def get_messages(self, request: Request) -> Response:
        """`sent` counts the accepted ones by our reference: 1 is "sent once"."""
        arrivals = self.arrivals(request)
        recipient = plain(request.query_params.get("recipient", ""))
        sent = Counter(reference for arrival in arrivals for reference in arrival.taken_references(recipient))
        shown = [_shown_arrival(arrival) for arrival in arrivals]
        return json_answer({"count": len(shown), "sent": sent, "messages": shown})

    async def get_handsets(self, request: Request) -> Response:
        """Every accepted message by its recipient, written plainly; filters as for messages."""
        arrivals = self.arrivals(request)
        got = Counter(one for arrival in arrivals for one in map(plain, arrival.recipients) if arrival.took(one))
        return json_answer({"calls": len(arrivals), "handsets": got})

    async def get_calls(self, request: Request) -> Response:
        shown = [_shown_arrival(call) for call in self.calls(request)]
        return json_answer({"count": len(shown), "calls": shown})

    async def get_webhooks(self, request: Request) -> Response:
        shown = [_shown_webhook(webhook) for webhook in self.webhooks(request)]
        return json_answer({"count": len(shown), "webhooks": shown})

    async def wait(self, request: Request) -> Response:
        """200 once every named count is reached (and nothing is under way, if `idle`), 408 when time is up."""
        query = request.query_params
        wanted = {name: int(query[name]) for name in self.counts(request) if name in query}
        idle = query.get("idle", "") in {"1", "true"}

        def fulfilled() -> bool:
            counts = self.counts(request)
            return all(counts[name] >= least for name, least in wanted.items()) and (not idle or self.state.idle)

        done = await self.state.wait_until(fulfilled, float(query.get("timeout", _WAIT_DEFAULT_SECONDS)))
        return json_answer({**self.counts(request), "idle": self.state.idle}, 200 if done else 408)

    async def post_inbound(self, request: Request) -> Response:
        self.state.base_url = str(request.base_url)
        order = self.provider.inbound_type.model_validate_json(await request.body())
        return json_answer(await self.provider.inbound(order), 201)

    async def post_webhook(self, request: Request) -> Response:
        """Post it once and answer what came back; with `retry` it goes on in the background."""
        order = self.provider.raw_type.model_validate_json(await request.body())
        ids = {"provider_id": order.provider_id, "reference": order.reference}
        webhook = self.provider.postman.record(self.provider.raw_notice(order), **ids)
        await self.provider.postman.deliver(webhook)
        last = vars(webhook.attempts[-1]) if webhook.attempts else {"http_status": 0, "body": "", "error": ""}
        answered = {name: last[name] for name in ("http_status", "body", "error")}
        return json_answer({"number": webhook.number, "state": webhook.state, **answered}, 201)

    async def get_urls(self, _: Request) -> Response:
        return json_answer(self.state.urls.model_dump())

    async def put_urls(self, request: Request) -> Response:
        given = type(self.state.urls).model_validate_json(await request.body())
        if self.state.settings.webhook_probe:
            await self._probe(url for url in _texts(given.model_dump(exclude_unset=True)) if url)
        self.state.urls = self.state.urls.merged(given)
        return await self.get_urls(request)

    async def _probe(self, urls: Iterable[str]) -> None:
        for url in urls:
            status = await self.provider.postman.probe(url)
            if status != httpx.codes.OK:
                raise ValueError(f"HEAD {url} was answered {status}")

    async def get_faults(self, _: Request) -> Response:
        return json_answer([fault.model_dump() for fault in self.state.faults.active])

    async def post_fault(self, request: Request) -> Response:
        fault = self.state.faults.add(self.provider.fault_type.model_validate_json(await request.body()))
        return json_answer(fault.model_dump(), 201)

    async def delete_faults(self, request: Request) -> Response:
        self.state.faults.remove(request.path_params.get("fault_id"))
        return Response(status_code=204)

    async def expire_tokens(self, _: Request) -> Response:
        return json_answer({"expired": self.state.tokens.expire_all()})

    async def get_token_calls(self, _: Request) -> Response:
        calls = self.state.token_calls
        return json_answer({"total": sum(calls.values()), "by_client": calls})

    async def get_settings(self, _: Request) -> Response:
        return json_answer(self.state.settings.model_dump())

    async def patch_settings(self, request: Request) -> Response:
        given = parse_json(await request.body())
        merged = self.state.settings.model_dump() | (given if isinstance(given, dict) else {})
        self.state.settings = type(self.state.settings).model_validate(merged)
        self.reroute()
        return await self.get_settings(request)

    async def reset(self, request: Request) -> Response:
        order = ResetOrder.model_validate_json(await request.body() or b"{}")
        self.state.reset(everything=order.everything)
        self.reroute()
        return Response(status_code=204)


def _checked(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ValidationError as error:
            return Response(error.json(), 422, {"Content-Type": "application/json"})
        except ValueError as error:
            return json_answer({"error": str(error)}, 422)

    return answer


def control_routes(provider: Provider[Any, Any], reroute: Callable[[], None]) -> list[BaseRoute]:
    """The routes of this API, the simulator's own first."""
    control = Control(provider, reroute)
    table: list[tuple[str, str, Any]] = [
        *provider.control_routes(),
        ("GET", "messages", control.get_messages),
        ("GET", "handsets", control.get_handsets),
        ("GET", "calls", control.get_calls),
        ("GET", "webhooks", control.get_webhooks),
        ("POST", "webhooks", control.post_webhook),
        ("GET", "wait", control.wait),
        ("POST", "inbound", control.post_inbound),
        ("GET", "webhook-urls", control.get_urls),
        ("PUT", "webhook-urls", control.put_urls),
        ("GET", "faults", control.get_faults),
        ("POST", "faults", control.post_fault),
        ("DELETE", "faults", control.delete_faults),
        ("DELETE", "faults/{fault_id:int}", control.delete_faults),
        ("POST", "expire-tokens", control.expire_tokens),
        ("GET", "token-calls", control.get_token_calls),
        ("GET", "settings", control.get_settings),
        ("PATCH", "settings", control.patch_settings),
        ("POST", "reset", control.reset),
    ]
    return [Route(f"/_control/{path}", _checked(handler), methods=[method]) for method, path, handler in table]
