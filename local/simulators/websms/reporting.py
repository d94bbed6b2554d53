"""
The life of a message after it was taken: its statuses, one webhook each.

A status is posted only after the first attempt of the one before, so the order is certain unless a fault reverses it;
what is not acknowledged is retried beside, and may well arrive after its successors.
"""

import asyncio

from local.simulators.websms import magic
from local.simulators.websms.answers import JSON_TYPE, encode
from local.simulators.websms.faults import WEBHOOK_KINDS, Fault, FaultKind
from local.simulators.websms.identifiers import notification_id, timestamp
from local.simulators.websms.records import Taken, Webhook
from local.simulators.websms.state import State
from local.simulators.websms.webhooks import Postman


def status_body(taken: Taken, word: str) -> dict[str, str]:
    """
    The Messaging API's status message (documented sample, with the commas it lost).

    The applicationId is in upper case, as all webhook samples print it. `deliveredOn` comes once there is a delivery;
    `sender` is the handset, one of two readings the sample allows.
    """
    body = {
        "applicationId": taken.application_id.upper(),
        "sender": "+" + magic.digits(taken.recipient),
        "transferId": taken.transfer_id,
        "messageStatus": word,
    }
    if word in {"delivered", "read"}:
        body["deliveredOn"] = timestamp()
    return body | ({"clientMessageId": taken.client_message_id} if taken.client_message_id is not None else {})


def report_body(taken: Taken, word: str, sent_on: str) -> dict[str, str]:
    """The SMS delivery report: numbers without `+`, `senderAddress` the handset."""
    body = {
        "messageType": "deliveryReport",
        "notificationId": notification_id(),
        "transferId": taken.transfer_id,
        "senderAddress": magic.digits(taken.recipient),
        "recipientAddress": taken.sender,
        "deliveryReportMessageStatus": word,
        "sentOn": sent_on,
    }
    if word == "delivered":
        body |= {"deliveredOn": timestamp(), "deliveredAs": taken.delivered_as}
    return body | ({"clientMessageId": taken.client_message_id} if taken.client_message_id is not None else {})


class Reporter:
    """Starts one life per message and recipient."""

    def __init__(self, state: State, postman: Postman) -> None:
        self.state = state
        self.postman = postman

    def start(self, taken: Taken) -> asyncio.Task[None]:
        fault = self.state.faults.take(WEBHOOK_KINDS, taken.operation, [taken.recipient])
        return self.state.spawn(self._live(taken, fault))

    def _words(self, taken: Taken, fault: Fault | None) -> list[str]:
        if taken.silent:
            return []
        words = list(magic.words_for(taken.channel, taken.recipient, read=self.state.settings.read))
        if fault and fault.kind is FaultKind.REORDER:
            words.reverse()
        return words

    async def _live(self, taken: Taken, fault: Fault | None) -> None:
        sent_on = timestamp()
        for word in self._words(taken, fault):
            touched = fault if fault and fault.touches(word) else None
            await asyncio.sleep(self.state.settings.step_seconds + (touched.seconds if touched else 0))
            body = report_body(taken, word, sent_on) if taken.channel == "sms" else status_body(taken, word)
            copies = touched.copies if touched and touched.kind is FaultKind.DUPLICATE else 1
            for _ in range(copies):
                await self.postman.deliver(self._webhook(taken, word, encode(body).decode(), touched))

    def _webhook(self, taken: Taken, word: str, body: str, fault: Fault | None) -> Webhook:
        return Webhook(
            number=next(self.state.numbers),
            kind="report" if taken.channel == "sms" else "status",
            url=taken.url,
            body=body,
            content_type=JSON_TYPE,
            transfer_id=taken.transfer_id,
            recipient=taken.recipient,
            client_message_id=taken.client_message_id,
            word=word,
            state="dropped" if fault and fault.kind is FaultKind.DROP else "pending",
        )
