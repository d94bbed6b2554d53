"""
The life of a message after it was taken: its statuses, one after the other.

A status is posted only after the first attempt of the one before, so the order is certain unless a fault reverses it;
what is not acknowledged is retried beside, and may well arrive after its successors.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from local.simulators.kit.faults import WEBHOOK_KINDS, Fault, FaultKind
from local.simulators.kit.postman import Postman
from local.simulators.kit.records import Notice, Taken
from local.simulators.kit.state import State


@dataclass(frozen=True)
class Step:
    """
    One status, called by its `word`; `after` is in seconds from the one before, None for the settings' `step_seconds`.

    Simulators whose reports say more than a word derive it.
    """

    word: str
    after: float | None = None


class Walker:
    """Starts one life per message and recipient."""

    def __init__(self, state: State[Any], postman: Postman) -> None:
        self.state = state
        self.postman = postman

    def start[T: Step](
        self,
        taken: Taken,
        steps: Iterable[T],
        *,
        notice: Callable[[T], Notice | Sequence[Notice]] | None = None,
        happen: Callable[[T], None] | None = None,
    ) -> asyncio.Task[None]:
        """
        Let the message go through its steps, as a webhook fault that matches wants it.

        `notice` makes the webhook of a step, or several, when its time has come; without it none is posted. `happen` is
        called when a step comes true and not at all for a dropped one: so a provider that is only asked changes state.
        """
        fault = self.state.faults.take(WEBHOOK_KINDS, taken.operation, [taken.recipient])
        return self.state.spawn(self._live(taken, list(steps), fault, notice, happen))

    async def _live[T: Step](
        self,
        taken: Taken,
        steps: list[T],
        fault: Fault | None,
        notice: Callable[[T], Notice | Sequence[Notice]] | None,
        happen: Callable[[T], None] | None,
    ) -> None:
        if fault and fault.kind is FaultKind.REORDER:
            steps.reverse()
        for step in steps:
            touched = fault if fault and fault.touches(step.word) else None
            wait = self.state.settings.step_seconds if step.after is None else step.after
            await asyncio.sleep(wait + (touched.seconds if touched else 0))
            if happen and not (touched and touched.kind is FaultKind.DROP):
                happen(step)
            if notice:
                made = notice(step)
                for one in [made] if isinstance(made, Notice) else made:
                    await self._post(taken, step.word, one, touched)
            self.state.changed()

    async def _post(self, taken: Taken, word: str, notice: Notice, fault: Fault | None) -> None:
        copies = fault.copies if fault and fault.kind is FaultKind.DUPLICATE else 1
        for _ in range(copies):
            webhook = self.postman.record(
                notice,
                provider_id=taken.provider_id,
                recipient=taken.recipient,
                reference=taken.reference,
                word=word,
                state="dropped" if fault and fault.kind is FaultKind.DROP else "pending",
            )
            await self.postman.deliver(webhook)
