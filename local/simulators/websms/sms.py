"""
SMS: text, binary and simple. HTTP 200 whatever happens, 401 alone excepted; `statusCode` is the verdict.

One `transferId` covers all recipients of a request, and one verdict; delivery reports come one per recipient.
"""

from typing import Any

from starlette.responses import Response

from local.simulators.kit import Malformed
from local.simulators.websms.answers import json_answer, sms_document, urlencoded_answer
from local.simulators.websms.calls import Call
from local.simulators.websms.guards import require_account
from local.simulators.websms.identifiers import transfer_id
from local.simulators.websms.magic import forced_code
from local.simulators.websms.records import Taken
from local.simulators.websms.sms_fields import SmsOrder, read_order
from local.simulators.websms.statuses import DOCUMENTED, OK, OK_QUEUED, Operation, Refused


def sms_answer(call: Call, document: dict[str, Any]) -> Response:
    """HTTP 200 whatever it says; `/simple` is JSON only for who asks for it."""
    plain = call.operation is Operation.SMS_SIMPLE and "json" not in call.request.headers.get("accept", "")
    return urlencoded_answer(document) if plain else json_answer(document)


def _members(call: Call) -> dict[str, Any]:
    """The request's members; an empty or null body is 4120 [php-sdk changelog], no object 4000 [java-sdk]."""
    if call.document is None:
        raise Refused(4120)
    if isinstance(call.document, Malformed) or not isinstance(call.document, dict):
        raise Refused(4000)
    members = dict(call.document)
    members.pop("access_token", None)
    if call.operation is Operation.SMS_SIMPLE and "recipientAddressList" in members:
        members["recipientAddressList"] = [one.strip() for one in members["recipientAddressList"].split(",")]
    return members


def _verdict(call: Call, order: SmsOrder) -> int:
    call.refuse_magic()
    forced = forced_code(call.recipients, DOCUMENTED[call.operation])
    many = len(order.recipients) >= call.state.settings.sms_queued_from
    return forced or (OK_QUEUED if many else OK)


def _report(call: Call, order: SmsOrder, transfer: str) -> None:
    """Start a report per recipient, to the request's own URL if it names one; a test is never reported."""
    for recipient in order.recipients if not order.test else ():
        call.report(
            Taken(
                channel="sms",
                operation=call.operation,
                provider_id=transfer,
                recipient=recipient,
                url=order.callback_url or call.state.urls.sms_report,
                reference=order.client_message_id,
                sender=order.sender or call.state.settings.sms_number,
                delivered_as="voice" if order.voice else "sms",
            )
        )


async def send(call: Call) -> Response:
    """Text, binary or simple; which one, the operation says."""
    require_account(call)
    fields = call.fields(_members(call), form=call.operation is Operation.SMS_SIMPLE)
    if call.operation is not Operation.SMS_SIMPLE and "json" not in call.request.headers.get("content-type", ""):
        fields.remark(4000, "content type is not JSON")
    order = read_order(fields, call.operation, call.state.settings)
    call.recipients[:] = order.recipients
    call.client_message_id = order.client_message_id
    code = _verdict(call, order)
    summed = call.state.settings.sms_count_sums_recipients
    count = order.parts * (len(order.recipients) if summed else 1)
    transfer = call.provider_id = transfer_id()
    call.facts["sms_count"] = count
    call.accept(code)
    _report(call, order, transfer)
    document = sms_document(code, client_message_id=order.client_message_id, transfer_id=transfer, count=count)
    return sms_answer(call, document)


HANDLERS = {operation: send for operation in Operation if operation.startswith("sms.")}
