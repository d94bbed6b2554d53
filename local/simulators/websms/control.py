"""
The API under `/_control/`, for tests and tours. Not part of websms.

    GET   messages            what arrived; filter by recipient, client_message_id, transfer_id, operation
    GET   webhooks            what was sent, with every attempt; filter as above, and by kind and word
    GET   wait                long poll: messages, accepted, webhooks, acknowledged = N; idle=1; filters; timeout
    POST  inbound             a handset writes (`inbound.py`)
    POST  webhooks            any webhook, sound or not (`inbound.py`)
    PUT   webhook-urls        set the URLs named; GET shows them
    POST  faults              set a fault (`faults.py`); GET lists, DELETE faults or faults/{id} removes
    POST  expire-tokens       every token dies now
    GET   token-calls         calls of the token endpoint by client
    GET   media               what is stored; DELETE media/{id} forgets a file
    PATCH settings            change settings while running; GET shows them
    POST  reset               forget; `{"everything": true}` forgets tokens, media and URLs too

A wrong request is 422 with pydantic's words, an unfulfilled wait 408.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from local.simulators.websms.answers import json_answer
from local.simulators.websms.calls import Service, parse_json
from local.simulators.websms.faults import Fault
from local.simulators.websms.inbound import InboundOrder, RawWebhook, send_inbound, send_raw
from local.simulators.websms.magic import digits
from local.simulators.websms.records import Arrival, Webhook
from local.simulators.websms.settings import Settings, WebhookUrls

_ARRIVAL_FILTERS = ("client_message_id", "transfer_id", "operation")
_WEBHOOK_FILTERS = ("kind", "word", "transfer_id", "client_message_id")
_WAIT_DEFAULT_SECONDS = 10.0


class ResetOrder(BaseModel):
    everything: bool = False


class Control:
    """The handlers; `reroute` rebuilds the API's routes after its paths changed."""

    def __init__(self, service: Service, reroute: Callable[[], None]) -> None:
        self.service = service
        self.state = service.state
        self.reroute = reroute

    def arrivals(self, request: Request) -> list[Arrival]:
        query = request.query_params
        wanted = digits(query.get("recipient", ""))
        return [
            arrival
            for arrival in self.state.arrivals
            if all(getattr(arrival, name) == query[name] for name in _ARRIVAL_FILTERS if name in query)
            and (not wanted or wanted in map(digits, arrival.recipients))
        ]

    def webhooks(self, request: Request) -> list[Webhook]:
        query = request.query_params
        wanted = digits(query.get("recipient", ""))
        return [
            webhook
            for webhook in self.state.webhooks
            if all(getattr(webhook, name) == query[name] for name in _WEBHOOK_FILTERS if name in query)
            and (not wanted or wanted == digits(webhook.recipient))
        ]

    def counts(self, request: Request) -> dict[str, int]:
        arrivals, webhooks = self.arrivals(request), self.webhooks(request)
        return {
            "messages": len(arrivals),
            "accepted": sum(arrival.accepted for arrival in arrivals),
            "webhooks": len(webhooks),
            "acknowledged": sum(webhook.state == "acknowledged" for webhook in webhooks),
        }

    async def get_messages(self, request: Request) -> Response:
        """`sent` counts the accepted ones by clientMessageId: 1 is "sent once"."""
        arrivals = self.arrivals(request)
        sent = Counter(one.client_message_id for one in arrivals if one.accepted and one.client_message_id is not None)
        return json_answer({"count": len(arrivals), "sent": sent, "messages": [vars(one) for one in arrivals]})

    async def get_webhooks(self, request: Request) -> Response:
        """`document` is the body parsed, or null where it is not JSON."""
        shown = []
        for webhook in self.webhooks(request):
            document = parse_json(webhook.body.encode("utf-8", "surrogatepass"))
            shown.append({**asdict(webhook), "document": document if isinstance(document, dict) else None})
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
        order = InboundOrder.model_validate_json(await request.body())
        return json_answer(await send_inbound(self.service, order), 201)

    async def post_webhook(self, request: Request) -> Response:
        order = RawWebhook.model_validate_json(await request.body())
        return json_answer(await send_raw(self.service, order), 201)

    async def get_urls(self, _: Request) -> Response:
        return json_answer(self.state.urls.model_dump())

    async def put_urls(self, request: Request) -> Response:
        given = WebhookUrls.model_validate_json(await request.body()).model_dump(exclude_unset=True)
        given["applications"] = {**self.state.urls.applications, **given.get("applications", {})}
        self.state.urls = self.state.urls.model_copy(update=given)
        return await self.get_urls(request)

    async def get_faults(self, _: Request) -> Response:
        return json_answer([fault.model_dump() for fault in self.state.faults.active])

    async def post_fault(self, request: Request) -> Response:
        fault = self.state.faults.add(Fault.model_validate_json(await request.body()))
        return json_answer(fault.model_dump(), 201)

    async def delete_faults(self, request: Request) -> Response:
        self.state.faults.remove(request.path_params.get("fault_id"))
        return Response(status_code=204)

    async def expire_tokens(self, _: Request) -> Response:
        return json_answer({"expired": self.state.tokens.expire_all()})

    async def get_token_calls(self, _: Request) -> Response:
        calls = self.state.token_calls
        return json_answer({"total": sum(calls.values()), "by_client": calls})

    async def get_media(self, _: Request) -> Response:
        shown = [
            {"media_id": file.media_id, "content_type": file.content_type, "size": len(file.content)}
            | {"sha256": file.sha256, "owner": file.owner}
            for file in self.state.media.all()
        ]
        return json_answer({"uploads": self.state.media.uploads, "media": shown})

    async def delete_media(self, request: Request) -> Response:
        return Response(status_code=204 if self.state.media.remove(request.path_params["media_id"]) else 404)

    async def get_settings(self, _: Request) -> Response:
        return json_answer(self.state.settings.model_dump())

    async def patch_settings(self, request: Request) -> Response:
        given = parse_json(await request.body())
        merged = self.state.settings.model_dump() | (given if isinstance(given, dict) else {})
        self.state.settings = Settings.model_validate(merged)
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


def control_routes(service: Service, reroute: Callable[[], None]) -> list[BaseRoute]:
    control = Control(service, reroute)
    table: list[tuple[str, str, Any]] = [
        ("GET", "messages", control.get_messages),
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
        ("GET", "media", control.get_media),
        ("DELETE", "media/{media_id}", control.delete_media),
        ("GET", "settings", control.get_settings),
        ("PATCH", "settings", control.patch_settings),
        ("POST", "reset", control.reset),
    ]
    return [Route(f"/_control/{path}", _checked(handler), methods=[method]) for method, path, handler in table]
