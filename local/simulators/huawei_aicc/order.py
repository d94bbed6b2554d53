"""
The body of a send: who gets what, and when.

Huawei AICC sendWhatsappMessage, tables 2 and 8 to 10. `bulkId` and every `messageId` are required here, unlike at
Infobip. A phone number is international, 5 to 15 digits without `+`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local.simulators.huawei_aicc import times
from local.simulators.huawei_aicc.content import Content, read_content
from local.simulators.huawei_aicc.fields import Members

_NUMBER = re.compile(r"[1-9][0-9]{4,14}")


@dataclass(frozen=True)
class Destination:
    """`valid` is false for a number that is none, where that does not refuse the whole call."""

    message_id: str
    number: str
    valid: bool


@dataclass(frozen=True)
class Order:
    """`due` is in UTC and None where the message goes at once; `kinds` as in `Content`."""

    bulk_id: str
    destinations: tuple[Destination, ...]
    content: Content
    due: datetime | None


def read_order(body: Members) -> Order:
    """The whole order; raises Refused."""
    body.string("scenarioKey")
    bulk_id = body.string("bulkId", required=True)
    destinations = _destinations(body)
    order = Order(bulk_id, destinations, read_content(body.required("whatsApp")), _due(body))
    body.finish()
    return order


def _destinations(body: Members) -> tuple[Destination, ...]:
    found, most = body.each("destinations", required=True), body.judge.settings.destinations_max
    if not found:
        body.judge.missing(body.path("destinations"))
    if most and len(found) > most:
        body.judge.bad(body.path("destinations"), f"must not be more than {most}")
    return tuple(map(_destination, found))


def _destination(members: Members) -> Destination:
    judge = members.judge
    message_id = members.string("messageId", required=True)
    to = members.required("to")
    number = to.string("phoneNumber", required=True)
    valid = _NUMBER.fullmatch(number) is not None
    if not valid and judge.settings.bad_number == "call":
        judge.bad(to.path("phoneNumber"), "must be 5 to 15 digits in the international format, without +")
    to.finish()
    members.finish()
    return Destination(message_id, number, valid)


def _due(body: Members) -> datetime | None:
    """When to send; a moment that has passed is at once. The farthest is `Settings.send_at_max_days` from now."""
    text = body.string("sendAt")
    if not text:
        return None
    moment, days = times.parse(text), body.judge.settings.send_at_max_days
    if moment is None:
        body.judge.bad(body.path("sendAt"), "must be a time like 2021-05-24T10:45:38.000+0000")
    if not times.is_documented(text):
        body.judge.remark(body.path("sendAt"), "is a time in another form than the documented one")
    if moment - datetime.now(UTC) > timedelta(days=days):
        body.judge.bad(body.path("sendAt"), f"must be sooner than {days} days from now")
    return moment
