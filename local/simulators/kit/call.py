"""
One request on its way through a simulator.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.kit.bodies import Malformed
from local.simulators.kit.records import Arrival, Notice, Result, Taken, now
from local.simulators.kit.state import State
from local.simulators.kit.walking import Step, Walker

_RAW_KEPT = 64 * 1024
_TEXT_KEPT = 4096


class Denied(Exception):
    """Raised by a handler, or anything below it, to answer with this response: 401, 403, OAuth errors."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


@dataclass
class Call[M: State[Any]]:
    """
    `document` is the parsed body; `lives` are the walks this call set going.

    The handler fills in what became of it, for the record: `accepted`, `code`, `provider_id`, `results`, `facts`.
    """

    state: M
    walker: Walker
    operation: str
    request: Request
    body: bytes
    document: Any = None
    recipients: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    accepted: bool = False
    code: int | str = 0
    provider_id: str | None = None
    results: list[Result] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    lives: list[asyncio.Task[None]] = field(default_factory=list)

    def follow[T: Step](
        self,
        taken: Taken,
        steps: Iterable[T],
        *,
        notice: Callable[[T], Notice | Sequence[Notice]] | None = None,
        happen: Callable[[T], None] | None = None,
    ) -> None:
        """Start the statuses of a message that this call brought; see `Walker.start`."""
        self.lives.append(self.walker.start(taken, steps, notice=notice, happen=happen))


@dataclass(frozen=True)
class Endpoint[C: Call[Any]]:
    """One row of the provider's table; the part of `operation` before a dot is the family that faults may name."""

    method: str
    path: str
    operation: str
    handler: Callable[[C], Awaitable[Response]]


def arrival_of(call: Call[Any], hidden: frozenset[str], fault: str) -> Arrival:
    """The record of a request before anything is checked; `hidden` headers are left out."""
    request = call.request
    raw = call.body[:_RAW_KEPT].decode("utf-8", "replace")
    readable = call.document is not None and not isinstance(call.document, Malformed)
    return Arrival(
        number=next(call.state.numbers),
        at=now(),
        operation=call.operation,
        method=request.method,
        path=request.scope["path"],
        query=request.scope["query_string"].decode("latin-1"),
        headers={key: value for key, value in request.headers.items() if key not in hidden},
        body=call.document if readable else raw[:_TEXT_KEPT],
        raw=raw,
        recipients=call.recipients,
        references=call.references,
        remarks=call.remarks,
        results=call.results,
        facts=call.facts,
        fault=fault,
    )


def conclude(call: Call[Any], arrival: Arrival, http_status: int) -> None:
    """Write into the record what became of the request; lists the handler replaced are taken anew."""
    arrival.accepted = call.accepted
    arrival.http_status = http_status
    arrival.code = call.code
    arrival.provider_id = call.provider_id
    arrival.recipients, arrival.references = call.recipients, call.references
    arrival.results, arrival.facts, arrival.remarks = call.results, call.facts, call.remarks
    call.state.changed()
