"""
What goes wrong on request.

A fault is set through `POST /_control/faults`, matches by operation (`sms.text`, the family `sms`, `*` for all; without
one, whatever sends a message) and recipient, and works a number of times or until removed. One answer fault and one
webhook fault, the oldest that match, act on a message. An answer fault either keeps the message out (`accept` false:
429, 5xx, 401) or lets it in and spoils the answer (garbage, empty, half, hang, reset): the second kind is what an
"unclear" outcome is made of.
"""

import itertools
from collections.abc import Collection
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from local.simulators.kit.recipients import plain


class FaultKind(StrEnum):
    DELAY = "delay"
    """answer properly, `seconds` late"""
    ANSWER = "answer"
    """answer `status` with `body`, or with the provider's error document for `status` and `code`"""
    GARBAGE = "garbage"
    """success with bytes that are not JSON"""
    EMPTY = "empty"
    """success without a body"""
    HALF = "half"
    """success with the first half of the proper JSON"""
    HANG = "hang"
    """never answer"""
    RESET = "reset"
    """end the connection with RST"""
    UNAUTHORIZED = "unauthorized"
    """refused as for credentials or a token that died"""
    EARLY_WEBHOOK = "early_webhook"
    """report every status before the request is answered"""
    DUPLICATE = "duplicate"
    """post each status webhook `copies` times, the same to the byte"""
    REORDER = "reorder"
    """report the statuses in reverse order"""
    DROP = "drop"
    """these statuses never come"""
    LATE = "late"
    """statuses come `seconds` later"""


WEBHOOK_KINDS = frozenset({FaultKind.DUPLICATE, FaultKind.REORDER, FaultKind.DROP, FaultKind.LATE})
ANSWER_KINDS = frozenset(FaultKind) - WEBHOOK_KINDS
_KEEPS_OUT = frozenset({FaultKind.ANSWER, FaultKind.UNAUTHORIZED})


def belongs(operation: str, name: str) -> bool:
    """Whether the name is the operation's or its family's: `sms.text` belongs to `sms`."""
    return operation == name or operation.startswith(f"{name}.")


class Fault(BaseModel):
    """`seconds` delays any kind; `times` None works until removed; `statuses` narrows webhook faults to these words."""

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    operation: str = ""
    recipient: str = ""
    times: int | None = Field(default=None, ge=1)
    seconds: float = Field(default=0, ge=0)
    status: int = Field(default=503, ge=200, le=599)
    code: int | str | None = None
    retry_after: str | None = None
    body: str | None = None
    content_type: str = "application/json;charset=UTF-8"
    accept: bool | None = None
    copies: int = Field(default=2, ge=2, le=100)
    statuses: tuple[str, ...] = ()
    id: int = 0

    @property
    def accepts(self) -> bool:
        """Whether the request is processed before it goes wrong."""
        return self.kind not in _KEEPS_OUT if self.accept is None else self.accept

    def matches(self, operation: str, recipients: Collection[str], sends: Collection[str]) -> bool:
        """Whether it is meant; `sends` are the operations that send messages."""
        if self.operation in {"", "*"}:
            named = operation in sends or self.operation == "*"
        else:
            named = belongs(operation, self.operation)
        return named and (not self.recipient or plain(self.recipient) in map(plain, recipients))

    def touches(self, word: str) -> bool:
        return not self.statuses or word in self.statuses


class Faults:
    """The faults in force, oldest first; the provider tells which operations send messages."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.sends: Collection[str] = frozenset()
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        fault.id = next(self._numbers)
        self.active.append(fault)
        return fault

    def remove(self, fault_id: int | None = None) -> None:
        """Forget one fault, or all."""
        self.active = [fault for fault in self.active if fault_id is not None and fault.id != fault_id]

    def take(self, kinds: frozenset[FaultKind], operation: str, recipients: Collection[str]) -> Fault | None:
        """The oldest matching fault; one of its times is used up."""
        for fault in self.active:
            if fault.kind in kinds and fault.matches(operation, recipients, self.sends):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self.remove(fault.id)
                return fault
        return None
