"""
One request to websms: what it carries, read before anything is checked.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from local.simulators import kit
from local.simulators.kit import parse_form, parse_json
from local.simulators.websms import magic
from local.simulators.websms.fields import Fields
from local.simulators.websms.records import Taken
from local.simulators.websms.reporting import notice_of, steps_of
from local.simulators.websms.state import State
from local.simulators.websms.statuses import DOCUMENTED, OK, Operation, Refused

BINARY = frozenset({Operation.MEDIA_UPLOAD, Operation.MEDIA_DOWNLOAD})
_FORMS = frozenset({Operation.TOKEN, Operation.SMS_SIMPLE})


@dataclass
class Call(kit.Call[State]):
    """`document` is the parsed JSON or form, `provider_id` the transferId and `code` the statusCode."""

    operation: Operation

    @property
    def client_message_id(self) -> str | None:
        return self.references[0] if self.references else None

    @client_message_id.setter
    def client_message_id(self, value: str | None) -> None:
        self.references = [] if value is None else [value]

    def fields(self, body: dict[str, Any], *, form: bool = False) -> Fields:
        return Fields(body, self.remarks, strict=self.state.settings.strict, form=form)

    def refuse_magic(self) -> None:
        """Refuse what a magic recipient asks to be refused."""
        code = magic.forced_code(self.recipients, DOCUMENTED[self.operation])
        if code is not None and code >= 4000:  # noqa: PLR2004
            raise Refused(code)

    def accept(self, code: int = OK) -> None:
        self.accepted, self.code = True, code

    def report(self, taken: Taken) -> None:
        self.follow(taken, steps_of(taken, read=self.state.settings.read), notice=notice_of(taken))


Handler = Callable[[Call], Awaitable[Response]]


def parse(call: Call) -> None:
    """A form for tokens and `/simple`, bytes for media, JSON for the rest."""
    request = call.request
    if call.operation in _FORMS:
        source = call.body if request.method == "POST" else request.scope["query_string"]
        content_type = request.headers.get("content-type", "")
        charset = content_type.partition("charset=")[2].strip(' "') if request.method == "POST" else ""
        call.document = parse_form(source, charset)
    elif call.operation not in BINARY:
        call.document = parse_json(call.body)


def sniff(call: Call) -> None:
    """Guess recipients and reference, for the record and for faults."""
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
