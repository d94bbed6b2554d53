"""
`POST /apiaccess/rest/ccmessaging/omni/1/advanced`: one message for one or more destinations, a verdict for each.

A call that is sound is HTTP 200 even where no destination is taken: the refusals stand in the statuses.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from local.simulators.huawei_aicc import magic, statuses
from local.simulators.huawei_aicc.access import require_token
from local.simulators.huawei_aicc.answers import error_answer
from local.simulators.huawei_aicc.fields import Judge, Members, Refused
from local.simulators.huawei_aicc.media import check_media
from local.simulators.huawei_aicc.order import Destination, Order, read_order
from local.simulators.huawei_aicc.pushing import follow
from local.simulators.huawei_aicc.reports import Sent
from local.simulators.huawei_aicc.state import Call
from local.simulators.huawei_aicc.statuses import Status
from local.simulators.huawei_aicc.times import timestamp
from local.simulators.kit import Malformed, Result, json_answer

_ACCEPTED = {
    "pending": statuses.PENDING,
    "accepted": statuses.ACCEPTED,
    "pending_accepted": statuses.PENDING_ACCEPTED,
    "send_test": statuses.SEND_TEST,
}


def _read(call: Call, judge: Judge) -> Order:
    if call.document is None or isinstance(call.document, Malformed):
        raise Refused(HTTPStatus.BAD_REQUEST, reason="the body is no JSON")
    if "json" not in call.request.headers.get("content-type", ""):
        judge.remark("Content-Type", "is not application/json")
    return read_order(Members(call.document, "", judge))


def _verdict(call: Call, destination: Destination) -> Status:
    """How one destination is answered; one that is not refused counts as taken from here on."""
    state = call.state
    forced = magic.forced_status(destination.number)
    if not destination.valid:
        return statuses.BAD_DESTINATION
    if forced and forced.refuses:
        return forced
    if state.settings.dedupes and state.took(destination.message_id):
        return statuses.DUPLICATE
    state.take(destination.message_id)
    return forced or _ACCEPTED[state.settings.accepted_status]


def _entry(call: Call, destination: Destination) -> dict[str, Any]:
    """The message object of one destination, and its record."""
    status = _verdict(call, destination)
    result = Result(
        recipient=destination.number,
        accepted=not status.refuses,
        code=f"{status.group}/{status.id}",
        provider_id=call.state.answered_message_id(destination.message_id),
        reference=destination.message_id,
    )
    call.results.append(result)
    to = {"phoneNumber": destination.number}
    return {"messageId": result.provider_id, "to": to, "status": status.document()}


async def send(call: Call) -> Response:
    """Take the destinations that can be, and answer one entry for each."""
    require_token(call)
    judge = Judge(call.state.settings, call.remarks)
    order = _read(call, judge)
    forced, taken = magic.forced_http([one.number for one in order.destinations if not call.state.took(one.message_id)])
    if forced and not taken:
        raise Refused(forced)
    if call.state.settings.check_media:
        await check_media(order.content, judge)
    bulk_id = call.state.answered_bulk_id(order.bulk_id)
    messages = [_entry(call, destination) for destination in order.destinations]
    call.accepted = any(result.accepted for result in call.results)
    call.provider_id = bulk_id
    call.facts |= {"bulk_id": order.bulk_id, "kinds": list(order.content.kinds)}
    _start(call, bulk_id, order.due)
    if forced:
        return error_answer(call.state.settings.error_body, forced)
    return json_answer({"messages": messages, "bulkId": bulk_id})


def _start(call: Call, bulk_id: str, due: datetime | None) -> None:
    """Send what was taken, or hold it until it is due; `facts["sent_at"]` is empty until then."""
    if due is None:
        _dispatch(call, bulk_id)
        return

    async def later() -> None:
        await call.state.hold(due)
        _dispatch(call, bulk_id)

    call.facts |= {"due": timestamp(due), "sent_at": ""}
    call.state.spawn(later())


def _dispatch(call: Call, bulk_id: str) -> None:
    call.facts["sent_at"] = timestamp()
    for result in call.results:
        if result.accepted:
            sent = Sent(
                operation=call.operation,
                recipient=result.recipient,
                provider_id=result.provider_id or "",
                reference=result.reference,
                bulk_id=bulk_id,
                sent_at=call.facts["sent_at"],
            )
            follow(call, sent)
    call.state.changed()
