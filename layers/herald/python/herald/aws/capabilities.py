"""
What providers have said about recipients: who can receive what, kept for a while.

    V#<account>#<keyed hash of channel, sender and address> / .     capabilities, at, ttl

The address itself is not readable from it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from herald.aws.table import ITEM, Table
from herald.models import Channel


@dataclass(frozen=True, slots=True)
class Capability:
    """The provider's words for what a recipient can do, none when unreachable; `at` in milliseconds."""

    words: tuple[str, ...]
    at: int


class Capabilities:
    """Remembers answers, each under the question that it answers."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, account: str, question: tuple[Channel, str, str], since: int) -> Capability | None:
        """The answer to (channel, sender, address), unless it is from before `since` (ms)."""
        item = self._table.get(_partition(account, question), consistent=False)
        if item is None or item["at"] < since:
            return None
        return Capability(tuple(item["capabilities"]), item["at"])

    def keep(self, account: str, question: tuple[Channel, str, str], answer: Capability, seconds: int) -> None:
        """Remember an answer for so long."""
        ttl = answer.at // 1000 + seconds
        item = {"sk": ITEM, "capabilities": list(answer.words), "at": answer.at, "ttl": ttl}
        self._table.put({"pk": _partition(account, question), **item})

    def forget(self, account: str, questions: Iterable[tuple[Channel, str, str]]) -> int:
        """Forget the answers to these; how many there were."""
        found = self._table.get_many((_partition(account, question), ITEM) for question in questions)
        for pk, sk in found:
            self._table.delete(pk, sk)
        return len(found)


def _partition(account: str, question: tuple[Channel, str, str]) -> str:
    channel, sender, address = question
    said = f"{channel}\n{sender}\n{address.lower()}"
    mac = hmac.new(account.encode(), said.encode(), hashlib.sha256).hexdigest()[:20]
    return f"V#{account}#{mac}"
