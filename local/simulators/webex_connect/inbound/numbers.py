"""
SMS, MMS and RCS: what comes from a phone number.

SMS writes `Channel` with a capital and an odd `userld`; its table swaps `oa` and `da`, and the sample is right: `oa` is
who wrote. RCS calls its id `messageid` in messages and `messageId` in events.
"""

import secrets

from local.simulators.kit import count_segments, digits
from local.simulators.webex_connect.inbound.order import Location, Payload, Written, nested, unknown

RCS_EVENTS = ("MO", "ATTACHMENT", "Location", "postback", "SUBSCRIBE", "UNSUBSCRIBE")


def sms_payload(written: Written) -> Payload:
    order = written.order
    return {
        "userld": "",
        "Channel": "SMS",
        "da": order.recipient or written.settings.sms_number,
        "message_source": "SMS",
        "oa": digits(order.sender) or order.sender,
        "message": order.text,
        "messageCount": str(count_segments(order.text).parts),
        "tid": written.tid,
        "datetime": written.at,
        "ts": written.at,
        "x_networkid": "USTMO",
    }


def mms_payload(written: Written) -> Payload:
    order = written.order
    return {
        "channel": "MMS",
        "da": order.recipient or written.settings.sms_number,
        "oa": digits(order.sender) or order.sender,
        "message": nested([{"file": url} for url in written.urls]),
        "tid": written.tid,
        "ts": written.at,
    }


def _rcs_event(written: Written) -> Payload:
    order = written.order
    place = order.location or Location()
    parts: dict[str, Payload] = {
        "MO": {"message": order.text},
        "ATTACHMENT": {
            "attachments": nested([{"payload": {"url": url}, "type": file.family} for file, url in written.files()])
        },
        "Location": {"latitude": str(place.latitude), "longitude": str(place.longitude)},
        "postback": {"postback": order.choice.payload or order.choice.title},
        "SUBSCRIBE": {},
        "UNSUBSCRIBE": {},
    }
    return parts[order.event]


def rcs_payload(written: Written) -> Payload:
    order = written.order
    if order.event not in RCS_EVENTS:
        raise unknown(order.event, RCS_EVENTS)
    named = "messageid" if order.event in {"MO", "ATTACHMENT"} else "messageId"
    return {
        "channel": "rcs",
        "msisdn": f"+{digits(order.sender)}",
        **_rcs_event(written),
        "appId": written.app,
        "event": order.event,
        "ts": written.at,
        "tid": written.tid,
        "serviceProvider": "GOOGLE",
        "carrier": "8",
        named: secrets.token_hex(13),
    }
