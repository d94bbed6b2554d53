"""
Receipts as each channel writes them (Webex Connect, the pages of the channels' outbound webhooks).

The samples differ in what they leave out, and so does this: SMS drops the + of a number, Messenger has no
`additionalInfo` unless it failed, a click in an app nests everything one level deeper.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from local.simulators.kit import digits
from local.simulators.webex_connect.codes import Channel
from local.simulators.webex_connect.lives import Report
from local.simulators.webex_connect.messages import Message
from local.simulators.webex_connect.receipt_codes import META_CODES, META_OTHER
from local.simulators.webex_connect.settings import Settings

type Body = dict[str, Any]

_UNCOUNTED_REGIONS = {"ca", "in"}
_CARRIER_SMS, _CARRIER_RCS = "USTMO", "8"
_UNCORRELATED = {"DISCONNECTED", "TROMBONE_CONNECTED", "TROMBONE_RELEASED"}
_WITHOUT_TRANSACTION = {"REJECTED", "TROMBONE_CONNECTED", "TROMBONE_RELEASED", "Failed"}
_SUCCESSES = {"7500", "7501", "7502", "7528"}


def _noise(text: str, length: int) -> str:
    """Letters that look like an identifier and are the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()[:length].upper()


def _drop(body: Body, *names: str) -> None:
    for name in names:
        body.pop(name, None)


def _sms(message: Message, report: Report, info: Body, outer: Body, settings: Settings) -> None:
    """Counts and carriers are not known yet when a message is only submitted."""
    info["destination"] = digits(message.recipient) or message.recipient
    if report.code == "7501":
        return
    if report.code == "7528":
        info["deliveryChannel"] = "sms"
        _drop(outer, "subtid")
        return
    if settings.region not in _UNCOUNTED_REGIONS:
        info["messageCount"] = str(message.checked.segments)
    outer["carrier"] = "" if report.word == "Failed" else _CARRIER_SMS


def _voice(_: Message, report: Report, info: Body, outer: Body, settings: Settings) -> None:
    if report.word in {"ANSWERED", "REJECTED"}:
        _drop(info, "additionalInfo")
    if report.word == "ANSWERED":
        _drop(outer, "subtid")
    if report.word in _UNCORRELATED and settings.voice_uncorrelated == "empty":
        outer.update(callbackData="", correlationid="")
    if report.word in _UNCORRELATED and settings.voice_uncorrelated == "absent":
        _drop(outer, "callbackData", "correlationid")


def _in_app(message: Message, report: Report, info: Body, outer: Body, _: Settings) -> None:
    if report.code == "7528":
        _drop(info, "additionalInfo")
        info["interactiveData"] = message.checked.press or {"identifier": "1", "type": "webUrl", "title": "", "url": ""}
        info.update((name, outer.pop(name)) for name in ("subtid", "transid", "callbackData", "correlationid"))
    elif report.code not in _SUCCESSES:
        _drop(info, "additionalInfo")
        info.update(pushId="", deviceid="")
        _unprofiled(report, info)


def _push(message: Message, report: Report, info: Body, _: Body, __: Settings) -> None:
    """Who is addressed as a user has no push id in it; a pressed button comes with the Read."""
    _drop(info, "additionalInfo")
    by_device = message.kind.endswith("_pushid")
    info["pushId"] = message.recipient if by_device else ""
    info["deviceid"] = _noise(message.recipient, 16) if by_device else ""
    if report.code == "7502" and message.checked.press:
        info["interaction"] = message.checked.press
    _unprofiled(report, info)


def _unprofiled(report: Report, info: Body) -> None:
    if report.code == "7105":
        info["destinationType"] = ""


def _messenger(_: Message, report: Report, info: Body, outer: Body, __: Settings) -> None:
    if report.code in _SUCCESSES:
        _drop(info, "additionalInfo")
        _drop(outer, "subtid")


def _whatsapp(message: Message, report: Report, info: Body, _: Body, __: Settings) -> None:
    """The platform learns the business-scoped id with the delivery; Meta's own code stands in additionalInfo."""
    scoped = "." in message.recipient
    number = "" if scoped else digits(message.recipient)
    known = report.code in {"7500", "7502", "7528"}
    invented = f"AT.{int(_noise(message.recipient, 13), 16)}" if known else ""
    info.update(
        waid=number,
        bsuid=message.recipient if scoped else message.bsuid or invented,
        waidNormalized="true" if scoped and message.kind == "waid" else "false",
        identityKeyHash=message.checked.identity_key_hash,
        destination=message.recipient if scoped or message.kind == "customerid" else number,
    )
    if report.code not in _SUCCESSES:
        info["additionalInfo"] = f"(#{META_CODES.get(report.code, META_OTHER)})  | {report.description}"


def _apple(message: Message, _: Report, info: Body, __: Body, ___: Settings) -> None:
    if message.kind == "msisdn":
        info["destination"] = digits(message.recipient)
    else:
        info["destinationType"] = "applebusinesschat"


def _rcs(_: Message, report: Report, info: Body, outer: Body, __: Settings) -> None:
    if report.code in {"7500", "7502"}:
        info["destinationType"] = ""
    if report.code in _SUCCESSES:
        outer.update(carrier=_CARRIER_RCS, serviceProvider="GOOGLE")


type Shape = Callable[[Message, Report, Body, Body, Settings], None]

_SHAPES: dict[Channel, tuple[str, Shape]] = {
    Channel.SMS: ("SMS", _sms),
    Channel.VOICE: ("voice", _voice),
    Channel.IN_APP: ("rt", _in_app),
    Channel.PUSH: ("push", _push),
    Channel.MESSENGER: ("fb", _messenger),
    Channel.WHATSAPP: ("whatsapp", _whatsapp),
    Channel.APPLE: ("applebusinesschat", _apple),
    Channel.RCS: ("rcs", _rcs),
}


def _call_xml(message: Message, report: Report) -> str:
    """The documents name "voice release event xml data" and never show it: the elements are invented."""
    called = f"<calledparty>{message.recipient}</calledparty><callingparty>{message.checked.sender}</callingparty>"
    return f"<evt-call><event>{report.word}</event><tid>{message.provider_id}</tid>{called}</evt-call>"


def receipt(message: Message, report: Report, at: str, settings: Settings) -> Body:
    """The body of one receipt; `at` is its timestamp."""
    word, shape = _SHAPES[message.channel]
    info = {
        "timeStamp": at,
        "Description": report.description,
        "code": report.code,
        "deliveryChannel": word,
        "additionalInfo": report.info,
        "destination": message.recipient,
        "destinationType": message.kind,
        "deliveryStatus": report.word,
    }
    correlated = settings.correlate_receipts
    outer: Body = {
        "deliveryInfo": info,
        "subtid": "",
        "transid": message.provider_id,
        "callbackData": message.callback_data if correlated else "",
        "correlationid": (message.reference or "") if correlated else "",
    }
    shape(message, report, info, outer, settings)
    body: Body = {"deliveryInfoNotification": outer}
    if message.channel is Channel.VOICE and report.word not in _WITHOUT_TRANSACTION:
        body["deliveryTransInfo"] = _call_xml(message, report)
    return body
