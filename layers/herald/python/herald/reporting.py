"""
Merging delivery reports into the messages they speak of.

A report names its message by our reference, or by the provider's id, which the rendezvous resolves. It may
come twice, in any order, before our own record of the call, or for a message that is not ours: then it is
not merged, and whoever received it keeps it.
"""

from collections.abc import Callable

from herald.aws import keys
from herald.aws.attributes import Item
from herald.aws.messages import Messages
from herald.aws.rendezvous import Rendezvous
from herald.aws.table import ConditionFailed
from herald.identifier import parse_reference
from herald.models import StatusUpdate
from herald.status import BAD, RANKS, State, Status
from herald.view import status_of

_BAD_LIST = "X#"
"""How the partitions of the list of bad ends begin (`keys.bad_partition`)."""


class Reports:
    """Merges reports. `now` in milliseconds."""

    def __init__(self, messages: Messages, rendezvous: Rendezvous, now: Callable[[], int]) -> None:
        self._messages = messages
        self._rendezvous = rendezvous
        self._now = now

    def apply(self, account: str, update: StatusUpdate) -> bool:
        """
        Merge one report of this account, or let it wait for its message.

        False when it names no message of ours: unknown, of another account, or unreadable.
        """
        ours = parse_reference(update.reference or "")
        if ours is not None:
            message_id = ours.message_id(update.recipient)
            return message_id is not None and self.merge(account, message_id, ours.step, update)
        if not update.provider_message_id:
            return False
        try:
            met = self._rendezvous.report(account, update, self._now())
        except ConditionFailed:
            return False
        return True if met is None else self.merge(account, *met, update)

    def apply_waiting(
        self, account: str, their_id: str, message_id: str, step: int, waiting: list[StatusUpdate]
    ) -> None:
        """Merge what came before our side, and only then forget that it waited."""
        for update in waiting:
            self.merge(account, message_id, step, update)
        if waiting:
            self._rendezvous.settle(account, their_id)

    def merge(self, account: str, message_id: str, step: int, update: StatusUpdate) -> bool:
        """Merge a report into the message it is known to speak of; False when that never went through this account."""
        try:
            item = self._messages.report(message_id, step, account, update, self._now())
        except ConditionFailed:
            return False
        if update.status is not None:
            self.list_if_bad(item)
        return True

    def list_if_bad(self, item: Item) -> None:
        """
        A message that ended badly by its reports stands in the list of those, once nothing is due for it.

        One that was reported as better since stands there no more: the reports may come in any order. A receipt that
        has come is not waited for any more.
        """
        status, awaits = status_of(item), keys.awaits_receipt(item)
        if status not in BAD:
            if str(item.get("lp", "")).startswith(_BAD_LIST) or (awaits and not lacks_receipt(item)):
                self._messages.forget_due(item)
        elif item["state"] == State.SENT and (awaits or "lp" not in item):
            self._messages.list_bad(item, status, self._now())


def lacks_receipt(item: Item) -> bool:
    """Whether what its sender asked to learn of a message has not been reported yet, and no failure either."""
    status = status_of(item)
    return status is not Status.FAILED and RANKS[status] < RANKS[Status(item["success"])]
