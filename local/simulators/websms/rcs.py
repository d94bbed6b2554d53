"""
RCS: send and capability check. Neither path is documented; both are read from the GSMA shape.

The documents' table has no code for bad content or a bad contact. The simulator answers 400 with the MaaP code (42xxx)
as statusCode unless `Settings.rcs_content_code` or `rcs_errors_as_reason` says otherwise. The `msgId` of the answer is
the `transferId` of the statuses; a `msgId` the client sent comes back as their `clientMessageId`.
"""

import re

from starlette.responses import Response

from local.simulators.kit import Denied
from local.simulators.websms import magic
from local.simulators.websms.answers import json_answer
from local.simulators.websms.calls import Call
from local.simulators.websms.guards import require_scope
from local.simulators.websms.identifiers import transfer_id
from local.simulators.websms.rcs_content import Breach, Rule, check_contact, check_message
from local.simulators.websms.records import Taken
from local.simulators.websms.statuses import Operation, Refused
from local.simulators.websms.whatsapp import known_application


def _refuse(call: Call, breach: Breach) -> Exception:
    settings = call.state.settings
    code = settings.rcs_content_code or breach.rule.value
    if not settings.rcs_errors_as_reason:
        return Refused(code, breach.text, http=400)
    call.code = code
    return Denied(json_answer({"reason": {"code": code, "text": breach.text}}, 400))


def _check(call: Call) -> tuple[dict[str, object], str]:
    document = call.document
    if not isinstance(document, dict):
        raise Breach(Rule.MALFORMED, "the body is not a JSON object")
    fields = call.fields(document)
    message, contact = fields.take("RCSMessage", 4120), fields.take("messageContact", 4120)
    fields.reject_unknown(Rule.MALFORMED)
    recipient = check_contact(contact)
    return check_message(message, call.state.settings.rcs_text_max), recipient


def _check_reference(call: Call, reference: object) -> None:
    """4008 is documented for RCS though no member is: read as the client's `msgId`."""
    if not isinstance(reference, str) or not 1 <= len(reference) <= call.state.settings.client_message_id_max:
        raise Refused(4008)


def _taken(call: Call, application_id: str, recipient: str, transfer: str) -> Taken:
    return Taken(
        channel="rcs",
        operation=call.operation,
        provider_id=transfer,
        recipient=recipient,
        url=call.state.urls.for_application("status", application_id),
        reference=call.client_message_id,
        application_id=application_id,
    )


async def send(call: Call) -> Response:
    """Take a message; `isTyping` is taken and never reported."""
    require_scope(call)
    application_id = known_application(call, call.request.path_params["applicationId"])
    try:
        message, recipient = _check(call)
    except Breach as breach:
        raise _refuse(call, breach) from breach
    _check_reference(call, message.get("msgId", "none"))
    call.refuse_magic()
    call.accept()
    transfer = call.provider_id = transfer_id()
    if "isTyping" not in message:
        call.report(_taken(call, application_id, recipient, transfer))
    answer = {"RCSMessage": {"msgId": transfer, "status": "pending"}}
    return json_answer(answer, call.state.settings.rcs_accepted_http)


async def capabilities(call: Call) -> Response:
    """What the contact's device can do; 404 and 4120 for a contact without RCS."""
    require_scope(call)
    known_application(call, call.request.path_params["applicationId"])
    # A `+` that the client forgot to encode arrives as a space.
    contact = call.request.query_params.get("userContact", "").strip()
    if not re.fullmatch(r"\+?[1-9][0-9]{4,14}", contact):
        raise Refused(4120, "userContact is missing or invalid", http=400)
    call.refuse_magic()
    if magic.fate_of(contact) is magic.Fate.NOT_RCS:
        raise Refused(4120)
    return json_answer({"capabilities": list(call.state.settings.rcs_capabilities)})


HANDLERS = {Operation.RCS_SEND: send, Operation.RCS_CAPABILITIES: capabilities}
