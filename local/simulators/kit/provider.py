"""
One provider as it is played: what a simulator has to say so that the kit can do the rest.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from local.simulators.kit.bodies import JSON_TYPE, parse_json, read_body
from local.simulators.kit.call import Call, Denied, Endpoint
from local.simulators.kit.faults import Fault
from local.simulators.kit.postman import Policy, Postman
from local.simulators.kit.records import Notice
from local.simulators.kit.state import State
from local.simulators.kit.walking import Walker

_BODY_MAX_BYTES = 4 * 1024 * 1024

ControlRoute = tuple[str, str, Callable[[Request], Awaitable[Response]]]
"""Method, path under `/_control/`, and who answers."""


class NoOrder(BaseModel):
    """The inbound order of a provider to which nobody writes."""

    model_config = ConfigDict(extra="forbid")


class RawWebhook(BaseModel):
    """
    A webhook as it stands: `body` is a text or any JSON.

    It goes to `url`, or to the configured URL that `target` names, and is not retried unless `retry` says so. The ids
    are for the record alone.
    """

    model_config = ConfigDict(extra="forbid")

    target: str = "status"
    url: str = ""
    body: str | dict[str, Any] | list[Any] | None = None
    content_type: str = JSON_TYPE
    headers: dict[str, str] = {}
    retry: bool = False
    provider_id: str | None = None
    reference: str | None = None


class Provider[M: State[Any], C: Call[Any]](ABC):
    """
    Derive it once a simulator; an instance belongs to one app.

    What is abstract must be said; the rest has a default that many providers can keep.
    """

    name: str
    """Of the package under `local.simulators`; webhooks carry it as user agent."""
    sends: frozenset[str]
    """The operations that carry a message to somebody."""
    call_type: type[C]
    fault_type: type[Fault] = Fault
    inbound_type: type[BaseModel] = NoOrder
    raw_type: type[RawWebhook] = RawWebhook
    json_type: str = JSON_TYPE
    """The content type of a spoiled answer."""
    hidden_headers: frozenset[str] = frozenset({"authorization"})
    """In lower case: what no record shows."""

    def __init__(self, state: M) -> None:
        self.state = state
        state.faults.sends = self.sends
        self.postman = Postman(state, self.policy(), self.name)
        self.walker = Walker(state, self.postman)

    @abstractmethod
    def endpoints(self) -> Iterable[Endpoint[C]]:
        """All there is to call, by the settings in force; asked again whenever these change."""

    @abstractmethod
    def sniff(self, call: C) -> None:
        """
        Guess `call.recipients` and `call.references` before anything is checked, for the record and for faults.

        It may also refine `call.operation`, where one endpoint serves several.
        """

    @abstractmethod
    def unauthorized(self, call: C) -> Response:
        """The answer to credentials or a token that died."""

    @abstractmethod
    def error(self, call: C, fault: Fault) -> Response | None:
        """The error document for a fault's `status` and `code`, or None where a proxy would answer its own page."""

    def policy(self) -> Policy:
        """How webhooks are posted."""
        return Policy()

    def body_limit(self, operation: str) -> int:
        """Bytes; of a longer body one more than these is read, so that the handler can tell."""
        del operation
        return _BODY_MAX_BYTES

    def parse(self, call: C) -> None:
        """Set `call.document` from the raw body, in JSON's own types since the record shows it; must not fail."""
        call.document = parse_json(call.body)

    async def handle(self, call: C, handler: Callable[[C], Awaitable[Response]]) -> Response:
        """Run the handler; override it to turn the simulator's own exceptions into answers."""
        try:
            return await handler(call)
        except Denied as denied:
            return denied.response

    def missing(self, request: Request, status: int, headers: Mapping[str, str]) -> Response:
        """The answer where there is no such path (404) or method (405, `headers` hold Allow)."""
        del request
        return Response(status_code=status, headers=dict(headers))

    async def inbound(self, order: Any) -> dict[str, Any]:
        """A handset writes: `order` is of `inbound_type`. Post or keep it; the test is shown what is returned."""
        del order
        raise ValueError("nobody writes to this provider")

    def raw_notice(self, order: Any) -> Notice:
        """The webhook that an order of `raw_type` asks for; ValueError where it makes no sense."""
        url = order.url or getattr(self.state.urls, order.target, None)
        if not isinstance(url, str):
            raise ValueError(f"no webhook URL is called {order.target}")  # noqa: TRY004 - pydantic's 422 is for orders
        body = order.body if isinstance(order.body, str) else json.dumps(order.body, ensure_ascii=False)
        return Notice(
            kind="raw", url=url, body=body, content_type=order.content_type, headers=order.headers, retry=order.retry
        )

    def control_routes(self) -> Iterable[ControlRoute]:
        """Further routes of the control API."""
        return ()

    async def read(self, operation: str, request: Request) -> C:
        """The request as a call, its body parsed and its recipients guessed."""
        body = await read_body(request, self.body_limit(operation))
        call = self.call_type(self.state, self.walker, operation, request, body)
        self.parse(call)
        self.sniff(call)
        return call
