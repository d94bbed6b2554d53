"""
What a push about a message says.

AICC promises its callers none. Two shapes can reach a receiver that is put in AICC's place: what AICC says it reads of
Infobip's reports (Adapter Class Interface Reference, WhatsApp channel), where groupId is a text and there is no error,
and what Infobip really sends (OpenAPI, DeliveryReports and SeenReports). One URL gets all kinds: a status report has
`status`, a read report `seenAt`, a deletion report `deletedAt`. Infobip's form of the last is not published; it is
built like the second.
"""

from dataclasses import dataclass
from typing import Any

from local.simulators.huawei_aicc.magic import Report
from local.simulators.huawei_aicc.settings import Shape
from local.simulators.huawei_aicc.times import timestamp
from local.simulators.kit import Taken

_MOMENTS = {"seen": "seenAt", "deleted": "deletedAt"}


@dataclass(frozen=True, kw_only=True)
class Sent(Taken):
    """A message on its way: the ids that were answered, and when it was sent (as the wire writes times)."""

    bulk_id: str
    sent_at: str


def report_body(shape: Shape, sent: Sent, report: Report, sender: str) -> dict[str, Any]:
    """The body of one push with one report, of this moment; `sender` is the business' number."""
    entry = _aicc(sent, report) if shape == "aicc" else _infobip(sent, report, sender)
    return {"results": [entry]}


def _aicc(sent: Sent, report: Report) -> dict[str, Any]:
    entry: dict[str, Any] = {"bulkId": sent.bulk_id, "messageId": sent.provider_id, "to": sent.recipient}
    if report.status is None:
        return entry | {_MOMENTS[report.word]: timestamp()}
    document = report.status.document()
    status = {"groupId": str(document["groupId"])} | {name: document[name] for name in ("groupName", "description")}
    return entry | {"status": status}


def _infobip(sent: Sent, report: Report, sender: str) -> dict[str, Any]:
    if report.status is None:
        ids = {"messageId": sent.provider_id, "from": sender, "to": sent.recipient}
        return ids | {"sendAt": sent.sent_at, _MOMENTS[report.word]: timestamp()}
    return {
        "bulkId": sent.bulk_id,
        "messageId": sent.provider_id,
        "to": sent.recipient,
        "sentAt": sent.sent_at,
        "doneAt": timestamp(),
        "messageCount": 1,
        "price": {"pricePerMessage": 0.0, "currency": "EUR"},
        "status": report.status.document(),
        "error": report.error.document(),
        "channel": "WHATSAPP",
    }
