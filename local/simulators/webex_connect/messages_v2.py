"""
Messaging API v2: SMS, RCS and voice, real HTTP statuses, and names in camel case.

201 with a messageId, which receipts call transid; 400 with a code; 401 without a body; 429 over the rate. The answer to
several recipients is in no document: one object or a list of them, as the settings say.
"""

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from local.simulators.kit import Malformed, json_answer
from local.simulators.webex_connect.access import admit, identify
from local.simulators.webex_connect.checks import Members
from local.simulators.webex_connect.codes import QUEUED, Channel, Refused
from local.simulators.webex_connect.destinations import ADDRESSES_MAX, Destination, correlation_of, guess_destinations
from local.simulators.webex_connect.identifiers import numbered, timestamp, transaction_id
from local.simulators.webex_connect.order_v2 import TEXT_MAX, filled, read_order, read_recipient, substitutions
from local.simulators.webex_connect.sending import Call, Decision, Sending, decide, note

_RATE, _TOO_MANY = "7020", 429


def refusal_answer(refused: Refused) -> Response:
    """401 has no body, whatever was wrong with the credentials."""
    if refused.code in {"7001", "7002"}:
        return Response(status_code=401)
    document = {"code": refused.code, "message": refused.description}
    return json_answer(document, _TOO_MANY if refused.code == _RATE else 400)


class _Request:
    """One request: what it wants, and to whom."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.settings = call.state.settings
        self.body = Members(call.document, "request", call.remarks, strict=self.settings.strict)
        channel = self.body.choice("channel", set(TEXT_MAX), required=True)
        self.order = read_order(self.body, Channel(channel), self.settings)
        self.recipients = self._read_recipients()
        self.body.anything("batchId", "appid")
        self.body.number("priority", 1, 3)
        self.body.close()
        self.at = timestamp(self.settings.timezone_minutes)
        self.base = transaction_id()

    def _read_recipients(self) -> list[tuple[Destination, str]]:
        """Each entry of `to` with its text."""
        reference, general = correlation_of(self.body, "correlationId"), substitutions(self.body)
        found = []
        for entry in self.body.objects("to", required=True, least=1):
            destination = read_recipient(entry, self.settings)
            text = filled(self.order, general | substitutions(entry), self.settings)
            entry.close()
            found.append((replace(destination, correlation=destination.correlation or reference), text))
        return found

    def take(self) -> list[tuple[Decision, str, Destination]]:
        """What became of each recipient, with its messageId."""
        sending = Sending(self.call, self.order)
        single = self.settings.v2_answer == "one"
        taken = []
        for number, (destination, _) in enumerate(self.recipients):
            message_id = self.base if single else numbered(self.base, number)
            decision = decide(self.call, destination)
            if decision.accepted:
                self._keep(message_id, destination)
            taken.append((decision, message_id, destination))
            note(self.call, destination, decision, message_id)
        accepted = self.call.accepted
        for (decision, message_id, destination), (_, text) in zip(taken, self.recipients, strict=True):
            if decision.accepted:
                sending.start(destination, message_id, text=text)
            elif single and accepted:
                sending.start(destination, message_id, decision.code)
        return taken

    def _keep(self, message_id: str, destination: Destination) -> None:
        """What GET shows; the first recipient's where several share a messageId."""
        if message_id in self.call.state.messages:
            return
        given = self.body.document
        self.call.state.keep_message(
            message_id,
            {
                "clientId": "1",
                "groupId": "1",
                "teamId": "1",
                "version": "2.0",
                "messageId": message_id,
                "channel": given["channel"],
                "direction": "outbound",
                "from": given["from"],
                "to": destination.addresses[0],
                "toType": "msisdn",
                "numSegments": self.order.checked.segments,
                "content": given.get("content") or {},
                "options": given.get("options") or {},
                "requestedReceipts": given.get("requestedReceipts") or [],
                "callbackData": self.order.callback.data,
                "correlationId": destination.correlation,
                "notifyUrl": self.order.callback.url,
                "requestTimestamp": self.at,
                "status": "queued",
            },
        )

    def shown(self, message_id: str, destination: Destination) -> dict[str, Any]:
        correlation = destination.correlation
        return {"requestTimestamp": self.at, "messageId": message_id, "correlationId": correlation, "status": "queued"}


def _answer(request: _Request, taken: list[tuple[Decision, str, Destination]]) -> Response:
    accepted = [(message_id, destination) for decision, message_id, destination in taken if decision.accepted]
    if not accepted:
        first = taken[0][0]
        document = {"code": first.code, "message": first.description}
        return json_answer(document, _TOO_MANY if first.code == _RATE else 400)
    if len(taken) == 1 or request.settings.v2_answer == "one":
        return json_answer(request.shown(*accepted[0]), 201)
    entries = [
        request.shown(message_id, destination)
        if decision.accepted
        else {
            "code": decision.code,
            "message": decision.description,
            "correlationId": destination.correlation,
            "status": "Rejected",
        }
        for decision, message_id, destination in taken
    ]
    return json_answer(entries, 201 if len(accepted) == len(taken) else request.settings.v2_partial_http)


async def send_v2(call: Call) -> Response:
    """Credentials, JSON, then the request."""
    settings = call.state.settings
    service = identify(settings, call.request)
    if isinstance(call.document, Malformed) or not isinstance(call.document, dict):
        raise Refused("7000")
    admit(settings, call.request, service)
    addresses = [each for found, _ in guess_destinations(call.document, "to") for each in found]
    if len(addresses) > ADDRESSES_MAX:
        raise Refused("7009")
    request = _Request(call)
    taken = request.take()
    first = next((decision for decision, _, __ in taken if decision.accepted), taken[0][0])
    call.code = QUEUED if first.accepted else first.code
    call.provider_id = request.base
    return _answer(request, taken)


async def get_v2(call: Call) -> Response:
    """The message as it was sent, with its last status; 404 without a body."""
    admit(call.state.settings, call.request, identify(call.state.settings, call.request))
    found = call.state.messages.get(call.request.path_params["id"])
    return Response(status_code=404) if found is None else json_answer(found)
