"""
The statuses of a message that was taken, one webhook each.
"""

from collections.abc import Callable

from local.simulators.kit import Notice, Step, digits, encode
from local.simulators.websms import magic
from local.simulators.websms.answers import JSON_TYPE
from local.simulators.websms.identifiers import notification_id, timestamp
from local.simulators.websms.records import Taken


def status_body(taken: Taken, word: str) -> dict[str, str]:
    """
    The Messaging API's status message (documented sample, with the commas it lost).

    The applicationId is in upper case, as all webhook samples print it. `deliveredOn` comes once there is a delivery;
    `sender` is the handset, one of two readings the sample allows.
    """
    body = {
        "applicationId": taken.application_id.upper(),
        "sender": "+" + digits(taken.recipient),
        "transferId": taken.provider_id,
        "messageStatus": word,
    }
    if word in {"delivered", "read"}:
        body["deliveredOn"] = timestamp()
    return body | ({"clientMessageId": taken.reference} if taken.reference is not None else {})


def report_body(taken: Taken, word: str, sent_on: str) -> dict[str, str]:
    """The SMS delivery report: numbers without `+`, `senderAddress` the handset."""
    body = {
        "messageType": "deliveryReport",
        "notificationId": notification_id(),
        "transferId": taken.provider_id,
        "senderAddress": digits(taken.recipient),
        "recipientAddress": taken.sender,
        "deliveryReportMessageStatus": word,
        "sentOn": sent_on,
    }
    if word == "delivered":
        body |= {"deliveredOn": timestamp(), "deliveredAs": taken.delivered_as}
    return body | ({"clientMessageId": taken.reference} if taken.reference is not None else {})


def steps_of(taken: Taken, *, read: bool) -> list[Step]:
    """The statuses to come; `read` says whether ordinary recipients read."""
    return [Step(word) for word in magic.words_for(taken.channel, taken.recipient, read=read)]


def notice_of(taken: Taken) -> Callable[[Step], Notice]:
    """Who makes the webhook of each status."""
    sent_on = timestamp()
    sms = taken.channel == "sms"

    def notice(step: Step) -> Notice:
        body = report_body(taken, step.word, sent_on) if sms else status_body(taken, step.word)
        kind = "report" if sms else "status"
        return Notice(kind=kind, url=taken.url, body=encode(body).decode(), content_type=JSON_TYPE)

    return notice
