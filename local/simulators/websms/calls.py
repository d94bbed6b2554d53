"""
One request on its way through the simulator: read, remembered, made to fail on demand, answered.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.websms import magic
from local.simulators.websms.fields import Fields
from local.simulators.websms.records import Arrival, Taken
from local.simulators.websms.reporting import Reporter
from local.simulators.websms.state import State
from local.simulators.websms.statuses import DOCUMENTED, OK, Operation, Refused
from local.simulators.websms.webhooks import Postman

JSON_MAX_BYTES = 4 * 1024 * 1024


class Service:
    """The simulator's parts, made once per app."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.postman = Postman(state)
        self.reporter = Reporter(state, self.postman)


class Denied(Exception):
    """The request is answered by this response, before any statusCode: 401, 403, OAuth errors."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class Malformed:
    """Stands for a body that is not JSON; absent bodies are None, like `null`."""


@dataclass
class Call:
    """`document` is the parsed JSON or form; `lives` are the reports this call set going."""

    service: Service
    operation: Operation
    request: Request
    body: bytes
    document: Any = None
    recipients: list[str] = field(default_factory=list)
    client_message_id: str | None = None
    remarks: list[str] = field(default_factory=list)
    accepted: bool = False
    status_code: int = 0
    transfer_id: str | None = None
    sms_count: int = 0
    lives: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.service.state

    def fields(self, body: dict[str, Any], *, form: bool = False) -> Fields:
        return Fields(body, self.remarks, strict=self.state.settings.strict, form=form)

    def refuse_magic(self) -> None:
        """Refuse what a magic recipient asks to be refused."""
        code = magic.forced_code(self.recipients, DOCUMENTED[self.operation])
        if code is not None and code >= 4000:  # noqa: PLR2004
            raise Refused(code)

    def accept(self, code: int = OK) -> None:
        self.accepted, self.status_code = True, code

    def report(self, taken: Taken) -> None:
        self.lives.append(self.service.reporter.start(taken))


Handler = Callable[[Call], Awaitable[Response]]


async def read_body(request: Request, limit: int) -> bytes:
    """The body, or one byte more than the limit where it is longer."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > limit:
            return bytes(chunks[: limit + 1])
    return bytes(chunks)


def parse_json(body: bytes) -> Any:
    """The document, None for an empty body, or `Malformed`."""
    try:
        return json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        return Malformed()


def parse_form(body: bytes, charset: str = "") -> dict[str, str]:
    """
    URL-encoded pairs in the declared charset, else in UTF-8 if they are, else in Latin-1.
    """
    for encoding in ([charset] if charset else []) + ["utf-8"]:
        try:
            return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding=encoding, errors="strict"))
        except (ValueError, LookupError):
            continue
    return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1"))


def sniff(call: Call) -> None:
    """Guess recipients and reference before anything is checked, for the record and for faults."""
    document = call.document if isinstance(call.document, dict) else {}
    contact, message = document.get("messageContact"), document.get("RCSMessage")
    found = document.get("recipient", document.get("recipientAddressList"))
    if isinstance(contact, dict):
        found = contact.get("userContact")
    if call.operation is Operation.RCS_CAPABILITIES:
        found = call.request.query_params.get("userContact")
    if call.operation is Operation.SMS_SIMPLE and isinstance(found, str):
        found = [part.strip() for part in found.split(",")]
    listed = found if isinstance(found, list) else [found]
    call.recipients = [str(one) for one in listed if isinstance(one, str | int)]
    reference = document.get("clientMessageId", message.get("msgId") if isinstance(message, dict) else None)
    call.client_message_id = reference if isinstance(reference, str) else None


def readable(call: Call) -> Any:
    """The body as the record shows it."""
    if call.document is None or isinstance(call.document, Malformed):
        return call.body[:4096].decode("utf-8", "replace")
    return call.document


def arrival_of(call: Call, number: int, at: str) -> Arrival:
    return Arrival(
        number=number,
        at=at,
        operation=call.operation,
        path=call.request.url.path,
        headers={key: value for key, value in call.request.headers.items() if key != "authorization"},
        body=readable(call),
        recipients=call.recipients,
        client_message_id=call.client_message_id,
        remarks=call.remarks,
    )
