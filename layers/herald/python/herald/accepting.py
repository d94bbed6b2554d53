"""
The doors through which messages come in: HTTP, and the intake queue.

Both read the same model and end in the same use case; HTTP takes its tenant from the key, the queue from the
body, since who may write to the queue is decided by IAM.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from herald import waiting
from herald.authenticating import Scope
from herald.aws.keys import is_request
from herald.body import parse_json
from herald.content import Content
from herald.errors import InvalidMessage, InvalidRequest, TenantLimitExceeded
from herald.models import Channel, IntakeRequest, SendRequest
from herald.planning import Plan, rendered, segments_of
from herald.sending import Accepted, Sending
from herald.status import Status
from herald.tenancy import sandbox_of
from herald.view import links, message_view, request_view, segments_view, stamp, test_view
from herald.web import Answer, Call, Routes, answer, read_json

if TYPE_CHECKING:
    from herald.assembly import Assembly

KEY_HEADER = "idempotency-key"
MAX_KEY = 255

SEND_EVENT = "herald.send"
"""The detail type of an EventBridge event that is a message to send."""


class Door:
    """The HTTP routes of the send function."""

    def __init__(self, parts: "Assembly") -> None:
        self._parts = parts
        self.routes: Routes = {
            "POST /v1/messages": self.send,
            "POST /v1/messages/validate": self.validate,
            "POST /v1/messages/{id}/cancel": self.cancel,
        }

    @property
    def _sending(self) -> Sending:
        return self._parts.sending

    def _tenant(self, call: Call) -> str:
        return self._parts.keys.authenticate(call, Scope.MESSAGES_SEND).tenant

    def send(self, call: Call) -> Answer:
        """Accept one message, or one request of many: 202."""
        tenant = self._tenant(call)
        request = read_json(call, SendRequest)
        key = _key(call, request)
        accepted = self._sending.accept(tenant, request, key)
        headers = {"location": f"/v1/messages/{accepted.id}"}
        if accepted.repeated:
            headers["idempotency-replayed"] = "true"
        return answer(HTTPStatus.ACCEPTED, _accepted_view(accepted, request), headers)

    def validate(self, call: Call) -> Answer:
        """What would be sent, by which account, and how many segments; nothing is stored or sent."""
        tenant = self._tenant(call)
        request = read_json(call, SendRequest)
        return answer(HTTPStatus.OK, _plan_view(self._sending.plan(tenant, request)))

    def cancel(self, call: Call) -> Answer:
        """Stop what has not been sent yet."""
        item = self._sending.cancel(self._tenant(call), call.parameters["id"])
        view = request_view(item) if is_request(item) else message_view(item)
        return answer(HTTPStatus.OK, view)


def _key(call: Call, request: SendRequest) -> str | None:
    """The idempotency key, from the header or the body."""
    header = call.headers.get(KEY_HEADER)
    if header is None:
        return request.idempotency_key
    header = header.strip().removeprefix('"').removesuffix('"')
    if not 0 < len(header) <= MAX_KEY or not header.isprintable():
        raise InvalidMessage(
            f"the Idempotency-Key must be 1 to {MAX_KEY} printable characters", field="idempotency_key"
        )
    if request.idempotency_key not in (None, header):
        raise InvalidMessage("header and body give different idempotency keys", field="idempotency_key")
    return header


def _accepted_view(accepted: Accepted, request: SendRequest) -> dict[str, object]:
    """The same for a repeated request: what was accepted, not what has become of it since."""
    item = accepted.item
    view: dict[str, object] = {"id": accepted.id, "status": Status.ACCEPTED}
    view |= {name: item[name] for name in ("channel", "account", "lane") if name in item}
    view |= {"reference": request.reference} if request.reference else {}  # of an erased message only its sender has it
    view |= {name: item[name] for name in ("count",) if name in item}
    view |= {"send_at": stamp(item["not_before"]), "expires_at": stamp(item["expires"])}
    view |= test_view(item["tenant"])
    view |= _told(accepted.plan) if accepted.plan else _counted(request.channel, rendered(request))
    return view | {"links": links(accepted.id)}


def _plan_view(plan: Plan) -> dict[str, object]:
    view: dict[str, object] = {
        "channel": plan.request.channel,
        "account": plan.account.name,
        "provider": plan.account.provider,
        "sender": plan.sender,
        "recipients": len(plan.recipients),
        "lane": plan.lane,
        "send_at": stamp(plan.not_before),
        "expires_at": stamp(plan.expires),
    }
    return view | test_view(plan.tenant) | _told(plan)


def _told(plan: Plan) -> dict[str, object]:
    """What its sender should know: how many SMS it takes, and what it loses on its way."""
    told = _counted(plan.request.channel, plan.contents)
    if plan.lost:
        told["warnings"] = [
            {"code": "simplified", "field": "content", "detail": f"sent as {plan.content.type}: {plan.lost}"}
        ]
    return told


def _counted(channel: Channel, contents: Sequence[Content]) -> dict[str, object]:
    segments = segments_of(channel, contents)
    return {"segments": segments_view(segments)} if segments else {}


def take_record(parts: "Assembly", record: Mapping[str, Any]) -> None:
    """
    Accept what an intake record asks for.

    Its key is the body's, else the EventBridge event's or the SQS message's id, so a record that comes twice
    is one message. One that its tenant's limit leaves no room for is put back, for a day at most. Raises a
    HeraldError: the record comes again, and at last goes to the dead letters.
    """
    body: str = record["body"]
    key: str = record["messageId"]
    put_back = waiting.read(body)
    envelope = None if put_back else _envelope(body)
    if put_back:
        body, key = put_back.body, put_back.key
    elif envelope is not None:
        body, key = json.dumps(envelope["detail"]), f"event:{envelope['id']}"
    request = parse_json(body.encode("utf-8", "surrogatepass"), IntakeRequest)
    tenant = sandbox_of(request.tenant) if request.test else request.tenant
    try:
        parts.sending.accept(tenant, request, request.idempotency_key or key)
    except TenantLimitExceeded as limit:
        now = parts.time.now()
        since = put_back.since if put_back else now
        if now - since > waiting.LONGEST:
            raise
        again = waiting.Waiting(key, since, body).after(limit.retry_after, parts.time.random())
        parts.queues.put(parts.settings.intake_queue, [again])
        parts.telemetry.count("PutBack")


def _envelope(body: str) -> Mapping[str, Any] | None:
    """The EventBridge event in a record that its rule has put there; None for a record of a caller's own."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("detail-type") != SEND_EVENT:
        return None
    if not isinstance(found.get("detail"), dict) or not isinstance(found.get("id"), str):
        raise InvalidRequest("the event has no detail or no id")
    return found
