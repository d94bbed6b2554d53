"""
Pushes: reports of what was sent, and what users write. Without a URL there are none, as AICC promises its callers none.
"""

from local.simulators.huawei_aicc import magic
from local.simulators.huawei_aicc.inbound import InboundOrder, inbound_body
from local.simulators.huawei_aicc.reports import Sent, report_body
from local.simulators.huawei_aicc.settings import Settings
from local.simulators.huawei_aicc.state import Call, State
from local.simulators.kit import Attempt, Notice, Policy, encode

# Adapter Class Interface Reference, WhatsApp channel: "The value is fixed at application/json; charset=UTF-8."
PUSH_TYPE = "application/json; charset=UTF-8"
_SUCCESS = 2


class AnySuccess(Policy):
    """Any 2xx ends it: AICC answers reports with no content, Infobip asks for 200."""

    def acknowledged(self, attempt: Attempt, content: bytes) -> bool:
        del content
        return attempt.http_status // 100 == _SUCCESS


def account_headers(settings: Settings) -> dict[str, str]:
    """The webhook password of the channel."""
    return {"AccountKey": settings.account_key} if settings.account_key else {}


def follow(call: Call, sent: Sent) -> None:
    """Report what becomes of one message, if there is somewhere to report it."""
    state = call.state
    if not state.urls.report:
        return

    def notice(report: magic.Report) -> Notice:
        settings = state.settings
        body = report_body(settings.push_shape, sent, report, settings.whatsapp_number)
        return _notice("report", state.urls.report, body, settings)

    call.follow(sent, magic.reports_of(sent.recipient, seen=state.settings.seen), notice=notice)


def inbound_notice(state: State, order: InboundOrder) -> tuple[Notice, dict[str, object]]:
    """The push of what a user writes, and its body."""
    body = inbound_body(order, state.settings)
    return _notice("inbound", order.url or state.urls.inbound, body, state.settings), body


def _notice(kind: str, url: str, body: dict[str, object], settings: Settings) -> Notice:
    return Notice(
        kind=kind, url=url, body=encode(body).decode(), content_type=PUSH_TYPE, headers=account_headers(settings)
    )
